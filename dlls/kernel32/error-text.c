/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error-text.c - the text of an error code, from error-messages.tbl.
 */
#include "kernel32-private.h"

static const struct {
	DWORD code;
	const char *text;
} texts[] = {
#define E(code, text) { code, text },
#include "error-messages.tbl"
#undef E
};

static const char *find(DWORD code)
{
	unsigned low = 0, high = ARRAY_LEN(texts);

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (texts[mid].code == code)
			return texts[mid].text;
		if (texts[mid].code < code)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const char *error_text(DWORD code)
{
	const char *text = find(code);

	/* An HRESULT made of a Win32 code. */
	if (!text && code >> 16 == 0x8007)
		text = find(code & 0xffff);
	return text;
}
