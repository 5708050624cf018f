/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shared.h - events, semaphores, mutants, timers, sections, jobs, completion
 * ports, keyed events, directories and links of several processes.
 *
 * A named one lives in a small file of the session's folder, an unnamed one
 * that was passed to a child in a memfd; every process that has it maps that
 * page.  A struct object whose ->shared is set keeps its state there, and
 * object_lock() takes the page's lock as well.
 */
#ifndef RF_NT_SHARED_H
#define RF_NT_SHARED_H

#include <linux/futex.h>

#include "syscall-xlate/nt/nt.h"

enum { SHARED_NODE = 4096, SHARED_SECURITY_MAX = 768 };

enum shared_kind {
	SHARED_EVENT = 1,
	SHARED_SEMAPHORE,
	SHARED_MUTANT,
	SHARED_SECTION,
	SHARED_TIMER,
	SHARED_JOB,
	SHARED_DIRECTORY,
	SHARED_SYMLINK,
	SHARED_PORT,
	SHARED_KEYED_EVENT,
	SHARED_FILE, /* file-port.c */
	SHARED_PIPE, /* pipe-security.c */
};

/* A section; its memory, or its file's path, follows the page. */
struct section_state {
	uint64_t size;
	uint32_t attributes, protect;
	uint32_t in_file;
};

/* Who owns a mutant: the host's process id above the NT thread id; 0: nobody */
struct mutant_state {
	uint64_t owner;
	uint32_t count;
	uint32_t abandoned;
};

/* CLOCK_MONOTONIC ns.  generation changes with every setting. */
struct timer_state {
	int64_t due, period;
	uint32_t generation;
};

/* A file's port, whose name is the page's target; generation: 0: never set. */
struct port_state {
	uint64_t key;
	_Atomic uint32_t generation;
};

/*
 * The page.  What a crashed process leaves behind is never inconsistent.  What
 * somebody else wrote may be anything: nothing in it is an address or an index.
 */
struct shared_page {
	uint32_t magic;
	uint32_t kind;
	uint64_t id;           /* order in which several are locked */
	_Atomic uint32_t lock; /* host thread id of who has it; 0: free */
	_Atomic uint32_t seq;  /* futex: changes with the state */
	_Atomic uint32_t
		sleepers;      /* on seq; those killed are never taken off */
	_Atomic int32_t state; /* struct object's */
	int32_t param;         /* event: type; semaphore: maximum */
	uint32_t pad;
	_Atomic uint64_t watched; /* seq, until then: task_spin_hint() */
	struct mutant_state mutant;
	struct section_state section;
	struct timer_state timer;
	struct port_state port;
	/* The mutant's owner's host thread; the kernel marks its death
	   (robust.c). */
	_Atomic uint32_t alive;
	uint32_t name_len; /* units */
	uint16_t name[1024];
	uint32_t target_len;  /* units; of a symbolic link */
	uint16_t target[512];
	uint32_t security_len; /* of the descriptor, if one was set */
	uint8_t security[SHARED_SECURITY_MAX];
};

/* A process's hold on a page. */
struct shared {
	struct shared_page *page;
	/* Lies SHARED_NODE before the page's word "alive", in memory of our
	   own: in the robust list of the thread that holds the mutant. */
	struct robust_list *node;
	int fd;       /* holds a lock that says "in use" */
	bool publish; /* under the page's lock: wake sleepers on unlock */
	bool in_others; /* others have been given it, without a keeper */
	char *path;   /* of the file; NULL: a memfd */
	struct object *object; /* that has it; no reference */
	/* What follows the page in the file, if the type has such (nt.h). */
	void *area;
	size_t area_size;
	uint64_t device, inode;
	struct shared *next, *prev; /* of all */
};

/*
 * shared_open() - the page with a name.
 *
 *   name, n   NT name from the root; case matters
 *   init      what a new page is to hold (kind, state, param, mutant); NULL:
 *             only open what is there
 *   created   set; may be NULL if init is
 *
 * NULL: there is none, or no place for it (then objects stay private); errno
 * is ENOSPC if there is a place, but it is full.
 */
struct shared *shared_open(const uint16_t *name, size_t n,
			   const struct shared_page *init, bool *created);

/*
 * A new page under a number, by which other processes find it, and no program
 * does.  shared_number(): 0: it has none.
 */
struct shared *shared_numbered(const struct shared_page *init);
struct shared *shared_with_number(uint64_t number);
uint64_t shared_number(const struct shared *s);
/*
 * The page opened anew, as used by whoever has this descriptor: its own use, and
 * name, outlive s.  -1 on failure.
 */
int shared_keeper(const struct shared *s);

/* A page without a name, as init says; or the one behind a descriptor. */
struct shared *shared_anonymous(const struct shared_page *init);
struct shared *shared_from_fd(int fd); /* owns fd, also on failure */
void shared_close(struct shared *s);
/*
 * shared_adopt() - o is to be the object of s in this process.  Returns NULL,
 * or the object that is so already, with a reference: then o is not.
 */
struct object *shared_adopt(struct shared *s, struct object *o);
/* Before o's memory is used for something else. */
void shared_disown(struct shared *s);
/*
 * shared_unname() - nobody finds s by its name any more; always, or if no other
 * process has it.
 */
void shared_unname(struct shared *s, bool always);
/*
 * shared_companion() - the path of a file of the same name beside s's, which
 * goes with it; false: s has no name.
 */
bool shared_companion(const struct shared *s, char *path, size_t size);
/* Calls fn with a copy of every page with a name that somebody has. */
void shared_each(void (*fn)(const struct shared_page *p, void *arg), void *arg);
/* Memory for the area's bytes at, which a full file system may not have. */
bool shared_area_grow(const struct shared *s, size_t at, size_t n);
/*
 * Each process may mark places in s, 0.., which the kernel frees when it ends.
 * shared_mark(): false: it is another's.  shared_is_marked(): by another?
 */
bool shared_mark(const struct shared *s, unsigned place);
bool shared_is_marked(const struct shared *s, unsigned place);
/* Does another process have s?  For those with a name, and ports. */
bool shared_by_others(const struct shared *s);
/* If addr is in one of our pages, which is gone: one of our own instead. */
bool shared_restore(const void *addr);

void shared_lock(struct shared *s);
bool shared_trylock(struct shared *s);
void shared_unlock(struct shared *s);

/*
 * robust_take() - the calling thread's name into s's word "alive", which the
 * kernel marks FUTEX_OWNER_DIED, waking one of its waiters, should the thread
 * end with it.  false: it is another's.
 */
bool robust_take(struct shared *s);
void robust_release(struct shared *s);

/* Has the thread that owns the mutant died with it?  Locked. */
bool shared_owner_died(const struct shared *s);

enum shared_kind shared_kind_of(const struct object_type *type);
const struct object_type *shared_type_of(uint32_t kind);

#endif
