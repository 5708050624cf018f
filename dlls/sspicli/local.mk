DLLS += sspicli
sspicli_SOURCES = %D%/nothing.c
sspicli_IMPORTS = secur32
