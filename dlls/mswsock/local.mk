DLLS += mswsock
mswsock_SOURCES = %D%/extensions.c
mswsock_IMPORTS = ntdll kernel32 ws2_32
