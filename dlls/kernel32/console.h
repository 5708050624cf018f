/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console.h - what the console files share: calls of ours on the terminal.
 */
#ifndef RF_KERNEL32_CONSOLE_H
#define RF_KERNEL32_CONSOLE_H

#include "kernel32-private.h"
#include "rf-console.h"

/*
 * console_call() - a code of rf-console.h on a console handle.  done, if not
 * NULL, gets the number of bytes.  FALSE and the last error:
 * ERROR_INVALID_HANDLE for a handle that is no console's.
 */
BOOL console_call(HANDLE h, ULONG code, const void *in, ULONG in_size,
		  void *out, ULONG out_size, ULONG *done);

/* The same on the control device, which needs no console handle. */
/*
 * A child's console is this pseudo console, and so are its standard handles,
 * but for those that were given.
 */
void pseudo_console_params(PVOID console, PRTL_USER_PROCESS_PARAMETERS p,
			   BOOL given);
BOOL console_control(ULONG code, const void *in, ULONG in_size, void *out,
		     ULONG out_size, ULONG *done);

/* ReadConsoleW, with all that it can be told. */
BOOL console_read_units(HANDLE h, WCHAR *buf, DWORD n, DWORD *done,
			const struct rf_console_read *in);

/*
 * console-bytes.c: ReadFile and WriteFile of who was told RF_CONSOLE_CONVERT.
 */
BOOL console_read_bytes(HANDLE h, void *buf, DWORD n, DWORD *done);
BOOL console_write_bytes(HANDLE h, const void *buf, DWORD n, DWORD *done);

/* Is it a console's?  FALSE sets the last error. */
BOOL console_check(HANDLE h);

#endif
