/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.h - file objects: what file.c makes and its sisters use.
 *
 * A file object is an open host descriptor and NT's view of it: access, share
 * mode, current name, and requests that have not finished.
 */
#ifndef RF_NT_FILE_H
#define RF_NT_FILE_H

#include <sys/stat.h>

#include "base/queue.h"
#include "syscall-xlate/nt/abi-file.h"
#include "syscall-xlate/nt/nt.h"
#include "syscall-xlate/nt/path.h"

struct file;
struct irp;
struct inode;
struct dir_scan;
struct pipe_end;

enum file_kind {
	FILE_KIND_DISK, /* regular file */
	FILE_KIND_DIR,  /* directory, real or of the table of C: */
	FILE_KIND_LINK, /* a symbolic link itself */
	FILE_KIND_NULL,
	FILE_KIND_CONSOLE, /* a terminal, or ConDrv's control */
	FILE_KIND_PIPE,
	FILE_KIND_SOCKET, /* a host socket we were started with */
	FILE_KIND_CHAR,   /* any other host device */
	FILE_KIND_DEVICE, /* MountPointManager, KsecDD, volumes: ioctls only */
	FILE_KIND_AFD,
	FILE_KIND_STREAM, /* a named stream of a file: file-stream.c */
	FILE_KIND_MAILSLOT,
};

/*
 * What a kind does.  Any may be NULL: STATUS_INVALID_DEVICE_REQUEST.  They
 * return STATUS_PENDING only after irp_pend(), else the final status and
 * r->information.
 */
struct file_ops {
	NTSTATUS (*read)(struct task *t, struct file *f, struct irp *r);
	NTSTATUS (*write)(struct task *t, struct file *f, struct irp *r);
	/* fs: NtFsControlFile. */
	NTSTATUS(*control)
	(struct task *t, struct file *f, struct irp *r, bool fs);
	NTSTATUS (*flush)(struct task *t, struct file *f);
	/* Last handle closed. */
	void (*close)(struct task *t, struct file *f);
	void (*destroy)(struct file *f);
	/* Is a wait on the handle over?  NULL: by object.state. */
	bool (*signaled)(struct file *f);
};

struct file {
	struct object object; /* signalled when a request has finished */
	const struct file_ops *ops;
	/* What each request looks at is together. */
	int fd; /* -1: none */
	uint8_t kind;
	bool synchronous; /* requests wait; the host keeps the position */
	bool append;      /* FILE_APPEND_DATA without FILE_WRITE_DATA */
	bool alertable;   /* such waits end for an APC */
	uint8_t standard; /* bits of descriptors 0 to 2, which are copies of fd */
	/* Writes leave the time of the last one as it is (file-set.c). */
	_Atomic uint8_t keeps_time;
	_Atomic int64_t position; /* POSITION_HOST, or to be set in fd first */
	struct inode *inode;      /* share modes, locks; file-share.c */
	_Atomic(struct file_port *) port; /* file_port() */
	struct shared *association; /* of several processes; file-port.c */
	uint32_t notify_modes; /* FILE_SKIP_* */
	_Atomic uint8_t read_pace, write_pace; /* disk-async.c's */
	char drive;       /* 'C', 'Z'; 0: no disk file */
	uint8_t device;   /* enum nt_device, FILE_KIND_DEVICE */
	bool from_lower;  /* built in: may not be changed */
	bool path_only;   /* fd is O_PATH */
	bool is_volume;
	bool exact; /* opened as it is spelled, and so is what is in it */
	uint8_t ways; /* WAY_*: how its requests are made, since it was told */
	bool oplock; /* has had one (file-oplock.c) */
	/* The open did not wait for an oplock's end: how fd, which is O_PATH, is
	   to be opened then (oplock_ready()); or 0. */
	_Atomic uint32_t late;
	_Atomic bool delete_on_close, posix_delete;
	_Atomic bool name_goes; /* with f; the file has others */
	uint32_t access; /* granted, without generic bits */
	uint32_t share, options;
	uint32_t mode; /* st_mode as we last saw or set it; 0: unknown */
	char *path;    /* absolute host path when it was opened */
	/* Who will be deleted: path from base_at on is below this folder. */
	struct file *base; /* a reference, or NULL */
	uint32_t base_at;
	const struct virtual_dir *dir; /* a folder of C:'s table */
	int64_t kept_time;      /* then that is it */
	int lock_fd;            /* for locks alone (lock.c), or -1 */
	_Atomic bool in_others; /* other processes have fd's description */
	_Atomic bool told_others; /* and tell of it (nt_passed.told) */

	_Atomic(struct disk_op *) last_append; /* under disk_lock */
	void *look_at;                         /* disk-async.c's mapping */
	uint64_t look_size;

	_Atomic uint32_t lock; /* for what follows; small and short */
	struct irp *irps, **irps_end; /* pending requests; end: if any */
	_Atomic(struct irp_queue *) queue; /* those that take turns, or NULL */
	struct dir_scan *scan; /* dir.c */
	uint32_t ea_next;      /* file-ea.c: where the next query begins */
	struct pipe_end *pipe; /* pipe.c */
	void *extra;           /* of the kind */
};

#define POSITION_HOST (-1)

/* ---- completion ports (file-port.c) --------------------------------- */

struct file_port {
	struct object *port; /* a reference, or NULL */
	uint64_t key;
	uint32_t generation; /* the association's */
	struct file_port *older;
};

const struct file_port *file_port_of_all(struct file *f);
/* The port of f; NULL: none.  Stays as long as f. */
static inline const struct file_port *file_port(struct file *f)
{
	const struct file_port *p =
		atomic_load_explicit(&f->port, memory_order_acquire);

	if (__builtin_expect(f->association != NULL, 0))
		return file_port_of_all(f);
	return p && p->port ? p : NULL;
}
/* Owns the reference.  STATUS_INVALID_PARAMETER: it has one, and not again. */
NTSTATUS file_port_set(struct file *f, struct object *port, uint64_t key,
		       bool again);
/* A number for other processes that get f; 0: none.  And what they do with it. */
uint64_t file_port_pass(struct file *f);
void file_port_receive(struct file *f, uint64_t number);
void file_port_free(struct file *f);

/* ---- requests (irp.c) --------------------------------------------- */

/*
 * One request.  Lives on the handler's stack until irp_pend() copies it.
 */
struct irp {
	struct file *file;        /* a reference */
	struct object *event;     /* a reference, or NULL */
	struct nt_thread *thread; /* who asked; a reference once pending */
	gaddr apc, apc_context, iosb;
	gaddr buf, out; /* in: data or input; out: output of controls */
	uint32_t len, out_len;
	uint32_t code;  /* of a control */
	uint32_t granted; /* what the handle carries */
	int64_t offset; /* OFFSET_* or >= 0 */
	uint64_t information;

	/* Once pending. */
	struct irp *next, **at; /* in file->irps, under file->lock */
	/*
	 * Try again without blocking: STATUS_PENDING or the final status.
	 * Called by whoever learned that it may go on (a watch).
	 */
	NTSTATUS (*again)(struct irp *r);
	/* The request is being given up; stop watching.  No lock held. */
	void (*cancel)(struct irp *r);
	_Atomic int taken; /* 1: somebody is finishing it */
	NTSTATUS cancelled; /* wanted while it was taken: how it ends, or 0 */
	bool watching;     /* watch.fd is a duplicate of its own */
	bool detached;     /* not its thread's to cancel, by its end or CancelIo */
	uint32_t events;
	struct nt_watch watch;
	/* In a queue (irp-queue.c), under its lock. */
	struct queue_link turn;
	NTSTATUS status; /* once it is over */
	void *extra;     /* of the kind; freed with free() */
};

enum {
	OFFSET_CURRENT = -2, /* none given, or FILE_USE_FILE_POINTER_... */
	OFFSET_APPEND = -1,  /* FILE_WRITE_TO_END_OF_FILE */
};

/*
 * irp_begin() - looks the handles up and fills in r.  access: bits the file
 * handle must carry, one of access_any suffices if access is 0.
 * On success irp_end() must follow.
 */
NTSTATUS irp_begin(struct task *t, struct irp *r, uint64_t file, uint64_t event,
		   gaddr apc, gaddr apc_context, gaddr iosb,
		   uint32_t access_any);
/*
 * irp_end() - the handler's last word: with a final status writes the IOSB,
 * signals, queues and posts as NT does for requests that finish at once.
 * Returns what the handler returns.
 */
NTSTATUS irp_end(struct task *t, struct irp *r, NTSTATUS status);
/*
 * irp_pend() - makes r a pending request; returns the copy that lives on, or
 * NULL without memory.  The caller then arms what will call irp_finish(), or
 * irp_again().  The event and file object are unsignalled.
 */
struct irp *irp_pend(struct task *t, struct irp *r);
/* The same, and the caller has taken it: nobody finishes it before he has
   filled it in and called irp_untake(). */
struct irp *irp_pend_taken(struct task *t, struct irp *r);
/* Gives a taken request back; false: it was to be cancelled meanwhile, so the
   caller, who still has it, finishes it. */
bool irp_untake(struct irp *r);
/*
 * irp_wait_fd() - r goes on when fd is ready: pends r, and watches.  For a
 * synchronous file the handler polls itself instead; see io_wait_fd().
 */
NTSTATUS irp_wait_fd(struct task *t, struct irp *r, int fd, uint32_t events,
		     NTSTATUS (*again)(struct irp *r));
/*
 * irp_in_turn() - the same, after the requests before it of the same direction
 * (EPOLLIN or EPOLLOUT).  Tries at once if there are none: then the result may be
 * a final one.  fd is the same for all of the file, and stays open until
 * irp_queue_close().
 */
NTSTATUS irp_in_turn(struct task *t, struct irp *r, int fd, uint32_t events,
		     NTSTATUS (*again)(struct irp *r));
/*
 * Before that is closed, when all requests have been cancelled: no others are
 * taken, until the file has another descriptor and is open again.
 */
void irp_queue_close(struct file *f);
void irp_queue_reopen(struct file *f);
void irp_queue_free(struct file *f);
/* Who gets true finishes the request: nobody else will. */
bool irp_take(struct irp *r);
/* Finishes a taken request and frees it.  Any host thread. */
void irp_finish(struct irp *r, NTSTATUS status, uint64_t information);
/*
 * Cancels pending requests of f: iosb 0: all, thread NULL: anybody's.
 * Returns how many.
 */
unsigned irp_cancel(struct file *f, struct nt_thread *thread, gaddr iosb);
/* Ends all that are pending with status: f is closed. */
void irp_end_all(struct file *f, NTSTATUS status);

/*
 * Before each sleep of a synchronous request and after each EINTR: true if it
 * has to be given up with *status (the thread ends, an APC is due, somebody
 * cancelled it).  t NULL: a helper thread, never.
 */
bool io_interrupted(struct task *t, struct file *f, NTSTATUS *status);
/* Sleep until fd is ready; 0, or the status to give up with. */
NTSTATUS io_wait_fd(struct task *t, struct file *f, int fd, short events,
		    int timeout_ms);

/*
 * io_transfer() - host calls for the whole of r->buf.  A short count ends it: the
 * end of the file, or what a pipe had.  *n is what was moved.
 *
 *   flags   RWF_NOWAIT: what can be had without waiting; STATUS_PENDING: that is
 *           not all.  STATUS_NOT_SUPPORTED: the host cannot tell.
 */
NTSTATUS io_transfer(struct task *t, struct irp *r, int fd, int64_t offset,
		     bool write_out, int flags, size_t *n);
/* The same, and wait. */
NTSTATUS io_read_fd(struct task *t, struct irp *r, int fd, int64_t offset,
		    size_t *n);
NTSTATUS io_write_fd(struct task *t, struct irp *r, int fd, int64_t offset,
		     size_t *n);
/* IOSB in the guest's width.  0 or -EFAULT. */
int iosb_write(struct task *t, gaddr at, NTSTATUS status, uint64_t info);

/* plain_ops: no data; links and O_PATH handles. */
/* ---- what is set of an open handle (file-mode.c) ------------------------- */

enum {
	WAY_PRIORITY = 3, /* these bits: one of IO_* (placement.h), and 1; 0: none */
	WAY_THROUGH = 4,  /* writes go through, by no flag of fd's */
};

/* The operations that a file on disk has for that. */
const struct file_ops *file_disk_ops(const struct file *f);
/*
 * FileIoPriorityHintInformation: requests of f are made with that priority,
 * instead of their thread's.
 */
uint32_t file_priority(const struct file *f);
NTSTATUS file_set_priority(struct file *f, uint32_t priority);
/* FileModeInformation. */
NTSTATUS file_set_mode(struct file *f, uint32_t mode);
/* Of another process's, as it had them. */
void file_set_ways(struct file *f, uint8_t ways);

extern const struct file_ops disk_ops, plain_ops, dir_ops, null_ops,
	console_ops, pipe_ops, stream_ops, device_ops;

/* ---- making and finding file objects (file.c) -------------------------- */

/* A bare object, one reference; owns nothing yet.  NULL: no memory. */
struct file *file_new(enum file_kind kind, const struct file_ops *ops, int fd,
		      uint32_t access, uint32_t share, uint32_t options);

/*
 * file_object_from_fd() - a file object for a descriptor we were started
 * with: terminal, pipe, file, socket, device.  Owns fd afterwards unless it
 * is 0, 1 or 2.  One reference.  NULL: fd is not open, or no memory.
 */
struct object *file_object_from_fd(int fd, uint32_t access);

/*
 * file_is_standard() - if o is a file, the descriptor 0 to 2 is a copy of its, and
 * goes with it.
 */
void file_is_standard(struct object *o, int fd);

/* The host descriptor for mapping; -1: not a mappable file. */
int file_object_fd(struct object *o);
/* It is one of the built-in DLLs' own files. */
bool file_object_built_in(struct object *o);
/* \??\Z:\dir\f, malloc'ed and terminated; NULL: none. */
uint16_t *file_object_nt_path(struct object *o);
/* The host path it has now; NULL: none.  Caller frees. */
char *file_host_path(struct file *f);
/* What the host calls an open file now, in path of HOST_PATH_MAX bytes. */
enum host_name { HOST_NAME_UNKNOWN, HOST_NAME_GONE, HOST_NAME_KNOWN };
enum host_name file_host_name(struct file *f, char *path);

/* The open directory behind oa->root, and oa->name below it, parsed. */
NTSTATUS file_parse(struct task *t, const struct nt_oa *oa, struct nt_path *p,
		    struct file **root);

/* Makes fd usable for metadata calls where it is O_PATH: "/proc/self/fd/N". */
void file_proc_path(const struct file *f, char *buf, size_t size);

/* ---- sharing, deletion (file-share.c) ----------------------------------- */

/*
 * With st of f->fd.  granted: an inherited handle, nobody can object.
 * STATUS_SHARING_VIOLATION, STATUS_DELETE_PENDING.
 */
NTSTATUS share_enter(struct file *f, const struct statx *st, bool granted);
void share_leave(struct file *f);  /* may unlink the file */
void share_forget(struct file *f); /* the same, and never does */
bool share_delete_pending(struct file *f);
/*
 * Does a file that somebody here has open wait for its deletion?  Then nothing is
 * told of it by its name.  As long as none ever did, nobody need ask.
 */
extern _Atomic bool share_waits;
bool share_name_pending(const struct statx *st);
/* The host's numbers of its file system and it; false: not known here. */
bool share_inode(struct file *f, uint64_t *dev, uint64_t *ino);
void share_set_delete(struct file *f, bool on);
/*
 * Removes the name now, as POSIX semantics wants it; the file lives until its
 * last handle goes.  The status says why it could not.
 */
NTSTATUS share_delete_now(struct file *f);
/*
 * The same for a file that is not open here, nor a directory: path, below
 * dirfd, is a name of what st tells of.
 */
NTSTATUS share_delete_name(const struct statx *st, int dirfd, const char *path);
/* Will the host let its name go, as far as one can know beforehand? */
NTSTATUS share_may_delete(struct file *f);
/* Is the file open elsewhere in this process, or (with some access) anywhere? */
bool share_others(struct file *f, bool anywhere);
/*
 * Has any process a handle, but f itself, to what lies below a folder of the host
 * (file-below.c)?  Then that keeps its name.  Who keeps one by an oplock is asked
 * for it first.  _here: of this process alone.
 */
bool file_open_below(struct task *t, const struct file *f, const char *folder);
bool file_open_below_here(const char *folder);
/* Oplocks: somebody will have one on f; may anybody have had one on that file?
 */
void share_will_have_oplock(struct file *f);
bool share_has_oplocks(const struct statx *st);
/* Byte ranges locked by others: STATUS_FILE_LOCK_CONFLICT or success. */
NTSTATUS lock_check(struct file *f, int64_t offset, uint64_t len, bool write);
void lock_release_all(struct file *f);
void lock_forget(struct inode *i);

/* ---- metadata (file-attr.c) --------------------------------------------- */

struct file_meta {
	struct file_times times;
	int64_t allocation, size;
	uint32_t attributes, tag, links;
	uint64_t ino, dev;
	bool directory;
};

enum { META_MASK = STATX_BASIC_STATS | STATX_BTIME };

/* path: for the stored attributes; NULL: fd's own. */
void meta_from_statx(struct file_meta *m, const struct statx *st, int dirfd,
		     const char *path, const struct virtual_dir *dir);
/* The same without looking for stored attributes; no symbolic links. */
void meta_plain(struct file_meta *m, const struct statx *st);
NTSTATUS meta_of_file(struct file *f, struct file_meta *m);
/* Stored attributes: hidden, system, archive, ... of a file or directory, and
   its time of creation; 0 leaves either as it is. */
NTSTATUS meta_set_attributes(struct file *f, uint32_t attributes,
			     int64_t created);
/* The one that is not set with the others. */
NTSTATUS meta_set_sparse(struct file *f, bool on);
bool folder_is_read_only(struct file *f);
NTSTATUS meta_set_reparse(struct file *f, bool on);
/* f has got a name in another folder, path: listings there must look. */
void meta_moved(const struct file *f, const char *path);
/* For a file just made at dirfd, path. */
void meta_init_attributes(int fd, int dirfd, const char *path,
			  uint32_t attributes, bool directory);

int64_t time_from_statx(const struct statx_timestamp *ts);

/* In a sandbox: one line about what was refused, with the program's name for host. */
void file_policy_say(const char *what, const char *host);

#endif
