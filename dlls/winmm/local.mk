DLLS += winmm
winmm_SOURCES = %D%/time.c
winmm_IMPORTS = ntdll kernel32
winmm_CFLAGS = -D_WINMM_
