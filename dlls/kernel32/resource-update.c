/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resource-update.c - changing the resources of a program file.
 *
 * Changes are collected; EndUpdateResource reads the file, makes the resource
 * section anew and puts it where the old one was.  What follows in the file
 * moves: other sections (only .reloc, whose address nothing but a header
 * knows), symbols, certificates, whatever was appended.  A file whose section
 * cannot grow gets a second one.
 */
#include "kernel32-private.h"

#define LONGEST_FILE 0x7fff0000

/* A type or name: an integer, or a counted string on the heap. */
struct key {
	WCHAR *s; /* NULL: id */
	DWORD n;
	WORD id;
};

struct item {
	struct item *next;
	struct key type, name;
	WORD language;
	DWORD codepage;
	BOOL removed;
	const void *data; /* in the file's bytes, or own */
	void *own;
	DWORD size;
};

struct update {
	DWORD magic;
	WCHAR *path;
	BOOL delete_old;
	struct item *items; /* the newest first */
};

#define MAGIC 0x64705552 /* "RUpd" */

/* ---- keys ----------------------------------------------------------- */

static int key_compare(const struct key *a, const struct key *b)
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

static BOOL key_copy(struct key *k, const WCHAR *s, DWORD n, BOOL upcase)
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

static BOOL key_from(struct key *k, LPCWSTR s)
{
	DWORD n = 0;

	if (IS_INTRESOURCE(s)) {
		*k = (struct key){ .id = (WORD)(ULONG_PTR)s };
		return TRUE;
	}
	if (s[0] == '#') {
		for (s++; *s >= '0' && *s <= '9'; s++)
			n = n * 10 + (*s - '0');
		*k = (struct key){ .id = (WORD)n };
		return TRUE;
	}
	return key_copy(k, s, wide_len(s), TRUE);
}

static void item_free(struct item *i)
{
	k32_free(i->type.s);
	k32_free(i->name.s);
	k32_free(i->own);
	k32_free(i);
}

static void items_free(struct item *i)
{
	while (i) {
		struct item *next = i->next;

		item_free(i);
		i = next;
	}
}

static int item_compare(const struct item *a, const struct item *b)
{
	int r = key_compare(&a->type, &b->type);

	if (!r)
		r = key_compare(&a->name, &b->name);
	return r ? r : (int)a->language - b->language;
}

/* Into a sorted list.  One of the same place is replaced if newer wins. */
static void item_insert(struct item **list, struct item *i, BOOL wins)
{
	int r = 1;

	while (*list && (r = item_compare(*list, i)) < 0)
		list = &(*list)->next;
	if (*list && !r) {
		if (!wins) {
			item_free(i);
			return;
		}
		i->next = (*list)->next;
		item_free(*list);
	} else {
		i->next = *list;
	}
	*list = i;
}

/* ---- the file ------------------------------------------------------- */

struct file {
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

static BOOL bad(void)
{
	SetLastError(ERROR_BAD_EXE_FORMAT);
	return FALSE;
}

static DWORD up(DWORD n, DWORD align)
{
	return (n + align - 1) & ~(align - 1);
}

/* Finds the headers; every one of them lies within the bytes. */
static BOOL parse(struct file *f)
{
	const IMAGE_DOS_HEADER *dos = (void *)f->b;
	DWORD at, opt, room;

	if (f->n < sizeof *dos || dos->e_magic != IMAGE_DOS_SIGNATURE)
		return bad();
	at = dos->e_lfanew;
	if (at > f->n || f->n - at < 4 + sizeof *f->coff + 2 ||
	    *(DWORD *)(f->b + at) != IMAGE_NT_SIGNATURE)
		return bad();
	f->coff = (void *)(f->b + at + 4);
	opt = at + 4 + sizeof *f->coff;
	room = f->coff->SizeOfOptionalHeader;
	if (f->n - opt < room)
		return bad();
	f->o32 = NULL;
	f->o64 = NULL;
	if (*(WORD *)(f->b + opt) == IMAGE_NT_OPTIONAL_HDR64_MAGIC) {
		if (room < FIELD_OFFSET(IMAGE_OPTIONAL_HEADER64, DataDirectory))
			return bad();
		f->o64 = (void *)(f->b + opt);
		f->dirs = f->o64->DataDirectory;
		f->ndirs = f->o64->NumberOfRvaAndSizes;
		f->section_align = f->o64->SectionAlignment;
		f->file_align = f->o64->FileAlignment;
	} else {
		if (room < FIELD_OFFSET(IMAGE_OPTIONAL_HEADER32, DataDirectory))
			return bad();
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
		return bad();
	f->sections = (void *)(f->b + opt + room);
	f->nsections = f->coff->NumberOfSections;
	if ((f->n - opt - room) / sizeof *f->sections < f->nsections)
		return bad();
	for (unsigned i = 0; i < f->nsections; i++) {
		const IMAGE_SECTION_HEADER *s = &f->sections[i];

		if (s->SizeOfRawData &&
		    (s->PointerToRawData > f->n ||
		     s->SizeOfRawData > f->n - s->PointerToRawData))
			return bad();
	}
	return TRUE;
}

static BOOL load(struct file *f, const WCHAR *path, DWORD access)
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
			ok = bad();
	}
	return ok && parse(f);
}

static void unload(struct file *f)
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
static UCHAR *at_rva(const struct file *f, DWORD rva, DWORD n)
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
	const struct file *f;
	DWORD root; /* RVA */
	struct item *list;
	struct key key[2];
};

static BOOL read_key(struct walk *w, const IMAGE_RESOURCE_DIRECTORY_ENTRY *e,
		     struct key *k)
{
	const WORD *s;

	if (!e->NameIsString) {
		*k = (struct key){ .id = e->Id };
		return TRUE;
	}
	s = (void *)at_rva(w->f, w->root + e->NameOffset, 2);
	if (!s || !at_rva(w->f, w->root + e->NameOffset, 2 + *s * 2))
		return bad();
	return key_copy(k, s + 1, *s, FALSE);
}

static BOOL add_old(struct walk *w, DWORD offset, WORD language)
{
	const IMAGE_RESOURCE_DATA_ENTRY *d;
	struct item *i;

	d = (void *)at_rva(w->f, w->root + offset, sizeof *d);
	if (!d)
		return bad();
	i = k32_alloc(sizeof *i);
	if (!i)
		return FALSE;
	memset(i, 0, sizeof *i);
	i->data = at_rva(w->f, d->OffsetToData, d->Size);
	i->size = d->Size;
	i->codepage = d->CodePage;
	i->language = language;
	i->type = w->key[0];
	i->name = w->key[1];
	if (!i->data && d->Size) {
		k32_free(i);
		return bad();
	}
	/* The keys are shared by all below: each item gets its own copy. */
	i->type.s = i->name.s = NULL;
	if ((w->key[0].s &&
	     !key_copy(&i->type, w->key[0].s, w->key[0].n, FALSE)) ||
	    (w->key[1].s &&
	     !key_copy(&i->name, w->key[1].s, w->key[1].n, FALSE))) {
		item_free(i);
		return FALSE;
	}
	item_insert(&w->list, i, FALSE);
	return TRUE;
}

static BOOL read_level(struct walk *w, DWORD offset, unsigned level)
{
	const IMAGE_RESOURCE_DIRECTORY_ENTRY *e;
	const IMAGE_RESOURCE_DIRECTORY *d;
	DWORD n;
	BOOL ok = TRUE;

	d = (void *)at_rva(w->f, w->root + offset, sizeof *d);
	if (!d)
		return bad();
	n = d->NumberOfNamedEntries + d->NumberOfIdEntries;
	e = (void *)at_rva(w->f, w->root + offset + sizeof *d, n * sizeof *e);
	if (n && !e)
		return bad();
	for (DWORD i = 0; ok && i < n; i++) {
		if (level == 2) {
			if (e[i].DataIsDirectory)
				return bad();
			ok = add_old(w, e[i].OffsetToData, e[i].Id);
			continue;
		}
		if (!e[i].DataIsDirectory ||
		    !read_key(w, &e[i], &w->key[level]))
			return bad();
		ok = read_level(w, e[i].OffsetToDirectory, level + 1);
		k32_free(w->key[level].s);
		w->key[level].s = NULL;
	}
	return ok;
}

/* ---- the new section ------------------------------------------------ */

struct sizes {
	DWORD directories, strings, entries, data;
};

static BOOL same_type(const struct item *a, const struct item *b)
{
	return b && !key_compare(&a->type, &b->type);
}

static BOOL same_name(const struct item *a, const struct item *b)
{
	return same_type(a, b) && !key_compare(&a->name, &b->name);
}

static DWORD string_size(const struct key *k)
{
	return k->s ? 2 + k->n * 2 : 0;
}

static struct sizes measure(const struct item *list)
{
	const DWORD dir = sizeof(IMAGE_RESOURCE_DIRECTORY);
	const DWORD entry = sizeof(IMAGE_RESOURCE_DIRECTORY_ENTRY);
	const struct item *last = NULL;
	struct sizes s = { dir, 0, 0, 0 };

	for (const struct item *i = list; i; last = i, i = i->next) {
		if (!last || !same_type(i, last)) {
			s.directories += entry + dir;
			s.strings += string_size(&i->type);
		}
		if (!last || !same_name(i, last)) {
			s.directories += entry + dir;
			s.strings += string_size(&i->name);
		}
		s.directories += entry;
		s.entries += sizeof(IMAGE_RESOURCE_DATA_ENTRY);
		s.data += up(i->size, 8);
	}
	s.strings = up(s.strings, 8);
	return s;
}

struct building {
	UCHAR *b;
	DWORD dir, string, entry, data; /* where the next of each goes */
	DWORD rva;
};

static IMAGE_RESOURCE_DIRECTORY *new_directory(struct building *w, DWORD named,
					       DWORD ids)
{
	IMAGE_RESOURCE_DIRECTORY *d = (void *)(w->b + w->dir);

	d->MajorVersion = 4; /* what Windows' own tools write */
	d->NumberOfNamedEntries = named;
	d->NumberOfIdEntries = ids;
	w->dir += sizeof *d +
		  (named + ids) * sizeof(IMAGE_RESOURCE_DIRECTORY_ENTRY);
	return d;
}

static void put_key(struct building *w, IMAGE_RESOURCE_DIRECTORY_ENTRY *e,
		    const struct key *k)
{
	WORD *s = (void *)(w->b + w->string);

	if (!k->s) {
		e->Name = k->id;
		return;
	}
	e->Name = w->string | IMAGE_RESOURCE_NAME_IS_STRING;
	*s = k->n;
	memcpy(s + 1, k->s, k->n * sizeof(WCHAR));
	w->string += string_size(k);
}

/*
 * The directory of one level for the items from i up to end, and all below.
 * Entries of a directory stand together, so it is counted first.
 */
static void build(struct building *w, const struct item *i,
		  const struct item *end, unsigned level)
{
	IMAGE_RESOURCE_DIRECTORY_ENTRY *e;
	DWORD named = 0, ids = 0;
	const struct item *k, *stop;

	for (k = i; k != end; k = stop) {
		stop = k->next;
		while (stop != end && (level == 0   ? same_type(k, stop)
				       : level == 1 ? same_name(k, stop)
						    : FALSE))
			stop = stop->next;
		if (level == 0 ? !!k->type.s : level == 1 ? !!k->name.s : FALSE)
			named++;
		else
			ids++;
	}
	e = (void *)(new_directory(w, named, ids) + 1);
	for (k = i; k != end; k = stop, e++) {
		stop = k->next;
		while (stop != end && (level == 0   ? same_type(k, stop)
				       : level == 1 ? same_name(k, stop)
						    : FALSE))
			stop = stop->next;
		if (level < 2) {
			put_key(w, e, level ? &k->name : &k->type);
			e->OffsetToData =
				w->dir | IMAGE_RESOURCE_DATA_IS_DIRECTORY;
			build(w, k, stop, level + 1);
		} else {
			IMAGE_RESOURCE_DATA_ENTRY *d =
				(void *)(w->b + w->entry);

			e->Name = k->language;
			e->OffsetToData = w->entry;
			d->OffsetToData = w->rva + w->data;
			d->Size = k->size;
			d->CodePage = k->codepage;
			d->Reserved = 0;
			memcpy(w->b + w->data, k->data, k->size);
			w->entry += sizeof *d;
			w->data += up(k->size, 8);
		}
	}
}

/* ---- into the file -------------------------------------------------- */

struct place {
	unsigned section; /* index; nsections: a new one */
	DWORD rva;
	DWORD raw, old_raw; /* where in the file, and how much stands there */
	DWORD shift;        /* of addresses behind it */
};

/* May sections behind i move?  Only .reloc is known by its directory alone. */
static BOOL may_shift(const struct file *f, unsigned i)
{
	const IMAGE_DATA_DIRECTORY *reloc =
		&f->dirs[IMAGE_DIRECTORY_ENTRY_BASERELOC];

	for (unsigned k = 0; k < f->nsections; k++) {
		const IMAGE_SECTION_HEADER *s = &f->sections[k];

		if (s->VirtualAddress <= f->sections[i].VirtualAddress)
			continue;
		if (f->ndirs <= IMAGE_DIRECTORY_ENTRY_BASERELOC ||
		    reloc->VirtualAddress != s->VirtualAddress)
			return FALSE;
	}
	return TRUE;
}

static DWORD image_end(const struct file *f)
{
	DWORD end = 0;

	for (unsigned i = 0; i < f->nsections; i++) {
		const IMAGE_SECTION_HEADER *s = &f->sections[i];
		DWORD size = s->Misc.VirtualSize ? s->Misc.VirtualSize
						 : s->SizeOfRawData;

		if (s->VirtualAddress + size > end)
			end = s->VirtualAddress + size;
	}
	return up(end, f->section_align);
}

static BOOL find_place(const struct file *f, DWORD size, struct place *p)
{
	DWORD rva = f->dirs[IMAGE_DIRECTORY_ENTRY_RESOURCE].VirtualAddress;
	DWORD raw_end = 0, old, headers;

	memset(p, 0, sizeof *p);
	for (unsigned i = 0; rva && i < f->nsections; i++) {
		const IMAGE_SECTION_HEADER *s = &f->sections[i];

		if (s->VirtualAddress != rva)
			continue;
		old = s->Misc.VirtualSize ? s->Misc.VirtualSize
					  : s->SizeOfRawData;
		p->section = i;
		p->rva = rva;
		p->raw = s->PointerToRawData;
		p->old_raw = s->SizeOfRawData;
		if (up(size, f->section_align) > up(old, f->section_align))
			p->shift = up(size, f->section_align) -
				   up(old, f->section_align);
		if (p->raw && (!p->shift || may_shift(f, i)))
			return TRUE;
	}
	/* A new section at the end: its header must fit before the first. */
	headers = (UCHAR *)(f->sections + f->nsections + 1) - f->b;
	for (unsigned i = 0; i < f->nsections; i++) {
		const IMAGE_SECTION_HEADER *s = &f->sections[i];

		if (!s->SizeOfRawData)
			continue;
		if (headers > s->PointerToRawData) {
			SetLastError(ERROR_INVALID_DATA);
			return FALSE;
		}
		if (s->PointerToRawData + s->SizeOfRawData > raw_end)
			raw_end = s->PointerToRawData + s->SizeOfRawData;
	}
	p->section = f->nsections;
	p->rva = image_end(f);
	p->raw = up(raw_end, f->file_align);
	if (p->raw > f->n)
		p->raw = up(f->n, f->file_align);
	p->old_raw = 0;
	p->shift = 0;
	return TRUE;
}

/* Addresses and offsets behind the section, by what they move. */
static void adjust_headers(struct file *f, const struct place *p, DWORD size,
			   DWORD raw_size)
{
	DWORD raw_end = p->raw + p->old_raw, moved = raw_size - p->old_raw;
	IMAGE_SECTION_HEADER *s;
	DWORD end, old_data;

	for (unsigned i = 0; i < f->nsections; i++) {
		s = &f->sections[i];
		if (i == p->section)
			continue;
		if (p->shift && s->VirtualAddress > p->rva)
			s->VirtualAddress += p->shift;
		if (s->SizeOfRawData && s->PointerToRawData >= raw_end)
			s->PointerToRawData += moved;
		if (s->PointerToRelocations >= raw_end)
			s->PointerToRelocations += moved;
		if (s->PointerToLinenumbers >= raw_end)
			s->PointerToLinenumbers += moved;
	}
	for (DWORD i = 0; i < f->ndirs; i++) {
		IMAGE_DATA_DIRECTORY *d = &f->dirs[i];

		if (i == IMAGE_DIRECTORY_ENTRY_RESOURCE)
			continue;
		/* Certificates are named by file offset. */
		if (i == IMAGE_DIRECTORY_ENTRY_SECURITY) {
			if (d->VirtualAddress >= raw_end)
				d->VirtualAddress += moved;
		} else if (p->shift && d->VirtualAddress > p->rva) {
			d->VirtualAddress += p->shift;
		}
	}
	if (f->coff->PointerToSymbolTable >= raw_end)
		f->coff->PointerToSymbolTable += moved;

	s = &f->sections[p->section];
	old_data = p->section < f->nsections ? s->SizeOfRawData : 0;
	if (p->section == f->nsections) {
		memset(s, 0, sizeof *s);
		memcpy(s->Name, ".rsrc", 5);
		s->VirtualAddress = p->rva;
		s->PointerToRawData = p->raw;
		s->Characteristics =
			IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ;
		f->nsections++;
		f->coff->NumberOfSections = f->nsections;
	}
	s->Misc.VirtualSize = size;
	s->SizeOfRawData = raw_size;
	f->dirs[IMAGE_DIRECTORY_ENTRY_RESOURCE].VirtualAddress = p->rva;
	f->dirs[IMAGE_DIRECTORY_ENTRY_RESOURCE].Size = size;
	end = image_end(f);
	if (f->o64) {
		f->o64->SizeOfImage = end;
		f->o64->SizeOfInitializedData += raw_size - old_data;
		f->o64->CheckSum = 0;
	} else {
		f->o32->SizeOfImage = end;
		f->o32->SizeOfInitializedData += raw_size - old_data;
		f->o32->CheckSum = 0;
	}
}

/* The image checksum: a folded sum of 16-bit words, and the length. */
static DWORD checksum(const UCHAR *b, DWORD n)
{
	DWORD sum = 0;

	for (DWORD i = 0; i < n; i += 2) {
		sum += b[i] | (i + 1 < n ? b[i + 1] << 8 : 0);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return ((sum & 0xffff) + (sum >> 16)) + n;
}

static BOOL write_all(HANDLE h, const UCHAR *b, DWORD n)
{
	LARGE_INTEGER zero = { .QuadPart = 0 };
	DWORD done;

	if (!SetFilePointerEx(h, zero, NULL, FILE_BEGIN))
		return FALSE;
	for (DWORD at = 0; at < n; at += done)
		if (!WriteFile(h, b + at, n - at, &done, NULL))
			return FALSE;
	return SetEndOfFile(h);
}

static BOOL store(struct file *f, const struct item *list)
{
	struct sizes z = measure(list);
	DWORD size = z.directories + z.strings + z.entries + z.data;
	DWORD raw_size, head, tail, total;
	struct building w = { 0 };
	struct place p;
	UCHAR *out;
	BOOL ok;

	w.string = z.directories;
	w.entry = z.directories + z.strings;
	w.data = up(w.entry + z.entries, 8);
	size = w.data + z.data;
	raw_size = up(size, f->file_align);
	if (!find_place(f, size, &p))
		return FALSE;
	w.rva = p.rva;

	head = p.raw;
	tail = f->n > p.raw + p.old_raw ? f->n - p.raw - p.old_raw : 0;
	total = head + raw_size + tail;
	out = VirtualAlloc(NULL, total, MEM_COMMIT, PAGE_READWRITE);
	if (!out)
		return FALSE;
	w.b = out + head;
	build(&w, list, NULL, 0);
	if (tail)
		memcpy(out + head + raw_size, f->b + p.raw + p.old_raw, tail);
	adjust_headers(f, &p, size, raw_size);
	memcpy(out, f->b, head < f->n ? head : f->n);
	/* The checksum's own field counts as 0, and is where the header says.
	 */
	*(DWORD *)(out + ((f->o64 ? (UCHAR *)&f->o64->CheckSum
				  : (UCHAR *)&f->o32->CheckSum) -
			  f->b)) = checksum(out, total);
	ok = write_all(f->h, out, total);
	VirtualFree(out, 0, MEM_RELEASE);
	return ok;
}

/* ---- the calls ------------------------------------------------------ */

HANDLE WINAPI BeginUpdateResourceW(LPCWSTR name, BOOL delete_old)
{
	DWORD n = GetFullPathNameW(name, 0, NULL, NULL);
	struct file f = { .h = INVALID_HANDLE_VALUE };
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
	     load(&f, u->path, GENERIC_READ);
	unload(&f);
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
	struct item *i;

	if (!u)
		return FALSE;
	i = k32_alloc(sizeof *i);
	if (!i)
		return FALSE;
	memset(i, 0, sizeof *i);
	i->language = language;
	i->removed = !data && !size;
	i->size = size;
	if (!key_from(&i->type, type) || !key_from(&i->name, name) ||
	    (size && !(i->own = k32_alloc(size)))) {
		item_free(i);
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
static BOOL merge(struct update *u, const struct file *f, struct item **out)
{
	struct walk w = { .f = f };
	struct item *oldest = NULL, *i, **at;
	BOOL ok = TRUE;

	w.root = f->dirs[IMAGE_DIRECTORY_ENTRY_RESOURCE].VirtualAddress;
	if (w.root && !u->delete_old)
		ok = read_level(&w, 0, 0);
	k32_free(w.key[0].s);
	k32_free(w.key[1].s);
	/* In the order in which they were asked for. */
	while ((i = u->items)) {
		u->items = i->next;
		i->next = oldest;
		oldest = i;
	}
	while ((i = oldest)) {
		oldest = i->next;
		item_insert(&w.list, i, TRUE);
	}
	for (at = &w.list; (i = *at);) {
		if (i->removed) {
			*at = i->next;
			item_free(i);
		} else {
			at = &i->next;
		}
	}
	*out = w.list;
	return ok;
}

BOOL WINAPI EndUpdateResourceW(HANDLE h, BOOL discard)
{
	struct update *u = get(h);
	struct item *list = NULL;
	struct file f;
	BOOL ok = TRUE;

	if (!u)
		return FALSE;
	if (!discard) {
		ok = load(&f, u->path, GENERIC_READ | GENERIC_WRITE) &&
		     merge(u, &f, &list) && store(&f, list);
		items_free(list);
		unload(&f);
	}
	items_free(u->items);
	k32_free(u->path);
	u->magic = 0;
	k32_free(u);
	return ok;
}

BOOL WINAPI EndUpdateResourceA(HANDLE h, BOOL discard)
{
	return EndUpdateResourceW(h, discard);
}
