/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Versions, processor features, names, jobs, the thread pool. */
#define _WIN32_WINNT 0x0a00
#include <windows.h>

#include <string.h>

#include "check.h"

static void versions(void)
{
	OSVERSIONINFOEXW v = { .dwOSVersionInfoSize = sizeof v };
	OSVERSIONINFOEXW want = { .dwOSVersionInfoSize = sizeof want };
	ULONGLONG mask = 0;
	DWORD type = 0;

	/* No manifest: Windows 8, whatever this is. */
	CHECK(GetVersionExW((OSVERSIONINFOW *)&v));
	CHECK_EQ(v.dwMajorVersion, 6);
	CHECK_EQ(v.dwMinorVersion, 2);
	CHECK_EQ(v.dwBuildNumber, 9200);
	CHECK_EQ(GetVersion() & 0xffff, 0x0206);
	v.dwOSVersionInfoSize = 3;
	CHECK(!GetVersionExW((OSVERSIONINFOW *)&v));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	mask = VerSetConditionMask(mask, VER_MAJORVERSION, VER_GREATER_EQUAL);
	mask = VerSetConditionMask(mask, VER_MINORVERSION, VER_GREATER_EQUAL);
	want.dwMajorVersion = 6;
	want.dwMinorVersion = 1;
	CHECK(VerifyVersionInfoW(&want, VER_MAJORVERSION | VER_MINORVERSION,
				 mask));
	want.dwMajorVersion = 5;
	want.dwMinorVersion = 9;
	CHECK(VerifyVersionInfoW(&want, VER_MAJORVERSION | VER_MINORVERSION,
				 mask));
	want.dwMajorVersion = 11;
	want.dwMinorVersion = 0;
	CHECK(!VerifyVersionInfoW(&want, VER_MAJORVERSION | VER_MINORVERSION,
				  mask));
	CHECK_EQ(GetLastError(), ERROR_OLD_WIN_VERSION);
	CHECK(GetProductInfo(6, 0, 0, 0, &type));
	CHECK(type != 0);
}

static void machine(void)
{
	WCHAR name[256];
	DWORD n = 256;
	SYSTEM_POWER_STATUS p;
	USHORT m = 1, native = 1;
	BOOL wow = 2;

	CHECK(IsProcessorFeaturePresent(PF_COMPARE_EXCHANGE_DOUBLE));
	CHECK(IsProcessorFeaturePresent(PF_XMMI64_INSTRUCTIONS_AVAILABLE));
	CHECK(IsProcessorFeaturePresent(PF_FASTFAIL_AVAILABLE));
	CHECK(!IsProcessorFeaturePresent(PF_FLOATING_POINT_EMULATED));
	CHECK(!IsProcessorFeaturePresent(4711));
	CHECK(GetComputerNameW(name, &n));
	CHECK_EQ(n, wcslen(name));
	CHECK(n > 0);
	n = 0;
	CHECK(!GetComputerNameW(name, &n));
	CHECK_EQ(GetLastError(), ERROR_BUFFER_OVERFLOW);
	CHECK(n > 1);
	n = 256;
	CHECK(GetComputerNameExW(ComputerNameDnsHostname, name, &n));
	CHECK(GetSystemPowerStatus(&p));
	CHECK(IsWow64Process(GetCurrentProcess(), &wow));
	CHECK_EQ(wow, sizeof(void *) == 4);
	CHECK(IsWow64Process2(GetCurrentProcess(), &m, &native));
	CHECK_EQ(native, 0x8664);
	CHECK_EQ(MulDiv(7, 3, 2), 11);
	CHECK_EQ(MulDiv(-7, 3, 2), -11);
	CHECK_EQ(MulDiv(1, 1, 0), -1);
	CHECK_EQ(MulDiv(0x7fffffff, 2, 1), -1);
	CHECK(DecodePointer(EncodePointer(name)) == name);
}

static void jobs(void)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
	HANDLE j = CreateJobObjectW(NULL, NULL);
	BOOL in = 2;

	CHECK(j != NULL);
	limits.BasicLimitInformation.LimitFlags =
		JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
	CHECK(SetInformationJobObject(j, JobObjectExtendedLimitInformation,
				      &limits, sizeof limits));
	memset(&limits, 0, sizeof limits);
	CHECK(QueryInformationJobObject(j, JobObjectExtendedLimitInformation,
					&limits, sizeof limits, NULL));
	CHECK_EQ(limits.BasicLimitInformation.LimitFlags,
		 JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE);
	CHECK(IsProcessInJob(GetCurrentProcess(), j, &in));
	CHECK_EQ(in, FALSE);
	CloseHandle(j);
}

static volatile LONG runs, ticks, waits;
static HANDLE done;

static void CALLBACK on_work(PTP_CALLBACK_INSTANCE i, void *arg, PTP_WORK w)
{
	InterlockedIncrement(&runs);
}

static void CALLBACK on_tick(PTP_CALLBACK_INSTANCE i, void *arg, PTP_TIMER t)
{
	if (InterlockedIncrement(&ticks) == 3)
		SetEvent(done);
}

static void CALLBACK on_wait(PTP_CALLBACK_INSTANCE i, void *arg, PTP_WAIT w,
			     TP_WAIT_RESULT r)
{
	InterlockedExchange(&waits, r == WAIT_OBJECT_0 ? 1 : 2);
}

static DWORD CALLBACK on_item(void *arg)
{
	SetEvent(arg);
	return 0;
}

static void CALLBACK on_old(void *arg, BOOLEAN timeout)
{
	InterlockedExchange((LONG *)arg, timeout ? 2 : 1);
}

static void pool(void)
{
	ULARGE_INTEGER due = { .QuadPart = -(LONGLONG)50000 };
	FILETIME ft = { due.LowPart, due.HighPart };
	HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL), h = NULL, q, t;
	volatile LONG old = 0;
	PTP_WORK w = CreateThreadpoolWork(on_work, NULL, NULL);
	PTP_TIMER timer;
	PTP_WAIT wait;
	int i;

	done = CreateEventW(NULL, FALSE, FALSE, NULL);
	CHECK(w != NULL);
	if (!w)
		return;
	for (i = 0; i < 50; i++)
		SubmitThreadpoolWork(w);
	WaitForThreadpoolWorkCallbacks(w, FALSE);
	CHECK_EQ(runs, 50);
	CloseThreadpoolWork(w);

	timer = CreateThreadpoolTimer(on_tick, NULL, NULL);
	SetThreadpoolTimer(timer, &ft, 5, 0);
	CHECK_EQ(WaitForSingleObject(done, 60000), WAIT_OBJECT_0);
	SetThreadpoolTimer(timer, NULL, 0, 0);
	WaitForThreadpoolTimerCallbacks(timer, TRUE);
	CloseThreadpoolTimer(timer);

	wait = CreateThreadpoolWait(on_wait, NULL, NULL);
	SetThreadpoolWait(wait, e, NULL);
	SetEvent(e);
	for (i = 0; i < 6000 && !waits; i++)
		Sleep(10);
	CHECK_EQ(waits, 1);
	CloseThreadpoolWait(wait);

	CHECK(QueueUserWorkItem(on_item, done, WT_EXECUTEDEFAULT));
	CHECK_EQ(WaitForSingleObject(done, 60000), WAIT_OBJECT_0);

	CHECK(RegisterWaitForSingleObject(&h, e, on_old, (void *)&old, 20,
					  WT_EXECUTEONLYONCE));
	for (i = 0; i < 6000 && !old; i++)
		Sleep(10);
	CHECK_EQ(old, 2);
	CHECK(UnregisterWaitEx(h, INVALID_HANDLE_VALUE));
	old = 0;
	q = CreateTimerQueue();
	CHECK(CreateTimerQueueTimer(&t, q, on_old, (void *)&old, 10, 0, 0));
	for (i = 0; i < 6000 && !old; i++)
		Sleep(10);
	CHECK_EQ(old, 2);
	CHECK(DeleteTimerQueueTimer(q, t, INVALID_HANDLE_VALUE));
	CHECK(DeleteTimerQueueEx(q, INVALID_HANDLE_VALUE));
	CloseHandle(e);
	CloseHandle(done);
}

int main(void)
{
	versions();
	machine();
	jobs();
	pool();
	return check_done();
}
