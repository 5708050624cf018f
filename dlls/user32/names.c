/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * names.c - numbers for names: of clipboard formats and of window messages, from
 * one table, as on Windows.
 *
 * Nothing that has such a number reaches another process here, so the table is
 * the process's own.
 */
#include "hidden.h"

#define FIRST 0xc000
#define MOST  0x4000
#define LONGEST 255 /* of an atom's name */

struct name {
	struct name *next;
	UINT number;
	WCHAR s[];
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct name *names; /* under lock; the last first */

/* Lock held. */
static UINT known_number(const WCHAR *s, SIZE_T n)
{
	for (struct name *at = names; at; at = at->next)
		if (CompareStringOrdinal(at->s, -1, s, (int)n, TRUE) ==
		    CSTR_EQUAL)
			return at->number;
	return 0;
}

ATOM name_known(LPCWSTR name)
{
	UINT number;

	AcquireSRWLockShared(&lock);
	number = known_number(name, (SIZE_T)lstrlenW(name));
	ReleaseSRWLockShared(&lock);
	return (ATOM)number;
}

static UINT number_of(const WCHAR *s, SIZE_T n)
{
	struct name *at;
	UINT number;

	if (!n || n > LONGEST) {
		SetLastError(n ? ERROR_INVALID_PARAMETER : ERROR_INVALID_NAME);
		return 0;
	}
	AcquireSRWLockExclusive(&lock);
	number = known_number(s, n);
	if (!number && (!names || names->number - FIRST < MOST - 1)) {
		at = HeapAlloc(GetProcessHeap(), 0,
			       sizeof *at + (n + 1) * sizeof(WCHAR));
		if (at) {
			at->next = names;
			at->number = number =
				names ? names->number + 1 : FIRST;
			memcpy(at->s, s, n * sizeof(WCHAR));
			at->s[n] = 0;
			names = at;
		}
	}
	ReleaseSRWLockExclusive(&lock);
	if (!number)
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return number;
}

UINT WINAPI RegisterClipboardFormatW(LPCWSTR s)
{
	return number_of(s, (SIZE_T)lstrlenW(s));
}

UINT WINAPI RegisterClipboardFormatA(LPCSTR s)
{
	WCHAR w[LONGEST + 2];
	int n = MultiByteToWideChar(CP_ACP, 0, s, -1, w, LONGEST + 2);

	return number_of(w, n ? (SIZE_T)n - 1 : LONGEST + 1);
}

UINT WINAPI RegisterWindowMessageW(LPCWSTR s)
{
	return RegisterClipboardFormatW(s);
}

UINT WINAPI RegisterWindowMessageA(LPCSTR s)
{
	return RegisterClipboardFormatA(s);
}

/* The name's units, of which s gets as many as there is room for; 0: none. */
int WINAPI GetClipboardFormatNameW(UINT number, LPWSTR s, int size)
{
	int n = 0;

	if (size <= 0)
		return 0;
	AcquireSRWLockShared(&lock);
	for (struct name *at = names; at; at = at->next)
		if (at->number == number) {
			for (; n < size - 1 && at->s[n]; n++)
				s[n] = at->s[n];
			s[n] = 0;
		}
	ReleaseSRWLockShared(&lock);
	if (!n)
		SetLastError(ERROR_INVALID_PARAMETER);
	return n;
}

int WINAPI GetClipboardFormatNameA(UINT number, LPSTR s, int size)
{
	WCHAR w[LONGEST + 1];
	int n = GetClipboardFormatNameW(number, w, LONGEST + 1), fit;

	if (!n || size <= 0)
		return 0;
	/* To have no room is not to ask how much is wanted. */
	for (fit = size > 1 ? n : 0; fit; fit--) {
		int bytes = WideCharToMultiByte(CP_ACP, 0, w, fit, s, size - 1,
						NULL, NULL);

		if (bytes) {
			s[bytes] = 0;
			return bytes;
		}
	}
	s[0] = 0;
	return 0;
}
