/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ios.c - std::ios_base: flags, state, locale, a program's own words and
 * callbacks; the manipulators that are functions; _Fiopen().
 */
#include "msvcp.h"
#include <share.h>

struct ios_word {
	struct ios_word *next;
	int index;
	long value;
	void *pointer;
};
enum { EVENT_ERASE, EVENT_IMBUE, EVENT_COPYFMT };
typedef void(__cdecl *ios_callback)(int event, struct ios *s, int index);
struct ios_call {
	struct ios_call *next;
	int index;
	ios_callback fn;
};
extern const struct ios_vt vt_ios_base;

/* ---- state --------------------------------------------------------------------- */

void METHOD ios_clear(struct ios *s, int state);
int METHOD ios_rdstate(const struct ios *s);
void METHOD ios_setstate2(struct ios *s, int state, BOOLEAN again);
void METHOD ios_setstate(struct ios *s, int state);
BOOLEAN METHOD ios_ok(const struct ios *s);
BOOLEAN METHOD ios_good(const struct ios *s);
BOOLEAN METHOD ios_eof(const struct ios *s);
BOOLEAN METHOD ios_bad(const struct ios *s);
int METHOD ios_exceptions(const struct ios *s);
void METHOD ios_set_exceptions(struct ios *s, int mask);

void METHOD ios_clear2(struct ios *s, int state, BOOLEAN again)
{
	int bad;

	s->state = state & S_ALL;
	bad = s->state & s->except;
	if (!bad)
		return;
	if (again)
		_CxxThrowException(NULL, NULL);
	x_ios_failure(bad & S_BAD  ? "ios_base::badbit set" :
		      bad & S_FAIL ? "ios_base::failbit set" :
				     "ios_base::eofbit set");
}

void METHOD ios_clear(struct ios *s, int state)
{
	ios_clear2(s, state, FALSE);
}

int METHOD ios_rdstate(const struct ios *s)
{
	return s->state;
}

void METHOD ios_setstate2(struct ios *s, int state, BOOLEAN again)
{
	ios_clear2(s, s->state | state, again);
}

void METHOD ios_setstate(struct ios *s, int state)
{
	ios_clear2(s, s->state | state, FALSE);
}

BOOLEAN METHOD ios_fail(const struct ios *s)
{
	return (s->state & (S_FAIL | S_BAD)) != 0;
}

BOOLEAN METHOD ios_ok(const struct ios *s)
{
	return !ios_fail(s);
}

BOOLEAN METHOD ios_good(const struct ios *s)
{
	return !s->state;
}

BOOLEAN METHOD ios_eof(const struct ios *s)
{
	return (s->state & S_EOF) != 0;
}

BOOLEAN METHOD ios_bad(const struct ios *s)
{
	return (s->state & S_BAD) != 0;
}

int METHOD ios_exceptions(const struct ios *s)
{
	return s->except;
}

void METHOD ios_set_exceptions(struct ios *s, int mask)
{
	s->except = mask & S_ALL;
	ios_clear(s, s->state);
}

/* ---- format --------------------------------------------------------------------------- */

#define FORMAT_ALL 0xffff

int METHOD ios_flags(const struct ios *s);
int METHOD ios_set_flags(struct ios *s, int flags);
int METHOD ios_setf(struct ios *s, int flags);
int METHOD ios_setf2(struct ios *s, int flags, int mask);
void METHOD ios_unsetf(struct ios *s, int mask);
long long METHOD ios_precision(const struct ios *s);
long long METHOD ios_set_precision(struct ios *s, long long n);
long long METHOD ios_width(const struct ios *s);
long long METHOD ios_set_width(struct ios *s, long long n);

int METHOD ios_flags(const struct ios *s)
{
	return s->fmt;
}

int METHOD ios_setf2(struct ios *s, int flags, int mask)
{
	int old = s->fmt;

	s->fmt = (old & ~mask) | (flags & mask & FORMAT_ALL);
	return old;
}

int METHOD ios_set_flags(struct ios *s, int flags)
{
	return ios_setf2(s, flags, ~0);
}

int METHOD ios_setf(struct ios *s, int flags)
{
	return ios_setf2(s, flags, flags);
}

void METHOD ios_unsetf(struct ios *s, int mask)
{
	ios_setf2(s, 0, mask);
}

long long METHOD ios_precision(const struct ios *s)
{
	return s->prec;
}

long long METHOD ios_set_precision(struct ios *s, long long n)
{
	long long old = s->prec;

	s->prec = n;
	return old;
}

long long METHOD ios_width(const struct ios *s)
{
	return s->wide;
}

long long METHOD ios_set_width(struct ios *s, long long n)
{
	long long old = s->wide;

	s->wide = n;
	return old;
}

/* ---- locale, words, callbacks --------------------------------------------------------------- */

struct locale *METHOD ios_getloc(const struct ios *s, struct locale *to);
int ios_xalloc(void);
long *METHOD ios_iword(struct ios *s, int index);
void **METHOD ios_pword(struct ios *s, int index);
void METHOD ios_register_callback(struct ios *s, ios_callback fn, int index);
BOOLEAN ios_sync_with_stdio(BOOLEAN sync);

struct locale *METHOD ios_getloc(const struct ios *s, struct locale *to)
{
	locale_copy(to, s->loc);
	return to;
}

static void tell(struct ios *s, int event)
{
	for (struct ios_call *c = s->calls; c; c = c->next)
		c->fn(event, s, c->index);
}

struct locale *METHOD ios_imbue(struct ios *s, struct locale *old,
				const struct locale *l)
{
	*old = *s->loc; /* its count goes along */
	locale_copy(s->loc, l);
	tell(s, EVENT_IMBUE);
	return old;
}

int ios_xalloc(void)
{
	static LONG last = -1;

	return InterlockedIncrement(&last);
}

static struct ios_word *word(struct ios *s, int index)
{
	struct ios_word *w;

	for (w = s->words; w; w = w->next)
		if (w->index == index)
			return w;
	w = must_malloc(sizeof *w);
	memset(w, 0, sizeof *w);
	w->index = index;
	w->next = s->words;
	s->words = w;
	return w;
}

long *METHOD ios_iword(struct ios *s, int index)
{
	return &word(s, index)->value;
}

void **METHOD ios_pword(struct ios *s, int index)
{
	return &word(s, index)->pointer;
}

void METHOD ios_register_callback(struct ios *s, ios_callback fn, int index)
{
	struct ios_call *c = must_malloc(sizeof *c);

	c->fn = fn;
	c->index = index;
	c->next = s->calls;
	s->calls = c;
}

/* The standard streams are the C library's always. */
BOOLEAN ios_sync_with_stdio(BOOLEAN sync)
{
	static BOOLEAN state = TRUE;
	BOOLEAN old = state;

	state = sync;
	return old;
}

/* ---- life ------------------------------------------------------------------------------------- */

struct ios *METHOD ios_new(struct ios *s);
void *METHOD ios_destroy(struct ios *s, unsigned flags);
void ios_addstd(struct ios *s);

struct ios *METHOD ios_new(struct ios *s)
{
	memset(s, 0, sizeof *s);
	s->vt = &vt_ios_base;
	return s;
}

void METHOD ios_init(struct ios *s)
{
	s->stdstr = 0;
	s->except = 0;
	s->fmt = F_SKIPWS | F_DEC;
	s->prec = 6;
	s->wide = 0;
	s->words = NULL;
	s->calls = NULL;
	s->state = 0;
	s->loc = NULL;
	s->loc = new_locale(NULL);
}

/* Also a callback's last chance to look at its words. */
static void forget(struct ios *s)
{
	struct ios_word *w;
	struct ios_call *c;

	tell(s, EVENT_ERASE);
	while ((w = s->words)) {
		s->words = w->next;
		free(w);
	}
	while ((c = s->calls)) {
		s->calls = c->next;
		free(c);
	}
}

/* A standard stream is never taken down. */
void METHOD ios_end(struct ios *s)
{
	if (s->stdstr)
		return;
	forget(s);
	if (s->loc) {
		locale_drop(s->loc);
		free(s->loc);
		s->loc = NULL;
	}
}

void *METHOD ios_destroy(struct ios *s, unsigned flags)
{
	ios_end(s);
	if (flags & 1)
		free(s);
	return s;
}

void ios_addstd(struct ios *s)
{
	s->stdstr = 1;
}

/* Callbacks come in the order in which they were registered with from. */
static void copy_calls(struct ios *s, const struct ios_call *c)
{
	if (c) {
		copy_calls(s, c->next);
		ios_register_callback(s, c->fn, c->index);
	}
}

struct ios *METHOD ios_copyfmt(struct ios *s, const struct ios *from)
{
	struct locale old;

	if (s == from)
		return s;
	forget(s);
	old = *s->loc;
	locale_copy(s->loc, from->loc);
	locale_drop(&old);
	s->fmt = from->fmt;
	s->prec = from->prec;
	s->wide = from->wide;
	for (const struct ios_word *w = from->words; w; w = w->next) {
		struct ios_word *to = word(s, w->index);

		to->value = w->value;
		to->pointer = w->pointer;
	}
	copy_calls(s, from->calls);
	tell(s, EVENT_COPYFMT);
	ios_set_exceptions(s, from->except);
	return s;
}

void METHOD ios_swap(struct ios *s, struct ios *o)
{
	struct ios t = *s;

	*s = *o;
	s->vt = t.vt;
	s->stdstr = t.stdstr;
	t.vt = o->vt;
	t.stdstr = o->stdstr;
	*o = t;
}

/* ---- Init: programs make one before they use the standard streams ------------------------------- */

void *METHOD ios_init_begin(void *i);
void METHOD ios_init_end(void *i);

void *METHOD ios_init_begin(void *i)
{
	return i;
}

void METHOD ios_init_end(void *i)
{
	cstreams_flush();
	wstreams_flush();
}

/* ---- manipulators -------------------------------------------------------------------------------- */

struct manip_n {
	void(__cdecl *fn)(struct ios *, long long);
	long long arg;
};
struct manip_i {
	void(__cdecl *fn)(struct ios *, int);
	int arg;
};
struct manip_n *manip_setw(struct manip_n *m, long long n);
struct manip_n *manip_setprecision(struct manip_n *m, long long n);
struct manip_i *manip_setiosflags(struct manip_i *m, int flags);
struct manip_i *manip_resetiosflags(struct manip_i *m, int flags);
struct manip_i *manip_setbase(struct manip_i *m, int base);

static void __cdecl do_setw(struct ios *s, long long n)
{
	s->wide = n;
}

static void __cdecl do_setprecision(struct ios *s, long long n)
{
	s->prec = n;
}

static void __cdecl do_set(struct ios *s, int flags)
{
	ios_setf(s, flags);
}

static void __cdecl do_reset(struct ios *s, int flags)
{
	ios_unsetf(s, flags);
}

static void __cdecl do_setbase(struct ios *s, int base)
{
	ios_setf2(s, base == 8 ? F_OCT : base == 10 ? F_DEC : base == 16 ? F_HEX : 0,
		  F_BASE);
}

struct manip_n *manip_setw(struct manip_n *m, long long n)
{
	*m = (struct manip_n){ do_setw, n };
	return m;
}

struct manip_n *manip_setprecision(struct manip_n *m, long long n)
{
	*m = (struct manip_n){ do_setprecision, n };
	return m;
}

struct manip_i *manip_setiosflags(struct manip_i *m, int flags)
{
	*m = (struct manip_i){ do_set, flags };
	return m;
}

struct manip_i *manip_resetiosflags(struct manip_i *m, int flags)
{
	*m = (struct manip_i){ do_reset, flags };
	return m;
}

struct manip_i *manip_setbase(struct manip_i *m, int base)
{
	*m = (struct manip_i){ do_setbase, base };
	return m;
}

/* ---- files, for basic_filebuf::open() --------------------------------------------------------------- */

enum { OPEN_IN = 1, OPEN_OUT = 2, OPEN_ATE = 4, OPEN_APP = 8, OPEN_TRUNC = 0x10,
       OPEN_BINARY = 0x20, OPEN_NOCREATE = 0x40, OPEN_NOREPLACE = 0x80 };

FILE *fiopen(const char *name, int mode, int share);
FILE *fiopen_wide(const WCHAR *name, int mode, int share);
FILE *__cdecl _wfsopen(const WCHAR *name, const WCHAR *mode, int share);

/* fopen()'s words for them, as the standard's table has it; NULL: no such. */
static const WCHAR *fopen_mode(int mode)
{
	switch (mode & (OPEN_IN | OPEN_OUT | OPEN_TRUNC | OPEN_APP)) {
	case OPEN_IN:
		return L"r";
	case OPEN_OUT:
	case OPEN_OUT | OPEN_TRUNC:
		return L"w";
	case OPEN_APP:
	case OPEN_OUT | OPEN_APP:
		return L"a";
	case OPEN_IN | OPEN_OUT:
		return L"r+";
	case OPEN_IN | OPEN_OUT | OPEN_TRUNC:
		return L"w+";
	case OPEN_IN | OPEN_APP:
	case OPEN_IN | OPEN_OUT | OPEN_APP:
		return L"a+";
	default:
		return NULL;
	}
}

FILE *fiopen_wide(const WCHAR *name, int mode, int share)
{
	const WCHAR *words;
	WCHAR how[4];
	FILE *f;

	if (mode & OPEN_NOCREATE)
		mode |= OPEN_IN; /* it must be there */
	words = fopen_mode(mode);
	if (!words)
		return NULL;
	wcscpy(how, words);
	if (mode & OPEN_BINARY)
		wcscat(how, L"b");
	if (mode & OPEN_NOREPLACE && mode & (OPEN_OUT | OPEN_APP)) {
		f = _wfsopen(name, L"r", share);
		if (f) {
			fclose(f);
			return NULL;
		}
	}
	f = _wfsopen(name, how, share);
	if (f && mode & OPEN_ATE && fseek(f, 0, SEEK_END)) {
		fclose(f);
		return NULL;
	}
	return f;
}

FILE *fiopen(const char *name, int mode, int share)
{
	UINT page = AreFileApisANSI() ? CP_ACP : CP_OEMCP;
	int n = MultiByteToWideChar(page, 0, name, -1, NULL, 0);
	WCHAR *wide = n ? malloc((size_t)n * sizeof *wide) : NULL;
	FILE *f = NULL;

	if (wide && MultiByteToWideChar(page, 0, name, -1, wide, n))
		f = fiopen_wide(wide, mode, share);
	free(wide);
	return f;
}

/* ---- what a guarded call has thrown ------------------------------------------------------------------- */

#define CXX_EXCEPTION 0xe06d7363

#ifdef _WIN64
#define GUARDED(frame) (*(struct ios **)((frame) + 0x28))
#else
#define GUARDED(frame) ((struct ios *)(frame))
#endif

int guard_filter(EXCEPTION_POINTERS *p, char *frame);

int guard_filter(EXCEPTION_POINTERS *p, char *frame)
{
	struct ios *s = GUARDED(frame);

	if (p->ExceptionRecord->ExceptionCode != CXX_EXCEPTION)
		return EXCEPTION_CONTINUE_SEARCH;
	if (s && s->except & S_BAD) {
		s->state |= S_BAD;
		return EXCEPTION_CONTINUE_SEARCH;
	}
	return EXCEPTION_EXECUTE_HANDLER;
}
