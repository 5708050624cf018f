/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pass-fd.c - see pass-fd.h. */
#include "base/pass-fd.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* An array of them has the alignment that a struct cmsghdr wants. */
union control {
	char room[CMSG_SPACE(PASS_FDS * sizeof(int))];
	struct cmsghdr head;
};

int pass_send(int s, const void *data, size_t n, const int *fd, unsigned count,
	      int flags)
{
	union control c = { { 0 } };
	struct iovec v = { (void *)data, n };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	int list[PASS_FDS];
	unsigned used = 0;
	ssize_t sent;

	for (unsigned i = 0; i < count && used < PASS_FDS; i++)
		if (fd[i] >= 0)
			list[used++] = fd[i];
	if (used) {
		m.msg_control = &c;
		m.msg_controllen = CMSG_SPACE(used * sizeof(int));
		c.head.cmsg_level = SOL_SOCKET;
		c.head.cmsg_type = SCM_RIGHTS;
		c.head.cmsg_len = CMSG_LEN(used * sizeof(int));
		memcpy(CMSG_DATA(&c.head), list, used * sizeof(int));
	}
	do
		sent = sendmsg(s, &m, flags | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

static void take(struct cmsghdr *c, int *fd, unsigned *used, unsigned count)
{
	size_t have = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

	if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return;
	for (size_t i = 0; i < have; i++) {
		int one;

		memcpy(&one, CMSG_DATA(c) + i * sizeof one, sizeof one);
		if (*used < count)
			fd[(*used)++] = one;
		else
			close(one);
	}
}

ssize_t pass_receive(int s, void *data, size_t n, int *fd, unsigned count,
		     int flags)
{
	union control room = { { 0 } };
	struct iovec v = { data, n };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = &room,
			    .msg_controllen = sizeof room };
	unsigned used = 0;
	ssize_t got;

	for (unsigned i = 0; i < count; i++)
		fd[i] = -1;
	do
		got = recvmsg(s, &m, flags | MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		take(c, fd, &used, count);
	if (!(m.msg_flags & MSG_TRUNC))
		return got;
	while (used) {
		close(fd[--used]);
		fd[used] = -1;
	}
	return -EMSGSIZE;
}
