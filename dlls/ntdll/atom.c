/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * atom.c - tables of atoms: names of windows' classes, clipboard formats.
 *
 * Atoms below 0xc000 are numbers ("#123" or MAKEINTATOM) and always exist.
 * Others are counted names, compared without regard to case.
 */
#include "ntdll-private.h"

enum { FIRST_NAMED = 0xc000, MAX_NAMED = 0x4000, MAX_NAME = 255, STEP = 64 };

struct atom {
	ULONG refs;
	BOOLEAN pinned;
	USHORT n;
	WCHAR name[];
};

struct _RTL_ATOM_TABLE {
	RTL_SRWLOCK lock;
	ULONG room;
	ULONG used; /* no entry from here on */
	struct atom **atom;
};

/* TRUE: the name means a number; 0: it means no atom at all. */
BOOLEAN NTAPI RtlGetIntegerAtom(PCWSTR name, USHORT *atom)
{
	ULONG n = 0;

	if (!((ULONG_PTR)name >> 16)) {
		n = (ULONG)(ULONG_PTR)name;
		/* 0 and what is no integer atom: "no such name". */
		*atom = n < FIRST_NAMED ? (USHORT)n : 0;
		return TRUE;
	}
	if (*name != '#')
		return FALSE;
	for (name++; *name >= '0' && *name <= '9'; name++)
		if (n < 0x10000)
			n = n * 10 + (*name - '0');
	if (*name)
		return FALSE;
	*atom = n && n < FIRST_NAMED ? (USHORT)n : 0;
	return TRUE;
}

NTSTATUS NTAPI RtlCreateAtomTable(ULONG buckets, PRTL_ATOM_TABLE *out)
{
	PRTL_ATOM_TABLE t;

	if (*out)
		return STATUS_SUCCESS;
	t = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *t);
	if (!t)
		return STATUS_NO_MEMORY;
	*out = t;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlEmptyAtomTable(PRTL_ATOM_TABLE t, BOOLEAN pinned)
{
	if (!t)
		return STATUS_INVALID_PARAMETER;
	RtlAcquireSRWLockExclusive(&t->lock);
	for (ULONG i = 0; i < t->used; i++)
		if (t->atom[i] && (pinned || !t->atom[i]->pinned)) {
			RtlFreeHeap(rf_heap(), 0, t->atom[i]);
			t->atom[i] = NULL;
		}
	RtlReleaseSRWLockExclusive(&t->lock);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDestroyAtomTable(PRTL_ATOM_TABLE t)
{
	NTSTATUS status = RtlEmptyAtomTable(t, TRUE);

	if (!NT_SUCCESS(status))
		return status;
	RtlFreeHeap(rf_heap(), 0, t->atom);
	RtlFreeHeap(rf_heap(), 0, t);
	return STATUS_SUCCESS;
}

/* With the lock held.  The index, or -1; *hole: an unused one. */
static LONG find(PRTL_ATOM_TABLE t, PCWSTR name, ULONG n, ULONG *hole)
{
	*hole = t->used;
	for (ULONG i = 0; i < t->used; i++) {
		struct atom *a = t->atom[i];

		if (!a) {
			if (*hole == t->used)
				*hole = i;
		} else if (a->n == n && !RtlCompareUnicodeStrings(
						a->name, n, name, n, TRUE)) {
			return (LONG)i;
		}
	}
	return -1;
}

static NTSTATUS add(PRTL_ATOM_TABLE t, ULONG at, PCWSTR name, ULONG n)
{
	struct atom *a;

	if (at >= MAX_NAMED)
		return STATUS_NO_MEMORY;
	if (at >= t->room) {
		SIZE_T size = (t->room + STEP) * 2 * sizeof *t->atom;
		void *p =
			t->atom ? RtlReAllocateHeap(rf_heap(), 0, t->atom, size)
				: RtlAllocateHeap(rf_heap(), 0, size);

		if (!p)
			return STATUS_NO_MEMORY;
		t->atom = p;
		t->room = (t->room + STEP) * 2;
	}
	a = RtlAllocateHeap(rf_heap(), 0, sizeof *a + n * sizeof *name);
	if (!a)
		return STATUS_NO_MEMORY;
	a->refs = 1;
	a->pinned = FALSE;
	a->n = (USHORT)n;
	memcpy(a->name, name, n * sizeof *name);
	t->atom[at] = a;
	if (at == t->used)
		t->used++;
	return STATUS_SUCCESS;
}

/* Number or name?  Returns a failure, or the length of a name in *n (0: no). */
static NTSTATUS check(PRTL_ATOM_TABLE t, PCWSTR name, ULONG *n, RTL_ATOM *atom)
{
	SIZE_T len;

	*n = 0;
	if (!t)
		return STATUS_INVALID_PARAMETER;
	if (RtlGetIntegerAtom(name, atom))
		return *atom ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
	len = wcslen(name);
	if (!len)
		return STATUS_OBJECT_NAME_INVALID;
	if (len > MAX_NAME)
		return STATUS_INVALID_PARAMETER;
	*n = (ULONG)len;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAtomToAtomTable(PRTL_ATOM_TABLE t, PCWSTR name,
				     PRTL_ATOM out)
{
	NTSTATUS status;
	RTL_ATOM atom = 0;
	ULONG n, at;
	LONG i;

	status = check(t, name, &n, &atom);
	if (NT_SUCCESS(status) && n) {
		RtlAcquireSRWLockExclusive(&t->lock);
		i = find(t, name, n, &at);
		if (i >= 0) {
			t->atom[i]->refs++;
			at = (ULONG)i;
		} else {
			status = add(t, at, name, n);
		}
		RtlReleaseSRWLockExclusive(&t->lock);
		atom = (RTL_ATOM)(FIRST_NAMED + at);
	}
	if (NT_SUCCESS(status) && out)
		*out = atom;
	return status;
}

NTSTATUS NTAPI RtlLookupAtomInAtomTable(PRTL_ATOM_TABLE t, PCWSTR name,
					PRTL_ATOM out)
{
	NTSTATUS status;
	RTL_ATOM atom = 0;
	ULONG n, hole;
	LONG i;

	status = check(t, name, &n, &atom);
	if (NT_SUCCESS(status) && n) {
		RtlAcquireSRWLockShared(&t->lock);
		i = find(t, name, n, &hole);
		RtlReleaseSRWLockShared(&t->lock);
		if (i < 0)
			return STATUS_OBJECT_NAME_NOT_FOUND;
		atom = (RTL_ATOM)(FIRST_NAMED + i);
	}
	if (NT_SUCCESS(status) && out)
		*out = atom;
	return status;
}

/* With the lock held; NULL: no such atom. */
static struct atom **entry(PRTL_ATOM_TABLE t, RTL_ATOM atom)
{
	ULONG i = (ULONG)atom - FIRST_NAMED;

	if (atom < FIRST_NAMED || i >= t->used || !t->atom[i])
		return NULL;
	return &t->atom[i];
}

NTSTATUS NTAPI RtlDeleteAtomFromAtomTable(PRTL_ATOM_TABLE t, RTL_ATOM atom)
{
	NTSTATUS status = STATUS_SUCCESS;
	struct atom **a;

	if (!t)
		return STATUS_INVALID_PARAMETER;
	if (atom < FIRST_NAMED)
		return atom ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
	RtlAcquireSRWLockExclusive(&t->lock);
	a = entry(t, atom);
	if (!a) {
		status = STATUS_INVALID_HANDLE;
	} else if ((*a)->pinned) {
		status = STATUS_WAS_LOCKED;
	} else if (!--(*a)->refs) {
		RtlFreeHeap(rf_heap(), 0, *a);
		*a = NULL;
	}
	RtlReleaseSRWLockExclusive(&t->lock);
	return status;
}

NTSTATUS NTAPI RtlPinAtomInAtomTable(PRTL_ATOM_TABLE t, RTL_ATOM atom)
{
	struct atom **a = NULL;

	if (!t)
		return STATUS_INVALID_PARAMETER;
	if (atom < FIRST_NAMED)
		return atom ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
	RtlAcquireSRWLockExclusive(&t->lock);
	a = entry(t, atom);
	if (a)
		(*a)->pinned = TRUE;
	RtlReleaseSRWLockExclusive(&t->lock);
	return a ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

/* Copies what fits, with its NUL; *size: bytes, without it on the way out. */
static NTSTATUS copy_name(const WCHAR *from, ULONG n, PWSTR to, ULONG *size)
{
	NTSTATUS status = STATUS_SUCCESS;
	ULONG room = *size / sizeof *to;

	if (to && room <= n) {
		if (!room) {
			*size = n * sizeof *to;
			return STATUS_BUFFER_TOO_SMALL;
		}
		n = room - 1;
	}
	if (to) {
		memcpy(to, from, n * sizeof *to);
		to[n] = 0;
	}
	*size = n * sizeof *to;
	return status;
}

NTSTATUS NTAPI RtlQueryAtomInAtomTable(PRTL_ATOM_TABLE t, RTL_ATOM atom,
				       ULONG *refs, ULONG *pins, PWSTR name,
				       ULONG *size)
{
	NTSTATUS status = STATUS_INVALID_HANDLE;
	WCHAR number[8] = L"#";
	struct atom **a;
	ULONG n;

	if (!t)
		return STATUS_INVALID_PARAMETER;
	if (atom < FIRST_NAMED) {
		UNICODE_STRING s = { 0, sizeof number - 2, number + 1 };

		if (!atom)
			return STATUS_INVALID_PARAMETER;
		if (refs)
			*refs = 1;
		if (pins)
			*pins = 1;
		if (!size)
			return STATUS_SUCCESS;
		RtlIntegerToUnicodeString(atom, 10, &s);
		n = 1 + s.Length / sizeof(WCHAR);
		return copy_name(number, n, name, size);
	}
	RtlAcquireSRWLockShared(&t->lock);
	a = entry(t, atom);
	if (a) {
		if (refs)
			*refs = (*a)->refs;
		if (pins)
			*pins = (*a)->pinned;
		status = size ? copy_name((*a)->name, (*a)->n, name, size)
			      : STATUS_SUCCESS;
	}
	RtlReleaseSRWLockShared(&t->lock);
	return status;
}
