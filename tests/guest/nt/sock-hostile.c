/*
 * \Device\Afd's controls with arguments that nobody should pass: too short, not
 * there, arbitrary.  The process lives, and a sound request works afterwards.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <winternl.h>

#include "../lib/check.h"

static const ULONG codes[] = {
	0x12003, 0x12007, 0x1200b, 0x1200c, 0x12010, 0x12017, 0x1201b,
	0x1201f, 0x12023, 0x12024, 0x1202b, 0x1202f, 0x1203b, 0x1203f,
	0x1207b, 0x1207f, 0x12083, 0x12087, 0x1208b, 0x1208c, 0x12090,
	0x120bf, 0x120c3, 0x120c7, 0x120cb, 0x120cf, 0x120d3,
};

static unsigned seed = 1;

static unsigned any(void)
{
	seed = seed * 1103515245 + 12345;
	return seed >> 8;
}

/* Words that are near the edges of something. */
static void fill(ULONG *p, int n)
{
	static const ULONG edges[] = { 0,	   1,	       2,	  16,
				       0x7fffffff, 0x80000000, 0xffffffff,
				       0xfffffffe, 0x10000,    0x7ffe0000 };

	for (int i = 0; i < n; i++)
		p[i] = any() % 3 ? edges[any() % ARRAYSIZE(edges)] : any();
}

static void try_all(SOCKET s)
{
	static ULONG in[256], out[256];
	static IO_STATUS_BLOCK iosb[4096];
	static unsigned next;
	void *bad = (void *)(ULONG_PTR)0x10;
	char *page = VirtualAlloc(NULL, 8192, MEM_RESERVE, PAGE_NOACCESS);
	char *edge;

	/* The last bytes before a page that is not there. */
	VirtualAlloc(page, 4096, MEM_COMMIT, PAGE_READWRITE);
	edge = page + 4096;
	for (unsigned c = 0; c < ARRAYSIZE(codes); c++) {
		for (int i = 0; i < 40; i++) {
			void *from = in, *to = out;
			ULONG n = sizeof in, m = sizeof out;

			fill(in, ARRAYSIZE(in));
			/* An empty list of buffers is no request at all. */
			switch (i % 8) {
			case 0:
				from = bad;
				break;
			case 1:
				n = any() % 64;
				break;
			case 2:
				to = bad;
				break;
			case 3:
				m = any() % 32;
				break;
			case 4:
				n = any() % 60;
				from = edge - n / 2;
				break;
			case 5:
				m = any() % 120;
				to = edge - m / 2;
				break;
			case 6:
				from = NULL;
				n = 0;
				break;
			}
			NtDeviceIoControlFile((HANDLE)s, NULL, NULL, NULL,
					      &iosb[next++ % 4096], codes[c],
					      from, n, to, m);
		}
		CancelIo((HANDLE)s);
	}
	VirtualFree(page, 0, MEM_RELEASE);
}

static void still_works(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	SOCKET l = socket(AF_INET, SOCK_STREAM, 0),
	       a = socket(AF_INET, SOCK_STREAM, 0), b;
	int n = sizeof at;
	char c;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_EQ(bind(l, (SOCKADDR *)&at, sizeof at), 0);
	CHECK_EQ(listen(l, 1), 0);
	CHECK_EQ(getsockname(l, (SOCKADDR *)&at, &n), 0);
	CHECK_EQ(connect(a, (SOCKADDR *)&at, sizeof at), 0);
	b = accept(l, NULL, NULL);
	CHECK_EQ(send(a, "x", 1, 0), 1);
	CHECK_EQ(recv(b, &c, 1, 0), 1);
	closesocket(a);
	closesocket(b);
	closesocket(l);
}

static HANDLE helper(void)
{
	static WCHAR name[] = L"\\Device\\Afd\\x";
	UNICODE_STRING u = { sizeof name - 2, sizeof name, name };
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK iosb;
	HANDLE h = NULL;

	InitializeObjectAttributes(&oa, &u, 0, NULL, NULL);
	NtCreateFile(&h, SYNCHRONIZE | GENERIC_READ | GENERIC_WRITE, &oa, &iosb,
		     NULL, 0, 3, 1, 0, NULL, 0);
	return h;
}

/* Connecting what is no socket, on a socket's behalf. */
static void connect_other(SOCKET s, HANDLE h)
{
	ULONG_PTR in[8] = { 0, 0, (ULONG_PTR)h, AF_INET | 0x09000000 };
	IO_STATUS_BLOCK iosb;
	DWORD flags;

	for (int i = 0; i < 3; i++) {
		CHECK(NtDeviceIoControlFile((HANDLE)s, NULL, NULL, NULL, &iosb,
					    0x12007, in, sizeof in, NULL, 0) < 0);
		CHECK(GetHandleInformation(h, &flags));
	}
}

int main(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	SOCKET s[6], l;
	WSADATA data;
	int n = sizeof at;

	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	l = socket(AF_INET, SOCK_STREAM, 0);
	bind(l, (SOCKADDR *)&at, sizeof at);
	listen(l, 5);
	getsockname(l, (SOCKADDR *)&at, &n);
	s[0] = socket(AF_INET, SOCK_STREAM, 0);
	s[1] = socket(AF_INET, SOCK_DGRAM, 0);
	s[2] = socket(AF_INET, SOCK_STREAM, 0);
	connect(s[2], (SOCKADDR *)&at, sizeof at);
	s[3] = accept(l, NULL, NULL);
	s[4] = (SOCKET)helper();
	s[5] = l;
	connect_other(s[0], (HANDLE)s[4]);
	for (int round = 0; round < 4; round++)
		for (int i = 0; i < 6; i++) {
			u_long on = 1;

			if (round & 1)
				ioctlsocket(s[i], FIONBIO, &on);
			try_all(s[i]);
		}
	for (int i = 0; i < 6; i++)
		CHECK(CloseHandle((HANDLE)s[i]));
	still_works();
	return check_done();
}
