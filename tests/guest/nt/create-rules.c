/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create-rules.c - what NtCreateFile refuses whatever the file is (MS-FSA,
 * 2.1.5.1), MAXIMUM_ALLOWED of what may only be read, rights that need a
 * privilege, and lengths that no file has.
 */
#include <windows.h>
#include <winternl.h>

#include "check.h"
#include "folder.h"
#include "privilege.h"

#define BAD_PARAMETER ((NTSTATUS)0xc000000d)
#define DENIED        ((NTSTATUS)0xc0000022)
#define CANNOT_DELETE ((NTSTATUS)0xc0000121)
#define NOT_HELD      ((NTSTATUS)0xc0000061)

static NTSTATUS create(const char *name, ACCESS_MASK access, ULONG attributes,
		       ULONG disposition, ULONG options, HANDLE *h)
{
	WCHAR path[2 * MAX_PATH + 8] = L"\\??\\";
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK io;
	UNICODE_STRING u;

	MultiByteToWideChar(CP_ACP, 0, at(name), -1, path + 4, 2 * MAX_PATH);
	RtlInitUnicodeString(&u, path);
	InitializeObjectAttributes(&oa, &u, OBJ_CASE_INSENSITIVE, NULL, NULL);
	return NtCreateFile(h, access, &oa, &io, NULL, attributes, 7,
			    disposition, options, NULL, 0);
}

/* What a file that is there, or a new one, makes of it; nothing is left. */
static NTSTATUS tries(ACCESS_MASK access, ULONG attributes, ULONG disposition,
		      ULONG options)
{
	HANDLE h;
	NTSTATUS status;

	if (disposition == FILE_OPEN)
		CloseHandle(CreateFileA(at("a"), GENERIC_WRITE, 7, NULL,
					CREATE_NEW, 0, NULL));
	status = create("a", access, attributes, disposition, options, &h);
	if (!status)
		NtClose(h);
	SetFileAttributesA(at("a"), FILE_ATTRIBUTE_NORMAL);
	if (options & FILE_DIRECTORY_FILE)
		RemoveDirectoryA(at("a"));
	else
		DeleteFileA(at("a"));
	CHECK_EQ(GetFileAttributesA(at("a")), INVALID_FILE_ATTRIBUTES);
	return status;
}

static void parameters(void)
{
	const ULONG none[] = { 0x8, 0x40, 0x200000, 0x800000, 0x80000000 };

	CHECK_EQ(tries(0, 0, FILE_OPEN, 0), DENIED);
	CHECK_EQ(tries(FILE_READ_DATA | 0x200, 0, FILE_OPEN, 0), DENIED);
	CHECK_EQ(tries(FILE_READ_DATA | 0x200000, 0, FILE_OPEN, 0), DENIED);
	CHECK_EQ(tries(FILE_READ_DATA | 0x4000000, 0, FILE_OPEN, 0), DENIED);
	for (unsigned i = 0; i < sizeof none / sizeof *none; i++) {
		CHECK_EQ(tries(FILE_READ_DATA, none[i], FILE_CREATE, 0),
			 BAD_PARAMETER);
		CHECK_EQ(tries(FILE_READ_DATA, none[i], FILE_OPEN, 0),
			 BAD_PARAMETER);
	}
	CHECK_EQ(tries(FILE_READ_DATA, 0, FILE_OPEN, FILE_RESERVE_OPFILTER), 0);
	CHECK_EQ(tries(FILE_READ_DATA, 0, FILE_OPEN,
		       FILE_RESERVE_OPFILTER | FILE_COMPLETE_IF_OPLOCKED),
		 BAD_PARAMETER);
	/* A sector at a time cannot be added to. */
	CHECK_EQ(tries(FILE_APPEND_DATA, 0, FILE_OPEN,
		       FILE_NO_INTERMEDIATE_BUFFERING),
		 BAD_PARAMETER);
	CHECK_EQ(tries(FILE_APPEND_DATA | FILE_WRITE_DATA, 0, FILE_OPEN,
		       FILE_NO_INTERMEDIATE_BUFFERING),
		 BAD_PARAMETER);
	CHECK_EQ(tries(GENERIC_WRITE, 0, FILE_OPEN,
		       FILE_NO_INTERMEDIATE_BUFFERING),
		 0);
	/* What only new ones are asked. */
	CHECK_EQ(tries(DELETE, FILE_ATTRIBUTE_READONLY, FILE_CREATE,
		       FILE_DELETE_ON_CLOSE),
		 CANNOT_DELETE);
	CHECK_EQ(tries(DELETE, FILE_ATTRIBUTE_READONLY, FILE_OPEN,
		       FILE_DELETE_ON_CLOSE),
		 0);
	CHECK_EQ(tries(FILE_LIST_DIRECTORY, FILE_ATTRIBUTE_TEMPORARY,
		       FILE_CREATE, FILE_DIRECTORY_FILE),
		 BAD_PARAMETER);
	CHECK_EQ(
		tries(FILE_READ_DATA, FILE_ATTRIBUTE_TEMPORARY, FILE_CREATE, 0),
		0);
}

/* ---- all that is allowed ---- */

static ACCESS_MASK granted(HANDLE h)
{
	ACCESS_MASK m = 0;
	IO_STATUS_BLOCK io;

	CHECK_EQ(NtQueryInformationFile(h, &io, &m, sizeof m,
					(FILE_INFORMATION_CLASS)8),
		 0);
	return m;
}

/* It is opened, to be read and not written. */
static void only_read(const char *path, DWORD more)
{
	HANDLE h = CreateFileA(path, MAXIMUM_ALLOWED | more, 7, NULL,
			       OPEN_EXISTING, 0, NULL);
	DWORD n;
	char c;

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", path, GetLastError());
	if (h == INVALID_HANDLE_VALUE)
		return;
	CHECK_EQ(granted(h) & (FILE_WRITE_DATA | FILE_APPEND_DATA), 0);
	CHECK(ReadFile(h, &c, 1, &n, NULL) && n == 1, "%lu", GetLastError());
	CHECK(!WriteFile(h, "x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!SetEndOfFile(h));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CloseHandle(h);
}

static void maximum(void)
{
	const char *system = "C:\\windows\\system32\\kernel32.dll";
	HANDLE h = CreateFileA(at("a"), GENERIC_WRITE, 7, NULL, CREATE_NEW, 0,
			       NULL);
	DWORD n;

	CHECK(WriteFile(h, "abc", 3, &n, NULL));
	CloseHandle(h);
	h = CreateFileA(at("a"), MAXIMUM_ALLOWED, 7, NULL, OPEN_EXISTING, 0,
			NULL);
	CHECK_EQ(granted(h), FILE_ALL_ACCESS);
	CHECK(WriteFile(h, "d", 1, &n, NULL), "%lu", GetLastError());
	CloseHandle(h);

	CHECK(SetFileAttributesA(at("a"), FILE_ATTRIBUTE_READONLY));
	only_read(at("a"), 0);
	only_read(at("a"), GENERIC_READ);
	h = CreateFileA(at("a"), MAXIMUM_ALLOWED | FILE_WRITE_DATA, 7, NULL,
			OPEN_EXISTING, 0, NULL);
	CHECK(h == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK_EQ(create("a", MAXIMUM_ALLOWED, 0, FILE_OVERWRITE, 0, &h),
		 DENIED);
	CHECK(SetFileAttributesA(at("a"), FILE_ATTRIBUTE_NORMAL));
	CHECK(DeleteFileA(at("a")));

	h = CreateFileA(system, MAXIMUM_ALLOWED, 7, NULL, OPEN_EXISTING, 0,
			NULL);
	/* Windows has it loaded, and lets nobody ask to write to it. */
	CHECK(h != INVALID_HANDLE_VALUE ||
		      GetLastError() == ERROR_SHARING_VIOLATION,
	      "%lu", GetLastError());
	CloseHandle(h);
}

/* ---- what a privilege gives ---------------------------------------------- */

static void audit(BOOL may)
{
	const LONG want = may ? 0 : ERROR_PRIVILEGE_NOT_HELD;
	HANDLE h, e = CreateEventA(NULL, FALSE, FALSE, "rf-create-rules");
	HKEY k = NULL;

	CHECK_EQ(
		tries(FILE_READ_DATA | ACCESS_SYSTEM_SECURITY, 0, FILE_OPEN, 0),
		may ? 0 : NOT_HELD);
	CHECK_EQ(tries(FILE_READ_DATA | ACCESS_SYSTEM_SECURITY, 0, FILE_CREATE,
		       0),
		 may ? 0 : NOT_HELD);
	CHECK_EQ(RegOpenKeyExA(HKEY_CURRENT_USER, "Software", 0,
			       KEY_READ | ACCESS_SYSTEM_SECURITY, &k),
		 want);
	if (k)
		RegCloseKey(k);
	h = OpenEventA(SYNCHRONIZE | ACCESS_SYSTEM_SECURITY, FALSE,
		       "rf-create-rules");
	CHECK_EQ(h ? 0 : GetLastError(), want);
	if (h)
		CloseHandle(h);
	CloseHandle(e);
}

static BOOL valid_up_to(HANDLE h, LONGLONG n, DWORD error)
{
	SetLastError(0);
	if (SetFileValidData(h, n))
		return !error;
	return error && GetLastError() == error;
}

static void lengths(void)
{
	HANDLE h = CreateFileA(at("a"), GENERIC_READ | GENERIC_WRITE, 7, NULL,
			       CREATE_NEW, 0, NULL),
	       r = CreateFileA(at("a"), GENERIC_READ, 7, NULL, OPEN_EXISTING, 0,
			       NULL);
	FILE_ALLOCATION_INFO room = { .AllocationSize.QuadPart = 1ll << 62 };
	LARGE_INTEGER size = { .QuadPart = 100000 };
	char byte = 'x';
	DWORD n;

	CHECK(SetFilePointerEx(h, size, NULL, FILE_BEGIN) && SetEndOfFile(h));
	CHECK(valid_up_to(h, 100000, ERROR_PRIVILEGE_NOT_HELD));
	if (enable_privilege("SeManageVolumePrivilege")) {
		CHECK(valid_up_to(h, 100000, 0));
		CHECK(valid_up_to(h, 100001, ERROR_INVALID_PARAMETER));
		CHECK(valid_up_to(h, -1, ERROR_INVALID_PARAMETER));
		CHECK(valid_up_to(r, 100000, ERROR_ACCESS_DENIED));
	}
	CHECK(SetFilePointer(r, 99999, NULL, FILE_BEGIN) == 99999 &&
	      ReadFile(r, &byte, 1, &n, NULL) && n == 1 && !byte);

	CHECK(!SetFileInformationByHandle(h, FileAllocationInfo, &room,
					  sizeof room));
	CHECK_EQ(GetLastError(), ERROR_DISK_FULL);
	CHECK(GetFileSizeEx(h, &size) && size.QuadPart == 100000);
	CloseHandle(r);
	CloseHandle(h);
	CHECK(DeleteFileA(at("a")));
}

int main(void)
{
	folder_make("create-rules");
	parameters();
	maximum();
	audit(FALSE);
	if (enable_privilege("SeSecurityPrivilege"))
		audit(TRUE);
	lengths();
	CHECK(RemoveDirectoryA(base), "%lu", GetLastError());
	return check_done();
}
