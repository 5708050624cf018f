/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* door.c - see door.h. */
#include "loader/door.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/proc.h"

enum { QUEUE = 64 };

int door_make(const struct policy *p, const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (snprintf(a.sun_path, sizeof a.sun_path, "%s/%s", p->own, name) >=
	    (int)sizeof a.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd >= 0 && (bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
			listen(fd, QUEUE) < 0)) {
		int err = errno;

		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

_Noreturn void door_serve(int door, door_answer *answer, void *context)
{
	const struct timeval soon = { .tv_sec = 1 };

	for (;;) {
		int s = accept4(door, NULL, NULL, SOCK_CLOEXEC);

		if (s >= 0) {
			setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &soon,
				   sizeof soon);
			setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &soon,
				   sizeof soon);
			answer(s, door, context);
			close(s);
		} else if (errno != EINTR && errno != ECONNABORTED) {
			log_warn("sandbox: no more answers from outside: %s",
				 strerror(errno));
			_exit(0);
		}
	}
}

pid_t door_fork(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(0);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(proc_knock_signal(), SIG_IGN);
	return 0;
}
