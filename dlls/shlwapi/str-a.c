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
