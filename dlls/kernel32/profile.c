/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * profile.c - initialisation files ([section], key=value).
 *
 * A file is read whole at each call and written whole at each change: they
 * are small, and other processes write them too.  UTF-16 with a byte-order
 * mark stays UTF-16, everything else is in the ANSI code page.  A name without
 * a folder lies in the Windows folder, as it always did.
 */
#include "kernel32-private.h"

#define LONGEST_FILE (16 << 20)

struct ini {
	WCHAR *s; /* whole text, NUL-terminated */
	DWORD n;
	BOOL wide;
};

/* ---- reading and writing files -------------------------------------- */

static BOOL ini_path(const WCHAR *name, WCHAR path[MAX_PATH * 2])
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
static BOOL ini_load(const WCHAR *path, struct ini *ini)
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

static BOOL ini_save(const WCHAR *path, const struct ini *ini)
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

struct span {
	DWORD at, n;
};

static BOOL is_blank(WCHAR c)
{
	return c == ' ' || c == '\t';
}

static struct span trim(const struct ini *ini, struct span s)
{
	while (s.n && is_blank(ini->s[s.at])) {
		s.at++;
		s.n--;
	}
	while (s.n && is_blank(ini->s[s.at + s.n - 1]))
		s.n--;
	return s;
}

/* The line at *at without its end; *at goes to the next one. */
static struct span next_line(const struct ini *ini, DWORD *at)
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
	while (b.Length && is_blank(b.Buffer[b.Length / sizeof(WCHAR) - 1]))
		b.Length -= sizeof(WCHAR);
	while (b.Length && is_blank(b.Buffer[0])) {
		b.Buffer++;
		b.Length -= sizeof(WCHAR);
	}
	return RtlEqualUnicodeString(&a, &b, TRUE);
}

/* Is the line a section's head?  Then *name is what its brackets hold. */
static BOOL is_section(const struct ini *ini, struct span line,
		       struct span *name)
{
	line = trim(ini, line);
	if (!line.n || ini->s[line.at] != '[')
		return FALSE;
	name->at = line.at + 1;
	for (name->n = 0; name->n < line.n - 1; name->n++)
		if (ini->s[name->at + name->n] == ']')
			break;
	*name = trim(ini, *name);
	return TRUE;
}

/*
 * The lines after [section] up to the next head.  head, if not NULL, gets
 * where the head's line begins.
 */
static BOOL find_section(const struct ini *ini, const WCHAR *section,
			 struct span *body, DWORD *head)
{
	DWORD at = 0;
	struct span name;

	while (at < ini->n) {
		DWORD start = at;
		struct span line = next_line(ini, &at);

		if (!is_section(ini, line, &name) || !same(ini, name, section))
			continue;
		if (head)
			*head = start;
		body->at = at;
		while (at < ini->n) {
			start = at;
			line = next_line(ini, &at);
			if (is_section(ini, line, &name)) {
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
static BOOL split(const struct ini *ini, struct span line, struct span *key,
		  struct span *value)
{
	DWORD eq;

	line = trim(ini, line);
	if (!line.n || ini->s[line.at] == ';')
		return FALSE;
	for (eq = 0; eq < line.n && ini->s[line.at + eq] != '='; eq++)
		;
	*key = trim(ini, (struct span){ line.at, eq });
	*value = (struct span){ line.at + eq, 0 };
	if (eq < line.n)
		*value = trim(ini, (struct span){ line.at + eq + 1,
						  line.n - eq - 1 });
	return TRUE;
}

static BOOL find_key(const struct ini *ini, struct span body, const WCHAR *key,
		     struct span *whole, struct span *value)
{
	DWORD at = body.at;
	struct span k;

	while (at < body.at + body.n) {
		DWORD start = at;
		struct span line = next_line(ini, &at);

		if (!split(ini, line, &k, value) || !same(ini, k, key))
			continue;
		*whole = (struct span){ start, at - start };
		return TRUE;
	}
	return FALSE;
}

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
	while (n && is_blank(s[n - 1]))
		n--;
	return put_string(s, n, out, size);
}

static void list_keys(const struct ini *ini, struct span body, struct list *l)
{
	DWORD at = body.at;
	struct span k, v;

	while (at < body.at + body.n)
		if (split(ini, next_line(ini, &at), &k, &v) && k.n)
			add(l, ini->s + k.at, k.n);
}

static void list_sections(const struct ini *ini, struct list *l)
{
	struct span name;
	DWORD at = 0;

	while (at < ini->n)
		if (is_section(ini, next_line(ini, &at), &name))
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
	} else if (!find_section(&ini, section, &body, NULL)) {
		n = put_default(fallback, out, size);
	} else if (!key) {
		list_keys(&ini, body, &l);
		n = end_list(&l);
	} else if (!find_key(&ini, body, key, &whole, &v)) {
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
	if (find_section(&ini, section, &body, NULL)) {
		DWORD at = body.at;

		while (at < body.at + body.n) {
			struct span line = next_line(&ini, &at);

			if (split(&ini, line, &k, &v)) {
				line = trim(&ini, line);
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

/* ---- changing ------------------------------------------------------- */

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
		struct span line = trim(ini, next_line(ini, &at));

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

	found = find_section(ini, section, &body, NULL);
	if (found && find_key(ini, body, key, &whole, &old)) {
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

	if (!find_section(ini, section, &body, &head))
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
	found = find_section(ini, section, &body, NULL);
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

static BOOL change(const WCHAR *section, const WCHAR *key, const WCHAR *value,
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
	return change(section, key, value, NULL, file);
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
	       change(s.s, k.s, v.s, NULL, f.s);
}

BOOL WINAPI WritePrivateProfileSectionW(LPCWSTR section, LPCWSTR lines,
					LPCWSTR file)
{
	return change(section, NULL, NULL, lines, file);
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
	ok = change(s.s, NULL, NULL, w, f.s);
	k32_free(w);
	return ok;
}

/* ---- structures as hexadecimal digits, a sum of the bytes at the end -- */

BOOL WINAPI WritePrivateProfileStructW(LPCWSTR section, LPCWSTR key, LPVOID p,
				       UINT size, LPCWSTR file)
{
	static const WCHAR digits[] = L"0123456789ABCDEF";
	const UCHAR *b = p;
	UCHAR sum = 0;
	WCHAR *s;
	BOOL ok;

	if (!p)
		return change(section, key, NULL, NULL, file);
	s = k32_alloc((size * 2 + 3) * sizeof(WCHAR));
	if (!s)
		return FALSE;
	for (UINT i = 0; i <= size; i++) {
		UCHAR v = i < size ? b[i] : sum;

		sum += v;
		s[i * 2] = digits[v >> 4];
		s[i * 2 + 1] = digits[v & 15];
	}
	s[size * 2 + 2] = 0;
	ok = change(section, key, s, NULL, file);
	k32_free(s);
	return ok;
}

static int digit(WCHAR c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

BOOL WINAPI GetPrivateProfileStructW(LPCWSTR section, LPCWSTR key, LPVOID p,
				     UINT size, LPCWSTR file)
{
	DWORD room = size * 2 + 4, n;
	WCHAR *s = k32_alloc(room * sizeof(WCHAR));
	UCHAR sum = 0;
	BOOL ok;

	if (!s)
		return FALSE;
	n = GetPrivateProfileStringW(section, key, L"", s, room, file);
	ok = n == size * 2 + 2;
	for (UINT i = 0; ok && i <= size; i++) {
		int high = digit(s[i * 2]), low = digit(s[i * 2 + 1]);
		UCHAR v = high << 4 | low;

		if (high < 0 || low < 0 || (i == size && v != sum))
			ok = FALSE;
		else if (i < size)
			((UCHAR *)p)[i] = v;
		sum += v;
	}
	k32_free(s);
	if (!ok)
		SetLastError(ERROR_BAD_LENGTH);
	return ok;
}

BOOL WINAPI WritePrivateProfileStructA(LPCSTR section, LPCSTR key, LPVOID p,
				       UINT size, LPCSTR file)
{
	WIDE(s);
	WIDE(k);
	WIDE(f);

	return wide_from_ansi(&s, section) && wide_from_ansi(&k, key) &&
	       wide_from_file(&f, file) &&
	       WritePrivateProfileStructW(s.s, k.s, p, size, f.s);
}

BOOL WINAPI GetPrivateProfileStructA(LPCSTR section, LPCSTR key, LPVOID p,
				     UINT size, LPCSTR file)
{
	WIDE(s);
	WIDE(k);
	WIDE(f);

	return wide_from_ansi(&s, section) && wide_from_ansi(&k, key) &&
	       wide_from_file(&f, file) &&
	       GetPrivateProfileStructW(s.s, k.s, p, size, f.s);
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
