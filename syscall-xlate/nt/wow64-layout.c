/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wow64-layout.c - one structure, from its 32-bit form to the 64-bit one and
 * back, by a layout of wow64.tbl.
 */
#include "syscall-xlate/nt/wow64-args.h"

#include <string.h>

unsigned wow64_width(char item, bool wide)
{
	switch (item) {
	case '1':
		return 1;
	case '2':
		return 2;
	case '4':
	case 'N':
		return 4;
	case '8':
	case 'L':
		return 8;
	default:
		return wide ? 8 : 4;
	}
}

char wow64_step(struct wow64_walk *w)
{
	for (char c; (c = *w->next++);) {
		if (c == 'a') {
			w->end32 = ROUND_UP(w->end32, 4);
			w->end64 = ROUND_UP(w->end64, 8);
		} else if (c == '-') {
			w->end64 += 4;
		} else {
			w->at32 = ROUND_UP(w->end32, wow64_width(c, false));
			w->at64 = ROUND_UP(w->end64, wow64_width(c, true));
			w->end32 = w->at32 + wow64_width(c, false);
			w->end64 = w->at64 + wow64_width(c, true);
			return c;
		}
	}
	return 0;
}

void wow64_narrow(const struct wow64_layout *l, void *dst, const void *src)
{
	struct wow64_walk w = { .next = l->items };
	uint32_t size = l->size32;

	memset(dst, 0, l->size32);
	for (char c; (c = wow64_step(&w));) {
		uint8_t *to = (uint8_t *)dst + w.at32;

		if (c == 'n' || c == 'N')
			memcpy(to, &size, sizeof size);
		else
			memcpy(to, (const uint8_t *)src + w.at64,
			       wow64_width(c, false));
	}
}

void wow64_widen(const struct wow64_layout *l, void *dst, const void *src)
{
	struct wow64_walk w = { .next = l->items };

	memset(dst, 0, l->size64);
	for (char c; (c = wow64_step(&w));) {
		const uint8_t *from = (const uint8_t *)src + w.at32;
		uint8_t *to = (uint8_t *)dst + w.at64;
		uint64_t v = 0;

		memcpy(&v, from, wow64_width(c, false));
		if (c == 'h')
			v = (uint64_t)(int64_t)(int32_t)v;
		else if (c == 'n' || c == 'N')
			v = v == l->size32 ? l->size64 : 0;
		memcpy(to, &v, wow64_width(c, true));
	}
}
