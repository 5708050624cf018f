/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespace.c - private namespaces.
 *
 * The kernel knows one by its boundary.  The prefix that stands for it in names
 * of objects belongs to this process: a list of prefixes and handles.
 */
#include "object-name.h"
#include "rtl-security.h"

enum { ALL_ACCESS = 0xf000f };

struct prefix {
	struct prefix *next;
	HANDLE handle;
	DWORD len;
	WCHAR text[];
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct prefix *prefixes; /* the latest first */

static BOOL check(NTSTATUS status)
{
	if (NT_SUCCESS(status))
		return TRUE;
	rf_fail(status);
	return FALSE;
}

/* ---- boundaries ------------------------------------------------------ */

HANDLE WINAPI CreateBoundaryDescriptorW(LPCWSTR name, ULONG flags)
{
	UNICODE_STRING u;
	HANDLE h;

	if (!name || !*name ||
	    flags & ~CREATE_BOUNDARY_DESCRIPTOR_ADD_APPCONTAINER_SID) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	RtlInitUnicodeString(&u, name);
	h = RtlCreateBoundaryDescriptor(&u, flags);
	if (!h)
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return h;
}

HANDLE WINAPI CreateBoundaryDescriptorA(LPCSTR name, ULONG flags)
{
	WIDE(w);

	return wide_from_ansi(&w, name) ? CreateBoundaryDescriptorW(w.s, flags)
					: NULL;
}

BOOL WINAPI AddSIDToBoundaryDescriptor(HANDLE *boundary, PSID sid)
{
	return check(RtlAddSIDToBoundaryDescriptor(boundary, sid));
}

BOOL WINAPI AddIntegrityLabelToBoundaryDescriptor(HANDLE *boundary, PSID sid)
{
	return check(RtlAddIntegrityLabelToBoundaryDescriptor(boundary, sid));
}

VOID WINAPI DeleteBoundaryDescriptor(HANDLE boundary)
{
	RtlDeleteBoundaryDescriptor(boundary);
}

/* ---- prefixes -------------------------------------------------------- */

HANDLE namespace_of(const WCHAR *prefix, DWORD n)
{
	const struct prefix *p;
	HANDLE h = NULL;

	RtlAcquireSRWLockShared(&lock);
	for (p = prefixes; p && !h; p = p->next)
		if (p->len == n && wide_same_n(p->text, prefix, n))
			h = p->handle;
	RtlReleaseSRWLockShared(&lock);
	return h;
}

/* One to be listed under prefix; NULL and the last error. */
static struct prefix *prefix_new(LPVOID boundary, LPCWSTR prefix)
{
	DWORD len = prefix ? wide_len(prefix) : 0, i;
	struct prefix *p;

	for (i = 0; i < len && prefix[i] != '\\'; i++)
		;
	if (!boundary || !len || len > MAX_PATH || i < len) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	p = RtlAllocateHeap(rf_heap(), 0,
			    sizeof *p + (len + 1) * sizeof *prefix);
	if (!p) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	p->len = len;
	memcpy(p->text, prefix, (len + 1) * sizeof *prefix);
	return p;
}

/* The end of both: the handle is listed, or p is freed. */
static HANDLE enlist(struct prefix *p, NTSTATUS status, HANDLE h)
{
	if (!NT_SUCCESS(status)) {
		RtlFreeHeap(rf_heap(), 0, p);
		rf_fail(status);
		return NULL;
	}
	p->handle = h;
	RtlAcquireSRWLockExclusive(&lock);
	p->next = prefixes;
	prefixes = p;
	RtlReleaseSRWLockExclusive(&lock);
	return h;
}

HANDLE WINAPI CreatePrivateNamespaceW(LPSECURITY_ATTRIBUTES sa, LPVOID boundary,
				      LPCWSTR prefix)
{
	struct prefix *p = prefix_new(boundary, prefix);
	OBJECT_ATTRIBUTES oa;
	HANDLE h = NULL;
	NTSTATUS status;

	if (!p)
		return NULL;
	InitializeObjectAttributes(&oa, NULL,
				   sa && sa->bInheritHandle ? OBJ_INHERIT : 0,
				   NULL, sa ? sa->lpSecurityDescriptor : NULL);
	status = NtCreatePrivateNamespace(&h, ALL_ACCESS, &oa, boundary);
	return enlist(p, status, h);
}

HANDLE WINAPI CreatePrivateNamespaceA(LPSECURITY_ATTRIBUTES sa, LPVOID boundary,
				      LPCSTR prefix)
{
	WIDE(w);

	return wide_from_ansi(&w, prefix)
		       ? CreatePrivateNamespaceW(sa, boundary, w.s)
		       : NULL;
}

HANDLE WINAPI OpenPrivateNamespaceW(LPVOID boundary, LPCWSTR prefix)
{
	struct prefix *p = prefix_new(boundary, prefix);
	OBJECT_ATTRIBUTES oa;
	HANDLE h = NULL;
	NTSTATUS status;

	if (!p)
		return NULL;
	InitializeObjectAttributes(&oa, NULL, 0, NULL, NULL);
	status = NtOpenPrivateNamespace(&h, MAXIMUM_ALLOWED, &oa, boundary);
	return enlist(p, status, h);
}

HANDLE WINAPI OpenPrivateNamespaceA(LPVOID boundary, LPCSTR prefix)
{
	WIDE(w);

	return wide_from_ansi(&w, prefix) ? OpenPrivateNamespaceW(boundary, w.s)
					  : NULL;
}

BOOLEAN WINAPI ClosePrivateNamespace(HANDLE h, ULONG flags)
{
	struct prefix **at, *p;

	if (flags & ~PRIVATE_NAMESPACE_FLAG_DESTROY) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (flags & PRIVATE_NAMESPACE_FLAG_DESTROY &&
	    !check(NtDeletePrivateNamespace(h)))
		return FALSE;
	RtlAcquireSRWLockExclusive(&lock);
	for (at = &prefixes; *at && (*at)->handle != h; at = &(*at)->next)
		;
	p = *at;
	if (p)
		*at = p->next;
	RtlReleaseSRWLockExclusive(&lock);
	RtlFreeHeap(rf_heap(), 0, p);
	return check(NtClose(h));
}
