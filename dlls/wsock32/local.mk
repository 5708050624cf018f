DLLS += wsock32
wsock32_SOURCES = %D%/nothing.c
wsock32_IMPORTS = ws2_32
