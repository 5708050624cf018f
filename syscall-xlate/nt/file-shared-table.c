/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-shared-table.c - the table that processes share about files.
 *
 * A process that ends leaves slots behind (of its program, at least), and its
 * id soon is another's.  So slots are owned by tokens: numbers of which each
 * stands for a byte of the table's file that its owner has locked.  Whoever
 * would be refused because of a slot, or needs it, asks the host for that lock,
 * which ends with its owner.
 *
 * The table has no name that could outlive them.  Each who has it holds a lock
 * on the inode of the processes' pid namespace, at a place that says which of
 * his descriptors it is; who comes later is told of one such lock and whose it
 * is (F_GETLK), and opens /proc/ID/fd/N.  So the table is gone with the last of
 * them, however he ends.  Processes of a sandbox have a file in its folder,
 * which goes with the sandbox: without namespaces the inode is the host's, too.
 *
 * The first open of a file makes the table or finds it (some 25 us, once per
 * process; opens of the built-in DLLs do not count).  A process that only reads
 * has to be there as well: somebody else may want to write what it reads.
 */
#include "syscall-xlate/nt/file-shared-table.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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
	/* Of the table and how it is locked; part of how it is found. */
	VERSION = 10,
	/* A file's byte 0 is locked by all; the tokens' lie beyond the table.
	 */
	TOKENS_AT = 1 << 30,
	FD_BITS = 20, /* of a descriptor's number */
};

struct table *peers_table;
uint32_t peers_self;

static struct member *own_member; /* NULL: there was no room */
static int table_fd = -1;         /* holds a shared lock, if it is a file */
static int ns_fd = -1; /* holds that by which others find us, if not */
static char table_path[PATH_MAX] SPARSE; /* of the file */

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

/* Nobody meets his own lock. */
bool peers_alive(uint32_t token)
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
		fd = open(table_path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_CREAT,
			  0600);
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

	if (fd >= 0 &&
	    (ftruncate(fd, (off_t)TABLE_SIZE) < 0 ||
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
bool peers_have_memory(size_t page)
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
	if (!atomic_compare_exchange_strong(&m->token, &now, peers_self))
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
			struct member *m = &peers_table->member[k];
			uint32_t now;

			if (!peers_have_memory(MEMBERS_AT +
					       k / MEMBERS_PER_PAGE))
				return;
			now = atomic_load(&m->token);
			if ((!now || (dead && !peers_alive(now))) &&
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

int *peers_members(const uint32_t *owners, unsigned nowners, unsigned *n)
{
	int *list = NULL, *more;

	*n = 0;
	for (unsigned k = 0; peers_table && k < MEMBERS; k++) {
		struct member *m = &peers_table->member[k];
		uint32_t now;

		if (!peers_have_memory(MEMBERS_AT + k / MEMBERS_PER_PAGE))
			break;
		now = atomic_load(&m->token);
		if (!now || now == peers_self ||
		    (owners && !is_owner(owners, nowners, now)))
			continue;
		if (!peers_alive(now)) {
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
	return peers_members(NULL, 0, n);
}

bool peers_attach(void)
{
	static bool tried;
	void *p;
	int fd;

	/* Where it cannot be made now it will not be made later. */
	if (peers_table || tried)
		return false;
	tried = true;
	fd = open_table();
	if (fd < 0)
		return false;
	peers_self = take_token(fd);
	if (!peers_self) {
		close(fd);
		return false;
	}
	p = mmap(NULL, TABLE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		close(fd);
		return false;
	}
	table_fd = fd;
	peers_table = p;
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
