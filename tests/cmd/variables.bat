@echo off
set a=hello world
set b=
echo [%a%] [%b%]
echo %a:~0,5%,%a:~6%,%a:~-5%,%a:~-5,2%,%a:~1,-1%,%a:~20%,%a:~,3%
echo %a:o=0%,%a:world=there%,%a:l=%,%a:*o=X%,%a:HELLO=bye%
echo %b:~0,2%
echo %b:x=y%
set "q=with "quotes" inside" and more
echo [%q%]
set "amp=a&b"
echo "%amp%"
set  spaced  =  value  
echo [%spaced  %]
set zz1=1
set zz1
set zz1x=2
set "zz1
set nosuchvariable
echo level %errorlevel%
set zz1=
set zz1x=
if defined zz1 echo wrong
set n=5
set /a n=n*2+1
echo %n%
set /a a1=1, b1=a1+2, c1=(a1+b1)*4
echo %a1% %b1% %c1%
set /a n+=10, n-=1, n*=2, n/=3, n%%=7
echo %n%
set /a n="1<<4|3", m=n^^1, o=~0, p=!0, q2=-7/2, r=-7%%3, s=0x1F, t=017, u=7^&3
echo %n% %m% %o% %p% %q2% %r% %s% %t% %u%
set /a z=1/0
echo level %errorlevel%
set /a z=08
set /a z=1+
set /a z=(1
set /a z=4294967296
set /a z=2147483647+1
echo %z%
set /a v=undefinedname+3
echo %v%
set /a "w=(1+2)*3"
echo %w%
set name=n
setlocal enabledelayedexpansion
set n=new
echo %n% !n! !%name%! !n:e=E! !n:~1! ^!n^! "!undefined!"
set text=carets ^^ and bangs
echo !text!
endlocal
echo %n% !n!
set percent=50%%
echo %percent%
set path_before=%path%
path C:\one;C:\two
path
echo %path%
path %path_before%
if "%path%"=="%path_before%" echo same path
set /p in=prompt: <nul
echo.
echo level %errorlevel%
echo answer>file
set /p in=<file
echo in=%in%
