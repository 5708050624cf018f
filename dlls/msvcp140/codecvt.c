/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * codecvt.c - std::codecvt<char> and <wchar_t>: a file's bytes and a stream's
 * characters.
 */
#include "msvcp.h"

#define CALL(object, index, type) ((type)(((void *const *)(object)->f.vt)[index]))

enum { CVT_OK, CVT_PARTIAL, CVT_ERROR, CVT_NOCONV };
enum { V_ALWAYS = 3, V_MAX, V_ENCODING, V_IN, V_OUT, V_UNSHIFT, V_LENGTH };

struct ccodecvt {
	struct facet f;
};
struct wcodecvt {
	struct facet f;
	struct cvtvec cvt;
};
extern const struct facet_vt vt_codecvt_base, vt_codecvt, vt_wcodecvt;

/* ---- codecvt_base ------------------------------------------------------------- */

struct facet *METHOD codecvt_base_new(struct facet *f, size_t refs);
BOOLEAN METHOD codecvt_base_always(const struct ccodecvt *f);
int METHOD codecvt_base_max(const struct ccodecvt *f);
int METHOD codecvt_base_encoding(const struct ccodecvt *f);
BOOLEAN METHOD codecvt_base_do_always(const struct ccodecvt *f);
int METHOD codecvt_base_do_one(const struct ccodecvt *f);

typedef BOOLEAN(METHOD *bool_fn)(const struct ccodecvt *);
typedef int(METHOD *int_fn)(const struct ccodecvt *);

struct facet *METHOD codecvt_base_new(struct facet *f, size_t refs)
{
	f->vt = &vt_codecvt_base;
	f->refs = (unsigned)refs;
	return f;
}

BOOLEAN METHOD codecvt_base_always(const struct ccodecvt *f)
{
	return CALL(f, V_ALWAYS, bool_fn)(f);
}

int METHOD codecvt_base_max(const struct ccodecvt *f)
{
	return CALL(f, V_MAX, int_fn)(f);
}

int METHOD codecvt_base_encoding(const struct ccodecvt *f)
{
	return CALL(f, V_ENCODING, int_fn)(f);
}

BOOLEAN METHOD codecvt_base_do_always(const struct ccodecvt *f)
{
	return FALSE;
}

int METHOD codecvt_base_do_one(const struct ccodecvt *f)
{
	return 1;
}

/* ---- what both have --------------------------------------------------------------- */

#define CODECVT(x, E)                                                          \
	typedef int(METHOD *x##in_fn)(const struct x##codecvt *,               \
				      struct mbstate *, const char *,          \
				      const char *, const char **, E *, E *,   \
				      E **);                                   \
	typedef int(METHOD *x##out_fn)(const struct x##codecvt *,              \
				       struct mbstate *, const E *, const E *, \
				       const E **, char *, char *, char **);   \
	typedef int(METHOD *x##unshift_fn)(const struct x##codecvt *,          \
					   struct mbstate *, char *, char *,   \
					   char **);                           \
	typedef int(METHOD *x##length_fn)(const struct x##codecvt *,           \
					  struct mbstate *, const char *,      \
					  const char *, size_t);               \
	int METHOD x##codecvt_in(const struct x##codecvt *f,                   \
				 struct mbstate *state, const char *s,         \
				 const char *end, const char **next, E *to,    \
				 E *to_end, E **to_next);                      \
	int METHOD x##codecvt_in(const struct x##codecvt *f,                   \
				 struct mbstate *state, const char *s,         \
				 const char *end, const char **next, E *to,    \
				 E *to_end, E **to_next)                       \
	{                                                                      \
		return CALL(f, V_IN, x##in_fn)(f, state, s, end, next, to,     \
					       to_end, to_next);               \
	}                                                                      \
	int METHOD x##codecvt_out(const struct x##codecvt *f,                  \
				  struct mbstate *state, const E *s,           \
				  const E *end, const E **next, char *to,      \
				  char *to_end, char **to_next);               \
	int METHOD x##codecvt_out(const struct x##codecvt *f,                  \
				  struct mbstate *state, const E *s,           \
				  const E *end, const E **next, char *to,      \
				  char *to_end, char **to_next)                \
	{                                                                      \
		return CALL(f, V_OUT, x##out_fn)(f, state, s, end, next, to,   \
						 to_end, to_next);             \
	}                                                                      \
	int METHOD x##codecvt_unshift(const struct x##codecvt *f,              \
				      struct mbstate *state, char *to,         \
				      char *end, char **next);                 \
	int METHOD x##codecvt_unshift(const struct x##codecvt *f,              \
				      struct mbstate *state, char *to,         \
				      char *end, char **next)                  \
	{                                                                      \
		return CALL(f, V_UNSHIFT, x##unshift_fn)(f, state, to, end,    \
							 next);                \
	}                                                                      \
	int METHOD x##codecvt_length(const struct x##codecvt *f,               \
				     struct mbstate *state, const char *s,     \
				     const char *end, size_t n);               \
	int METHOD x##codecvt_length(const struct x##codecvt *f,               \
				     struct mbstate *state, const char *s,     \
				     const char *end, size_t n)                \
	{                                                                      \
		return CALL(f, V_LENGTH, x##length_fn)(f, state, s, end, n);   \
	}                                                                      \
	struct x##codecvt *METHOD x##codecvt_from(                             \
		struct x##codecvt *f, const struct locinfo *i, size_t refs);   \
	struct x##codecvt *METHOD x##codecvt_from(                             \
		struct x##codecvt *f, const struct locinfo *i, size_t refs)    \
	{                                                                      \
		f->f.vt = &vt_##x;                                             \
		f->f.refs = (unsigned)refs;                                    \
		x##codecvt_init(f, i);                                         \
		return f;                                                      \
	}                                                                      \
	static struct x##codecvt *x##named(struct x##codecvt *f, size_t refs,  \
					   const char *name)                   \
	{                                                                      \
		struct locinfo i;                                              \
                                                                               \
		locinfo_new(&i, name);                                         \
		x##codecvt_from(f, &i, refs);                                  \
		locinfo_end(&i);                                               \
		return f;                                                      \
	}                                                                      \
	struct x##codecvt *METHOD x##codecvt_new(struct x##codecvt *f,         \
						 size_t refs);                 \
	struct x##codecvt *METHOD x##codecvt_new(struct x##codecvt *f,         \
						 size_t refs)                  \
	{                                                                      \
		return x##named(f, refs, "C");                                 \
	}                                                                      \
	size_t x##codecvt_getcat(struct x##codecvt **f,                        \
				 const struct locale *l);                      \
	size_t x##codecvt_getcat(struct x##codecvt **f,                        \
				 const struct locale *l)                       \
	{                                                                      \
		if (f && !*f)                                                  \
			*f = x##named(must_malloc(sizeof **f), 0,              \
				      cyarn_text(&l->imp->name));              \
		return LC_CTYPE;                                               \
	}

#define vt_c vt_codecvt
#define vt_w vt_wcodecvt

void METHOD ccodecvt_init(struct ccodecvt *f, const struct locinfo *i);
void METHOD wcodecvt_init(struct wcodecvt *f, const struct locinfo *i);

void METHOD ccodecvt_init(struct ccodecvt *f, const struct locinfo *i)
{
}

void METHOD wcodecvt_init(struct wcodecvt *f, const struct locinfo *i)
{
	f->cvt = _Getcvt();
}

CODECVT(c, char)
CODECVT(w, WCHAR)

/* ---- char: nothing to convert -------------------------------------------------------- */

BOOLEAN METHOD ccodecvt_do_always(const struct ccodecvt *f);
int METHOD ccodecvt_do_max(const struct ccodecvt *f);
int METHOD ccodecvt_do_encoding(const struct ccodecvt *f);
int METHOD ccodecvt_do_in(const struct ccodecvt *f, struct mbstate *state,
			  const char *s, const char *end, const char **next, char *to,
			  char *to_end, char **to_next);
int METHOD ccodecvt_do_out(const struct ccodecvt *f, struct mbstate *state,
			   const char *s, const char *end, const char **next,
			   char *to, char *to_end, char **to_next);
int METHOD ccodecvt_do_unshift(const struct ccodecvt *f, struct mbstate *state,
			       char *to, char *end, char **next);
int METHOD ccodecvt_do_length(const struct ccodecvt *f, struct mbstate *state,
			      const char *s, const char *end, size_t n);

BOOLEAN METHOD ccodecvt_do_always(const struct ccodecvt *f)
{
	return TRUE;
}

int METHOD ccodecvt_do_max(const struct ccodecvt *f)
{
	return 1;
}

int METHOD ccodecvt_do_encoding(const struct ccodecvt *f)
{
	return 1;
}

int METHOD ccodecvt_do_in(const struct ccodecvt *f, struct mbstate *state,
			  const char *s, const char *end, const char **next, char *to,
			  char *to_end, char **to_next)
{
	*next = s;
	*to_next = to;
	return CVT_NOCONV;
}

int METHOD ccodecvt_do_out(const struct ccodecvt *f, struct mbstate *state,
			   const char *s, const char *end, const char **next,
			   char *to, char *to_end, char **to_next)
{
	*next = s;
	*to_next = to;
	return CVT_NOCONV;
}

int METHOD ccodecvt_do_unshift(const struct ccodecvt *f, struct mbstate *state,
			       char *to, char *end, char **next)
{
	*next = to;
	return CVT_NOCONV;
}

static int bytes(const char *s, const char *end)
{
	return (int)min(end - s, (ptrdiff_t)INT_MAX);
}

int METHOD ccodecvt_do_length(const struct ccodecvt *f, struct mbstate *state,
			      const char *s, const char *end, size_t n)
{
	int all = bytes(s, end);

	return n < (size_t)all ? (int)n : all;
}

/* ---- wchar_t: by the locale's code page ------------------------------------------------- */

int METHOD wcodecvt_do_max(const struct wcodecvt *f);
int METHOD wcodecvt_do_encoding(const struct wcodecvt *f);
BOOLEAN METHOD wcodecvt_do_always(const struct wcodecvt *f);
int METHOD wcodecvt_do_in(const struct wcodecvt *f, struct mbstate *state,
			  const char *s, const char *end, const char **next,
			  WCHAR *to, WCHAR *to_end, WCHAR **to_next);
int METHOD wcodecvt_do_out(const struct wcodecvt *f, struct mbstate *state,
			   const WCHAR *s, const WCHAR *end, const WCHAR **next,
			   char *to, char *to_end, char **to_next);
int METHOD wcodecvt_do_unshift(const struct wcodecvt *f, struct mbstate *state,
			       char *to, char *end, char **next);
int METHOD wcodecvt_do_length(const struct wcodecvt *f, struct mbstate *state,
			      const char *s, const char *end, size_t n);

BOOLEAN METHOD wcodecvt_do_always(const struct wcodecvt *f)
{
	return FALSE;
}

int METHOD wcodecvt_do_max(const struct wcodecvt *f)
{
	return (int)f->cvt.most;
}

int METHOD wcodecvt_do_encoding(const struct wcodecvt *f)
{
	return f->cvt.most == 1;
}

/* How many bytes a wide character of the next ones takes; < 0 as _Mbrtowc(). */
static int next_wide(const struct wcodecvt *f, WCHAR *to, const char *s,
		     const char *end, struct mbstate *state)
{
	unsigned short pending = state->state;
	int n = _Mbrtowc(to, s, (size_t)(end - s), state, &f->cvt);

	return n || pending ? n : 1; /* a NUL is a byte as well */
}

int METHOD wcodecvt_do_in(const struct wcodecvt *f, struct mbstate *state,
			  const char *s, const char *end, const char **next,
			  WCHAR *to, WCHAR *to_end, WCHAR **to_next)
{
	int result = CVT_OK, n;

	while (s != end && result == CVT_OK) {
		if (to == to_end) {
			result = CVT_PARTIAL;
			break;
		}
		n = next_wide(f, to, s, end, state);
		if (n == -1) {
			result = CVT_ERROR;
		} else if (n == -2) {
			/* the state keeps what has come of the character */
			s = end;
			result = CVT_PARTIAL;
		} else {
			s += n;
			to++;
		}
	}
	*next = s;
	*to_next = to;
	return result;
}

int METHOD wcodecvt_do_out(const struct wcodecvt *f, struct mbstate *state,
			   const WCHAR *s, const WCHAR *end, const WCHAR **next,
			   char *to, char *to_end, char **to_next)
{
	int result = CVT_OK, n;
	char text[MB_LEN_MAX];

	for (; s != end; s++) {
		struct mbstate before = *state;

		n = _Wcrtomb(text, *s, state, &f->cvt);
		if (n < 0) {
			result = CVT_ERROR;
			break;
		}
		if (n > to_end - to) {
			*state = before;
			result = CVT_PARTIAL;
			break;
		}
		memcpy(to, text, (size_t)n);
		to += n;
	}
	*next = s;
	*to_next = to;
	return result;
}

/* No code page that a locale can have shifts; half a pair is all that may lack. */
int METHOD wcodecvt_do_unshift(const struct wcodecvt *f, struct mbstate *state,
			       char *to, char *end, char **next)
{
	*next = to;
	return state->wide ? CVT_ERROR : CVT_OK;
}

int METHOD wcodecvt_do_length(const struct wcodecvt *f, struct mbstate *state,
			      const char *s, const char *end, size_t n)
{
	const char *start = s;
	WCHAR c;
	int got;

	for (; n && s != end; n--) {
		got = next_wide(f, &c, s, end, state);
		if (got < 0)
			break;
		s += got;
	}
	return bytes(start, s);
}
