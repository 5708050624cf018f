/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-misc.c - code pages and titles; fonts, of which a terminal tells the
 * size at most.
 */
#include "console.h"

/* ---- code pages ----------------------------------------------------- */

static BOOL get_cp(struct rf_console_cp *cp)
{
	return console_control(RF_CONSOLE_GET_CP, NULL, 0, cp, sizeof *cp,
			       NULL);
}

static BOOL set_cp(uint32_t input, uint32_t output)
{
	struct rf_console_cp cp = { input, output };

	if (!IsValidCodePage(input ? input : output)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return console_control(RF_CONSOLE_SET_CP, &cp, sizeof cp, NULL, 0,
			       NULL);
}

UINT WINAPI GetConsoleCP(VOID)
{
	struct rf_console_cp cp;

	return get_cp(&cp) ? cp.input : 0;
}

UINT WINAPI GetConsoleOutputCP(VOID)
{
	struct rf_console_cp cp;

	return get_cp(&cp) ? cp.output : 0;
}

BOOL WINAPI SetConsoleCP(UINT cp)
{
	return set_cp(cp, 0);
}

BOOL WINAPI SetConsoleOutputCP(UINT cp)
{
	return set_cp(0, cp);
}

/* ---- title ---------------------------------------------------------- */

#define LONGEST_TITLE 1024

/* What Windows calls the console of a program that was started without one. */
static const UNICODE_STRING *original_title(void)
{
	const RTL_USER_PROCESS_PARAMETERS *p = rf_peb()->ProcessParameters;

	return p->WindowTitle.Length ? &p->WindowTitle : &p->ImagePathName;
}

/* Its length in units; s has LONGEST_TITLE + 1. */
static DWORD get_title(WCHAR *s)
{
	DWORD before = GetLastError();
	ULONG bytes;

	if (!console_control(RF_CONSOLE_GET_TITLE, NULL, 0, s,
			     LONGEST_TITLE * sizeof(WCHAR), &bytes)) {
		const UNICODE_STRING *t = original_title();

		if (GetLastError() != ERROR_NOT_FOUND)
			return 0;
		/* Nobody has set one. */
		SetLastError(before);
		bytes = min(t->Length, LONGEST_TITLE * sizeof(WCHAR));
		memcpy(s, t->Buffer, bytes);
	}
	s[bytes / sizeof(WCHAR)] = 0;
	return bytes / sizeof(WCHAR);
}

/* The length of the whole title, though only so much is stored. */
DWORD WINAPI GetConsoleTitleW(LPWSTR buf, DWORD size)
{
	WCHAR s[LONGEST_TITLE + 1];
	DWORD n = get_title(s), k = n;

	if (!n || !size)
		return n;
	if (k >= size)
		k = size - 1;
	memcpy(buf, s, k * sizeof(WCHAR));
	buf[k] = 0;
	return n;
}

DWORD WINAPI GetConsoleTitleA(LPSTR buf, DWORD size)
{
	WCHAR s[LONGEST_TITLE + 1];
	DWORD n = get_title(s);

	if (n && size)
		ansi_copy(s, buf, size);
	return n;
}

BOOL WINAPI SetConsoleTitleW(LPCWSTR s)
{
	return console_control(RF_CONSOLE_SET_TITLE, s,
			       wide_len(s) * sizeof(WCHAR), NULL, 0, NULL);
}

BOOL WINAPI SetConsoleTitleA(LPCSTR s)
{
	WIDE(w);

	return wide_from_ansi(&w, s) && SetConsoleTitleW(w.s);
}

DWORD WINAPI GetConsoleOriginalTitleW(LPWSTR buf, DWORD size)
{
	const UNICODE_STRING *t = original_title();
	DWORD n = t->Length / sizeof(WCHAR);

	if (n < size) {
		memcpy(buf, t->Buffer, t->Length);
		buf[n] = 0;
	}
	return n;
}

DWORD WINAPI GetConsoleOriginalTitleA(LPSTR buf, DWORD size)
{
	const UNICODE_STRING *t = original_title();

	return ansi_from_wide(t->Buffer, t->Length / sizeof(WCHAR), buf, size);
}

/* ---- what a terminal does not have ---------------------------------- */

static BOOL refuse(void)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}

BOOL WINAPI GetConsoleDisplayMode(LPDWORD mode)
{
	*mode = 0; /* windowed */
	return TRUE;
}

BOOL WINAPI SetConsoleDisplayMode(HANDLE h, DWORD mode, PCOORD size)
{
	return refuse();
}

BOOL WINAPI GetConsoleSelectionInfo(PCONSOLE_SELECTION_INFO i)
{
	memset(i, 0, sizeof *i); /* nothing is selected */
	return TRUE;
}

/* In pixels where the terminal tells that, else as in a pseudo console. */
static BOOL cell_size(HANDLE h, COORD *size)
{
	struct rf_console_info i;

	if (!console_call(h, RF_CONSOLE_GET_INFO, NULL, 0, &i, sizeof i, NULL))
		return FALSE;
	*size = i.cell_x && i.cell_y ? (COORD){ i.cell_x, i.cell_y }
				     : (COORD){ 0, 16 };
	return TRUE;
}

BOOL WINAPI GetCurrentConsoleFont(HANDLE h, BOOL maximum, PCONSOLE_FONT_INFO i)
{
	COORD size;

	if (!cell_size(h, &size))
		return FALSE;
	i->nFont = 0;
	i->dwFontSize = size;
	return TRUE;
}

BOOL WINAPI GetCurrentConsoleFontEx(HANDLE h, BOOL maximum,
				    PCONSOLE_FONT_INFOEX i)
{
	COORD size;

	if (i->cbSize != sizeof *i) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!cell_size(h, &size))
		return FALSE;
	memset(i, 0, sizeof *i);
	i->cbSize = sizeof *i;
	i->dwFontSize = size;
	i->FontFamily = TMPF_TRUETYPE | TMPF_VECTOR | FF_MODERN;
	i->FontWeight = FW_NORMAL;
	return TRUE;
}

COORD WINAPI GetConsoleFontSize(HANDLE h, DWORD font)
{
	COORD size = { 0, 0 };

	if (cell_size(h, &size) && font) {
		SetLastError(ERROR_INVALID_PARAMETER);
		size = (COORD){ 0, 0 };
	}
	return size;
}

BOOL WINAPI SetCurrentConsoleFontEx(HANDLE h, BOOL maximum,
				    PCONSOLE_FONT_INFOEX i)
{
	return refuse();
}
