/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests semaphores: counts, limits, many takers. */
#include <windows.h>

#include "check.h"

static HANDLE s;
static volatile LONG taken;

static DWORD WINAPI taker(void *arg)
{
	(void)arg;
	while (WaitForSingleObject(s, 2000) == WAIT_OBJECT_0)
		if (InterlockedIncrement(&taken) >= 300)
			ReleaseSemaphore(s, 1, NULL); /* pass the end on */
		else
			continue;
	return 0;
}

int main(void)
{
	HANDLE th[3];
	LONG old = -1;

	CHECK(!CreateSemaphoreW(NULL, 2, 1, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	s = CreateSemaphoreW(NULL, 1, 3, NULL);
	CHECK(ReleaseSemaphore(s, 2, &old));
	CHECK_EQ(old, 1);
	CHECK(!ReleaseSemaphore(s, 1, &old));
	CHECK_EQ(GetLastError(), ERROR_TOO_MANY_POSTS);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(WaitForSingleObject(s, 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(s, 0), WAIT_TIMEOUT);
	CloseHandle(s);

	s = CreateSemaphoreW(NULL, 0, 1000, NULL);
	for (int i = 0; i < 3; i++)
		th[i] = CreateThread(NULL, 0, taker, NULL, 0, NULL);
	for (int i = 0; i < 299; i++)
		ReleaseSemaphore(s, 1, NULL);
	while (taken < 299)
		Sleep(1);
	CHECK_EQ(taken, 299);
	for (int i = 0; i < 3; i++)
		TerminateThread(th[i], 0);
	CHECK_EQ(WaitForMultipleObjects(3, th, TRUE, 60000), WAIT_OBJECT_0);
	return check_done();
}
