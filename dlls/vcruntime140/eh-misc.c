/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-misc.c - what programs and the C++ library ask of exception handling.
 */
#include "eh.h"

typedef struct {
	const char *what;
	BOOLEAN owned; /* malloc'ed */
} EXCEPTION_DATA;

void __cdecl __std_exception_copy(const EXCEPTION_DATA *from,
				  EXCEPTION_DATA *to);
void __cdecl __std_exception_destroy(EXCEPTION_DATA *data);
EXCEPTION_RECORD **__cdecl __current_exception(void);
CONTEXT **__cdecl __current_exception_context(void);
int *__cdecl __processing_throw(void);
BOOLEAN __cdecl __uncaught_exception(void);
int __cdecl __uncaught_exceptions(void);
se_translator __cdecl _set_se_translator(se_translator fn);
void __cdecl __DestructExceptionObject(EXCEPTION_RECORD *rec, BOOLEAN no_throw);
int __cdecl __FrameUnwindFilter(EXCEPTION_POINTERS *p);
int __cdecl _is_exception_typeof(const TYPE_DESC *type, EXCEPTION_POINTERS *p);

void __cdecl __std_exception_copy(const EXCEPTION_DATA *from,
				  EXCEPTION_DATA *to)
{
	size_t n;
	char *copy;

	if (!from->owned || !from->what) {
		to->what = from->what;
		to->owned = FALSE;
		return;
	}
	n = strlen(from->what) + 1;
	copy = malloc(n);
	if (!copy)
		return; /* the caller has zeroed it */
	memcpy(copy, from->what, n);
	to->what = copy;
	to->owned = TRUE;
}

void __cdecl __std_exception_destroy(EXCEPTION_DATA *data)
{
	if (data->owned)
		free((char *)data->what);
	data->what = NULL;
	data->owned = FALSE;
}

EXCEPTION_RECORD **__cdecl __current_exception(void)
{
	return &eh_thread()->current;
}

CONTEXT **__cdecl __current_exception_context(void)
{
	return &eh_thread()->context;
}

int *__cdecl __processing_throw(void)
{
	return &eh_thread()->processing;
}

BOOLEAN __cdecl __uncaught_exception(void)
{
	return eh_thread()->processing != 0;
}

int __cdecl __uncaught_exceptions(void)
{
	return eh_thread()->processing;
}

se_translator __cdecl _set_se_translator(se_translator fn)
{
	struct eh_thread *t = eh_thread();
	se_translator old = t->translator;

	t->translator = fn;
	return old;
}

void __cdecl __DestructExceptionObject(EXCEPTION_RECORD *rec, BOOLEAN no_throw)
{
	eh_destroy(rec);
}

/* The filter around destructors that run while an exception is in the air. */
int __cdecl __FrameUnwindFilter(EXCEPTION_POINTERS *p)
{
	if (p->ExceptionRecord->ExceptionCode == CXX_EXCEPTION) {
		eh_thread()->processing = 0;
		terminate();
	}
	return EXCEPTION_CONTINUE_SEARCH;
}

int __cdecl _is_exception_typeof(const TYPE_DESC *type, EXCEPTION_POINTERS *p)
{
	const EXCEPTION_RECORD *rec = p->ExceptionRecord;
	struct clause c = { .adjectives = HT_REFERENCE | HT_CONST |
					  HT_VOLATILE | HT_UNALIGNED,
			    .type = type };
	const CATCHABLE *how;

	if (!is_cxx(rec) || !throw_info(rec))
		return 0;
	return eh_match(rec, &c, &how);
}

/* ---- for handlers that a debugger watches: nothing to tell ---- */

void __cdecl __NLG_Dispatch2(void);
void __cdecl __NLG_Return2(void);

void __cdecl __NLG_Dispatch2(void)
{
}

void __cdecl __NLG_Return2(void)
{
}
