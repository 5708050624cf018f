/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watch.c - calls when a descriptor becomes ready: one epoll thread for the
 * process, started at the first use.
 *
 * What moves data and finishes requests (nt_watch.io) is in an epoll instance
 * of its own, which the helper's holds as one more descriptor.  A thread that
 * waits at a completion port takes that instance from the helper while it
 * sleeps (watch_lead()): it finishes requests where they are waited for, and no
 * other thread has to be woken for a packet.  The helper gets it back when that
 * thread waits for something else, or has not come back for a while; and at once
 * if it was long away the last time, since what others wait for would be late.
 * Only such watches: others, a debugger's say, may want to suspend the very thread that
 * would serve them.
 *
 * An event that epoll has already handed out may be for a watch that is
 * cancelled at this moment; so events name a slot and its generation, and
 * both sides look under the lock.
 */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"

enum {
	/* Events of descriptors of our own: slot 0, and this as generation. */
	IO_READY = 0,
	GRACE_OVER = 1,
	WOKEN = 2,

	GRACE_NS = 1000000,
	/* Away for longer: the next time nobody waits for who led. */
	LONG_NS = 100000,
};

struct slot {
	struct nt_watch *w; /* NULL: free */
	bool edge;          /* stays after an event */
	uint32_t generation;
	uint32_t next_free;
};

static pthread_mutex_t watch_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;
static int epoll_fd = -1;
static int io_fd = -1;     /* epoll, in epoll_fd, where it may be off */
static int grace_fd = -1;  /* timerfd in epoll_fd */
static int wake_fd = -1;   /* eventfd in io_fd, for who leads */
static struct slot *slots; /* slot 0 is not used */
static uint32_t nslots, first_free;

/* Whose fn is being called, unlocked, and by whom. */
enum role { HELPER, LEADER };
static struct {
	struct nt_watch *w;
	pthread_t thread;
} running[2];

static _Atomic uint32_t io_watches; /* in io_fd */

static pthread_mutex_t lead_lock = PTHREAD_MUTEX_INITIALIZER;
/*
 * Somebody takes events from io_fd.  Only one at a time: another could get the
 * event of wake_fd, and who leads would sleep on.
 */
static bool taken;
static bool grace;                  /* the timer runs */
static int64_t left_at;             /* when who led last went away; 0: never */
static bool long_away;              /* the last one who came back was */
static uint32_t turns, grace_turns; /* how often somebody led; when it began */
static _Atomic bool orphaned;       /* the helper is not told of io_fd */

static int instance(const struct nt_watch *w)
{
	return w->io ? io_fd : epoll_fd;
}

/* With the lock held: forget slot i, so that nobody finds it again. */
static struct nt_watch *release(uint32_t i)
{
	struct nt_watch *w = slots[i].w;

	epoll_ctl(instance(w), EPOLL_CTL_DEL, w->fd, NULL);
	io_watches -= w->io;
	slots[i].w = NULL;
	slots[i].generation++;
	slots[i].next_free = first_free;
	first_free = i;
	w->slot = 0;
	return w;
}

static void call(uint64_t data, uint32_t events, enum role role)
{
	uint32_t i = (uint32_t)data, generation = (uint32_t)(data >> 32);
	struct nt_watch *w;

	if (!i)
		return;
	pthread_mutex_lock(&watch_lock);
	if (slots[i].w && slots[i].generation == generation) {
		w = slots[i].edge ? slots[i].w : release(i);
		running[role].w = w;
		running[role].thread = pthread_self();
		pthread_mutex_unlock(&watch_lock);
		w->fn(w, events);
		pthread_mutex_lock(&watch_lock);
		running[role].w = NULL;
		pthread_cond_broadcast(&idle);
	}
	pthread_mutex_unlock(&watch_lock);
}

static void call_all(const struct epoll_event *e, int n, enum role role)
{
	for (int i = 0; i < n; i++)
		call(e[i].data.u64, e[i].events, role);
}

/* ---- whose io_fd is; lead_lock is held ---- */

/* Is the helper told when something in io_fd is ready? */
static void tell_helper(bool on)
{
	struct epoll_event e = { .events = on ? EPOLLIN : 0,
				 .data.u64 = (uint64_t)IO_READY << 32 };

	if (orphaned != on)
		return;
	epoll_ctl(epoll_fd, EPOLL_CTL_MOD, io_fd, &e);
	orphaned = !on;
}

static void begin_grace(void)
{
	const struct itimerspec at = { .it_value.tv_nsec = GRACE_NS };

	grace = true;
	grace_turns = turns;
	timerfd_settime(grace_fd, 0, &at, NULL);
}

/* The time for who led to come back is over. */
static void end_grace(void)
{
	uint64_t n;

	(void)!read(grace_fd, &n, sizeof n);
	pthread_mutex_lock(&lead_lock);
	grace = false;
	if (!taken && turns != grace_turns)
		begin_grace();
	else if (!taken)
		tell_helper(true);
	pthread_mutex_unlock(&lead_lock);
}

static void serve_io(struct epoll_event *e, int max)
{
	int n;

	pthread_mutex_lock(&lead_lock);
	if (taken) {
		pthread_mutex_unlock(&lead_lock);
		return;
	}
	taken = true;
	pthread_mutex_unlock(&lead_lock);
	n = epoll_wait(io_fd, e, max, 0);
	call_all(e, n, HELPER);
	pthread_mutex_lock(&lead_lock);
	taken = false;
	pthread_mutex_unlock(&lead_lock);
}

static void *watch_thread(void *arg)
{
	struct epoll_event e[16];

	for (;;) {
		int n = epoll_wait(epoll_fd, e, COUNT_OF(e), -1);
		bool io = false;

		for (int i = 0; i < n; i++) {
			if ((uint32_t)e[i].data.u64)
				call(e[i].data.u64, e[i].events, HELPER);
			else if (e[i].data.u64 >> 32 == GRACE_OVER)
				end_grace();
			else
				io = true;
		}
		if (io)
			serve_io(e, COUNT_OF(e));
	}
	return arg;
}

static int add_own(int to, int fd, uint32_t events, uint64_t what)
{
	struct epoll_event e = { .events = events, .data.u64 = what << 32 };

	return epoll_ctl(to, EPOLL_CTL_ADD, fd, &e);
}

/* With the lock held: 0 or -errno. */
static int start(void)
{
	int err = 0;

	if (epoll_fd >= 0)
		return 0;
	epoll_fd = MORE_FILES(epoll_create1(EPOLL_CLOEXEC));
	io_fd = MORE_FILES(epoll_create1(EPOLL_CLOEXEC));
	wake_fd = MORE_FILES(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	grace_fd = MORE_FILES(timerfd_create(CLOCK_MONOTONIC,
					     TFD_CLOEXEC | TFD_NONBLOCK));
	if (epoll_fd < 0 || io_fd < 0 || wake_fd < 0 || grace_fd < 0 ||
	    add_own(io_fd, wake_fd, EPOLLIN | EPOLLET, WOKEN) < 0 ||
	    add_own(epoll_fd, grace_fd, EPOLLIN, GRACE_OVER) < 0 ||
	    add_own(epoll_fd, io_fd, EPOLLIN, IO_READY) < 0)
		err = errno;
	else
		err = helper_thread(watch_thread, NULL);
	if (!err)
		return 0;
	close(epoll_fd);
	close(io_fd);
	close(wake_fd);
	close(grace_fd);
	epoll_fd = io_fd = wake_fd = grace_fd = -1;
	return -err;
}

/* With the lock held: a free slot, 0 without memory. */
static uint32_t slot_get(void)
{
	uint32_t i = first_free, n;
	struct slot *s;

	if (i) {
		first_free = slots[i].next_free;
		return i;
	}
	n = nslots ? nslots * 2 : 16;
	s = realloc(slots, n * sizeof *s);
	if (!s)
		return 0;
	slots = s;
	for (i = n - 1; i >= MAX(nslots, 1u); i--) {
		slots[i] = (struct slot){ .next_free = first_free };
		first_free = i;
	}
	nslots = n;
	i = first_free;
	first_free = slots[i].next_free;
	return i;
}

static int add(struct nt_watch *w, uint32_t events, bool edge)
{
	struct epoll_event e = { .events = events };
	uint32_t i;
	int err;

	pthread_mutex_lock(&watch_lock);
	err = start();
	i = err ? 0 : slot_get();
	if (!err && !i)
		err = -ENOMEM;
	if (!err) {
		e.data.u64 = i | (uint64_t)slots[i].generation << 32;
		slots[i].w = w;
		slots[i].edge = edge;
		w->slot = i;
		if (epoll_ctl(instance(w), EPOLL_CTL_ADD, w->fd, &e) < 0) {
			err = -errno;
			slots[i].w = NULL;
			slots[i].next_free = first_free;
			first_free = i;
			w->slot = 0;
		} else {
			io_watches += w->io;
		}
	}
	pthread_mutex_unlock(&watch_lock);
	return err;
}

int watch_fd(struct nt_watch *w, uint32_t events)
{
	return add(w, events | EPOLLONESHOT, false);
}

int watch_edges(struct nt_watch *w, uint32_t events)
{
	return add(w, events | EPOLLET, true);
}

int watch_change(struct nt_watch *w, uint32_t events)
{
	struct epoll_event e = { .events = events };
	int err = 0;

	pthread_mutex_lock(&watch_lock);
	if (w->slot) {
		e.events |= slots[w->slot].edge ? EPOLLET : EPOLLONESHOT;
		e.data.u64 = w->slot | (uint64_t)slots[w->slot].generation
					       << 32;
		if (epoll_ctl(instance(w), EPOLL_CTL_MOD, w->fd, &e) < 0)
			err = -errno;
	}
	pthread_mutex_unlock(&watch_lock);
	return err;
}

/* With the lock held: another thread is in w's fn (which may cancel its own).
 */
static bool runs_elsewhere(const struct nt_watch *w)
{
	for (unsigned i = 0; i < COUNT_OF(running); i++)
		if (running[i].w == w &&
		    !pthread_equal(running[i].thread, pthread_self()))
			return true;
	return false;
}

void watch_cancel(struct nt_watch *w)
{
	pthread_mutex_lock(&watch_lock);
	if (w->slot)
		release(w->slot);
	while (runs_elsewhere(w))
		pthread_cond_wait(&idle, &watch_lock);
	pthread_mutex_unlock(&watch_lock);
}

/* ---- in the place of the helper ---- */

bool watch_lead_begin(void)
{
	bool ours;

	if (!io_watches)
		return false;
	pthread_mutex_lock(&lead_lock);
	ours = !taken;
	if (ours) {
		taken = true;
		turns++;
		long_away = left_at && monotonic_ns() - left_at > LONG_NS;
		tell_helper(false);
	}
	pthread_mutex_unlock(&lead_lock);
	return ours;
}

void watch_lead_end(void)
{
	pthread_mutex_lock(&lead_lock);
	taken = false;
	left_at = monotonic_ns();
	if (long_away)
		tell_helper(true);
	else if (!grace)
		begin_grace();
	pthread_mutex_unlock(&lead_lock);
}

void watch_lead_not(void)
{
	if (!orphaned)
		return;
	pthread_mutex_lock(&lead_lock);
	if (!taken)
		tell_helper(true);
	pthread_mutex_unlock(&lead_lock);
}

/* epoll_pwait2(2), before Linux 5.11 to the next millisecond. */
static int wait_until(struct epoll_event *e, int max, int64_t deadline)
{
	static _Atomic bool lacking;
	int64_t left = 0;
	int n;

	if (deadline == INT64_MAX)
		return epoll_wait(io_fd, e, max, -1);
	left = MAX(deadline - monotonic_ns(), (int64_t)0);
	if (!lacking) {
		struct timespec ts = { left / 1000000000, left % 1000000000 };

		n = (int)syscall(SYS_epoll_pwait2, io_fd, e, max, &ts, NULL, 0);
		if (n >= 0 || (errno != ENOSYS && errno != EPERM))
			return n;
		lacking = true;
	}
	left = MIN((left + 999999) / 1000000, (int64_t)INT32_MAX);
	return epoll_wait(io_fd, e, max, (int)left);
}

void watch_lead(struct task *t, uint32_t seq, int64_t deadline)
{
	struct epoll_event e[16];
	int n = 0;

	atomic_store(&t->wake_fd, wake_fd);
	if (atomic_load(&t->wake) == seq)
		n = wait_until(e, COUNT_OF(e), deadline);
	atomic_store_explicit(&t->wake_fd, 0, memory_order_relaxed);
	call_all(e, n, LEADER);
}
