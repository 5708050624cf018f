/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * personality.c - FreeBSD to the core, and what differs from its sisters.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "loader/image/elf.h"
#include "syscall-xlate/bsd/rtmsg.h"
#include "syscall-xlate/bsd/system.h"
#include "syscall-xlate/freebsd/errno.h"
#include "syscall-xlate/freebsd/freebsd.h"
#include "syscall-xlate/freebsd/signals.h"

static const struct flag_pair open_flags[] = {
	BSD_OPEN_FLAGS,
	{ 0x00010000, O_DIRECT },  { 0x00020000, O_DIRECTORY },
	{ 0x00040000, O_PATH /* O_EXEC */ }, { 0x00080000, 0 /* O_TTY_INIT */ },
	{ 0x00100000, O_CLOEXEC }, { 0x00200000, 0 /* O_VERIFY */ },
	{ 0x00400000, O_PATH },	   { 0x01000000, O_DSYNC },
};

static const struct flag_pair msg_flags[] = {
	BSD_MSG_FLAGS,
	{ 0x20000, MSG_NOSIGNAL }, { 0x40000, MSG_CMSG_CLOEXEC },
};

static const uint8_t fcntl_ops[] = {
	BSD_FCNTL_OPS,
	[10] = FCNTL_DUP2FD, [11] = FCNTL_GETLK,
	[12] = FCNTL_SETLK, [13] = FCNTL_SETLKW,
	[15] = FCNTL_IGNORE /* READAHEAD */, [16] = FCNTL_IGNORE,
	[17] = FCNTL_DUPFD_CLOEXEC, [18] = FCNTL_DUP2FD_CLOEXEC,
	[19] = FCNTL_ADD_SEALS, [20] = FCNTL_GET_SEALS,
	[21] = FCNTL_IGNORE /* ISUNIONSTACK */,
};

#define MULTICAST(level, host)                                                 \
	{ level, 80, host, MCAST_JOIN_GROUP, SOCKOPT_GROUPS },                 \
	{ level, 81, host, MCAST_LEAVE_GROUP, SOCKOPT_GROUPS },                \
	{ level, 82, host, MCAST_JOIN_SOURCE_GROUP, SOCKOPT_GROUPS },          \
	{ level, 83, host, MCAST_LEAVE_SOURCE_GROUP, SOCKOPT_GROUPS },         \
	{ level, 84, host, MCAST_BLOCK_SOURCE, SOCKOPT_GROUPS },               \
	{ level, 85, host, MCAST_UNBLOCK_SOURCE, SOCKOPT_GROUPS }

static const struct bsd_sockopt sockopts[] = {
	{ 0xffff, 0x0400, SOL_SOCKET, SO_TIMESTAMP, SOCKOPT_BOOL },
	{ 0xffff, 0x10000, SOL_SOCKET, SO_REUSEPORT, SOCKOPT_BOOL }, /* _LB */
	{ 0xffff, 0x1016, SOL_SOCKET, SO_PROTOCOL, SOCKOPT_PLAIN },
	{ 0xffff, 0x1019, SOL_SOCKET, SO_DOMAIN, SOCKOPT_DOMAIN },
	{ 0, 67, IPPROTO_IP, IP_MTU_DISCOVER, SOCKOPT_PMTU },
	{ 0, 24, IPPROTO_IP, IP_FREEBIND, SOCKOPT_BOOL },
	{ 0, 65, IPPROTO_IP, IP_RECVTTL, SOCKOPT_BOOL },
	{ 0, 70, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, SOCKOPT_SOURCE },
	{ 0, 71, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, SOCKOPT_SOURCE },
	{ 0, 72, IPPROTO_IP, IP_BLOCK_SOURCE, SOCKOPT_SOURCE },
	{ 0, 73, IPPROTO_IP, IP_UNBLOCK_SOURCE, SOCKOPT_SOURCE },
	MULTICAST(0, IPPROTO_IP), MULTICAST(41, IPPROTO_IPV6),
	{ 6, 4, IPPROTO_TCP, TCP_CORK, SOCKOPT_BOOL },
	{ 6, 64, IPPROTO_TCP, TCP_CONGESTION, SOCKOPT_PLAIN },
	{ 6, 256, IPPROTO_TCP, TCP_KEEPIDLE, SOCKOPT_PLAIN },
	{ 6, 512, IPPROTO_TCP, TCP_KEEPINTVL, SOCKOPT_PLAIN },
	{ 6, 1024, IPPROTO_TCP, TCP_KEEPCNT, SOCKOPT_PLAIN },
	{ 6, 1025, IPPROTO_TCP, TCP_FASTOPEN, SOCKOPT_PLAIN },
};

/* sys/amd64/amd64/trap.c's choices. */
static const struct bsd_fault_signal faults[] = {
	BSD_FAULTS,
	[FAULT_GENERAL] = { BSD_SIGBUS, 3 /* OBJERR */ },
	[FAULT_INPAGE] = { BSD_SIGBUS, 3 /* OBJERR */ },
	[FAULT_DIVIDE] = { BSD_SIGFPE, 2 /* INTDIV */ },
	[FAULT_OVERFLOW] = { BSD_SIGFPE, 1 /* INTOVF */ },
};

/* struct xucred: sys/ucred.h. */
static size_t put_peer(void *to, const struct bsd_peer *p)
{
	struct {
		uint32_t version, uid;
		uint16_t ngroups, pad;
		uint32_t groups[16];
		int32_t pid __attribute__((aligned(8)));
	} *x = to;

	_Static_assert(sizeof *x == 88 && COUNT_OF(x->groups) ==
						  COUNT_OF(p->groups),
		       "sys/ucred.h");
	x->uid = p->uid;
	x->ngroups = p->ngroups;
	memcpy(x->groups, p->groups, sizeof x->groups);
	x->pid = p->pid;
	return sizeof *x;
}

static void closing(int fd)
{
	freebsd_procdesc_closing(fd);
	if (fd < 0)
		freebsd_umtx_shm_leave();
}

static void forked(void)
{
	freebsd_umtx_forked();
	freebsd_umtx_shm_forked();
	freebsd_procdesc_forked();
}

static const struct bsd_mq mq = {
	.attr_size = 64, .priorities = 64, .maxmsg = 10, .msgsize = 1024,
	.tells_threads = true,
};

static const struct bsd_route_format route = {
	.family = 17, .version = 5, .head = 152,
	.local = 0x200000, .direct = 0x100000 /* RTF_PINNED */,
};

const struct bsd_system freebsd_system = {
	.name = "FreeBSD",
	.release = "14.0-RELEASE",
	.version = "FreeBSD 14.0-RELEASE run-foreign",
	.machine = "amd64",
	.calls = freebsd_calls,
	.ncalls = &freebsd_ncalls,
	.errno_of = freebsd_errno_of,
	.nerrno = COUNT_OF(freebsd_errno_of),
	.sig_of = freebsd_sig_of,
	BSD_TABLES,
	.o_cloexec = 0x00100000,
	.o_nonblock = 0x0004,
	.nofollow_error = EMLINK,
	.no_attribute = ENODATA,
	.put_stat = freebsd_put_stat,
	.status_continued = 0x13,
	.inherit_zero = 3,
	.af_inet6 = 28,
	.push_frame = freebsd_push_frame,
	.sysv = &freebsd_sysv,
	.route = &route,
	.mq = &mq,
	.sem_value_max = INT32_MAX,
	.cut_is_attrib = true,
	.peer_option = 1, .put_peer = put_peer, /* LOCAL_PEERCRED */
	.forked = forked,
	.let_go = freebsd_umtx_release,
	.closing = closing,
};

const struct personality personality_freebsd = {
	BSD_PERSONALITY,
	.name = "freebsd",
	.system = IMAGE_FREEBSD,
	.summary = "FreeBSD 14 programs for amd64 (ELF)",
	.calls = freebsd_calls,
	.ncalls = &freebsd_ncalls,
	.start = freebsd_start,
	.task_ended = bsd_thread_ended,
};
