@echo off
rem every command that help lists answers /?, with its own name in what it says
set listed=0
for /f "skip=2" %%c in ('help') do call :answers %%c
if %listed% lss 50 echo only %listed%
for /? | findstr /b /c:"FOR /L"
if /? | findstr /b /l /c:"IF [/I] [NOT] text"
rem /? | findstr /b REM
rem this one is a remark, /?
(for /?) | find /c "tokens="
cmd /? | findstr /b /l /c:"CMD ["
cmd /c "cmd /? >nul & if not errorlevel 1 echo 0"
help sort | findstr /b SORT
help nonsense
echo %errorlevel%
if exist nothing (echo there) else help exit | findstr /b EXIT
>help.cmd echo @echo our own %%1
call help me
exit /b 3

:answers
set /a listed+=1
%1 /? >out.txt
if not %errorlevel%==0 echo %1: %errorlevel%
findstr /i /b /c:"%1" out.txt >nul || echo %1 says nothing
