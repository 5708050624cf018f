/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-oplock-private.h - one oplock, and what file-oplock.c keeps of it; for
 * its sisters: leases of the host's on files (file-oplock-lease.c), and folders
 * (file-oplock-folder.c).
 */
#ifndef RF_NT_FILE_OPLOCK_PRIVATE_H
#define RF_NT_FILE_OPLOCK_PRIVATE_H

#include <pthread.h>

#include "syscall-xlate/nt/file-oplock.h"

/* OPLOCK_LEVEL_CACHE_* */
enum { OPLOCK_READ = 1, OPLOCK_HANDLE = 2, OPLOCK_WRITE = 4 };

enum oplock_kind { LEVEL_1, LEVEL_2, BATCH, FILTER, GRANULAR };

enum oplock_state {
	HELD,     /* irp is pending */
	BREAKING, /* its holder has been told, and has to answer */
	CLOSING,  /* his answer was that he will close the file */
};

struct oplock {
	struct oplock *next;
	struct file *file;
	struct irp *irp; /* HELD */
	enum oplock_kind kind;
	enum oplock_state state;
	/* GRANULAR; of the others OPLOCK_READ or 0, while BREAKING. */
	uint32_t level;
	const struct oplock_means *means;
	int lease; /* F_RDLCK, F_WRLCK */
	/* Of a folder. */
	uint64_t dev, ino;
	int watch;    /* inotify's */
	bool handles; /* it keeps them, or did until the answer */
	bool changed; /* what is in it, which is to be told */
	int gate[2];  /* a pipe, closed with the answer; or -1 */
};

/* REQUEST_OPLOCK_OUTPUT_BUFFER. */
struct oplock_break {
	uint16_t version, len;
	uint32_t was, now, flags, access;
	uint16_t share, pad;
};
_Static_assert(sizeof(struct oplock_break) == 24, "as documented");
enum { OPLOCK_ACK_REQUIRED = 1 };

/* A request that is over, to be told of with no lock held. */
struct oplock_end {
	struct irp *irp; /* taken */
	enum oplock_kind kind;
	struct oplock_break how;
	NTSTATUS status;
};

extern pthread_mutex_t oplock_lock;
extern struct oplock *oplocks; /* all of the process; under oplock_lock */

/* Locked.  Its request ends; false: somebody cancels it, who gives it up. */
bool oplock_end_request(struct oplock *o, uint32_t now, uint32_t flags,
			NTSTATUS status, struct oplock_end *e);
/* Locked: who waits for it goes on, and o is no more. */
void oplock_give_up(struct oplock *o);
/* Without it: tells of all breaks that there are; of this one. */
void oplock_tell_breaks(void);
void oplock_tell(struct oplock_end *e);
/* Is what f holds broken by any other open?  Not locked. */
bool oplock_is_alone(const struct file *f);
/* Not locked: what has happened to folders until now is told of. */
void oplock_folder_catch_up(void);

/*
 * What keeps others: leases of the host's (file-oplock-lease.c), or of a folder
 * (file-oplock-folder.c) a watch and a place where others ask.  All but may()
 * are locked.
 */
struct oplock_means {
	/* Could f have one of that level? */
	bool (*may)(struct file *f, bool shared);
	/* In place of was, one of the same handle, or of none; fills in new. */
	bool (*take)(struct file *f, bool shared, const struct oplock *was,
		     struct oplock *new);
	/* After a break, for reads alone. */
	bool (*keep_read)(struct oplock *o);
	void (*drop)(struct oplock *o);
	/* Has somebody broken it?  Then *e is its request's end. */
	bool (*look)(struct oplock *o, struct oplock_end *e);
};
extern const struct oplock_means oplock_leases, oplock_folders;

#endif
