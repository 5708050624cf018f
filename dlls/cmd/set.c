/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * set.c - set, path, prompt: variables.
 */
#include "cmd.h"

static int by_name(const void *a, const void *b)
{
	return _wcsicmp(*(WCHAR *const *)a, *(WCHAR *const *)b);
}

/* All variables that begin so, sorted; the hidden =C: ones are left out. */
static int show(const WCHAR *prefix)
{
	WCHAR *block = GetEnvironmentStringsW(), *s, **list;
	size_t n = 0, k = 0, len = wcslen(prefix);

	for (s = block; s && *s; s += wcslen(s) + 1)
		n++;
	list = take((n + 1) * sizeof *list);
	for (s = block; s && *s; s += wcslen(s) + 1)
		if (*s != '=' && !_wcsnicmp(s, prefix, len))
			list[k++] = s;
	qsort(list, k, sizeof *list, by_name);
	for (n = 0; n < k; n++) {
		out(list[n]);
		out(L"\r\n");
	}
	flush_output();
	if (block)
		FreeEnvironmentStringsW(block);
	if (!k && len) {
		errf(L"Environment variable %ls not defined\r\n", prefix);
		return 1;
	}
	return 0;
}

static int assign(const WCHAR *name, const WCHAR *value)
{
	if (SetEnvironmentVariableW(name, *value ? value : NULL))
		return 0;
	/* To delete what is not there is no error here. */
	if (!*value && GetLastError() == ERROR_ENVVAR_NOT_FOUND)
		return 1;
	return fail_last();
}

/* "a=b" junk: what is between the first and the last quote. */
static WCHAR *inside_quotes(WCHAR *s)
{
	WCHAR *last;

	if (*s != '"')
		return s;
	last = wcsrchr(++s, '"');
	if (last)
		*last = 0;
	return s;
}

/* A line of input without waiting for more than it. */
static int ask_value(WCHAR *s)
{
	WCHAR *equals, *line, *prompt;
	size_t n;

	s = inside_quotes(skip_blanks(s));
	equals = wcschr(s, '=');
	if (!equals || equals == s)
		return syntax_error();
	*equals = 0;
	prompt = skip_blanks(equals + 1);
	out(inside_quotes(prompt));
	flush_output();
	line = read_handle_line(cmd.std[0]);
	if (!line)
		return 1;
	n = wcslen(line);
	while (n && line[n - 1] < ' ')
		line[--n] = 0;
	return n ? assign(s, line) : 1;
}

int cmd_set(WCHAR *args)
{
	WCHAR *s = skip_blanks(args), *equals;
	int value, error;

	while (*s == ',' || *s == ';')
		s++;
	if (cmd.extensions && *s == '/') {
		if (towlower(s[1]) == 'p')
			return ask_value(s + 2);
		if (towlower(s[1]) == 'a') {
			if (!*skip_blanks(s + 2))
				return syntax_error();
			error = evaluate(s + 2, &value);
			if (!error && !cmd.batch)
				outf(L"%d", value);
			return error;
		}
		if (s[1] != '=' && !wcschr(s, '='))
			return syntax_error();
	}
	s = inside_quotes(s);
	if (!*s)
		return show(L"");
	equals = wcschr(s, '=');
	if (equals == s)
		return syntax_error();
	if (equals) {
		*equals = 0;
		return assign(s, equals + 1);
	}
	trim_end(s);
	return show(s);
}

int cmd_path(WCHAR *args)
{
	WCHAR *s = skip_blanks(args), *value;

	if (*s == '=')
		s = skip_blanks(s + 1);
	if (*s == ';' && !*skip_blanks(s + 1)) {
		SetEnvironmentVariableW(L"PATH", NULL);
		return 0;
	}
	trim_end(s);
	if (*s)
		return assign(L"PATH", s);
	value = variable(L"PATH", 4);
	if (value)
		outf(L"PATH=%ls\r\n", value);
	else
		out(L"No Path\r\n");
	return 0;
}

int cmd_prompt(WCHAR *args)
{
	WCHAR *s = skip_delimiters(args);

	return assign(L"PROMPT", *s ? s : L"$P$G");
}
