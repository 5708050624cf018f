DLLS += user32
user32_CFLAGS = -D_USER32_
user32_SOURCES = %D%/char.c %D%/class.c
user32_IMPORTS = ntdll kernel32
