/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-rtti.c - dynamic_cast and typeid of Microsoft's compiler.
 *
 * In front of a class's vtable stands a pointer to its complete object
 * locator, which leads to the list of all bases, each with where it is.
 */
#include "eh.h"

typedef struct {
	DWORD signature; /* 1: relative addresses */
	DWORD offset;    /* of this vtable's pointer in the whole object */
	DWORD cd_offset; /* there: by how much a constructor is away from it */
	DWORD type, hierarchy;
	DWORD self; /* signature 1 */
} LOCATOR;

typedef struct {
	DWORD signature, attributes, nbases;
	DWORD bases; /* array of BASE, the class itself first */
} HIERARCHY;

enum {
	BASE_NOT_VISIBLE = 1,
	BASE_AMBIGUOUS = 2,
	BASE_PRIVATE = 4,
	BASE_PRIVATE_IN_OBJECT = 8,
	BASE_VIRTUAL = 0x10
};

typedef struct {
	DWORD type;
	DWORD ncontained; /* bases of it that follow in the array */
	PMD where;
	DWORD attributes;
} BASE;

struct object {
	char *start; /* of the whole object */
	ULONG_PTR base;
	const LOCATOR *locator;
	const DWORD *bases;
	DWORD nbases;
};

PVOID __cdecl __RTDynamicCast(PVOID p, LONG vf_delta, TYPE_DESC *from,
			      TYPE_DESC *to, BOOL is_reference);
PVOID __cdecl __RTCastToVoid(PVOID p);
TYPE_DESC *__cdecl __RTtypeid(PVOID p);

/* eh-std.c */
DECLSPEC_NORETURN void eh_throw_bad_cast(const char *what);
DECLSPEC_NORETURN void eh_throw_bad_typeid(const char *what);

static inline PVOID at(const struct object *o, DWORD displacement)
{
	return (PVOID)at_base(o->base, displacement);
}

static const LOCATOR *locator_of(PVOID p)
{
	return (*(const LOCATOR ***)p)[-1];
}

static void look(struct object *o, PVOID p)
{
	const LOCATOR *l = locator_of(p);
	const HIERARCHY *h;

	o->locator = l;
	o->base = 0;
#ifdef _WIN64
	if (l->signature) {
		o->base = (ULONG_PTR)l - l->self;
	} else {
		PVOID base;

		o->base = (ULONG_PTR)RtlPcToFileHeader((PVOID)l, &base);
	}
#endif
	o->start = (char *)p - l->offset;
	if (l->cd_offset)
		o->start -= *(int *)((char *)p - l->cd_offset);
	h = at(o, l->hierarchy);
	o->nbases = h->nbases;
	o->bases = at(o, h->bases);
}

static inline const BASE *base_at(const struct object *o, DWORD i)
{
	return at(o, o->bases[i]);
}

static BOOL is_type(const struct object *o, const BASE *b, const TYPE_DESC *t)
{
	const TYPE_DESC *type = at(o, b->type);

	return type == t || !strcmp(type->decorated, t->decorated);
}

static char *address(const struct object *o, const BASE *b)
{
	return __AdjustPointer(o->start, &b->where);
}

/* A base of type to that contains p, which is one of type from, publicly. */
static char *down(const struct object *o, const char *p, const TYPE_DESC *from,
		  const TYPE_DESC *to)
{
	for (DWORD i = 0; i < o->nbases; i++) {
		const BASE *b = base_at(o, i);

		if (!is_type(o, b, to))
			continue;
		for (DWORD j = i + 1; j <= i + b->ncontained && j < o->nbases;
		     j++) {
			const BASE *inner = base_at(o, j);

			if (is_type(o, inner, from) && address(o, inner) == p &&
			    !(inner->attributes & BASE_PRIVATE))
				return address(o, b);
		}
	}
	return NULL;
}

/* The one public base of type to, if p is a public base as well. */
static char *across(const struct object *o, const char *p,
		    const TYPE_DESC *from, const TYPE_DESC *to)
{
	BOOL visible = FALSE;
	char *found = NULL;

	for (DWORD i = 0; i < o->nbases; i++) {
		const BASE *b = base_at(o, i);

		if (is_type(o, b, from) && address(o, b) == p &&
		    !(b->attributes &
		      (BASE_NOT_VISIBLE | BASE_PRIVATE_IN_OBJECT)))
			visible = TRUE;
		if (!is_type(o, b, to))
			continue;
		if (b->attributes & (BASE_NOT_VISIBLE | BASE_AMBIGUOUS |
				     BASE_PRIVATE_IN_OBJECT))
			continue;
		if (found && found != address(o, b))
			return NULL;
		found = address(o, b);
	}
	return visible ? found : NULL;
}

PVOID __cdecl __RTDynamicCast(PVOID p, LONG vf_delta, TYPE_DESC *from,
			      TYPE_DESC *to, BOOL is_reference)
{
	struct object o;
	char *q;

	if (!p)
		return NULL;
	look(&o, p);
	/* From here on p is the source object, not its vtable pointer. */
	p = (char *)p - vf_delta;
	q = down(&o, p, from, to);
	if (!q)
		q = across(&o, p, from, to);
	if (!q && is_reference)
		eh_throw_bad_cast("Bad dynamic_cast!");
	return q;
}

PVOID __cdecl __RTCastToVoid(PVOID p)
{
	struct object o;

	if (!p)
		return NULL;
	look(&o, p);
	return o.start;
}

TYPE_DESC *__cdecl __RTtypeid(PVOID p)
{
	struct object o;

	if (!p)
		eh_throw_bad_typeid("Attempted a typeid of nullptr pointer!");
	look(&o, p);
	return at(&o, o.locator->type);
}

/* ---- type_info ---- */

/* What <vcruntime_typeinfo.h> calls __std_type_info_data. */
typedef struct {
	char *name;
	char decorated[];
} TYPE_DATA;

struct name {
	SLIST_ENTRY link;
	char text[];
};

int __cdecl __std_type_info_compare(const TYPE_DATA *a, const TYPE_DATA *b);
size_t __cdecl __std_type_info_hash(const TYPE_DATA *d);
const char *__cdecl __std_type_info_name(TYPE_DATA *d, SLIST_HEADER *list);
void __cdecl __std_type_info_destroy_list(SLIST_HEADER *list);
/* eh-undecorate.c: the bytes needed; writes at most n of them, NUL included */
size_t eh_undecorate_type(char *to, size_t n, const char *decorated);

int __cdecl __std_type_info_compare(const TYPE_DATA *a, const TYPE_DATA *b)
{
	return a == b ? 0 : strcmp(a->decorated + 1, b->decorated + 1);
}

size_t __cdecl __std_type_info_hash(const TYPE_DATA *d)
{
#ifdef _WIN64
	ULONG64 h = 14695981039346656037ull, prime = 1099511628211ull;
#else
	ULONG h = 2166136261u, prime = 16777619u;
#endif

	for (const char *s = d->decorated + 1; *s; s++)
		h = (h ^ (UCHAR)*s) * prime;
#ifdef _WIN64
	h ^= h >> 32;
#endif
	return h;
}

const char *__cdecl __std_type_info_name(TYPE_DATA *d, SLIST_HEADER *list)
{
	char *known = __atomic_load_n(&d->name, __ATOMIC_ACQUIRE);
	struct name *n;
	size_t size;

	if (known)
		return known;
	size = eh_undecorate_type(NULL, 0, d->decorated + 1);
	/* An SLIST entry is aligned to two pointers, as malloc does. */
	n = malloc(sizeof *n + size);
	if (!n)
		return NULL;
	eh_undecorate_type(n->text, size, d->decorated + 1);
	known = InterlockedCompareExchangePointer((PVOID *)&d->name, n->text,
						  NULL);
	if (known) {
		free(n);
		return known;
	}
	InterlockedPushEntrySList(list, &n->link);
	return n->text;
}

void __cdecl __std_type_info_destroy_list(SLIST_HEADER *list)
{
	SLIST_ENTRY *e = InterlockedFlushSList(list), *next;

	for (; e; e = next) {
		next = e->Next;
		free(CONTAINING_RECORD(e, struct name, link));
	}
}
