/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-private.h - what the files behind file.h need of each other.
 */
#ifndef RF_NT_FILE_PRIVATE_H
#define RF_NT_FILE_PRIVATE_H

#include <errno.h>

#include "syscall-xlate/nt/file.h"

/*
 * Opens a disk name that exists, without a handle; one reference in *f.
 * Statuses as NtOpenFile.
 */
NTSTATUS file_open_path(struct task *t, const struct nt_oa *oa, uint32_t access,
			uint32_t share, uint32_t options, struct file **f);

/* What only a handle that may read, or may change, can ask of the data. */
enum {
	FILE_READ_BITS = FILE_READ_DATA | FILE_EXECUTE,
	FILE_WRITE_BITS = FILE_WRITE_DATA | FILE_APPEND_DATA,
	FILE_CHANGE_BITS = FILE_WRITE_BITS | FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES |
		      ACCESS_DELETE | 0x40000 | 0x80000,
};

/* After EMFILE: more descriptors, if we may; whether to try again. */
bool file_raise_limit(void);
/* A host call that makes descriptors: -1 and errno, or what it returns. */
#define MORE_FILES(call)                                                       \
	({                                                                     \
		int made_ = (call);                                            \
                                                                               \
		if (made_ < 0 && errno == EMFILE && file_raise_limit())        \
			made_ = (call);                                        \
		made_;                                                         \
	})

struct descriptor;

/* One NtCreateFile on its way (file-open.c). */
struct file_open {
	struct task *t; /* whose access counts; NULL: nobody's */
	struct nt_path *p;
	struct file *root;
	uint32_t access, share, options, disposition, attributes;
	bool loads;     /* for OBJ_RF_LOAD */
	bool maximum;   /* access is all that is allowed, and at least */
	uint32_t named; /* this */
	uint32_t stream; /* access to a stream of the file, which it must give */
	const struct descriptor *given; /* for a new one, or NULL */
	gaddr quality; /* SECURITY_QUALITY_OF_SERVICE, or 0 */
	gaddr iosb;    /* the caller's, by which it may be cancelled */
	mode_t deny; /* permission bits that a new one does not get */
	uint32_t information;
	/* What came of it. */
	int fd;
	uint32_t late; /* for struct file */
	bool path_only;
	struct statx st;
};

/* A full disk is an error of a write also when it was not at first. */
static inline bool disk_is_full(int err)
{
	return err == ENOSPC || err == EDQUOT || err == EFBIG;
}

/*
 * file-set.c: f has been written to.  later: it is going to be, and nobody says
 * when; file_keep_time_at_close() sees to that.
 */
void file_keep_time(struct file *f, bool later);
void file_keep_time_at_close(struct file *f);
/* It came from another process, where it had this time, and kept it. */
void file_keep_time_of(struct file *f, int64_t written);
static inline void file_written(struct file *f, NTSTATUS status)
{
	if (__builtin_expect(f->keeps_time, 0))
		file_keep_time(f, status == STATUS_PENDING);
}

/* disk-queue.c: before f is closed, writes are to be carried through. */
void disk_close(struct file *f);

/* Is there a file of the host's for it, and not of C:'s table? */
static inline bool file_has_inode(const struct file *f)
{
	return f->fd >= 0 && !f->dir;
}

/* f->path is another one now. */
static inline void file_forget_base(struct file *f)
{
	if (f->base)
		object_put(&f->base->object);
	f->base = NULL;
}

/* Opens or makes o->p; on success *f is one reference. */
NTSTATUS file_open_disk(struct file_open *o, struct file **f);
/*
 * After EINTR of an open on t's behalf (NULL: nobody's): nobody has cancelled it,
 * nor does t end.
 */
bool file_open_goes_on(struct task *t);
/*
 * Where it asks for MAXIMUM_ALLOWED, bits that cannot be had are not asked for
 * any more.  false: there is one that was asked for by name, or none at all.
 */
bool file_open_without(struct file_open *o, uint32_t bits);
/* The status for the errno of a failed open. */
NTSTATUS file_open_status(int err);

/*
 * struct nt_thread.sync_io: what becomes of the thread's synchronous request, and
 * above that which one it is.  So who means one that is over finds another word
 * there, whatever the thread is about by then.
 */
enum {
	SYNC_NONE,
	SYNC_RUNS,
	SYNC_CANCEL,
	SYNC_STATE = 3,
	SYNC_ENDS = 4, /* by itself, and nothing interrupts it: a disk's */
	SYNC_ALL = 7
};

/*
 * Around what may sleep, for those that cancel it (irp.c).  Only the thread itself
 * begins and ends; plain stores, as this is on each read's way.
 */
static inline void sync_begin_on(struct nt_thread *th, const struct file *f,
				 gaddr iosb)
{
	uint64_t word = atomic_load_explicit(&th->sync_io, memory_order_relaxed);

	atomic_store_explicit(&th->sync_file, f, memory_order_relaxed);
	atomic_store_explicit(&th->sync_iosb, iosb, memory_order_relaxed);
	word = ((word | SYNC_ALL) + 1) | SYNC_RUNS;
	if (f && f->kind == FILE_KIND_DISK)
		word |= SYNC_ENDS;
	atomic_store_explicit(&th->sync_io, word, memory_order_release);
}

static inline void sync_begin(struct nt_thread *th, const struct irp *r)
{
	sync_begin_on(th, r->file, r->iosb);
}

static inline bool sync_cancelled(const struct nt_thread *th)
{
	return (th->sync_io & SYNC_STATE) == SYNC_CANCEL;
}

static inline void sync_end(struct nt_thread *th)
{
	uint64_t word = atomic_load_explicit(&th->sync_io, memory_order_relaxed);

	/* Who reads the file of the next one sees that this one is over. */
	atomic_store_explicit(&th->sync_io, word & ~(uint64_t)SYNC_STATE,
			      memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
}

/* file-pass.c: object_type's pass, receive and query_name. */
bool file_pass(struct object *o, struct nt_passed *p);
struct object *file_receive(const struct nt_passed *p);
/* \Device\HarddiskVolume26\dir\f, malloc'ed. */
NTSTATUS file_device_name(struct file *f, uint16_t **name, size_t *len);
/*
 * What FileNameInformation tells: \dir\f, \pipename; malloc'ed, terminated.
 * NULL and a status if there is none.
 */
NTSTATUS file_short_name(struct file *f, uint16_t **name, size_t *len);

/*
 * stat_oa() - what the name in OBJECT_ATTRIBUTES is, without opening it; of a
 * reparse point, itself.  file-create.c.
 */
NTSTATUS stat_oa(struct task *t, gaddr attr, struct file_meta *m);

/*
 * links_list() - the names of f's file that can be found, as many entries as
 * there is room for; *entries is malloc'ed.  STATUS_BUFFER_OVERFLOW: there are
 * more.  file-links.c.
 */
NTSTATUS links_list(struct file *f, size_t room, struct file_links *head,
		    void **entries, size_t *n);

/*
 * file_id_names() - calls fn with a name of the file (dev, ino) after the
 * other: those in the folder dir and below, then in the rest of its file
 * system, until fn returns true or the search has gone on for long enough.
 * The same name may come twice.
 */
void file_id_names(const char *dir, char drive, uint64_t dev, uint64_t ino,
		   bool (*fn)(const char *path, void *arg), void *arg);
/* The program has been told ino of what is at path, and may come back. */
void file_id_remember(uint64_t dev, uint64_t ino, const char *path);
/* The same, of f. */
void file_id_told(const struct file *f, const struct file_meta *m);
/* Has a file of f's volume that object id, as far as a search finds it? */
bool file_has_object_id(struct file *f, const uint8_t *id);
/*
 * Opens the file with the number id (n bytes: 8, or 16 as FILE_ID_128) of the
 * volume that o->root is on, or with that object id (16 bytes).
 * STATUS_INVALID_PARAMETER: there is none.
 */
NTSTATUS file_open_by_id(struct file_open *o, const void *id, size_t n,
			 struct file **f);

/* pipe.c */
NTSTATUS pipe_connect(const struct file_open *o, struct file **f);
NTSTATUS pipe_query(struct task *t, struct file *f, uint32_t class, void *info,
		    uint32_t *len);
/* Of a request, as the call's argument says. */
NTSTATUS io_read_offset(struct task *t, struct file *f, gaddr at,
			int64_t *offset);
NTSTATUS pipe_set_modes(struct file *f, uint32_t read_mode,
			uint32_t completion_mode);
NTSTATUS pipe_wait_name(struct task *t, gaddr in, uint32_t len);
bool pipe_pass(struct file *f, struct nt_passed *p);
struct file *pipe_receive(const struct nt_passed *p);
const char *pipe_name(struct file *f);
/* Names of the pipes there are, in upper case; no order. */
void pipe_each_name(void (*fn)(const char *name, void *arg), void *arg);
struct file *pipe_from_fd(int fd, uint32_t access, uint32_t options);

/* mailslot.c: its writers; what it says of itself; to and from a process. */
struct file_mailslot;
NTSTATUS mailslot_open(const struct file_open *o, struct file **f);
NTSTATUS mailslot_query(struct file *f, struct file_mailslot *m);
NTSTATUS mailslot_set_timeout(struct file *f, int64_t timeout);
bool mailslot_pass(struct file *f, struct nt_passed *p);
struct file *mailslot_receive(const struct nt_passed *p);

/* afd.c */
NTSTATUS afd_open(struct task *t, const struct nt_path *p, uint32_t access,
		  uint32_t share, uint32_t options, gaddr ea, uint32_t ea_len,
		  struct file **f);
bool afd_pass(struct file *f, struct nt_passed *p);
struct file *afd_receive_passed(const struct nt_passed *p);

/* device.c */
NTSTATUS device_open(struct task *t, const struct nt_path *p, uint32_t access,
		     uint32_t share, uint32_t options, gaddr ea,
		     uint32_t ea_len, struct file **f);

/* console.c: owns fd on success. */
struct file *console_file(int fd, uint32_t access, uint32_t share,
			  uint32_t options);
/* Which screen buffer it is for, as a number for other processes that get f. */
uint64_t console_buffer_pass(const struct file *f);
void console_buffer_receive(struct file *f, uint64_t number);
NTSTATUS console_open(struct task *t, const struct nt_path *p, uint32_t access,
		      uint32_t share, uint32_t options, struct file **f);

/*
 * pty.c: the host's name for the pseudo console that a ConsoleHandle stands
 * for; false: it is none of that kind.
 */
bool pty_slave_path(struct task *t, uint64_t console, char *path, size_t size);

/* dir.c */
void dir_scan_free(struct dir_scan *s);

/* notify.c: its last handle is closed; it is freed. */
void notify_close(struct file *f);
void notify_destroy(struct file *f);

/* Controls on files and directories; reparse.c. */
NTSTATUS disk_control(struct task *t, struct file *f, struct irp *r, bool fs);

/* ---- file-policy.c ---------------------------------------------------------- */

/* May o->fd be used with o->access in this sandbox, if we are in one? */
NTSTATUS file_policy_check(struct file_open *o);
/* May something be made or replaced at p?  For renames and links. */
NTSTATUS file_policy_target(const struct nt_path *p);
/* err (positive) ended the open, with status: what a sandbox makes of it. */
NTSTATUS file_policy_failed(const struct file_open *o, int err,
			    NTSTATUS status);

#endif
