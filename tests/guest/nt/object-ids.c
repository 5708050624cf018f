/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Object ids of files and folders: made, set, deleted, and opened by. */
#include <windows.h>
#include <winioctl.h>
#include <winternl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "folder.h"
#include "privilege.h"

NTSTATUS NTAPI NtFsControlFile(HANDLE, HANDLE, PIO_APC_ROUTINE, PVOID,
			       PIO_STATUS_BLOCK, ULONG, PVOID, ULONG, PVOID,
			       ULONG);
enum {
	OK = 0,
	INVALID_DEVICE_REQUEST = (int)0xc0000010,
	INVALID = (int)0xc000000d,
	DENIED = (int)0xc0000022,
	COLLISION = (int)0xc0000035,
	DUPLICATE_NAME = (int)0xc00000bd,
	NOT_FOUND = (int)0xc00002f0,
};

struct id {
	UCHAR id[16], birth_volume[16], birth_object[16], domain[16];
};

static HANDLE open_as(const char *name, DWORD access, DWORD how)
{
	HANDLE h = CreateFileA(at(name), access, 7, NULL, how,
			       FILE_FLAG_BACKUP_SEMANTICS, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	return h;
}

static int control(HANDLE h, DWORD code, void *in, ULONG n, void *out,
		   ULONG room)
{
	IO_STATUS_BLOCK io = { 0 };
	int status = NtFsControlFile(h, NULL, NULL, NULL, &io, code, in, n, out,
				     room);

	if (!status && out)
		CHECK_EQ(io.Information, sizeof(struct id));
	return status;
}

static int make(HANDLE h, struct id *id)
{
	return control(h, FSCTL_CREATE_OR_GET_OBJECT_ID, NULL, 0, id,
		       sizeof *id);
}

static int get(HANDLE h, struct id *id)
{
	return control(h, FSCTL_GET_OBJECT_ID, NULL, 0, id, sizeof *id);
}

static int set(HANDLE h, struct id *id)
{
	return control(h, FSCTL_SET_OBJECT_ID, id, sizeof *id, NULL, 0);
}

static int extend(HANDLE h, struct id *id)
{
	return control(h, FSCTL_SET_OBJECT_ID_EXTENDED, id->birth_volume, 48,
		       NULL, 0);
}

static int delete (HANDLE h)
{
	return control(h, FSCTL_DELETE_OBJECT_ID, NULL, 0, NULL, 0);
}

/* The number of the file that is opened by it; 0: none is. */
static ULONGLONG number_by(HANDLE volume, const struct id *id)
{
	FILE_ID_DESCRIPTOR d = { .dwSize = sizeof d, .Type = ObjectIdType };
	BY_HANDLE_FILE_INFORMATION info;
	HANDLE h;

	memcpy(&d.ObjectId, id->id, 16);
	h = OpenFileById(volume, &d, FILE_READ_ATTRIBUTES, 7, NULL,
			 FILE_FLAG_BACKUP_SEMANTICS);
	if (h == INVALID_HANDLE_VALUE) {
		CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
		return 0;
	}
	CHECK(GetFileInformationByHandle(h, &info));
	CloseHandle(h);
	return (ULONGLONG)info.nFileIndexHigh << 32 | info.nFileIndexLow;
}

static ULONGLONG number(HANDLE h)
{
	BY_HANDLE_FILE_INFORMATION info;

	CHECK(GetFileInformationByHandle(h, &info));
	return (ULONGLONG)info.nFileIndexHigh << 32 | info.nFileIndexLow;
}

/* On f, which has one, and g, which has none. */
static void set_ids(HANDLE volume, HANDLE f, HANDLE g, const struct id *of_f)
{
	struct id id, mine;
	HANDLE h = open_as("g", GENERIC_READ, OPEN_EXISTING);

	memset(&mine, 0x5a, sizeof mine);
	memcpy(mine.id, "a file of ours..", 16);
	CHECK_EQ(control(g, FSCTL_SET_OBJECT_ID, &mine, 63, NULL, 0), INVALID);
	CHECK_EQ(set(f, &mine), COLLISION);
	id = *of_f;
	CHECK_EQ(set(g, &id), DUPLICATE_NAME);
	CHECK_EQ(set(g, &mine), OK);
	CHECK_EQ(set(g, &mine), COLLISION);
	CHECK_EQ(get(g, &id), OK);
	CHECK(!memcmp(&id, &mine, sizeof id));
	CHECK_EQ(make(g, &id), OK);
	CHECK(!memcmp(&id, &mine, sizeof id));
	CHECK(number_by(volume, &mine) == number(g));
	CHECK_EQ(extend(h, &mine), DENIED);
	CHECK_EQ(delete (h), DENIED);
	CloseHandle(h);
	CHECK_EQ(delete (g), OK);
	CHECK_EQ(number_by(volume, &mine), 0);
}

static void ids(void)
{
	HANDLE volume = open_as("", GENERIC_READ, OPEN_EXISTING);
	HANDLE f = open_as("f", GENERIC_WRITE, CREATE_NEW), g, d;
	struct id id, again, birth;
	IO_STATUS_BLOCK io;
	DWORD n;

	CHECK_EQ(get(f, &id), NOT_FOUND);
	CHECK_EQ(control(f, FSCTL_GET_OBJECT_ID, NULL, 0, &id, 63), INVALID);
	CHECK_EQ(control(f, FSCTL_CREATE_OR_GET_OBJECT_ID, NULL, 0, &id, 63),
		 INVALID);
	CHECK_EQ(get(f, &id), NOT_FOUND);
	CHECK_EQ(extend(f, &id), NOT_FOUND);
	CHECK_EQ(delete (f), OK);
	CHECK_EQ(make(f, &id), OK);
	CHECK(!memcmp(id.id, id.birth_object, 16));
	if (!NtQueryVolumeInformationFile(f, &io, &birth, sizeof birth,
					  (FS_INFORMATION_CLASS)8))
		CHECK(!memcmp(id.birth_volume, birth.id, 16));
	memset(&birth, 0, sizeof birth);
	CHECK(!memcmp(id.domain, birth.domain, 16));
	CHECK(memcmp(id.id, birth.id, 16));
	CHECK_EQ(make(f, &again), OK);
	CHECK(!memcmp(&id, &again, sizeof id));
	CHECK_EQ(get(f, &again), OK);
	CHECK(!memcmp(&id, &again, sizeof id));

	/* It is the file's, whatever becomes of its name and what is in it. */
	CHECK(WriteFile(f, "x", 1, &n, NULL));
	CHECK(number_by(volume, &id) == number(f));
	CHECK(MoveFileA(at("f"), at("moved")));
	CHECK(number_by(volume, &id) == number(f));
	CloseHandle(open_as("moved", GENERIC_WRITE, TRUNCATE_EXISTING));
	CHECK_EQ(get(f, &again), OK);
	CHECK(!memcmp(&id, &again, sizeof id));
	CHECK(CopyFileA(at("moved"), at("g"), TRUE));
	g = open_as("g", GENERIC_WRITE, OPEN_EXISTING);
	CHECK_EQ(get(g, &again), NOT_FOUND);

	memset(again.birth_volume, 0x11, 48);
	CHECK_EQ(control(f, FSCTL_SET_OBJECT_ID_EXTENDED, again.birth_volume,
			 47, NULL, 0),
		 INVALID);
	CHECK_EQ(extend(f, &again), OK);
	CHECK_EQ(get(f, &birth), OK);
	CHECK(!memcmp(birth.id, id.id, 16));
	CHECK(!memcmp(birth.birth_volume, again.birth_volume, 48));

	/* Setting one is for who restores files. */
	CHECK_EQ(set(g, &id), DENIED);
	CloseHandle(g);
	if (enable_privilege(SE_RESTORE_NAME)) {
		g = open_as("g", GENERIC_WRITE, OPEN_EXISTING);
		set_ids(volume, f, g, &id);
		CloseHandle(g);
	}

	CHECK(CreateDirectoryA(at("d"), NULL));
	d = open_as("d", FILE_READ_ATTRIBUTES, OPEN_EXISTING);
	CHECK_EQ(make(d, &again), OK);
	CHECK(memcmp(id.id, again.id, 16));
	CHECK(number_by(volume, &again) == number(d));
	CloseHandle(d);
	CHECK_EQ(delete (f), OK);
	CHECK_EQ(get(f, &id), NOT_FOUND);
	CHECK_EQ(number_by(volume, &id), 0);
	CloseHandle(f);
	CloseHandle(volume);
	CHECK(DeleteFileA(at("moved")));
	CHECK(DeleteFileA(at("g")));
	CHECK(RemoveDirectoryA(at("d")));
}

static bool keeps_ids(void)
{
	HANDLE d = open_as("", FILE_READ_ATTRIBUTES, OPEN_EXISTING);
	struct id id;
	int status = make(d, &id);

	CloseHandle(d);
	if (status != OK)
		CHECK_EQ(status, INVALID_DEVICE_REQUEST);
	return status == OK;
}

int main(void)
{
	if (!folder_where("object", keeps_ids)) {
		puts("no file system that has object ids");
		return check_done();
	}
	ids();
	CHECK(RemoveDirectoryA(base));
	return check_done();
}
