@echo off
for %%t in (attrib chcp choice doskey find findstr hostname more reg sort taskkill tasklist timeout where whoami xcopy) do call :usage %%t
reg query /? | find /c "REG QUERY"
timeout /? | findstr /b TIMEOUT
taskkill /? | findstr /b TASKKILL
exit /b

:usage
%1 /? >out.txt
if not %errorlevel%==0 echo %1: %errorlevel%
rem a line that begins with the name in capitals
findstr /i /b /c:"%1" out.txt >nul || echo %1 says nothing
