/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rename.c - ren and move.
 *
 * A mask makes the new name: ? takes a character of the old one, * the rest
 * of it up to the character behind it, a dot goes on behind the old one's.
 */
#include "cmd.h"

WCHAR *apply_mask(const WCHAR *name, const WCHAR *mask)
{
	struct str t = { 0 };
	const WCHAR *last;

	for (; *mask; mask++) {
		if (*mask == '*') {
			while (mask[1] == '*' || mask[1] == '?')
				mask++;
			if (!mask[1]) {
				str_puts(&t, name);
				name += wcslen(name);
				break;
			}
			mask++;
			last = wcsrchr(name, *mask);
			if (last) {
				str_add(&t, name, last + 1 - name);
				name = last + 1;
			} else {
				str_puts(&t, name);
				str_putc(&t, *mask);
				name += wcslen(name);
			}
		} else if (*mask == '.') {
			str_putc(&t, '.');
			last = wcschr(name, '.');
			name = last ? last + 1 : name + wcslen(name);
		} else if (*mask == '?') {
			if (*name && *name != '.')
				str_putc(&t, *name++);
		} else {
			str_putc(&t, *mask);
			if (*name && *name != '.')
				name++;
		}
	}
	while (t.n && (t.s[t.n - 1] == '.' || t.s[t.n - 1] == ' '))
		t.s[--t.n] = 0;
	return str_text(&t);
}

static DWORD rename_one(const WCHAR *dir, size_t n, const WCHAR *name,
			const WCHAR *mask)
{
	struct str from = { 0 }, to = { 0 };

	str_add(&from, dir, n);
	str_puts(&from, name);
	str_add(&to, dir, n);
	str_puts(&to, apply_mask(name, mask));
	return MoveFileExW(from.s, to.s, 0) ? 0 : GetLastError();
}

static int rename_failed(DWORD error)
{
	if (error == ERROR_ALREADY_EXISTS || error == ERROR_FILE_EXISTS)
		return fail_text(L"A duplicate file name exists, or the "
				 L"file\r\ncannot be found.");
	return fail_code(error);
}

int cmd_ren(WCHAR *args)
{
	const WCHAR *slash;
	WCHAR **words;
	struct names l;
	unsigned n;
	int code = 0;
	DWORD error;
	size_t dir;

	if (!take_switches(args, NULL, NULL, &words, &n))
		return 1;
	if (n != 2 || wcspbrk(words[1], L"\\/:"))
		return syntax_error();
	slash = wcsrchr(words[0], '\\');
	if (!slash && words[0][0] && words[0][1] == ':')
		slash = words[0] + 1;
	dir = slash ? slash + 1 - words[0] : 0;
	if (!wcspbrk(words[0], L"*?")) {
		error = rename_one(words[0], dir, words[0] + dir, words[1]);
		return error ? rename_failed(error) : 0;
	}
	list_names(&l, words[0], false);
	if (!l.n)
		return rename_failed(ERROR_ALREADY_EXISTS);
	for (size_t i = 0; i < l.n; i++) {
		error = rename_one(words[0], dir, l.name[i], words[1]);
		if (error)
			code = rename_failed(error);
	}
	return code;
}

/* ---- move ---- */

struct move {
	bool ask, all;
};

static bool move_switch(const WCHAR *s, void *data)
{
	struct move *m = data;

	if (!_wcsicmp(s, L"y"))
		m->ask = false;
	else if (!_wcsicmp(s, L"-y"))
		m->ask = true;
	else
		return bad_switch(s);
	return true;
}

static bool may_replace(struct move *m, const WCHAR *path)
{
	if (!m->ask || m->all || !file_exists(path))
		return true;
	return ask_overwrite(full_path(path), &m->all);
}

static DWORD move_one(struct move *m, const WCHAR *from, const WCHAR *to)
{
	const WCHAR *slash = wcsrchr(from, '\\');

	if (is_folder(to) && _wcsicmp(full_path(from), full_path(to)))
		to = below(to, slash ? slash + 1 : from);
	if (!may_replace(m, to))
		return ERROR_CANCELLED;
	return MoveFileExW(from, to,
			   MOVEFILE_REPLACE_EXISTING | MOVEFILE_COPY_ALLOWED)
		       ? 0
		       : GetLastError();
}

int cmd_move(WCHAR *args)
{
	struct move m = { .ask = cmd.interactive && !cmd.batch };
	unsigned n, moved = 0, folders = 0;
	WCHAR **words, *to;
	int code = 0;

	if (!take_switches(args, move_switch, &m, &words, &n))
		return 1;
	if (!n)
		return syntax_error();
	to = n > 1 ? words[--n] : L".";
	for (unsigned i = 0; i < n; i++) {
		const WCHAR *slash = wcsrchr(words[i], '\\');
		size_t dir = slash ? slash + 1 - words[i] : 0;
		bool pattern = wcspbrk(words[i], L"*?") != NULL;
		struct names l = { .n = 1 };

		if (pattern)
			list_names(&l, words[i], false);
		if (!l.n)
			code = fail_code(ERROR_FILE_NOT_FOUND);
		for (size_t k = 0; k < l.n; k++) {
			struct str from = { 0 };
			bool folder;
			DWORD error;

			if (pattern) {
				str_add(&from, words[i], dir);
				str_puts(&from, l.name[k]);
			} else {
				str_puts(&from, words[i]);
				while (from.n > 1 &&
				       from.s[from.n - 1] == '\\' &&
				       from.s[from.n - 2] != ':')
					from.s[--from.n] = 0;
			}
			folder = is_folder(from.s);
			if (pattern)
				outf(L"%ls\r\n", full_path(from.s));
			error = move_one(&m, from.s, to);
			if (!error) {
				moved += !folder;
				folders += folder;
			} else if (error != ERROR_CANCELLED) {
				code = fail_code(error);
			}
		}
	}
	if (folders)
		outf(L"%9u dir(s) moved.\r\n", folders);
	if (moved || (!folders && !code))
		outf(L"%9u file(s) moved.\r\n", moved);
	return code;
}
