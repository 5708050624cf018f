/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watch.c - calls when a descriptor becomes ready: one epoll thread for the
 * process, started at the first use.
 *
 * An event that epoll has already handed out may be for a watch that is
 * cancelled at this moment; so events name a slot and its generation, and
 * both sides look under the lock.
 */
#include <stdlib.h>
#include <sys/epoll.h>

#include "syscall-xlate/nt/nt-private.h"

struct slot {
	struct nt_watch *w; /* NULL: free */
	bool edge;          /* stays after an event */
	uint32_t generation;
	uint32_t next_free;
};

static pthread_mutex_t watch_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;
static int epoll_fd = -1;
static struct slot *slots; /* slot 0 is not used */
static uint32_t nslots, first_free;
static struct nt_watch *running; /* its fn is being called, unlocked */
static pthread_t thread;

/* With the lock held: forget slot i, so that nobody finds it again. */
static struct nt_watch *release(uint32_t i)
{
	struct nt_watch *w = slots[i].w;

	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
	slots[i].w = NULL;
	slots[i].generation++;
	slots[i].next_free = first_free;
	first_free = i;
	w->slot = 0;
	return w;
}

static void call(uint32_t i, uint32_t generation, uint32_t events)
{
	struct nt_watch *w;

	pthread_mutex_lock(&watch_lock);
	if (slots[i].w && slots[i].generation == generation) {
		w = running = slots[i].edge ? slots[i].w : release(i);
		pthread_mutex_unlock(&watch_lock);
		w->fn(w, events);
		pthread_mutex_lock(&watch_lock);
		running = NULL;
		pthread_cond_broadcast(&idle);
	}
	pthread_mutex_unlock(&watch_lock);
}

static void *watch_thread(void *arg)
{
	struct epoll_event e[16];

	pthread_mutex_lock(&watch_lock);
	thread = pthread_self();
	pthread_mutex_unlock(&watch_lock);
	for (;;) {
		int n = epoll_wait(epoll_fd, e, COUNT_OF(e), -1);

		for (int i = 0; i < n; i++)
			call((uint32_t)e[i].data.u64,
			     (uint32_t)(e[i].data.u64 >> 32), e[i].events);
	}
	return arg;
}

/* With the lock held: 0 or -errno. */
static int start(void)
{
	int err;

	if (epoll_fd >= 0)
		return 0;
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		return -errno;
	err = helper_thread(watch_thread, NULL);
	if (err) {
		close(epoll_fd);
		epoll_fd = -1;
	}
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
		if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, w->fd, &e) < 0) {
			err = -errno;
			slots[i].w = NULL;
			slots[i].next_free = first_free;
			first_free = i;
			w->slot = 0;
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
	struct epoll_event e = { .events = events | EPOLLET };
	int err = 0;

	pthread_mutex_lock(&watch_lock);
	if (w->slot) {
		e.data.u64 = w->slot |
			     (uint64_t)slots[w->slot].generation << 32;
		if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, w->fd, &e) < 0)
			err = -errno;
	}
	pthread_mutex_unlock(&watch_lock);
	return err;
}

void watch_cancel(struct nt_watch *w)
{
	pthread_mutex_lock(&watch_lock);
	if (w->slot)
		release(w->slot);
	/* fn may cancel its own watch. */
	while (running == w && !pthread_equal(thread, pthread_self()))
		pthread_cond_wait(&idle, &watch_lock);
	pthread_mutex_unlock(&watch_lock);
}
