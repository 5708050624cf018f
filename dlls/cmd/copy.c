/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * copy.c - copy: files, several into one with +, and to and from devices.
 *
 * One file is copied as it is.  Joined files are text unless /b says
 * otherwise: each ends at a Ctrl-Z, and one ends the result.
 */
#include "cmd.h"

enum { CTRL_Z = 0x1a };

enum mode { MODE_DEFAULT, MODE_TEXT, MODE_BINARY };

struct item {
	WCHAR *name;
	enum mode mode;
	bool joined; /* to the one before, by + */
};

struct copy {
	struct item *item;
	unsigned n;
	enum mode mode; /* of what comes next */
	bool ask, all, trailing_plus;
	unsigned copied;
};

/* ---- arguments ---- */

static bool take_switch(struct copy *c, const WCHAR *s)
{
	WCHAR letter = towlower(*s);

	if (!_wcsicmp(s, L"-y")) {
		c->ask = true;
		return true;
	}
	if (!letter || s[1] || !wcschr(L"abdvnyzl", letter))
		return bad_switch(s);
	if (letter == 'y')
		c->ask = false;
	if (letter == 'a' || letter == 'b') {
		c->mode = letter == 'a' ? MODE_TEXT : MODE_BINARY;
		/* Also of the file before it. */
		if (c->n)
			c->item[c->n - 1].mode = c->mode;
	}
	return true;
}

static bool take_items(struct copy *c, const WCHAR *s)
{
	bool plus = false;

	c->item = take((wcslen(s) + 1) * sizeof *c->item);
	for (;;) {
		const WCHAR *start = s = skip_delimiters(s);
		bool quoted = false;

		if (!*s)
			break;
		if (*s == '+') {
			plus = true;
			s++;
			continue;
		}
		if (*s == '/') {
			for (s++;
			     *s && *s != '/' && *s != '+' && !is_delimiter(*s);)
				s++;
			if (!take_switch(c,
					 copy_text(start + 1, s - start - 1)))
				return false;
			continue;
		}
		for (; *s && (quoted ||
			      (!is_delimiter(*s) && *s != '/' && *s != '+'));
		     s++)
			if (*s == '"')
				quoted = !quoted;
		c->item[c->n++] =
			(struct item){ unquoted(copy_text(start, s - start)),
				       c->mode, plus };
		plus = false;
	}
	c->trailing_plus = plus;
	return true;
}

/* ---- bytes ---- */

static bool is_device(const WCHAR *name)
{
	static const WCHAR *const devices[] = { L"con", L"nul",    L"prn",
						L"aux", L"conin$", L"conout$" };
	size_t n = wcslen(name);

	n -= n && name[n - 1] == ':';
	for (size_t i = 0; i < COUNT_OF(devices); i++)
		if (same_word(name, n, devices[i]))
			return true;
	return !_wcsnicmp(name, L"\\\\.\\", 4);
}

/* Appends a file to h; text ends at its Ctrl-Z. */
static DWORD append(HANDLE h, const WCHAR *name, bool text)
{
	bool console = same_word(name, wcslen(name), L"con");
	HANDLE from = console ? cmd.std[0]
			      : CreateFileW(name, GENERIC_READ,
					    FILE_SHARE_READ | FILE_SHARE_WRITE |
						    FILE_SHARE_DELETE,
					    NULL, OPEN_EXISTING, 0, NULL);
	DWORD got, done, error = 0;
	char buf[16384], *end;

	if (from == INVALID_HANDLE_VALUE)
		return GetLastError();
	for (bool more = true; more && !error;) {
		if (!ReadFile(from, buf, sizeof buf, &got, NULL)) {
			if (GetLastError() != ERROR_BROKEN_PIPE)
				error = GetLastError();
			break;
		}
		end = text || console ? memchr(buf, CTRL_Z, got) : NULL;
		if (end)
			got = end - buf;
		more = got && !end;
		for (DWORD at = 0; at < got && !error; at += done)
			if (!WriteFile(h, buf + at, got - at, &done, NULL))
				error = GetLastError();
	}
	if (!console)
		CloseHandle(from);
	return error;
}

static bool same_file(const WCHAR *a, const WCHAR *b)
{
	return !_wcsicmp(full_path(a), full_path(b));
}

static bool may_replace(struct copy *c, const WCHAR *path)
{
	if (!c->ask || c->all || is_device(path) || !file_exists(path))
		return true;
	return ask_overwrite(path, &c->all);
}

/* ---- one result ---- */

static const WCHAR *name_of(const WCHAR *path)
{
	const WCHAR *slash = wcsrchr(path, '\\');

	if (slash)
		return slash + 1;
	return path[0] && path[1] == ':' ? path + 2 : path;
}

/* Where a source goes. */
static WCHAR *target(const WCHAR *to, const WCHAR *source)
{
	const WCHAR *mask;

	if (is_device(to))
		return (WCHAR *)to;
	if (is_folder(to) || (*to && to[wcslen(to) - 1] == '\\'))
		return below(to, name_of(source));
	mask = name_of(to);
	if (wcspbrk(mask, L"*?")) {
		struct str t = { 0 };

		str_add(&t, to, mask - to);
		str_puts(&t, apply_mask(name_of(source), mask));
		return t.s;
	}
	return (WCHAR *)to;
}

static DWORD copy_one(struct copy *c, const struct item *i, const WCHAR *from,
		      const WCHAR *to)
{
	DWORD error = 0, a;
	HANDLE h;

	to = target(to, from);
	if (!is_device(from) && !is_device(to)) {
		if (!file_exists(from))
			return ERROR_FILE_NOT_FOUND;
		if (same_file(from, to)) {
			fail_text(L"The file cannot be copied onto itself.");
			return ERROR_CANCELLED;
		}
	}
	if (!may_replace(c, to))
		return ERROR_CANCELLED;
	if (!is_device(from) && !is_device(to) && i->mode != MODE_TEXT) {
		if (!CopyFileW(from, to, FALSE))
			return GetLastError();
		a = GetFileAttributesW(to);
		if (a != INVALID_FILE_ATTRIBUTES && a & FILE_ATTRIBUTE_READONLY)
			SetFileAttributesW(to, a & ~FILE_ATTRIBUTE_READONLY);
		return 0;
	}
	if (same_word(to, wcslen(to), L"con")) {
		flush_output();
		return append(cmd.std[1], from, i->mode == MODE_TEXT);
	}
	h = CreateFileW(to, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS,
			FILE_ATTRIBUTE_NORMAL, NULL);
	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	error = append(h, from, i->mode == MODE_TEXT);
	CloseHandle(h);
	return error;
}

/* file+: its time becomes now. */
static DWORD touch(const WCHAR *name)
{
	HANDLE h = CreateFileW(name, FILE_WRITE_ATTRIBUTES,
			       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
			       OPEN_EXISTING, 0, NULL);
	FILETIME now;
	DWORD error = 0;

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	GetSystemTimeAsFileTime(&now);
	if (!SetFileTime(h, NULL, NULL, &now))
		error = GetLastError();
	CloseHandle(h);
	return error;
}

static DWORD join_one(HANDLE h, const struct item *i, const WCHAR *name,
		      bool skip)
{
	outf(L"%ls\r\n", name);
	return skip ? 0 : append(h, name, i->mode != MODE_BINARY);
}

/* Several sources into one file. */
static DWORD join(struct copy *c, struct item *item, unsigned n,
		  const WCHAR *to)
{
	DWORD error = 0;
	bool onto_first = !wcspbrk(item[0].name, L"*?") && n > 1 &&
			  same_file(item[0].name, to);
	unsigned found = 0;
	LARGE_INTEGER end = { .QuadPart = 0 };
	HANDLE h;

	if (is_folder(to))
		to = below(to, name_of(item[0].name));
	if (!onto_first && !may_replace(c, to))
		return ERROR_CANCELLED;
	h = CreateFileW(to, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
			NULL, onto_first ? OPEN_EXISTING : CREATE_ALWAYS,
			FILE_ATTRIBUTE_NORMAL, NULL);
	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	if (onto_first)
		SetFilePointerEx(h, end, NULL, FILE_END);
	for (unsigned i = 0; i < n && !error; i++) {
		size_t dir = name_of(item[i].name) - item[i].name;
		struct names l;

		if (!wcspbrk(item[i].name, L"*?")) {
			if (!is_device(item[i].name) &&
			    !file_exists(item[i].name))
				continue;
			found++;
			error = join_one(h, &item[i], item[i].name,
					 onto_first && !i);
			continue;
		}
		list_names(&l, item[i].name, false);
		for (size_t k = 0; k < l.n && !error; k++) {
			struct str from = { 0 };

			str_add(&from, item[i].name, dir);
			str_puts(&from, l.name[k]);
			/* The result itself may match the pattern. */
			if (same_file(from.s, to))
				continue;
			found++;
			error = join_one(h, &item[i], from.s, false);
		}
	}
	if (!error && item[n - 1].mode != MODE_BINARY && found) {
		char z = CTRL_Z;
		DWORD done;

		WriteFile(h, &z, 1, &done, NULL);
	}
	CloseHandle(h);
	if (!found && !error) {
		DeleteFileW(to);
		error = ERROR_FILE_NOT_FOUND;
	}
	return error;
}

static DWORD copy_matching(struct copy *c, const struct item *i,
			   const WCHAR *to)
{
	WCHAR *pattern = i->name;
	size_t dir;
	struct names l;
	DWORD error = 0;

	if (is_folder(pattern))
		pattern = below(pattern, L"*");
	dir = name_of(pattern) - pattern;
	list_names(&l, pattern, false);
	if (!l.n)
		return ERROR_FILE_NOT_FOUND;
	for (size_t k = 0; k < l.n && !stopped(); k++) {
		struct str from = { 0 };
		DWORD failed;

		str_add(&from, pattern, dir);
		str_puts(&from, l.name[k]);
		outf(L"%ls\r\n", from.s);
		failed = copy_one(c, i, from.s, to);
		if (!failed)
			c->copied++;
		else if (failed == ERROR_CANCELLED)
			error = failed;
		else
			error = ERROR_CANCELLED, err_code(failed);
	}
	return error;
}

int cmd_copy(WCHAR *args)
{
	struct copy c = { .ask = cmd.interactive && !cmd.batch };
	unsigned sources, last;
	DWORD error = 0;
	WCHAR *to = L".", *defaults = variable(L"COPYCMD", 7);
	bool many;

	if (defaults)
		c.ask = c.ask && !wcsstr(_wcslwr(defaults), L"/y");
	if (!take_items(&c, args))
		return 1;
	if (!c.n)
		return syntax_error();
	/* The last one that is not joined to another is where to. */
	sources = c.n;
	last = c.n - 1;
	if (last && !c.item[last].joined) {
		to = c.item[last].name;
		sources--;
	}
	for (unsigned i = 1; i < sources; i++)
		if (!c.item[i].joined)
			return syntax_error();
	if (c.trailing_plus && sources == 1 && c.n == 1) {
		error = touch(c.item[0].name);
		c.copied += !error;
	} else {
		many = sources > 1 ||
		       (c.n > 1 && wcspbrk(c.item[0].name, L"*?") &&
			!is_folder(to) && !is_device(to) &&
			!wcspbrk(to, L"*?") && to[wcslen(to) - 1] != '\\');
		if (many && c.n == sources)
			to = c.item[0].name;
		if (many) {
			error = join(&c, c.item, sources, to);
			c.copied += !error;
		} else if (!is_device(c.item[0].name) &&
			   (wcspbrk(c.item[0].name, L"*?") ||
			    is_folder(c.item[0].name))) {
			error = copy_matching(&c, &c.item[0], to);
		} else {
			error = copy_one(&c, &c.item[0], c.item[0].name, to);
			c.copied += !error;
		}
	}
	if (error && error != ERROR_CANCELLED)
		err_code(error);
	if (!error || c.copied || error == ERROR_CANCELLED)
		outf(L"%9u file(s) copied.\r\n", c.copied);
	return error != 0;
}
