/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wow64.c - calls of 32-bit programs, which every handler sees as a 64-bit
 * program's: numbers are widened, and structures that differ are made anew in
 * a few pages of guest memory behind the thread's TEBs, as Windows does on its
 * second, 64-bit stack.  What differs is in wow64.tbl and in the call's row.
 *
 * Calls of one thread do not nest, so the pages are empty at each call.  A
 * handler that does not return needs nothing back.
 */
#include "syscall-xlate/nt/wow64.h"

#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/calls.h"

extern const struct xlate_call nt_calls[];
extern const size_t nt_ncalls;

struct wow64_arg;
struct frame;

struct wow64_class {
	uint32_t class;
	const struct wow64_layout *layout[3];
};

struct wow64_arg {
	uint8_t arg, dir;
	int8_t len, count, class, ret_len; /* other arguments; -1: none */
	const struct wow64_layout *layout;
	const struct wow64_class *classes;
	unsigned nclasses;
	/* Makes args[arg] anew (done false), or stores what came (true). */
	NTSTATUS (*special)(struct frame *f, const struct wow64_arg *a,
			    bool done);
};

struct wow64_call {
	const struct wow64_arg *args;
	unsigned nargs;
};

enum { MAX_CONVERTED = 6, MAX_ELEMENTS = 1 << 16, MAX_BIG = 4 };

/* A call under way. */
struct frame {
	struct task *t;
	const uint64_t *args;	       /* as the program gave them */
	uint64_t wide[XLATE_MAX_ARGS]; /* for the handler */
	gaddr scratch, end;	       /* what is left */
	struct {
		gaddr at;
		uint64_t size;
	} big[MAX_BIG]; /* allocated for this call */
	unsigned nbig;
};

static NTSTATUS wow64_attributes(struct frame *f, const struct wow64_arg *a,
				 bool done);
static NTSTATUS wow64_hard_error(struct frame *f, const struct wow64_arg *a,
				 bool done);

#include "syscall-xlate/nt/wow64-rows.h"

/* ---- one structure --------------------------------------------------------- */

static unsigned width(char item, bool wide)
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

/*
 * Steps to the next item: its offsets in both forms.  0 at the end.
 */
struct walk {
	const char *next;
	unsigned at32, at64, end32, end64;
};

static char step(struct walk *w)
{
	for (char c; (c = *w->next++);) {
		if (c == 'a') {
			w->end32 = ROUND_UP(w->end32, 4);
			w->end64 = ROUND_UP(w->end64, 8);
		} else if (c == '-') {
			w->end64 += 4;
		} else {
			w->at32 = ROUND_UP(w->end32, width(c, false));
			w->at64 = ROUND_UP(w->end64, width(c, true));
			w->end32 = w->at32 + width(c, false);
			w->end64 = w->at64 + width(c, true);
			return c;
		}
	}
	return 0;
}

void wow64_narrow(const struct wow64_layout *l, void *dst, const void *src)
{
	struct walk w = { .next = l->items };
	uint32_t size = l->size32;

	memset(dst, 0, l->size32);
	for (char c; (c = step(&w));) {
		uint8_t *to = (uint8_t *)dst + w.at32;

		if (c == 'n' || c == 'N')
			memcpy(to, &size, sizeof size);
		else
			memcpy(to, (const uint8_t *)src + w.at64,
			       width(c, false));
	}
}

void wow64_widen(const struct wow64_layout *l, void *dst, const void *src)
{
	struct walk w = { .next = l->items };

	memset(dst, 0, l->size64);
	for (char c; (c = step(&w));) {
		const uint8_t *from = (const uint8_t *)src + w.at32;
		uint8_t *to = (uint8_t *)dst + w.at64;
		uint64_t v = 0;

		memcpy(&v, from, width(c, false));
		if (c == 'h')
			v = (uint64_t)(int64_t)(int32_t)v;
		else if (c == 'n' || c == 'N')
			v = v == l->size32 ? l->size64 : 0;
		memcpy(to, &v, width(c, true));
	}
}

/* ---- room for the handler's copies -------------------------------------- */

static NTSTATUS room(struct frame *f, uint64_t n, gaddr *at)
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
	if (f->nbig == MAX_BIG)
		return STATUS_NO_MEMORY;
	status = vm_alloc(at, &size, 0, 0, MEM_RESERVE | MEM_COMMIT, 4);
	if (NT_SUCCESS(status)) {
		f->big[f->nbig].at = *at;
		f->big[f->nbig++].size = size;
	}
	return status;
}

static void free_big(struct frame *f)
{
	while (f->nbig) {
		uint64_t size = 0;

		vm_free(&f->big[--f->nbig].at, &size, MEM_RELEASE);
	}
}

/* A copy of the structure at at (0: none) for the handler; input only. */
static NTSTATUS copy_in(struct frame *f, const struct wow64_layout *l, gaddr at,
			uint64_t *to);

/* What input pointers of a widened structure point to. */
static NTSTATUS follow(struct frame *f, const struct wow64_layout *l,
		       uint8_t *wide)
{
	struct walk w = { .next = l->items };
	uint64_t kind = 0, v;
	NTSTATUS status = STATUS_SUCCESS;

	for (char c; !status && (c = step(&w));) {
		const struct wow64_layout *to = NULL;

		memcpy(&v, wide + w.at64, width(c, true));
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
			if ((kind & 0xff) != NODE && (kind & 0xff) != ATTRIBUTES)
				v = (uint32_t)v;
		}
		kind = v;
		if (to)
			status = copy_in(f, to, v, &v);
		if (to || c == 'L')
			memcpy(wide + w.at64, &v, sizeof v);
	}
	return status;
}

static bool is_self_relative(const uint8_t *sd)
{
	return sd[3] & 0x80;
}

static NTSTATUS copy_in(struct frame *f, const struct wow64_layout *l, gaddr at,
			uint64_t *to)
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
	status = follow(f, l, wide);
	if (!status)
		status = room(f, l->size64, to);
	if (!status && guest_write(f->t, *to, wide, l->size64))
		status = STATUS_ACCESS_VIOLATION;
	return status;
}

/* ---- fixed structures and arrays ---------------------------------------- */

static uint64_t count_of(struct frame *f, const struct wow64_arg *a)
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

/* A handle or a SIZE_T alone, what most calls have: without the machinery. */
static bool is_word(const struct wow64_layout *l, const struct wow64_arg *a)
{
	return l->size32 == 4 && a->count < 0;
}

static NTSTATUS word_in(struct frame *f, const struct wow64_arg *a)
{
	const gaddr from = f->args[a->arg];
	const bool is_handle = a->layout->items[0] == 'h';
	uint32_t v;
	NTSTATUS status;

	if (guest_get32(f->t, &v, from) ||
	    (a->dir & WOW64_OUT && guest_put32(f->t, from, v)))
		return STATUS_ACCESS_VIOLATION;
	status = room(f, 8, &f->wide[a->arg]);
	if (!status &&
	    guest_put64(f->t, f->wide[a->arg],
			is_handle ? (uint64_t)(int64_t)(int32_t)v : v))
		status = STATUS_ACCESS_VIOLATION;
	return status;
}

static NTSTATUS word_out(struct frame *f, const struct wow64_arg *a)
{
	uint32_t v;

	/* The lower half comes first. */
	return guest_get32(f->t, &v, f->wide[a->arg]) ||
			       guest_put32(f->t, f->args[a->arg], v)
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

/*
 * Output structures are read as well: what the handler does not store stays as
 * it was, and a pointer that is not one is noticed before anything is done.
 */
static NTSTATUS fixed_in(struct frame *f, const struct wow64_arg *a)
{
	const struct wow64_layout *l = a->layout;
	const gaddr from = f->args[a->arg];
	uint64_t n = count_of(f, a), size64;
	uint8_t one[512], *narrow, *wide;
	NTSTATUS status;
	gaddr at;

	if (!from || !n)
		return STATUS_SUCCESS;
	if (is_word(l, a))
		return word_in(f, a);
	if (n == 1 && l->elem == NULL && a->dir == WOW64_IN)
		return copy_in(f, l, from, &f->wide[a->arg]);
	if (n > MAX_ELEMENTS)
		return STATUS_INVALID_PARAMETER;
	size64 = n * l->size64;
	narrow = one;
	if (n * (l->size32 + l->size64) > sizeof one)
		narrow = malloc(n * (l->size32 + l->size64));
	if (!narrow)
		return STATUS_NO_MEMORY;
	wide = narrow + n * l->size32;
	status = room(f, size64, &at);
	if (!status && (guest_read(f->t, narrow, from, n * l->size32) ||
			(a->dir & WOW64_OUT &&
			 guest_write(f->t, from, narrow, n * l->size32))))
		status = STATUS_ACCESS_VIOLATION;
	for (uint64_t i = 0; i < n && !status; i++) {
		wow64_widen(l, wide + i * l->size64, narrow + i * l->size32);
		if (a->dir & WOW64_IN)
			status = follow(f, l, wide + i * l->size64);
	}
	if (!status && guest_write(f->t, at, wide, size64))
		status = STATUS_ACCESS_VIOLATION;
	if (narrow != one)
		free(narrow);
	f->wide[a->arg] = at;
	return status;
}

/* Pointers that follow() has replaced stay what the program has there. */
static bool keeps(char item)
{
	return item == 'U' || item == 'S' || item == 'L' || item == 'n' || item == 'N';
}

static NTSTATUS fixed_out(struct frame *f, const struct wow64_arg *a)
{
	const struct wow64_layout *l = a->layout;
	const gaddr to = f->args[a->arg];
	uint64_t n = count_of(f, a);
	uint8_t narrow[512], wide[640];

	if (!to || !f->wide[a->arg])
		return STATUS_SUCCESS;
	if (is_word(l, a))
		return word_out(f, a);
	for (uint64_t i = 0; i < n; i++) {
		struct walk w = { .next = l->items };

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
		for (char c; (c = step(&w));)
			if (!keeps(c) &&
			    guest_write(f->t, to + i * l->size32 + w.at32,
					narrow + w.at32, width(c, false)))
				return STATUS_ACCESS_VIOLATION;
	}
	return STATUS_SUCCESS;
}

/* ---- structures by class, with a length ----------------------------------- */

static const struct wow64_layout *layout_of(struct frame *f,
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

static uint64_t elements(const struct wow64_layout *l, int count_at,
			 const uint8_t *head, uint64_t room, uint64_t size)
{
	uint32_t n;

	if (!l->elem)
		return 0;
	if (count_at < 0)
		return room / size;
	memcpy(&n, head + count_at, sizeof n);
	return MIN((uint64_t)n, room / size);
}

static NTSTATUS class_in(struct frame *f, const struct wow64_arg *a,
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
		struct walk w = { .next = l->items };

		while (step(&w))
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
		status = follow(f, l, wide);
	if (!status)
		status = room(f, size64, &f->wide[a->arg]);
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
};

/* Pointers into [from64, end64) of the buffer point into the narrow one. */
static void relocate(struct answer *w, const struct wow64_layout *l,
		     uint64_t head32, uint64_t head64, uint64_t from32,
		     uint64_t from64, uint64_t end64)
{
	struct walk s = { .next = l->items };

	for (char c; (c = step(&s));) {
		uint64_t v;
		uint32_t to;

		if (c != 'p')
			continue;
		memcpy(&v, w->wide + head64 + s.at64, sizeof v);
		if (v < w->at64 + from64 || v > w->at64 + end64)
			continue;
		to = (uint32_t)(w->at32 + from32 + (v - w->at64 - from64));
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
	uint64_t n = 0, first32 = at32 + l->size32, first64 = at64 + l->size64;
	uint64_t tail = 0;

	wow64_narrow(l, w->narrow + at32, w->wide + at64);
	if (e) {
		first32 = ROUND_UP(first32, e->align32);
		first64 = ROUND_UP(first64, e->align64);
		if (first64 < end64 && l->flags & WOW64_UNTIL_ZERO)
			n = until_zero(e, w->wide + first64,
				       (end64 - first64) / e->size64);
		else if (first64 < end64)
			n = elements(l, l->count64, w->wide + at64,
				     end64 - first64, e->size64);
		for (uint64_t i = 0; i < n; i++)
			wow64_narrow(e, w->narrow + first32 + i * e->size32,
				     w->wide + first64 + i * e->size64);
	}
	if (!n && !(l->flags & WOW64_TAIL))
		return at32 + l->size32;
	{
		const uint64_t tail32 = first32 + (e ? n * e->size32 : 0);
		const uint64_t tail64 = first64 + (e ? n * e->size64 : 0);

		if (l->flags & WOW64_TAIL && end64 > tail64) {
			tail = end64 - tail64;
			memcpy(w->narrow + tail32, w->wide + tail64, tail);
			relocate(w, l, at32, at64, tail32, tail64, end64);
			for (uint64_t i = 0; i < n; i++)
				relocate(w, e, first32 + i * e->size32,
					 first64 + i * e->size64, tail32,
					 tail64, end64);
		}
		return tail32 + tail;
	}
}

static void narrow_answer(struct answer *w)
{
	uint64_t at64 = 0, end64;
	uint32_t next;

	w->n32 = 0;
	if (!(w->l->flags & WOW64_LIST)) {
		w->n32 = narrow_record(w, 0, 0, w->n64);
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
static NTSTATUS run_with(struct frame *f, const struct wow64_arg *a,
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
static NTSTATUS class_out(struct frame *f, const struct wow64_arg *a,
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

	status = room(f, 8, &ret_at);
	/* How many elements there are is known only when they are here. */
	if (!fixed && !(l->flags & WOW64_INPUT))
		len64 = MAX(len64 * 2, 0x1000);
	if (l->elem && l->flags & WOW64_INPUT)
		len64 = len / l->elem->size32 * l->elem->size64;
	for (int tries = 0; tries < 3 && !status; tries++) {
		status = room(f, len64, &w.at64);
		if (status)
			break;
		f->wide[a->arg] = w.at64;
		if (l->flags & WOW64_INPUT && to) {
			status = class_in(f, a, l);
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
			guest_put32(f->t, ret_to,
				    (uint32_t)(fixed && ret >= l->size64
						       ? ret - l->size64 +
								 l->size32
						       : ret));
		return status;
	}
	w.n64 = a->ret_len >= 0 && ret && ret <= len64 ? ret : len64;
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

/* ---- those that are not plain ---------------------------------------------- */

/*
 * PS_ATTRIBUTE_LIST: a size, then four words per attribute, of which two are
 * pointers.  What those lead to is converted where its form differs.
 */
static NTSTATUS wow64_attributes(struct frame *f, const struct wow64_arg *a,
				 bool done)
{
	enum {
		CLIENT_ID = 3,
		TEB_ADDRESS = 4,
		IMAGE_INFO = 6,
		HANDLE_LIST = 11,
		JOB_LIST = 19,
		MAX = 32,
	};
	static const struct {
		uint16_t number;
		bool out, list;
		const struct wow64_layout *layout;
	} kinds[] = {
		{ 0, false, false, NULL }, /* parent: a handle by value */
		{ CLIENT_ID, true, false, &wow64_client_id },
		{ TEB_ADDRESS, true, false, &wow64_ptr },
		{ IMAGE_INFO, true, false, &wow64_image_information },
		{ HANDLE_LIST, false, true, &wow64_handle },
		{ JOB_LIST, false, true, &wow64_handle },
	};
	const gaddr from = f->args[a->arg];
	uint64_t list[1 + 4 * MAX], at = f->wide[a->arg];
	uint32_t narrow[1 + 4 * MAX], n;
	NTSTATUS status = STATUS_SUCCESS;

	if (!from)
		return STATUS_SUCCESS;
	if (guest_get32(f->t, &n, from))
		return STATUS_ACCESS_VIOLATION;
	if (n < 4 || (n - 4) % 16 || (n - 4) / 16 > MAX)
		return STATUS_INVALID_PARAMETER;
	n = (n - 4) / 16;
	if (guest_read(f->t, narrow, from, 4 + 16 * n))
		return STATUS_ACCESS_VIOLATION;
	if (!done) {
		status = room(f, 8 + 32 * n, &at);
		f->wide[a->arg] = at;
	} else if (guest_read(f->t, list, at, 8 + 32 * n)) {
		return STATUS_ACCESS_VIOLATION;
	}
	list[0] = 8 + 32 * n;
	for (uint32_t i = 0; i < n && !status; i++) {
		uint64_t *to = list + 1 + 4 * i;
		const uint32_t *v = narrow + 1 + 4 * i;
		struct wow64_arg value = { .count = -1 };
		uint64_t count;

		if (!done) {
			for (unsigned k = 0; k < 4; k++)
				to[k] = v[k];
			if ((v[0] & 0xffff) == 0)
				to[2] = (uint64_t)(int64_t)(int32_t)v[2];
		}
		for (unsigned k = 1; k < COUNT_OF(kinds); k++) {
			if (kinds[k].number == (v[0] & 0xffff)) {
				value.layout = kinds[k].layout;
				value.dir = kinds[k].out ? WOW64_OUT : WOW64_IN;
			}
		}
		if (!value.layout)
			continue;
		count = v[1] / value.layout->size32;
		if (!done) {
			/* As an argument of its own. */
			const uint64_t args[2] = { v[2], count };
			struct frame sub = *f;

			value.arg = 0;
			value.count = 1;
			sub.args = args;
			status = fixed_in(&sub, &value);
			f->scratch = sub.scratch;
			memcpy(f->big, sub.big, sizeof f->big);
			f->nbig = sub.nbig;
			to[1] = count * value.layout->size64;
			to[2] = count && v[2] ? sub.wide[0] : 0;
		} else if (value.dir == WOW64_OUT) {
			const uint64_t args[2] = { v[2], count };
			struct frame sub = *f;
			uint32_t stored = count ? value.layout->size32 : 0;

			value.count = 1;
			sub.args = args;
			sub.wide[0] = to[2];
			status = fixed_out(&sub, &value);
			if (v[3] && guest_put32(f->t, v[3], stored))
				status = STATUS_ACCESS_VIOLATION;
		}
	}
	if (!done && !status && guest_write(f->t, at, list, 8 + 32 * n))
		status = STATUS_ACCESS_VIOLATION;
	return status;
}

/* NtRaiseHardError: bit i of the mask says that parameter i is a string. */
static NTSTATUS wow64_hard_error(struct frame *f, const struct wow64_arg *a,
				 bool done)
{
	enum { COUNT = 1, MASK = 2, MAX = 5 };
	const uint32_t n = (uint32_t)f->args[COUNT];
	uint32_t narrow[MAX];
	uint64_t wide[MAX];
	NTSTATUS status = STATUS_SUCCESS;

	if (done || !f->args[a->arg])
		return STATUS_SUCCESS;
	if (n > MAX)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(f->t, narrow, f->args[a->arg], n * sizeof *narrow))
		return STATUS_ACCESS_VIOLATION;
	for (uint32_t i = 0; i < n && !status; i++) {
		wide[i] = narrow[i];
		if (f->args[MASK] >> i & 1)
			status = copy_in(f, &wow64_ustr, narrow[i], &wide[i]);
	}
	if (!status)
		status = room(f, sizeof wide, &f->wide[a->arg]);
	if (!status &&
	    guest_write(f->t, f->wide[a->arg], wide, n * sizeof *wide))
		status = STATUS_ACCESS_VIOLATION;
	return status;
}

/* ---- a call ------------------------------------------------------------- */

static int64_t wow64_run(struct task *t, const uint64_t *args)
{
	const uint32_t nr = (uint32_t)t->regs->rax;
	const struct wow64_call *c = &wow64_calls[nr];
	const struct xlate_call *call = &nt_calls[nr];
	struct frame f;
	const struct wow64_layout *l, *out_layout = NULL;
	const struct wow64_arg *out = NULL; /* the one with a class */
	NTSTATUS status = STATUS_SUCCESS, err = STATUS_SUCCESS;

	f.t = t;
	f.args = args;
	f.nbig = 0;
	f.scratch = nt_thread(t)->scratch;
	f.end = f.scratch + WOW64_SCRATCH;
	memcpy(f.wide, args, call->nargs * sizeof *args);
	for (unsigned i = 0; i < c->nargs && !status; i++) {
		const struct wow64_arg *a = &c->args[i];

		if (a->special) {
			status = a->special(&f, a, false);
		} else if (a->len < 0) {
			status = fixed_in(&f, a);
		} else if ((l = layout_of(&f, a))) {
			if (a->dir & WOW64_OUT) {
				out = a;
				out_layout = l;
			} else {
				status = class_in(&f, a, l);
			}
		}
	}
	if (status) {
		free_big(&f);
		return status;
	}
	status = out ? class_out(&f, out, out_layout, call)
		     : (NTSTATUS)xlate_run(call)(t, f.wide);
	for (unsigned i = 0; i < c->nargs && !err; i++) {
		const struct wow64_arg *a = &c->args[i];

		/* Done with the buffer it is about. */
		if (out && a->arg == out->ret_len)
			continue;
		if (a->special)
			err = a->special(&f, a, true);
		else if (a->len < 0 && a->dir & WOW64_OUT)
			err = fixed_out(&f, a);
	}
	free_big(&f);
	return err && NT_SUCCESS(status) ? err : status;
}

/*
 * Rows of calls with something to convert lead to wow64_run(); made at the
 * first use of each, all of them alike.
 */
const struct xlate_call *wow64_find_call(uint32_t nr)
{
	static struct xlate_call rows[COUNT_OF(wow64_calls)];
	const struct xlate_call *call = &nt_calls[nr];
	struct xlate_call *row;

	if (nr >= COUNT_OF(wow64_calls) || !wow64_calls[nr].args)
		return call;
	row = &rows[nr];
	if (!__atomic_load_n(&row->run, __ATOMIC_ACQUIRE))
		xlate_copy(row, call, wow64_run);
	return row;
}

int wow64_fetch_args(struct task *t, const struct guest_regs *regs,
		     const struct xlate_call *call, uint64_t *args)
{
	/* Behind the return address; "int 2Eh" has their address in edx. */
	gaddr at = regs->kind == REGS_CALL32 ? regs->rsp + 4
					     : (uint32_t)regs->rdx;
	const unsigned n = call->nargs;
	uint64_t two;

	for (unsigned i = 0; i + 1 < n; i += 2, at += 8) {
		if (guest_get64(t, &two, at))
			return -1;
		args[i] = (uint32_t)two;
		args[i + 1] = two >> 32;
	}
	if (n % 2) {
		uint32_t one;

		if (guest_get32(t, &one, at))
			return -1;
		args[n - 1] = one;
	}
	for (uint32_t h = call->handles; h; h &= h - 1) {
		unsigned i = (unsigned)__builtin_ctz(h);

		args[i] = (uint64_t)(int64_t)(int32_t)args[i];
	}
	return 0;
}
