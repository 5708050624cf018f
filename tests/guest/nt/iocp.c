/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests completion ports: order, several at once, closing, many workers. */
#include <windows.h>

#include "check.h"

static HANDLE port;
static volatile LONG done;

static DWORD WINAPI work(void *arg)
{
	OVERLAPPED *o;
	ULONG_PTR key;
	DWORD n;

	(void)arg;
	while (GetQueuedCompletionStatus(port, &n, &key, &o, INFINITE) && key)
		InterlockedExchangeAdd(&done, (LONG)n);
	return 0;
}

int main(void)
{
	OVERLAPPED o, *got = NULL;
	OVERLAPPED_ENTRY entry[4];
	HANDLE th[4];
	ULONG_PTR key;
	ULONG many;
	DWORD n;

	port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	CHECK(port != NULL);
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, &got, 10));
	CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
	CHECK(got == NULL);
	CHECK(PostQueuedCompletionStatus(port, 11, 22, &o));
	CHECK(GetQueuedCompletionStatus(port, &n, &key, &got, 0));
	CHECK_EQ(n, 11);
	CHECK_EQ(key, 22);
	CHECK(got == &o);
	for (int i = 0; i < 6; i++)
		PostQueuedCompletionStatus(port, (DWORD)i, 1, NULL);
	CHECK(GetQueuedCompletionStatusEx(port, entry, 4, &many, INFINITE,
					  FALSE));
	CHECK_EQ(many, 4);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(entry[i].dwNumberOfBytesTransferred, i);
	CHECK(GetQueuedCompletionStatusEx(port, entry, 4, &many, 0, FALSE));
	CHECK_EQ(many, 2);
	CHECK(!GetQueuedCompletionStatusEx(port, entry, 4, &many, 0, FALSE));

	for (int i = 0; i < 4; i++)
		th[i] = CreateThread(NULL, 0, work, NULL, 0, NULL);
	for (int i = 0; i < 1000; i++)
		PostQueuedCompletionStatus(port, 1, 1, NULL);
	for (int i = 0; i < 4; i++)
		PostQueuedCompletionStatus(port, 0, 0, NULL);
	CHECK_EQ(WaitForMultipleObjects(4, th, TRUE, 60000), WAIT_OBJECT_0);
	CHECK_EQ(done, 1000);

	/* Those who wait on a port that is closed come back. */
	th[0] = CreateThread(NULL, 0, work, NULL, 0, NULL);
	Sleep(30);
	CloseHandle(port);
	CHECK_EQ(WaitForSingleObject(th[0], 60000), WAIT_OBJECT_0);
	return check_done();
}
