@echo off
md one\two\three
md one
echo level %errorlevel%
if exist one\two\three echo made
cd one\two
echo %cd%
cd ..\..
cd nowhere
echo level %errorlevel%
cd /d one
cd
cd..
echo content>a.txt
copy a.txt b.txt
copy a.txt one
copy /y a.txt+b.txt c.txt /b
type c.txt
copy /b a.txt + b.txt + c.txt
type a.txt
copy nosuch.txt x.txt
echo level %errorlevel%
copy a.txt a.txt
echo level %errorlevel%
copy *.txt one\two
dir /b one\two
copy *.txt *.bak
dir /b *.bak
copy *.bak all.out
ren a.bak z.bak
ren *.bak *.old
dir /b *.old
ren z.old b.old
echo level %errorlevel%
ren nosuch other
move z.old one
move *.old one\two
dir /b one\two
md gone
move gone went
if exist went\ echo folder moved
move nosuch one
echo level %errorlevel%
del c.txt
if not exist c.txt echo deleted
del nosuch.txt
echo level %errorlevel%
md tree\sub
echo x>tree\f1
echo x>tree\sub\f2
dir /b /s tree
rd tree
echo level %errorlevel%
rd tree || echo rd said no
del /q tree
if not exist tree\f1 if exist tree\sub\f2 echo only the top
echo y|del tree\sub >nul
if not exist tree\sub\f2 echo answered
echo n| rd /s tree
if exist tree echo kept
rd /s /q tree
if not exist tree echo removed
rd nosuch
del /s /q one\*.txt
dir /b /ad
dir /b nosuch
echo level %errorlevel%
dir nosuch\x 2>nul >nul || echo dir failed
echo 12345>s1
echo 1>s2
echo 123>s3
dir /b /os s?
dir /b /o-s s?
dir /b /on s?
dir /b /o-n s?
copy s1+s2 joined >nul
type joined | cmd /d /q /v:on /c "set /p l=& echo !l!"
for %%f in (joined) do echo %%~zf
mklink link.txt s1
type link.txt
mklink /h hard.txt s1
type hard.txt
mklink /d dlink one
if exist dlink\two echo through the link
rd dlink
if exist one\two echo still there
mklink /j junction one
if exist junction\two echo through the junction
type s2 s3
type s?
md "with blank" plain
if exist "with blank" if exist plain echo both
rd "with blank" plain
md "a b\c d" && cd "a b\c d" && cd && cd ..\..
cd a b
cd
