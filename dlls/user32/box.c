/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * box.c - message boxes of programs without a screen: their text goes to
 * standard error, and the default button is taken.
 */
#include "nt.h"

/* Which button is the n-th of each MB_* set. */
static const BYTE buttons[][3] = {
	[MB_OK] = { IDOK, IDOK, IDOK },
	[MB_OKCANCEL] = { IDOK, IDCANCEL, IDOK },
	[MB_ABORTRETRYIGNORE] = { IDABORT, IDRETRY, IDIGNORE },
	[MB_YESNOCANCEL] = { IDYES, IDNO, IDCANCEL },
	[MB_YESNO] = { IDYES, IDNO, IDYES },
	[MB_RETRYCANCEL] = { IDRETRY, IDCANCEL, IDRETRY },
	[MB_CANCELTRYCONTINUE] = { IDCANCEL, IDTRYAGAIN, IDCONTINUE },
};

static void put(UNICODE_STRING *line, const WCHAR *s)
{
	for (; s && *s && line->Length < line->MaximumLength; s++) {
		line->Buffer[line->Length / sizeof(WCHAR)] =
			*s == '\n' || *s == '\r' ? ' ' : *s;
		line->Length += sizeof(WCHAR);
	}
}

int WINAPI MessageBoxW(HWND owner, LPCWSTR text, LPCWSTR caption, UINT type)
{
	WCHAR buffer[1024];
	UNICODE_STRING line = { 0, sizeof buffer - sizeof(WCHAR), buffer };
	UINT set = type & MB_TYPEMASK;
	UINT button = (type & MB_DEFMASK) >> 8;

	if (set >= ARRAYSIZE(buttons)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	put(&line, caption ? caption : L"Error");
	put(&line, L": ");
	put(&line, text);
	buffer[line.Length / sizeof(WCHAR)] = '\n';
	line.Length += sizeof(WCHAR);
	NtDisplayString(&line);
	return buttons[set][button < 3 ? button : 0];
}

int WINAPI MessageBoxA(HWND owner, LPCSTR text, LPCSTR caption, UINT type)
{
	UNICODE_STRING t = { 0, 0, NULL }, c = { 0, 0, NULL };
	int ret;

	if (text)
		RtlCreateUnicodeStringFromAsciiz(&t, text);
	if (caption)
		RtlCreateUnicodeStringFromAsciiz(&c, caption);
	ret = MessageBoxW(owner, t.Buffer, c.Buffer, type);
	RtlFreeUnicodeString(&t);
	RtlFreeUnicodeString(&c);
	return ret;
}
