/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vad.c - the book of the process's address space: a treap of allocations.
 *
 * Every node knows the largest hole inside its subtree, which makes "lowest
 * (highest) hole of that size" a walk down the tree.  Holes count from the
 * next 64 KB boundary, for nothing may begin elsewhere.
 */
#include "syscall-xlate/nt/vad.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

pthread_mutex_t vm_lock = PTHREAD_MUTEX_INITIALIZER;

static struct vad *root;
static struct vad *spare; /* freed nodes, linked by right */

/* ---- the tree ------------------------------------------------------- */

static inline uint64_t hole(gaddr end, gaddr start)
{
	end = ROUND_UP(end, VM_GRANULARITY);
	return start > end ? start - end : 0;
}

static inline void update(struct vad *v)
{
	struct vad *l = v->left, *r = v->right;
	uint64_t h = 0, n;

	v->sub_start = v->start;
	v->sub_end = v->end;
	if (l) {
		v->sub_start = l->sub_start;
		h = l->sub_hole;
		n = hole(l->sub_end, v->start);
		h = MAX(h, n);
	}
	if (r) {
		v->sub_end = r->sub_end;
		h = MAX(h, r->sub_hole);
		n = hole(v->end, r->sub_start);
		h = MAX(h, n);
	}
	v->sub_hole = h;
}

/* All that starts below at goes to *l, the rest to *r. */
static void split(struct vad *v, gaddr at, struct vad **l, struct vad **r)
{
	if (!v) {
		*l = *r = NULL;
		return;
	}
	if (v->start < at) {
		split(v->right, at, &v->right, r);
		*l = v;
	} else {
		split(v->left, at, l, &v->left);
		*r = v;
	}
	update(v);
}

static struct vad *merge(struct vad *l, struct vad *r)
{
	if (!l)
		return r;
	if (!r)
		return l;
	if (l->priority > r->priority) {
		l->right = merge(l->right, r);
		update(l);
		return l;
	}
	r->left = merge(l, r->left);
	update(r);
	return r;
}

static struct vad *insert(struct vad *v, struct vad *new)
{
	if (!v || new->priority > v->priority) {
		split(v, new->start, &new->left, &new->right);
		update(new);
		return new;
	}
	if (new->start < v->start)
		v->left = insert(v->left, new);
	else
		v->right = insert(v->right, new);
	update(v);
	return v;
}

static struct vad *take_out(struct vad *v, struct vad *old)
{
	if (v == old)
		return merge(v->left, v->right);
	if (old->start < v->start)
		v->left = take_out(v->left, old);
	else
		v->right = take_out(v->right, old);
	update(v);
	return v;
}

/* v's start or end has changed in place (it still lies between the same
   neighbours): bring the sums on the way to it up to date. */
static void refresh(struct vad *at, struct vad *v)
{
	if (at != v)
		refresh(v->start < at->start ? at->left : at->right, v);
	update(at);
}

static uint32_t random32(void)
{
	static uint32_t x = 2463534242u; /* xorshift; under vm_lock */

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static struct vad *node_new(void)
{
	struct vad *v = spare;

	if (v) {
		spare = v->right;
		memset(v, 0, sizeof *v);
	} else {
		v = calloc(1, sizeof *v);
	}
	return v;
}

struct vad *vad_add(gaddr start, gaddr end, uint32_t type, uint16_t prot,
		    uint16_t state)
{
	struct vad *v = node_new();

	if (!v)
		return NULL;
	v->priority = random32();
	v->start = start;
	v->end = end;
	v->type = type;
	v->prot = prot;
	v->one = state;
	v->runs = &v->one;
	v->nruns = v->cap = 1;
	root = insert(root, v);
	return v;
}

void vad_remove(struct vad *v)
{
	struct object *section = v->section;

	root = take_out(root, v);
	if (v->runs != &v->one)
		free(v->runs);
	free(v->nt_path);
	if (v->dirty)
		munmap(v->dirty, (v->end - v->start) / PAGE / 8 + 1);
	v->right = spare;
	spare = v;
	if (section)
		object_put(section);
}

struct vad *vad_find(gaddr at)
{
	struct vad *v = root;

	while (v) {
		if (at < v->start)
			v = v->left;
		else if (at >= v->end)
			v = v->right;
		else
			return v;
	}
	return NULL;
}

struct vad *vad_next(gaddr at)
{
	struct vad *v = root, *best = NULL;

	while (v) {
		if (at < v->end) {
			best = v;
			v = v->left;
		} else {
			v = v->right;
		}
	}
	return best;
}

bool vad_range_free(gaddr start, gaddr end)
{
	struct vad *v = vad_next(start);

	return !v || v->start >= end;
}

static void each(struct vad *v, void (*f)(struct vad *v, void *arg), void *arg)
{
	if (!v)
		return;
	each(v->left, f, arg);
	f(v, arg);
	each(v->right, f, arg);
}

void vad_each(void (*f)(struct vad *v, void *arg), void *arg)
{
	each(root, f, arg);
}

/* ---- holes ---------------------------------------------------------- */

struct wish {
	gaddr low, high;
	uint64_t size, align;
	bool top;
};

/* Free space is [from, to): does the wish fit? */
static gaddr fit(const struct wish *w, gaddr from, gaddr to)
{
	gaddr at;

	from = MAX(from, w->low);
	to = MIN(to, w->high);
	if (from >= to || to - from < w->size)
		return 0;
	if (w->top) {
		at = ROUND_DOWN(to - w->size, w->align);
		return at >= from ? at : 0;
	}
	at = ROUND_UP(from, w->align);
	return at >= from && at < to && to - at >= w->size ? at : 0;
}

/* v's subtree lies in [from, to), which holds nothing else. */
static gaddr search(const struct wish *w, const struct vad *v, gaddr from,
		    gaddr to)
{
	gaddr end, at;

	if (to <= w->low || from >= w->high)
		return 0;
	if (!v)
		return fit(w, from, to);
	if (v->sub_hole < w->size && hole(from, v->sub_start) < w->size &&
	    hole(v->sub_end, to) < w->size)
		return 0;
	end = ROUND_UP(v->end, VM_GRANULARITY);
	if (w->top) {
		at = search(w, v->right, end, to);
		return at ? at : search(w, v->left, from, v->start);
	}
	at = search(w, v->left, from, v->start);
	return at ? at : search(w, v->right, end, to);
}

gaddr vad_hole(gaddr low, gaddr high, uint64_t size, uint64_t align, bool top)
{
	struct wish w = { low, high, size, MAX(align, VM_GRANULARITY), top };

	return search(&w, root, 0, UINT64_MAX & ~(VM_GRANULARITY - 1));
}

/* ---- runs ----------------------------------------------------------- */

/* A run is page number within the vad << 16 | state. */
static inline uint64_t run_page(uint64_t run)
{
	return run >> 16;
}

/* Index of the run that holds the page. */
static uint32_t run_index(const struct vad *v, uint64_t page)
{
	uint32_t lo = 0, hi = v->nruns;

	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (run_page(v->runs[mid]) <= page)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

uint16_t vad_run(const struct vad *v, gaddr at, gaddr *end)
{
	uint32_t i = v->nruns == 1 ? 0 : run_index(v, (at - v->start) / PAGE);

	if (end)
		*end = i + 1 < v->nruns
			       ? v->start + run_page(v->runs[i + 1]) * PAGE
			       : v->end;
	return (uint16_t)v->runs[i];
}

static bool runs_grow(struct vad *v, uint32_t n)
{
	uint64_t *runs;
	uint32_t cap = v->cap;

	if (n <= cap)
		return true;
	while (cap < n)
		cap = cap < 8 ? 8 : cap * 2;
	runs = realloc(v->runs == &v->one ? NULL : v->runs, cap * sizeof *runs);
	if (!runs)
		return false;
	if (v->runs == &v->one)
		runs[0] = v->one;
	v->runs = runs;
	v->cap = cap;
	return true;
}

bool vad_set(struct vad *v, gaddr a, gaddr b, uint16_t state)
{
	uint64_t first = (a - v->start) / PAGE, last = (b - v->start) / PAGE;
	uint64_t new[3];
	uint32_t i, j, n = 0;
	uint16_t before, after;

	if (first == 0 && b == v->end) {
		v->runs[0] = state;
		v->nruns = 1;
		return true;
	}
	/* Runs i..j are touched; they become up to three. */
	i = run_index(v, first);
	j = run_index(v, last - 1);
	if (i == j && (uint16_t)v->runs[i] == state)
		return true;
	before = (uint16_t)v->runs[i];
	after = (uint16_t)v->runs[j];
	if (run_page(v->runs[i]) < first) {
		if (before == state)
			first = run_page(v->runs[i]);
		else
			new[n++] = v->runs[i];
	} else if (i > 0 && (uint16_t)v->runs[i - 1] == state) {
		i--;
		first = run_page(v->runs[i]);
	}
	new[n++] = first << 16 | state;
	if (b < v->end) {
		bool cut =
			j + 1 == v->nruns || run_page(v->runs[j + 1]) != last;

		if (cut && after != state)
			new[n++] = last << 16 | after;
		else if (!cut && (uint16_t)v->runs[j + 1] == state)
			j++;
	}
	if (!runs_grow(v, v->nruns - (j - i + 1) + n))
		return false;
	memmove(v->runs + i + n, v->runs + j + 1,
		(v->nruns - (j + 1)) * sizeof *v->runs);
	memcpy(v->runs + i, new, n * sizeof *new);
	v->nruns = v->nruns - (j - i + 1) + n;
	return true;
}

struct vad *vad_split(struct vad *v, gaddr at)
{
	uint64_t cut = (at - v->start) / PAGE;
	uint32_t i = run_index(v, cut), keep, n;
	struct vad *w;
	gaddr end = v->end;

	w = node_new();
	if (!w)
		return NULL;
	n = v->nruns - i;
	w->runs = &w->one;
	w->cap = w->nruns = 1;
	if (!runs_grow(w, n)) {
		w->right = spare;
		spare = w;
		return NULL;
	}
	w->runs[0] = (uint16_t)v->runs[i];
	for (uint32_t k = 1; k < n; k++)
		w->runs[k] = v->runs[i + k] - (cut << 16);
	w->nruns = n;
	keep = run_page(v->runs[i]) < cut ? i + 1 : i;
	v->nruns = keep;

	v->end = at;
	refresh(root, v);
	w->priority = random32();
	w->start = at;
	w->end = end;
	w->type = v->type;
	w->prot = v->prot;
	w->flags = v->flags & ~VAD_WATCH;
	w->offset = v->offset + (at - v->start);
	w->section = v->section;
	if (w->section)
		object_get(w->section);
	root = insert(root, w);
	return w;
}
