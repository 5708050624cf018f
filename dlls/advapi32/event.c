/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event.c - the event log, which nobody keeps here: sources can be opened and
 * what they report goes nowhere, as with a source no one looks at.  Reading
 * and tracing sessions fail.
 */
#include "nt.h"
#include <wmistr.h>
#include <evntrace.h>

/* Nothing but an address that is nobody else's. */
static char source;

HANDLE WINAPI RegisterEventSourceW(LPCWSTR server, LPCWSTR name)
{
	if (!name) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	return &source;
}

HANDLE WINAPI RegisterEventSourceA(LPCSTR server, LPCSTR name)
{
	return RegisterEventSourceW(NULL, name ? L"" : NULL);
}

BOOL WINAPI DeregisterEventSource(HANDLE log)
{
	if (log == &source)
		return TRUE;
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

BOOL WINAPI ReportEventW(HANDLE log, WORD type, WORD category, DWORD id,
			 PSID user, WORD n, DWORD size, LPCWSTR *strings,
			 LPVOID data)
{
	return DeregisterEventSource(log);
}

BOOL WINAPI ReportEventA(HANDLE log, WORD type, WORD category, DWORD id,
			 PSID user, WORD n, DWORD size, LPCSTR *strings,
			 LPVOID data)
{
	return DeregisterEventSource(log);
}

HANDLE WINAPI OpenEventLogW(LPCWSTR server, LPCWSTR name)
{
	SetLastError(RPC_S_SERVER_UNAVAILABLE);
	return NULL;
}

HANDLE WINAPI OpenEventLogA(LPCSTR server, LPCSTR name)
{
	SetLastError(RPC_S_SERVER_UNAVAILABLE);
	return NULL;
}

BOOL WINAPI CloseEventLog(HANDLE log)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

/* ---- sessions ---- */

ULONG WMIAPI StartTraceW(PTRACEHANDLE out, LPCWSTR name,
			 PEVENT_TRACE_PROPERTIES p)
{
	return ERROR_ACCESS_DENIED;
}

ULONG WMIAPI ControlTraceW(TRACEHANDLE h, LPCWSTR name,
			   PEVENT_TRACE_PROPERTIES p, ULONG code)
{
	return ERROR_WMI_INSTANCE_NOT_FOUND;
}

TRACEHANDLE WMIAPI OpenTraceW(PEVENT_TRACE_LOGFILEW file)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return INVALID_PROCESSTRACE_HANDLE;
}

ULONG WMIAPI CloseTrace(TRACEHANDLE h)
{
	return ERROR_INVALID_HANDLE;
}

ULONG WMIAPI ProcessTrace(PTRACEHANDLE h, ULONG n, LPFILETIME from,
			  LPFILETIME to)
{
	return ERROR_INVALID_HANDLE;
}
