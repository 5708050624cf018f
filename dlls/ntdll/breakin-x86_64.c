/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * breakin-x86_64.c - where a 32-bit process has its DbgUiRemoteBreakin, for a
 * debugger of 64 bits.
 *
 * Windows has a 64-bit ntdll in such a process as well and starts the thread
 * there. Here it has the 32-bit one only: the mapped image that calls itself
 * ntdll.dll. What is read is another process's, and may be anything.
 */
#include "ntdll-private.h"
#include "nt-debug.h"

enum { MEMORY_BASIC = 0, MAX_EXPORTS = 0x10000 };

static const char dll[] = "ntdll.dll", function[] = "DbgUiRemoteBreakin";

static BOOL fetch(HANDLE process, ULONG at, void *to, SIZE_T n)
{
	return NT_SUCCESS(NtReadVirtualMemory(process, (PVOID)(ULONG_PTR)at, to,
					      n, NULL));
}

static BOOL exports_of(HANDLE process, ULONG base, IMAGE_EXPORT_DIRECTORY *x)
{
	IMAGE_DOS_HEADER dos;
	IMAGE_NT_HEADERS32 nt;
	char name[sizeof dll];

	return fetch(process, base, &dos, sizeof dos) &&
	       dos.e_magic == IMAGE_DOS_SIGNATURE &&
	       fetch(process, base + (ULONG)dos.e_lfanew, &nt, sizeof nt) &&
	       nt.Signature == IMAGE_NT_SIGNATURE &&
	       nt.FileHeader.Machine == IMAGE_FILE_MACHINE_I386 &&
	       nt.OptionalHeader.DataDirectory[0].VirtualAddress &&
	       fetch(process,
		     base + nt.OptionalHeader.DataDirectory[0].VirtualAddress,
		     x, sizeof *x) &&
	       fetch(process, base + x->Name, name, sizeof name) &&
	       !memcmp(name, dll, sizeof name);
}

/* Names are sorted. */
static PVOID find(HANDLE process, ULONG base, const IMAGE_EXPORT_DIRECTORY *x)
{
	ULONG low = 0, high = x->NumberOfNames, rva;
	char name[sizeof function];
	USHORT i;

	if (high > MAX_EXPORTS)
		return NULL;
	while (low < high) {
		const ULONG mid = low + (high - low) / 2;
		int order;

		if (!fetch(process, base + x->AddressOfNames + 4 * mid, &rva,
			   sizeof rva) ||
		    !fetch(process, base + rva, name, sizeof name))
			return NULL;
		order = strncmp(name, function, sizeof name);
		if (!order)
			return fetch(process,
				     base + x->AddressOfNameOrdinals + 2 * mid,
				     &i, sizeof i) &&
					       fetch(process,
						     base + x->AddressOfFunctions +
							     4u * i,
						     &rva, sizeof rva)
				       ? (PVOID)(ULONG_PTR)(base + rva)
				       : NULL;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

PVOID rf_breakin32(HANDLE process)
{
	const ULONG_PTR end = 1ull << 32;
	MEMORY_BASIC_INFORMATION m;
	IMAGE_EXPORT_DIRECTORY x;

	for (ULONG_PTR at = 0; at < end;
	     at = (ULONG_PTR)m.BaseAddress + m.RegionSize) {
		if (!NT_SUCCESS(NtQueryVirtualMemory(process, (PVOID)at,
						     MEMORY_BASIC, &m,
						     sizeof m, NULL)))
			break;
		if (m.Type == MEM_IMAGE && m.AllocationBase == m.BaseAddress &&
		    exports_of(process, (ULONG)(ULONG_PTR)m.BaseAddress, &x))
			return find(process, (ULONG)(ULONG_PTR)m.BaseAddress,
				    &x);
	}
	return NULL;
}
