DLLS += sechost
sechost_SOURCES = %D%/nothing.c
sechost_IMPORTS = ntdll advapi32
