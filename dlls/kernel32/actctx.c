/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * actctx.c - activation contexts, as far as programs rely on them.
 *
 * Side-by-side assemblies do not exist here: a context can be made from a
 * manifest, activated and released, and finds nothing when it is searched.
 */
#include "kernel32-private.h"

#define MAGIC 0x78744341 /* "ACtx" */

struct actctx {
	DWORD magic;
	volatile LONG refs;
};

/* One activation; a cookie is its address. */
struct activation {
	struct activation *below;
	struct actctx *context;
};

/* The thread's stack of activations hangs off a TEB field of this purpose. */
static struct activation **top(void)
{
	return (struct activation **)&NtCurrentTeb()
		->ActivationStack.ActiveFrame;
}

static struct actctx *get(HANDLE h)
{
	struct actctx *c = h;

	if (c && h != INVALID_HANDLE_VALUE && c->magic == MAGIC)
		return c;
	SetLastError(ERROR_INVALID_HANDLE);
	return NULL;
}

HANDLE WINAPI CreateActCtxW(PCACTCTXW a)
{
	struct actctx *c;

	if (!a || a->cbSize < FIELD_OFFSET(ACTCTXW, wProcessorArchitecture)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	if (a->lpSource &&
	    GetFileAttributesW(a->lpSource) == INVALID_FILE_ATTRIBUTES)
		return INVALID_HANDLE_VALUE;
	c = k32_alloc(sizeof *c);
	if (!c)
		return INVALID_HANDLE_VALUE;
	c->magic = MAGIC;
	c->refs = 1;
	return c;
}

HANDLE WINAPI CreateActCtxA(PCACTCTXA a)
{
	ACTCTXW w = { .cbSize = sizeof w };
	WIDE(source);

	if (!a || a->cbSize < FIELD_OFFSET(ACTCTXA, wProcessorArchitecture)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	if (!wide_from_file(&source, a->lpSource))
		return INVALID_HANDLE_VALUE;
	w.lpSource = source.s;
	return CreateActCtxW(&w);
}

VOID WINAPI AddRefActCtx(HANDLE h)
{
	struct actctx *c = get(h);

	if (c)
		InterlockedIncrement(&c->refs);
}

VOID WINAPI ReleaseActCtx(HANDLE h)
{
	struct actctx *c = get(h);

	if (c && !InterlockedDecrement(&c->refs)) {
		c->magic = 0;
		k32_free(c);
	}
}

/* NULL is the process's own context: it can be activated as well. */
BOOL WINAPI ActivateActCtx(HANDLE h, ULONG_PTR *cookie)
{
	struct activation *a;

	if (h && !get(h))
		return FALSE;
	a = k32_alloc(sizeof *a);
	if (!a)
		return FALSE;
	AddRefActCtx(h);
	a->context = h;
	a->below = *top();
	*top() = a;
	*cookie = (ULONG_PTR)a;
	return TRUE;
}

BOOL WINAPI DeactivateActCtx(DWORD flags, ULONG_PTR cookie)
{
	struct activation *a, **t = top();

	for (a = *t; a && (ULONG_PTR)a != cookie; a = a->below)
		;
	if (!a) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	/* With it go those above, that were forgotten. */
	do {
		a = *t;
		*t = a->below;
		if (a->context)
			ReleaseActCtx(a->context);
		k32_free(a);
	} while ((ULONG_PTR)a != cookie);
	return TRUE;
}

BOOL WINAPI GetCurrentActCtx(HANDLE *h)
{
	struct activation *a = *top();

	*h = a ? a->context : NULL;
	if (*h)
		AddRefActCtx(*h);
	return TRUE;
}

BOOL WINAPI ZombifyActCtx(HANDLE h)
{
	return get(h) != NULL;
}

BOOL WINAPI FindActCtxSectionStringW(DWORD flags, const GUID *guid, ULONG id,
				     LPCWSTR s, PACTCTX_SECTION_KEYED_DATA out)
{
	SetLastError(ERROR_SXS_KEY_NOT_FOUND);
	return FALSE;
}

BOOL WINAPI FindActCtxSectionStringA(DWORD flags, const GUID *guid, ULONG id,
				     LPCSTR s, PACTCTX_SECTION_KEYED_DATA out)
{
	SetLastError(ERROR_SXS_KEY_NOT_FOUND);
	return FALSE;
}

BOOL WINAPI FindActCtxSectionGuid(DWORD flags, const GUID *guid, ULONG id,
				  const GUID *what,
				  PACTCTX_SECTION_KEYED_DATA out)
{
	SetLastError(ERROR_SXS_KEY_NOT_FOUND);
	return FALSE;
}

BOOL WINAPI QueryActCtxW(DWORD flags, HANDLE h, PVOID instance, ULONG class,
			 PVOID buf, SIZE_T size, SIZE_T *needed)
{
	SetLastError(ERROR_SXS_KEY_NOT_FOUND);
	return FALSE;
}

BOOL WINAPI QueryActCtxSettingsW(DWORD flags, HANDLE h, PCWSTR space,
				 PCWSTR name, PWSTR buf, SIZE_T size,
				 SIZE_T *needed)
{
	SetLastError(ERROR_SXS_KEY_NOT_FOUND);
	return FALSE;
}
