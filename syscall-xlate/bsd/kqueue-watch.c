/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kqueue-watch.c - what a kqueue tells of and the host has no descriptor for.
 *
 * A socket's send queue: nothing wakes anybody when the last byte has been taken,
 * or there is as much room as a program asks for (EPOLLOUT tells of some), so a
 * timer looks, less and less often.  Mounts:
 * poll(2) on the list of them tells once that it has changed, but not how.  Events
 * that we post ourselves: ends of asynchronous requests.
 */
#include "syscall-xlate/bsd/kqueue-private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/table.h"

/* ---- send queues ------------------------------------------------------------- */

enum { LAST_MS = 32 };

static void look_in(const struct knote *k, long ns)
{
	struct itimerspec its = { .it_value.tv_nsec = ns };

	timerfd_settime(k->fd, 0, &its, NULL);
}

int kq_look_open(void)
{
	return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

void kq_look_again(struct knote *k)
{
	look_in(k, k->pause_ms * 1000000l);
	k->pause_ms = MIN(2 * k->pause_ms, LAST_MS);
}

void kq_empty_again(struct knote *k)
{
	k->was_empty = false;
	k->pause_ms = KQ_FIRST_MS;
	look_in(k, 1);
}

int kq_empty_open(struct knote *k)
{
	int n;

	if (ioctl((int)k->ev.ident, SIOCOUTQ, &n)) {
		errno = EINVAL;
		return -1;
	}
	k->fd = kq_look_open();
	if (k->fd >= 0)
		kq_empty_again(k);
	return k->fd;
}

bool kq_empty_look(struct knote *k)
{
	bool was = k->was_empty;
	uint64_t n;
	int queued;

	if (read(k->fd, &n, sizeof n) < 0)
		return false;
	if (ioctl((int)k->ev.ident, SIOCOUTQ, &queued))
		queued = 0;
	k->was_empty = queued == 0;
	if (queued == 0 && !(k->ev.flags & EV_CLEAR)) {
		/* It stands until there is something in it again. */
		k->pause_ms = KQ_FIRST_MS;
		look_in(k, 1);
		return true;
	}
	if (k->was_empty != was)
		k->pause_ms = KQ_FIRST_MS;
	kq_look_again(k);
	return k->was_empty && !was;
}

/* ---- EVFILT_FS ------------------------------------------------------------------ */

enum { VQ_MOUNT = 8, VQ_UNMOUNT = 0x10 };

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The ids of what is mounted, sorted.  Returns their number, -1 with errno. */
static ssize_t read_mounts(uint32_t **ids)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	size_t n = 0, room = 0, size = 0;
	char *line = NULL;

	*ids = NULL;
	if (!f)
		return -1;
	while (getline(&line, &size, f) > 0) {
		if (n == room) {
			uint32_t *p;

			room = room ? 2 * room : 32;
			p = realloc(*ids, room * sizeof *p);
			if (!p) {
				free(*ids);
				free(line);
				fclose(f);
				*ids = NULL;
				errno = ENOMEM;
				return -1;
			}
			*ids = p;
		}
		(*ids)[n++] = (uint32_t)strtoul(line, NULL, 10);
	}
	free(line);
	fclose(f);
	qsort(*ids, n, sizeof **ids, compare);
	return (ssize_t)n;
}

int kq_mounts_open(struct knote *k)
{
	int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read_mounts(&k->mounts);

	if (n < 0) {
		int code = errno;

		if (fd >= 0)
			close(fd);
		errno = code;
		return -1;
	}
	k->nmounts = (size_t)n;
	return fd;
}

uint32_t kq_mounts_look(struct knote *k)
{
	uint32_t *now, notes = 0;
	ssize_t n = read_mounts(&now);
	size_t i = 0, old = 0;

	if (n < 0)
		return 0;
	while (i < (size_t)n || old < k->nmounts) {
		if (old == k->nmounts ||
		    (i < (size_t)n && now[i] < k->mounts[old])) {
			notes |= VQ_MOUNT;
			i++;
		} else if (i == (size_t)n || k->mounts[old] < now[i]) {
			notes |= VQ_UNMOUNT;
			old++;
		} else {
			i++;
			old++;
		}
	}
	free(k->mounts);
	k->mounts = now;
	k->nmounts = (size_t)n;
	return notes & k->ev.fflags;
}

/* ---- events of ours ------------------------------------------------------------------ */

int kqueue_announce(struct kq *q, const struct kq_event *ev)
{
	struct kq_event c = *ev;
	int ret;

	c.flags |= EV_ADD;
	c.ours = true;
	pthread_mutex_lock(&q->lock);
	ret = kq_change(q, &c);
	pthread_mutex_unlock(&q->lock);
	return ret;
}

void kqueue_post(struct kq *q, enum kq_filter filter, uint64_t ident,
		 int64_t error)
{
	const uint64_t one = 1;
	struct knote *k;

	pthread_mutex_lock(&q->lock);
	k = *kq_note(q, filter, ident);
	if (k) {
		k->ev.data = error ? bsd_sys->errno_of[-error] : 0;
		k->triggered = true;
		if (write(k->fd, &one, sizeof one) < 0)
			log_warn("kqueue: %m");
	}
	pthread_mutex_unlock(&q->lock);
}

void kqueue_unpost(struct kq *q, enum kq_filter filter, uint64_t ident)
{
	struct knote **p;

	pthread_mutex_lock(&q->lock);
	p = kq_note(q, filter, ident);
	if (*p)
		kq_drop(q, p);
	pthread_mutex_unlock(&q->lock);
}
