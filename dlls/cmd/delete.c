/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * delete.c - del: files by name or pattern, /s in a whole tree.
 *
 * ERRORLEVEL stays 0 even when nothing is found or may be deleted: so it is
 * on Windows, and scripts count on it.
 */
#include "cmd.h"

struct del {
	bool prompt, force, tree, quiet;
	struct attributes attributes;
	unsigned seen;
};

static bool del_switch(const WCHAR *s, void *data)
{
	struct del *d = data;
	WCHAR c = towlower(*s);

	/* It is for files only: there is no d. */
	if (c == 'a' && attribute_letters(&d->attributes, s + 1,
					  ~FILE_ATTRIBUTE_DIRECTORY))
		return true;
	if (c && !s[1] && wcschr(L"pfsq", c)) {
		d->prompt |= c == 'p';
		d->force |= c == 'f';
		d->tree |= c == 's';
		d->quiet |= c == 'q';
		return true;
	}
	return bad_switch(s);
}

static void delete_one(struct del *d, WCHAR *path, DWORD a)
{
	struct str question = { 0 };

	d->seen++;
	if (d->prompt) {
		str_puts(&question, path);
		str_puts(&question, L", Delete (Y/N)? ");
		if (ask(question.s, L"YN") != 'Y')
			return;
	}
	if (a & FILE_ATTRIBUTE_READONLY) {
		if (d->force)
			SetFileAttributesW(path, a & ~FILE_ATTRIBUTE_READONLY);
		else
			SetLastError(ERROR_ACCESS_DENIED);
	}
	if ((a & FILE_ATTRIBUTE_READONLY && !d->force) || !DeleteFileW(path)) {
		DWORD error = GetLastError();

		errf(L"%ls\r\n", path);
		err_code(error);
	} else if (d->tree) {
		outf(L"Deleted file - %ls\r\n", path);
	}
}

/* dir ends in a backslash. */
static void delete_in(struct del *d, const WCHAR *dir, const WCHAR *pattern)
{
	struct mark m = arena_mark();
	struct str t = { 0 };
	WIN32_FIND_DATAW data;
	struct names l;
	HANDLE h;

	str_puts(&t, dir);
	str_puts(&t, pattern);
	h = FindFirstFileW(t.s, &data);
	if (h != INVALID_HANDLE_VALUE) {
		do {
			struct mark inner = arena_mark();
			struct str path = { 0 };

			if (!(data.dwFileAttributes &
			      FILE_ATTRIBUTE_DIRECTORY) &&
			    attributes_match(&d->attributes,
					     data.dwFileAttributes)) {
				str_puts(&path, dir);
				str_puts(&path, data.cFileName);
				delete_one(d, path.s, data.dwFileAttributes);
			}
			arena_release(inner);
		} while (!stopped() && FindNextFileW(h, &data));
		FindClose(h);
	}
	if (d->tree) {
		list_subfolders(&l, dir);
		for (size_t i = 0; i < l.n && !stopped(); i++)
			delete_in(d, l.name[i], pattern);
	}
	arena_release(m);
}

static void delete_word(struct del *d, const WCHAR *word)
{
	WCHAR *full = full_path(word), *slash, *pattern;
	struct str dir = { 0 }, question = { 0 };

	if (is_folder(full)) {
		str_puts(&dir, full);
		if (dir.s[dir.n - 1] != '\\')
			str_putc(&dir, '\\');
		pattern = L"*";
	} else {
		slash = wcsrchr(full, '\\');
		if (!slash)
			return;
		str_add(&dir, full, slash + 1 - full);
		pattern = slash + 1;
	}
	if (!d->quiet && (!wcscmp(pattern, L"*") || !wcscmp(pattern, L"*.*"))) {
		str_puts(&question, dir.s);
		str_puts(&question, pattern);
		str_puts(&question, L", Are you sure (Y/N)? ");
		if (ask(question.s, L"YN") != 'Y')
			return;
	}
	d->seen = 0;
	delete_in(d, dir.s, pattern);
	if (!d->seen && !is_folder(full))
		errf(L"Could Not Find %ls\r\n", full);
}

int cmd_del(WCHAR *args)
{
	struct del d = { 0 };
	WCHAR **words;
	unsigned n;

	if (!take_switches(args, del_switch, &d, &words, &n))
		return 1;
	if (!n)
		return syntax_error();
	for (unsigned i = 0; i < n && !stopped(); i++)
		delete_word(&d, words[i]);
	return 0;
}
