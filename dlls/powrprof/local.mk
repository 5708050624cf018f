DLLS += powrprof
powrprof_SOURCES = %D%/power.c
powrprof_IMPORTS = ntdll kernel32
