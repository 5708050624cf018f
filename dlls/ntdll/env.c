/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * env.c - environment blocks: "NAME=value" strings, sorted by name without
 * regard to case, ended by an empty one.
 *
 * The block that the kernel gave us is not of the heap; the first change
 * copies it there.  A name may begin with '=' ("=C:", the current directory
 * of a drive).
 */
#include "ntdll-private.h"

static BOOL process_env_is_ours;

SIZE_T NTAPI rf_environment_size(const WCHAR *env)
{
	const WCHAR *at = env;

	while (*at)
		at += wcslen(at) + 1;
	/* An empty block has two NULs as well. */
	return (at + (at == env ? 2 : 1) - env) * sizeof *env;
}

static SIZE_T name_length(const WCHAR *entry)
{
	const WCHAR *end = *entry ? wcschr(entry + 1, '=') : NULL;

	return end ? (SIZE_T)(end - entry) : wcslen(entry);
}

/*
 * The entry of that name; NULL: none, and *before is where it belongs.
 * Blocks that others made may be in any order, so all are looked at.
 */
static WCHAR *find(WCHAR *env, const WCHAR *name, SIZE_T n, WCHAR **before)
{
	WCHAR *at, *place = NULL;

	for (at = env; *at; at += wcslen(at) + 1) {
		SIZE_T len = name_length(at);
		LONG order = RtlCompareUnicodeStrings(at, len, name, n, TRUE);

		if (!order)
			return at;
		if (order > 0 && !place)
			place = at;
	}
	if (before)
		*before = place ? place : at;
	return NULL;
}

static NTSTATUS query(PVOID env, const WCHAR *name, SIZE_T n, WCHAR *value,
		      SIZE_T room, SIZE_T *len)
{
	NTSTATUS status = STATUS_VARIABLE_NOT_FOUND;
	WCHAR *entry = NULL;

	*len = 0;
	RtlAcquirePebLock();
	if (!env)
		env = rf_peb()->ProcessParameters->Environment;
	if (env && n)
		entry = find(env, name, n, NULL);
	if (entry && entry[n] == '=') {
		entry += n + 1;
		*len = wcslen(entry);
		status =
			*len <= room ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;
		if (status == STATUS_SUCCESS) {
			memcpy(value, entry, *len * sizeof *value);
			if (*len < room)
				value[*len] = 0;
		}
	}
	RtlReleasePebLock();
	return status;
}

/* *value_len: without the NUL if it fits with it, else the room needed. */
NTSTATUS NTAPI RtlQueryEnvironmentVariable(PVOID env, PCWSTR name,
					   SIZE_T name_n, PWSTR value,
					   SIZE_T value_n, SIZE_T *value_len)
{
	NTSTATUS status;

	status = query(env, name, name_n, value, value_n, value_len);
	if (NT_SUCCESS(status) && *value_len == value_n && value_n)
		status = STATUS_BUFFER_TOO_SMALL;
	if (NT_SUCCESS(status) && !value_n)
		status = STATUS_BUFFER_TOO_SMALL;
	if (status == STATUS_BUFFER_TOO_SMALL)
		++*value_len;
	return status;
}

/* Here the NUL is a gift, and Length never counts it. */
NTSTATUS NTAPI RtlQueryEnvironmentVariable_U(PVOID env, PCUNICODE_STRING name,
					     PUNICODE_STRING value)
{
	SIZE_T len;
	NTSTATUS status;

	status = query(env, name->Buffer, name->Length / sizeof(WCHAR),
		       value->Buffer, value->MaximumLength / sizeof(WCHAR),
		       &len);
	value->Length = (USHORT)(len * sizeof(WCHAR));
	return status;
}

/*
 * Replace [at, at + drop) of a block by a new entry.  The block may move; the
 * old one is freed if it is of the heap.
 */
static NTSTATUS splice(WCHAR **env, WCHAR *at, SIZE_T drop, BOOL heap,
		       const WCHAR *name, SIZE_T name_n, const WCHAR *value,
		       SIZE_T value_n)
{
	SIZE_T size = rf_environment_size(*env) / sizeof **env;
	SIZE_T head = at - *env;
	SIZE_T add = value ? name_n + value_n + 2 : 0;
	WCHAR *block, *to;

	/* One NUL more than needed: an emptied block must have two. */
	block = RtlAllocateHeap(rf_heap(), 0,
				(size - drop + add + 1) * sizeof *block);
	if (!block)
		return STATUS_NO_MEMORY;
	memcpy(block, *env, head * sizeof *block);
	to = block + head;
	if (value) {
		memcpy(to, name, name_n * sizeof *to);
		to[name_n] = '=';
		memcpy(to + name_n + 1, value, value_n * sizeof *to);
		to[name_n + 1 + value_n] = 0;
		to += add;
	}
	memcpy(to, at + drop, (size - head - drop) * sizeof *to);
	to[size - head - drop] = 0;
	to = *env;
	*env = block;
	if (heap)
		RtlFreeHeap(rf_heap(), 0, to);
	return STATUS_SUCCESS;
}

static NTSTATUS set(WCHAR **env, BOOL heap, const WCHAR *name, SIZE_T name_n,
		    const WCHAR *value, SIZE_T value_n)
{
	WCHAR *before = NULL, *entry = find(*env, name, name_n, &before);

	if (!entry && !value)
		return STATUS_SUCCESS;
	return splice(env, entry ? entry : before,
		      entry ? wcslen(entry) + 1 : 0, heap, name, name_n, value,
		      value_n);
}

NTSTATUS NTAPI RtlSetEnvironmentVar(PVOID *env, PCWSTR name, SIZE_T name_n,
				    PCWSTR value, SIZE_T value_n)
{
	RTL_USER_PROCESS_PARAMETERS *p = rf_peb()->ProcessParameters;
	WCHAR *block;
	NTSTATUS status;

	if (!name_n)
		return STATUS_INVALID_PARAMETER;
	for (SIZE_T i = 1; i < name_n; i++)
		if (name[i] == '=')
			return STATUS_INVALID_PARAMETER;
	if (env)
		return set((WCHAR **)env, TRUE, name, name_n, value, value_n);
	RtlAcquirePebLock();
	block = p->Environment;
	status = set(&block, process_env_is_ours, name, name_n, value, value_n);
	if (NT_SUCCESS(status) && block != p->Environment) {
		p->Environment = block;
		p->EnvironmentSize = rf_environment_size(block);
		p->EnvironmentVersion++;
		process_env_is_ours = TRUE;
	}
	RtlReleasePebLock();
	return status;
}

NTSTATUS NTAPI RtlSetEnvironmentVariable(PVOID *env, PCUNICODE_STRING name,
					 PCUNICODE_STRING value)
{
	return RtlSetEnvironmentVar(
		env, name->Buffer, name->Length / sizeof(WCHAR),
		value ? value->Buffer ? value->Buffer : L"" : NULL,
		value ? value->Length / sizeof(WCHAR) : 0);
}

/* ---- whole blocks ---- */

static WCHAR *copy_block(const WCHAR *from)
{
	SIZE_T size = rf_environment_size(from);
	WCHAR *to = RtlAllocateHeap(rf_heap(), 0, size);

	if (to && *from)
		memcpy(to, from, size);
	else if (to)
		memset(to, 0, size);
	return to;
}

NTSTATUS NTAPI RtlCreateEnvironmentEx(PVOID source, PVOID *env, ULONG flags)
{
	RtlAcquirePebLock();
	*env = copy_block(source ? source
				 : rf_peb()->ProcessParameters->Environment);
	RtlReleasePebLock();
	return *env ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

NTSTATUS NTAPI RtlCreateEnvironment(BOOLEAN inherit, PVOID *env)
{
	return RtlCreateEnvironmentEx(inherit ? NULL : (PVOID)L"\0", env, 0);
}

void NTAPI RtlDestroyEnvironment(PVOID env)
{
	RtlFreeHeap(rf_heap(), 0, env);
}

static void replace(WCHAR *block, PVOID *old)
{
	RTL_USER_PROCESS_PARAMETERS *p = rf_peb()->ProcessParameters;

	RtlAcquirePebLock();
	*old = process_env_is_ours ? p->Environment : NULL;
	p->Environment = block;
	p->EnvironmentSize = rf_environment_size(block);
	p->EnvironmentVersion++;
	process_env_is_ours = TRUE;
	RtlReleasePebLock();
}

/* env comes from RtlCreateEnvironment, and is the process's from now on. */
void NTAPI RtlSetCurrentEnvironment(PVOID env, PVOID *old)
{
	PVOID was;

	replace(env, &was);
	if (old)
		*old = was;
	else if (was)
		RtlDestroyEnvironment(was);
}

/* Every string must be NAME=value; sorted on the way, as it goes in. */
NTSTATUS NTAPI RtlSetEnvironmentStrings(PCWSTR strings, SIZE_T size)
{
	NTSTATUS status;
	PVOID env, old;

	status = RtlCreateEnvironment(FALSE, &env);
	for (PCWSTR at = strings; NT_SUCCESS(status) && *at;
	     at += wcslen(at) + 1) {
		SIZE_T n = name_length(at);

		if (at[n] != '=' || !n)
			status = STATUS_INVALID_PARAMETER;
		else
			status = RtlSetEnvironmentVar(&env, at, n, at + n + 1,
						      wcslen(at + n + 1));
	}
	if (!NT_SUCCESS(status)) {
		if (env)
			RtlDestroyEnvironment(env);
		return status;
	}
	replace(env, &old);
	if (old)
		RtlDestroyEnvironment(old);
	return STATUS_SUCCESS;
}

/* ---- %NAME% ---- */

NTSTATUS NTAPI RtlExpandEnvironmentStrings(PVOID env, PCWSTR from,
					   SIZE_T from_n, PWSTR to, SIZE_T to_n,
					   SIZE_T *needed)
{
	SIZE_T n = 0;

	if (!to)
		to_n = 0;
	for (SIZE_T i = 0; i < from_n; i++) {
		SIZE_T end = i + 1, len = 0;
		NTSTATUS status = STATUS_VARIABLE_NOT_FOUND;

		if (from[i] == '%') {
			while (end < from_n && from[end] != '%')
				end++;
			if (end < from_n && end > i + 1)
				status = query(env, from + i + 1, end - i - 1,
					       n < to_n ? to + n : NULL,
					       n < to_n ? to_n - n : 0, &len);
		}
		if (status != STATUS_VARIABLE_NOT_FOUND) {
			n += len;
			i = end;
			continue;
		}
		if (n < to_n)
			to[n] = from[i];
		n++;
	}
	if (n < to_n)
		to[n] = 0;
	if (needed)
		*needed = n + 1;
	return n < to_n ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;
}

NTSTATUS NTAPI RtlExpandEnvironmentStrings_U(PVOID env, PCUNICODE_STRING from,
					     PUNICODE_STRING to, ULONG *size)
{
	SIZE_T n;
	NTSTATUS status;

	status = RtlExpandEnvironmentStrings(
		env, from->Buffer, from->Length / sizeof(WCHAR), to->Buffer,
		to->MaximumLength / sizeof(WCHAR), &n);
	if (size)
		*size = (ULONG)(n * sizeof(WCHAR));
	if (NT_SUCCESS(status))
		to->Length = (USHORT)((n - 1) * sizeof(WCHAR));
	return status;
}
