/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wait.c - MsgWaitForMultipleObjects: objects, or messages. */
#include "hidden.h"

DWORD WINAPI MsgWaitForMultipleObjectsEx(DWORD n, const HANDLE *handles,
					 DWORD ms, DWORD mask, DWORD flags)
{
	HANDLE all[MAXIMUM_WAIT_OBJECTS];
	static const struct filter timers = { NULL, WM_TIMER, WM_TIMER };
	ULONGLONG end = GetTickCount64() + ms;
	struct queue *q = queue_mine();
	MSG msg;

	if (n >= MAXIMUM_WAIT_OBJECTS || !q) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return WAIT_FAILED;
	}
	for (DWORD i = 0; i < n; i++)
		all[i] = handles[i];
	all[n] = q->event;
	for (;;) {
		DWORD timer = queue_next_timer(q), left = ms, ret;
		BOOL ours;

		if (ms != INFINITE) {
			ULONGLONG now = GetTickCount64();

			left = end > now ? (DWORD)(end - now) : 0;
		}
		ours = (mask & QS_TIMER) && timer < left;
		ret = WaitForMultipleObjectsEx(
			n + 1, all, !!(flags & MWMO_WAITALL),
			ours ? timer : left, !!(flags & MWMO_ALERTABLE));
		if (ret != WAIT_TIMEOUT || !ours)
			return ret;
		if (queue_take(q, &msg, &timers, FALSE))
			return WAIT_OBJECT_0 + n;
	}
}

DWORD WINAPI MsgWaitForMultipleObjects(DWORD n, const HANDLE *handles, BOOL all,
				       DWORD ms, DWORD mask)
{
	return MsgWaitForMultipleObjectsEx(n, handles, ms, mask,
					   all ? MWMO_WAITALL : 0);
}

BOOL WINAPI WaitMessage(void)
{
	static const struct filter all = { NULL, 0, 0 };
	struct queue *q = queue_mine();
	MSG msg;

	if (!q)
		return FALSE;
	while (!queue_take(q, &msg, &all, FALSE))
		WaitForSingleObject(q->event, queue_next_timer(q));
	return TRUE;
}

DWORD WINAPI WaitForInputIdle(HANDLE process, DWORD ms)
{
	return WAIT_FAILED; /* a process without windows */
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
	if (reason == DLL_THREAD_DETACH) {
		windows_free_mine();
		queue_free_mine();
	}
	return TRUE;
}
