/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * aio-run.c - who carries asynchronous requests out.
 *
 * Files: a few threads, each one request at a time; an idle one ends after a
 * while.  What may have to be waited for (sockets; pipes and terminals, where the
 * system allows those) would keep such a thread for ever: one more thread polls
 * all of that, and moves what can be moved without waiting.
 */
#include "syscall-xlate/bsd/aio.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "base/table.h"

enum { WORKERS = 4, IDLE_SECONDS = 5, VECTORS = 16 };

/* All under aio_lock(). */
static unsigned nworkers, nidle;
static bool polling;
static int poke = -1; /* an eventfd of the poller's */
static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle_cond = PTHREAD_COND_INITIALIZER;
static unsigned calls; /* under idle_lock: for idle ones */

void aio_run_forked(void)
{
	nworkers = nidle = 0;
	polling = false;
	if (poke >= 0)
		close(poke);
	poke = -1;
	pthread_mutex_init(&idle_lock, NULL);
	pthread_cond_init(&idle_cond, NULL);
	calls = 0;
}

/* ---- moving bytes ------------------------------------------------------------ */

/*
 * Host vectors for what of j comes after done bytes.  Returns their number; 0:
 * that was all; -EFAULT.
 */
static int vectors(const struct aio_job *j, struct iovec *v, uint64_t *bytes)
{
	uint64_t skip = j->done;
	int n = 0;

	*bytes = 0;
	for (unsigned i = 0; i < j->npieces && n < VECTORS; i++) {
		struct aio_piece p = j->piece[i];
		int got;

		if (skip >= p.len) {
			skip -= p.len;
			continue;
		}
		got = guest_iov(NULL, p.base + skip, p.len - skip,
				j->r.op == AIO_READ, v + n, VECTORS - n);
		if (got <= 0)
			return n ? n : -EFAULT;
		while (got--) {
			*bytes += v[n].iov_len;
			skip += v[n++].iov_len;
		}
		/* Cut short: the rest is another turn's. */
		if (skip < p.len)
			break;
		skip = 0;
	}
	return n;
}

static int64_t move(const struct aio_job *j, const struct iovec *v, int n,
		    int64_t off, int flags)
{
	return j->r.op == AIO_READ ? preadv2(j->fd, v, n, off, flags) :
				     pwritev2(j->fd, v, n, off, flags);
}

static int64_t transfer(struct aio_job *j)
{
	struct iovec v[VECTORS];
	uint64_t bytes;

	for (;;) {
		int n = vectors(j, v, &bytes);
		int64_t ret;

		if (n < 0)
			return j->done ? (int64_t)j->done : n;
		/* A read or write of nothing is one, too: it may fail. */
		if (n == 0 && j->done)
			return (int64_t)j->done;
		ret = move(j, v, n, j->r.off + (int64_t)j->done, 0);
		if (ret < 0)
			return j->done ? (int64_t)j->done : -errno;
		j->done += (uint64_t)ret;
		if ((uint64_t)ret < bytes || ret == 0)
			return (int64_t)j->done;
	}
}

static int64_t lock_memory(const struct aio_job *j)
{
	uint64_t from = j->one.base & ~(uint64_t)(PAGE - 1);
	uint64_t n = j->one.base - from + j->one.len;

	while (n) {
		struct iovec v;

		if (guest_iov(NULL, from, n, false, &v, 1) != 1)
			return -ENOMEM;
		if (mlock(v.iov_base, v.iov_len))
			return -errno;
		from += v.iov_len;
		n -= v.iov_len;
	}
	return 0;
}

static int64_t carry_out(struct aio_job *j)
{
	switch (j->r.op) {
	case AIO_FSYNC:
		return bsd_ret(fsync(j->fd));
	case AIO_FDATASYNC:
		return bsd_ret(fdatasync(j->fd));
	case AIO_MLOCK:
		return lock_memory(j);
	default:
		return transfer(j);
	}
}

/* ---- files --------------------------------------------------------------------------- */

static struct aio_job *next_job(void)
{
	for (struct aio_job *j = aio_jobs; j; j = j->next) {
		struct aio_job *k = aio_jobs;

		if (j->state != AIO_QUEUED || j->is_stream)
			continue;
		while (j->in_order && k != j &&
		       (k->state == AIO_DONE || k->r.fd != j->r.fd))
			k = k->next;
		if (!j->in_order || k == j)
			return j;
	}
	return NULL;
}

/* False: nobody has called for a while. */
static bool idle(void)
{
	struct timespec end;
	int ret = 0;

	nidle++;
	pthread_mutex_lock(&idle_lock);
	aio_unlock();
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += IDLE_SECONDS;
	while (!calls && !ret)
		ret = pthread_cond_timedwait(&idle_cond, &idle_lock, &end);
	if (calls)
		calls--;
	pthread_mutex_unlock(&idle_lock);
	aio_lock();
	nidle--;
	return !ret;
}

static void *worker(void *unused)
{
	struct aio_job *j;

	(void)unused;
	aio_lock();
	do {
		while ((j = next_job())) {
			int64_t ret;

			j->state = AIO_RUNNING;
			aio_unlock();
			ret = carry_out(j);
			aio_lock();
			aio_finish(j, ret);
		}
	} while (idle() || next_job());
	nworkers--;
	aio_unlock();
	return NULL;
}

/* ---- streams -------------------------------------------------------------------------- */

/* The first of its descriptor and direction is the one that is polled for. */
static bool is_first(const struct aio_job *j)
{
	for (const struct aio_job *k = aio_jobs; k != j; k = k->next)
		if (k->is_stream && k->state != AIO_DONE &&
		    k->r.fd == j->r.fd && k->r.op == j->r.op)
			return false;
	return true;
}

/* Moves what can be moved.  -EAGAIN: there is more to wait for. */
static int64_t stream_turn(struct aio_job *j)
{
	struct iovec v[VECTORS];
	uint64_t bytes;
	int n = vectors(j, v, &bytes);
	struct msghdr m = { .msg_iov = v, .msg_iovlen = (size_t)MAX(n, 0) };
	int64_t ret;

	if (n < 0)
		return j->done ? (int64_t)j->done : n;
	if (j->is_socket) {
		ret = j->r.op == AIO_READ ?
			      recvmsg(j->fd, &m, MSG_DONTWAIT) :
			      sendmsg(j->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	} else {
		ret = move(j, v, n, -1, RWF_NOWAIT);
		/* Terminals: poll(2) has said that this does not wait. */
		if (ret < 0 && errno == EOPNOTSUPP)
			ret = move(j, v, n, -1, 0);
	}
	if (ret < 0) {
		/* As write(2) does, where the thread is not the program's. */
		if (errno == EPIPE)
			kill(getpid(), SIGPIPE);
		return errno == EAGAIN ? -EAGAIN :
		       j->done	       ? (int64_t)j->done :
					 -errno;
	}
	j->done += (uint64_t)ret;
	/* A write is done when all is written, a read when there is something. */
	if (j->r.op == AIO_WRITE && vectors(j, v, &bytes) > 0)
		return -EAGAIN;
	return (int64_t)j->done;
}

static void stream_ready(struct aio_job *j)
{
	int64_t ret;

	j->state = AIO_RUNNING;
	j->polled = false;
	aio_unlock();
	ret = stream_turn(j);
	aio_lock();
	if (ret == -EAGAIN)
		j->state = AIO_QUEUED;
	else
		aio_finish(j, ret);
}

/* Not gone while the lock was not held. */
static bool is_there(const struct aio_job *j)
{
	const struct aio_job *k = aio_jobs;

	while (k && k != j)
		k = k->next;
	return k;
}

static void *poller(void *unused)
{
	static struct pollfd p[AIO_MAX + 1];
	static struct aio_job *job[AIO_MAX + 1];
	uint64_t count;
	unsigned n;

	(void)unused;
	aio_lock();
	for (;;) {
		p[0] = (struct pollfd){ .fd = poke, .events = POLLIN };
		n = 1;
		for (struct aio_job *j = aio_jobs; j; j = j->next) {
			if (!j->is_stream || j->state != AIO_QUEUED ||
			    !is_first(j))
				continue;
			job[n] = j;
			j->polled = true;
			p[n++] = (struct pollfd){
				.fd = j->fd,
				.events = j->r.op == AIO_READ ? POLLIN : POLLOUT,
			};
		}
		aio_unlock();
		poll(p, n, -1);
		aio_lock();
		if (p[0].revents && read(poke, &count, sizeof count) < 0)
			log_warn("aio: %s", strerror(errno));
		for (unsigned i = 1; i < n; i++)
			/* Another one's memory may have been there. */
			if (p[i].revents && is_there(job[i]) &&
			    job[i]->polled && job[i]->state == AIO_QUEUED)
				stream_ready(job[i]);
	}
	return NULL;
}

void aio_run_again(void)
{
	const uint64_t one = 1;

	if (polling && write(poke, &one, sizeof one) < 0)
		return; /* full: it comes anyway */
}

static int start_poller(void)
{
	int err;

	if (polling)
		return 0;
	poke = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (poke < 0)
		return -EAGAIN;
	poke = own_fd(poke);
	err = helper_thread(poller, NULL);
	if (err) {
		close(poke);
		poke = -1;
		return -EAGAIN;
	}
	polling = true;
	return 0;
}

int aio_run(bool is_stream)
{
	int ret;

	if (is_stream) {
		ret = start_poller();
		if (!ret)
			aio_run_again();
		return ret;
	}
	pthread_mutex_lock(&idle_lock);
	if (nidle > calls) {
		calls++;
		pthread_cond_signal(&idle_cond);
		pthread_mutex_unlock(&idle_lock);
		return 0;
	}
	pthread_mutex_unlock(&idle_lock);
	if (nworkers == WORKERS)
		return 0;
	if (helper_thread(worker, NULL))
		return nworkers ? 0 : -EAGAIN;
	nworkers++;
	return 0;
}
