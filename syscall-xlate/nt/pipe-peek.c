/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe-peek.c - looking at what a pipe holds without taking it.
 */
#include "syscall-xlate/nt/pipe.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The first bytes of a host pipe, by a copy made with tee(2). */
static ssize_t peek_pipe(int fd, uint8_t *buf, size_t n)
{
	int p[2];
	ssize_t got;

	if (pipe2(p, O_CLOEXEC) < 0)
		return -1;
	got = tee(fd, p[1], n, SPLICE_F_NONBLOCK);
	if (got > 0)
		got = read(p[0], buf, (size_t)got);
	close(p[0]);
	close(p[1]);
	return got;
}

/* Where a socket's next peek looks is the socket's: one thread at a time. */
static pthread_mutex_t peeking = PTHREAD_MUTEX_INITIALIZER;

int pipe_each_packet(int fd, int n, bool (*fn)(uint8_t head), bool *found)
{
	const int none = -1;
	int at = 0, packets = 0;
	uint8_t head;

	pthread_mutex_lock(&peeking);
	while (at < n && !*found &&
	       !setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &at, sizeof at)) {
		ssize_t len = recv(fd, &head, 1,
				   MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);

		if (len <= 0)
			break;
		at += (int)len;
		packets++;
		*found = fn(head);
	}
	setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &none, sizeof none);
	pthread_mutex_unlock(&peeking);
	return packets;
}

static bool any_packet(uint8_t head)
{
	(void)head;
	return false;
}

uint32_t pipe_available(struct file *f)
{
	struct pipe_end *e = f->pipe;
	bool found = false;
	int n = 0;

	if (f->fd >= 0 && ioctl(f->fd, FIONREAD, &n) < 0)
		n = 0;
	if (e->message && n > 0) /* a byte each is ours */
		n -= pipe_each_packet(f->fd, n, any_packet, &found);
	return (uint32_t)n + (uint32_t)e->tail_len;
}

NTSTATUS pipe_peek(struct task *t, struct file *f, struct irp *r)
{
	enum { MAX_PEEK = 64 << 10 };
	struct pipe_end *e = f->pipe;
	uint32_t head[4] = { 0 };
	uint8_t *data;
	size_t want, got = 0;
	ssize_t n = 0;
	NTSTATUS status = pipe_readable(f, e);

	if (status == STATUS_PIPE_LISTENING)
		return STATUS_INVALID_PIPE_STATE;
	if (status)
		return status;
	head[0] = pipe_state_now(f);
	if (r->out_len < sizeof head)
		return STATUS_INVALID_PARAMETER;
	want = MIN(r->out_len - sizeof head, (size_t)MAX_PEEK);
	data = malloc(PIPE_PACKET + MAX_PEEK);
	if (!data)
		return STATUS_NO_MEMORY;

	pthread_mutex_lock(&e->lock);
	if (e->tail_len) {
		got = MIN(want, e->tail_len);
		memcpy(data, e->tail + e->tail_at, got);
		head[3] = (uint32_t)e->tail_len;
	} else if (e->message) {
		pthread_mutex_lock(&peeking);
		n = recv(f->fd, data, PIPE_PACKET + 1, MSG_PEEK | MSG_DONTWAIT);
		pthread_mutex_unlock(&peeking);
		if (n > 0) {
			head[3] = (uint32_t)n - 1;
			got = MIN(want, (size_t)n - 1);
			memmove(data, data + 1, got);
		}
	} else if (!e->is_pipe) {
		n = recv(f->fd, data, want ? want : 1, MSG_PEEK | MSG_DONTWAIT);
		got = n > 0 ? MIN(want, (size_t)n) : 0;
	} else if (want && pipe_can_read(f)) {
		n = peek_pipe(f->fd, data, want);
		got = n > 0 ? (size_t)n : 0;
	}
	head[1] = pipe_available(f);
	head[2] = e->message && head[3] ? 1 : 0;
	pthread_mutex_unlock(&e->lock);

	if (!head[1] && !got) {
		struct pollfd p = { .fd = f->fd, .events = POLLIN };

		/* Readable with nothing in it: the other end is closed. */
		if (n == 0 && poll(&p, 1, 0) > 0 &&
		    (p.revents & POLLHUP || (!e->is_pipe && !e->message))) {
			free(data);
			return STATUS_PIPE_BROKEN;
		}
	}
	if (guest_write(t, r->out, head, sizeof head) < 0 ||
	    guest_write(t, r->out + sizeof head, data, got) < 0)
		status = STATUS_ACCESS_VIOLATION;
	free(data);
	r->information = sizeof head + got;
	if (!status && (head[1] > got || head[3] > got) &&
	    r->out_len > sizeof head)
		return STATUS_BUFFER_OVERFLOW;
	return status;
}
