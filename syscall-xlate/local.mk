noinst_LIBRARIES += libxlate.a libpersonality.a
libxlate_a_SOURCES = %D%/dispatch.c %D%/dispatch.h %D%/trace.c %D%/trace.h \
	%D%/trace-args.c %D%/trace-json.c %D%/trace-private.h \
	%D%/flags.c %D%/task.c %D%/task.h %D%/xlate.h %D%/regs.h %D%/launch.h
libpersonality_a_SOURCES = %D%/personality.c %D%/personality.h
EXTRA_DIST += %D%/gen-calls.awk
