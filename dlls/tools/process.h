/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process.h - the session's processes, for tasklist and taskkill. */
#ifndef RF_TOOL_PROCESS_H
#define RF_TOOL_PROCESS_H

#include "tool.h"

struct process {
	DWORD id, parent;
	WCHAR name[MAX_PATH];
	bool chosen;
};

/* All of them; *n how many. */
struct process *processes(size_t *n);

/*
 * A filter as in /fi "imagename eq cmd.exe": those that it does not hold for
 * are no longer chosen.  False: not understood, and said.
 */
bool apply_filter(const WCHAR *filter, struct process *p, size_t n);

/* May name hold * and ? and match, whatever the case? */
bool name_matches(const WCHAR *pattern, const WCHAR *name);

#endif
