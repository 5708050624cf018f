DLLS += shlwapi
shlwapi_CFLAGS = -D_SHLWAPI_ -DLWSTDAPI_\(x\)=STDAPI_\(x\)
shlwapi_SOURCES = %D%/stream.c %D%/url.c
shlwapi_IMPORTS = ntdll kernel32
