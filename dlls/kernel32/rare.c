/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rare.c - functions that few programs call and most of those call by name
 * only, ready for a failure: user-mode scheduling, enclaves, hardware
 * profiling.  Each fails as it does on a machine or an edition of Windows
 * without the feature.
 */
#include "kernel32-private.h"
#include "nt-process.h"

static BOOL fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

/* ---- user-mode scheduling: gone from Windows 11 as well ---- */

BOOL WINAPI CreateUmsCompletionList(PVOID *list)
{
	return fail(ERROR_NOT_SUPPORTED);
}

BOOL WINAPI CreateUmsThreadContext(PVOID *context)
{
	return fail(ERROR_NOT_SUPPORTED);
}

BOOL WINAPI EnterUmsSchedulingMode(PVOID info)
{
	return fail(ERROR_NOT_SUPPORTED);
}

/* ---- enclaves ---- */

BOOL WINAPI IsEnclaveTypeSupported(DWORD type)
{
	return fail(ERROR_NOT_SUPPORTED);
}

LPVOID WINAPI CreateEnclave(HANDLE process, LPVOID address, SIZE_T size,
			    SIZE_T commit, DWORD type, LPCVOID info, DWORD len,
			    LPDWORD error)
{
	fail(ERROR_NOT_SUPPORTED);
	return NULL;
}

/* ---- processor counters, bad memory ---- */

DWORD WINAPI EnableThreadProfiling(HANDLE thread, DWORD flags, DWORD64 counters,
				   HANDLE *data)
{
	return ERROR_NOT_SUPPORTED;
}

DWORD WINAPI DisableThreadProfiling(HANDLE data)
{
	return ERROR_INVALID_HANDLE;
}

DWORD WINAPI QueryThreadProfiling(HANDLE thread, PBOOLEAN enabled)
{
	*enabled = FALSE;
	return ERROR_SUCCESS;
}

BOOL WINAPI GetProcessorSystemCycleTime(
	USHORT group, PSYSTEM_PROCESSOR_CYCLE_TIME_INFORMATION times,
	PDWORD size)
{
	return fail(ERROR_NOT_SUPPORTED);
}

BOOL WINAPI GetMemoryErrorHandlingCapabilities(PULONG capabilities)
{
	*capabilities = 0;
	return TRUE;
}

PVOID WINAPI RegisterBadMemoryNotification(PBAD_MEMORY_CALLBACK_ROUTINE fn)
{
	fail(ERROR_NOT_SUPPORTED);
	return NULL;
}

BOOL WINAPI UnregisterBadMemoryNotification(PVOID h)
{
	return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI AddSecureMemoryCacheCallback(PSECURE_MEMORY_CACHE_CALLBACK fn)
{
	/* Called when secure memory is freed; there is none. */
	return fn ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI RemoveSecureMemoryCacheCallback(PSECURE_MEMORY_CACHE_CALLBACK fn)
{
	return fn ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

/* ---- the process ---- */

BOOL WINAPI IsProcessCritical(HANDLE process, PBOOL critical)
{
	RF_PROCESS_BASIC_INFORMATION info;

	/* No process of ours takes the machine down with it. */
	if (!rf_result(NtQueryInformationProcess(process,
						 RfProcessBasicInformation,
						 &info, sizeof info, NULL)))
		return FALSE;
	*critical = FALSE;
	return TRUE;
}

BOOL WINAPI QueryProcessAffinityUpdateMode(HANDLE process, LPDWORD flags)
{
	if (flags)
		*flags = 0;
	return TRUE;
}

BOOL WINAPI SetProcessAffinityUpdateMode(HANDLE process, DWORD flags)
{
	return flags ? fail(ERROR_NOT_SUPPORTED) : TRUE;
}

BOOL WINAPI GetProcessUserModeExceptionPolicy(LPDWORD flags)
{
	*flags = 0;
	return TRUE;
}

BOOL WINAPI SetProcessUserModeExceptionPolicy(DWORD flags)
{
	return flags ? fail(ERROR_NOT_SUPPORTED) : TRUE;
}

BOOL WINAPI GetSystemRegistryQuota(PDWORD allowed, PDWORD used)
{
	/* Without a limit: the largest a 32-bit count can say. */
	if (allowed)
		*allowed = 0x7fffffff;
	if (used)
		*used = 0;
	return TRUE;
}

/* ---- local time in two forms, no time zone involved ---- */

BOOL WINAPI LocalFileTimeToLocalSystemTime(const TIME_ZONE_INFORMATION *zone,
					   const FILETIME *ft, SYSTEMTIME *st)
{
	return FileTimeToSystemTime(ft, st);
}

BOOL WINAPI LocalSystemTimeToLocalFileTime(const TIME_ZONE_INFORMATION *zone,
					   const SYSTEMTIME *st, FILETIME *ft)
{
	return SystemTimeToFileTime(st, ft);
}

/* ---- names ---- */

BOOL WINAPI DnsHostnameToComputerNameA(LPCSTR host, LPSTR to, LPDWORD size)
{
	DWORD n = 0, i;

	/* Host names are ASCII: 15 characters of the first label. */
	while (host[n] && host[n] != '.' && n < MAX_COMPUTERNAME_LENGTH)
		n++;
	if (!to || *size <= n) {
		*size = n + 1;
		return fail(ERROR_MORE_DATA);
	}
	for (i = 0; i < n; i++)
		to[i] = host[i] >= 'a' && host[i] <= 'z' ? host[i] - 32
							 : host[i];
	to[n] = 0;
	*size = n;
	return TRUE;
}

/* ---- durations ---- */

struct text {
	WCHAR *at;
	int room, n; /* n may exceed room: what would be there */
};

static void put(struct text *t, WCHAR c)
{
	if (t->n < t->room)
		t->at[t->n] = c;
	t->n++;
}

static void put_number(struct text *t, ULONGLONG value, int width)
{
	WCHAR digits[24];
	int i = 0;

	do
		digits[i++] = '0' + value % 10;
	while ((value /= 10) || i < width);
	while (i)
		put(t, digits[--i]);
}

/* How many of the largest unit, or what is over of it in the next. */
static BOOL part(WCHAR what, ULONGLONG seconds, ULONGLONG *value)
{
	switch (what) {
	case 'd':
		*value = seconds / 86400;
		return TRUE;
	case 'h':
		*value = seconds / 3600 % 24;
		return TRUE;
	case 'm':
		*value = seconds / 60 % 60;
		return TRUE;
	case 's':
		*value = seconds % 60;
		return TRUE;
	}
	return FALSE;
}

/* A time in 100 ns by a picture of d, h, m, s and quoted text. */
static int duration(ULONGLONG time, LPCWSTR picture, LPWSTR to, int room)
{
	struct text t = { to, room, 0 };
	const WCHAR *p = picture ? picture : L"hh:mm:ss";
	ULONGLONG value;

	while (*p) {
		WCHAR c = *p;
		int run = 0;

		if (c == '\'') {
			for (p++; *p && *p != '\''; p++)
				put(&t, *p);
			p += *p == '\'';
			continue;
		}
		while (p[run] == c)
			run++;
		p += run;
		if (part(c, time / 10000000, &value))
			put_number(&t, value, run > 2 ? 2 : run);
		else
			while (run--)
				put(&t, c);
	}
	put(&t, 0);
	return room && t.n > room ? fail(ERROR_INSUFFICIENT_BUFFER) : t.n;
}

int WINAPI GetDurationFormatEx(LPCWSTR locale, DWORD flags,
			       const SYSTEMTIME *st, ULONGLONG t,
			       LPCWSTR picture, LPWSTR to, int room)
{
	if (room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	if (st)
		t = ((((ULONGLONG)st->wDay * 24 + st->wHour) * 60 +
		      st->wMinute) *
			     60 +
		     st->wSecond) *
			    10000000 +
		    st->wMilliseconds * 10000ull;
	return duration(t, picture, to, room);
}

int WINAPI GetDurationFormat(LCID locale, DWORD flags, const SYSTEMTIME *st,
			     ULONGLONG t, LPCWSTR picture, LPWSTR to, int room)
{
	return GetDurationFormatEx(NULL, flags, st, t, picture, to, room);
}
