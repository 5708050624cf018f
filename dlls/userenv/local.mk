DLLS += userenv
userenv_CFLAGS = -DUSERENVAPI=
userenv_SOURCES = %D%/profile.c
userenv_IMPORTS = ntdll kernel32
