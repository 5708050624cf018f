/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Priorities beside the processor's: of I/O, of memory, boosts and ideal
 * processors are told as they were set, background mode lowers them and ends;
 * what nobody may set is refused; whether I/O is pending; nobody locks a
 * volume.
 */
// link: -lntdll
#include <windows.h>
#include <winioctl.h>
#include <winternl.h>

#include <string.h>

#include "check.h"

enum { IS_IO_PENDING = 16, THREAD_IO = 22, THREAD_PAGE = 24, THREAD_BASE = 25 };
/* ERROR_THREAD_MODE_ALREADY_BACKGROUND, and so on. */
enum { ALREADY = 400, NOT_IN, PROCESS_ALREADY, PROCESS_NOT_IN };
enum { BREAK = 29, PROCESS_IO = 33, PROCESS_PAGE = 39 };

NTSTATUS NTAPI NtSetInformationThread(HANDLE h, THREADINFOCLASS class,
				      PVOID info, ULONG len);
NTSTATUS NTAPI NtSetInformationProcess(HANDLE h, PROCESSINFOCLASS class,
				       PVOID info, ULONG len);

static ULONG of_thread(HANDLE h, ULONG class)
{
	ULONG v = 99;

	CHECK_EQ(NtQueryInformationThread(h, class, &v, sizeof v, NULL), 0);
	return v;
}

static NTSTATUS set_thread(HANDLE h, ULONG class, ULONG v)
{
	return NtSetInformationThread(h, class, &v, sizeof v);
}

static ULONG of_process(ULONG class)
{
	ULONG v = 99;

	CHECK_EQ(NtQueryInformationProcess(GetCurrentProcess(), class, &v,
					   sizeof v, NULL),
		 0);
	return v;
}

static NTSTATUS set_process(ULONG class, ULONG v)
{
	return NtSetInformationProcess(GetCurrentProcess(), class, &v,
				       sizeof v);
}

static DWORD WINAPI asleep(void *event)
{
	return WaitForSingleObject(event, INFINITE);
}

static void threads(HANDLE th)
{
	HANDLE self = GetCurrentThread();

	CHECK_EQ(of_thread(th, THREAD_IO), 2);
	CHECK_EQ(of_thread(th, THREAD_PAGE), 5);
	CHECK_EQ(set_thread(th, THREAD_IO, 1), 0);
	CHECK_EQ(set_thread(th, THREAD_PAGE, 2), 0);
	CHECK_EQ(of_thread(th, THREAD_IO), 1);
	CHECK_EQ(of_thread(th, THREAD_PAGE), 2);
	CHECK_EQ(of_thread(self, THREAD_IO), 2);
	CHECK_EQ(of_thread(self, THREAD_PAGE), 5);
	CHECK_EQ(set_thread(th, THREAD_IO, 5), (LONG)STATUS_INVALID_PARAMETER);
	CHECK_EQ(set_thread(th, THREAD_PAGE, 8),
		 (LONG)STATUS_INVALID_PARAMETER);
	CHECK_EQ(of_thread(th, THREAD_IO), 1);
	CHECK_EQ(set_thread(th, THREAD_IO, 2), 0);
	CHECK_EQ(of_thread(th, THREAD_IO), 2);

	CHECK(SetThreadPriority(self, THREAD_MODE_BACKGROUND_BEGIN));
	CHECK_EQ(of_thread(self, THREAD_IO), 0);
	CHECK_EQ(of_thread(self, THREAD_PAGE), 1);
	CHECK(!SetThreadPriority(self, THREAD_MODE_BACKGROUND_BEGIN));
	CHECK_EQ(GetLastError(), ALREADY);
	CHECK(SetThreadPriority(self, THREAD_MODE_BACKGROUND_END));
	CHECK_EQ(of_thread(self, THREAD_IO), 2);
	CHECK(!SetThreadPriority(self, THREAD_MODE_BACKGROUND_END));
	CHECK_EQ(GetLastError(), NOT_IN);
}

static void processes(HANDLE th)
{
	HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), later;
	BOOL disabled = 9;

	CHECK(GetProcessPriorityBoost(GetCurrentProcess(), &disabled));
	CHECK_EQ(disabled, FALSE);
	CHECK(SetProcessPriorityBoost(GetCurrentProcess(), TRUE));
	CHECK(GetProcessPriorityBoost(GetCurrentProcess(), &disabled));
	CHECK_EQ(disabled, TRUE);
	CHECK(GetThreadPriorityBoost(th, &disabled));
	CHECK_EQ(disabled, TRUE);
	/* And of those to come. */
	later = CreateThread(NULL, 0, asleep, event, 0, NULL);
	CHECK(GetThreadPriorityBoost(later, &disabled));
	CHECK_EQ(disabled, TRUE);
	CHECK(SetProcessPriorityBoost(GetCurrentProcess(), FALSE));
	CHECK(GetThreadPriorityBoost(th, &disabled));
	CHECK_EQ(disabled, FALSE);

	CHECK_EQ(of_process(PROCESS_IO), 2);
	CHECK_EQ(set_process(PROCESS_IO, 5), (LONG)STATUS_INVALID_PARAMETER);
	CHECK(SetPriorityClass(GetCurrentProcess(),
			       PROCESS_MODE_BACKGROUND_BEGIN));
	CHECK_EQ(of_process(PROCESS_IO), 0);
	CHECK_EQ(of_process(PROCESS_PAGE), 1);
	CHECK(!SetPriorityClass(GetCurrentProcess(),
				PROCESS_MODE_BACKGROUND_BEGIN));
	CHECK_EQ(GetLastError(), PROCESS_ALREADY);
	CHECK(SetPriorityClass(GetCurrentProcess(),
			       PROCESS_MODE_BACKGROUND_END));
	CHECK_EQ(of_process(PROCESS_IO), 2);
	CHECK_EQ(of_process(PROCESS_PAGE), 5);
	CHECK_EQ(GetPriorityClass(GetCurrentProcess()), NORMAL_PRIORITY_CLASS);
	CHECK(!SetPriorityClass(GetCurrentProcess(),
				PROCESS_MODE_BACKGROUND_END));
	CHECK_EQ(GetLastError(), PROCESS_NOT_IN);
	CHECK_EQ(of_process(BREAK), 0);
	SetEvent(event);
	CHECK_EQ(WaitForSingleObject(later, INFINITE), WAIT_OBJECT_0);
	CloseHandle(later);
	CloseHandle(event);
}

static void ideal(HANDLE th)
{
	SYSTEM_INFO si;
	PROCESSOR_NUMBER n, before;
	DWORD last;

	GetSystemInfo(&si);
	last = si.dwNumberOfProcessors - 1;
	CHECK(SetThreadIdealProcessor(th, last) != (DWORD)-1);
	CHECK_EQ(SetThreadIdealProcessor(th, MAXIMUM_PROCESSORS), last);
	CHECK(GetThreadIdealProcessorEx(th, &n));
	CHECK_EQ(n.Group, 0);
	CHECK_EQ(n.Number, last);
	CHECK_EQ(SetThreadIdealProcessor(th, 65), (DWORD)-1);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	n.Number = 0;
	CHECK(SetThreadIdealProcessorEx(th, &n, &before));
	CHECK_EQ(before.Number, last);
	CHECK(GetThreadIdealProcessorEx(th, &n));
	CHECK_EQ(n.Number, 0);
	n.Group = 1;
	CHECK(!SetThreadIdealProcessorEx(th, &n, NULL));
}

static void pending(void)
{
	HANDLE s = CreateNamedPipeA("\\\\.\\pipe\\rf-priority-hints",
				    PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
				    0, PIPE_UNLIMITED_INSTANCES, 0, 0, 0, NULL);
	OVERLAPPED o = { 0 };
	DWORD n;

	CHECK_EQ(of_thread(GetCurrentThread(), IS_IO_PENDING), 0);
	CHECK(!ConnectNamedPipe(s, &o));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK_EQ(of_thread(GetCurrentThread(), IS_IO_PENDING), 1);
	CHECK(CancelIoEx(s, &o));
	CHECK(!GetOverlappedResult(s, &o, &n, TRUE));
	CHECK_EQ(of_thread(GetCurrentThread(), IS_IO_PENDING), 0);
	CloseHandle(s);
}

/* There are always files open on the one that this runs from. */
static void volumes(void)
{
	char path[MAX_PATH], name[] = "\\\\.\\?:";
	HANDLE h;
	DWORD n;

	GetModuleFileNameA(NULL, path, sizeof path);
	name[4] = *path;
	h = CreateFileA(name, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
			OPEN_EXISTING, 0, NULL);
	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	CHECK(!DeviceIoControl(h, FSCTL_LOCK_VOLUME, NULL, 0, NULL, 0, &n,
			       NULL));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!DeviceIoControl(h, FSCTL_UNLOCK_VOLUME, NULL, 0, NULL, 0, &n,
			       NULL));
	CloseHandle(h);
}

/* ---- of handles ---------------------------------------------------------- */

enum { FILE_IO = 43 };

static ULONG of_file(HANDLE h)
{
	IO_STATUS_BLOCK io;
	ULONG v = 99;

	CHECK_EQ(NtQueryInformationFile(h, &io, &v, sizeof v,
					(FILE_INFORMATION_CLASS)FILE_IO),
		 0);
	return v;
}

static NTSTATUS set_file(HANDLE h, ULONG v)
{
	IO_STATUS_BLOCK io;

	return NtSetInformationFile(h, &io, &v, sizeof v,
				    (FILE_INFORMATION_CLASS)FILE_IO);
}

static void moves(HANDLE h, BYTE c)
{
	OVERLAPPED o = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) };
	static BYTE out[100000], in[sizeof out];
	DWORD n = 0;

	memset(out, c, sizeof out);
	CHECK(WriteFile(h, out, sizeof out, NULL, &o) ||
	      GetLastError() == ERROR_IO_PENDING);
	CHECK(GetOverlappedResult(h, &o, &n, TRUE));
	CHECK_EQ(n, sizeof out);
	CHECK(ReadFile(h, in, sizeof in, NULL, &o) ||
	      GetLastError() == ERROR_IO_PENDING);
	CHECK(GetOverlappedResult(h, &o, &n, TRUE));
	CHECK(n == sizeof in && !memcmp(in, out, sizeof in));
	CHECK(FlushFileBuffers(h));
	CloseHandle(o.hEvent);
}

/* What was said of a handle is told of it, and what it does is done. */
static void handles(void)
{
	static const DWORD kinds[] = { 0, FILE_FLAG_OVERLAPPED,
				       FILE_FLAG_WRITE_THROUGH |
					       FILE_FLAG_OVERLAPPED };
	static char name[MAX_PATH];

	GetTempPathA(sizeof name - 32, name);
	sprintf(name + strlen(name), "rf-hints-%lu", GetCurrentProcessId());
	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		FILE_IO_PRIORITY_HINT_INFO hint = { IoPriorityHintLow };
		HANDLE h = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 7,
				       NULL, CREATE_ALWAYS, kinds[i], NULL);
		HANDLE other = CreateFileA(name, GENERIC_READ, 7, NULL,
					   OPEN_EXISTING, 0, NULL),
		       same = NULL;

		CHECK_EQ(of_file(h), IoPriorityHintNormal);
		CHECK(SetFileInformationByHandle(h, FileIoPriorityHintInfo,
						 &hint, sizeof hint));
		CHECK_EQ(of_file(h), IoPriorityHintLow);
		CHECK_EQ(of_file(other), IoPriorityHintNormal);
		moves(h, 'l');
		CHECK(DuplicateHandle(GetCurrentProcess(), h,
				      GetCurrentProcess(), &same, 0, FALSE,
				      DUPLICATE_SAME_ACCESS));
		CHECK_EQ(set_file(same, IoPriorityHintVeryLow), 0);
		CHECK_EQ(of_file(h), IoPriorityHintVeryLow);
		moves(h, 'v');
		/* Whatever the thread's is, and that stays as it is. */
		CHECK_EQ(set_file(h, IoPriorityHintNormal), 0);
		CHECK_EQ(set_thread(GetCurrentThread(), THREAD_IO, 0), 0);
		moves(h, 'n');
		CHECK_EQ(of_file(h), IoPriorityHintNormal);
		CHECK_EQ(of_thread(GetCurrentThread(), THREAD_IO), 0);
		CHECK_EQ(set_thread(GetCurrentThread(), THREAD_IO, 2), 0);
		hint.PriorityHint = MaximumIoPriorityHintType;
		CHECK(!SetFileInformationByHandle(h, FileIoPriorityHintInfo,
						  &hint, sizeof hint));
		CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
		CHECK_EQ(set_file(h, 77), (LONG)STATUS_INVALID_PARAMETER);
		CHECK_EQ(of_file(h), IoPriorityHintNormal);
		CloseHandle(same);
		CloseHandle(other);
		CloseHandle(h);
	}
	CHECK(DeleteFileA(name));
}

int main(void)
{
	HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL),
	       th = CreateThread(NULL, 0, asleep, event, 0, NULL);

	threads(th);
	processes(th);
	ideal(th);
	pending();
	volumes();
	handles();
	SetEvent(event);
	CHECK_EQ(WaitForSingleObject(th, INFINITE), WAIT_OBJECT_0);
	return check_done();
}
