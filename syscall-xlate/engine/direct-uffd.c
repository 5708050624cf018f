/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* direct-uffd.c - the process's one userfaultfd.  See direct-uffd.h. */
#include "syscall-xlate/engine/direct-uffd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { USER_MODE_ONLY = 1 /* Linux 5.11; the headers may be older */ };

static int uffd = -1;

static void uffd_open(void)
{
	struct uffdio_api api = { .api = UFFD_API,
				  .features = UFFD_FEATURE_SIGBUS };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | USER_MODE_ONLY);

	if (fd >= 0 && ioctl(fd, UFFDIO_API, &api)) {
		close(fd);
		fd = -1;
	}
	uffd = fd;
}

bool direct_uffd_can(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, uffd_open);
	return uffd >= 0;
}

bool direct_uffd_watch(gaddr at, uint64_t size)
{
	struct uffdio_register r = { .range = { at, size },
				     .mode = UFFDIO_REGISTER_MODE_MISSING };

	return direct_uffd_can() && !ioctl(uffd, UFFDIO_REGISTER, &r);
}

int direct_uffd_put(gaddr at, const void *src, uint64_t size)
{
	struct uffdio_copy c = { .dst = at,
				 .src = (uint64_t)src,
				 .len = size,
				 .mode = UFFDIO_COPY_MODE_DONTWAKE };

	while (ioctl(uffd, UFFDIO_COPY, &c)) {
		if (errno != EAGAIN)
			return -errno;
		/* Interrupted, behind what has been put. */
		if (c.copy > 0) {
			c.dst += (uint64_t)c.copy;
			c.src += (uint64_t)c.copy;
			c.len -= (uint64_t)c.copy;
		}
		c.copy = 0;
	}
	return 0;
}
