@echo off
for %%i in (a b,c;d=e "f g") do echo [%%i] [%%~i]
for %%i in () do echo wrong
for /l %%i in (1,1,5) do echo %%i
for /l %%i in (10 -5 0) do echo %%i
for /l %%i in (1,1,0) do echo wrong
for %%i in (1 2) do for %%j in (x y) do echo %%i%%j
for %%i in (1 2) do (
	echo block %%i
	echo more %%i
)
for %%i in (1 2) do echo a%%i & echo b%%i
echo 1 >b.txt
echo 22 >a.txt
echo 3 >c.dat
md d1
md d2
echo x>d1\one.txt
echo x>d2\two.txt
for %%f in (*.txt) do echo file %%f
for %%f in (*.txt *.dat nosuch*.*) do echo file %%f
for /d %%d in (*) do echo dir %%d
for /r %%f in (*.txt) do echo %%~nxf in %%~pf>nul & echo %%~nxf
for /r d1 %%f in (*.txt) do echo %%f
for /r d2 %%f in (.) do echo %%f
for %%f in (d1\one.txt) do echo %%~ff %%~nf %%~xf %%~nxf %%~zf
for %%f in (a.txt) do echo %%~dpnxf
for /f %%a in ("one two three") do echo %%a
for /f "tokens=1,3" %%a in ("one two three") do echo %%a-%%b
for /f "tokens=2-3*" %%a in ("1 2 3 4 5 6") do echo %%a-%%b-%%c
for /f "tokens=*" %%a in ("   lead and tail") do echo [%%a]
for /f "delims=" %%a in ("  all of it") do echo [%%a]
for /f "delims=, tokens=1,2" %%a in ("x,y,z") do echo %%a %%b
for /f "tokens=1,2 delims=: " %%a in ("k: v") do echo %%a=%%b
for /f "tokens=1* delims==" %%a in ("name=value=more") do echo %%a [%%b]
for /f "tokens=5" %%a in ("too few") do echo wrong
for /f "eol=# tokens=1" %%a in ("#comment") do echo wrong
(echo line 1
echo ;comment
echo.
echo line 2
echo line 3)>lines
for /f %%a in (lines) do echo %%a
for /f "tokens=2" %%a in (lines) do echo %%a
for /f "skip=2 delims=" %%a in (lines) do echo [%%a]
for /f "usebackq delims=" %%a in ("lines") do echo u[%%a]
for /f "usebackq" %%a in ('single quoted') do echo %%a
for /f "delims=" %%a in ('echo from a command') do echo %%a
for /f "usebackq delims=" %%a in (`echo from another`) do echo %%a
for /f "delims=" %%a in ('type lines ^| find "2" 2^>nul ^& echo and') do echo %%a
for /f "tokens=1,2" %%a in ('dir /b *.txt') do echo %%a
set n=0
for %%i in (1 2 3) do set /a n+=%%i
echo %n%
setlocal enabledelayedexpansion
set s=
for %%i in (x y z) do set s=!s!%%i
echo !s!
set list=p q r
for %%i in (!list!) do echo %%i
for /l %%i in (1,1,3) do (set k=%%i
if !k!==2 echo two)
endlocal
for %%i in (stop here) do if %%i==stop goto out
echo wrong
:out
for %%a in ("%~f0") do echo %%~nxa
for %%A in (1) do for %%a in (2) do echo %%A%%a
for /f "tokens=1-3 delims=/" %%x in ("2026/11/20") do echo %%z.%%y.%%x
for %%i in (a) do (for %%j in (b) do echo %%i %%j %%k)
