@ECHO OFF
SETLOCAL ENABLEEXTENSIONS
>"out file" (echo a & echo b)
TYPE "out file"
2>nul (call :nolabel) || echo no label
<nul >o2 2>&1 (
  nosuchcommand
)
find /c "recognized" o2
set y=abcdef
for /l %%i in (0,2,4) do call set "x=%%y:~%%i,1%%" & call echo [%%x%%]
set q="quoted" text
echo %q:"=%
echo %q:"='%
set "paren=a(b)c"
if 1==1 (echo "%paren%" & echo %paren:)=^)%)
set /p "v=prompt one: " <nul & echo.
set /p v="prompt two: " <nul & echo.
FOR /F "USEBACKQ TOKENS=2 DELIMS==" %%A IN (`SET y`) DO ECHO %%A
FOR /F "skip=1 tokens=2,3 delims=[] " %%a IN ('ver') DO (IF "%%a"=="Windows" ECHO %%a %%b)
call :args a "b c" d=e f,g;h "i=j"
call :loop 1 2 3
call :ret 7 && echo wrong || echo ret %errorlevel%
call :ret 0 && echo ret ok
(cmd /c exit 9) || (echo nine & cmd /c exit 8) || echo eight
echo a|find "a" >nul && echo piped and
echo a|find "b" >nul || echo piped or
if exist "out file" (
  :: a comment here
  echo after comment
)
for %%i in (1) do (
  rem comment & echo wrong
  echo after rem
)
set var=1& echo [%var%]
set var=2 & echo [%var%]
if "%var%"=="2 " echo blank kept
set "a b=c d" & call echo %%a b%%
echo 1 2>nul & echo 3 >nul & echo 4
echo x2>&1
echo ^
^
end
echo caret in quotes "a^b" ^^"c
set num=010
if %num% equ 8 echo octal
if 0%num% equ 8 echo still octal
if -1 lss 1 echo negative
if abc==ABC (echo wrong) else if /i abc==ABC echo same
goto %num%
echo wrong
:010
set empty=
if [%empty%]==[] echo empty brackets
if x%empty%==x echo empty x
echo %~f1|find "idioms" >nul || echo no such argument
for /f "delims=" %%i in ('cd') do if "%%i"=="%cd%" echo same folder
for /f "tokens=1-2 delims=," %%i in ("x,") do echo [%%i][%%j]
for /f "tokens=1-2 delims=," %%i in (",,y") do echo [%%i][%%j]
for /f tokens^=1^,2^ delims^=^" %%i in ('echo a"b"c') do echo %%i %%j
for /f "eol=" %%i in ("text") do echo %%i
for %%f in ("a.b.c" noext .hidden) do echo %%~nf+%%~xf
for /d %%d in (nothing*) do echo wrong
echo %date:~-4% >nul & echo %time:~0,2% >nul
exit /b
:args
echo %1 %2 %3 %4 %5 %6 %7 %8 %9
exit /b
:loop
if "%~1"=="" exit /b
echo loop %1
shift
goto loop
:ret
exit /b %1
