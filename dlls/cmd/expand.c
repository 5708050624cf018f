/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * expand.c - %variable%, %1, %*, %~dp0, and !variable!.
 *
 * In a batch file what is not defined becomes nothing; at the prompt it stays
 * as it was typed, and there are no arguments.
 */
#include "cmd.h"

/* ---- values ---- */

static WCHAR *environment(const WCHAR *name)
{
	WCHAR small[256], *s;
	DWORD n;

	SetLastError(0);
	n = GetEnvironmentVariableW(name, small, COUNT_OF(small));
	if (!n)
		return GetLastError() ? NULL : copy_text(L"", 0);
	if (n < COUNT_OF(small))
		return copy_text(small, n);
	s = take((n + 1) * sizeof *s);
	GetEnvironmentVariableW(name, s, n + 1);
	return s;
}

static WCHAR *number_text(const WCHAR *format, int n)
{
	WCHAR s[16];

	return copy_text(s, _snwprintf(s, COUNT_OF(s), format, n));
}

#define PROCESS_COOKIE 36 /* ProcessCookie */

/*
 * RANDOM: 0 to 32767, as a C program's rand() would give them.  The seed is the
 * process's cookie, a number that is random unless somebody has fixed the luck
 * (--deterministic).
 */
static unsigned random_number(void)
{
	static bool seeded;
	static ULONG state;

	if (!seeded)
		seeded = NT_SUCCESS(NtQueryInformationProcess(
			NtCurrentProcess(), PROCESS_COOKIE, &state,
			sizeof state, NULL));
	state = state * 214013 + 2531011;
	return state >> 16 & 0x7fff;
}

/* The folder with a backslash behind it. */
static WCHAR *with_backslash(const WCHAR *dir)
{
	struct str t = { 0 };

	str_puts(&t, dir);
	if (t.n && t.s[t.n - 1] != '\\')
		str_putc(&t, '\\');
	return str_text(&t);
}

static WCHAR *own_folder(void)
{
	WCHAR path[MAX_PATH];

	GetModuleFileNameW(NULL, path, COUNT_OF(path));
	*(wcsrchr(path, '\\') + 1) = 0;
	return copy_text(path, wcslen(path));
}

static WCHAR *computed(const WCHAR *name, size_t n)
{
	SYSTEMTIME now;

	if (!cmd.extensions)
		return NULL;
	if (same_word(name, n, L"ERRORLEVEL"))
		return number_text(L"%d", cmd.level);
	if (same_word(name, n, L"CD"))
		return current_folder();
	if (same_word(name, n, L"__CD__"))
		return with_backslash(current_folder());
	if (same_word(name, n, L"__APPDIR__"))
		return own_folder();
	if (same_word(name, n, L"RANDOM"))
		return number_text(L"%d", random_number());
	if (same_word(name, n, L"CMDCMDLINE"))
		return copy_text(cmd.command_line, wcslen(cmd.command_line));
	if (same_word(name, n, L"CMDEXTVERSION"))
		return copy_text(L"2", 1);
	if (same_word(name, n, L"HIGHESTNUMANODENUMBER")) {
		ULONG highest = 0;

		GetNumaHighestNodeNumber(&highest);
		return number_text(L"%d", highest);
	}
	GetLocalTime(&now);
	if (same_word(name, n, L"DATE"))
		return date_text(&now, true);
	if (same_word(name, n, L"TIME"))
		return time_text(&now, true);
	return NULL;
}

WCHAR *variable(const WCHAR *name, size_t n)
{
	WCHAR *copy = copy_text(name, n), *value;

	if (!n)
		return NULL;
	value = environment(copy);
	return value ? value : computed(name, n);
}

/* ---- %x:~1,2% and %x:a=b% ---- */

/* What stands between ~ and the closing mark. */
static bool substring(struct str *t, const WCHAR *value, const WCHAR *s,
		      size_t n)
{
	long len = wcslen(value), start, count = len;
	WCHAR *copy = copy_text(s, n), *end;

	start = wcstol(copy, &end, 0);
	if (*end == ',') {
		count = wcstol(end + 1, &end, 0);
	}
	if (*end)
		return false;
	if (start < 0)
		start = len + start < 0 ? 0 : len + start;
	if (start > len)
		start = len;
	if (count < 0)
		count = len - start + count;
	if (count > len - start)
		count = len - start;
	if (count > 0)
		str_add(t, value + start, count);
	return true;
}

static void replace(struct str *t, const WCHAR *value, const WCHAR *s, size_t n)
{
	const WCHAR *equals = find_char(s, '=', n), *with, *p;
	size_t from, to;
	bool all = *s == '*';

	s += all;
	n -= all;
	from = equals - s;
	with = equals + 1;
	to = n - from - 1;
	for (p = value; *p;) {
		if (_wcsnicmp(p, s, from)) {
			p++;
			continue;
		}
		/* *a=b: everything up to the first a. */
		if (!all)
			str_add(t, value, p - value);
		str_add(t, with, to);
		p += from;
		value = p;
		if (all)
			break;
	}
	str_puts(t, value);
}

/*
 * What follows the colon in %name:...%: appended to t as applied to value.
 * Returns where the text goes on, or NULL if it is no such thing.
 */
static const WCHAR *applied(struct str *t, const WCHAR *value, const WCHAR *s,
			    WCHAR mark)
{
	const WCHAR *end = wcschr(s, mark);

	if (!end)
		return NULL;
	if (*s == '~')
		return substring(t, value, s + 1, end - s - 1) ? end + 1 : NULL;
	/* The searched text may hold the mark; = ends it. */
	if (end == s || *s == '=' || !find_char(s, '=', end - s))
		return NULL;
	if (*s == '*' && s[1] == '=')
		return NULL;
	replace(t, value, s, end - s);
	return end + 1;
}

/* ---- arguments ---- */

static const WCHAR *argument(const struct batch *b, unsigned i)
{
	i += b->shift[i];
	if (i == 0)
		return b->name;
	return i <= b->args ? b->arg[i - 1] : L"";
}

static const WCHAR modifiers[] = L"fdpnxsatz";

/* %~... at s (behind the ~): where it ends, or NULL. */
static const WCHAR *argument_modified(struct str *t, const WCHAR *s)
{
	const struct batch *b = cmd.batch;
	WCHAR mods[32], *list = NULL;
	size_t n = 0;

	while (*s && n < COUNT_OF(mods)) {
		WCHAR c = towlower(*s);

		if (c == '$' && !list) {
			const WCHAR *colon = wcschr(s, ':');

			if (!colon)
				return NULL;
			list = copy_text(s + 1, colon - s - 1);
			s = colon + 1;
		} else if (wcschr(modifiers, c)) {
			mods[n++] = c;
			s++;
		} else {
			break;
		}
	}
	if (*s < '0' || *s > '9')
		return NULL;
	/* %~f0 is the batch file, however it was called. */
	str_puts(t, modify(*s == '0' && !b->shift[0] && (n || list)
				   ? b->path
				   : argument(b, *s - '0'),
			   mods, n, list));
	return s + 1;
}

/* ---- percent signs ---- */

/* The text behind a %; where it goes on, or NULL: the % was only a %. */
static const WCHAR *variable_percent(struct str *t, const WCHAR *s)
{
	size_t n = wcscspn(s, cmd.extensions ? L"%:" : L"%");
	const WCHAR *next;
	WCHAR *value;

	/* %a:%: the colon belongs to the name. */
	if (s[n] == ':' && s[n + 1] == '%')
		n++;
	if (!s[n])
		return NULL;
	value = variable(s, n);
	if (s[n] == '%') {
		if (value)
			str_puts(t, value);
		else if (!cmd.batch)
			return NULL;
		return s + n + 1;
	}
	if (!value)
		return cmd.batch ? s + n + 1 : NULL;
	next = applied(t, value, s + n + 1, '%');
	if (!next && cmd.batch && wcschr(s + n + 1, '%') && s[n + 1] == '~')
		/* %a:~x%: nothing that can be cut out. */
		str_puts(t, value), next = wcschr(s + n + 1, '%') + 1;
	return next;
}

WCHAR *expand_percent(const WCHAR *s)
{
	const struct batch *b = cmd.batch;
	struct str t = { 0 };
	const WCHAR *next;

	while (*s) {
		size_t n = wcscspn(s, L"%");

		str_add(&t, s, n);
		s += n;
		if (!*s)
			break;
		s++;
		if (b && *s == '%') {
			str_putc(&t, '%');
			s++;
		} else if (b && *s >= '0' && *s <= '9') {
			str_puts(&t, argument(b, *s - '0'));
			s++;
		} else if (b && cmd.extensions && *s == '*') {
			str_puts(&t, b->all);
			s++;
		} else if (b && cmd.extensions && *s == '~') {
			next = argument_modified(&t, s + 1);
			if (!next) {
				errf(L"The following usage of the path "
				     L"operator in "
				     L"batch-parameter\r\nsubstitution is "
				     L"invalid: %%%ls\r\n\r\n\r\nFor valid "
				     L"formats type CALL /? or FOR /?\r\n",
				     s);
				return NULL;
			}
			s = next;
		} else {
			next = variable_percent(&t, s);
			if (next)
				s = next;
			else if (!b)
				str_putc(&t, '%');
		}
	}
	return str_text(&t);
}

/* ---- delayed expansion ---- */

/* As %x%, for the text behind a !. */
static const WCHAR *variable_delayed(struct str *t, const WCHAR *s)
{
	size_t n = wcscspn(s, cmd.extensions ? L"!:" : L"!");
	WCHAR *value;

	if (s[n] == ':' && s[n + 1] == '!')
		n++;
	if (!s[n])
		return NULL;
	value = variable(s, n);
	if (s[n] == '!') {
		if (value)
			str_puts(t, value);
		return s + n + 1;
	}
	if (!value) {
		const WCHAR *end = wcschr(s, '!');

		return end ? end + 1 : NULL;
	}
	return applied(t, value, s + n + 1, '!');
}

/*
 * A ^ escapes here once more, but only in text that has a ! at all.  Values
 * are not looked at again.
 */
WCHAR *expand_delayed(const WCHAR *s)
{
	struct str t = { 0 };
	const WCHAR *next;

	if (!cmd.delayed || !wcschr(s, '!'))
		return (WCHAR *)s;
	while (*s) {
		if (*s == '^') {
			if (*++s)
				str_putc(&t, *s++);
		} else if (*s == '!') {
			/* !!: the second starts anew. */
			s++;
			while (*s == '!')
				s++;
			next = *s ? variable_delayed(&t, s) : NULL;
			if (next)
				s = next;
		} else {
			str_putc(&t, *s++);
		}
	}
	return str_text(&t);
}

/* ---- loop variables ---- */

struct for_variable *for_variables;

static const WCHAR *loop_value(WCHAR name)
{
	struct for_variable *v;

	if (!name)
		return NULL;
	for (v = for_variables; v; v = v->outer)
		if (v->name == name)
			return v->value;
	return NULL;
}

/*
 * %~... behind the ~: as many modifiers as leave the name of a variable, so
 * that in %~nxa the a is the variable.
 */
static const WCHAR *loop_modified(struct str *t, const WCHAR *s)
{
	WCHAR mods[32], *list = NULL;
	const WCHAR *best = NULL, *value;
	size_t n = 0, best_n = 0;
	bool best_list = false;

	for (;;) {
		if (loop_value(*s)) {
			best = s;
			best_n = n;
			best_list = list != NULL;
		}
		if (*s == '$' && !list) {
			const WCHAR *colon = wcschr(s, ':');

			if (!colon)
				break;
			list = copy_text(s + 1, colon - s - 1);
			s = colon + 1;
		} else if (*s && n < COUNT_OF(mods) &&
			   wcschr(modifiers, towlower(*s))) {
			mods[n++] = towlower(*s++);
		} else {
			break;
		}
	}
	if (!best)
		return NULL;
	value = loop_value(*best);
	str_puts(t, modify(value, mods, best_n, best_list ? list : NULL));
	return best + 1;
}

WCHAR *expand_for(const WCHAR *s)
{
	bool in_loop = for_variables && (!cmd.batch || cmd.batch->for_depth);
	struct str t = { 0 };
	const WCHAR *next, *value;

	if (!s || !in_loop || !wcschr(s, '%'))
		return (WCHAR *)s;
	while (*s) {
		if (*s != '%') {
			str_putc(&t, *s++);
			continue;
		}
		s++;
		value = loop_value(*s);
		if (value) {
			str_puts(&t, value);
			s++;
			continue;
		}
		next = *s == '~' ? loop_modified(&t, s + 1) : NULL;
		if (next)
			s = next;
		else
			str_putc(&t, '%');
	}
	return str_text(&t);
}
