# Add a file: one word in the list.
noinst_LIBRARIES += libnetbsd.a
libnetbsd_a_SOURCES = %D%/netbsd.h %D%/personality.c %D%/aio.c %D%/xattr.c %D%/sysv.c %D%/kinfo.c %D%/start.c %D%/frame.c %D%/thread.c \
	%D%/file.c %D%/kevent.c %D%/sysctl.c %D%/misc.c %D%/park.c %D%/futex.c %D%/spawn.c
nodist_libnetbsd_a_SOURCES = %D%/calls.c %D%/calls-table.S %D%/calls.h %D%/errno.h %D%/signals.h
BUILT_SOURCES += %D%/calls.h %D%/errno.h %D%/signals.h
CLEANFILES += %D%/calls.c %D%/calls-table.S %D%/calls.h %D%/errno.h %D%/signals.h
EXTRA_DIST += %D%/syscalls.tbl %D%/errno.tbl %D%/signal.tbl
%D%/errno.h: %D%/errno.tbl syscall-xlate/bsd/gen-names.awk
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(AWK) -v os=netbsd -v kind=errno -f $(srcdir)/syscall-xlate/bsd/gen-names.awk $(srcdir)/%D%/errno.tbl >$@.t && mv $@.t $@
%D%/signals.h: %D%/signal.tbl syscall-xlate/bsd/gen-names.awk
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(AWK) -v os=netbsd -v kind=signal -f $(srcdir)/syscall-xlate/bsd/gen-names.awk $(srcdir)/%D%/signal.tbl >$@.t && mv $@.t $@
$(libnetbsd_a_OBJECTS): %D%/calls.h %D%/errno.h %D%/signals.h syscall-xlate/bsd/calls.h
