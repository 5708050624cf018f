/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events.c - for tests/net/run: one line for each FD_ADDRESS_LIST_CHANGE and
 * FD_ROUTING_INTERFACE_CHANGE, until its input ends.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdio.h>

static struct sockaddr_in far_away = { .sin_family = AF_INET };

static DWORD WINAPI until_input_ends(void *arg)
{
	(void)arg;
	while (getchar() != EOF)
		;
	ExitProcess(0);
}

static void say(const char *what)
{
	puts(what);
	fflush(stdout);
}

/* A socket that does not block is told of it by its events. */
static void ask(SOCKET s, DWORD code)
{
	BOOL route = code == SIO_ROUTING_INTERFACE_CHANGE;
	DWORD n;

	if (!WSAIoctl(s, code, route ? &far_away : NULL,
		      route ? sizeof far_away : 0, NULL, 0, &n, NULL, NULL) ||
	    WSAGetLastError() != WSAEWOULDBLOCK)
		say("wrong: not would block");
}

int main(void)
{
	enum { WANTED = FD_ADDRESS_LIST_CHANGE | FD_ROUTING_INTERFACE_CHANGE };
	WSANETWORKEVENTS told;
	WSAEVENT event;
	WSADATA w;
	SOCKET s;

	WSAStartup(0x202, &w);
	far_away.sin_addr.s_addr = inet_addr("198.51.100.9");
	s = socket(AF_INET, SOCK_DGRAM, 0);
	event = WSACreateEvent();
	if (WSAEventSelect(s, event, WANTED))
		say("wrong: WSAEventSelect");
	ask(s, SIO_ADDRESS_LIST_CHANGE);
	ask(s, SIO_ROUTING_INTERFACE_CHANGE);
	if (WSAWaitForMultipleEvents(1, &event, FALSE, 0, FALSE) != WSA_WAIT_TIMEOUT)
		say("wrong: an event before any change");
	CloseHandle(CreateThread(NULL, 0, until_input_ends, NULL, 0, NULL));
	say("events asked for");
	for (;;) {
		WSAWaitForMultipleEvents(1, &event, FALSE, WSA_INFINITE, FALSE);
		if (WSAEnumNetworkEvents(s, event, &told))
			say("wrong: WSAEnumNetworkEvents");
		if (told.lNetworkEvents & FD_ADDRESS_LIST_CHANGE) {
			if (told.iErrorCode[FD_ADDRESS_LIST_CHANGE_BIT])
				say("wrong: an error");
			ask(s, SIO_ADDRESS_LIST_CHANGE);
			say("event of the addresses");
		}
		if (told.lNetworkEvents & FD_ROUTING_INTERFACE_CHANGE) {
			ask(s, SIO_ROUTING_INTERFACE_CHANGE);
			say("event of the way");
		}
	}
}
