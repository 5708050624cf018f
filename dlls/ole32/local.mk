DLLS += ole32
ole32_CFLAGS = -D_OLE32_
ole32_SOURCES = %D%/compobj.c
ole32_IMPORTS = ntdll kernel32
