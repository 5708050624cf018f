/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * time.c - winmm's clock and its resolution.
 *
 * The host's timers are as fine as they get, so a period asked for is noted
 * (programs count their begins and ends) and changes little.
 */
#include "nt.h"
#include <mmsystem.h>

enum { PERIOD_MIN = 1, PERIOD_MAX = 1000000, UNITS_PER_MS = 10000 };

static LONG begun[256]; /* how often each period was begun and not ended */

MMRESULT WINAPI timeBeginPeriod(UINT period)
{
	ULONG now;

	if (period < PERIOD_MIN || period > PERIOD_MAX)
		return TIMERR_NOCANDO;
	if (period < ARRAYSIZE(begun))
		InterlockedIncrement(&begun[period]);
	NtSetTimerResolution(period < 16 ? period * UNITS_PER_MS : 156250,
			     TRUE, &now);
	return TIMERR_NOERROR;
}

MMRESULT WINAPI timeEndPeriod(UINT period)
{
	ULONG now;

	if (period < PERIOD_MIN || period > PERIOD_MAX)
		return TIMERR_NOCANDO;
	if (period < ARRAYSIZE(begun) &&
	    InterlockedDecrement(&begun[period]) < 0) {
		InterlockedIncrement(&begun[period]);
		return TIMERR_NOCANDO;
	}
	NtSetTimerResolution(0, FALSE, &now);
	return TIMERR_NOERROR;
}

MMRESULT WINAPI timeGetDevCaps(LPTIMECAPS caps, UINT size)
{
	if (!caps || size < sizeof *caps)
		return TIMERR_NOCANDO;
	caps->wPeriodMin = PERIOD_MIN;
	caps->wPeriodMax = PERIOD_MAX;
	return TIMERR_NOERROR;
}

DWORD WINAPI timeGetTime(void)
{
	return GetTickCount();
}

MMRESULT WINAPI timeGetSystemTime(LPMMTIME time, UINT size)
{
	if (!time || size < sizeof *time)
		return TIMERR_NOCANDO;
	time->wType = TIME_MS;
	time->u.ms = timeGetTime();
	return TIMERR_NOERROR;
}
