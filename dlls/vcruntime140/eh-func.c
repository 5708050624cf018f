/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-func.c - reading exception tables of x64 functions.
 *
 * The packed form is read anew each time; it is small, and exceptions are
 * rare.  Its numbers have one to five bytes; the lowest bits of the first tell
 * how many.  Source for it: "Making C++ Exception Handling Smaller On x64"
 * (Microsoft C++ Team Blog, 2019) and the tables of real programs.
 */
#include "eh-func.h"

/* ---- FuncInfo ---- */

typedef struct {
	ULONG magic; /* 29 bits */
	int max_state;
	ULONG unwind_map;
	ULONG ntries;
	ULONG try_map;
	ULONG nips;
	ULONG ip_map;
	int unwind_help; /* a slot in the frame; we need none */
	/* from CXX_MAGIC_ES and CXX_MAGIC_EH on */
	ULONG es_types;
	ULONG flags;
} FUNC_INFO;

enum { FI_NO_SEH = 1, FI_NO_EXCEPT = 4 };

typedef struct {
	int to_state;
	ULONG action;
} UNWIND_ENTRY;

typedef struct {
	int low, high, catch_high, nclauses;
	ULONG clauses;
} TRY_ENTRY;

typedef struct {
	ULONG adjectives, type;
	int object;
	ULONG handler;
	int frame;
} CLAUSE_ENTRY;

typedef struct {
	ULONG ip;
	int state;
} IP_ENTRY;

static void open_plain(struct func *f, const FUNC_INFO *i)
{
	ULONG magic = i->magic & 0x1fffffff;

	f->nstates = (ULONG)i->max_state;
	f->ntries = i->ntries;
	f->nips = i->nips;
	f->unwind = (const UCHAR *)f->base + i->unwind_map;
	f->tries = (const UCHAR *)f->base + i->try_map;
	f->states = (const UCHAR *)f->base + i->ip_map;
	f->maybe_funclet = i->ntries != 0;
	if (magic >= CXX_MAGIC_EH) {
		f->no_seh = (i->flags & FI_NO_SEH) != 0;
		f->no_except = (i->flags & FI_NO_EXCEPT) != 0;
	}
}

/* ---- FuncInfo4 ---- */

enum {
	F4_CATCH = 1,
	F4_SEPARATED = 2,
	F4_BBT = 4,
	F4_UNWIND = 8,
	F4_TRIES = 16,
	F4_NO_SEH = 32,
	F4_NO_EXCEPT = 64
};
enum {
	H4_ADJECTIVES = 1,
	H4_TYPE = 2,
	H4_OBJECT = 4,
	H4_RELATIVE = 8,
	H4_CONTINUE_SHIFT = 4
};
enum { U4_NONE, U4_OBJECT, U4_POINTER, U4_FUNCLET };

static ULONG number(const UCHAR **p)
{
	const UCHAR *b = *p;
	ULONG v;

	if (!(b[0] & 1)) {
		*p += 1;
		return b[0] >> 1;
	}
	if (!(b[0] & 2)) {
		*p += 2;
		return (b[0] | (ULONG)b[1] << 8) >> 2;
	}
	if (!(b[0] & 4)) {
		*p += 3;
		return (b[0] | (ULONG)b[1] << 8 | (ULONG)b[2] << 16) >> 3;
	}
	if (!(b[0] & 8)) {
		memcpy(&v, b, sizeof v);
		*p += 4;
		return v >> 4;
	}
	memcpy(&v, b + 1, sizeof v);
	*p += 5;
	return v;
}

static ULONG word(const UCHAR **p)
{
	ULONG v;

	memcpy(&v, *p, sizeof v);
	*p += 4;
	return v;
}

/* A function in pieces has a map for each; ours is that which begins here. */
static const UCHAR *separated_map(const struct func *f, ULONG segments)
{
	const UCHAR *p = (const UCHAR *)f->base + segments;
	ULONG n = number(&p);

	while (n--) {
		ULONG start = word(&p), map = word(&p);

		if (start == f->begin)
			return (const UCHAR *)f->base + map;
	}
	return NULL;
}

static void open_packed(struct func *f, const UCHAR *p)
{
	UCHAR flags = *p++;
	ULONG map;

	if (flags & F4_BBT)
		number(&p);
	if (flags & F4_UNWIND) {
		f->unwind = (const UCHAR *)f->base + word(&p);
		f->nstates = number(&f->unwind);
	}
	if (flags & F4_TRIES) {
		f->tries = (const UCHAR *)f->base + word(&p);
		f->ntries = number(&f->tries);
	}
	map = word(&p);
	f->states = flags & F4_SEPARATED ? separated_map(f, map)
					 : (const UCHAR *)f->base + map;
	f->maybe_funclet = (flags & F4_CATCH) != 0;
	if (flags & F4_CATCH)
		f->frame = (LONG)number(&p);
	f->no_seh = (flags & F4_NO_SEH) != 0;
	f->no_except = (flags & F4_NO_EXCEPT) != 0;
}

/* Offsets are relative to the part of the function that the code is in. */
static int packed_state(const struct func *f, ULONG offset)
{
	const UCHAR *p = f->states;
	int state = EMPTY_STATE;
	ULONG at = 0, n;

	if (!p)
		return EMPTY_STATE;
	for (n = number(&p); n; n--) {
		at += number(&p);
		if (offset < at)
			break;
		state = (int)number(&p) - 1;
	}
	return state;
}

/*
 * Entry of the unwind map at *p: where it leads, as the address of another
 * entry; in front of the first: no state is left.
 */
static const UCHAR *packed_action(const struct func *f, const UCHAR **p,
				  struct action *a)
{
	const UCHAR *start = *p;
	ULONG next = number(p);

	a->kind = NO_ACTION;
	switch (next & 3) {
	case U4_OBJECT:
	case U4_POINTER:
		a->kind = (next & 3) == U4_OBJECT ? ACTION_OBJECT
						  : ACTION_POINTER;
		a->fn = f->base + word(p);
		a->object = number(p);
		break;
	case U4_FUNCLET:
		a->kind = ACTION_FUNCLET;
		a->fn = f->base + word(p);
		break;
	default:
		break;
	}
	return start - (next >> 2);
}

static int leave_packed(const struct func *f, int state, struct action *a)
{
	const UCHAR *p = f->unwind, *to;
	struct action unused;

	a->kind = NO_ACTION;
	if ((ULONG)state >= f->nstates)
		return EMPTY_STATE;
	for (int i = 0; i < state; i++)
		packed_action(f, &p, &unused);
	to = packed_action(f, &p, a);
	p = f->unwind;
	for (int i = 0; i < state; i++) {
		if (p == to)
			return i;
		packed_action(f, &p, &unused);
	}
	return EMPTY_STATE;
}

static BOOL next_packed_clause(const struct func *f, struct try_block *t,
			       struct clause *c)
{
	const UCHAR **p = &t->clauses;
	UCHAR flags = *(*p)++;

	memset(c, 0, sizeof *c);
	c->frame = f->frame;
	if (flags & H4_ADJECTIVES)
		c->adjectives = number(p);
	if (flags & H4_TYPE) {
		ULONG type = word(p);

		c->type = type ? (const TYPE_DESC *)(f->base + type) : NULL;
	}
	if (flags & H4_OBJECT)
		c->object = (LONG)number(p);
	c->handler = f->base + word(p);
	c->ncontinue = flags >> H4_CONTINUE_SHIFT & 3;
	for (unsigned i = 0; i < c->ncontinue && i < 2; i++)
		c->go_on[i] =
			f->base +
			(flags & H4_RELATIVE ? word(p) : f->begin + number(p));
	return TRUE;
}

/* ---- either ---- */

/* The part that a chain of unwind data ends at is where tables belong to. */
static ULONG main_begin(ULONG64 base, const RUNTIME_FUNCTION *f)
{
	for (int n = 0; n < 32; n++) {
		const UCHAR *info = (const UCHAR *)base + f->UnwindData;

		if (!(info[0] >> 3 & UNW_FLAG_CHAININFO))
			break;
		f = (const RUNTIME_FUNCTION *)(info + 4 +
					       2 * ((info[2] + 1) & ~1));
	}
	return f->BeginAddress;
}

void func_open(struct func *f, ULONG64 base, const RUNTIME_FUNCTION *entry,
	       const void *data, BOOL packed)
{
	ULONG info = *(const ULONG *)data;

	memset(f, 0, sizeof *f);
	f->base = base;
	f->packed = packed;
	f->begin = main_begin(base, entry);
	if (packed)
		open_packed(f, (const UCHAR *)base + info);
	else
		open_plain(f, (const FUNC_INFO *)(base + info));
}

int func_state(const struct func *f, ULONG64 pc)
{
	const IP_ENTRY *e = (const IP_ENTRY *)f->states;
	ULONG rva = (ULONG)(pc - f->base), low = 0, high = f->nips;

	if (f->packed)
		return packed_state(f, rva - f->begin);
	while (low < high) {
		ULONG mid = (low + high) / 2;

		if (rva < e[mid].ip)
			high = mid;
		else
			low = mid + 1;
	}
	return low ? e[low - 1].state : EMPTY_STATE;
}

struct cursor func_tries(const struct func *f)
{
	return (struct cursor){ f->tries, f->ntries };
}

BOOL next_try(const struct func *f, struct cursor *c, struct try_block *t)
{
	const TRY_ENTRY *e;

	if (!c->left)
		return FALSE;
	c->left--;
	if (f->packed) {
		t->low = (int)number(&c->at);
		t->high = (int)number(&c->at);
		t->catch_high = (int)number(&c->at);
		t->clauses = (const UCHAR *)f->base + word(&c->at);
		t->nclauses = number(&t->clauses);
		return TRUE;
	}
	e = (const TRY_ENTRY *)c->at;
	c->at += sizeof *e;
	t->low = e->low;
	t->high = e->high;
	t->catch_high = e->catch_high;
	t->nclauses = (ULONG)e->nclauses;
	t->clauses = (const UCHAR *)f->base + e->clauses;
	return TRUE;
}

BOOL next_clause(const struct func *f, struct try_block *t, struct clause *c)
{
	const CLAUSE_ENTRY *e;

	if (!t->nclauses)
		return FALSE;
	t->nclauses--;
	if (f->packed)
		return next_packed_clause(f, t, c);
	e = (const CLAUSE_ENTRY *)t->clauses;
	t->clauses += sizeof *e;
	c->adjectives = e->adjectives;
	c->type = e->type ? (const TYPE_DESC *)(f->base + e->type) : NULL;
	c->object = e->object;
	c->handler = f->base + e->handler;
	c->frame = e->frame;
	c->ncontinue = 0;
	return TRUE;
}

int func_leave(const struct func *f, int state, struct action *a)
{
	const UNWIND_ENTRY *e;

	if (f->packed)
		return leave_packed(f, state, a);
	a->kind = NO_ACTION;
	if ((ULONG)state >= f->nstates)
		return EMPTY_STATE;
	e = (const UNWIND_ENTRY *)f->unwind + state;
	if (e->action) {
		a->kind = ACTION_FUNCLET;
		a->fn = f->base + e->action;
	}
	return e->to_state;
}
