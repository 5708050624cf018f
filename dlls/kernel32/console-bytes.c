/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-bytes.c - ReadFile and WriteFile on a console whose code page is not
 * UTF-8, as which bytes go to a terminal otherwise: by way of UTF-16.
 */
#include "console.h"

#define PIECE 512

static SRWLOCK lock = SRWLOCK_INIT;
static char lead;        /* under lock: its other half is to come */
static char left[PIECE]; /* under lock: read and not fetched yet */
static DWORD left_len;   /* under lock */

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
	memcpy(buf, left, k);
	left_len -= k;
	memmove(left, left + k, left_len);
	RtlReleaseSRWLockExclusive(&lock);
	return k;
}

/* Behind what another thread has put there meanwhile. */
static void keep_left(const char *s, DWORD n)
{
	RtlAcquireSRWLockExclusive(&lock);
	n = min(n, sizeof left - left_len);
	memcpy(left + left_len, s, n);
	left_len += n;
	RtlReleaseSRWLockExclusive(&lock);
}

/* Bytes that a unit may need. */
static DWORD most_bytes(UINT cp)
{
	CPINFO i;

	return GetCPInfo(cp, &i) ? i.MaxCharSize : 4;
}

/*
 * No more is read than has room, so that a line's rest stays with the console,
 * which hands it out in order.  Only a single character may be too long.
 */
BOOL console_read_bytes(HANDLE h, void *buf, DWORD n, DWORD *done)
{
	UINT cp = GetConsoleCP();
	struct rf_console_read in = { .each = most_bytes(cp) };
	WCHAR w[PIECE];
	char s[PIECE * 4];
	DWORD units;
	int len;

	*done = n ? take_left(buf, n) : 0;
	if (*done || !n)
		return TRUE;
	/* A pair of surrogates is never read by halves. */
	in.room = min(n, PIECE);
	if (!console_read_units(h, w, max(2, in.room), &units, &in))
		return FALSE;
	len = units ? WideCharToMultiByte(cp, 0, w, units, s, sizeof s, NULL,
					  NULL)
		    : 0;
	/* As ReadFile has it everywhere: a line that begins with Ctrl-Z. */
	if (len && s[0] == 26) {
		DWORD mode = 0;

		GetConsoleMode(h, &mode);
		if (mode & ENABLE_PROCESSED_INPUT && mode & ENABLE_LINE_INPUT)
			len = 0;
	}
	*done = min(n, (DWORD)len);
	memcpy(buf, s, *done);
	keep_left(s + *done, len - *done);
	return TRUE;
}
