/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inherit.c - minherit(2): memory that a child does not get, or gets empty.
 * Libraries keep the state of random numbers in such pages.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"

enum { SHARE = 0, COPY = 1, NONE = 2 };

static struct range {
	gaddr from, to;
	bool zero; /* else the child has none */
} *list; /* all under space_lock(); they do not overlap */
static size_t count, room;

static int add(gaddr from, gaddr to, bool zero)
{
	if (count == room) {
		size_t more = room ? 2 * room : 16;
		struct range *p = realloc(list, more * sizeof *p);

		if (!p)
			return -ENOMEM;
		list = p;
		room = more;
	}
	list[count++] = (struct range){ from, to, zero };
	return 0;
}

int inherit_copy(gaddr from, gaddr to)
{
	for (size_t i = 0; i < count;) {
		struct range r = list[i];

		if (r.to <= from || to <= r.from) {
			i++;
			continue;
		}
		/* What is left of it, on either side. */
		if (r.from < from && r.to > to && add(to, r.to, r.zero))
			return -ENOMEM;
		if (r.from < from)
			list[i++].to = from;
		else if (r.to > to)
			list[i++].from = to;
		else
			list[i] = list[--count];
	}
	return 0;
}

void inherit_forked(void)
{
	for (size_t i = 0; i < count;) {
		const struct range r = list[i];

		if (r.zero) {
			guest_mem->discard(r.from, r.to - r.from);
			i++;
			continue;
		}
		guest_mem->unmap(r.from, r.to - r.from);
		space_remove(r.from, r.to - r.from);
		list[i] = list[--count];
	}
}

int64_t bsd_minherit(struct task *t, gaddr addr, uint64_t len, int32_t how)
{
	gaddr from = ROUND_DOWN(addr, PAGE), to = ROUND_UP(addr + len, PAGE);
	int64_t ret;

	if (addr + len < addr || to > guest_mem->high)
		return -EINVAL;
	if (how == SHARE)
		return -EOPNOTSUPP;
	if (how != COPY && how != NONE && how != bsd_sys->inherit_zero)
		return -EINVAL;
	if (from >= to)
		return 0;
	space_lock();
	ret = inherit_copy(from, to);
	if (!ret && how != COPY)
		ret = add(from, to, how != NONE);
	space_unlock();
	return ret;
}
