/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resource-update.c - changing the resources of a program file.
 *
 * Changes are collected; EndUpdateResource reads the file, makes the resource
 * section anew and writes it.
 */
#include "resource-update.h"

struct update {
	DWORD magic;
	WCHAR *path;
	BOOL delete_old;
	struct res_item *items; /* the newest first */
};

#define MAGIC 0x64705552 /* "RUpd" */

HANDLE WINAPI BeginUpdateResourceW(LPCWSTR name, BOOL delete_old)
{
	DWORD n = GetFullPathNameW(name, 0, NULL, NULL);
	struct res_file f = { .h = INVALID_HANDLE_VALUE };
	struct update *u;
	BOOL ok;

	if (!n)
		return NULL;
	u = k32_alloc(sizeof *u);
	if (!u)
		return NULL;
	memset(u, 0, sizeof *u);
	u->magic = MAGIC;
	u->delete_old = delete_old;
	/* The current directory may change before the end. */
	u->path = k32_alloc(n * sizeof(WCHAR));
	ok = u->path && GetFullPathNameW(name, n, u->path, NULL) &&
	     res_load(&f, u->path, GENERIC_READ);
	res_unload(&f);
	if (ok)
		return u;
	k32_free(u->path);
	k32_free(u);
	return NULL;
}

HANDLE WINAPI BeginUpdateResourceA(LPCSTR name, BOOL delete_old)
{
	WIDE(w);

	return wide_from_file(&w, name) ? BeginUpdateResourceW(w.s, delete_old)
					: NULL;
}

static struct update *get(HANDLE h)
{
	struct update *u = h;

	if (u && u->magic == MAGIC)
		return u;
	SetLastError(ERROR_INVALID_HANDLE);
	return NULL;
}

BOOL WINAPI UpdateResourceW(HANDLE h, LPCWSTR type, LPCWSTR name, WORD language,
			    LPVOID data, DWORD size)
{
	struct update *u = get(h);
	struct res_item *i;

	if (!u)
		return FALSE;
	i = k32_alloc(sizeof *i);
	if (!i)
		return FALSE;
	memset(i, 0, sizeof *i);
	i->language = language;
	i->removed = !data && !size;
	i->size = size;
	if (!res_key_from(&i->type, type) || !res_key_from(&i->name, name) ||
	    (size && !(i->own = k32_alloc(size)))) {
		res_item_free(i);
		return FALSE;
	}
	if (size)
		memcpy(i->own, data, size);
	i->data = i->own;
	i->next = u->items;
	u->items = i;
	return TRUE;
}

BOOL WINAPI UpdateResourceA(HANDLE h, LPCSTR type, LPCSTR name, WORD language,
			    LPVOID data, DWORD size)
{
	LPCWSTR t = (LPCWSTR)type, n = (LPCWSTR)name;
	WIDE(tw);
	WIDE(nw);

	if (!IS_INTRESOURCE(type)) {
		if (!wide_from_ansi(&tw, type))
			return FALSE;
		t = tw.s;
	}
	if (!IS_INTRESOURCE(name)) {
		if (!wide_from_ansi(&nw, name))
			return FALSE;
		n = nw.s;
	}
	return UpdateResourceW(h, t, n, language, data, size);
}

/* Old ones and changes merged into one sorted list. */
static BOOL merge(struct update *u, const struct res_file *f,
		  struct res_item **out)
{
	struct res_item *list = NULL, *oldest = NULL, *i, **at;
	BOOL ok = u->delete_old || res_old_items(f, &list);

	/* In the order in which they were asked for. */
	while ((i = u->items)) {
		u->items = i->next;
		i->next = oldest;
		oldest = i;
	}
	while ((i = oldest)) {
		oldest = i->next;
		res_item_insert(&list, i, TRUE);
	}
	for (at = &list; (i = *at);) {
		if (i->removed) {
			*at = i->next;
			res_item_free(i);
		} else {
			at = &i->next;
		}
	}
	*out = list;
	return ok;
}

BOOL WINAPI EndUpdateResourceW(HANDLE h, BOOL discard)
{
	struct update *u = get(h);
	struct res_item *list = NULL;
	struct res_file f;
	BOOL ok = TRUE;

	if (!u)
		return FALSE;
	if (!discard) {
		ok = res_load(&f, u->path, GENERIC_READ | GENERIC_WRITE) &&
		     merge(u, &f, &list) && res_store(&f, list);
		res_items_free(list);
		res_unload(&f);
	}
	res_items_free(u->items);
	k32_free(u->path);
	u->magic = 0;
	k32_free(u);
	return ok;
}

BOOL WINAPI EndUpdateResourceA(HANDLE h, BOOL discard)
{
	return EndUpdateResourceW(h, discard);
}
