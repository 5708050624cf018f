/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wow64-args.c - arguments that point to one structure, or to an array with a
 * count: room for the handler's copies, and what pointers in them lead to.
 */
#include "syscall-xlate/nt/wow64-args.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ELEMENTS = 1 << 16 };

/* ---- room for the handler's copies -------------------------------------- */

NTSTATUS wow64_room(struct wow64_frame *f, uint64_t n, gaddr *at)
{
	uint64_t size = n;
	NTSTATUS status;

	*at = 0;
	if (n <= f->end - f->scratch) {
		*at = f->scratch;
		f->scratch += ROUND_UP(n, 16);
		f->scratch = MIN(f->scratch, f->end);
		return STATUS_SUCCESS;
	}
	if (f->nbig == WOW64_MAX_BIG)
		return STATUS_NO_MEMORY;
	status = vm_alloc(at, &size, 0, 0, MEM_RESERVE | MEM_COMMIT, 4);
	if (NT_SUCCESS(status)) {
		f->big[f->nbig].at = *at;
		f->big[f->nbig++].size = size;
	}
	return status;
}

void wow64_free_big(struct wow64_frame *f)
{
	while (f->nbig) {
		uint64_t size = 0;

		vm_free(&f->big[--f->nbig].at, &size, MEM_RELEASE);
	}
}

/* What input pointers of a widened structure point to. */
NTSTATUS wow64_follow(struct wow64_frame *f, const struct wow64_layout *l,
		      uint8_t *wide)
{
	struct wow64_walk w = { .next = l->items };
	uint64_t kind = 0, v;
	NTSTATUS status = STATUS_SUCCESS;

	for (char c; !status && (c = wow64_step(&w));) {
		const struct wow64_layout *to = NULL;

		memcpy(&v, wide + w.at64, wow64_width(c, true));
		if (c == 'U') {
			to = &wow64_ustr;
		} else if (c == 'S') {
			to = &wow64_sd;
		} else if (c == 'L') {
			/* MEM_EXTENDED_PARAMETER: its type is the item before,
			   and only numbers use all of the 8 bytes. */
			enum { ADDRESSES = 1, NODE = 2, ATTRIBUTES = 5 };

			if ((kind & 0xff) == ADDRESSES)
				to = &wow64_requirements;
			if ((kind & 0xff) != NODE &&
			    (kind & 0xff) != ATTRIBUTES)
				v = (uint32_t)v;
		}
		kind = v;
		if (to)
			status = wow64_copy_in(f, to, v, &v);
		if (to || c == 'L')
			memcpy(wide + w.at64, &v, sizeof v);
	}
	return status;
}

static bool is_self_relative(const uint8_t *sd)
{
	return sd[3] & 0x80;
}

NTSTATUS wow64_copy_in(struct wow64_frame *f, const struct wow64_layout *l,
		       gaddr at, uint64_t *to)
{
	uint8_t narrow[1024], wide[1280];
	NTSTATUS status;

	*to = 0;
	if (!at)
		return STATUS_SUCCESS;
	if (guest_read(f->t, narrow, at, l->size32))
		return STATUS_ACCESS_VIOLATION;
	/* Offsets in place of pointers: the same for both. */
	if (l == &wow64_sd && is_self_relative(narrow)) {
		*to = at;
		return STATUS_SUCCESS;
	}
	wow64_widen(l, wide, narrow);
	status = wow64_follow(f, l, wide);
	if (!status)
		status = wow64_room(f, l->size64, to);
	if (!status && guest_write(f->t, *to, wide, l->size64))
		status = STATUS_ACCESS_VIOLATION;
	return status;
}

/* ---- fixed structures and arrays ---------------------------------------- */

static uint64_t count_of(struct wow64_frame *f, const struct wow64_arg *a)
{
	uint32_t n;

	if (a->count < 0)
		return 1;
	/* By value, or where it is told what there is room for. */
	if (f->args[a->count] >= MAX_ELEMENTS &&
	    !guest_get32(f->t, &n, f->args[a->count]))
		return n;
	return (uint32_t)f->args[a->count];
}

/* As many as one may wait for. */
enum { SOME_WORDS = 64 };

static NTSTATUS words_in(struct wow64_frame *f, const struct wow64_arg *a,
			 uint64_t n)
{
	uint32_t narrow[SOME_WORDS];
	uint64_t wide[SOME_WORDS];
	NTSTATUS status;

	if (guest_read(f->t, narrow, f->args[a->arg], n * sizeof *narrow))
		return STATUS_ACCESS_VIOLATION;
	for (uint64_t i = 0; i < n; i++)
		wide[i] = wow64_word(a->layout, narrow[i]);
	status = wow64_room(f, n * sizeof *wide, &f->wide[a->arg]);
	if (!status && guest_write(f->t, f->wide[a->arg], wide,
				   n * sizeof *wide))
		status = STATUS_ACCESS_VIOLATION;
	return status;
}

/* A head that counts its elements (TOKEN_GROUPS); input only. */
static NTSTATUS counted_in(struct wow64_frame *f, const struct wow64_arg *a)
{
	const struct wow64_layout *l = a->layout, *e = l->elem;
	const uint32_t first32 = ROUND_UP(l->size32, e->align32);
	const uint32_t first64 = ROUND_UP(l->size64, e->align64);
	const gaddr from = f->args[a->arg];
	uint64_t size32, size64;
	uint8_t *narrow, *wide;
	NTSTATUS status;
	uint32_t n;

	if (guest_get32(f->t, &n, from + (uint64_t)l->count32[0]))
		return STATUS_ACCESS_VIOLATION;
	if (n > MAX_ELEMENTS)
		return STATUS_INVALID_PARAMETER;
	size32 = first32 + n * (uint64_t)e->size32;
	size64 = first64 + n * (uint64_t)e->size64;
	narrow = calloc(1, size32 + size64);
	if (!narrow)
		return STATUS_NO_MEMORY;
	wide = narrow + size32;
	status = wow64_room(f, size64, &f->wide[a->arg]);
	if (!status && (guest_read(f->t, narrow, from, l->size32) ||
			guest_read(f->t, narrow + first32, from + first32,
				   size32 - first32)))
		status = STATUS_ACCESS_VIOLATION;
	wow64_widen(l, wide, narrow);
	/* What was counted before: the program may have changed it since. */
	memcpy(wide + l->count64[0], &n, sizeof n);
	for (uint32_t i = 0; i < n; i++)
		wow64_widen(e, wide + first64 + i * (uint64_t)e->size64,
			    narrow + first32 + i * (uint64_t)e->size32);
	if (!status && guest_write(f->t, f->wide[a->arg], wide, size64))
		status = STATUS_ACCESS_VIOLATION;
	free(narrow);
	return status;
}

/*
 * Output structures are read as well: what the handler does not store stays as
 * it was, and a pointer that is not one is noticed before anything is done.
 */
NTSTATUS wow64_fixed_in(struct wow64_frame *f, const struct wow64_arg *a)
{
	const struct wow64_layout *l = a->layout;
	const gaddr from = f->args[a->arg];
	uint64_t n = count_of(f, a), size64;
	uint8_t one[512], *narrow, *wide;
	NTSTATUS status;
	gaddr at;

	if (!from || !n)
		return STATUS_SUCCESS;
	if (l->elem)
		return counted_in(f, a);
	if (l->size32 == 4 && a->dir == WOW64_IN && n <= SOME_WORDS)
		return words_in(f, a, n);
	if (n == 1 && a->dir == WOW64_IN)
		return wow64_copy_in(f, l, from, &f->wide[a->arg]);
	if (n > MAX_ELEMENTS)
		return STATUS_INVALID_PARAMETER;
	size64 = n * l->size64;
	narrow = one;
	if (n * (l->size32 + l->size64) > sizeof one)
		narrow = malloc(n * (l->size32 + l->size64));
	if (!narrow)
		return STATUS_NO_MEMORY;
	wide = narrow + n * l->size32;
	status = wow64_room(f, size64, &at);
	if (!status && (guest_read(f->t, narrow, from, n * l->size32) ||
			(a->dir & WOW64_OUT &&
			 guest_write(f->t, from, narrow, n * l->size32))))
		status = STATUS_ACCESS_VIOLATION;
	for (uint64_t i = 0; i < n && !status; i++) {
		wow64_widen(l, wide + i * l->size64, narrow + i * l->size32);
		if (a->dir & WOW64_IN)
			status = wow64_follow(f, l, wide + i * l->size64);
	}
	if (!status && guest_write(f->t, at, wide, size64))
		status = STATUS_ACCESS_VIOLATION;
	if (narrow != one)
		free(narrow);
	f->wide[a->arg] = at;
	return status;
}

/* Pointers that wow64_follow() has replaced stay what the program has there. */
static bool keeps(char item)
{
	return item == 'U' || item == 'S' || item == 'L' || item == 'n' ||
	       item == 'N';
}

NTSTATUS wow64_fixed_out(struct wow64_frame *f, const struct wow64_arg *a)
{
	const struct wow64_layout *l = a->layout;
	const gaddr to = f->args[a->arg];
	uint64_t n = count_of(f, a);
	uint8_t narrow[512], wide[640];

	if (!to || !f->wide[a->arg])
		return STATUS_SUCCESS;
	for (uint64_t i = 0; i < n; i++) {
		struct wow64_walk w = { .next = l->items };

		if (guest_read(f->t, wide, f->wide[a->arg] + i * l->size64,
			       l->size64))
			return STATUS_ACCESS_VIOLATION;
		wow64_narrow(l, narrow, wide);
		if (!strpbrk(l->items, "USLnN-")) {
			if (guest_write(f->t, to + i * l->size32, narrow,
					l->size32))
				return STATUS_ACCESS_VIOLATION;
			continue;
		}
		for (char c; (c = wow64_step(&w));)
			if (!keeps(c) &&
			    guest_write(f->t, to + i * l->size32 + w.at32,
					narrow + w.at32, wow64_width(c, false)))
				return STATUS_ACCESS_VIOLATION;
	}
	return STATUS_SUCCESS;
}
