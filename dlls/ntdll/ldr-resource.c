/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ldr-resource.c - finding resources and messages in an image.
 *
 * A module handle says by its low bits how the file lies in memory: 0 or 2 as
 * an image, 1 as plain bytes (LOAD_LIBRARY_AS_DATAFILE), where addresses must
 * go through the section table.  The tree has three levels, type, name and
 * language; what points out of the resource section is taken as not there.
 */
#include "nt-ldr.h"
#include "ntdll-private.h"

#define LEVELS    3
#define LANGUAGES 8

struct tree {
	const UCHAR *base; /* of the module, without bits */
	BOOL flat;
	const UCHAR *root;
	ULONG size; /* of the resource section, from root */
};

static const IMAGE_NT_HEADERS *headers(const UCHAR *base)
{
	const IMAGE_DOS_HEADER *dos = (const void *)base;
	const IMAGE_NT_HEADERS *nt;

	if (dos->e_magic != IMAGE_DOS_SIGNATURE || dos->e_lfanew < 0 ||
	    dos->e_lfanew > 0x1000000)
		return NULL;
	nt = (const void *)(base + dos->e_lfanew);
	return nt->Signature == IMAGE_NT_SIGNATURE ? nt : NULL;
}

static const UCHAR *at_rva(const UCHAR *base, BOOL flat, ULONG rva)
{
	const IMAGE_NT_HEADERS *nt = headers(base);
	const IMAGE_SECTION_HEADER *s;

	if (!nt)
		return NULL;
	if (!flat || rva < nt->OptionalHeader.SizeOfHeaders)
		return base + rva;
	s = IMAGE_FIRST_SECTION(nt);
	for (unsigned i = 0; i < nt->FileHeader.NumberOfSections; i++, s++)
		if (rva >= s->VirtualAddress &&
		    rva - s->VirtualAddress < s->SizeOfRawData)
			return base + s->PointerToRawData +
			       (rva - s->VirtualAddress);
	return NULL;
}

/*
 * How far what is at base goes.  A directory may claim to lie outside of it, or
 * to be longer; and of a file that was cut its headers do not know.
 */
static SIZE_T end_of(const UCHAR *base, BOOL flat, const IMAGE_NT_HEADERS *nt)
{
	MEMORY_BASIC_INFORMATION i;

	if (!flat)
		return nt->OptionalHeader.SizeOfImage;
	if (!NT_SUCCESS(NtQueryVirtualMemory(NtCurrentProcess(), (PVOID)base,
					     0 /* basic */, &i, sizeof i,
					     NULL)))
		return 0;
	return i.RegionSize;
}

static NTSTATUS tree_open(PVOID module, struct tree *t)
{
	const IMAGE_DATA_DIRECTORY *d;
	const IMAGE_NT_HEADERS *nt;
	SIZE_T room, at;

	t->flat = (ULONG_PTR)module & 1;
	t->base = (const UCHAR *)((ULONG_PTR)module & ~(ULONG_PTR)3);
	nt = headers(t->base);
	if (!nt)
		return STATUS_INVALID_IMAGE_FORMAT;
	d = rf_image_directory(nt, IMAGE_DIRECTORY_ENTRY_RESOURCE);
	if (!d || !d->VirtualAddress || d->Size < sizeof(IMAGE_RESOURCE_DIRECTORY))
		return STATUS_RESOURCE_DATA_NOT_FOUND;
	t->root = at_rva(t->base, t->flat, d->VirtualAddress);
	if (!t->root)
		return STATUS_RESOURCE_DATA_NOT_FOUND;
	room = end_of(t->base, t->flat, nt);
	at = (ULONG_PTR)(t->root - t->base);
	if (at > room || room - at < sizeof(IMAGE_RESOURCE_DIRECTORY))
		return STATUS_RESOURCE_DATA_NOT_FOUND;
	t->size = d->Size < room - at ? d->Size : (ULONG)(room - at);
	return STATUS_SUCCESS;
}

static ULONG entry_count(const IMAGE_RESOURCE_DIRECTORY *d)
{
	return d->NumberOfNamedEntries + d->NumberOfIdEntries;
}

static const IMAGE_RESOURCE_DIRECTORY *directory_at(const struct tree *t,
						    ULONG offset)
{
	const IMAGE_RESOURCE_DIRECTORY *d = (const void *)(t->root + offset);

	if (offset > t->size - sizeof *d)
		return NULL;
	if (entry_count(d) > (t->size - offset - sizeof *d) /
				     sizeof(IMAGE_RESOURCE_DIRECTORY_ENTRY))
		return NULL;
	return d;
}

/* Ids and names are sorted, but not by every tool that wrote them. */
static const IMAGE_RESOURCE_DIRECTORY_ENTRY *
find_entry(const struct tree *t, const IMAGE_RESOURCE_DIRECTORY *d,
	   ULONG_PTR id)
{
	const IMAGE_RESOURCE_DIRECTORY_ENTRY *e = (const void *)(d + 1);
	ULONG n = entry_count(d);
	UNICODE_STRING want, have;

	if (id < 0x10000) {
		for (ULONG i = 0; i < n; i++)
			if (!e[i].NameIsString && e[i].Id == id)
				return &e[i];
		return NULL;
	}
	RtlInitUnicodeString(&want, (PCWSTR)id);
	for (ULONG i = 0; i < n; i++) {
		const IMAGE_RESOURCE_DIR_STRING_U *s;

		if (!e[i].NameIsString || e[i].NameOffset > t->size - 4)
			continue;
		s = (const void *)(t->root + e[i].NameOffset);
		if (s->Length * sizeof(WCHAR) > t->size - e[i].NameOffset - 2)
			continue;
		have.Length = have.MaximumLength = s->Length * sizeof(WCHAR);
		have.Buffer = (PWSTR)s->NameString;
		if (RtlEqualUnicodeString(&want, &have, TRUE))
			return &e[i];
	}
	return NULL;
}

/* ---- languages ---- */

static void add_language(ULONG *list, unsigned *n, ULONG language)
{
	for (unsigned i = 0; i < *n; i++)
		if (list[i] == language)
			return;
	if (*n < LANGUAGES)
		list[(*n)++] = language;
}

/*
 * What to try for a language asked for.  Neutral: the thread's own, then
 * English, which most programs have.
 */
static unsigned languages(ULONG wanted, ULONG *list)
{
	ULONG thread = LANGIDFROMLCID(NtCurrentTeb()->CurrentLocale);
	unsigned n = 0;

	add_language(list, &n, wanted);
	if (wanted) {
		add_language(list, &n, PRIMARYLANGID(wanted));
		add_language(
			list, &n,
			MAKELANGID(PRIMARYLANGID(wanted), SUBLANG_DEFAULT));
		add_language(list, &n, 0);
		return n;
	}
	if (thread) {
		add_language(list, &n, thread);
		add_language(list, &n, PRIMARYLANGID(thread));
	}
	add_language(list, &n, MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US));
	add_language(list, &n, LANG_ENGLISH);
	return n;
}

static const IMAGE_RESOURCE_DIRECTORY_ENTRY *
find_language(const struct tree *t, const IMAGE_RESOURCE_DIRECTORY *d,
	      ULONG wanted)
{
	const IMAGE_RESOURCE_DIRECTORY_ENTRY *e;
	ULONG list[LANGUAGES];
	unsigned n = languages(wanted, list);

	for (unsigned i = 0; i < n; i++) {
		e = find_entry(t, d, list[i]);
		if (e)
			return e;
	}
	/* Whatever there is; but who asked for one language gets no other. */
	return !wanted && entry_count(d) ? (const void *)(d + 1) : NULL;
}

/* ---- the calls ------------------------------------------------------ */

/*
 * Down to a directory (want_directory) or a data entry.  *found is an address
 * within the resource section.
 */
static NTSTATUS walk(PVOID module, const LDR_RESOURCE_INFO *id, ULONG level,
		     BOOL want_directory, const void **found)
{
	static const NTSTATUS missing[LEVELS] = {
		STATUS_RESOURCE_TYPE_NOT_FOUND,
		STATUS_RESOURCE_NAME_NOT_FOUND,
		STATUS_RESOURCE_LANG_NOT_FOUND,
	};
	const IMAGE_RESOURCE_DIRECTORY *d;
	const IMAGE_RESOURCE_DIRECTORY_ENTRY *e;
	struct tree t;
	NTSTATUS status;

	if (level > LEVELS)
		return STATUS_INVALID_PARAMETER;
	status = tree_open(module, &t);
	if (!NT_SUCCESS(status))
		return status;
	d = directory_at(&t, 0);
	for (ULONG i = 0; i < level; i++) {
		const ULONG_PTR *key = &id->Type;

		if (!d)
			return STATUS_INVALID_IMAGE_FORMAT;
		e = i == 2 ? find_language(&t, d, (ULONG)key[i])
			   : find_entry(&t, d, key[i]);
		if (!e)
			return missing[i];
		if (e->DataIsDirectory) {
			d = directory_at(&t, e->OffsetToDirectory);
			continue;
		}
		if (want_directory || i + 1 < level)
			return STATUS_RESOURCE_DATA_NOT_FOUND;
		if (e->OffsetToData >
		    t.size - sizeof(IMAGE_RESOURCE_DATA_ENTRY))
			return STATUS_INVALID_IMAGE_FORMAT;
		*found = t.root + e->OffsetToData;
		return STATUS_SUCCESS;
	}
	if (!want_directory || !d)
		return STATUS_RESOURCE_DATA_NOT_FOUND;
	*found = d;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrFindResource_U(PVOID base, PLDR_RESOURCE_INFO id, ULONG level,
				 PIMAGE_RESOURCE_DATA_ENTRY *entry)
{
	const void *found;
	NTSTATUS status = walk(base, id, level, FALSE, &found);

	if (NT_SUCCESS(status))
		*entry = (PIMAGE_RESOURCE_DATA_ENTRY)found;
	return status;
}

NTSTATUS NTAPI LdrFindResourceDirectory_U(PVOID base, PLDR_RESOURCE_INFO id,
					  ULONG level,
					  PIMAGE_RESOURCE_DIRECTORY *directory)
{
	const void *found;
	NTSTATUS status = walk(base, id, level, TRUE, &found);

	if (NT_SUCCESS(status))
		*directory = (PIMAGE_RESOURCE_DIRECTORY)found;
	return status;
}

NTSTATUS NTAPI LdrAccessResource(PVOID base, PIMAGE_RESOURCE_DATA_ENTRY entry,
				 PVOID *address, PULONG size)
{
	const UCHAR *data;

	if (address) {
		data = at_rva((const UCHAR *)((ULONG_PTR)base & ~(ULONG_PTR)3),
			      (ULONG_PTR)base & 1, entry->OffsetToData);
		if (!data)
			return STATUS_RESOURCE_DATA_NOT_FOUND;
		*address = (PVOID)data;
	}
	if (size)
		*size = entry->Size;
	return STATUS_SUCCESS;
}

/* type is the resource type, RT_MESSAGETABLE (11); its name is always 1. */
NTSTATUS NTAPI RtlFindMessage(PVOID base, ULONG type, ULONG language, ULONG id,
			      PMESSAGE_RESOURCE_ENTRY *entry)
{
	LDR_RESOURCE_INFO path = { type, 1, language };
	PIMAGE_RESOURCE_DATA_ENTRY data;
	const MESSAGE_RESOURCE_DATA *table;
	const MESSAGE_RESOURCE_BLOCK *b;
	const UCHAR *p, *end;
	NTSTATUS status;
	PVOID address;
	ULONG size;

	status = LdrFindResource_U(base, &path, 3, &data);
	if (NT_SUCCESS(status))
		status = LdrAccessResource(base, data, &address, &size);
	if (!NT_SUCCESS(status))
		return status;
	table = address;
	if (size < sizeof *table ||
	    table->NumberOfBlocks > (size - 4) / sizeof *b)
		return STATUS_INVALID_IMAGE_FORMAT;
	b = table->Blocks;
	for (ULONG i = 0; i < table->NumberOfBlocks; i++, b++) {
		if (id < b->LowId || id > b->HighId)
			continue;
		p = (const UCHAR *)address + b->OffsetToEntries;
		end = (const UCHAR *)address + size;
		for (ULONG k = b->LowId; p + 4 <= end; k++) {
			const MESSAGE_RESOURCE_ENTRY *e = (const void *)p;

			if (e->Length < 4 || e->Length > end - p)
				break;
			if (k == id) {
				*entry = (PMESSAGE_RESOURCE_ENTRY)e;
				return STATUS_SUCCESS;
			}
			p += e->Length;
		}
		break;
	}
	return STATUS_MESSAGE_NOT_FOUND;
}
