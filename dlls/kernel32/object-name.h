/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object-name.h - Win32 names of kernel objects (events, mutexes, sections,
 * jobs, ...) as OBJECT_ATTRIBUTES.
 */
#ifndef RF_KERNEL32_OBJECT_NAME_H
#define RF_KERNEL32_OBJECT_NAME_H

#include "kernel32-private.h"

struct object_name {
	OBJECT_ATTRIBUTES oa;
	UNICODE_STRING name;
	HANDLE root; /* a private namespace's; NULL: none */
	WCHAR buf[MAX_PATH + 32];
};

/*
 * object_name_init() - "Local\x", "Global\x", "x", "x" in a private namespace
 * ("prefix\x"), or NULL.
 *
 *   sa       may be NULL
 *   creating adds OBJ_OPENIF, so that an existing object is opened
 *
 * *oa is NULL where NT wants no attributes at all.  FALSE and the last error:
 * ERROR_FILENAME_EXCED_RANGE, ERROR_PATH_NOT_FOUND for a name with another
 * backslash.
 */
BOOL object_name_init(struct object_name *n, const SECURITY_ATTRIBUTES *sa,
		      const WCHAR *name, BOOL creating, OBJECT_ATTRIBUTES **oa);
/* The same for OpenX. */
BOOL object_name_open(struct object_name *n, BOOL inherit, const WCHAR *name);

/*
 * What CreateX returns: the handle and, in the last error, 0 or
 * ERROR_ALREADY_EXISTS; or NULL and why not.
 */
HANDLE object_created(NTSTATUS status, const HANDLE *h);
HANDLE object_opened(NTSTATUS status, const HANDLE *h);

/*
 * namespace_of() - the private namespace that this process calls prefix (n
 * characters): a handle that stays open while the namespace does.  NULL: none.
 */
HANDLE namespace_of(const WCHAR *prefix, DWORD n);

#endif
