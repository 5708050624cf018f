/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* io-guest.c - files, pipes, ports, registry; namesakes in io-native.c. */
#include "micro.h"

#include <string.h>
#include <windows.h>

enum { ENTRIES = 5000, CHUNK = 65536, FILE_SIZE = 16 << 20 };

static volatile LONG sink;
static _Alignas(4096) char big[CHUNK]; /* alike on both sides: it matters to the copy */

double seconds(void)
{
	LARGE_INTEGER t, f;

	QueryPerformanceCounter(&t);
	QueryPerformanceFrequency(&f);
	return (double)t.QuadPart / (double)f.QuadPart;
}

static HANDLE make(const char *name)
{
	return CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			   CREATE_ALWAYS, 0, NULL);
}

static void open_read_close(void)
{
	char buf[4096];
	DWORD n;
	HANDLE h = CreateFileA("bench.4k", GENERIC_READ, FILE_SHARE_READ, NULL,
			       OPEN_EXISTING, 0, NULL);

	ReadFile(h, buf, sizeof buf, &n, NULL);
	CloseHandle(h);
}

static void open_missing(void)
{
	sink = CreateFileA("missing", GENERIC_READ, FILE_SHARE_READ, NULL,
			   OPEN_EXISTING, 0, NULL) != INVALID_HANDLE_VALUE;
}

static void create_and_delete(void)
{
	CloseHandle(make("bench.new"));
	DeleteFileA("bench.new");
}

static void list(void)
{
	WIN32_FIND_DATAW d;
	HANDLE h = FindFirstFileExW(L"bench.dir\\*", FindExInfoBasic, &d,
				    FindExSearchNameMatch, NULL,
				    FIND_FIRST_EX_LARGE_FETCH);

	do
		sink += d.nFileSizeLow;
	while (FindNextFileW(h, &d));
	FindClose(h);
}

/* A folder with entries, listed and emptied. */
static void directory(void)
{
	double start, t, best = 1e9;
	char name[64];

	CreateDirectoryA("bench.dir", NULL);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < ENTRIES; i++) {
			sprintf(name, "bench.dir\\entry number %d.txt", i);
			CloseHandle(make(name));
		}
		if (!round)
			BENCH("directory: 5,000 entries", 5, list());
		start = seconds();
		for (int i = 0; i < ENTRIES; i++) {
			sprintf(name, "bench.dir\\entry number %d.txt", i);
			DeleteFileA(name);
		}
		t = (seconds() - start) / ENTRIES * 1e9;
		best = t < best ? t : best;
	}
	printf("file: delete\t%.2f\n", best);
	RemoveDirectoryA("bench.dir");
}

static void sequential(void)
{
	HANDLE h = make("bench.big");
	OVERLAPPED o = { 0 };
	DWORD n;

	memset(big, 'x', sizeof big);
	BENCH_ALONE("file: write 16 MB by 64 KB, a chunk", 20 * FILE_SIZE / CHUNK, {
		if (i_ % (FILE_SIZE / CHUNK) == 0)
			SetFilePointer(h, 0, NULL, FILE_BEGIN);
		WriteFile(h, big, CHUNK, &n, NULL);
	});
	BENCH_ALONE("file: read 16 MB by 64 KB, a chunk", 20 * FILE_SIZE / CHUNK, {
		if (i_ % (FILE_SIZE / CHUNK) == 0)
			SetFilePointer(h, 0, NULL, FILE_BEGIN);
		ReadFile(h, big, CHUNK, &n, NULL);
	});
	CloseHandle(h);
	h = CreateFileA("bench.big", GENERIC_READ, FILE_SHARE_READ, NULL,
			OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
	BENCH_ALONE("file: overlapped, 64 KB in memory (native: pread)", 20 * FILE_SIZE / CHUNK, {
		o.Offset = i_ % (FILE_SIZE / CHUNK) * CHUNK;
		ReadFile(h, big, CHUNK, &n, &o);
	});
	CloseHandle(h);
	DeleteFileA("bench.big");
}

static void map(void)
{
	HANDLE f = CreateFileA("bench.1m", GENERIC_READ, FILE_SHARE_READ, NULL,
			       OPEN_EXISTING, 0, NULL);
	HANDLE m = CreateFileMappingA(f, NULL, PAGE_READONLY, 0, 0, NULL);
	char *p = MapViewOfFile(m, FILE_MAP_READ, 0, 0, 0);

	for (int i = 0; i < 1 << 20; i += 4096)
		sink += p[i];
	UnmapViewOfFile(p);
	CloseHandle(m);
	CloseHandle(f);
}

static DWORD WINAPI pump(void *arg)
{
	static char data[CHUNK];
	DWORD n;

	while (WriteFile(arg, data, sizeof data, &n, NULL))
		;
	return 0;
}

static void anonymous_pipe(void)
{
	HANDLE r, w, t;
	DWORD n;

	CreatePipe(&r, &w, NULL, 65536);
	t = CreateThread(NULL, 0, pump, w, 0, NULL);
	BENCH("pipe: 64 KB through, two threads", 2000, {
		for (DWORD got = 0; got < CHUNK; got += n)
			ReadFile(r, big, CHUNK - got, &n, NULL);
	});
	CloseHandle(r);
	WaitForSingleObject(t, INFINITE);
	CloseHandle(w);
	CloseHandle(t);
}

static DWORD WINAPI echo(void *arg)
{
	char c;
	DWORD n;

	while (ReadFile(arg, &c, 1, &n, NULL) && n)
		WriteFile(arg, &c, 1, &n, NULL);
	return 0;
}

static void named_pipe(void)
{
	HANDLE s = CreateNamedPipeA("\\\\.\\pipe\\rf-bench", PIPE_ACCESS_DUPLEX,
				    PIPE_TYPE_BYTE, 1, 4096, 4096, 0, NULL);
	HANDLE c = CreateFileA("\\\\.\\pipe\\rf-bench",
			       GENERIC_READ | GENERIC_WRITE, 0, NULL,
			       OPEN_EXISTING, 0, NULL);
	HANDLE t;
	DWORD n;

	ConnectNamedPipe(s, NULL);
	t = CreateThread(NULL, 0, echo, s, 0, NULL);
	BENCH("named pipe: ping-pong", 5000, WriteFile(c, big, 1, &n, NULL);
	      ReadFile(c, big, 1, &n, NULL));
	CloseHandle(c);
	WaitForSingleObject(t, INFINITE);
	CloseHandle(s);
	CloseHandle(t);
}

/* The server of a completion port. */
static DWORD WINAPI echo_port(void *arg)
{
	HANDLE s = arg, port = CreateIoCompletionPort(s, NULL, 1, 0), event;
	OVERLAPPED o = { 0 }, out = { 0 }, *done;
	ULONG_PTR key;
	DWORD n;
	char c;

	/* No packets of what is sent. */
	event = CreateEventA(NULL, TRUE, FALSE, NULL);
	out.hEvent = (HANDLE)((ULONG_PTR)event | 1);
	for (;;) {
		if (!ReadFile(s, &c, 1, NULL, &o) &&
		    GetLastError() != ERROR_IO_PENDING)
			break;
		if (!GetQueuedCompletionStatus(port, &n, &key, &done, INFINITE) ||
		    !n)
			break;
		WriteFile(s, &c, 1, NULL, &out);
	}
	CloseHandle(event);
	CloseHandle(port);
	return 0;
}

static void named_pipe_port(void)
{
	HANDLE s = CreateNamedPipeA("\\\\.\\pipe\\rf-bench2",
				    PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
				    PIPE_TYPE_BYTE, 1, 4096, 4096, 0, NULL);
	HANDLE c = CreateFileA("\\\\.\\pipe\\rf-bench2",
			       GENERIC_READ | GENERIC_WRITE, 0, NULL,
			       OPEN_EXISTING, 0, NULL);
	HANDLE t = CreateThread(NULL, 0, echo_port, s, 0, NULL);
	DWORD n;

	BENCH("named pipe: ping-pong, port (native: epoll)", 5000,
	      WriteFile(c, big, 1, &n, NULL);
	      ReadFile(c, big, 1, &n, NULL));
	CloseHandle(c);
	WaitForSingleObject(t, INFINITE);
	CloseHandle(s);
	CloseHandle(t);
}

static void port(void)
{
	HANDLE p = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	OVERLAPPED *o;
	ULONG_PTR key;
	DWORD n;

	BENCH_ALONE("completion port: post+get", 500000,
	      PostQueuedCompletionStatus(p, 1, 2, NULL);
	      GetQueuedCompletionStatus(p, &n, &key, &o, 0));
	CloseHandle(p);
}

static void registry(void)
{
	HKEY k, sub;
	DWORD v = 1, n, type;

	RegCreateKeyExA(HKEY_CURRENT_USER, "Software\\rf-bench", 0, NULL, 0,
			KEY_ALL_ACCESS, NULL, &k, NULL);
	RegSetValueExA(k, "v", 0, REG_DWORD, (BYTE *)&v, sizeof v);
	BENCH_ALONE("registry: query a value", 200000, n = sizeof v;
	      RegQueryValueExW(k, L"v", NULL, &type, (BYTE *)&v, &n));
	BENCH_ALONE("registry: open+close a key", 100000,
	      RegOpenKeyExW(HKEY_CURRENT_USER, L"Software\\rf-bench", 0,
			    KEY_READ, &sub);
	      RegCloseKey(sub));
	BENCH("registry: set a value", 300, v = (DWORD)i_;
	      RegSetValueExW(k, L"v", 0, REG_DWORD, (BYTE *)&v, sizeof v));
	BENCH("registry: set a value and flush", 20, v = (DWORD)i_;
	      RegSetValueExW(k, L"v", 0, REG_DWORD, (BYTE *)&v, sizeof v);
	      RegFlushKey(k));
	RegCloseKey(k);
	RegDeleteKeyA(HKEY_CURRENT_USER, "Software\\rf-bench");
}

int main(void)
{
	HANDLE h = make("bench.4k");
	DWORD n;

	WriteFile(h, big, 4096, &n, NULL);
	CloseHandle(h);
	h = make("bench.1m");
	for (int i = 0; i < 16; i++)
		WriteFile(h, big, CHUNK, &n, NULL);
	CloseHandle(h);
	BENCH_ALONE("file: open+read+close 4 KB", 50000, open_read_close());
	BENCH_ALONE("file: open, missing", 100000, open_missing());
	BENCH_ALONE("file: attributes", 100000,
	      sink = (LONG)GetFileAttributesW(L"bench.4k"));
	BENCH_ALONE("file: attributes, missing", 100000,
	      sink = (LONG)GetFileAttributesW(L"missing"));
	BENCH_ALONE("file: attributes, wrong case", 100000,
	      sink = (LONG)GetFileAttributesW(L"BENCH.4K"));
	BENCH_ALONE("file: create+delete", 10000, create_and_delete());
	BENCH_ALONE("file: open, missing, in a folder that changes", 10000,
	      CloseHandle(make("bench.new"));
	      open_missing(); DeleteFileA("bench.new"));
	directory();
	sequential();
	BENCH_ALONE("file: map 1 MB, read, unmap", 2000, map());
	anonymous_pipe();
	named_pipe();
	named_pipe_port();
	port();
	registry();
	DeleteFileA("bench.4k");
	DeleteFileA("bench.1m");
	return 0;
}
