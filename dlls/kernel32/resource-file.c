/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resource-file.c - reading a program file and the resources that are in it.
 * Every offset comes from the file and is checked against its length.
 */
#include "resource-update.h"

#define LONGEST_FILE 0x7fff0000

/* ---- keys ----------------------------------------------------------- */

int res_key_compare(const struct res_key *a, const struct res_key *b)
{
	/* Names before numbers: the order a directory wants. */
	if (!a->s != !b->s)
		return a->s ? -1 : 1;
	if (!a->s)
		return (int)a->id - b->id;
	for (DWORD i = 0; i < a->n && i < b->n; i++)
		if (a->s[i] != b->s[i])
			return (int)a->s[i] - b->s[i];
	return (int)a->n - (int)b->n;
}

BOOL res_key_copy(struct res_key *k, const WCHAR *s, DWORD n, BOOL upcase)
{
	k->n = n;
	k->id = 0;
	k->s = k32_alloc((n + 1) * sizeof(WCHAR));
	if (!k->s)
		return FALSE;
	for (DWORD i = 0; i < n; i++)
		k->s[i] = upcase ? RtlUpcaseUnicodeChar(s[i]) : s[i];
	k->s[n] = 0;
	return TRUE;
}

BOOL res_key_from(struct res_key *k, LPCWSTR s)
{
	DWORD n = 0;

	if (IS_INTRESOURCE(s)) {
		*k = (struct res_key){ .id = (WORD)(ULONG_PTR)s };
		return TRUE;
	}
	if (s[0] == '#') {
		for (s++; *s >= '0' && *s <= '9'; s++)
			n = n * 10 + (*s - '0');
		*k = (struct res_key){ .id = (WORD)n };
		return TRUE;
	}
	return res_key_copy(k, s, wide_len(s), TRUE);
}

void res_item_free(struct res_item *i)
{
	k32_free(i->type.s);
	k32_free(i->name.s);
	k32_free(i->own);
	k32_free(i);
}

void res_items_free(struct res_item *i)
{
	while (i) {
		struct res_item *next = i->next;

		res_item_free(i);
		i = next;
	}
}

static int item_compare(const struct res_item *a, const struct res_item *b)
{
	int r = res_key_compare(&a->type, &b->type);

	if (!r)
		r = res_key_compare(&a->name, &b->name);
	return r ? r : (int)a->language - b->language;
}

/* Into a sorted list.  One of the same place is replaced if newer wins. */
void res_item_insert(struct res_item **list, struct res_item *i, BOOL wins)
{
	int r = 1;

	while (*list && (r = item_compare(*list, i)) < 0)
		list = &(*list)->next;
	if (*list && !r) {
		if (!wins) {
			res_item_free(i);
			return;
		}
		i->next = (*list)->next;
		res_item_free(*list);
	} else {
		i->next = *list;
	}
	*list = i;
}

/* ---- the file ------------------------------------------------------- */

/* Finds the headers; every one of them lies within the bytes. */
static BOOL parse(struct res_file *f)
{
	const IMAGE_DOS_HEADER *dos = (void *)f->b;
	DWORD at, opt, room;

	if (f->n < sizeof *dos || dos->e_magic != IMAGE_DOS_SIGNATURE)
		return res_bad();
	at = dos->e_lfanew;
	if (at > f->n || f->n - at < 4 + sizeof *f->coff + 2 ||
	    *(DWORD *)(f->b + at) != IMAGE_NT_SIGNATURE)
		return res_bad();
	f->coff = (void *)(f->b + at + 4);
	opt = at + 4 + sizeof *f->coff;
	room = f->coff->SizeOfOptionalHeader;
	if (f->n - opt < room)
		return res_bad();
	f->o32 = NULL;
	f->o64 = NULL;
	if (*(WORD *)(f->b + opt) == IMAGE_NT_OPTIONAL_HDR64_MAGIC) {
		if (room < FIELD_OFFSET(IMAGE_OPTIONAL_HEADER64, DataDirectory))
			return res_bad();
		f->o64 = (void *)(f->b + opt);
		f->dirs = f->o64->DataDirectory;
		f->ndirs = f->o64->NumberOfRvaAndSizes;
		f->section_align = f->o64->SectionAlignment;
		f->file_align = f->o64->FileAlignment;
	} else {
		if (room < FIELD_OFFSET(IMAGE_OPTIONAL_HEADER32, DataDirectory))
			return res_bad();
		f->o32 = (void *)(f->b + opt);
		f->dirs = f->o32->DataDirectory;
		f->ndirs = f->o32->NumberOfRvaAndSizes;
		f->section_align = f->o32->SectionAlignment;
		f->file_align = f->o32->FileAlignment;
	}
	if ((UCHAR *)(f->dirs + f->ndirs) > f->b + opt + room ||
	    f->ndirs <= IMAGE_DIRECTORY_ENTRY_RESOURCE || f->ndirs > 64 ||
	    !f->section_align || f->section_align & (f->section_align - 1) ||
	    !f->file_align || f->file_align & (f->file_align - 1))
		return res_bad();
	f->sections = (void *)(f->b + opt + room);
	f->nsections = f->coff->NumberOfSections;
	if ((f->n - opt - room) / sizeof *f->sections < f->nsections)
		return res_bad();
	for (unsigned i = 0; i < f->nsections; i++) {
		const IMAGE_SECTION_HEADER *s = &f->sections[i];

		if (s->SizeOfRawData &&
		    (s->PointerToRawData > f->n ||
		     s->SizeOfRawData > f->n - s->PointerToRawData))
			return res_bad();
	}
	return TRUE;
}

BOOL res_load(struct res_file *f, const WCHAR *path, DWORD access)
{
	LARGE_INTEGER size;
	DWORD n;
	BOOL ok;

	memset(f, 0, sizeof *f);
	f->h = CreateFileW(path, access, access & GENERIC_WRITE ? 0 : 1, NULL,
			   OPEN_EXISTING, 0, NULL);
	if (f->h == INVALID_HANDLE_VALUE)
		return FALSE;
	ok = GetFileSizeEx(f->h, &size);
	if (ok && size.QuadPart > LONGEST_FILE) {
		SetLastError(ERROR_FILE_TOO_LARGE);
		ok = FALSE;
	}
	if (ok) {
		f->n = (DWORD)size.QuadPart;
		f->b = VirtualAlloc(NULL, f->n ? f->n : 1, MEM_COMMIT,
				    PAGE_READWRITE);
		ok = f->b != NULL;
	}
	for (DWORD at = 0; ok && at < f->n; at += n) {
		ok = ReadFile(f->h, f->b + at, f->n - at, &n, NULL);
		if (ok && !n)
			ok = res_bad();
	}
	return ok && parse(f);
}

void res_unload(struct res_file *f)
{
	DWORD error = GetLastError();

	if (f->b)
		VirtualFree(f->b, 0, MEM_RELEASE);
	if (f->h != INVALID_HANDLE_VALUE)
		CloseHandle(f->h);
	SetLastError(error);
}

/* ---- what is there -------------------------------------------------- */

/* The bytes at an RVA, n of them; NULL: not in the file. */
static UCHAR *res_at_rva(const struct res_file *f, DWORD rva, DWORD n)
{
	for (unsigned i = 0; i < f->nsections; i++) {
		const IMAGE_SECTION_HEADER *s = &f->sections[i];
		DWORD off = rva - s->VirtualAddress;

		if (rva >= s->VirtualAddress && off < s->SizeOfRawData &&
		    n <= s->SizeOfRawData - off)
			return f->b + s->PointerToRawData + off;
	}
	return NULL;
}

struct walk {
	const struct res_file *f;
	DWORD root; /* RVA */
	struct res_item *list;
	struct res_key key[2];
};

static BOOL read_key(struct walk *w, const IMAGE_RESOURCE_DIRECTORY_ENTRY *e,
		     struct res_key *k)
{
	const WORD *s;

	if (!e->NameIsString) {
		*k = (struct res_key){ .id = e->Id };
		return TRUE;
	}
	s = (void *)res_at_rva(w->f, w->root + e->NameOffset, 2);
	if (!s || !res_at_rva(w->f, w->root + e->NameOffset, 2 + *s * 2))
		return res_bad();
	return res_key_copy(k, s + 1, *s, FALSE);
}

static BOOL add_old(struct walk *w, DWORD offset, WORD language)
{
	const IMAGE_RESOURCE_DATA_ENTRY *d;
	struct res_item *i;

	d = (void *)res_at_rva(w->f, w->root + offset, sizeof *d);
	if (!d)
		return res_bad();
	i = k32_alloc(sizeof *i);
	if (!i)
		return FALSE;
	memset(i, 0, sizeof *i);
	i->data = res_at_rva(w->f, d->OffsetToData, d->Size);
	i->size = d->Size;
	i->codepage = d->CodePage;
	i->language = language;
	i->type = w->key[0];
	i->name = w->key[1];
	if (!i->data && d->Size) {
		k32_free(i);
		return res_bad();
	}
	/* The keys are shared by all below: each item gets its own copy. */
	i->type.s = i->name.s = NULL;
	if ((w->key[0].s &&
	     !res_key_copy(&i->type, w->key[0].s, w->key[0].n, FALSE)) ||
	    (w->key[1].s &&
	     !res_key_copy(&i->name, w->key[1].s, w->key[1].n, FALSE))) {
		res_item_free(i);
		return FALSE;
	}
	res_item_insert(&w->list, i, FALSE);
	return TRUE;
}

static BOOL read_level(struct walk *w, DWORD offset, unsigned level)
{
	const IMAGE_RESOURCE_DIRECTORY_ENTRY *e;
	const IMAGE_RESOURCE_DIRECTORY *d;
	DWORD n;
	BOOL ok = TRUE;

	d = (void *)res_at_rva(w->f, w->root + offset, sizeof *d);
	if (!d)
		return res_bad();
	n = d->NumberOfNamedEntries + d->NumberOfIdEntries;
	e = (void *)res_at_rva(w->f, w->root + offset + sizeof *d,
			       n * sizeof *e);
	if (n && !e)
		return res_bad();
	for (DWORD i = 0; ok && i < n; i++) {
		if (level == 2) {
			if (e[i].DataIsDirectory)
				return res_bad();
			ok = add_old(w, e[i].OffsetToData, e[i].Id);
			continue;
		}
		if (!e[i].DataIsDirectory ||
		    !read_key(w, &e[i], &w->key[level]))
			return res_bad();
		ok = read_level(w, e[i].OffsetToDirectory, level + 1);
		k32_free(w->key[level].s);
		w->key[level].s = NULL;
	}
	return ok;
}

BOOL res_old_items(const struct res_file *f, struct res_item **list)
{
	struct walk w = { .f = f };
	BOOL ok = TRUE;

	w.root = f->dirs[IMAGE_DIRECTORY_ENTRY_RESOURCE].VirtualAddress;
	if (w.root)
		ok = read_level(&w, 0, 0);
	k32_free(w.key[0].s);
	k32_free(w.key[1].s);
	*list = w.list;
	return ok;
}
