/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * move-later.c - what MoveFileEx puts off until the next start of the system.
 *
 * Windows keeps a list of pairs in the registry, for the session manager to
 * work off: from, and to or an empty string, both as NT names; an exclamation
 * mark before the second means that it may be replaced.
 */
#include "move-later.h"

#define KEY                                                                    \
	L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\"           \
	L"Session Manager"
#define PARTIAL 2 /* KeyValuePartialInformation */
#define VALUE   L"PendingFileRenameOperations"

/* KEY_VALUE_PARTIAL_INFORMATION */
struct partial {
	ULONG TitleIndex, Type, DataLength;
	UCHAR Data[];
};

/* What is in the list so far, with room bytes more; NULL: no memory. */
static struct partial *read_list(HANDLE key, UNICODE_STRING *value, ULONG room)
{
	ULONG size = FIELD_OFFSET(struct partial, Data), needed;
	struct partial *v;
	NTSTATUS status;

	for (;;) {
		v = k32_alloc(size + room);
		if (!v)
			return NULL;
		status = NtQueryValueKey(key, value, PARTIAL, v, size, &needed);
		if (NT_SUCCESS(status) && v->Type == REG_MULTI_SZ &&
		    v->DataLength >= sizeof(WCHAR)) {
			v->DataLength -= sizeof(WCHAR); /* the last NUL */
			return v;
		}
		if (status != STATUS_BUFFER_OVERFLOW &&
		    status != STATUS_BUFFER_TOO_SMALL) {
			v->DataLength = 0;
			return v;
		}
		k32_free(v);
		size = needed;
	}
}

static ULONG append(UCHAR *data, ULONG at, const void *p, ULONG n)
{
	memcpy(data + at, p, n);
	return at + n;
}

static NTSTATUS add_pair(HANDLE key, const UNICODE_STRING *from,
			 const UNICODE_STRING *to, BOOL replace)
{
	static const WCHAR nul = 0, mark = '!';
	ULONG room = from->Length + (to ? to->Length : 0) + 4 * sizeof(WCHAR);
	struct partial *v;
	UNICODE_STRING value;
	NTSTATUS status;
	ULONG n;

	RtlInitUnicodeString(&value, VALUE);
	v = read_list(key, &value, room);
	if (!v)
		return STATUS_NO_MEMORY;
	n = append(v->Data, v->DataLength, from->Buffer, from->Length);
	n = append(v->Data, n, &nul, sizeof nul);
	if (to && replace)
		n = append(v->Data, n, &mark, sizeof mark);
	if (to)
		n = append(v->Data, n, to->Buffer, to->Length);
	n = append(v->Data, n, &nul, sizeof nul);
	n = append(v->Data, n, &nul, sizeof nul);
	status = NtSetValueKey(key, &value, 0, REG_MULTI_SZ, v->Data, n);
	k32_free(v);
	return status;
}

BOOL move_later(const WCHAR *from, const WCHAR *to, DWORD flags)
{
	OBJECT_ATTRIBUTES oa;
	UNICODE_STRING name;
	NTSTATUS status;
	HANDLE_SCOPE(key);
	NT_PATH(source);
	NT_PATH(target);

	/* Nothing can be copied before volumes are mounted. */
	if (flags & (MOVEFILE_COPY_ALLOWED | MOVEFILE_CREATE_HARDLINK)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (GetFileAttributesW(from) == INVALID_FILE_ATTRIBUTES)
		return FALSE;
	if (!nt_path_init(&source, from) || (to && !nt_path_init(&target, to)))
		return FALSE;
	RtlInitUnicodeString(&name, KEY);
	InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	status = NtCreateKey(&key, KEY_QUERY_VALUE | KEY_SET_VALUE, &oa, 0,
			     NULL, 0, NULL);
	if (NT_SUCCESS(status))
		status = add_pair(key, &source.name, to ? &target.name : NULL,
				  flags & MOVEFILE_REPLACE_EXISTING);
	return rf_result(status);
}
