noinst_LIBRARIES += libxlate.a libpersonality.a
libxlate_a_SOURCES = %D%/dispatch.c %D%/dispatch.h %D%/returns.c %D%/returns.h \
	%D%/returns-x86_64.S %D%/trace.c %D%/trace.h \
	%D%/trace-args.c %D%/trace-json.c %D%/trace-private.h \
	%D%/flags.c %D%/hostcall-x86_64.S %D%/hostcall.h %D%/task.c %D%/task-spin.c %D%/task.h %D%/xlate.h %D%/xstate.c %D%/regs.h %D%/launch.c %D%/launch.h
libpersonality_a_SOURCES = %D%/personality.c %D%/personality.h
EXTRA_DIST += %D%/gen-calls.awk

# A personality's table as C; nt's handlers return NTSTATUS.
calls_ret_nt = NTSTATUS
calls_header_nt = syscall-xlate/nt/nt.h
syscall-xlate/%/calls.h: syscall-xlate/%/syscalls.tbl syscall-xlate/gen-calls.awk
	@$(MKDIR_P) syscall-xlate/$*
	$(AM_V_GEN)$(AWK) -v os=$* -v ret=$(calls_ret_$*) -v mode=h \
		-f $(srcdir)/syscall-xlate/gen-calls.awk $< >$@.t && $(put_if_new)
syscall-xlate/%/calls.c: syscall-xlate/%/syscalls.tbl syscall-xlate/gen-calls.awk
	@$(MKDIR_P) syscall-xlate/$*
	$(AM_V_GEN){ echo '#include "$(or $(calls_header_$*),syscall-xlate/xlate.h)"'; \
		echo '#include "syscall-xlate/$*/calls.h"'; \
		$(AWK) -v os=$* -v ret=$(calls_ret_$*) -v mode=c \
		-f $(srcdir)/syscall-xlate/gen-calls.awk $<; } >$@.t && mv $@.t $@
syscall-xlate/%/calls-table.S: syscall-xlate/%/syscalls.tbl syscall-xlate/gen-calls.awk
	@$(MKDIR_P) syscall-xlate/$*
	$(AM_V_GEN)$(AWK) -v os=$* -v mode=s \
		-f $(srcdir)/syscall-xlate/gen-calls.awk $< >$@.t && mv $@.t $@
