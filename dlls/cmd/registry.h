/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry.h - what NtQueryValueKey and NtEnumerateKey fill in.
 * Source: Microsoft Learn, KEY_VALUE_PARTIAL_INFORMATION,
 * KEY_BASIC_INFORMATION.
 */
#ifndef RF_CMD_REGISTRY_H
#define RF_CMD_REGISTRY_H

#include "nt.h"

enum { KeyBasicInformation = 0, KeyValuePartialInformation = 2 };

struct key_value {
	ULONG title;
	ULONG type;
	ULONG size; /* bytes */
	BYTE data[2048];
	WCHAR end; /* texts need not be ended */
};

struct key_name {
	LARGE_INTEGER written;
	ULONG title;
	ULONG size; /* bytes */
	WCHAR name[256];
};

_Static_assert(offsetof(struct key_value, data) == 12, "partial information");
_Static_assert(offsetof(struct key_name, name) == 16, "basic information");

#endif
