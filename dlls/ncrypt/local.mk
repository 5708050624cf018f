DLLS += ncrypt
ncrypt_SOURCES = %D%/ncrypt.c
ncrypt_IMPORTS = ntdll kernel32
