/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nt-thread.h - numbers and structures of NT's thread, job and system calls
 * that nt-process.h lacks.  Source: Microsoft's documentation and public
 * symbols.
 */
#ifndef RF_DLL_NT_THREAD_H
#define RF_DLL_NT_THREAD_H

#include "nt-process.h"

/* NtQueryInformationThread, NtSetInformationThread */
enum {
	RfThreadBasicInformation = 0,
	RfThreadTimes = 1,
	RfThreadPriority = 2,
	RfThreadBasePriority = 3,
	RfThreadAffinityMask = 4,
	RfThreadImpersonationToken = 5,
	RfThreadQuerySetWin32StartAddress = 9,
	RfThreadZeroTlsCell = 10,
	RfThreadAmILastThread = 12,
	RfThreadIdealProcessor = 13,
	RfThreadPriorityBoost = 14,
	RfThreadIsIoPending = 16,
	RfThreadHideFromDebugger = 17,
	RfThreadIoPriority = 22,
	RfThreadCycleTime = 23,
	RfThreadPagePriority = 24,
	RfThreadGroupInformation = 30,
	RfThreadIdealProcessorEx = 33,
	RfThreadSuspendCount = 35,
	RfThreadNameInformation = 38,
	RfThreadPowerThrottlingState = 49,
};

typedef struct _RF_THREAD_BASIC_INFORMATION {
	NTSTATUS ExitStatus;
	PTEB TebBaseAddress;
	CLIENT_ID ClientId;
	ULONG_PTR AffinityMask;
	KPRIORITY Priority;
	KPRIORITY BasePriority; /* relative to the process's */
} RF_THREAD_BASIC_INFORMATION;

typedef struct _RF_THREAD_CYCLE_TIME {
	ULONGLONG AccumulatedCycles;
	ULONGLONG CurrentCycleCount;
} RF_THREAD_CYCLE_TIME;

/* NtCreateThreadEx */
typedef struct _PS_ATTRIBUTE_LIST {
	SIZE_T TotalLength;
	PS_ATTRIBUTE Attributes[2];
} PS_ATTRIBUTE_LIST;

/* NtQuerySystemInformation */
enum {
	RfSystemBasicInformation = 0,
	RfSystemProcessorInformation = 1,
	RfSystemTimeOfDayInformation = 3,
	RfSystemProcessorPerformanceInformation = 8,
	RfSystemFileCacheInformation = 21,
	RfSystemTimeAdjustmentInformation = 28,
	RfSystemCurrentTimeZoneInformation = 44,
	RfSystemLogicalProcessorInformation = 73,
	RfSystemFirmwareTableInformation = 76,
	RfSystemProcessorIdleCycleTimeInformation = 83,
	RfSystemDynamicTimeZoneInformation = 102,
	RfSystemLogicalProcessorAndGroupInformation = 107,
};

typedef struct _RF_SYSTEM_BASIC {
	ULONG Reserved;
	ULONG TimerResolution; /* 100 ns */
	ULONG PageSize;
	ULONG NumberOfPhysicalPages;
	ULONG LowestPhysicalPageNumber;
	ULONG HighestPhysicalPageNumber;
	ULONG AllocationGranularity;
	ULONG_PTR MinimumUserModeAddress;
	ULONG_PTR MaximumUserModeAddress;
	ULONG_PTR ActiveProcessorsAffinityMask;
	CCHAR NumberOfProcessors;
} RF_SYSTEM_BASIC;

typedef struct _RF_SYSTEM_PROCESSOR {
	USHORT ProcessorArchitecture;
	USHORT ProcessorLevel;
	USHORT ProcessorRevision;
	USHORT MaximumProcessors;
	ULONG ProcessorFeatureBits;
} RF_SYSTEM_PROCESSOR;

typedef struct _RF_SYSTEM_PROCESSOR_PERFORMANCE {
	LARGE_INTEGER IdleTime, KernelTime, UserTime, DpcTime, InterruptTime;
	ULONG InterruptCount;
} RF_SYSTEM_PROCESSOR_PERFORMANCE;

typedef struct _RF_SYSTEM_TIME_OF_DAY {
	LARGE_INTEGER BootTime, CurrentTime, TimeZoneBias;
	ULONG TimeZoneId;
	ULONG Reserved;
	ULONGLONG BootTimeBias;
	ULONGLONG SleepTimeBias;
} RF_SYSTEM_TIME_OF_DAY;

typedef struct _RF_SYSTEM_PERFORMANCE {
	LARGE_INTEGER IdleProcessTime;
	LARGE_INTEGER IoReadTransferCount;
	LARGE_INTEGER IoWriteTransferCount;
	LARGE_INTEGER IoOtherTransferCount;
	ULONG IoReadOperationCount;
	ULONG IoWriteOperationCount;
	ULONG IoOtherOperationCount;
	ULONG AvailablePages;
	ULONG CommittedPages;
	ULONG CommitLimit;
	ULONG PeakCommitment;
	ULONG Rest[68];
	ULONGLONG Later[4]; /* ours: room for what newer systems add */
} RF_SYSTEM_PERFORMANCE;

#endif
