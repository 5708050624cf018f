/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * for.c - for over words, files (/d: folders, /r: of a whole tree) and
 * numbers (/l).  for /f is in for-lines.c.
 */
#include "cmd.h"

int run_for_body(struct node *n, struct for_variable *v)
{
	struct for_variable *outer = for_variables;
	int code;

	for_variables = v;
	if (cmd.batch)
		cmd.batch->for_depth++;
	show_command(n->left);
	code = run(n->left);
	if (cmd.batch && cmd.batch->for_depth)
		cmd.batch->for_depth--;
	for_variables = outer;
	return code;
}

static int body_with(struct node *n, const WCHAR *value)
{
	struct for_variable v = { for_variables, n->variable, value };

	return run_for_body(n, &v);
}

/* ---- files ---- */

static void add_name(struct names *l, const WIN32_FIND_DATAW *data)
{
	if (l->n == l->room) {
		size_t room = l->room * 2 + 32;
		WCHAR **name = take(room * sizeof *name);
		DWORD *attributes = take(room * sizeof *attributes);

		if (l->n) {
			memcpy(name, l->name, l->n * sizeof *name);
			memcpy(attributes, l->attributes,
			       l->n * sizeof *attributes);
		}
		l->name = name;
		l->attributes = attributes;
		l->room = room;
	}
	l->attributes[l->n] = data->dwFileAttributes;
	l->name[l->n++] = copy_text(data->cFileName, wcslen(data->cFileName));
}

/*
 * All names are read before the first is used: the loop may make and delete
 * files.
 */
void list_names(struct names *l, const WCHAR *pattern, bool folders)
{
	WIN32_FIND_DATAW data;
	HANDLE h = FindFirstFileW(pattern, &data);

	memset(l, 0, sizeof *l);
	if (h == INVALID_HANDLE_VALUE)
		return;
	do {
		bool is_dir = data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;

		if (is_dir != folders ||
		    data.dwFileAttributes & FILE_ATTRIBUTE_HIDDEN)
			continue;
		if (!wcscmp(data.cFileName, L".") ||
		    !wcscmp(data.cFileName, L".."))
			continue;
		add_name(l, &data);
	} while (FindNextFileW(h, &data));
	FindClose(h);
}

void list_subfolders(struct names *l, const WCHAR *dir)
{
	struct str all = { 0 };
	size_t n = 0;

	str_puts(&all, dir);
	str_putc(&all, '*');
	list_names(l, all.s, true);
	for (size_t i = 0; i < l->n; i++) {
		struct str path = { 0 };

		/* A link may lead back up. */
		if (l->attributes[i] & FILE_ATTRIBUTE_REPARSE_POINT)
			continue;
		str_puts(&path, dir);
		str_puts(&path, l->name[i]);
		str_putc(&path, '\\');
		l->attributes[n] = l->attributes[i];
		l->name[n++] = path.s;
	}
	l->n = n;
}

/* The part of a pattern before its last name. */
static size_t folder_part(const WCHAR *s)
{
	size_t n = wcslen(s);

	while (n && s[n - 1] != '\\' && s[n - 1] != '/' && s[n - 1] != ':')
		n--;
	return n;
}

static int over_files(struct node *n, const WCHAR *pattern)
{
	struct names l;
	int code = 0;
	size_t dir;

	pattern = unquoted(pattern);
	dir = folder_part(pattern);
	list_names(&l, pattern, n->loop & FOR_DIRS);
	for (size_t i = 0; i < l.n && !stopped(); i++) {
		struct mark m = arena_mark();
		struct str t = { 0 };

		str_add(&t, pattern, dir);
		str_puts(&t, l.name[i]);
		code = body_with(n, str_text(&t));
		arena_release(m);
	}
	return code;
}

static int over_set(struct node *n, const WCHAR *dir)
{
	const WCHAR *s = expand_delayed(expand_for(n->set));
	int code = 0;
	WCHAR *w;

	while (!stopped() && (w = next_word(&s))) {
		struct str t = { 0 };

		if (dir) {
			str_puts(&t, dir);
			str_puts(&t, unquoted(w));
			w = t.s;
		}
		if (wcspbrk(w, L"*?"))
			code = over_files(n, w);
		else
			code = body_with(n, w);
	}
	return code;
}

/* dir ends in a backslash. */
static int over_tree(struct node *n, const WCHAR *dir)
{
	struct mark m = arena_mark();
	struct names l;
	int code;

	code = over_set(n, dir);
	list_subfolders(&l, dir);
	for (size_t i = 0; i < l.n && !stopped(); i++)
		code = over_tree(n, l.name[i]);
	arena_release(m);
	return code;
}

static WCHAR *tree_root(const struct node *n)
{
	struct str t = { 0 };

	str_puts(&t, full_path(n->options ? unquoted(expand_delayed(
						    expand_for(n->options)))
					  : L"."));
	if (t.s[t.n - 1] != '\\')
		str_putc(&t, '\\');
	return t.s;
}

/* ---- numbers ---- */

static int over_numbers(struct node *n)
{
	const WCHAR *s = expand_delayed(expand_for(n->set));
	long bound[3] = { 0 };
	WCHAR text[16], *w;
	int code = 0;

	for (int i = 0; i < 3 && (w = next_word(&s)); i++)
		bound[i] = wcstol(unquoted(w), NULL, 0);
	for (LONGLONG i = bound[0];
	     bound[1] >= 0 ? i <= bound[2] : i >= bound[2]; i += bound[1]) {
		if (stopped())
			break;
		_snwprintf(text, COUNT_OF(text), L"%ld", (long)i);
		code = body_with(n, text);
	}
	return code;
}

int run_for(struct node *n)
{
	if (n->loop & FOR_COUNT)
		return over_numbers(n);
	if (n->loop & FOR_TREE)
		return over_tree(n, tree_root(n));
	return over_set(n, NULL);
}
