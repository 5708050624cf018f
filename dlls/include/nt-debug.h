/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nt-debug.h - what ntdll and kernel32 share of debugging.  Source: Microsoft's
 * public symbols for ntdll (DBGUI_WAIT_STATE_CHANGE and its parts).
 */
#ifndef RF_DLL_NT_DEBUG_H
#define RF_DLL_NT_DEBUG_H

#include "nt.h"

typedef enum _DBG_STATE {
	DbgIdle,
	DbgReplyPending,
	DbgCreateThreadStateChange,
	DbgCreateProcessStateChange,
	DbgExitThreadStateChange,
	DbgExitProcessStateChange,
	DbgExceptionStateChange,
	DbgBreakpointStateChange,
	DbgSingleStepStateChange,
	DbgLoadDllStateChange,
	DbgUnloadDllStateChange
} DBG_STATE;

typedef struct _DBGKM_EXCEPTION {
	EXCEPTION_RECORD ExceptionRecord;
	ULONG FirstChance;
} DBGKM_EXCEPTION;

typedef struct _DBGKM_CREATE_THREAD {
	ULONG SubSystemKey;
	PVOID StartAddress;
} DBGKM_CREATE_THREAD;

typedef struct _DBGKM_CREATE_PROCESS {
	ULONG SubSystemKey;
	HANDLE FileHandle;
	PVOID BaseOfImage;
	ULONG DebugInfoFileOffset, DebugInfoSize;
	DBGKM_CREATE_THREAD InitialThread;
} DBGKM_CREATE_PROCESS;

typedef struct _DBGKM_LOAD_DLL {
	HANDLE FileHandle;
	PVOID BaseOfDll;
	ULONG DebugInfoFileOffset, DebugInfoSize;
	PVOID NamePointer;
} DBGKM_LOAD_DLL;

typedef struct _DBGUI_WAIT_STATE_CHANGE {
	DBG_STATE NewState;
	CLIENT_ID AppClientId;
	union {
		DBGKM_EXCEPTION Exception;
		struct {
			HANDLE HandleToThread;
			DBGKM_CREATE_THREAD NewThread;
		} CreateThread;
		struct {
			HANDLE HandleToProcess, HandleToThread;
			DBGKM_CREATE_PROCESS NewProcess;
		} CreateProcessInfo;
		NTSTATUS ExitStatus; /* of a thread or process */
		DBGKM_LOAD_DLL LoadDll;
		PVOID UnloadDllBase;
	} StateInfo;
} DBGUI_WAIT_STATE_CHANGE;

_Static_assert(sizeof(DBGUI_WAIT_STATE_CHANGE) ==
		       (sizeof(void *) == 8 ? 0xb8 : 0x60),
	       "DBGUI_WAIT_STATE_CHANGE");
RF_AT(DBGUI_WAIT_STATE_CHANGE, StateInfo, 0x18, 0x0c);
RF_AT(DBGUI_WAIT_STATE_CHANGE,
      StateInfo.CreateProcessInfo.NewProcess.InitialThread.StartAddress, 0x50,
      0x2c);

NTSYSAPI NTSTATUS NTAPI DbgUiConnectToDbg(void);
NTSYSAPI HANDLE NTAPI DbgUiGetThreadDebugObject(void);
NTSYSAPI void NTAPI DbgUiSetThreadDebugObject(HANDLE h);
NTSYSAPI NTSTATUS NTAPI DbgUiWaitStateChange(DBGUI_WAIT_STATE_CHANGE *change,
					     LARGE_INTEGER *timeout);
NTSYSAPI NTSTATUS NTAPI DbgUiContinue(CLIENT_ID *id, NTSTATUS status);
NTSYSAPI NTSTATUS NTAPI DbgUiStopDebugging(HANDLE process);
NTSYSAPI NTSTATUS NTAPI DbgUiDebugActiveProcess(HANDLE process);
NTSYSAPI NTSTATUS NTAPI DbgUiIssueRemoteBreakin(HANDLE process);
NTSYSAPI void NTAPI DbgUiRemoteBreakin(PVOID context);
NTSYSAPI NTSTATUS NTAPI DbgUiConvertStateChangeStructure(
	const DBGUI_WAIT_STATE_CHANGE *change, DEBUG_EVENT *event);
NTSYSAPI NTSTATUS NTAPI DbgUiConvertStateChangeStructureEx(
	const DBGUI_WAIT_STATE_CHANGE *change, DEBUG_EVENT *event);

#endif
