/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* buffer.c - the buffers that netapi32's functions give out. */
#include "net.h"

NET_API_STATUS WINAPI NetApiBufferAllocate(DWORD n, LPVOID *buffer)
{
	if (!buffer)
		return ERROR_INVALID_PARAMETER;
	*buffer = HeapAlloc(GetProcessHeap(), 0, n);
	return *buffer ? NERR_Success : ERROR_NOT_ENOUGH_MEMORY;
}

NET_API_STATUS WINAPI NetApiBufferFree(LPVOID buffer)
{
	if (!buffer || HeapFree(GetProcessHeap(), 0, buffer))
		return NERR_Success;
	return GetLastError();
}

NET_API_STATUS WINAPI NetApiBufferReallocate(LPVOID old, DWORD n, LPVOID *new)
{
	if (!new)
		return ERROR_INVALID_PARAMETER;
	if (n == 0) {
		*new = NULL;
		return NetApiBufferFree(old);
	}
	*new = old ? HeapReAlloc(GetProcessHeap(), 0, old, n)
		   : HeapAlloc(GetProcessHeap(), 0, n);
	return *new ? NERR_Success : ERROR_NOT_ENOUGH_MEMORY;
}

NET_API_STATUS WINAPI NetApiBufferSize(LPVOID buffer, LPDWORD n)
{
	if (!buffer || !n)
		return ERROR_INVALID_PARAMETER;
	*n = (DWORD)HeapSize(GetProcessHeap(), 0, buffer);
	return *n == ~0u ? ERROR_INVALID_PARAMETER : NERR_Success;
}

BOOL answer_new(struct answer *a, DWORD n, DWORD size)
{
	SIZE_T fixed = ((SIZE_T)n * size + 7) & ~(SIZE_T)7;

	a->buffer = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY,
			      fixed + ANSWER_ROOM);
	a->more = a->buffer + fixed;
	return a->buffer != NULL;
}

/* n is of the answers' own making, and small. */
void *answer_bytes(struct answer *a, const void *from, DWORD n)
{
	BYTE *at = a->more;

	memcpy(at, from, n);
	a->more += (n + 7) & ~7u;
	return at;
}

WCHAR *answer_text(struct answer *a, const WCHAR *text)
{
	return answer_bytes(a, text,
			    ((DWORD)lstrlenW(text) + 1) * sizeof *text);
}

NET_API_STATUS asked_for_list(const WCHAR *server, DWORD level, DWORD most,
			      LPBYTE *buffer, LPDWORD read, LPDWORD total)
{
	NET_API_STATUS s = this_machine(server);

	if (s)
		return s;
	if (!buffer || !read || !total)
		return ERROR_INVALID_PARAMETER;
	return level > most ? ERROR_INVALID_LEVEL : NERR_Success;
}

NET_API_STATUS whole_list(const struct answer *a, DWORD n, LPBYTE *buffer,
			  LPDWORD read, LPDWORD total)
{
	*buffer = a->buffer;
	*read = *total = n;
	return NERR_Success;
}
