/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify.c - ReadDirectoryChangesW on a whole tree: folders made and filled at
 * once, renamed, moved out, deleted; buffers that are too small.
 */
#include <windows.h>

#include <string.h>

#include "check.h"

static HANDLE dir;
static OVERLAPPED o;
static DWORD buffer[2048];
static WCHAR seen[64][64]; /* action, colon, name */
static int nseen;

static void ask(DWORD size)
{
	CHECK(ReadDirectoryChangesW(dir, buffer, size, TRUE,
				    FILE_NOTIFY_CHANGE_FILE_NAME |
					    FILE_NOTIFY_CHANGE_DIR_NAME |
					    FILE_NOTIFY_CHANGE_SIZE,
				    NULL, &o, NULL),
	      "%lu", GetLastError());
}

static void keep(void)
{
	const char *at = (const char *)buffer;

	for (;;) {
		const FILE_NOTIFY_INFORMATION *i = (const void *)at;
		int n = i->FileNameLength / 2;

		if (nseen < 64) {
			seen[nseen][0] = (WCHAR)('0' + i->Action);
			memcpy(seen[nseen] + 1, i->FileName, n * 2);
			seen[nseen++][n + 1] = 0;
		}
		if (!i->NextEntryOffset)
			return;
		at += i->NextEntryOffset;
	}
}

static int count(const WCHAR *what)
{
	int n = 0;

	for (int i = 0; i < nseen; i++)
		n += !wcscmp(seen[i], what);
	return n;
}

/* Collects changes until this one has come. */
static void expect(const WCHAR *what)
{
	DWORD n;

	while (!count(what)) {
		if (WaitForSingleObject(o.hEvent, 60000)) {
			CHECK(0, "%ls has not come", what);
			for (int i = 0; i < nseen; i++)
				printf("  %ls\n", seen[i]);
			return;
		}
		CHECK(GetOverlappedResult(dir, &o, &n, FALSE));
		CHECK(n, "changes were lost");
		if (n)
			keep();
		ask(sizeof buffer);
	}
}

static void make(const char *name)
{
	CloseHandle(CreateFileA(name, GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, 0,
				NULL));
}

int main(void)
{
	char here[MAX_PATH], name[32];
	WCHAR want[32];
	DWORD n;

	GetTempPathA(sizeof here, here);
	sprintf(here + strlen(here), "rf-notify-%lu", GetCurrentProcessId());
	CHECK(CreateDirectoryA(here, NULL));
	CHECK(SetCurrentDirectoryA(here));
	CHECK(CreateDirectoryA("w", NULL));
	CHECK(CreateDirectoryA("w\\old", NULL));
	CHECK(CreateDirectoryA("w\\old\\deep", NULL));
	dir = CreateFileA("w", FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
			  FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED,
			  NULL);
	CHECK(dir != INVALID_HANDLE_VALUE);
	o.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
	ask(sizeof buffer);

	/* What is in a folder before anybody could watch it, each once. */
	CreateDirectoryA("w\\a", NULL);
	CreateDirectoryA("w\\a\\b", NULL);
	make("w\\a\\b\\f");
	for (int i = 0; i < 8; i++) {
		sprintf(name, "w\\a\\n%d", i);
		make(name);
	}
	expect(L"1a");
	expect(L"1a\\b");
	expect(L"1a\\b\\f");
	expect(L"1a\\n7");
	make("w\\last");
	expect(L"1last");
	CHECK_EQ(count(L"1a\\b"), 1);
	CHECK_EQ(count(L"1a\\b\\f"), 1);
	for (int i = 0; i < 8; i++) {
		swprintf(want, 32, L"1a\\n%d", i);
		CHECK_EQ(count(want), 1);
	}

	/* Another name for a folder is another name for all in it. */
	CHECK(MoveFileA("w\\old", "w\\new"));
	expect(L"4old");
	expect(L"5new");
	make("w\\new\\deep\\x");
	expect(L"1new\\deep\\x");

	/* Outside nothing is told any more; the same name can come again. */
	CHECK(MoveFileA("w\\new", "gone"));
	expect(L"2new");
	make("gone\\deep\\secret");
	CreateDirectoryA("w\\new", NULL);
	make("w\\new\\y");
	expect(L"1new\\y");
	CHECK_EQ(count(L"1new\\deep\\secret"), 0);
	CHECK_EQ(count(L"1secret"), 0);

	CHECK(DeleteFileA("w\\a\\b\\f"));
	CHECK(RemoveDirectoryA("w\\a\\b"));
	expect(L"2a\\b\\f");
	expect(L"2a\\b");

	/* Too many for the buffer: the program has to look for itself. */
	CancelIo(dir);
	WaitForSingleObject(o.hEvent, 60000);
	make("w\\one-with-a-long-name");
	make("w\\two-with-a-long-name");
	ask(16);
	CHECK_EQ(WaitForSingleObject(o.hEvent, 60000), 0);
	n = 99;
	CHECK(GetOverlappedResult(dir, &o, &n, FALSE));
	CHECK_EQ(n, 0);

	/* The entries are DWORDs. */
	CHECK(!ReadDirectoryChangesW(dir, (char *)buffer + 1, 100, TRUE,
				     FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &o,
				     NULL));
	CHECK_EQ(GetLastError(), ERROR_NOACCESS);

	/* Closing gives up what waits: no error, and no changes. */
	ask(sizeof buffer);
	CloseHandle(dir);
	CHECK_EQ(WaitForSingleObject(o.hEvent, 60000), 0);
	CHECK_EQ(o.Internal, 0x10b /* STATUS_NOTIFY_CLEANUP */);
	CHECK_EQ(o.InternalHigh, 0);

	for (int i = 0; i < 8; i++) {
		sprintf(name, "w\\a\\n%d", i);
		DeleteFileA(name);
	}
	DeleteFileA("gone\\deep\\secret");
	DeleteFileA("gone\\deep\\x");
	RemoveDirectoryA("gone\\deep");
	RemoveDirectoryA("gone");
	DeleteFileA("w\\new\\y");
	RemoveDirectoryA("w\\new");
	DeleteFileA("w\\last");
	DeleteFileA("w\\one-with-a-long-name");
	DeleteFileA("w\\two-with-a-long-name");
	RemoveDirectoryA("w\\a");
	CHECK(RemoveDirectoryA("w"), "%lu", GetLastError());
	SetCurrentDirectoryA("\\");
	CHECK(RemoveDirectoryA(here), "%lu", GetLastError());
	return check_done();
}
