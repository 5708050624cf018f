@echo off
rem Entries of a folder's own go to what is made in it: those are the same on every machine.
mkdir d
icacls d /grant Everyone:(OI)(CI)F "Administrators:(CI)(RX,W)" *S-1-5-32-545:(OI)(IO)(GR,X) /q
echo x> d\file
mkdir d\sub
echo y> d\sub\deep
icacls d\file
icacls d\sub
icacls d\* /t /findsid Users
icacls d\file /grant Users:RX Guests:(OI)W /deny "Guests:(WD,AD)"
icacls d\file
icacls d\file /grant:r Users:R /deny Users:D
icacls d\file /q
icacls d\file /remove:d Users Guests /remove:g guests
icacls d\file /inheritance:d
icacls d\file
icacls d\file /save saved /q
icacls d\file /inheritance:r
icacls d\file
icacls d /restore saved
icacls d\file
icacls d /substitute Users Guests /restore saved /q
icacls d\file /findsid Guests
icacls d\file /remove Everyone Guests
icacls d\file /reset
icacls d\file
icacls d\file /verify
rem What keeps others from waiting keeps nobody from looking.
icacls d\file /deny *S-1-1-0:(S)
icacls d\file
icacls d\file /remove:d Everyone
icacls nothere
echo %errorlevel%
icacls nothere d\file
echo %errorlevel%
icacls d\file /grant NoSuchName:R
echo %errorlevel%
icacls d\file /grant Users:Q
echo %errorlevel%
icacls d\*.none
