@echo off
call :sub a "b c" d
echo back %1 level %errorlevel%
call :nosuch
echo level %errorlevel%
call :count 3
call :args 1 2 3 4 5 6 7 8 9 10 11
echo @echo called %%0 %%~nx0 %%1 %%2 ^& exit /b 7 >other.bat
call other.bat x y
echo level %errorlevel%
call other x
echo @echo in cmd file ^& exit /b >third.cmd
call third
echo level %errorlevel%
echo @echo not back from here >fourth.bat
call :chain
echo after chain
set v=before
call :local
echo %v%
setlocal
set v=inner
cd ..
endlocal
echo %v% %cd%
set word=value
set ref=word
call echo %%%ref%%%
call echo "^caret" ^^caret
call set indirect=%%%ref%%%
echo %indirect%
goto skip
echo wrong
:skip
goto:last extra words
echo wrong
: last
echo label with blank
goto :after
:sub
echo sub %0 [%1] [%2] [%~2] [%3] [%4] all [%*]
shift
echo shifted %0 [%1] [%2]
shift /2
echo shifted2 [%1] [%2] [%*]
exit /b 5
:count
echo count %1
if %1==0 goto :eof
set /a next=%1-1
call :count %next%
echo uncount %1
goto :eof
:args
echo %9 %1
shift
shift
echo %9
exit /b
:chain
fourth.bat
echo wrong: the other took our place
:local
setlocal enabledelayedexpansion
set v=changed
echo !v!
exit /b 0
:after
for %%i in (1 2 3) do (
	if %%i==2 goto leave
	echo loop %%i
)
:leave
(call)
echo call %errorlevel%
(call )
echo call %errorlevel%
cmd /c exit 4 || echo failed %errorlevel%
cmd /c exit 0 && echo worked
cmd /c exit 1 && echo wrong || echo or
ver >nul && echo and
rd nosuchfolder 2>nul || echo rd failed
cmd /c "exit /b 9"
echo %errorlevel%
nosuchcommand
echo %errorlevel%
nosuchcommand arg 2>nul
if errorlevel 9009 echo not found
.\nodir\prog
pushd .
md deep
pushd deep
echo %cd%
popd
echo %cd%
popd
popd
setlocal disableextensions
echo %cd% %~0
endlocal
exit /b 42
