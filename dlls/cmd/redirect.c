/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * redirect.c - < > >> 2>&1, in the order they are written.
 *
 * Our ten handles are a table; a redirection changes entries for as long as
 * the command runs.
 */
#include "cmd.h"

static HANDLE open_input(const WCHAR *name)
{
	return CreateFileW(name, GENERIC_READ,
			   FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
			   OPEN_EXISTING, 0, NULL);
}

/* Others may read what is being written, not write it. */
static HANDLE open_output(const WCHAR *name, bool append)
{
	HANDLE h = CreateFileW(
		name, GENERIC_WRITE | (append ? GENERIC_READ : 0),
		FILE_SHARE_READ, NULL, append ? OPEN_ALWAYS : CREATE_ALWAYS,
		FILE_ATTRIBUTE_NORMAL, NULL);
	LARGE_INTEGER end = { .QuadPart = 0 };

	/* A device may be written only. */
	if (h == INVALID_HANDLE_VALUE && append)
		h = CreateFileW(name, GENERIC_WRITE, FILE_SHARE_READ, NULL,
				OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
	if (h != INVALID_HANDLE_VALUE && append &&
	    GetFileType(h) == FILE_TYPE_DISK)
		SetFilePointerEx(h, end, NULL, FILE_END);
	return h;
}

static bool one(const struct redirect *r, struct redirected *save)
{
	WCHAR *name;
	HANDLE h;

	if (r->duplicate >= 0) {
		h = cmd.std[r->duplicate];
		if (!h) {
			errf(L"The handle could not be duplicated\r\nduring "
			     L"redirection of handle %d.\r\n",
			     r->fd);
			return false;
		}
		cmd.std[r->fd] = h;
		return true;
	}
	name = unquoted(expand_delayed(expand_for(r->target)));
	h = r->how == REDIRECT_IN
		    ? open_input(name)
		    : open_output(name, r->how == REDIRECT_APPEND);
	if (h == INVALID_HANDLE_VALUE) {
		err_code(GetLastError());
		return false;
	}
	if (save->n == COUNT_OF(save->opened)) {
		CloseHandle(h);
		return false;
	}
	save->opened[save->n++] = h;
	cmd.std[r->fd] = h;
	return true;
}

bool redirect(const struct redirect *r, struct redirected *save)
{
	save->n = 0;
	memcpy(save->old, cmd.std, sizeof cmd.std);
	if (r)
		flush_output();
	for (; r; r = r->next) {
		if (!one(r, save)) {
			unredirect(save);
			return false;
		}
	}
	return true;
}

void unredirect(struct redirected *save)
{
	flush_output();
	memcpy(cmd.std, save->old, sizeof cmd.std);
	while (save->n)
		CloseHandle(save->opened[--save->n]);
}
