/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * personality.c - NetBSD to the core, and what differs from its sisters.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "loader/image/elf.h"
#include "syscall-xlate/bsd/rtmsg.h"
#include "syscall-xlate/bsd/system.h"
#include "syscall-xlate/netbsd/errno.h"
#include "syscall-xlate/netbsd/netbsd.h"
#include "syscall-xlate/netbsd/signals.h"

static const struct flag_pair open_flags[] = {
	BSD_OPEN_FLAGS,
	{ 0x00010000, O_DSYNC },   { 0x00020000, O_SYNC /* O_RSYNC */ },
	{ 0x00040000, 0 /* O_ALT_IO */ }, { 0x00080000, O_DIRECT },
	{ 0x00200000, O_DIRECTORY }, { 0x00400000, O_CLOEXEC },
	{ 0x00800000, O_PATH /* O_SEARCH */ },
	{ 0x01000000, 0 /* O_NOSIGPIPE */ }, { 0x02000000, 0 /* O_REGULAR */ },
};

static const struct flag_pair msg_flags[] = {
	BSD_MSG_FLAGS,
	{ 0x400, MSG_NOSIGNAL }, { 0x800, MSG_CMSG_CLOEXEC },
};

static const uint8_t fcntl_ops[] = {
	BSD_FCNTL_OPS,
	[10] = FCNTL_CLOSEM, [11] = FCNTL_MAXFD,
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
static const struct bsd_fault_signal faults[] = {
	BSD_FAULTS,
	[FAULT_GENERAL] = { BSD_SIGSEGV, 2 /* ACCERR */ },
	[FAULT_INPAGE] = { BSD_SIGBUS, 2 /* ADRERR */ },
	[FAULT_DIVIDE] = { BSD_SIGFPE, 1 /* INTDIV */ },
	[FAULT_OVERFLOW] = { BSD_SIGFPE, 2 /* INTOVF */ },
};

/* struct unpcbid: sys/un.h. */
static size_t put_peer(void *to, const struct bsd_peer *p)
{
	struct {
		int32_t pid;
		uint32_t uid, gid;
	} *x = to;

	x->pid = p->pid;
	x->uid = p->uid;
	x->gid = p->groups[0];
	return sizeof *x;
}

static const struct bsd_mq mq = {
	.attr_size = 32, .priorities = 32, .maxmsg = 32, .msgsize = 1024,
	.any_name = true,
};

static const struct bsd_route_format route = {
	.family = 34, .version = 4, .head = 120,
	.local = 0x40000, .direct = 0x100 /* RTF_CONNECTED */,
};

const struct bsd_system netbsd_system = {
	.name = "NetBSD",
	.release = "10.0",
	.version = "NetBSD 10.0 (run-foreign)",
	.machine = "amd64",
	.calls = netbsd_calls,
	.ncalls = &netbsd_ncalls,
	.errno_of = netbsd_errno_of,
	.nerrno = COUNT_OF(netbsd_errno_of),
	.sig_of = netbsd_sig_of,
	BSD_TABLES,
	.o_cloexec = 0x00400000,
	.o_nonblock = 0x0004,
	.nofollow_error = BSD_RAW + 79, /* EFTYPE */
	.no_attribute = BSD_RAW + 93, /* ENOATTR */
	.put_stat = netbsd_put_stat,
	.status_continued = 0xffff,
	.inherit_zero = 4,
	.af_inet6 = 24,
	.push_frame = netbsd_push_frame,
	.sysv = &netbsd_sysv,
	.route = &route,
	.mq = &mq,
	.sem_value_max = UINT32_MAX,
	.peer_option = 3, .put_peer = put_peer, /* LOCAL_PEEREID */
	.forked = netbsd_lwp_forked,
	.let_go = netbsd_futex_release,
	.aio_done = netbsd_aio_done,
};

static void task_ended(struct task *t)
{
	bsd_thread_ended(t);
	netbsd_lwp_gone();
}

const struct personality personality_netbsd = {
	BSD_PERSONALITY,
	.name = "netbsd",
	.system = IMAGE_NETBSD,
	.summary = "NetBSD 10 programs for amd64 (ELF)",
	.calls = netbsd_calls,
	.ncalls = &netbsd_ncalls,
	.start = netbsd_start,
	.task_ended = task_ended,
};
