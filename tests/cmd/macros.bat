@echo off
doskey ls=dir /b $*
doskey two=echo "a  b" $T echo $1
doskey /exename=other.exe x=y
doskey /macros
echo --
doskey /macros:other.exe
echo --
rem those of all programs
doskey /macros:all
>m.txt echo ls=
>>m.txt echo up = cd ..
>>m.txt echo q=quit $$
doskey /macrofile=m.txt
doskey /macros
echo --
doskey /exename=other.exe /macrofile="m.txt" /macros
doskey two=
doskey nothing
echo %errorlevel%
doskey /nosuch
echo %errorlevel%
doskey /macrofile=nowhere.txt
echo %errorlevel%
doskey /listsize=x
echo %errorlevel%
doskey /listsize=20 /reinstall /history
echo %errorlevel%
doskey help=cmd /?
doskey /m
