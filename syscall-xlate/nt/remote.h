/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * remote.h - asking another process of the session to do something in itself:
 * allocate memory, start a thread, queue an APC, give or take a handle.
 *
 * Each process answers for itself, in its helper thread, on a socket that it
 * opens when somebody first wants something of it.  Whoever asks knocks by the
 * engine's signal; nothing runs, listens or lies about before that.
 */
#ifndef RF_NT_REMOTE_H
#define RF_NT_REMOTE_H

#include "base/bytes.h"
#include "syscall-xlate/nt/process-create.h"

enum {
	REMOTE_MAGIC = 0x3a524652, /* with every change of the messages */
	REMOTE_ARGS = 12,
	REMOTE_DATA = 64 << 10,
};

enum remote_op {
	REMOTE_CALL = 1, /* args of the NT call named in data */
	REMOTE_INFO,     /* struct remote_info into data, the block's fd */
	/* args: handle, DUPLICATE_* options; object.  Where that closes the
	   handle, REMOTE_LET_GO follows (args[0]: it), when the object is open
	   here. */
	REMOTE_TAKE,
	REMOTE_LET_GO,
	REMOTE_GIVE,   /* object; args[0]: the handle it became */
	REMOTE_JOB,    /* object: it is a member of that */
	REMOTE_THREAD, /* args[0]: thread id; object */
	REMOTE_READ,   /* args: address, length; data */
	REMOTE_WRITE,  /* the same; data */
	REMOTE_DEBUG,  /* args: attach (with fd) or not, DEBUG_* flags */
	/* args: a handle, whether inheritable ones are wanted, three that are
	   in any case; the next one's object, and args[0]: its value; 0: none
	 */
	REMOTE_INHERIT,
	REMOTE_MEMBER, /* args[0]: n; object: the n-th job it is in, from the
			  innermost; or none */
	REMOTE_TOKEN,  /* object: a copy of its token */
	REMOTE_BELOW,  /* data: a folder; args[0]: is something below it open?
			  That set: is it its current one, without a handle? */
	REMOTE_OPLOCK, /* args: a folder's device and number, or data: a folder
			  above; fd: what oplock_folder_ask() says */
	REMOTE_SECURITY, /* args[0]: thread id, 0: the process; data: its
			    descriptor from now on */
};

/* A request, and its answer; data is cut to len. */
struct remote_msg {
	uint32_t magic, op;
	NTSTATUS status;
	uint32_t len;
	uint64_t args[REMOTE_ARGS];
	/* REMOTE_CALL: bit i: args[i] is an offset into data. */
	uint32_t pointers;
	uint32_t self;   /* which argument is the process or thread */
	uint32_t thread; /* its id; 0: the process is meant */
	uint32_t has_object;
	char call[48];
	int32_t fd; /* goes along; -1: none */
	_Alignas(8) uint8_t data[REMOTE_DATA];
};

struct remote_info {
	uint64_t peb, image_base;
	uint32_t parent_id, error_mode, handles, pad0;
	int64_t created;
	uint32_t group, console_root, detached, pad;
	uint32_t path_len; /* units of image_nt_path, which follow */
	uint32_t wow64;
};

/* What a process of this program does with a knock. */
enum remote_hearing { REMOTE_NEVER, REMOTE_LATER, REMOTE_HEARS };
enum remote_hearing remote_hearing(int host_pid, int sig);

/* A message to fill in; NULL: no memory.  free() it. */
struct remote_msg *remote_msg(enum remote_op op);

/*
 * remote_ask() - send m to p and wait for the answer, which m is then.
 * Returns its status, or STATUS_NOT_SUPPORTED (p is no process of ours),
 * STATUS_PROCESS_IS_TERMINATING, STATUS_IO_TIMEOUT.  m->fd is the caller's.
 */
NTSTATUS remote_ask(struct nt_process *p, struct remote_msg *m);

/*
 * remote_call() - for a handler whose first business is an object of another
 * process: let that process make the same call.
 *
 *   h       the handle of a process or thread, one of args
 *   access  what it must carry
 *   name    of the call; its row tells how arguments are passed
 *
 * false: the object is our own, or no such thing; the handler goes on.
 */
bool remote_call_slow(struct task *t, uint64_t h, uint32_t access,
		      const char *name, const uint64_t *args,
		      NTSTATUS *status);
static inline bool remote_call(struct task *t, uint64_t h, uint32_t access,
			       const char *name, const uint64_t *args,
			       NTSTATUS *status)
{
	return h < NT_CURRENT_THREAD &&
	       remote_call_slow(t, h, access, name, args, status);
}

/* Another run-foreign of this very build. */
bool remote_is_ours(int host_pid);
/* Make a process of the session look around (nt_knocked()). */
void remote_knock(int host_pid);
/* A handle of p's as an object here; CLOSE_SOURCE among the options. */
NTSTATUS remote_take(struct nt_process *p, uint64_t h, uint32_t options,
		     struct object **o, uint32_t *access, uint32_t *attributes);
/* Our object becomes a handle of p's. */
NTSTATUS remote_give(struct nt_process *p, struct object *o, uint32_t access,
		     uint32_t attributes, uint64_t *h);
/*
 * remote_handles() - what a child of p's would get: calls fn as handles_each()
 * does, for inheritable handles if inherit, and for those in always.
 */
NTSTATUS remote_handles(struct nt_process *p, bool inherit,
			const uint64_t always[3],
			bool (*fn)(uint64_t h, struct object *o,
				   uint32_t access, uint32_t attributes,
				   void *arg),
			void *arg);
/* The n-th job that p is in, from the innermost, with a reference; NULL. */
NTSTATUS remote_job(struct nt_process *p, unsigned n, struct object **job);
/* p's token, a copy; p's thread.  NULL: none, for the status' reason. */
NTSTATUS remote_token(struct nt_process *p, struct object **token);
NTSTATUS remote_thread(struct nt_process *p, uint32_t id,
		       struct object **thread);
/* p, or its thread, gets another descriptor. */
NTSTATUS remote_security(struct nt_process *p, uint32_t thread,
			 struct bytes new);
/* Memory of p, by the host where it lets us, else by p itself. */
NTSTATUS remote_read(struct nt_process *p, void *dst, uint64_t src, size_t n);
NTSTATUS remote_write(struct nt_process *p, uint64_t dst, const void *src,
		      size_t n);

/* remote-serve.c: answer from now on.  Any thread of ours; not in signals. */
void remote_serve(void);
/* For processes that nobody started with a block: one, to leave the exit code
   in; its descriptor. */
int remote_exit_block(void);
/* The address at which the process answers; returns its length. */
struct sockaddr_un;
unsigned remote_address(struct sockaddr_un *a, int host_pid);
/* 0 or -errno; m->fd goes along, or is set (owned by the caller; -1: none). */
int remote_send(int sock, const struct remote_msg *m);
int remote_receive(int sock, struct remote_msg *m, int flags);

/* process-dup.c: o and its rights into h; false: it stays in its process. */
bool handle_pack(struct start_handle *h, struct object *o, uint32_t access,
		 uint32_t attributes);
/* A job, for a process that is a member of it without a handle. */
bool handle_pack_member(struct start_handle *h, struct object *job);
/* The object that h describes, with a reference; owns h->passed.fd. */
struct object *handle_unpack(const struct start_handle *h);
/* h goes to another process, and on the list; and is let go (0: all are). */
void leaving_begin(struct leaving **list, uint64_t h);
void leaving_end(struct leaving **list, uint64_t h);

#endif
