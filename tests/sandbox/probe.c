/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * probe.c - a Windows program that tries one thing, and says how it went:
 * "ok ...", or "error N" with Windows' code.  See the script beside it.
 */
#include <winsock2.h>
#include <mswsock.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <intrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed(void)
{
	printf("error %lu\n", GetLastError());
	return 1;
}

static HANDLE open_file(const char *path, DWORD access, DWORD how)
{
	return CreateFileA(path, access, 7, NULL, how,
			   FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

static int do_read(char **a)
{
	char text[256];
	DWORD n = 0;
	HANDLE h = open_file(a[0], GENERIC_READ, OPEN_EXISTING);

	if (h == INVALID_HANDLE_VALUE ||
	    !ReadFile(h, text, sizeof text - 1, &n, NULL))
		return failed();
	text[n] = 0;
	printf("ok %s\n", text);
	return 0;
}

static int do_write(char **a)
{
	DWORD n;
	HANDLE h = open_file(a[0], GENERIC_WRITE, OPEN_ALWAYS);

	if (h == INVALID_HANDLE_VALUE || !WriteFile(h, "x", 1, &n, NULL))
		return failed();
	printf("ok\n");
	return 0;
}

static int do_delete(char **a)
{
	if (!DeleteFileA(a[0]))
		return failed();
	printf("ok\n");
	return 0;
}

static int do_move(char **a)
{
	if (!MoveFileExA(a[0], a[1], MOVEFILE_COPY_ALLOWED))
		return failed();
	printf("ok\n");
	return 0;
}

static int do_link(char **a)
{
	if (!CreateHardLinkA(a[1], a[0], NULL))
		return failed();
	printf("ok\n");
	return 0;
}

static int do_symlink(char **a)
{
	if (!CreateSymbolicLinkA(a[1], a[0], 2))
		return failed();
	printf("ok\n");
	return 0;
}

static int do_mkdir(char **a)
{
	if (!CreateDirectoryA(a[0], NULL))
		return failed();
	printf("ok\n");
	return 0;
}

static int do_rmdir(char **a)
{
	if (!RemoveDirectoryA(a[0]))
		return failed();
	printf("ok\n");
	return 0;
}

/* Writes until there is no room; how many MB were there? */
static int do_fill(char **a)
{
	static char mb[1 << 20];
	HANDLE h = open_file(a[0], GENERIC_WRITE, OPEN_ALWAYS);
	DWORD n;
	int i = 0;

	if (h == INVALID_HANDLE_VALUE)
		return failed();
	memset(mb, 'x', sizeof mb);
	while (i < 4096 && WriteFile(h, mb, sizeof mb, &n, NULL) && n == sizeof mb)
		i++;
	printf("ok %d MB, error %lu\n", i, GetLastError());
	return 0;
}

/* Beside the file's own data; how many? */
static int do_streams(char **a)
{
	WIN32_FIND_STREAM_DATA d;
	wchar_t name[MAX_PATH];
	int n = 0;
	HANDLE h;

	MultiByteToWideChar(CP_ACP, 0, a[0], -1, name, MAX_PATH);
	h = FindFirstStreamW(name, FindStreamInfoStandard, &d, 0);
	if (h == INVALID_HANDLE_VALUE)
		return failed();
	while (FindNextStreamW(h, &d))
		n++;
	printf("%d\n", n);
	return 0;
}

/* Several commands, as in "mkdir a , write a\b": all must go well. */
static int do_all(char **a);

static int do_attributes(char **a)
{
	if (!SetFileAttributesA(a[0], FILE_ATTRIBUTE_READONLY))
		return failed();
	printf("ok\n");
	return 0;
}

static int do_list(char **a)
{
	char pattern[MAX_PATH];
	WIN32_FIND_DATAA d;
	HANDLE h;

	snprintf(pattern, sizeof pattern, "%s\\*", a[0]);
	h = FindFirstFileA(pattern, &d);
	if (h == INVALID_HANDLE_VALUE)
		return failed();
	printf("ok");
	do
		if (d.cFileName[0] != '.')
			printf(" %s", d.cFileName);
	while (FindNextFileA(h, &d));
	printf("\n");
	return 0;
}

static int do_env(char **a)
{
	char v[256];

	if (!GetEnvironmentVariableA(a[0], v, sizeof v))
		return failed();
	printf("ok %s\n", v);
	return 0;
}

/* Megabytes that can be had, in pieces of 16. */
static int do_memory(char **a)
{
	unsigned n = 0;
	char *p;

	while (n < 65536 &&
	       (p = VirtualAlloc(NULL, 16 << 20, MEM_COMMIT, PAGE_READWRITE))) {
		p[n % (16 << 20)] = 1;
		n += 16;
	}
	printf("ok %u\n", n);
	return 0;
}

static BOOL start(const char *args, PROCESS_INFORMATION *pi)
{
	STARTUPINFOA si = { .cb = sizeof si };
	char self[MAX_PATH], line[2 * MAX_PATH];

	GetModuleFileNameA(NULL, self, sizeof self);
	snprintf(line, sizeof line, "\"%s\" %s", self, args);
	return CreateProcessA(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			      pi);
}

/* How many of itself can it start at a time? */
static int do_children(char **a)
{
	PROCESS_INFORMATION pi;
	unsigned n = 0;

	while (n < 100 && start("sleep", &pi))
		n++;
	printf("ok %u error %lu\n", n, GetLastError());
	return 0; /* and leaves them behind */
}

static int do_child(char **a)
{
	PROCESS_INFORMATION pi;
	char args[MAX_PATH];
	DWORD code = 0;

	snprintf(args, sizeof args, "%s \"%s\" %s", a[0], a[1] ? a[1] : "",
		 a[1] && a[2] ? a[2] : "");
	if (!start(args, &pi))
		return failed();
	WaitForSingleObject(pi.hProcess, INFINITE);
	GetExitCodeProcess(pi.hProcess, &code);
	return (int)code;
}

static int do_run(char **a)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;

	if (!CreateProcessA(a[0], NULL, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			    &pi))
		return failed();
	printf("ok\n");
	return 0;
}

/* Attributes of what it was given, or of the device that is always there. */
static int do_given(char **a)
{
	FILE_BASIC_INFO b = { .FileAttributes = FILE_ATTRIBUTE_READONLY };
	FILETIME t = { 0, 27111902 };
	HANDLE nul = CreateFileA("NUL", GENERIC_WRITE, 7, NULL, OPEN_EXISTING,
				 0, NULL);
	HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);

	if (SetFileTime(nul, &t, &t, &t) || SetFileTime(out, &t, &t, &t) ||
	    SetFileInformationByHandle(out, FileBasicInfo, &b, sizeof b)) {
		printf("ok\n");
		return 0;
	}
	return failed();
}

static BOOL WINAPI heard(DWORD event)
{
	ExitProcess(event == CTRL_C_EVENT ? 7 : 8);
}

static int do_hear(char **a)
{
	SetConsoleCtrlHandler(heard, TRUE);
	printf("ready\n");
	fflush(stdout);
	Sleep(60000);
	return 0;
}

static int do_sleep(char **a)
{
	Sleep(INFINITE);
	return 0;
}

static int do_loop(char **a)
{
	for (;;)
		;
	return 0;
}

static int do_socket(char **a)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(80),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	WSADATA d;
	SOCKET s = INVALID_SOCKET;

	WSAStartup(0x202, &d);
	/* As programs do that try once more. */
	for (int i = 0; i < 2 && s == INVALID_SOCKET; i++)
		s = socket(AF_INET, SOCK_STREAM, 0);
	if (s == INVALID_SOCKET ||
	    connect(s, (struct sockaddr *)&to, sizeof to)) {
		printf("error %d\n", WSAGetLastError());
		return 1;
	}
	printf("ok\n");
	return 0;
}

static int sock_failed(void)
{
	printf("error %d\n", WSAGetLastError());
	return 1;
}

/* The addresses of a name, or the one that it is. */
static struct addrinfo *look_up(const char *host, const char *port, int type)
{
	struct addrinfo hints = { .ai_socktype = type }, *found = NULL;
	WSADATA d;

	WSAStartup(0x202, &d);
	if (getaddrinfo(host, port, &hints, &found))
		return NULL;
	return found;
}

/* Connects, by turns blocking, non-blocking and by ConnectEx, and reads. */
static int do_connect(char **a)
{
	struct addrinfo *to = look_up(a[0], a[1], SOCK_STREAM);
	struct sockaddr_storage peer;
	int n = sizeof peer, on = 1, value = 0, len = sizeof value;
	char text[64] = "";
	u_long nonblocking = 1;
	fd_set w, e;
	SOCKET s;

	if (!to)
		return sock_failed();
	s = socket(to->ai_family, SOCK_STREAM, 0);
	if (s == INVALID_SOCKET)
		return sock_failed();
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof on);
	if (!a[2]) {
		/* As programs do: the next address, if there is one. */
		while (connect(s, to->ai_addr, (int)to->ai_addrlen)) {
			if (!to->ai_next)
				return sock_failed();
			to = to->ai_next;
			closesocket(s);
			s = socket(to->ai_family, SOCK_STREAM, 0);
			setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&on,
				   sizeof on);
		}
	} else if (!strcmp(a[2], "select")) {
		ioctlsocket(s, FIONBIO, &nonblocking);
		if (connect(s, to->ai_addr, (int)to->ai_addrlen) &&
		    WSAGetLastError() != WSAEWOULDBLOCK)
			return sock_failed();
		FD_ZERO(&w);
		FD_ZERO(&e);
		FD_SET(s, &w);
		FD_SET(s, &e);
		select(0, NULL, &w, &e, NULL);
		if (FD_ISSET(s, &e)) {
			getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&value,
				   &len);
			printf("error %d\n", value);
			return 1;
		}
		nonblocking = 0;
		ioctlsocket(s, FIONBIO, &nonblocking);
	} else {
		GUID id = WSAID_CONNECTEX;
		struct sockaddr_in any = { .sin_family = AF_INET };
		LPFN_CONNECTEX connect_ex;
		OVERLAPPED o = { 0 };
		DWORD got, flags;

		WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
			 &connect_ex, sizeof connect_ex, &got, NULL, NULL);
		if (bind(s, (struct sockaddr *)&any, sizeof any))
			return sock_failed();
		o.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
		if (!connect_ex(s, to->ai_addr, (int)to->ai_addrlen, NULL, 0,
				&got, &o) &&
		    WSAGetLastError() != WSA_IO_PENDING)
			return sock_failed();
		if (!WSAGetOverlappedResult(s, &o, &got, TRUE, &flags))
			return sock_failed();
		setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0);
	}
	if (getpeername(s, (struct sockaddr *)&peer, &n) ||
	    memcmp(&peer, to->ai_addr, 8))
		return sock_failed();
	getsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&value, &len);
	if (recv(s, text, sizeof text - 1, 0) < 0)
		return sock_failed();
	printf("ok %s%s\n", text, value ? "" : " without its options");
	return 0;
}

static int do_udp(char **a)
{
	struct addrinfo *to = look_up(a[0], a[1], SOCK_DGRAM);
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);

	if (s == INVALID_SOCKET || !to ||
	    sendto(s, "x", 1, 0, to->ai_addr, (int)to->ai_addrlen) < 0)
		return sock_failed();
	printf("ok\n");
	return 0;
}

static int do_raw(char **a)
{
	WSADATA d;

	WSAStartup(0x202, &d);
	if (socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) == INVALID_SOCKET)
		return sock_failed();
	printf("ok\n");
	return 0;
}

/* Says its port, and "hi" to those who connect. */
static int do_serve(char **a)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int n = sizeof at;
	WSADATA d;
	SOCKET s, one;

	WSAStartup(0x202, &d);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons((u_short)atoi(a[1]));
	s = socket(AF_INET, SOCK_STREAM, 0);
	if (s == INVALID_SOCKET || bind(s, (struct sockaddr *)&at, sizeof at) ||
	    listen(s, 5) || getsockname(s, (struct sockaddr *)&at, &n))
		return sock_failed();
	printf("ok %d\n", ntohs(at.sin_port));
	fflush(stdout);
	for (int i = atoi(a[0]); i; i--) {
		one = accept(s, NULL, NULL);
		if (one == INVALID_SOCKET)
			return sock_failed();
		send(one, "hi", 2, 0);
		closesocket(one);
	}
	return 0;
}

static DWORD WINAPI serve_self(void *s)
{
	SOCKET one = accept((SOCKET)s, NULL, NULL);

	send(one, "self", 4, 0);
	closesocket(one);
	return 0;
}

/* Both ends here. */
static int do_loopback(char **a)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	char text[16] = "";
	int n = sizeof at;
	WSADATA d;
	SOCKET s, c;

	WSAStartup(0x202, &d);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s = socket(AF_INET, SOCK_STREAM, 0);
	if (s == INVALID_SOCKET || bind(s, (struct sockaddr *)&at, sizeof at) ||
	    listen(s, 5) || getsockname(s, (struct sockaddr *)&at, &n))
		return sock_failed();
	CreateThread(NULL, 0, serve_self, (void *)s, 0, NULL);
	c = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(c, (struct sockaddr *)&at, sizeof at) ||
	    recv(c, text, sizeof text, 0) < 0)
		return sock_failed();
	printf("ok %s\n", text);
	return 0;
}

/* A socket in the file system: bound there ("bind"), or connected to. */
static int do_unix(char **a)
{
	struct {
		USHORT family;
		char path[108];
	} at = { AF_UNIX, "" };
	WSADATA d;
	SOCKET s;

	WSAStartup(0x202, &d);
	strncpy(at.path, a[1], sizeof at.path - 1);
	s = socket(AF_UNIX, SOCK_STREAM, 0);
	if (s == INVALID_SOCKET ||
	    (!strcmp(a[0], "bind")
		     ? bind(s, (struct sockaddr *)&at, sizeof at) ||
			       listen(s, 5)
		     : 0))
		return sock_failed();
	if (!strcmp(a[0], "bind"))
		s = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(s, (struct sockaddr *)&at, sizeof at))
		return sock_failed();
	printf("ok\n");
	return 0;
}

/* An event's name, seen by nobody else: is it new? */
static int do_event(char **a)
{
	HANDLE h = CreateEventA(NULL, TRUE, FALSE, a[0]);

	if (!h)
		return failed();
	printf("ok %s\n",
	       GetLastError() == ERROR_ALREADY_EXISTS ? "old" : "new");
	fflush(stdout);
	Sleep(a[1] ? (DWORD)atoi(a[1]) : 0);
	return 0;
}

/*
 * All that could differ between two runs: clocks, random numbers, ids,
 * addresses. A second process says its own, since it must not get the same
 * random numbers.
 */
static int do_sources(char **a)
{
	BOOLEAN(WINAPI * gen)(void *, ULONG);
	BOOL(WINAPI * prng)(void *, SIZE_T);
	LONG(WINAPI * bcrypt)(void *, void *, ULONG, ULONG);
	LARGE_INTEGER c;
	FILETIME t;
	UUID id;
	unsigned char r[3][8];
	char name[MAX_PATH], tmp[MAX_PATH];
	ULONGLONG tick;

	gen = (void *)GetProcAddress(LoadLibraryA("advapi32"),
				     "SystemFunction036");
	prng = (void *)GetProcAddress(LoadLibraryA("bcryptprimitives"),
				      "ProcessPrng");
	bcrypt = (void *)GetProcAddress(LoadLibraryA("bcrypt"),
					"BCryptGenRandom");
	gen(r[0], 8);
	prng(r[1], 8);
	bcrypt(NULL, r[2], 8, 2 /* BCRYPT_USE_SYSTEM_PREFERRED_RNG */);
	for (int i = 0; i < 3; i++)
		printf("random %016llx\n", *(unsigned long long *)r[i]);
	((RPC_STATUS(WINAPI *)(UUID *))(void *)GetProcAddress(
		LoadLibraryA("rpcrt4"), "UuidCreate"))(&id);
	printf("uuid %08lx\n", id.Data1);
	QueryPerformanceCounter(&c);
	GetSystemTimeAsFileTime(&t);
	tick = GetTickCount64();
	printf("clocks %lld %08lx%08lx %llu\n", c.QuadPart, t.dwHighDateTime,
	       t.dwLowDateTime, tick);
	Sleep(20);
	printf("slept %llu, page %u\n", GetTickCount64() - tick,
	       *(volatile unsigned *)0x7ffe0320);
	QueryPerformanceCounter(&c);
	printf("counter %lld\n", c.QuadPart);
	if (a[0] && strstr(a[0], "tsc"))
		printf("tsc %llu\n", __rdtsc());
	printf("ids %lu %lu\n", GetCurrentProcessId(), GetCurrentThreadId());
	printf("addresses %p %p %p %p %p\n", (void *)&c, malloc(100),
	       VirtualAlloc(NULL, 4096, MEM_COMMIT, PAGE_READWRITE),
	       (void *)GetModuleHandleA(NULL),
	       (void *)GetModuleHandleA("ntdll"));
	GetTempPathA(sizeof tmp, tmp);
	GetTempFileNameA(tmp, "rf", 0, name);
	printf("temp %s\n", name + strlen(tmp));
	fflush(stdout);
	if (a[0] && strstr(a[0], "child"))
		return 0;
	return do_child((char *[]){
		"sources", a[0] && strstr(a[0], "tsc") ? "child,tsc" : "child",
		NULL });
}

/* ---- instructions ------------------------------------------------------- */

static DWORD caught;

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *e)
{
	caught = e->ExceptionRecord->ExceptionCode;
	printf("exception %08lx\n", caught);
	fflush(stdout);
	ExitProcess(0);
}

static void insn_out(void)
{
	__asm__ volatile("outb %%al, $0xe1" : : "a"(0));
}

static void insn_in(void)
{
	__asm__ volatile("inb $0x60, %%al" : : : "rax");
}

static void insn_hlt(void)
{
	__asm__ volatile("hlt");
}

static void insn_cli(void)
{
	__asm__ volatile("cli");
}

static void insn_cr3(void)
{
	__asm__ volatile("mov %%cr3, %%rax" : : : "rax");
}

static void insn_wrmsr(void)
{
	__asm__ volatile("wrmsr" : : "c"(0xc0000082), "a"(0), "d"(0));
}

static void insn_lgdt(void)
{
	char at[16] = { 0 };

	__asm__ volatile("lgdt %0" : : "m"(at));
}

static void insn_iret(void)
{
	/* To CPL0. */
	__asm__ volatile("pushq $0x18; pushq %%rsp; pushfq; pushq $0x10\n\t"
			 "leaq 1f(%%rip), %%rax; pushq %%rax; iretq\n1:"
			 :
			 :
			 : "rax", "memory");
}

static void insn_shim(void)
{
	*(volatile char *)0xffff800000000000 = 1;
}

static void insn_call_shim(void)
{
	((void (*)(void))0xffff800000000000)();
}

static void insn_page_low(void)
{
	*(volatile char *)0xfffff000 = 1;
}

static void insn_ss(void)
{
	__asm__ volatile("mov %0, %%ss" : : "r"(0x10));
}

static void insn_vmmcall(void)
{
	long r = 0x1234;

	__asm__ volatile("vmmcall" : "+a"(r));
	printf("ok %ld\n", r); /* kvm_pvm: -1, and nothing happens */
}

/* Linux' getpid, on whose table nothing of the kind is there. */
static void insn_linux(void)
{
	long r = 39;

	__asm__ volatile("syscall" : "+a"(r) : : "rcx", "r11", "memory");
	printf("ok %lx\n", (unsigned long)r);
}

static void insn_linux32(void)
{
	long r = 20;

	__asm__ volatile("int $0x80" : "+a"(r));
	printf("ok %lx\n", (unsigned long)r);
}

static const struct {
	const char *name;
	void (*go)(void);
} insns[] = {
	{ "out", insn_out },         { "in", insn_in },
	{ "hlt", insn_hlt },         { "cli", insn_cli },
	{ "cr3", insn_cr3 },         { "wrmsr", insn_wrmsr },
	{ "lgdt", insn_lgdt },       { "iret", insn_iret },
	{ "shim", insn_shim },       { "call-shim", insn_call_shim },
	{ "low", insn_page_low },    { "ss", insn_ss },
	{ "vmmcall", insn_vmmcall }, { "linux", insn_linux },
	{ "linux32", insn_linux32 },
};

static int do_insn(char **a)
{
	AddVectoredExceptionHandler(1, on_exception);
	for (unsigned i = 0; i < sizeof insns / sizeof *insns; i++)
		if (!strcmp(insns[i].name, a[0])) {
			insns[i].go();
			printf("went on\n");
			return 0;
		}
	return 2;
}

static const struct {
	const char *name;
	int (*go)(char **a);
} modes[] = {
	{ "read", do_read },	     { "write", do_write },
	{ "delete", do_delete },     { "move", do_move },
	{ "link", do_link },	     { "symlink", do_symlink },
	{ "attributes", do_attributes }, { "list", do_list },
	{ "env", do_env },	     { "memory", do_memory },
	{ "children", do_children }, { "child", do_child },
	{ "run", do_run },	     { "sleep", do_sleep }, { "hear", do_hear },
	{ "given", do_given },
	{ "loop", do_loop },	     { "socket", do_socket },
	{ "connect", do_connect },   { "udp", do_udp },
	{ "raw", do_raw },	     { "serve", do_serve },
	{ "loopback", do_loopback }, { "unix", do_unix },
	{ "mkdir", do_mkdir },	     { "rmdir", do_rmdir },
	{ "streams", do_streams },
	{ "fill", do_fill },	     { "all", do_all },
	{ "event", do_event },	     { "sources", do_sources },	     { "insn", do_insn },
};

static int do_all(char **a)
{
	while (*a) {
		char **end = a;
		int ret = 2;

		while (*end && strcmp(*end, ","))
			end++;
		if (*end)
			*end++ = NULL;
		for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++)
			if (!strcmp(modes[i].name, a[0]))
				ret = modes[i].go(a + 1);
		if (ret)
			return ret;
		a = end;
	}
	return 0;
}

int main(int argc, char **argv)
{
	for (unsigned i = 0; argc > 1 && i < sizeof modes / sizeof *modes; i++)
		if (!strcmp(modes[i].name, argv[1]))
			return modes[i].go(argv + 2);
	fprintf(stderr, "probe: what?\n");
	return 2;
}
