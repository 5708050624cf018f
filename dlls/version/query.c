/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * query.c - VerQueryValue: a walk down a tree of blocks.
 *
 * A block: length, value length (bytes, or characters if it is text), type,
 * name, value on 4 bytes, children on 4 bytes each.  The buffer comes from a
 * file: nothing in it is trusted.  Source: Microsoft Learn, VS_VERSIONINFO.
 */
#include "nt.h"

struct block {
	const BYTE *at;
	DWORD size;	  /* of the whole block */
	const WCHAR *key;
	const BYTE *value;
	DWORD value_bytes;
	BOOL text;
	const BYTE *children, *end;
};

static WORD word(const BYTE *p)
{
	WORD w;

	memcpy(&w, p, sizeof w);
	return w;
}

static DWORD round4(DWORD n)
{
	return (n + 3) & ~3u;
}

static BOOL parse(const BYTE *at, DWORD room, struct block *b)
{
	DWORD off = 6, value;

	if (room < 8)
		return FALSE;
	b->at = at;
	b->size = word(at);
	if (b->size < 8 || b->size > room)
		return FALSE;
	b->text = word(at + 4) == 1;
	b->key = (const WCHAR *)(at + off);
	do {
		if (off + 2 > b->size)
			return FALSE;
		off += 2;
	} while (word(at + off - 2));
	off = round4(off);
	value = word(at + 2) * (b->text ? sizeof(WCHAR) : 1u);
	if (off > b->size)
		off = b->size;
	if (value > b->size - off)
		value = b->size - off; /* some tools count wrongly */
	b->value = at + off;
	b->value_bytes = value;
	b->children = at + (round4(off + value) < b->size ?
				    round4(off + value) :
				    b->size);
	b->end = at + b->size;
	return TRUE;
}

/* The child of parent whose key is the n units at name. */
static BOOL child(const struct block *parent, const WCHAR *name, DWORD n,
		  struct block *out)
{
	const BYTE *p = parent->children;

	while (p < parent->end && parse(p, (DWORD)(parent->end - p), out)) {
		if (CompareStringOrdinal(out->key, -1, name, (int)n, TRUE) ==
		    CSTR_EQUAL)
			return TRUE;
		p += round4(out->size);
	}
	return FALSE;
}

static BOOL find(const void *data, const WCHAR *path, struct block *b)
{
	DWORD n;

	if (!parse(data, word(data), b)) {
		SetLastError(ERROR_INVALID_DATA);
		return FALSE;
	}
	while (*path) {
		struct block next;

		while (*path == '\\')
			path++;
		for (n = 0; path[n] && path[n] != '\\'; n++)
			;
		if (n == 0)
			break;
		if (!child(b, path, n, &next)) {
			SetLastError(ERROR_RESOURCE_TYPE_NOT_FOUND);
			return FALSE;
		}
		*b = next;
		path += n;
	}
	return TRUE;
}

BOOL WINAPI VerQueryValueW(LPCVOID data, LPCWSTR path, LPVOID *value,
			   PUINT size)
{
	struct block b;

	if (!data || !value || !size) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!find(data, path ? path : L"", &b))
		return FALSE;
	*value = (LPVOID)b.value;
	*size = b.text ? b.value_bytes / sizeof(WCHAR) : b.value_bytes;
	return TRUE;
}

/*
 * Text is converted in the room behind the resource: the value at offset v
 * goes to size + v / 2, so two values never share a place.
 */
BOOL WINAPI VerQueryValueA(LPCVOID data, LPCSTR path, LPVOID *value,
			   PUINT size)
{
	UNICODE_STRING wide = { 0, 0, NULL };
	struct block b;
	char *to;
	DWORD total;
	ULONG n;
	BOOL ok;

	if (!data || !value || !size) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!RtlCreateUnicodeStringFromAsciiz(&wide, path ? path : "")) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return FALSE;
	}
	ok = find(data, wide.Buffer, &b);
	RtlFreeUnicodeString(&wide);
	if (!ok)
		return FALSE;
	*value = (LPVOID)b.value;
	*size = b.value_bytes;
	if (!b.text)
		return TRUE;
	total = word(data);
	to = (char *)data + total + (b.value - (const BYTE *)data) / 2;
	RtlUnicodeToMultiByteN(to, b.value_bytes / sizeof(WCHAR), &n,
			       (PWSTR)b.value, b.value_bytes);
	*value = to;
	*size = n;
	return TRUE;
}
