/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debug.h - debugging between processes, without anybody in the middle.
 *
 * Debugger and debuggee are the two ends of a socket.  A thread of the debuggee
 * with something to tell (debuggee.c) stops all others, sends an event and
 * stands still until the answer comes; the debugger's helper thread queues it in
 * the debug object (debug-object.c), from which NtWaitForDebugEvent takes it
 * (debug-wait.c).  If either end dies the kernel closes the socket.
 *
 * Registers, memory and threads of the debuggee are reached as those of any
 * other process (remote.h): its helper thread never stops.
 */
#ifndef RF_NT_DEBUG_H
#define RF_NT_DEBUG_H

#include "syscall-xlate/nt/abi-context.h"
#include "syscall-xlate/nt/nt.h"

/* DBG_STATE: what NtWaitForDebugEvent returns. */
enum debug_kind {
	DEBUG_CREATE_THREAD = 2,
	DEBUG_CREATE_PROCESS,
	DEBUG_EXIT_THREAD,
	DEBUG_EXIT_PROCESS,
	DEBUG_EXCEPTION,
	DEBUG_BREAKPOINT,
	DEBUG_SINGLE_STEP,
	DEBUG_LOAD_DLL,
	DEBUG_UNLOAD_DLL,
};

/* How a debugger continues. */
enum {
	DBG_EXCEPTION_HANDLED = 0x00010001,
	DBG_CONTINUE = 0x00010002,
	DBG_REPLY_LATER = 0x40010001,
	DBG_TERMINATE_THREAD = 0x40010003,
	DBG_TERMINATE_PROCESS = 0x40010004,
	DBG_EXCEPTION_NOT_HANDLED = (int)0x80010001,
};

enum debug_op {
	/* From the debuggee: */
	DEBUG_EVENT = 1, /* and stand still */
	DEBUG_CHILD,     /* host_pid has been started; its socket goes along */
	/* To it: */
	DEBUG_CONTINUE, /* thread goes on, with status */
	DEBUG_FLAGS,    /* flags */
};

enum {
	DEBUG_MAGIC = 0x31444652, /* with every change of the message */
	DEBUG_KILL_ON_CLOSE = 1,
	DEBUG_NO_INHERIT = 2, /* children of the debuggee are not debugged */
};

/* What goes along, in this order. */
enum { DEBUG_FD_FILE, DEBUG_FD_THREAD, DEBUG_FDS };

struct debug_msg {
	uint32_t magic, op;
	uint32_t kind;   /* enum debug_kind */
	uint32_t thread; /* NT's id */
	uint32_t status; /* DEBUG_CONTINUE; exits: the code */
	uint32_t flags;
	uint32_t first_chance;
	uint32_t host_pid; /* DEBUG_CHILD */
	uint32_t symbols_at, nsymbols; /* of an image's COFF header */
	uint32_t wow64, has_fd;        /* bit DEBUG_FD_*: this one is there */
	uint64_t base, start, name;    /* guest addresses */
	uint64_t thread_value[6];      /* struct nt_passed of a new thread */
	uint32_t thread_kind, pad;
	struct nt_exception_record rec;
};

/* 0 or -errno.  fd[DEBUG_FDS]: -1 for none; received ones are the caller's.
   flags: MSG_DONTWAIT. */
int debug_send(int sock, const struct debug_msg *m, const int *fd, int flags);
int debug_receive(int sock, struct debug_msg *m, int *fd, int flags);

/* ---- debuggee.c ----------------------------------------------------- */

/* This process is debugged. */
extern _Atomic bool nt_debugged;

/* We were started under a debugger: sock leads there.  Owns it. */
void debuggee_born(int sock, uint32_t flags);
/*
 * A debugger attaches itself (in the helper thread): all that there is already
 * is told first.  STATUS_PORT_ALREADY_SET, STATUS_NO_MEMORY.  Owns sock.
 */
NTSTATUS debuggee_attach(int sock, uint32_t flags);
/* It lets go of us.  STATUS_PORT_NOT_SET. */
NTSTATUS debuggee_detach(void);

/*
 * debug_exception() - tell the debugger of an exception whose context *regs
 * is; *regs may be changed by it.  true: it is dealt with, go on with *regs.
 */
bool debug_exception_slow(struct task *t, struct guest_regs *regs,
			  const struct nt_exception_record *rec, bool first);
static inline bool debug_exception(struct task *t, struct guest_regs *regs,
				   const struct nt_exception_record *rec,
				   bool first)
{
	return nt_debugged && debug_exception_slow(t, regs, rec, first);
}

/* Each returns when the debugger has continued; nothing if there is none. */
void debug_thread_begins(struct task *t);
void debug_thread_ends(struct task *t, uint32_t code);
/* t is the last one, or all others have been stopped for good. */
void debug_others_end(struct task *t, uint32_t code);
void debug_process_ends(struct task *t, uint32_t code);
void debug_image_mapped(struct task *t, gaddr base, int fd);
void debug_image_unmapped(struct task *t, gaddr base);

/* Do our children belong to our debugger?  With what flags. */
bool debug_inherits(uint32_t *flags);
/* Whether they would be. */
bool debug_inherited(void);
void debug_set_inherit(bool on);
/* One of them: sock is its debugger's end; closed here. */
void debug_child(int host_pid, int sock);

/* ---- debug-object.c ------------------------------------------------- */

extern const struct object_type debug_type;

struct debug_link;

/* An event in a debug object's queue. */
struct debug_event {
	struct debug_event *next;
	struct debug_link *link;
	uint64_t serial;
	bool read; /* handed out, not yet continued */
	bool dead; /* nobody waits for the answer */
	struct debug_msg m;
	int fd[DEBUG_FDS];
};

/*
 * p is the debuggee of d; sock leads to it.  Owns sock.
 * STATUS_DEBUGGER_INACTIVE: d has no handles any more;
 * STATUS_PROCESS_IS_TERMINATING; STATUS_NO_MEMORY.
 */
NTSTATUS debug_link(struct object *d, struct nt_process *p, int sock);
uint32_t debug_object_flags(struct object *d);
/* The object by which we debug p; a reference.  NULL: we do not. */
struct object *debug_object_of(struct nt_process *p);
/* In the helper thread: p has ended and its exit code is known. */
void debug_process_gone(struct nt_process *p);

/*
 * For debug-wait.c.  take: the next event to be handed out, as a copy whose
 * descriptors are the caller's; *p is a reference.  untake: it could not be,
 * and has its descriptors back; done: it could, they are closed.
 */
bool debug_event_take(struct object *d, struct debug_event *e,
		      struct nt_process **p);
void debug_event_untake(struct object *d, struct debug_event *e);
void debug_event_done(struct debug_event *e);
/* The answer to one that was taken.  STATUS_INVALID_PARAMETER: there is none.
 */
NTSTATUS debug_event_answer(struct object *d, uint32_t process_id,
			    uint32_t thread_id, uint32_t status);

#endif
