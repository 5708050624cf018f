/* kernel32: links, locks, change notices, renaming by handle, streams,
 * progress. */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <windows.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"

static WCHAR dir[MAX_PATH];

static const WCHAR *in_dir(const WCHAR *name)
{
	static WCHAR path[4][MAX_PATH * 2];
	static int n;
	WCHAR *p = path[n++ & 3];

	lstrcpyW(p, dir);
	lstrcatW(p, L"\\");
	lstrcatW(p, name);
	return p;
}

static HANDLE open_(const WCHAR *name, DWORD access, DWORD how, DWORD flags)
{
	return CreateFileW(in_dir(name), access, 7, NULL, how, flags, NULL);
}

static void make(const WCHAR *name, const char *text)
{
	HANDLE h = open_(name, GENERIC_WRITE, CREATE_ALWAYS, 0);
	DWORD n;

	CHECK(h != INVALID_HANDLE_VALUE, "%ls %lu", name, GetLastError());
	WriteFile(h, text, strlen(text), &n, NULL);
	CloseHandle(h);
}

/* A link whose name has no room for more, to a file and to a folder. */
static void long_links(void)
{
	WCHAR name[255];

	for (int i = 0; i < 254; i++)
		name[i] = L'a' + i % 26;
	name[254] = 0;
	for (DWORD folder = 0; folder < 2; folder++) {
		if (!CreateSymbolicLinkW(in_dir(name), folder ? L"." : L"none",
					 folder | 2)) {
			CHECK_EQ(GetLastError(), ERROR_PRIVILEGE_NOT_HELD);
			return;
		}
		CHECK(GetFileAttributesW(in_dir(name)) &
		      FILE_ATTRIBUTE_REPARSE_POINT);
		CHECK(folder ? RemoveDirectoryW(in_dir(name))
			     : DeleteFileW(in_dir(name)));
	}
}

static void links(void)
{
	char data[1024];
	char buf[16];
	DWORD n;
	HANDLE h;

	long_links();
	make(L"target", "12345");
	/* 2: without the privilege, in developer mode. */
	if (!CreateSymbolicLinkW(in_dir(L"link"), L"target", 2)) {
		CHECK(GetLastError() == ERROR_PRIVILEGE_NOT_HELD, "error %lu",
		      GetLastError());
	} else {
		n = GetFileAttributesW(in_dir(L"link"));
		CHECK(n != INVALID_FILE_ATTRIBUTES &&
			      n & FILE_ATTRIBUTE_REPARSE_POINT,
		      "%lx", n);
		h = open_(L"link", GENERIC_READ, OPEN_EXISTING, 0);
		CHECK(ReadFile(h, buf, 16, &n, NULL) && n == 5, "%lu", n);
		CloseHandle(h);
		h = open_(L"link", 0, OPEN_EXISTING,
			  FILE_FLAG_OPEN_REPARSE_POINT |
				  FILE_FLAG_BACKUP_SEMANTICS);
		CHECK(DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, data,
				      sizeof data, &n, NULL),
		      "error %lu", GetLastError());
		CHECK_EQ(*(DWORD *)data, IO_REPARSE_TAG_SYMLINK);
		CloseHandle(h);
		CHECK(DeleteFileW(in_dir(L"link")));
		CHECK(GetFileAttributesW(in_dir(L"target")) !=
		      INVALID_FILE_ATTRIBUTES);
	}
	CHECK(CreateHardLinkW(in_dir(L"hard"), in_dir(L"target"), NULL));
	h = open_(L"hard", GENERIC_READ, OPEN_EXISTING, 0);
	{
		BY_HANDLE_FILE_INFORMATION i;

		CHECK(GetFileInformationByHandle(h, &i));
		CHECK_EQ(i.nNumberOfLinks, 2);
	}
	CloseHandle(h);
	CHECK(!CreateHardLinkW(in_dir(L"hard"), in_dir(L"target"), NULL));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CHECK(DeleteFileW(in_dir(L"hard")));
	CHECK(DeleteFileW(in_dir(L"target")));
}

static void locks(void)
{
	OVERLAPPED o = { .Offset = 10 };
	HANDLE a, b;
	char c;
	DWORD n;

	make(L"lock", "0123456789abcdef");
	a = open_(L"lock", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING, 0);
	b = open_(L"lock", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING, 0);
	CHECK(LockFile(a, 0, 0, 4, 0), "error %lu", GetLastError());
	CHECK(!LockFile(b, 2, 0, 4, 0));
	CHECK_EQ(GetLastError(), ERROR_LOCK_VIOLATION);
	CHECK(!ReadFile(b, &c, 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_LOCK_VIOLATION);
	CHECK(ReadFile(a, &c, 1, &n, NULL) && c == '0');
	CHECK(LockFileEx(a, LOCKFILE_FAIL_IMMEDIATELY, 0, 2, 0, &o));
	CHECK(LockFileEx(b, LOCKFILE_FAIL_IMMEDIATELY, 0, 2, 0, &o));
	CHECK(UnlockFileEx(a, 0, 2, 0, &o));
	CHECK(UnlockFile(a, 0, 0, 4, 0));
	CHECK(!UnlockFile(a, 0, 0, 4, 0));
	CHECK_EQ(GetLastError(), ERROR_NOT_LOCKED);
	CHECK(ReadFile(b, &c, 1, &n, NULL));
	CloseHandle(a);
	CloseHandle(b);
	DeleteFileW(in_dir(L"lock"));
}

static void notices(void)
{
	BYTE buf[1024] __attribute__((aligned(8)));
	FILE_NOTIFY_INFORMATION *i = (void *)buf;
	OVERLAPPED o = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) };
	HANDLE d, c;
	DWORD n;

	d = CreateFileW(dir, FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
			FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED,
			NULL);
	CHECK(ReadDirectoryChangesW(d, buf, sizeof buf, FALSE,
				    FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &o,
				    NULL),
	      "error %lu", GetLastError());
	c = FindFirstChangeNotificationW(dir, FALSE,
					 FILE_NOTIFY_CHANGE_FILE_NAME);
	CHECK(c != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
	CHECK_EQ(WaitForSingleObject(c, 0), WAIT_TIMEOUT);
	make(L"noticed", "x");
	CHECK(GetOverlappedResultEx(d, &o, &n, 3000, FALSE), "error %lu",
	      GetLastError());
	CHECK(i->Action == FILE_ACTION_ADDED && i->FileNameLength == 14 &&
		      !memcmp(i->FileName, L"noticed", 14),
	      "%lu %lu", i->Action, i->FileNameLength);
	CHECK_EQ(WaitForSingleObject(c, 60000), WAIT_OBJECT_0);
	CHECK(FindNextChangeNotification(c));
	CHECK_EQ(WaitForSingleObject(c, 0), WAIT_TIMEOUT);
	DeleteFileW(in_dir(L"noticed"));
	CHECK_EQ(WaitForSingleObject(c, 60000), WAIT_OBJECT_0);
	CHECK(FindCloseChangeNotification(c));
	CloseHandle(d);
	CloseHandle(o.hEvent);
}

static void by_handle(void)
{
	FILE_DISPOSITION_INFO gone = { TRUE };
	FILE_END_OF_FILE_INFO end;
	FILE_RENAME_INFO *r;
	const WCHAR *to = in_dir(L"renamed");
	DWORD size = sizeof *r + lstrlenW(to) * sizeof(WCHAR);
	FILE_ATTRIBUTE_TAG_INFO tag;
	FILE_ID_INFO id;
	HANDLE h, again;

	make(L"plain", "contents");
	h = open_(L"plain", GENERIC_READ | GENERIC_WRITE | DELETE,
		  OPEN_EXISTING, 0);
	r = calloc(1, size);
	r->FileNameLength = lstrlenW(to) * sizeof(WCHAR);
	memcpy(r->FileName, to, r->FileNameLength);
	CHECK(SetFileInformationByHandle(h, FileRenameInfo, r, size),
	      "error %lu", GetLastError());
	free(r);
	CHECK(GetFileAttributesW(in_dir(L"renamed")) !=
	      INVALID_FILE_ATTRIBUTES);
	CHECK(GetFileInformationByHandleEx(h, FileAttributeTagInfo, &tag,
					   sizeof tag));
	CHECK_EQ(tag.ReparseTag, 0);
	CHECK(GetFileInformationByHandleEx(h, FileIdInfo, &id, sizeof id),
	      "error %lu", GetLastError());
	end.EndOfFile.QuadPart = 3;
	CHECK(SetFileInformationByHandle(h, FileEndOfFileInfo, &end,
					 sizeof end));
	CHECK_EQ(GetFileSize(h, NULL), 3);
	again = ReOpenFile(h, GENERIC_READ, 7, 0);
	CHECK(again != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
	CHECK_EQ(GetFileSize(again, NULL), 3);
	CloseHandle(again);
	CHECK(SetFileInformationByHandle(h, FileDispositionInfo, &gone,
					 sizeof gone));
	CloseHandle(h);
	CHECK_EQ(GetFileAttributesW(in_dir(L"renamed")),
		 INVALID_FILE_ATTRIBUTES);
}

static void streams(void)
{
	WIN32_FIND_STREAM_DATA d;
	HANDLE h;

	make(L"streams", "four");
	h = FindFirstStreamW(in_dir(L"streams"), FindStreamInfoStandard, &d, 0);
	CHECK(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
	CHECK(!lstrcmpW(d.cStreamName, L"::$DATA") &&
	      d.StreamSize.QuadPart == 4);
	CHECK(!FindNextStreamW(h, &d));
	CHECK_EQ(GetLastError(), ERROR_HANDLE_EOF);
	FindClose(h);
	DeleteFileW(in_dir(L"streams"));
}

static LARGE_INTEGER copied;

static DWORD CALLBACK progress(LARGE_INTEGER size, LARGE_INTEGER done,
			       LARGE_INTEGER stream_size,
			       LARGE_INTEGER stream_done, DWORD stream,
			       DWORD reason, HANDLE from, HANDLE to, LPVOID arg)
{
	copied = done;
	return (DWORD)(ULONG_PTR)arg;
}

static void copies(void)
{
	HANDLE h = open_(L"big", GENERIC_WRITE, CREATE_ALWAYS, 0);

	SetFilePointer(h, 3000000, NULL, FILE_BEGIN);
	SetEndOfFile(h);
	CloseHandle(h);
	CHECK(CopyFileExW(in_dir(L"big"), in_dir(L"copy"), progress,
			  (LPVOID)PROGRESS_CONTINUE, NULL, 0));
	CHECK_EQ(copied.QuadPart, 3000000);
	CHECK(DeleteFileW(in_dir(L"copy")));
	CHECK(!CopyFileExW(in_dir(L"big"), in_dir(L"copy"), progress,
			   (LPVOID)PROGRESS_CANCEL, NULL, 0));
	CHECK_EQ(GetLastError(), ERROR_REQUEST_ABORTED);
	CHECK_EQ(GetFileAttributesW(in_dir(L"copy")), INVALID_FILE_ATTRIBUTES);
	CHECK(!CopyFileW(in_dir(L"big"), in_dir(L"big"), FALSE));
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CHECK(DeleteFileW(in_dir(L"big")));
}

static DWORD messages[8];
static ULONGLONG last_done;

static COPYFILE2_MESSAGE_ACTION CALLBACK on_message(const COPYFILE2_MESSAGE *m,
						    PVOID how)
{
	if (m->Type < 8)
		messages[m->Type]++;
	if (m->Type == COPYFILE2_CALLBACK_CHUNK_FINISHED)
		last_done =
			m->Info.ChunkFinished.uliTotalBytesTransferred.QuadPart;
	return (COPYFILE2_MESSAGE_ACTION)(ULONG_PTR)how;
}

/* As SQLite has a database: open without FILE_SHARE_DELETE, a range locked that
   may lie behind its end. */
static void copies_of_open_files(void)
{
	enum { SIZE = 32768, LOCKED = 2 * SIZE };
	static const DWORD sizes[] = { SIZE, SIZE + 1, LOCKED };
	char data[4];
	HANDLE from, to;
	DWORD n;

	from = open_(L"db", GENERIC_READ | GENERIC_WRITE, CREATE_ALWAYS, 0);
	CHECK(LockFile(from, LOCKED, 0, 512, 0));
	for (unsigned i = 0; i < 3; i++) {
		WIN32_FILE_ATTRIBUTE_DATA a;

		SetFilePointer(from, sizes[i], NULL, FILE_BEGIN);
		CHECK(SetEndOfFile(from));
		CHECK(CopyFileW(in_dir(L"db"), in_dir(L"copy"), FALSE),
		      "%lu: %lu", sizes[i], GetLastError());
		CHECK(GetFileAttributesExW(in_dir(L"copy"),
					   GetFileExInfoStandard, &a));
		CHECK_EQ(a.nFileSizeLow, sizes[i]);
	}
	SetFilePointer(from, LOCKED, NULL, FILE_BEGIN);
	CHECK(WriteFile(from, "x", 1, &n, NULL));
	CHECK(!CopyFileW(in_dir(L"db"), in_dir(L"copy"), FALSE));
	CHECK_EQ(GetLastError(), ERROR_LOCK_VIOLATION);
	CloseHandle(from);

	from = open_(L"db", GENERIC_WRITE, CREATE_ALWAYS, 0);
	CHECK(WriteFile(from, "new", 3, &n, NULL));
	to = CreateFileW(in_dir(L"copy"), GENERIC_READ | GENERIC_WRITE,
			 FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS,
			 0, NULL);
	CHECK(WriteFile(to, "older", 5, &n, NULL));
	CHECK(CopyFileW(in_dir(L"db"), in_dir(L"copy"), FALSE), "%lu",
	      GetLastError());
	SetFilePointer(to, 0, NULL, FILE_BEGIN);
	CHECK(ReadFile(to, data, 4, &n, NULL) && n == 3);
	CHECK(!memcmp(data, "new", 3));
	CloseHandle(to);
	to = CreateFileW(in_dir(L"copy"), GENERIC_READ, FILE_SHARE_READ, NULL,
			 OPEN_EXISTING, 0, NULL);
	CHECK(!CopyFileW(in_dir(L"db"), in_dir(L"copy"), FALSE));
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CloseHandle(to);
	CloseHandle(from);
	CHECK(DeleteFileW(in_dir(L"db")));
	CHECK(DeleteFileW(in_dir(L"copy")));
}

/* What documentation says of copying that is seldom done. */
static void copies_more(void)
{
	COPYFILE2_EXTENDED_PARAMETERS p = { .dwSize = sizeof p,
					    .pProgressRoutine = on_message };
	HANDLE h = open_(L"some", GENERIC_WRITE, CREATE_ALWAYS, 0);
	DWORD n;

	CHECK(WriteFile(h, "text", 4, &n, NULL));
	CloseHandle(h);
	CHECK_EQ(CopyFile2(in_dir(L"some"), in_dir(L"copy"), &p), S_OK);
	CHECK_EQ(messages[COPYFILE2_CALLBACK_STREAM_STARTED], 1);
	CHECK(messages[COPYFILE2_CALLBACK_CHUNK_FINISHED] >= 1);
	CHECK_EQ(messages[COPYFILE2_CALLBACK_STREAM_FINISHED], 1);
	CHECK_EQ(last_done, 4);
	p.dwCopyFlags = COPY_FILE_FAIL_IF_EXISTS;
	CHECK_EQ(CopyFile2(in_dir(L"some"), in_dir(L"copy"), &p),
		 HRESULT_FROM_WIN32(ERROR_FILE_EXISTS));
	p.dwCopyFlags = 0;
	p.pvCallbackContext = (PVOID)COPYFILE2_PROGRESS_CANCEL;
	CHECK_EQ(CopyFile2(in_dir(L"some"), in_dir(L"copy"), &p),
		 HRESULT_FROM_WIN32(ERROR_REQUEST_ABORTED));
	CHECK_EQ(GetFileAttributesW(in_dir(L"copy")), INVALID_FILE_ATTRIBUTES);

	/* What is hidden or read-only is not written over. */
	CHECK(CopyFileW(in_dir(L"some"), in_dir(L"copy"), TRUE));
	SetFileAttributesW(in_dir(L"copy"), FILE_ATTRIBUTE_HIDDEN);
	CHECK(!CopyFileW(in_dir(L"some"), in_dir(L"copy"), FALSE));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	SetFileAttributesW(in_dir(L"copy"), FILE_ATTRIBUTE_READONLY);
	CHECK(!CopyFileW(in_dir(L"some"), in_dir(L"copy"), FALSE));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	SetFileAttributesW(in_dir(L"copy"), FILE_ATTRIBUTE_NORMAL);
	CHECK(CopyFileW(in_dir(L"some"), in_dir(L"copy"), FALSE));
	CHECK(ReplaceFileW(in_dir(L"some"), in_dir(L"copy"), in_dir(L"old"), 0,
			   NULL, NULL),
	      "error %lu", GetLastError());
	CHECK_EQ(GetFileAttributesW(in_dir(L"copy")), INVALID_FILE_ATTRIBUTES);
	CHECK(DeleteFileW(in_dir(L"old")));
	CHECK(DeleteFileW(in_dir(L"some")));
	CHECK(!GetVolumeInformationW(L"C:\\Windows\\", NULL, 0, NULL, NULL,
				     NULL, NULL, 0));
	CHECK_EQ(GetLastError(), ERROR_DIR_NOT_ROOT);
}

static void libraries(void)
{
	HMODULE k = GetModuleHandleW(L"kernel32"), b, d;

	b = LoadLibraryW(L"kernelbase.dll");
	CHECK(b && GetProcAddress(b, "CreateFileW"), "error %lu",
	      GetLastError());
	CHECK(GetProcAddress(b, "RegOpenKeyExW") != NULL);
	CHECK(LoadLibraryW(L"psapi.dll") != NULL);
	CHECK(GetProcAddress(k, "K32EnumProcesses") != NULL);
	d = LoadLibraryExW(L"kernel32.dll", NULL, LOAD_LIBRARY_AS_DATAFILE);
	CHECK(d != NULL, "error %lu", GetLastError());
	if (d)
		CHECK(FreeLibrary(d));
}

int main(void)
{
	WCHAR temp[MAX_PATH];

	GetTempPathW(MAX_PATH, temp);
	CHECK(GetTempFileNameW(temp, L"mor", 0, dir));
	DeleteFileW(dir);
	CHECK(CreateDirectoryW(dir, NULL));
	links();
	locks();
	notices();
	by_handle();
	streams();
	copies();
	copies_of_open_files();
	copies_more();
	libraries();
	CHECK(RemoveDirectoryW(dir), "error %lu", GetLastError());
	return check_done();
}
