/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program of one width and a child of the other: each looks at the other's
 * memory, PEB, command line and registers, by the calls that are made for it.
 */
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <stddef.h>
#include <string.h>
#include <winternl.h>

#include "check.h"

#ifdef _WIN64
enum { NARROW = 0 };
#else
enum { NARROW = 1 };
#endif

struct basic64 {
	ULONG exit_status, pad;
	ULONG64 peb, affinity;
	LONG priority, pad2;
	ULONG64 id, parent;
};

/* What of the child is looked at, which tells where it is. */
struct shown {
	ULONG64 text, thread_id;
	volatile LONG spins;
	LONG stop;
};

/* ---- by the program's width ---------------------------------------------- */

#ifdef _WIN64
static NTSTATUS basic_of(HANDLE p, struct basic64 *b)
{
	return NtQueryInformationProcess(p, 0, b, sizeof *b, NULL);
}

static BOOL read64(HANDLE p, ULONG64 from, void *to, SIZE_T n)
{
	SIZE_T done = 0;

	return ReadProcessMemory(p, (void *)from, to, n, &done) && done == n;
}

static BOOL write64(HANDLE p, ULONG64 to, const void *from, SIZE_T n)
{
	return WriteProcessMemory(p, (void *)to, from, n, NULL);
}
#else
NTSTATUS NTAPI NtWow64QueryInformationProcess64(HANDLE, ULONG, PVOID, ULONG,
						PULONG);
NTSTATUS NTAPI NtWow64ReadVirtualMemory64(HANDLE, ULONG64, PVOID, ULONG64,
					  PULONG64);
NTSTATUS NTAPI NtWow64WriteVirtualMemory64(HANDLE, ULONG64, PVOID, ULONG64,
					   PULONG64);
NTSTATUS NTAPI NtWow64QueryVirtualMemory64(HANDLE, ULONG64, ULONG, PVOID,
					   ULONG64, PULONG64);
NTSTATUS NTAPI NtWow64GetNativeSystemInformation(ULONG, PVOID, ULONG, PULONG);

static NTSTATUS basic_of(HANDLE p, struct basic64 *b)
{
	return NtWow64QueryInformationProcess64(p, 0, b, sizeof *b, NULL);
}

static BOOL read64(HANDLE p, ULONG64 from, void *to, SIZE_T n)
{
	ULONG64 done = 0;

	return !NtWow64ReadVirtualMemory64(p, from, to, n, &done) && done == n;
}

static BOOL write64(HANDLE p, ULONG64 to, const void *from, SIZE_T n)
{
	ULONG64 done = 0;

	return !NtWow64WriteVirtualMemory64(p, to, (void *)from, n, &done) &&
	       done == n;
}

static void own(void)
{
	struct {
		ULONG64 base, allocation;
		ULONG protect, pad;
		ULONG64 size;
		ULONG state, now, type, pad2;
	} m;
	struct {
		WORD architecture, level, revision, processors;
		ULONG features;
	} cpu;
	struct basic64 b;
	ULONG64 n = 0, image = 0;
	char text[] = "narrow";

	/* The 64-bit PEB is another one, but of the same program. */
	CHECK_EQ(basic_of(GetCurrentProcess(), &b), 0);
	CHECK_EQ(b.id, GetCurrentProcessId());
	CHECK(b.peb && b.peb != __readfsdword(0x30), "%llx", b.peb);
	CHECK(read64(GetCurrentProcess(), b.peb + 0x10, &image, 8));
	CHECK_EQ(image, (DWORD)GetModuleHandleW(NULL));
	CHECK_EQ(NtWow64QueryInformationProcess64(GetCurrentProcess(), 7, &b,
						  8, NULL),
		 STATUS_NOT_IMPLEMENTED);
	CHECK_EQ(NtWow64QueryVirtualMemory64(GetCurrentProcess(),
					     (ULONG)(void *)&own, 0, &m,
					     sizeof m, &n),
		 0);
	CHECK_EQ(n, 48);
	CHECK_EQ(m.allocation, (DWORD)GetModuleHandleW(NULL));
	CHECK_EQ(m.type, MEM_IMAGE);
	CHECK(write64(GetCurrentProcess(), (ULONG)text, "NARR", 4));
	CHECK(!strcmp(text, "NARRow"), "%s", text);
	CHECK(!read64(GetCurrentProcess(), 0x123456789000ull, text, 4));
	CHECK_EQ(NtWow64GetNativeSystemInformation(1, &cpu, sizeof cpu, NULL),
		 0);
	CHECK_EQ(cpu.architecture, PROCESSOR_ARCHITECTURE_AMD64);
	CHECK_EQ(NtWow64GetNativeSystemInformation(2, &cpu, sizeof cpu, NULL),
		 STATUS_INVALID_INFO_CLASS);
}
#endif

/* ---- the other's ---- */

static void command_line(HANDLE p, BOOL narrow)
{
	union {
		UNICODE_STRING u;
		BYTE b[2048];
	} buf;
	struct {
		USHORT length, max;
		ULONG pad;
		ULONG64 buffer;
	} line = { 0 };
	WCHAR text[512] = L"";
	struct basic64 b;
	ULONG64 params = 0;
	ULONG n = 0;

	/* By the PEB that every process has. */
	CHECK_EQ(basic_of(p, &b), 0);
	CHECK_EQ(b.id, GetProcessId(p));
	CHECK(read64(p, b.peb + 0x20, &params, 8));
	CHECK(read64(p, params + 0x70, &line, sizeof line));
	CHECK(line.length && line.length < sizeof text, "%u", line.length);
	if (line.length < sizeof text)
		CHECK(read64(p, line.buffer, text, line.length));
	CHECK(wcsstr(text, L" child "), "%ls", text);
	CHECK_EQ(NtQueryInformationProcess(p, 60, &buf, sizeof buf, &n), 0);
	CHECK(buf.u.Length == line.length &&
	      !memcmp(buf.u.Buffer, text, line.length));
#ifdef _WIN64
	ULONG64 peb32 = 0;

	CHECK_EQ(NtQueryInformationProcess(p, 26, &peb32, sizeof peb32, NULL),
		 0);
	CHECK(narrow ? peb32 && peb32 != b.peb && peb32 < 0x100000000ull
		     : !peb32,
	      "%llx", peb32);
	if (narrow) {
		ULONG params32 = 0;
		struct {
			USHORT length, max;
			ULONG buffer;
		} line32 = { 0 };

		CHECK(read64(p, peb32 + 0x10, &params32, 4));
		CHECK(read64(p, params32 + 0x40, &line32, sizeof line32));
		CHECK_EQ(line32.length, line.length);
		CHECK_EQ(line32.buffer, line.buffer);
	}
#endif
}

/* FS leads to the 32-bit TEB, which says where it is. */
static void selectors(HANDLE thread, HANDLE process, BOOL narrow)
{
	WOW64_LDT_ENTRY e = { 0 };
	ULONG base, self = 0;

	CHECK_EQ(Wow64GetThreadSelectorEntry(thread, 0x53, &e), narrow);
	if (!narrow) {
		CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
		return;
	}
	base = e.BaseLow | (ULONG)e.HighWord.Bytes.BaseMid << 16 |
	       (ULONG)e.HighWord.Bytes.BaseHi << 24;
	CHECK(read64(process, base + 0x18, &self, sizeof self));
	CHECK_EQ(self, base);
	CHECK(Wow64GetThreadSelectorEntry(thread, 0x23, &e));
	CHECK_EQ(e.HighWord.Bits.Default_Big, 1);
	CHECK_EQ(e.HighWord.Bits.LimitHi, 0xf);
}

static void registers(HANDLE thread, HANDLE process, BOOL narrow, ULONG64 at,
		      struct shown *s)
{
	WOW64_CONTEXT n = { .ContextFlags = WOW64_CONTEXT_FULL };
	CONTEXT c = { .ContextFlags = CONTEXT_FULL };
	LONG before = 0, now = 0;

	CHECK_EQ(SuspendThread(thread), 0);
	if (NARROW && !narrow) {
		/* There is no 32-bit context. */
		CHECK(!GetThreadContext(thread, &c));
		CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
		CHECK(!SetThreadContext(thread, &c));
		CHECK(!Wow64GetThreadContext(thread, &n));
	} else {
		CHECK(GetThreadContext(thread, &c), "%lu", GetLastError());
#ifdef _WIN64
		CHECK_EQ(c.SegCs, narrow ? 0x23 : 0x33);
		CHECK(c.Rip && c.Rsp);
		CHECK_EQ(c.Rdi == 0x5ca1ab1e, TRUE);
		c.Rdi = 0x12345678;
#else
		CHECK_EQ(c.SegCs, 0x23);
		CHECK_EQ(c.Edi, 0x5ca1ab1e);
		c.Edi = 0x12345678;
#endif
		CHECK(SetThreadContext(thread, &c));
		if (narrow) {
			CHECK(Wow64GetThreadContext(thread, &n), "%lu",
			      GetLastError());
			CHECK_EQ(n.Edi, 0x12345678);
			CHECK_EQ(n.SegCs, 0x23);
#ifdef _WIN64
			CHECK_EQ(n.Eip, c.Rip);
			CHECK_EQ(n.Esp, c.Rsp);
#endif
			n.Edi = 0x5ca1ab1e;
			CHECK(Wow64SetThreadContext(thread, &n));
			n.Edi = 0;
			CHECK(Wow64GetThreadContext(thread, &n));
			CHECK_EQ(n.Edi, 0x5ca1ab1e);
		} else {
			CHECK(!Wow64GetThreadContext(thread, &n));
			CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
		}
	}
	selectors(thread, process, narrow);
	/* It stands still, and goes on. */
	CHECK(read64(process, at, s, sizeof *s));
	before = s->spins;
	if (narrow) {
		CHECK_EQ(Wow64SuspendThread(thread), 1);
		CHECK_EQ(ResumeThread(thread), 2);
	}
	CHECK(read64(process, at, s, sizeof *s));
	CHECK_EQ(s->spins, before);
	CHECK_EQ(ResumeThread(thread), 1);
	for (int i = 0; i < 5000 && now <= before; i++) {
		Sleep(1);
		CHECK(read64(process, at, s, sizeof *s));
		now = s->spins;
	}
	CHECK(now > before);
}

/* ---- the child ---- */

static char text[] = "what the child shows";
static struct shown shown;

/* Spins with a number in edi that others can find there. */
static DWORD WINAPI spin(void *arg)
{
	while (!shown.stop)
		asm volatile("movl $0x5ca1ab1e, %%edi\n\t"
			     "movl $100000, %%ecx\n"
			     "1:\tdecl %%ecx\n\tjnz 1b\n\t"
			     "incl %0"
			     : "+m"(shown.spins)
			     :
			     : "ecx", "edi", "cc", "memory");
	return 0;
}

static int child(const char *to)
{
	HANDLE out = (HANDLE)(ULONG_PTR)strtoul(to, NULL, 0);
	ULONG64 at = (ULONG_PTR)&shown;
	HANDLE t;
	DWORD n, id;

	shown.text = (ULONG_PTR)text;
	t = CreateThread(NULL, 0, spin, NULL, 0, &id);
	shown.thread_id = id;
	while (!shown.spins) /* from then on edi is what it is */
		SwitchToThread();
	if (!WriteFile(out, &at, sizeof at, &n, NULL))
		return 1;
	/* The parent stops it. */
	if (WaitForSingleObject(t, 60000))
		return 2;
	return strcmp(text, "What the parent says") ? 3 : 43;
}

static void with(const char *exe, BOOL narrow)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION p;
	char line[2 * MAX_PATH], copy[sizeof text] = "";
	HANDLE in, out, thread;
	ULONG64 at = 0;
	struct shown s = { 0 };
	DWORD n, code = 0;
	LONG one = 1;

	CHECK(CreatePipe(&in, &out, &sa, 0));
	snprintf(line, sizeof line, "\"%s\" child %lu", exe,
		 (unsigned long)(ULONG_PTR)out);
	if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			    &p)) {
		CHECK(GetLastError() == ERROR_EXE_MACHINE_TYPE_MISMATCH,
		      "%s: %lu", exe, GetLastError());
		return;
	}
	CloseHandle(out);
	CHECK(ReadFile(in, &at, sizeof at, &n, NULL) && n == sizeof at);
	CHECK(read64(p.hProcess, at, &s, sizeof s));
	CHECK(read64(p.hProcess, s.text, copy, sizeof copy));
	CHECK(!strcmp(copy, text), "%s", copy);
	CHECK(write64(p.hProcess, s.text, "What the parent says", sizeof text));
	command_line(p.hProcess, narrow);
	thread = OpenThread(THREAD_ALL_ACCESS, FALSE, (DWORD)s.thread_id);
	CHECK(thread != NULL, "%lu", GetLastError());
	registers(thread, p.hProcess, narrow, at, &s);
	CHECK(write64(p.hProcess, at + offsetof(struct shown, stop), &one,
		      sizeof one));
	CHECK_EQ(WaitForSingleObject(p.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(p.hProcess, &code);
	CHECK_EQ(code, 43);
	CloseHandle(thread);
	CloseHandle(p.hProcess);
	CloseHandle(p.hThread);
	CloseHandle(in);
}

int main(int argc, char **argv)
{
	char self[MAX_PATH], other[MAX_PATH], *arch;

	if (argc == 3 && !strcmp(argv[1], "child"))
		return child(argv[2]);
#ifndef _WIN64
	own();
#endif
	GetModuleFileNameA(NULL, self, sizeof self);
	with(self, NARROW);
	/* .../x86_64/wow64-cross.exe and .../i686/wow64-cross.exe */
	strcpy(other, self);
	arch = strstr(other, NARROW ? "\\i686\\" : "\\x86_64\\");
	if (arch) {
		strcpy(arch, NARROW ? "\\x86_64\\wow64-cross.exe"
				    : "\\i686\\wow64-cross.exe");
		if (GetFileAttributesA(other) != INVALID_FILE_ATTRIBUTES)
			with(other, !NARROW);
	}
	return check_done();
}
