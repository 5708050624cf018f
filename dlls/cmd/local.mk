PROGRAMS += cmd
cmd_IMPORTS = ntdll kernel32
cmd_ENTRY = cmd_start
# Subroutines call themselves, and each level takes some of it.
cmd_LIBS = -Wl,--stack,0x800000

cmd_SOURCES = %D%/main.c %D%/memory.c %D%/output.c %D%/input.c %D%/complete.c %D%/expand.c \
	%D%/modifier.c %D%/parse.c %D%/unparse.c %D%/run.c %D%/redirect.c \
	%D%/program.c %D%/start.c %D%/if.c %D%/for.c %D%/for-lines.c %D%/batch.c \
	%D%/set.c %D%/arith.c %D%/builtin.c %D%/usage.c %D%/misc.c %D%/clock.c %D%/folder.c \
	%D%/delete.c %D%/rename.c %D%/copy.c %D%/dir.c %D%/association.c %D%/link.c
