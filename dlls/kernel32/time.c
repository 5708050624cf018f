/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * time.c - clocks, and the forms a time comes in: FILETIME, SYSTEMTIME, DOS.
 *
 * Local time is time-zone.c's business.
 */
#include "kernel32-private.h"
#include "nt-thread.h"

/* ---- clocks ---- */

void WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME t)
{
	ULONGLONG now = RtlGetSystemTimePrecise();

	t->dwLowDateTime = (DWORD)now;
	t->dwHighDateTime = (DWORD)(now >> 32);
}

void WINAPI GetSystemTimeAsFileTime(LPFILETIME t)
{
	GetSystemTimePreciseAsFileTime(t);
}

void WINAPI GetSystemTime(LPSYSTEMTIME st)
{
	FILETIME t;

	GetSystemTimePreciseAsFileTime(&t);
	FileTimeToSystemTime(&t, st);
}

/* Milliseconds since the machine started. */
ULONGLONG WINAPI GetTickCount64(void)
{
	LARGE_INTEGER c;

	RtlQueryPerformanceCounter(&c); /* counts 100 ns */
	return (ULONGLONG)c.QuadPart / 10000;
}

DWORD WINAPI GetTickCount(void)
{
	return GetTickCount64();
}

/* In 100 ns; time asleep counts. */
VOID WINAPI QueryInterruptTime(PULONGLONG t)
{
	LARGE_INTEGER c;

	RtlQueryPerformanceCounter(&c); /* counts 100 ns */
	*t = (ULONGLONG)c.QuadPart;
}

VOID WINAPI QueryInterruptTimePrecise(PULONGLONG t)
{
	QueryInterruptTime(t);
}

VOID WINAPI QueryUnbiasedInterruptTimePrecise(PULONGLONG t)
{
	RtlQueryUnbiasedInterruptTime(t);
}

BOOL WINAPI QueryUnbiasedInterruptTime(PULONGLONG t)
{
	if (!t) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return RtlQueryUnbiasedInterruptTime(t);
}

/* Auxiliary counters are a device that PCs do not have. */
HRESULT WINAPI QueryAuxiliaryCounterFrequency(PULONGLONG f)
{
	return E_NOTIMPL;
}

HRESULT WINAPI ConvertAuxiliaryCounterToPerformanceCounter(ULONGLONG a,
							   PULONGLONG b,
							   PULONGLONG error)
{
	return E_NOTIMPL;
}

HRESULT WINAPI ConvertPerformanceCounterToAuxiliaryCounter(ULONGLONG a,
							   PULONGLONG b,
							   PULONGLONG error)
{
	return E_NOTIMPL;
}

BOOL WINAPI GetSystemTimeAdjustment(PDWORD adjustment, PDWORD increment,
				    PBOOL disabled)
{
	struct {
		ULONG adjustment, increment;
		BOOLEAN enable;
	} info;

	if (!rf_result(
		    NtQuerySystemInformation(RfSystemTimeAdjustmentInformation,
					     &info, sizeof info, NULL)))
		return FALSE;
	*adjustment = info.adjustment;
	*increment = info.increment;
	*disabled = info.enable; /* "enable" means: no periodic adjustment */
	return TRUE;
}

BOOL WINAPI SetSystemTimeAdjustment(DWORD adjustment, BOOL disabled)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}

BOOL WINAPI SetSystemTime(const SYSTEMTIME *st)
{
	LARGE_INTEGER t;
	FILETIME ft;

	if (!SystemTimeToFileTime(st, &ft))
		return FALSE;
	t.u.LowPart = ft.dwLowDateTime;
	t.u.HighPart = ft.dwHighDateTime;
	return rf_result(NtSetSystemTime(&t, NULL));
}

/* Summed over the processors; "kernel" includes idle. */
BOOL WINAPI GetSystemTimes(LPFILETIME idle, LPFILETIME kernel, LPFILETIME user)
{
	RF_SYSTEM_PROCESSOR_PERFORMANCE *p;
	ULONG n = rf_peb()->NumberOfProcessors, size = 0, i;
	ULONGLONG sum[3] = { 0, 0, 0 };
	BOOL ok;

	if (n < 1)
		n = 1;
	p = k32_alloc(n * sizeof *p);
	if (!p)
		return FALSE;
	ok = rf_result(NtQuerySystemInformation(
		RfSystemProcessorPerformanceInformation, p, n * sizeof *p,
		&size));
	for (i = 0; ok && i < size / sizeof *p; i++) {
		sum[0] += p[i].IdleTime.QuadPart;
		sum[1] += p[i].KernelTime.QuadPart;
		sum[2] += p[i].UserTime.QuadPart;
	}
	k32_free(p);
	if (!ok)
		return FALSE;
	if (idle)
		memcpy(idle, &sum[0], sizeof *idle);
	if (kernel)
		memcpy(kernel, &sum[1], sizeof *kernel);
	if (user)
		memcpy(user, &sum[2], sizeof *user);
	return TRUE;
}

/* ---- FILETIME and SYSTEMTIME ---- */

BOOL WINAPI FileTimeToSystemTime(const FILETIME *ft, LPSYSTEMTIME st)
{
	LARGE_INTEGER t = { .u = { ft->dwLowDateTime,
				   (LONG)ft->dwHighDateTime } };
	TIME_FIELDS f;

	if (t.QuadPart < 0) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	RtlTimeToTimeFields(&t, &f);
	st->wYear = f.Year;
	st->wMonth = f.Month;
	st->wDayOfWeek = f.Weekday;
	st->wDay = f.Day;
	st->wHour = f.Hour;
	st->wMinute = f.Minute;
	st->wSecond = f.Second;
	st->wMilliseconds = f.Milliseconds;
	return TRUE;
}

BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *st, LPFILETIME ft)
{
	TIME_FIELDS f = {
		.Year = st->wYear,
		.Month = st->wMonth,
		.Day = st->wDay,
		.Hour = st->wHour,
		.Minute = st->wMinute,
		.Second = st->wSecond,
		.Milliseconds = st->wMilliseconds,
	};
	LARGE_INTEGER t;

	if (!RtlTimeFieldsToTime(&f, &t)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	ft->dwLowDateTime = t.u.LowPart;
	ft->dwHighDateTime = t.u.HighPart;
	return TRUE;
}

LONG WINAPI CompareFileTime(const FILETIME *a, const FILETIME *b)
{
	ULONGLONG x = (ULONGLONG)a->dwHighDateTime << 32 | a->dwLowDateTime;
	ULONGLONG y = (ULONGLONG)b->dwHighDateTime << 32 | b->dwLowDateTime;

	return x < y ? -1 : x > y;
}

/* ---- DOS: two words, two seconds, from 1980 ---- */

BOOL WINAPI FileTimeToDosDateTime(const FILETIME *ft, LPWORD date, LPWORD time)
{
	ULONGLONG t = (ULONGLONG)ft->dwHighDateTime << 32 | ft->dwLowDateTime;
	FILETIME even;
	SYSTEMTIME st;

	/* Odd seconds and parts of one are rounded up. */
	t += 2 * 10000000 - 1;
	t -= t % (2 * 10000000);
	even.dwLowDateTime = t;
	even.dwHighDateTime = t >> 32;
	if (!FileTimeToSystemTime(&even, &st) || st.wYear < 1980 ||
	    st.wYear > 2107) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	*date = (st.wYear - 1980) << 9 | st.wMonth << 5 | st.wDay;
	*time = st.wHour << 11 | st.wMinute << 5 | st.wSecond / 2;
	return TRUE;
}

BOOL WINAPI DosDateTimeToFileTime(WORD date, WORD time, LPFILETIME ft)
{
	SYSTEMTIME st = {
		.wYear = 1980 + (date >> 9),
		.wMonth = date >> 5 & 15,
		.wDay = date & 31,
		.wHour = time >> 11,
		.wMinute = time >> 5 & 63,
		.wSecond = (time & 31) * 2,
	};

	return SystemTimeToFileTime(&st, ft);
}
