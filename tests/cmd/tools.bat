@echo off
(echo apple pie
echo Banana split
echo cherry tart
echo apple cake)>f.txt
find "apple" f.txt
echo %errorlevel%
find /i /n "BANANA" f.txt
find /c "a" f.txt
find /v "apple" <f.txt
type f.txt | find /c /v ""
find "nothing" f.txt
echo %errorlevel%
find apple f.txt
echo %errorlevel%
find "x" nosuch.txt
findstr apple f.txt
findstr /n "cherry split" f.txt
findstr /i /c:"apple c" f.txt
findstr /r "^[bB].*t$" f.txt
findstr /b apple f.txt
findstr /e /l cake f.txt
findstr /x /c:"cherry tart" f.txt
findstr /v /i /r "^a" f.txt
findstr nothing f.txt
echo %errorlevel%
findstr /m a f.txt
findstr /r "\<pie\> t.rt" f.txt
findstr . nosuch.txt
md d
echo apple in d>d\g.txt
findstr /s apple *.txt
findstr /s /m /c:"in d" *
echo one.two| findstr "one.two"
echo oneXtwo| findstr "one.two"
echo oneXtwo| findstr /l "one.two" || echo literal
for /f "tokens=1* delims=:" %%a in ('findstr /n "^" f.txt') do echo %%a=%%b
sort f.txt
sort /r <f.txt
(echo b2& echo a9& echo c1) | sort /+2
sort /unique f.txt second 2>nul || echo bad
(echo x& echo x& echo y)>u
sort /unique u /o s.txt
type s.txt
more f.txt
type f.txt | more +2
echo @rem >mytool.bat
where mytool
where mytool.bat >nul && echo found
where nosuchtool
echo %errorlevel%
where /r . g.txt
where /q nosuchtool || echo quiet
where .:*.txt
where "$path:cmd.exe"
timeout /t 1 <nul
echo %errorlevel%
echo xn|choice
echo %errorlevel%
echo b|choice /c abB /cs /m "Which one"
echo %errorlevel%
echo 2|choice /n /c 123 /m "A number:"
echo %errorlevel%
choice /c ab /t 0 /d b <nul
echo %errorlevel%
choice <nul
echo %errorlevel%
choice /c aba <nul
echo %errorlevel%
choice /t 5 <nul
echo %errorlevel%
choice /t 5 /d q <nul
echo %errorlevel%
choice /x <nul
echo %errorlevel%
chcp
chcp 1252
chcp abc
chcp 65001 >nul
attrib +r f.txt
attrib f.txt
del f.txt
del /f f.txt
if not exist f.txt echo gone
md t\sub\empty
echo 1>t\a.txt
echo 2 >t\sub\b.txt
echo 3 >t\c.dat
xcopy t u1 /i
dir /b u1
xcopy t u2\ /s /q
dir /b /s u2
xcopy /e /y /i t u3
dir /b /s u3
xcopy t\*.txt u4\ /s /f
echo sub>ex
xcopy t u5 /i /s /exclude:ex
xcopy nosuch u6
echo %errorlevel%
xcopy /l /s t u7\
if not exist u7 echo only listed
echo 4 >>t\a.txt
xcopy /d /y /s t u2
rem Of this run only: others may run the same, and see its processes.
for %%d in ("%cd%\..") do set me=rf-%%~nxd
copy %comspec% %me%-endless.exe >nul
start "" /b %me%-endless /d /c "for /l %%i in (1,0,2) do @rem"
:wait
tasklist /fo csv /nh /fi "imagename eq %me%-endless.exe" | find "%me%-endless.exe" >nul || goto wait
taskkill /im %me%-endless.exe 2>&1 | find "could not be terminated" >nul && echo not without force
taskkill /f /im %me%-end*.exe | find "SUCCESS" >nul && echo ended
:gone
tasklist /fo csv /nh /fi "imagename eq %me%-endless.exe" | find "%me%-endless.exe" >nul && goto gone
tasklist /fi "imagename eq %me%-endless.exe"
taskkill /f /im %me%-endless.exe 2>&1 | find "%me%-endless.exe"" not found." >nul && echo not found
taskkill /f /im %me%-endless.exe >nul 2>&1
echo %errorlevel%
tasklist /fi "imagename like x"
