DLLS += ole32
ole32_CFLAGS = -D_OLE32_
ole32_SOURCES = %D%/compobj.c %D%/guid.c %D%/hglobal.c %D%/server.c %D%/hstring.c %D%/winrt.c
ole32_IMPORTS = ntdll kernel32
ole32_LIBS = -luuid
