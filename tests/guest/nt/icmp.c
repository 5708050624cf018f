/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests echo requests to this machine itself: waited for, by event and by APC,
 * of both versions; and what cannot be asked.
 */
// link: -liphlpapi
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <icmpapi.h>

#include <string.h>

#include "check.h"

typedef DWORD(WINAPI *echo_ex)(HANDLE, HANDLE, FARPROC, PVOID, IPAddr, IPAddr,
			       LPVOID, WORD, PIP_OPTION_INFORMATION, LPVOID,
			       DWORD, DWORD);

static HANDLE h;
static IPAddr here;
static union {
	ICMP_ECHO_REPLY r;
	char bytes[1000];
} reply;
static char data[] = "abcdefghijklmnopqrstuvwabcdefghi";

static void check_reply(void)
{
	CHECK_EQ(reply.r.Status, IP_SUCCESS);
	CHECK_EQ(reply.r.Address, here);
	CHECK_EQ(reply.r.DataSize, sizeof data);
	CHECK(reply.r.RoundTripTime < 5000);
	CHECK(reply.r.Options.Ttl > 0);
	if (reply.r.DataSize == sizeof data)
		CHECK(!memcmp(reply.r.Data, data, sizeof data));
}

static void waited_for(void)
{
	IP_OPTION_INFORMATION o = { .Ttl = 9, .Flags = 2 };
	echo_ex ex = (echo_ex)(void *)GetProcAddress(
		GetModuleHandleA("iphlpapi.dll"), "IcmpSendEcho2Ex");

	memset(&reply, 0xee, sizeof reply);
	CHECK_EQ(IcmpSendEcho(h, here, data, sizeof data, NULL, &reply,
			      sizeof reply, 5000),
		 1);
	check_reply();
	memset(&reply, 0xee, sizeof reply);
	CHECK_EQ(IcmpSendEcho(h, here, data, sizeof data, &o, &reply,
			      sizeof reply, 5000),
		 1);
	check_reply();
	/* Nothing to be sent, and from an address. */
	CHECK(ex != NULL);
	CHECK_EQ(ex(h, NULL, NULL, NULL, here, here, NULL, 0, NULL, &reply,
		    sizeof reply, 5000),
		 1);
	CHECK_EQ(reply.r.Status, IP_SUCCESS);
	CHECK_EQ(reply.r.DataSize, 0);
}

static void refused(void)
{
	CHECK_EQ(IcmpSendEcho(h, here, data, sizeof data, NULL, &reply,
			      sizeof(ICMP_ECHO_REPLY) - 1, 1000),
		 0);
	CHECK(GetLastError() != 0);
	CHECK_EQ(IcmpSendEcho((HANDLE)0x12340, here, data, sizeof data, NULL,
			      &reply, sizeof reply, 1000),
		 0);
	CHECK(GetLastError() != 0);
}

static void by_event(void)
{
	HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

	memset(&reply, 0, sizeof reply);
	CHECK_EQ(IcmpSendEcho2(h, event, NULL, NULL, here, data, sizeof data,
			       NULL, &reply, sizeof reply, 5000),
		 0);
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK_EQ(WaitForSingleObject(event, 60000), WAIT_OBJECT_0);
	CHECK_EQ(IcmpParseReplies(&reply, sizeof reply), 1);
	check_reply();
	CloseHandle(event);
}

static void *called;

static void WINAPI routine(void *context, void *iosb, ULONG reserved)
{
	(void)iosb, (void)reserved;
	called = context;
}

static void by_apc(void)
{
	memset(&reply, 0, sizeof reply);
	CHECK_EQ(IcmpSendEcho2(h, NULL, (FARPROC)(void *)routine, &called, here,
			       data, sizeof data, NULL, &reply, sizeof reply,
			       5000),
		 0);
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK_EQ(SleepEx(10000, TRUE), WAIT_IO_COMPLETION);
	CHECK(called == &called);
	CHECK_EQ(IcmpParseReplies(&reply, sizeof reply), 1);
	check_reply();
}

static void version6(void)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6 }, to = any;
	/* ICMPV6_ECHO_REPLY: address, status, time; then the data */
	struct {
		BYTE port_flow[6], address[16], scope[4], pad[2];
		ULONG status, time;
		char data[500];
	} r = { 0 };
	HANDLE six = Icmp6CreateFile();
	DWORD n;

	CHECK(six != INVALID_HANDLE_VALUE);
	to.sin6_addr.s6_addr[15] = 1;
	n = Icmp6SendEcho2(six, NULL, NULL, NULL, &any, &to, data, sizeof data,
			   NULL, &r, sizeof r, 5000);
	/* Not every machine has version 6. */
	if (n != 1 || r.status) {
		printf("no version 6: %lu %lu\n", GetLastError(), r.status);
	} else {
		CHECK(!memcmp(r.address, &to.sin6_addr, 16));
		CHECK(!memcmp(r.data, data, sizeof data));
		CHECK_EQ(Icmp6ParseReplies(&r, sizeof r), 1);
	}
	CHECK(IcmpCloseHandle(six));
}

int main(void)
{
	here = htonl(INADDR_LOOPBACK);
	h = IcmpCreateFile();
	CHECK(h != INVALID_HANDLE_VALUE);
	if (!IcmpSendEcho(h, here, data, sizeof data, NULL, &reply,
			  sizeof reply, 5000) &&
	    GetLastError() == ERROR_ACCESS_DENIED) {
		printf("this user may send no echo requests\n");
		return 77;
	}
	waited_for();
	refused();
	by_event();
	by_apc();
	version6();
	CHECK(IcmpCloseHandle(h));
	return check_done();
}
