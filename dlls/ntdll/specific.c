/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * specific.c - __C_specific_handler: __try, __except and __finally of C on
 * x64, from the scope table behind a function's unwind codes.
 *
 * An inner scope comes before the outer one.  A scope without a target is a
 * __finally; a filter of 1 is __except (EXCEPTION_EXECUTE_HANDLER).
 */
#include "unwind.h"

#ifndef EXCEPTION_TARGET_UNWIND
#define EXCEPTION_TARGET_UNWIND 0x20
#endif

enum { ALWAYS = 1 };

typedef LONG(NTAPI *filter_fn)(EXCEPTION_POINTERS *p, PVOID frame);
typedef void(NTAPI *finally_fn)(BOOLEAN abnormal, PVOID frame);

/* A C++ exception that C swallows: whoever made it wants to destroy it. */
#define CXX_EXCEPTION 0xe06d7363
static void(__cdecl *destroy_cxx)(EXCEPTION_RECORD *rec);

/* vcruntime140 and msvcrt tell their __DestructExceptionObject. */
void NTAPI rf_set_cxx_destroy(void(__cdecl *fn)(EXCEPTION_RECORD *rec))
{
	destroy_cxx = fn;
}

static inline BOOL inside(const SCOPE_TABLE_AMD64 *t, ULONG i, ULONG64 rva)
{
	return rva >= t->ScopeRecord[i].BeginAddress &&
	       rva < t->ScopeRecord[i].EndAddress;
}

static EXCEPTION_DISPOSITION search(EXCEPTION_RECORD *rec, PVOID frame,
				    CONTEXT *ctx, DISPATCHER_CONTEXT *d)
{
	const SCOPE_TABLE_AMD64 *t = d->HandlerData;
	ULONG64 base = d->ImageBase, rva = d->ControlPc - base;
	EXCEPTION_POINTERS p = { rec, ctx };
	LONG verdict;

	for (ULONG i = d->ScopeIndex; i < t->Count; i++) {
		ULONG filter = t->ScopeRecord[i].HandlerAddress;
		ULONG target = t->ScopeRecord[i].JumpTarget;

		if (!inside(t, i, rva) || !target)
			continue;
		verdict = ALWAYS;
		if (filter != ALWAYS)
			verdict = ((filter_fn)(base + filter))(&p, frame);
		if (verdict < 0)
			return ExceptionContinueExecution;
		if (verdict == 0)
			continue;
		if (rec->ExceptionCode == CXX_EXCEPTION && destroy_cxx)
			destroy_cxx(rec);
		RtlUnwindEx(frame, (PVOID)(base + target), rec,
			    (PVOID)(ULONG64)(ULONG)rec->ExceptionCode,
			    d->ContextRecord, d->HistoryTable);
		__builtin_unreachable();
	}
	return ExceptionContinueSearch;
}

/*
 * Does the unwind end in the part of scope i that its __except guards?  Then
 * the scope is not left.
 */
static BOOL stays(const SCOPE_TABLE_AMD64 *t, ULONG i, ULONG64 target)
{
	for (ULONG j = 0; j < t->Count; j++)
		if (inside(t, j, target) &&
		    t->ScopeRecord[j].JumpTarget ==
			    t->ScopeRecord[i].JumpTarget &&
		    t->ScopeRecord[j].HandlerAddress ==
			    t->ScopeRecord[i].HandlerAddress)
			return TRUE;
	return FALSE;
}

static EXCEPTION_DISPOSITION leave(EXCEPTION_RECORD *rec, PVOID frame,
				   DISPATCHER_CONTEXT *d)
{
	const SCOPE_TABLE_AMD64 *t = d->HandlerData;
	ULONG64 base = d->ImageBase, rva = d->ControlPc - base;
	ULONG64 target = d->TargetIp - base;
	BOOL last = rec->ExceptionFlags & EXCEPTION_TARGET_UNWIND;

	for (ULONG i = d->ScopeIndex; i < t->Count; i++) {
		ULONG handler = t->ScopeRecord[i].HandlerAddress;

		if (!inside(t, i, rva))
			continue;
		if (last && stays(t, i, target))
			break;
		if (t->ScopeRecord[i].JumpTarget) {
			if (last && target == t->ScopeRecord[i].JumpTarget)
				break;
			continue;
		}
		/* Should it be left in its turn, it is not called again. */
		d->ScopeIndex = i + 1;
		((finally_fn)(base + handler))(TRUE, frame);
	}
	return ExceptionContinueSearch;
}

EXCEPTION_DISPOSITION __cdecl __C_specific_handler(EXCEPTION_RECORD *rec,
						   PVOID frame, CONTEXT *ctx,
						   DISPATCHER_CONTEXT *d)
{
	if (rec->ExceptionFlags & EXCEPTION_UNWIND)
		return leave(rec, frame, d);
	return search(rec, frame, ctx, d);
}
