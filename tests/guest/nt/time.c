/* Clocks agree with each other, with KUSER_SHARED_DATA, and go forward. */
#include <windows.h>

#include "../lib/check.h"

static LONGLONG shared_time(DWORD at)
{
	volatile LONG *t = (volatile LONG *)(ULONG_PTR)(0x7ffe0000 + at);
	LONG high, low;

	do {
		high = t[1];
		low = t[0];
	} while (high != t[2]);
	return (LONGLONG)high << 32 | (DWORD)low;
}

static LONGLONG file_time(void)
{
	FILETIME f;

	GetSystemTimeAsFileTime(&f);
	return (LONGLONG)f.dwHighDateTime << 32 | f.dwLowDateTime;
}

/* The page says what the call says, but for what may lie between a tick and now. */
static void check_wall_clock(void)
{
	LONGLONG before = file_time(), s = shared_time(0x14), t = file_time();

	CHECK(s > before - 1000000, "%lld", s - before);
	CHECK(s < t + 1000000, "%lld", s - t);
}

int main(void)
{
	LARGE_INTEGER f, a, b;
	LONGLONG t, i, j;
	ULONGLONG ticks, before;
	SYSTEMTIME st;

	CHECK(QueryPerformanceFrequency(&f));
	CHECK(f.QuadPart >= 1000000);
	QueryPerformanceCounter(&a);
	t = GetTickCount64();
	Sleep(50);
	QueryPerformanceCounter(&b);
	CHECK((b.QuadPart - a.QuadPart) * 1000 / f.QuadPart >= 45);
	CHECK((b.QuadPart - a.QuadPart) * 1000 / f.QuadPart < 60000);
	CHECK(GetTickCount64() - t >= 30);

	/* KUSER_SHARED_DATA */
	check_wall_clock();
	i = shared_time(8);
	Sleep(20);
	j = shared_time(8);
	CHECK(j - i >= 100000 && j - i < 600000000, "%lld", j - i);
	before = GetTickCount64();
	ticks = (*(volatile ULONGLONG *)0x7ffe0320 *
		 *(volatile DWORD *)0x7ffe0004) >>
		24;
	t = GetTickCount64();
	CHECK(ticks + 1000 > before && (LONGLONG)ticks < t + 1000,
	      "%lld %llu", t, ticks);
	CHECK_EQ(*(volatile DWORD *)0x7ffe026c, 10);
	CHECK_EQ(*(volatile WCHAR *)0x7ffe0030, 'C');
	/* Still right after the page has been left alone for a while. */
	Sleep(2500);
	check_wall_clock();

	GetSystemTime(&st);
	CHECK(st.wYear >= 2024 && st.wMonth >= 1 && st.wMonth <= 12);
	return check_done();
}
