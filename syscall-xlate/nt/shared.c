/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shared.c - see shared.h.
 *
 * Who has a page holds a shared lock (open file description) on byte 0 of its
 * file.  The kernel drops it with the last descriptor, however the process
 * ends; a page that nobody holds is dead, and the next one to come by removes
 * or renews it.  Byte 1 is held while somebody does that.  So what is left
 * after kill -9 is the shell of a file, which the next process that makes a
 * name removes.
 */
#include "syscall-xlate/nt/shared.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/policy.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"

enum {
	MAGIC = 0x53374652, /* with every change of the page */
	MAPPED = SHARED_NODE + 4096,
	IN_USE = 0, /* byte */
	SETUP = 1,
	MARKS = 2, /* and those behind it */
	AREA_AT = 4096,
	SPINS = 200,
	LOOK = 64, /* yields between looks whether the holder lives */
};

/* ---- the page's lock ---- */

_Static_assert(sizeof(struct shared_page) <= MAPPED - SHARED_NODE, "one page");

static uint32_t my_tid(void)
{
	static __thread uint32_t tid;

	if (!tid)
		tid = (uint32_t)gettid();
	return tid;
}

static bool tid_lives(uint32_t tid)
{
	char path[32];

	snprintf(path, sizeof path, "/proc/%u", tid);
	return access(path, F_OK) == 0;
}

bool shared_trylock(struct shared *s)
{
	uint32_t free = 0;

	return atomic_compare_exchange_strong(&s->page->lock, &free, my_tid());
}

void shared_lock(struct shared *s)
{
	_Atomic uint32_t *l = &s->page->lock;

	for (unsigned i = 0; !shared_trylock(s); i++) {
		uint32_t holder;

		if (i < SPINS) {
			__builtin_ia32_pause();
			continue;
		}
		sched_yield();
		holder = atomic_load(l);
		/* Killed between two stores: each alone leaves sense. */
		if (i % LOOK == 0 && holder && !tid_lives(holder) &&
		    atomic_compare_exchange_strong(l, &holder, my_tid()))
			return;
	}
}

void shared_unlock(struct shared *s)
{
	struct shared_page *p = s->page;
	bool wake = s->publish && atomic_load(&p->sleepers);

	s->publish = false;
	if (wake) {
		task_spin_hint(&p->watched);
		atomic_fetch_add(&p->seq, 1);
	}
	atomic_store_explicit(&p->lock, 0, memory_order_release);
	if (wake)
		futex_call(&p->seq, FUTEX_WAKE, INT_MAX, NULL, 0);
}

bool shared_owner_died(const struct shared *s)
{
	const struct shared_page *p = s->page;
	uint32_t word = atomic_load(&p->alive);

	if (!p->mutant.owner)
		return false;
	if (word & FUTEX_OWNER_DIED)
		return true;
	/* It was given the mutant and has not taken "alive" yet. */
	return !(word & FUTEX_TID_MASK) &&
	       kill((pid_t)(p->mutant.owner >> 32), 0) < 0 && errno == ESRCH;
}

/* ---- files ---- */

static int byte_lock(int fd, int byte, short type, int op)
{
	struct flock l = {
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = byte,
		.l_len = 1,
	};
	int r;

	do
		r = fcntl(fd, op, &l);
	while (r < 0 && errno == EINTR);
	if (op == F_OFD_GETLK && r == 0)
		return l.l_type == F_UNLCK ? 0 : 1;
	return r;
}

/* Does anybody else have it? */
static bool in_use(int fd)
{
	return byte_lock(fd, IN_USE, F_WRLCK, F_OFD_GETLK) != 0;
}

bool shared_by_others(const struct shared *s)
{
	return in_use(s->fd);
}

bool shared_mark(const struct shared *s, unsigned place)
{
	return !byte_lock(s->fd, MARKS + (int)place, F_WRLCK, F_OFD_SETLK);
}

bool shared_is_marked(const struct shared *s, unsigned place)
{
	return byte_lock(s->fd, MARKS + (int)place, F_WRLCK, F_OFD_GETLK) != 0;
}

/* The session's folder with a slash; false: there is no place for one. */
static bool folder(char *buf, size_t size, bool make)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	struct stat st;
	int n;

	/* /dev/shm first: XDG_RUNTIME_DIR differs between the logins of a
	   user, and services have none.  A sandbox has a folder of its own;
	   without namespaces it sees the host's /dev/shm, to no avail. */
	if (!policy && access("/dev/shm", W_OK) == 0)
		n = snprintf(buf, size, "/dev/shm/run-foreign-%u-%x",
			     (unsigned)getuid(), MAGIC >> 16 & 0xff);
	else if (run && *run == '/')
		n = snprintf(buf, size, "%s/run-foreign-%x", run,
			     MAGIC >> 16 & 0xff);
	else
		return false;
	if (n < 0 || (size_t)n + 2 > size)
		return false;
	if (make && mkdir(buf, 0700) < 0 && errno == ENOSPC)
		return false;
	/* In a folder that all may write to, somebody else may have been
	   first. */
	if (lstat(buf, &st) < 0 || !S_ISDIR(st.st_mode) ||
	    st.st_uid != getuid() || st.st_mode & 077)
		return false;
	strcat(buf, "/");
	return true;
}

/* What lies beside a page is made after it, so without one it is of no use. */
static void sweep_companion(int dir, const char *name)
{
	if (name[1] && name[1] != '.' && faccessat(dir, name + 1, F_OK, 0) &&
	    errno == ENOENT)
		unlinkat(dir, name, 0);
}

/* Removes what killed processes left in the folder; once per process. */
static void sweep(const char *path)
{
	static _Atomic bool done;
	struct dirent *e;
	struct stat st;
	DIR *d;

	if (atomic_exchange(&done, true))
		return;
	d = opendir(path);
	while (d && (e = readdir(d))) {
		int fd;

		if (e->d_name[0] == '.') {
			sweep_companion(dirfd(d), e->d_name);
			continue;
		}
		fd = openat(dirfd(d), e->d_name,
			    O_RDWR | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			continue;
		/* Whoever has SETUP is about to use it.  With no link left the
		   name is another's by now. */
		if (byte_lock(fd, SETUP, F_WRLCK, F_OFD_SETLK) == 0 &&
		    !in_use(fd) && fstat(fd, &st) == 0 && st.st_nlink) {
			char companion[NAME_MAX + 2];

			snprintf(companion, sizeof companion, ".%s", e->d_name);
			unlinkat(dirfd(d), companion, 0);
			unlinkat(dirfd(d), e->d_name, 0);
		}
		close(fd);
	}
	if (d)
		closedir(d);
}

/* The file for a name: names may be longer than those of files. */
static bool file_for(char *buf, size_t size, const uint16_t *name, size_t n,
		     bool make)
{
	uint64_t h[2] = { 0xcbf29ce484222325, 0x9ae16a3b2f90404f };
	size_t len;

	if (n > COUNT_OF(((struct shared_page *)0)->name) ||
	    !folder(buf, size, make))
		return false;
	if (make)
		sweep(buf);
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < 2; k++)
			h[k] = (h[k] ^ name[i]) *
			       (k ? 0xc6a4a7935bd1e995 : 0x100000001b3);
	len = strlen(buf);
	return (size_t)snprintf(buf + len, size - len, "%016llx%016llx",
				(unsigned long long)h[0],
				(unsigned long long)h[1]) < size - len;
}

/* ---- pages ---- */

static void init_page(struct shared_page *p, const struct shared_page *init)
{
	memset(p, 0, sizeof *p);
	p->kind = init->kind;
	p->state = init->state;
	p->param = init->param;
	p->mutant = init->mutant;
	p->section = init->section;
	p->timer = init->timer;
	p->target_len = init->target_len;
	memcpy(p->target, init->target, sizeof p->target);
	p->security_len = init->security_len;
	memcpy(p->security, init->security, sizeof p->security);
	if (getrandom(&p->id, sizeof p->id, GRND_NONBLOCK) < 0)
		p->id = (uint64_t)monotonic_ns() << 16 ^ (uint64_t)getpid();
	p->magic = MAGIC;
}

/* Those mapped.  The lock is taken in a signal handler, too, but only for a
   fault on a page, and none is touched with it held. */
static _Atomic uint32_t all_lock;
static struct shared *all;

/* Maps fd, which becomes the result's; on failure it stays the caller's. */
static struct shared *attach(int fd)
{
	struct shared *s = calloc(1, sizeof *s);
	struct stat st;
	char *own, *at;

	if (!s || fstat(fd, &st) < 0) {
		free(s);
		return NULL;
	}
	s->fd = fd;
	s->device = st.st_dev;
	s->inode = st.st_ino;
	own = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (own == MAP_FAILED) {
		free(s);
		return NULL;
	}
	at = mmap(own + SHARED_NODE, MAPPED - SHARED_NODE,
		  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	if (at == MAP_FAILED) {
		munmap(own, MAPPED);
		free(s);
		return NULL;
	}
	s->page = (struct shared_page *)at;
	s->node = (struct robust_list *)(own +
					 offsetof(struct shared_page, alive));
	small_lock(&all_lock);
	s->next = all;
	if (all)
		all->prev = s;
	all = s;
	small_unlock(&all_lock);
	return s;
}

struct object *shared_adopt(struct shared *s, struct object *o)
{
	struct object *twin = NULL;

	small_lock(&all_lock);
	for (struct shared *at = all; at && !twin; at = at->next)
		if (at->object && at->inode == s->inode &&
		    at->device == s->device && object_try_get(at->object))
			twin = at->object;
	if (!twin)
		s->object = o;
	small_unlock(&all_lock);
	return twin;
}

void shared_disown(struct shared *s)
{
	small_lock(&all_lock);
	s->object = NULL;
	small_unlock(&all_lock);
}

static size_t area_of(uint32_t kind)
{
	const struct object_type *type = shared_type_of(kind);

	return type ? type->area : 0;
}

/* For the kind that the page says; false: it is not there, or no memory. */
static bool attach_area(struct shared *s)
{
	size_t size = area_of(s->page->kind);
	struct stat st;
	void *p;

	if (!size)
		return true;
	if (fstat(s->fd, &st) < 0 || (uint64_t)st.st_size < AREA_AT + size)
		return false;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd,
		 AREA_AT);
	if (p == MAP_FAILED)
		return false;
	small_lock(&all_lock);
	s->area = p;
	s->area_size = size;
	small_unlock(&all_lock);
	return true;
}

bool shared_area_grow(const struct shared *s, size_t at, size_t n)
{
	return !posix_fallocate(s->fd, (off_t)(AREA_AT + at), (off_t)n);
}

/* If addr is in the stretch at p. */
static bool restore_at(const void *addr, void *p, size_t size)
{
	return p && (const char *)addr >= (char *)p &&
	       (const char *)addr < (char *)p + size &&
	       mmap(p, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		    0) != MAP_FAILED;
}

bool shared_restore(const void *addr)
{
	struct shared *s;
	bool ours = false;

	small_lock(&all_lock);
	for (s = all; s && !ours; s = s->next)
		ours = restore_at(addr, s->page, MAPPED - SHARED_NODE) ||
		       restore_at(addr, s->area, s->area_size);
	small_unlock(&all_lock);
	return ours;
}

static void detach(struct shared *s)
{
	small_lock(&all_lock);
	if (s->prev)
		s->prev->next = s->next;
	else
		all = s->next;
	if (s->next)
		s->next->prev = s->prev;
	small_unlock(&all_lock);
	munmap((char *)s->page - SHARED_NODE, MAPPED);
	if (s->area)
		munmap(s->area, s->area_size);
}

/* Undoes attach(); the descriptor stays. */
static void give_up(struct shared *s)
{
	detach(s);
	free(s);
}

/* As long as page and area; returns 0 or an errno value. */
static int make_room(int fd, uint32_t kind)
{
	const struct object_type *type = shared_type_of(kind);
	size_t first = type->area ? AREA_AT + type->area_first
				  : sizeof(struct shared_page);

	if (type->area && ftruncate(fd, (off_t)(AREA_AT + type->area)) < 0)
		return errno;
	/* Allocated, not only as long: a page that a full file system has no
	   room for would be a SIGBUS when it is written to. */
	return posix_fallocate(fd, 0, (off_t)first);
}

struct shared *shared_anonymous(const struct shared_page *init)
{
	int fd = memfd_create("run-foreign-object",
			      MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t area = area_of(init->kind);
	struct shared *s = NULL;

	/* Nobody who gets it can take the memory away under the others. */
	if (fd >= 0 &&
	    ftruncate(fd, (off_t)(area ? AREA_AT + area : sizeof *init)) == 0) {
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL);
		s = attach(fd);
	}
	if (s) {
		init_page(s->page, init);
		if (!attach_area(s)) {
			give_up(s);
			s = NULL;
		}
	}
	if (!s && fd >= 0)
		close(fd);
	if (s && area)
		byte_lock(fd, IN_USE, F_RDLCK, F_OFD_SETLK);
	return s;
}

int shared_keeper(const struct shared *s)
{
	char path[40];
	int fd;

	snprintf(path, sizeof path, "/proc/self/fd/%d", s->fd);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		byte_lock(fd, IN_USE, F_RDLCK, F_OFD_SETLK);
	return fd;
}

/*
 * The descriptor came from the parent, and so did its locks: the parent would
 * release them for us.
 */
static void own_lock(struct shared *s)
{
	char path[PATH_MAX];
	int fd = shared_keeper(s);

	if (fd < 0)
		return;
	close(s->fd);
	s->fd = fd;
	if (s->page->name_len &&
	    file_for(path, sizeof path, s->page->name,
		     MIN(s->page->name_len, COUNT_OF(s->page->name)), false))
		s->path = strdup(path);
}

struct shared *shared_from_fd(int fd)
{
	struct shared *s = NULL;
	struct stat st;

	if (fstat(fd, &st) == 0 &&
	    (uint64_t)st.st_size >= sizeof(struct shared_page))
		s = attach(fd);
	if (s && (s->page->magic != MAGIC || !attach_area(s))) {
		give_up(s);
		s = NULL;
	}
	if (!s)
		close(fd);
	else if (s->page->name_len || s->area)
		own_lock(s);
	return s;
}

/* With SETUP held: makes the page, or looks whether it is the right one. */
static struct shared *settle(int fd, const uint16_t *name, size_t n,
			     const struct shared_page *init, bool *created)
{
	struct shared *s = NULL;
	bool used = in_use(fd);
	struct stat st;
	int err;

	if (!used && !init)
		return NULL;
	if (fstat(fd, &st) < 0)
		return NULL;
	if (used && (uint64_t)st.st_size < sizeof *s->page)
		return NULL;
	if (!used && ftruncate(fd, 0) < 0)
		return NULL;
	if (!used && (err = make_room(fd, init->kind))) {
		errno = err;
		return NULL;
	}
	s = attach(fd);
	if (!s)
		return NULL;
	if (!used) {
		init_page(s->page, init);
		s->page->name_len = (uint32_t)n;
		memcpy(s->page->name, name, n * 2);
	}
	if (s->page->magic != MAGIC || s->page->name_len != n ||
	    memcmp(s->page->name, name, n * 2) || !attach_area(s)) {
		give_up(s);
		return NULL;
	}
	if (created)
		*created = !used;
	return s;
}

struct shared *shared_open(const uint16_t *name, size_t n,
			   const struct shared_page *init, bool *created)
{
	struct shared *s = NULL;
	char path[PATH_MAX];
	bool no_room = false;
	struct stat st;
	int fd, tries = 20;

	errno = 0;
	if (!file_for(path, sizeof path, name, n, init != NULL))
		return NULL;
	for (;;) {
		fd = open(path,
			  O_RDWR | O_CLOEXEC | O_NOFOLLOW |
				  (init ? O_CREAT : 0),
			  0600);
		/* The last user of the folder may just have removed it. */
		if (fd < 0 && errno == ENOENT && init && tries-- &&
		    file_for(path, sizeof path, name, n, true))
			continue;
		if (fd < 0)
			return NULL;
		if (byte_lock(fd, SETUP, F_WRLCK, F_OFD_SETLKW) < 0 ||
		    fstat(fd, &st) < 0) {
			close(fd);
			return NULL;
		}
		if (st.st_nlink)
			break;
		/* Removed while we waited. */
		close(fd);
	}
	s = settle(fd, name, n, init, created);
	if (s)
		byte_lock(fd, IN_USE, F_RDLCK, F_OFD_SETLK);
	else if (errno == ENOSPC && unlink(path) == 0)
		no_room = true;
	byte_lock(fd, SETUP, F_UNLCK, F_OFD_SETLK);
	if (!s) {
		close(fd);
		if (no_room) {
			*strrchr(path, '/') = 0;
			rmdir(path);
			errno = ENOSPC;
		}
		return NULL;
	}
	s->path = strdup(path);
	return s;
}

/* No NT name begins like this. */
enum { NUMBER_MARK = '#', NUMBER_LEN = 1 + 64 / 4 };

static void name_of_number(uint16_t *name, uint64_t number)
{
	*name++ = NUMBER_MARK;
	for (int shift = 60; shift >= 0; shift -= 4)
		*name++ = (uint16_t)('a' + (number >> shift & 15));
}

struct shared *shared_numbered(const struct shared_page *init)
{
	uint16_t name[NUMBER_LEN];
	uint64_t number;
	struct shared *s;
	bool created;

	do {
		if (getrandom(&number, sizeof number, 0) < 0)
			return NULL;
		name_of_number(name, number);
		s = shared_open(name, COUNT_OF(name), init, &created);
		if (s && !created)
			shared_close(s);
	} while (s && !created);
	return s;
}

struct shared *shared_with_number(uint64_t number)
{
	uint16_t name[NUMBER_LEN];

	name_of_number(name, number);
	return shared_open(name, COUNT_OF(name), NULL, NULL);
}

uint64_t shared_number(const struct shared *s)
{
	uint64_t number = 0;

	if (s->page->name_len != NUMBER_LEN || *s->page->name != NUMBER_MARK)
		return 0;
	for (unsigned i = 1; i < NUMBER_LEN; i++)
		number = number << 4 | (unsigned)((s->page->name[i] - 'a') & 15);
	return number;
}

bool shared_companion(const struct shared *s, char *path, size_t size)
{
	const char *name = s->path ? strrchr(s->path, '/') : NULL;

	return name &&
	       (size_t)snprintf(path, size, "%.*s/.%s", (int)(name - s->path),
				s->path, name + 1) < size;
}

void shared_unname(struct shared *s, bool always)
{
	char companion[PATH_MAX];
	struct stat st;

	if (s->path && s->in_others)
		process_heirs_wait();
	if (!s->path || byte_lock(s->fd, SETUP, F_WRLCK, F_OFD_SETLKW))
		return;
	byte_lock(s->fd, IN_USE, F_UNLCK, F_OFD_SETLK);
	/* With no link left the name is another's by now. */
	if ((always || !in_use(s->fd)) && fstat(s->fd, &st) == 0 &&
	    st.st_nlink) {
		/* The page last: what lies beside it would be a new one's. */
		if (s->page->kind == SHARED_JOB &&
		    shared_companion(s, companion, sizeof companion))
			unlink(companion);
		/* And the folder, if that was the last. */
		if (unlink(s->path) == 0) {
			*strrchr(s->path, '/') = 0;
			rmdir(s->path);
		}
	}
	byte_lock(s->fd, SETUP, F_UNLCK, F_OFD_SETLK);
	free(s->path);
	s->path = NULL;
}

void shared_close(struct shared *s)
{
	shared_unname(s, false);
	detach(s);
	close(s->fd);
	free(s);
}

void shared_each(void (*fn)(const struct shared_page *p, void *arg), void *arg)
{
	struct shared_page *p = malloc(sizeof *p);
	char path[PATH_MAX];
	struct dirent *e;
	DIR *d = NULL;

	if (p && folder(path, sizeof path, false))
		d = opendir(path);
	while (d && (e = readdir(d))) {
		int fd = e->d_name[0] == '.'
				 ? -1
				 : openat(dirfd(d), e->d_name,
					  O_RDWR | O_CLOEXEC | O_NOFOLLOW);

		if (fd < 0)
			continue;
		if (in_use(fd) && pread(fd, p, sizeof *p, 0) == sizeof *p &&
		    p->magic == MAGIC)
			fn(p, arg);
		close(fd);
	}
	if (d)
		closedir(d);
	free(p);
}

static const struct object_type *const shared_types[] = {
	[SHARED_EVENT] = &event_type,
	[SHARED_SEMAPHORE] = &semaphore_type,
	[SHARED_MUTANT] = &mutant_type,
	[SHARED_SECTION] = &section_type,
	[SHARED_TIMER] = &timer_type,
	[SHARED_JOB] = &job_type,
	[SHARED_DIRECTORY] = &directory_type,
	[SHARED_SYMLINK] = &symlink_type,
	[SHARED_PORT] = &iocp_type,
	[SHARED_KEYED_EVENT] = &keyed_event_type,
	[SHARED_FILE] = &file_type,
	[SHARED_PIPE] = &file_type,
};

enum shared_kind shared_kind_of(const struct object_type *type)
{
	for (unsigned i = 1; i < COUNT_OF(shared_types); i++)
		if (shared_types[i] == type)
			return (enum shared_kind)i;
	return 0;
}

const struct object_type *shared_type_of(uint32_t kind)
{
	return kind < COUNT_OF(shared_types) ? shared_types[kind] : NULL;
}
