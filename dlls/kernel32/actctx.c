/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * actctx.c - activation contexts: made of manifests (sxs-manifest.c), put in
 * force on a thread, counted.  What is in them: actctx-query.c.
 */
#include "sxs.h"

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

struct actctx *actctx_get(HANDLE h)
{
	struct actctx *c = h;

	if (c && h != INVALID_HANDLE_VALUE && c->magic == ACTCTX_MAGIC)
		return c;
	SetLastError(ERROR_INVALID_HANDLE);
	return NULL;
}

/* ---- the process's own ------------------------------------------------ */

static struct actctx *volatile process_context;

/* FALSE: no memory.  c->directory is the folder of path. */
static BOOL set_source(struct actctx *c, const WCHAR *path)
{
	DWORD n = wide_len(path), folder = n;

	while (folder && path[folder - 1] != '\\' && path[folder - 1] != '/')
		folder--;
	c->source = sxs_alloc(c, (n + 1) * sizeof(WCHAR));
	c->directory = sxs_alloc(c, (folder + 1) * sizeof(WCHAR));
	if (!c->source || !c->directory)
		return FALSE;
	memcpy(c->source, path, n * sizeof(WCHAR));
	memcpy(c->directory, path, folder * sizeof(WCHAR));
	return TRUE;
}

static struct actctx *new_context(void)
{
	struct actctx *c = k32_alloc(sizeof *c);

	if (!c)
		return NULL;
	memset(c, 0, sizeof *c);
	c->magic = ACTCTX_MAGIC;
	c->refs = 1;
	return c;
}

static void destroy(struct actctx *c)
{
	sxs_free(c);
	c->magic = 0;
	k32_free(c);
}

/* The manifest in the program, or the file PROGRAM.manifest beside it. */
static struct actctx *read_process(void)
{
	WCHAR *path = k32_alloc(0x8020 * sizeof *path);
	struct actctx *c = new_context();
	DWORD size, n;
	void *text;

	if (!path || !c)
		goto failed;
	n = GetModuleFileNameW(NULL, path, 0x8000);
	if (!set_source(c, path))
		goto failed;
	text = sxs_read_resource(GetModuleHandleW(NULL), MAKEINTRESOURCEW(1),
				 &size);
	if (!text) {
		memcpy(path + n, L".manifest", sizeof L".manifest");
		text = sxs_read_file(path, &size);
	}
	/* A program whose manifest is wrong has been started all the same. */
	if (text && !sxs_parse(c, text, size, path, TRUE)) {
		sxs_free(c);
		k32_free(c);
		c = new_context();
		path[n] = 0;
		if (c && !set_source(c, path)) {
			destroy(c);
			c = NULL;
		}
	}
	k32_free(text);
	k32_free(path);
	return c;
failed:
	k32_free(path);
	if (c)
		destroy(c);
	return NULL;
}

struct actctx *actctx_process(void)
{
	DWORD error = GetLastError();
	struct actctx *c;

	if (!process_context) {
		c = read_process();
		if (c && InterlockedCompareExchangePointer(
				 (PVOID volatile *)&process_context, c, NULL))
			destroy(c);
	}
	SetLastError(error);
	return process_context;
}

struct actctx *actctx_current(void)
{
	struct activation *a = *top();

	return a && a->context ? a->context : actctx_process();
}

/* ---- making one ------------------------------------------------------- */

#define KNOWN_FLAGS                                                            \
	(ACTCTX_FLAG_PROCESSOR_ARCHITECTURE_VALID | ACTCTX_FLAG_LANGID_VALID | \
	 ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID |                                \
	 ACTCTX_FLAG_RESOURCE_NAME_VALID | ACTCTX_FLAG_SET_PROCESS_DEFAULT |   \
	 ACTCTX_FLAG_APPLICATION_NAME_VALID |                                  \
	 ACTCTX_FLAG_SOURCE_IS_ASSEMBLYREF | ACTCTX_FLAG_HMODULE_VALID)

/* The manifest that a names, and in path where it is from. */
static void *read_manifest(PCACTCTXW a, WCHAR *path, DWORD *size)
{
	HMODULE module = NULL, mapped = NULL;
	void *text;

	if (a->dwFlags & ACTCTX_FLAG_HMODULE_VALID) {
		module = a->hModule;
		if (!GetModuleFileNameW(module, path, 0x8000))
			return NULL;
	}
	if (a->lpSource) {
		const WCHAR *dir =
			a->dwFlags & ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID
				? a->lpAssemblyDirectory
				: NULL;

		/* A name alone is one in the assembly directory. */
		if (!dir ||
		    !SearchPathW(dir, a->lpSource, NULL, 0x8000, path, NULL))
			if (!GetFullPathNameW(a->lpSource, 0x8000, path, NULL))
				return NULL;
	}
	if (!(a->dwFlags & ACTCTX_FLAG_RESOURCE_NAME_VALID))
		return sxs_read_file(path, size);
	if (!module) {
		module = mapped =
			LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_DATAFILE);
		if (!module)
			return NULL;
	}
	text = sxs_read_resource(module, a->lpResourceName, size);
	if (mapped)
		FreeLibrary(mapped);
	return text;
}

HANDLE WINAPI CreateActCtxW(PCACTCTXW a)
{
	struct actctx *c = NULL;
	WCHAR *path, *dir;
	DWORD size = 0;
	void *text;
	BOOL ok;

	if (!a || a->cbSize < sizeof *a || (a->dwFlags & ~KNOWN_FLAGS) ||
	    (!a->lpSource && !(a->dwFlags & ACTCTX_FLAG_HMODULE_VALID)) ||
	    (a->dwFlags & ACTCTX_FLAG_SOURCE_IS_ASSEMBLYREF) ||
	    (a->dwFlags & ACTCTX_FLAG_RESOURCE_NAME_VALID &&
	     !a->lpResourceName)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	if (a->dwFlags & ACTCTX_FLAG_SET_PROCESS_DEFAULT && process_context &&
	    process_context->first_assembly) {
		SetLastError(ERROR_SXS_PROCESS_DEFAULT_ALREADY_SET);
		return INVALID_HANDLE_VALUE;
	}
	path = k32_alloc(0x8000 * sizeof *path);
	if (!path)
		return INVALID_HANDLE_VALUE;
	text = read_manifest(a, path, &size);
	ok = text && (c = new_context()) != NULL && set_source(c, path);
	if (ok && a->dwFlags & ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID &&
	    a->lpAssemblyDirectory) {
		DWORD n = GetFullPathNameW(a->lpAssemblyDirectory, 0x7fff, path,
					   NULL);

		if (n && path[n - 1] != '\\')
			path[n++] = '\\';
		dir = sxs_alloc(c, (n + 1) * sizeof *dir);
		if (dir)
			memcpy(dir, path, n * sizeof *dir);
		c->directory = dir ? dir : c->directory;
	}
	ok = ok && sxs_parse(c, text, size, c->source, FALSE);
	k32_free(text);
	k32_free(path);
	if (!ok) {
		if (c)
			destroy(c);
		return INVALID_HANDLE_VALUE;
	}
	if (a->dwFlags & ACTCTX_FLAG_SET_PROCESS_DEFAULT) {
		/* The one before may be in use: it stays in memory. */
		InterlockedIncrement(&c->refs);
		process_context = c;
	}
	return c;
}

HANDLE WINAPI CreateActCtxA(PCACTCTXA a)
{
	ACTCTXW w = { .cbSize = sizeof w };
	WIDE(source);
	WIDE(directory);
	WIDE(name);
	WIDE(application);

	if (!a || a->cbSize < sizeof *a) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	w.dwFlags = a->dwFlags;
	w.wProcessorArchitecture = a->wProcessorArchitecture;
	w.wLangId = a->wLangId;
	w.hModule = a->hModule;
	if (!wide_from_file(&source, a->lpSource) ||
	    (w.dwFlags & ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID &&
	     !wide_from_file(&directory, a->lpAssemblyDirectory)) ||
	    (w.dwFlags & ACTCTX_FLAG_APPLICATION_NAME_VALID &&
	     !wide_from_ansi(&application, a->lpApplicationName)))
		return INVALID_HANDLE_VALUE;
	if (w.dwFlags & ACTCTX_FLAG_RESOURCE_NAME_VALID) {
		if (IS_INTRESOURCE(a->lpResourceName))
			name.s = (WCHAR *)a->lpResourceName;
		else if (!wide_from_ansi(&name, a->lpResourceName))
			return INVALID_HANDLE_VALUE;
		w.lpResourceName = name.s;
		if (IS_INTRESOURCE(name.s))
			name.s = NULL; /* nothing to be freed */
	}
	w.lpSource = source.s;
	w.lpAssemblyDirectory = directory.s;
	w.lpApplicationName = application.s;
	return CreateActCtxW(&w);
}

VOID WINAPI AddRefActCtx(HANDLE h)
{
	struct actctx *c = actctx_get(h);

	if (c)
		InterlockedIncrement(&c->refs);
}

VOID WINAPI ReleaseActCtx(HANDLE h)
{
	struct actctx *c = actctx_get(h);

	if (c && !InterlockedDecrement(&c->refs)) {
		destroy(c);
	}
}

/* NULL is the process's own context: it can be activated as well. */
BOOL WINAPI ActivateActCtx(HANDLE h, ULONG_PTR *cookie)
{
	struct activation *a;

	if (h && !actctx_get(h))
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
	return actctx_get(h) != NULL;
}
