/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * profile-text.c - the text of an initialisation file, read, written and taken
 * apart.
 *
 * UTF-16 with a byte-order mark stays UTF-16, everything else is in the ANSI
 * code page.
 */
#include "profile.h"

#define LONGEST_FILE (16 << 20)

/* ---- reading and writing files -------------------------------------- */

BOOL ini_path(const WCHAR *name, WCHAR path[MAX_PATH * 2])
{
	DWORD n, len;
	BOOL folder = FALSE;

	if (!name)
		name = L"win.ini";
	for (const WCHAR *p = name; *p; p++)
		folder |= *p == '\\' || *p == '/' || *p == ':';
	len = wide_len(name);
	if (folder) {
		n = GetFullPathNameW(name, MAX_PATH * 2, path, NULL);
		return n && n < MAX_PATH * 2;
	}
	n = GetWindowsDirectoryW(path, MAX_PATH);
	if (n + len + 2 > MAX_PATH * 2) {
		SetLastError(ERROR_FILENAME_EXCED_RANGE);
		return FALSE;
	}
	path[n++] = '\\';
	memcpy(path + n, name, (len + 1) * sizeof(WCHAR));
	return TRUE;
}

/* FALSE and the last error; an absent file is ERROR_FILE_NOT_FOUND. */
BOOL ini_load(const WCHAR *path, struct ini *ini)
{
	LARGE_INTEGER size;
	ULONG bytes, got = 0;
	DWORD n;
	char *raw;
	BOOL ok;
	HANDLE h = CreateFileW(path, GENERIC_READ,
			       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
			       OPEN_EXISTING, 0, NULL);

	memset(ini, 0, sizeof *ini);
	if (h == INVALID_HANDLE_VALUE)
		return FALSE;
	ok = GetFileSizeEx(h, &size);
	if (ok && size.QuadPart > LONGEST_FILE) {
		SetLastError(ERROR_FILE_TOO_LARGE);
		ok = FALSE;
	}
	bytes = ok ? (ULONG)size.QuadPart : 0;
	raw = k32_alloc(bytes + 2);
	while (ok && raw && got < bytes) {
		ok = ReadFile(h, raw + got, bytes - got, &n, NULL);
		if (!n)
			break;
		got += n;
	}
	CloseHandle(h);
	if (!ok || !raw) {
		k32_free(raw);
		return FALSE;
	}
	ini->wide = got >= 2 && (UCHAR)raw[0] == 0xff && (UCHAR)raw[1] == 0xfe;
	ini->s = k32_alloc((got + 1) * sizeof(WCHAR));
	if (ini->s && ini->wide) {
		ini->n = (got - 2) / sizeof(WCHAR);
		memcpy(ini->s, raw + 2, ini->n * sizeof(WCHAR));
	} else if (ini->s) {
		/* A UTF-8 mark is of editors' making, and no text. */
		ULONG skip =
			got >= 3 && !memcmp(raw, "\xef\xbb\xbf", 3) ? 3 : 0;

		bytes = 0;
		RtlMultiByteToUnicodeN(ini->s, got * sizeof(WCHAR), &bytes,
				       raw + skip, got - skip);
		ini->n = bytes / sizeof(WCHAR);
	}
	k32_free(raw);
	if (!ini->s)
		return FALSE;
	ini->s[ini->n] = 0;
	return TRUE;
}

BOOL ini_save(const WCHAR *path, const struct ini *ini)
{
	static const UCHAR mark[] = { 0xff, 0xfe };
	ULONG bytes = ini->n * sizeof(WCHAR);
	const void *raw = ini->s;
	char *narrow = NULL;
	DWORD n;
	BOOL ok = TRUE;
	HANDLE h = CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ, NULL,
			       CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);

	if (h == INVALID_HANDLE_VALUE)
		return FALSE;
	if (ini->wide) {
		ok = WriteFile(h, mark, sizeof mark, &n, NULL);
	} else {
		narrow = k32_alloc(ini->n * 3 + 1);
		ok = narrow != NULL;
		if (ok)
			RtlUnicodeToMultiByteN(narrow, ini->n * 3, &bytes,
					       ini->s, bytes);
		raw = narrow;
	}
	ok = ok && WriteFile(h, raw, bytes, &n, NULL);
	CloseHandle(h);
	k32_free(narrow);
	return ok;
}

/* ---- the text ------------------------------------------------------- */

struct span ini_trim(const struct ini *ini, struct span s)
{
	while (s.n && ini_is_blank(ini->s[s.at])) {
		s.at++;
		s.n--;
	}
	while (s.n && ini_is_blank(ini->s[s.at + s.n - 1]))
		s.n--;
	return s;
}

/* The line at *at without its end; *at goes to the next one. */
struct span ini_next_line(const struct ini *ini, DWORD *at)
{
	struct span l = { *at, 0 };

	while (*at < ini->n && ini->s[*at] != '\n' && ini->s[*at] != '\r')
		++*at;
	l.n = *at - l.at;
	if (*at < ini->n && ini->s[*at] == '\r')
		++*at;
	if (*at < ini->n && ini->s[*at] == '\n')
		++*at;
	return l;
}

static BOOL same(const struct ini *ini, struct span s, const WCHAR *name)
{
	UNICODE_STRING a, b;

	a.Buffer = ini->s + s.at;
	a.Length = a.MaximumLength = s.n * sizeof(WCHAR);
	RtlInitUnicodeString(&b, name);
	while (b.Length && ini_is_blank(b.Buffer[b.Length / sizeof(WCHAR) - 1]))
		b.Length -= sizeof(WCHAR);
	while (b.Length && ini_is_blank(b.Buffer[0])) {
		b.Buffer++;
		b.Length -= sizeof(WCHAR);
	}
	return RtlEqualUnicodeString(&a, &b, TRUE);
}

/* Is the line a section's head?  Then *name is what its brackets hold. */
BOOL ini_is_section(const struct ini *ini, struct span line, struct span *name)
{
	line = ini_trim(ini, line);
	if (!line.n || ini->s[line.at] != '[')
		return FALSE;
	name->at = line.at + 1;
	for (name->n = 0; name->n < line.n - 1; name->n++)
		if (ini->s[name->at + name->n] == ']')
			break;
	*name = ini_trim(ini, *name);
	return TRUE;
}

/*
 * The lines after [section] up to the next head.  head, if not NULL, gets
 * where the head's line begins.
 */
BOOL ini_find_section(const struct ini *ini, const WCHAR *section,
		      struct span *body, DWORD *head)
{
	DWORD at = 0;
	struct span name;

	while (at < ini->n) {
		DWORD start = at;
		struct span line = ini_next_line(ini, &at);

		if (!ini_is_section(ini, line, &name) ||
		    !same(ini, name, section))
			continue;
		if (head)
			*head = start;
		body->at = at;
		while (at < ini->n) {
			start = at;
			line = ini_next_line(ini, &at);
			if (ini_is_section(ini, line, &name)) {
				at = start;
				break;
			}
		}
		body->n = at - body->at;
		return TRUE;
	}
	return FALSE;
}

/* A line's key and value; FALSE for comments and empty lines. */
BOOL ini_split(const struct ini *ini, struct span line, struct span *key,
	       struct span *value)
{
	DWORD eq;

	line = ini_trim(ini, line);
	if (!line.n || ini->s[line.at] == ';')
		return FALSE;
	for (eq = 0; eq < line.n && ini->s[line.at + eq] != '='; eq++)
		;
	*key = ini_trim(ini, (struct span){ line.at, eq });
	*value = (struct span){ line.at + eq, 0 };
	if (eq < line.n)
		*value = ini_trim(ini, (struct span){ line.at + eq + 1,
						      line.n - eq - 1 });
	return TRUE;
}

BOOL ini_find_key(const struct ini *ini, struct span body, const WCHAR *key,
		  struct span *whole, struct span *value)
{
	DWORD at = body.at;
	struct span k;

	while (at < body.at + body.n) {
		DWORD start = at;
		struct span line = ini_next_line(ini, &at);

		if (!ini_split(ini, line, &k, value) || !same(ini, k, key))
			continue;
		*whole = (struct span){ start, at - start };
		return TRUE;
	}
	return FALSE;
}
