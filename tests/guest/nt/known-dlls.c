/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * \KnownDlls and \KnownDlls32: what is in them, and that it is the DLLs of the
 * width, whoever asks.
 */
#include <windows.h>
#include <winternl.h>
#include <string.h>

#include "check.h"

NTSTATUS NTAPI NtOpenSection(PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES);
NTSTATUS NTAPI NtMapViewOfSection(HANDLE, HANDLE, PVOID *, ULONG_PTR, SIZE_T,
				  PLARGE_INTEGER, PSIZE_T, ULONG, ULONG,
				  ULONG);
NTSTATUS NTAPI NtUnmapViewOfSection(HANDLE, PVOID);
NTSTATUS NTAPI NtOpenDirectoryObject(PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES);
NTSTATUS NTAPI NtQueryDirectoryObject(HANDLE, PVOID, ULONG, BOOLEAN, BOOLEAN,
				      PULONG, PULONG);
NTSTATUS NTAPI NtOpenSymbolicLinkObject(PHANDLE, ACCESS_MASK,
					POBJECT_ATTRIBUTES);
NTSTATUS NTAPI NtQuerySymbolicLinkObject(HANDLE, PUNICODE_STRING, PULONG);

#define VIEW_SHARE 1
#define NOT_FOUND ((NTSTATUS)0xc0000034)

static void name_it(OBJECT_ATTRIBUTES *oa, UNICODE_STRING *u, const WCHAR *s)
{
	RtlInitUnicodeString(u, s);
	InitializeObjectAttributes(oa, u, OBJ_CASE_INSENSITIVE, NULL, NULL);
}

static NTSTATUS open(const WCHAR *name, HANDLE *h)
{
	OBJECT_ATTRIBUTES oa;
	UNICODE_STRING u;

	name_it(&oa, &u, name);
	*h = NULL;
	return NtOpenSection(h, SECTION_MAP_READ | SECTION_MAP_EXECUTE |
				SECTION_QUERY, &oa);
}

/* Mapped once more, as those do that look for what has been changed in it. */
static void mapped(const WCHAR *name, WORD machine, const char *self)
{
	const IMAGE_DATA_DIRECTORY *d;
	const IMAGE_EXPORT_DIRECTORY *x;
	const IMAGE_NT_HEADERS64 *nt;
	const BYTE *b;
	PVOID base = NULL;
	SIZE_T size = 0;
	NTSTATUS status;
	HANDLE h;

	CHECK_EQ(open(name, &h), 0);
	if (!h)
		return;
	status = NtMapViewOfSection(h, GetCurrentProcess(), &base, 0, 0, NULL,
				    &size, VIEW_SHARE, 0, PAGE_READONLY);
	CHECK(NT_SUCCESS(status), "%ls: %lx", name, status);
	CloseHandle(h);
	if (!NT_SUCCESS(status))
		return;
	b = base;
	nt = (const void *)(b + ((const IMAGE_DOS_HEADER *)b)->e_lfanew);
	CHECK_EQ(nt->FileHeader.Machine, machine);
	d = machine == IMAGE_FILE_MACHINE_AMD64
		    ? nt->OptionalHeader.DataDirectory
		    : ((const IMAGE_NT_HEADERS32 *)nt)
			      ->OptionalHeader.DataDirectory;
	x = (const void *)(b + d->VirtualAddress);
	CHECK(!lstrcmpiA((const char *)(b + x->Name), self), "%ls: %s", name,
	      (const char *)(b + x->Name));
	CHECK_EQ(NtUnmapViewOfSection(GetCurrentProcess(), base), 0);
}

static void directory(const WCHAR *name, const WCHAR *link, const char *where)
{
	static struct {
		UNICODE_STRING name, type;
	} list[2048];
	BOOL ntdll = FALSE, path = FALSE;
	ULONG context = 0, used = 0;
	OBJECT_ATTRIBUTES oa;
	UNICODE_STRING u;
	WCHAR to[MAX_PATH];
	char text[MAX_PATH];
	HANDLE h = NULL;

	name_it(&oa, &u, name);
	CHECK_EQ(NtOpenDirectoryObject(&h, 1, &oa), 0);
	CHECK_EQ(NtQueryDirectoryObject(h, list, sizeof list, FALSE, TRUE,
					&context, &used),
		 0);
	for (ULONG i = 0; list[i].name.Buffer; i++) {
		BOOL section = !lstrcmpW(list[i].type.Buffer, L"Section");

		if (!lstrcmpiW(list[i].name.Buffer, L"ntdll.dll"))
			ntdll = section;
		if (!lstrcmpiW(list[i].name.Buffer, L"KnownDllPath"))
			path = !section;
	}
	CHECK(ntdll && path, "%ls: %lu", name, context);
	CloseHandle(h);

	name_it(&oa, &u, link);
	CHECK_EQ(NtOpenSymbolicLinkObject(&h, 1, &oa), 0);
	u.Buffer = to;
	u.Length = 0;
	u.MaximumLength = sizeof to;
	CHECK_EQ(NtQuerySymbolicLinkObject(h, &u, NULL), 0);
	text[WideCharToMultiByte(CP_ACP, 0, to, u.Length / 2, text,
				 sizeof text - 1, NULL, NULL)] = 0;
	CHECK(!lstrcmpiA(text, where), "%s", text);
	CloseHandle(h);
}

int main(void)
{
	HANDLE h;

	CHECK_EQ(open(L"\\KnownDlls32\\no-such.dll", &h), NOT_FOUND);
	/* Windows without 32-bit programs, and builds without them. */
	if (GetFileAttributesA("C:\\Windows\\SysWOW64\\ntdll.dll") !=
	    INVALID_FILE_ATTRIBUTES) {
		mapped(L"\\KnownDlls32\\kernel32.dll",
		       IMAGE_FILE_MACHINE_I386, "kernel32.dll");
		mapped(L"\\KnownDlls32\\NTDLL.dll", IMAGE_FILE_MACHINE_I386,
		       "ntdll.dll");
		directory(L"\\KnownDlls32", L"\\KnownDlls32\\KnownDllPath",
			  "C:\\Windows\\SysWOW64");
	}
	/* The other name may mean the same to 32-bit programs. */
	if (sizeof(void *) == 8) {
		mapped(L"\\KnownDlls\\kernel32.dll", IMAGE_FILE_MACHINE_AMD64,
		       "kernel32.dll");
		directory(L"\\KnownDlls", L"\\KnownDlls\\KnownDllPath",
			  "C:\\Windows\\System32");
	}
	return check_done();
}
