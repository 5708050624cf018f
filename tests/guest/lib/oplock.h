/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* oplock.h - an oplock, the handle that has it, and how it is asked for. */
#ifndef RF_GUEST_OPLOCK_H
#define RF_GUEST_OPLOCK_H

#include <windows.h>
#include <winioctl.h>

struct held {
	HANDLE file;
	OVERLAPPED o;
	REQUEST_OPLOCK_OUTPUT_BUFFER out;
};

static inline void close_file(struct held *h)
{
	CloseHandle(h->file);
	h->file = NULL;
}

static inline void close_it(struct held *h)
{
	if (h->file)
		close_file(h);
	CloseHandle(h->o.hEvent);
}

/* ERROR_IO_PENDING: granted.  0: done. */
static inline DWORD control(struct held *h, DWORD code)
{
	DWORD n;

	return DeviceIoControl(h->file, code, NULL, 0, NULL, 0, &n, &h->o)
		       ? 0
		       : GetLastError();
}

/* The same of those of the newer kind: REQUEST_OPLOCK_INPUT_FLAG_... */
static inline DWORD request(struct held *h, DWORD level, DWORD flags)
{
	REQUEST_OPLOCK_INPUT_BUFFER in = { 1, sizeof in, level, flags };
	DWORD n;

	return DeviceIoControl(h->file, FSCTL_REQUEST_OPLOCK, &in, sizeof in,
			       &h->out, sizeof h->out, &n, &h->o)
		       ? 0
		       : GetLastError();
}

#endif
