/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lstr.c - lstrlen, lstrcpy and so on, which forgive bad pointers: an exception
 * on the way is length 0, or NULL with what has been copied so far.
 */
#include "attempt.h"
#include "kernel32-private.h"

/* Room for all of it. */
enum { ALL = MAXLONG };

/* Copies up to room units with the NUL, or only counts (to is NULL). */
struct text {
	const void *from;
	void *to;
	int room;
	int length;
};

#define WALK(name, unit)                                                       \
	static BOOL WINAPI name(struct text *t, ULONG_PTR unused, void *none)  \
	{                                                                      \
		const unit *from = t->from;                                    \
		unit *to = t->to;                                              \
		int i;                                                         \
                                                                               \
		for (i = 0; i < t->room - 1 && from[i]; i++)                   \
			if (to)                                                \
				to[i] = from[i];                               \
		if (to && t->room > 0)                                         \
			to[i] = 0;                                             \
		t->length = i;                                                 \
		return TRUE;                                                   \
	}

WALK(walk_ansi, char)
WALK(walk_wide, WCHAR)

static BOOL go(BOOL wide, struct text *t)
{
	NTSTATUS failed;

	return rf_attempt(wide ? (PVOID)walk_wide : (PVOID)walk_ansi, t, 0,
			  NULL, &failed);
}

static int length(BOOL wide, const void *s)
{
	struct text t = { .from = s, .room = ALL };

	return s && go(wide, &t) ? t.length : 0;
}

static void *copy(BOOL wide, void *to, const void *from, int room)
{
	struct text t = { .from = from, .to = to, .room = room };

	return to && from && go(wide, &t) ? to : NULL;
}

static void *append(BOOL wide, void *to, const void *from)
{
	struct text end = { .from = to, .room = ALL };

	if (!to || !from || !go(wide, &end))
		return NULL;
	return copy(wide, (char *)to + end.length * (wide ? 2 : 1), from, ALL)
		       ? to
		       : NULL;
}

int WINAPI lstrlenA(LPCSTR s)
{
	return length(FALSE, s);
}

int WINAPI lstrlenW(LPCWSTR s)
{
	return length(TRUE, s);
}

LPSTR WINAPI lstrcpyA(LPSTR to, LPCSTR from)
{
	return copy(FALSE, to, from, ALL);
}

LPWSTR WINAPI lstrcpyW(LPWSTR to, LPCWSTR from)
{
	return copy(TRUE, to, from, ALL);
}

LPSTR WINAPI lstrcatA(LPSTR to, LPCSTR from)
{
	return append(FALSE, to, from);
}

LPWSTR WINAPI lstrcatW(LPWSTR to, LPCWSTR from)
{
	return append(TRUE, to, from);
}

LPSTR WINAPI lstrcpynA(LPSTR to, LPCSTR from, int room)
{
	return copy(FALSE, to, from, room);
}

LPWSTR WINAPI lstrcpynW(LPWSTR to, LPCWSTR from, int room)
{
	return copy(TRUE, to, from, room);
}
