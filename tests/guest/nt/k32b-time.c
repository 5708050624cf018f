/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clocks, FILETIME and SYSTEMTIME, DOS times, time zones. */
#define _WIN32_WINNT 0x0a00
#include <windows.h>

#include <string.h>

#include "check.h"

static void conversions(void)
{
	SYSTEMTIME st = { 2024, 2, 0, 29, 12, 34, 56, 789 }, back;
	FILETIME ft = { 0, 0 }, other;
	WORD date = 0, time = 0;

	CHECK(SystemTimeToFileTime(&st, &ft));
	CHECK_EQ(((ULONGLONG)ft.dwHighDateTime << 32) | ft.dwLowDateTime,
		 133536836967890000ll);
	CHECK(FileTimeToSystemTime(&ft, &back));
	CHECK_EQ(back.wDayOfWeek, 4);
	CHECK_EQ(back.wMilliseconds, 789);
	CHECK_EQ(back.wDay, 29);
	st.wDay = 30;
	CHECK(!SystemTimeToFileTime(&st, &ft));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	st.wDay = 29;
	SystemTimeToFileTime(&st, &ft);
	CHECK(FileTimeToDosDateTime(&ft, &date, &time));
	CHECK_EQ(date, (44 << 9) | (2 << 5) | 29);
	CHECK_EQ(time, (12 << 11) | (34 << 5) | 29);
	CHECK(DosDateTimeToFileTime(date, time, &other));
	CHECK_EQ(CompareFileTime(&ft, &other), -1);
	ft.dwHighDateTime = 0x80000000;
	CHECK(!FileTimeToSystemTime(&ft, &back));
}

static void clocks(void)
{
	LARGE_INTEGER a, b, f;
	FILETIME x, y;
	ULONGLONG t = GetTickCount64(), u = 0;
	SYSTEMTIME st;

	CHECK(QueryPerformanceFrequency(&f) && f.QuadPart > 0);
	CHECK(QueryPerformanceCounter(&a));
	GetSystemTimeAsFileTime(&x);
	Sleep(30);
	GetSystemTimePreciseAsFileTime(&y);
	CHECK(QueryPerformanceCounter(&b));
	CHECK(b.QuadPart - a.QuadPart >= f.QuadPart / 50);
	CHECK(CompareFileTime(&x, &y) < 0);
	CHECK(GetTickCount64() - t >= 15);
	CHECK(GetTickCount() - (DWORD)GetTickCount64() < 1000 ||
	      (DWORD)GetTickCount64() - GetTickCount() < 1000);
	CHECK(QueryUnbiasedInterruptTime(&u) && u > 0);
	GetSystemTime(&st);
	CHECK(st.wYear >= 2024);
}

static void zones(void)
{
	/* Windows has it in advapi32; kernel32 here is where it is written. */
	DWORD(WINAPI * enumerate)(DWORD, DYNAMIC_TIME_ZONE_INFORMATION *);
	DYNAMIC_TIME_ZONE_INFORMATION d, berlin;
	TIME_ZONE_INFORMATION z;
	SYSTEMTIME utc = { 2024, 7, 0, 1, 12, 0, 0, 0 }, local, back;
	BOOL found = FALSE;
	DWORD i;

	CHECK(GetTimeZoneInformation(&z) != TIME_ZONE_ID_INVALID);
	CHECK(z.Bias >= -14 * 60 && z.Bias <= 14 * 60);
	CHECK(z.StandardName[0]);
	CHECK(GetDynamicTimeZoneInformation(&d) != TIME_ZONE_ID_INVALID);
	CHECK(d.TimeZoneKeyName[0]);
	CHECK_EQ(d.Bias, z.Bias);
	enumerate = (void *)GetProcAddress(LoadLibraryA("advapi32"),
					   "EnumDynamicTimeZoneInformation");
	if (!enumerate)
		enumerate = (void *)GetProcAddress(
			GetModuleHandleA("kernel32"),
			"EnumDynamicTimeZoneInformation");
	CHECK(enumerate != NULL);
	for (i = 0; enumerate && enumerate(i, &d) == ERROR_SUCCESS; i++) {
		if (!wcscmp(d.TimeZoneKeyName, L"W. Europe Standard Time")) {
			berlin = d;
			found = TRUE;
		}
	}
	CHECK(i > 100 && found);
	if (!found)
		return;
	CHECK_EQ(berlin.Bias, -60);
	CHECK_EQ(berlin.DaylightBias, -60);
	CHECK_EQ(berlin.DaylightDate.wMonth, 3);
	CHECK_EQ(berlin.DaylightDate.wDay, 5);
	CHECK_EQ(berlin.DaylightDate.wHour, 2);
	CHECK_EQ(berlin.StandardDate.wMonth, 10);
	CHECK_EQ(berlin.StandardDate.wHour, 3);
	CHECK(SystemTimeToTzSpecificLocalTimeEx(&berlin, &utc, &local));
	CHECK_EQ(local.wHour, 14);
	CHECK(TzSpecificLocalTimeToSystemTimeEx(&berlin, &local, &back));
	CHECK_EQ(back.wHour, 12);
	utc.wMonth = 1;
	CHECK(SystemTimeToTzSpecificLocalTimeEx(&berlin, &utc, &local));
	CHECK_EQ(local.wHour, 13);
	/* The hour around the change: 31 March 2024, 01:00 UTC. */
	utc = (SYSTEMTIME){ 2024, 3, 0, 31, 0, 59, 0, 0 };
	CHECK(SystemTimeToTzSpecificLocalTimeEx(&berlin, &utc, &local));
	CHECK_EQ(local.wHour, 1);
	utc.wHour = 1;
	utc.wMinute = 0;
	CHECK(SystemTimeToTzSpecificLocalTimeEx(&berlin, &utc, &local));
	CHECK_EQ(local.wHour, 3);
	CHECK(GetTimeZoneInformationForYear(2024, &berlin, &z));
	CHECK_EQ(z.Bias, -60);
	CHECK(SystemTimeToTzSpecificLocalTime(&z, &utc, &local));
	CHECK_EQ(local.wHour, 3);
}

static void local(void)
{
	FILETIME utc, loc, back;
	SYSTEMTIME a, b;
	TIME_ZONE_INFORMATION z;

	GetSystemTimeAsFileTime(&utc);
	CHECK(FileTimeToLocalFileTime(&utc, &loc));
	CHECK(LocalFileTimeToFileTime(&loc, &back));
	CHECK_EQ(CompareFileTime(&utc, &back), 0);
	GetTimeZoneInformation(&z);
	CHECK(FileTimeToSystemTime(&utc, &a));
	CHECK(SystemTimeToTzSpecificLocalTime(NULL, &a, &b));
	FileTimeToSystemTime(&loc, &a);
	CHECK_EQ(a.wHour, b.wHour);
	CHECK_EQ(a.wMinute, b.wMinute);
}

int main(void)
{
	conversions();
	clocks();
	zones();
	local();
	return check_done();
}
