/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wer.c - Windows Error Reporting and application restart, as on a system
 * where reporting is off: what a program registers is accepted, and no report
 * is ever made of it.
 */
#include "kernel32-private.h"

static DWORD process_flags;

HRESULT WINAPI WerSetFlags(DWORD flags)
{
	if (flags & ~0x7fful) /* up to WER_FAULT_REPORTING_DURABLE */
		return E_INVALIDARG;
	process_flags = flags;
	return S_OK;
}

HRESULT WINAPI WerGetFlags(HANDLE process, PDWORD flags)
{
	if (!flags)
		return E_INVALIDARG;
	/* Another process's are in its memory; none has reporting on. */
	*flags = GetProcessId(process) == GetCurrentProcessId() ? process_flags
								: 0;
	return S_OK;
}

HRESULT WINAPI WerRegisterFile(PCWSTR file, int type, DWORD flags)
{
	return file ? S_OK : E_INVALIDARG;
}

HRESULT WINAPI WerUnregisterFile(PCWSTR file)
{
	return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}

HRESULT WINAPI WerRegisterMemoryBlock(PVOID p, DWORD size)
{
	return p && size ? S_OK : E_INVALIDARG;
}

HRESULT WINAPI WerUnregisterMemoryBlock(PVOID p)
{
	return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}

HRESULT WINAPI WerRegisterRuntimeExceptionModule(PCWSTR dll, PVOID context)
{
	return dll ? S_OK : E_INVALIDARG;
}

HRESULT WINAPI WerUnregisterRuntimeExceptionModule(PCWSTR dll, PVOID context)
{
	return S_OK;
}

HRESULT WINAPI WerRegisterAdditionalProcess(DWORD id, DWORD thread)
{
	return S_OK;
}

HRESULT WINAPI WerUnregisterAdditionalProcess(DWORD id)
{
	return S_OK;
}

HRESULT WINAPI WerRegisterAppLocalDump(PCWSTR path)
{
	return path ? S_OK : E_INVALIDARG;
}

HRESULT WINAPI WerUnregisterAppLocalDump(void)
{
	return S_OK;
}

HRESULT WINAPI WerRegisterCustomMetadata(PCWSTR key, PCWSTR value)
{
	return key && value ? S_OK : E_INVALIDARG;
}

HRESULT WINAPI WerUnregisterCustomMetadata(PCWSTR key)
{
	return S_OK;
}

HRESULT WINAPI WerRegisterExcludedMemoryBlock(const void *p, DWORD size)
{
	return p && size ? S_OK : E_INVALIDARG;
}

HRESULT WINAPI WerUnregisterExcludedMemoryBlock(const void *p)
{
	return S_OK;
}

/* ---- restart and recovery ---- */

HRESULT WINAPI RegisterApplicationRestart(PCWSTR arguments, DWORD flags)
{
	if (arguments && wide_len(arguments) >= RESTART_MAX_CMD_LINE)
		return E_INVALIDARG;
	return S_OK;
}

HRESULT WINAPI UnregisterApplicationRestart(void)
{
	return S_OK;
}

HRESULT WINAPI RegisterApplicationRecoveryCallback(
	APPLICATION_RECOVERY_CALLBACK fn, PVOID arg, DWORD ms, DWORD flags)
{
	return fn && ms <= RECOVERY_MAX_PING_INTERVAL ? S_OK : E_INVALIDARG;
}

HRESULT WINAPI UnregisterApplicationRecoveryCallback(void)
{
	return S_OK;
}

HRESULT WINAPI ApplicationRecoveryInProgress(PBOOL cancelled)
{
	return E_FAIL; /* called outside of recovery, always */
}

VOID WINAPI ApplicationRecoveryFinished(WINBOOL ok)
{
}

HRESULT WINAPI GetApplicationRestartSettings(HANDLE process, PWSTR arguments,
					     PDWORD size, PDWORD flags)
{
	return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}

HRESULT WINAPI GetApplicationRecoveryCallback(HANDLE process,
					      APPLICATION_RECOVERY_CALLBACK *fn,
					      PVOID *arg, PDWORD ms,
					      PDWORD flags)
{
	return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}
