echo hello
@echo hidden
rem remark
set a=1
if %a%==1 echo yes
if %a%==2 (echo no) else echo other
for %%i in (x y) do echo %%i
for %%i in (z) do @echo quiet %%i
(
echo one
echo two
)
echo a & echo b && echo c
echo piped>nul
call :sub
@goto done
:sub
echo in sub
exit /b
:done
@prompt $G$S
echo prompted
@echo off
echo silent
