/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-bytes.c - ReadFile and WriteFile on a console whose code page is not
 * UTF-8, as which bytes go to a terminal otherwise: by way of UTF-16.
 */
#include "console.h"

#define PIECE 512

static SRWLOCK lock = SRWLOCK_INIT;
static char lead;		   /* under lock: its other half is to come */
static char left[PIECE * 4];	   /* under lock: read and not fetched yet */
static DWORD left_at, left_len; /* under lock */

/* Bytes of s that are whole characters. */
static DWORD whole(UINT cp, const char *s, DWORD n)
{
	DWORD at = 0;

	while (at < n) {
		DWORD k = IsDBCSLeadByteEx(cp, (BYTE)s[at]) ? 2 : 1;

		if (k > n - at)
			break;
		at += k;
	}
	return at;
}

BOOL console_write_bytes(HANDLE h, const void *buf, DWORD n, DWORD *done)
{
	const char *s = buf;
	DWORD at = 0;
	BOOL ok = TRUE;

	*done = 0;
	RtlAcquireSRWLockExclusive(&lock);
	while (at < n && ok) {
		UINT cp = GetConsoleOutputCP();
		char piece[PIECE + 1];
		WCHAR w[PIECE + 1];
		DWORD k = 0, some = min(n - at, PIECE), good, units, wrote;

		if (lead)
			piece[k++] = lead;
		memcpy(piece + k, s + at, some);
		k += some;
		good = whole(cp, piece, k);
		lead = good < k ? piece[good] : 0;
		units = good ? MultiByteToWideChar(cp, 0, piece, good, w,
						   ARRAYSIZE(w))
			     : 0;
		ok = !units || WriteConsoleW(h, w, units, &wrote, NULL);
		at += some;
	}
	RtlReleaseSRWLockExclusive(&lock);
	if (ok)
		*done = n;
	return ok;
}

/* What an earlier read had no room for. */
static DWORD take_left(void *buf, DWORD n)
{
	DWORD k;

	RtlAcquireSRWLockExclusive(&lock);
	k = min(n, left_len);
	memcpy(buf, left + left_at, k);
	left_at += k;
	left_len -= k;
	RtlReleaseSRWLockExclusive(&lock);
	return k;
}

BOOL console_read_bytes(HANDLE h, void *buf, DWORD n, DWORD *done)
{
	WCHAR w[PIECE];
	char s[PIECE * 4];
	DWORD units;
	int len;

	*done = n ? take_left(buf, n) : 0;
	if (*done || !n)
		return TRUE;
	/* A pair of surrogates is never read by halves. */
	if (!ReadConsoleW(h, w, max(2, min(n, PIECE)), &units, NULL))
		return FALSE;
	len = units ? WideCharToMultiByte(GetConsoleCP(), 0, w, units, s,
					  sizeof s, NULL, NULL)
		    : 0;
	*done = min(n, (DWORD)len);
	memcpy(buf, s, *done);
	RtlAcquireSRWLockExclusive(&lock);
	left_at = 0;
	left_len = len - *done;
	memcpy(left, s + *done, left_len);
	RtlReleaseSRWLockExclusive(&lock);
	return TRUE;
}
