# The sources of C++ exceptions and RTTI; in vcruntime140 and in msvcrt.
eh_dir = dlls/vcruntime140
eh_SOURCES = $(eh_dir)/eh-thread.c $(eh_dir)/eh-throw.c $(eh_dir)/eh-misc.c \
	$(eh_dir)/eh-longjmp.c $(eh_dir)/eh-rtti.c $(eh_dir)/eh-std.c \
	$(eh_dir)/eh-undecorate.c
eh_SOURCES_x86_64 = $(eh_dir)/eh-x86_64.S $(eh_dir)/eh-func.c \
	$(eh_dir)/eh-frame.c $(eh_dir)/eh-setjmp-x86_64.S
eh_SOURCES_i686 = $(eh_dir)/eh-i686.S $(eh_dir)/eh-frame-i686.c \
	$(eh_dir)/eh-seh-i686.c $(eh_dir)/eh-setjmp-i686.S
