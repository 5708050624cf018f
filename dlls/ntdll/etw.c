/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * etw.c - event tracing: there are no sessions, so nobody listens.
 *
 * A provider registers and is told that it is not enabled; what it writes all
 * the same goes nowhere, as on Windows while no session runs.  Whoever wants
 * to start or to control a session is refused.
 */
#include "ntdll-private.h"
#include <evntprov.h>

typedef ULONGLONG trace_handle;

static volatile LONGLONG last_handle;

static ULONGLONG new_handle(void)
{
	LONGLONG seen;

	do
		seen = last_handle;
	while (InterlockedCompareExchange64(&last_handle, seen + 1, seen) !=
	       seen);
	return (ULONGLONG)seen + 1;
}

ULONG NTAPI EtwEventRegister(const GUID *provider, PVOID callback,
			     PVOID context, ULONGLONG *handle);
ULONG NTAPI EtwEventUnregister(ULONGLONG handle);
BOOLEAN NTAPI EtwEventEnabled(ULONGLONG handle, const void *descriptor);
BOOLEAN NTAPI EtwEventProviderEnabled(ULONGLONG handle, UCHAR level,
				      ULONGLONG keyword);
ULONG NTAPI EtwEventWrite(ULONGLONG handle, const void *descriptor, ULONG n,
			  PVOID data);
ULONG NTAPI EtwEventWriteTransfer(ULONGLONG handle, const void *descriptor,
				  const GUID *activity, const GUID *related,
				  ULONG n, PVOID data);
ULONG NTAPI EtwEventWriteEx(ULONGLONG handle, const void *descriptor,
			    ULONGLONG filter, ULONG flags, const GUID *activity,
			    const GUID *related, ULONG n, PVOID data);
ULONG NTAPI EtwEventWriteFull(ULONGLONG handle, const void *descriptor,
			      USHORT property, const GUID *activity,
			      const GUID *related, ULONG n, PVOID data);
ULONG NTAPI EtwEventWriteString(ULONGLONG handle, UCHAR level,
				ULONGLONG keyword, PCWSTR text);
ULONG NTAPI EtwEventWriteNoRegistration(const GUID *provider,
					const void *descriptor, ULONG n,
					PVOID data);
ULONG NTAPI EtwEventSetInformation(ULONGLONG handle, ULONG class, PVOID info,
				   ULONG size);
ULONG NTAPI EtwEventActivityIdControl(ULONG code, GUID *id);
ULONG NTAPI EtwRegisterTraceGuidsW(PVOID callback, PVOID context,
				   const GUID *control, ULONG n, PVOID guids,
				   PCWSTR image, PCWSTR resource,
				   trace_handle *handle);
ULONG NTAPI EtwRegisterTraceGuidsA(PVOID callback, PVOID context,
				   const GUID *control, ULONG n, PVOID guids,
				   PCSTR image, PCSTR resource,
				   trace_handle *handle);
ULONG NTAPI EtwUnregisterTraceGuids(trace_handle handle);
trace_handle NTAPI EtwGetTraceLoggerHandle(PVOID buffer);
ULONG NTAPI EtwGetTraceEnableFlags(trace_handle handle);
UCHAR NTAPI EtwGetTraceEnableLevel(trace_handle handle);
ULONG NTAPI EtwLogTraceEvent(trace_handle handle, PVOID event);
ULONG __cdecl EtwTraceMessage(trace_handle handle, ULONG flags,
			      const GUID *guid, USHORT number, ...);
ULONG NTAPI EtwTraceMessageVa(trace_handle handle, ULONG flags,
			      const GUID *guid, USHORT number, va_list args);

ULONG NTAPI EtwEventRegister(const GUID *provider, PVOID callback,
			     PVOID context, ULONGLONG *handle)
{
	if (!provider || !handle)
		return ERROR_INVALID_PARAMETER;
	*handle = new_handle();
	return ERROR_SUCCESS;
}

ULONG NTAPI EtwEventUnregister(ULONGLONG handle)
{
	return handle ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

BOOLEAN NTAPI EtwEventEnabled(ULONGLONG handle, const void *descriptor)
{
	return FALSE;
}

BOOLEAN NTAPI EtwEventProviderEnabled(ULONGLONG handle, UCHAR level,
				      ULONGLONG keyword)
{
	return FALSE;
}

ULONG NTAPI EtwEventWrite(ULONGLONG handle, const void *descriptor, ULONG n,
			  PVOID data)
{
	return handle ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

ULONG NTAPI EtwEventWriteTransfer(ULONGLONG handle, const void *descriptor,
				  const GUID *activity, const GUID *related,
				  ULONG n, PVOID data)
{
	return handle ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

ULONG NTAPI EtwEventWriteEx(ULONGLONG handle, const void *descriptor,
			    ULONGLONG filter, ULONG flags, const GUID *activity,
			    const GUID *related, ULONG n, PVOID data)
{
	return handle ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

ULONG NTAPI EtwEventWriteFull(ULONGLONG handle, const void *descriptor,
			      USHORT property, const GUID *activity,
			      const GUID *related, ULONG n, PVOID data)
{
	return handle ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

ULONG NTAPI EtwEventWriteString(ULONGLONG handle, UCHAR level,
				ULONGLONG keyword, PCWSTR text)
{
	return handle ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

ULONG NTAPI EtwEventWriteNoRegistration(const GUID *provider,
					const void *descriptor, ULONG n,
					PVOID data)
{
	return ERROR_SUCCESS;
}

ULONG NTAPI EtwEventSetInformation(ULONGLONG handle, ULONG class, PVOID info,
				   ULONG size)
{
	return handle ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

/* The thread's activity lies in its TEB: that part works. */
ULONG NTAPI EtwEventActivityIdControl(ULONG code, GUID *id)
{
	GUID *own = &NtCurrentTeb()->ActivityId, old = *own, new;

	if (!id)
		return ERROR_INVALID_PARAMETER;
	switch (code) {
	case EVENT_ACTIVITY_CTRL_GET_ID:
		*id = old;
		return ERROR_SUCCESS;
	case EVENT_ACTIVITY_CTRL_SET_ID:
		*own = *id;
		return ERROR_SUCCESS;
	case EVENT_ACTIVITY_CTRL_GET_SET_ID:
		*own = *id;
		*id = old;
		return ERROR_SUCCESS;
	case EVENT_ACTIVITY_CTRL_CREATE_ID:
	case EVENT_ACTIVITY_CTRL_CREATE_SET_ID:
		if (!rf_gen_random(&new, sizeof new))
			return ERROR_GEN_FAILURE;
		if (code == EVENT_ACTIVITY_CTRL_CREATE_SET_ID) {
			*own = new;
			*id = old;
		} else {
			*id = new;
		}
		return ERROR_SUCCESS;
	default:
		return ERROR_INVALID_PARAMETER;
	}
}

/* ---- the older kind ---- */

ULONG NTAPI EtwRegisterTraceGuidsW(PVOID callback, PVOID context,
				   const GUID *control, ULONG n, PVOID guids,
				   PCWSTR image, PCWSTR resource,
				   trace_handle *handle)
{
	if (!control || !handle)
		return ERROR_INVALID_PARAMETER;
	*handle = new_handle();
	return ERROR_SUCCESS;
}

ULONG NTAPI EtwRegisterTraceGuidsA(PVOID callback, PVOID context,
				   const GUID *control, ULONG n, PVOID guids,
				   PCSTR image, PCSTR resource,
				   trace_handle *handle)
{
	return EtwRegisterTraceGuidsW(callback, context, control, n, guids,
				      NULL, NULL, handle);
}

ULONG NTAPI EtwUnregisterTraceGuids(trace_handle handle)
{
	return handle ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

/* Only a control callback may ask these, and none is ever called. */
trace_handle NTAPI EtwGetTraceLoggerHandle(PVOID buffer)
{
	RtlSetLastWin32Error(ERROR_INVALID_HANDLE);
	return (trace_handle)-1;
}

ULONG NTAPI EtwGetTraceEnableFlags(trace_handle handle)
{
	RtlSetLastWin32Error(ERROR_INVALID_HANDLE);
	return 0;
}

UCHAR NTAPI EtwGetTraceEnableLevel(trace_handle handle)
{
	RtlSetLastWin32Error(ERROR_INVALID_HANDLE);
	return 0;
}

ULONG NTAPI EtwLogTraceEvent(trace_handle handle, PVOID event)
{
	return ERROR_INVALID_HANDLE;
}

ULONG __cdecl EtwTraceMessage(trace_handle handle, ULONG flags,
			      const GUID *guid, USHORT number, ...)
{
	return ERROR_INVALID_HANDLE;
}

ULONG NTAPI EtwTraceMessageVa(trace_handle handle, ULONG flags,
			      const GUID *guid, USHORT number, va_list args)
{
	return ERROR_INVALID_HANDLE;
}
