/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object-name.c - Win32 names of kernel objects.
 *
 * Programs are in session 1, so a name belongs to its folder, as "Local\" says,
 * too; "Global\" means session 0's.  Names keep their case.
 */
#include "object-name.h"

static const WCHAR global_folder[] = L"\\BaseNamedObjects\\";
static const WCHAR local_folder[] = L"\\Sessions\\1\\BaseNamedObjects\\";

/* The folder that a prefix of *name means; *name is what follows. */
static const WCHAR *folder_of(const WCHAR **name)
{
	static const struct {
		const WCHAR *prefix;
		ULONG len;
		const WCHAR *folder;
	} prefixes[] = {
		{ L"Global\\", 7, global_folder },
		{ L"Local\\", 6, local_folder },
		{ L"Session\\0\\", 10, global_folder },
		{ L"Session\\1\\", 10, local_folder },
	};

	for (unsigned i = 0; i < ARRAY_LEN(prefixes); i++)
		if (wide_same_n(*name, prefixes[i].prefix, prefixes[i].len)) {
			*name += prefixes[i].len;
			return prefixes[i].folder;
		}
	return local_folder;
}

/* Where name's last part belongs; FALSE: in no place that there is. */
static BOOL find_root(struct object_name *n, const WCHAR **folder,
		      const WCHAR **name)
{
	const WCHAR *p, *rest = *name;

	n->root = NULL;
	*folder = L"";
	for (p = rest; *p && *p != '\\'; p++)
		;
	if (*p && (n->root = namespace_of(rest, (DWORD)(p - rest))))
		rest = p + 1;
	else
		*folder = folder_of(&rest);
	*name = rest;
	while (*rest && *rest != '\\')
		rest++;
	return !*rest;
}

static BOOL set_name(struct object_name *n, const WCHAR *name)
{
	const WCHAR *folder;
	DWORD len, before;

	if (!find_root(n, &folder, &name)) {
		SetLastError(ERROR_PATH_NOT_FOUND);
		return FALSE;
	}
	len = wide_len(name);
	if (len > MAX_PATH) {
		SetLastError(ERROR_FILENAME_EXCED_RANGE);
		return FALSE;
	}
	before = wide_len(folder);
	memcpy(n->buf, folder, before * sizeof *name);
	memcpy(n->buf + before, name, (len + 1) * sizeof *name);
	n->name.Buffer = n->buf;
	n->name.Length = (before + len) * sizeof *name;
	n->name.MaximumLength = n->name.Length + sizeof *name;
	return TRUE;
}

BOOL object_name_init(struct object_name *n, const SECURITY_ATTRIBUTES *sa,
		      const WCHAR *name, BOOL creating, OBJECT_ATTRIBUTES **oa)
{
	ULONG attributes = 0;

	*oa = NULL;
	n->root = NULL;
	/* An empty name is no name when creating. */
	if (name && !*name && creating)
		name = NULL;
	if (!name && !sa)
		return TRUE;
	if (name && !set_name(n, name))
		return FALSE;
	if (creating)
		attributes |= OBJ_OPENIF;
	if (sa && sa->bInheritHandle)
		attributes |= OBJ_INHERIT;
	InitializeObjectAttributes(&n->oa, name ? &n->name : NULL, attributes,
				   n->root, sa ? sa->lpSecurityDescriptor : NULL);
	*oa = &n->oa;
	return TRUE;
}

BOOL object_name_open(struct object_name *n, BOOL inherit, const WCHAR *name)
{
	if (!name) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!set_name(n, name))
		return FALSE;
	InitializeObjectAttributes(&n->oa, &n->name, inherit ? OBJ_INHERIT : 0,
				   n->root, NULL);
	return TRUE;
}

HANDLE object_created(NTSTATUS status, const HANDLE *h)
{
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		return NULL;
	}
	SetLastError(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS
							 : ERROR_SUCCESS);
	return *h;
}

HANDLE object_opened(NTSTATUS status, const HANDLE *h)
{
	if (NT_SUCCESS(status))
		return *h;
	rf_fail(status);
	return NULL;
}
