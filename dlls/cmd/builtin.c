/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * builtin.c - the table of commands, and what they share in reading switches.
 */
#include "cmd.h"

static const struct builtin builtins[] = {
	{ L"assoc", cmd_assoc, LEVEL_CLEAR_CMD },
	{ L"break", cmd_break, LEVEL_KEEP },
	{ L"call", cmd_call, LEVEL_OWN },
	{ L"cd", cmd_cd, LEVEL_CLEAR },
	{ L"chdir", cmd_cd, LEVEL_CLEAR },
	{ L"cls", cmd_cls, LEVEL_KEEP },
	{ L"color", cmd_color, LEVEL_CLEAR },
	{ L"copy", cmd_copy, LEVEL_CLEAR },
	{ L"date", cmd_date, LEVEL_CLEAR },
	{ L"del", cmd_del, LEVEL_CLEAR },
	{ L"dir", cmd_dir, LEVEL_CLEAR },
	{ L"echo", cmd_echo, LEVEL_KEEP },
	{ L"endlocal", cmd_endlocal, LEVEL_KEEP },
	{ L"erase", cmd_del, LEVEL_CLEAR },
	{ L"exit", cmd_exit, LEVEL_OWN },
	{ L"ftype", cmd_ftype, LEVEL_CLEAR_CMD },
	{ L"goto", cmd_goto, LEVEL_KEEP },
	{ L"md", cmd_md, LEVEL_CLEAR },
	{ L"mkdir", cmd_md, LEVEL_CLEAR },
	{ L"mklink", cmd_mklink, LEVEL_CLEAR },
	{ L"move", cmd_move, LEVEL_CLEAR },
	{ L"path", cmd_path, LEVEL_CLEAR_CMD },
	{ L"pause", cmd_pause, LEVEL_KEEP },
	{ L"popd", cmd_popd, LEVEL_KEEP },
	{ L"prompt", cmd_prompt, LEVEL_CLEAR_CMD },
	{ L"pushd", cmd_pushd, LEVEL_CLEAR },
	{ L"rd", cmd_rd, LEVEL_OWN },
	{ L"rem", cmd_rem, LEVEL_KEEP },
	{ L"ren", cmd_ren, LEVEL_CLEAR },
	{ L"rename", cmd_ren, LEVEL_CLEAR },
	{ L"rmdir", cmd_rd, LEVEL_OWN },
	{ L"set", cmd_set, LEVEL_CLEAR_CMD },
	{ L"setlocal", cmd_setlocal, LEVEL_CLEAR },
	{ L"shift", cmd_shift, LEVEL_KEEP },
	{ L"start", cmd_start_command, LEVEL_OWN },
	{ L"time", cmd_time, LEVEL_CLEAR },
	{ L"title", cmd_title, LEVEL_KEEP },
	{ L"type", cmd_type, LEVEL_CLEAR },
	{ L"ver", cmd_ver, LEVEL_CLEAR },
	{ L"verify", cmd_verify, LEVEL_CLEAR },
	{ L"vol", cmd_vol, LEVEL_CLEAR },
};

const struct builtin *find_builtin(const WCHAR *s, size_t n)
{
	for (size_t i = 0; i < COUNT_OF(builtins); i++)
		if (same_word(s, n, builtins[i].name))
			return &builtins[i];
	return NULL;
}

void add_builtins(const WCHAR *begin, void *names)
{
	size_t n = wcslen(begin);

	for (size_t i = 0; i < COUNT_OF(builtins); i++)
		if (!_wcsnicmp(builtins[i].name, begin, n))
			add_command_name(names, builtins[i].name);
}

bool bad_switch(const WCHAR *s)
{
	errf(L"Invalid switch - \"%ls\".\r\n", s);
	return false;
}

bool take_switches(WCHAR *args, bool (*seen)(const WCHAR *s, void *data),
		   void *data, WCHAR ***words, unsigned *count)
{
	WCHAR **list = take((wcslen(args) / 2 + 2) * sizeof *list);
	const WCHAR *s = args;

	*words = list;
	*count = 0;
	for (;;) {
		const WCHAR *start = s = skip_delimiters(s);
		bool quoted = false;
		WCHAR *sw;

		if (!*s)
			return true;
		if (*s == '/') {
			/* /b/s and /b /s alike. */
			for (s++; *s && *s != '/' && !is_delimiter(*s); s++)
				;
			sw = copy_text(start + 1, s - start - 1);
			if (seen ? !seen(sw, data) : !bad_switch(sw))
				return false;
			continue;
		}
		for (; *s && (quoted || (!is_delimiter(*s) && *s != '/')); s++)
			if (*s == '"')
				quoted = !quoted;
		list[(*count)++] = unquoted(copy_text(start, s - start));
	}
}

static DWORD attribute_bit(WCHAR letter)
{
	static const struct {
		WCHAR letter;
		DWORD bit;
	} letters[] = {
		{ 'd', FILE_ATTRIBUTE_DIRECTORY },
		{ 'r', FILE_ATTRIBUTE_READONLY },
		{ 'h', FILE_ATTRIBUTE_HIDDEN },
		{ 'a', FILE_ATTRIBUTE_ARCHIVE },
		{ 's', FILE_ATTRIBUTE_SYSTEM },
		{ 'i', FILE_ATTRIBUTE_NOT_CONTENT_INDEXED },
		{ 'l', FILE_ATTRIBUTE_REPARSE_POINT },
		{ 'o', FILE_ATTRIBUTE_OFFLINE },
	};

	for (size_t i = 0; i < COUNT_OF(letters); i++)
		if (towlower(letter) == letters[i].letter)
			return letters[i].bit;
	return 0;
}

bool attribute_letters(struct attributes *a, const WCHAR *s, DWORD allowed)
{
	bool minus = false;

	a->given = true;
	for (s += *s == ':'; *s; s++) {
		DWORD bit;

		if (*s == '-') {
			minus = true;
			continue;
		}
		bit = attribute_bit(*s) & allowed;
		if (!bit)
			return false;
		if (minus)
			a->clear |= bit;
		else
			a->set |= bit;
		minus = false;
	}
	return true;
}

bool attributes_match(const struct attributes *a, DWORD attributes)
{
	if (!a->given)
		return !(attributes &
			 (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM));
	return (attributes & a->set) == a->set && !(attributes & a->clear);
}
