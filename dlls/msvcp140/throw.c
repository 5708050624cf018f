/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * throw.c - the exceptions that the library throws for programs: std::exception
 * and its children, with the types that programs' catch clauses name.
 *
 * Vtables, types and ThrowInfos are rtti.S's.
 */
#include "msvcp.h"

struct exception {
	const void *vt;
	const char *what;
	BOOLEAN owned;
};
struct category;
struct error_code {
	int value;
	const struct category *category;
};
struct system_error {
	struct exception e;
	struct error_code code;
};
struct regex_error {
	struct exception e;
	int code;
};

/* vcruntime140's: the texts of std::exception. */
struct exception_data {
	const char *what;
	BOOLEAN owned;
};
void __cdecl __std_exception_copy(const struct exception_data *from,
				  struct exception_data *to);
void __cdecl __std_exception_destroy(struct exception_data *d);

static struct exception_data *data(const struct exception *e)
{
	return (struct exception_data *)&e->what;
}

void METHOD exception_end(struct exception *e);
void *METHOD exception_delete(struct exception *e, unsigned flags);
const char *METHOD exception_what(const struct exception *e);

void METHOD exception_end(struct exception *e)
{
	__std_exception_destroy(data(e));
}

void *METHOD exception_delete(struct exception *e, unsigned flags)
{
	exception_end(e);
	if (flags & 1)
		free(e);
	return e;
}

const char *METHOD exception_what(const struct exception *e)
{
	return e->what ? e->what : "Unknown exception";
}

/* A copy as a base's is an object of the base. */
#define COPIED(name, type)                                                     \
	extern const void *const vt_##name[];                                  \
	extern const char throw_##name[];                                      \
	type *METHOD copy_##name(type *to, const type *from);                  \
	type *METHOD copy_##name(type *to, const type *from)                   \
	{                                                                      \
		struct exception *e = (struct exception *)to;                  \
                                                                               \
		*to = *from;                                                   \
		e->what = NULL;                                                \
		e->owned = FALSE;                                              \
		__std_exception_copy(data((const struct exception *)from),     \
				     data(e));                                 \
		e->vt = vt_##name;                                             \
		return to;                                                     \
	}

COPIED(exception, struct exception)
COPIED(bad_alloc, struct exception)
COPIED(bad_cast, struct exception)
COPIED(bad_exception, struct exception)
COPIED(bad_function_call, struct exception)
COPIED(logic_error, struct exception)
COPIED(invalid_argument, struct exception)
COPIED(length_error, struct exception)
COPIED(out_of_range, struct exception)
COPIED(runtime_error, struct exception)
COPIED(overflow_error, struct exception)
COPIED(regex_error, struct regex_error)
COPIED(system_error_base, struct system_error)
COPIED(system_error, struct system_error)
COPIED(ios_failure, struct system_error)

/* The text is the caller's and may go with its frame. */
static void fill(struct exception *e, const void *vt, const char *what)
{
	struct exception_data from = { what, TRUE };

	e->vt = vt;
	e->what = NULL;
	e->owned = FALSE;
	__std_exception_copy(&from, data(e));
}

#define THROWS(name)                                                           \
	DECLSPEC_NORETURN void x_##name(const char *what);                     \
	void x_##name(const char *what)                                        \
	{                                                                      \
		struct exception e;                                            \
                                                                               \
		fill(&e, vt_##name, what);                                     \
		_CxxThrowException(&e, throw_##name);                          \
	}

THROWS(invalid_argument)
THROWS(length_error)
THROWS(out_of_range)
THROWS(runtime_error)
THROWS(overflow_error)

#define THROWS_ALWAYS(name, text)                                              \
	DECLSPEC_NORETURN void x_##name(void);                                 \
	void x_##name(void)                                                    \
	{                                                                      \
		/* no memory for a copy of the text may be left */             \
		struct exception e = { vt_##name, text, FALSE };               \
                                                                               \
		_CxxThrowException(&e, throw_##name);                          \
	}

THROWS_ALWAYS(bad_alloc, "bad allocation")
THROWS_ALWAYS(bad_cast, "bad cast")
THROWS_ALWAYS(bad_exception, "bad exception")
THROWS_ALWAYS(bad_function_call, "bad function call")

void *must_malloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		x_bad_alloc();
	return p;
}

/* ---- regex_error ----------------------------------------------------------- */

DECLSPEC_NORETURN void x_regex_error(int code);

/* std::regex_constants::error_type */
static const char *const regex_texts[] = {
	"regex_error(error_collate): no such collating element",
	"regex_error(error_ctype): no such character class",
	"regex_error(error_escape): bad escape or a backslash at the end",
	"regex_error(error_backref): back reference to no group",
	"regex_error(error_brack): unmatched [ or ]",
	"regex_error(error_paren): unmatched ( or )",
	"regex_error(error_brace): unmatched { or }",
	"regex_error(error_badbrace): bad numbers between { and }",
	"regex_error(error_range): bad range of characters",
	"regex_error(error_space): out of memory",
	"regex_error(error_badrepeat): nothing before *, ?, + or {",
	"regex_error(error_complexity): the match is too complex",
	"regex_error(error_stack): the match needs too much stack",
	"regex_error(error_parse)",
	"regex_error(error_syntax)",
};

void x_regex_error(int code)
{
	struct regex_error e = { .code = code };

	fill(&e.e, vt_regex_error,
	     code >= 0 && code < (int)ARRAYSIZE(regex_texts) ? regex_texts[code] :
							     "regex_error");
	_CxxThrowException(&e, throw_regex_error);
}

/* ---- system_error and its categories ------------------------------------------ */

/* Programs have categories of their own; these words say which are the same. */
enum { WORD_GENERIC = 1, WORD_IOSTREAM = 3 };
struct category {
	const void *vt;
	ULONG_PTR word;
};
struct error_condition {
	int value;
	const struct category *category;
};

extern const void *const vt_generic_category[], *const vt_iostream_category[];
static const struct category generic = { vt_generic_category, WORD_GENERIC };
static const struct category iostream = { vt_iostream_category, WORD_IOSTREAM };

const char *syserror_map(int code);

void *METHOD category_delete(struct category *c, unsigned flags);
const char *METHOD generic_name(const struct category *c);
const char *METHOD iostream_name(const struct category *c);
struct string *METHOD generic_message(const struct category *c, struct string *to,
				      int code);
struct string *METHOD iostream_message(const struct category *c, struct string *to,
				       int code);
struct error_condition *METHOD category_default(const struct category *c,
						struct error_condition *to, int code);
BOOLEAN METHOD category_equals(const struct category *c, int code,
			       const struct error_condition *to);
BOOLEAN METHOD category_equals_code(const struct category *c,
				    const struct error_code *code, int to);

void *METHOD category_delete(struct category *c, unsigned flags)
{
	return c;
}

const char *METHOD generic_name(const struct category *c)
{
	return "generic";
}

const char *METHOD iostream_name(const struct category *c)
{
	return "iostream";
}

struct string *METHOD generic_message(const struct category *c, struct string *to,
				      int code)
{
	const char *text = syserror_map(code);

	return string_make(to, text, strlen(text));
}

#define IO_ERRC_STREAM 1
static const char stream_text[] = "iostream stream error";

struct string *METHOD iostream_message(const struct category *c, struct string *to,
				       int code)
{
	if (code != IO_ERRC_STREAM)
		return generic_message(c, to, code);
	return string_make(to, stream_text, sizeof stream_text - 1);
}

struct error_condition *METHOD category_default(const struct category *c,
						struct error_condition *to, int code)
{
	to->value = code;
	to->category = c;
	return to;
}

BOOLEAN METHOD category_equals(const struct category *c, int code,
			       const struct error_condition *to)
{
	return to->category->word == c->word && to->value == code;
}

BOOLEAN METHOD category_equals_code(const struct category *c,
				    const struct error_code *code, int to)
{
	return code->category->word == c->word && code->value == to;
}

/* what() is the text, a colon and the category's message. */
static void fill_system(struct system_error *e, const void *vt,
			const struct category *category, int code,
			const char *what, const char *message)
{
	char text[160];

	strcpy(text, what);
	strcat(strcat(text, ": "), message);
	fill(&e->e, vt, text);
	e->code.value = code;
	e->code.category = category;
}

void x_system_error(int code, const char *what)
{
	struct system_error e = { 0 };

	fill_system(&e, vt_system_error, &generic, code, what, syserror_map(code));
	_CxxThrowException(&e, throw_system_error);
}

void x_ios_failure(const char *what)
{
	struct system_error e = { 0 };

	fill_system(&e, vt_ios_failure, &iostream, IO_ERRC_STREAM, what,
		    stream_text);
	_CxxThrowException(&e, throw_ios_failure);
}

/* ---- of threads ------------------------------------------------------------ */

DECLSPEC_NORETURN void throw_cpp_error(int code);
DECLSPEC_NORETURN void throw_c_error(int code);

/* By the numbers that <thread> and <mutex> give. */
static const int thread_errors[] = { EBUSY,  EINVAL,  ESRCH, ENOMEM,
				     EPERM,  EDEADLK, EAGAIN };

void throw_cpp_error(int code)
{
	int error = code >= 0 && code < (int)ARRAYSIZE(thread_errors) ?
			    thread_errors[code] :
			    EINVAL;

	x_system_error(error, syserror_map(error));
}

/* By what the functions of thread.c return. */
void throw_c_error(int code)
{
	switch (code) {
	case 1: /* nomem */
	case 4: /* error */
		throw_cpp_error(6);
	case 2: /* timed out */
	case 3: /* busy */
		throw_cpp_error(0);
	default:
		abort();
	}
}
