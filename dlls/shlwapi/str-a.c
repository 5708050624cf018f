/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* str-a.c - shlwapi's strings in the code page of the process. */
#include "text.h"
#include "str.h"

PSTR WINAPI StrFormatByteSizeA(DWORD n, PSTR to, UINT size)
{
	return StrFormatByteSize64A(n, to, size);
}

PSTR WINAPI StrFormatByteSize64A(LONGLONG n, PSTR to, UINT size)
{
	if (to && size)
		byte_size((ULONGLONG)n, to, size);
	return to;
}

int WINAPI SHAnsiToAnsi(PCSTR s, PSTR to, int size)
{
	SIZE_T n = strlen(s) + 1;

	copy_some(to, s, size);
	return size > 0 && n <= (SIZE_T)size ? (int)n : 0;
}

int WINAPI wvnsprintfA(PSTR to, int size, PCSTR format, va_list args)
{
	int n;

	if (size <= 0)
		return -1;
	n = rf_vsnprintf(to, (size_t)size, format, args);
	if (n >= 0 && n < size)
		return n;
	to[size - 1] = 0;
	return -1;
}

int WINAPIV wnsprintfA(PSTR to, int size, PCSTR format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = wvnsprintfA(to, size, format, args);
	va_end(args);
	return n;
}
