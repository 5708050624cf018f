/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* own-fd.c - see own-fd.h. */
#include "base/own-fd.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/table.h"

/* Below 64 K, which is what the sandbox allows, with room for 4096 threads. */
enum { LOW_MAX = 1 << 15, LEAST = 64 };

int own_fd_low = INT_MAX;

int own_fd(int fd)
{
	struct rlimit was, all;
	int low, moved;

	if (fd < 0 || own_fd_is(fd) || getrlimit(RLIMIT_NOFILE, &was))
		return fd;
	low = (int)MIN(was.rlim_max / 4 * 3, (rlim_t)LOW_MAX);
	if (low < LEAST)
		return fd;
	/* The guest's share; its limit is below ours. */
	all = (struct rlimit){ was.rlim_max, was.rlim_max };
	if (setrlimit(RLIMIT_NOFILE, &all))
		return fd;
	moved = fcntl(fd, F_DUPFD_CLOEXEC, MIN(own_fd_low, low));
	if (moved >= 0) {
		close(fd);
		own_fd_low = MIN(own_fd_low, low);
	}
	was.rlim_cur = MIN(was.rlim_cur, (rlim_t)own_fd_low);
	setrlimit(RLIMIT_NOFILE, &was);
	return moved < 0 ? fd : moved;
}
