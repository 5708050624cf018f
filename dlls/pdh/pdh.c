/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pdh.c - performance data of a system that has no counters: queries can be
 * opened, but nothing is found that could be added to them.
 */
#include "nt.h"
/* What the header would import is what this file defines. */
#undef DECLSPEC_IMPORT
#define DECLSPEC_IMPORT
#include <pdh.h>
#include <pdhmsg.h>

#define QUERY_MAGIC 0x71686470u

struct query {
	ULONG magic;
};

static struct query *query_of(PDH_HQUERY h)
{
	struct query *q = h;

	return q && q->magic == QUERY_MAGIC ? q : NULL;
}

/* source: a log file, of which there are none either */
PDH_STATUS WINAPI PdhOpenQueryW(LPCWSTR source, DWORD_PTR user, PDH_HQUERY *out)
{
	struct query *q;

	if (!out)
		return PDH_INVALID_ARGUMENT;
	if (source)
		return (PDH_STATUS)PDH_FILE_NOT_FOUND;
	q = RtlAllocateHeap(rf_heap(), 0, sizeof *q);
	if (!q)
		return (PDH_STATUS)PDH_MEMORY_ALLOCATION_FAILURE;
	q->magic = QUERY_MAGIC;
	*out = q;
	return ERROR_SUCCESS;
}

PDH_STATUS WINAPI PdhOpenQueryA(LPCSTR source, DWORD_PTR user, PDH_HQUERY *out)
{
	return PdhOpenQueryW(source ? L"" : NULL, user, out);
}

PDH_STATUS WINAPI PdhCloseQuery(PDH_HQUERY h)
{
	struct query *q = query_of(h);

	if (!q)
		return (PDH_STATUS)PDH_INVALID_HANDLE;
	q->magic = 0;
	RtlFreeHeap(rf_heap(), 0, q);
	return ERROR_SUCCESS;
}

PDH_STATUS WINAPI PdhAddCounterW(PDH_HQUERY h, LPCWSTR path, DWORD_PTR user,
				 PDH_HCOUNTER *out)
{
	if (!path || !out)
		return (PDH_STATUS)PDH_INVALID_ARGUMENT;
	*out = NULL;
	return (PDH_STATUS)(query_of(h) ? PDH_CSTATUS_NO_OBJECT :
					  PDH_INVALID_HANDLE);
}

PDH_STATUS WINAPI PdhAddCounterA(PDH_HQUERY h, LPCSTR path, DWORD_PTR user,
				 PDH_HCOUNTER *out)
{
	return PdhAddCounterW(h, path ? L"" : NULL, user, out);
}

PDH_STATUS WINAPI PdhAddEnglishCounterW(PDH_HQUERY h, LPCWSTR path,
					DWORD_PTR user, PDH_HCOUNTER *out)
{
	return PdhAddCounterW(h, path, user, out);
}

PDH_STATUS WINAPI PdhAddEnglishCounterA(PDH_HQUERY h, LPCSTR path,
					DWORD_PTR user, PDH_HCOUNTER *out)
{
	return PdhAddCounterA(h, path, user, out);
}

PDH_STATUS WINAPI PdhCollectQueryData(PDH_HQUERY h)
{
	return (PDH_STATUS)(query_of(h) ? PDH_NO_DATA : PDH_INVALID_HANDLE);
}

PDH_STATUS WINAPI PdhCollectQueryDataEx(PDH_HQUERY h, DWORD seconds,
					HANDLE event)
{
	return PdhCollectQueryData(h);
}

/* ---- counters, of which there are none ----------------------------------- */

PDH_STATUS WINAPI PdhRemoveCounter(PDH_HCOUNTER h)
{
	return (PDH_STATUS)PDH_INVALID_HANDLE;
}

PDH_STATUS WINAPI PdhGetFormattedCounterValue(PDH_HCOUNTER h, DWORD format,
					      LPDWORD type,
					      PPDH_FMT_COUNTERVALUE value)
{
	return (PDH_STATUS)PDH_INVALID_HANDLE;
}

/* An empty list of strings is one NUL. */
PDH_STATUS WINAPI PdhEnumObjectsW(LPCWSTR source, LPCWSTR machine, LPWSTR list,
				  LPDWORD n, DWORD detail, WINBOOL refresh)
{
	if (!n)
		return (PDH_STATUS)PDH_INVALID_ARGUMENT;
	if (!list || !*n) {
		*n = 1;
		return (PDH_STATUS)PDH_MORE_DATA;
	}
	*list = 0;
	*n = 1;
	return ERROR_SUCCESS;
}

PDH_STATUS WINAPI PdhEnumObjectsA(LPCSTR source, LPCSTR machine, LPSTR list,
				  LPDWORD n, DWORD detail, WINBOOL refresh)
{
	if (!n)
		return (PDH_STATUS)PDH_INVALID_ARGUMENT;
	if (!list || !*n) {
		*n = 1;
		return (PDH_STATUS)PDH_MORE_DATA;
	}
	*list = 0;
	*n = 1;
	return ERROR_SUCCESS;
}
