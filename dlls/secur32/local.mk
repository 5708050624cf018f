DLLS += secur32
secur32_SOURCES = %D%/name.c
secur32_IMPORTS = ntdll kernel32
