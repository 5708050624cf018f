DLLS += shell32
shell32_SOURCES = %D%/argv.c %D%/execute.c %D%/folder.c \
	%D%/idlist.c %D%/info.c %D%/operation.c
shell32_IMPORTS = ntdll kernel32
shell32_CFLAGS = -D_SHELL32_
