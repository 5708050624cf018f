/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guest.c - what all engines share of guest memory; see guest.h. */
#include "base/guest.h"

#include <errno.h>
#include <string.h>

#include "base/table.h"

const struct guest_mem *guest_mem;
gaddr guest_flat;

int guest_put32_far(gaddr dst, uint32_t v)
{
	return guest_mem->write(dst, &v, sizeof v);
}

int guest_put64_far(gaddr dst, uint64_t v)
{
	return guest_mem->write(dst, &v, sizeof v);
}

int guest_get32_far(uint32_t *v, gaddr src)
{
	return guest_mem->read(v, src, sizeof *v);
}

int guest_get64_far(uint64_t *v, gaddr src)
{
	return guest_mem->read(v, src, sizeof *v);
}

int64_t guest_string(struct task *t, char *buf, size_t size, gaddr src)
{
	size_t done = 0;

	/* Page by page: what follows the NUL need not be mapped. */
	while (done < size) {
		size_t n = MIN(size - done, PAGE - (src + done) % PAGE);
		char *end;

		if (guest_read(t, buf + done, src + done, n))
			return -EFAULT;
		end = memchr(buf + done, 0, n);
		if (end)
			return end - buf;
		done += n;
	}
	return -ENAMETOOLONG;
}
