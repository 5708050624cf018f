DLLS += iphlpapi
iphlpapi_SOURCES = %D%/interfaces.c
iphlpapi_IMPORTS = ntdll kernel32
