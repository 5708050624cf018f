DLLS += advapi32
advapi32_CFLAGS = -D_ADVAPI32_
advapi32_SOURCES = %D%/reg-key.c %D%/reg-value.c %D%/random.c %D%/token.c
advapi32_IMPORTS = ntdll kernel32
