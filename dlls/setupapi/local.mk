DLLS += setupapi
setupapi_CFLAGS = -D_SETUPAPI_
setupapi_SOURCES = %D%/devices.c
setupapi_IMPORTS = ntdll kernel32
