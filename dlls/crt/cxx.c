/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cxx.c - the C++ classes that msvcrt exports: exception and its children.
 *
 * Written as C: methods are functions whose first argument is the object (in
 * ecx on i686, `thiscall`).  The layout is that of Visual C++ 6: vtable, text,
 * and whether the text is owned.  type_info itself is eh-rtti.c's.
 */
#include "crt.h"

#ifdef _WIN64
#define METHOD
#else
#define METHOD __attribute__((thiscall))
#endif

struct exception {
	const void *vtable;
	char *text;
	int owned;
};

/* Deleting destructors: bit 0 frees the object. */
static void *METHOD destroy(struct exception *e, unsigned flags);
const char *METHOD crt_exception_what(const struct exception *e);

struct vtable {
	const void *locator; /* of RTTI; typeid() of these is not offered */
	void *METHOD (*destructor)(struct exception *, unsigned);
	const char *METHOD (*what)(const struct exception *);
};

#define VTABLE(name)                                                           \
	static const __attribute__((used)) struct vtable name##_room = {       \
		NULL, destroy, crt_exception_what                              \
	};                                                                     \
	__asm__(".globl " PREFIX #name "\n\t.set " PREFIX #name                \
		", " PREFIX #name "_room + " WORD "\n");                       \
	extern const void *const name[]

#ifdef _WIN64
#define PREFIX ""
#define WORD   "8"
#else
#define PREFIX "_"
#define WORD   "4"
#endif

VTABLE(crt_vt_exception);
VTABLE(crt_vt_bad_cast);
VTABLE(crt_vt_bad_typeid);
VTABLE(crt_vt_non_rtti);

static void release(struct exception *e)
{
	if (e->owned)
		free(e->text);
	e->text = NULL;
	e->owned = 0;
}

static void *METHOD destroy(struct exception *e, unsigned flags)
{
	release(e);
	if (flags & 1)
		free(e);
	return e;
}

static void set_text(struct exception *e, const char *s)
{
	e->text = s ? _strdup(s) : NULL;
	e->owned = e->text != NULL;
}

const char *METHOD crt_exception_what(const struct exception *e)
{
	return e->text ? e->text : "Unknown exception";
}

struct exception *METHOD crt_exception(struct exception *e)
{
	e->vtable = crt_vt_exception;
	e->text = NULL;
	e->owned = 0;
	return e;
}

struct exception *METHOD crt_exception_text(struct exception *e,
					    const char *const *s)
{
	e->vtable = crt_vt_exception;
	set_text(e, *s);
	return e;
}

struct exception *METHOD crt_exception_text_noalloc(struct exception *e,
						    const char *const *s, int n)
{
	e->vtable = crt_vt_exception;
	e->text = (char *)*s;
	e->owned = 0;
	return e;
}

struct exception *METHOD crt_exception_copy(struct exception *e,
					    const struct exception *from)
{
	e->vtable = crt_vt_exception;
	if (from->owned) {
		set_text(e, from->text);
	} else {
		e->text = from->text;
		e->owned = 0;
	}
	return e;
}

struct exception *METHOD crt_exception_assign(struct exception *e,
					      const struct exception *from)
{
	if (e != from) {
		release(e);
		crt_exception_copy(e, from);
	}
	return e;
}

void METHOD crt_exception_destroy(struct exception *e)
{
	release(e);
}

#define CHILD(NAME)                                                            \
	struct exception *METHOD crt_##NAME(struct exception *e,               \
					    const char *const *s)              \
	{                                                                      \
		crt_exception_text(e, s);                                      \
		e->vtable = crt_vt_##NAME;                                     \
		return e;                                                      \
	}                                                                      \
	struct exception *METHOD crt_##NAME##_plain(struct exception *e,       \
						    const char *s)             \
	{                                                                      \
		return crt_##NAME(e, &s);                                      \
	}                                                                      \
	struct exception *METHOD crt_##NAME##_copy(                            \
		struct exception *e, const struct exception *from)             \
	{                                                                      \
		crt_exception_copy(e, from);                                   \
		e->vtable = crt_vt_##NAME;                                     \
		return e;                                                      \
	}

CHILD(bad_cast)
CHILD(bad_typeid)
CHILD(non_rtti)

#if CRT_MSVCRT
/* ----------------------------------------------------------- type_info */

struct type_info {
	const void *vtable;
	char *name;
	char raw[];
};

const char *__std_type_info_name(void *data, void *list);

void METHOD crt_type_info_destroy(struct type_info *t)
{
	(void)t; /* its name belongs to the list of names */
}

int METHOD crt_type_info_equal(const struct type_info *a,
			       const struct type_info *b)
{
	return !strcmp(a->raw + 1, b->raw + 1);
}

int METHOD crt_type_info_differ(const struct type_info *a,
				const struct type_info *b)
{
	return strcmp(a->raw + 1, b->raw + 1) != 0;
}

int METHOD crt_type_info_before(const struct type_info *a,
				const struct type_info *b)
{
	return strcmp(a->raw + 1, b->raw + 1) < 0;
}

const char *METHOD crt_type_info_raw_name(const struct type_info *t)
{
	return t->raw;
}

const char *METHOD crt_type_info_name(struct type_info *t)
{
	static SLIST_HEADER names;

	return __std_type_info_name(&t->name, &names);
}
#endif
