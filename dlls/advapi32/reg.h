/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reg.h - between reg-key.c and reg-value.c. */
#ifndef RF_ADVAPI_REG_H
#define RF_ADVAPI_REG_H

#include "nt.h"

/*
 * A real handle for a key: predefined ones (HKEY_LOCAL_MACHINE, ...) are
 * opened on first use and stay open.  STATUS_INVALID_HANDLE.
 */
NTSTATUS reg_handle(HKEY key, HANDLE *h);

static inline LSTATUS reg_error(NTSTATUS s)
{
	return (LSTATUS)RtlNtStatusToDosError(s);
}

typedef struct {
	ULONG TitleIndex, Type, DataOffset, DataLength, NameLength;
	WCHAR Name[];
} KEY_VALUE_FULL;

typedef struct {
	ULONG TitleIndex, Type, DataLength;
	BYTE Data[];
} KEY_VALUE_PARTIAL;

enum { KeyValueFull = 1, KeyValuePartial = 2 };

#endif
