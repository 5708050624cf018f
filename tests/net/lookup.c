/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lookup.c - for tests/net/run: one line for each name given. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdio.h>

static void forward(const char *name)
{
	struct addrinfo hints = { .ai_flags = AI_CANONNAME }, *list;
	struct hostent *h;
	char text[64];
	int error = getaddrinfo(name, "80", &hints, &list);

	printf("%s", name);
	if (error) {
		printf(" error %d\n", error);
		return;
	}
	for (struct addrinfo *a = list; a; a = a->ai_next) {
		getnameinfo(a->ai_addr, (socklen_t)a->ai_addrlen, text,
			    sizeof text, NULL, 0, NI_NUMERICHOST);
		printf(" %s", text);
	}
	h = gethostbyname(name);
	printf(" = %s, %s\n", list->ai_canonname,
	       h ? inet_ntoa(*(struct in_addr *)h->h_addr_list[0]) : "-");
	freeaddrinfo(list);
}

static void reverse(const char *address)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	char name[256];
	int error;

	at.sin_addr.s_addr = inet_addr(address);
	error = getnameinfo((struct sockaddr *)&at, sizeof at, name,
			    sizeof name, NULL, 0, NI_NAMEREQD);
	if (error)
		printf("-r %s error %d\n", address, error);
	else
		printf("-r %s %s\n", address, name);
}

int main(int argc, char **argv)
{
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "-r") && i + 1 < argc)
			reverse(argv[++i]);
		else
			forward(argv[i]);
	return 0;
}
