/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * personality.c - NetBSD to the core, and what differs from its sisters.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>

#include "loader/image/elf.h"
#include "syscall-xlate/netbsd/errno.h"
#include "syscall-xlate/netbsd/netbsd.h"
#include "syscall-xlate/netbsd/signals.h"

static const struct flag_pair open_flags[] = {
	{ 0x0004, O_NONBLOCK },	   { 0x0008, O_APPEND },
	{ 0x0040, O_ASYNC },	   { 0x0080, O_SYNC },
	{ 0x0100, O_NOFOLLOW },	   { 0x0200, O_CREAT },
	{ 0x0400, O_TRUNC },	   { 0x0800, O_EXCL },
	{ 0x8000, O_NOCTTY },	   { 0x00010000, O_DSYNC },
	{ 0x00020000, O_SYNC /* O_RSYNC */ }, { 0x00040000, 0 /* O_ALT_IO */ },
	{ 0x00080000, O_DIRECT },  { 0x00200000, O_DIRECTORY },
	{ 0x00400000, O_CLOEXEC }, { 0x00800000, O_PATH /* O_SEARCH */ },
	{ 0x01000000, 0 /* O_NOSIGPIPE */ }, { 0x02000000, 0 /* O_REGULAR */ },
};

static const struct flag_pair msg_flags[] = {
	{ 0x1, MSG_OOB }, { 0x2, MSG_PEEK }, { 0x4, MSG_DONTROUTE },
	{ 0x8, MSG_EOR }, { 0x10, MSG_TRUNC }, { 0x20, MSG_CTRUNC },
	{ 0x40, MSG_WAITALL }, { 0x80, MSG_DONTWAIT },
	{ 0x400, MSG_NOSIGNAL }, { 0x800, MSG_CMSG_CLOEXEC },
};

static const uint8_t fcntl_ops[] = {
	[0] = FCNTL_DUPFD, [1] = FCNTL_GETFD, [2] = FCNTL_SETFD,
	[3] = FCNTL_GETFL, [4] = FCNTL_SETFL, [5] = FCNTL_GETOWN,
	[6] = FCNTL_SETOWN, [7] = FCNTL_GETLK, [8] = FCNTL_SETLK,
	[9] = FCNTL_SETLKW, [10] = FCNTL_CLOSEM, [11] = FCNTL_MAXFD,
	[12] = FCNTL_DUPFD_CLOEXEC, [13] = FCNTL_IGNORE /* GETNOSIGPIPE */,
	[14] = FCNTL_IGNORE /* SETNOSIGPIPE */, [15] = FCNTL_GETPATH,
	[16] = FCNTL_ADD_SEALS, [17] = FCNTL_GET_SEALS,
};

static const struct bsd_sockopt sockopts[] = {
	{ 0xffff, 0x2000, SOL_SOCKET, SO_TIMESTAMP, SOCKOPT_BOOL },
	{ 0xffff, 0x4000, SOL_SOCKET, 0, SOCKOPT_NOTHING }, /* SO_RERROR */
	{ 0xffff, 0x100b, SOL_SOCKET, SO_SNDTIMEO, SOCKOPT_PLAIN },
	{ 0xffff, 0x100c, SOL_SOCKET, SO_RCVTIMEO, SOCKOPT_PLAIN },
	{ 0, 23, IPPROTO_IP, IP_RECVTTL, SOCKOPT_BOOL },
	{ 6, 3, IPPROTO_TCP, TCP_KEEPIDLE, SOCKOPT_PLAIN },
	{ 6, 5, IPPROTO_TCP, TCP_KEEPINTVL, SOCKOPT_PLAIN },
	{ 6, 6, IPPROTO_TCP, TCP_KEEPCNT, SOCKOPT_PLAIN },
};

/* sys/arch/amd64/amd64/trap.c's choices. */
static void fault_signal(const struct guest_fault *f, struct bsd_signal *s)
{
	enum { ILL = 4, TRAP = 5, FPE = 8, BUS = 10, SEGV = 11, PRESENT = 1 };

	switch (f->kind) {
	case FAULT_INPAGE:
		s->sig = BUS;
		s->code = 2; /* ADRERR */
		break;
	case FAULT_ALIGN:
		s->sig = BUS;
		s->code = 1; /* ADRALN */
		break;
	case FAULT_ILLEGAL:
		s->sig = ILL;
		s->code = 1; /* ILLOPC */
		break;
	case FAULT_DIVIDE:
		s->sig = FPE;
		s->code = 1; /* INTDIV */
		break;
	case FAULT_OVERFLOW:
		s->sig = FPE;
		s->code = 2; /* INTOVF */
		break;
	case FAULT_X87:
	case FAULT_SIMD:
		s->sig = FPE;
		s->code = 7; /* FLTINV */
		break;
	case FAULT_BREAKPOINT:
		s->sig = TRAP;
		s->code = 1; /* BRKPT */
		break;
	case FAULT_STEP:
		s->sig = TRAP;
		s->code = 2; /* TRACE */
		break;
	case FAULT_GENERAL:
		s->sig = SEGV;
		s->code = 2; /* ACCERR */
		break;
	default:
		s->sig = SEGV;
		s->code = f->error & PRESENT ? 2 : 1; /* ACCERR, MAPERR */
		break;
	}
}

static const struct bsd_system system_netbsd = {
	.name = "NetBSD",
	.release = "10.0",
	.version = "NetBSD 10.0 (run-foreign)",
	.machine = "amd64",
	.errno_of = netbsd_errno_of,
	.nerrno = COUNT_OF(netbsd_errno_of),
	.sig_of = netbsd_sig_of,
	.open_flags = open_flags,
	.nopen_flags = COUNT_OF(open_flags),
	.o_cloexec = 0x00400000,
	.o_nonblock = 0x0004,
	.nofollow_error = BSD_RAW + 79, /* EFTYPE */
	.put_stat = netbsd_put_stat,
	.status_continued = 0xffff,
	.af_inet6 = 24,
	.msg_flags = msg_flags,
	.nmsg_flags = COUNT_OF(msg_flags),
	.fcntl_ops = fcntl_ops,
	.nfcntl_ops = COUNT_OF(fcntl_ops),
	.sockopts = sockopts,
	.nsockopts = COUNT_OF(sockopts),
	.push_frame = netbsd_push_frame,
	.fault_signal = fault_signal,
};

static const struct xlate_call *find_call(const struct guest_regs *regs)
{
	uint32_t nr = bsd_call_number(regs);

	return nr < netbsd_ncalls && netbsd_calls[nr].name ? &netbsd_calls[nr] :
							     NULL;
}

static int start(const struct launch *l, struct task **t,
		 struct guest_regs *first, struct err *e)
{
	bsd_sys = &system_netbsd;
	bsd_launch = l;
	if (bsd_trace(netbsd_calls, &netbsd_ncalls, e))
		return -1;
	return netbsd_start(l, t, first, e);
}

static void task_ended(struct task *t)
{
	bsd_thread_ended(t);
	netbsd_lwp_gone();
}

static bool populate(struct task *t, gaddr addr, int access)
{
	return false;
}

const struct personality personality_netbsd = {
	.raw_calls = true,
	.name = "netbsd",
	.system = IMAGE_NETBSD,
	.summary = "NetBSD 10 programs for amd64 (ELF)",
	.calls = netbsd_calls,
	.ncalls = &netbsd_ncalls,
	.no_such_call = -ENOSYS,
	.start = start,
	.find_call = find_call,
	.fetch_args = bsd_fetch_args,
	.set_result = bsd_set_result,
	.bad_args = -EFAULT,
	.fault = bsd_fault,
	.pending = bsd_pending,
	.task_started = bsd_thread_started,
	.host_signal = bsd_host_signal,
	.task_ended = task_ended,
	.populate = populate,
};
