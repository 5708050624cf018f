/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * addrinfo-ex.c - GetAddrInfoExW: getaddrinfo that can be done later, by a
 * thread of the pool.  A cancelled request ends at once, and what its thread
 * finds is thrown away.
 */
#include "resolve.h"

/* mingw-w64's header has PVOID for it. */
typedef void(CALLBACK *routine_fn)(DWORD error, DWORD bytes,
				   LPWSAOVERLAPPED overlapped);

struct request {
	struct request *next; /* of those that may be cancelled */
	ULONG_PTR id;
	BOOL cancelled; /* told so already */
	WCHAR *node, *service;
	BOOL has_hints;
	ADDRINFOW hints;
	PADDRINFOEXW *out;
	OVERLAPPED *overlapped;
	routine_fn done;
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct request *requests;
static ULONG_PTR last_id;

static void release(struct request *q)
{
	ws_free(q->node);
	ws_free(q->service);
	ws_free(q);
}

static WCHAR *copy(PCWSTR s)
{
	SIZE_T n = s ? ((SIZE_T)lstrlenW(s) + 1) * sizeof *s : 0;
	WCHAR *p = n ? HeapAlloc(GetProcessHeap(), 0, n) : NULL;

	if (p)
		memcpy(p, s, n);
	return p;
}

/* The list in the longer form; each entry with what it points to. */
static int convert(const ADDRINFOW *from, PADDRINFOEXW *out)
{
	void *tail = out;

	*out = NULL;
	for (; from; from = from->ai_next) {
		SIZE_T name = from->ai_canonname
				      ? ((SIZE_T)lstrlenW(from->ai_canonname) +
					 1) * sizeof(WCHAR)
				      : 0;
		ADDRINFOEXW *a = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY,
					   sizeof *a + 32 + name);

		if (!a) {
			FreeAddrInfoExW(*out);
			*out = NULL;
			return WSA_NOT_ENOUGH_MEMORY;
		}
		a->ai_flags = from->ai_flags;
		a->ai_family = from->ai_family;
		a->ai_socktype = from->ai_socktype;
		a->ai_protocol = from->ai_protocol;
		a->ai_addrlen = from->ai_addrlen;
		a->ai_addr = (struct sockaddr *)(a + 1);
		memcpy(a->ai_addr, from->ai_addr, from->ai_addrlen);
		if (name) {
			a->ai_canonname = (WCHAR *)((BYTE *)(a + 1) + 32);
			memcpy((void *)a->ai_canonname, from->ai_canonname,
			       name);
		}
		*(void **)tail = a;
		tail = &a->ai_next;
	}
	return 0;
}

static int look_up(PCWSTR node, PCWSTR service, const ADDRINFOW *hints,
		   PADDRINFOEXW *out)
{
	PADDRINFOW list;
	int error = GetAddrInfoW(node, service, hints, &list);

	if (error)
		return error;
	error = convert(list, out);
	FreeAddrInfoW(list);
	return error;
}

static void tell(OVERLAPPED *overlapped, routine_fn done, int error)
{
	overlapped->InternalHigh = 0;
	overlapped->Internal = (ULONG)error;
	if (done)
		done((DWORD)error, 0, overlapped);
	else if (overlapped->hEvent)
		SetEvent(overlapped->hEvent);
}

static DWORD WINAPI run(void *arg)
{
	struct request *q = arg, **at = &requests;
	PADDRINFOEXW list = NULL;
	int error = look_up(q->node, q->service,
			    q->has_hints ? &q->hints : NULL, &list);

	AcquireSRWLockExclusive(&lock);
	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	ReleaseSRWLockExclusive(&lock);
	if (q->cancelled) {
		FreeAddrInfoExW(list);
	} else {
		*q->out = list;
		tell(q->overlapped, q->done, error);
	}
	release(q);
	return 0;
}

INT WINAPI GetAddrInfoExW(PCWSTR node, PCWSTR service, DWORD name_space,
			  LPGUID provider, const ADDRINFOEXW *hints,
			  PADDRINFOEXW *out, struct timeval *timeout,
			  LPOVERLAPPED overlapped,
			  LPLOOKUPSERVICE_COMPLETION_ROUTINE done,
			  LPHANDLE handle)
{
	struct request *q;
	int error = 0;

	if (!ws_started())
		error = WSANOTINITIALISED;
	else if (!out)
		error = WSAEFAULT;
	else if (name_space != NS_ALL && name_space != NS_DNS)
		error = WSASERVICE_NOT_FOUND;
	else if (!overlapped && (done || handle))
		error = WSAEINVAL;
	if (error)
		return WSASetLastError(error), error;
	*out = NULL;
	q = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *q);
	if (!q)
		return WSASetLastError(WSA_NOT_ENOUGH_MEMORY),
		       WSA_NOT_ENOUGH_MEMORY;
	if (hints) {
		q->has_hints = TRUE;
		q->hints.ai_flags = hints->ai_flags;
		q->hints.ai_family = hints->ai_family;
		q->hints.ai_socktype = hints->ai_socktype;
		q->hints.ai_protocol = hints->ai_protocol;
	}
	if (!overlapped) {
		error = look_up(node, service, hints ? &q->hints : NULL, out);
		release(q);
		if (error)
			WSASetLastError(error);
		return error;
	}
	q->node = copy(node);
	q->service = copy(service);
	q->out = out;
	q->overlapped = overlapped;
	q->done = (routine_fn)(void *)done;
	overlapped->Internal = WSAEINPROGRESS;
	/* Where GetAddrInfoExOverlappedResult's callers look for the list. */
	overlapped->Pointer = out;
	AcquireSRWLockExclusive(&lock);
	q->id = ++last_id;
	q->next = requests;
	requests = q;
	ReleaseSRWLockExclusive(&lock);
	if (handle)
		*handle = (HANDLE)q->id;
	if ((node && !q->node) || (service && !q->service) ||
	    !QueueUserWorkItem(run, q, WT_EXECUTELONGFUNCTION)) {
		/* As if looked up: it has to leave the list. */
		q->cancelled = TRUE;
		ws_free(q->node);
		q->node = NULL;
		run(q);
		return WSASetLastError(WSA_NOT_ENOUGH_MEMORY),
		       WSA_NOT_ENOUGH_MEMORY;
	}
	WSASetLastError(WSA_IO_PENDING);
	return WSA_IO_PENDING;
}

INT WINAPI GetAddrInfoExCancel(LPHANDLE handle)
{
	OVERLAPPED *overlapped = NULL;
	routine_fn done = NULL;
	struct request *q;

	if (!handle || !*handle)
		return WSA_INVALID_HANDLE;
	AcquireSRWLockExclusive(&lock);
	for (q = requests; q && (HANDLE)q->id != *handle; q = q->next)
		;
	if (q && !q->cancelled) {
		q->cancelled = TRUE;
		overlapped = q->overlapped;
		done = q->done;
	}
	ReleaseSRWLockExclusive(&lock);
	if (!overlapped)
		return WSA_INVALID_HANDLE;
	*handle = NULL;
	tell(overlapped, done, WSA_E_CANCELLED);
	return 0;
}

INT WINAPI GetAddrInfoExOverlappedResult(LPOVERLAPPED overlapped)
{
	return overlapped ? (INT)overlapped->Internal : WSAEINVAL;
}

void WINAPI FreeAddrInfoExW(PADDRINFOEXW a)
{
	while (a) {
		PADDRINFOEXW next = (PADDRINFOEXW)a->ai_next;

		ws_free(a);
		a = next;
	}
}

/* Of the ANSI form, which is laid out alike. */
void WINAPI FreeAddrInfoEx(PADDRINFOEXA a)
{
	FreeAddrInfoExW((PADDRINFOEXW)a);
}
