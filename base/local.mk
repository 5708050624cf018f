noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = %D%/err.c %D%/err.h %D%/futex.h %D%/raw-call.h %D%/companion.c %D%/companion.h %D%/log.c %D%/log.h %D%/bytes.h \
	%D%/guest.c %D%/guarded.h %D%/guest.h %D%/table.h %D%/utf.c %D%/utf.h \
	%D%/policy.c %D%/policy.h %D%/policy-net.c %D%/policy-net.h %D%/own-fd.c %D%/own-fd.h \
	%D%/mapped.c %D%/mapped.h %D%/netlink.c %D%/netlink.h %D%/proc.c %D%/proc.h %D%/pass-fd.c %D%/pass-fd.h %D%/clock.c %D%/clock.h %D%/cpu.c %D%/cpu.h %D%/uring.c %D%/uring.h %D%/queue.h
