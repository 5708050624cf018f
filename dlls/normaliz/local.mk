DLLS += normaliz
normaliz_SOURCES = %D%/normaliz.c
normaliz_IMPORTS = ntdll kernel32
