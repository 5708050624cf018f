/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ksem.c - semaphores that have a name, or that processes share by inheriting
 * them.  One is a file of a page beside shm_open(2)'s, or one in memory without a
 * name, and its id a descriptor of that, as on the systems themselves; who waits
 * sleeps on the word in it.
 */
#include "syscall-xlate/bsd/ksem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "base/table.h"
#include "syscall-xlate/bsd/calls.h"

enum { MAGIC = 0x6d65736b, IDLE = 32, NAME_LARGEST = 200 };
#define PREFIX "/.rf-sem."

struct page {
	uint32_t magic, named;
	_Atomic uint32_t value, waiters; /* who was killed stays counted: one
					    wake too many */
};

/* What this process has mapped; used ones stay. */
struct mapped {
	dev_t dev;
	ino_t ino;
	struct page *p;
	unsigned users;
	struct mapped *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct mapped *mapped; /* under lock; latest first */
static unsigned nmapped;

static void take(void)
{
	pthread_mutex_lock(&lock);
}

static void give(void)
{
	pthread_mutex_unlock(&lock);
}

static void once(void)
{
	pthread_atfork(take, give, give);
}

/* With the lock: the oldest that nobody uses. */
static void forget_one(void)
{
	struct mapped **last = NULL, *m;

	for (struct mapped **p = &mapped; *p; p = &(*p)->next)
		if (!(*p)->users)
			last = p;
	if (!last)
		return;
	m = *last;
	*last = m->next;
	munmap(m->p, PAGE);
	free(m);
	nmapped--;
}

static struct mapped *map(int fd, const struct stat *st)
{
	struct mapped *m;
	struct page *p;

	if (!S_ISREG(st->st_mode) || st->st_size != PAGE)
		return NULL;
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return NULL;
	m = p->magic == MAGIC ? malloc(sizeof *m) : NULL;
	if (!m) {
		munmap(p, PAGE);
		return NULL;
	}
	*m = (struct mapped){ st->st_dev, st->st_ino, p, 0, mapped };
	mapped = m;
	if (++nmapped > IDLE)
		forget_one();
	return m;
}

/* With sem_put() afterwards.  0 or -errno. */
static int sem_get(int fd, struct mapped **found)
{
	static pthread_once_t began = PTHREAD_ONCE_INIT;
	struct mapped *m;
	struct stat st;

	pthread_once(&began, once);
	if (own_fd_is(fd) || fstat(fd, &st))
		return -EBADF;
	take();
	for (m = mapped; m; m = m->next)
		if (m->ino == st.st_ino && m->dev == st.st_dev)
			break;
	if (!m)
		m = map(fd, &st);
	if (m)
		m->users++;
	give();
	*found = m;
	return m ? 0 : -EINVAL;
}

static void sem_put(struct mapped *m)
{
	take();
	m->users--;
	give();
}

/* ---- making, opening ----------------------------------------------------------- */

static int64_t put_id(struct task *t, gaddr id_at, int64_t fd)
{
	if (fd < 0)
		return fd;
	if (!guest_put64(t, id_at, (uint64_t)fd))
		return 0;
	close((int)fd);
	return -EFAULT;
}

/* The file of a new one, which fd is.  fd or -errno. */
static int64_t fill(int fd, uint32_t value, bool named)
{
	const struct page first = { .magic = MAGIC, .named = named,
				    .value = value };
	int64_t ret = fd;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, PAGE) ||
	    pwrite(fd, &first, sizeof first, 0) != sizeof first) {
		ret = -errno;
		close(fd);
	}
	return ret;
}

int64_t ksem_init(struct task *t, uint32_t value, gaddr id_at)
{
	if (value > bsd_sys->sem_value_max)
		return -EINVAL;
	return put_id(t, id_at,
		      fill(memfd_create("semaphore", MFD_CLOEXEC), value, false));
}

static int get_path(struct task *t, gaddr at, char *path)
{
	char text[NAME_MAX + 1] = PREFIX, *name = text + strlen(PREFIX);
	char given[NAME_LARGEST + 2];
	int64_t n = guest_string(t, given, sizeof given, at);

	if (n < 0)
		return (int)n;
	if (given[0] != '/' || !given[1])
		return -EINVAL;
	snprintf(name, sizeof text - strlen(PREFIX), "%s", given + 1);
	for (; *name; name++)
		if (*name == '/')
			*name = '%';
	return bsd_shm_path(text, path);
}

static int64_t open_named(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct mapped *m;
	int ret;

	if (fd < 0)
		return -errno;
	ret = sem_get(fd, &m);
	if (ret) {
		close(fd);
		return ret;
	}
	sem_put(m);
	return fd;
}

/* Complete before it has its name. */
static int64_t make_named(const char *path, uint32_t mode, uint32_t value)
{
	static _Atomic unsigned number;
	char temporary[BSD_PATH + 32];
	int64_t fd, ret;

	snprintf(temporary, sizeof temporary, "%s.%d.%u", path, getpid(),
		 number++);
	fd = fill(open(temporary,
		       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		       mode & 0777),
		  value, true);
	if (fd < 0)
		return fd;
	ret = bsd_ret(renameat2(AT_FDCWD, temporary, AT_FDCWD, path,
				RENAME_NOREPLACE));
	if (!ret)
		return fd;
	unlink(temporary);
	close((int)fd);
	return ret;
}

int64_t ksem_open(struct task *t, gaddr name, uint32_t flags, uint32_t mode,
		  uint32_t value, gaddr id_at)
{
	enum { CREAT = 0x200, EXCL = 0x800 };
	char path[BSD_PATH];
	int64_t fd = get_path(t, name, path);

	if (fd)
		return fd;
	if (flags & ~(uint32_t)(CREAT | EXCL))
		return -EINVAL;
	if (flags & CREAT && value > bsd_sys->sem_value_max)
		return -EINVAL;
	do {
		fd = flags & CREAT && flags & EXCL ? -ENOENT : open_named(path);
		if (fd != -ENOENT || !(flags & CREAT))
			break;
		fd = make_named(path, mode, value);
		/* Somebody else has made it meanwhile. */
	} while (fd == -EEXIST && !(flags & EXCL));
	return put_id(t, id_at, fd);
}

int64_t bsd_ksem_unlink(struct task *t, gaddr name)
{
	char path[BSD_PATH];
	int ret = get_path(t, name, path);

	if (!ret && unlink(path))
		ret = errno == EPERM ? -EACCES : -errno;
	return ret;
}

static int64_t end(struct task *t, int fd, bool named)
{
	struct mapped *m;
	int ret = sem_get(fd, &m);

	if (ret)
		return ret;
	if (!!m->p->named != named)
		ret = -EINVAL;
	else if (!named && m->p->waiters)
		ret = -EBUSY;
	sem_put(m);
	return ret ? ret : bsd_close(t, fd);
}

int64_t bsd_ksem_close(struct task *t, int fd)
{
	return end(t, fd, true);
}

int64_t bsd_ksem_destroy(struct task *t, int fd)
{
	return end(t, fd, false);
}

/* ---- using ------------------------------------------------------------------------- */

int64_t bsd_ksem_post(struct task *t, int fd)
{
	struct mapped *m;
	int ret = sem_get(fd, &m);
	uint32_t v;

	if (ret)
		return ret;
	v = m->p->value;
	do
		ret = v == bsd_sys->sem_value_max ? -EOVERFLOW : 0;
	while (!ret && !atomic_compare_exchange_weak(&m->p->value, &v, v + 1));
	if (!ret && m->p->waiters)
		syscall(SYS_futex, &m->p->value, FUTEX_WAKE, 1, NULL, NULL, 0);
	sem_put(m);
	return ret;
}

static bool decrement(struct page *p)
{
	uint32_t v = p->value;

	while (v)
		if (atomic_compare_exchange_weak(&p->value, &v, v - 1))
			return true;
	return false;
}

/* end: a time of day, NULL: none. */
static int64_t wait_for(struct task *t, int fd, const struct timespec *end)
{
	struct mapped *m;
	int64_t ret = sem_get(fd, &m);

	if (ret)
		return ret;
	while (!decrement(m->p)) {
		m->p->waiters++;
		ret = bsd_call(t, SYS_futex, &m->p->value,
			       FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, end,
			       0, FUTEX_BITSET_MATCH_ANY);
		m->p->waiters--;
		if (ret && ret != -EAGAIN)
			break;
		ret = 0;
	}
	sem_put(m);
	return bsd_restart(t, ret);
}

int64_t bsd_ksem_wait(struct task *t, int fd)
{
	return wait_for(t, fd, NULL);
}

int64_t bsd_ksem_timedwait(struct task *t, int fd, gaddr timeout)
{
	struct timespec ts;
	int ret;

	if (!timeout)
		return wait_for(t, fd, NULL);
	ret = bsd_get_timespec(t, timeout, &ts);
	/* A time before all others has gone by. */
	if (!ret && ts.tv_sec < 0)
		ts = (struct timespec){ 0, 0 };
	return ret ? ret : wait_for(t, fd, &ts);
}

int64_t bsd_ksem_trywait(struct task *t, int fd)
{
	struct mapped *m;
	int ret = sem_get(fd, &m);

	if (ret)
		return ret;
	ret = decrement(m->p) ? 0 : -EAGAIN;
	sem_put(m);
	return ret;
}

int64_t bsd_ksem_getvalue(struct task *t, int fd, gaddr at)
{
	struct mapped *m;
	int ret = sem_get(fd, &m);
	uint32_t v;

	if (ret)
		return ret;
	v = m->p->value;
	sem_put(m);
	return guest_put32(t, at, v);
}
