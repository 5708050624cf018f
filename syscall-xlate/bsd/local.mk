# What FreeBSD and NetBSD share.  Add a file: one word in the list.
noinst_LIBRARIES += libbsd.a
nodist_libbsd_a_SOURCES = %D%/calls.h
libbsd_a_SOURCES = %D%/bsd.h %D%/system.h %D%/util.c %D%/start.c %D%/start.h %D%/exec.c \
	%D%/process.c %D%/thread.c %D%/signal.c %D%/clock.c \
	%D%/space.c %D%/memory.c %D%/file.c %D%/path.c %D%/dir.c %D%/dir.h %D%/mount.c %D%/mount.h \
	%D%/kqueue.c %D%/kqueue.h %D%/kqueue-private.h \
	%D%/kqueue-wait.c %D%/kqueue-watch.c %D%/kqueue-proc.c %D%/kqueue-file.c %D%/proc-watch.c %D%/proc-watch.h %D%/aio.c %D%/aio.h %D%/sysv.c %D%/sysv.h %D%/sysv-t.h %D%/sysv-shm.c %D%/mqueue.c %D%/ksem.c %D%/ksem.h %D%/extattr.c %D%/extattr.h %D%/aio-run.c %D%/aio-list.c %D%/sysctl.c %D%/sysctl-host.c %D%/sysctl.h %D%/socket.c %D%/sockopt.c \
	%D%/poll.c %D%/ioctl.c %D%/eventfd.c %D%/iflist.c %D%/route.c %D%/rtmsg.h %D%/inherit.c %D%/park.c %D%/vfork.c
EXTRA_DIST += %D%/gen-names.awk
BUILT_SOURCES += %D%/calls.h
CLEANFILES += %D%/calls.h
# Prototypes of the shared handlers, from both tables: they must agree.
%D%/calls.h: syscall-xlate/freebsd/syscalls.tbl syscall-xlate/netbsd/syscalls.tbl \
		syscall-xlate/gen-calls.awk
	@$(MKDIR_P) %D%
	$(AM_V_GEN){ echo '#include "syscall-xlate/bsd/bsd.h"'; \
		for os in freebsd netbsd; do \
		$(AWK) -v os=$$os -v mode=h -v only=bsd_ \
			-f $(srcdir)/syscall-xlate/gen-calls.awk \
			$(srcdir)/syscall-xlate/$$os/syscalls.tbl || exit; \
		done; } >$@.t && mv $@.t $@
$(libbsd_a_OBJECTS): %D%/calls.h
