/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * profile-change.c - editing initialisation files in place: what is not meant
 * stays as somebody wrote it, comments and blank lines included.
 */
#include "profile.h"

/* Puts text in the place of what is there. */
static BOOL replace(struct ini *ini, struct span what, const WCHAR *text,
		    DWORD n)
{
	DWORD tail = ini->n - what.at - what.n;
	WCHAR *s = k32_alloc((ini->n - what.n + n + 1) * sizeof(WCHAR));

	if (!s)
		return FALSE;
	memcpy(s, ini->s, what.at * sizeof(WCHAR));
	memcpy(s + what.at, text, n * sizeof(WCHAR));
	memcpy(s + what.at + n, ini->s + what.at + what.n,
	       tail * sizeof(WCHAR));
	k32_free(ini->s);
	ini->s = s;
	ini->n = ini->n - what.n + n;
	ini->s[ini->n] = 0;
	return TRUE;
}

/* Where a new line goes: behind the last of a section that is not empty. */
static DWORD section_end(const struct ini *ini, struct span body)
{
	DWORD at = body.at, end = body.at;

	while (at < body.at + body.n) {
		struct span line = ini_trim(ini, ini_next_line(ini, &at));

		if (line.n)
			end = at;
	}
	return end;
}

static WCHAR *put(WCHAR *to, const WCHAR *s)
{
	DWORD n = wide_len(s);

	memcpy(to, s, n * sizeof(WCHAR));
	return to + n;
}

/* A line end before at, if the text there has none. */
static WCHAR *put_break(WCHAR *to, const struct ini *ini, DWORD at)
{
	return at && ini->s[at - 1] != '\n' ? put(to, L"\r\n") : to;
}

static BOOL set_value(struct ini *ini, const WCHAR *section, const WCHAR *key,
		      const WCHAR *value)
{
	struct span body, whole, old;
	WCHAR *text, *p;
	BOOL found, ok;
	DWORD at;

	found = ini_find_section(ini, section, &body, NULL);
	if (found && ini_find_key(ini, body, key, &whole, &old)) {
		if (!value)
			return replace(ini, whole, NULL, 0);
		/* Its line end stays. */
		whole.n = old.at + old.n - whole.at;
	} else if (!value) {
		return TRUE;
	} else {
		at = found ? section_end(ini, body) : ini->n;
		whole = (struct span){ at, 0 };
	}
	text = k32_alloc(
		(wide_len(section) + wide_len(key) + wide_len(value) + 16) *
		sizeof(WCHAR));
	if (!text)
		return FALSE;
	p = text;
	if (!whole.n) {
		p = put_break(p, ini, whole.at);
		if (!found) {
			p = put(p, L"[");
			p = put(p, section);
			p = put(p, L"]\r\n");
		}
	}
	p = put(p, key);
	p = put(p, L"=");
	p = put(p, value);
	if (!whole.n)
		p = put(p, L"\r\n");
	ok = replace(ini, whole, text, p - text);
	k32_free(text);
	return ok;
}

static BOOL remove_section(struct ini *ini, const WCHAR *section)
{
	struct span body;
	DWORD head;

	if (!ini_find_section(ini, section, &body, &head))
		return TRUE;
	return replace(ini, (struct span){ head, body.at + body.n - head },
		       NULL, 0);
}

/* lines: strings one after the other; the section's whole new body. */
static BOOL set_section(struct ini *ini, const WCHAR *section,
			const WCHAR *lines)
{
	struct span body;
	DWORD total = wide_len(section) + 16, at;
	const WCHAR *s;
	WCHAR *text, *p;
	BOOL found, ok;

	for (s = lines; *s; s += wide_len(s) + 1)
		total += wide_len(s) + 2;
	text = k32_alloc(total * sizeof(WCHAR));
	if (!text)
		return FALSE;
	p = text;
	found = ini_find_section(ini, section, &body, NULL);
	if (!found) {
		at = ini->n;
		body = (struct span){ at, 0 };
		p = put_break(p, ini, at);
		p = put(p, L"[");
		p = put(p, section);
		p = put(p, L"]\r\n");
	} else {
		p = put_break(p, ini, body.at);
	}
	for (s = lines; *s; s += wide_len(s) + 1) {
		p = put(p, s);
		p = put(p, L"\r\n");
	}
	ok = replace(ini, body, text, p - text);
	k32_free(text);
	return ok;
}

/* One writer at a time within the process; across them the last one wins. */
static SRWLOCK lock = SRWLOCK_INIT;

BOOL ini_change(const WCHAR *section, const WCHAR *key, const WCHAR *value,
		const WCHAR *lines, const WCHAR *file)
{
	WCHAR path[MAX_PATH * 2];
	struct ini ini;
	BOOL ok;

	if (!ini_path(file, path))
		return FALSE;
	/* With nothing at all it meant "flush your cache". */
	if (!section) {
		SetLastError(ERROR_FILE_NOT_FOUND);
		return FALSE;
	}
	AcquireSRWLockExclusive(&lock);
	ok = ini_load(path, &ini);
	if (!ok && GetLastError() == ERROR_FILE_NOT_FOUND) {
		ini.s = k32_alloc(sizeof(WCHAR));
		ok = ini.s != NULL;
		if (ok)
			ini.s[0] = 0;
	}
	if (ok) {
		if (lines)
			ok = set_section(&ini, section, lines);
		else if (key)
			ok = set_value(&ini, section, key, value);
		else
			ok = remove_section(&ini, section);
	}
	ok = ok && ini_save(path, &ini);
	k32_free(ini.s);
	ReleaseSRWLockExclusive(&lock);
	return ok;
}

BOOL WINAPI WritePrivateProfileStringW(LPCWSTR section, LPCWSTR key,
				       LPCWSTR value, LPCWSTR file)
{
	return ini_change(section, key, value, NULL, file);
}

BOOL WINAPI WritePrivateProfileStringA(LPCSTR section, LPCSTR key, LPCSTR value,
				       LPCSTR file)
{
	WIDE(s);
	WIDE(k);
	WIDE(v);
	WIDE(f);

	return wide_from_ansi(&s, section) && wide_from_ansi(&k, key) &&
	       wide_from_ansi(&v, value) && wide_from_file(&f, file) &&
	       ini_change(s.s, k.s, v.s, NULL, f.s);
}

BOOL WINAPI WritePrivateProfileSectionW(LPCWSTR section, LPCWSTR lines,
					LPCWSTR file)
{
	return ini_change(section, NULL, NULL, lines, file);
}

BOOL WINAPI WritePrivateProfileSectionA(LPCSTR section, LPCSTR lines,
					LPCSTR file)
{
	const char *p = lines;
	WCHAR *w = NULL;
	ULONG bytes;
	BOOL ok;
	WIDE(s);
	WIDE(f);

	if (!wide_from_ansi(&s, section) || !wide_from_file(&f, file))
		return FALSE;
	if (lines) {
		while (*p)
			p += lstrlenA(p) + 1;
		bytes = p + 1 - lines;
		w = k32_alloc(bytes * sizeof(WCHAR));
		if (!w)
			return FALSE;
		RtlMultiByteToUnicodeN(w, bytes * sizeof(WCHAR), NULL, lines,
				       bytes);
	}
	ok = ini_change(s.s, NULL, NULL, w, f.s);
	k32_free(w);
	return ok;
}
