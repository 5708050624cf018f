DLLS += user32
user32_CFLAGS = -D_USER32_
user32_SOURCES = %D%/char.c %D%/class.c %D%/hidden.c %D%/find.c %D%/title.c %D%/send.c %D%/message.c %D%/wait.c \
	%D%/box.c %D%/clipboard.c %D%/names.c %D%/keyboard.c %D%/system.c %D%/dialog.c %D%/event.c %D%/picture.c %D%/text.c %D%/window.c
user32_ENTRY = DllMain
user32_IMPORTS = ntdll kernel32
