/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder.h - a folder of the test's own, and the names in it. */
#ifndef RF_GUEST_FOLDER_H
#define RF_GUEST_FOLDER_H

#include <windows.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static char base[MAX_PATH]; /* the folder */

/* base\name; good for three more calls. */
static const char *at(const char *name)
{
	static char path[4][2 * MAX_PATH];
	static unsigned turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s\\%s", base, name);
	return path[turn];
}

static void folder_name(const char *name)
{
	size_t n = strlen(base);

	n -= n && base[n - 1] == '\\';
	snprintf(base + n, 40, "\\rf-%s-%lu", name, GetCurrentProcessId());
	CHECK(CreateDirectoryA(base, NULL), "%s: %lu", base, GetLastError());
}

/*
 * Makes it on a file system where works(), which leaves nothing there if not:
 * that of temporary files, or else that of the current folder.  False: neither;
 * there is no folder then.
 */
static inline bool folder_where(const char *name, bool (*works)(void))
{
	GetTempPathA(sizeof base - 40, base);
	for (int tries = 0;; tries++) {
		folder_name(name);
		if (works())
			return true;
		CHECK(RemoveDirectoryA(base), "%lu", GetLastError());
		if (tries)
			return false;
		GetCurrentDirectoryA(sizeof base - 40, base);
	}
}

/* The same, anywhere. */
static inline void folder_make(const char *name)
{
	GetTempPathA(sizeof base - 40, base);
	folder_name(name);
}

#endif
