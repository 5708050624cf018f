/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * atom.c - atoms: strings by number, in the process (ntdll's atom table) or in
 * the session (NT's).
 *
 * Numbers below C000 are atoms that need no table: the "name" is the number,
 * or '#' and its digits.
 */
#include "kernel32-private.h"

#define MAX_NAME          255
#define FIRST_STRING_ATOM 0xc000

/* Enough for any name; a longer one is refused by the table. */
struct atom_name {
	USHORT usage, flags, len; /* ATOM_BASIC_INFORMATION */
	WCHAR name[MAX_NAME + 1];
};

static RTL_RUN_ONCE once;
static PRTL_ATOM_TABLE local_table;

static BOOL make_table(ULONG buckets)
{
	PVOID context = NULL;
	NTSTATUS status = RtlRunOnceBeginInitialize(&once, 0, &context);

	if (status == STATUS_PENDING) {
		status = RtlCreateAtomTable(buckets ? buckets : 37,
					    &local_table);
		RtlRunOnceComplete(
			&once,
			NT_SUCCESS(status) ? 0 : RTL_RUN_ONCE_INIT_FAILED,
			NULL);
	}
	return rf_result(status);
}

BOOL WINAPI InitAtomTable(DWORD size)
{
	return make_table(size);
}

/* A number, or "#123".  *atom 0: a number that cannot be one. */
static BOOL integer_atom(LPCWSTR name, ATOM *atom)
{
	USHORT n;

	if (!RtlGetIntegerAtom(name, &n))
		return FALSE;
	if (!n || n >= FIRST_STRING_ATOM) {
		SetLastError(ERROR_INVALID_PARAMETER);
		n = 0;
	}
	*atom = n;
	return TRUE;
}

/* ---- the process's ---- */

ATOM WINAPI AddAtomW(LPCWSTR name)
{
	RTL_ATOM atom;

	if (integer_atom(name, &atom))
		return atom;
	return make_table(0) && rf_result(RtlAddAtomToAtomTable(local_table,
								name, &atom))
		       ? atom
		       : 0;
}

ATOM WINAPI FindAtomW(LPCWSTR name)
{
	RTL_ATOM atom;

	if (integer_atom(name, &atom))
		return atom;
	return make_table(0) && rf_result(RtlLookupAtomInAtomTable(local_table,
								   name, &atom))
		       ? atom
		       : 0;
}

ATOM WINAPI DeleteAtom(ATOM atom)
{
	if (atom < FIRST_STRING_ATOM)
		return 0;
	return make_table(0) && rf_result(RtlDeleteAtomFromAtomTable(
					local_table, atom))
		       ? 0
		       : atom;
}

UINT WINAPI GetAtomNameW(ATOM atom, LPWSTR to, int size)
{
	WCHAR name[MAX_NAME + 1];
	ULONG bytes = sizeof name, n;

	if (!atom || size <= 0) {
		SetLastError(size <= 0 ? ERROR_MORE_DATA
				       : ERROR_INVALID_HANDLE);
		return 0;
	}
	if (!make_table(0) ||
	    !rf_result(RtlQueryAtomInAtomTable(local_table, atom, NULL, NULL,
					       name, &bytes)))
		return 0;
	n = bytes / sizeof *name;
	if (n >= (ULONG)size) {
		n = size - 1;
		SetLastError(ERROR_MORE_DATA);
	}
	memcpy(to, name, n * sizeof *name);
	to[n] = 0;
	return n;
}

/* ---- the session's ---- */

ATOM WINAPI GlobalAddAtomExW(LPCWSTR name, DWORD flags)
{
	USHORT atom;

	if (integer_atom(name, &atom))
		return atom;
	return rf_result(NtAddAtom(name, wide_len(name) * sizeof *name, &atom))
		       ? atom
		       : 0;
}

ATOM WINAPI GlobalAddAtomW(LPCWSTR name)
{
	return GlobalAddAtomExW(name, 0);
}

ATOM WINAPI GlobalFindAtomW(LPCWSTR name)
{
	USHORT atom;

	if (integer_atom(name, &atom))
		return atom;
	return rf_result(NtFindAtom(name, wide_len(name) * sizeof *name, &atom))
		       ? atom
		       : 0;
}

ATOM WINAPI GlobalDeleteAtom(ATOM atom)
{
	if (atom < FIRST_STRING_ATOM)
		return 0;
	return rf_result(NtDeleteAtom(atom)) ? 0 : atom;
}

/* "#123", without any table. */
static ULONG integer_name(ATOM atom, WCHAR *to)
{
	WCHAR digits[6];
	ULONG n = 0, len = 0;

	do
		digits[n++] = '0' + atom % 10;
	while ((atom /= 10));
	to[len++] = '#';
	while (n)
		to[len++] = digits[--n];
	return len;
}

UINT WINAPI GlobalGetAtomNameW(ATOM atom, LPWSTR to, int size)
{
	struct atom_name info;
	ULONG n, needed;

	if (!atom || size <= 0) {
		SetLastError(size <= 0 ? ERROR_MORE_DATA
				       : ERROR_INVALID_HANDLE);
		return 0;
	}
	if (atom < FIRST_STRING_ATOM) {
		n = integer_name(atom, info.name);
	} else {
		if (!rf_result(NtQueryInformationAtom(atom, 0, &info,
						      sizeof info, &needed)))
			return 0;
		n = info.len / sizeof *to;
	}
	if (n >= (ULONG)size) {
		n = size - 1;
		SetLastError(ERROR_MORE_DATA);
	}
	memcpy(to, info.name, n * sizeof *to);
	to[n] = 0;
	return n;
}

/* ---- in the ANSI code page ---- */

static ATOM with_ansi(ATOM(WINAPI *fn)(LPCWSTR), LPCSTR name)
{
	WIDE(w);

	if (!((ULONG_PTR)name >> 16))
		return fn((LPCWSTR)name);
	return wide_from_ansi(&w, name) ? fn(w.s) : 0;
}

ATOM WINAPI AddAtomA(LPCSTR name)
{
	return with_ansi(AddAtomW, name);
}

ATOM WINAPI FindAtomA(LPCSTR name)
{
	return with_ansi(FindAtomW, name);
}

ATOM WINAPI GlobalAddAtomA(LPCSTR name)
{
	return with_ansi(GlobalAddAtomW, name);
}

ATOM WINAPI GlobalAddAtomExA(LPCSTR name, DWORD flags)
{
	return with_ansi(GlobalAddAtomW, name);
}

ATOM WINAPI GlobalFindAtomA(LPCSTR name)
{
	return with_ansi(GlobalFindAtomW, name);
}

static UINT name_to_ansi(UINT(WINAPI *fn)(ATOM, LPWSTR, int), ATOM atom,
			 LPSTR to, int size)
{
	WCHAR name[MAX_NAME + 1];
	UINT n;

	if (size <= 0) {
		SetLastError(ERROR_MORE_DATA);
		return 0;
	}
	n = fn(atom, name, ARRAY_LEN(name));
	if (!n)
		return 0;
	ansi_copy(name, to, size);
	for (n = 0; to[n]; n++)
		;
	return n;
}

UINT WINAPI GetAtomNameA(ATOM atom, LPSTR to, int size)
{
	return name_to_ansi(GetAtomNameW, atom, to, size);
}

UINT WINAPI GlobalGetAtomNameA(ATOM atom, LPSTR to, int size)
{
	return name_to_ansi(GlobalGetAtomNameW, atom, to, size);
}
