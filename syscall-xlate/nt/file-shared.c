/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-shared.c - share modes between processes.
 *
 * What this process has open of each file is one slot of a table in memory
 * that all processes of the user share (a file of the runtime directory or
 * /dev/shm).  An open looks at the slots of its file and writes its own: no
 * system call, once the table is mapped.  A process that is killed leaves its
 * slots behind; who would be refused because of one looks whether its owner
 * still lives.  Where there is no place for the table, share modes hold within
 * the process only.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/nt/file-inode.h"

enum {
	SLOTS = 15, /* of one bucket, which all files of one hash share */
	BUCKETS = 1024,
	SPINS = 200,
};

struct slot {
	uint32_t pid; /* 0: free */
	uint16_t readers, writers, deleters, opens;
	uint16_t share_read, share_write, share_delete, pad;
	uint32_t reserved;
	uint64_t key;
};
_Static_assert(sizeof(struct slot) == 32, "two slots to a cache line");

struct bucket {
	_Atomic uint32_t lock; /* pid of who holds it */
	uint32_t reserved[7];
	struct slot slot[SLOTS];
};

static struct bucket *table; /* NULL: none, or not yet */
static uint32_t self;

/* ---- the table -------------------------------------------------------------
 */

/* Process ids mean something within one namespace only: it is in the name. */
static void map_table(void)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	char path[PATH_MAX];
	struct stat ns, st;
	void *p;
	int fd;

	if (stat("/proc/self/ns/pid", &ns) < 0)
		return;
	if (run && *run == '/' && strlen(run) < sizeof path - 64)
		snprintf(path, sizeof path, "%s/run-foreign-share-%llx", run,
			 (unsigned long long)ns.st_ino);
	else
		snprintf(path, sizeof path,
			 "/dev/shm/run-foreign-%u-share-%llx",
			 (unsigned)geteuid(), (unsigned long long)ns.st_ino);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	/* In /dev/shm anybody could have made it. */
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid() ||
	    !S_ISREG(st.st_mode) || st.st_mode & 077 ||
	    (st.st_size < (off_t)(sizeof *table * BUCKETS) &&
	     ftruncate(fd, sizeof *table * BUCKETS) < 0)) {
		close(fd);
		return;
	}
	p = mmap(NULL, sizeof *table * BUCKETS, PROT_READ | PROT_WRITE,
		 MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return;
	self = (uint32_t)getpid();
	table = p;
}

static struct bucket *bucket_of(uint64_t key)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, map_table);
	return table ? &table[(key >> 40) % BUCKETS] : NULL;
}

static uint64_t key_of(const struct inode *i)
{
	uint64_t h = (i->ino ^ i->dev << 44) * 0x9e3779b97f4a7c15ull;

	return h ? h : 1;
}

static void lock(struct bucket *b)
{
	for (unsigned n = 1;; n++) {
		uint32_t holder = 0;

		if (atomic_compare_exchange_strong(&b->lock, &holder, self))
			return;
		if (n % SPINS)
			continue;
		/* Killed while it held the lock; nothing under it can be left
		   half done that matters. */
		if (kill((pid_t)holder, 0) < 0 && errno == ESRCH &&
		    atomic_compare_exchange_strong(&b->lock, &holder, self))
			return;
		sched_yield();
	}
}

static void unlock(struct bucket *b)
{
	atomic_store(&b->lock, 0);
}

/* Is the process a run-foreign still, and not one that got its number? */
static bool alive(uint32_t pid)
{
	char path[64], theirs[PATH_MAX], ours[PATH_MAX];
	ssize_t a, b;

	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
		return false;
	snprintf(path, sizeof path, "/proc/%u/exe", pid);
	a = readlink(path, theirs, sizeof theirs);
	b = readlink("/proc/self/exe", ours, sizeof ours);
	return a < 0 || b < 0 || (a == b && !memcmp(theirs, ours, (size_t)a));
}

/* ---- what the processes have open
 * ---------------------------------------------- */

static bool slot_conflicts(const struct slot *s, const struct file *f)
{
	bool reads = f->access & (FILE_READ_DATA | FILE_EXECUTE);
	bool writes = f->access & (FILE_WRITE_DATA | FILE_APPEND_DATA);
	bool deletes = f->access & ACCESS_DELETE;

	return (reads && s->share_read < s->opens) ||
	       (writes && s->share_write < s->opens) ||
	       (deletes && s->share_delete < s->opens) ||
	       (s->readers && !(f->share & FILE_SHARE_READ)) ||
	       (s->writers && !(f->share & FILE_SHARE_WRITE)) ||
	       (s->deleters && !(f->share & FILE_SHARE_DELETE));
}

static void publish(struct bucket *b, uint64_t key, const struct inode *i)
{
	struct slot *mine = NULL;

	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];

		if (s->pid == self && s->key == key) {
			mine = s;
			break;
		}
		if (!s->pid && !mine)
			mine = s;
	}
	/* A full bucket: this process is not seen, which is no worse than
	   there being no table. */
	if (!mine)
		return;
	*mine = (struct slot){
		.pid = i->opens ? self : 0,
		.key = key,
		.opens = (uint16_t)i->opens,
		.readers = (uint16_t)i->readers,
		.writers = (uint16_t)i->writers,
		.deleters = (uint16_t)i->deleters,
		.share_read = (uint16_t)i->share_read,
		.share_write = (uint16_t)i->share_write,
		.share_delete = (uint16_t)i->share_delete,
	};
}

bool peers_enter(const struct inode *i, const struct file *f, bool granted)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(key);
	bool conflict = false;

	if (!b)
		return true;
	lock(b);
	for (unsigned k = 0; k < SLOTS && !conflict && !granted; k++) {
		struct slot *s = &b->slot[k];

		if (!s->pid || s->pid == self || s->key != key ||
		    !slot_conflicts(s, f))
			continue;
		if (alive(s->pid))
			conflict = true;
		else
			s->pid = 0;
	}
	if (!conflict)
		publish(b, key, i);
	unlock(b);
	return !conflict;
}

void peers_leave(const struct inode *i)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(key);

	if (!b)
		return;
	lock(b);
	publish(b, key, i);
	unlock(b);
}
