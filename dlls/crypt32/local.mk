DLLS += crypt32
crypt32_SOURCES = %D%/store.c
crypt32_IMPORTS = ntdll kernel32
crypt32_CFLAGS = -DDPAPI_IMP=
