/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * self.h - for tests that play parts in several processes: this program, started
 * anew with other arguments.
 */
#ifndef RF_GUEST_SELF_H
#define RF_GUEST_SELF_H

#include <windows.h>

#include "check.h"

#define PATIENCE 60000

static inline const char *own_path(void)
{
	static char path[MAX_PATH];

	if (!path[0])
		GetModuleFileNameA(NULL, path, sizeof path);
	return path;
}

/* flags: CREATE_*, DEBUG_*; heirs: of the handles that can be inherited. */
static inline BOOL start_heir(const char *args, BOOL heirs, DWORD flags,
			      PROCESS_INFORMATION *pi)
{
	STARTUPINFOA si = { .cb = sizeof si };
	char line[MAX_PATH + 200];

	snprintf(line, sizeof line, "\"%s\" %s", own_path(), args);
	return CreateProcessA(own_path(), line, NULL, NULL, heirs, flags, NULL,
			      NULL, &si, pi);
}

static inline BOOL start(const char *args, DWORD flags, PROCESS_INFORMATION *pi)
{
	return start_heir(args, FALSE, flags, pi);
}

static inline void close_both(PROCESS_INFORMATION *pi)
{
	CloseHandle(pi->hProcess);
	CloseHandle(pi->hThread);
}

/* Its exit code; checks that it ends. */
static inline DWORD run_heir(const char *args, BOOL heirs)
{
	PROCESS_INFORMATION pi;
	DWORD code = STILL_ACTIVE;
	BOOL ok = start_heir(args, heirs, 0, &pi);

	CHECK(ok, "%s: CreateProcess: %lu", args, GetLastError());
	if (!ok)
		return code;
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	GetExitCodeProcess(pi.hProcess, &code);
	close_both(&pi);
	return code;
}

static inline DWORD run_self(const char *args)
{
	return run_heir(args, FALSE);
}

#endif
