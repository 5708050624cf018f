/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * modifier.c - %~dpnx1 and kin: parts of a file's name, and what is known of
 * the file.  Any modifier takes the quotes off.
 */
#include "cmd.h"

WCHAR *full_path(const WCHAR *s)
{
	DWORD n = GetFullPathNameW(s, 0, NULL, NULL);
	WCHAR *p = take((n + 1) * sizeof *p);

	if (n && GetFullPathNameW(s, n + 1, p, NULL))
		return p;
	return copy_text(s, wcslen(s));
}

WCHAR *below(const WCHAR *dir, const WCHAR *name)
{
	struct str t = { 0 };

	str_puts(&t, dir);
	if (t.n && t.s[t.n - 1] != '\\' && t.s[t.n - 1] != ':')
		str_putc(&t, '\\');
	str_puts(&t, name);
	return str_text(&t);
}

bool file_exists(const WCHAR *s)
{
	return GetFileAttributesW(s) != INVALID_FILE_ATTRIBUTES;
}

bool is_folder(const WCHAR *s)
{
	DWORD a = GetFileAttributesW(s);

	return a != INVALID_FILE_ATTRIBUTES && a & FILE_ATTRIBUTE_DIRECTORY;
}

/* The first folder of a list where the file is; NULL: nowhere. */
static WCHAR *search(const WCHAR *list_name, const WCHAR *file)
{
	WCHAR *list = variable(list_name, wcslen(list_name));
	WCHAR path[MAX_PATH * 4], *part;

	if (file_exists(file) && !is_folder(file))
		return full_path(file);
	if (!list || !*file)
		return NULL;
	if (SearchPathW(list, file, NULL, COUNT_OF(path), path, &part))
		return copy_text(path, wcslen(path));
	return NULL;
}

static void attributes(struct str *t, DWORD a)
{
	static const struct {
		DWORD bit;
		WCHAR letter;
	} shown[] = {
		{ FILE_ATTRIBUTE_DIRECTORY, 'd' },
		{ FILE_ATTRIBUTE_READONLY, 'r' },
		{ FILE_ATTRIBUTE_ARCHIVE, 'a' },
		{ FILE_ATTRIBUTE_HIDDEN, 'h' },
		{ FILE_ATTRIBUTE_SYSTEM, 's' },
		{ FILE_ATTRIBUTE_COMPRESSED, 'c' },
		{ FILE_ATTRIBUTE_OFFLINE, 'o' },
		{ FILE_ATTRIBUTE_TEMPORARY, 't' },
		{ FILE_ATTRIBUTE_REPARSE_POINT, 'l' },
	};

	for (size_t i = 0; i < COUNT_OF(shown); i++)
		str_putc(t, a & shown[i].bit ? shown[i].letter : '-');
}

/* The names on the disk are spelt as there, whatever was asked for. */
static WCHAR *as_on_disk(WCHAR *path, bool *found, WIN32_FIND_DATAW *data)
{
	HANDLE h = FindFirstFileW(path, data);
	WCHAR *name = wcsrchr(path, '\\');

	*found = h != INVALID_HANDLE_VALUE;
	if (!*found)
		return path;
	FindClose(h);
	/* A pattern is no file. */
	if (wcspbrk(path, L"*?")) {
		*found = false;
		return path;
	}
	if (name && wcslen(name + 1) == wcslen(data->cFileName))
		wcscpy(name + 1, data->cFileName);
	return path;
}

static void space(struct str *t)
{
	if (t->n && t->s[t->n - 1] != ' ')
		str_putc(t, ' ');
}

WCHAR *modify(const WCHAR *value, const WCHAR *mods, size_t n,
	      const WCHAR *path_list)
{
	struct str t = { 0 };
	WIN32_FIND_DATAW data;
	WCHAR *plain, *path, *name, *ext;
	size_t len = wcslen(value);
	bool full, found = false;
	SYSTEMTIME time;
	FILETIME local;

	/* Only the quotes around it. */
	if (len && value[0] == '"') {
		value++;
		len--;
		if (len && value[len - 1] == '"')
			len--;
	}
	plain = copy_text(value, len);
	if (!n && !path_list)
		return plain;
	if (path_list) {
		path = search(path_list, plain);
		if (!path)
			return copy_text(L"", 0);
		if (!n)
			return path;
	} else {
		if (!len)
			return plain;
		path = full_path(plain);
	}
	path = as_on_disk(path, &found, &data);
	name = wcsrchr(path, '\\');
	name = name ? name + 1 : path;
	ext = wcsrchr(name, '.');
	if (!ext)
		ext = name + wcslen(name);
	full = find_char(mods, 'f', n) != NULL;

	/* File data first, in this order, then the name's parts. */
	if (found && find_char(mods, 'a', n))
		attributes(&t, data.dwFileAttributes);
	if (found && find_char(mods, 't', n)) {
		space(&t);
		FileTimeToLocalFileTime(&data.ftLastWriteTime, &local);
		FileTimeToSystemTime(&local, &time);
		str_puts(&t, date_text(&time, false));
		str_putc(&t, ' ');
		str_puts(&t, minutes_text(&time));
	}
	if (found && find_char(mods, 'z', n)) {
		WCHAR size[24];

		space(&t);
		_snwprintf(size, COUNT_OF(size), L"%I64u",
			   (ULONGLONG)data.nFileSizeHigh << 32 |
				   data.nFileSizeLow);
		str_puts(&t, size);
	}
	if (find_char(mods, 's', n) && !find_char(mods, 'd', n) &&
	    !find_char(mods, 'p', n) && !find_char(mods, 'n', n) &&
	    !find_char(mods, 'x', n))
		full = true; /* there are no short names: the long one */
	if (full || find_char(mods, 'd', n)) {
		space(&t);
		str_add(&t, path, path[0] && path[1] == ':' ? 2 : 0);
	}
	if (full || find_char(mods, 'p', n)) {
		size_t drive = path[0] && path[1] == ':' ? 2 : 0;

		if (!full && !find_char(mods, 'd', n))
			space(&t);
		str_add(&t, path + drive, name - path - drive);
	}
	if (full || find_char(mods, 'n', n)) {
		if (!full && !find_char(mods, 'd', n) &&
		    !find_char(mods, 'p', n))
			space(&t);
		str_add(&t, name, ext - name);
	}
	if (full || find_char(mods, 'x', n)) {
		if (!full && !find_char(mods, 'd', n) &&
		    !find_char(mods, 'p', n) && !find_char(mods, 'n', n))
			space(&t);
		str_puts(&t, ext);
	}
	return str_text(&t);
}
