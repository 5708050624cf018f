/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* iocp.h - packets of completion ports that are not allocated by the port. */
#ifndef RF_NT_IOCP_H
#define RF_NT_IOCP_H

#include "syscall-xlate/nt/nt-private.h"

/* FILE_IO_COMPLETION_INFORMATION */
struct iocp_entry {
	uint64_t key, value;
	uint32_t status, pad;
	uint64_t information;
};
_Static_assert(sizeof(struct iocp_entry) == 32, "NtRemoveIoCompletionEx");

struct iocp_packet {
	struct iocp_packet *next;
	struct iocp_entry entry;
	/* Somebody has taken it, or the port is gone; NULL: free() it.  Not
	   called for one that any process may take, see iocp_packet_gone(). */
	void (*done)(struct iocp_packet *p);
	/* In a port of several processes, which has a copy, with this number */
	bool copied;
	uint64_t number;
};

/* The port is to be other processes', too; false: it cannot. */
bool iocp_share(struct object *port);
/* Queues p or gives it to a waiting thread.  Object locks may be held. */
void iocp_post_packet(struct object *port, struct iocp_packet *p);
/* Takes p out if nobody has taken it; done is not called. */
bool iocp_recall_packet(struct object *port, struct iocp_packet *p);
/* p was copied, and somebody has taken the copy. */
bool iocp_packet_gone(struct object *port, const struct iocp_packet *p);

#endif
