/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wow64-info.c - buffers with a length whose layout depends on a class: what
 * NtQueryInformation... and NtSetInformation... take.  How much room the
 * 64-bit form needs may be known only when it is there.
 */
#include "syscall-xlate/nt/wow64-args.h"

#include <stdlib.h>
#include <string.h>

const struct wow64_layout *wow64_layout_of(struct wow64_frame *f,
					   const struct wow64_arg *a)
{
	uint32_t len = (uint32_t)f->args[a->len];

	if (a->layout)
		return a->layout;
	for (unsigned i = 0; i < a->nclasses; i++) {
		const struct wow64_class *c = &a->classes[i];

		if (c->class != (uint32_t)f->args[a->class])
			continue;
		for (unsigned k = 1; k < COUNT_OF(c->layout) && c->layout[k];
		     k++)
			if (c->layout[k]->size32 == len)
				return c->layout[k];
		return c->layout[0];
	}
	return NULL;
}

static bool is_fixed(const struct wow64_layout *l)
{
	return !l->elem && !(l->flags & (WOW64_TAIL | WOW64_LIST));
}

/* The length that is to a 64-bit structure what len is to a 32-bit one. */
static uint64_t length64(const struct wow64_layout *l, uint64_t len)
{
	if (len >= l->size32)
		return len - l->size32 + l->size64;
	return len * l->size64 / l->size32;
}

/* How many there are; counts: where the head counts them. */
static uint64_t elements(const struct wow64_layout *l, const int16_t counts[2],
			 const uint8_t *head, uint64_t room, uint64_t size)
{
	uint64_t all = 0;
	uint32_t n;

	if (!l->elem)
		return 0;
	if (counts[0] < 0)
		return room / size;
	for (unsigned i = 0; i < 2 && counts[i] >= 0; i++) {
		memcpy(&n, head + counts[i], sizeof n);
		all += n;
	}
	return MIN(all, room / size);
}

NTSTATUS wow64_class_in(struct wow64_frame *f, const struct wow64_arg *a,
			const struct wow64_layout *l)
{
	const gaddr from = f->args[a->arg];
	const uint64_t len = (uint32_t)f->args[a->len];
	uint64_t n, first32, first64, size64, used32;
	uint8_t *narrow, *wide;
	NTSTATUS status = STATUS_SUCCESS;

	if (!from)
		return STATUS_SUCCESS;
	if (len > 16 << 20)
		return STATUS_INVALID_PARAMETER;
	narrow = malloc(3 * len + 3 * (uint64_t)l->size64 + 64);
	if (!narrow)
		return STATUS_NO_MEMORY;
	wide = narrow + len + l->size32;
	memset(narrow, 0, len + l->size32);
	if (guest_read(f->t, narrow, from, len))
		status = STATUS_ACCESS_VIOLATION;
	wow64_widen(l, wide, narrow);
	first32 = l->elem ? ROUND_UP(l->size32, l->elem->align32) : l->size32;
	first64 = l->elem ? ROUND_UP(l->size64, l->elem->align64) : l->size64;
	n = len > first32 && l->elem ? elements(l, l->count32, narrow,
						len - first32, l->elem->size32)
				     : 0;
	for (uint64_t i = 0; i < n; i++)
		wow64_widen(l->elem, wide + first64 + i * l->elem->size64,
			    narrow + first32 + i * l->elem->size32);
	used32 = n ? first32 + n * l->elem->size32 : l->size32;
	size64 = n ? first64 + n * l->elem->size64 : l->size64;
	if (l->flags & WOW64_TAIL && !l->elem) {
		/* At once behind the last item (FILE_RENAME_INFORMATION). */
		struct wow64_walk w = { .next = l->items };

		while (wow64_step(&w))
			;
		used32 = w.end32;
		size64 = w.end64;
	}
	if (len > used32) {
		memcpy(wide + size64, narrow + used32, len - used32);
		size64 += len - used32;
	} else if (len < used32) {
		size64 = length64(l, len);
	}
	if (!status)
		status = wow64_follow(f, l, wide);
	if (!status)
		status = wow64_room(f, size64, &f->wide[a->arg]);
	if (!status && guest_write(f->t, f->wide[a->arg], wide, size64))
		status = STATUS_ACCESS_VIOLATION;
	f->wide[a->len] = size64;
	free(narrow);
	return status;
}

/* A buffer of output, while it is made narrow. */
struct answer {
	const struct wow64_layout *l;
	gaddr at32, at64;
	const uint8_t *wide;
	uint8_t *narrow;
	uint64_t n32, n64;
	/* Of a record: its elements, and what is behind them. */
	uint64_t first32, first64, tail32, tail64, end64;
};

/* Where in the narrow head is what the wide one has at at64?  False: nothing. */
static bool in_head(const struct wow64_layout *l, uint64_t at64, uint64_t *at32)
{
	struct wow64_walk s = { .next = l->items };

	while (wow64_step(&s))
		if (s.at64 == at64) {
			*at32 = s.at32;
			return true;
		}
	return false;
}

/*
 * Pointers behind the head of a record, or from one item of it to another, point
 * into the narrow one.
 */
static void relocate(struct answer *w, const struct wow64_layout *l,
		     uint64_t head32, uint64_t head64)
{
	struct wow64_walk s = { .next = l->items };

	for (char c; (c = wow64_step(&s));) {
		uint64_t v;
		uint32_t to;

		if (c != 'p')
			continue;
		memcpy(&v, w->wide + head64 + s.at64, sizeof v);
		v -= w->at64;
		if (v >= w->tail64 && v <= w->end64)
			v = w->tail32 + (v - w->tail64);
		else if (v >= w->first64 && v < w->tail64)
			v = w->first32 + (v - w->first64) /
						 w->l->elem->size64 *
						 w->l->elem->size32;
		else if (v >= head64 && in_head(l, v - head64, &v))
			v += head32;
		else
			continue;
		to = (uint32_t)(w->at32 + v);
		memcpy(w->narrow + head32 + s.at32, &to, sizeof to);
	}
}

static uint64_t until_zero(const struct wow64_layout *e, const uint8_t *at,
			   uint64_t room)
{
	static const uint8_t zero[64];
	uint64_t n = 0;

	while (n < room && memcmp(at + n * e->size64, zero, e->size64))
		n++;
	return MIN(n + 1, room);
}

/* One record, at at64 of the wide buffer, which ends at end64. */
static uint64_t narrow_record(struct answer *w, uint64_t at32, uint64_t at64,
			      uint64_t end64)
{
	const struct wow64_layout *l = w->l, *e = l->elem;
	uint64_t n = 0, tail;

	wow64_narrow(l, w->narrow + at32, w->wide + at64);
	w->first32 = w->tail32 = at32 + l->size32;
	w->first64 = w->tail64 = at64 + l->size64;
	w->end64 = end64;
	if (e) {
		w->first32 = ROUND_UP(w->first32, e->align32);
		w->first64 = ROUND_UP(w->first64, e->align64);
		if (w->first64 < end64 && l->flags & WOW64_UNTIL_ZERO)
			n = until_zero(e, w->wide + w->first64,
				       (end64 - w->first64) / e->size64);
		else if (w->first64 < end64)
			n = elements(l, l->count64, w->wide + at64,
				     end64 - w->first64, e->size64);
		for (uint64_t i = 0; i < n; i++)
			wow64_narrow(e,
				     w->narrow + w->first32 + i * e->size32,
				     w->wide + w->first64 + i * e->size64);
		w->tail32 = w->first32 + n * e->size32;
		w->tail64 = w->first64 + n * e->size64;
	}
	if (!n && !(l->flags & WOW64_TAIL))
		return at32 + l->size32;
	if (!(l->flags & WOW64_TAIL) || end64 <= w->tail64)
		return w->tail32;
	tail = end64 - w->tail64;
	memcpy(w->narrow + w->tail32, w->wide + w->tail64, tail);
	relocate(w, l, at32, at64);
	for (uint64_t i = 0; i < n; i++)
		relocate(w, e, w->first32 + i * e->size32,
			 w->first64 + i * e->size64);
	return w->tail32 + tail;
}

/* The items that lie whole in n64 bytes, which an older structure has. */
static uint64_t part32(const struct wow64_layout *l, uint64_t n64)
{
	struct wow64_walk s = { .next = l->items };
	uint64_t n32 = 0;

	while (wow64_step(&s) && s.end64 <= n64)
		n32 = s.end32;
	return n32;
}

static void narrow_answer(struct answer *w)
{
	uint64_t at64 = 0, end64;
	uint32_t next;

	w->n32 = 0;
	if (!(w->l->flags & WOW64_LIST)) {
		w->n32 = narrow_record(w, 0, 0, w->n64);
		if (w->n64 < w->l->size64)
			w->n32 = part32(w->l, w->n64);
		return;
	}
	while (w->n64 - at64 >= w->l->size64) {
		uint64_t at32 = w->n32;

		memcpy(&next, w->wide + at64, sizeof next);
		end64 = next && next <= w->n64 - at64 ? at64 + next : w->n64;
		w->n32 = narrow_record(w, at32, at64, end64);
		if (!next)
			break;
		w->n32 = ROUND_UP(w->n32, 8);
		next = (uint32_t)(w->n32 - at32);
		memcpy(w->narrow + at32, &next, sizeof next);
		at64 = end64;
	}
}

static bool too_small(NTSTATUS s)
{
	return s == STATUS_INFO_LENGTH_MISMATCH ||
	       s == STATUS_BUFFER_TOO_SMALL || s == STATUS_BUFFER_OVERFLOW;
}

/* The handler, with a buffer of len64 bytes for argument a. */
static NTSTATUS run_with(struct wow64_frame *f, const struct wow64_arg *a,
			 const struct xlate_call *call, uint64_t len64,
			 gaddr ret_at, uint64_t *ret)
{
	NTSTATUS status;

	*ret = 0;
	f->wide[a->len] = len64;
	if (a->ret_len >= 0) {
		f->wide[a->ret_len] = ret_at;
		guest_put64(f->t, ret_at, 0);
	}
	status = (NTSTATUS)xlate_run(call)(f->t, f->wide);
	if (a->ret_len >= 0)
		guest_get64(f->t, ret, ret_at);
	return status;
}

/* Stores what came, and how much of it: NTSTATUS of the whole call. */
NTSTATUS wow64_class_out(struct wow64_frame *f, const struct wow64_arg *a,
			 const struct wow64_layout *l,
			 const struct xlate_call *call)
{
	const uint64_t len = (uint32_t)f->args[a->len];
	const gaddr to = f->args[a->arg];
	const gaddr ret_to = a->ret_len >= 0 ? f->args[a->ret_len] : 0;
	struct answer w = { .l = l, .at32 = to };
	uint8_t small[512];
	uint64_t len64 = length64(l, len), ret, max;
	bool fixed = is_fixed(l);
	NTSTATUS status;
	gaddr ret_at;

	status = wow64_room(f, 8, &ret_at);
	/* How many elements there are is known only when they are here. */
	if (!fixed && !(l->flags & WOW64_INPUT))
		len64 = MAX(len64 * 2, 0x1000);
	if (l->elem && l->flags & WOW64_INPUT)
		len64 = len / l->elem->size32 * l->elem->size64;
	for (int tries = 0; tries < 3 && !status; tries++) {
		status = wow64_room(f, len64, &w.at64);
		if (status)
			break;
		f->wide[a->arg] = w.at64;
		if (l->flags & WOW64_INPUT && to) {
			status = wow64_class_in(f, a, l);
			if (status)
				break;
			w.at64 = f->wide[a->arg];
		}
		status = run_with(f, a, call, len64, ret_at, &ret);
		if (fixed || !too_small(status) || ret <= len64)
			break;
		len64 = ROUND_UP(ret, 0x1000) + 0x1000;
		status = STATUS_SUCCESS;
	}
	if (!NT_SUCCESS(status)) {
		/* Of a size that does not depend on the contents. */
		if (too_small(status) && ret_to && ret)
			guest_put32(
				f->t, ret_to,
				(uint32_t)(fixed && ret >= l->size64
						   ? ret - l->size64 + l->size32
						   : ret));
		return status;
	}
	/* Nothing at all may have come: an empty list. */
	w.n64 = a->ret_len >= 0 && (ret || !fixed) && ret <= len64 ? ret
								   : len64;
	if (fixed)
		w.n64 = MIN(w.n64, MAX(len64, l->size64));
	max = w.n64 + l->size64 + 64;
	w.narrow = 2 * max <= sizeof small ? memset(small, 0, 2 * max)
					   : calloc(2, max);
	if (!w.narrow)
		return STATUS_NO_MEMORY;
	w.wide = w.narrow + max;
	if (guest_read(f->t, w.narrow + max, w.at64, MIN(w.n64, len64)))
		status = STATUS_ACCESS_VIOLATION;
	narrow_answer(&w);
	if (NT_SUCCESS(status) && w.n32 > len && !fixed) {
		/* As the handler itself would say it. */
		f->wide[a->len] = len < l->size32 ? len : w.n64 - (w.n32 - len);
		status = (NTSTATUS)xlate_run(call)(f->t, f->wide);
		if (NT_SUCCESS(status))
			status = STATUS_INFO_LENGTH_MISMATCH;
	} else if (NT_SUCCESS(status) &&
		   guest_write(f->t, to, w.narrow, MIN(w.n32, len))) {
		status = STATUS_ACCESS_VIOLATION;
	}
	if (ret_to && status != STATUS_ACCESS_VIOLATION &&
	    guest_put32(f->t, ret_to, (uint32_t)w.n32))
		status = STATUS_ACCESS_VIOLATION;
	if (w.narrow != small)
		free(w.narrow);
	return status;
}
