/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dir.c - directory entries, in the reader's layout.
 */
#include "syscall-xlate/bsd/dir.h"

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/table.h"

struct host_dirent {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

int64_t bsd_read_dir(struct task *t, int fd, gaddr buf, uint64_t size,
		     int64_t *start, bsd_pack_dirent *pack)
{
	enum { MOST = 65536 };
	size_t room = MIN(size, MOST), used = 0;
	int64_t before, last = 0;
	uint8_t *in, *out;
	long got;
	int64_t ret;

	before = lseek(fd, 0, SEEK_CUR);
	if (before < 0)
		return -errno;
	in = malloc(2 * MOST);
	if (!in)
		return -ENOMEM;
	out = in + MOST;
	got = syscall(SYS_getdents64, fd, in, room);
	ret = got < 0 ? -errno : 0;
	last = before;
	for (long at = 0; at < got;) {
		const struct host_dirent *h = (const void *)(in + at);
		struct bsd_dirent d = { .ino = h->ino, .off = h->off,
					.type = h->type, .name = h->name,
					.len = strlen(h->name) };
		size_t n = pack(&d, out + used, room - used);

		if (n == 0) {
			/* The next read begins with this one. */
			lseek(fd, last, SEEK_SET);
			if (used == 0)
				ret = -EINVAL; /* too small for any */
			break;
		}
		last = h->off;
		used += n;
		at += h->reclen;
	}
	if (!ret && used && guest_write(t, buf, out, used)) {
		lseek(fd, before, SEEK_SET);
		ret = -EFAULT;
	}
	free(in);
	*start = before;
	return ret ? ret : (int64_t)used;
}
