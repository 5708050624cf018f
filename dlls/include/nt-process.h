/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nt-process.h - numbers and structures of NT's process and system calls that
 * more than one DLL needs.  Source: Microsoft's documentation and public
 * symbols.
 */
#ifndef RF_DLL_NT_PROCESS_H
#define RF_DLL_NT_PROCESS_H

#include "nt.h"

/* NtQueryInformationProcess, NtSetInformationProcess */
enum {
	RfProcessBasicInformation = 0,
	RfProcessQuotaLimits = 1,
	RfProcessIoCounters = 2,
	RfProcessVmCounters = 3,
	RfProcessTimes = 4,
	RfProcessDebugPort = 7,
	RfProcessDefaultHardErrorMode = 12,
	RfProcessPriorityClass = 18,
	RfProcessHandleCount = 20,
	RfProcessAffinityMask = 21,
	RfProcessPriorityBoost = 22,
	RfProcessIoPriority = 33,
	RfProcessPagePriority = 39,
	RfProcessSessionInformation = 24,
	RfProcessWow64Information = 26,
	RfProcessImageFileName = 27,
	RfProcessDebugObjectHandle = 30,
	RfProcessDebugFlags = 31,
	RfProcessExecuteFlags = 34,
	RfProcessCycleTime = 38,
	RfProcessImageFileNameWin32 = 43,
	RfProcessMitigationPolicy = 52,
	RfProcessCommandLineInformation = 60,
};

typedef struct _RF_PROCESS_BASIC_INFORMATION {
	NTSTATUS ExitStatus;
	PPEB PebBaseAddress;
	ULONG_PTR AffinityMask;
	KPRIORITY BasePriority;
	ULONG_PTR UniqueProcessId;
	ULONG_PTR InheritedFromUniqueProcessId;
} RF_PROCESS_BASIC_INFORMATION;

typedef struct _RF_KERNEL_USER_TIMES {
	LARGE_INTEGER CreateTime, ExitTime, KernelTime, UserTime;
} RF_KERNEL_USER_TIMES;

typedef struct _RF_VM_COUNTERS_EX {
	SIZE_T PeakVirtualSize;
	SIZE_T VirtualSize;
	ULONG PageFaultCount;
	SIZE_T PeakWorkingSetSize;
	SIZE_T WorkingSetSize;
	SIZE_T QuotaPeakPagedPoolUsage;
	SIZE_T QuotaPagedPoolUsage;
	SIZE_T QuotaPeakNonPagedPoolUsage;
	SIZE_T QuotaNonPagedPoolUsage;
	SIZE_T PagefileUsage;
	SIZE_T PeakPagefileUsage;
	SIZE_T PrivateUsage;
} RF_VM_COUNTERS_EX;

/* NtQuerySystemInformation */
enum {
	RfSystemPerformanceInformation = 2,
	RfSystemProcessInformation = 5,
};

typedef struct _RF_SYSTEM_THREAD {
	LARGE_INTEGER KernelTime, UserTime, CreateTime;
	ULONG WaitTime;
	PVOID StartAddress;
	CLIENT_ID ClientId;
	KPRIORITY Priority;
	LONG BasePriority;
	ULONG ContextSwitches;
	ULONG ThreadState;
	ULONG WaitReason;
} RF_SYSTEM_THREAD;

typedef struct _RF_SYSTEM_PROCESS {
	ULONG NextEntryOffset;
	ULONG NumberOfThreads;
	LARGE_INTEGER WorkingSetPrivateSize;
	ULONG HardFaultCount;
	ULONG NumberOfThreadsHighWatermark;
	ULONGLONG CycleTime;
	LARGE_INTEGER CreateTime, UserTime, KernelTime;
	UNICODE_STRING ImageName;
	KPRIORITY BasePriority;
	HANDLE UniqueProcessId;
	HANDLE InheritedFromUniqueProcessId;
	ULONG HandleCount;
	ULONG SessionId;
	ULONG_PTR UniqueProcessKey;
	SIZE_T PeakVirtualSize, VirtualSize;
	ULONG PageFaultCount;
	SIZE_T PeakWorkingSetSize, WorkingSetSize;
	SIZE_T QuotaPeakPagedPoolUsage, QuotaPagedPoolUsage;
	SIZE_T QuotaPeakNonPagedPoolUsage, QuotaNonPagedPoolUsage;
	SIZE_T PagefileUsage, PeakPagefileUsage, PrivatePageCount;
	LARGE_INTEGER ReadOperationCount, WriteOperationCount;
	LARGE_INTEGER OtherOperationCount, ReadTransferCount;
	LARGE_INTEGER WriteTransferCount, OtherTransferCount;
	RF_SYSTEM_THREAD Threads[1];
} RF_SYSTEM_PROCESS;

RF_AT(RF_SYSTEM_PROCESS, ImageName, 0x38, 0x38);
RF_AT(RF_SYSTEM_PROCESS, Threads, 0x100, 0xb8);

/* NtCreateUserProcess */
typedef struct _PS_ATTRIBUTE {
	ULONG_PTR Attribute;
	SIZE_T Size;
	union {
		ULONG_PTR Value;
		PVOID ValuePtr;
	};
	PSIZE_T ReturnLength;
} PS_ATTRIBUTE;

#define PS_ATTRIBUTE_PARENT_PROCESS  0x00060000
#define PS_ATTRIBUTE_DEBUG_OBJECT    0x00060001
#define PS_ATTRIBUTE_TOKEN           0x00060002
#define PS_ATTRIBUTE_CLIENT_ID       0x00010003
#define PS_ATTRIBUTE_TEB_ADDRESS     0x00010004
#define PS_ATTRIBUTE_IMAGE_NAME      0x00020005
#define PS_ATTRIBUTE_IMAGE_INFO      0x00000006
#define PS_ATTRIBUTE_PRIORITY_CLASS  0x00020008
#define PS_ATTRIBUTE_ERROR_MODE      0x00020009
#define PS_ATTRIBUTE_STD_HANDLE_INFO 0x0002000a
#define PS_ATTRIBUTE_HANDLE_LIST     0x0002000b
#define PS_ATTRIBUTE_GROUP_AFFINITY  0x0003000c
#define PS_ATTRIBUTE_JOB_LIST        0x00020013
#define PS_ATTRIBUTE_CHILD_POLICY    0x00020014
#define PS_ATTRIBUTE_MITIGATIONS     0x00020010

typedef struct _PS_CREATE_INFO {
	SIZE_T Size;
	ULONG State; /* how far it came: see PS_CREATE_* */
	union {
		struct {
			ULONG InitFlags;
			ACCESS_MASK AdditionalFileAccess;
		} InitState;
		struct {
			HANDLE FileHandle;
		} FailSection;
		struct {
			USHORT DllCharacteristics;
		} ExeFormat;
		struct {
			HANDLE IFEOKey;
		} ExeName;
		struct {
			ULONG OutputFlags;
			HANDLE FileHandle;
			HANDLE SectionHandle;
			ULONGLONG UserProcessParametersNative;
			ULONG UserProcessParametersWow64;
			ULONG CurrentParameterFlags;
			ULONGLONG PebAddressNative;
			ULONG PebAddressWow64;
			ULONGLONG ManifestAddress;
			ULONG ManifestSize;
		} SuccessState;
	};
} PS_CREATE_INFO;

RF_AT(PS_CREATE_INFO, InitState, 0x10, 0x8);
_Static_assert(sizeof(PS_CREATE_INFO) == (sizeof(void *) == 8 ? 0x58 : 0x48),
	       "PS_CREATE_INFO");

enum {
	PS_CREATE_INITIAL_STATE,
	PS_CREATE_FAIL_ON_FILE_OPEN,
	PS_CREATE_FAIL_ON_SECTION_CREATE,
	PS_CREATE_FAIL_EXE_FORMAT,
	PS_CREATE_FAIL_MACHINE_MISMATCH,
	PS_CREATE_FAIL_EXE_NAME,
	PS_CREATE_SUCCESS,
};

/* SECTION_IMAGE_INFORMATION, which PS_ATTRIBUTE_IMAGE_INFO returns. */
typedef struct _RF_IMAGE_INFORMATION {
	PVOID TransferAddress;
	ULONG ZeroBits;
	SIZE_T MaximumStackSize;
	SIZE_T CommittedStackSize;
	ULONG SubSystemType;
	USHORT SubSystemMinorVersion, SubSystemMajorVersion;
	USHORT MajorOperatingSystemVersion, MinorOperatingSystemVersion;
	USHORT ImageCharacteristics;
	USHORT DllCharacteristics;
	USHORT Machine;
	BOOLEAN ImageContainsCode;
	UCHAR ImageFlags;
	ULONG LoaderFlags;
	ULONG ImageFileSize;
	ULONG CheckSum;
} RF_IMAGE_INFORMATION;

#define PROCESS_CREATE_FLAGS_BREAKAWAY       0x0001
#define PROCESS_CREATE_FLAGS_NO_DEBUG        0x0002 /* of its children */
#define PROCESS_CREATE_FLAGS_INHERIT_HANDLES 0x0004
#define THREAD_CREATE_FLAGS_CREATE_SUSPENDED 0x0001

#define RTL_USER_PROC_PARAMS_NORMALIZED 0x00000001

#endif
