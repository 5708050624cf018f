/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-tcp-info.c - SIO_TCP_INFO: what a connection has been through.
 *
 * The host counts some things otherwise (packets, not bytes, that came out of
 * order) or not at all: those are left zero.  Source: mstcpip.h.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/sockios.h>
#include <linux/tcp.h>

#include "syscall-xlate/nt/afd.h"

struct tcp_info_v1 {
	uint32_t state, mss;
	uint64_t connection_ms;
	uint8_t timestamps, pad[3];
	uint32_t rtt_us, min_rtt_us, in_flight, cwnd, send_window,
		receive_window, receive_buffer;
	uint64_t bytes_out, bytes_in;
	uint32_t reordered, retransmitted, fast_retransmits, duplicate_acks,
		timeouts;
	uint8_t syn_retransmits, pad2[3];
	/* Here v0 ends. */
	uint32_t transitions_window, ms_window;
	uint64_t bytes_window;
	uint32_t transitions_cwnd, ms_cwnd;
	uint64_t bytes_cwnd;
	uint32_t transitions_sender, ms_sender;
	uint64_t bytes_sender;
};
enum { V0_SIZE = offsetof(struct tcp_info_v1, transitions_window) };
_Static_assert(V0_SIZE == 88, "TCP_INFO_v0");
_Static_assert(sizeof(struct tcp_info_v1) == 136, "TCP_INFO_v1");

/* TCPSTATE by the host's number. */
static uint32_t state_of(uint8_t host)
{
	static const uint8_t states[] = {
		[1] = 4,  /* established */
		[2] = 2,  /* SYN sent */
		[3] = 3,  /* SYN received */
		[4] = 5,  /* FIN wait 1 */
		[5] = 6,  /* FIN wait 2 */
		[6] = 10, /* time wait */
		[7] = 0,  /* closed */
		[8] = 7,  /* close wait */
		[9] = 9,  /* last ACK */
		[10] = 1, /* listening */
		[11] = 8, /* closing */
		[12] = 3,
	};

	return host < COUNT_OF(states) ? states[host] : 0;
}

NTSTATUS afd_tcp_info(struct task *t, struct afd_socket *s, struct irp *r,
		      gaddr in, uint64_t len)
{
	struct tcp_info_v1 out = { 0 };
	struct tcp_info i = { 0 };
	socklen_t n = sizeof i, size;
	uint32_t version;
	int queued = 0, buffer = 0, fd = s->file->fd;

	if (len < sizeof version || guest_get32(t, &version, in))
		return STATUS_ACCESS_VIOLATION;
	if (s->type != WIN_SOCK_STREAM || s->family == WIN_AF_UNIX ||
	    version > 1)
		return STATUS_NOT_SUPPORTED;
	if (s->state == AFD_CONNECTING)
		afd_check_connect(s, afd_ready(s));
	if (s->state != AFD_CONNECTED)
		return STATUS_INVALID_CONNECTION;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &i, &n) < 0)
		return afd_status(errno);
	/* What nobody has acknowledged, sent or not. */
	if (ioctl(fd, SIOCOUTQ, &queued) < 0)
		queued = 0;
	size = sizeof buffer;
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, &size) < 0)
		buffer = 0;
	out.state = state_of(i.tcpi_state);
	out.mss = i.tcpi_snd_mss;
	out.connection_ms =
		(uint64_t)(monotonic_ns() - s->connect_time) / 1000000;
	out.timestamps = (i.tcpi_options & TCPI_OPT_TIMESTAMPS) != 0;
	out.rtt_us = i.tcpi_rtt;
	out.min_rtt_us = i.tcpi_min_rtt;
	if ((uint32_t)queued > i.tcpi_notsent_bytes)
		out.in_flight = (uint32_t)queued - i.tcpi_notsent_bytes;
	out.cwnd = (uint32_t)MIN((uint64_t)i.tcpi_snd_cwnd * i.tcpi_snd_mss,
				 (uint64_t)UINT32_MAX);
	out.send_window = i.tcpi_snd_wnd;
	out.receive_window = i.tcpi_rcv_space;
	out.receive_buffer = (uint32_t)buffer;
	out.bytes_out = i.tcpi_bytes_sent;
	out.bytes_in = i.tcpi_bytes_received;
	out.retransmitted =
		(uint32_t)MIN(i.tcpi_bytes_retrans, (__u64)UINT32_MAX);
	out.ms_window = (uint32_t)(i.tcpi_rwnd_limited / 1000);
	out.ms_sender = (uint32_t)(i.tcpi_sndbuf_limited / 1000);
	return control_out(t, r, &out, version ? sizeof out : V0_SIZE);
}
