@echo off
setlocal enabledelayedexpansion
rem edge cases
set "a=1"&set "b=2"
echo %a%%b%
echo(%a%
if "%~1"=="" (echo none) else (echo some)
set str=The quick brown fox
set sub=quick
echo !str:%sub%=slow!
for /f "tokens=1-4 delims=. " %%a in ("1.2 3.4") do (echo %%d %%c %%b %%a)
for /f "delims=" %%L in ('cmd /d /c "echo a b&echo c d"') do echo [%%L]
set /a "x=5,y=x*2,z=(x+y)%%4"
echo x=%x% y=%y% z=%z%
set n=0
:loop
set /a n+=1
if %n% lss 5 goto loop
echo n=%n%
call :fact 5 r
echo 5! = !r!
echo 5^^! = !r!
set "line=a,b,,c"
for %%x in (%line%) do echo item %%x
set list=one;two;three
:parse
for /f "tokens=1* delims=;" %%a in ("%list%") do (
  echo tok %%a
  set list=%%b
)
if defined list goto parse
set "p=C:\dir\file.name.ext"
for %%f in ("%p%") do echo d=%%~df p=%%~pf n=%%~nf x=%%~xf
echo %p:\=/%
set v=%time: =0%
if "%v:~2,1%"==":" echo time ok
if "%date:~3,1%"==" " echo date ok
set lf=^


echo a!lf!b
(
  echo one
  (
    echo two
  )
  if 1==1 (
    for %%i in (1 2) do (
      echo three %%i
    )
  ) else (
    echo no
  )
) > out.txt
type out.txt
del out.txt
cmd /c exit 65
echo %=ExitCode% %=ExitCodeAscii% %__CD__%
echo done & goto :end
:fact
if %1 leq 1 (set %2=1&exit /b)
setlocal
set /a m=%1-1
call :fact %m% t
set /a res=%1*t
endlocal & set %2=%res%
exit /b
:end
echo end
exit /b %n%
