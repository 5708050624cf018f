/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dir.c - dir: which files, in which order, in which form.
 */
#include "cmd.h"

struct entry {
	WIN32_FIND_DATAW d;
};

struct dir {
	bool bare, tree, wide, columns, lower, short_names, owner, plain;
	struct attributes attributes; /* /a */
	WCHAR order[12];    /* /o: letters, each after a - or not */
	WCHAR field;        /* /t: c, a or w */
	WCHAR volume;       /* whose header was shown */
	const WCHAR *shown; /* the folder whose header was shown */
	ULONGLONG files, folders, bytes;
	ULONGLONG total_files, total_folders, total_bytes;
	unsigned found;
};

static struct dir *sorting; /* qsort has no argument for it */

/* ---- switches ---- */

static bool order_letters(struct dir *d, const WCHAR *s)
{
	size_t n = 0;

	s += *s == ':';
	if (!*s)
		s = L"gn";
	for (; *s; s++) {
		if (n >= COUNT_OF(d->order) - 1 ||
		    (*s != '-' && !wcschr(L"nsedg", towlower(*s))))
			return false;
		d->order[n++] = towlower(*s);
	}
	d->order[n] = 0;
	return true;
}

static bool dir_switch(const WCHAR *s, void *data)
{
	struct dir *d = data;
	bool minus = *s == '-', on = !minus;
	WCHAR c = towlower(s[minus]);
	const WCHAR *rest = s + minus + (c != 0);

	switch (c) {
	case 'a':
		if (minus) {
			d->attributes.given = false;
			return true;
		}
		d->attributes = (struct attributes){ 0 };
		if (attribute_letters(&d->attributes, rest, ~0u))
			return true;
		break;
	case 'o':
		if (minus) {
			d->order[0] = 0;
			return true;
		}
		if (order_letters(d, rest))
			return true;
		break;
	case 't':
		rest += *rest == ':';
		if (*rest && !rest[1] && wcschr(L"caw", towlower(*rest))) {
			d->field = towlower(*rest);
			return true;
		}
		break;
	default:
		if (!c || *rest)
			break;
		switch (c) {
		case 'b':
			d->bare = on;
			return true;
		case 's':
			d->tree = on;
			return true;
		case 'w':
			d->wide = on;
			return true;
		case 'd':
			d->columns = d->wide = on;
			return true;
		case 'l':
			d->lower = on;
			return true;
		case 'x':
			d->short_names = on;
			return true;
		case 'c':
			d->plain = minus;
			return true;
		case 'q':
			d->owner = on;
			return true;
		case 'n':
		case 'p':
		case 'r':
		case '4':
			return true;
		}
	}
	errf(L"Parameter format not correct - \"%ls\".\r\n", s);
	return false;
}

/* ---- order ---- */

static const FILETIME *time_of(const struct dir *d, const WIN32_FIND_DATAW *e)
{
	return d->field == 'c'   ? &e->ftCreationTime
	       : d->field == 'a' ? &e->ftLastAccessTime
				 : &e->ftLastWriteTime;
}

static const WCHAR *extension(const WIN32_FIND_DATAW *e)
{
	const WCHAR *dot = wcsrchr(e->cFileName, '.');

	return dot && dot != e->cFileName ? dot : L"";
}

static int by(WCHAR c, const WIN32_FIND_DATAW *a, const WIN32_FIND_DATAW *b)
{
	ULONGLONG x, y;

	switch (c) {
	case 'g':
		return !!(b->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) -
		       !!(a->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY);
	case 's':
		x = (ULONGLONG)a->nFileSizeHigh << 32 | a->nFileSizeLow;
		y = (ULONGLONG)b->nFileSizeHigh << 32 | b->nFileSizeLow;
		return x < y ? -1 : x > y;
	case 'd':
		return CompareFileTime(time_of(sorting, a),
				       time_of(sorting, b));
	case 'e':
		return _wcsicmp(extension(a), extension(b));
	default:
		return _wcsicmp(a->cFileName, b->cFileName);
	}
}

/* Without /o by name, as folders of NTFS are. */
static int compare(const void *p, const void *q)
{
	const struct entry *a = p, *b = q;
	bool minus = false;
	int r;

	for (const WCHAR *o = sorting->order; *o; o++) {
		if (*o == '-') {
			minus = true;
			continue;
		}
		r = by(*o, &a->d, &b->d);
		if (r)
			return minus ? -r : r;
		minus = false;
	}
	return by('n', &a->d, &b->d);
}

/* ---- form ---- */

static WCHAR *size_text(const struct dir *d, ULONGLONG n)
{
	WCHAR digits[24], mark[8] = L",", *s, *p;
	int len = _snwprintf(digits, COUNT_OF(digits), L"%I64u", n);

	if (d->plain)
		return copy_text(digits, len);
	GetLocaleInfoW(LOCALE_USER_DEFAULT, LOCALE_STHOUSAND, mark,
		       COUNT_OF(mark));
	p = s = take((len * 2 + 1) * sizeof *s);
	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0 && mark[0])
			*p++ = mark[0];
		*p++ = digits[i];
	}
	return s;
}

static const WCHAR *kind_text(const WIN32_FIND_DATAW *e)
{
	bool folder = e->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;

	if (e->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) {
		if (e->dwReserved0 == IO_REPARSE_TAG_MOUNT_POINT)
			return L"<JUNCTION>";
		if (e->dwReserved0 == IO_REPARSE_TAG_SYMLINK)
			return folder ? L"<SYMLINKD>" : L"<SYMLINK>";
	}
	return folder ? L"<DIR>" : NULL;
}

static void show_long(const struct dir *d, const WIN32_FIND_DATAW *e)
{
	const WCHAR *kind = kind_text(e);
	SYSTEMTIME t;
	FILETIME local;

	FileTimeToLocalFileTime(time_of(d, e), &local);
	FileTimeToSystemTime(&local, &t);
	outf(L"%ls  %ls", date_text(&t, false), minutes_text(&t));
	if (kind)
		outf(L"    %-15ls", kind);
	else
		outf(L"%18ls ", size_text(d, (ULONGLONG)e->nFileSizeHigh << 32 |
						     e->nFileSizeLow));
	if (d->short_names)
		outf(L"%-13ls", e->cAlternateFileName);
	if (d->owner)
		outf(L"%-23ls", L"...");
	outf(L"%ls\r\n", e->cFileName);
}

static void show_wide(const struct dir *d, struct entry *list, size_t n)
{
	CONSOLE_SCREEN_BUFFER_INFO info;
	size_t width = 0, columns, rows;
	unsigned screen = 80;

	if (GetConsoleScreenBufferInfo(cmd.std[1], &info))
		screen = info.dwSize.X;
	for (size_t i = 0; i < n; i++) {
		size_t len = wcslen(list[i].d.cFileName);

		if (list[i].d.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
			len += 2;
		width = len > width ? len : width;
	}
	width++;
	columns = screen / width ? screen / width : 1;
	rows = (n + columns - 1) / columns;
	for (size_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < columns; c++) {
			size_t i = d->columns ? c * rows + r : r * columns + c;
			struct str t = { 0 };
			bool folder;

			if (i >= n)
				break;
			folder = list[i].d.dwFileAttributes &
				 FILE_ATTRIBUTE_DIRECTORY;
			if (folder)
				str_putc(&t, '[');
			str_puts(&t, list[i].d.cFileName);
			if (folder)
				str_putc(&t, ']');
			while (t.n < width)
				str_putc(&t, ' ');
			out(t.s);
		}
		out(L"\r\n");
	}
}

/* ---- a folder ---- */

static bool wanted(const struct dir *d, const WIN32_FIND_DATAW *e)
{
	if (d->bare &&
	    (!wcscmp(e->cFileName, L".") || !wcscmp(e->cFileName, L"..")))
		return false;
	return attributes_match(&d->attributes, e->dwFileAttributes);
}

static size_t read_entries(struct dir *d, const WCHAR *pattern,
			   struct entry **list, DWORD *error)
{
	struct entry *l = NULL;
	size_t n = 0, room = 0;
	WIN32_FIND_DATAW data;
	HANDLE h = FindFirstFileW(pattern, &data);

	*error = 0;
	if (h == INVALID_HANDLE_VALUE) {
		*error = GetLastError();
		return 0;
	}
	do {
		if (!wanted(d, &data))
			continue;
		if (n == room) {
			struct entry *more =
				take((room = room * 2 + 32) * sizeof *more);

			if (n)
				memcpy(more, l, n * sizeof *l);
			l = more;
		}
		if (d->lower)
			_wcslwr(data.cFileName);
		l[n++].d = data;
	} while (FindNextFileW(h, &data));
	FindClose(h);
	sorting = d;
	qsort(l, n, sizeof *l, compare);
	*list = l;
	return n;
}

static void volume_header(struct dir *d, const WCHAR *dir)
{
	WCHAR drive[] = L"C:";

	if (d->bare || d->volume == towupper(dir[0]) || dir[1] != ':')
		return;
	d->volume = drive[0] = towupper(dir[0]);
	cmd_vol(drive);
}

static void summary(struct dir *d)
{
	outf(L"%16I64u File(s) %14ls bytes\r\n", d->files,
	     size_text(d, d->bytes));
}

static void last_summary(struct dir *d, const WCHAR *dir)
{
	ULARGE_INTEGER left = { 0 };

	GetDiskFreeSpaceExW(dir, &left, NULL, NULL);
	outf(L"%16I64u Dir(s) %15ls bytes free\r\n", d->folders,
	     size_text(d, left.QuadPart));
}

static void show_entries(struct dir *d, const WCHAR *dir, struct entry *list,
			 size_t n)
{
	struct str shown = { 0 };

	str_puts(&shown, dir);
	if (shown.n > 3)
		shown.s[--shown.n] = 0; /* no backslash at the end */
	if (!d->bare && (!d->shown || _wcsicmp(d->shown, dir))) {
		outf(L"\r\n Directory of %ls\r\n\r\n", shown.s);
		d->shown = dir;
	}
	for (size_t i = 0; i < n; i++) {
		WIN32_FIND_DATAW *e = &list[i].d;
		struct mark m = arena_mark();

		if (e->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) {
			d->folders++;
		} else {
			d->files++;
			d->bytes += (ULONGLONG)e->nFileSizeHigh << 32 |
				    e->nFileSizeLow;
		}
		if (d->bare && d->tree)
			outf(L"%ls%ls\r\n", dir, e->cFileName);
		else if (d->bare)
			outf(L"%ls\r\n", e->cFileName);
		else if (!d->wide)
			show_long(d, e);
		arena_release(m);
	}
	if (d->wide && !d->bare)
		show_wide(d, list, n);
}

/* dir ends in a backslash. */
static DWORD list_folder(struct dir *d, const WCHAR *dir, const WCHAR *pattern)
{
	struct str t = { 0 };
	struct entry *list = NULL;
	struct names l;
	DWORD error;
	size_t n;

	str_puts(&t, dir);
	str_puts(&t, pattern);
	n = read_entries(d, t.s, &list, &error);
	if (n) {
		d->found += n;
		show_entries(d, dir, list, n);
		if (d->tree) {
			if (!d->bare)
				summary(d);
			d->total_files += d->files;
			d->total_folders += d->folders;
			d->total_bytes += d->bytes;
			d->files = d->folders = d->bytes = 0;
		}
	}
	if (!d->tree || stopped())
		return error;
	list_subfolders(&l, dir);
	for (size_t i = 0; i < l.n && !stopped(); i++)
		list_folder(d, l.name[i], pattern);
	return error;
}

static DWORD list_word(struct dir *d, const WCHAR *word, WCHAR **folder)
{
	WCHAR *full, *slash;
	struct str dir = { 0 }, mask = { 0 };
	size_t n = wcslen(word);

	/* .c means *.c */
	if (word[0] == '.' && word[1] && word[1] != '.' &&
	    !wcspbrk(word, L"\\/:") && !file_exists(word)) {
		str_putc(&mask, '*');
		str_puts(&mask, word);
		word = mask.s;
	}
	full = full_path(word);
	if (!wcspbrk(word, L"*?") && is_folder(full)) {
		str_puts(&dir, full);
		if (dir.s[dir.n - 1] != '\\')
			str_putc(&dir, '\\');
		slash = L"*";
	} else {
		slash = wcsrchr(full, '\\');
		if (!slash)
			return ERROR_FILE_NOT_FOUND;
		str_add(&dir, full, ++slash - full);
		/* x\ where there is no such folder */
		if (n && word[n - 1] == '\\')
			return ERROR_FILE_NOT_FOUND;
	}
	*folder = dir.s;
	volume_header(d, dir.s);
	return list_folder(d, dir.s, slash);
}

int cmd_dir(WCHAR *args)
{
	struct dir d = { .field = 'w' };
	WCHAR **words, *folder = NULL, *defaults = variable(L"DIRCMD", 6);
	unsigned n, skipped;
	DWORD error = 0, last;

	if (defaults &&
	    !take_switches(defaults, dir_switch, &d, &words, &skipped))
		return 1;
	if (!take_switches(args, dir_switch, &d, &words, &n))
		return 1;
	if (!n)
		words[n++] = L".";
	for (unsigned i = 0; i < n; i++) {
		last = list_word(&d, words[i], &folder);
		if (last && last != ERROR_FILE_NOT_FOUND)
			error = last;
	}
	if (!d.found) {
		flush_output();
		if (error && error != ERROR_NO_MORE_FILES &&
		    error != ERROR_PATH_NOT_FOUND)
			return fail_code(error);
		return fail_text(L"File Not Found");
	}
	if (!d.bare) {
		if (d.tree) {
			out(L"\r\n     Total Files Listed:\r\n");
			d.files = d.total_files;
			d.folders = d.total_folders;
			d.bytes = d.total_bytes;
		}
		summary(&d);
		last_summary(&d, folder);
	}
	return 0;
}
