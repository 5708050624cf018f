DLLS += comctl32
comctl32_CFLAGS = -D_COMCTL32_ -DWINCOMMCTRLAPI=
comctl32_SOURCES = %D%/init.c
comctl32_IMPORTS = kernel32
