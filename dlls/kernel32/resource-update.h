/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resource-update.h - a program file whose resources change: resource-file.c
 * reads them, resource-build.c writes them, resource-update.c has the calls.
 */
#ifndef RF_KERNEL32_RESOURCE_UPDATE_H
#define RF_KERNEL32_RESOURCE_UPDATE_H

#include "kernel32-private.h"

/* A type or name: an integer, or a counted string on the heap. */
struct res_key {
	WCHAR *s; /* NULL: id */
	DWORD n;
	WORD id;
};

struct res_item {
	struct res_item *next;
	struct res_key type, name;
	WORD language;
	DWORD codepage;
	BOOL removed;
	const void *data; /* in the file's bytes, or own */
	void *own;
	DWORD size;
};

struct res_file {
	HANDLE h;
	UCHAR *b;
	DWORD n;
	IMAGE_FILE_HEADER *coff;
	IMAGE_OPTIONAL_HEADER32 *o32; /* one of these two */
	IMAGE_OPTIONAL_HEADER64 *o64;
	IMAGE_DATA_DIRECTORY *dirs;
	DWORD ndirs;
	IMAGE_SECTION_HEADER *sections;
	unsigned nsections;
	DWORD section_align, file_align;
};

static inline DWORD res_align(DWORD n, DWORD align)
{
	return (n + align - 1) & ~(align - 1);
}

static inline BOOL res_bad(void)
{
	SetLastError(ERROR_BAD_EXE_FORMAT);
	return FALSE;
}

/* Names before numbers: the order a directory wants. */
int res_key_compare(const struct res_key *a, const struct res_key *b);
BOOL res_key_copy(struct res_key *k, const WCHAR *s, DWORD n, BOOL upcase);
/* From what a program passes: an integer, "#number" or a name. */
BOOL res_key_from(struct res_key *k, LPCWSTR s);
void res_item_free(struct res_item *i);
void res_items_free(struct res_item *i);
/* Into a sorted list.  One of the same place is replaced if i wins. */
void res_item_insert(struct res_item **list, struct res_item *i, BOOL wins);

/* Reads the file whole and finds its headers; res_unload() in any case. */
BOOL res_load(struct res_file *f, const WCHAR *path, DWORD access);
void res_unload(struct res_file *f);
/* The resources it has, sorted; on failure the list may have some. */
BOOL res_old_items(const struct res_file *f, struct res_item **list);
/* Writes the file with these resources. */
BOOL res_store(struct res_file *f, const struct res_item *list);

#endif
