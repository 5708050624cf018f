noinst_LIBRARIES += libimage.a
libimage_a_SOURCES = %D%/image.c %D%/image.h %D%/pe.c %D%/pe.h %D%/pe-map.c \
	%D%/pe-reloc.c %D%/pe-import.c %D%/elf.c %D%/elf.h %D%/elf-ident.c \
	%D%/elf-map.c %D%/elf-linker.c %D%/identify.c %D%/identify.h
