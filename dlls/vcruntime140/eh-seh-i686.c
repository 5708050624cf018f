/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-seh-i686.c - __try, __except and __finally of 32-bit C: the handlers that
 * compilers register, third and fourth kind.
 *
 * The fourth kind's table is masked with the program's security cookie and
 * guarded by check values in the frame, which check_cookie verifies.
 */
#include "eh.h"

typedef struct {
	int enclosing;
	ULONG_PTR filter; /* 0: __finally */
	ULONG_PTR handler;
} SCOPE;

/* Below it: EXCEPTION_POINTERS *, esp; above it: what ebp points to. */
typedef struct {
	EXCEPTION_REGISTRATION_RECORD link;
	ULONG_PTR table;
	int level;
} FRAME;

typedef struct {
	int gs_offset, gs_xor, eh_offset, eh_xor;
	SCOPE scope[];
} TABLE4;

enum { OUTSIDE3 = -1, OUTSIDE4 = -2 };

typedef void(__fastcall *check_fn)(ULONG_PTR cookie);

int __cdecl eh_call_ebp(ULONG_PTR fn, PVOID ebp);
DECLSPEC_NORETURN void __cdecl eh_jump_ebp(ULONG_PTR fn, PVOID ebp);

void __cdecl _global_unwind2(PVOID frame);
void __cdecl _local_unwind2(FRAME *frame, int level);
void __cdecl _local_unwind4(ULONG_PTR *cookie, FRAME *frame, int level);
EXCEPTION_DISPOSITION __cdecl _except_handler2(EXCEPTION_RECORD *rec,
					       FRAME *frame, CONTEXT *ctx,
					       PVOID dispatcher);
EXCEPTION_DISPOSITION __cdecl _except_handler3(EXCEPTION_RECORD *rec,
					       FRAME *frame, CONTEXT *ctx,
					       PVOID dispatcher);
EXCEPTION_DISPOSITION __cdecl _except_handler4_common(
	ULONG_PTR *cookie, check_fn check, EXCEPTION_RECORD *rec, FRAME *frame,
	CONTEXT *ctx, PVOID dispatcher);
void __stdcall _seh_longjmp_unwind(ULONG_PTR *buffer);
void __stdcall _seh_longjmp_unwind4(ULONG_PTR *buffer);

static inline PVOID ebp_of(FRAME *f)
{
	return f + 1;
}

static void leave(FRAME *f, const SCOPE *scope, int outside, int level)
{
	while (f->level != outside && f->level != level) {
		const SCOPE *s = &scope[f->level];

		/* Should it be left in its turn, it is not called again. */
		f->level = s->enclosing;
		if (!s->filter)
			eh_call_ebp(s->handler, ebp_of(f));
	}
}

static EXCEPTION_DISPOSITION handle(EXCEPTION_RECORD *rec, FRAME *f,
				    CONTEXT *ctx, const SCOPE *scope,
				    int outside)
{
	EXCEPTION_POINTERS p = { rec, ctx };
	const SCOPE *s;
	int verdict;

	if (rec->ExceptionFlags & EXCEPTION_UNWIND) {
		leave(f, scope, outside, outside);
		return ExceptionContinueSearch;
	}
	((volatile ULONG_PTR *)f)[-1] = (ULONG_PTR)&p;
	for (int i = f->level; i != outside; i = s->enclosing) {
		s = &scope[i];
		if (!s->filter)
			continue;
		verdict = eh_call_ebp(s->filter, ebp_of(f));
		if (verdict < 0)
			return ExceptionContinueExecution;
		if (!verdict)
			continue;
		if (rec->ExceptionCode == CXX_EXCEPTION)
			eh_destroy(rec);
		RtlUnwind(f, NULL, rec, NULL);
		leave(f, scope, outside, i);
		f->level = s->enclosing;
		eh_jump_ebp(s->handler, ebp_of(f));
	}
	return ExceptionContinueSearch;
}

EXCEPTION_DISPOSITION __cdecl _except_handler3(EXCEPTION_RECORD *rec, FRAME *f,
					       CONTEXT *ctx, PVOID dispatcher)
{
	return handle(rec, f, ctx, (const SCOPE *)f->table, OUTSIDE3);
}

/* The one before; its frame is the same where we look. */
EXCEPTION_DISPOSITION __cdecl _except_handler2(EXCEPTION_RECORD *rec, FRAME *f,
					       CONTEXT *ctx, PVOID dispatcher)
{
	return handle(rec, f, ctx, (const SCOPE *)f->table, OUTSIDE3);
}

static void verify(const TABLE4 *t, FRAME *f, check_fn check)
{
	char *ebp = ebp_of(f);

	if (t->gs_offset != -2)
		check(*(ULONG_PTR *)(ebp + t->gs_offset) ^
		      (ULONG_PTR)(ebp + t->gs_xor));
	check(*(ULONG_PTR *)(ebp + t->eh_offset) ^
	      (ULONG_PTR)(ebp + t->eh_xor));
}

EXCEPTION_DISPOSITION __cdecl _except_handler4_common(ULONG_PTR *cookie,
						      check_fn check,
						      EXCEPTION_RECORD *rec,
						      FRAME *f, CONTEXT *ctx,
						      PVOID dispatcher)
{
	const TABLE4 *t = (const TABLE4 *)(f->table ^ *cookie);

	verify(t, f, check);
	return handle(rec, f, ctx, t->scope, OUTSIDE4);
}

void __cdecl _global_unwind2(PVOID frame)
{
	RtlUnwind(frame, NULL, NULL, NULL);
}

void __cdecl _local_unwind2(FRAME *f, int level)
{
	leave(f, (const SCOPE *)f->table, OUTSIDE3, level);
}

void __cdecl _local_unwind4(ULONG_PTR *cookie, FRAME *f, int level)
{
	const TABLE4 *t = (const TABLE4 *)(f->table ^ *cookie);

	leave(f, t->scope, OUTSIDE4, level);
}

/* What setjmp3 is given; the buffer: ... registration, level, ..., data. */
enum { JB_REGISTRATION = 6, JB_LEVEL = 7, JB_DATA = 10 };

void __stdcall _seh_longjmp_unwind(ULONG_PTR *b)
{
	_local_unwind2((FRAME *)b[JB_REGISTRATION], (int)b[JB_LEVEL]);
}

void __stdcall _seh_longjmp_unwind4(ULONG_PTR *b)
{
	_local_unwind4((ULONG_PTR *)b[JB_DATA], (FRAME *)b[JB_REGISTRATION],
		       (int)b[JB_LEVEL]);
}
