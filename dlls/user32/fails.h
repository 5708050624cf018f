/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fails.h - functions that can only fail here, a row each: there is no screen,
 * so there are no windows, pictures and menus.
 */
#ifndef RF_USER32_FAILS_H
#define RF_USER32_FAILS_H

#define FAILS(type, name, args, value, error)                                  \
	type WINAPI name args                                                  \
	{                                                                      \
		SetLastError(error);                                           \
		return value;                                                  \
	}

/* What takes a window: whichever it is, it is none. */
#define NO_WINDOW(type, name, args, value)                                     \
	FAILS(type, name, args, value, ERROR_INVALID_WINDOW_HANDLE)

#endif
