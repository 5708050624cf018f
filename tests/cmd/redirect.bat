@echo off
echo to file>f1
type f1
echo more>>f1
type f1
>f2 echo leading
type f2
echo both 2>f3 >f2 words
type f2
nosuchcommand 2>f4
type f4
(nosuchcommand) >f5 2>&1
type f5
echo out& echo err>&2
(echo out2& echo err2>&2) 2>nul
(echo a
echo b) >f6
type f6
type f6 2>nul | sortless 2>nul || echo no such filter
echo text 1>f7 & type f7
echo digit2>f8
type f8
echo digit 2>f9
type f9
set /p line=<f6
echo %line%
(set /p l1=& set /p l2=)<f6
echo %l1% %l2%
echo piped | (set /p p= & call echo [%%p%%])
echo x| cmd /q /d /c "set /p y=& call echo got %%y%%"
for %%i in (1 2) do echo %%i>>f10
type f10
for %%i in (3 4) do @(echo %%i) >f11
type f11
if 1==1 (echo in if) >f12
type f12
echo y>nul
type nosuchfile
echo %errorlevel%
type nosuchfile 2>nul || echo type failed
echo z>nodir\f
echo level %errorlevel%
<nosuchinput echo never
type<f1
echo quoted >"f 13"
type "f 13"
cmd /c echo child >f14
type f14
call :sub >f15
type f15
cmd /c "echo e1 1>&2" 2>f16
type f16
(echo 1 & echo 2 & echo 3) 2>nul | cmd /d /q /c "for /l %%i in (1,1,2) do @set /p a=& call echo l %%a%%"
echo last 2>nul | cmd /d /c more_or_less 2>nul
echo %errorlevel%
copy nul empty >nul
for %%f in (empty) do echo size %%~zf
echo swap 3>&1 1>&2 2>&3
goto :eof
:sub
echo from sub
exit /b
