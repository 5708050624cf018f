/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * profile.c - initialisation files ([section], key=value).
 *
 * A file is read whole at each call and written whole at each change: they
 * are small, and other processes write them too.  A name without a folder lies
 * in the Windows folder, as it always did.
 */
#include "profile.h"

/* ---- lists ---------------------------------------------------------- */

/* Strings one after the other, a NUL after each and one at the end. */
struct list {
	WCHAR *out;
	DWORD size, n;
	BOOL cut;
};

static void add(struct list *l, const WCHAR *s, DWORD n)
{
	if (l->cut)
		return;
	/* Two NULs must fit behind it. */
	if (l->n + n + 2 > l->size) {
		l->cut = TRUE;
		n = l->size > l->n + 2 ? l->size - l->n - 2 : 0;
	}
	memcpy(l->out + l->n, s, n * sizeof(WCHAR));
	l->n += n;
	l->out[l->n++] = 0;
}

static DWORD end_list(struct list *l)
{
	if (!l->size)
		return 0;
	if (!l->n) {
		l->out[0] = 0;
		if (l->size > 1)
			l->out[1] = 0;
		return 0;
	}
	if (l->cut) {
		l->out[l->size - 1] = 0;
		l->out[l->size - 2] = 0;
		return l->size - 2;
	}
	l->out[l->n] = 0;
	return l->n;
}

static DWORD put_string(const WCHAR *s, DWORD n, WCHAR *out, DWORD size)
{
	if (!size)
		return 0;
	if (n >= size) {
		n = size - 1;
		SetLastError(ERROR_MORE_DATA);
	}
	memcpy(out, s, n * sizeof(WCHAR));
	out[n] = 0;
	return n;
}

/* ---- asking --------------------------------------------------------- */

static DWORD put_default(const WCHAR *s, WCHAR *out, DWORD size)
{
	DWORD n = s ? wide_len(s) : 0;

	/* Blanks at its end are cut, though they stand in the program. */
	while (n && ini_is_blank(s[n - 1]))
		n--;
	return put_string(s, n, out, size);
}

static void list_keys(const struct ini *ini, struct span body, struct list *l)
{
	DWORD at = body.at;
	struct span k, v;

	while (at < body.at + body.n)
		if (ini_split(ini, ini_next_line(ini, &at), &k, &v) && k.n)
			add(l, ini->s + k.at, k.n);
}

static void list_sections(const struct ini *ini, struct list *l)
{
	struct span name;
	DWORD at = 0;

	while (at < ini->n)
		if (ini_is_section(ini, ini_next_line(ini, &at), &name))
			add(l, ini->s + name.at, name.n);
}

DWORD WINAPI GetPrivateProfileStringW(LPCWSTR section, LPCWSTR key,
				      LPCWSTR fallback, LPWSTR out, DWORD size,
				      LPCWSTR file)
{
	struct list l = { .out = out, .size = size };
	struct span body, whole, v;
	WCHAR path[MAX_PATH * 2];
	struct ini ini;
	DWORD n;

	if (!out)
		return 0;
	if (!ini_path(file, path) || !ini_load(path, &ini))
		return put_default(fallback, out, size);
	SetLastError(ERROR_SUCCESS);
	if (!section) {
		list_sections(&ini, &l);
		n = end_list(&l);
	} else if (!ini_find_section(&ini, section, &body, NULL)) {
		n = put_default(fallback, out, size);
	} else if (!key) {
		list_keys(&ini, body, &l);
		n = end_list(&l);
	} else if (!ini_find_key(&ini, body, key, &whole, &v)) {
		n = put_default(fallback, out, size);
	} else {
		WCHAR first = v.n ? ini.s[v.at] : 0;

		/* One pair of quotes around a value is not part of it. */
		if (v.n >= 2 && (first == '"' || first == '\'') &&
		    ini.s[v.at + v.n - 1] == first) {
			v.at++;
			v.n -= 2;
		}
		n = put_string(ini.s + v.at, v.n, out, size);
	}
	k32_free(ini.s);
	return n;
}

static DWORD narrow_result(const WCHAR *s, DWORD n, BOOL list, char *out,
			   DWORD size)
{
	ULONG bytes = 0;
	DWORD tail = list ? 2 : 1;

	if (!size)
		return 0;
	if (size < tail)
		tail = size;
	RtlUnicodeToMultiByteN(out, size - tail, &bytes, s, n * sizeof(WCHAR));
	out[bytes] = 0;
	if (tail == 2)
		out[bytes + 1] = 0;
	return bytes;
}

DWORD WINAPI GetPrivateProfileStringA(LPCSTR section, LPCSTR key,
				      LPCSTR fallback, LPSTR out, DWORD size,
				      LPCSTR file)
{
	WCHAR *w;
	DWORD n;
	WIDE(s);
	WIDE(k);
	WIDE(d);
	WIDE(f);

	if (!wide_from_ansi(&s, section) || !wide_from_ansi(&k, key) ||
	    !wide_from_ansi(&d, fallback) || !wide_from_file(&f, file))
		return 0;
	w = k32_alloc((size + 2) * sizeof(WCHAR));
	if (!w)
		return 0;
	n = GetPrivateProfileStringW(s.s, k.s, d.s, w, size, f.s);
	n = narrow_result(w, n, !section || !key, out, size);
	k32_free(w);
	return n;
}

DWORD WINAPI GetPrivateProfileSectionNamesW(LPWSTR out, DWORD size,
					    LPCWSTR file)
{
	return GetPrivateProfileStringW(NULL, NULL, NULL, out, size, file);
}

DWORD WINAPI GetPrivateProfileSectionNamesA(LPSTR out, DWORD size, LPCSTR file)
{
	return GetPrivateProfileStringA(NULL, NULL, NULL, out, size, file);
}

/* All lines key=value of a section. */
DWORD WINAPI GetPrivateProfileSectionW(LPCWSTR section, LPWSTR out, DWORD size,
				       LPCWSTR file)
{
	struct list l = { .out = out, .size = size };
	WCHAR path[MAX_PATH * 2];
	struct span body, k, v;
	struct ini ini;

	if (!section || !out || !ini_path(file, path) || !ini_load(path, &ini))
		return end_list(&l);
	if (ini_find_section(&ini, section, &body, NULL)) {
		DWORD at = body.at;

		while (at < body.at + body.n) {
			struct span line = ini_next_line(&ini, &at);

			if (ini_split(&ini, line, &k, &v)) {
				line = ini_trim(&ini, line);
				add(&l, ini.s + line.at, line.n);
			}
		}
	}
	k32_free(ini.s);
	return end_list(&l);
}

DWORD WINAPI GetPrivateProfileSectionA(LPCSTR section, LPSTR out, DWORD size,
				       LPCSTR file)
{
	WCHAR *w;
	DWORD n;
	WIDE(s);
	WIDE(f);

	if (!wide_from_ansi(&s, section) || !wide_from_file(&f, file))
		return 0;
	w = k32_alloc((size + 2) * sizeof(WCHAR));
	if (!w)
		return 0;
	n = GetPrivateProfileSectionW(s.s, w, size, f.s);
	n = narrow_result(w, n, TRUE, out, size);
	k32_free(w);
	return n;
}

static UINT number(const WCHAR *s)
{
	BOOL minus = *s == '-';
	UINT v = 0, base = 10;

	if (minus)
		s++;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	for (;; s++) {
		UINT d = *s >= '0' && *s <= '9'   ? (UINT)(*s - '0')
			 : *s >= 'a' && *s <= 'f' ? (UINT)(*s - 'a' + 10)
			 : *s >= 'A' && *s <= 'F' ? (UINT)(*s - 'A' + 10)
						  : 99;

		if (d >= base)
			return minus ? -v : v;
		v = v * base + d;
	}
}

UINT WINAPI GetPrivateProfileIntW(LPCWSTR section, LPCWSTR key, INT fallback,
				  LPCWSTR file)
{
	WCHAR s[32];

	if (!GetPrivateProfileStringW(section, key, L"", s, ARRAY_LEN(s), file))
		return fallback;
	return number(s);
}

UINT WINAPI GetPrivateProfileIntA(LPCSTR section, LPCSTR key, INT fallback,
				  LPCSTR file)
{
	WIDE(s);
	WIDE(k);
	WIDE(f);

	if (!wide_from_ansi(&s, section) || !wide_from_ansi(&k, key) ||
	    !wide_from_file(&f, file))
		return fallback;
	return GetPrivateProfileIntW(s.s, k.s, fallback, f.s);
}

/* ---- win.ini -------------------------------------------------------- */

DWORD WINAPI GetProfileStringW(LPCWSTR section, LPCWSTR key, LPCWSTR fallback,
			       LPWSTR out, DWORD size)
{
	return GetPrivateProfileStringW(section, key, fallback, out, size,
					NULL);
}

DWORD WINAPI GetProfileStringA(LPCSTR section, LPCSTR key, LPCSTR fallback,
			       LPSTR out, DWORD size)
{
	return GetPrivateProfileStringA(section, key, fallback, out, size,
					NULL);
}

UINT WINAPI GetProfileIntW(LPCWSTR section, LPCWSTR key, INT fallback)
{
	return GetPrivateProfileIntW(section, key, fallback, NULL);
}

UINT WINAPI GetProfileIntA(LPCSTR section, LPCSTR key, INT fallback)
{
	return GetPrivateProfileIntA(section, key, fallback, NULL);
}

DWORD WINAPI GetProfileSectionW(LPCWSTR section, LPWSTR out, DWORD size)
{
	return GetPrivateProfileSectionW(section, out, size, NULL);
}

DWORD WINAPI GetProfileSectionA(LPCSTR section, LPSTR out, DWORD size)
{
	return GetPrivateProfileSectionA(section, out, size, NULL);
}

BOOL WINAPI WriteProfileStringW(LPCWSTR section, LPCWSTR key, LPCWSTR value)
{
	return WritePrivateProfileStringW(section, key, value, NULL);
}

BOOL WINAPI WriteProfileStringA(LPCSTR section, LPCSTR key, LPCSTR value)
{
	return WritePrivateProfileStringA(section, key, value, NULL);
}

BOOL WINAPI WriteProfileSectionW(LPCWSTR section, LPCWSTR lines)
{
	return WritePrivateProfileSectionW(section, lines, NULL);
}

BOOL WINAPI WriteProfileSectionA(LPCSTR section, LPCSTR lines)
{
	return WritePrivateProfileSectionA(section, lines, NULL);
}
