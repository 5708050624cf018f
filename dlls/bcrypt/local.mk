DLLS += bcrypt
bcrypt_SOURCES = %D%/bcrypt.c dlls/hash/hash.c dlls/hash/md-old.c
bcrypt_IMPORTS = ntdll kernel32
