/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * msvcp.h - the objects of Microsoft's C++ library as its headers lay them out,
 * and what the files of this DLL share.
 *
 * Programs contain inlined code of these classes, so members stand where
 * microsoft/STL's headers (xiosbase, streambuf, ostream, istream, xlocale,
 * xlocinfo, xlocnum, __msvc_threads_core.hpp) have them.  Sizes, the order of
 * virtual functions and the displacements of virtual bases were compared with
 * clang's -fdump-record-layouts and -fdump-vtable-layouts.
 *
 * Methods are C functions whose first argument is the object (in ecx on i686);
 * one that returns an object gets, second, where to build it.
 */
#ifndef RF_MSVCP_H
#define RF_MSVCP_H

#include "nt.h"
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#ifdef _WIN64
#define METHOD
#else
#define METHOD __attribute__((thiscall))
#endif

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)

/* ---- memory, throw.c ------------------------------------------------------ */

/* As operator new: throws bad_alloc. */
void *must_malloc(size_t n);

DECLSPEC_NORETURN void x_bad_alloc(void);
DECLSPEC_NORETURN void x_bad_cast(void);
DECLSPEC_NORETURN void x_runtime_error(const char *what);
DECLSPEC_NORETURN void x_system_error(int code, const char *what);
DECLSPEC_NORETURN void x_ios_failure(const char *what);
DECLSPEC_NORETURN void x_bad_exception(void);

/* std::string: 15 characters lie in the object itself. */
struct string {
	union {
		char here[16];
		char *there;
	};
	size_t size, room;
};
struct string *string_make(struct string *s, const char *text, size_t n);
void string_free(struct string *s);
static inline const char *string_data(const struct string *s)
{
	return s->room > 15 ? s->there : s->here;
}

struct wstring {
	union {
		WCHAR here[8];
		WCHAR *there;
	};
	size_t size, room;
};
struct wstring *wstring_make(struct wstring *s, const WCHAR *text, size_t n);
void wstring_free(struct wstring *s);
static inline const WCHAR *wstring_data(const struct wstring *s)
{
	return s->room > 7 ? s->there : s->here;
}

/* ---- locales, locale.c, locinfo.c ------------------------------------------ */

enum { LOCK_LOCALE, LOCK_MALLOC, LOCK_STREAM, LOCK_DEBUG, LOCK_THREAD_EXIT, LOCKS = 8 };

void lock_init(void);
void lock_take(int kind);
void lock_leave(int kind);

struct yarn {
	char *text;
	char nul;
};
struct wyarn {
	WCHAR *text;
	WCHAR nul;
};
struct yarn *METHOD cyarn_set(struct yarn *y, const char *text);
const char *METHOD cyarn_text(const struct yarn *y);
void METHOD cyarn_end(struct yarn *y);
void METHOD wyarn_end(struct wyarn *y);
struct wyarn *METHOD wyarn_set(struct wyarn *y, const WCHAR *text);

struct collvec {
	unsigned page;
	WCHAR *name; /* NULL: "C" */
};
struct ctypevec {
	unsigned page;
	const short *table;
	int owned;
	WCHAR *name;
};
struct cvtvec {
	unsigned page, most; /* bytes of a character */
	int classic;
	unsigned char leads[32];
};

struct facet;
struct facet_vt {
	void *(METHOD *destroy)(struct facet *, unsigned flags);
	void(METHOD *incref)(struct facet *);
	struct facet *(METHOD *decref)(struct facet *);
};
struct facet {
	const struct facet_vt *vt;
	unsigned refs;
};

struct locimp {
	struct facet f;
	struct facet **facets;
	size_t nfacets;
	int categories;
	BOOLEAN transparent;
	struct yarn name;
};
/* Two empty bases come first, which may not share an address. */
struct locale {
	char bases[2];
	struct locimp *imp;
};
struct locale_id {
	size_t n;
};

void locale_setup(void);
void locale_copy(struct locale *to, const struct locale *from);
void locale_drop(struct locale *l);
/* What l has itself under the number, or NULL: then the classic one serves. */
struct facet *locale_facet(const struct locale *l, struct locale_id *id);
struct locimp *locale_init(BOOLEAN counted);
size_t METHOD id_get(struct locale_id *id);
struct locale *new_locale(const struct locale *from);

void *METHOD facet_destroy(struct facet *f, unsigned flags);
void METHOD facet_incref(struct facet *f);
struct facet *METHOD facet_decref(struct facet *f);

extern struct locale_id id_ctype, id_wctype, id_codecvt, id_wcodecvt, id_collate, id_wcollate,
	id_numpunct, id_wnumpunct, id_time_put_w;

struct locinfo {
	int lock;
	struct yarn days, months;
	struct wyarn wdays, wmonths;
	struct yarn before, name;
};
struct locinfo *METHOD locinfo_new(struct locinfo *i, const char *name);
void METHOD locinfo_end(struct locinfo *i);

struct collvec _Getcoll(void);
struct ctypevec _Getctype(void);
struct cvtvec _Getcvt(void);
int _Tolower(int c, const struct ctypevec *v);
int _Toupper(int c, const struct ctypevec *v);

/* mbstate_t as the headers have it. */
struct mbstate {
	unsigned long wide;
	unsigned short byte, state;
};
int _Mbrtowc(WCHAR *to, const char *s, size_t n, struct mbstate *state,
	     const struct cvtvec *v);
int _Wcrtomb(char *to, WCHAR c, struct mbstate *state, const struct cvtvec *v);

/* ---- streams ------------------------------------------------------------- */

enum {
	F_SKIPWS = 1,
	F_UNITBUF = 2,
	F_UPPER = 4,
	F_SHOWBASE = 8,
	F_SHOWPOINT = 0x10,
	F_SHOWPOS = 0x20,
	F_LEFT = 0x40,
	F_RIGHT = 0x80,
	F_INTERNAL = 0x100,
	F_DEC = 0x200,
	F_OCT = 0x400,
	F_HEX = 0x800,
	F_SCIENTIFIC = 0x1000,
	F_FIXED = 0x2000,
	F_BOOLALPHA = 0x4000,
	F_ADJUST = F_LEFT | F_RIGHT | F_INTERNAL,
	F_BASE = F_DEC | F_OCT | F_HEX,
	F_FLOAT = F_SCIENTIFIC | F_FIXED
};
enum { S_EOF = 1, S_FAIL = 2, S_BAD = 4, S_ALL = 0x17 };
enum { MODE_IN = 1, MODE_OUT = 2 };

struct fpos {
	long long off, pos;
	struct mbstate state;
};

struct ios_vt;
struct ios_word;
struct ios_call;
struct ios {
	const struct ios_vt *vt;
	size_t stdstr;
	int state, except, fmt;
	long long prec, wide;
	struct ios_word *words;
	struct ios_call *calls;
	struct locale *loc;
};
struct ios_vt {
	void *(METHOD *destroy)(struct ios *, unsigned flags);
};

void METHOD ios_clear2(struct ios *s, int state, BOOLEAN again);
BOOLEAN METHOD ios_fail(const struct ios *s);
void METHOD ios_init(struct ios *s);
void METHOD ios_end(struct ios *s);
void METHOD ios_swap(struct ios *s, struct ios *o);
struct ios *METHOD ios_copyfmt(struct ios *s, const struct ios *from);
struct locale *METHOD ios_imbue(struct ios *s, struct locale *old,
				const struct locale *l);

/*
 * guard() - fn(arg); FALSE: it has thrown, which is now forgotten.  If s throws
 * for badbit the exception goes on instead, with the bit set.
 */
BOOL guard(void (*fn)(void *), void *arg, struct ios *s);

/* Numbers as text, number.c: ASCII, in a buffer of the caller's. */
#define INTEGER_MAX 32
/* Puts sign or base and digits; returns the end, *prefix: where digits begin. */
char *integer_text(char *to, unsigned long long v, BOOL negative, BOOL is_signed,
		   int fmt, char **digits);
/* malloc()ed; digits: where grouping begins; *point: the whole part's end. */
char *float_text(double v, int fmt, long long prec, size_t *n, size_t *digits,
		 size_t *point);

#ifndef RF_VCRUNTIME_EH_H /* which has it with the type of info */
DECLSPEC_NORETURN void __cdecl _CxxThrowException(PVOID object, const void *info);
#endif

void cstreams_setup(void);
void wstreams_setup(void);
void cstreams_flush(void);
void wstreams_flush(void);

#endif
