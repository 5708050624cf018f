DLLS += bcryptprimitives
bcryptprimitives_SOURCES = %D%/random.c
bcryptprimitives_IMPORTS = ntdll
