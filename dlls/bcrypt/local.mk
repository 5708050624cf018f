DLLS += bcrypt
bcrypt_SOURCES = %D%/bcrypt.c dlls/hash/hash.c
bcrypt_IMPORTS = ntdll kernel32
