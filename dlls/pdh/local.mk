DLLS += pdh
pdh_SOURCES = %D%/pdh.c
pdh_IMPORTS = ntdll kernel32
