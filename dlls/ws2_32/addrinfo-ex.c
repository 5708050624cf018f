/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * addrinfo-ex.c - GetAddrInfoEx: getaddrinfo that can be done later, by a
 * thread of the pool, and within a time.  A request that is cancelled, or whose
 * time is up, ends at once, and what its thread finds is thrown away.
 */
#include "resolve.h"

#include "namespace.h"

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
	PTP_TIMER timer; /* or NULL */
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct request *requests;
static ULONG_PTR last_id;

static void release(struct request *q)
{
	if (q->timer)
		CloseThreadpoolTimer(q->timer);
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
	HANDLE event = overlapped->hEvent;

	overlapped->InternalHigh = 0;
	/* Who asks for the result may give it up from now on. */
	overlapped->Internal = (ULONG)error;
	if (done)
		done((DWORD)error, 0, overlapped);
	else if (event)
		SetEvent(event);
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

/* From now on its thread tells nobody; FALSE: it has ended, or been taken. */
static BOOL take_away(ULONG_PTR id, OVERLAPPED **overlapped, routine_fn *done)
{
	struct request *q;
	BOOL ours;

	AcquireSRWLockExclusive(&lock);
	for (q = requests; q && q->id != id; q = q->next)
		;
	ours = q && !q->cancelled;
	if (ours) {
		q->cancelled = TRUE;
		*overlapped = q->overlapped;
		*done = q->done;
	}
	ReleaseSRWLockExclusive(&lock);
	return ours;
}

static BOOL end_early(ULONG_PTR id, int error)
{
	OVERLAPPED *overlapped;
	routine_fn done;

	if (!take_away(id, &overlapped, &done))
		return FALSE;
	tell(overlapped, done, error);
	return TRUE;
}

static void CALLBACK time_is_up(PTP_CALLBACK_INSTANCE instance, PVOID id,
				PTP_TIMER timer)
{
	end_early((ULONG_PTR)id, WSAETIMEDOUT);
}

static BOOL arm(struct request *q, const struct timeval *timeout)
{
	LARGE_INTEGER due;
	FILETIME at;

	if (!timeout)
		return TRUE;
	q->timer = CreateThreadpoolTimer(time_is_up, (PVOID)q->id, NULL);
	if (!q->timer)
		return FALSE;
	due.QuadPart =
		-(timeout->tv_sec * 10000000ll + timeout->tv_usec * 10ll);
	at.dwLowDateTime = due.LowPart;
	at.dwHighDateTime = (DWORD)due.HighPart;
	SetThreadpoolTimer(q->timer, &at, 0, 0);
	return TRUE;
}

/* A request for later; FALSE without memory.  handle: NULL, or its number. */
static BOOL begin(PCWSTR node, PCWSTR service, const ADDRINFOW *hints,
		  PADDRINFOEXW *out, const struct timeval *timeout,
		  OVERLAPPED *overlapped, routine_fn done, HANDLE *handle)
{
	struct request *q =
		HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *q);
	ULONG_PTR id;
	BOOL ok = TRUE;

	if (!q)
		return FALSE;
	if (hints) {
		q->has_hints = TRUE;
		q->hints = *hints;
	}
	q->node = copy(node);
	q->service = copy(service);
	q->out = out;
	q->overlapped = overlapped;
	q->done = done;
	overlapped->Internal = WSAEINPROGRESS;
	/* Where GetAddrInfoExOverlappedResult's callers look for the list. */
	overlapped->Pointer = out;
	AcquireSRWLockExclusive(&lock);
	id = q->id = ++last_id;
	q->next = requests;
	requests = q;
	ReleaseSRWLockExclusive(&lock);
	/* Before anybody is told, who may give it up. */
	if (handle)
		*handle = (HANDLE)id;
	if ((node && !q->node) || (service && !q->service) ||
	    !arm(q, timeout) ||
	    !QueueUserWorkItem(run, q, WT_EXECUTELONGFUNCTION)) {
		/* As if looked up: it has to leave the list. */
		ok = !take_away(id, &overlapped, &done);
		if (!ok && handle)
			*handle = NULL;
		ws_free(q->node);
		q->node = NULL;
		run(q);
	}
	return ok;
}

/* Waited for; within a time somebody else's thread does it. */
static int now(PCWSTR node, PCWSTR service, const ADDRINFOW *hints,
	       PADDRINFOEXW *out, const struct timeval *timeout)
{
	OVERLAPPED o = { 0 };
	PADDRINFOEXW list = NULL;
	int error = WSA_NOT_ENOUGH_MEMORY;

	if (!timeout)
		return look_up(node, service, hints, out);
	o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	if (o.hEvent &&
	    begin(node, service, hints, &list, timeout, &o, NULL, NULL)) {
		WaitForSingleObject(o.hEvent, INFINITE);
		error = (int)o.Internal;
		*out = list;
	}
	if (o.hEvent)
		CloseHandle(o.hEvent);
	return error;
}

/* What is the same of both forms. */
static int check(const void *out, DWORD name_space, const GUID *provider,
		 const ADDRINFOEXW *hints)
{
	if (!ws_started())
		return WSANOTINITIALISED;
	if (!out)
		return WSAEFAULT;
	if ((name_space != NS_ALL && name_space != NS_DNS) ||
	    (provider && memcmp(provider, &ns_provider, sizeof *provider)))
		return WSASERVICE_NOT_FOUND;
	if (hints && (hints->ai_addrlen || hints->ai_canonname ||
		      hints->ai_addr || hints->ai_next))
		return WSANO_RECOVERY;
	return 0;
}

static const ADDRINFOW *short_hints(const ADDRINFOEXW *from, ADDRINFOW *to)
{
	if (!from)
		return NULL;
	*to = (ADDRINFOW){ .ai_flags = from->ai_flags,
			   .ai_family = from->ai_family,
			   .ai_socktype = from->ai_socktype,
			   .ai_protocol = from->ai_protocol };
	return to;
}

INT WINAPI GetAddrInfoExW(PCWSTR node, PCWSTR service, DWORD name_space,
			  LPGUID provider, const ADDRINFOEXW *hints,
			  PADDRINFOEXW *out, struct timeval *timeout,
			  LPOVERLAPPED overlapped,
			  LPLOOKUPSERVICE_COMPLETION_ROUTINE done,
			  LPHANDLE handle)
{
	int error = check(out, name_space, provider, hints);
	const ADDRINFOW *h;
	ADDRINFOW wanted;

	/* One way to be told, of what is done later. */
	if (!error &&
	    (overlapped ? done && overlapped->hEvent : done || handle))
		error = WSAEINVAL;
	if (!error && timeout && (timeout->tv_sec < 0 || timeout->tv_usec < 0))
		error = WSAEINVAL;
	if (error)
		return WSASetLastError(error), error;
	*out = NULL;
	h = short_hints(hints, &wanted);
	if (!overlapped) {
		error = now(node, service, h, out, timeout);
	} else {
		error = begin(node, service, h, out, timeout, overlapped,
			      (routine_fn)(void *)done, handle)
				? WSA_IO_PENDING
				: WSA_NOT_ENOUGH_MEMORY;
	}
	if (error)
		WSASetLastError(error);
	return error;
}

static BOOL widen(PCSTR from, WCHAR *to, int n)
{
	return !from || MultiByteToWideChar(CP_ACP, 0, from, -1, to, n);
}

/* The names, in place, where there is room; which there is for hosts' names. */
static void narrow(ADDRINFOEXW *list)
{
	for (; list; list = (ADDRINFOEXW *)list->ai_next) {
		WCHAR *wide = (WCHAR *)list->ai_canonname;
		int room = wide ? (lstrlenW(wide) + 1) * (int)sizeof *wide : 0;
		char text[2 * RS_MAX_NAME] = "";

		if (!wide)
			continue;
		WideCharToMultiByte(CP_ACP, 0, wide, -1, text, sizeof text - 1,
				    NULL, NULL);
		lstrcpynA((char *)wide, text, room);
	}
}

/* Of the last four none but NULL is allowed. */
INT WINAPI GetAddrInfoExA(PCSTR node, PCSTR service, DWORD name_space,
			  LPGUID provider, const ADDRINFOEXA *hints,
			  PADDRINFOEXA *out, struct timeval *timeout,
			  LPOVERLAPPED overlapped,
			  LPLOOKUPSERVICE_COMPLETION_ROUTINE done,
			  LPHANDLE handle)
{
	const ADDRINFOEXW *same = (const ADDRINFOEXW *)hints; /* laid out */
	int error = check(out, name_space, provider, same);
	WCHAR wide_node[RS_MAX_NAME], wide_service[64];
	PADDRINFOEXW list = NULL;
	ADDRINFOW wanted;

	if (!error && (timeout || overlapped || done || handle))
		error = WSAEINVAL;
	if (!error && (!widen(node, wide_node, ARRAYSIZE(wide_node)) ||
		       !widen(service, wide_service, ARRAYSIZE(wide_service))))
		error = WSAHOST_NOT_FOUND;
	if (out)
		*out = NULL;
	if (!error)
		error = look_up(node ? wide_node : NULL,
				service ? wide_service : NULL,
				short_hints(same, &wanted), &list);
	if (error)
		return WSASetLastError(error), error;
	narrow(list);
	*out = (PADDRINFOEXA)list;
	return 0;
}

INT WINAPI GetAddrInfoExCancel(LPHANDLE handle)
{
	ULONG_PTR id;

	if (!handle || !*handle)
		return WSA_INVALID_HANDLE;
	id = (ULONG_PTR)*handle;
	/* Before anybody is told, who may give it up. */
	*handle = NULL;
	return end_early(id, WSA_E_CANCELLED) ? 0 : WSA_INVALID_HANDLE;
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
