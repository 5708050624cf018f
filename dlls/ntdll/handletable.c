/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handletable.c - RTL_HANDLE_TABLE: entries of equal size in one reservation,
 * committed as they are needed, free ones in a list.
 */
#include "ntdll-private.h"

enum { ALLOCATED = 1, STEP = 4096 };

void NTAPI RtlInitializeHandleTable(ULONG max, ULONG entry_size,
				    PRTL_HANDLE_TABLE t)
{
	memset(t, 0, sizeof *t);
	t->MaximumNumberOfHandles = max;
	t->SizeOfHandleTableEntry = entry_size;
}

NTSTATUS NTAPI RtlDestroyHandleTable(PRTL_HANDLE_TABLE t)
{
	PVOID base = t->CommittedHandles;
	SIZE_T zero = 0;

	if (!base)
		return STATUS_SUCCESS;
	t->CommittedHandles = NULL;
	return NtFreeVirtualMemory(NtCurrentProcess(), &base, &zero,
				   MEM_RELEASE);
}

static PRTL_HANDLE_TABLE_ENTRY at(PRTL_HANDLE_TABLE t, PVOID base, ULONG i)
{
	return (PRTL_HANDLE_TABLE_ENTRY)((char *)base +
					 (SIZE_T)i * t->SizeOfHandleTableEntry);
}

/* The first time the whole range; then a page more into the free list. */
static BOOL extend(PRTL_HANDLE_TABLE t)
{
	SIZE_T size =
		(SIZE_T)t->MaximumNumberOfHandles * t->SizeOfHandleTableEntry;
	PRTL_HANDLE_TABLE_ENTRY e, *last = &t->FreeHandles;
	PVOID base = NULL;
	char *end;

	if (!t->CommittedHandles) {
		if (!NT_SUCCESS(NtAllocateVirtualMemory(
			    NtCurrentProcess(), &base, 0, &size, MEM_RESERVE,
			    PAGE_READWRITE)))
			return FALSE;
		t->CommittedHandles = base;
		t->UnCommittedHandles = base;
		t->MaxReservedHandles = at(t, base, t->MaximumNumberOfHandles);
	}
	base = t->UnCommittedHandles;
	size = (SIZE_T)((char *)t->MaxReservedHandles - (char *)base);
	if ((char *)base >= (char *)t->MaxReservedHandles)
		return FALSE;
	if (size > STEP)
		size = STEP;
	if (!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0,
						&size, MEM_COMMIT,
						PAGE_READWRITE)))
		return FALSE;
	/* Entries may straddle pages: only whole ones become free. */
	end = (char *)base + size;
	for (e = t->UnCommittedHandles;
	     e < t->MaxReservedHandles &&
	     (char *)e + t->SizeOfHandleTableEntry <= end;
	     e = at(t, e, 1)) {
		*last = e;
		last = &e->NextFree;
	}
	*last = NULL;
	t->UnCommittedHandles = e;
	return t->FreeHandles != NULL;
}

PRTL_HANDLE_TABLE_ENTRY NTAPI RtlAllocateHandle(PRTL_HANDLE_TABLE t,
						ULONG *index)
{
	PRTL_HANDLE_TABLE_ENTRY e;

	if (!t->FreeHandles && !extend(t))
		return NULL;
	e = t->FreeHandles;
	t->FreeHandles = e->NextFree;
	memset(e, 0, t->SizeOfHandleTableEntry);
	if (index)
		*index = (ULONG)((char *)e - (char *)t->CommittedHandles) /
			 t->SizeOfHandleTableEntry;
	return e;
}

BOOLEAN NTAPI RtlIsValidHandle(PRTL_HANDLE_TABLE t, PRTL_HANDLE_TABLE_ENTRY e)
{
	return e && e >= t->CommittedHandles && e < t->UnCommittedHandles &&
	       !(((char *)e - (char *)t->CommittedHandles) %
		 t->SizeOfHandleTableEntry) &&
	       e->Flags & ALLOCATED;
}

BOOLEAN NTAPI RtlIsValidIndexHandle(PRTL_HANDLE_TABLE t, ULONG index,
				    PRTL_HANDLE_TABLE_ENTRY *out)
{
	PRTL_HANDLE_TABLE_ENTRY e = at(t, t->CommittedHandles, index);

	if (index >= t->MaximumNumberOfHandles || !t->CommittedHandles ||
	    !RtlIsValidHandle(t, e))
		return FALSE;
	*out = e;
	return TRUE;
}

BOOLEAN NTAPI RtlFreeHandle(PRTL_HANDLE_TABLE t, PRTL_HANDLE_TABLE_ENTRY e)
{
	if (!RtlIsValidHandle(t, e))
		return FALSE;
	memset(e, 0, t->SizeOfHandleTableEntry);
	e->NextFree = t->FreeHandles;
	t->FreeHandles = e;
	return TRUE;
}
