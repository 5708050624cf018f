/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads, TLS and FLS, fibers, processors. */
#define _WIN32_WINNT 0x0a00
#include <windows.h>
#include <winternl.h>

#include <string.h>

#include "check.h"

/* mingw-w64's import libraries lack these. */
static HRESULT(WINAPI *set_description)(HANDLE, PCWSTR);
static HRESULT(WINAPI *get_description)(HANDLE, PWSTR *);

static DWORD WINAPI give_id(void *arg)
{
	*(DWORD *)arg = GetCurrentThreadId();
	return 42;
}

static void basics(void)
{
	DWORD id = 0, seen = 0, code = 0;
	FILETIME a, b, c, d;
	ULONG_PTR low, high;
	WCHAR *text = NULL;
	ULONG size = 0;
	HANDLE t = CreateThread(NULL, 0x10000, give_id, &seen, CREATE_SUSPENDED,
				&id);

	CHECK(t != NULL);
	CHECK_EQ(GetThreadId(t), id);
	CHECK_EQ(GetProcessIdOfThread(t), GetCurrentProcessId());
	CHECK_EQ(WaitForSingleObject(t, 10), WAIT_TIMEOUT);
	CHECK_EQ(SuspendThread(t), 1);
	CHECK_EQ(ResumeThread(t), 2);
	CHECK_EQ(ResumeThread(t), 1);
	CHECK_EQ(WaitForSingleObject(t, 60000), WAIT_OBJECT_0);
	CHECK_EQ(seen, id);
	CHECK(GetExitCodeThread(t, &code));
	CHECK_EQ(code, 42);
	CHECK(GetThreadTimes(t, &a, &b, &c, &d));
	CHECK(CompareFileTime(&a, &b) <= 0);
	CloseHandle(t);
	CHECK_EQ(GetThreadId(t), 0);
	CHECK_EQ(GetThreadPriority(GetCurrentThread()), THREAD_PRIORITY_NORMAL);
	CHECK(SetThreadPriority(GetCurrentThread(),
				THREAD_PRIORITY_BELOW_NORMAL));
	CHECK_EQ(GetThreadPriority(GetCurrentThread()),
		 THREAD_PRIORITY_BELOW_NORMAL);
	SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_NORMAL);
	CHECK(SetThreadPriority(GetCurrentThread(),
				THREAD_MODE_BACKGROUND_BEGIN));
	CHECK(!SetThreadPriority(GetCurrentThread(),
				 THREAD_MODE_BACKGROUND_BEGIN));
	CHECK_EQ(GetLastError(), 400);
	CHECK(SetThreadPriority(GetCurrentThread(),
				THREAD_MODE_BACKGROUND_END));
	CHECK(!SetThreadPriority(GetCurrentThread(), 99));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	GetCurrentThreadStackLimits(&low, &high);
	CHECK((ULONG_PTR)&low > low && (ULONG_PTR)&low < high);
	CHECK(SetThreadStackGuarantee(&size));
	size = 0x4000;
	CHECK(SetThreadStackGuarantee(&size));
	size = 0;
	CHECK(SetThreadStackGuarantee(&size));
	CHECK_EQ(size, 0x4000);
	set_description = (void *)GetProcAddress(GetModuleHandleA("kernel32"),
						 "SetThreadDescription");
	get_description = (void *)GetProcAddress(GetModuleHandleA("kernel32"),
						 "GetThreadDescription");
	CHECK(set_description && get_description);
	CHECK_EQ(set_description(GetCurrentThread(), L"main \x20ac"), S_OK);
	CHECK_EQ(get_description(GetCurrentThread(), &text), S_OK);
	CHECK(text && !wcscmp(text, L"main \x20ac"));
	LocalFree(text);
	CHECK(!OpenThread(THREAD_ALL_ACCESS, FALSE, 0xfffffff0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
#ifdef _WIN64
	{
		/* One whose low half is a thread's. */
		typedef NTSTATUS NTAPI open_thread(HANDLE *, ACCESS_MASK,
						   OBJECT_ATTRIBUTES *,
						   CLIENT_ID *);
		OBJECT_ATTRIBUTES oa = { sizeof oa, NULL, NULL, 0, NULL, NULL };
		CLIENT_ID id = { NULL, (HANDLE)(ULONG_PTR)
						(GetCurrentThreadId() |
						 1ull << 32) };
		open_thread *open = (open_thread *)(void *)GetProcAddress(
			GetModuleHandleA("ntdll.dll"), "NtOpenThread");
		HANDLE h = NULL;

		CHECK_EQ((DWORD)open(&h, THREAD_QUERY_INFORMATION, &oa, &id),
			 0xc000000b /* STATUS_INVALID_CID */);
	}
#endif
}

static DWORD tls[1100];
static DWORD fls;
static int freed;

static void WINAPI on_free(void *value)
{
	freed += value == &freed;
}

static DWORD WINAPI look(void *arg)
{
	CHECK(TlsGetValue(tls[0]) == NULL);
	CHECK_EQ(GetLastError(), ERROR_SUCCESS);
	CHECK(TlsSetValue(tls[1000], arg));
	CHECK(TlsGetValue(tls[1000]) == arg);
	CHECK(FlsSetValue(fls, &freed));
	return 0;
}

static void slots(void)
{
	HANDLE t;
	int n;

	for (n = 0; n < 1100; n++) {
		tls[n] = TlsAlloc();
		if (tls[n] == TLS_OUT_OF_INDEXES)
			break;
	}
	CHECK(n > 1001, "%d", n);
	CHECK(TlsSetValue(tls[0], &t));
	CHECK(TlsSetValue(tls[1000], &n));
	fls = FlsAlloc(on_free);
	CHECK(fls != FLS_OUT_OF_INDEXES);
	t = CreateThread(NULL, 0, look, &tls, 0, NULL);
	WaitForSingleObject(t, INFINITE);
	CloseHandle(t);
	CHECK(TlsGetValue(tls[0]) == &t);
	CHECK(TlsGetValue(tls[1000]) == &n);
	CHECK_EQ(freed, 1);
	CHECK(FlsSetValue(fls, &freed));
	CHECK(FlsGetValue(fls) == &freed);
	CHECK(FlsFree(fls));
	CHECK_EQ(freed, 2);
	CHECK(TlsFree(tls[0]));
	CHECK(!TlsFree(tls[0]));
	/* A slot given out again is empty. */
	tls[0] = TlsAlloc();
	CHECK(TlsGetValue(tls[0]) == NULL);
	while (n-- > 0)
		TlsFree(tls[n]);
	SetLastError(0);
	CHECK(TlsGetValue(0x7fffffff) == NULL);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void *main_fiber, *fibers[2];
static char trail[32];

static void WINAPI fiber(void *arg)
{
	volatile double keep = 1.5;
	int i;

	for (i = 0; i < 3; i++) {
		size_t n = strlen(trail);

		trail[n] = (char)(ULONG_PTR)arg;
		CHECK(GetFiberData() == arg);
		CHECK(keep == 1.5 + i);
		keep += 1;
		SwitchToFiber(arg == (void *)'a' ? fibers[1] : fibers[0]);
	}
	SwitchToFiber(main_fiber);
}

static void switching(void)
{
	CHECK(!IsThreadAFiber());
	main_fiber = ConvertThreadToFiber((void *)7);
	CHECK(main_fiber && IsThreadAFiber());
	CHECK(GetCurrentFiber() == main_fiber);
	CHECK(GetFiberData() == (void *)7);
	CHECK(!ConvertThreadToFiber(NULL));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_FIBER);
	fibers[0] = CreateFiber(0, fiber, (void *)'a');
	fibers[1] = CreateFiberEx(0x1000, 0x20000, FIBER_FLAG_FLOAT_SWITCH,
				  fiber, (void *)'b');
	SwitchToFiber(fibers[0]);
	CHECK(!strcmp(trail, "ababab"), "%s", trail);
	CHECK(GetFiberData() == (void *)7);
	DeleteFiber(fibers[0]);
	DeleteFiber(fibers[1]);
	CHECK(ConvertFiberToThread());
	CHECK(!IsThreadAFiber());
}

static void processors(void)
{
	DWORD_PTR mine, all, old;
	SYSTEM_INFO info;
	DWORD size = 0;
	ULONG node = 99;
	ULONGLONG mask = 0;
	USHORT group_count = 4, groups[4];

	GetSystemInfo(&info);
	CHECK(info.dwNumberOfProcessors >= 1);
	CHECK_EQ(info.dwPageSize, 4096);
	CHECK_EQ(info.dwAllocationGranularity, 65536);
	CHECK(GetProcessAffinityMask(GetCurrentProcess(), &mine, &all));
	old = SetThreadAffinityMask(GetCurrentThread(), mine & -mine);
	CHECK_EQ(old, mine);
	CHECK_EQ(SetThreadAffinityMask(GetCurrentThread(), mine), mine & -mine);
	CHECK(GetCurrentProcessorNumber() < info.dwNumberOfProcessors);
	CHECK(!GetLogicalProcessorInformation(NULL, &size));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK(size >= sizeof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION));
	size = 0;
	CHECK(!GetLogicalProcessorInformationEx(RelationAll, NULL, &size));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK(GetActiveProcessorCount(ALL_PROCESSOR_GROUPS) >= 1);
	CHECK(GetActiveProcessorGroupCount() >= 1);
	CHECK(GetProcessGroupAffinity(GetCurrentProcess(), &group_count,
				      groups));
	CHECK(group_count >= 1);
	CHECK(GetNumaHighestNodeNumber(&node));
	CHECK(GetNumaNodeProcessorMask(0, &mask));
	CHECK(mask != 0);
}

int main(void)
{
	basics();
	slots();
	switching();
	processors();
	return check_done();
}
