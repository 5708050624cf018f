/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reg.h - between the files of the registry. */
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

static inline BOOL reg_is_string(DWORD type)
{
	return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

/*
 * What RegQueryValueEx does with type, data and size (each may be NULL):
 * ERROR_MORE_DATA when *size is too small.  The narrow form converts text.
 */
LSTATUS reg_give(DWORD type, const void *value, DWORD n, DWORD *ptype,
		 BYTE *data, DWORD *size);
LSTATUS reg_give_narrow(DWORD type, const void *value, DWORD n, DWORD *ptype,
			BYTE *data, DWORD *size);

/* Narrow text for a call of the wide kind; free with RtlFreeUnicodeString. */
static inline LSTATUS reg_widen(PCSTR text, UNICODE_STRING *wide)
{
	*wide = (UNICODE_STRING){ 0, 0, NULL };
	if (text && !RtlCreateUnicodeStringFromAsciiz(wide, text))
		return ERROR_NOT_ENOUGH_MEMORY;
	return ERROR_SUCCESS;
}

enum { KeyValueFull = 1, KeyValuePartial = 2 };

#endif
