/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry.c - the registry while its own file cannot be written or read
 * (slowfs.c).  What is refused has not happened, and what was not is there
 * afterwards.
 *
 *   registry FOLDER fails     changes fail, in several ways
 *   registry FOLDER kept      another process sees what was not refused
 *   registry FOLDER start     one that starts while the disk fails
 *   registry FOLDER unread    what is on the disk cannot be read, from the start
 *                             and later
 *   registry FOLDER fill      (FOLDER/registry.mdb is the file from here on)
 *   registry FOLDER cut       it is cut short while it is in use
 *   registry FOLDER short     one that starts with a file that has been cut
 */
#include <windows.h>

#include <errno.h>
#include <string.h>

#include "check.h"

enum { PART = 60000 }; /* bytes */

static HANDLE ctl;
static HKEY key;

static void disk(const char *what, int error)
{
	char text[40];
	DWORD n;

	sprintf(text, "%s %d", what, error);
	CHECK(WriteFile(ctl, text, strlen(text), &n, NULL));
}

static LSTATUS set(const char *name, DWORD v)
{
	return RegSetValueExA(key, name, 0, REG_DWORD, (BYTE *)&v, sizeof v);
}

/* Its value, or minus the error. */
static LONG get(const char *name)
{
	DWORD v = 0, n = sizeof v;
	LSTATUS s = RegQueryValueExA(key, name, NULL, NULL, (BYTE *)&v, &n);

	return s ? -s : (LONG)v;
}

static LSTATUS make(const char *name)
{
	HKEY k;
	LSTATUS s = RegCreateKeyA(key, name, &k);

	if (!s)
		RegCloseKey(k);
	return s;
}

static LSTATUS look(const char *name)
{
	HKEY k;
	LSTATUS s = RegOpenKeyA(key, name, &k);

	if (!s)
		RegCloseKey(k);
	return s;
}

static void writes_fail(int error, LSTATUS want)
{
	static BYTE large[PART];

	disk("writes", error);
	CHECK_EQ(set("kept", 2), want);
	CHECK_EQ(get("kept"), 1);
	CHECK_EQ(set("new", 2), want);
	CHECK_EQ(get("new"), -ERROR_FILE_NOT_FOUND);
	CHECK_EQ(RegSetValueExA(key, "large", 0, REG_BINARY, large, PART),
		 want);
	CHECK_EQ(get("large"), -ERROR_FILE_NOT_FOUND);
	CHECK_EQ(make("sub"), want);
	CHECK_EQ(look("sub"), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(RegDeleteValueA(key, "kept"), want);
	CHECK_EQ(get("kept"), 1);
	CHECK_EQ(RegDeleteKeyA(key, "there"), want);
	CHECK_EQ(look("there"), 0);
	CHECK_EQ(RegRenameKey(key, L"there", L"elsewhere"), want);
	CHECK_EQ(look("there"), 0);
	CHECK_EQ(look("elsewhere"), ERROR_FILE_NOT_FOUND);
	disk("writes", 0);
	CHECK_EQ(set("kept", 1), 0);
}

static void fails(void)
{
	CHECK_EQ(set("kept", 1), 0);
	CHECK_EQ(make("there"), 0);
	CHECK_EQ(RegFlushKey(key), 0);
	writes_fail(EIO, ERROR_REGISTRY_IO_FAILED);
	writes_fail(ENOSPC, ERROR_DISK_FULL);
	CHECK_EQ(set("kept", 3), 0);

	/* What is written, but not to the disk. */
	disk("syncs", EIO);
	CHECK_EQ(set("kept", 4), ERROR_REGISTRY_IO_FAILED);
	CHECK_EQ(get("kept"), 3);
	CHECK_EQ(RegFlushKey(key), ERROR_REGISTRY_IO_FAILED);
	CHECK_EQ(RegFlushKey(key), ERROR_REGISTRY_IO_FAILED);
	disk("syncs", ENOSPC);
	CHECK_EQ(RegFlushKey(key), ERROR_DISK_FULL);
	disk("syncs", 0);
	CHECK_EQ(RegFlushKey(key), 0);
	CHECK_EQ(get("kept"), 3);
	CHECK_EQ(set("kept", 5), 0);
	CHECK_EQ(RegFlushKey(key), 0);
	disk("writes", EIO);
	CHECK_EQ(set("kept", 6), ERROR_REGISTRY_IO_FAILED);
	disk("writes", 0);
}

static void kept(void)
{
	CHECK_EQ(get("kept"), 5);
	CHECK_EQ(get("new"), -ERROR_FILE_NOT_FOUND);
	CHECK_EQ(get("large"), -ERROR_FILE_NOT_FOUND);
	CHECK_EQ(look("sub"), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(look("there"), 0);
	CHECK_EQ(look("elsewhere"), ERROR_FILE_NOT_FOUND);
}

static LSTATUS open_key(void)
{
	return RegCreateKeyA(HKEY_CURRENT_USER, "Software\\rf-slow", &key);
}

/* Nobody may take what is not there for what was never set. */
static void unread(void)
{
	disk("reads", EIO);
	CHECK_EQ(open_key(), ERROR_REGISTRY_IO_FAILED);
	CHECK_EQ(RegOpenKeyA(HKEY_CURRENT_USER, "Software\\rf-slow", &key),
		 ERROR_REGISTRY_IO_FAILED);
	disk("reads", 0);
	CHECK_EQ(open_key(), 0);
	CHECK_EQ(get("kept"), 5);
	CHECK_EQ(look("there"), 0);
	/* What is known is known. */
	disk("reads", EIO);
	CHECK_EQ(get("kept"), 5);
	CHECK_EQ(look("there"), 0);
	CHECK_EQ(set("kept", 8), ERROR_REGISTRY_IO_FAILED);
	CHECK_EQ(get("kept"), 5);
	CHECK_EQ(make("sub"), ERROR_REGISTRY_IO_FAILED);
	CHECK_EQ(look("sub"), ERROR_FILE_NOT_FOUND);
	disk("reads", 0);
	CHECK_EQ(set("kept", 6), 0);
	/* After the first page of it. */
	CHECK_EQ(set("kept", 5), 0);
}

enum { MANY = 2000 };

static void fill(void)
{
	char name[20];

	for (int i = 0; i < MANY; i++) {
		sprintf(name, "v%d", i);
		CHECK_EQ(set(name, i), 0);
	}
}

static void cut_file(const char *folder)
{
	char path[MAX_PATH];
	HANDLE h;

	snprintf(path, sizeof path, "Z:%s/registry.mdb", folder);
	h = CreateFileA(path, GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
	SetFilePointer(h, 4 * 4096, NULL, FILE_BEGIN);
	CHECK(SetEndOfFile(h), "%lu", GetLastError());
	CloseHandle(h);
}

/* What it knows it knows; from the first failure on it works in memory. */
static void cut(const char *folder)
{
	char name[20];

	CHECK_EQ(get("v0"), 0); /* it reads a key's values at once */
	cut_file(folder);
	for (int i = 0; i < MANY; i++) {
		sprintf(name, "v%d", i);
		CHECK_EQ(get(name), i);
	}
	CHECK_EQ(set("v7", 1), ERROR_BADDB);
	CHECK_EQ(get("v7"), 7);
	CHECK_EQ(set("v7", 1), 0);
	CHECK_EQ(get("v7"), 1);
	CHECK_EQ(RegFlushKey(key), 0);
}

/* It works in memory, without what cannot be read. */
static void starts_short(void)
{
	CHECK_EQ(get("v7"), -ERROR_FILE_NOT_FOUND);
	CHECK_EQ(set("v7", 1), 0);
	CHECK_EQ(get("v7"), 1);
}

static void with_failing_disk(const char *folder, const char *what)
{
	char control[MAX_PATH];

	sprintf(control, "Z:%s/ctl", folder);
	ctl = CreateFileA(control, GENERIC_READ | GENERIC_WRITE, 7, NULL,
			  OPEN_EXISTING, 0, NULL);
	CHECK(ctl != INVALID_HANDLE_VALUE);
	if (!strcmp(what, "unread")) {
		unread();
		CloseHandle(ctl);
		return;
	}
	if (!strcmp(what, "start"))
		disk("writes", EIO);
	CHECK_EQ(open_key(), 0);
	if (!strcmp(what, "fails"))
		fails();
	else
		kept();
	if (!strcmp(what, "start")) {
		CHECK_EQ(set("kept", 7), ERROR_REGISTRY_IO_FAILED);
		CHECK_EQ(get("kept"), 5);
		disk("writes", 0);
		CHECK_EQ(set("kept", 5), 0);
	}
	CloseHandle(ctl);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (!strcmp(argv[2], "fill") || !strcmp(argv[2], "cut") ||
	    !strcmp(argv[2], "short")) {
		CHECK_EQ(open_key(), 0);
		if (!strcmp(argv[2], "fill"))
			fill();
		else if (!strcmp(argv[2], "cut"))
			cut(argv[1]);
		else
			starts_short();
	} else {
		with_failing_disk(argv[1], argv[2]);
	}
	RegCloseKey(key);
	return check_done();
}
