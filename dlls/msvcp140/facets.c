/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * facets.c - ctype, codecvt and time_put: what turns characters of a locale.
 *
 * Public methods call the virtual ones, which programs' own classes override;
 * the order of those in vtables is in rtti.S.
 */
#include "msvcp.h"
#include <time.h>

#define CALL(object, index, type) ((type)(((void *const *)(object)->f.vt)[index]))

/* A facet of a locale, with operator new's memory. */
static void *make_facet(size_t size, const struct facet_vt *vt)
{
	struct facet *f = must_malloc(size);

	memset(f, 0, size);
	f->vt = vt;
	return f;
}

static const char *locale_name(const struct locale *l)
{
	return l && l->imp ? cyarn_text(&l->imp->name) : "C";
}

/* ---- ctype --------------------------------------------------------------------- */

struct cctype {
	struct facet f;
	struct ctypevec v;
};
struct wctype {
	struct facet f;
	struct ctypevec v;
	struct cvtvec cvt;
};
extern const struct facet_vt vt_ctype_base, vt_ctype, vt_wctype;

struct facet *METHOD ctype_base_new(struct facet *f, size_t refs);
const short *METHOD cctype_table(const struct cctype *f);
const short *cctype_classic_table(void);

struct facet *METHOD ctype_base_new(struct facet *f, size_t refs)
{
	f->vt = &vt_ctype_base;
	f->refs = (unsigned)refs;
	return f;
}

const short *METHOD cctype_table(const struct cctype *f)
{
	return f->v.table;
}

/* The C library's; kept from its first use, before any setlocale() of ours. */
const short *cctype_classic_table(void)
{
	static const short *table;
	struct locinfo i;

	if (!table) {
		locinfo_new(&i, "C");
		table = _Getctype().table;
		locinfo_end(&i);
	}
	return table;
}

static void vec_free(struct ctypevec *v)
{
	if (v->owned) /* by malloc(), or the program's own by new[] */
		free((short *)v->table);
	free(v->name);
	memset(v, 0, sizeof *v);
}

static char lower_c(const struct cctype *f, char c)
{
	return (char)_Tolower((unsigned char)c, &f->v);
}
static char upper_c(const struct cctype *f, char c)
{
	return (char)_Toupper((unsigned char)c, &f->v);
}
static char widen_c(const struct cctype *f, char c)
{
	return c;
}
static char narrow_c(const struct cctype *f, char c, char otherwise)
{
	return c;
}

WCHAR _Towlower(WCHAR c, const struct ctypevec *v);
WCHAR _Towupper(WCHAR c, const struct ctypevec *v);
short _Getwctype(WCHAR c, const struct ctypevec *v);

static WCHAR lower_w(const struct wctype *f, WCHAR c)
{
	return _Towlower(c, &f->v);
}
static WCHAR upper_w(const struct wctype *f, WCHAR c)
{
	return _Towupper(c, &f->v);
}
static WCHAR widen_w(const struct wctype *f, char c)
{
	struct mbstate state = { 0 };
	WCHAR to = 0;

	return _Mbrtowc(&to, &c, 1, &state, &f->cvt) < 0 ? WEOF : to;
}
static char narrow_w(const struct wctype *f, WCHAR c, char otherwise)
{
	struct mbstate state = { 0 };
	char to[8];

	if (!c)
		return 0;
	return _Wcrtomb(to, c, &state, &f->cvt) == 1 ? to[0] : otherwise;
}

/* V: the index of the first of the eight that both have. */
#define CTYPE(x, E, V)                                                         \
	typedef const E *(METHOD *x##all_fn)(const struct x##ctype *, E *,     \
					     const E *);                       \
	typedef E(METHOD *x##one_fn)(const struct x##ctype *, E);              \
	typedef E(METHOD *x##widen_fn)(const struct x##ctype *, char);         \
	typedef const char *(METHOD *x##widen_all_fn)(                         \
		const struct x##ctype *, const char *, const char *, E *);     \
	typedef char(METHOD *x##narrow_fn)(const struct x##ctype *, E, char);  \
	typedef const E *(METHOD *x##narrow_all_fn)(                           \
		const struct x##ctype *, const E *, const E *, char, char *);  \
	E METHOD x##ctype_tolower(const struct x##ctype *f, E c);              \
	E METHOD x##ctype_tolower(const struct x##ctype *f, E c)               \
	{                                                                      \
		return CALL(f, V + 1, x##one_fn)(f, c);                        \
	}                                                                      \
	const E *METHOD x##ctype_tolower_all(const struct x##ctype *f, E *s,   \
					     const E *end);                    \
	const E *METHOD x##ctype_tolower_all(const struct x##ctype *f, E *s,   \
					     const E *end)                     \
	{                                                                      \
		return CALL(f, V, x##all_fn)(f, s, end);                       \
	}                                                                      \
	E METHOD x##ctype_toupper(const struct x##ctype *f, E c);              \
	E METHOD x##ctype_toupper(const struct x##ctype *f, E c)               \
	{                                                                      \
		return CALL(f, V + 3, x##one_fn)(f, c);                        \
	}                                                                      \
	const E *METHOD x##ctype_toupper_all(const struct x##ctype *f, E *s,   \
					     const E *end);                    \
	const E *METHOD x##ctype_toupper_all(const struct x##ctype *f, E *s,   \
					     const E *end)                     \
	{                                                                      \
		return CALL(f, V + 2, x##all_fn)(f, s, end);                   \
	}                                                                      \
	E METHOD x##ctype_widen(const struct x##ctype *f, char c);             \
	E METHOD x##ctype_widen(const struct x##ctype *f, char c)              \
	{                                                                      \
		return CALL(f, V + 5, x##widen_fn)(f, c);                      \
	}                                                                      \
	const char *METHOD x##ctype_widen_all(const struct x##ctype *f,        \
					      const char *s, const char *end,  \
					      E *to);                          \
	const char *METHOD x##ctype_widen_all(const struct x##ctype *f,        \
					      const char *s, const char *end,  \
					      E *to)                           \
	{                                                                      \
		return CALL(f, V + 4, x##widen_all_fn)(f, s, end, to);         \
	}                                                                      \
	char METHOD x##ctype_narrow(const struct x##ctype *f, E c,             \
				    char otherwise);                           \
	char METHOD x##ctype_narrow(const struct x##ctype *f, E c,             \
				    char otherwise)                            \
	{                                                                      \
		return CALL(f, V + 7, x##narrow_fn)(f, c, otherwise);          \
	}                                                                      \
	const E *METHOD x##ctype_narrow_all(const struct x##ctype *f,          \
					    const E *s, const E *end,          \
					    char otherwise, char *to);         \
	const E *METHOD x##ctype_narrow_all(const struct x##ctype *f,          \
					    const E *s, const E *end,          \
					    char otherwise, char *to)          \
	{                                                                      \
		return CALL(f, V + 6, x##narrow_all_fn)(f, s, end, otherwise,  \
							to);                   \
	}                                                                      \
	E METHOD x##ctype_do_tolower(const struct x##ctype *f, E c);           \
	E METHOD x##ctype_do_tolower(const struct x##ctype *f, E c)            \
	{                                                                      \
		return lower_##x(f, c);                                        \
	}                                                                      \
	const E *METHOD x##ctype_do_tolower_all(const struct x##ctype *f,      \
						E *s, const E *end);           \
	const E *METHOD x##ctype_do_tolower_all(const struct x##ctype *f,      \
						E *s, const E *end)            \
	{                                                                      \
		for (; s != end; s++)                                          \
			*s = lower_##x(f, *s);                                 \
		return s;                                                      \
	}                                                                      \
	E METHOD x##ctype_do_toupper(const struct x##ctype *f, E c);           \
	E METHOD x##ctype_do_toupper(const struct x##ctype *f, E c)            \
	{                                                                      \
		return upper_##x(f, c);                                        \
	}                                                                      \
	const E *METHOD x##ctype_do_toupper_all(const struct x##ctype *f,      \
						E *s, const E *end);           \
	const E *METHOD x##ctype_do_toupper_all(const struct x##ctype *f,      \
						E *s, const E *end)            \
	{                                                                      \
		for (; s != end; s++)                                          \
			*s = upper_##x(f, *s);                                 \
		return s;                                                      \
	}                                                                      \
	E METHOD x##ctype_do_widen(const struct x##ctype *f, char c);          \
	E METHOD x##ctype_do_widen(const struct x##ctype *f, char c)           \
	{                                                                      \
		return widen_##x(f, c);                                        \
	}                                                                      \
	const char *METHOD x##ctype_do_widen_all(const struct x##ctype *f,     \
						 const char *s,                \
						 const char *end, E *to);      \
	const char *METHOD x##ctype_do_widen_all(const struct x##ctype *f,     \
						 const char *s,                \
						 const char *end, E *to)       \
	{                                                                      \
		while (s != end)                                               \
			*to++ = widen_##x(f, *s++);                            \
		return s;                                                      \
	}                                                                      \
	char METHOD x##ctype_do_narrow(const struct x##ctype *f, E c,          \
				       char otherwise);                        \
	char METHOD x##ctype_do_narrow(const struct x##ctype *f, E c,          \
				       char otherwise)                         \
	{                                                                      \
		return narrow_##x(f, c, otherwise);                            \
	}                                                                      \
	const E *METHOD x##ctype_do_narrow_all(const struct x##ctype *f,       \
					       const E *s, const E *end,       \
					       char otherwise, char *to);      \
	const E *METHOD x##ctype_do_narrow_all(const struct x##ctype *f,       \
					       const E *s, const E *end,       \
					       char otherwise, char *to)       \
	{                                                                      \
		while (s != end)                                               \
			*to++ = narrow_##x(f, *s++, otherwise);                \
		return s;                                                      \
	}                                                                      \
	void METHOD x##ctype_end(struct x##ctype *f);                          \
	void METHOD x##ctype_end(struct x##ctype *f)                           \
	{                                                                      \
		vec_free(&f->v);                                               \
	}                                                                      \
	void *METHOD x##ctype_destroy(struct x##ctype *f, unsigned flags);     \
	void *METHOD x##ctype_destroy(struct x##ctype *f, unsigned flags)      \
	{                                                                      \
		x##ctype_end(f);                                               \
		return facet_destroy(&f->f, flags);                            \
	}                                                                      \
	struct x##ctype *METHOD x##ctype_from(                                 \
		struct x##ctype *f, const struct locinfo *i, size_t refs);     \
	struct x##ctype *METHOD x##ctype_from(                                 \
		struct x##ctype *f, const struct locinfo *i, size_t refs)      \
	{                                                                      \
		memset(f, 0, sizeof *f);                                       \
		f->f.vt = &vt_##x##ctype_;                                     \
		f->f.refs = (unsigned)refs;                                    \
		x##ctype_init(f, i);                                           \
		return f;                                                      \
	}                                                                      \
	size_t x##ctype_getcat(struct x##ctype **f, const struct locale *l);   \
	size_t x##ctype_getcat(struct x##ctype **f, const struct locale *l)    \
	{                                                                      \
		struct locinfo i;                                              \
                                                                               \
		if (f && !*f) {                                                \
			*f = make_facet(sizeof **f, &vt_##x##ctype_);          \
			locinfo_new(&i, locale_name(l));                       \
			x##ctype_init(*f, &i);                                 \
			locinfo_end(&i);                                       \
		}                                                              \
		return LC_CTYPE;                                               \
	}

#define vt_cctype_ vt_ctype
#define vt_wctype_ vt_wctype

void METHOD cctype_init(struct cctype *f, const struct locinfo *i);
void METHOD wctype_init(struct wctype *f, const struct locinfo *i);

void METHOD cctype_init(struct cctype *f, const struct locinfo *i)
{
	f->v = _Getctype();
}

void METHOD wctype_init(struct wctype *f, const struct locinfo *i)
{
	f->v = _Getctype();
	f->cvt = _Getcvt();
}

CTYPE(c, char, 3)
CTYPE(w, WCHAR, 7)

/* -- ctype<char>: by its table, nothing of which is virtual -- */

BOOLEAN METHOD cctype_is(const struct cctype *f, short mask, char c);
const char *METHOD cctype_is_all(const struct cctype *f, const char *s,
				 const char *end, short *to);
const char *METHOD cctype_scan_is(const struct cctype *f, short mask, const char *s,
				  const char *end);
const char *METHOD cctype_scan_not(const struct cctype *f, short mask, const char *s,
				   const char *end);
struct cctype *METHOD cctype_new_table(struct cctype *f, const short *table,
				       BOOLEAN owned, size_t refs);
void METHOD cctype_tidy(struct cctype *f);

BOOLEAN METHOD cctype_is(const struct cctype *f, short mask, char c)
{
	return (f->v.table[(unsigned char)c] & mask) != 0;
}

const char *METHOD cctype_is_all(const struct cctype *f, const char *s,
				 const char *end, short *to)
{
	while (s != end)
		*to++ = f->v.table[(unsigned char)*s++];
	return s;
}

const char *METHOD cctype_scan_is(const struct cctype *f, short mask, const char *s,
				  const char *end)
{
	while (s != end && !cctype_is(f, mask, *s))
		s++;
	return s;
}

const char *METHOD cctype_scan_not(const struct cctype *f, short mask, const char *s,
				   const char *end)
{
	while (s != end && cctype_is(f, mask, *s))
		s++;
	return s;
}

struct cctype *METHOD cctype_new_table(struct cctype *f, const short *table,
				       BOOLEAN owned, size_t refs)
{
	struct locinfo i;

	locinfo_new(&i, "C");
	cctype_from(f, &i, refs);
	locinfo_end(&i);
	if (table) {
		free((short *)f->v.table);
		f->v.table = table;
		f->v.owned = owned ? -1 : 0;
	}
	return f;
}

void METHOD cctype_tidy(struct cctype *f)
{
	vec_free(&f->v);
}

/* -- ctype<wchar_t> -- */

BOOLEAN METHOD wctype_is(const struct wctype *f, short mask, WCHAR c);
const WCHAR *METHOD wctype_is_all(const struct wctype *f, const WCHAR *s,
				  const WCHAR *end, short *to);
const WCHAR *METHOD wctype_scan_is(const struct wctype *f, short mask,
				   const WCHAR *s, const WCHAR *end);
const WCHAR *METHOD wctype_scan_not(const struct wctype *f, short mask,
				    const WCHAR *s, const WCHAR *end);
BOOLEAN METHOD wctype_do_is(const struct wctype *f, short mask, WCHAR c);
const WCHAR *METHOD wctype_do_is_all(const struct wctype *f, const WCHAR *s,
				     const WCHAR *end, short *to);
const WCHAR *METHOD wctype_do_scan_is(const struct wctype *f, short mask,
				      const WCHAR *s, const WCHAR *end);
const WCHAR *METHOD wctype_do_scan_not(const struct wctype *f, short mask,
				       const WCHAR *s, const WCHAR *end);
struct wctype *METHOD wctype_new(struct wctype *f, size_t refs);

typedef BOOLEAN(METHOD *is_fn)(const struct wctype *, short, WCHAR);
typedef const WCHAR *(METHOD *is_all_fn)(const struct wctype *, const WCHAR *,
					 const WCHAR *, short *);
typedef const WCHAR *(METHOD *scan_fn)(const struct wctype *, short, const WCHAR *,
				       const WCHAR *);

BOOLEAN METHOD wctype_is(const struct wctype *f, short mask, WCHAR c)
{
	return CALL(f, 4, is_fn)(f, mask, c);
}

const WCHAR *METHOD wctype_is_all(const struct wctype *f, const WCHAR *s,
				  const WCHAR *end, short *to)
{
	return CALL(f, 3, is_all_fn)(f, s, end, to);
}

const WCHAR *METHOD wctype_scan_is(const struct wctype *f, short mask,
				   const WCHAR *s, const WCHAR *end)
{
	return CALL(f, 5, scan_fn)(f, mask, s, end);
}

const WCHAR *METHOD wctype_scan_not(const struct wctype *f, short mask,
				    const WCHAR *s, const WCHAR *end)
{
	return CALL(f, 6, scan_fn)(f, mask, s, end);
}

BOOLEAN METHOD wctype_do_is(const struct wctype *f, short mask, WCHAR c)
{
	return (_Getwctype(c, &f->v) & mask) != 0;
}

const WCHAR *METHOD wctype_do_is_all(const struct wctype *f, const WCHAR *s,
				     const WCHAR *end, short *to)
{
	while (s != end)
		*to++ = _Getwctype(*s++, &f->v);
	return s;
}

const WCHAR *METHOD wctype_do_scan_is(const struct wctype *f, short mask,
				      const WCHAR *s, const WCHAR *end)
{
	while (s != end && !wctype_is(f, mask, *s))
		s++;
	return s;
}

const WCHAR *METHOD wctype_do_scan_not(const struct wctype *f, short mask,
				       const WCHAR *s, const WCHAR *end)
{
	while (s != end && wctype_is(f, mask, *s))
		s++;
	return s;
}

struct wctype *METHOD wctype_new(struct wctype *f, size_t refs)
{
	struct locinfo i;

	locinfo_new(&i, "C");
	wctype_from(f, &i, refs);
	locinfo_end(&i);
	return f;
}

/* ---- time_put<wchar_t> ----------------------------------------------------------- */

struct wsb;
struct put_iterator {
	BOOLEAN failed;
	struct wsb *sb;
};
unsigned short METHOD wsb_sputc(struct wsb *sb, WCHAR c);

struct time_put {
	struct facet f;
	void *names; /* _W_Gettnames() */
};
extern const struct facet_vt vt_time_put_w;
void *__cdecl _W_Gettnames(void);
size_t __cdecl _Wcsftime(WCHAR *to, size_t n, const WCHAR *format,
			 const struct tm *t, void *names);

size_t time_put_w_getcat(struct time_put **f, const struct locale *l);
struct put_iterator *METHOD time_put_w_do_put(const struct time_put *f,
					      struct put_iterator *result,
					      struct put_iterator to, struct ios *s,
					      WCHAR fill, const struct tm *t,
					      char spec, char modifier);
struct put_iterator *METHOD time_put_w_put(const struct time_put *f,
					   struct put_iterator *result,
					   struct put_iterator to, struct ios *s,
					   WCHAR fill, const struct tm *t,
					   const WCHAR *format, const WCHAR *end);

size_t time_put_w_getcat(struct time_put **f, const struct locale *l)
{
	struct locinfo i;

	if (f && !*f) {
		*f = make_facet(sizeof **f, &vt_time_put_w);
		locinfo_new(&i, locale_name(l));
		/* Made once for each locale and kept as long as the process. */
		(*f)->names = _W_Gettnames();
		locinfo_end(&i);
	}
	return LC_TIME;
}

static void put_char(struct put_iterator *to, WCHAR c)
{
	if (!to->sb || wsb_sputc(to->sb, c) == WEOF)
		to->failed = TRUE;
}

struct put_iterator *METHOD time_put_w_do_put(const struct time_put *f,
					      struct put_iterator *result,
					      struct put_iterator to, struct ios *s,
					      WCHAR fill, const struct tm *t,
					      char spec, char modifier)
{
	WCHAR format[5] = { '!', '%' }, text[256];
	size_t n;
	int i = 2;

	if (modifier)
		format[i++] = (unsigned char)modifier;
	format[i] = (unsigned char)spec;
	/* '!' makes the result of an empty one longer than nothing. */
	n = _Wcsftime(text, ARRAYSIZE(text), format, t, f->names);
	for (size_t k = 1; k < n; k++)
		put_char(&to, text[k]);
	*result = to;
	return result;
}

typedef struct put_iterator *(METHOD *do_put_fn)(const struct time_put *,
						 struct put_iterator *,
						 struct put_iterator, struct ios *,
						 WCHAR, const struct tm *, char, char);

struct put_iterator *METHOD time_put_w_put(const struct time_put *f,
					   struct put_iterator *result,
					   struct put_iterator to, struct ios *s,
					   WCHAR fill, const struct tm *t,
					   const WCHAR *format, const WCHAR *end)
{
	for (; format != end; format++) {
		const WCHAR *start = format;
		char modifier = 0;

		if (*format != '%' || format + 1 == end) {
			put_char(&to, *format);
			continue;
		}
		format++;
		if ((*format == 'E' || *format == 'O' || *format == '#' ||
		     *format == 'Q') &&
		    format + 1 != end)
			modifier = (char)*format++;
		if (*format > 0x7f) {
			put_char(&to, *start);
			format = start;
			continue;
		}
		CALL(f, 3, do_put_fn)(f, result, to, s, fill, t, (char)*format, modifier);
		to = *result;
	}
	*result = to;
	return result;
}
