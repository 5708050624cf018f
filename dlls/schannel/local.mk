DLLS += schannel
schannel_SOURCES = %D%/nothing.c
schannel_IMPORTS = secur32
