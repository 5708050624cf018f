/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* own-fd.c - see own-fd.h. */
#include "base/own-fd.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/table.h"

/* Below 64 K, which is what the sandbox allows, with room for 4096 threads. */
enum { LOW_MAX = 1 << 15, LEAST = 64 };

int own_fd_low = INT_MAX;

/* The limit is raised for a moment, and must come down to what it was. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void take(void)
{
	pthread_mutex_lock(&lock);
}

static void give(void)
{
	pthread_mutex_unlock(&lock);
}

void own_fd_begin(void)
{
	struct rlimit l;
	int low;

	if (own_fd_low != INT_MAX || getrlimit(RLIMIT_NOFILE, &l))
		return;
	low = (int)MIN(l.rlim_max / 4 * 3, (rlim_t)LOW_MAX);
	if (low < LEAST)
		return;
	pthread_atfork(take, give, give);
	own_fd_low = low;
	/* The guest's share is below. */
	l.rlim_cur = MIN(l.rlim_cur, (rlim_t)low);
	setrlimit(RLIMIT_NOFILE, &l);
}

/* exactly: onto the first number; else to a free one behind it.  -1: no room. */
static int move(int fd, bool exactly)
{
	struct rlimit was, all;
	int ret = -1;

	take();
	own_fd_begin();
	if (own_fd_low != INT_MAX && !getrlimit(RLIMIT_NOFILE, &was)) {
		all = (struct rlimit){ was.rlim_max, was.rlim_max };
		if (!setrlimit(RLIMIT_NOFILE, &all)) {
			ret = exactly ? dup2(fd, own_fd_low) :
					fcntl(fd, F_DUPFD_CLOEXEC,
					      own_fd_low + 1);
			setrlimit(RLIMIT_NOFILE, &was);
		}
	}
	give();
	if (ret >= 0)
		close(fd);
	return ret;
}

int own_fd(int fd)
{
	int moved = fd < 0 || own_fd_is(fd) ? fd : move(fd, false);

	return moved < 0 ? fd : moved;
}

int own_fd_keep(int fd)
{
	return move(fd, true) < 0 ? -1 : 0;
}
