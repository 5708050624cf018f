/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * changes.c - who wants to hear of it when the network changes.
 *
 * The host says that something of a kind has changed.  NotifyAddrChange and
 * NotifyRouteChange want no more than that: each is one overlapped request.  The
 * others want to know what: a thread compares what it knew with what there is.
 * It asks again before it looks, so nothing between is missed.
 */
#include "ip.h"

/* ---- once, overlapped ------------------------------------------------------ */

static HANDLE requests; /* the handle that all of them are made on */

static DWORD once(ULONG what, HANDLE *handle, OVERLAPPED *o)
{
	OVERLAPPED own = { 0 };
	HANDLE h = requests;
	DWORD error, n;

	if (!h) {
		HANDLE made = rf_net_open(TRUE);

		if (!made)
			return ERROR_NOT_ENOUGH_MEMORY;
		h = InterlockedCompareExchangePointer(&requests, made, NULL);
		if (h)
			NtClose(made);
		else
			h = made;
	}
	if (o) {
		if (handle)
			*handle = h;
		return DeviceIoControl(h, IOCTL_AFD_NET_CHANGE, &what,
				       sizeof what, NULL, 0, NULL, o)
			       ? NO_ERROR
			       : GetLastError();
	}
	own.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	if (!own.hEvent)
		return GetLastError();
	error = DeviceIoControl(h, IOCTL_AFD_NET_CHANGE, &what, sizeof what,
				NULL, 0, NULL, &own)
			? NO_ERROR
			: GetLastError();
	if (error == ERROR_IO_PENDING)
		error = GetOverlappedResult(h, &own, &n, TRUE) ? NO_ERROR
							       : GetLastError();
	CloseHandle(own.hEvent);
	return error;
}

DWORD WINAPI NotifyAddrChange(PHANDLE handle, LPOVERLAPPED o)
{
	return once(RF_NET_CHANGE_ADDRESSES, handle, o);
}

DWORD WINAPI NotifyRouteChange(PHANDLE handle, LPOVERLAPPED o)
{
	/* Of the routes of a link that goes down the host says nothing. */
	return once(RF_NET_CHANGE_ROUTES | RF_NET_CHANGE_LINKS, handle, o);
}

WINBOOL WINAPI CancelIPChangeNotify(LPOVERLAPPED o)
{
	if (!o) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!requests) {
		SetLastError(ERROR_NOT_FOUND);
		return FALSE;
	}
	return CancelIoEx(requests, o);
}

/* ---- what has changed ------------------------------------------------------- */

struct listener;

/* All of the callbacks are like this, but for what row is. */
typedef VOID(NETIOAPI_API_ *report_fn)(PVOID context, PVOID row,
				       MIB_NOTIFICATION_TYPE what);

/* A kind of notification: a list in struct network, and what its rows are. */
struct kind {
	ULONG changes; /* RF_NET_CHANGE_* of version 4 and 6 */
	SIZE_T list, count, row;
	BOOL (*same)(const void *a, const void *b); /* the same thing */
	BOOL (*equal)(const void *a, const void *b); /* and as it was */
	void (*tell)(struct listener *l, const struct network *n,
		     const void *row, MIB_NOTIFICATION_TYPE what);
};

struct listener {
	struct listener *next;
	const struct kind *kind;
	ADDRESS_FAMILY family; /* AF_UNSPEC: both */
	BOOLEAN initial;
	report_fn fn;
	void *context;
	HANDLE device, stop, thread;
	DWORD thread_id;
	BOOL by_itself; /* cancelled by its own callback: it frees itself */
	OVERLAPPED change;
	struct network known;
};

static SRWLOCK lock = SRWLOCK_INIT; /* the list */
static struct listener *listeners;

static BOOL wants(const struct listener *l, ULONG family)
{
	return !l->family || l->family == family;
}

static BOOL same_interface(const void *x, const void *y)
{
	const struct rf_net_interface *a = x, *b = y;

	return a->index == b->index;
}

/* Not the counters. */
static BOOL equal_interface(const void *x, const void *y)
{
	const struct rf_net_interface *a = x, *b = y;

	return a->flags == b->flags && a->mtu == b->mtu && a->type == b->type &&
	       !memcmp(a->mac, b->mac, sizeof a->mac) &&
	       !strcmp(a->name, b->name);
}

static void tell_interface(struct listener *l, const struct network *n,
			   const void *row, MIB_NOTIFICATION_TYPE what)
{
	static const ADDRESS_FAMILY families[] = { AF_INET, AF_INET6 };
	const struct rf_net_interface *i = row;

	for (int k = 0; k < 2; k++) {
		MIB_IPINTERFACE_ROW r = { 0 };

		if (!wants(l, families[k]))
			continue;
		r.Family = families[k];
		r.InterfaceLuid = ip_luid(i);
		r.InterfaceIndex = i->index;
		r.NlMtu = i->mtu;
		r.Connected = ip_status(i) == IfOperStatusUp;
		l->fn(l->context, &r, what);
	}
}

static BOOL same_address(const void *x, const void *y)
{
	const struct rf_net_address *a = x, *b = y;

	return a->family == b->family && a->index == b->index &&
	       !memcmp(a->address, b->address, sizeof a->address);
}

/* Not the lifetimes, which grow less all the time. */
static BOOL equal_address(const void *x, const void *y)
{
	const struct rf_net_address *a = x, *b = y;

	return a->prefix == b->prefix && a->flags == b->flags &&
	       a->scope == b->scope;
}

static void tell_address(struct listener *l, const struct network *n,
			 const void *row, MIB_NOTIFICATION_TYPE what)
{
	const struct rf_net_address *a = row;
	const struct rf_net_interface *i = ip_by_index(n, a->index);
	MIB_UNICASTIPADDRESS_ROW r;

	if (!i || !wants(l, a->family))
		return;
	ip_fill_address(&r, i, a);
	l->fn(l->context, &r, what);
}

static BOOL same_route(const void *x, const void *y)
{
	const struct rf_net_route *a = x, *b = y;

	return a->family == b->family && a->index == b->index &&
	       a->prefix == b->prefix && a->metric == b->metric &&
	       !memcmp(a->to, b->to, sizeof a->to) &&
	       !memcmp(a->gateway, b->gateway, sizeof a->gateway);
}

static BOOL equal_route(const void *x, const void *y)
{
	return !memcmp(x, y, sizeof(struct rf_net_route));
}

static void tell_route(struct listener *l, const struct network *n,
		       const void *row, MIB_NOTIFICATION_TYPE what)
{
	const struct rf_net_route *route = row;
	MIB_IPFORWARD_ROW2 r;

	if (!wants(l, route->family))
		return;
	ip_fill_route(&r, n, route);
	l->fn(l->context, &r, what);
}

static const struct kind interfaces = {
	RF_NET_CHANGE_LINKS,
	FIELD_OFFSET(struct network, i),
	FIELD_OFFSET(struct network, ni),
	sizeof(struct rf_net_interface),
	same_interface,
	equal_interface,
	tell_interface,
};
static const struct kind addresses = {
	RF_NET_CHANGE_ADDRESSES | RF_NET_CHANGE_ADDRESSES6,
	FIELD_OFFSET(struct network, a),
	FIELD_OFFSET(struct network, na),
	sizeof(struct rf_net_address),
	same_address,
	equal_address,
	tell_address,
};
static const struct kind routes = {
	RF_NET_CHANGE_ROUTES | RF_NET_CHANGE_ROUTES6 | RF_NET_CHANGE_LINKS,
	FIELD_OFFSET(struct network, r),
	FIELD_OFFSET(struct network, nr),
	sizeof(struct rf_net_route),
	same_route,
	equal_route,
	tell_route,
};

static ULONG rows_of(const struct kind *k, const struct network *n)
{
	return *(const ULONG *)((const BYTE *)n + k->count);
}

static const BYTE *row_of(const struct kind *k, const struct network *n, ULONG i)
{
	return *(BYTE *const *)((const BYTE *)n + k->list) + i * k->row;
}

static const void *find(const struct kind *k, const struct network *n,
			const void *row)
{
	for (ULONG i = 0; i < rows_of(k, n); i++)
		if (k->same(row_of(k, n, i), row))
			return row_of(k, n, i);
	return NULL;
}

static void compare(struct listener *l, const struct network *old,
		    const struct network *new)
{
	const struct kind *k = l->kind;

	for (ULONG i = 0; i < rows_of(k, old) && !l->by_itself; i++)
		if (!find(k, new, row_of(k, old, i)))
			k->tell(l, old, row_of(k, old, i), MibDeleteInstance);
	for (ULONG i = 0; i < rows_of(k, new) && !l->by_itself; i++) {
		const void *row = row_of(k, new, i);
		const void *was = find(k, old, row);

		if (!was)
			k->tell(l, new, row, MibAddInstance);
		else if (!k->equal(was, row))
			k->tell(l, new, row, MibParameterNotification);
	}
}

/* ---- listeners -------------------------------------------------------------- */

static void drop(struct listener *l)
{
	DWORD n;

	if (l->device && l->change.Internal == (ULONG)STATUS_PENDING) {
		CancelIoEx(l->device, &l->change);
		GetOverlappedResult(l->device, &l->change, &n, TRUE);
	}
	if (l->thread)
		CloseHandle(l->thread);
	if (l->stop)
		CloseHandle(l->stop);
	if (l->change.hEvent)
		CloseHandle(l->change.hEvent);
	if (l->device)
		CloseHandle(l->device);
	ip_free(&l->known);
	RtlFreeHeap(rf_heap(), 0, l);
}

static DWORD ask(struct listener *l)
{
	ULONG what = l->kind->changes;

	if (l->family)
		what &= ~(l->family == AF_INET
				  ? RF_NET_CHANGE_ADDRESSES6 |
					    RF_NET_CHANGE_ROUTES6
				  : RF_NET_CHANGE_ADDRESSES |
					    RF_NET_CHANGE_ROUTES);
	if (DeviceIoControl(l->device, IOCTL_AFD_NET_CHANGE, &what, sizeof what,
			    NULL, 0, NULL, &l->change) ||
	    GetLastError() == ERROR_IO_PENDING)
		return NO_ERROR;
	return GetLastError();
}

static DWORD WINAPI listen_to(void *arg)
{
	struct listener *l = arg;
	HANDLE both[] = { l->stop, l->change.hEvent };
	BOOL asked = TRUE;

	if (l->initial)
		l->fn(l->context, NULL, MibInitialNotification);
	while (asked && WaitForMultipleObjects(2, both, FALSE, INFINITE) ==
				WAIT_OBJECT_0 + 1) {
		struct network now, old = l->known;

		asked = ask(l) == NO_ERROR;
		if (!ip_read(&now)) {
			ip_free(&now);
			continue; /* told with the next change */
		}
		l->known = now;
		compare(l, &old, &now);
		ip_free(&old);
	}
	if (l->by_itself)
		drop(l);
	return 0;
}

static NETIO_STATUS add(const struct kind *kind, ADDRESS_FAMILY family,
			report_fn fn, void *context, BOOLEAN initial,
			HANDLE *handle)
{
	struct listener *l;
	DWORD error;

	if (!fn || !handle ||
	    (family && family != AF_INET && family != AF_INET6))
		return ERROR_INVALID_PARAMETER;
	l = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *l);
	if (!l)
		return ERROR_NOT_ENOUGH_MEMORY;
	l->kind = kind;
	l->family = family;
	l->fn = fn;
	l->context = context;
	l->initial = initial;
	l->device = rf_net_open(TRUE);
	l->stop = CreateEventW(NULL, TRUE, FALSE, NULL);
	l->change.hEvent = CreateEventW(NULL, FALSE, FALSE, NULL);
	error = l->device && l->stop && l->change.hEvent
			? ask(l)
			: ERROR_NOT_ENOUGH_MEMORY;
	if (!error && !ip_read(&l->known))
		error = ERROR_NOT_ENOUGH_MEMORY;
	if (error) {
		drop(l);
		return error;
	}
	*handle = l;
	AcquireSRWLockExclusive(&lock);
	l->thread = CreateThread(NULL, 0, listen_to, l, CREATE_SUSPENDED,
				 &l->thread_id);
	if (l->thread) {
		l->next = listeners;
		listeners = l;
		ResumeThread(l->thread);
	}
	ReleaseSRWLockExclusive(&lock);
	if (l->thread)
		return NO_ERROR;
	error = GetLastError();
	*handle = NULL;
	drop(l);
	return error;
}

NETIO_STATUS NETIOAPI_API_
NotifyIpInterfaceChange(ADDRESS_FAMILY family, PIPINTERFACE_CHANGE_CALLBACK fn,
			PVOID context, BOOLEAN initial, HANDLE *handle)
{
	return add(&interfaces, family, (report_fn)fn, context, initial, handle);
}

NETIO_STATUS NETIOAPI_API_ NotifyUnicastIpAddressChange(
	ADDRESS_FAMILY family, PUNICAST_IPADDRESS_CHANGE_CALLBACK fn,
	PVOID context, BOOLEAN initial, HANDLE *handle)
{
	return add(&addresses, family, (report_fn)fn, context, initial, handle);
}

NETIO_STATUS NETIOAPI_API_ NotifyRouteChange2(ADDRESS_FAMILY family,
					      PIPFORWARD_CHANGE_CALLBACK fn,
					      PVOID context, BOOLEAN initial,
					      HANDLE *handle)
{
	return add(&routes, family, (report_fn)fn, context, initial, handle);
}

/* No callback runs any more when it returns, but one that calls it itself. */
NETIO_STATUS NETIOAPI_API_ CancelMibChangeNotify2(HANDLE handle)
{
	struct listener **at, *l;

	AcquireSRWLockExclusive(&lock);
	for (at = &listeners; *at && *at != handle; at = &(*at)->next)
		;
	l = *at;
	if (l) {
		*at = l->next;
		l->by_itself = l->thread_id == GetCurrentThreadId();
	}
	ReleaseSRWLockExclusive(&lock);
	if (!l)
		return ERROR_INVALID_PARAMETER;
	SetEvent(l->stop);
	if (l->by_itself)
		return NO_ERROR;
	WaitForSingleObject(l->thread, INFINITE);
	drop(l);
	return NO_ERROR;
}
