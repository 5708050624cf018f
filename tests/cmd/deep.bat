@echo off
set n=0
call :r
echo back %n%
goto :eof
:r
set /a n+=1
for %%i in (1) do (if 1==1 (call :r))
exit /b
