# Add a file: one word in the list.
noinst_LIBRARIES += libfreebsd.a
libfreebsd_a_SOURCES = %D%/freebsd.h %D%/personality.c %D%/start.c %D%/frame.c %D%/thread.c \
	%D%/file.c %D%/kevent.c %D%/sysctl.c %D%/misc.c %D%/umtx.c %D%/umtx-mutex.c %D%/umtx-shm.c %D%/shm.c %D%/kinfo.c %D%/umtx.h %D%/procdesc.c %D%/aio.c %D%/sysv.c
nodist_libfreebsd_a_SOURCES = %D%/calls.c %D%/calls-table.S %D%/calls.h %D%/errno.h %D%/signals.h
BUILT_SOURCES += %D%/calls.h %D%/errno.h %D%/signals.h
CLEANFILES += %D%/calls.c %D%/calls-table.S %D%/calls.h %D%/errno.h %D%/signals.h
EXTRA_DIST += %D%/syscalls.tbl %D%/errno.tbl %D%/signal.tbl
%D%/errno.h: %D%/errno.tbl syscall-xlate/bsd/gen-names.awk
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(AWK) -v os=freebsd -v kind=errno -f $(srcdir)/syscall-xlate/bsd/gen-names.awk $(srcdir)/%D%/errno.tbl >$@.t && mv $@.t $@
%D%/signals.h: %D%/signal.tbl syscall-xlate/bsd/gen-names.awk
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(AWK) -v os=freebsd -v kind=signal -f $(srcdir)/syscall-xlate/bsd/gen-names.awk $(srcdir)/%D%/signal.tbl >$@.t && mv $@.t $@
$(libfreebsd_a_OBJECTS): %D%/calls.h %D%/errno.h %D%/signals.h syscall-xlate/bsd/calls.h
