/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * aio.c - asynchronous requests: their list, their ends, who waits for those.
 */
#include "syscall-xlate/bsd/aio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "base/table.h"

enum { IOV_MAX_ = 1024 };

struct aio_group {
	unsigned refs;	/* its maker and each request */
	unsigned left;	/* requests that are not done */
	bool started, failed;
	struct aio_notify notify;
	struct kq *kq;
	gaddr at;
};

struct aio_job *aio_jobs; /* under lock, as the next ones */
static struct aio_job **jobs_end = &aio_jobs;
static unsigned njobs;
static uint64_t ndone;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic uint32_t ends; /* a futex word: how many there have been */
static _Atomic uint32_t waiters;

void aio_lock(void)
{
	pthread_mutex_lock(&lock);
}

void aio_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

/* Requests are the parent's alone. */
static void in_child(void)
{
	for (struct aio_job *j = aio_jobs; j; j = j->next)
		if (j->fd >= 0)
			close(j->fd);
	aio_jobs = NULL; /* the memory is the parent's copy, and small */
	jobs_end = &aio_jobs;
	njobs = 0;
	waiters = 0;
	aio_run_forked();
	pthread_mutex_init(&lock, NULL);
}

static void once(void)
{
	pthread_atfork(aio_lock, aio_unlock, in_child);
}

/* ---- the end ---------------------------------------------------------------- */

static void signal_end(const struct aio_notify *n)
{
	siginfo_t si = { 0 };

	si.si_signo = bsd_sig_to_host(n->sig);
	si.si_code = SI_ASYNCIO;
	si.si_pid = getpid();
	si.si_uid = getuid();
	si.si_value.sival_ptr = (void *)n->value;
	if (n->how == AIO_SIGNAL)
		syscall(SYS_rt_sigqueueinfo, getpid(), si.si_signo, &si);
	else
		syscall(SYS_rt_tgsigqueueinfo, getpid(), n->tid, si.si_signo,
			&si);
}

static void tell(const struct aio_notify *n, struct kq *kq,
		 enum kq_filter filter, gaddr ident, int64_t error)
{
	if (n->how == AIO_SIGNAL || n->how == AIO_THREAD)
		signal_end(n);
	else if (kq)
		kqueue_post(kq, filter, ident, error);
}

static void group_put(struct aio_group *g)
{
	if (--g->refs)
		return;
	if (g->kq)
		kq_put(g->kq);
	free(g);
}

static void group_look(struct aio_group *g)
{
	if (g->started && !g->left)
		tell(&g->notify, g->kq, KQ_LIO, g->at, 0);
}

/* j is in no list any more. */
static void job_free(struct aio_job *j)
{
	if (j->kq) {
		kqueue_unpost(j->kq, KQ_AIO, j->r.cb);
		kq_put(j->kq);
	}
	if (j->fd >= 0)
		close(j->fd);
	if (j->piece != &j->one)
		free(j->piece);
	free(j);
}

static void forget(struct aio_job *j)
{
	struct aio_job **p = &aio_jobs;

	while (*p != j)
		p = &(*p)->next;
	*p = j->next;
	if (!j->next)
		jobs_end = p;
	njobs--;
	job_free(j);
}

void aio_finish(struct aio_job *j, int64_t result)
{
	struct aio_group *g = j->group;
	struct aio_notify n = j->r.notify;

	j->result = result;
	j->state = AIO_DONE;
	j->nth = ++ndone;
	close(j->fd);
	j->fd = -1;
	if (bsd_sys->aio_done)
		bsd_sys->aio_done(j->r.cb, result);
	tell(&n, j->kq, KQ_AIO, j->r.cb, MIN(result, 0));
	if (bsd_sys->aio_done)
		forget(j);
	if (g) {
		g->failed |= result < 0;
		g->left--;
		group_look(g);
		group_put(g);
	}
	ends++;
	if (waiters)
		syscall(SYS_futex, &ends, FUTEX_WAKE_PRIVATE, INT_MAX, NULL,
			NULL, 0);
}

/* ---- new requests --------------------------------------------------------------- */

static int notify_check(const struct aio_notify *n)
{
	enum { ALLOWED = EV_ONESHOT | EV_CLEAR | EV_DISPATCH };

	if (n->how == AIO_SIGNAL || n->how == AIO_THREAD)
		return bsd_sig_to_host(n->sig) ? 0 : -EINVAL;
	if (n->how == AIO_KEVENT && n->flags & ~(uint32_t)ALLOWED)
		return -EINVAL;
	return 0;
}

static int notify_queue(const struct aio_notify *n, enum kq_filter filter,
			gaddr ident, struct kq **kq)
{
	struct kq_event ev = {
		.ident = ident, .filter = filter, .flags = n->flags,
		.udata = n->value,
	};
	int ret;

	if (n->how != AIO_KEVENT)
		return 0;
	*kq = kq_find(n->kq);
	if (!*kq)
		return -EBADF;
	ret = kqueue_announce(*kq, &ev);
	if (ret) {
		kq_put(*kq);
		*kq = NULL;
	}
	return ret;
}

static int get_pieces(struct task *t, struct aio_job *j)
{
	const struct aio_request *r = &j->r;
	uint64_t total = 0;

	j->piece = &j->one;
	j->npieces = 1;
	if (!r->vectored) {
		j->one = (struct aio_piece){ r->buf, r->n };
		return r->n > INT64_MAX ? -EINVAL : 0;
	}
	if (r->n > IOV_MAX_)
		return -EINVAL;
	j->npieces = (unsigned)r->n;
	j->piece = calloc(r->n + 1, sizeof *j->piece);
	if (!j->piece) {
		j->piece = &j->one;
		return -ENOMEM;
	}
	if (guest_read(t, j->piece, r->buf, r->n * sizeof *j->piece))
		return -EFAULT;
	for (unsigned i = 0; i < j->npieces; i++) {
		if (j->piece[i].len > INT64_MAX - total)
			return -EINVAL;
		total += j->piece[i].len;
	}
	return 0;
}

/* Which kind of file it is, and whether it is open for that. */
static int get_file(struct aio_job *j)
{
	const struct aio_request *r = &j->r;
	struct stat st;
	int flags;

	if (r->op == AIO_MLOCK)
		return 0;
	flags = own_fd_is(r->fd) ? -1 : fcntl(r->fd, F_GETFL);
	if (flags < 0 || fstat(r->fd, &st))
		return -EBADF;
	if ((r->op == AIO_READ && (flags & O_ACCMODE) == O_WRONLY) ||
	    (r->op != AIO_READ && (flags & O_ACCMODE) == O_RDONLY))
		return -EBADF;
	j->is_socket = S_ISSOCK(st.st_mode);
	j->is_stream = j->is_socket || S_ISFIFO(st.st_mode) ||
		       S_ISCHR(st.st_mode);
	if (r->op >= AIO_FSYNC) {
		if (j->is_stream)
			return -EINVAL;
	} else if (j->is_stream) {
		if (!j->is_socket && !r->streams)
			return -EOPNOTSUPP;
	} else if (r->off < 0) {
		return -EINVAL;
	}
	/* What is appended is so in the order of the calls. */
	j->in_order = r->op >= AIO_FSYNC || (r->op == AIO_WRITE && flags & O_APPEND);
	j->fd = fcntl(r->fd, F_DUPFD_CLOEXEC, 0);
	if (j->fd < 0)
		return errno == EMFILE ? -EAGAIN : -errno;
	j->fd = own_fd(j->fd);
	return 0;
}

int64_t aio_submit(struct task *t, const struct aio_request *r,
		   struct aio_group *group)
{
	static pthread_once_t began = PTHREAD_ONCE_INIT;
	struct aio_job *j = calloc(1, sizeof *j);
	int ret;

	pthread_once(&began, once);
	if (!j)
		return -EAGAIN;
	j->r = *r;
	j->fd = -1;
	ret = notify_check(&r->notify);
	if (!ret)
		ret = get_file(j);
	if (!ret)
		ret = get_pieces(t, j);
	if (!ret)
		ret = notify_queue(&r->notify, KQ_AIO, r->cb, &j->kq);
	aio_lock();
	if (!ret && njobs >= AIO_MAX)
		ret = -EAGAIN;
	if (!ret)
		ret = aio_run(j->is_stream);
	if (!ret) {
		*jobs_end = j;
		jobs_end = &j->next;
		njobs++;
		j->group = group;
		if (group) {
			group->refs++;
			group->left++;
		}
	}
	aio_unlock();
	if (ret)
		job_free(j);
	return ret;
}

/* ---- results ----------------------------------------------------------------------- */

static struct aio_job *find(gaddr cb)
{
	struct aio_job *j = aio_jobs;

	while (j && j->r.cb != cb)
		j = j->next;
	return j;
}

static int64_t look(gaddr cb, int64_t *result, bool take)
{
	int64_t ret = -EINVAL;
	struct aio_job *j;

	aio_lock();
	j = find(cb);
	if (j && j->state != AIO_DONE) {
		ret = -EINPROGRESS;
	} else if (j) {
		*result = j->result;
		if (take)
			forget(j);
		ret = 0;
	}
	aio_unlock();
	return ret;
}

int64_t aio_look(gaddr cb, int64_t *result)
{
	return look(cb, result, false);
}

int64_t aio_take(gaddr cb, int64_t *result)
{
	return look(cb, result, true);
}

struct taken {
	gaddr *cb;
	int64_t *result;
};

static int64_t take_first(struct task *t, void *arg)
{
	struct taken *taken = arg;
	struct aio_job *first = NULL;

	aio_lock();
	for (struct aio_job *j = aio_jobs; j; j = j->next)
		if (j->state == AIO_DONE && (!first || j->nth < first->nth))
			first = j;
	if (first) {
		*taken->cb = first->r.cb;
		*taken->result = first->result;
		forget(first);
	}
	aio_unlock();
	return first != NULL;
}

int64_t aio_take_next(struct task *t, const struct timespec *end, gaddr *cb,
		      int64_t *result)
{
	struct taken taken = { cb, result };
	int64_t ret = aio_wait(t, end, take_first, &taken);

	return MIN(ret, 0);
}

int64_t aio_cancel(int fd, gaddr cb)
{
	bool canceled = false, left = false;
	struct aio_job *next;

	aio_lock();
	for (struct aio_job *j = aio_jobs; j; j = next) {
		next = j->next;
		if (j->r.fd != fd || (cb && j->r.cb != cb) ||
		    j->state == AIO_DONE)
			continue;
		if (j->state == AIO_RUNNING) {
			left = true;
			continue;
		}
		canceled = true;
		aio_finish(j, -ECANCELED);
	}
	if (canceled)
		aio_run_again();
	aio_unlock();
	return left ? AIO_NOTCANCELED : canceled ? AIO_CANCELED : AIO_ALLDONE;
}

/* ---- waiting --------------------------------------------------------------------------- */

int64_t aio_wait(struct task *t, const struct timespec *end,
		 int64_t (*ready)(struct task *t, void *arg), void *arg)
{
	int64_t ret;

	waiters++;
	for (;;) {
		uint32_t seen = ends;

		ret = ready(t, arg);
		if (ret)
			break;
		ret = bsd_call(t, SYS_futex, &ends,
			       FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, seen, end,
			       0, FUTEX_BITSET_MATCH_ANY);
		if (ret && ret != -EAGAIN)
			break;
	}
	waiters--;
	return ret;
}

int64_t aio_deadline(struct task *t, gaddr addr, struct timespec *ts,
		     const struct timespec **end)
{
	struct timespec now;
	int ret;

	*end = NULL;
	if (!addr)
		return 0;
	ret = bsd_get_timespec(t, addr, ts);
	if (ret)
		return ret;
	if (ts->tv_sec < 0)
		return -EINVAL;
	clock_gettime(CLOCK_MONOTONIC, &now);
	/* So far away that it is never. */
	if (ts->tv_sec > INT_MAX)
		return 0;
	ts->tv_nsec += now.tv_nsec;
	ts->tv_sec += now.tv_sec + ts->tv_nsec / 1000000000;
	ts->tv_nsec %= 1000000000;
	*end = ts;
	return 0;
}

/* ---- groups ------------------------------------------------------------------------------- */

int64_t aio_group_new(const struct aio_notify *notify, gaddr at,
		      struct aio_group **g)
{
	struct aio_group *new = calloc(1, sizeof *new);
	int ret = new ? notify_check(notify) : -EAGAIN;

	if (!ret)
		ret = notify_queue(notify, KQ_LIO, at, &new->kq);
	if (ret) {
		free(new);
		return ret;
	}
	new->refs = 1;
	new->notify = *notify;
	new->at = at;
	*g = new;
	return 0;
}

void aio_group_started(struct aio_group *g)
{
	aio_lock();
	g->started = true;
	group_look(g);
	group_put(g);
	aio_unlock();
}

static int64_t group_done(struct task *t, void *arg)
{
	struct aio_group *g = arg;
	int64_t ret;

	aio_lock();
	ret = g->left == 0;
	aio_unlock();
	return ret;
}

int64_t aio_group_wait(struct task *t, struct aio_group *g)
{
	int64_t ret = aio_wait(t, NULL, group_done, g);

	aio_lock();
	if (ret > 0)
		ret = g->failed ? -EIO : 0;
	group_put(g);
	aio_unlock();
	return ret;
}
