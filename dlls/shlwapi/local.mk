DLLS += shlwapi
shlwapi_CFLAGS = -D_SHLWAPI_ -DLWSTDAPI_\(x\)=STDAPI_\(x\)
shlwapi_SOURCES = %D%/stream.c
shlwapi_IMPORTS = ntdll kernel32
