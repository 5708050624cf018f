/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * convert.c - narrow strings made wide and back.
 *
 * Two code pages matter: the ANSI one for strings, and for names of files the
 * one SetFileApisToOEM() chose.  Short strings, nearly all, cost no memory.
 */
#include "kernel32-private.h"

static BOOL file_apis_oem;

BOOL WINAPI AreFileApisANSI(void)
{
	return !file_apis_oem;
}

VOID WINAPI SetFileApisToANSI(void)
{
	file_apis_oem = FALSE;
}

VOID WINAPI SetFileApisToOEM(void)
{
	file_apis_oem = TRUE;
}

static DWORD narrow_len(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return p - s;
}

static BOOL to_wide(struct wide *w, const char *s, BOOL oem)
{
	ULONG size, room = sizeof w->buf;
	NTSTATUS status;

	w->s = NULL;
	if (!s)
		return TRUE;
	w->s = w->buf;
	size = narrow_len(s) + 1;
	/* No code page makes more units than there were bytes. */
	if (size > ARRAY_LEN(w->buf)) {
		if (size > 0x3fffffff) {
			w->s = NULL;
			SetLastError(ERROR_NOT_ENOUGH_MEMORY);
			return FALSE;
		}
		room = size * sizeof(WCHAR);
		w->s = k32_alloc(room);
		if (!w->s)
			return FALSE;
	}
	status = oem ? RtlOemToUnicodeN(w->s, room, NULL, s, size)
		     : RtlMultiByteToUnicodeN(w->s, room, NULL, s, size);
	return rf_result(status);
}

BOOL wide_from_ansi(struct wide *w, const char *ansi)
{
	return to_wide(w, ansi, FALSE);
}

BOOL wide_from_file(struct wide *w, const char *name)
{
	return to_wide(w, name, file_apis_oem);
}

void wide_free(struct wide *w)
{
	if (w->s != w->buf)
		k32_free(w->s);
	w->s = NULL;
}

static NTSTATUS to_narrow(const WCHAR *s, DWORD len, char *buf, DWORD size,
			  ULONG *written, BOOL oem)
{
	return oem ? RtlUnicodeToOemN(buf, size, written, s,
				      len * sizeof(WCHAR))
		   : RtlUnicodeToMultiByteN(buf, size, written, s,
					    len * sizeof(WCHAR));
}

/*
 * RtlUnicodeToMultiByteSize knows only the ANSI code page; the OEM one gets a
 * trial run.  3 bytes per unit is what UTF-8, the widest, needs.
 */
static DWORD from_wide(const WCHAR *s, DWORD len, char *buf, DWORD size,
		       BOOL oem)
{
	char small[MAX_PATH * 3];
	char *all = small;
	ULONG n = 0;

	if (len > sizeof small / 3) {
		all = k32_alloc((SIZE_T)len * 3);
		if (!all)
			return 0;
	}
	to_narrow(s, len, all, len * 3, &n, oem);
	if (n < size) {
		memcpy(buf, all, n);
		buf[n] = 0;
	} else {
		n++;
	}
	if (all != small)
		k32_free(all);
	return n;
}

DWORD ansi_from_wide(const WCHAR *s, DWORD len, char *buf, DWORD size)
{
	return from_wide(s, len, buf, size, FALSE);
}

DWORD file_from_wide(const WCHAR *s, DWORD len, char *buf, DWORD size)
{
	return from_wide(s, len, buf, size, file_apis_oem);
}

static void copy(const WCHAR *s, char *buf, DWORD size, BOOL oem)
{
	ULONG n = 0;

	if (!size)
		return;
	to_narrow(s, wide_len(s), buf, size - 1, &n, oem);
	buf[n] = 0;
}

void ansi_copy(const WCHAR *s, char *buf, DWORD size)
{
	copy(s, buf, size, FALSE);
}

void file_copy(const WCHAR *s, char *buf, DWORD size)
{
	copy(s, buf, size, file_apis_oem);
}

char *ansi_dup(const WCHAR *s)
{
	DWORD size = wide_len(s) * 3 + 1;
	char *a = k32_alloc(size);

	if (a)
		ansi_copy(s, a, size);
	return a;
}

DWORD wide_result(const WCHAR *s, DWORD len, WCHAR *buf, DWORD size)
{
	if (len >= size)
		return len + 1;
	memcpy(buf, s, len * sizeof(WCHAR));
	buf[len] = 0;
	return len;
}

static WCHAR lower(WCHAR c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

BOOL wide_same_n(const WCHAR *a, const WCHAR *b, DWORD n)
{
	for (DWORD i = 0; i < n; i++) {
		if (lower(a[i]) != lower(b[i]))
			return FALSE;
		if (!a[i])
			return TRUE;
	}
	return TRUE;
}

BOOL wide_same(const WCHAR *a, const WCHAR *b)
{
	return wide_same_n(a, b, ~0u);
}
