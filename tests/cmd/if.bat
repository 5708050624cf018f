@echo off
if a==a echo 1
if a==b echo wrong
if not a==b echo 2
if "a b"=="a b" echo 3
if A==a echo wrong
if /i A==a echo 4
if /i not A==b echo 5
if 10 gtr 9 echo 6
if "10" gtr "9" echo wrong
if 0x10 equ 16 echo 7
if abc lss abd echo 8
if 1 leq 1 if 2 geq 2 if 1 neq 2 if 1 lss 2 echo 9
if exist nofile (echo wrong) else echo 10
echo x>file
if exist file echo 11
if exist fil? echo 12
if exist . echo 13
md sub
if exist sub\ echo 14
if exist sub\nul echo 15
if defined path echo 16
if not defined nosuch echo 17
if errorlevel 1 echo wrong
cmd /c exit 3
if errorlevel 3 if not errorlevel 4 echo 18 %errorlevel%
if cmdextversion 1 echo 19
if a==b (
	echo wrong
) else (
	echo 20
)
if a==a (
	echo 21
	if b==c (echo wrong) else if c==c (echo 22) else (echo wrong)
) else (
	echo wrong
)
if a==b (echo wrong) else if a==c (
	echo wrong
) else echo 23
if a==a echo 24 & echo 25
if a==b echo wrong & echo wrong
if a==a (echo 26) else echo wrong & echo wrong
if a==a echo 27 else echo not a branch
if "%nosuch%"=="" echo 28
if %1==one echo 29 %2 [%~2] %*
set v=x
if %v%==x (set v=y
echo 30 %v%)
echo 31 %v%
if a==a (
:inner
echo 32
)
if a == a echo 33
if a==a,echo 34
if not not a==a echo 35
if 08 equ 8 echo 36
