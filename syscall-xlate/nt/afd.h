/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd.h - sockets: the file objects of \Device\Afd.
 *
 * A socket is a host socket and three queues of requests that wait (receive,
 * send, accept; connecting is a queue of one).  A socket somebody waits for
 * asynchronously is registered once, edge-triggered, with the process's epoll
 * thread; an edge makes afd_service() go through the queues.  A request that
 * can be answered at once never gets there.
 *
 * The host descriptor stays blocking until an operation needs it otherwise:
 * a blocking recv is then one system call, and everything else passes
 * MSG_DONTWAIT.
 *
 * Locks: afd_socket.lock is taken before a file's small lock and before
 * object locks; requests are finished without it, since that can drop the
 * last reference to a socket.
 */
#ifndef RF_NT_AFD_H
#define RF_NT_AFD_H

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "syscall-xlate/nt/abi-afd.h"
#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/nt-private.h"

struct afd_net_watch;
struct afd_op;
struct afd_socket;

enum afd_state {
	AFD_HELPER, /* no socket: only polls others */
	AFD_OPEN,
	AFD_BOUND,
	AFD_LISTENING,
	AFD_CONNECTING,
	AFD_CONNECTED, /* or a datagram socket with a peer */
	AFD_FAILED,    /* connecting failed: connect_error */
};

union afd_address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
	struct sockaddr_storage storage;
};

/* A connection somebody has looked at and not yet put into a socket. */
struct afd_incoming {
	struct afd_incoming *next;
	int32_t sequence;
	int fd;
	bool deferred; /* to be told of again */
	union afd_address peer;
	socklen_t peer_len;
};

/* One socket in one poll request, in the list of that socket. */
struct afd_poll_link {
	struct afd_poll_link *next, **at; /* at NULL: in no list */
	struct afd_op *op;
	struct file *file; /* the socket; a reference */
	uint64_t handle;   /* as the program named it */
	uint32_t events;
	uint32_t seen; /* the socket's edges when we looked */
};

enum { AFD_MAX_IFLIST = 32 };

/* Options that the host lacks, or keeps in another form. */
struct afd_options {
	uint32_t receive_timeout, send_timeout; /* ms; 0: none */
	uint32_t reuse, exclusive;
	uint32_t no_connreset, no_netreset; /* SIO_UDP_*: off */
	/* Only told back. */
	uint32_t debug, loopback, group_priority, conditional_accept,
		randomize_port, port_scalability, reuse_unicast,
		protection, coalesced;
	uint32_t reuse_multicast;
	uint32_t processor;   /* of SIO_CPU_AFFINITY, and one more; 0: none */
	uint32_t no_user_mtu; /* ~: of IP_USER_MTU, 0: none */
	/* What messages are to tell; to the host both are one. */
	uint32_t receive_tos, receive_ecn;
	uint32_t packet_info, receive_if, arrival_if; /* the same */
	uint32_t path_mtu; /* PMTUD_STATE */
	/* afd-filter.c: IP_RECEIVE_BROADCAST is off, IP_IFLIST is on. */
	uint32_t no_broadcast, iflist, interfaces, interface[AFD_MAX_IFLIST];
};

struct afd_socket {
	pthread_mutex_t lock;
	struct file *file;
	int32_t family, type, protocol; /* Windows' numbers */
	uint32_t endpoint_flags;
	bool datagram; /* keeps messages: also raw sockets */
	uint8_t state;
	bool nonblocking;      /* as the program set it */
	bool host_nonblocking; /* O_NONBLOCK is set */
	_Atomic bool closed;   /* the last handle is gone */
	bool aborted;          /* the peer has reset the connection */
	bool inline_oob;
	_Atomic bool
		accepting;   /* an address or a connection is to come into it */
	bool own_address;    /* the program has bound it to one address */
	/* Which nobody else may bind to (afd-bind.c); [1]: version 4's, too. */
	struct file *claims[2];
	bool reused;         /* open again: ConnectEx needs no bind */
	/* By AcceptEx or ConnectEx, and it has not been told of its context. */
	bool no_context;
	bool send_closed, receive_closed; /* shutdown() */
	bool close_when_sent;             /* that, once the queue is empty */
	_Atomic bool shared;              /* other processes have it too */
	NTSTATUS connect_error;
	int64_t connect_time;      /* CLOCK_MONOTONIC ns; 0: never */
	_Atomic uint32_t sleepers; /* threads that block in the host */
	int wake_fd;               /* eventfd for those, if shared; -1 */

	struct nt_watch watch;
	uint32_t watched; /* events asked for; 0: registered at most */
	bool registered;  /* epoll knows it */
	uint8_t idle;     /* edges in a row that nobody waited for */
	_Atomic uint32_t edges;

	/* To be told of: afd_tell_icmp(). */
	_Atomic uint32_t unreachable, expired;

	struct queue receives, sends, accepts, connects;
	struct afd_poll_link *polls;
	struct afd_incoming *incoming;
	int32_t next_sequence;

	/* WSAEventSelect. */
	struct object *event; /* a reference */
	uint32_t event_mask;  /* AFD_POLL_* wanted */
	uint32_t event_record;
	uint32_t event_off; /* told, and no call has re-enabled them */
	bool connect_told;  /* how that ended has been asked for */
	NTSTATUS event_status[AFD_POLL_EVENTS];

	/* Of the network: who listens for it, and what has changed since. */
	struct afd_net_watch *net_watches;
	uint32_t net_changed; /* AFD_POLL_* */

	struct afd_options options;
	/* Whom it is, or was, connected to: the host forgets with the reset. */
	union {
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un; /* as the program wrote it */
	} peer;
	socklen_t peer_len; /* 0: ask the host */
	struct sockaddr_un local_name; /* AF_UNIX, as the program wrote it */
	socklen_t local_len;
};

static inline struct afd_socket *afd_of(struct file *f)
{
	return f->extra;
}

/* ---- requests (afd-queue.c) --------------------------------------------- */

struct afd_segment {
	gaddr at;
	uint32_t len;
};

enum { AFD_MAX_SEGMENTS = 1 << 20, AFD_FEW_SEGMENTS = 4 };

/*
 * What a request does, whichever way it is made to wait.  Made on the
 * handler's stack; the queue has a copy on the heap.
 */
struct afd_op {
	struct queue_link link; /* in a queue of its socket */
	struct queue *wanted; /* where to wait */
	struct afd_socket *socket;
	struct irp *irp; /* once it waits */
	/*
	 * Try without blocking: STATUS_PENDING, or the final status and
	 * information; STATUS_MORE_PROCESSING_REQUIRED: the request goes on
	 * with another socket, now in socket and wanted.  t NULL: in the
	 * epoll thread, socket locked.
	 */
	NTSTATUS (*step)(struct task *t, struct afd_op *op);
	/* Gives back what the operation owns beside memory; or NULL. */
	void (*release)(struct afd_op *op);
	uint64_t information;
	NTSTATUS status;   /* once finished */
	uint32_t reenable; /* AFD_POLL_* that this call re-enables */
	bool pends;        /* afd_pends() */
	bool late;         /* its error is the network's: who does not wait for
			      the request hears of it by its completion */
	bool block;        /* the host may block: step() does not return
			      STATUS_PENDING before its time is up */

	/* Receive, send. */
	struct afd_segment *segments; /* few, or malloc'ed */
	struct afd_segment few[AFD_FEW_SEGMENTS];
	uint32_t nsegments;
	uint32_t first; /* segments before are done, of first_at bytes */
	uint64_t first_at;
	uint64_t len, done;
	int flags; /* MSG_* */
	gaddr from, from_len;
	gaddr control, control_len, message_flags;
	uint32_t control_room;
	union afd_address *to; /* malloc'ed; NULL: the peer */
	socklen_t to_len;

	/* Accept, connect: the socket that gets it; a reference. */
	struct file *other;
	gaddr out;
	uint32_t out_len, data_len, local_len, remote_len;
	bool accepted, fixed_alignment, skip_null;
	/* Transmit. */
	struct afd_transmit *transmit;
	/* Poll. */
	struct poll_alarm *alarm;
	struct afd_poll_link *links; /* malloc'ed */
	uint32_t nlinks;
	uint32_t exclusive;
	int stir_fd; /* eventfd of one that sleeps in its handler; -1: none */
};

static inline struct afd_op *afd_op_at(struct queue_link *l)
{
	return container_of(l, struct afd_op, link);
}

/*
 * afd_run() - the life of a request: tries op (unless others wait before it
 * in queue), then waits as asked: in the handler, as a pending request, or
 * not at all (STATUS_DEVICE_NOT_READY).  Frees what op owns, always.
 *
 *   events   POLLIN or POLLOUT: what the handler waits for
 */
NTSTATUS afd_run(struct task *t, struct irp *r, struct afd_op *op,
		 struct queue *queue, short events);
/* An op without anything, for r's file. */
void afd_op_init(struct afd_op *op, const struct irp *r);
/* Around a host call that blocks; false: the socket is being closed. */
bool afd_block_begin(struct afd_socket *s);
void afd_block_end(struct afd_socket *s);
/* May r's host call block? */
bool afd_may_block(const struct irp *r);
/* Would r be waited for by its handler (what belongs to no thread is not,
   though the socket be synchronous), or made to pend whatever it takes? */
bool afd_waits(const struct irp *r);
bool afd_pends(const struct irp *r, uint32_t afd_flags);

void afd_op_free(struct afd_op *op); /* what op owns, not op itself */
/* A pending copy on the heap, taken; NULL: no memory, op is as before. */
struct afd_op *afd_pend(struct task *t, struct irp *r, struct afd_op *op);
/* Let go of a taken one; false: somebody cancelled it: finish it. */
bool afd_let_go(struct afd_op *op);
void afd_finish_later(struct queue *d, struct afd_op *op, NTSTATUS status,
		      uint64_t information);
/* No socket locked. */
void afd_finish_all(struct queue *d);

/* An edge, or something else that may let requests go on.  Takes the lock. */
void afd_service(struct afd_socket *s);
/* Learn of edges; with the lock held.  0 or -errno. */
int afd_watch(struct afd_socket *s);

/*
 * Sleep in the handler until fd is ready: the host socket, or another that s
 * waits for.  timeout in ms, 0: none.  STATUS_SUCCESS, STATUS_IO_TIMEOUT,
 * STATUS_USER_APC, STATUS_CANCELLED.
 */
NTSTATUS afd_sleep(struct task *t, struct afd_socket *s, int fd, short events,
		   uint32_t timeout);
/* The host's O_NONBLOCK, for calls that have no MSG_DONTWAIT. */
void afd_set_nonblocking(struct afd_socket *s);

/* ---- arguments and addresses (afd-args.c) -------------------------------- */

NTSTATUS afd_status(int err);
/*
 * Windows' sockaddr at a guest address to the host's.  hold: a descriptor that
 * must stay open while the address is used (-1: none); NULL: paths that need
 * one are too long.
 */
NTSTATUS afd_address_in(struct task *t, gaddr at, uint32_t len,
			union afd_address *a, socklen_t *n, int *hold);
/* And back: *n bytes in out (at least 128). */
void afd_address_out(const union afd_address *a, socklen_t len, void *out,
		     uint32_t *n);
/* For messages: the name and its length to where the program wants them. */
NTSTATUS afd_put_from(struct task *t, struct afd_op *op,
		      const union afd_address *a, socklen_t len);
int afd_host_family(int32_t family);
int32_t afd_guest_family(int family);
/* AFD_RECV_INFO and AFD_SEND_INFO at r->buf: segments, and both flags. */
NTSTATUS afd_read_buffers(struct task *t, struct irp *r, struct afd_op *op,
			  uint32_t *afd_flags, uint32_t *tdi_flags);
/* An array of WSABUF. */
NTSTATUS afd_read_segments(struct task *t, struct afd_op *op, gaddr array,
			   uint32_t count);
/* Pointer-sized integers at r->buf + index * 8 (4 for 32-bit programs). */
NTSTATUS afd_pointer(struct task *t, gaddr at, uint64_t *v);
static inline uint32_t afd_pointer_size(void)
{
	return nt_self->wow64 ? 4 : 8;
}
/*
 * Host vectors of op's segments from byte skip on, which never goes back; at
 * most max.  *bytes is what they cover.  Their number, or -EFAULT.
 */
int afd_vectors(struct task *t, struct afd_op *op, uint64_t skip,
		bool write, struct iovec *v, int max, uint64_t *bytes);
/* May the guest write to all of [at, at+n)?  As ProbeForWrite finds out. */
bool afd_may_write(struct task *t, gaddr at, uint32_t n);
/* After EFAULT: make the memory be there.  For a second try. */
void afd_touch(struct task *t, const struct afd_op *op, bool write);

/* ---- states and events (afd-poll.c) ---- */

/* AFD_POLL_* that hold now; re: revents of the descriptor.  Locked. */
uint32_t afd_level(struct afd_socket *s, short re);
/* The descriptor's revents for everything afd_level() looks at. */
short afd_ready(const struct afd_socket *s);
/* Locked: finish polls and set the event for what holds. */
void afd_notice(struct afd_socket *s, short re, struct queue *d);
/* Locked: level is news for WSAEventSelect (afd-events.c). */
void afd_note_events(struct afd_socket *s, uint32_t level);
/* A call re-enables events; they are told again if they hold.  Locks s. */
void afd_reenable(struct afd_socket *s, uint32_t events);
/* Locked: s is another's peer now, or waits for one: who sleeps looks anew. */
void afd_poll_stir(struct afd_socket *s);
/* Locked: the last handle is going; polls end. */
void afd_poll_closed(struct afd_socket *s, struct queue *d);

/* ---- moving data (afd-data.c) ---- */

/* Steps: a stream's receive and send of op's segments. */
NTSTATUS afd_receive_stream(struct task *t, struct afd_op *op);
NTSTATUS afd_send_stream(struct task *t, struct afd_op *op);

/* ---- ICMP's answers to datagrams (afd-icmp.c) ---------------------------- */

/* s has got its host socket. */
void afd_want_icmp(struct afd_socket *s);
/*
 * Takes what the host has heard.  err: what a call of the host's has just said,
 * 0: none has.  Returns whether that was ICMP's: the call is worth a second try.
 */
bool afd_take_icmp(struct afd_socket *s, int err);
/* What a receiver is to be told next, or STATUS_SUCCESS. */
NTSTATUS afd_tell_icmp(struct afd_socket *s);

/* ---- options (afd-option.c) ---- */

/* One option: set from in, or told in r's output.  Windows' numbers. */
NTSTATUS afd_option(struct task *t, struct afd_socket *s, struct irp *r,
		    int level, uint32_t name, gaddr in, uint64_t in_len,
		    bool set);

/* SIO_TCP_INFO: in has the version that is wanted (afd-tcp-info.c). */
NTSTATUS afd_tcp_info(struct task *t, struct afd_socket *s, struct irp *r,
		      gaddr in, uint64_t len);
/*
 * SIO_SET_MULTICAST_FILTER and SIO_GET_..., of version 4, and SIOCSMSFILTER and
 * SIOCGMSFILTER (afd-filter.c).
 */
NTSTATUS afd_filter4(struct task *t, struct afd_socket *s, struct irp *r,
		     gaddr in, uint64_t len, bool set);
NTSTATUS afd_group_filter(struct task *t, struct afd_socket *s, struct irp *r,
			  gaddr in, uint64_t len, bool set);
/* More than IP_USER_MTU allows, of one that may not be taken apart? */
bool afd_is_too_long(struct afd_socket *s, uint64_t len);

/* ---- changes of the network (afd-net-change.c) ---------------------------- */

/*
 * SIO_ADDRESS_LIST_CHANGE and SIO_ROUTING_INTERFACE_CHANGE: over with the next
 * change; of a socket that does not block, its events tell of that.
 */
NTSTATUS afd_address_change(struct task *t, struct afd_socket *s,
			    struct irp *r);
NTSTATUS afd_route_change(struct task *t, struct afd_socket *s, struct irp *r,
			  const union afd_address *to, socklen_t len);
/* No socket locked: none is told any more. */
void afd_net_forget(struct afd_socket *s);
/* Which of our addresses leads to one, as the host's routing has it; or errno. */
int afd_route(const union afd_address *to, socklen_t len,
	      union afd_address *from, socklen_t *n);

/* ---- connecting (afd-connect.c, afd-accept.c) ---- */

/* Locked and AFD_CONNECTING: has it come to an end?  re as above. */
void afd_check_connect(struct afd_socket *s, short re);
/* s is connected to a.  Locked. */
void afd_set_peer(struct afd_socket *s, const union afd_address *a,
		  socklen_t len);
/* For one who binds s, or puts a connection into it, until accepting is false
   again; false: somebody else does, or it is not open for that. */
bool afd_claim_socket(struct afd_socket *s);
/* Disconnected, and open for another connection.  Takes the lock. */
NTSTATUS afd_reuse(struct afd_socket *s);
NTSTATUS afd_make_host(struct afd_socket *s);
/* A name, as the answer to r. */
NTSTATUS afd_put_address(struct task *t, struct irp *r,
			 const union afd_address *a, socklen_t len);

/* ---- addresses and who has them (afd-bind.c) ----------------------------- */

/* s is bound already, in another process as well: what it claims there. */
void afd_claim_again(struct afd_socket *s);
void afd_give_claims(struct afd_socket *s);
/* It is about to listen. */
void afd_will_listen(struct afd_socket *s);

/* ---- a sandbox's policy (afd-policy.c): nothing, or STATUS_ACCESS_DENIED ---- */

/* The host has refused to make s's socket: say so. */
void afd_policy_no_socket(const struct afd_socket *s);
/* Does the process outside connect s to a?  (policy_connect()) */
bool afd_policy_outside(const struct afd_socket *s, const union afd_address *a);
/* connecting, sending */
NTSTATUS afd_policy_to(const union afd_address *a, bool datagram);
NTSTATUS afd_policy_bind(const union afd_address *a);
NTSTATUS afd_policy_listen(const struct afd_socket *s);
/* Any address, or any port: the host would take both for this machine. */
bool afd_is_nowhere(const union afd_address *a);
bool afd_is_any(const union afd_address *a);
uint16_t afd_port_of(const union afd_address *a); /* as the network has it */
/* What a program may have set before it connects. */
void afd_copy_options(int from, int to);

/*
 * The host's TCP or UDP sockets (afd-net-table.c), and whose they are; malloc'ed,
 * NULL without memory.
 */
struct net_connection *net_connections(bool udp, bool owners, size_t *n);
/* What its interfaces listen to (afd-net-groups.c); the same. */
struct net_group *net_groups(size_t *n);

/* ---- afd.c ---- */

extern const struct file_ops afd_ops;
/* A socket by handle; a reference on the file.  *f is NULL without one. */
NTSTATUS afd_by_handle(struct task *t, uint64_t handle, struct file **f);

/* ---- handlers of ioctl.tbl's rows ---- */

typedef NTSTATUS afd_control_fn(struct task *t, struct file *f, struct irp *r);
afd_control_fn afd_bind, afd_connect, afd_listen, afd_wait_for_listen,
	afd_accept, afd_defer_accept, afd_receive, afd_receive_datagram,
	afd_receive_message, afd_send, afd_send_datagram, afd_send_message,
	afd_poll, afd_partial_disconnect, afd_get_address,
	afd_get_remote_address, afd_get_information, afd_set_information,
	afd_event_select, afd_enum_events, afd_super_accept, afd_super_connect,
	afd_super_disconnect, afd_transmit_file, afd_transmit_packets,
	afd_transport_ioctl, afd_no_operation, afd_net_info, afd_net_change,
	afd_net_echo;
NTSTATUS afd_read(struct task *t, struct file *f, struct irp *r);
NTSTATUS afd_write(struct task *t, struct file *f, struct irp *r);

#endif
