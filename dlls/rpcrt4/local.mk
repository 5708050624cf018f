DLLS += rpcrt4
rpcrt4_SOURCES = %D%/uuid.c
rpcrt4_IMPORTS = ntdll kernel32
rpcrt4_CFLAGS = -DRPCRTAPI= -DRPCNSAPI= -D_RPCRT4_
