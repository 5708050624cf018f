/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests what one process does in another: memory, threads, APCs, handles,
 * exit codes of processes that it did not start. */
#include <windows.h>
#include <winternl.h>
#include <psapi.h>
#include <stdlib.h>
#include <string.h>

#include "named.h"
#include "self.h"

/* What the processes of a run tell each other. */
struct board {
	DWORD pid, tid, parent;
	HANDLE event, thread;
	volatile LONG apcs, go, rounds;
	char text[64];
};
static struct board *board;

static void open_board(void)
{
	HANDLE s = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL,
				      PAGE_READWRITE, 0, sizeof *board,
				      own_name("rf-remote-board"));

	board = MapViewOfFile(s, FILE_MAP_ALL_ACCESS, 0, 0, 0);
}

/* ---- the other side ------------------------------------------------- */

static DWORD WINAPI sleeper(void *arg)
{
	while (!board->go)
		SleepEx(INFINITE, TRUE);
	return 77;
}

static DWORD WINAPI counter(void *arg)
{
	for (;;)
		board->rounds++;
	return 0;
}

static int serve(void)
{
	HANDLE up =
		OpenEventA(EVENT_ALL_ACCESS, FALSE, own_name("rf-remote-up"));
	HANDLE down =
		OpenEventA(EVENT_ALL_ACCESS, FALSE, own_name("rf-remote-down"));

	board->pid = GetCurrentProcessId();
	board->event = CreateEventW(NULL, FALSE, FALSE, NULL);
	board->thread = CreateThread(NULL, 0, sleeper, NULL, 0, &board->tid);
	strcpy(board->text, "");
	SetEvent(up);
	WaitForSingleObject(down, 60000);
	return 23;
}

/* Starts another one, tells its id, and goes. */
static int middle(void)
{
	PROCESS_INFORMATION pi;

	if (!start("late", 0, &pi))
		return 1;
	board->pid = pi.dwProcessId;
	board->parent = GetCurrentProcessId();
	return 0;
}

static int late(void)
{
	HANDLE up =
		OpenEventA(EVENT_ALL_ACCESS, FALSE, own_name("rf-remote-up"));
	HANDLE down =
		OpenEventA(EVENT_ALL_ACCESS, FALSE, own_name("rf-remote-down"));

	SetEvent(up);
	WaitForSingleObject(down, 60000);
	return 0x12345;
}

/* ---- ours ------------------------------------------------------------- */

static void memory(HANDLE p)
{
	MEMORY_BASIC_INFORMATION m;
	char text[64] = { 0 };
	SIZE_T n = 0;
	DWORD old = 0;
	char *a = VirtualAllocEx(p, NULL, 3 * 4096, MEM_RESERVE | MEM_COMMIT,
				 PAGE_READWRITE);

	CHECK(a != NULL, "%lu", GetLastError());
	if (!a)
		return;
	CHECK(WriteProcessMemory(p, a, "over there", 11, &n));
	CHECK_EQ(n, 11);
	CHECK(ReadProcessMemory(p, a, text, 11, &n));
	CHECK(!strcmp(text, "over there"), "%s", text);
	CHECK(VirtualProtectEx(p, a + 4096, 4096, PAGE_READONLY, &old));
	CHECK_EQ(old, PAGE_READWRITE);
	CHECK_EQ(VirtualQueryEx(p, a, &m, sizeof m), sizeof m);
	CHECK(m.BaseAddress == a && m.AllocationBase == a);
	CHECK_EQ(m.RegionSize, 4096);
	CHECK_EQ(m.State, MEM_COMMIT);
	CHECK_EQ(m.Type, MEM_PRIVATE);
	CHECK_EQ(VirtualQueryEx(p, a + 5000, &m, sizeof m), sizeof m);
	CHECK_EQ(m.Protect, PAGE_READONLY);
	CHECK(!VirtualProtectEx(p, (void *)0x10, 4096, PAGE_READONLY, &old));
	CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
	CHECK(VirtualFreeEx(p, a, 0, MEM_RELEASE));
	CHECK_EQ(VirtualQueryEx(p, a, &m, sizeof m), sizeof m);
	CHECK_EQ(m.State, MEM_FREE);
	n = 9;
	CHECK(!ReadProcessMemory(p, a, text, 11, &n));
	CHECK_EQ(GetLastError(), ERROR_PARTIAL_COPY);
}

/* Pages that are not there before the process itself has touched them. */
static void watched(HANDLE p)
{
	char text[64] = { 0 };
	SIZE_T n = 0;
	DWORD old;
	char *a = VirtualAllocEx(p, NULL, 3 * 4096,
				 MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH,
				 PAGE_READWRITE);

	CHECK(a != NULL, "%lu", GetLastError());
	if (!a)
		return;
	CHECK(WriteProcessMemory(p, a + 4090, "over there", 11, &n));
	CHECK_EQ(n, 11);
	CHECK(ReadProcessMemory(p, a + 4090, text, 11, &n));
	CHECK(!strcmp(text, "over there"), "%s", text);
	/* A guard page is none of them, and stays. */
	CHECK(VirtualProtectEx(p, a + 8192, 4096, PAGE_READWRITE | PAGE_GUARD,
			       &old));
	CHECK(!ReadProcessMemory(p, a + 8192 - 8, text, 16, &n));
	CHECK_EQ(GetLastError(), ERROR_PARTIAL_COPY);
	CHECK(VirtualProtectEx(p, a + 8192, 4096, PAGE_READWRITE, &old));
	CHECK_EQ(old, PAGE_READWRITE | PAGE_GUARD);
	CHECK(VirtualFreeEx(p, a, 0, MEM_RELEASE));
}

static void views(HANDLE p)
{
	typedef NTSTATUS NTAPI map(HANDLE, HANDLE, PVOID *, ULONG_PTR, SIZE_T,
				   PLARGE_INTEGER, PSIZE_T, int, ULONG, ULONG);
	typedef NTSTATUS NTAPI unmap(HANDLE, PVOID);
	HMODULE nt = GetModuleHandleW(L"ntdll");
	map *NtMap = (map *)(void *)GetProcAddress(nt, "NtMapViewOfSection");
	unmap *NtUnmap =
		(unmap *)(void *)GetProcAddress(nt, "NtUnmapViewOfSection");
	HANDLE s = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL,
				      PAGE_READWRITE, 0, 65536, NULL);
	char *here = MapViewOfFile(s, FILE_MAP_ALL_ACCESS, 0, 0, 0);
	void *there = NULL;
	SIZE_T size = 0, n;
	char text[8] = { 0 };

	CHECK_EQ(NtMap(s, p, &there, 0, 0, NULL, &size, 2, 0, PAGE_READWRITE),
		 0);
	CHECK_EQ(size, 65536);
	strcpy(here + 100, "shared");
	CHECK(ReadProcessMemory(p, (char *)there + 100, text, 7, &n));
	CHECK(!strcmp(text, "shared"));
	CHECK_EQ(NtUnmap(p, there), 0);
	CHECK(!ReadProcessMemory(p, (char *)there + 100, text, 7, &n));
	UnmapViewOfFile(here);
	CloseHandle(s);
}

static void threads(HANDLE p)
{
	SECURITY_ATTRIBUTES inherit = { sizeof inherit, NULL, TRUE };
	HANDLE th, other;
	DWORD code = 0, id = 0;
	char *dll;
	SIZE_T n;

	/* A function that lies at the same place everywhere. */
	th = CreateRemoteThread(p, NULL, 0,
				(LPTHREAD_START_ROUTINE)(void *)GetProcAddress(
					GetModuleHandleW(L"kernel32"),
					"SetEvent"),
				board->event, 0, &id);
	CHECK(th != NULL, "%lu", GetLastError());
	CHECK(id != 0);
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(th, &code));
	CHECK_EQ(code, TRUE);
	CHECK_EQ(GetThreadId(th), id);
	CHECK_EQ(GetProcessIdOfThread(th), GetProcessId(p));
	CloseHandle(th);

	/* The classic: a library loaded there.  What the attributes say is of
	   the handle here. */
	dll = VirtualAllocEx(p, NULL, 4096, MEM_COMMIT, PAGE_READWRITE);
	CHECK(WriteProcessMemory(p, dll, "version.dll", 12, &n));
	th = CreateRemoteThread(p, &inherit, 0,
				(LPTHREAD_START_ROUTINE)(void *)GetProcAddress(
					GetModuleHandleW(L"kernel32"),
					"LoadLibraryA"),
				dll, CREATE_SUSPENDED, NULL);
	CHECK(GetHandleInformation(th, &code));
	CHECK_EQ(code, HANDLE_FLAG_INHERIT);
	CHECK_EQ(WaitForSingleObject(th, 30), WAIT_TIMEOUT);
	CHECK_EQ(ResumeThread(th), 1);
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(th, &code) && code);
	CHECK_EQ(ResumeThread(th), (DWORD)-1);
	CloseHandle(th);

	/* One that is there already: suspended, looked at, ended. */
	other = OpenThread(THREAD_ALL_ACCESS, FALSE, board->tid);
	CHECK(other != NULL, "%lu", GetLastError());
	CHECK(GetExitCodeThread(other, &code));
	CHECK_EQ(code, STILL_ACTIVE);
	CHECK_EQ(SuspendThread(other), 0);
	CHECK_EQ(SuspendThread(other), 1);
	CHECK_EQ(ResumeThread(other), 2);
#ifdef _WIN64
	{
		static CONTEXT c __attribute__((aligned(16)));

		c.ContextFlags = CONTEXT_FULL;
		CHECK(GetThreadContext(other, &c), "%lu", GetLastError());
		CHECK(c.Rip != 0 && c.Rsp != 0);
	}
#endif
	CHECK_EQ(ResumeThread(other), 1);
	CHECK(TerminateThread(other, 9));
	CHECK_EQ(WaitForSingleObject(other, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(other, &code));
	CHECK_EQ(code, 9);
	CloseHandle(other);
	CHECK(!OpenThread(THREAD_ALL_ACCESS, FALSE, 3));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void apcs(HANDLE p)
{
	HANDLE th = OpenThread(THREAD_ALL_ACCESS, FALSE, board->tid);
	PAPCFUNC set = (PAPCFUNC)(void *)GetProcAddress(
		GetModuleHandleW(L"kernel32"), "SetEvent");
	HANDLE here = NULL;
	DWORD code;

	CHECK(DuplicateHandle(p, board->event, GetCurrentProcess(), &here, 0,
			      FALSE, DUPLICATE_SAME_ACCESS));
	CHECK(QueueUserAPC(set, th, (ULONG_PTR)board->event));
	CHECK_EQ(WaitForSingleObject(here, 60000), WAIT_OBJECT_0);
	/* It may see this before the APC, and then it takes none. */
	board->go = 1;
	QueueUserAPC(set, th, (ULONG_PTR)board->event);
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(th, &code));
	CHECK_EQ(code, 77);
	CloseHandle(here);
	CloseHandle(th);
}

/* Handles go both ways, also of threads and processes. */
static void handles(HANDLE p)
{
	HANDLE me, there = NULL, back = NULL, th = NULL;
	HANDLE timer = CreateWaitableTimerW(NULL, TRUE, NULL);

	CHECK(DuplicateHandle(p, board->thread, GetCurrentProcess(), &th, 0,
			      FALSE, DUPLICATE_SAME_ACCESS));
	CHECK_EQ(GetThreadId(th), board->tid);
	CHECK_EQ(GetProcessIdOfThread(th), board->pid);
	CloseHandle(th);
	/* Ourselves into it and back: it is us again. */
	CHECK(DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), p,
			      &there, 0, FALSE, DUPLICATE_SAME_ACCESS));
	CHECK(DuplicateHandle(p, there, GetCurrentProcess(), &me, 0, FALSE,
			      DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
	CHECK_EQ(GetProcessId(me), GetCurrentProcessId());
	CHECK(!DuplicateHandle(p, there, GetCurrentProcess(), &back, 0, FALSE,
			       DUPLICATE_SAME_ACCESS));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CloseHandle(me);
	CloseHandle(timer);
}

static void facts(HANDLE p)
{
	char path[MAX_PATH];
	DWORD n = sizeof path, code;
	PROCESS_MEMORY_COUNTERS mc;
	FILETIME t[4];
	PROCESS_BASIC_INFORMATION b;
	PEB peb;
	SIZE_T got, min = 0, max = 0;

	CHECK(QueryFullProcessImageNameA(p, 0, path, &n));
	CHECK(!_stricmp(path, own_path()), "%s", path);
	CHECK(GetExitCodeProcess(p, &code) && code == STILL_ACTIVE);
	CHECK(GetProcessMemoryInfo(p, &mc, sizeof mc));
	CHECK(mc.WorkingSetSize > 0);
	CHECK(GetProcessWorkingSetSizeEx(p, &min, &max, &n));
	CHECK(min && min < max);
	CHECK(SetProcessWorkingSetSize(p, min, max));
	CHECK(GetProcessTimes(p, &t[0], &t[1], &t[2], &t[3]));
	CHECK(t[0].dwHighDateTime != 0);
	CHECK_EQ(NtQueryInformationProcess(p, ProcessBasicInformation, &b,
					   sizeof b, NULL),
		 0);
	CHECK(ReadProcessMemory(p, b.PebBaseAddress, &peb, sizeof peb, &got));
	CHECK(peb.ProcessParameters != NULL);
	CHECK(GetProcessHandleCount(p, &n) && n > 0);
}

static void family(void)
{
	HANDLE up = CreateEventA(NULL, FALSE, FALSE, own_name("rf-remote-up"));
	HANDLE down =
		CreateEventA(NULL, TRUE, FALSE, own_name("rf-remote-down"));
	PROCESS_INFORMATION pi;
	HANDLE p, limited;
	DWORD code = 0;

	CHECK(start("serve", 0, &pi));
	CHECK_EQ(WaitForSingleObject(up, 60000), WAIT_OBJECT_0);
	CHECK_EQ(board->pid, pi.dwProcessId);
	p = OpenProcess(PROCESS_ALL_ACCESS, FALSE, pi.dwProcessId);
	CHECK(p != NULL);
	facts(p);
	memory(p);
	watched(p);
	views(p);
	handles(p);
	apcs(pi.hProcess);
	CloseHandle(pi.hThread);
	board->go = 0;
	/* Rights are looked at here as everywhere. */
	limited = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE,
			      pi.dwProcessId);
	CHECK(!VirtualAllocEx(limited, NULL, 4096, MEM_COMMIT, PAGE_READONLY));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!TerminateProcess(limited, 1));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CloseHandle(limited);
	SetEvent(down);
	CHECK_EQ(WaitForSingleObject(p, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(p, &code));
	CHECK_EQ(code, 23);
	CHECK(!VirtualAllocEx(p, NULL, 4096, MEM_COMMIT, PAGE_READONLY));
	CloseHandle(p);
	CloseHandle(pi.hProcess);

	ResetEvent(down);
	CHECK(start("serve", 0, &pi));
	CHECK_EQ(WaitForSingleObject(up, 60000), WAIT_OBJECT_0);
	threads(pi.hProcess);
	SetEvent(down);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(pi.hProcess, &code));
	CHECK_EQ(code, 23);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	CloseHandle(up);
	CloseHandle(down);
}

/* Processes that somebody else started: the code, waiting, ending. */
static void strangers(void)
{
	HANDLE up = CreateEventA(NULL, FALSE, FALSE, own_name("rf-remote-up"));
	HANDLE down =
		CreateEventA(NULL, TRUE, FALSE, own_name("rf-remote-down"));
	PROCESS_INFORMATION pi;
	DWORD code = 0;
	HANDLE p;

	for (int round = 0; round < 2; round++) {
		ResetEvent(down);
		CHECK(start("middle", 0, &pi));
		CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), 0);
		CHECK_EQ(WaitForSingleObject(up, 60000), WAIT_OBJECT_0);
		CloseHandle(pi.hProcess);
		CloseHandle(pi.hThread);
		p = OpenProcess(PROCESS_ALL_ACCESS, FALSE, board->pid);
		CHECK(p != NULL);
		CHECK_EQ(WaitForSingleObject(p, 20), WAIT_TIMEOUT);
		CHECK(GetExitCodeProcess(p, &code) && code == STILL_ACTIVE);
		if (round)
			CHECK(TerminateProcess(p, 0x54321));
		else
			SetEvent(down);
		CHECK_EQ(WaitForSingleObject(p, 60000), WAIT_OBJECT_0);
		CHECK(GetExitCodeProcess(p, &code));
		CHECK_EQ(code, round ? 0x54321 : 0x12345);
		CloseHandle(p);
	}
	CloseHandle(up);
	CloseHandle(down);
}

/* A child that has not begun can be worked on, and then begins. */
static void unborn(void)
{
	HANDLE up = CreateEventA(NULL, FALSE, FALSE, own_name("rf-remote-up"));
	HANDLE down =
		CreateEventA(NULL, TRUE, TRUE, own_name("rf-remote-down"));
	PROCESS_INFORMATION pi;
	DWORD code;
	char *a;
	SIZE_T n;

	CHECK(start("late", CREATE_SUSPENDED, &pi));
	a = VirtualAllocEx(pi.hProcess, NULL, 4096, MEM_COMMIT,
			   PAGE_READWRITE);
	CHECK(a != NULL, "%lu", GetLastError());
	CHECK(WriteProcessMemory(pi.hProcess, a, "x", 2, &n));
#ifdef _WIN64
	{
		static CONTEXT c __attribute__((aligned(16)));

		c.ContextFlags = CONTEXT_FULL;
		CHECK(GetThreadContext(pi.hThread, &c), "%lu", GetLastError());
		CHECK(SetThreadContext(pi.hThread, &c), "%lu", GetLastError());
	}
#endif
	CHECK_EQ(WaitForSingleObject(up, 50), WAIT_TIMEOUT);
	CHECK_EQ(ResumeThread(pi.hThread), 1);
	CHECK_EQ(WaitForSingleObject(up, 60000), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(pi.hProcess, &code) && code == 0x12345);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	CloseHandle(up);
	CloseHandle(down);
}

int main(int argc, char **argv)
{

	open_board();
	if (argc > 1) {
		if (!strcmp(argv[1], "serve"))
			return serve();
		if (!strcmp(argv[1], "middle"))
			return middle();
		if (!strcmp(argv[1], "late"))
			return late();
		return counter(NULL);
	}
	family();
	strangers();
	unborn();
	return check_done();
}
