@echo off
reg add HKCU\Software\RfTest\Sub /v Text /d "some text"
reg add HKCU\Software\RfTest /v Number /t REG_DWORD /d 0x1F /f
reg add HKCU\Software\RfTest /ve /d default /f
reg add HKCU\Software\RfTest /v List /t REG_MULTI_SZ /d one\0two /f
reg add HKCU\Software\RfTest /v Bytes /t REG_BINARY /d 01fe /f
reg query HKCU\Software\RfTest
reg query HKCU\Software\RfTest /v number
reg query HKCU\Software\RfTest /s
for /f "tokens=2*" %%a in ('reg query HKCU\Software\RfTest\Sub /v Text ^| findstr Text') do echo %%a=%%b
reg query HKCU\Software\RfTest /v nosuch
echo %errorlevel%
reg query HKCU\Software\NoSuchKey 2>nul || echo none
reg add HKCU\Software\RfTest /v Number /t REG_DWORD /d 5 <nul
echo y| reg delete HKCU\Software\RfTest /v Number
reg add HKCU\Software\RfTest /v Number /t REG_DWORD /d x /f
reg delete HKCU\Software\RfTest /va /f
reg query HKCU\Software\RfTest
reg delete HKEY_CURRENT_USER\Software\RfTest /f
reg query HKCU\Software\RfTest
rem A hive is everybody's until it is unloaded.
reg add HKCU\Software\RfTest /v Name /d "in a file"
reg save HKCU\Software\RfTest rf.hiv
reg save HKCU\Software\RfTest rf.hiv /y
reg delete HKCU\Software\RfTest /f
reg load HKU\RfTest rf.hiv
reg add HKU\RfTest\Sub /v Later /t REG_DWORD /d 5
reg unload HKU\RfTest
reg query HKU\RfTest
reg load HKLM\RfTest rf.hiv
reg query HKLM\RfTest /s
reg unload HKLM\RfTest
reg unload HKLM\RfTest
reg restore HKCU\Software\RfTest rf.hiv
reg load HKU\RfTest
reg query XYZ\Software
reg frob
for /f "tokens=3" %%a in ('reg query "HKLM\Software\Microsoft\Windows NT\CurrentVersion" /v CurrentBuild') do echo build %%a
