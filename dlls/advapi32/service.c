/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * service.c - services: there is no manager, which is what its functions say;
 * a program that would be a service learns that it was started by hand.
 */
#include "nt.h"
#include <winsvc.h>

static SC_HANDLE no_manager(void)
{
	SetLastError(RPC_S_SERVER_UNAVAILABLE);
	return NULL;
}

static BOOL no_handle(void)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

SC_HANDLE WINAPI OpenSCManagerW(LPCWSTR machine, LPCWSTR db, DWORD access)
{
	return no_manager();
}

SC_HANDLE WINAPI OpenSCManagerA(LPCSTR machine, LPCSTR db, DWORD access)
{
	return no_manager();
}

SC_HANDLE WINAPI OpenServiceW(SC_HANDLE m, LPCWSTR name, DWORD access)
{
	no_handle();
	return NULL;
}

SC_HANDLE WINAPI OpenServiceA(SC_HANDLE m, LPCSTR name, DWORD access)
{
	no_handle();
	return NULL;
}

SC_HANDLE WINAPI CreateServiceW(SC_HANDLE m, LPCWSTR name, LPCWSTR display,
				DWORD access, DWORD type, DWORD start,
				DWORD error, LPCWSTR path, LPCWSTR group,
				LPDWORD tag, LPCWSTR needs, LPCWSTR user,
				LPCWSTR password)
{
	no_handle();
	return NULL;
}

SC_HANDLE WINAPI CreateServiceA(SC_HANDLE m, LPCSTR name, LPCSTR display,
				DWORD access, DWORD type, DWORD start,
				DWORD error, LPCSTR path, LPCSTR group,
				LPDWORD tag, LPCSTR needs, LPCSTR user,
				LPCSTR password)
{
	no_handle();
	return NULL;
}

BOOL WINAPI CloseServiceHandle(SC_HANDLE h)
{
	return no_handle();
}

BOOL WINAPI DeleteService(SC_HANDLE h)
{
	return no_handle();
}

BOOL WINAPI ControlService(SC_HANDLE h, DWORD code, LPSERVICE_STATUS status)
{
	return no_handle();
}

BOOL WINAPI StartServiceW(SC_HANDLE h, DWORD n, LPCWSTR *args)
{
	return no_handle();
}

BOOL WINAPI StartServiceA(SC_HANDLE h, DWORD n, LPCSTR *args)
{
	return no_handle();
}

BOOL WINAPI QueryServiceStatus(SC_HANDLE h, LPSERVICE_STATUS status)
{
	return no_handle();
}

BOOL WINAPI QueryServiceStatusEx(SC_HANDLE h, SC_STATUS_TYPE level,
				 LPBYTE buffer, DWORD size, LPDWORD needed)
{
	return no_handle();
}

BOOL WINAPI QueryServiceConfigW(SC_HANDLE h, LPQUERY_SERVICE_CONFIGW config,
				DWORD size, LPDWORD needed)
{
	return no_handle();
}

BOOL WINAPI ChangeServiceConfig2W(SC_HANDLE h, DWORD level, LPVOID info)
{
	return no_handle();
}

BOOL WINAPI EnumServicesStatusExW(SC_HANDLE h, SC_ENUM_TYPE level, DWORD type,
				  DWORD state, LPBYTE buffer, DWORD size,
				  LPDWORD needed, LPDWORD n, LPDWORD resume,
				  LPCWSTR group)
{
	return no_handle();
}

BOOL WINAPI StartServiceCtrlDispatcherW(const SERVICE_TABLE_ENTRYW *table)
{
	SetLastError(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT);
	return FALSE;
}

BOOL WINAPI StartServiceCtrlDispatcherA(const SERVICE_TABLE_ENTRYA *table)
{
	SetLastError(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT);
	return FALSE;
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerW(LPCWSTR name,
							 LPHANDLER_FUNCTION fn)
{
	SetLastError(ERROR_SERVICE_NOT_IN_EXE);
	return NULL;
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerA(LPCSTR name,
							 LPHANDLER_FUNCTION fn)
{
	SetLastError(ERROR_SERVICE_NOT_IN_EXE);
	return NULL;
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerExW(
	LPCWSTR name, LPHANDLER_FUNCTION_EX fn, LPVOID context)
{
	SetLastError(ERROR_SERVICE_NOT_IN_EXE);
	return NULL;
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerExA(
	LPCSTR name, LPHANDLER_FUNCTION_EX fn, LPVOID context)
{
	SetLastError(ERROR_SERVICE_NOT_IN_EXE);
	return NULL;
}

BOOL WINAPI SetServiceStatus(SERVICE_STATUS_HANDLE h, LPSERVICE_STATUS status)
{
	return no_handle();
}
