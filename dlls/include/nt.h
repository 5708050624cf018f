/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nt.h - NT declarations for the foreign side that mingw-w64 lacks.
 *
 * Include it instead of <windows.h> and never with <winternl.h>, whose
 * structures are half empty.  The Nt* prototypes come from the call table
 * (ntcalls.h, generated).  Layouts: Microsoft's public symbols; offsets that
 * programs rely on are asserted at the end, for both widths.
 */
#ifndef RF_DLL_NT_H
#define RF_DLL_NT_H

/* We define what these headers would import. */
#define WIN32_NO_STATUS
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00
#endif
/* All that is left out here doubles the time of compiling a file. */
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <stddef.h>

#ifndef NT_SUCCESS
#define NT_SUCCESS(s) ((NTSTATUS)(s) >= 0)
#endif

typedef LONG NTSTATUS;
typedef LONG KPRIORITY;

#ifndef __UNICODE_STRING_DEFINED
#define __UNICODE_STRING_DEFINED
typedef struct _UNICODE_STRING {
	USHORT Length;		/* bytes, without any NUL */
	USHORT MaximumLength;	/* bytes */
	PWSTR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;
#endif
#ifndef __STRING_DEFINED
#define __STRING_DEFINED
typedef struct _STRING {
	USHORT Length;
	USHORT MaximumLength;
	PCHAR Buffer;
} STRING, *PSTRING, ANSI_STRING, *PANSI_STRING, OEM_STRING, *POEM_STRING;
#endif
typedef const STRING *PCSTRING, *PCANSI_STRING;

#ifndef __OBJECT_ATTRIBUTES_DEFINED
#define __OBJECT_ATTRIBUTES_DEFINED
typedef struct _OBJECT_ATTRIBUTES {
	ULONG Length;
	HANDLE RootDirectory;
	PUNICODE_STRING ObjectName;
	ULONG Attributes;
	PVOID SecurityDescriptor;
	PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;
#endif

#define OBJ_INHERIT 0x00000002
#define OBJ_PERMANENT 0x00000010
#define OBJ_EXCLUSIVE 0x00000020
#define OBJ_CASE_INSENSITIVE 0x00000040
#define OBJ_OPENIF 0x00000080

#define InitializeObjectAttributes(p, n, a, r, s)                              \
	do {                                                                   \
		(p)->Length = sizeof(OBJECT_ATTRIBUTES);                       \
		(p)->RootDirectory = (r);                                      \
		(p)->Attributes = (a);                                         \
		(p)->ObjectName = (n);                                         \
		(p)->SecurityDescriptor = (s);                                 \
		(p)->SecurityQualityOfService = NULL;                          \
	} while (0)

typedef struct _IO_STATUS_BLOCK {
	union {
		NTSTATUS Status;
		PVOID Pointer;
	};
	ULONG_PTR Information;
} IO_STATUS_BLOCK, *PIO_STATUS_BLOCK;

typedef struct _CLIENT_ID {
	HANDLE UniqueProcess;
	HANDLE UniqueThread;
} CLIENT_ID, *PCLIENT_ID;

#define NtCurrentProcess() ((HANDLE)(LONG_PTR)-1)
#define NtCurrentThread() ((HANDLE)(LONG_PTR)-2)

typedef struct _CURDIR {
	UNICODE_STRING DosPath;
	HANDLE Handle;
} CURDIR;

typedef struct _RTL_DRIVE_LETTER_CURDIR {
	USHORT Flags;
	USHORT Length;
	ULONG TimeStamp;
	STRING DosPath;
} RTL_DRIVE_LETTER_CURDIR;

typedef struct _RTL_USER_PROCESS_PARAMETERS {
	ULONG MaximumLength;
	ULONG Length;
	ULONG Flags;
	ULONG DebugFlags;
	HANDLE ConsoleHandle;
	ULONG ConsoleFlags;
	HANDLE StandardInput;
	HANDLE StandardOutput;
	HANDLE StandardError;
	CURDIR CurrentDirectory;
	UNICODE_STRING DllPath;
	UNICODE_STRING ImagePathName;
	UNICODE_STRING CommandLine;
	PVOID Environment;
	ULONG StartingX, StartingY;
	ULONG CountX, CountY;
	ULONG CountCharsX, CountCharsY;
	ULONG FillAttribute;
	ULONG WindowFlags;
	ULONG ShowWindowFlags;
	UNICODE_STRING WindowTitle;
	UNICODE_STRING DesktopInfo;
	UNICODE_STRING ShellInfo;
	UNICODE_STRING RuntimeData;
	RTL_DRIVE_LETTER_CURDIR CurrentDirectories[32];
	ULONG_PTR EnvironmentSize;
	ULONG_PTR EnvironmentVersion;
	PVOID PackageDependencyData;
	ULONG ProcessGroupId;
	ULONG LoaderThreads;
} RTL_USER_PROCESS_PARAMETERS, *PRTL_USER_PROCESS_PARAMETERS;

typedef struct _PEB_LDR_DATA {
	ULONG Length;
	BOOLEAN Initialized;
	HANDLE SsHandle;
	LIST_ENTRY InLoadOrderModuleList;
	LIST_ENTRY InMemoryOrderModuleList;
	LIST_ENTRY InInitializationOrderModuleList;
	PVOID EntryInProgress;
	BOOLEAN ShutdownInProgress;
	HANDLE ShutdownThreadId;
} PEB_LDR_DATA, *PPEB_LDR_DATA;

/* As far as programs look; our own fields follow in ntdll's private header. */
typedef struct _LDR_DATA_TABLE_ENTRY {
	LIST_ENTRY InLoadOrderLinks;
	LIST_ENTRY InMemoryOrderLinks;
	LIST_ENTRY InInitializationOrderLinks;
	PVOID DllBase;
	PVOID EntryPoint;
	ULONG SizeOfImage;
	UNICODE_STRING FullDllName;
	UNICODE_STRING BaseDllName;
	ULONG Flags;
	USHORT LoadCount; /* obsolete; -1 */
	USHORT TlsIndex;
	LIST_ENTRY HashLinks;
	ULONG TimeDateStamp;
	PVOID EntryPointActivationContext;
	PVOID Lock;
	PVOID DdagNode;
	LIST_ENTRY NodeModuleLink;
	PVOID LoadContext;
	PVOID ParentDllBase;
	PVOID SwitchBackContext;
} LDR_DATA_TABLE_ENTRY, *PLDR_DATA_TABLE_ENTRY;

typedef struct _PEB {
	BOOLEAN InheritedAddressSpace;
	BOOLEAN ReadImageFileExecOptions;
	BOOLEAN BeingDebugged;
	BOOLEAN BitField;
	HANDLE Mutant;
	PVOID ImageBaseAddress;
	PPEB_LDR_DATA Ldr;
	PRTL_USER_PROCESS_PARAMETERS ProcessParameters;
	PVOID SubSystemData;
	HANDLE ProcessHeap;
	PRTL_CRITICAL_SECTION FastPebLock;
	PVOID AtlThunkSListPtr;
	PVOID IFEOKey;
	ULONG CrossProcessFlags;
	PVOID KernelCallbackTable;
	ULONG SystemReserved;
	ULONG AtlThunkSListPtr32;
	PVOID ApiSetMap;
	ULONG TlsExpansionCounter;
	PVOID TlsBitmap;
	ULONG TlsBitmapBits[2];
	PVOID ReadOnlySharedMemoryBase;
	PVOID SharedData;
	PVOID *ReadOnlyStaticServerData;
	PVOID AnsiCodePageData;
	PVOID OemCodePageData;
	PVOID UnicodeCaseTableData;
	ULONG NumberOfProcessors;
	ULONG NtGlobalFlag;
	LARGE_INTEGER CriticalSectionTimeout;
	SIZE_T HeapSegmentReserve;
	SIZE_T HeapSegmentCommit;
	SIZE_T HeapDeCommitTotalFreeThreshold;
	SIZE_T HeapDeCommitFreeBlockThreshold;
	ULONG NumberOfHeaps;
	ULONG MaximumNumberOfHeaps;
	PVOID *ProcessHeaps;
	PVOID GdiSharedHandleTable;
	PVOID ProcessStarterHelper;
	ULONG GdiDCAttributeList;
	PRTL_CRITICAL_SECTION LoaderLock;
	ULONG OSMajorVersion;
	ULONG OSMinorVersion;
	USHORT OSBuildNumber;
	USHORT OSCSDVersion;
	ULONG OSPlatformId;
	ULONG ImageSubsystem;
	ULONG ImageSubsystemMajorVersion;
	ULONG ImageSubsystemMinorVersion;
	ULONG_PTR ActiveProcessAffinityMask;
#ifdef _WIN64
	ULONG GdiHandleBuffer[60];
#else
	ULONG GdiHandleBuffer[34];
#endif
	PVOID PostProcessInitRoutine;
	PVOID TlsExpansionBitmap;
	ULONG TlsExpansionBitmapBits[32];
	ULONG SessionId;
	ULARGE_INTEGER AppCompatFlags;
	ULARGE_INTEGER AppCompatFlagsUser;
	PVOID pShimData;
	PVOID AppCompatInfo;
	UNICODE_STRING CSDVersion;
	PVOID ActivationContextData;
	PVOID ProcessAssemblyStorageMap;
	PVOID SystemDefaultActivationContextData;
	PVOID SystemAssemblyStorageMap;
	SIZE_T MinimumStackCommit;
	PVOID SparePointers[4];
	ULONG SpareUlongs[5];
	PVOID WerRegistrationData;
	PVOID WerShipAssertPtr;
	PVOID pUnused;
	PVOID pImageHeaderHash;
	ULONG TracingFlags;
} PEB, *PPEB;

typedef struct _GDI_TEB_BATCH {
	ULONG Offset;
	HANDLE HDC;
	ULONG Buffer[310];
} GDI_TEB_BATCH;

typedef struct _TEB {
	NT_TIB Tib;
	PVOID EnvironmentPointer;
	CLIENT_ID ClientId;
	PVOID ActiveRpcHandle;
	PVOID ThreadLocalStoragePointer;
	PPEB ProcessEnvironmentBlock;
	ULONG LastErrorValue;
	ULONG CountOfOwnedCriticalSections;
	PVOID CsrClientThread;
	PVOID Win32ThreadInfo;
	ULONG User32Reserved[26];
	ULONG UserReserved[5];
	PVOID WOW32Reserved; /* i686: what the stubs call, fs:[0xc0] */
	LCID CurrentLocale;
	ULONG FpSoftwareStatusRegister;
	PVOID ReservedForDebuggerInstrumentation[16];
#ifdef _WIN64
	PVOID SystemReserved1[30];
#else
	PVOID SystemReserved1[26];
#endif
	CHAR PlaceholderCompatibilityMode;
	BOOLEAN PlaceholderHydrationAlwaysExplicit;
	CHAR PlaceholderReserved[10];
	ULONG ProxiedProcessId;
	struct {
		PVOID ActiveFrame;
		LIST_ENTRY FrameListCache;
		ULONG Flags;
		ULONG NextCookieSequenceNumber;
		ULONG StackId;
	} ActivationStack;
	UCHAR WorkingOnBehalfTicket[8];
	NTSTATUS ExceptionCode;
#ifdef _WIN64
	UCHAR Padding0[4];
#endif
	PVOID ActivationContextStackPointer;
	ULONG_PTR InstrumentationCallbackSp;
	ULONG_PTR InstrumentationCallbackPreviousPc;
	ULONG_PTR InstrumentationCallbackPreviousSp;
#ifdef _WIN64
	ULONG TxFsContext;
	BOOLEAN InstrumentationCallbackDisabled;
	UCHAR Padding1[3];
#else
	BOOLEAN InstrumentationCallbackDisabled;
	UCHAR SpareBytes[23];
	ULONG TxFsContext;
#endif
	GDI_TEB_BATCH GdiTebBatch;
	CLIENT_ID RealClientId;
	HANDLE GdiCachedProcessHandle;
	ULONG GdiClientPID;
	ULONG GdiClientTID;
	PVOID GdiThreadLocalInfo;
	ULONG_PTR Win32ClientInfo[62];
	PVOID glDispatchTable[233];
	ULONG_PTR glReserved1[29];
	PVOID glReserved2;
	PVOID glSectionInfo;
	PVOID glSection;
	PVOID glTable;
	PVOID glCurrentRC;
	PVOID glContext;
	NTSTATUS LastStatusValue;
	UNICODE_STRING StaticUnicodeString;
	WCHAR StaticUnicodeBuffer[261];
	PVOID DeallocationStack;
	PVOID TlsSlots[64];
	LIST_ENTRY TlsLinks;
	PVOID Vdm;
	PVOID ReservedForNtRpc;
	PVOID DbgSsReserved[2];
	ULONG HardErrorMode;
#ifdef _WIN64
	PVOID Instrumentation[11];
#else
	PVOID Instrumentation[9];
#endif
	GUID ActivityId;
	PVOID SubProcessTag;
	PVOID PerflibData;
	PVOID EtwTraceData;
	PVOID WinSockData;
	ULONG GdiBatchCount;
	ULONG IdealProcessorValue;
	ULONG GuaranteedStackBytes;
	PVOID ReservedForPerf;
	PVOID ReservedForOle;
	ULONG WaitingOnLoaderLock;
	PVOID SavedPriorityState;
	ULONG_PTR ReservedForCodeCoverage;
	PVOID ThreadPoolData;
	PVOID *TlsExpansionSlots;
#ifdef _WIN64
	PVOID DeallocationBStore;
	PVOID BStoreLimit;
#endif
	ULONG MuiGeneration;
	ULONG IsImpersonating;
	PVOID NlsCache;
	PVOID pShimData;
	ULONG HeapVirtualAffinity;
	HANDLE CurrentTransactionHandle;
	PVOID ActiveFrame;
	PVOID FlsData;
	PVOID PreferredLanguages;
	PVOID UserPrefLanguages;
	PVOID MergedPrefLanguages;
	ULONG MuiImpersonation;
	USHORT CrossTebFlags;
	USHORT SameTebFlags;
	PVOID TxnScopeEnterCallback;
	PVOID TxnScopeExitCallback;
	PVOID TxnScopeContext;
	ULONG LockCount;
	LONG WowTebOffset;
	PVOID ResourceRetValue;
	PVOID ReservedForWdf;
	ULONGLONG ReservedForCrt;
	GUID EffectiveContainerId;
} TEB, *PTEB;

#define RF_AT(type, field, at64, at32)                                         \
	_Static_assert(offsetof(type, field) ==                                \
			       (sizeof(void *) == 8 ? (at64) : (at32)),        \
		       #type "." #field)

RF_AT(TEB, ThreadLocalStoragePointer, 0x58, 0x2c);
RF_AT(TEB, ProcessEnvironmentBlock, 0x60, 0x30);
RF_AT(TEB, LastErrorValue, 0x68, 0x34);
RF_AT(TEB, WOW32Reserved, 0x100, 0xc0);
RF_AT(TEB, ExceptionCode, 0x2c0, 0x1a4);
RF_AT(TEB, RealClientId, 0x7d8, 0x6b4);
RF_AT(TEB, LastStatusValue, 0x1250, 0xbf4);
RF_AT(TEB, DeallocationStack, 0x1478, 0xe0c);
RF_AT(TEB, TlsSlots, 0x1480, 0xe10);
RF_AT(TEB, GuaranteedStackBytes, 0x1748, 0xf78);
RF_AT(TEB, TlsExpansionSlots, 0x1780, 0xf94);
RF_AT(TEB, FlsData, 0x17c8, 0xfb4);
RF_AT(PEB, ProcessParameters, 0x20, 0x10);
RF_AT(PEB, ProcessHeap, 0x30, 0x18);
RF_AT(PEB, NumberOfProcessors, 0xb8, 0x64);
RF_AT(PEB, NtGlobalFlag, 0xbc, 0x68);
RF_AT(PEB, LoaderLock, 0x110, 0xa0);
RF_AT(PEB, OSMajorVersion, 0x118, 0xa4);
RF_AT(PEB, SessionId, 0x2c0, 0x1d4);
RF_AT(RTL_USER_PROCESS_PARAMETERS, CommandLine, 0x70, 0x40);
RF_AT(RTL_USER_PROCESS_PARAMETERS, Environment, 0x80, 0x48);
RF_AT(RTL_USER_PROCESS_PARAMETERS, EnvironmentSize, 0x3f0, 0x290);
RF_AT(LDR_DATA_TABLE_ENTRY, FullDllName, 0x48, 0x24);

#include "ntcalls.h"

/* The kernel calls these ends of ntdll "Rtl": shared by our DLLs. */
NTSYSAPI ULONG NTAPI RtlNtStatusToDosError(NTSTATUS status);
NTSYSAPI PVOID NTAPI RtlAllocateHeap(PVOID heap, ULONG flags, SIZE_T size);
/* A BOOL, not a BOOLEAN: kernel32 exports it under its own names. */
NTSYSAPI BOOL NTAPI RtlFreeHeap(PVOID heap, ULONG flags, PVOID p);
NTSYSAPI PVOID NTAPI RtlReAllocateHeap(PVOID heap, ULONG flags, PVOID p,
				       SIZE_T size);
NTSYSAPI SIZE_T NTAPI RtlSizeHeap(PVOID heap, ULONG flags, const void *p);
#include "rtl.h"

static inline PPEB rf_peb(void)
{
	return NtCurrentTeb()->ProcessEnvironmentBlock;
}

static inline PVOID rf_heap(void)
{
	return rf_peb()->ProcessHeap;
}

static inline void InitializeListHead(LIST_ENTRY *head)
{
	head->Flink = head->Blink = head;
}

/* Sets the last error from a status; returns FALSE for "return rf_fail(s)". */
static inline BOOL rf_fail(NTSTATUS status)
{
	NtCurrentTeb()->LastStatusValue = status;
	NtCurrentTeb()->LastErrorValue = RtlNtStatusToDosError(status);
	return FALSE;
}

static inline BOOL rf_result(NTSTATUS status)
{
	return NT_SUCCESS(status) ? TRUE : rf_fail(status);
}

#endif
