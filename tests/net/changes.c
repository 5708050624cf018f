/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * changes.c - for tests/net/run: one line for each change of the network that it
 * is told of, until its input ends.  Before that what can be cancelled.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <netioapi.h>
#include <stdio.h>

static const char *const kinds[] = { "changed", "added", "deleted", "begun" };
static CRITICAL_SECTION one;

static void address_text(const SOCKADDR_INET *a, char *text)
{
	getnameinfo((const SOCKADDR *)a,
		    a->si_family == AF_INET ? sizeof a->Ipv4 : sizeof a->Ipv6,
		    text, 64, NULL, 0, NI_NUMERICHOST);
}

static void say(const char *what, MIB_NOTIFICATION_TYPE kind, ULONG index,
		const char *more)
{
	char name[IF_NAMESIZE] = "";

	EnterCriticalSection(&one);
	if (kind != MibInitialNotification)
		if_indextoname(index, name);
	printf("%s %s%s%s%s%s\n", what, kinds[kind], *name ? " " : "", name,
	       *more ? " " : "", more);
	fflush(stdout);
	LeaveCriticalSection(&one);
}

static VOID NETIOAPI_API_ interface_changed(PVOID context,
					    PMIB_IPINTERFACE_ROW r,
					    MIB_NOTIFICATION_TYPE kind)
{
	say(context, kind, r ? r->InterfaceIndex : 0, "");
}

static VOID NETIOAPI_API_ address_changed(PVOID context,
					  PMIB_UNICASTIPADDRESS_ROW r,
					  MIB_NOTIFICATION_TYPE kind)
{
	char text[80] = "";

	if (r)
		address_text(&r->Address, text);
	say(context, kind, r ? r->InterfaceIndex : 0, text);
}

static VOID NETIOAPI_API_ route_changed(PVOID context, PMIB_IPFORWARD_ROW2 r,
					MIB_NOTIFICATION_TYPE kind)
{
	char text[80] = "";

	if (r) {
		address_text(&r->DestinationPrefix.Prefix, text);
		sprintf(text + strlen(text), "/%d",
			r->DestinationPrefix.PrefixLength);
	}
	say(context, kind, r ? r->InterfaceIndex : 0, text);
}

static int failed;

static void check(BOOL ok, const char *what)
{
	if (ok)
		return;
	printf("wrong: %s\n", what);
	failed = 1;
}

static void cancelling(void)
{
	OVERLAPPED o[2] = { 0 };
	HANDLE h[2] = { 0 }, n = NULL;
	DWORD bytes;

	check(!CancelIPChangeNotify(&o[0]), "nothing to cancel");
	for (int i = 0; i < 2; i++) {
		o[i].hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
		check(NotifyAddrChange(&h[i], &o[i]) == ERROR_IO_PENDING,
		      "it is pending");
		check(h[i] != NULL, "a handle");
	}
	check(WaitForSingleObject(o[0].hEvent, 50) == WAIT_TIMEOUT, "no change");
	check(CancelIPChangeNotify(&o[0]), "cancelled");
	check(WaitForSingleObject(o[0].hEvent, 5000) == WAIT_OBJECT_0, "over");
	check(!GetOverlappedResult(h[0], &o[0], &bytes, FALSE) &&
		      GetLastError() == ERROR_OPERATION_ABORTED,
	      "by that");
	check(WaitForSingleObject(o[1].hEvent, 0) == WAIT_TIMEOUT,
	      "the other one not");
	check(CancelIPChangeNotify(&o[1]), "it, too");
	WaitForSingleObject(o[1].hEvent, 5000);
	check(NotifyRouteChange2(AF_INET, NULL, NULL, FALSE, &n) ==
		      ERROR_INVALID_PARAMETER,
	      "no callback");
	check(NotifyIpInterfaceChange(77, interface_changed, NULL, FALSE, &n) ==
		      ERROR_INVALID_PARAMETER,
	      "no such family");
	check(CancelMibChangeNotify2(&n) == ERROR_INVALID_PARAMETER,
	      "no such listener");
}

static DWORD WINAPI addresses(void *arg)
{
	DWORD error = NotifyAddrChange(NULL, NULL);

	say("any address", MibParameterNotification, 0, error ? "wrong" : "");
	return 0;
}

int main(void)
{
	OVERLAPPED o = { 0 };
	HANDLE l[4], h, t;
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	InitializeCriticalSection(&one);
	cancelling();
	o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	check(NotifyRouteChange(&h, &o) == ERROR_IO_PENDING, "routes");
	check(!NotifyIpInterfaceChange(AF_INET, interface_changed, "interface",
				       TRUE, &l[0]) &&
		      !NotifyUnicastIpAddressChange(AF_UNSPEC, address_changed,
						    "address", FALSE, &l[1]) &&
		      !NotifyUnicastIpAddressChange(AF_INET6, address_changed,
						    "address6", FALSE, &l[2]) &&
		      !NotifyRouteChange2(AF_INET, route_changed, "route", FALSE,
					  &l[3]),
	      "listeners");
	t = CreateThread(NULL, 0, addresses, NULL, 0, NULL);
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	check(WaitForSingleObject(t, 5000) == WAIT_OBJECT_0, "a change");
	check(WaitForSingleObject(o.hEvent, 5000) == WAIT_OBJECT_0, "a route");
	for (int i = 0; i < 4; i++)
		check(!CancelMibChangeNotify2(l[i]), "the end");
	check(CancelMibChangeNotify2(l[0]) == ERROR_INVALID_PARAMETER, "once");
	puts("done");
	return failed;
}
