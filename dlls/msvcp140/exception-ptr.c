/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exception-ptr.c - std::exception_ptr: a record of an exception with a copy of
 * the thrown object behind it, counted.
 *
 * The two words of an exception_ptr are the library's own; all that programs do
 * with one goes through these functions.
 */
#include "../vcruntime140/eh.h"
#include "msvcp.h"

/* The object is aligned as malloc() aligns. */
struct kept {
	LONG refs;
	EXCEPTION_RECORD rec;
	DECLSPEC_ALIGN(16) char object[];
};
struct exception_ptr {
	EXCEPTION_RECORD *rec;
	struct kept *kept;
};

/* Where vcruntime140 has what the innermost catch block is handling. */
EXCEPTION_RECORD **__cdecl __current_exception(void);

extern const char throw_bad_alloc[], throw_bad_exception[];
extern const void *const vt_bad_alloc[], *const vt_bad_exception[];

void exception_ptr_new(struct exception_ptr *p);
void exception_ptr_copy(struct exception_ptr *to, const struct exception_ptr *from);
void exception_ptr_assign(struct exception_ptr *to,
			  const struct exception_ptr *from);
void exception_ptr_end(struct exception_ptr *p);
BOOLEAN exception_ptr_is(const struct exception_ptr *p);
BOOLEAN exception_ptr_same(const struct exception_ptr *a,
			   const struct exception_ptr *b);
void exception_ptr_swap(struct exception_ptr *a, struct exception_ptr *b);
void exception_ptr_current(struct exception_ptr *to);
void exception_ptr_of(struct exception_ptr *to, PVOID object,
		      const THROW_INFO *info);
DECLSPEC_NORETURN void exception_ptr_rethrow(const struct exception_ptr *p);

/* For when there is no memory: these are never freed. */
static struct {
	const void *vt;
	const char *what;
	BOOLEAN owned;
} no_memory = { vt_bad_alloc, "bad allocation", FALSE },
  no_copy = { vt_bad_exception, "bad exception", FALSE };
static struct kept kept_no_memory, kept_no_copy;

static void describe(EXCEPTION_RECORD *rec, PVOID object, const THROW_INFO *info)
{
	memset(rec, 0, sizeof *rec);
	rec->ExceptionCode = CXX_EXCEPTION;
	rec->ExceptionFlags = EXCEPTION_NONCONTINUABLE;
	rec->NumberParameters = 3;
	rec->ExceptionInformation[P_MAGIC] = CXX_MAGIC;
	rec->ExceptionInformation[P_OBJECT] = (ULONG_PTR)object;
	rec->ExceptionInformation[P_THROW_INFO] = (ULONG_PTR)info;
#ifdef _WIN64
	{
		PVOID base = NULL;

		RtlPcToFileHeader((PVOID)info, &base);
		rec->ExceptionInformation[P_BASE] = (ULONG_PTR)base;
		rec->NumberParameters = 4;
	}
#endif
}

static void give(struct exception_ptr *to, struct kept *k)
{
	to->rec = &k->rec;
	to->kept = k;
}

/* Threads that meet here write the same. */
static void give_static(struct exception_ptr *to, struct kept *k, PVOID object,
			const void *info)
{
	describe(&k->rec, object, info);
	InterlockedAdd(&k->refs, 2);
	give(to, k);
}

void exception_ptr_new(struct exception_ptr *p)
{
	p->rec = NULL;
	p->kept = NULL;
}

void exception_ptr_copy(struct exception_ptr *to, const struct exception_ptr *from)
{
	if (from->kept)
		InterlockedIncrement(&from->kept->refs);
	*to = *from;
}

void exception_ptr_end(struct exception_ptr *p)
{
	struct kept *k = p->kept;
	const THROW_INFO *info;

	if (!k || InterlockedDecrement(&k->refs) || k == &kept_no_memory ||
	    k == &kept_no_copy)
		return;
	if (is_cxx(&k->rec) && (info = throw_info(&k->rec)) && info->destructor)
		((void(METHOD *)(PVOID))at_base(thrown_base(&k->rec),
						info->destructor))(
			thrown_object(&k->rec));
	free(k);
}

void exception_ptr_assign(struct exception_ptr *to,
			  const struct exception_ptr *from)
{
	struct exception_ptr old = *to;

	exception_ptr_copy(to, from);
	exception_ptr_end(&old);
}

BOOLEAN exception_ptr_is(const struct exception_ptr *p)
{
	return p->kept != NULL;
}

BOOLEAN exception_ptr_same(const struct exception_ptr *a,
			   const struct exception_ptr *b)
{
	return a->kept == b->kept;
}

void exception_ptr_swap(struct exception_ptr *a, struct exception_ptr *b)
{
	struct exception_ptr t = *a;

	*a = *b;
	*b = t;
}

/* ---- capture --------------------------------------------------------------- */

static const CATCHABLE *thrown_type(const EXCEPTION_RECORD *rec)
{
	ULONG_PTR base = thrown_base(rec);
	const CATCHABLES *list =
		(const CATCHABLES *)at_base(base, throw_info(rec)->catchables);

	return (const CATCHABLE *)at_base(base, list->type[0]);
}

static void copy_object(PVOID to, const EXCEPTION_RECORD *rec)
{
	const CATCHABLE *type = thrown_type(rec);
	PVOID from = thrown_object(rec);
	ULONG_PTR fn;

	if (type->properties & CT_SIMPLE || !type->copy) {
		memcpy(to, from, (size_t)type->size);
		return;
	}
	fn = at_base(thrown_base(rec), type->copy);
	if (type->properties & CT_VIRTUAL_BASE)
		((void(METHOD *)(PVOID, PVOID, int))fn)(to, from, 1);
	else
		((void(METHOD *)(PVOID, PVOID))fn)(to, from);
}

struct copying {
	PVOID to;
	const EXCEPTION_RECORD *rec;
};

static void copy_guarded(void *arg)
{
	struct copying *c = arg;

	copy_object(c->to, c->rec);
}

static void capture(struct exception_ptr *to, const EXCEPTION_RECORD *rec)
{
	size_t size = is_cxx(rec) ? (size_t)thrown_type(rec)->size : 0;
	struct kept *k = malloc(sizeof *k + size);
	struct copying c;

	if (!k) {
		give_static(to, &kept_no_memory, &no_memory, throw_bad_alloc);
		return;
	}
	k->refs = 1;
	k->rec = *rec;
	k->rec.ExceptionRecord = NULL;
	k->rec.ExceptionAddress = NULL;
	k->rec.ExceptionFlags |= EXCEPTION_NONCONTINUABLE;
	if (is_cxx(rec)) {
		c.to = k->object;
		c.rec = rec;
		if (!guard(copy_guarded, &c, NULL)) {
			free(k);
			give_static(to, &kept_no_copy, &no_copy,
				    throw_bad_exception);
			return;
		}
		k->rec.ExceptionInformation[P_OBJECT] = (ULONG_PTR)k->object;
	}
	give(to, k);
}

void exception_ptr_current(struct exception_ptr *to)
{
	EXCEPTION_RECORD *rec = *__current_exception();

	if (!rec || is_rethrow(rec))
		exception_ptr_new(to);
	else
		capture(to, rec);
}

void exception_ptr_of(struct exception_ptr *to, PVOID object,
		      const THROW_INFO *info)
{
	EXCEPTION_RECORD rec;

	describe(&rec, object, info);
	capture(to, &rec);
}

/* ---- throw ------------------------------------------------------------------ */

/* Several threads may throw it at once: each throws a copy on its stack. */
void exception_ptr_rethrow(const struct exception_ptr *p)
{
	EXCEPTION_RECORD rec;

	if (!p->rec)
		x_bad_exception();
	rec = *p->rec;
	if (is_cxx(&rec)) {
		size_t size = (size_t)thrown_type(&rec)->size;
		PVOID object = (PVOID)(((ULONG_PTR)__builtin_alloca(size + 15) +
					15) & ~(ULONG_PTR)15);

		copy_object(object, &rec);
		rec.ExceptionInformation[P_OBJECT] = (ULONG_PTR)object;
	}
	RaiseException(rec.ExceptionCode, rec.ExceptionFlags,
		       rec.NumberParameters, rec.ExceptionInformation);
	abort();
}

/* ---- uncaught ----------------------------------------------------------------- */

int __cdecl __uncaught_exceptions(void);
BOOLEAN uncaught_exception(void);
int uncaught_exceptions(void);

BOOLEAN uncaught_exception(void)
{
	return __uncaught_exceptions() > 0;
}

int uncaught_exceptions(void)
{
	return __uncaught_exceptions();
}
