/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * builtin.c - the table of commands, and what they share in reading switches.
 */
#include "cmd.h"

static const struct builtin builtins[] = {
	{ L"assoc", cmd_assoc, LEVEL_CLEAR_CMD,
	  L"Shows file types.\r\n\r\nASSOC [.ext[=[type]]]" },
	{ L"break", cmd_break, LEVEL_KEEP,
	  L"Does nothing; kept for old scripts." },
	{ L"call", cmd_call, LEVEL_OWN,
	  L"Calls one batch file from another.\r\n\r\nCALL [drive:][path]file "
	  L"[arguments]\r\nCALL :label [arguments]" },
	{ L"cd", cmd_cd, LEVEL_CLEAR,
	  L"Shows or changes the current folder.\r\n\r\nCD [/D] "
	  L"[drive:][path]" },
	{ L"chdir", cmd_cd, LEVEL_CLEAR,
	  L"Shows or changes the current folder.\r\n\r\nCHDIR [/D] "
	  L"[drive:][path]" },
	{ L"cls", cmd_cls, LEVEL_KEEP, L"Clears the screen.\r\n\r\nCLS" },
	{ L"color", cmd_color, LEVEL_CLEAR,
	  L"Sets the console's colours.\r\n\r\nCOLOR [attr]" },
	{ L"copy", cmd_copy, LEVEL_CLEAR,
	  L"Copies files.\r\n\r\nCOPY [/D] [/V] [/N] [/Y | /-Y] [/Z] [/L] [/A "
	  L"| /B] source [/A | /B]\r\n     [+ source [/A | /B] [+ ...]] "
	  L"[destination [/A | /B]]" },
	{ L"date", cmd_date, LEVEL_CLEAR,
	  L"Shows the date.\r\n\r\nDATE [/T | date]" },
	{ L"del", cmd_del, LEVEL_CLEAR,
	  L"Deletes files.\r\n\r\nDEL [/P] [/F] [/S] [/Q] [/A[[:]attributes]] "
	  L"names" },
	{ L"dir", cmd_dir, LEVEL_CLEAR,
	  L"Lists a folder.\r\n\r\nDIR [drive:][path][name] "
	  L"[/A[[:]attributes]] [/B] [/C] [/D] [/L] [/N]\r\n  [/O[[:]order]] "
	  L"[/P] [/Q] [/R] [/S] [/T[[:]field]] [/W] [/X] [/4]" },
	{ L"echo", cmd_echo, LEVEL_KEEP,
	  L"Shows text, or turns the showing of commands on or "
	  L"off.\r\n\r\nECHO [ON | OFF]\r\nECHO [text]" },
	{ L"endlocal", cmd_endlocal, LEVEL_KEEP,
	  L"Ends what SETLOCAL began.\r\n\r\nENDLOCAL" },
	{ L"erase", cmd_del, LEVEL_CLEAR,
	  L"Deletes files.\r\n\r\nERASE [/P] [/F] [/S] [/Q] "
	  L"[/A[[:]attributes]] names" },
	{ L"exit", cmd_exit, LEVEL_OWN,
	  L"Ends cmd.exe or the batch file.\r\n\r\nEXIT [/B] [code]" },
	{ L"ftype", cmd_ftype, LEVEL_CLEAR_CMD,
	  L"Shows what opens a file type.\r\n\r\nFTYPE [type[=[command]]]" },
	{ L"goto", cmd_goto, LEVEL_KEEP,
	  L"Goes on at a label of the batch file.\r\n\r\nGOTO label" },
	{ L"md", cmd_md, LEVEL_CLEAR,
	  L"Makes folders.\r\n\r\nMD [drive:]path" },
	{ L"mkdir", cmd_md, LEVEL_CLEAR,
	  L"Makes folders.\r\n\r\nMKDIR [drive:]path" },
	{ L"mklink", cmd_mklink, LEVEL_CLEAR,
	  L"Makes links.\r\n\r\nMKLINK [[/D] | [/H] | [/J]] link target" },
	{ L"move", cmd_move, LEVEL_CLEAR,
	  L"Moves files, renames folders.\r\n\r\nMOVE [/Y | /-Y] source "
	  L"destination" },
	{ L"path", cmd_path, LEVEL_CLEAR_CMD,
	  L"Shows or sets where programs are looked for.\r\n\r\nPATH "
	  L"[folder[;...]]" },
	{ L"pause", cmd_pause, LEVEL_KEEP, L"Waits for a key.\r\n\r\nPAUSE" },
	{ L"popd", cmd_popd, LEVEL_KEEP,
	  L"Goes back to the folder PUSHD left.\r\n\r\nPOPD" },
	{ L"prompt", cmd_prompt, LEVEL_CLEAR_CMD,
	  L"Sets the prompt.\r\n\r\nPROMPT [text]" },
	{ L"pushd", cmd_pushd, LEVEL_CLEAR,
	  L"Remembers the folder and changes it.\r\n\r\nPUSHD [path]" },
	{ L"rd", cmd_rd, LEVEL_OWN,
	  L"Removes folders.\r\n\r\nRD [/S] [/Q] [drive:]path" },
	{ L"rem", cmd_rem, LEVEL_KEEP, L"A remark.\r\n\r\nREM [text]" },
	{ L"ren", cmd_ren, LEVEL_CLEAR,
	  L"Renames files.\r\n\r\nREN [drive:][path]old new" },
	{ L"rename", cmd_ren, LEVEL_CLEAR,
	  L"Renames files.\r\n\r\nRENAME [drive:][path]old new" },
	{ L"rmdir", cmd_rd, LEVEL_OWN,
	  L"Removes folders.\r\n\r\nRMDIR [/S] [/Q] [drive:]path" },
	{ L"set", cmd_set, LEVEL_CLEAR_CMD,
	  L"Shows, sets or computes variables.\r\n\r\nSET "
	  L"[name=[value]]\r\nSET /A expression\r\nSET /P name=[prompt]" },
	{ L"setlocal", cmd_setlocal, LEVEL_CLEAR,
	  L"Keeps changes of variables within the batch file.\r\n\r\nSETLOCAL "
	  L"[ENABLEEXTENSIONS | DISABLEEXTENSIONS]\r\n         "
	  L"[ENABLEDELAYEDEXPANSION | DISABLEDELAYEDEXPANSION]" },
	{ L"shift", cmd_shift, LEVEL_KEEP,
	  L"Moves a batch file's arguments.\r\n\r\nSHIFT [/n]" },
	{ L"start", cmd_start_command, LEVEL_OWN,
	  L"Starts a program without waiting for it.\r\n\r\nSTART [\"title\"] "
	  L"[/D path] [/I] [/MIN] [/MAX] [/SEPARATE | /SHARED]\r\n      [/LOW "
	  L"| /NORMAL | /HIGH | /REALTIME | /ABOVENORMAL | /BELOWNORMAL]\r\n   "
	  L"   [/NODE n] [/AFFINITY mask] [/WAIT] [/B] command [arguments]" },
	{ L"time", cmd_time, LEVEL_CLEAR,
	  L"Shows the time.\r\n\r\nTIME [/T | time]" },
	{ L"title", cmd_title, LEVEL_KEEP,
	  L"Sets the window's title.\r\n\r\nTITLE [text]" },
	{ L"type", cmd_type, LEVEL_CLEAR,
	  L"Shows the text of files.\r\n\r\nTYPE [drive:][path]name" },
	{ L"ver", cmd_ver, LEVEL_CLEAR,
	  L"Shows the version of Windows.\r\n\r\nVER" },
	{ L"verify", cmd_verify, LEVEL_CLEAR,
	  L"Whether writes are checked.\r\n\r\nVERIFY [ON | OFF]" },
	{ L"vol", cmd_vol, LEVEL_CLEAR,
	  L"Shows a drive's label and number.\r\n\r\nVOL [drive:]" },
};

const struct builtin *find_builtin(const WCHAR *s, size_t n)
{
	for (size_t i = 0; i < COUNT_OF(builtins); i++)
		if (same_word(s, n, builtins[i].name))
			return &builtins[i];
	return NULL;
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
