/*
 * A folder by another's example: CreateDirectoryEx, and CopyFile2 with
 * COPY_FILE_DIRECTORY.
 */
#include <windows.h>
#include <stdio.h>
#include <string.h>

#include "../lib/check.h"

#ifndef COPY_FILE_DIRECTORY
#define COPY_FILE_DIRECTORY 0x80
#endif

static WCHAR dir[MAX_PATH];

static const WCHAR *in_dir(const WCHAR *name)
{
	static WCHAR path[4][MAX_PATH * 2];
	static int n;
	WCHAR *p = path[n++ & 3];

	wsprintfW(p, L"%ls\\%ls", dir, name);
	return p;
}

static void put(const WCHAR *name, const char *text)
{
	HANDLE h = CreateFileW(in_dir(name), GENERIC_WRITE, 0, NULL,
			       CREATE_ALWAYS, 0, NULL);
	DWORD n;

	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK(WriteFile(h, text, (DWORD)strlen(text), &n, NULL));
	CloseHandle(h);
}

static BOOL says(const WCHAR *name, const char *want)
{
	HANDLE h = CreateFileW(in_dir(name), GENERIC_READ, 7, NULL,
			       OPEN_EXISTING, 0, NULL);
	char text[64] = "";
	DWORD n = 0;

	if (h == INVALID_HANDLE_VALUE)
		return FALSE;
	ReadFile(h, text, sizeof text - 1, &n, NULL);
	CloseHandle(h);
	return !strcmp(text, want);
}

static DWORD attributes(const WCHAR *name)
{
	return GetFileAttributesW(in_dir(name));
}

static int messages;

static COPYFILE2_MESSAGE_ACTION CALLBACK count(const COPYFILE2_MESSAGE *m,
					       PVOID data)
{
	messages++;
	return *(COPYFILE2_MESSAGE_ACTION *)data;
}

static HRESULT copy(const WCHAR *from, const WCHAR *to, DWORD flags,
		    COPYFILE2_MESSAGE_ACTION answer)
{
	COPYFILE2_EXTENDED_PARAMETERS p = { .dwSize = sizeof p,
					    .dwCopyFlags = flags,
					    .pProgressRoutine = count,
					    .pvCallbackContext = &answer };

	messages = 0;
	return CopyFile2(in_dir(from), in_dir(to), &p);
}

static void copies(void)
{
	WIN32_FILE_ATTRIBUTE_DATA a, b;

	CHECK_EQ(copy(L"model", L"copy", 0, 0),
		 HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED));
	CHECK_EQ(attributes(L"copy"), INVALID_FILE_ATTRIBUTES);
	CHECK_EQ(copy(L"model", L"copy", COPY_FILE_DIRECTORY, 0), S_OK);
	CHECK(messages >= 2);
	CHECK_EQ(attributes(L"copy"),
		 FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_HIDDEN);
	CHECK(says(L"copy:note", "of the model"));
	CHECK_EQ(attributes(L"copy\\inside"), INVALID_FILE_ATTRIBUTES);
	CHECK(GetFileAttributesExW(in_dir(L"model"), 0, &a));
	CHECK(GetFileAttributesExW(in_dir(L"copy"), 0, &b));
	CHECK_EQ(CompareFileTime(&a.ftLastWriteTime, &b.ftLastWriteTime), 0);

	CHECK_EQ(copy(L"model", L"copy",
		      COPY_FILE_DIRECTORY | COPY_FILE_FAIL_IF_EXISTS, 0),
		 HRESULT_FROM_WIN32(ERROR_FILE_EXISTS));
	/* One that is there keeps what is in it. */
	CHECK(CreateDirectoryW(in_dir(L"there"), NULL));
	put(L"there\\kept", "kept");
	CHECK_EQ(copy(L"model", L"there", COPY_FILE_DIRECTORY, 0), S_OK);
	CHECK(says(L"there:note", "of the model"));
	CHECK(says(L"there\\kept", "kept"));
	/* Neither a file as a folder nor a folder that is a file. */
	CHECK(FAILED(copy(L"file", L"no", COPY_FILE_DIRECTORY, 0)));
	CHECK(FAILED(copy(L"model", L"file", COPY_FILE_DIRECTORY, 0)));
	CHECK_EQ(copy(L"none", L"no", COPY_FILE_DIRECTORY, 0),
		 HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
	CHECK_EQ(copy(L"model", L"no", COPY_FILE_DIRECTORY,
		      COPYFILE2_PROGRESS_CANCEL),
		 HRESULT_FROM_WIN32(ERROR_REQUEST_ABORTED));
	CHECK_EQ(attributes(L"no"), INVALID_FILE_ATTRIBUTES);
}

static void by_template(void)
{
	CHECK(CreateDirectoryExW(in_dir(L"model"), in_dir(L"made"), NULL));
	CHECK_EQ(attributes(L"made"),
		 FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_HIDDEN);
	CHECK(says(L"made:note", "of the model"));
	CHECK_EQ(attributes(L"made\\inside"), INVALID_FILE_ATTRIBUTES);
	CHECK(!CreateDirectoryExW(in_dir(L"model"), in_dir(L"made"), NULL));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CHECK(!CreateDirectoryExW(in_dir(L"file"), in_dir(L"no"), NULL));
	CHECK_EQ(GetLastError(), ERROR_DIRECTORY);
	CHECK(!CreateDirectoryExW(in_dir(L"none"), in_dir(L"no"), NULL));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(attributes(L"no"), INVALID_FILE_ATTRIBUTES);
	/* 3: of a folder, without the privilege in developer mode. */
	if (!CreateSymbolicLinkW(in_dir(L"link"), in_dir(L"model"), 3)) {
		CHECK_EQ(GetLastError(), ERROR_PRIVILEGE_NOT_HELD);
		return;
	}
	CHECK(CreateDirectoryExW(in_dir(L"link"), in_dir(L"link2"), NULL),
	      "%lu", GetLastError());
	CHECK(attributes(L"link2") & FILE_ATTRIBUTE_REPARSE_POINT);
	CHECK(says(L"link2\\inside", "inside"));
	CHECK(RemoveDirectoryW(in_dir(L"link")));
	CHECK(RemoveDirectoryW(in_dir(L"link2")));
}

int main(void)
{
	WCHAR temp[MAX_PATH];

	GetTempPathW(MAX_PATH, temp);
	wsprintfW(dir, L"%lsrf-folder-%lu", temp, GetCurrentProcessId());
	CHECK(CreateDirectoryW(dir, NULL));
	CHECK(CreateDirectoryW(in_dir(L"model"), NULL));
	put(L"model\\inside", "inside");
	put(L"model:note", "of the model");
	put(L"file", "");
	CHECK(SetFileAttributesW(in_dir(L"model"), FILE_ATTRIBUTE_HIDDEN));
	copies();
	by_template();
	CHECK(DeleteFileW(in_dir(L"model\\inside")));
	CHECK(DeleteFileW(in_dir(L"there\\kept")));
	CHECK(DeleteFileW(in_dir(L"file")));
	CHECK(RemoveDirectoryW(in_dir(L"model")));
	CHECK(RemoveDirectoryW(in_dir(L"there")));
	CHECK(RemoveDirectoryW(in_dir(L"copy")));
	CHECK(RemoveDirectoryW(in_dir(L"made")));
	CHECK(RemoveDirectoryW(dir));
	return check_done();
}
