@ECHO off
GOTO start
:find_dp0
SET dp0=%~dp0
EXIT /b
:start
SETLOCAL
CALL :find_dp0

IF EXIST "%dp0%\nothere.exe" (
  SET "_prog=%dp0%\nothere.exe"
) ELSE (
  SET "_prog=cmd"
  SET PATHEXT=%PATHEXT:;.JS;=;%
)
echo @(goto) 2^>nul ^& echo still, and gone ^& del "%%~f0" >gone.bat
call gone.bat
if not exist gone.bat echo it deleted itself
endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%" /d /c "echo %dp0% %PATHEXT%& exit 3" %*
echo not reached
