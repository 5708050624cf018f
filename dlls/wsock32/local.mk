DLLS += wsock32
wsock32_SOURCES = %D%/option.c
wsock32_IMPORTS = kernel32 ws2_32
