DLLS += psapi
psapi_IMPORTS = ntdll kernel32
psapi_SOURCES = %D%/psapi.c
