/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Exception handlers that a 32-bit program may register: those in its list of
 * safe ones (/SAFESEH), where it has one; none where it says so; in memory
 * that it made only if it executes data.
 *
 * The linker makes no such list, so it is here, and copies of this program are
 * made whose headers lead to it.
 */
// only: i686
#include <windows.h>
#include <stddef.h>
#include <string.h>

#include "check.h"

#define INVALID_HANDLER 0xc00001a5u /* STATUS_INVALID_EXCEPTION_HANDLER */
enum { HANDLED = 42 };

typedef EXCEPTION_REGISTRATION_RECORD FRAME;

/* As C code, but with no chance that the compiler makes one of them. */
EXCEPTION_DISPOSITION __cdecl first(EXCEPTION_RECORD *, void *, CONTEXT *,
				    void *);
EXCEPTION_DISPOSITION __cdecl unlisted(EXCEPTION_RECORD *, void *, CONTEXT *,
				       void *);
EXCEPTION_DISPOSITION __cdecl second(EXCEPTION_RECORD *, void *, CONTEXT *,
				     void *);
asm(".text\n"
    ".globl _first, _unlisted, _second\n"
    "_first: nop\n"
    "_unlisted: nop\n"
    "_second: movl $42, _reached; xorl %eax, %eax; ret\n"
    ".data\n"
    "safe: .rva _first, _second\n"
    ".globl _load_config_here\n"
    "_load_config_here: .long 72\n .space 60\n .long safe, 2\n"
    ".text\n");
extern IMAGE_LOAD_CONFIG_DIRECTORY32 load_config_here;
volatile int reached;

static LONG WINAPI quiet(EXCEPTION_POINTERS *p)
{
	ExitProcess(p->ExceptionRecord->ExceptionCode);
}

/* In a child: an exception with this handler. */
static int raise_with(const char *which)
{
	FRAME f = { .Next = (FRAME *)__readfsdword(0) };
	void *made = VirtualAlloc(NULL, 4096, MEM_COMMIT,
				  PAGE_EXECUTE_READWRITE);
	static unsigned char in_data[16];

	memcpy(made, second, 16);
	memcpy(in_data, second, 16);
	f.Handler = (PEXCEPTION_ROUTINE)(!strcmp(which, "first")    ? first :
					 !strcmp(which, "second")   ? second :
					 !strcmp(which, "unlisted") ? unlisted :
					 !strcmp(which, "data") ?
						 (void *)in_data :
						 made);
	/* Would be asked if the end were an ordinary one. */
	SetUnhandledExceptionFilter(quiet);
	__writefsdword(0, (DWORD)&f);
	RaiseException(0xe0000001, 0, 0, NULL);
	__writefsdword(0, (DWORD)f.Next);
	return reached;
}

enum { LIST = 1, NO_HANDLERS = 2, NO_NX = 4 };

static char image[1 << 20];

static void make_copy(const char *to, int how)
{
	char self[MAX_PATH];
	IMAGE_NT_HEADERS32 *nt;
	DWORD n = 0;
	HANDLE f;

	GetModuleFileNameA(NULL, self, sizeof self);
	f = CreateFileA(self, GENERIC_READ, FILE_SHARE_READ, NULL,
			OPEN_EXISTING, 0, NULL);
	CHECK(ReadFile(f, image, sizeof image, &n, NULL));
	CHECK(n && n < sizeof image);
	CloseHandle(f);
	nt = (void *)(image + ((IMAGE_DOS_HEADER *)image)->e_lfanew);
	if (how & LIST) {
		IMAGE_DATA_DIRECTORY *d =
			&nt->OptionalHeader.DataDirectory
				 [IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG];

		d->VirtualAddress = (DWORD)&load_config_here -
				    (DWORD)GetModuleHandleA(NULL);
		d->Size = 64;
	}
	if (how & NO_HANDLERS)
		nt->OptionalHeader.DllCharacteristics |=
			IMAGE_DLLCHARACTERISTICS_NO_SEH;
	if (how & NO_NX)
		nt->OptionalHeader.DllCharacteristics &=
			(WORD)~IMAGE_DLLCHARACTERISTICS_NX_COMPAT;
	else
		nt->OptionalHeader.DllCharacteristics |=
			IMAGE_DLLCHARACTERISTICS_NX_COMPAT;
	f = CreateFileA(to, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	CHECK(WriteFile(f, image, n, &n, NULL));
	CloseHandle(f);
}

static DWORD run(const char *exe, const char *which)
{
	STARTUPINFOA s = { .cb = sizeof s };
	PROCESS_INFORMATION p;
	char line[100];
	DWORD code = 0;

	snprintf(line, sizeof line, "%s %s", exe, which);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &s,
			     &p));
	CHECK_EQ(WaitForSingleObject(p.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(p.hProcess, &code);
	CloseHandle(p.hProcess);
	CloseHandle(p.hThread);
	return code;
}

static const struct {
	int how;
	const char *which;
	DWORD want;
} cases[] = {
	{ 0, "first", HANDLED },
	{ 0, "unlisted", HANDLED },
	{ 0, "data", INVALID_HANDLER },
	{ 0, "made", INVALID_HANDLER },
	{ NO_NX, "unlisted", HANDLED },
	{ NO_NX, "data", HANDLED },
	{ NO_NX, "made", HANDLED },
	{ LIST, "first", HANDLED },
	{ LIST, "second", HANDLED },
	{ LIST, "unlisted", INVALID_HANDLER },
	{ LIST, "data", INVALID_HANDLER },
	{ LIST | NO_NX, "unlisted", INVALID_HANDLER },
	{ LIST | NO_NX, "made", HANDLED },
	{ NO_HANDLERS, "first", INVALID_HANDLER },
	{ NO_HANDLERS | LIST, "first", INVALID_HANDLER },
};

int main(int argc, char **argv)
{
	if (argc == 2)
		return raise_with(argv[1]);
	SetErrorMode(SEM_NOGPFAULTERRORBOX);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char exe[32];
		DWORD got;

		snprintf(exe, sizeof exe, "safe%d.exe", cases[i].how);
		make_copy(exe, cases[i].how);
		got = run(exe, cases[i].which);
		CHECK(got == cases[i].want, "%s %s: %#lx, not %#lx", exe,
		      cases[i].which, got, cases[i].want);
		DeleteFileA(exe);
	}
	return check_done();
}
