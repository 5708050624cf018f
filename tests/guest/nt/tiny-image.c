/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Images of a few hundred bytes, as linkers with /ALIGN and packers make them:
 * sections aligned to less than a page lie in memory as in the file, and all
 * of it can be written and executed.  Those here cannot move and want 0x400000.
 */
// only: i686
#include <windows.h>
#include <stddef.h>
#include <string.h>

#include "check.h"

enum { BASE = 0x400000, BYTES = 544, CODE_AT = 416 };

struct tiny {
	IMAGE_DOS_HEADER dos;
	IMAGE_NT_HEADERS32 nt;
	IMAGE_SECTION_HEADER section[2];
	BYTE pad[24]; /* to a multiple of 32 */
	BYTE code[BYTES - CODE_AT];
};
_Static_assert(sizeof(struct tiny) == BYTES, "tiny");
_Static_assert(offsetof(struct tiny, code) == CODE_AT, "tiny");

/*
 * Returns what is at "number", after adding to it: from the entry point, so
 * that it is the exit code.  Addresses are absolute: there are no relocations.
 */
static const BYTE code[] = {
	0xff, 0x05, 0, 0, 0, 0, /* incl number */
	0xa1, 0,    0, 0, 0,	/* movl number, %eax */
	0xc3,			/* ret */
};
enum { NUMBER = 16 }; /* in .code, behind it */

static void make(const char *name, DWORD align, WORD sections)
{
	const DWORD at = BASE + CODE_AT + NUMBER;
	IMAGE_OPTIONAL_HEADER32 *o;
	struct tiny t;
	DWORD n = 41;
	HANDLE f;

	memset(&t, 0, sizeof t);
	o = &t.nt.OptionalHeader;
	t.dos.e_magic = IMAGE_DOS_SIGNATURE;
	t.dos.e_lfanew = offsetof(struct tiny, nt);
	t.nt.Signature = IMAGE_NT_SIGNATURE;
	t.nt.FileHeader.Machine = IMAGE_FILE_MACHINE_I386;
	t.nt.FileHeader.NumberOfSections = sections;
	t.nt.FileHeader.SizeOfOptionalHeader = sizeof *o;
	t.nt.FileHeader.Characteristics = IMAGE_FILE_EXECUTABLE_IMAGE |
					  IMAGE_FILE_32BIT_MACHINE |
					  IMAGE_FILE_RELOCS_STRIPPED;
	o->Magic = IMAGE_NT_OPTIONAL_HDR32_MAGIC;
	o->AddressOfEntryPoint = CODE_AT;
	o->ImageBase = BASE;
	o->SectionAlignment = o->FileAlignment = align;
	o->MajorOperatingSystemVersion = o->MajorSubsystemVersion = 4;
	o->SizeOfImage = BYTES;
	o->SizeOfHeaders = CODE_AT;
	o->Subsystem = IMAGE_SUBSYSTEM_WINDOWS_CUI;
	o->SizeOfStackReserve = o->SizeOfHeapReserve = 0x100000;
	o->SizeOfStackCommit = o->SizeOfHeapCommit = 0x1000;
	o->NumberOfRvaAndSizes = IMAGE_NUMBEROF_DIRECTORY_ENTRIES;
	for (int i = 0; i < sections; i++) {
		IMAGE_SECTION_HEADER *s = &t.section[i];

		memcpy(s->Name, ".tiny", 5);
		s->VirtualAddress = s->PointerToRawData =
			CODE_AT + i * 32;
		s->Misc.VirtualSize = s->SizeOfRawData =
			i + 1 < sections ? 32 :
					   sizeof t.code - (DWORD)i * 32;
		/* Not writable by its flags. */
		s->Characteristics = IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_READ |
				     IMAGE_SCN_MEM_EXECUTE;
	}
	memcpy(t.code, code, sizeof code);
	memcpy(t.code + 2, &at, 4);
	memcpy(t.code + 7, &at, 4);
	memcpy(t.code + NUMBER, &n, 4);
	f = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	CHECK(WriteFile(f, &t, sizeof t, &n, NULL) && n == BYTES);
	CloseHandle(f);
}

static void run(DWORD align, WORD sections)
{
	static const char name[] = "tiny.exe";
	STARTUPINFOA s = { .cb = sizeof s };
	PROCESS_INFORMATION p;
	DWORD exit = 0;

	make(name, align, sections);
	CHECK(CreateProcessA(name, NULL, NULL, NULL, FALSE, 0, NULL, NULL, &s,
			     &p),
	      "align %lu, %u sections: %lu", align, sections, GetLastError());
	CHECK_EQ(WaitForSingleObject(p.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(p.hProcess, &exit);
	CHECK(exit == 42, "align %lu, %u sections: %#lx", align, sections, exit);
	CloseHandle(p.hProcess);
	CloseHandle(p.hThread);
	DeleteFileA(name);
}

int main(void)
{
	run(4, 1);
	run(16, 1);
	run(32, 2);
	return check_done();
}
