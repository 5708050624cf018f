/*
 * Threads that make short calls all the time are suspended, looked at, and
 * resumed: nothing is lost, and what a suspended thread does stands still.
 */
#include <windows.h>

#include "check.h"

enum { THREADS = 3, ROUNDS = 300 };

static volatile LONG count[THREADS], stop, wrong;

/* A file of this thread's, which goes with its handle. */
static HANDLE file_of(int i)
{
	char name[32];
	DWORD n;
	HANDLE h;

	snprintf(name, sizeof name, "storm-%d.tmp", i);
	h = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	WriteFile(h, "0123456789", 10, &n, NULL);
	return h;
}

static BOOL reads_right(HANDLE h, DWORD at)
{
	OVERLAPPED o = { .Offset = at };
	char buf[2] = "";
	DWORD n = 0;

	return ReadFile(h, buf, 2, &n, &o) && n == 2 &&
	       buf[0] == (char)('0' + at) && buf[1] == (char)('1' + at);
}

static DWORD WINAPI busy(void *arg)
{
	int i = (int)(INT_PTR)arg;
	HANDLE f = file_of(i);
	HANDLE e = CreateEventA(NULL, FALSE, FALSE, NULL);
	HANDLE s = CreateSemaphoreA(NULL, 0, 5, NULL);
	LARGE_INTEGER before, now;

	QueryPerformanceCounter(&before);
	while (!stop) {
		/* Each has one right answer, whatever interrupts it. */
		if (!SetEvent(e) || WaitForSingleObject(e, 0) ||
		    WaitForSingleObject(e, 0) != WAIT_TIMEOUT ||
		    !ReleaseSemaphore(s, 2, NULL) ||
		    WaitForSingleObject(s, 0) || WaitForSingleObject(s, 0) ||
		    WaitForSingleObject(s, 0) != WAIT_TIMEOUT ||
		    !reads_right(f, (DWORD)count[i] % 9) || !ResetEvent(e) || !QueryPerformanceCounter(&now) ||
		    now.QuadPart < before.QuadPart)
			InterlockedIncrement(&wrong);
		before = now;
		InterlockedIncrement(&count[i]);
	}
	CloseHandle(e);
	CloseHandle(s);
	CloseHandle(f);
	return 7;
}

int main(void)
{
	HANDLE th[THREADS];
	DWORD code;

	for (int i = 0; i < THREADS; i++)
		th[i] = CreateThread(NULL, 0, busy, (void *)(INT_PTR)i, 0,
				     NULL);
	for (int r = 0; r < ROUNDS; r++) {
		int i = r % THREADS;
		CONTEXT c = { .ContextFlags = CONTEXT_FULL };
		LONG before;

		CHECK_EQ(SuspendThread(th[i]), 0);
		before = count[i];
		CHECK(GetThreadContext(th[i], &c));
		/* Set as they were, all go on as they would have. */
		if (r % 4 == 0)
			CHECK(SetThreadContext(th[i], &c));
		if (r % 8 == 0)
			SwitchToThread();
		CHECK_EQ(count[i], before);
		CHECK_EQ(ResumeThread(th[i]), 1);
	}
	stop = 1;
	CHECK_EQ(WaitForMultipleObjects(THREADS, th, TRUE, 60000), 0);
	for (int i = 0; i < THREADS; i++) {
		CHECK(GetExitCodeThread(th[i], &code));
		CHECK_EQ(code, 7);
		CHECK(count[i] > 0);
	}
	CHECK_EQ(wrong, 0);
	return check_done();
}
