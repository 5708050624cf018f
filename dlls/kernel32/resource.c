/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resource.c - resources of modules: finding, loading, listing.
 *
 * An HRSRC is the address of the data entry within the image, as on Windows.
 * Names are compared without case and "#7" means 7.
 */
#include "kernel32-private.h"

static PVOID module_or_self(HMODULE h)
{
	return h ? (PVOID)h : rf_peb()->ImageBaseAddress;
}

/* ---- names ---------------------------------------------------------- */

static ULONG_PTR wide_id(LPCWSTR s)
{
	ULONG n = 0;

	if (IS_INTRESOURCE(s) || s[0] != '#')
		return (ULONG_PTR)s;
	for (s++; *s >= '0' && *s <= '9' && n < 0x10000; s++)
		n = n * 10 + (*s - '0');
	return *s || n > 0xffff ? 0 : n;
}

/* A narrow name as wide_id() wants it; w keeps the string. */
static BOOL narrow_id(LPCSTR s, struct wide *w, LPCWSTR *id)
{
	w->s = NULL;
	if (IS_INTRESOURCE(s)) {
		*id = (LPCWSTR)s;
		return TRUE;
	}
	if (!wide_from_ansi(w, s))
		return FALSE;
	*id = w->s;
	return TRUE;
}

/* ---- finding -------------------------------------------------------- */

HRSRC WINAPI FindResourceExW(HMODULE h, LPCWSTR type, LPCWSTR name,
			     WORD language)
{
	LDR_RESOURCE_INFO id = { wide_id(type), wide_id(name), language };
	PIMAGE_RESOURCE_DATA_ENTRY entry;
	NTSTATUS status;

	status = LdrFindResource_U(module_or_self(h), &id, 3, &entry);
	if (NT_SUCCESS(status))
		return (HRSRC)entry;
	rf_fail(status);
	return NULL;
}

HRSRC WINAPI FindResourceW(HMODULE h, LPCWSTR name, LPCWSTR type)
{
	return FindResourceExW(h, type, name, 0);
}

HRSRC WINAPI FindResourceExA(HMODULE h, LPCSTR type, LPCSTR name, WORD language)
{
	LPCWSTR t, n;
	WIDE(tw);
	WIDE(nw);

	if (!narrow_id(type, &tw, &t) || !narrow_id(name, &nw, &n))
		return NULL;
	return FindResourceExW(h, t, n, language);
}

HRSRC WINAPI FindResourceA(HMODULE h, LPCSTR name, LPCSTR type)
{
	return FindResourceExA(h, type, name, 0);
}

HGLOBAL WINAPI LoadResource(HMODULE h, HRSRC rsrc)
{
	NTSTATUS status;
	PVOID address;

	if (!rsrc) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	status = LdrAccessResource(module_or_self(h),
				   (PIMAGE_RESOURCE_DATA_ENTRY)rsrc, &address,
				   NULL);
	if (NT_SUCCESS(status))
		return address;
	rf_fail(status);
	return NULL;
}

LPVOID WINAPI LockResource(HGLOBAL data)
{
	return data;
}

DWORD WINAPI SizeofResource(HMODULE h, HRSRC rsrc)
{
	(void)h;
	if (!rsrc) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	return ((PIMAGE_RESOURCE_DATA_ENTRY)rsrc)->Size;
}

BOOL WINAPI FreeResource(HGLOBAL data)
{
	(void)data;
	return FALSE; /* nothing was allocated; FALSE is success here */
}

/* ---- listing -------------------------------------------------------- */

/*
 * Each entry of a directory is turned into an id (an integer, or a terminated
 * copy of its name) and given to visit, until that says FALSE.
 */
struct listing {
	HMODULE h;
	LPCWSTR type, name;
	BOOL narrow;
	void *callback;
	LONG_PTR param;
	BOOL (*visit)(struct listing *l, void *id);
};

static BOOL visit_entry(struct listing *l, const UCHAR *root,
			const IMAGE_RESOURCE_DIRECTORY_ENTRY *e)
{
	const IMAGE_RESOURCE_DIR_STRING_U *s;
	WCHAR *copy;
	char *a;
	BOOL go;

	if (!e->NameIsString)
		return l->visit(l, (void *)(ULONG_PTR)e->Id);
	s = (const void *)(root + e->NameOffset);
	copy = k32_alloc((s->Length + 1) * sizeof(WCHAR));
	if (!copy)
		return FALSE;
	memcpy(copy, s->NameString, s->Length * sizeof(WCHAR));
	copy[s->Length] = 0;
	if (!l->narrow) {
		go = l->visit(l, copy);
	} else {
		a = ansi_dup(copy);
		go = a && l->visit(l, a);
		k32_free(a);
	}
	k32_free(copy);
	return go;
}

static BOOL list(struct listing *l, ULONG level)
{
	LDR_RESOURCE_INFO id = { 0, 0, 0 };
	PIMAGE_RESOURCE_DIRECTORY root, d;
	const IMAGE_RESOURCE_DIRECTORY_ENTRY *e;
	NTSTATUS status;
	ULONG n;

	if (level > 0)
		id.Type = wide_id(l->type);
	if (level > 1)
		id.Name = wide_id(l->name);
	status =
		LdrFindResourceDirectory_U(module_or_self(l->h), &id, 0, &root);
	if (NT_SUCCESS(status))
		status = LdrFindResourceDirectory_U(module_or_self(l->h), &id,
						    level, &d);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	n = d->NumberOfNamedEntries + d->NumberOfIdEntries;
	e = (const void *)(d + 1);
	for (ULONG i = 0; i < n; i++) {
		if (!visit_entry(l, (const UCHAR *)root, &e[i])) {
			SetLastError(ERROR_RESOURCE_ENUM_USER_STOP);
			return FALSE;
		}
	}
	return TRUE;
}

static BOOL visit_type(struct listing *l, void *id)
{
	return ((ENUMRESTYPEPROCW)l->callback)(l->h, id, l->param);
}

static BOOL visit_name(struct listing *l, void *id)
{
	return ((ENUMRESNAMEPROCW)l->callback)(l->h, l->type, id, l->param);
}

static BOOL visit_language(struct listing *l, void *id)
{
	return ((ENUMRESLANGPROCW)l->callback)(l->h, l->type, l->name,
					       (WORD)(ULONG_PTR)id, l->param);
}

BOOL WINAPI EnumResourceTypesExW(HMODULE h, ENUMRESTYPEPROCW proc,
				 LONG_PTR param, DWORD flags, LANGID language)
{
	struct listing l = { .h = h,
			     .callback = (void *)proc,
			     .param = param,
			     .visit = visit_type };

	(void)flags; /* language files (.mui): there are none */
	(void)language;
	return list(&l, 0);
}

BOOL WINAPI EnumResourceTypesW(HMODULE h, ENUMRESTYPEPROCW proc, LONG_PTR param)
{
	return EnumResourceTypesExW(h, proc, param, 0, 0);
}

BOOL WINAPI EnumResourceTypesExA(HMODULE h, ENUMRESTYPEPROCA proc,
				 LONG_PTR param, DWORD flags, LANGID language)
{
	struct listing l = { .h = h,
			     .callback = (void *)proc,
			     .param = param,
			     .narrow = TRUE,
			     .visit = visit_type };

	(void)flags;
	(void)language;
	return list(&l, 0);
}

BOOL WINAPI EnumResourceTypesA(HMODULE h, ENUMRESTYPEPROCA proc, LONG_PTR param)
{
	return EnumResourceTypesExA(h, proc, param, 0, 0);
}

BOOL WINAPI EnumResourceNamesExW(HMODULE h, LPCWSTR type, ENUMRESNAMEPROCW proc,
				 LONG_PTR param, DWORD flags, LANGID language)
{
	struct listing l = { .h = h,
			     .type = type,
			     .callback = (void *)proc,
			     .param = param,
			     .visit = visit_name };

	(void)flags;
	(void)language;
	return list(&l, 1);
}

BOOL WINAPI EnumResourceNamesW(HMODULE h, LPCWSTR type, ENUMRESNAMEPROCW proc,
			       LONG_PTR param)
{
	return EnumResourceNamesExW(h, type, proc, param, 0, 0);
}

/* The callback is to see the narrow type it was called with. */
struct narrow_listing {
	struct listing l;
	LPCSTR type, name;
};

static BOOL visit_name_a(struct listing *l, void *id)
{
	struct narrow_listing *n = (void *)l;

	return ((ENUMRESNAMEPROCA)l->callback)(l->h, n->type, id, l->param);
}

static BOOL visit_language_a(struct listing *l, void *id)
{
	struct narrow_listing *n = (void *)l;

	return ((ENUMRESLANGPROCA)l->callback)(l->h, n->type, n->name,
					       (WORD)(ULONG_PTR)id, l->param);
}

BOOL WINAPI EnumResourceNamesExA(HMODULE h, LPCSTR type, ENUMRESNAMEPROCA proc,
				 LONG_PTR param, DWORD flags, LANGID language)
{
	struct narrow_listing n = { .l = { .h = h,
					   .callback = (void *)proc,
					   .param = param,
					   .narrow = TRUE,
					   .visit = visit_name_a },
				    .type = type };
	WIDE(w);

	(void)flags;
	(void)language;
	return narrow_id(type, &w, &n.l.type) && list(&n.l, 1);
}

BOOL WINAPI EnumResourceNamesA(HMODULE h, LPCSTR type, ENUMRESNAMEPROCA proc,
			       LONG_PTR param)
{
	return EnumResourceNamesExA(h, type, proc, param, 0, 0);
}

BOOL WINAPI EnumResourceLanguagesExW(HMODULE h, LPCWSTR type, LPCWSTR name,
				     ENUMRESLANGPROCW proc, LONG_PTR param,
				     DWORD flags, LANGID language)
{
	struct listing l = { .h = h,
			     .type = type,
			     .name = name,
			     .callback = (void *)proc,
			     .param = param,
			     .visit = visit_language };

	(void)flags;
	(void)language;
	return list(&l, 2);
}

BOOL WINAPI EnumResourceLanguagesW(HMODULE h, LPCWSTR type, LPCWSTR name,
				   ENUMRESLANGPROCW proc, LONG_PTR param)
{
	return EnumResourceLanguagesExW(h, type, name, proc, param, 0, 0);
}

BOOL WINAPI EnumResourceLanguagesExA(HMODULE h, LPCSTR type, LPCSTR name,
				     ENUMRESLANGPROCA proc, LONG_PTR param,
				     DWORD flags, LANGID language)
{
	struct narrow_listing n = { .l = { .h = h,
					   .callback = (void *)proc,
					   .param = param,
					   .narrow = TRUE,
					   .visit = visit_language_a },
				    .type = type,
				    .name = name };
	WIDE(tw);
	WIDE(nw);

	(void)flags;
	(void)language;
	return narrow_id(type, &tw, &n.l.type) &&
	       narrow_id(name, &nw, &n.l.name) && list(&n.l, 2);
}

BOOL WINAPI EnumResourceLanguagesA(HMODULE h, LPCSTR type, LPCSTR name,
				   ENUMRESLANGPROCA proc, LONG_PTR param)
{
	return EnumResourceLanguagesExA(h, type, name, proc, param, 0, 0);
}
