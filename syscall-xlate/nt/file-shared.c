/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-shared.c - share modes between processes.
 *
 * What this process has open of each file is one slot of a table in memory
 * that all processes of the user share (a file in /dev/shm, or else of the
 * runtime directory).  An open looks at the slots of its file and writes its own: no
 * system call, once that page of the table is known to have memory.
 *
 * A process that is killed leaves its slots behind, and its id soon is
 * another's.  So slots are owned by tokens: numbers of which each stands for a
 * byte of the table's file that its owner has locked.  Whoever would be refused
 * because of a slot asks the host for that lock, which ends with its owner.
 *
 * The first open of a file makes the table (some 25 us, once per process;
 * opens of the built-in DLLs do not count), others join it, and the last to
 * leave (each holds a lock on it) removes it.  A process that only reads has
 * to be there as well: somebody else may want to write what it reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/policy.h"
#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/nt/file-inode.h"

enum {
	SLOTS = 15, /* of one bucket, which all files of one hash share */
	BUCKETS = 1024,
	SPINS = 200,
	/* Of the table and how it is locked; part of its name. */
	VERSION = 3,
	/* Byte 0 is locked by all; the tokens' bytes lie beyond the table. */
	TOKENS_AT = 1 << 30,
};

struct slot {
	uint32_t owner; /* a token; 0: free */
	uint16_t readers, writers, deleters, opens;
	uint16_t share_read, share_write, share_delete, pad;
	uint32_t reserved;
	uint64_t key;
};
_Static_assert(sizeof(struct slot) == 32, "two slots to a cache line");

struct bucket {
	_Atomic uint32_t lock; /* token of who holds it */
	uint32_t reserved[7];
	struct slot slot[SLOTS];
};
enum { PER_PAGE = PAGE / sizeof(struct bucket) };
_Static_assert(PAGE % sizeof(struct bucket) == 0, "in one page each");

static struct bucket *table; /* NULL: none, or not yet; under inode_lock */
static int table_fd = -1;    /* holds a shared lock */
static char table_path[PATH_MAX] SPARSE;
static uint32_t self; /* our token */

/* ---- the table -------------------------------------------------------------
 */

/* Process ids mean something within one namespace only: it is in the name. */
static bool find_path(void)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	struct stat ns;

	if (*table_path)
		return true;
	if (stat("/proc/self/ns/pid", &ns) < 0)
		return false;
	/* As the session's folder (shared.c), and for the same reasons: all of
	   the user's logins have this one, a sandbox one of its own. */
	if (!policy && access("/dev/shm", W_OK) == 0)
		snprintf(table_path, sizeof table_path,
			 "/dev/shm/run-foreign-%u-share%d-%llx",
			 (unsigned)geteuid(), VERSION,
			 (unsigned long long)ns.st_ino);
	else if (run && *run == '/' && strlen(run) < sizeof table_path - 64)
		snprintf(table_path, sizeof table_path,
			 "%s/run-foreign-share%d-%llx", run, VERSION,
			 (unsigned long long)ns.st_ino);
	else
		return false;
	return true;
}

static int lock_byte(int fd, int command, short type, off_t at)
{
	struct flock l = {
		.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1
	};

	if (fcntl(fd, command, &l) < 0)
		return -1;
	return l.l_type != F_UNLCK; /* of F_OFD_GETLK: somebody has it */
}

/* A token that nobody else has; 0: no locks here. */
static uint32_t take_token(int fd)
{
	struct timespec ts;
	uint32_t token;

	for (unsigned tries = 0; tries < 16; tries++) {
		clock_gettime(CLOCK_MONOTONIC, &ts);
		token = (uint32_t)(((uint64_t)ts.tv_nsec << 16 ^
				    (uint64_t)getpid() << 8 ^ tries) *
					   0x9e3779b97f4a7c15ull >>
				   32);
		if (token && lock_byte(fd, F_OFD_SETLK, F_WRLCK,
				       (off_t)TOKENS_AT + token) >= 0)
			return token;
	}
	return 0;
}

static bool alive(uint32_t token)
{
	return lock_byte(table_fd, F_OFD_GETLK, F_WRLCK,
			 (off_t)TOKENS_AT + token) != 0;
}

/*
 * Opens and locks the table; -1: there can be none.  One that lost its name while
 * we waited for the lock has just been removed: begin anew.
 */
static int open_table(void)
{
	const size_t size = sizeof *table * BUCKETS;
	struct stat st = { 0 };
	int fd;

	for (int tries = 0; tries < 8; tries++) {
		fd = open(table_path,
			  O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_CREAT, 0600);
		if (fd < 0)
			return -1;
		if (lock_byte(fd, F_OFD_SETLKW, F_RDLCK, 0) < 0 ||
		    fstat(fd, &st) < 0)
			break;
		/* In /dev/shm anybody could have made it. */
		if (st.st_uid != geteuid() || !S_ISREG(st.st_mode) ||
		    st.st_mode & 077 ||
		    (st.st_size < (off_t)size &&
		     ftruncate(fd, (off_t)size) < 0))
			break;
		if (st.st_nlink)
			return fd;
		close(fd);
		fd = -1;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

bool peers_attach(void)
{
	static bool tried;
	void *p;
	int fd, high;

	/* Where it cannot be made now it will not be made later. */
	if (table || tried)
		return false;
	tried = true;
	if (!find_path())
		return false;
	fd = open_table();
	if (fd < 0)
		return false;
	/* Out of the way of descriptors that are passed on by number. */
	high = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	if (high >= 0) {
		close(fd);
		fd = high;
	}
	self = take_token(fd);
	if (!self) {
		close(fd);
		return false;
	}
	p = mmap(NULL, sizeof *table * BUCKETS, PROT_READ | PROT_WRITE,
		 MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		close(fd);
		return false;
	}
	table_fd = fd;
	table = p;
	return true;
}

void peers_detach(void)
{
	if (table_fd < 0)
		return;
	/* Alone: nobody can join between the lock and the removal. */
	if (lock_byte(table_fd, F_OFD_SETLK, F_WRLCK, 0) >= 0)
		unlink(table_path);
	close(table_fd);
	table_fd = -1;
}

/*
 * Is there memory behind the bucket?  The file is only as long as the table,
 * which costs nothing; but on a full file system the first touch of a page
 * would be a SIGBUS, so it is asked for before.
 */
static bool has_memory(size_t bucket)
{
	static bool known[BUCKETS / PER_PAGE];
	size_t page = bucket / PER_PAGE;

	if (!known[page])
		known[page] =
			fallocate(table_fd, 0, (off_t)(page * PAGE), PAGE) ==
				0 ||
			errno == EOPNOTSUPP;
	return known[page];
}

/* NULL: no table, or no room in it; then one does without. */
static struct bucket *bucket_of(uint64_t key)
{
	size_t i = (key >> 40) % BUCKETS;

	return table && has_memory(i) ? &table[i] : NULL;
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
		if (!alive(holder) &&
		    atomic_compare_exchange_strong(&b->lock, &holder, self))
			return;
		sched_yield();
	}
}

static void unlock(struct bucket *b)
{
	atomic_store(&b->lock, 0);
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

		if (s->owner == self && s->key == key) {
			mine = s;
			break;
		}
		if (!s->owner && !mine)
			mine = s;
	}
	/* A full bucket: this process is not seen, which is no worse than
	   there being no table. */
	if (!mine)
		return;
	*mine = (struct slot){
		.owner = i->opens ? self : 0,
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

/* With b locked: does f conflict with what another process has open? */
static bool bucket_conflicts(struct bucket *b, uint64_t key,
			     const struct file *f)
{
	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];

		if (!s->owner || s->owner == self || s->key != key ||
		    !slot_conflicts(s, f))
			continue;
		if (alive(s->owner))
			return true;
		s->owner = 0;
	}
	return false;
}

bool peers_enter(const struct inode *i, const struct file *f, bool granted)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(key);
	bool conflict;

	if (!b)
		return true;
	lock(b);
	conflict = !granted && bucket_conflicts(b, key, f);
	if (!conflict)
		publish(b, key, i);
	unlock(b);
	return !conflict;
}

bool peers_allow(const struct inode *i, const struct file *f)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(key);
	bool conflict;

	if (!b)
		return true;
	lock(b);
	conflict = bucket_conflicts(b, key, f);
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
