/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wow64-i686.c - what 32-bit programs call to reach 64-bit ones: addresses of
 * 64 bits, and structures as 64-bit code has them.
 *
 * These are no calls of the kernel's, but of Windows' own WOW64 layer: names in
 * ntdll only.  They end in the same calls, made by 64-bit code.
 */
#include "ntdll-private.h"

/* As in syscalls.tbl. */
enum {
	ALLOCATE_VIRTUAL_MEMORY = 0x18,
	QUERY_INFORMATION_PROCESS = 0x19,
	QUERY_VIRTUAL_MEMORY = 0x23,
	QUERY_SYSTEM_INFORMATION = 0x36,
	WRITE_VIRTUAL_MEMORY = 0x3a,
	READ_VIRTUAL_MEMORY = 0x3f,
};

NTSTATUS __cdecl rf_call64(ULONG number, const ULONG64 args[8]);

NTSYSAPI NTSTATUS NTAPI NtWow64AllocateVirtualMemory64(
	HANDLE process, PULONG64 base, ULONG64 zero_bits, PULONG64 size,
	ULONG type, ULONG protect);
NTSYSAPI NTSTATUS NTAPI NtWow64ReadVirtualMemory64(HANDLE process, ULONG64 from,
						   PVOID to, ULONG64 n,
						   PULONG64 done);
NTSYSAPI NTSTATUS NTAPI NtWow64WriteVirtualMemory64(HANDLE process, ULONG64 to,
						    const VOID *from, ULONG64 n,
						    PULONG64 done);
NTSYSAPI NTSTATUS NTAPI NtWow64QueryVirtualMemory64(HANDLE process, ULONG64 at,
						    ULONG class, PVOID info,
						    ULONG64 len,
						    PULONG64 needed);
NTSYSAPI NTSTATUS NTAPI NtWow64QueryInformationProcess64(HANDLE process,
							 ULONG class,
							 PVOID info, ULONG len,
							 PULONG needed);
NTSYSAPI NTSTATUS NTAPI NtWow64GetNativeSystemInformation(ULONG class,
							  PVOID info, ULONG len,
							  PULONG needed);
NTSYSAPI NTSTATUS NTAPI
NtWow64GetCurrentProcessorNumberEx(PPROCESSOR_NUMBER number);
NTSYSAPI PSLIST_ENTRY NTAPI NtWow64InterlockedPopEntrySList(PSLIST_HEADER head);

static ULONG64 wide(HANDLE h)
{
	return (ULONG64)(LONG64)(LONG)h;
}

static ULONG64 at(const volatile void *p)
{
	return (ULONG)p;
}

NTSTATUS NTAPI NtWow64AllocateVirtualMemory64(HANDLE process, PULONG64 base,
					      ULONG64 zero_bits, PULONG64 size,
					      ULONG type, ULONG protect)
{
	const ULONG64 args[8] = { wide(process), at(base), zero_bits,
				  at(size),	 type,	   protect };

	return rf_call64(ALLOCATE_VIRTUAL_MEMORY, args);
}

NTSTATUS NTAPI NtWow64ReadVirtualMemory64(HANDLE process, ULONG64 from,
					  PVOID to, ULONG64 n, PULONG64 done)
{
	const ULONG64 args[8] = { wide(process), from, at(to), n, at(done) };

	return rf_call64(READ_VIRTUAL_MEMORY, args);
}

NTSTATUS NTAPI NtWow64WriteVirtualMemory64(HANDLE process, ULONG64 to,
					   const VOID *from, ULONG64 n,
					   PULONG64 done)
{
	const ULONG64 args[8] = { wide(process), to, at(from), n, at(done) };

	return rf_call64(WRITE_VIRTUAL_MEMORY, args);
}

NTSTATUS NTAPI NtWow64QueryVirtualMemory64(HANDLE process, ULONG64 address,
					   ULONG class, PVOID info, ULONG64 len,
					   PULONG64 needed)
{
	const ULONG64 args[8] = { wide(process), address, class,
				  at(info),	 len,	  at(needed) };

	return rf_call64(QUERY_VIRTUAL_MEMORY, args);
}

/* PROCESS_BASIC_INFORMATION with 64-bit fields, and nothing else. */
NTSTATUS NTAPI NtWow64QueryInformationProcess64(HANDLE process, ULONG class,
						PVOID info, ULONG len,
						PULONG needed)
{
	const ULONG64 args[8] = { wide(process), class, at(info), len,
				  at(needed) };

	return class ? STATUS_NOT_IMPLEMENTED
		     : rf_call64(QUERY_INFORMATION_PROCESS, args);
}

/*
 * What NtQuerySystemInformation tells 64-bit programs of processors and the
 * address space, in 32-bit structures.
 */
NTSTATUS NTAPI NtWow64GetNativeSystemInformation(ULONG class, PVOID info,
						 ULONG len, PULONG needed)
{
	enum { BASIC = 0, PROCESSOR = 1, EMULATED = 62, EMULATED_CPU = 63 };
	const ULONG64 args[8] = { class, at(info), len, at(needed) };

	switch (class) {
	case PROCESSOR: /* laid out alike */
		return rf_call64(QUERY_SYSTEM_INFORMATION, args);
	case BASIC:
	case EMULATED:
	case EMULATED_CPU:
		return NtQuerySystemInformation(class, info, len, needed);
	default:
		return STATUS_INVALID_INFO_CLASS;
	}
}

NTSTATUS NTAPI NtWow64GetCurrentProcessorNumberEx(PPROCESSOR_NUMBER number)
{
	RtlGetCurrentProcessorNumberEx(number);
	return STATUS_SUCCESS;
}

PSLIST_ENTRY NTAPI NtWow64InterlockedPopEntrySList(PSLIST_HEADER head)
{
	return RtlInterlockedPopEntrySList(head);
}
