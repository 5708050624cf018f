/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A section with a name, whose maker has ended, lives on under that name in the
 * process that has been given a handle: PostgreSQL's keep them so.
 */
#include <windows.h>
#include <stdlib.h>

#include "named.h"
#include "self.h"

#define NAME own_name("rf-section-kept")

static int child(DWORD parent)
{
	HANDLE to = OpenProcess(PROCESS_DUP_HANDLE, FALSE, parent), kept;
	HANDLE h = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL,
				      PAGE_READWRITE, 0, 65536, NAME);
	int *view = MapViewOfFile(h, FILE_MAP_WRITE, 0, 0, 0);

	CHECK(to && view, "%lu", GetLastError());
	if (!view)
		return 1;
	*view = 1234;
	CHECK(DuplicateHandle(GetCurrentProcess(), h, to, &kept, 0, FALSE,
			      DUPLICATE_SAME_ACCESS),
	      "%lu", GetLastError());
	((HANDLE *)view)[1] = kept;
	CHECK(UnmapViewOfFile(view) && CloseHandle(h));
	return check_failed ? 1 : 7;
}

int main(int argc, char **argv)
{
	char line[32];
	int *view;
	HANDLE h;

	if (argc > 1)
		return child((DWORD)atoi(argv[1]));
	CHECK(!OpenFileMappingA(FILE_MAP_WRITE, FALSE, NAME));
	snprintf(line, sizeof line, "%lu", GetCurrentProcessId());
	CHECK_EQ(run_self(line), 7);
	h = OpenFileMappingA(FILE_MAP_WRITE, FALSE, NAME);
	CHECK(h != NULL, "%lu", GetLastError());
	view = MapViewOfFile(h, FILE_MAP_WRITE, 0, 0, 0);
	CHECK(view && *view == 1234, "%lu", GetLastError());
	if (!view)
		return check_done();
	CHECK(CloseHandle(((HANDLE *)view)[1]));
	CHECK(UnmapViewOfFile(view) && CloseHandle(h));
	CHECK(!OpenFileMappingA(FILE_MAP_WRITE, FALSE, NAME));
	return check_done();
}
