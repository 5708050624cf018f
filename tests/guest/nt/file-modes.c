/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a handle's mode is, and what may be made of it; what a volume's disk is
 * like.
 */
// link: -lntdll
#include <windows.h>
#include <winioctl.h>
#include <winternl.h>

#include <string.h>

#include "check.h"

enum {
	MODE = 16,
	THROUGH = 2,
	SEQUENTIAL = 4,
	UNBUFFERED = 8,
	ALERT = 0x10,
	NONALERT = 0x20,
};

static char name[MAX_PATH];

static ULONG mode_of(HANDLE h)
{
	IO_STATUS_BLOCK io;
	ULONG v = 99;

	CHECK_EQ(NtQueryInformationFile(h, &io, &v, sizeof v,
					(FILE_INFORMATION_CLASS)MODE),
		 0);
	return v;
}

static NTSTATUS set_mode(HANDLE h, ULONG v)
{
	IO_STATUS_BLOCK io;

	return NtSetInformationFile(h, &io, &v, sizeof v,
				    (FILE_INFORMATION_CLASS)MODE);
}

static void writes(HANDLE h, DWORD at)
{
	OVERLAPPED o = { .Offset = at,
			 .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
	static char out[8192], in[8192];
	DWORD n = 0;

	memset(out, 'a' + at % 26, sizeof out);
	CHECK(WriteFile(h, out, sizeof out, NULL, &o) ||
	      GetLastError() == ERROR_IO_PENDING);
	CHECK(GetOverlappedResult(h, &o, &n, TRUE));
	CHECK_EQ(n, sizeof out);
	CHECK(ReadFile(h, in, sizeof in, NULL, &o) ||
	      GetLastError() == ERROR_IO_PENDING);
	CHECK(GetOverlappedResult(h, &o, &n, TRUE));
	CHECK(n == sizeof in && !memcmp(in, out, sizeof in));
	CloseHandle(o.hEvent);
}

static void modes(void)
{
	static const struct {
		DWORD flags;
		ULONG is, sync;
	} kinds[] = { { 0, NONALERT, NONALERT },
		      { FILE_FLAG_OVERLAPPED, 0, 0 },
		      { FILE_FLAG_WRITE_THROUGH, NONALERT | THROUGH, NONALERT },
		      { FILE_FLAG_SEQUENTIAL_SCAN, NONALERT | SEQUENTIAL,
			NONALERT } };

	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		const ULONG sync = kinds[i].sync;
		HANDLE h =
			CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 7, NULL,
				    CREATE_ALWAYS, kinds[i].flags, NULL);

		CHECK_EQ(mode_of(h), kinds[i].is);
		CHECK_EQ(set_mode(h, sync | UNBUFFERED),
			 (LONG)STATUS_INVALID_PARAMETER);
		CHECK_EQ(set_mode(h, sync | 0x1000),
			 (LONG)STATUS_INVALID_PARAMETER);
		CHECK_EQ(set_mode(h, sync ^ NONALERT),
			 (LONG)STATUS_INVALID_PARAMETER);
		CHECK_EQ(set_mode(h, ALERT | NONALERT),
			 (LONG)STATUS_INVALID_PARAMETER);
		CHECK_EQ(mode_of(h), kinds[i].is);
		writes(h, 0);
		CHECK_EQ(set_mode(h, sync | THROUGH), 0);
		CHECK_EQ(mode_of(h), sync | THROUGH);
		writes(h, 1);
		CHECK_EQ(set_mode(h, sync | THROUGH | SEQUENTIAL), 0);
		CHECK_EQ(mode_of(h), sync | THROUGH | SEQUENTIAL);
		writes(h, 2);
		CHECK_EQ(set_mode(h, sync), 0);
		CHECK_EQ(mode_of(h), sync);
		writes(h, 3);
		if (sync) {
			CHECK_EQ(set_mode(h, ALERT), 0);
			CHECK_EQ(mode_of(h), ALERT);
			writes(h, 4);
			CHECK_EQ(set_mode(h, NONALERT), 0);
		}
		CHECK_EQ(mode_of(h), sync);
		CloseHandle(h);
	}
	CHECK(DeleteFileA(name));
}

static void disks(void)
{
	static const struct {
		STORAGE_PROPERTY_ID id;
		DWORD size;
	} kinds[] = { { StorageAccessAlignmentProperty, 28 },
		      { StorageDeviceSeekPenaltyProperty, 12 },
		      { StorageDeviceTrimProperty, 12 } };
	HANDLE h = CreateFileA("\\\\.\\C:", 0, 7, NULL, OPEN_EXISTING, 0, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		STORAGE_PROPERTY_QUERY q = { .PropertyId = kinds[i].id,
					     .QueryType = PropertyExistsQuery };
		union {
			struct {
				DWORD version, size;
				BYTE yes;
			};
			STORAGE_ACCESS_ALIGNMENT_DESCRIPTOR alignment;
			DWORD room[16];
		} u = { .room = { 0 } };
		DWORD n = 99;

		CHECK(DeviceIoControl(h, IOCTL_STORAGE_QUERY_PROPERTY, &q,
				      sizeof q, NULL, 0, &n, NULL),
		      "%u: %lu", i, GetLastError());
		q.QueryType = PropertyStandardQuery;
		CHECK(DeviceIoControl(h, IOCTL_STORAGE_QUERY_PROPERTY, &q,
				      sizeof q, &u, sizeof u, &n, NULL),
		      "%u: %lu", i, GetLastError());
		CHECK_EQ(n, kinds[i].size);
		CHECK_EQ(u.version, kinds[i].size);
		CHECK_EQ(u.size, kinds[i].size);
		if (i == 0) {
			const DWORD logical = u.alignment.BytesPerLogicalSector;

			CHECK(logical >= 512 && !(logical & (logical - 1)));
			CHECK(u.alignment.BytesPerPhysicalSector >= logical);
		} else {
			CHECK(u.yes <= 1);
		}
	}
	CloseHandle(h);
}

int main(void)
{
	GetTempPathA(sizeof name - 32, name);
	sprintf(name + strlen(name), "rf-modes-%lu", GetCurrentProcessId());
	modes();
	disks();
	return check_done();
}
