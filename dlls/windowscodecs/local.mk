DLLS += windowscodecs
windowscodecs_SOURCES = %D%/factory.c %D%/decoder.c %D%/frame.c %D%/converter.c \
	%D%/png.c %D%/inflate.c %D%/pnm.c
windowscodecs_IMPORTS = ntdll kernel32
