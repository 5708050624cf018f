/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * named.h - names of objects that only one run of a test has, with whatever
 * processes it starts: other runs may be under way in the same session.
 */
#ifndef RF_GUEST_NAMED_H
#define RF_GUEST_NAMED_H

#include <windows.h>

#include <stdio.h>

/* Good for the next three calls.  Who asks first, before it starts others, gives
   its id. */
static inline const char *own_name(const char *what)
{
	static char names[4][100];
	static int n;
	char *name = names[n++ % 4], run[16];

	if (!GetEnvironmentVariableA("RF_TEST_RUN", run, sizeof run)) {
		snprintf(run, sizeof run, "%lu", GetCurrentProcessId());
		SetEnvironmentVariableA("RF_TEST_RUN", run);
	}
	snprintf(name, sizeof names[0], "%s-%s", what, run);
	return name;
}

static inline const WCHAR *own_name_w(const char *what)
{
	static WCHAR names[4][100];
	static int n;
	WCHAR *name = names[n++ % 4];

	MultiByteToWideChar(CP_ACP, 0, own_name(what), -1, name, 100);
	return name;
}

#endif
