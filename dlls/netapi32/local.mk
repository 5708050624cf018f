DLLS += netapi32
netapi32_CFLAGS = -D_DSGETDCAPI_
netapi32_SOURCES = %D%/buffer.c %D%/group.c %D%/machine.c %D%/share.c %D%/user.c
netapi32_IMPORTS = ntdll kernel32 advapi32
