DLLS += userenv
userenv_CFLAGS = -D_USERENV_
userenv_SOURCES = %D%/profile.c %D%/environment.c
userenv_IMPORTS = ntdll kernel32
userenv_DELAYED = advapi32
