/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-shared.c - share modes between processes, and what is mapped.
 *
 * What this process has open or mapped of each file is one slot of a table in
 * memory that all processes of the user share.  An open looks at the slots of its
 * file and writes its own: no system call, once that page of the table is known
 * to have memory.
 *
 * A process that ends leaves slots behind (of its program, at least), and its id
 * soon is another's.  So slots are owned by tokens: numbers of which each stands
 * for a byte of the table's file that its owner has locked.  Whoever would be
 * refused because of a slot, or needs it, asks the host for that lock, which ends
 * with its owner.
 *
 * The table has no name that could outlive them.  Each who has it holds a lock on
 * the inode of the processes' pid namespace, at a place that says which of his
 * descriptors it is; who comes later is told of one such lock and whose it is
 * (F_GETLK), and opens /proc/ID/fd/N.  So the table is gone with the last of
 * them, however he ends.  Processes of a sandbox have a file in its folder,
 * which goes with the sandbox: without namespaces the inode is the host's, too.
 *
 * That a file waits for its deletion is in the slot of who wants that; when he
 * closes it he puts it in the slots of all who have it open still.  So the last
 * of them finds it in his own.
 *
 * The first open of a file makes the table or finds it (some 25 us, once per
 * process; opens of the built-in DLLs do not count).  A process that only reads
 * has to be there as well: somebody else may want to write what it reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
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
	MEMBERS = 1024,
	SPINS = 200,
	/* Of the table and how it is locked; part of how it is found. */
	VERSION = 10,
	/* A file's byte 0 is locked by all; the tokens' lie beyond the table.
	 */
	TOKENS_AT = 1 << 30,
	FD_BITS = 20, /* of a descriptor's number */
	MANY_IMAGES = (1 << 14) - 1,
};

struct slot {
	uint32_t owner; /* a token; 0: free */
	uint16_t readers, writers, deleters, opens;
	uint16_t share_read, share_write, share_delete;
	uint16_t images : 14, doom : 2; /* DOOM_* */
	uint32_t pages; /* that are in a section of data */
	uint64_t key;
};
_Static_assert(sizeof(struct slot) == 32, "two slots to a cache line");

struct bucket {
	_Atomic uint32_t lock; /* token of who holds it */
	/* Ranges of a file have been locked (lock.c).  That is never taken back:
	   the host knows what is locked, and this only when to ask it. */
	_Atomic uint32_t ranges;
	/* Somebody has had an oplock on a file (file-oplock.c), as ranges. */
	_Atomic uint32_t oplocks;
	uint32_t reserved[5];
	struct slot slot[SLOTS];
};

/* Who has the table: a token, or 0, and whose it is. */
struct member {
	_Atomic uint32_t token;
	_Atomic int32_t pid;
};

struct table {
	struct bucket bucket[BUCKETS];
	struct member member[MEMBERS];
};
enum {
	PER_PAGE = PAGE / sizeof(struct bucket),
	MEMBERS_PER_PAGE = PAGE / sizeof(struct member),
	MEMBERS_AT = offsetof(struct table, member) / PAGE,
	TABLE_SIZE = sizeof(struct table),
};
_Static_assert(PAGE % sizeof(struct bucket) == 0, "in one page each");
_Static_assert(offsetof(struct table, member) % PAGE == 0, "in their own");
_Static_assert(TABLE_SIZE % PAGE == 0, "whole pages");

static struct table *table;       /* NULL: none, or not yet; under inode_lock */
static struct member *own_member; /* NULL: there was no room */
static int table_fd = -1;    /* holds a shared lock, if it is a file */
static int ns_fd = -1;	     /* holds that by which others find us, if not */
static char table_path[PATH_MAX] SPARSE; /* of the file */
static uint32_t self; /* our token */

/* ---- the table ---- */

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

/* Does another process have this token?  (Nobody meets his own lock.) */
static bool alive(uint32_t token)
{
	return lock_byte(table_fd, F_OFD_GETLK, F_WRLCK,
			 (off_t)TOKENS_AT + token) != 0;
}

/* Out of the way of descriptors that are passed on by number. */
static int high_fd(int fd)
{
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 100);

	if (high < 0)
		return fd;
	close(fd);
	return high;
}

/* ---- the table of a sandbox */

/*
 * Opens and locks it; -1: there can be none.  One that lost its name while we
 * waited for the lock has just been removed: begin anew.
 */
static int open_file(void)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	struct stat st = { 0 };
	int fd;

	if (!run || *run != '/' || strlen(run) >= sizeof table_path - 64)
		return -1;
	snprintf(table_path, sizeof table_path, "%s/run-foreign-share%d", run,
		 VERSION);
	for (int tries = 0; tries < 8; tries++) {
		fd = open(table_path,
			  O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_CREAT, 0600);
		if (fd < 0)
			return -1;
		if (lock_byte(fd, F_OFD_SETLKW, F_RDLCK, 0) < 0 ||
		    fstat(fd, &st) < 0)
			break;
		if (st.st_uid != geteuid() || !S_ISREG(st.st_mode) ||
		    st.st_mode & 077 ||
		    (st.st_size < (off_t)TABLE_SIZE &&
		     ftruncate(fd, (off_t)TABLE_SIZE) < 0))
			break;
		if (st.st_nlink)
			return high_fd(fd);
		close(fd);
		fd = -1;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* ---- the table of everybody else */

/* Where those of one user, and of one form of the table, have their locks. */
static off_t place(void)
{
	return ((off_t)VERSION << 32 | geteuid()) << FD_BITS;
}

/* Is fd such a table?  What else has such seals and is as large? */
static bool is_table(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	       st.st_uid == geteuid() && st.st_size == (off_t)TABLE_SIZE &&
	       fcntl(fd, F_GET_SEALS) == (F_SEAL_SHRINK | F_SEAL_GROW);
}

/* One that another process has, or -1 and errno; *none: nobody has any. */
static int find_table(int ns, bool *none)
{
	struct flock l = { .l_type = F_WRLCK,
			   .l_whence = SEEK_SET,
			   .l_start = place(),
			   .l_len = (off_t)1 << FD_BITS };
	char name[64];
	int fd;

	*none = false;
	if (fcntl(ns, F_GETLK, &l) < 0)
		return -1;
	*none = l.l_type == F_UNLCK;
	if (*none || l.l_pid <= 0)
		return -1;
	snprintf(name, sizeof name, "/proc/%d/fd/%lld", (int)l.l_pid,
		 (long long)(l.l_start - place()));
	fd = open(name, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && !is_table(fd)) {
		close(fd);
		errno = EACCES; /* somebody's who is not to be trusted */
		fd = -1;
	}
	return fd;
}

static int make_table(void)
{
	int fd = memfd_create("run-foreign-share",
			      MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && (ftruncate(fd, (off_t)TABLE_SIZE) < 0 ||
			fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/*
 * Finds or makes the table and says that we have it.  All of that is done by
 * one process at a time, so there are never two tables.  Anybody could hold
 * that lock for ever, so it is not waited for for long.
 */
static int join(int ns)
{
	enum { TRIES = 20000, REFUSED_TRIES = 50 };
	const struct timespec nap = { 0, 100 * 1000 };
	struct flock l = { .l_type = F_RDLCK,
			   .l_whence = SEEK_SET,
			   .l_len = 1 };
	bool none;
	int fd, tries = 0;

	for (; flock(ns, LOCK_EX | LOCK_NB) < 0; tries++) {
		if (errno != EWOULDBLOCK || tries == TRIES)
			return -1;
		nanosleep(&nap, NULL);
	}
	/* Who is about to end has no descriptors before he has no locks; one
	   who has just ended may not be looked at, which others may not be
	   either. */
	while ((fd = find_table(ns, &none)) < 0 && !none &&
	       tries++ < (errno == ENOENT ? TRIES : REFUSED_TRIES))
		nanosleep(&nap, NULL);
	if (none)
		fd = make_table();
	fd = high_fd(fd);
	l.l_start = place() + fd;
	if (fd >= 0 && (fd >= 1 << FD_BITS || fcntl(ns, F_SETLK, &l) < 0)) {
		close(fd);
		fd = -1;
	}
	flock(ns, LOCK_UN);
	return fd;
}

static int open_table(void)
{
	int fd;

	if (policy)
		return open_file();
	/* Its number first: closing any descriptor of it ends the lock. */
	ns_fd = high_fd(open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC));
	fd = ns_fd < 0 ? -1 : join(ns_fd);
	if (fd < 0 && ns_fd >= 0) {
		close(ns_fd);
		ns_fd = -1;
	}
	return fd;
}

/*
 * Is there memory behind the table's page?  The file is only as long as the
 * table, which costs nothing; but on a full file system the first touch of a
 * page would be a SIGBUS, so it is asked for before.
 */
static bool has_memory(size_t page)
{
	static bool known[TABLE_SIZE / PAGE];

	if (!known[page])
		known[page] = fallocate(table_fd, 0, (off_t)(page * PAGE),
					PAGE) == 0 ||
			      errno == EOPNOTSUPP;
	return known[page];
}

/* ---- who has it ---- */

static bool take_member(struct member *m, uint32_t now)
{
	if (!atomic_compare_exchange_strong(&m->token, &now, self))
		return false;
	atomic_store(&m->pid, getpid());
	own_member = m;
	return true;
}

/* Where there is no room left, not even a dead one's, nobody knows of us: we
   hold no folder's name (file-below.c). */
static void enter_member(void)
{
	for (int dead = 0; dead < 2; dead++)
		for (unsigned k = 0; k < MEMBERS; k++) {
			struct member *m = &table->member[k];
			uint32_t now;

			if (!has_memory(MEMBERS_AT + k / MEMBERS_PER_PAGE))
				return;
			now = atomic_load(&m->token);
			if ((!now || (dead && !alive(now))) &&
			    take_member(m, now))
				return;
		}
}

static bool is_owner(const uint32_t *owners, unsigned n, uint32_t token)
{
	while (n && owners[n - 1] != token)
		n--;
	return n;
}

/* owners: of those tokens alone, if not NULL. */
static int *list_members(const uint32_t *owners, unsigned nowners, unsigned *n)
{
	int *list = NULL, *more;

	*n = 0;
	for (unsigned k = 0; table && k < MEMBERS; k++) {
		struct member *m = &table->member[k];
		uint32_t now;

		if (!has_memory(MEMBERS_AT + k / MEMBERS_PER_PAGE))
			break;
		now = atomic_load(&m->token);
		if (!now || now == self ||
		    (owners && !is_owner(owners, nowners, now)))
			continue;
		if (!alive(now)) {
			atomic_compare_exchange_strong(&m->token, &now, 0);
			continue;
		}
		more = realloc(list, (*n + 1) * sizeof *list);
		if (!more)
			break;
		list = more;
		list[(*n)++] = atomic_load(&m->pid);
	}
	return list;
}

int *peers_list(unsigned *n)
{
	return list_members(NULL, 0, n);
}

bool peers_attach(void)
{
	static bool tried;
	void *p;
	int fd;

	/* Where it cannot be made now it will not be made later. */
	if (table || tried)
		return false;
	tried = true;
	fd = open_table();
	if (fd < 0)
		return false;
	self = take_token(fd);
	if (!self) {
		close(fd);
		return false;
	}
	p = mmap(NULL, TABLE_SIZE, PROT_READ | PROT_WRITE,
		 MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		close(fd);
		return false;
	}
	table_fd = fd;
	table = p;
	enter_member();
	return true;
}

void peers_detach(void)
{
	if (table_fd < 0)
		return;
	if (own_member)
		atomic_store(&own_member->token, 0);
	own_member = NULL;
	/* Alone: nobody can join between the lock and the removal. */
	if (ns_fd < 0 && lock_byte(table_fd, F_OFD_SETLK, F_WRLCK, 0) >= 0)
		unlink(table_path);
	close(table_fd);
	table_fd = -1;
}

/*
 * NULL: no table, or no room in it; then one does without.  Files of one folder
 * mostly have numbers that follow each other: their buckets do as well, so that
 * a program which reads a folder needs few pages of the table.
 */
static struct bucket *bucket_of(const struct inode *i)
{
	size_t n = (i->ino + i->dev * 0x9e3779b9) % BUCKETS;

	return table && has_memory(n / PER_PAGE) ? &table->bucket[n] : NULL;
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

/* ---- what the processes have open ---- */

static bool slot_conflicts(const struct slot *s, const struct file *f)
{
	bool reads = f->access & (FILE_READ_DATA | FILE_EXECUTE);
	bool writes = f->access & (FILE_WRITE_DATA | FILE_APPEND_DATA);
	bool deletes = f->access & ACCESS_DELETE;

	return (f->access & FILE_WRITE_DATA && s->images) ||
	       (reads && s->share_read < s->opens) ||
	       (writes && s->share_write < s->opens) ||
	       (deletes && s->share_delete < s->opens) ||
	       (s->readers && !(f->share & FILE_SHARE_READ)) ||
	       (s->writers && !(f->share & FILE_SHARE_WRITE)) ||
	       (s->deleters && !(f->share & FILE_SHARE_DELETE));
}

static bool is_of(const struct slot *s, uint64_t key)
{
	return s->owner && s->key == key;
}

/* In a full bucket: a slot that somebody has left behind; NULL: none. */
static struct slot *slot_of_dead(struct bucket *b)
{
	for (unsigned k = 0; k < SLOTS; k++)
		if (b->slot[k].owner != self && !alive(b->slot[k].owner))
			return &b->slot[k];
	return NULL;
}

/* What others have told us to do with it, which stays said. */
static uint8_t publish(struct bucket *b, uint64_t key, const struct inode *i)
{
	const bool any = i->opens || i->maps;
	struct slot *mine = NULL;
	uint8_t doom = 0;

	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];

		if (s->owner == self && s->key == key) {
			mine = s;
			doom = s->doom;
			break;
		}
		if (!s->owner && !mine)
			mine = s;
	}
	if (!mine && any)
		mine = slot_of_dead(b);
	/* Full of the living: this process is not seen, which is no worse than
	   there being no table. */
	if (!mine)
		return doom;
	*mine = (struct slot){
		.owner = any ? self : 0,
		.key = key,
		.opens = (uint16_t)i->opens,
		.readers = (uint16_t)i->readers,
		.writers = (uint16_t)i->writers,
		.deleters = (uint16_t)i->deleters,
		.share_read = (uint16_t)i->share_read,
		.share_write = (uint16_t)i->share_write,
		.share_delete = (uint16_t)i->share_delete,
		.images = MIN(i->mapped.images, MANY_IMAGES) & MANY_IMAGES,
		.doom = (doom | i->doom) & (DOOM_GOES | DOOM_WAITS),
		.pages = (uint32_t)MIN(ROUND_UP(i->mapped.size, PAGE) / PAGE,
				       (uint64_t)UINT32_MAX),
	};
	return doom;
}

/*
 * With b locked: does f conflict with what another process has open, or does
 * the file wait for its deletion?  What the dead have left to do is not f's:
 * they have had it before.
 */
static NTSTATUS bucket_conflicts(struct bucket *b, uint64_t key,
				 const struct file *f)
{
	NTSTATUS status = STATUS_SUCCESS;

	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];
		bool own = s->owner == self;

		if (!is_of(s, key) ||
		    !(s->doom || (!own && slot_conflicts(s, f))))
			continue;
		if (!own && !alive(s->owner))
			s->owner = 0;
		else if (s->doom & DOOM_WAITS)
			return STATUS_DELETE_PENDING;
		else if (!own && slot_conflicts(s, f))
			status = STATUS_SHARING_VIOLATION;
	}
	return status;
}

NTSTATUS peers_enter(const struct inode *i, const struct file *f, bool granted)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);
	NTSTATUS status = STATUS_SUCCESS;

	if (!b)
		return status;
	lock(b);
	if (!granted)
		status = bucket_conflicts(b, key, f);
	if (!status)
		publish(b, key, i);
	unlock(b);
	return status;
}

NTSTATUS peers_allow(const struct inode *i, const struct file *f)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);
	NTSTATUS status;

	if (!b)
		return STATUS_SUCCESS;
	lock(b);
	status = bucket_conflicts(b, key, f);
	unlock(b);
	return status;
}

bool peers_open(const struct inode *i)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);
	bool open = false;

	if (!b)
		return false;
	lock(b);
	for (unsigned k = 0; k < SLOTS && !open; k++) {
		struct slot *s = &b->slot[k];

		if (is_of(s, key) && s->owner != self && s->opens)
			open = alive(s->owner);
	}
	unlock(b);
	return open;
}

int *peers_with(const struct inode *i, unsigned *n)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);
	uint32_t owners[SLOTS];
	unsigned nowners = 0;

	*n = 0;
	if (!b)
		return NULL;
	lock(b);
	for (unsigned k = 0; k < SLOTS; k++)
		if (b->slot[k].owner && b->slot[k].key == key)
			owners[nowners++] = b->slot[k].owner;
	unlock(b);
	return nowners ? list_members(owners, nowners, n) : NULL;
}

void peers_tell(const struct inode *i)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);

	if (!b)
		return;
	lock(b);
	publish(b, key, i);
	unlock(b);
}

/* With b locked: does another process have it open?  Then it is told. */
static bool bequeath(struct bucket *b, uint64_t key, uint8_t doom)
{
	bool others = false;

	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];

		if (!is_of(s, key) || s->owner == self || !s->opens)
			continue;
		if (!alive(s->owner)) {
			s->owner = 0;
			continue;
		}
		others = true;
		s->doom |= doom & (DOOM_GOES | DOOM_WAITS);
	}
	return others;
}

/* With b locked: what was left to do by those who have been killed since. */
static uint8_t of_dead(struct bucket *b, uint64_t key)
{
	uint8_t doom = 0;

	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];

		if (is_of(s, key) && s->owner != self && s->doom &&
		    !alive(s->owner)) {
			doom |= s->doom;
			s->owner = 0;
		}
	}
	return doom;
}

bool peers_leave(struct inode *i, bool last)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);
	bool others = false;

	if (b) {
		lock(b);
		i->doom |= publish(b, key, i);
		if (last) {
			i->doom |= of_dead(b, key);
			others = i->doom && bequeath(b, key, i->doom);
		}
		unlock(b);
	}
	return last && i->doom && !others;
}

void peers_doom(struct inode *i, bool on)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);

	i->doom = 0;
	if (!b)
		return;
	lock(b);
	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];

		if (is_of(s, key) && (s->owner == self || !on))
			s->doom = on ? DOOM_GOES | DOOM_WAITS : 0;
	}
	unlock(b);
}

void peers_mapped(const struct inode *i, struct mapped *m)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);

	if (!b)
		return;
	lock(b);
	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];

		if (!s->owner || s->owner == self || s->key != key ||
		    !(s->images || s->pages))
			continue;
		if (!alive(s->owner)) {
			s->owner = 0;
			continue;
		}
		m->images += s->images;
		m->size = MAX(m->size, (uint64_t)s->pages * PAGE);
	}
	unlock(b);
}

const _Atomic uint32_t *peers_locks(const struct inode *i)
{
	struct bucket *b = bucket_of(i);

	return b ? &b->ranges : NULL;
}

void peers_lock(const struct inode *i)
{
	struct bucket *b = bucket_of(i);

	if (b)
		atomic_store(&b->ranges, 1);
}

const _Atomic uint32_t *peers_oplocks(const struct inode *i)
{
	struct bucket *b = bucket_of(i);

	return b ? &b->oplocks : NULL;
}

void peers_oplock(const struct inode *i)
{
	struct bucket *b = bucket_of(i);

	if (b)
		atomic_store(&b->oplocks, 1);
}
