/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Junctions: made, read back everywhere as what they are, moved, deleted. */
#include <windows.h>
#include <winioctl.h>
#include <winternl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "folder.h"

#define STAT_CLASS    ((FILE_INFORMATION_CLASS)68) /* FileStatInformation */
#define ID_BOTH_CLASS ((FILE_INFORMATION_CLASS)37)
enum { DIR_AND_TAG = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT };

NTSTATUS NTAPI NtQueryInformationFile(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG,
				      FILE_INFORMATION_CLASS);

struct names {
	ULONG tag;
	USHORT len, reserved;
	USHORT sub_at, sub_len, print_at, print_len;
	WCHAR text[2 * MAX_PATH + 40];
};

static HANDLE open_link(const char *name, DWORD access)
{
	HANDLE h = CreateFileA(at(name), access, 7, NULL, OPEN_EXISTING,
			       FILE_FLAG_BACKUP_SEMANTICS |
				       FILE_FLAG_OPEN_REPARSE_POINT,
			       NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	return h;
}

/* A request for a link with such a tag to that path; its size. */
static DWORD fill(struct names *r, ULONG tag, const char *to)
{
	WCHAR *text = r->text;
	int n;

	memset(r, 0, sizeof *r);
	r->tag = tag;
	if (tag == IO_REPARSE_TAG_SYMLINK)
		text += 2; /* Flags */
	n = swprintf(text, MAX_PATH + 10, L"\\??\\%hs", to);
	r->sub_len = (USHORT)(2 * n);
	r->print_at = (USHORT)(2 * n + 2);
	r->print_len = (USHORT)(2 * (n - 4));
	wcscpy(text + n + 1, text + 4);
	r->len = (USHORT)((char *)(text + n + 1 + n - 4 + 1) -
			  (char *)&r->sub_at);
	return r->len + 8u;
}

static DWORD set_on(HANDLE h, ULONG tag, const char *to)
{
	struct names r;
	DWORD n, size = fill(&r, tag, to);

	return DeviceIoControl(h, FSCTL_SET_REPARSE_POINT, &r, size, NULL, 0,
			       &n, NULL)
		       ? 0
		       : GetLastError();
}

static DWORD set(const char *name, ULONG tag, const char *to)
{
	HANDLE h = open_link(name, GENERIC_WRITE);
	DWORD error = set_on(h, tag, to);

	CloseHandle(h);
	return error;
}

static void make(const char *name, const char *to)
{
	CHECK(CreateDirectoryA(at(name), NULL), "%lu", GetLastError());
	CHECK_EQ(set(name, IO_REPARSE_TAG_MOUNT_POINT, to), 0);
}

/* 0 or the error. */
static DWORD take_away(const char *name, ULONG tag)
{
	struct {
		ULONG tag;
		USHORT len, reserved;
	} r = { tag, 0, 0 };
	HANDLE h = open_link(name, GENERIC_WRITE);
	DWORD n, error = 0;

	if (!DeviceIoControl(h, FSCTL_DELETE_REPARSE_POINT, &r, sizeof r, NULL,
			     0, &n, NULL))
		error = GetLastError();
	CloseHandle(h);
	return error;
}

static void touch(const char *name)
{
	HANDLE h = CreateFileA(at(name), GENERIC_WRITE, 7, NULL, CREATE_NEW, 0,
			       NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	CloseHandle(h);
}

static bool is_there(const char *name)
{
	return GetFileAttributesA(at(name)) != INVALID_FILE_ATTRIBUTES;
}

/* ---- what is told ------------------------------------------------------- */

/* The reparse point of name is that, to that path. */
static void check_data(const char *name, ULONG tag, const char *to)
{
	const bool junction = tag == IO_REPARSE_TAG_MOUNT_POINT;
	HANDLE h = open_link(name, 0);
	struct names r;
	WCHAR want[MAX_PATH + 10], *text = r.text + (junction ? 0 : 2);
	DWORD n, whole, len;

	memset(&r, 0xcc, sizeof r);
	len = (DWORD)swprintf(want, MAX_PATH + 10, L"\\??\\%hs", to) * 2;
	CHECK(DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, &r, sizeof r,
			      &whole, NULL),
	      "%lu", GetLastError());
	CHECK_EQ(r.tag, tag);
	CHECK_EQ(r.len + 8u, whole);
	CHECK_EQ(r.reserved, 0);
	CHECK_EQ(r.sub_at, 0);
	CHECK_EQ(r.sub_len, len);
	CHECK(!memcmp(text, want, len), "%.60ls", text);
	CHECK_EQ(r.print_len, len - 8);
	CHECK(!memcmp((char *)text + r.print_at, want + 4, len - 8));
	if (junction) {
		CHECK_EQ(text[len / 2], 0);
		CHECK_EQ(r.print_at, len + 2);
		CHECK_EQ(r.len, 8 + len + 2 + len - 8 + 2);
		CHECK_EQ(*(WCHAR *)((char *)text + r.print_at + r.print_len),
			 0);
	}
	/* As much as there is room for. */
	memset(&r, 0xcc, sizeof r);
	CHECK(!DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, &r, 16, &n,
			       NULL));
	CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
	CHECK_EQ(r.tag, tag);
	CHECK_EQ(r.len + 8u, whole);
	CHECK(!DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, &r, 7, &n,
			       NULL));
	CloseHandle(h);
}

/* A folder with such a tag, whoever is asked. */
static void check_told(const char *name, ULONG tag)
{
	/* FILE_STAT_INFORMATION: the attributes are at 56, then the tag. */
	ULONG stat[18 + 2] = { 0 };
	struct {
		ULONG next, index;
		LONGLONG times[4], size, allocation;
		ULONG attributes, name_len, ea_size;
	} * e;
	static LONGLONG list[200];
	FILE_ATTRIBUTE_TAG_INFO info;
	WIN32_FIND_DATAA d;
	IO_STATUS_BLOCK io;
	HANDLE h = open_link(name, 0);
	HANDLE find = FindFirstFileA(at(name), &d);

	CHECK(GetFileInformationByHandleEx(h, FileAttributeTagInfo, &info,
					   sizeof info));
	CHECK_EQ(info.FileAttributes & DIR_AND_TAG, DIR_AND_TAG);
	CHECK_EQ(info.ReparseTag, tag);
	CHECK_EQ(NtQueryInformationFile(h, &io, stat, 72, STAT_CLASS), 0);
	CHECK_EQ(stat[14] & DIR_AND_TAG, DIR_AND_TAG);
	CHECK_EQ(stat[15], tag);
	CloseHandle(h);
	CHECK(find != INVALID_HANDLE_VALUE);
	CHECK_EQ(d.dwFileAttributes & DIR_AND_TAG, DIR_AND_TAG);
	CHECK_EQ(d.dwReserved0, tag);
	FindClose(find);
	CHECK_EQ(GetFileAttributesA(at(name)) & DIR_AND_TAG, DIR_AND_TAG);

	/* Listings have it where the size of extended attributes is. */
	h = CreateFileA(base, FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
			FILE_FLAG_BACKUP_SEMANTICS, NULL);
	CHECK(GetFileInformationByHandleEx(h, FileIdBothDirectoryRestartInfo,
					   list, sizeof list));
	for (e = (void *)list;; e = (void *)((char *)e + e->next)) {
		const WCHAR *s = (void *)((char *)e + 104);
		char short_name[MAX_PATH];

		snprintf(short_name, sizeof short_name, "%.*ls",
			 (int)e->name_len / 2, s);
		if (!strcmp(short_name, name)) {
			CHECK_EQ(e->attributes & DIR_AND_TAG, DIR_AND_TAG);
			CHECK_EQ(e->ea_size, tag);
			break;
		}
		CHECK(e->next, "%s is not listed", name);
		if (!e->next)
			break;
	}
	CloseHandle(h);
}

static void told(void)
{
	char target[MAX_PATH], slash[MAX_PATH + 1], root[] = "?:\\";

	snprintf(target, sizeof target, "%s", at("target"));
	snprintf(slash, sizeof slash, "%s\\", target);
	*root = *base;
	make("j", target);
	make("slash", slash);
	make("root", root);
	check_data("j", IO_REPARSE_TAG_MOUNT_POINT, target);
	check_data("slash", IO_REPARSE_TAG_MOUNT_POINT, slash);
	check_data("root", IO_REPARSE_TAG_MOUNT_POINT, root);
	check_told("j", IO_REPARSE_TAG_MOUNT_POINT);
	check_told("slash", IO_REPARSE_TAG_MOUNT_POINT);
	CHECK(is_there("j\\f"));
	CHECK(is_there("slash\\f"));
	touch("j\\new");
	CHECK(is_there("target\\new"));
	CHECK(DeleteFileA(at("slash\\new")));
	CHECK(!is_there("target\\new"));
	CHECK(RemoveDirectoryA(at("slash")));
	CHECK(RemoveDirectoryA(at("root")));

	/* As the other kind: told as that. */
	CHECK(CreateSymbolicLinkA(at("l"), target, 3), "%lu", GetLastError());
	check_data("l", IO_REPARSE_TAG_SYMLINK, target);
	check_told("l", IO_REPARSE_TAG_SYMLINK);
	CHECK(RemoveDirectoryA(at("l")));
}

/* What the path is that a handle has that went through it. */
static void followed(void)
{
	char path[MAX_PATH], want[MAX_PATH + 10];
	HANDLE h = CreateFileA(at("j\\f"), GENERIC_READ, 7, NULL, OPEN_EXISTING,
			       0, NULL);

	CHECK(GetFinalPathNameByHandleA(h, path, sizeof path, 0));
	snprintf(want, sizeof want, "\\\\?\\%s", at("target\\f"));
	CHECK(!strcmp(path, want) || strstr(want, "~"), "%s, not %s", path,
	      want);
	CloseHandle(h);
}

/* ---- what becomes of it ------------------------------------------------- */

static void refused(void)
{
	HANDLE h;

	touch("file");
	h = open_link("file", GENERIC_WRITE);
	CHECK_EQ(set_on(h, IO_REPARSE_TAG_MOUNT_POINT, at("target")),
		 ERROR_DIRECTORY);
	CloseHandle(h);
	CHECK(DeleteFileA(at("file")));
	CHECK_EQ(set("target", IO_REPARSE_TAG_MOUNT_POINT, at("other")),
		 ERROR_DIR_NOT_EMPTY);
	CHECK_EQ(set("j", IO_REPARSE_TAG_SYMLINK, at("other")),
		 ERROR_REPARSE_TAG_MISMATCH);
	CHECK_EQ(take_away("j", IO_REPARSE_TAG_SYMLINK),
		 ERROR_REPARSE_TAG_MISMATCH);
	CHECK(!DeleteFileA(at("j")));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	check_data("j", IO_REPARSE_TAG_MOUNT_POINT, at("target"));
	CHECK(CreateSymbolicLinkA(at("l"), at("target"), 3));
	CHECK_EQ(set("l", IO_REPARSE_TAG_MOUNT_POINT, at("target")),
		 ERROR_REPARSE_TAG_MISMATCH);
	CHECK_EQ(take_away("l", IO_REPARSE_TAG_MOUNT_POINT),
		 ERROR_REPARSE_TAG_MISMATCH);
	CHECK(RemoveDirectoryA(at("l")));
}

static void changes(void)
{
	char other[MAX_PATH];

	snprintf(other, sizeof other, "%s", at("other"));
	/* Set anew; moved; in a folder that is moved. */
	CHECK_EQ(set("j", IO_REPARSE_TAG_MOUNT_POINT, other), 0);
	check_data("j", IO_REPARSE_TAG_MOUNT_POINT, other);
	CHECK(!is_there("j\\f"));
	CHECK(MoveFileA(at("j"), at("moved")));
	check_data("moved", IO_REPARSE_TAG_MOUNT_POINT, other);
	CHECK(CreateDirectoryA(at("folder"), NULL));
	CHECK(MoveFileA(at("moved"), at("folder\\j")));
	CHECK(MoveFileA(at("folder"), at("folder2")));
	check_data("folder2\\j", IO_REPARSE_TAG_MOUNT_POINT, other);
	CHECK(!RemoveDirectoryA(at("folder2")));
	CHECK_EQ(GetLastError(), ERROR_DIR_NOT_EMPTY);
	CHECK(MoveFileA(at("folder2\\j"), at("j")));
	CHECK(RemoveDirectoryA(at("folder2")));

	/* What it leads to goes: it stays what it is. */
	CHECK(RemoveDirectoryA(at("other")));
	check_told("j", IO_REPARSE_TAG_MOUNT_POINT);
	CHECK(!DeleteFileA(at("j")));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(CreateFileA(at("j"), GENERIC_READ, 7, NULL, OPEN_EXISTING,
			  FILE_FLAG_BACKUP_SEMANTICS,
			  NULL) == INVALID_HANDLE_VALUE);
	CHECK(!is_there("j\\f"));
	CHECK(RemoveDirectoryA(at("j")), "%lu", GetLastError());
	CHECK(!is_there("j"));

	/* To nothing from the beginning, and an empty folder in the end. */
	make("j", other);
	check_told("j", IO_REPARSE_TAG_MOUNT_POINT);
	CHECK_EQ(take_away("j", IO_REPARSE_TAG_MOUNT_POINT), 0);
	CHECK_EQ(GetFileAttributesA(at("j")) & DIR_AND_TAG,
		 FILE_ATTRIBUTE_DIRECTORY);
	touch("j\\f");
	CHECK(DeleteFileA(at("j\\f")));
	CHECK(RemoveDirectoryA(at("j")));
	CHECK(CreateDirectoryA(at("other"), NULL));
}

/* The target in another spelling than it has; the system drive's folders. */
static void elsewhere(void)
{
	char target[MAX_PATH];

	snprintf(target, sizeof target, "%s", at("TARGET"));
	make("j", target);
	CHECK(is_there("j\\f"));
	CHECK(RemoveDirectoryA(at("j")));

	CHECK(ExpandEnvironmentStringsA("%PUBLIC%", target, sizeof target));
	make("j", target);
	check_data("j", IO_REPARSE_TAG_MOUNT_POINT, target);
	CHECK(CreateDirectoryA(at("j\\rf-junctions"), NULL), "%lu",
	      GetLastError());
	strcat(target, "\\rf-junctions");
	CHECK(RemoveDirectoryA(target), "%lu", GetLastError());
	CHECK(RemoveDirectoryA(at("j")));
	CHECK(is_there("target\\f"));
}

int main(void)
{
	DWORD error;

	folder_make("junctions");
	CHECK(CreateDirectoryA(at("target"), NULL));
	CHECK(CreateDirectoryA(at("other"), NULL));
	touch("target\\f");
	CHECK(CreateDirectoryA(at("probe"), NULL));
	error = set("probe", IO_REPARSE_TAG_MOUNT_POINT, at("target"));
	CHECK(RemoveDirectoryA(at("probe")));
	if (!error) {
		told();
		followed();
		refused();
		changes();
		elsewhere();
	} else {
		/* In a sandbox. */
		CHECK_EQ(error, ERROR_PRIVILEGE_NOT_HELD);
		puts("no links may be made here");
	}
	CHECK(DeleteFileA(at("target\\f")));
	CHECK(RemoveDirectoryA(at("target")));
	CHECK(RemoveDirectoryA(at("other")));
	CHECK(RemoveDirectoryA(base), "%lu", GetLastError());
	return check_done();
}
