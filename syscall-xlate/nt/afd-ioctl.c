/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-ioctl.c - the controls that winsock sends down (WSAIoctl) and AFD's own
 * information of a socket.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "syscall-xlate/nt/afd.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/process.h"

/* ---- WSAIoctl ---- */

typedef NTSTATUS ioctl_fn(struct task *t, struct afd_socket *s, struct irp *r,
			  gaddr in, uint64_t len);

/* A word of input; a BOOLEAN will do where one is asked for. */
static NTSTATUS word_in(struct task *t, gaddr in, uint64_t len, uint32_t *v)
{
	*v = 0;
	return !len || guest_read(t, v, in, MIN(len, sizeof *v))
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

static NTSTATUS readable(struct task *t, struct afd_socket *s, struct irp *r,
			 gaddr in, uint64_t len)
{
	int v = 0;

	(void)in, (void)len;
	if (ioctl(s->file->fd, FIONREAD, &v) < 0)
		return afd_status(errno);
	return control_out(t, r, &v, sizeof v);
}

static NTSTATUS at_mark(struct task *t, struct afd_socket *s, struct irp *r,
			gaddr in, uint64_t len)
{
	int v = 0;

	(void)in, (void)len;
	if (ioctl(s->file->fd, SIOCATMARK, &v) < 0)
		return afd_status(errno);
	/* Windows asks the other way round. */
	v = !v;
	return control_out(t, r, &v, sizeof v);
}

static NTSTATUS keepalive(struct task *t, struct afd_socket *s, struct irp *r,
			  gaddr in, uint64_t len)
{
	uint32_t k[3]; /* on, time and interval in ms */
	int fd = s->file->fd, on, idle, interval;

	(void)r;
	if (len < sizeof k)
		return STATUS_ACCESS_VIOLATION;
	if (guest_read(t, k, in, sizeof k))
		return STATUS_ACCESS_VIOLATION;
	on = k[0] != 0;
	idle = (int)MAX((k[1] + 999) / 1000, 1u);
	interval = (int)MAX((k[2] + 999) / 1000, 1u);
	if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) < 0 ||
	    (on && (setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle,
			       sizeof idle) < 0 ||
		    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval,
			       sizeof interval) < 0)))
		return afd_status(errno);
	return STATUS_SUCCESS;
}

static NTSTATUS routing_interface(struct task *t, struct afd_socket *s,
				  struct irp *r, gaddr in, uint64_t len)
{
	union afd_address to, from;
	uint8_t out[sizeof from];
	socklen_t n;
	uint32_t bytes;
	NTSTATUS status;
	int err;

	(void)s;
	status = afd_address_in(t, in, (uint32_t)MIN(len, 128u), &to, &n, NULL);
	if (status)
		return status;
	err = afd_route(&to, n, &from, &n);
	if (err)
		return afd_status(err);
	afd_address_out(&from, n, out, &bytes);
	return control_out(t, r, out, bytes);
}

static NTSTATUS udp_reset(struct task *t, struct afd_socket *s, uint32_t *off,
			  gaddr in, uint64_t len)
{
	uint32_t on;
	NTSTATUS status;

	if (!s->datagram)
		return STATUS_INVALID_PARAMETER;
	status = word_in(t, in, len, &on);
	if (!status)
		*off = !on;
	return status;
}

static NTSTATUS udp_connreset(struct task *t, struct afd_socket *s,
			      struct irp *r, gaddr in, uint64_t len)
{
	(void)r;
	return udp_reset(t, s, &s->options.no_connreset, in, len);
}

static NTSTATUS udp_netreset(struct task *t, struct afd_socket *s,
			     struct irp *r, gaddr in, uint64_t len)
{
	(void)r;
	return udp_reset(t, s, &s->options.no_netreset, in, len);
}

/* SIO_MULTIPOINT_LOOPBACK and SIO_MULTICAST_SCOPE are options' other names. */
static NTSTATUS multicast(struct task *t, struct afd_socket *s, gaddr in,
			  uint64_t len, int name, int name6)
{
	bool six = s->family == WIN_AF_INET6;
	NTSTATUS status;
	uint32_t w;
	int v;

	if (!s->datagram)
		return STATUS_NOT_SUPPORTED;
	status = word_in(t, in, len, &w);
	if (status)
		return status;
	v = (int)w;
	return setsockopt(s->file->fd, six ? IPPROTO_IPV6 : IPPROTO_IP,
			  six ? name6 : name, &v, sizeof v) < 0
		       ? afd_status(errno)
		       : STATUS_SUCCESS;
}

static NTSTATUS multicast_loop(struct task *t, struct afd_socket *s,
			       struct irp *r, gaddr in, uint64_t len)
{
	(void)r;
	return multicast(t, s, in, len, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP);
}

static NTSTATUS multicast_scope(struct task *t, struct afd_socket *s,
				struct irp *r, gaddr in, uint64_t len)
{
	(void)r;
	return multicast(t, s, in, len, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS);
}

static NTSTATUS broadcast_address(struct task *t, struct afd_socket *s,
				  struct irp *r, gaddr in, uint64_t len)
{
	union afd_address a = { .in = { .sin_family = AF_INET,
					.sin_addr.s_addr = INADDR_BROADCAST } };
	uint8_t out[sizeof a];
	uint32_t n;

	(void)in, (void)len;
	if (s->family != WIN_AF_INET || !s->datagram)
		return STATUS_NOT_SUPPORTED;
	afd_address_out(&a, sizeof a.in, out, &n);
	return control_out(t, r, out, n);
}

/* The host's send buffer grows with what the connection can carry. */
static NTSTATUS ideal_backlog(struct task *t, struct afd_socket *s,
			      struct irp *r, gaddr in, uint64_t len)
{
	socklen_t size = sizeof(int);
	int v;

	(void)in, (void)len;
	if (s->datagram)
		return STATUS_NOT_SUPPORTED;
	if (s->state == AFD_CONNECTING)
		afd_check_connect(s, afd_ready(s));
	if (s->state != AFD_CONNECTED)
		return STATUS_INVALID_CONNECTION;
	if (getsockopt(s->file->fd, SOL_SOCKET, SO_SNDBUF, &v, &size) < 0)
		return afd_status(errno);
	v /= 2; /* as SO_SNDBUF tells */
	return control_out(t, r, &v, sizeof v);
}

static NTSTATUS peer_process(struct task *t, struct afd_socket *s,
			     struct irp *r, gaddr in, uint64_t len)
{
	struct ucred c = { 0 };
	socklen_t size = sizeof c;
	uint32_t id;

	(void)in, (void)len;
	if (s->family != WIN_AF_UNIX)
		return STATUS_NOT_SUPPORTED;
	if (s->state != AFD_CONNECTED)
		return STATUS_INVALID_CONNECTION;
	if (getsockopt(s->file->fd, SOL_SOCKET, SO_PEERCRED, &c, &size) < 0)
		return afd_status(errno);
	/* One that cannot be seen from here: the process outside a sandbox. */
	if (c.pid <= 0)
		return STATUS_NOT_SUPPORTED;
	id = process_id(c.pid);
	return control_out(t, r, &id, sizeof id);
}

static NTSTATUS address_change(struct task *t, struct afd_socket *s,
			       struct irp *r, gaddr in, uint64_t len)
{
	(void)in, (void)len;
	return afd_address_change(t, s, r);
}

static NTSTATUS route_change(struct task *t, struct afd_socket *s,
			     struct irp *r, gaddr in, uint64_t len)
{
	union afd_address a;
	socklen_t n;
	NTSTATUS status;

	status = afd_address_in(t, in, (uint32_t)MIN(len, 128u), &a, &n, NULL);
	if (status)
		return status;
	return afd_route_change(t, s, r, &a, n);
}

/* ---- senders to a group ---- */

static NTSTATUS set_filter4(struct task *t, struct afd_socket *s, struct irp *r,
			    gaddr in, uint64_t len)
{
	return afd_filter4(t, s, r, in, len, true);
}

static NTSTATUS get_filter4(struct task *t, struct afd_socket *s, struct irp *r,
			    gaddr in, uint64_t len)
{
	return afd_filter4(t, s, r, in, len, false);
}

static NTSTATUS set_filter(struct task *t, struct afd_socket *s, struct irp *r,
			   gaddr in, uint64_t len)
{
	return afd_group_filter(t, s, r, in, len, true);
}

static NTSTATUS get_filter(struct task *t, struct afd_socket *s, struct irp *r,
			   gaddr in, uint64_t len)
{
	return afd_group_filter(t, s, r, in, len, false);
}

/* ---- how it is carried ---- */

/* IP_UNICAST_IF's other name. */
static NTSTATUS unicast_interface(struct task *t, struct afd_socket *s,
				  struct irp *r, gaddr in, uint64_t len)
{
	bool six = s->family == WIN_AF_INET6;
	NTSTATUS status;
	uint32_t w;

	(void)r;
	status = word_in(t, in, len, &w);
	if (status)
		return status;
	if (six)
		w = htonl(w);
	return setsockopt(s->file->fd, six ? IPPROTO_IPV6 : IPPROTO_IP,
			  six ? IPV6_UNICAST_IF : IP_UNICAST_IF, &w,
			  sizeof w) < 0
		       ? afd_status(errno)
		       : STATUS_SUCCESS;
}

static bool is_tcp(const struct afd_socket *s)
{
	return s->type == WIN_SOCK_STREAM && s->family != WIN_AF_UNIX;
}

/*
 * TCP_INITIAL_RTO_PARAMETERS.  The host waits a second for the first answer, as
 * Windows does of its own will; how often it asks again can be chosen, but not
 * to be never: then it is once.
 */
static NTSTATUS initial_rto(struct task *t, struct afd_socket *s, struct irp *r,
			    gaddr in, uint64_t len)
{
	enum { DEFAULT = 0, NEVER = 0xfe, UNSPECIFIED = 0xff, MOST = 127 };
	struct {
		uint16_t rtt;
		uint8_t again, pad;
	} p;
	int n;

	(void)r;
	if (!is_tcp(s))
		return STATUS_NOT_SUPPORTED;
	if (len < sizeof p || guest_read(t, &p, in, sizeof p))
		return STATUS_ACCESS_VIOLATION;
	if (p.again == DEFAULT || p.again == UNSPECIFIED)
		return STATUS_SUCCESS;
	n = p.again == NEVER ? 1 : MIN(p.again, MOST);
	return setsockopt(s->file->fd, IPPROTO_TCP, TCP_SYNCNT, &n, sizeof n) <
			       0
		       ? afd_status(errno)
		       : STATUS_SUCCESS;
}

/* How many segments one acknowledgement is for. */
static NTSTATUS ack_frequency(struct task *t, struct afd_socket *s,
			      struct irp *r, gaddr in, uint64_t len)
{
	uint8_t frequency;
	int quick = 1;

	(void)r;
	if (!is_tcp(s))
		return STATUS_NOT_SUPPORTED;
	if (!len || guest_read(t, &frequency, in, sizeof frequency))
		return STATUS_ACCESS_VIOLATION;
	if (!frequency)
		return STATUS_INVALID_PARAMETER;
	/* More than one at a time the host decides by itself. */
	if (frequency == 1)
		setsockopt(s->file->fd, IPPROTO_TCP, TCP_QUICKACK, &quick,
			   sizeof quick);
	return STATUS_SUCCESS;
}

/* SOCKET_PRIORITY_HINT: no more than that. */
static NTSTATUS priority_hint(struct task *t, struct afd_socket *s,
			      struct irp *r, gaddr in, uint64_t len)
{
	enum { NORMAL = 2 };
	NTSTATUS status;
	uint32_t w;

	(void)r;
	if (!is_tcp(s))
		return STATUS_NOT_SUPPORTED;
	status = word_in(t, in, len, &w);
	return !status && w > NORMAL ? STATUS_INVALID_PARAMETER : status;
}

/*
 * Several sockets for one address, each with what comes in at a processor: the
 * host prefers the one that names the processor (SO_INCOMING_CPU).
 */
static NTSTATUS processor(struct task *t, struct afd_socket *s, struct irp *r,
			  gaddr in, uint64_t len)
{
	uint16_t p;
	int cpu;

	(void)r;
	if (s->type != WIN_SOCK_DGRAM || s->family == WIN_AF_UNIX)
		return STATUS_NOT_SUPPORTED;
	if (len < sizeof p || guest_read(t, &p, in, sizeof p))
		return STATUS_ACCESS_VIOLATION;
	if (s->state != AFD_OPEN || s->options.reuse ||
	    s->options.reuse_multicast || p >= CPU_SETSIZE ||
	    !CPU_ISSET(p, machine_cpus()))
		return STATUS_INVALID_PARAMETER;
	cpu = p;
	if (setsockopt(s->file->fd, SOL_SOCKET, SO_INCOMING_CPU, &cpu,
		       sizeof cpu) < 0)
		return afd_status(errno);
	s->options.processor = p + 1u;
	return STATUS_SUCCESS;
}

/* SOCKET_PROCESSOR_AFFINITY: where its packets come in. */
static NTSTATUS rss_processor(struct task *t, struct afd_socket *s,
			      struct irp *r, gaddr in, uint64_t len)
{
	struct {
		uint16_t group;
		uint8_t number, reserved;
		uint16_t node, reserved2;
	} out = { 0 };
	socklen_t n = sizeof(int);
	int cpu = -1;

	(void)in, (void)len;
	if (getsockopt(s->file->fd, SOL_SOCKET, SO_INCOMING_CPU, &cpu, &n) < 0)
		return afd_status(errno);
	/* Nothing has come yet. */
	out.number = cpu < 0 ? 0 : (uint8_t)cpu;
	return control_out(t, r, &out, sizeof out);
}

/* RSS_SCALABILITY_INFO: what the interfaces can do is the host's affair. */
static NTSTATUS rss_scalability(struct task *t, struct afd_socket *s,
				struct irp *r, gaddr in, uint64_t len)
{
	uint8_t enabled = 0;

	(void)s, (void)in, (void)len;
	if (r->out_len < sizeof enabled)
		return STATUS_INVALID_PARAMETER;
	return control_out(t, r, &enabled, sizeof enabled);
}

/* Documented, and not here: promiscuous sockets, ports that are reserved, what
   came with Windows 11, filters' and IPsec's. */
static NTSTATUS lacking(struct task *t, struct afd_socket *s, struct irp *r,
			gaddr in, uint64_t len)
{
	(void)t, (void)s, (void)r, (void)in, (void)len;
	return STATUS_NOT_SUPPORTED;
}

/* What the host does anyhow. */
static NTSTATUS hint(struct task *t, struct afd_socket *s, struct irp *r,
		     gaddr in, uint64_t len)
{
	(void)t, (void)s, (void)r, (void)in, (void)len;
	return STATUS_SUCCESS;
}

/* Source: winsock2.h, mstcpip.h, mswsock.h, afunix.h. */
static const struct {
	uint32_t code;
	ioctl_fn *run;
} ioctls[] = {
	{ 0x4004667f, readable },	    /* FIONREAD */
	{ 0x40047307, at_mark },	    /* SIOCATMARK */
	{ 0x28000002, hint },		    /* SIO_ENABLE_CIRCULAR_QUEUEING */
	{ 0x48000005, broadcast_address },  /* SIO_GET_BROADCAST_ADDRESS */
	{ 0x88000009, multicast_loop },	    /* SIO_MULTIPOINT_LOOPBACK */
	{ 0x8800000a, multicast_scope },    /* SIO_MULTICAST_SCOPE */
	{ 0xc8000014, routing_interface },  /* SIO_ROUTING_INTERFACE_QUERY */
	{ 0x88000015, route_change },	    /* SIO_ROUTING_INTERFACE_CHANGE */
	{ 0x28000017, address_change },	    /* SIO_ADDRESS_LIST_CHANGE */
	{ 0x4004747b, ideal_backlog },	    /* SIO_IDEAL_SEND_BACKLOG_QUERY */
	{ 0x98000004, keepalive },	    /* SIO_KEEPALIVE_VALS */
	{ 0x9800000c, udp_connreset },	    /* SIO_UDP_CONNRESET */
	{ 0x9800000f, udp_netreset },	    /* SIO_UDP_NETRESET */
	{ 0x98000010, hint },		    /* SIO_LOOPBACK_FAST_PATH */
	{ 0xd8000027, afd_tcp_info },	    /* SIO_TCP_INFO */
	{ 0x58000100, peer_process },	    /* SIO_AF_UNIX_GETPEERPID */
	{ 0x9800012c, hint },		    /* SIO_SET_COMPATIBILITY_MODE */
	{ 0x8004747c, get_filter4 },	    /* SIO_GET_MULTICAST_FILTER */
	{ 0x8004747d, set_filter4 },	    /* SIO_SET_MULTICAST_FILTER */
	{ 0x8004747e, set_filter },	    /* SIOCSMSFILTER */
	{ 0x8004747f, get_filter },	    /* SIOCGMSFILTER */
	{ 0x98000006, unicast_interface },  /* SIO_UCAST_IF */
	{ 0x98000011, initial_rto },	    /* SIO_TCP_INITIAL_RTO */
	{ 0x98000015, processor },	    /* SIO_CPU_AFFINITY */
	{ 0x98000017, ack_frequency },	    /* SIO_TCP_SET_ACK_FREQUENCY */
	{ 0x98000018, priority_hint },	    /* SIO_SET_PRIORITY_HINT */
	{ 0x48000025, rss_processor },	    /* SIO_QUERY_RSS_PROCESSOR_INFO */
	{ 0x580000d2, rss_scalability },    /* SIO_QUERY_RSS_SCALABILITY_INFO */
	{ 0x98000001, lacking },	    /* SIO_RCVALL */
	{ 0x98000002, lacking },	    /* SIO_RCVALL_MCAST */
	{ 0x98000003, lacking },	    /* SIO_RCVALL_IGMPMCAST */
	{ 0x98000005, lacking },	    /* SIO_ABSORB_RTRALERT */
	{ 0x98000007, lacking },	    /* SIO_LIMIT_BROADCASTS */
	{ 0x98000008, lacking },	    /* SIO_INDEX_BIND */
	{ 0x98000009, lacking },	    /* SIO_INDEX_MCASTIF */
	{ 0x9800000a, lacking },	    /* SIO_INDEX_ADD_MCAST */
	{ 0x9800000b, lacking },	    /* SIO_INDEX_DEL_MCAST */
	{ 0x9800000d, lacking },	    /* SIO_RCVALL_MCAST_IF */
	{ 0x9800000e, lacking },	    /* SIO_RCVALL_IF */
	{ 0x98000013, lacking },	    /* SIO_APPLY_TRANSPORT_SETTING */
	{ 0x98000014, lacking },	    /* SIO_QUERY_TRANSPORT_SETTING */
	{ 0x98000016, lacking },	    /* SIO_TCP_SET_ICW */
	{ 0x98000064, lacking },	    /* SIO_ACQUIRE_PORT_RESERVATION */
	{ 0x98000065, lacking },	    /* SIO_RELEASE_PORT_RESERVATION */
	{ 0x98000066, lacking },	    /* SIO_ASSOCIATE_PORT_RESERVATION */
	{ 0x980000c8, lacking },	    /* SIO_SET_SECURITY */
	{ 0xd80000c9, lacking },	    /* SIO_QUERY_SECURITY */
	{ 0x980000ca, lacking },	    /* SIO_SET_PEER_TARGET_NAME */
	{ 0x980000cb, lacking },	    /* SIO_DELETE_PEER_TARGET_NAME */
	{ 0x980000cc, lacking },	    /* SIO_SOCKET_USAGE_NOTIFICATION */
	{ 0x580000cd, lacking },	    /* SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE */
	{ 0x980000dc, lacking }, /* SIO_QUERY_WFP_CONNECTION_REDIRECT_RECORDS */
	{ 0x980000dd, lacking }, /* SIO_QUERY_WFP_CONNECTION_REDIRECT_CONTEXT */
	{ 0x980000de, lacking }, /* SIO_SET_WFP_CONNECTION_REDIRECT_RECORDS */
	{ 0x980000ea, lacking },	    /* SIO_GET_TX_TIMESTAMP */
	{ 0x980000eb, lacking },	    /* SIO_TIMESTAMPING */
	{ 0x2000747a, lacking },	    /* SIO_IDEAL_SEND_BACKLOG_CHANGE */
	{ 0x48000003, lacking },	    /* SIO_FIND_ROUTE */
	{ 0x48000018, lacking },	    /* SIO_QUERY_TARGET_PNP_HANDLE */
};

static NTSTATUS socket_ioctl(struct task *t, struct afd_socket *s,
			     struct irp *r, uint32_t code, gaddr in,
			     uint64_t len)
{
	for (size_t i = 0; i < COUNT_OF(ioctls); i++)
		if (ioctls[i].code == code)
			return ioctls[i].run(t, s, r, in, len);
	log_debug(LOG_FILE, "socket ioctl %#x: none such", code);
	return STATUS_NOT_SUPPORTED;
}

NTSTATUS afd_transport_ioctl(struct task *t, struct file *f, struct irp *r)
{
	uint32_t p = afd_pointer_size(), head[4] = { 0 };
	struct afd_socket *s = afd_of(f);
	NTSTATUS status;
	uint64_t in, len;

	if (r->len < 16 + 2 * p || s->state == AFD_HELPER)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, head, r->buf, 13))
		return STATUS_ACCESS_VIOLATION;
	status = afd_pointer(t, r->buf + 16, &in);
	if (!status)
		status = afd_pointer(t, r->buf + 16 + p, &len);
	if (status)
		return status;
	switch (head[0]) {
	case AFD_TL_SET_OPTION:
	case AFD_TL_GET_OPTION:
		return afd_option(t, s, r, (int)head[1], head[2], in, len,
				  head[0] == AFD_TL_SET_OPTION);
	case AFD_TL_SOCKET:
	case AFD_TL_ENDPOINT:
		return socket_ioctl(t, s, r, head[2], in, len);
	}
	return STATUS_INVALID_PARAMETER;
}

/* ---- AFD_INFORMATION ---- */

struct information {
	uint32_t type, pad;
	uint64_t value;
};

NTSTATUS afd_get_information(struct task *t, struct file *f, struct irp *r)
{
	struct afd_socket *s = afd_of(f);
	struct information i = { 0 };
	int v;
	socklen_t len = sizeof v;

	if (r->len < 4 || r->out_len < sizeof i)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, &i.type, r->buf, 4))
		return STATUS_ACCESS_VIOLATION;
	switch (i.type) {
	case AFD_INFO_INLINE:
		i.value = s->inline_oob;
		break;
	case AFD_INFO_NONBLOCKING:
		i.value = s->nonblocking;
		break;
	case AFD_INFO_MAX_SEND:
		i.value = s->datagram ? 65507 : UINT32_MAX;
		break;
	case AFD_INFO_SENDS_PENDING:
		pthread_mutex_lock(&s->lock);
		i.value = s->sends.length;
		pthread_mutex_unlock(&s->lock);
		break;
	case AFD_INFO_RECEIVE_WINDOW:
	case AFD_INFO_SEND_WINDOW:
		if (getsockopt(f->fd, SOL_SOCKET,
			       i.type == AFD_INFO_SEND_WINDOW ? SO_SNDBUF
							      : SO_RCVBUF,
			       &v, &len) < 0)
			return afd_status(errno);
		i.value = (uint64_t)v / 2;
		break;
	case AFD_INFO_CONNECT_TIME:
		i.value =
			s->state == AFD_CONNECTED
				? (uint64_t)(monotonic_ns() - s->connect_time) /
					  1000000000
				: UINT32_MAX;
		break;
	case AFD_INFO_GROUP:
		break;
	default:
		return STATUS_INVALID_PARAMETER;
	}
	return control_out(t, r, &i, sizeof i);
}

NTSTATUS afd_set_information(struct task *t, struct file *f, struct irp *r)
{
	struct afd_socket *s = afd_of(f);
	struct information i = { 0 };
	int v;

	if (r->len < 12)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, &i, r->buf, MIN(r->len, (uint32_t)sizeof i)))
		return STATUS_ACCESS_VIOLATION;
	v = (int)(i.value & 0xffffffff);
	switch (i.type) {
	case AFD_INFO_INLINE:
		v = (i.value & 0xff) != 0;
		s->inline_oob = v;
		return setsockopt(f->fd, SOL_SOCKET, SO_OOBINLINE, &v,
				  sizeof v) < 0
			       ? afd_status(errno)
			       : STATUS_SUCCESS;
	case AFD_INFO_NONBLOCKING:
		/* Not while WSAEventSelect is in force. */
		if (!(i.value & 0xff) && s->event_mask)
			return STATUS_INVALID_PARAMETER;
		s->nonblocking = i.value & 0xff;
		return STATUS_SUCCESS;
	case AFD_INFO_RECEIVE_WINDOW:
	case AFD_INFO_SEND_WINDOW:
		return setsockopt(f->fd, SOL_SOCKET,
				  i.type == AFD_INFO_SEND_WINDOW ? SO_SNDBUF
								 : SO_RCVBUF,
				  &v, sizeof v) < 0
			       ? afd_status(errno)
			       : STATUS_SUCCESS;
	}
	return STATUS_INVALID_PARAMETER;
}

NTSTATUS afd_no_operation(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)f, (void)r;
	return STATUS_SUCCESS;
}
