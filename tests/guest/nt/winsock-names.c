/* ws2_32 without network: start and end, addresses as text, names, events. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "../lib/check.h"

static void addresses(void)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6;
	struct in6_addr in6;
	char text[64];
	DWORD n = sizeof text;
	INT size = sizeof v6;

	CHECK_EQ(inet_addr("127.0.0.1"), htonl(0x7f000001));
	CHECK_EQ(inet_addr("1.2.3"), htonl(0x01020003));
	CHECK_EQ(inet_addr("1.2.3.256"), INADDR_NONE);
	v4.sin_addr.s_addr = htonl(0x01020304);
	v4.sin_port = htons(80);
	CHECK(!strcmp(inet_ntoa(v4.sin_addr), "1.2.3.4"));
	CHECK_EQ(
		WSAAddressToStringA((SOCKADDR *)&v4, sizeof v4, NULL, text, &n),
		0);
	CHECK(!strcmp(text, "1.2.3.4:80"), "%s", text);
	CHECK_EQ(n, 11);
	CHECK_EQ(inet_pton(AF_INET6, "fe80::1", &in6), 1);
	CHECK_EQ(inet_pton(AF_INET6, "fe80:::1", &in6), 0);
	CHECK(inet_ntop(AF_INET6, &in6, text, sizeof text) != NULL);
	CHECK_EQ(WSAStringToAddressA("[::1]:443", AF_INET6, NULL,
				     (SOCKADDR *)&v6, &size),
		 0);
	CHECK_EQ(ntohs(v6.sin6_port), 443);
}

static void names(void)
{
	struct addrinfo hints = { .ai_family = AF_INET,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_NUMERICHOST },
			*a;
	char host[256], node[64], service[32];
	struct servent *s;

	CHECK_EQ(gethostname(host, sizeof host), 0);
	CHECK(host[0]);
	s = getservbyname("http", "tcp");
	CHECK(s && ntohs(s->s_port) == 80);
	CHECK(getservbyname("no such service", NULL) == NULL);
	CHECK_EQ(WSAGetLastError(), WSANO_DATA);
	CHECK_EQ(getprotobyname("udp")->p_proto, 17);
	CHECK_EQ(getaddrinfo("10.1.2.3", "8080", &hints, &a), 0);
	CHECK_EQ(a->ai_family, AF_INET);
	CHECK_EQ(ntohs(((struct sockaddr_in *)a->ai_addr)->sin_port), 8080);
	CHECK_EQ(getnameinfo(a->ai_addr, a->ai_addrlen, node, sizeof node,
			     service, sizeof service,
			     NI_NUMERICHOST | NI_NUMERICSERV),
		 0);
	CHECK(!strcmp(node, "10.1.2.3") && !strcmp(service, "8080"), "%s %s",
	      node, service);
	freeaddrinfo(a);
	CHECK_EQ(getaddrinfo("not.a.number", NULL, &hints, &a),
		 WSAHOST_NOT_FOUND);
}

int main(void)
{
	WSADATA data;
	WSAEVENT e;
	SOCKET none = (SOCKET)0x12340;
	char c;

	CHECK_EQ(recv(none, &c, 1, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSANOTINITIALISED);
	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	CHECK_EQ(data.wVersion, MAKEWORD(2, 2));
	addresses();
	names();
	CHECK_EQ(recv(none, &c, 1, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOTSOCK);
	e = WSACreateEvent();
	CHECK_EQ(WSAWaitForMultipleEvents(1, &e, FALSE, 0, FALSE),
		 WSA_WAIT_TIMEOUT);
	CHECK(WSASetEvent(e));
	CHECK_EQ(WSAWaitForMultipleEvents(1, &e, FALSE, 0, FALSE),
		 WSA_WAIT_EVENT_0);
	CHECK(WSACloseEvent(e));
	CHECK_EQ(WSACleanup(), 0);
	return check_done();
}
