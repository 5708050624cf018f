/* Sockets in other processes: inherited, and by WSADuplicateSocket. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "../lib/check.h"

static SOCKET listener(struct sockaddr_in *at)
{
	SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	int n = sizeof *at;

	memset(at, 0, sizeof *at);
	at->sin_family = AF_INET;
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_EQ(bind(s, (SOCKADDR *)at, sizeof *at), 0);
	CHECK_EQ(listen(s, SOMAXCONN), 0);
	CHECK_EQ(getsockname(s, (SOCKADDR *)at, &n), 0);
	return s;
}

static HANDLE start(const char *args)
{
	char line[MAX_PATH + 64], self[MAX_PATH];
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi = { 0 };

	GetModuleFileNameA(NULL, self, sizeof self);
	sprintf(line, "\"%s\" %s", self, args);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			     &pi),
	      "%lu", GetLastError());
	CloseHandle(pi.hThread);
	return pi.hProcess;
}

static DWORD end(HANDLE p)
{
	DWORD code = 99;

	CHECK_EQ(WaitForSingleObject(p, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(p, &code);
	CloseHandle(p);
	return code;
}

/* The child: greets on what it was given. */
static int inherited(SOCKET s)
{
	char buf[8];

	if (send(s, "child", 5, 0) != 5)
		return 10;
	if (recv(s, buf, sizeof buf, 0) != 2 || memcmp(buf, "ok", 2))
		return 11;
	return closesocket(s) ? 12 : 42;
}

static int given(void)
{
	WSAPROTOCOL_INFOA info;
	DWORD n;
	SOCKET s;

	if (!ReadFile(GetStdHandle(STD_INPUT_HANDLE), &info, sizeof info, &n,
		      NULL) ||
	    n != sizeof info)
		return 20;
	s = WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO,
		       FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED);
	if (s == INVALID_SOCKET)
		return 21;
	return inherited(s);
}

static void serve(SOCKET c, HANDLE child)
{
	char buf[8];

	CHECK_EQ(recv(c, buf, sizeof buf, 0), 5);
	CHECK(!memcmp(buf, "child", 5));
	CHECK_EQ(send(c, "ok", 2, 0), 2);
	CHECK_EQ(end(child), 42);
}

static void inherits(void)
{
	struct sockaddr_in at;
	SOCKET l = listener(&at), a = socket(AF_INET, SOCK_STREAM, 0), c;
	char args[64], byte;
	HANDLE child;

	CHECK_EQ(connect(a, (SOCKADDR *)&at, sizeof at), 0);
	c = accept(l, NULL, NULL);
	SetHandleInformation((HANDLE)c, HANDLE_FLAG_INHERIT, 0);
	SetHandleInformation((HANDLE)l, HANDLE_FLAG_INHERIT, 0);
	sprintf(args, "inherited %llu", (unsigned long long)a);
	child = start(args);
	/* The child's handle keeps the connection. */
	closesocket(a);
	serve(c, child);
	CHECK_EQ(recv(c, &byte, 1, 0), 0);
	closesocket(c);
	closesocket(l);
}

static void duplicates(void)
{
	STARTUPINFOA si = { .cb = sizeof si, .dwFlags = STARTF_USESTDHANDLES };
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	char line[MAX_PATH + 16], self[MAX_PATH], byte;
	PROCESS_INFORMATION pi = { 0 };
	WSAPROTOCOL_INFOA info;
	struct sockaddr_in at;
	SOCKET l = listener(&at), a = socket(AF_INET, SOCK_STREAM, 0), c;
	HANDLE r, w;
	DWORD n;

	SetHandleInformation((HANDLE)a, HANDLE_FLAG_INHERIT, 0);
	SetHandleInformation((HANDLE)l, HANDLE_FLAG_INHERIT, 0);
	CHECK_EQ(connect(a, (SOCKADDR *)&at, sizeof at), 0);
	c = accept(l, NULL, NULL);
	SetHandleInformation((HANDLE)c, HANDLE_FLAG_INHERIT, 0);
	CHECK(CreatePipe(&r, &w, &sa, 0));
	SetHandleInformation(w, HANDLE_FLAG_INHERIT, 0);
	si.hStdInput = r;
	si.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
	si.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	GetModuleFileNameA(NULL, self, sizeof self);
	sprintf(line, "\"%s\" given", self);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			     &pi));
	CloseHandle(r);
	CloseHandle(pi.hThread);
	CHECK_EQ(WSADuplicateSocketA(a, pi.dwProcessId, &info), 0);
	CHECK_EQ(info.iAddressFamily, AF_INET);
	CHECK_EQ(info.iSocketType, SOCK_STREAM);
	CHECK(WriteFile(w, &info, sizeof info, &n, NULL));
	CloseHandle(w);
	closesocket(a);
	serve(c, pi.hProcess);
	CHECK_EQ(recv(c, &byte, 1, 0), 0);
	closesocket(c);
	closesocket(l);
}

/* In the own process it is another handle of the same socket. */
static void own(void)
{
	WSAPROTOCOL_INFOW info;
	struct sockaddr_in at;
	SOCKET l = listener(&at), copy;
	int v, n = sizeof v;

	CHECK_EQ(WSADuplicateSocketW(l, GetCurrentProcessId(), &info), 0);
	copy = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO,
			  FROM_PROTOCOL_INFO, &info, 0, 0);
	CHECK(copy != INVALID_SOCKET && copy != l);
	closesocket(l);
	CHECK_EQ(getsockopt(copy, SOL_SOCKET, SO_ACCEPTCONN, (char *)&v, &n),
		 0);
	CHECK(v != 0);
	closesocket(copy);
}

int main(int argc, char **argv)
{
	WSADATA data;

	if (WSAStartup(MAKEWORD(2, 2), &data))
		return 98;
	if (argc > 2 && !strcmp(argv[1], "inherited"))
		return inherited((SOCKET)strtoull(argv[2], NULL, 10));
	if (argc > 1 && !strcmp(argv[1], "given"))
		return given();
	inherits();
	duplicates();
	own();
	return check_done();
}
