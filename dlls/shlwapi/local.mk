DLLS += shlwapi
shlwapi_CFLAGS = -D_SHLWAPI_ -DLWSTDAPI_\(x\)=STDAPI_\(x\)
shlwapi_SOURCES = %D%/stream.c %D%/url.c %D%/path-w.c %D%/path-a.c \
	%D%/str-w.c %D%/str-a.c %D%/registry-w.c %D%/registry-a.c %D%/object.c
shlwapi_IMPORTS = ntdll kernel32
shlwapi_DELAYED = kernelbase advapi32 ole32
