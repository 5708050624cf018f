/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nt.h - what the files of the NT personality share: objects, handles, waits,
 * threads, and the reading of OBJECT_ATTRIBUTES.
 *
 * One host process is one NT process, so the handle table is a global.
 * Reference rules: a struct object is counted; handle_get() gives the caller a
 * reference that object_put() returns; a handle holds one of its own.
 */
#ifndef RF_NT_H
#define RF_NT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "syscall-xlate/nt/abi.h"
#include "syscall-xlate/nt/status.h"
#include "syscall-xlate/xlate.h"

/* ---- objects -------------------------------------------------------- */

struct object;
struct wait_block;
struct nt_passed;
struct shared;
struct shared_page;

struct object_type {
	const char *name; /* "Event", as NtQueryObject says it */
	size_t size;      /* of the struct that begins with struct object */
	/* What GENERIC_READ, WRITE, EXECUTE and ALL mean. */
	uint32_t generic[4];
	uint32_t valid_access;
	bool waitable;
	/*
	 * Both with the object's lock held.  signaled: may t's wait on o end
	 * now?  acquire: it does end; consume (auto-reset, count, ownership).
	 * acquire returns STATUS_SUCCESS or STATUS_ABANDONED.  NULL: signalled
	 * while o->state is not 0, and nothing is consumed.
	 */
	bool (*signaled)(struct object *o, struct task *t);
	NTSTATUS (*acquire)(struct object *o, struct task *t);
	/* A handle to o is being closed; last: it was the last of all. */
	void (*close)(struct task *t, struct object *o, uint64_t handle,
		      bool last);
	/* The last reference is gone.  Frees what o owns, not o itself. */
	void (*destroy)(struct object *o);

	/* The rest is optional. */
	/* Handles left at process exit are closed one by one (delete on
	   close, say); for other types nobody can notice. */
	bool close_at_exit;
	/* The name NtQueryObject tells, where it is not o->name: malloc'ed,
	   len in units; NULL and 0 for "no name". */
	NTSTATUS (*query_name)(struct object *o, uint16_t **name, size_t *len);
	/* Before a wait looks at o: let what depends on time happen (timers).
	   Lock held.  Returns the CLOCK_MONOTONIC ns of the next change,
	   INT64_MAX if there is none. */
	int64_t (*refresh)(struct object *o);
	/*
	 * For types that processes can share (shared.h): init is filled with
	 * what o is now, or o takes over what the page says.
	 */
	void (*to_page)(const struct object *o, struct shared_page *init);
	void (*from_page)(struct object *o, const struct shared_page *page);
	/* Bytes behind the page that go with it (shared->area), zero at first;
	   and how many of them have memory from the start. */
	size_t area, area_first;
	/* An object of several processes that has no name has a number. */
	bool numbered;
	/* o has just got its name, and with it (o->shared) a page, which is new
	   if created; or none, if there is no session.  false: no memory. */
	bool (*named)(struct object *o, bool created);
	/*
	 * Handing o to a child process: fill in *p (p->fd stays ours and only
	 * needs to live until the child is started).  false: cannot.
	 * receive makes the object anew there and owns p->fd.
	 */
	bool (*pass)(struct object *o, struct nt_passed *p);
	struct object *(*receive)(const struct nt_passed *p);
};

/* An object on its way to a child process. */
struct nt_passed {
	int fd;            /* -1: none */
	uint32_t kind;     /* by type: files tell disk, pipe, socket, ... */
	uint64_t value[6]; /* by type */
	uint32_t len;      /* bytes used of data */
	/* Others learn that it is open from who has it, not from the descriptor
	   (process-dup.c). */
	uint32_t told;
	uint8_t data[4096 + 64];
};

/* A descriptor that was set for an object (security.c). */
struct object_security {
	uint32_t len;
	uint8_t at[];
};

struct object {
	const struct object_type *type;
	_Atomic uint32_t refs;
	_Atomic uint32_t handles;
	struct object_name *name;   /* in the namespace; NULL: none */
	_Atomic uint32_t lock;      /* object_lock() */
	_Atomic int32_t state;      /* signalled: not 0; by type */
	struct wait_block *waiters; /* circular list; NULL: none */
	/* Of several processes (shared.h): then the state is there. */
	struct shared *shared;
	struct object_security *security; /* owned; NULL: the default */
};

/*
 * A new object with one reference, zeroed behind the head.  NULL: no memory.
 * The memory of objects is never given back and stays made of objects, so a
 * stale pointer can still be locked or have its references looked at; that is
 * what makes handle lookup free of locks.
 */
void *object_new(const struct object_type *type);
/*
 * object_new_in() - one that must not fail, once, in memory of its own: zeroed,
 * OBJECT_ROOM() bytes, aligned to OBJECT_UNIT.
 */
enum { OBJECT_UNIT = 64 /* objects are multiples of it, and aligned so */ };
#define OBJECT_ROOM(t) (ROUND_UP(sizeof(t), OBJECT_UNIT))
void *object_new_in(void *room, const struct object_type *type);
void object_get(struct object *o);
void object_put(struct object *o); /* o may be NULL */

/*
 * A short lock: no host call that may block, no guest memory, no malloc under
 * it.  object_unlock() also wakes those whom object_wake_locked() let go.
 */
void object_lock(struct object *o);
void object_unlock(struct object *o);

/*
 * object_signal() - set o->state and let go whoever may go.  For every type
 * whose state others change (events, processes, threads, files, ...).
 * Takes o's lock.  Any host thread, current_task may be NULL.
 */
void object_signal(struct object *o, int32_t state);
/* With o's lock held and its state changed: let go whoever may go. */
void object_wake_locked(struct object *o);

/* ---- handles -------------------------------------------------------- */

#define NT_CURRENT_PROCESS (~0ull)
#define NT_CURRENT_THREAD  (~1ull)

enum {
	OBJ_INHERIT = 2,
	OBJ_PERMANENT = 0x10,
	OBJ_EXCLUSIVE = 0x20,
	OBJ_CASE_INSENSITIVE = 0x40,
	OBJ_OPENIF = 0x80,
	/* Ours, for NtDeleteFile: what DeleteFile means, see file-create.c. */
	OBJ_RF_DELETE_FILE = 0x10000000,
	/* The same, for NtOpenFile: a DLL is looked for, so nothing but a file. */
	OBJ_RF_LOAD = 0x20000000,
};

/*
 * handle_add() - a handle to o for the guest.
 *
 *   access      desired access; generic bits are mapped, MAXIMUM_ALLOWED is
 *               everything
 *   attributes  OBJ_INHERIT or 0
 *   h           set on success
 *
 * Takes a reference of its own.  STATUS_NO_MEMORY, STATUS_ACCESS_DENIED (bits
 * that the type lacks).
 */
NTSTATUS handle_add(struct task *t, struct object *o, uint32_t access,
		    uint32_t attributes, uint64_t *h);

/*
 * The same, and stores the handle at guest address out.  On failure no handle
 * is left behind.  Consumes nothing: the caller still puts its reference.
 */
NTSTATUS handle_out(struct task *t, struct object *o, uint32_t access,
		    uint32_t attributes, gaddr out);

/*
 * handle_get() - the object behind a handle, with a reference for the caller.
 *
 *   type    the type wanted, NULL for any
 *   access  bits the handle must carry (0: none)
 *   o       set on success
 *
 * Pseudo handles (-1 process, -2 thread) work.  STATUS_INVALID_HANDLE,
 * STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED.
 */
NTSTATUS handle_get(struct task *t, uint64_t h, const struct object_type *type,
		    uint32_t access, void *o);
/* The same and what the handle carries; each pointer may be NULL. */
NTSTATUS handle_get_granted(struct task *t, uint64_t h,
			    const struct object_type *type, uint32_t access,
			    void *o, uint32_t *granted);
NTSTATUS handle_get_info(struct task *t, uint64_t h,
			 const struct object_type *type, uint32_t access,
			 void *o, uint32_t *granted, uint32_t *attributes);
NTSTATUS handle_close(struct task *t, uint64_t h);
/*
 * The same in two steps: what was at h is not there any more, though still
 * open, until it is let go.  NULL: nothing was.
 */
struct object *handle_take_out(uint64_t h);
void handle_let_go(struct task *t, struct object *o, uint64_t h);
/*
 * handle_lock() - the quick way for calls that only touch the object's state:
 * the object comes locked and without a reference; it lives until
 * object_unlock().  Statuses as handle_get().
 */
NTSTATUS handle_lock(struct task *t, uint64_t h, const struct object_type *type,
		     uint32_t access, void *o);
/* Close what must be closed before the process is gone (close_at_exit). */
void handles_at_exit(struct task *t);
/*
 * Calls fn for every open handle, without the table's lock, with a reference
 * held on o.  Stops when fn returns false.
 */
void handles_each(bool (*fn)(uint64_t h, struct object *o, uint32_t access,
			     uint32_t attributes, void *arg),
		  void *arg);
/* A handle at exactly this value, in a table still empty there (children). */
NTSTATUS handle_place(uint64_t h, struct object *o, uint32_t access,
		      uint32_t attributes);
unsigned handles_count(void);

/* access with GENERIC_* bits replaced and MAXIMUM_ALLOWED filled in. */
uint32_t access_map(const struct object_type *type, uint32_t access);

/* ---- names ---------------------------------------------------------- */

/* OBJECT_ATTRIBUTES, read once.  free with oa_free(). */
struct nt_oa {
	uint64_t root;       /* handle or 0 */
	uint32_t attributes; /* OBJ_* */
	uint16_t *name;      /* NUL-terminated copy; NULL if there is none */
	size_t name_len;     /* units */
	gaddr security;      /* descriptor, or 0; security.c */
	gaddr quality;       /* SECURITY_QUALITY_OF_SERVICE, or 0 */
	uint16_t local[128]; /* where most names find room; never copied */
};

/*
 * oa_read() - at may be 0, which means no name and no attributes.
 * STATUS_ACCESS_VIOLATION, STATUS_INVALID_PARAMETER (wrong length),
 * STATUS_OBJECT_NAME_INVALID (odd or too long), STATUS_NO_MEMORY.
 */
NTSTATUS oa_read(struct task *t, gaddr at, struct nt_oa *oa);
void oa_free(struct nt_oa *oa);

/* UNICODE_STRING at a guest address into a malloc'ed, terminated copy. */
NTSTATUS ustr_read(struct task *t, gaddr at, uint16_t **s, size_t *len);

/*
 * object_create() - the common end of NtCreateX: gives the new object o its
 * descriptor and name (if oa has one), a handle, and stores that at out.  If the name exists:
 * with OBJ_OPENIF a handle to the old object (STATUS_OBJECT_NAME_EXISTS),
 * else STATUS_OBJECT_NAME_COLLISION; a different type is
 * STATUS_OBJECT_TYPE_MISMATCH.  Consumes the caller's reference to o always.
 */
NTSTATUS object_create(struct task *t, struct object *o, uint32_t access,
		       const struct nt_oa *oa, gaddr out);
/* The whole of NtOpenX for named kernel objects. */
NTSTATUS object_open(struct task *t, const struct object_type *type,
		     uint32_t access, gaddr oa, gaddr out);
/*
 * security_assign() - the descriptor at sd (0: none) for o, which is new.
 * Statuses as descriptor_read() and descriptor_assign();
 * STATUS_INSUFFICIENT_RESOURCES: too large for what processes share.
 */
NTSTATUS security_assign(struct task *t, struct object *o, gaddr sd);
/* What was set for o, into the page that it is about to have. */
void security_to_page(const struct object *o, struct shared_page *init);
/* \\BaseNamedObjects\\name of o, malloc'ed; NULL, 0 if it has none. */
NTSTATUS object_full_name(struct object *o, uint16_t **name, size_t *len);

/* ---- waits ---------------------------------------------------------- */

/* A LARGE_INTEGER timeout: absolute if >= 0, relative if negative (100 ns). */
struct nt_timeout {
	bool infinite;
	int64_t when; /* CLOCK_MONOTONIC ns, or CLOCK_REALTIME if absolute */
	bool absolute;
};
/* at 0: infinite.  STATUS_ACCESS_VIOLATION. */
NTSTATUS timeout_read(struct task *t, gaddr at, struct nt_timeout *to);
/* CLOCK_MONOTONIC ns at which it is over; INT64_MAX: never.  to may be NULL. */
int64_t timeout_deadline(const struct nt_timeout *to);

/*
 * wait_objects() - n objects (1..64).  Returns STATUS_WAIT_0+i,
 * STATUS_ABANDONED_WAIT_0+i, STATUS_TIMEOUT, STATUS_USER_APC (the APC is
 * delivered when the handler returns), STATUS_ALERTED.
 */
NTSTATUS wait_objects(struct task *t, struct object *const *o, unsigned n,
		      bool all, bool alertable, const struct nt_timeout *to);

/*
 * nt_interrupted() - for handlers that sleep in host calls of their own: call
 * it before each sleep and after each EINTR.  Stands still while the thread is
 * suspended.  Returns true if the handler must give up and return (the thread
 * is to end, or alertable and a user APC is due: return STATUS_USER_APC or
 * whatever is partly done).
 */
bool nt_interrupted(struct task *t, bool alertable);

/*
 * watch_fd() - have fn(arg) called, once, in a helper thread, when fd becomes
 * ready (events: EPOLL*).  fd must stay open until then or until
 * watch_cancel().  Returns 0 or -errno.  The helper thread starts at first use.
 * io: fn does nothing but move data and finish requests, which a thread that
 * waits at a completion port may do as well as the helper.
 */
struct nt_watch {
	int fd;
	bool io;
	void (*fn)(struct nt_watch *w, uint32_t events);
	uint32_t slot; /* watch.c's own; 0: not watched */
};
int watch_fd(struct nt_watch *w, uint32_t events);
/*
 * The same, but fn is called for every edge (EPOLLET), until watch_cancel().
 * watch_change() sets other events, of either kind, while w is watched; what
 * holds then counts as an edge.
 */
int watch_edges(struct nt_watch *w, uint32_t events);
int watch_change(struct nt_watch *w, uint32_t events);
/* After it returns fn is not running and will not be called. */
void watch_cancel(struct nt_watch *w);

/* ---- threads and process -------------------------------------------- */

struct nt_apc {
	struct nt_apc *next;
	gaddr routine, arg[3];
	bool special; /* also outside of alertable waits */
	/* It has left the queue, run or not; NULL: free() it.  Called with the
	   thread's apc_lock held. */
	void (*done)(struct nt_apc *apc);
};

struct nt_wait;
struct mutant;
struct iocp;

struct nt_thread {
	struct object object; /* signalled when it has ended */
	struct task task;
	uint32_t id;                /* NT's thread id; a multiple of 4 */
	struct nt_process *process; /* whose it is: nt_self, or a child */
	gaddr teb;     /* of the program's width */
	gaddr gs_base; /* the 64-bit one */
	gaddr scratch; /* WOW64: room for structures made wide (wow64.c) */
	gaddr stack_base, stack_limit, stack_alloc; /* high, low, low of all */
	gaddr start, start_arg;
	uint32_t exit_code;
	_Atomic uint32_t suspend; /* count; 0x10000: internal, see suspend.c */

	/* NtAlertThreadByThreadId: 0 nothing, 1 alerted, 2 asleep (futex). */
	_Atomic uint32_t alert_word;

	pthread_mutex_t apc_lock;
	struct nt_apc *apcs; /* user APCs, oldest first; under apc_lock */
	struct nt_apc **apcs_tail;
	struct nt_wait *alertable; /* the alertable wait it is in */
	bool alerted;              /* NtAlertThread; under apc_lock */
	/* Its synchronous request: see file-private.h. */
	_Atomic uint64_t sync_io;
	const struct file *_Atomic sync_file; /* on that; no reference */
	_Atomic gaddr sync_iosb;
	_Atomic uint32_t irps; /* of its requests that are pending */
	bool asks_of_keys;     /* or did: registry-notify.c */
	_Atomic bool deliver;      /* an APC runs at the next way out */
	bool apcs_closed;          /* has ended: no more APCs */

	/* NtSetContextThread: what to go on with; malloc'ed.  suspend.c */
	struct guest_regs *_Atomic new_regs;
	_Atomic bool parked; /* stands still */
	_Atomic bool replacing; /* its registers: thread_goes_on() */
	_Atomic bool frozen; /* as all others, for the debugger (debuggee.c) */
	_Atomic bool debug_told; /* the debugger knows of it */

	struct mutant *owned; /* only the thread itself touches the list */
	struct iocp *port;    /* counted as active there; a reference */
	bool port_active;

	_Atomic uint8_t state; /* enum thread_state */
	bool is_first;
	bool hide_from_debugger, break_on_termination, boost_disabled;
	uint8_t io_lowered, page_lowered; /* than normal */
	uint8_t ideal_processor;
	int32_t priority; /* relative, -15..15 */
	uint64_t affinity;
	uint16_t *description; /* SetThreadDescription; under apc_lock */
	size_t description_len;
	int64_t created, ended;      /* NT time */
	uint64_t user_ns, kernel_ns; /* once ended */
	struct object *token;        /* impersonated; a reference (token.c) */

	/* process-pass.c: what others watch to see it end, and the end of that
	   which we write to; of another process's, only the former.  -1 */
	int end_fd, end_say;
	struct nt_watch end_watch;

	/* Dr0-3, Dr6, Dr7 and what watches for them (debug-regs.c). */
	uint64_t dr[6];
	int dr_fd[TASK_WATCHES]; /* 0: none */
	_Atomic bool dr_used;
	bool dr_over; /* the host thread is about to go */

	struct nt_thread *next, *prev; /* of all threads; under threads_lock */
	uint64_t serial;               /* in order of birth */
	struct guest_regs first; /* how it starts, while suspended at birth */
};

extern const struct object_type thread_type, process_type, event_type,
	semaphore_type, mutant_type, timer_type, iocp_type, section_type,
	file_type, key_type, token_type, directory_type, symlink_type, job_type,
	keyed_event_type, wait_packet_type;

static inline struct nt_thread *nt_thread(struct task *t)
{
	return t->data;
}

/*
 * A handle that another process takes for its own: gone from the table, and let
 * go when that process has told whom it must that the object is open there.
 */
struct leaving {
	struct leaving *next;
	struct object *o;
	uint64_t h;
};

/*
 * nt_self is the one NT process that this host process is; others are children
 * and processes that were opened.
 */
struct nt_process {
	struct object object; /* signalled when it has ended */
	uint32_t id, parent_id;
	gaddr peb; /* of the program's width; see process_peb64() */
	uint32_t exit_code;
	const struct launch *launch;
	gaddr image_base;
	uint16_t *image_nt_path;     /* \??\Z:\dir\app.exe */
	gaddr rtl_user_thread_start; /* ntdll's entry points */
	gaddr ldr_initialize_thunk;
	gaddr ki_user_exception_dispatcher;
	gaddr ki_user_apc_dispatcher;
	gaddr ntdll_base;
	bool wow64;
	bool running; /* the first thread has come out of the loader */

	/* Not ourselves: process.c. */
	int pidfd; /* -1: none */
	int host_pid;
	bool is_nt; /* another run-foreign; else a Linux program */
	struct start_block *block; /* shared with a child we started */
	size_t block_size;
	struct nt_thread *first_thread; /* of a child, until it ends;
					   a reference */
	struct nt_watch watch;
	int block_fd;              /* behind block; -1 */
	struct start_block *exit_block; /* ours, if nobody gave us a block */
	int control; /* socket: to a child; in nt_self to the parent; -1 */
	struct nt_watch control_watch;
	_Atomic uint32_t given; /* handles put into it (process-dup.c) */
	struct leaving *leaving; /* what the child takes from us for good */
	struct object *job;     /* the innermost; a reference */
	struct nt_process *next, *prev; /* of those not ourselves */

	/* Of another process: the socket on which it answers (remote.h). */
	pthread_mutex_t remote_lock;
	int remote;
	bool remote_open, learned;

	int64_t created, ended;
	int64_t last_user, last_kernel; /* as last seen; 100 ns */
	uint32_t priority_class, error_mode, cookie;
	uint8_t io_lowered, page_lowered; /* than normal */
	bool boost_disabled;
	uint32_t group; /* the id of its process group's first process */
	uint32_t console_root; /* the first process on its console */
	bool detached;  /* has no console; of another's: when last asked */
	bool debug_over; /* has ended; under debug-object.c's lock */
	uint64_t affinity;
	struct object *exception_port, *debug_port;
};

/* The PEB that 64-bit code looks at; 32-bit programs have it a page before
   their own.  0: not known. */
static inline gaddr process_peb64(const struct nt_process *p)
{
	return p->wow64 && p->peb ? p->peb - PAGE : p->peb;
}

/* A 32-bit thread's TEB lies behind the 64-bit one. */
enum { TEB32_AT = 0x2000 };

/* The TEB that 64-bit code looks at.  0: not known. */
static inline gaddr thread_teb64(const struct nt_thread *th)
{
	return th->process->wow64 && th->teb ? th->teb - TEB32_AT : th->teb;
}
/* Set up by process_init() before start() makes the first thread. */
extern struct nt_process *nt_self;

/* process_init(), which start() calls first, is in process.h. */

/*
 * thread_new() - a thread object with TEB and stack, not yet running; first
 * registers in ->first.  stack sizes 0: the image's.  One reference, for the
 * running thread itself.
 */
NTSTATUS thread_new(gaddr start, gaddr arg, uint64_t stack_commit,
		    uint64_t stack_reserve, struct nt_thread **thread);

/* Start it (host thread), unless it is suspended: then its resume does. */
NTSTATUS thread_start(struct nt_thread *th);
/* By NT id, of this process; a reference.  NULL: none. */
struct nt_thread *thread_by_id(uint32_t id);
/* The personality's pending() and task_ended(). */
void nt_pending(struct task *t, struct guest_regs *regs);
void nt_task_ended(struct task *t);
/* End the calling thread: mutants abandoned, memory freed, waiters woken. */
void thread_exit(struct task *t, uint32_t code) __attribute__((noreturn));
/*
 * apc_test() - what NtTestAlert and NtContinue(TestAlert) do: let queued user
 * APCs run on the way out of this call.  Returns whether there is one.
 */
bool apc_test(struct task *t);
/* Queue a user APC.  Wakes an alertable wait.  STATUS_NO_MEMORY. */
NTSTATUS apc_queue(struct nt_thread *to, gaddr routine, uint64_t a, uint64_t b,
		   uint64_t c, bool special);

/* Post a packet.  Any host thread.  STATUS_NO_MEMORY. */
NTSTATUS iocp_post(struct object *port, uint64_t key, uint64_t apc_context,
		   NTSTATUS status, uint64_t information);

/* What th asked for and waits for without a port, as it ends (irp.c). */
void irps_of_thread_end(struct nt_thread *th);
/* After the last handle is closed: leave what processes share. */
void files_at_exit(void);
/* Until the overlapped writes that are under way have been made. */
void disk_at_exit(void);

/*
 * process_exit() - end the whole process with an NT exit code, of which the
 * host sees the low 8 bits (1 if those would hide a failure).
 */
void process_exit(uint32_t code) __attribute__((noreturn));
/* The same with a host exit status of its own (128 + signal, say). */
void process_exit_status(uint32_t code, int host_status)
	__attribute__((noreturn));
/* NtTerminateProcess(0) was called: other threads end without clean-up. */
bool process_is_ending(void);
/* The same, but a host parent sees host_status (0..255). */
void process_exit_status(uint32_t code, int host_status)
	__attribute__((noreturn));

/* ---- virtual memory (virtual.c) ------------------------------------- */

enum {
	MEM_COMMIT = 0x1000,
	MEM_RESERVE = 0x2000,
	MEM_DECOMMIT = 0x4000,
	MEM_RELEASE = 0x8000,
	MEM_FREE = 0x10000,
	MEM_PRIVATE = 0x20000,
	MEM_MAPPED = 0x40000,
	MEM_RESET = 0x80000,
	MEM_TOP_DOWN = 0x100000,
	MEM_WRITE_WATCH = 0x200000,
	MEM_IMAGE = 0x1000000
};

/*
 * vm_alloc() - like NtAllocateVirtualMemory with host pointers.
 *
 *   base   in: wanted address or 0; out: the allocation's start
 *   size   in and out, bytes
 *   low, high  limits of a free choice; 0: the whole guest space
 *   type   MEM_*
 *   prot   PAGE_*
 */
NTSTATUS vm_alloc(gaddr *base, uint64_t *size, gaddr low, gaddr high,
		  uint32_t type, uint32_t prot);
NTSTATUS vm_free(gaddr *base, uint64_t *size, uint32_t type);
NTSTATUS vm_protect(gaddr *base, uint64_t *size, uint32_t prot, uint32_t *old);

/* Map a parsed image (see section.c): base 0 chooses.  e says more, if what
   is in the image is wrong. */
struct image;
NTSTATUS vm_map_image(const struct image *img, const uint16_t *nt_path,
		      gaddr *base, uint64_t *size, struct err *e);

/* ---- time ------------------------------------------------------------ */

/* 100 ns since 1601 UTC. */
int64_t nt_time_now(void);
int64_t nt_time_from_timespec(const struct timespec *ts);
void nt_time_to_timespec(int64_t nt, struct timespec *ts);

/* ---- errors ---------------------------------------------------------- */

/* errno value (positive) to the NTSTATUS that Windows would give. */
NTSTATUS status_from_errno(int err);

#define NT_SUCCESS(s) ((int32_t)(s) >= 0)

#endif
