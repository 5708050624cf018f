/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-past.c - what the console remembers for each program: lines that were
 * entered, and aliases.  Sizes are in bytes, as everywhere in these calls.
 */
#include "console.h"

/* In no header, or only in newer ones. */
DWORD WINAPI GetConsoleCommandHistoryA(LPSTR buf, DWORD size, LPSTR exe);
DWORD WINAPI GetConsoleCommandHistoryW(LPWSTR buf, DWORD size, LPWSTR exe);
DWORD WINAPI GetConsoleCommandHistoryLengthA(LPSTR exe);
DWORD WINAPI GetConsoleCommandHistoryLengthW(LPWSTR exe);
VOID WINAPI ExpungeConsoleCommandHistoryA(LPSTR exe);
VOID WINAPI ExpungeConsoleCommandHistoryW(LPWSTR exe);
BOOL WINAPI SetConsoleNumberOfCommandsA(DWORD n, LPSTR exe);
BOOL WINAPI SetConsoleNumberOfCommandsW(DWORD n, LPWSTR exe);

#define LONGEST 0x7fff /* units of a name or an alias */

/* ---- calls of ours --------------------------------------------------- */

static DWORD length(const WCHAR *s)
{
	return s ? (DWORD)wcslen(s) : 0;
}

/* Bytes that out got; FALSE: the last error. */
static BOOL ask(uint32_t what, uint32_t number, const WCHAR *exe,
		const WCHAR *name, const WCHAR *value, void *out, DWORD size,
		ULONG *done)
{
	DWORD n[] = { length(exe), length(name), length(value) };
	const WCHAR *s[] = { exe, name, value };
	struct rf_console_past *c;
	WCHAR *to;
	BOOL ok;

	for (unsigned i = 0; i < 3; i++)
		if (n[i] > LONGEST) {
			SetLastError(ERROR_INVALID_PARAMETER);
			return FALSE;
		}
	c = k32_alloc(sizeof *c + (n[0] + n[1] + n[2]) * sizeof *to);
	if (!c)
		return FALSE;
	memset(c, 0, sizeof *c);
	c->what = what;
	c->number = number;
	c->exe = n[0];
	c->name = n[1];
	c->value = n[2];
	to = (WCHAR *)(c + 1);
	for (unsigned i = 0; i < 3; to += n[i++])
		if (n[i])
			memcpy(to, s[i], n[i] * sizeof *to);
	ok = console_control(RF_CONSOLE_PAST, c,
			     (ULONG)((char *)to - (char *)c), out, size, done);
	k32_free(c);
	return ok;
}

/* All of a text, ended by a 0 that is not counted; to be freed.  NULL: none. */
static WCHAR *ask_all(uint32_t what, const WCHAR *exe, const WCHAR *name,
		      DWORD *units)
{
	for (DWORD room = 1024;; room *= 4) {
		WCHAR *s = k32_alloc((room + 1) * sizeof *s);
		ULONG done;

		if (!s)
			return NULL;
		if (ask(what, 0, exe, name, NULL, s, room * sizeof *s, &done)) {
			*units = done / sizeof *s;
			s[*units] = 0;
			return s;
		}
		k32_free(s);
		if (GetLastError() == ERROR_NOT_FOUND)
			SetLastError(ERROR_GEN_FAILURE);
		if (GetLastError() != ERROR_INSUFFICIENT_BUFFER)
			return NULL;
	}
}

/* A text of the console's code page; to be freed.  NULL for NULL, or no memory.
 */
static WCHAR *widen(const char *s)
{
	UINT cp = GetConsoleCP();
	int n = s ? MultiByteToWideChar(cp, 0, s, -1, NULL, 0) : 0;
	WCHAR *w = n > 0 ? k32_alloc(n * sizeof *w) : NULL;

	if (w)
		MultiByteToWideChar(cp, 0, s, -1, w, n);
	return w;
}

static DWORD bytes_of(const WCHAR *s, DWORD n)
{
	return n ? WideCharToMultiByte(GetConsoleCP(), 0, s, n, NULL, 0, NULL,
				       NULL)
		 : 0;
}

/* The text as the caller wants it; how many bytes that are.  Frees s. */
static DWORD give(WCHAR *s, DWORD n, void *buf, DWORD size, BOOL ansi,
		  DWORD error)
{
	DWORD bytes;

	if (!s)
		return 0;
	bytes = ansi ? bytes_of(s, n) : n * sizeof *s;
	if (buf && bytes > size) {
		SetLastError(error);
		bytes = 0;
	} else if (buf && ansi && n) {
		WideCharToMultiByte(GetConsoleCP(), 0, s, n, buf, size, NULL,
				    NULL);
	} else if (buf) {
		memcpy(buf, s, bytes);
	}
	k32_free(s);
	return bytes;
}

static DWORD list(uint32_t what, const WCHAR *exe, void *buf, DWORD size,
		  BOOL ansi)
{
	DWORD n;
	WCHAR *s = ask_all(what, exe, NULL, &n);

	return give(s, n, buf, size, ansi, ERROR_MORE_DATA);
}

static DWORD list_a(uint32_t what, const char *exe, void *buf, DWORD size)
{
	WCHAR *w = widen(exe);
	DWORD n = w || !exe ? list(what, w, buf, size, TRUE) : 0;

	k32_free(w);
	return n;
}

/* ---- lines ----------------------------------------------------------- */

BOOL WINAPI GetConsoleHistoryInfo(PCONSOLE_HISTORY_INFO i)
{
	struct rf_console_past c;

	if (i->cbSize != sizeof *i) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!ask(RF_PAST_INFO, 0, NULL, NULL, NULL, &c, sizeof c, NULL))
		return FALSE;
	i->HistoryBufferSize = c.lines;
	i->NumberOfHistoryBuffers = c.buffers;
	i->dwFlags = c.flags;
	return TRUE;
}

BOOL WINAPI SetConsoleHistoryInfo(PCONSOLE_HISTORY_INFO i)
{
	struct rf_console_past c = {
		.what = RF_PAST_SET_INFO,
		.lines = i->HistoryBufferSize,
		.buffers = i->NumberOfHistoryBuffers,
		.flags = i->dwFlags,
	};

	if (i->cbSize != sizeof *i) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return console_control(RF_CONSOLE_PAST, &c, sizeof c, NULL, 0, NULL);
}

DWORD WINAPI GetConsoleCommandHistoryW(LPWSTR buf, DWORD size, LPWSTR exe)
{
	return list(RF_PAST_LINES, exe, buf, size, FALSE);
}

DWORD WINAPI GetConsoleCommandHistoryA(LPSTR buf, DWORD size, LPSTR exe)
{
	return list_a(RF_PAST_LINES, exe, buf, size);
}

DWORD WINAPI GetConsoleCommandHistoryLengthW(LPWSTR exe)
{
	return list(RF_PAST_LINES, exe, NULL, 0, FALSE);
}

DWORD WINAPI GetConsoleCommandHistoryLengthA(LPSTR exe)
{
	return list_a(RF_PAST_LINES, exe, NULL, 0);
}

VOID WINAPI ExpungeConsoleCommandHistoryW(LPWSTR exe)
{
	ask(RF_PAST_FORGET, 0, exe, NULL, NULL, NULL, 0, NULL);
}

VOID WINAPI ExpungeConsoleCommandHistoryA(LPSTR exe)
{
	WCHAR *w = widen(exe);

	if (w)
		ExpungeConsoleCommandHistoryW(w);
	k32_free(w);
}

BOOL WINAPI SetConsoleNumberOfCommandsW(DWORD n, LPWSTR exe)
{
	return ask(RF_PAST_LIMIT, n, exe, NULL, NULL, NULL, 0, NULL);
}

BOOL WINAPI SetConsoleNumberOfCommandsA(DWORD n, LPSTR exe)
{
	WCHAR *w = widen(exe);
	BOOL ok = w && SetConsoleNumberOfCommandsW(n, w);

	k32_free(w);
	return ok;
}

/* ---- aliases --------------------------------------------------------- */

BOOL WINAPI AddConsoleAliasW(LPWSTR source, LPWSTR target, LPWSTR exe)
{
	return ask(RF_PAST_SET_ALIAS, 0, exe, source, target, NULL, 0, NULL);
}

BOOL WINAPI AddConsoleAliasA(LPSTR source, LPSTR target, LPSTR exe)
{
	WCHAR *s = widen(source), *t = widen(target), *e = widen(exe);
	BOOL ok = AddConsoleAliasW(s, t, e);

	k32_free(s);
	k32_free(t);
	k32_free(e);
	return ok;
}

/* The bytes include the 0. */
DWORD WINAPI GetConsoleAliasW(LPWSTR source, LPWSTR buf, DWORD size, LPWSTR exe)
{
	DWORD n;
	WCHAR *s = ask_all(RF_PAST_ALIAS, exe, source, &n);

	return give(s, n + 1, buf, size, FALSE, ERROR_INSUFFICIENT_BUFFER);
}

DWORD WINAPI GetConsoleAliasA(LPSTR source, LPSTR buf, DWORD size, LPSTR exe)
{
	WCHAR *name = widen(source), *e = widen(exe);
	DWORD n = 0;
	WCHAR *s = ask_all(RF_PAST_ALIAS, e, name, &n);

	k32_free(name);
	k32_free(e);
	return give(s, n + 1, buf, size, TRUE, ERROR_INSUFFICIENT_BUFFER);
}

DWORD WINAPI GetConsoleAliasesW(LPWSTR buf, DWORD size, LPWSTR exe)
{
	return list(RF_PAST_ALIASES, exe, buf, size, FALSE);
}

DWORD WINAPI GetConsoleAliasesA(LPSTR buf, DWORD size, LPSTR exe)
{
	return list_a(RF_PAST_ALIASES, exe, buf, size);
}

DWORD WINAPI GetConsoleAliasesLengthW(LPWSTR exe)
{
	return list(RF_PAST_ALIASES, exe, NULL, 0, FALSE);
}

DWORD WINAPI GetConsoleAliasesLengthA(LPSTR exe)
{
	return list_a(RF_PAST_ALIASES, exe, NULL, 0);
}

DWORD WINAPI GetConsoleAliasExesW(LPWSTR buf, DWORD size)
{
	return list(RF_PAST_PROGRAMS, NULL, buf, size, FALSE);
}

DWORD WINAPI GetConsoleAliasExesA(LPSTR buf, DWORD size)
{
	return list(RF_PAST_PROGRAMS, NULL, buf, size, TRUE);
}

DWORD WINAPI GetConsoleAliasExesLengthW(VOID)
{
	return list(RF_PAST_PROGRAMS, NULL, NULL, 0, FALSE);
}

DWORD WINAPI GetConsoleAliasExesLengthA(VOID)
{
	return list(RF_PAST_PROGRAMS, NULL, NULL, 0, TRUE);
}
