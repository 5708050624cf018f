/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * manifest.c - the program's manifest, as far as kernel32 asks: whether some
 * text is in it.
 *
 * It is XML, but what is looked for (a GUID, an element's name) means one
 * thing wherever it stands, so nothing is parsed.
 */
#include "kernel32-private.h"

static struct {
	const char *text;
	ULONG size;
	BOOL known;
} manifest;

static void load(void)
{
	PVOID image = rf_peb()->ImageBaseAddress;
	/* RT_MANIFEST, CREATEPROCESS_MANIFEST_RESOURCE_ID, any language */
	LDR_RESOURCE_INFO id = { 24, 1, 0 };
	PIMAGE_RESOURCE_DATA_ENTRY entry;
	PVOID text;
	ULONG size;

	if (NT_SUCCESS(LdrFindResource_U(image, &id, 3, &entry)) &&
	    NT_SUCCESS(LdrAccessResource(image, entry, &text, &size))) {
		manifest.text = text;
		manifest.size = size;
	}
	manifest.known = TRUE;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

const char *manifest_find(const char *text, ULONG *left)
{
	ULONG len = 0, i, j;

	/* Loaded by process attach, before there is a second thread. */
	if (!manifest.known)
		load();
	while (text[len])
		len++;
	for (i = 0; i + len <= manifest.size; i++) {
		for (j = 0;
		     j < len && lower(manifest.text[i + j]) == lower(text[j]);
		     j++)
			;
		if (j < len)
			continue;
		if (left)
			*left = manifest.size - i;
		return manifest.text + i;
	}
	return NULL;
}
