/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * escape.c - a Windows program that tries to get out, a kind of attempt at a time,
 * and counts: "ok TRIED tried, REFUSED refused".  What it must not get it would
 * print, which the script beside it looks for.
 */
#include <windows.h>
#include <winternl.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned tried, refused;

/* ---- instructions ------------------------------------------------------------ */

static uint8_t *code; /* where they are put; ends with ret */
static jmp_buf after;

/* Back to here without a look at the frames in between, which may be anything. */
#define TRY() (setjmp(after) || (((_JUMP_BUFFER *)after)->Frame = 0))

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *e)
{
	(void)e;
	refused++;
	/* rsp may be anything now; the handler's own stack is good. */
	longjmp(after, 1);
}

/* Every register as a hostile caller would have it. */
static void run(const void *bytes, size_t n, uint64_t a, uint64_t c, uint64_t d)
{
	memcpy(code, bytes, n);
	code[n] = 0xc3;
	tried++;
	if (TRY())
		return;
	__asm__ volatile("call *%%rbx"
			 : "+a"(a), "+c"(c), "+d"(d)
			 : "b"(code)
			 : "rsi", "rdi", "r8", "r9", "r10", "r11", "memory");
}

static void check_level(void)
{
	uint16_t cs;

	__asm__ volatile("mov %%cs, %0" : "=r"(cs));
	if ((cs & 3) != 3)
		printf("ESCAPED: cs is %x\n", cs);
}

static void ports(void)
{
	for (unsigned port = 0; port < 0x10000; port++) {
		run("\xec", 1, 0, 0, port); /* in %dx, %al */
		run("\xee", 1, 0, 0, port); /* out %al, %dx */
	}
	run("\xe4\xe1", 2, 0, 0, 0);
	run("\xe6\xe0", 2, 0, 0, 0);
	run("\x6c", 1, 0, 0, 0xe0); /* insb */
	run("\x6f", 1, 0, 0, 0xe1); /* outsl */
}

static void msrs(void)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = { { 0, 0x1fff },
		       { 0xc0000000, 0xc00011ff },
		       { 0xc0010000, 0xc00111ff },
		       { 0x40000000, 0x400001ff },
		       { 0x4b564d00, 0x4b564dff } };

	for (unsigned i = 0; i < sizeof ranges / sizeof *ranges; i++)
		for (uint32_t m = ranges[i].from; m <= ranges[i].to; m++) {
			run("\x0f\x32", 2, 0, m, 0);
			run("\x0f\x30", 2, 0, m, 0);
		}
}

#define I(x) { x, sizeof x - 1 }
static const struct {
	const char *bytes;
	size_t n;
} instructions[] = {
	/* mov to and from %cr0, 2, 3, 4, 8 and %dr0, 3, 6, 7 */
	I("\x0f\x20\xc0"), I("\x0f\x20\xd0"), I("\x0f\x20\xd8"), I("\x0f\x20\xe0"),
	I("\x44\x0f\x20\xc0"), I("\x0f\x22\xc0"), I("\x0f\x22\xd0"), I("\x0f\x22\xd8"),
	I("\x0f\x22\xe0"), I("\x44\x0f\x22\xc0"), I("\x0f\x21\xc0"), I("\x0f\x21\xd8"),
	I("\x0f\x21\xf0"), I("\x0f\x21\xf8"), I("\x0f\x23\xc0"), I("\x0f\x23\xd8"),
	I("\x0f\x23\xf0"), I("\x0f\x23\xf8"),
	/* lmsw, clts, invd, wbinvd, wbnoinvd, invlpg, lgdt, lidt, lldt, ltr */
	I("\x0f\x01\xf0"), I("\x0f\x06"), I("\x0f\x08"), I("\x0f\x09"), I("\xf3\x0f\x09"),
	I("\x0f\x01\x38"), I("\x0f\x01\x10"), I("\x0f\x01\x18"), I("\x0f\x00\xd0"), I("\x0f\x00\xd8"),
	/* hlt, cli, sti, swapgs, sysret, sysretq, sysexit, rsm, rdpmc, xsetbv */
	I("\xf4"), I("\xfa"), I("\xfb"), I("\x0f\x01\xf8"), I("\x0f\x07"), I("\x48\x0f\x07"),
	I("\x0f\x35"), I("\x0f\xaa"), I("\x0f\x33"), I("\x0f\x01\xd1"),
	/* vmcall, vmlaunch, vmresume, vmxoff, vmrun, vmmcall, vmload, vmsave, stgi, clgi, skinit, invlpga */
	I("\x0f\x01\xc1"), I("\x0f\x01\xc2"), I("\x0f\x01\xc3"), I("\x0f\x01\xc4"), I("\x0f\x01\xd8"),
	I("\x0f\x01\xd9"), I("\x0f\x01\xda"), I("\x0f\x01\xdb"), I("\x0f\x01\xdc"), I("\x0f\x01\xdd"),
	I("\x0f\x01\xde"), I("\x0f\x01\xdf"),
	/* monitor, mwait, monitorx, mwaitx, encls, enclu, enclv, getsec, pconfig, xsaves, xrstors */
	I("\x0f\x01\xc8"), I("\x0f\x01\xc9"), I("\x0f\x01\xfa"), I("\x0f\x01\xfb"), I("\x0f\x01\xcf"),
	I("\x0f\x01\xd7"), I("\x0f\x01\xc0"), I("\x0f\x37"), I("\x0f\x01\xc5"), I("\x0f\xc7\x28"), I("\x0f\xc7\x18"),
	/* sysenter, int 80h, 82h, f1h, into (invalid), icebp is left out: a debug trap */
	I("\x0f\x34"), I("\xcd\x80"), I("\xcd\x82"), I("\xcd\xf1"), I("\xce"),
	/* invpcid, wrpkru, wrfsbase of a kernel address and a load through it */
	I("\x66\x0f\x38\x82\x00"), I("\x0f\x01\xef"),
	I("\x50\x48\xb8\0\0\0\0\0\x80\xff\xff\x48\x8b\x00\x58"),
};

/* They are all refused, but those that mean nothing here: each is said. */
static void privileged(void)
{
	for (unsigned i = 0; i < sizeof instructions / sizeof *instructions; i++) {
		unsigned was = refused;

		run(instructions[i].bytes, instructions[i].n, 0, 0, 0);
		check_level();
		if (was == refused) {
			printf("harmless:");
			for (size_t k = 0; k < instructions[i].n; k++)
				printf(" %02x", (uint8_t)instructions[i].bytes[k]);
			printf("\n");
		}
	}
}

/* Every selector as data, stack and code; iret and far return to each. */
static void selectors(void)
{
	for (unsigned s = 0; s < 0x10000; s += s < 0x400 ? 1 : 61) {
		if ((s & ~3u) == 0)
			continue;
		/* mov %ax, %ss, back to ours if that went well */
		run("\x8e\xd0\xb8\x2b\0\0\0\x8e\xd0", 9, s, 0, 0);
		run("\x8e\xd8\x31\xc0\x8e\xd8", 6, s, 0, 0);
		if (s != 0x33 && s != 0x23) {
			/* push selector; push address behind; lretq */
			uint8_t ret[] = { 0x68, (uint8_t)s, (uint8_t)(s >> 8), 0, 0,
					  0x48, 0x8d, 0x05, 3, 0, 0, 0, 0x50, 0x48, 0xcb };

			run(ret, sizeof ret, 0, 0, 0);
			check_level();
		}
	}
}

/* Memory that is not the program's: what the shim has, all of the upper half, holes. */
static volatile uint8_t seen;

static void poke(uint64_t at)
{
	for (int how = 0; how < 3; how++) {
		tried++;
		if (TRY())
			continue;
		if (how == 0)
			seen = *(volatile uint8_t *)at;
		else if (how == 1)
			*(volatile uint8_t *)at = 1;
		else
			((void (*)(void))at)();
		printf("ESCAPED: %llx\n", (unsigned long long)at);
	}
}

static void memory(void)
{
	for (uint64_t page = 0; page < 0x1100; page++)
		poke(0xffff800000000000ull + page * 4096);
	for (int bit = 13; bit < 64; bit++) {
		poke(0xffff800000000000ull + (1ull << bit));
		poke(0xffffffffffffffffull - (1ull << bit));
	}
	for (uint64_t at = 0xfff00000; at < 0x100000000; at += 4096)
		poke(at);
	poke(0x7fffffff0000);
	poke(0x800000000000);
	poke(0);
	poke(0xfff);
}

/* ---- calls ------------------------------------------------------------------- */

/* Linux' numbers, in the registers Linux has arguments in. */
static void linux_calls(void)
{
	static const char out[] = "ESCAPED: written\n", passwd[] = "/etc/passwd", sh[] = "/bin/sh";
	static const struct {
		uint64_t nr, a, b, c;
	} calls[] = {
		{ 1, 1, (uint64_t)out, sizeof out - 1 }, { 1, 2, (uint64_t)out, sizeof out - 1 },
		{ 2, (uint64_t)passwd, 0, 0 },		 { 9, 0, 4096, 7 },
		{ 41, 2, 1, 0 },			 { 56, 0, 0, 0 },
		{ 57, 0, 0, 0 },			 { 59, (uint64_t)sh, 0, 0 },
		{ 62, (uint64_t)-1, 9, 0 },		 { 101, 16, 1, 0 },
		{ 165, 0, 0, 0 },			 { 169, 0xfee1dead, 672274793, 0x1234567 },
		{ 231, 99, 0, 0 },			 { 257, (uint64_t)-100, (uint64_t)passwd, 0 },
		{ 322, (uint64_t)-100, (uint64_t)sh, 0 }, { 425, 8, 0, 0 },
		{ 0x40000001, 1, (uint64_t)out, sizeof out - 1 },
		{ 0xffffffff, 0, 0, 0 },
	};

	for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
		uint64_t r = calls[i].nr;

		tried++;
		if (TRY())
			continue;
		__asm__ volatile("syscall" : "+a"(r) : "D"(calls[i].a), "S"(calls[i].b), "d"(calls[i].c)
				 : "rcx", "r8", "r9", "r10", "r11", "memory");
		if ((int32_t)r < 0)
			refused++;
		tried++;
		r = calls[i].nr;
		if (TRY())
			continue;
		__asm__ volatile("int $0x80" : "+a"(r) : "b"(1), "c"(out), "d"(17) : "memory");
		printf("ESCAPED: int 80h\n");
	}
}

/* ---- names -------------------------------------------------------------------- */

static void show(HANDLE h)
{
	char text[64];
	DWORD n = 0;

	if (ReadFile(h, text, sizeof text - 1, &n, NULL) && n) {
		text[n] = 0;
		/* "secret" or "root:" among it is what must not be seen. */
		printf("read: %.60s\n", text);
	}
	CloseHandle(h);
}

static void try_name(const char *name)
{
	HANDLE h;

	tried++;
	h = CreateFileA(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
	if (h == INVALID_HANDLE_VALUE) {
		refused++;
		return;
	}
	printf("opened: %s\n", name);
	show(h);
}

static void try_nt_name(const WCHAR *name)
{
	UNICODE_STRING u;
	OBJECT_ATTRIBUTES a;
	IO_STATUS_BLOCK iosb;
	HANDLE h;

	tried++;
	RtlInitUnicodeString(&u, name);
	InitializeObjectAttributes(&a, &u, 0, NULL, NULL);
	if (NtOpenFile(&h, GENERIC_READ | SYNCHRONIZE, &a, &iosb, 7, 0x20) < 0) {
		refused++;
		return;
	}
	printf("opened: %ls\n", name);
	show(h);
}

static void names(const char *out)
{
	static const char *const list[] = {
		"\\\\.\\PhysicalDrive0", "\\\\.\\C:", "\\\\.\\Z:", "\\\\.\\COM1", "COM1", "LPT1", "AUX", "\\\\.\\mem",
		"\\\\.\\GLOBALROOT\\Device\\HarddiskVolume26\\etc\\passwd", "\\\\?\\GLOBALROOT\\??\\Z:\\etc\\passwd",
		"\\\\localhost\\Z$\\etc\\passwd", "\\\\127.0.0.1\\Z$\\etc\\passwd", "\\\\?\\UNC\\localhost\\Z$\\etc\\passwd",
		"\\\\?\\Z:\\etc\\passwd", "\\\\?\\Z:\\..\\etc\\passwd", "\\\\?\\Z:\\src\\..\\..\\etc\\passwd",
		"Z:\\..\\..\\..\\etc\\passwd", "Z:\\src\\..\\..\\out\\b.txt", "Z:/../etc/passwd", "Z:\\src\\dir\\b.txt",
		"Z:\\src\\link.txt", "Z:\\src\\sub\\..\\link.txt", "Z:\\src\\dir\\..\\out\\b.txt", "Z:\\src\\link.txt::$DATA",
		"Z:\\dev\\kvm", "Z:\\dev\\mem", "Z:\\dev\\null", "Z:\\proc\\self\\mem", "Z:\\proc\\self\\maps",
		"Z:\\proc\\self\\root\\etc\\passwd", "Z:\\proc\\self\\cwd\\..\\..\\etc\\passwd", "Z:\\proc\\1\\environ",
		"Z:\\proc\\self\\fd\\0", "C:\\..\\..\\slots", "C:\\..\\..\\..\\run", "C:\\Windows\\..\\..\\etc\\passwd",
		"\\\\?\\C:\\..\\..\\..\\etc\\passwd", "W:\\etc\\passwd", "\\\\.\\Volume{00000000-0000-0000-0000-00000000005a}\\etc\\passwd",
		"\\\\?\\Volume{00000000-0000-0000-0000-00000000005a}\\etc\\passwd", "Z:\\src\\a.txt\\..\\..\\..\\etc\\passwd",
		"Z:\\src\\a.txt\xff\\..\\x", "Z:\\src\\\xc0\xae\xc0\xae\\etc\\passwd", "Z:\\src\\.. \\.. \\etc\\passwd",
		"Z:\\src\\...\\etc\\passwd", "Z:\\src\\slash%2f..\\etc\\passwd",
	};
	static const WCHAR *const nt[] = {
		L"\\Device\\HarddiskVolume26\\etc\\passwd", L"\\Device\\HarddiskVolume26\\..\\etc\\passwd",
		L"\\??\\unix\\etc\\passwd", L"\\??\\Z:\\src\\..\\..\\etc\\passwd", L"\\DosDevices\\Z:\\etc\\passwd",
		L"\\GLOBAL??\\Z:\\etc\\passwd", L"\\??\\Z:\\src/../../etc/passwd", L"\\??\\Z:\\src\\sub/../../../etc/passwd",
		L"\\??\\GLOBALROOT\\Device\\HarddiskVolume26\\etc\\passwd", L"\\Device\\PhysicalMemory",
		L"\\Device\\Harddisk0\\DR0", L"\\Device\\Mup\\localhost\\Z$\\etc\\passwd", L"\\SystemRoot\\..\\..\\etc\\passwd",
		L"\\??\\C:\\Windows\\System32\\..\\..\\..\\etc\\passwd", L"\\??\\Z:\\src\\dir\\b.txt",
		L"\\??\\Z:\\src\\dir/b.txt", L"\\??\\Z:\\.\\src\\.\\dir\\b.txt", L"\\??\\Z:\\SRC\\DIR\\B.TXT",
	};
	char abs[MAX_PATH];

	for (unsigned i = 0; i < sizeof list / sizeof *list; i++)
		try_name(list[i]);
	for (unsigned i = 0; i < sizeof nt / sizeof *nt; i++)
		try_nt_name(nt[i]);
	/* The host's own path of the secret. */
	snprintf(abs, sizeof abs, "Z:%s", out);
	try_name(abs);
	snprintf(abs, sizeof abs, "\\\\?\\Z:%s", out);
	try_name(abs);
}

/* ---- races --------------------------------------------------------------------- */

static volatile LONG stop;
static volatile LONG rounds;

static void read_secret(const char *name)
{
	HANDLE h = CreateFileA(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
	char text[64] = "";
	DWORD n;

	tried++;
	if (h == INVALID_HANDLE_VALUE) {
		refused++;
		return;
	}
	if (ReadFile(h, text, sizeof text - 1, &n, NULL) && strstr(text, "secret"))
		printf("ESCAPED: %s\n", text);
	CloseHandle(h);
}

/* A link to a folder outside and a real folder take turns at one name. */
static DWORD WINAPI swap(void *arg)
{
	(void)arg;
	while (!stop) {
		MoveFileA("Z:\\src\\turn", "Z:\\src\\real");
		MoveFileA("Z:\\src\\dir", "Z:\\src\\turn");
		MoveFileA("Z:\\src\\turn", "Z:\\src\\dir");
		MoveFileA("Z:\\src\\real", "Z:\\src\\turn");
		InterlockedIncrement(&rounds);
	}
	return 0;
}

static void path_race(DWORD ms)
{
	DWORD end = GetTickCount() + ms;
	HANDLE t;

	CreateDirectoryA("Z:\\src\\turn", NULL);
	t = CreateThread(NULL, 0, swap, NULL, 0, NULL);
	while (GetTickCount() < end) {
		read_secret("Z:\\src\\turn\\b.txt");
		read_secret("Z:\\src\\turn\\..\\out\\b.txt");
		read_secret("Z:\\src\\TURN\\B.TXT");
		CreateHardLinkA("Z:\\src\\hard.txt", "Z:\\src\\turn\\b.txt", NULL);
		read_secret("Z:\\src\\hard.txt");
		MoveFileExA("Z:\\src\\turn\\b.txt", "Z:\\src\\moved.txt", MOVEFILE_COPY_ALLOWED);
		read_secret("Z:\\src\\moved.txt");
		DeleteFileA("Z:\\src\\turn\\b.txt");
		SetFileAttributesA("Z:\\src\\turn\\b.txt", FILE_ATTRIBUTE_READONLY);
	}
	stop = 1;
	WaitForSingleObject(t, INFINITE);
}

/* A name that changes between two looks at it. */
static WCHAR name_text[64] = L"\\??\\Z:\\src\\sub\\..\\a.txt";
static UNICODE_STRING name = { 0, sizeof name_text, name_text };
static OBJECT_ATTRIBUTES wanted = {
	.Length = sizeof wanted,
	.ObjectName = &name,
	.Attributes = OBJ_CASE_INSENSITIVE,
};

static DWORD WINAPI meddle(void *arg)
{
	static const WCHAR good[] = L"\\??\\Z:\\src\\a.txt", bad[] = L"\\??\\Z:\\etc\\passwd\0\0";

	(void)arg;
	while (!stop) {
		memcpy(name_text, bad, sizeof bad);
		name.Length = 0xfff0;
		name.Buffer = (WCHAR *)0xffff800000000000;
		wanted.Length = 0;
		wanted.ObjectName = (UNICODE_STRING *)0x7fffffffeff8;
		name.Length = sizeof bad - 6;
		name.Buffer = name_text;
		wanted.ObjectName = &name;
		wanted.Length = sizeof wanted;
		memcpy(name_text, good, sizeof good);
		name.Length = sizeof good - 2;
		/* As often right as wrong. */
		for (volatile int i = 0; i < 200 * (rounds % 100); i++)
			;
		InterlockedIncrement(&rounds);
	}
	return 0;
}

static void double_fetch(DWORD ms)
{
	DWORD end = GetTickCount() + ms;
	HANDLE t = CreateThread(NULL, 0, meddle, NULL, 0, NULL), h;
	IO_STATUS_BLOCK iosb;
	unsigned right = 0;

	while (GetTickCount() < end) {
		tried++;
		if (NtOpenFile(&h, GENERIC_READ | SYNCHRONIZE, &wanted, &iosb, 7, 0x20) < 0) {
			refused++;
			continue;
		}
		char text[64] = "";
		DWORD n;

		right++;
		if (ReadFile(h, text, sizeof text - 1, &n, NULL) && !strstr(text, "inside"))
			printf("ESCAPED: %s\n", text);
		CloseHandle(h);
	}
	stop = 1;
	WaitForSingleObject(t, INFINITE);
	if (!right)
		printf("ESCAPED: the name was never right, so this says nothing\n");
}

/* ---- bombs ---------------------------------------------------------------------- */

static DWORD WINAPI sleeper(void *arg)
{
	(void)arg;
	Sleep(INFINITE);
	return 0;
}

static void threads(void)
{
	for (; tried < 100000; tried++)
		if (!CreateThread(NULL, 4096, sleeper, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL)) {
			refused++;
			break;
		}
	printf("error %lu\n", GetLastError());
}

static void handles(void)
{
	for (; tried < 200000; tried++)
		if (!CreateEventA(NULL, TRUE, FALSE, NULL)) {
			refused++;
			break;
		}
	printf("error %lu\n", GetLastError());
}

/* Each starts two, which do the same, until that fails; nobody ends. */
static void forks(void)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char self[MAX_PATH], line[2 * MAX_PATH];

	GetModuleFileNameA(NULL, self, sizeof self);
	snprintf(line, sizeof line, "\"%s\" forks", self);
	for (int i = 0; i < 2; i++, tried++)
		if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi)) {
			refused++;
			break;
		}
	if (!refused)
		Sleep(INFINITE);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	static const struct {
		const char *name;
		void (*go)(void);
	} kinds[] = {
		{ "ports", ports },   { "msrs", msrs },	      { "privileged", privileged },
		{ "selectors", selectors }, { "memory", memory }, { "linux", linux_calls },
		{ "threads", threads }, { "handles", handles }, { "forks", forks },
	};

	code = VirtualAlloc(NULL, 4096, MEM_COMMIT, PAGE_EXECUTE_READWRITE);
	AddVectoredExceptionHandler(1, on_exception);
	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].name, what))
			kinds[i].go();
	if (!strcmp(what, "names") && argc > 2)
		names(argv[2]);
	if (!strcmp(what, "race") && argc > 2)
		path_race((DWORD)atoi(argv[2]));
	if (!strcmp(what, "double") && argc > 2)
		double_fetch((DWORD)atoi(argv[2]));
	printf("ok %u tried, %u refused", tried, refused);
	if (rounds)
		printf(", %ld rounds of the other thread", rounds);
	printf("\n");
	fflush(stdout);
	TerminateProcess(GetCurrentProcess(), 0);
}
