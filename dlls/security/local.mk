DLLS += security
security_SOURCES = %D%/nothing.c
security_IMPORTS = secur32
