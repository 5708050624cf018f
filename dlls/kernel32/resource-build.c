/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resource-build.c - a new resource section, and the file with it.
 *
 * It goes where the old one was.  What follows in the file moves: other
 * sections (only .reloc, whose address nothing but a header knows), symbols,
 * certificates, whatever was appended.  A file whose section cannot grow gets
 * a second one.
 */
#include "resource-update.h"

/* ---- the new section ------------------------------------------------ */

struct sizes {
	DWORD directories, strings, entries, data;
};

static BOOL same_type(const struct res_item *a, const struct res_item *b)
{
	return b && !res_key_compare(&a->type, &b->type);
}

static BOOL same_name(const struct res_item *a, const struct res_item *b)
{
	return same_type(a, b) && !res_key_compare(&a->name, &b->name);
}

static DWORD string_size(const struct res_key *k)
{
	return k->s ? 2 + k->n * 2 : 0;
}

static struct sizes measure(const struct res_item *list)
{
	const DWORD dir = sizeof(IMAGE_RESOURCE_DIRECTORY);
	const DWORD entry = sizeof(IMAGE_RESOURCE_DIRECTORY_ENTRY);
	const struct res_item *last = NULL;
	struct sizes s = { dir, 0, 0, 0 };

	for (const struct res_item *i = list; i; last = i, i = i->next) {
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
		s.data += res_align(i->size, 8);
	}
	s.strings = res_align(s.strings, 8);
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
		    const struct res_key *k)
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
static void build(struct building *w, const struct res_item *i,
		  const struct res_item *end, unsigned level)
{
	IMAGE_RESOURCE_DIRECTORY_ENTRY *e;
	DWORD named = 0, ids = 0;
	const struct res_item *k, *stop;

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
			w->data += res_align(k->size, 8);
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
static BOOL may_shift(const struct res_file *f, unsigned i)
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

static DWORD image_end(const struct res_file *f)
{
	DWORD end = 0;

	for (unsigned i = 0; i < f->nsections; i++) {
		const IMAGE_SECTION_HEADER *s = &f->sections[i];
		DWORD size = s->Misc.VirtualSize ? s->Misc.VirtualSize
						 : s->SizeOfRawData;

		if (s->VirtualAddress + size > end)
			end = s->VirtualAddress + size;
	}
	return res_align(end, f->section_align);
}

static BOOL find_place(const struct res_file *f, DWORD size, struct place *p)
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
		if (res_align(size, f->section_align) >
		    res_align(old, f->section_align))
			p->shift = res_align(size, f->section_align) -
				   res_align(old, f->section_align);
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
	p->raw = res_align(raw_end, f->file_align);
	if (p->raw > f->n)
		p->raw = res_align(f->n, f->file_align);
	p->old_raw = 0;
	p->shift = 0;
	return TRUE;
}

/* Addresses and offsets behind the section, by what they move. */
static void adjust_headers(struct res_file *f, const struct place *p,
			   DWORD size, DWORD raw_size)
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

BOOL res_store(struct res_file *f, const struct res_item *list)
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
	w.data = res_align(w.entry + z.entries, 8);
	size = w.data + z.data;
	raw_size = res_align(size, f->file_align);
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
