/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * close-race.c - handles are closed while other threads use them, which is the
 * program's fault but must hurt nobody else: each use finds the object or an
 * invalid handle, and in the end nothing is left of any.
 */
#include "check.h"

#include <windows.h>

enum { USERS = 3, ROUNDS = 20000 };

static HANDLE volatile current;
static LONG volatile over, used, odd;

static void note(BOOL ok)
{
	if (ok)
		InterlockedIncrement(&used);
	else if (GetLastError() != ERROR_INVALID_HANDLE)
		InterlockedIncrement(&odd);
}

static DWORD WINAPI use(void *arg)
{
	HANDLE copy, h;
	SECURITY_DESCRIPTOR sd;

	InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
	SetSecurityDescriptorDacl(&sd, TRUE, NULL, FALSE);
	while (!over) {
		h = current;
		switch ((INT_PTR)arg) {
		case 0:
			note(SetEvent(h));
			note(WaitForSingleObject(h, 0) != WAIT_FAILED);
			break;
		case 1:
			if (DuplicateHandle(GetCurrentProcess(), h,
					    GetCurrentProcess(), &copy, 0, FALSE,
					    DUPLICATE_SAME_ACCESS)) {
				note(TRUE);
				SetEvent(copy);
				if (!CloseHandle(copy))
					InterlockedIncrement(&odd);
			} else {
				note(FALSE);
			}
			break;
		default:
			note(SetKernelObjectSecurity(
				h, DACL_SECURITY_INFORMATION, &sd));
		}
	}
	return 0;
}

int main(void)
{
	DWORD before = 0, after = 1;
	HANDLE th[USERS], none;

	none = CreateEventW(NULL, FALSE, FALSE, NULL);
	CHECK(GetProcessHandleCount(GetCurrentProcess(), &before));
	current = none;
	for (INT_PTR i = 0; i < USERS; i++)
		th[i] = CreateThread(NULL, 0, use, (void *)i, 0, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		HANDLE h = CreateEventW(NULL, i & 1, i & 2, NULL);

		CHECK(h != NULL);
		current = h;
		if (i % 64 == 0)
			Sleep(0);
		CHECK(CloseHandle(h));
	}
	current = none;
	over = 1;
	CHECK_EQ(WaitForMultipleObjects(USERS, th, TRUE, 60000), 0);
	CHECK_EQ(odd, 0);
	CHECK(used > 0);
	for (int i = 0; i < USERS; i++)
		CloseHandle(th[i]);
	CHECK(GetProcessHandleCount(GetCurrentProcess(), &after));
	CHECK_EQ(after, before);
	return check_done();
}
