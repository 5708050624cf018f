/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A DLL without code is data for any processor: what is linked with /NOENTRY
 * and says i386 loads into a 64-bit program, and the other way round, with its
 * exports and resources.  (ICU's icudt was such a DLL for years.)  One that has
 * something to call or to bind is for its own processor alone.
 */
#include <windows.h>
#include <stddef.h>
#include <string.h>

#include "check.h"

enum { PAGE = 0x1000, DATA_RVA = PAGE, DATA_AT = 0x400, BYTES = 0x600 };

static const char name[] = "data-dll.dll";
static const char text[] = "only data";

struct data {
	IMAGE_EXPORT_DIRECTORY exports;
	DWORD address, name;
	WORD ordinal;
	char dll[16], symbol[8], text[sizeof text];
	/* RT_RCDATA, 7, language 0 */
	struct {
		IMAGE_RESOURCE_DIRECTORY dir;
		IMAGE_RESOURCE_DIRECTORY_ENTRY entry;
	} level[3];
	IMAGE_RESOURCE_DATA_ENTRY leaf;
};

#define RVA(member) (DATA_RVA + (DWORD)offsetof(struct data, member))
#define IN_TREE(member)                                                        \
	((DWORD)(offsetof(struct data, member) - offsetof(struct data, level)))

static void fill(struct data *d)
{
	static const WORD ids[] = { 10 /* RT_RCDATA */, 7, 0 };

	d->exports.Name = RVA(dll);
	d->exports.Base = 1;
	d->exports.NumberOfFunctions = d->exports.NumberOfNames = 1;
	d->exports.AddressOfFunctions = RVA(address);
	d->exports.AddressOfNames = RVA(name);
	d->exports.AddressOfNameOrdinals = RVA(ordinal);
	d->address = RVA(text);
	d->name = RVA(symbol);
	strcpy(d->dll, name);
	strcpy(d->symbol, "text");
	memcpy(d->text, text, sizeof text);
	for (int i = 0; i < 3; i++) {
		d->level[i].dir.NumberOfIdEntries = 1;
		d->level[i].entry.Id = ids[i];
		d->level[i].entry.OffsetToData =
			i < 2 ? 0x80000000 | IN_TREE(level[i + 1])
			      : IN_TREE(leaf);
	}
	d->leaf.OffsetToData = RVA(text);
	d->leaf.Size = sizeof text;
}

/* What both widths of the optional header have, under the same names. */
#define FILL(o)                                                                \
	do {                                                                   \
		(o)->SizeOfInitializedData = BYTES - DATA_AT;                  \
		(o)->SizeOfCode = code;                                        \
		(o)->AddressOfEntryPoint = entry;                              \
		(o)->ImageBase = 0x4ad00000;                                   \
		(o)->SectionAlignment = PAGE;                                  \
		(o)->FileAlignment = 0x200;                                    \
		(o)->MajorOperatingSystemVersion = 6;                          \
		(o)->MajorSubsystemVersion = 6;                                \
		(o)->SizeOfImage = 2 * PAGE;                                   \
		(o)->SizeOfHeaders = DATA_AT;                                  \
		(o)->Subsystem = IMAGE_SUBSYSTEM_WINDOWS_GUI;                  \
		(o)->DllCharacteristics =                                      \
			IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE |                \
			IMAGE_DLLCHARACTERISTICS_NX_COMPAT |                   \
			IMAGE_DLLCHARACTERISTICS_NO_SEH;                       \
		(o)->NumberOfRvaAndSizes = IMAGE_NUMBEROF_DIRECTORY_ENTRIES;   \
		(o)->DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT] =             \
			(IMAGE_DATA_DIRECTORY){                                \
				DATA_RVA, sizeof(IMAGE_EXPORT_DIRECTORY)       \
			};                                                     \
		(o)->DataDirectory[IMAGE_DIRECTORY_ENTRY_RESOURCE] =           \
			(IMAGE_DATA_DIRECTORY){ RVA(level),                    \
						sizeof(struct data) -          \
							offsetof(struct data,  \
								 level) };     \
	} while (0)

static void make(BOOL wide, DWORD entry, DWORD code)
{
	static union {
		BYTE bytes[BYTES];
		IMAGE_DOS_HEADER dos;
	} file;
	IMAGE_NT_HEADERS64 *nt = (void *)(file.bytes + sizeof file.dos);
	IMAGE_NT_HEADERS32 *nt32 = (void *)nt;
	IMAGE_SECTION_HEADER *s;
	HANDLE f;
	DWORD n;

	memset(&file, 0, sizeof file);
	file.dos.e_magic = IMAGE_DOS_SIGNATURE;
	file.dos.e_lfanew = sizeof file.dos;
	nt->Signature = IMAGE_NT_SIGNATURE;
	nt->FileHeader.NumberOfSections = 1;
	nt->FileHeader.Characteristics =
		IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_DLL;
	if (wide) {
		nt->FileHeader.Machine = IMAGE_FILE_MACHINE_AMD64;
		nt->FileHeader.SizeOfOptionalHeader = sizeof nt->OptionalHeader;
		nt->OptionalHeader.Magic = IMAGE_NT_OPTIONAL_HDR64_MAGIC;
		FILL(&nt->OptionalHeader);
	} else {
		nt->FileHeader.Machine = IMAGE_FILE_MACHINE_I386;
		nt->FileHeader.SizeOfOptionalHeader =
			sizeof nt32->OptionalHeader;
		nt->FileHeader.Characteristics |= IMAGE_FILE_32BIT_MACHINE;
		nt32->OptionalHeader.Magic = IMAGE_NT_OPTIONAL_HDR32_MAGIC;
		FILL(&nt32->OptionalHeader);
	}
	s = wide ? IMAGE_FIRST_SECTION(nt) : IMAGE_FIRST_SECTION(nt32);
	memcpy(s->Name, ".rdata", 6);
	s->VirtualAddress = DATA_RVA;
	s->Misc.VirtualSize = sizeof(struct data);
	s->PointerToRawData = DATA_AT;
	s->SizeOfRawData = BYTES - DATA_AT;
	s->Characteristics =
		IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ;
	fill((void *)(file.bytes + DATA_AT));
	f = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	CHECK(WriteFile(f, &file, BYTES, &n, NULL) && n == BYTES, "%lu",
	      GetLastError());
	CloseHandle(f);
}

static void loads(BOOL wide)
{
	const char *got;
	HMODULE m;
	HRSRC r;

	make(wide, 0, 0);
	m = LoadLibraryA(name);
	CHECK(m, "%d bits: %lu", wide ? 64 : 32, GetLastError());
	if (!m)
		return;
	CHECK(GetModuleHandleA(name) == m);
	got = (const char *)GetProcAddress(m, "text");
	CHECK(got && !strcmp(got, text), "%d bits: %s", wide ? 64 : 32,
	      got ? got : "no export");
	r = FindResourceA(m, (LPCSTR)(ULONG_PTR)7, (LPCSTR)RT_RCDATA);
	CHECK(r && SizeofResource(m, r) == sizeof text &&
		      !memcmp(LockResource(LoadResource(m, r)), text,
			      sizeof text),
	      "%d bits: %lu", wide ? 64 : 32, GetLastError());
	CHECK(LoadLibraryA(name) == m);
	CHECK(FreeLibrary(m) && FreeLibrary(m));
	CHECK(!GetModuleHandleA(name));
}

static void does_not_load(BOOL wide, DWORD entry, DWORD code)
{
	make(wide, entry, code);
	SetLastError(0);
	CHECK(!LoadLibraryA(name), "entry %#lx, code %#lx", entry, code);
	CHECK_EQ(GetLastError(), ERROR_BAD_EXE_FORMAT);
}

int main(void)
{
	const BOOL other = sizeof(void *) == 4;

	loads(FALSE);
	loads(TRUE);
	does_not_load(other, RVA(text), 0);
	does_not_load(other, RVA(text), 0x200);
	does_not_load(other, 0, 0x200);
	DeleteFileA(name);
	return check_done();
}
