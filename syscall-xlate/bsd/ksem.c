/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ksem.c - semaphores that have a name, or that processes share by inheriting
 * them.  One is a file of a page beside shm_open(2)'s, or one in memory without a
 * name, and its id a descriptor of that, as on the systems themselves; who waits
 * sleeps on the word in it.
 *
 * The id can only name the file (O_PATH): a program must not be able to cut off
 * what is mapped here.  Who does it by the file's own name has broken the
 * semaphore, but nobody else's process: see ksem_restore().
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

#include "base/table.h"
#include "syscall-xlate/bsd/calls.h"

enum { MAGIC = 0x6d65736b, IDLE = 32, NAME_LARGEST = 200 };
#define PREFIX "/.rf-sem."

struct page {
	_Atomic uint32_t magic; /* reading it stays between changes of using */
	uint32_t named;
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
/* The page this thread touches; read by the handler of a fault there. */
static _Thread_local struct page *volatile using;

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

static void begin(void)
{
	static pthread_once_t began = PTHREAD_ONCE_INIT;

	pthread_once(&began, once);
	take();
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

bool ksem_restore(const void *addr)
{
	return using && (uintptr_t)addr - (uintptr_t)using < PAGE &&
	       mmap(using, PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		    0) != MAP_FAILED;
}

static bool is_whole(struct page *p)
{
	bool whole;

	using = p;
	whole = p->magic == MAGIC;
	using = NULL;
	return whole;
}

/* With the lock: fd's file, to be written.  0 or -errno. */
static int map(int fd, const struct stat *st)
{
	enum { OPENS = S_IRUSR | S_IWUSR };
	struct page *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			      0);
	struct mapped *m;
	int ret;

	if (p == MAP_FAILED)
		return -errno;
	ret = is_whole(p) ? -ENOMEM : -EINVAL;
	m = ret == -ENOMEM ? malloc(sizeof *m) : NULL;
	if (!m) {
		munmap(p, PAGE);
		return ret;
	}
	if (nmapped >= IDLE)
		forget_one();
	/* What cannot be opened once more stays mapped. */
	*m = (struct mapped){ st->st_dev, st->st_ino, p,
			      (st->st_mode & OPENS) != OPENS, mapped };
	mapped = m;
	nmapped++;
	return 0;
}

/* Another descriptor of fd's file. */
static int open_again(int fd, int flags)
{
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return (int)bsd_ret(open(path, flags | O_CLOEXEC));
}

/* With the lock. */
static int map_id(int id, const struct stat *st)
{
	int fd = open_again(id, O_RDWR | O_NONBLOCK), ret;

	if (fd < 0)
		return fd;
	ret = map(fd, st);
	close(fd);
	return ret;
}

/* With the lock. */
static struct mapped *known(const struct stat *st)
{
	struct mapped *m = mapped;

	while (m && (m->ino != st->st_ino || m->dev != st->st_dev))
		m = m->next;
	return m;
}

/* With sem_put() afterwards.  0 or -errno. */
static int sem_get(int id, struct mapped **found)
{
	struct mapped *m;
	struct stat st;
	int ret = 0;

	if (fstat(id, &st))
		return -EBADF;
	if (!S_ISREG(st.st_mode) || st.st_size != PAGE)
		return -EINVAL;
	begin();
	m = known(&st);
	if (!m && !(ret = map_id(id, &st)))
		m = known(&st);
	if (m) {
		m->users++;
		using = m->p;
	}
	give();
	*found = m;
	return ret;
}

/* ret, unless the file has been cut off meanwhile. */
static int64_t sem_put(struct mapped *m, int64_t ret)
{
	bool whole = m->p->magic == MAGIC;

	using = NULL;
	take();
	m->users--;
	if (!whole)
		m->ino = 0; /* for nobody else */
	give();
	return whole ? ret : -EINVAL;
}

/* ---- making, opening ----------------------------------------------------------- */

static int64_t put_id(struct task *t, gaddr id_at, int64_t id)
{
	if (id < 0)
		return id;
	if (!guest_put64(t, id_at, (uint64_t)id))
		return 0;
	close((int)id);
	return -EFAULT;
}

/* The file of a new one is fd, which is closed.  Its id or -errno. */
static int64_t fill(int fd, uint32_t value, bool named)
{
	const struct page first = { .magic = MAGIC, .named = named,
				    .value = value };
	struct stat st;
	int64_t id;

	if (fd < 0)
		return -errno;
	id = ftruncate(fd, PAGE) || fstat(fd, &st) ||
			     pwrite(fd, &first, sizeof first, 0) !=
				     sizeof first ?
		     -errno :
		     open_again(fd, O_PATH);
	if (id >= 0) {
		int ret;

		begin();
		ret = map(fd, &st);
		give();
		if (ret) {
			close((int)id);
			id = ret;
		}
	}
	close(fd);
	return id;
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
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), id;
	struct mapped *m;
	int64_t ret;

	if (fd < 0)
		return -errno;
	id = open_again(fd, O_PATH);
	close(fd);
	if (id < 0)
		return id;
	ret = sem_get(id, &m);
	if (!ret)
		ret = sem_put(m, 0);
	if (ret) {
		close(id);
		return ret;
	}
	return id;
}

/* Complete before it has its name. */
static int64_t make_named(const char *path, uint32_t mode, uint32_t value)
{
	static _Atomic unsigned number;
	char temporary[BSD_PATH + 32];
	int64_t id, ret;

	snprintf(temporary, sizeof temporary, "%s.%d.%u", path, getpid(),
		 number++);
	id = fill(open(temporary,
		       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		       mode & 0777),
		  value, true);
	ret = id < 0 ? id :
		       bsd_ret(renameat2(AT_FDCWD, temporary, AT_FDCWD, path,
					 RENAME_NOREPLACE));
	if (!ret)
		return id;
	unlink(temporary);
	if (id >= 0)
		close((int)id);
	return ret;
}

int64_t ksem_open(struct task *t, gaddr name, uint32_t flags, uint32_t mode,
		  uint32_t value, gaddr id_at)
{
	enum { CREAT = 0x200, EXCL = 0x800 };
	char path[BSD_PATH];
	int64_t id = get_path(t, name, path);

	if (id)
		return id;
	if (flags & ~(uint32_t)(CREAT | EXCL))
		return -EINVAL;
	if (flags & CREAT && value > bsd_sys->sem_value_max)
		return -EINVAL;
	do {
		id = flags & CREAT && flags & EXCL ? -ENOENT : open_named(path);
		if (id != -ENOENT || !(flags & CREAT))
			break;
		id = make_named(path, mode, value);
		/* Somebody else has made it meanwhile. */
	} while (id == -EEXIST && !(flags & EXCL));
	return put_id(t, id_at, id);
}

int64_t bsd_ksem_unlink(struct task *t, gaddr name)
{
	char path[BSD_PATH];
	int ret = get_path(t, name, path);

	if (!ret && unlink(path))
		ret = errno == EPERM ? -EACCES : -errno;
	return ret;
}

static int64_t end(struct task *t, int id, bool named)
{
	struct mapped *m;
	int64_t ret = sem_get(id, &m);

	if (ret)
		return ret;
	if (!!m->p->named != named)
		ret = -EINVAL;
	else if (!named && m->p->waiters)
		ret = -EBUSY;
	ret = sem_put(m, ret);
	return ret ? ret : bsd_close(t, id);
}

int64_t bsd_ksem_close(struct task *t, int id)
{
	return end(t, id, true);
}

int64_t bsd_ksem_destroy(struct task *t, int id)
{
	return end(t, id, false);
}

/* ---- using ------------------------------------------------------------------------- */

int64_t bsd_ksem_post(struct task *t, int id)
{
	struct mapped *m;
	int ret = sem_get(id, &m);
	uint32_t v;

	if (ret)
		return ret;
	v = m->p->value;
	do
		ret = v == bsd_sys->sem_value_max ? -EOVERFLOW : 0;
	while (!ret && !atomic_compare_exchange_weak(&m->p->value, &v, v + 1));
	if (!ret && m->p->waiters)
		syscall(SYS_futex, &m->p->value, FUTEX_WAKE, 1, NULL, NULL, 0);
	return sem_put(m, ret);
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
static int64_t wait_for(struct task *t, int id, const struct timespec *end)
{
	struct mapped *m;
	int64_t ret = sem_get(id, &m);

	if (ret)
		return ret;
	while (!decrement(m->p) && m->p->magic == MAGIC) {
		m->p->waiters++;
		ret = bsd_call(t, SYS_futex, &m->p->value,
			       FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, end,
			       0, FUTEX_BITSET_MATCH_ANY);
		m->p->waiters--;
		if (ret && ret != -EAGAIN)
			break;
		ret = 0;
	}
	return bsd_restart(t, sem_put(m, ret));
}

int64_t bsd_ksem_wait(struct task *t, int id)
{
	return wait_for(t, id, NULL);
}

int64_t bsd_ksem_timedwait(struct task *t, int id, gaddr timeout)
{
	struct timespec ts;
	int ret;

	if (!timeout)
		return wait_for(t, id, NULL);
	ret = bsd_get_timespec(t, timeout, &ts);
	/* A time before all others has gone by. */
	if (!ret && ts.tv_sec < 0)
		ts = (struct timespec){ 0, 0 };
	return ret ? ret : wait_for(t, id, &ts);
}

int64_t bsd_ksem_trywait(struct task *t, int id)
{
	struct mapped *m;
	int ret = sem_get(id, &m);

	if (ret)
		return ret;
	return sem_put(m, decrement(m->p) ? 0 : -EAGAIN);
}

int64_t bsd_ksem_getvalue(struct task *t, int id, gaddr at)
{
	struct mapped *m;
	int64_t ret = sem_get(id, &m);
	uint32_t v;

	if (ret)
		return ret;
	v = m->p->value;
	ret = sem_put(m, 0);
	return ret ? ret : guest_put32(t, at, v);
}
