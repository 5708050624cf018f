/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe-goodbye.c - what a server that disconnects takes back.
 *
 * Its goodbye travels behind the data (pipe.h), so a client that begins to read
 * has to look whether there is one; which it does when there is any reason to.
 */
#include "syscall-xlate/nt/pipe.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "syscall-xlate/nt/shared.h"

bool pipe_carries_goodbye(struct msghdr *m)
{
	bool found = false;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = CMSG_LEN(0); c->cmsg_len - at >= sizeof(int);
		     at += sizeof(int)) {
			int fd;

			memcpy(&fd, (char *)c + at, sizeof fd);
			close(fd);
		}
		found = true;
	}
	return found;
}

/* Before the server's end closes: tell the client that it is on purpose. */
void pipe_say_goodbye(struct file *f)
{
	struct pipe_end *e = f->pipe;
	uint8_t byte = PIPE_GOODBYE;
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	if (e->is_pipe)
		return;
	if (!e->message) {
		m.msg_control = &control;
		m.msg_controllen = sizeof control;
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &f->fd, sizeof(int));
	}
	/* However full it is: what was meant for data is not all there is. */
	if (sendmsg(f->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
	    errno == EAGAIN) {
		setsockopt(f->fd, SOL_SOCKET, SO_SNDBUF, &(int){ 1 << 20 },
			   sizeof(int));
		sendmsg(f->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
}

/* Of a stream: a look at all of it ends behind what carries a descriptor. */
static bool goodbye_in_bytes(int fd, size_t waiting)
{
	char space[CMSG_SPACE(sizeof(int))];
	struct iovec v = { malloc(waiting + 1), waiting + 1 };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = space,
			    .msg_controllen = sizeof space };
	bool found = v.iov_base &&
		     recvmsg(fd, &m,
			     MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC) > 0 &&
		     pipe_carries_goodbye(&m);

	free(v.iov_base);
	return found;
}

static bool is_goodbye_packet(uint8_t head)
{
	return head == PIPE_GOODBYE;
}

/* Looked for once. */
void pipe_look_for_goodbye(struct file *f)
{
	struct pipe_end *e = f->pipe;
	int waiting = 0;

	if (e->server || e->is_pipe)
		return;
	pthread_mutex_lock(&e->lock);
	if (!e->goodbye && !e->server_gone) {
		ioctl(f->fd, FIONREAD, &waiting);
		if (waiting <= 0)
			e->goodbye = false;
		else if (e->message)
			pipe_each_packet(f->fd, waiting, is_goodbye_packet,
					 &e->goodbye);
		else
			e->goodbye = goodbye_in_bytes(f->fd, (size_t)waiting);
		e->server_gone = true;
	}
	pthread_mutex_unlock(&e->lock);
}

/* ---- who has to look ---------------------------------------------------- */

/*
 * A page that is there while a client reads much: the number of clients that
 * servers have disconnected, whosever they are.  As long as that is what it was
 * at its last look, a client has nothing to look for.
 */
static pthread_mutex_t page_lock = PTHREAD_MUTEX_INITIALIZER;
static struct shared *page;
static unsigned page_users;

static void join_page(struct pipe_end *e, bool make)
{
	static const struct shared_page init = { .kind = SHARED_PIPE };

	pthread_mutex_lock(&page_lock);
	if (!page)
		page = pipe_page("", make ? &init : NULL);
	if (page && !e->counted) {
		page_users++;
		e->counted = true;
	}
	pthread_mutex_unlock(&page_lock);
}

void pipe_leave_page(struct pipe_end *e)
{
	if (!e->counted)
		return;
	pthread_mutex_lock(&page_lock);
	e->counted = false;
	if (!--page_users) {
		shared_close(page);
		page = NULL;
	}
	pthread_mutex_unlock(&page_lock);
}

void pipe_count_disconnected(struct pipe_end *e)
{
	join_page(e, false);
	if (e->counted)
		atomic_fetch_add(&page->page->state, 1);
}

/* What the number is, and a bit, so that it is not 0: not known. */
static uint64_t disconnected_now(struct pipe_end *e)
{
	/* Having the page costs as much as so many looks without it. */
	enum { LOOKS = 64 };

	if (!e->counted && !(++e->looks % LOOKS))
		join_page(e, true);
	return e->counted
		       ? 1ull << 32 | (uint32_t)atomic_load(&page->page->state)
		       : 0;
}

bool pipe_is_disconnected(struct file *f)
{
	struct pipe_end *e = f->pipe;
	struct pollfd p = { .fd = f->fd, .events = POLLRDHUP };
	uint64_t now;

	if (e->server || e->is_pipe || e->goodbye || e->server_gone)
		return e->goodbye;
	now = disconnected_now(e);
	if (now && now == e->looked_at)
		return false;
	if (poll(&p, 1, 0) > 0)
		pipe_look_for_goodbye(f);
	/* Only now: another thread that reads must not take it for looked at.
	 */
	e->looked_at = now;
	return e->goodbye;
}
