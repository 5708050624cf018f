/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-throw.c - throwing C++ exceptions, and their objects: which clause
 * catches one, how it is converted, when it is destroyed.
 */
#include "eh.h"

void __cdecl _CxxThrowException(PVOID object, const THROW_INFO *ti)
{
	ULONG_PTR p[4] = { CXX_MAGIC, (ULONG_PTR)object, (ULONG_PTR)ti, 0 };

	if (ti && ti->attributes & TI_PURE)
		p[P_MAGIC] = CXX_PURE;
#ifdef _WIN64
	if (ti) {
		PVOID base = NULL;

		RtlPcToFileHeader((PVOID)ti, &base);
		p[P_BASE] = (ULONG_PTR)base;
	}
	RaiseException(CXX_EXCEPTION, EXCEPTION_NONCONTINUABLE, 4, p);
#else
	RaiseException(CXX_EXCEPTION, EXCEPTION_NONCONTINUABLE, 3, p);
#endif
	terminate();
}

PVOID __cdecl __AdjustPointer(PVOID p, const PMD *pmd)
{
	char *to = (char *)p + pmd->mdisp;

	if (pmd->pdisp >= 0) {
		const char *vbtable = *(char **)((char *)p + pmd->pdisp);

		to += pmd->pdisp + *(const int *)(vbtable + pmd->vdisp);
	}
	return to;
}

static BOOL types_fit(const struct clause *c, const CATCHABLE *k,
		      const TYPE_DESC *type, DWORD attributes)
{
	if (!c->type || !c->type->decorated[0])
		return TRUE;
	if (c->adjectives & HT_BAD_ALLOC_COMPAT && k->properties & CT_BAD_ALLOC)
		return TRUE;
	/* Each image has descriptors of its own for one type. */
	if (type != c->type && strcmp(type->decorated, c->type->decorated))
		return FALSE;
	if (k->properties & CT_REFERENCE_ONLY &&
	    !(c->adjectives & HT_REFERENCE))
		return FALSE;
	/* What is thrown const is caught const. */
	return !(attributes & ~c->adjectives &
		 (TI_CONST | TI_VOLATILE | TI_UNALIGNED));
}

BOOL eh_match(const EXCEPTION_RECORD *rec, const struct clause *c,
	      const CATCHABLE **how)
{
	const THROW_INFO *ti = throw_info(rec);
	ULONG_PTR base = thrown_base(rec);
	const CATCHABLES *list;

	*how = NULL;
	list = (const CATCHABLES *)at_base(base, ti->catchables);
	for (int i = 0; i < list->n; i++) {
		const CATCHABLE *k =
			(const CATCHABLE *)at_base(base, list->type[i]);

		if (!types_fit(c, k, (const TYPE_DESC *)at_base(base, k->type),
			       ti->attributes))
			continue;
		if (c->type && c->type->decorated[0])
			*how = k;
		return TRUE;
	}
	return FALSE;
}

void eh_build_object(const EXCEPTION_RECORD *rec, const struct clause *c,
		     const CATCHABLE *how, PVOID to)
{
	PVOID object = thrown_object(rec);
	PVOID from = __AdjustPointer(object, &how->this_displacement);

	if (c->adjectives & HT_REFERENCE) {
		*(PVOID *)to = from;
	} else if (how->properties & CT_SIMPLE) {
		memmove(to, object, (size_t)how->size);
		/* A pointer to a derived class becomes one to the base. */
		if (how->size == sizeof(PVOID) && *(PVOID *)to)
			*(PVOID *)to = __AdjustPointer(*(PVOID *)to,
						       &how->this_displacement);
	} else if (!how->copy) {
		memmove(to, from, (size_t)how->size);
	} else {
		eh_call_copy(at_base(thrown_base(rec), how->copy), to, from,
			     (how->properties & CT_VIRTUAL_BASE) != 0);
	}
}

void __cdecl eh_destroy(EXCEPTION_RECORD *rec)
{
	const THROW_INFO *ti;

	if (!rec || !is_cxx(rec))
		return;
	ti = throw_info(rec);
	if (ti && ti->destructor && thrown_object(rec))
		eh_call_destructor(at_base(thrown_base(rec), ti->destructor),
				   thrown_object(rec));
}

/* ---- objects in use ---- */

FRAME_INFO *__cdecl _CreateFrameInfo(FRAME_INFO *f, PVOID object)
{
	struct eh_thread *t = eh_thread();

	f->object = object;
	f->next = t->frames;
	t->frames = f;
	return f;
}

void __cdecl _FindAndUnlinkFrame(FRAME_INFO *f)
{
	struct eh_thread *t = eh_thread();

	for (FRAME_INFO **p = &t->frames; *p; p = &(*p)->next) {
		if (*p == f) {
			*p = f->next;
			return;
		}
	}
	terminate();
}

/* An outer catch block may have the same object: "throw;" in it got here. */
BOOL __cdecl _IsExceptionObjectToBeDestroyed(PVOID object)
{
	for (FRAME_INFO *f = eh_thread()->frames; f; f = f->next)
		if (f->object == object)
			return FALSE;
	return TRUE;
}
