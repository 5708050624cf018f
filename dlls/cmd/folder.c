/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder.c - cd, md, rd, pushd, popd.
 */
#include "cmd.h"

WCHAR *current_folder(void)
{
	DWORD n = GetCurrentDirectoryW(0, NULL);
	WCHAR *s = take((n + 1) * sizeof *s);

	GetCurrentDirectoryW(n + 1, s);
	return s;
}

/* Each drive's folder is a hidden variable, =C:. */
static void remember_folder(void)
{
	struct mark m = arena_mark();
	WCHAR name[] = L"=C:", *dir = current_folder();

	if (dir[0] && dir[1] == ':') {
		name[1] = towupper(dir[0]);
		SetEnvironmentVariableW(name, dir);
	}
	arena_release(m);
}

DWORD change_folder(const WCHAR *dir)
{
	WCHAR name[] = L"=C:", *saved;

	/* Only a drive: its folder. */
	if (dir[0] && dir[1] == ':' && !dir[2]) {
		name[1] = towupper(dir[0]);
		saved = variable(name, 3);
		if (saved && SetCurrentDirectoryW(saved))
			return 0;
		saved = copy_text(dir, 3);
		saved[2] = '\\';
		if (!SetCurrentDirectoryW(saved))
			return ERROR_INVALID_DRIVE;
		return 0;
	}
	if (!SetCurrentDirectoryW(dir)) {
		DWORD error = GetLastError();

		return error == ERROR_FILE_NOT_FOUND ? ERROR_PATH_NOT_FOUND
						     : error;
	}
	remember_folder();
	return 0;
}

/* The name as it is on the disk, where a pattern or other case was given. */
static WCHAR *first_match(WCHAR *dir)
{
	struct names l;
	WCHAR *slash = wcsrchr(dir, '\\');
	struct str t = { 0 };

	if (!wcspbrk(dir, L"*?"))
		return dir;
	list_names(&l, dir, true);
	if (!l.n)
		return dir;
	if (slash)
		str_add(&t, dir, slash + 1 - dir);
	str_puts(&t, l.name[0]);
	return t.s;
}

int cmd_cd(WCHAR *args)
{
	WCHAR *s = skip_delimiters(args), name[] = L"=C:", *dir;
	bool drive = false;
	DWORD error;

	if (!_wcsnicmp(s, L"/d", 2) && (!s[2] || is_delimiter(s[2]))) {
		drive = true;
		s = skip_delimiters(s + 2);
	}
	/* With extensions blanks belong to the name. */
	s = unquoted(s);
	trim_end(s);
	if (!*s) {
		outf(L"%ls\r\n", current_folder());
		return 0;
	}
	if (s[1] == ':' && !s[2] && !drive) {
		dir = full_path(s);
		outf(L"%ls\r\n", dir);
		return 0;
	}
	s = first_match(s);
	/* The folder of another drive is changed without going there. */
	if (s[1] == ':' && !drive &&
	    towupper(s[0]) != towupper(*current_folder())) {
		dir = full_path(s);
		if (!is_folder(dir))
			return fail_code(file_exists(dir)
						 ? ERROR_DIRECTORY
						 : ERROR_PATH_NOT_FOUND);
		name[1] = towupper(*s);
		SetEnvironmentVariableW(name, dir);
		return 0;
	}
	error = change_folder(s);
	return error ? fail_code(error) : 0;
}

/* ---- pushd ---- */

struct pushed {
	struct pushed *below;
	WCHAR dir[];
};

static struct pushed *pushed;

unsigned pushed_folders(void)
{
	unsigned n = 0;

	for (struct pushed *p = pushed; p; p = p->below)
		n++;
	return n;
}

int cmd_pushd(WCHAR *args)
{
	WCHAR *s = unquoted(skip_delimiters(args)), *dir;
	struct pushed *p;
	DWORD error;

	trim_end(s);
	if (!*s) {
		for (p = pushed; p; p = p->below)
			outf(L"%ls\r\n", p->dir);
		return 0;
	}
	dir = current_folder();
	error = change_folder(first_match(s));
	if (error)
		return fail_code(error);
	p = keep(sizeof *p + (wcslen(dir) + 1) * sizeof *dir);
	wcscpy(p->dir, dir);
	p->below = pushed;
	pushed = p;
	return 0;
}

int cmd_popd(WCHAR *args)
{
	struct pushed *p = pushed;
	DWORD error;

	if (!p)
		return 1;
	pushed = p->below;
	error = change_folder(p->dir);
	drop(p);
	return error ? fail_code(error) : 0;
}

/* ---- md, rd ---- */

/* All that are missing on the way. */
static DWORD make_folders(const WCHAR *path)
{
	WCHAR *full = full_path(path), *slash;
	DWORD error;

	if (CreateDirectoryW(full, NULL))
		return 0;
	error = GetLastError();
	if (error != ERROR_PATH_NOT_FOUND || !cmd.extensions)
		return error;
	slash = wcsrchr(full, '\\');
	if (slash && !slash[1]) {
		*slash = 0;
		slash = wcsrchr(full, '\\');
	}
	if (!slash || slash == full || slash[-1] == ':')
		return error;
	*slash = 0;
	error = make_folders(full);
	if (error && error != ERROR_ALREADY_EXISTS)
		return error;
	return CreateDirectoryW(full_path(path), NULL) ? 0 : GetLastError();
}

int cmd_md(WCHAR *args)
{
	WCHAR **words;
	unsigned n;
	int code = 0;

	if (!take_switches(args, NULL, NULL, &words, &n))
		return 1;
	if (!n)
		return syntax_error();
	for (unsigned i = 0; i < n; i++) {
		DWORD error = make_folders(words[i]);

		if (!error)
			continue;
		code = 1;
		if (error == ERROR_ALREADY_EXISTS)
			errf(L"A subdirectory or file %ls already exists.\r\n",
			     words[i]);
		else
			err_code(error);
		if (n > 1)
			errf(L"Error occurred while processing: %ls.\r\n",
			     words[i]);
	}
	return code;
}

struct rd {
	bool tree, quiet;
};

static bool rd_switch(const WCHAR *s, void *data)
{
	struct rd *rd = data;

	if (!_wcsicmp(s, L"s"))
		rd->tree = true;
	else if (!_wcsicmp(s, L"q"))
		rd->quiet = true;
	else
		return bad_switch(s);
	return true;
}

/*
 * What cannot be removed is said and passed over.  A link goes, not what it
 * points to.
 */
static DWORD remove_tree(const WCHAR *dir)
{
	struct mark m = arena_mark();
	struct str pattern = { 0 };
	WIN32_FIND_DATAW data;
	DWORD error = 0;
	HANDLE h;

	str_puts(&pattern, dir);
	str_puts(&pattern, L"\\*");
	h = FindFirstFileW(pattern.s, &data);
	if (h == INVALID_HANDLE_VALUE) {
		error = GetLastError();
		arena_release(m);
		return error;
	}
	do {
		struct mark inner = arena_mark();
		struct str path = { 0 };
		DWORD a = data.dwFileAttributes, failed = 0;

		if (!wcscmp(data.cFileName, L".") ||
		    !wcscmp(data.cFileName, L".."))
			continue;
		str_puts(&path, dir);
		str_putc(&path, '\\');
		str_puts(&path, data.cFileName);
		if (a & FILE_ATTRIBUTE_READONLY)
			SetFileAttributesW(path.s,
					   a & ~FILE_ATTRIBUTE_READONLY);
		if (a & FILE_ATTRIBUTE_DIRECTORY &&
		    !(a & FILE_ATTRIBUTE_REPARSE_POINT))
			failed = remove_tree(path.s);
		else if (a & FILE_ATTRIBUTE_DIRECTORY
				 ? !RemoveDirectoryW(path.s)
				 : !DeleteFileW(path.s))
			failed = GetLastError();
		if (failed && failed != ERROR_DIR_NOT_EMPTY)
			errf(L"%ls - ", path.s), err_code(failed);
		if (failed)
			error = ERROR_DIR_NOT_EMPTY;
		arena_release(inner);
	} while (FindNextFileW(h, &data));
	FindClose(h);
	arena_release(m);
	if (!RemoveDirectoryW(dir) && !error)
		error = GetLastError();
	return error;
}

int cmd_rd(WCHAR *args)
{
	struct rd rd = { 0 };
	WCHAR **words;
	unsigned n;
	int code = 0;

	if (!take_switches(args, rd_switch, &rd, &words, &n))
		return 1;
	if (!n)
		return syntax_error();
	for (unsigned i = 0; i < n; i++) {
		DWORD error = 0, a;
		struct str question = { 0 };
		size_t len = wcslen(words[i]);

		while (len > 1 && words[i][len - 1] == '\\' &&
		       words[i][len - 2] != ':')
			words[i][--len] = 0;
		a = GetFileAttributesW(words[i]);
		str_puts(&question, words[i]);
		str_puts(&question, L", Are you sure (Y/N)? ");
		if (a == INVALID_FILE_ATTRIBUTES)
			error = GetLastError();
		else if (!(a & FILE_ATTRIBUTE_DIRECTORY))
			error = ERROR_DIRECTORY;
		else if (rd.tree && !rd.quiet && ask(question.s, L"YN") != 'Y')
			continue;
		else if (rd.tree && !(a & FILE_ATTRIBUTE_REPARSE_POINT))
			error = remove_tree(words[i]);
		else if (!RemoveDirectoryW(words[i]))
			error = GetLastError();
		if (error) {
			code = error;
			err_code(error);
		}
	}
	return code;
}
