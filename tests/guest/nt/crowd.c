/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests many at once: 2,000 threads that wait, 200 processes, the list of
 * threads and processes with ids that can be opened. */
#include <windows.h>
#include <tlhelp32.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { THREADS = 2000, PROCESSES = 200 };

static HANDLE go;
static volatile LONG arrived, left;

static DWORD WINAPI waits(void *arg)
{
	InterlockedIncrement(&arrived);
	WaitForSingleObject(go, INFINITE);
	return InterlockedIncrement(&left) ? (DWORD)(ULONG_PTR)arg : 0;
}

static void threads(void)
{
	static HANDLE t[THREADS];
	DWORD code;

	arrived = left = 0;
	go = CreateEventW(NULL, TRUE, FALSE, NULL);
	for (int i = 0; i < THREADS; i++) {
		t[i] = CreateThread(NULL, 64 << 10, waits, (void *)(LONG_PTR)i,
				    STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
		if (!t[i]) {
			CHECK(0, "thread %d: %lu", i, GetLastError());
			return;
		}
	}
	while (arrived < THREADS)
		Sleep(1);
	CHECK_EQ(left, 0);
	SetEvent(go);
	for (int i = 0; i < THREADS; i++) {
		CHECK_EQ(WaitForSingleObject(t[i], 60000), WAIT_OBJECT_0);
		CHECK(GetExitCodeThread(t[i], &code) && code == (DWORD)i);
		CloseHandle(t[i]);
	}
	CHECK_EQ(left, THREADS);
	CloseHandle(go);
}

static void processes(const char *self)
{
	static HANDLE p[PROCESSES];
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE sem = CreateSemaphoreA(&sa, 0, PROCESSES, NULL);
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[MAX_PATH + 40];
	DWORD code;

	go = CreateEventW(&sa, TRUE, FALSE, NULL);
	for (int i = 0; i < PROCESSES; i++) {
		snprintf(line, sizeof line, "\"%s\" %u %u", self,
			 (unsigned)(ULONG_PTR)sem, (unsigned)(ULONG_PTR)go);
		if (!CreateProcessA(self, line, NULL, NULL, TRUE, 0, NULL, NULL,
				    &si, &pi)) {
			CHECK(0, "process %d: %lu", i, GetLastError());
			SetEvent(go);
			return;
		}
		p[i] = pi.hProcess;
		CloseHandle(pi.hThread);
	}
	/* All are there at once. */
	for (int i = 0; i < PROCESSES; i++)
		CHECK_EQ(WaitForSingleObject(sem, 60000), WAIT_OBJECT_0);
	SetEvent(go);
	for (int i = 0; i < PROCESSES; i++) {
		CHECK_EQ(WaitForSingleObject(p[i], 60000), WAIT_OBJECT_0);
		CHECK(GetExitCodeProcess(p[i], &code) && code == 9);
		CloseHandle(p[i]);
	}
}

/* What profilers and hooking libraries do to stop all other threads. */
static void listed(void)
{
	THREADENTRY32 e = { .dwSize = sizeof e };
	PROCESSENTRY32 pe = { .dwSize = sizeof pe };
	DWORD id = 0, me = GetCurrentThreadId(), mine = 0, seen = 0;
	HANDLE s, th, other;
	BOOL found = FALSE;

	go = CreateEventW(NULL, TRUE, FALSE, NULL);
	other = CreateThread(NULL, 0, waits, NULL, 0, &id);
	s = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD | TH32CS_SNAPPROCESS, 0);
	CHECK(s != INVALID_HANDLE_VALUE);
	for (BOOL ok = Thread32First(s, &e); ok; ok = Thread32Next(s, &e)) {
		if (e.th32OwnerProcessID != GetCurrentProcessId())
			continue;
		mine++;
		seen |= e.th32ThreadID == me ? 1 : e.th32ThreadID == id ? 2 : 0;
		if (e.th32ThreadID == me)
			continue;
		th = OpenThread(THREAD_SUSPEND_RESUME, FALSE, e.th32ThreadID);
		CHECK(th != NULL, "%lu", GetLastError());
		CHECK(SuspendThread(th) != (DWORD)-1);
		CHECK(ResumeThread(th) != (DWORD)-1);
		CloseHandle(th);
	}
	CHECK_EQ(seen, 3);
	CHECK(mine >= 2);
	for (BOOL ok = Process32First(s, &pe); ok; ok = Process32Next(s, &pe))
		if (pe.th32ProcessID == GetCurrentProcessId()) {
			found = TRUE;
			CHECK(!_stricmp(pe.szExeFile, "crowd.exe"), "%s",
			      pe.szExeFile);
			CHECK_EQ(pe.cntThreads, mine);
		}
	CHECK(found);
	CloseHandle(s);
	SetEvent(go);
	CHECK_EQ(WaitForSingleObject(other, 60000), WAIT_OBJECT_0);
	CloseHandle(other);
	CloseHandle(go);
}

int main(int argc, char **argv)
{
	char self[MAX_PATH];

	if (argc > 2) {
		ReleaseSemaphore((HANDLE)(ULONG_PTR)strtoul(argv[1], NULL, 10),
				 1, NULL);
		WaitForSingleObject(
			(HANDLE)(ULONG_PTR)strtoul(argv[2], NULL, 10), 60000);
		return 9;
	}
	GetModuleFileNameA(NULL, self, sizeof self);
	listed();
	threads();
	processes(self);
	return check_done();
}
