DLLS += secur32
secur32_SOURCES = %D%/name.c %D%/logon.c %D%/sspi.c
secur32_IMPORTS = ntdll kernel32
