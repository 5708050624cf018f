DLLS += version
version_CFLAGS = -D_VERSION_
version_SOURCES = %D%/info.c %D%/query.c
version_IMPORTS = ntdll kernel32
