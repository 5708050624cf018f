/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls.c - a Windows program that makes random system calls, while other
 * threads change what the arguments point to.  Whatever happens to it,
 * run-foreign must not crash: see tests/fuzz/run-calls.
 *
 *   calls.exe SEED SECONDS     random calls
 *   calls.exe pointers         bad pointers, one at a time, in every pointer
 *                              argument of every call
 *
 * What an argument is comes from the call table (calls-table.h): a random number
 * where a handle belongs is refused by every handler's first line.
 */
#include <windows.h>
#include <winternl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CALLS = 600, ARGS = 14, AREA = 1 << 16 };

typedef LONG call_fn(uint64_t, ...);

/*
 * A letter for each argument: n number, l length, c class or code, b bool, h
 * handle; pointers: p anything, H to a handle, a OBJECT_ATTRIBUTES, u
 * UNICODE_STRING, t time.
 */
static const struct {
	const char *name, *kinds;
} table[] = {
#include "calls-table.h"
};

static struct {
	const char *name, *kinds;
	call_fn *fn;
} calls[MAX_CALLS];
static unsigned ncalls;

static const char *kinds_of(const char *name)
{
	for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
		if (!strcmp(table[i].name, name))
			return table[i].kinds;
	return "pppppppppppppp";
}

/* These end or stop the caller, as they are meant to. */
static const char *const spared[] = {
	"NtTerminateProcess", "NtTerminateThread",     "NtContinue",
	"NtContinueEx",	      "NtRaiseException",      "NtRaiseHardError",
	"NtSuspendThread",    "NtSuspendProcess",      "NtShutdownSystem",
	"NtCallbackReturn",   "NtSetContextThread",    "NtClose",
	"NtFreeVirtualMemory", "NtUnmapViewOfSection", "NtUnmapViewOfSectionEx",
	"NtProtectVirtualMemory", "NtTerminateJobObject",
	"NtWaitForWorkViaWorkerFactory", "NtReplyWaitReceivePort",
	"NtSetDebugFilterState", "NtAlpcSendWaitReceivePort",
	"NtWriteVirtualMemory",
};

static void find_calls(void)
{
	char *base = (char *)GetModuleHandleA("ntdll");
	IMAGE_NT_HEADERS *nt = (void *)(base + ((IMAGE_DOS_HEADER *)base)->e_lfanew);
	IMAGE_EXPORT_DIRECTORY *x =
		(void *)(base + nt->OptionalHeader.DataDirectory[0].VirtualAddress);
	DWORD *names = (void *)(base + x->AddressOfNames);
	DWORD *fns = (void *)(base + x->AddressOfFunctions);
	WORD *ords = (void *)(base + x->AddressOfNameOrdinals);

	for (DWORD i = 0; i < x->NumberOfNames && ncalls < MAX_CALLS; i++) {
		const char *name = base + names[i];
		unsigned char *code = (void *)(base + fns[ords[i]]);
		unsigned k = 0;

		/* mov %rcx, %r10; mov $nr, %eax */
		if (strncmp(name, "Nt", 2) || memcmp(code, "\x49\x89\xca\xb8", 4))
			continue;
		while (k < sizeof spared / sizeof *spared &&
		       strcmp(spared[k], name))
			k++;
		if (k < sizeof spared / sizeof *spared)
			continue;
		calls[ncalls].name = name;
		calls[ncalls].kinds = kinds_of(name);
		calls[ncalls++].fn = (call_fn *)code;
	}
}

static uint64_t state;

static uint64_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dull;
}

static char *area, *guarded, *readonly, *quiet;
static HANDLE handles[64];
static unsigned nhandles;

static uint64_t pointer(void)
{
	switch (rnd() % 16) {
	case 0:
		return 0;
	case 1:
		return (uint64_t)(guarded + 4096 - rnd() % 64);
	case 2:
		return (uint64_t)readonly + rnd() % 4096;
	case 3:
		return rnd();
	case 4:
		return 0xffff800000000000ull + rnd() % 0x100000;
	case 5:
		return 0x7ffe0000 + rnd() % 0x3000;
	case 6:
		return 0x7fffffff0000ull - rnd() % 0x2000;
	case 7:
		return (uint64_t)pointer; /* code */
	default:
		return (uint64_t)area + rnd() % (AREA - 4096) / 8 * 8;
	}
}

static uint64_t value(void)
{
	static const uint64_t odd[] = {
		0, 1, 2, 4, 8, 16, 24, 32, 64, 0x100, 0x1000, 0x10000,
		0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
		0x7fffffffffffffff, 0x8000000000000000, (uint64_t)-1,
		(uint64_t)-2, (uint64_t)-3, (uint64_t)-4096, 0x1f0003, 0x3000,
	};

	switch (rnd() % 8) {
	case 0:
	case 1:
	case 2:
		return pointer();
	case 3:
		return (uint64_t)handles[rnd() % nhandles];
	case 4:
		return rnd() % 128;
	case 5:
		return rnd();
	default:
		return odd[rnd() % (sizeof odd / sizeof *odd)];
	}
}

/* Structures that point to each other: names, attributes, sizes. */
static void scribble(uint64_t *at, unsigned words)
{
	for (unsigned i = 0; i < words; i++) {
		at[i] = value();
		if (rnd() % 4 == 0)
			at[i] = 0x300030; /* OBJECT_ATTRIBUTES, UNICODE_STRING */
	}
}

static DWORD WINAPI meddler(void *arg)
{
	volatile uint64_t *a = (void *)area;
	uint64_t x = 88172645463325252ull;

	for (;;) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		a[x % (AREA / 8)] = x & 1 ? x : x % 4096;
		if (x % 1000 == 0)
			Sleep(0);
	}
	return 0;
}

static void make_handles(void)
{
	char dir[MAX_PATH], file[MAX_PATH + 16];
	HKEY key;

	GetTempPathA(sizeof dir, dir);
	snprintf(file, sizeof file, "%s\\fuzz.tmp", dir);
	handles[nhandles++] = CreateFileA(file, GENERIC_READ | GENERIC_WRITE, 7,
					  NULL, CREATE_ALWAYS, 0, NULL);
	handles[nhandles++] = CreateFileA(dir, GENERIC_READ, 7, NULL,
					  OPEN_EXISTING,
					  FILE_FLAG_BACKUP_SEMANTICS, NULL);
	handles[nhandles++] = CreateEventA(NULL, TRUE, TRUE, NULL);
	handles[nhandles++] = CreateMutexA(NULL, FALSE, NULL);
	handles[nhandles++] = CreateSemaphoreA(NULL, 5, 100, NULL);
	handles[nhandles++] = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL,
						 PAGE_READWRITE, 0, 65536, NULL);
	handles[nhandles++] = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL,
						     0, 0);
	handles[nhandles++] = CreateWaitableTimerA(NULL, TRUE, NULL);
	handles[nhandles++] = CreateJobObjectA(NULL, NULL);
	CreatePipe(&handles[nhandles], &handles[nhandles + 1], NULL, 0);
	nhandles += 2;
	RegCreateKeyA(HKEY_CURRENT_USER, "Software\\Fuzz", &key);
	handles[nhandles++] = key;
	OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS,
			 &handles[nhandles++]);
	handles[nhandles++] = GetCurrentProcess();
	handles[nhandles++] = GetCurrentThread();
}

/* ---- arguments by kind ---------------------------------------------------- */

static const WCHAR *const names[] = {
	L"\\??\\C:\\Users", L"\\??\\C:\\fuzz", L"fuzz", L"\\BaseNamedObjects\\fuzz",
	L"\\Registry\\User\\S-1-5-18\\Software", L"Software", L"\\Device\\Afd",
	L"\\Device\\NamedPipe\\fuzz", L"\\??\\pipe\\fuzz", L"\\??\\NUL",
	L"\\??\\Z:\\..\\..\\etc\\passwd", L"\\Device\\KsecDD", L"\\KnownDlls", L"",
	L"\\??\\C:\\Windows\\System32\\ntdll.dll", L"\\Device\\ConDrv\\Console",
	L"\\Registry\\Machine\\SOFTWARE\\fuzz", L"\\??\\C:\\fuzz:stream", L"*.dll",
};

/* In the part of the area that nobody meddles with, at i'th place. */
static char *place(unsigned i)
{
	return quiet + 256 * i;
}

static uint64_t string(unsigned i)
{
	UNICODE_STRING *u = (void *)place(i);

	u->Buffer = (WCHAR *)names[rnd() % (sizeof names / sizeof *names)];
	u->Length = (USHORT)(2 * wcslen(u->Buffer));
	u->MaximumLength = (USHORT)(u->Length + 2);
	if (rnd() % 16 == 0)
		u->Length = (USHORT)rnd();
	if (rnd() % 16 == 0)
		u->Buffer = (WCHAR *)pointer();
	return (uint64_t)u;
}

static uint64_t attributes(unsigned i)
{
	OBJECT_ATTRIBUTES *a = (void *)(place(i) + 64);

	memset(a, 0, sizeof *a);
	a->Length = rnd() % 32 ? sizeof *a : (ULONG)rnd();
	a->Attributes = rnd() % 4 ? OBJ_CASE_INSENSITIVE : (ULONG)rnd();
	if (rnd() % 8)
		a->ObjectName = (void *)string(i);
	if (rnd() % 4 == 0)
		a->RootDirectory = handles[rnd() % nhandles];
	if (rnd() % 8 == 0)
		a->SecurityDescriptor = (void *)pointer();
	return (uint64_t)a;
}

static uint64_t argument(char kind, unsigned i)
{
	static const uint64_t access[] = { 0x1f0003, 0x80000000, 0xc0000000,
					   0x2000000, 0x100000, 1, 0, 0x1fffff };

	if (rnd() % 16 == 0)
		return value();
	switch (kind) {
	case 'h':
		return (uint64_t)handles[rnd() % nhandles];
	case 'l':
		return rnd() % 4 ? rnd() % 256 : rnd() % 8192;
	case 'c':
		return rnd() % 4 ? rnd() % 100 : rnd() % 0x200000;
	case 'b':
		return rnd() % 2;
	case 'n':
		return rnd() % 2 ? access[rnd() % 8] : rnd() % 64;
	case 'a':
		return attributes(i);
	case 'u':
		return string(i);
	case 't':
		*(int64_t *)place(i) = 0; /* waits come back */
		return (uint64_t)place(i);
	case 'H':
		*(uint64_t *)place(i) = 0;
		return (uint64_t)place(i);
	default:
		return rnd() % 8 ? (uint64_t)area + rnd() % (AREA - 4096) / 8 * 8 : pointer();
	}
}

/* What a call made is used by the next ones; the first ones stay. */
static void keep(HANDLE h)
{
	enum { FIRST = 20 };

	if (!h)
		return;
	if (nhandles < sizeof handles / sizeof *handles) {
		handles[nhandles++] = h;
	} else {
		unsigned i = FIRST + (unsigned)(rnd() % (nhandles - FIRST));

		CloseHandle(handles[i]);
		handles[i] = h;
	}
}

static volatile uint64_t made;
static uint64_t ok, faults;
static __thread uint64_t stack;
static DWORD end;
static int loud;

static void one_call(void)
{
	unsigned n = (unsigned)(rnd() % ncalls);
	const char *kinds = calls[n].kinds;
	int64_t now = 0;
	uint64_t a[ARGS] = { 0 };
	LONG status;

	scribble((uint64_t *)area + rnd() % (AREA / 8 - 64), 64);
	for (unsigned i = 0; i < ARGS && kinds[i]; i++)
		a[i] = argument(kinds[i], i);
	/* Waits come back. */
	for (unsigned i = 0; i < ARGS && kinds[i]; i++)
		if (kinds[i] == 't')
			a[i] = (uint64_t)&now;
	if (loud) {
		fprintf(stderr, "%s\n", calls[n].name);
		fflush(stderr);
	}
	made++;
	status = calls[n].fn(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7],
			     a[8], a[9], a[10], a[11], a[12], a[13]);
	ok += status >= 0;
	for (unsigned i = 0; i < ARGS && kinds[i] && status >= 0; i++)
		if (kinds[i] == 'H' && a[i] == (uint64_t)place(i))
			keep(*(HANDLE *)place(i));
}

/* ---- bad pointers ------------------------------------------------------------ */

static unsigned at_call, at_arg, at_bad;

static uint64_t bad_pointer(unsigned i)
{
	switch (i) {
	case 0:
		return 8; /* never mapped */
	case 1:
		return (uint64_t)guarded + 4096; /* no access */
	case 2:
		return (uint64_t)guarded + 4095; /* ends there */
	case 3:
		return (uint64_t)readonly;
	case 4:
		return 0x7fffffff0000ull; /* the end of what there is */
	case 5:
		return 0x7fffffffffffull;
	case 6:
		return 0x800000000000ull; /* not canonical */
	case 7:
		return 0xffff800000000000ull; /* the shim */
	case 8:
		return 0xffff800000010000ull; /* a processor's page */
	case 9:
		return 0xfffffff8; /* below 4 GB, the shim's second mapping */
	case 10:
		return (uint64_t)-8;
	default:
		return 0;
	}
}

enum { BAD = 11 };

static volatile LONG worker; /* the thread that goes on */
static volatile LONG finished;
static uint64_t refused, blocked;
static __thread LONG self;

static void bad_pointers(void)
{
	for (; at_call < ncalls; at_call++, at_arg = 0) {
		const char *kinds = calls[at_call].kinds;

		for (; at_arg < ARGS && kinds[at_arg]; at_arg++, at_bad = 0) {
			if (!strchr("pHaut", kinds[at_arg]))
				continue;
			while (at_bad < BAD) {
				int64_t now = 0;
				uint64_t a[ARGS] = { 0 };

				for (unsigned i = 0; i < ARGS && kinds[i]; i++)
					a[i] = argument(kinds[i], i);
				for (unsigned i = 0; i < ARGS && kinds[i]; i++)
					if (kinds[i] == 't')
						a[i] = (uint64_t)&now;
				/* A timeout that is no pointer is one that cannot be read. */
				a[at_arg] = bad_pointer(at_bad++);
				made++;
				if (loud) {
					fprintf(stderr, "%s %u %u\n", calls[at_call].name, at_arg, at_bad);
					fflush(stderr);
				}
				if (calls[at_call].fn(
					    a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7],
					    a[8], a[9], a[10], a[11], a[12], a[13]) < 0)
					refused++;
				/* It has waited, and another goes on. */
				if (self != worker)
					ExitThread(0);
			}
		}
	}
	finished = 1;
	Sleep(INFINITE);
}

static DWORD WINAPI point(void *arg)
{
	self = (LONG)(LONG_PTR)arg;
	stack = ((uint64_t)__builtin_frame_address(0) - 4096) / 16 * 16 - 8;
	bad_pointers();
	return 0;
}

/* A call that waits without an end is left waiting. */
static void point_all(void)
{
	enum { MS = 3000 };
	uint64_t was = 0;

	while (!finished) {
		worker++;
		CloseHandle(CreateThread(NULL, 0, point, (void *)(LONG_PTR)worker, 0, NULL));
		do {
			was = made;
			for (int i = 0; i < MS / 50 && !finished && made == was; i++)
				Sleep(50);
		} while (!finished && made != was);
		blocked += !finished;
	}
	printf("%llu bad pointers, %llu refused, %llu waited, %u calls, %llu exceptions\n",
	       (unsigned long long)made, (unsigned long long)refused,
	       (unsigned long long)blocked, ncalls, (unsigned long long)faults);
	fflush(stdout);
	TerminateProcess(GetCurrentProcess(), 0);
}

static void (*work)(void);

static void loop(void)
{
	while (GetTickCount() < end)
		one_call();
	printf("%llu calls, %llu succeeded, %llu exceptions, %u kinds\n",
	       (unsigned long long)made, (unsigned long long)ok,
	       (unsigned long long)faults, ncalls);
	fflush(stdout);
	TerminateProcess(GetCurrentProcess(), 0);
}

/* Anything: an APC at a random address, a page that a call took away. */
static LONG CALLBACK on_exception(EXCEPTION_POINTERS *e)
{
	if (++faults > 100000)
		TerminateProcess(GetCurrentProcess(), 3);
	e->ContextRecord->Rip = (uint64_t)work;
	e->ContextRecord->Rsp = stack;
	return EXCEPTION_CONTINUE_EXECUTION;
}

int main(int argc, char **argv)
{
	DWORD old;

	if (argc < 2)
		return 2;
	work = strcmp(argv[1], "pointers") ? loop : bad_pointers;
	if (work == loop && argc < 3)
		return 2;
	state = strtoull(argv[1], NULL, 0) * 2654435761u + 1;
	end = GetTickCount() + (argc > 2 ? 1000 * (DWORD)atoi(argv[2]) : 0);
	loud = argc > 3;
	quiet = VirtualAlloc(NULL, AREA, MEM_COMMIT, PAGE_READWRITE);
	area = VirtualAlloc(NULL, AREA, MEM_COMMIT, PAGE_READWRITE);
	guarded = VirtualAlloc(NULL, 8192, MEM_COMMIT, PAGE_READWRITE);
	readonly = VirtualAlloc(NULL, 4096, MEM_COMMIT, PAGE_READWRITE);
	VirtualProtect(guarded + 4096, 4096, PAGE_NOACCESS, &old);
	VirtualProtect(readonly, 4096, PAGE_READONLY, &old);
	find_calls();
	make_handles();
	stack = ((uint64_t)__builtin_frame_address(0) - 4096) / 16 * 16 - 8;
	AddVectoredExceptionHandler(1, on_exception);
	for (int i = 0; i < 2 && work == loop; i++)
		CloseHandle(CreateThread(NULL, 0, meddler, NULL, 0, NULL));
	if (work == bad_pointers)
		point_all();
	work();
}
