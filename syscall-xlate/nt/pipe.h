/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe.h - the two halves of pipes: moving data (pipe.c, pipe-data.c), and
 * finding each other by name (pipe-name.c, pipe-folder.c).
 *
 * A byte pipe made by CreatePipe is a host pipe; one with a name is a stream
 * socket, or, if it keeps messages, a SEQPACKET socket whose every packet
 * begins with one byte: 1 if the message goes on in the next packet.
 *
 * A server that disconnects its client says so before it closes the socket:
 * with a packet that begins with PIPE_GOODBYE, or, in a stream, with a byte
 * that carries a descriptor.  A client that finds the socket shut down when it
 * begins to read looks for that, and if it is there, for nothing before it.
 * A server that just goes away says nothing.
 */
#ifndef RF_NT_PIPE_H
#define RF_NT_PIPE_H

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "syscall-xlate/nt/file.h"

enum pipe_state {
	PIPE_DISCONNECTED = 1,
	PIPE_LISTENING = 2,
	PIPE_CONNECTED = 3,
	PIPE_CLOSING = 4,
};

enum {
	PIPE_FILE_MAX = 96, /* an instance's file, with its NUL */
	PIPE_GOODBYE = 0x80,
	PIPE_PACKET = 60 << 10, /* data in one packet of a message */
};

enum { PIPE_INBOUND, PIPE_OUTBOUND, PIPE_DUPLEX };

struct pipe_end {
	pthread_mutex_t lock; /* state, fds, tail */
	uint8_t state;
	bool server;
	bool is_pipe;      /* fd is a pipe(2) end, or a FIFO */
	bool message;      /* the pipe keeps messages: SEQPACKET */
	bool message_read; /* this end reads message by message */
	bool nowait;
	bool goodbye; /* the server has disconnected us */
	bool server_gone; /* ... or has not, and never will */
	bool was_read; /* the client's data, by a server's end */
	bool counted;  /* it uses the page of pipe-goodbye.c */
	uint32_t looks; /* for a goodbye, without that page */
	uint64_t looked_at; /* what the page said at the last look; 0: none */
	uint8_t configuration;
	uint32_t in_quota, out_quota, max_instances;
	uint32_t timeout; /* of its name, ms */

	int peer_fd; /* anonymous: the other end until it is opened; -1 */
	int listen_fd;
	int dirfd;         /* folder of the pipe's name; -1 */
	char instance[PIPE_FILE_MAX]; /* this instance's file there */
	bool shared;       /* ... which other processes may have as well */
	char *name;        /* as the program spelled it, UTF-8; NULL */

	struct shared *security; /* the page with its descriptor; NULL: none */

	/* What of a message did not fit the last read. */
	uint8_t *tail;
	size_t tail_at, tail_len;
	bool tail_more; /* the message goes on in the next packet */
};

/* A file object with a pipe end; NULL: no memory (fd stays the caller's). */
struct file *pipe_file(int fd, uint32_t access, uint32_t share,
		       uint32_t options);

/* Is this end in a state to move data?  Accepts a client that waits. */
NTSTATUS pipe_ready(struct file *f, struct pipe_end *e);
/* That, for who is about to ask what there is to read. */
NTSTATUS pipe_readable(struct file *f, struct pipe_end *e);
/* The state that it has by what the other end did meanwhile. */
uint8_t pipe_state_now(struct file *f);

/* pipe-data.c */
bool pipe_can_read(struct file *f);
/*
 * One try; STATUS_PENDING: would block (wait false), or somebody made the
 * descriptor non-blocking.  STATUS_RETRY: a signal came.  A write counts in
 * r->out what went.
 */
NTSTATUS pipe_read_once(struct task *t, struct irp *r, bool wait);
NTSTATUS pipe_write_once(struct task *t, struct irp *r, bool wait);

/* pipe-goodbye.c */

/* Before the server's end closes: tell the client that it is on purpose. */
void pipe_say_goodbye(struct file *f);
/* When it has: for those who need not look otherwise. */
void pipe_count_disconnected(struct pipe_end *e);
/* Before e is freed. */
void pipe_leave_page(struct pipe_end *e);
/* Does this message carry one?  Closes its descriptors. */
bool pipe_carries_goodbye(struct msghdr *m);
/*
 * The server has shut the pipe down, so nothing more comes: did it say that this
 * takes back what it wrote?  Sets goodbye, if f is a client's end.
 */
void pipe_look_for_goodbye(struct file *f);
/*
 * Has the server disconnected this client, so that what it has not read is lost?
 * For who begins to read: what somebody waited for when it came was his before
 * that.
 */
bool pipe_is_disconnected(struct file *f);

/* pipe-peek.c */
/*
 * Calls fn for the first byte of each packet of these n bytes, until it says so
 * (*found, false before); returns how many it was.  A peek says how long one
 * is, and where the next one is looked at can be set.
 */
int pipe_each_packet(int fd, int n, bool (*fn)(uint8_t head), bool *found);
/* Bytes that a read would find; of messages, without their headers. */
uint32_t pipe_available(struct file *f);
/* FSCTL_PIPE_PEEK. */
NTSTATUS pipe_peek(struct task *t, struct file *f, struct irp *r);

/* pipe-name.c */
/*
 * The client's connection, if one waits; else the state stays as it is.  An
 * error: there is no room for one.  With e->lock held.
 */
NTSTATUS pipe_try_accept(struct file *f, struct pipe_end *e);
NTSTATUS pipe_listen(struct task *t, struct file *f, struct irp *r);
NTSTATUS pipe_disconnect(struct file *f);
void pipe_forget_instance(struct pipe_end *e);

/* ---- pipe-client.c ---- */

/* As whom a client lets its server act; a server learns it from its socket. */
struct pipe_client {
	uint8_t level;       /* SECURITY_IMPERSONATION_LEVEL */
	bool dynamic;        /* known to who has read something */
	bool effective_only; /* without what is switched off */
	bool own_token; /* the client's process's; else the user's usual one */
	bool nobody; /* who connected was a thread that was somebody else */
};

/* quality: as OBJECT_ATTRIBUTES has it. */
NTSTATUS pipe_client_read(struct task *t, gaddr quality, struct pipe_client *c);
/* Before it connects, so that its server can ask; 0 or errno. */
int pipe_client_sign(int fd, const struct pipe_client *c);
/* FSCTL_PIPE_IMPERSONATE. */
NTSTATUS pipe_impersonate(struct task *t, struct file *f, struct irp *r);

/* ---- pipe-security.c ---- */

/*
 * The page of the session under a pipe's name, whatever its case, or ""; init as
 * shared_open() has it.  NULL: there is none.
 */
struct shared *pipe_page(const char *name, const struct shared_page *init);

/*
 * f is about to become an instance of its name, the first or another one:
 * NtCreateNamedPipeFile's descriptor at sd, 0: none.  Statuses as
 * security_assign() and security_check().
 */
NTSTATUS pipe_security_new(struct task *t, struct file *f, gaddr sd,
			   bool first);
/* May a client connect, with these rights?  *page: for its end; or NULL. */
NTSTATUS pipe_security_enter(struct task *t, const char *name, uint32_t access,
			     struct shared **page);
/* e came from another process: what its pipe has. */
void pipe_security_find(struct pipe_end *e);
/*
 * The instance with that file, of the pipe e->name, is this process's as well.
 * False: there is none.
 */
bool pipe_take_instance(struct pipe_end *e, const char *file);

/* pipe-folder.c */

/* What the name of an instance's file says. */
struct pipe_instance {
	char state; /* 'L' or 'C' */
	int pid;
	unsigned serial; /* later is more; of one process */
	char type; /* 'b' or 'm' */
	int configuration;
	uint32_t max;
	uint32_t timeout; /* WaitNamedPipe's, ms, if it names none */
	uint32_t in_quota, out_quota;
};

bool pipe_parse_instance(const char *file, struct pipe_instance *i);
void pipe_format_instance(char *file, size_t size,
			  const struct pipe_instance *i);
/*
 * An instance lives as long as somebody holds it, by a folder's descriptor of
 * his own; however he ends.  pipe_is_held(): by another descriptor than that?
 */
void pipe_hold(int dirfd, const struct pipe_instance *i, bool on);
bool pipe_is_held(int dirfd, const struct pipe_instance *i);
/*
 * file, that of a connected instance, is 'C...' on the disk, though a server that
 * has not accepted its client yet calls it 'L...': renamed to to, or (NULL) gone.
 */
bool pipe_rename_instance(int dirfd, const char *file, const char *to);

/*
 * The folder of all pipes ("/pipe"), or of other things that have names in the
 * session, made if it must be: a descriptor, or -errno.
 */
int pipe_session_folder(const char *kind, bool make);
/* A name as a file's: upper case, odd bytes as %XX.  False: too long, or none. */
bool pipe_encode_name(char *out, size_t size, const uint16_t *name, size_t n);
/* The folder of a name, made if it must be: a descriptor, or -errno. */
int pipe_folder(const uint16_t *name, size_t n, bool make);
/* If it is empty; and those above it, if they are then.  folder is cut. */
void pipe_remove_folder(char *folder);
/* What the errno of that is for who wants the pipe. */
NTSTATUS pipe_no_folder(int err);
/*
 * Calls fn for each instance's file, the oldest first, until it returns true.
 * Sweeps what dead processes left.  Returns whether fn did, or -errno.
 */
typedef bool pipe_instance_fn(int dirfd, const char *file,
			      const struct pipe_instance *i, void *arg);
int pipe_each_instance(int dirfd, pipe_instance_fn *fn, void *arg);
unsigned pipe_count_instances(struct pipe_end *e);
/* An instance's address; short, whatever the folder's path is. */
socklen_t pipe_address(struct sockaddr_un *a, int dirfd, const char *file);

#endif
