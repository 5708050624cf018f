/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flags.c - see xlate.h. */
#include <errno.h>

#include "syscall-xlate/xlate.h"

int flags_to_host(const struct flag_pair *map, size_t n, uint32_t guest,
		  uint32_t *ret)
{
	uint32_t host = 0;

	for (size_t i = 0; i < n; i++) {
		if (guest & map[i].guest) {
			host |= map[i].host;
			guest &= ~map[i].guest;
		}
	}
	if (guest)
		return -EINVAL;
	*ret = host;
	return 0;
}
