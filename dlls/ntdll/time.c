/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * time.c - NT time (100 ns since 1601-01-01) and the calendar; counters.
 *
 * The shared data page is mapped when it is first read, so the functions that
 * a program calls at start ask the kernel instead: a gate call costs 10 ns.
 */
#include "ntdll-private.h"

#define TICKS_PER_MS  10000ll
#define TICKS_PER_SEC 10000000ll

enum {
	SEC_PER_DAY = 86400,
	MS_PER_DAY = 86400000,
	DAYS_PER_ERA = 146097, /* 400 years */
	/* 0000-03-01 to 1601-01-01, proleptic */
	DAYS_TO_1601 = 584694,
};
/* Seconds from 1601 */
#define SECS_TO_1970 11644473600ll
#define SECS_TO_1980 11960006400ll

/* Years that begin in March have their odd day at the end. */
static void civil(LONGLONG days, PTIME_FIELDS f)
{
	LONGLONG z = days + DAYS_TO_1601;
	LONGLONG era = z / DAYS_PER_ERA;
	ULONG doe = (ULONG)(z % DAYS_PER_ERA);
	ULONG yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	ULONG doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	ULONG mp = (5 * doy + 2) / 153;

	f->Day = (SHORT)(doy - (153 * mp + 2) / 5 + 1);
	f->Month = (SHORT)(mp < 10 ? mp + 3 : mp - 9);
	f->Year = (SHORT)(era * 400 + yoe + (f->Month <= 2));
}

static LONGLONG days_from_civil(LONG y, ULONG m, ULONG d)
{
	LONG era;
	ULONG yoe, doy;

	y -= m <= 2;
	era = y / 400;
	yoe = (ULONG)(y - era * 400);
	doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return (LONGLONG)era * DAYS_PER_ERA + yoe * 365 + yoe / 4 - yoe / 100 +
	       doy - DAYS_TO_1601;
}

static void clock_fields(ULONG ms, PTIME_FIELDS f)
{
	f->Milliseconds = (SHORT)(ms % 1000);
	ms /= 1000;
	f->Second = (SHORT)(ms % 60);
	ms /= 60;
	f->Minute = (SHORT)(ms % 60);
	f->Hour = (SHORT)(ms / 60);
}

void NTAPI RtlTimeToTimeFields(const LARGE_INTEGER *t, PTIME_FIELDS f)
{
	LONGLONG ms = t->QuadPart / TICKS_PER_MS;
	LONGLONG days = ms / MS_PER_DAY;

	civil(days, f);
	clock_fields((ULONG)(ms % MS_PER_DAY), f);
	f->Weekday = (SHORT)((days + 1) % 7); /* 1601 began on a Monday */
}

void NTAPI RtlTimeToElapsedTimeFields(const LARGE_INTEGER *t, PTIME_FIELDS f)
{
	LONGLONG ms = t->QuadPart / TICKS_PER_MS;

	f->Year = f->Month = f->Weekday = 0;
	f->Day = (SHORT)(ms / MS_PER_DAY);
	clock_fields((ULONG)(ms % MS_PER_DAY), f);
}

static SHORT month_days(LONG y, LONG m)
{
	static const UCHAR days[] = { 31, 28, 31, 30, 31, 30,
				      31, 31, 30, 31, 30, 31 };
	BOOL leap = (y % 4 == 0 && y % 100) || y % 400 == 0;

	return days[m - 1] + (m == 2 && leap);
}

BOOLEAN NTAPI RtlTimeFieldsToTime(PTIME_FIELDS f, LARGE_INTEGER *t)
{
	LONGLONG days;

	if (f->Year < 1601 || f->Year > 30827 || f->Month < 1 ||
	    f->Month > 12 || f->Day < 1 ||
	    f->Day > month_days(f->Year, f->Month) || f->Hour < 0 ||
	    f->Hour > 23 || f->Minute < 0 || f->Minute > 59 || f->Second < 0 ||
	    f->Second > 59 || f->Milliseconds < 0 || f->Milliseconds > 999)
		return FALSE;
	days = days_from_civil(f->Year, f->Month, f->Day);
	t->QuadPart =
		(((days * 24 + f->Hour) * 60 + f->Minute) * 60 + f->Second) *
			TICKS_PER_SEC +
		f->Milliseconds * TICKS_PER_MS;
	return TRUE;
}

static BOOLEAN to_seconds(const LARGE_INTEGER *t, LONGLONG epoch, ULONG *s)
{
	LONGLONG n = t->QuadPart / TICKS_PER_SEC - epoch;

	if (t->QuadPart < 0 || n < 0 || n > 0xffffffffll)
		return FALSE;
	*s = (ULONG)n;
	return TRUE;
}

BOOLEAN NTAPI RtlTimeToSecondsSince1970(const LARGE_INTEGER *t, ULONG *s)
{
	return to_seconds(t, SECS_TO_1970, s);
}

BOOLEAN NTAPI RtlTimeToSecondsSince1980(const LARGE_INTEGER *t, ULONG *s)
{
	return to_seconds(t, SECS_TO_1980, s);
}

void NTAPI RtlSecondsSince1970ToTime(ULONG s, LARGE_INTEGER *t)
{
	t->QuadPart = (s + SECS_TO_1970) * TICKS_PER_SEC;
}

void NTAPI RtlSecondsSince1980ToTime(ULONG s, LARGE_INTEGER *t)
{
	t->QuadPart = (s + SECS_TO_1980) * TICKS_PER_SEC;
}

/* ---- zones: the bias of this moment, as Windows has it ---- */

static NTSTATUS ask_bias(LONGLONG *bias)
{
	enum { TIME_OF_DAY = 3 };
	struct {
		LARGE_INTEGER boot, now, bias;
		ULONG zone, reserved;
		ULONGLONG boot_bias, sleep_bias;
	} info;
	NTSTATUS status;
	ULONG n;

	status = NtQuerySystemInformation(TIME_OF_DAY, &info, sizeof info, &n);
	*bias = NT_SUCCESS(status) ? info.bias.QuadPart : 0;
	return status;
}

/* Zones change at whole minutes: within one it is asked for once. */
static NTSTATUS zone_bias(LONGLONG *bias)
{
	static SRWLOCK lock = SRWLOCK_INIT;
	static ULONGLONG minute;
	static LONGLONG cached;
	ULONGLONG now = RtlGetSystemTimePrecise() / (60 * TICKS_PER_SEC);
	NTSTATUS status = STATUS_SUCCESS;

	RtlAcquireSRWLockExclusive(&lock);
	if (now != minute) {
		status = ask_bias(&cached);
		minute = NT_SUCCESS(status) ? now : 0;
	}
	*bias = cached;
	RtlReleaseSRWLockExclusive(&lock);
	return status;
}

NTSTATUS NTAPI RtlSystemTimeToLocalTime(const LARGE_INTEGER *system,
					LARGE_INTEGER *local)
{
	LONGLONG bias;
	NTSTATUS status = zone_bias(&bias);

	if (NT_SUCCESS(status))
		local->QuadPart = system->QuadPart - bias;
	return status;
}

NTSTATUS NTAPI RtlLocalTimeToSystemTime(const LARGE_INTEGER *local,
					LARGE_INTEGER *system)
{
	LONGLONG bias;
	NTSTATUS status = zone_bias(&bias);

	if (NT_SUCCESS(status))
		system->QuadPart = local->QuadPart + bias;
	return status;
}

/* info: RTL_TIME_ZONE_INFORMATION */
NTSTATUS NTAPI RtlQueryTimeZoneInformation(void *info)
{
	enum { CURRENT_TIME_ZONE = 44, SIZE = 172 };
	ULONG n;

	return NtQuerySystemInformation(CURRENT_TIME_ZONE, info, SIZE, &n);
}

/* ---- counters ---- */

BOOL NTAPI RtlQueryPerformanceFrequency(LARGE_INTEGER *f)
{
	/* As in Windows since 10, and what nt/time.c counts in. */
	f->QuadPart = TICKS_PER_SEC;
	return TRUE;
}

/* KUSER_SHARED_DATA.InterruptTime: high part twice around the low one. */
BOOL NTAPI RtlQueryUnbiasedInterruptTime(ULONGLONG *t)
{
	const volatile ULONG *time = (const volatile ULONG *)0x7ffe0008;
	const volatile ULONGLONG *bias = (const volatile ULONGLONG *)0x7ffe03b0;
	ULONG low, high;

	if (!t) {
		RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	do {
		high = time[1];
		low = time[0];
	} while (high != time[2]);
	*t = ((ULONGLONG)high << 32 | low) - *bias;
	return TRUE;
}
