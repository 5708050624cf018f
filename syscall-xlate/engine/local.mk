noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = %D%/engine.c %D%/engine.h %D%/direct.c \
	%D%/direct-x86_64.S %D%/direct.h %D%/direct-fixup.h %D%/direct-mem.c \
	%D%/direct-signal.c %D%/direct-space.c %D%/direct-compat.c \
	%D%/direct-gate32.S
