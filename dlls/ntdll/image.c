/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image.c - finding things in a PE image: headers, directories, addresses.
 *
 * An image may be mapped as its sections say, or lie there as the file is; the
 * lowest bit of a base says the latter (LOAD_LIBRARY_AS_DATAFILE).
 */
#include "ntdll-private.h"

PVOID NTAPI RtlImageRvaToVa(PIMAGE_NT_HEADERS nt, PVOID base, ULONG rva,
			    PIMAGE_SECTION_HEADER *last);
PIMAGE_SECTION_HEADER NTAPI RtlImageRvaToSection(PIMAGE_NT_HEADERS nt,
						 PVOID base, ULONG rva);
PVOID NTAPI RtlAddressInSectionTable(PIMAGE_NT_HEADERS nt, PVOID base,
				     ULONG rva);
NTSTATUS NTAPI RtlImageNtHeaderEx(ULONG flags, PVOID base, ULONG64 size,
				  PIMAGE_NT_HEADERS *out);

NTSTATUS NTAPI RtlImageNtHeaderEx(ULONG flags, PVOID base, ULONG64 size,
				  PIMAGE_NT_HEADERS *out)
{
	enum { NO_RANGE_CHECK = 1, HEADERS_END = 256 << 20 };
	PIMAGE_DOS_HEADER dos = base;
	PIMAGE_NT_HEADERS nt;
	BOOL check = !(flags & NO_RANGE_CHECK);

	*out = NULL;
	if (flags & ~(ULONG)NO_RANGE_CHECK || !base ||
	    base == (PVOID)(LONG_PTR)-1)
		return STATUS_INVALID_PARAMETER;
	if (check && size < sizeof *dos)
		return STATUS_INVALID_IMAGE_FORMAT;
	if (dos->e_magic != IMAGE_DOS_SIGNATURE || dos->e_lfanew < 0 ||
	    dos->e_lfanew >= HEADERS_END)
		return STATUS_INVALID_IMAGE_FORMAT;
	if (check && (ULONG64)dos->e_lfanew + sizeof *nt > size)
		return STATUS_INVALID_IMAGE_FORMAT;
	nt = (PIMAGE_NT_HEADERS)((char *)base + dos->e_lfanew);
	if (nt->Signature != IMAGE_NT_SIGNATURE)
		return STATUS_INVALID_IMAGE_FORMAT;
	*out = nt;
	return STATUS_SUCCESS;
}

PIMAGE_NT_HEADERS NTAPI RtlImageNtHeader(PVOID base)
{
	PIMAGE_NT_HEADERS nt;

	RtlImageNtHeaderEx(1, base, 0, &nt);
	return nt;
}

PIMAGE_SECTION_HEADER NTAPI RtlImageRvaToSection(PIMAGE_NT_HEADERS nt,
						 PVOID base, ULONG rva)
{
	PIMAGE_SECTION_HEADER s = IMAGE_FIRST_SECTION(nt);

	for (ULONG i = 0; i < nt->FileHeader.NumberOfSections; i++, s++) {
		ULONG size = s->SizeOfRawData > s->Misc.VirtualSize
				     ? s->SizeOfRawData
				     : s->Misc.VirtualSize;

		if (rva >= s->VirtualAddress && rva - s->VirtualAddress < size)
			return s;
	}
	return NULL;
}

/* For an image that lies there as its file does. */
PVOID NTAPI RtlImageRvaToVa(PIMAGE_NT_HEADERS nt, PVOID base, ULONG rva,
			    PIMAGE_SECTION_HEADER *last)
{
	PIMAGE_SECTION_HEADER s = last ? *last : NULL;

	if (!s || rva < s->VirtualAddress ||
	    rva - s->VirtualAddress >= s->SizeOfRawData)
		s = RtlImageRvaToSection(nt, base, rva);
	if (!s)
		return NULL;
	if (last)
		*last = s;
	return (char *)base + (rva - s->VirtualAddress) + s->PointerToRawData;
}

PVOID NTAPI RtlAddressInSectionTable(PIMAGE_NT_HEADERS nt, PVOID base, ULONG rva)
{
	return RtlImageRvaToVa(nt, base, rva, NULL);
}

const IMAGE_DATA_DIRECTORY *rf_image_directory(const IMAGE_NT_HEADERS *nt,
					       ULONG directory)
{
	const IMAGE_OPTIONAL_HEADER32 *o32 =
		&((const IMAGE_NT_HEADERS32 *)nt)->OptionalHeader;
	const IMAGE_OPTIONAL_HEADER64 *o64 =
		&((const IMAGE_NT_HEADERS64 *)nt)->OptionalHeader;

	if (o64->Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC)
		return directory < o64->NumberOfRvaAndSizes
			       ? &o64->DataDirectory[directory]
			       : NULL;
	if (o32->Magic != IMAGE_NT_OPTIONAL_HDR32_MAGIC ||
	    directory >= o32->NumberOfRvaAndSizes)
		return NULL;
	return &o32->DataDirectory[directory];
}

PVOID NTAPI RtlImageDirectoryEntryToData(PVOID base, BOOLEAN mapped,
					 USHORT directory, ULONG *size)
{
	const IMAGE_DATA_DIRECTORY *d;
	PIMAGE_NT_HEADERS nt;

	*size = 0;
	if ((ULONG_PTR)base & 1) {
		base = (PVOID)((ULONG_PTR)base & ~(ULONG_PTR)3);
		mapped = FALSE;
	}
	nt = RtlImageNtHeader(base);
	if (!nt || directory >= IMAGE_NUMBEROF_DIRECTORY_ENTRIES)
		return NULL;
	d = rf_image_directory(nt, directory);
	if (!d || !d->VirtualAddress)
		return NULL;
	*size = d->Size;
	/* Both widths have SizeOfHeaders in the same place. */
	if (mapped || d->VirtualAddress < nt->OptionalHeader.SizeOfHeaders)
		return (char *)base + d->VirtualAddress;
	return RtlImageRvaToVa(nt, base, d->VirtualAddress, NULL);
}
