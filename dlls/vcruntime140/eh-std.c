/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-std.c - std::bad_cast and std::bad_typeid, which the runtime itself
 * throws; laid out as Microsoft's headers have them.
 *
 * On x64 tables hold addresses relative to the image, which C cannot say: they
 * are filled in at first use.
 */
#include "eh.h"

struct std_exception {
	const void *const *vtable;
	const char *what;
	BOOLEAN owned;
};

DECLSPEC_NORETURN void eh_throw_bad_cast(const char *what);
DECLSPEC_NORETURN void eh_throw_bad_typeid(const char *what);

#ifdef _WIN64
#define METHOD
#else
#define METHOD __thiscall
#endif

static const char *METHOD what(struct std_exception *e)
{
	return e->what ? e->what : "Unknown exception";
}

static void METHOD destroy(struct std_exception *e)
{
	if (e->owned)
		free((char *)e->what);
}

static void *METHOD delete_it(struct std_exception *e, unsigned flags)
{
	destroy(e);
	if (flags & 1)
		free(e);
	return e;
}

static const void *const vtable[] = { delete_it, what };

/* Also for what programs throw or catch by our descriptors. */
static struct std_exception *METHOD copy(struct std_exception *to,
					 const struct std_exception *from)
{
	*to = *from;
	if (from->owned && from->what) {
		size_t n = strlen(from->what) + 1;
		char *text = malloc(n);

		if (text)
			memcpy(text, from->what, n);
		to->what = text;
		to->owned = text != NULL;
	}
	return to;
}

/* Of the type_info that a program's own static library has; never called. */
static const void *const type_info_vtable[1];

#define DESCRIPTOR(var, text)                                                  \
	static struct {                                                        \
		const void *vtable;                                            \
		char *name;                                                    \
		char decorated[sizeof text];                                   \
	} var = { type_info_vtable, NULL, text }

DESCRIPTOR(exception_type, ".?AVexception@std@@");
DESCRIPTOR(bad_cast_type, ".?AVbad_cast@std@@");
DESCRIPTOR(bad_typeid_type, ".?AVbad_typeid@std@@");

struct tables {
	THROW_INFO info;
	CATCHABLE own, base;
	DWORD list[3]; /* CATCHABLES of two */
};
static struct tables bad_cast, bad_typeid;

static DWORD rel(const void *p)
{
#ifdef _WIN64
	extern const char __ImageBase[];

	return (DWORD)((ULONG_PTR)p - (ULONG_PTR)__ImageBase);
#else
	return (DWORD)p;
#endif
}

static void catchable(CATCHABLE *c, const void *type)
{
	c->type = rel(type);
	c->this_displacement = (PMD){ 0, -1, 0 };
	c->size = sizeof(struct std_exception);
	c->copy = rel((const void *)copy);
}

/* Threads that meet here write the same. */
static void fill(struct tables *t, const void *type)
{
	catchable(&t->own, type);
	catchable(&t->base, &exception_type);
	t->list[0] = 2;
	t->list[1] = rel(&t->own);
	t->list[2] = rel(&t->base);
	t->info.destructor = rel((const void *)destroy);
	t->info.catchables = rel(t->list);
}

void eh_throw_bad_cast(const char *text)
{
	struct std_exception e = { vtable, text, FALSE };

	fill(&bad_cast, &bad_cast_type);
	_CxxThrowException(&e, &bad_cast.info);
}

void eh_throw_bad_typeid(const char *text)
{
	struct std_exception e = { vtable, text, FALSE };

	fill(&bad_typeid, &bad_typeid_type);
	_CxxThrowException(&e, &bad_typeid.info);
}
