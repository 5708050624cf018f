/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * complete.c - lines that are typed at the prompt, with Tab: the word at the
 * cursor becomes the next name that begins as it does, with Shift the one
 * before.
 *
 * The console edits the line and gives it back at each Tab
 * (CONSOLE_READCONSOLE_CONTROL); what we put there in its place we show
 * ourselves.  Names of files are Windows' cmd.exe's; where a command is due,
 * names of commands follow them.
 */
#include "cmd.h"

enum { LONGEST = 8191, TAB = 9 };

struct found_names {
	WCHAR **list;
	size_t n, room;
};

/* What a Tab has put there, so that the next one goes on with it. */
struct completion {
	struct found_names names;
	size_t at;   /* of the one that is shown */
	size_t from; /* where the word begins */
	WCHAR *line; /* with it; NULL: none */
};

/* ---- names ---- */

static void add(struct found_names *t, const WCHAR *dir, size_t n,
		const WCHAR *name)
{
	static const WCHAR special[] = L" &()[]{}^=;!'+,`~";
	struct str s = { 0 };
	bool quote;

	str_add(&s, dir, n);
	str_puts(&s, name);
	quote = wcspbrk(s.s, special) != NULL;
	if (quote) {
		struct str q = { 0 };

		str_putc(&q, '"');
		str_puts(&q, s.s);
		str_putc(&q, '"');
		s = q;
	}
	if (t->n == t->room) {
		size_t room = t->room * 2 + 64;
		WCHAR **more = take(room * sizeof *more);

		if (t->n)
			memcpy(more, t->list, t->n * sizeof *more);
		t->list = more;
		t->room = room;
	}
	t->list[t->n++] = s.s;
}

static void sort(WCHAR **list, size_t n)
{
	for (size_t gap = n / 2; gap; gap /= 2)
		for (size_t i = gap; i < n; i++) {
			WCHAR *s = list[i];
			size_t at = i;

			for (; at >= gap && _wcsicmp(list[at - gap], s) > 0;
			     at -= gap)
				list[at] = list[at - gap];
			list[at] = s;
		}
}

/* Without those that are there already, before from or twice in a row. */
static void sort_from(struct found_names *t, size_t from)
{
	size_t to = from;

	if (t->n == from)
		return;
	sort(t->list + from, t->n - from);
	for (size_t i = from; i < t->n; i++) {
		bool twice =
			to > from && !_wcsicmp(t->list[to - 1], t->list[i]);

		for (size_t k = 0; k < from && !twice; k++)
			twice = !_wcsicmp(t->list[k], t->list[i]);
		if (!twice)
			t->list[to++] = t->list[i];
	}
	t->n = to;
}

/* dir: what the word has of a folder, of n units. */
static void find_files(struct found_names *t, const WCHAR *dir, size_t n,
		       const WCHAR *pattern, bool folders,
		       bool (*wanted)(const WCHAR *name))
{
	WIN32_FIND_DATAW f;
	struct str s = { 0 };
	HANDLE h;

	str_add(&s, dir, n);
	str_puts(&s, pattern);
	if (!wcspbrk(pattern, L"*?"))
		str_putc(&s, '*');
	h = FindFirstFileW(s.s, &f);
	if (h == INVALID_HANDLE_VALUE)
		return;
	do {
		if (!wcscmp(f.cFileName, L".") || !wcscmp(f.cFileName, L".."))
			continue;
		if (f.dwFileAttributes & FILE_ATTRIBUTE_HIDDEN)
			continue;
		if (folders && !(f.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
			continue;
		if (!wanted || wanted(f.cFileName))
			add(t, wanted ? L"" : dir, wanted ? 0 : n, f.cFileName);
	} while (FindNextFileW(h, &f));
	FindClose(h);
}

static bool is_program(const WCHAR *name)
{
	const WCHAR *end = wcsrchr(name, '.'), *list = variable(L"PATHEXT", 7);

	while (end && list && *list) {
		size_t n = wcscspn(list, L";");

		if (n == wcslen(end) && !_wcsnicmp(list, end, n))
			return true;
		list += n + (list[n] == ';');
	}
	return false;
}

/* Of a command that is no path. */
static void find_commands(struct found_names *t, const WCHAR *word)
{
	const WCHAR *dirs = variable(L"PATH", 4);

	add_builtins(word, t);
	while (dirs && *dirs) {
		struct str dir = { 0 };
		size_t n = wcscspn(dirs, L";");

		for (size_t i = 0; i < n; i++)
			if (dirs[i] != '"')
				str_putc(&dir, dirs[i]);
		if (dir.n) {
			str_putc(&dir, '\\');
			find_files(t, dir.s, dir.n, word, false, is_program);
		}
		dirs += n + (dirs[n] == ';');
	}
}

void add_command_name(void *names, const WCHAR *name)
{
	add(names, L"", 0, name);
}

/* ---- the word at the cursor ---- */

/* s[0..n): where its last word begins, and whether that is a command's name. */
static size_t last_word(const WCHAR *s, size_t n, bool *command)
{
	bool quoted = false, first = true;
	size_t from = 0;

	*command = true;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		if (wcschr(L"&|(", s[i])) {
			first = true;
			from = i + 1;
		} else if (wcschr(L" \t,;=<>)", s[i])) {
			/* Not blanks before it. */
			if (i > from)
				first = false;
			if (s[i] == '<' || s[i] == '>')
				first = false;
			from = i + 1;
		}
	}
	*command = first;
	return from;
}

/* Does the command that ends before from want a folder? */
static bool wants_folder(const WCHAR *s, size_t from)
{
	static const WCHAR *const all[] = { L"cd", L"chdir", L"md",   L"mkdir",
					    L"rd", L"rmdir", L"pushd" };
	size_t at = from, start;

	for (size_t i = 0; i < from; i++)
		if (wcschr(L"&|(", s[i]))
			at = i + 1;
	if (at == from)
		at = 0;
	while (at < from && is_blank(s[at]))
		at++;
	for (start = at; at < from && !is_blank(s[at]); at++)
		;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (wcslen(all[i]) == at - start &&
		    !_wcsnicmp(all[i], s + start, at - start))
			return true;
	return false;
}

static void find_names(struct completion *c, const WCHAR *s, size_t n)
{
	struct str word = { 0 };
	bool command;
	size_t dir = 0;

	c->from = last_word(s, n, &command);
	for (size_t i = c->from; i < n; i++)
		if (s[i] != '"')
			str_putc(&word, s[i]);
	for (size_t i = 0; i < word.n; i++)
		if (wcschr(L"\\/:", word.s[i]))
			dir = i + 1;
	memset(&c->names, 0, sizeof c->names);
	find_files(&c->names, str_text(&word), dir, str_text(&word) + dir,
		   !command && wants_folder(s, c->from), NULL);
	sort_from(&c->names, 0);
	if (command && !dir && word.n) {
		size_t files = c->names.n;

		find_commands(&c->names, word.s);
		sort_from(&c->names, files);
	}
}

/* ---- the line ---- */

/* Columns of plain text; -1: of text that may not be what it seems. */
static int columns(const WCHAR *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < ' ' || s[i] >= 0x300 || s[i] == 127)
			return -1;
	return (int)n;
}

static void blanks(int n, WCHAR c)
{
	struct str t = { 0 };

	while (n-- > 0)
		str_putc(&t, c);
	if (t.n)
		out(t.s);
}

/*
 * to in place of from, at whose end, or before after more of it, the cursor is.
 * What does not lie in one row is shown anew below.
 */
static void show_instead(const WCHAR *from, size_t at, const WCHAR *after,
			 const WCHAR *to)
{
	CONSOLE_SCREEN_BUFFER_INFO i;
	int before = columns(from, at), rest = columns(after, wcslen(after)),
	    now = columns(to, wcslen(to));
	size_t same = 0;

	if (before < 0 || rest < 0 || now < 0 ||
	    !GetConsoleScreenBufferInfo(cmd.std[1], &i) ||
	    i.dwCursorPosition.X < before ||
	    i.dwCursorPosition.X + rest >= i.dwSize.X ||
	    i.dwCursorPosition.X - before + now >= i.dwSize.X) {
		out(L"\r\n");
		show_prompt();
		out(to);
	} else {
		int gone = before + rest - now;

		while (same < at && from[same] == to[same])
			same++;
		blanks((int)(at - same), '\b');
		out(to + same);
		blanks(gone, ' ');
		blanks(gone, '\b');
	}
	flush_output();
}

/* s[0..n) has a Tab at at; afterwards the line has the next name. */
static void complete(struct completion *c, WCHAR *s, size_t n, size_t at,
		     bool back)
{
	WCHAR *before = copy_text(s, at),
	      *after = copy_text(s + at + 1, n - at - 1);
	struct str t = { 0 };

	/* The same line as we have left it: the next name. */
	if (c->line && !*after && !wcscmp(c->line, before)) {
		if (c->names.n)
			c->at = (c->at + (back ? c->names.n - 1 : 1)) %
				c->names.n;
	} else {
		find_names(c, before, at);
		c->at = back && c->names.n ? c->names.n - 1 : 0;
	}
	if (!c->names.n) {
		out(L"\a");
		c->line = NULL;
		str_add(&t, before, at);
	} else {
		str_add(&t, before, c->from);
		str_puts(&t, c->names.list[c->at]);
	}
	if (t.n > LONGEST)
		t.s[LONGEST] = 0;
	/* What was behind the cursor goes, as on Windows, if there is a name.
	 */
	if (!c->names.n)
		str_puts(&t, after);
	show_instead(before, at, after, str_text(&t));
	c->line = c->names.n ? t.s : NULL;
	wcscpy(s, str_text(&t));
}

WCHAR *read_command(HANDLE h)
{
	CONSOLE_READCONSOLE_CONTROL control = { .nLength = sizeof control };
	struct completion c = { 0 };
	WCHAR *s;

	if (!is_console(h) || !is_console(cmd.std[1]))
		return read_handle_line(h);
	s = take((LONGEST + 3) * 2 * sizeof *s);
	for (;;) {
		DWORD got;
		WCHAR *tab;

		control.dwCtrlWakeupMask = 1u << TAB;
		control.nInitialChars = wcslen(s);
		SetLastError(0);
		if (!ReadConsoleW(h, s, LONGEST + 2, &got, &control))
			return NULL;
		if (!got) {
			if (GetLastError() == ERROR_OPERATION_ABORTED)
				stop_line();
			return NULL;
		}
		s[got] = 0;
		if (s[got - 1] == '\n')
			break;
		tab = wcschr(s, TAB);
		/* Longer than any line may be: the rest is the next one's. */
		if (!tab)
			break;
		complete(&c, s, got, tab - s,
			 control.dwControlKeyState & SHIFT_PRESSED);
	}
	s[wcscspn(s, L"\r\n")] = 0;
	return *s == 0x1a ? NULL : s;
}
