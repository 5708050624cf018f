/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c - cmd.exe: its own switches, the prompt, and the loop over commands
 * from the console or a pipe.
 *
 *   cmd [/a | /u] [/q] [/d] [/e:on | /e:off] [/f:...] [/v:on | /v:off] [/s]
 *       [/t:fg] [/c command | /k command]
 */
#include "cmd.h"
#include "registry.h"

struct session cmd = { .echo = true, .extensions = true };

struct switches {
	bool once, stay; /* /c, /k */
	bool strip;      /* /s */
	bool no_autorun;
	bool usage; /* /? */
	const WCHAR *colour;
	WCHAR *command;
};

/* ---- the prompt ---- */

static void version(struct str *t)
{
	RTL_OSVERSIONINFOW v = { .dwOSVersionInfoSize = sizeof v };
	WCHAR s[80];

	RtlGetVersion((void *)&v);
	_snwprintf(s, COUNT_OF(s), L"Microsoft Windows [Version %lu.%lu.%lu]",
		   v.dwMajorVersion, v.dwMinorVersion, v.dwBuildNumber);
	str_puts(t, s);
}

static void prompt_code(struct str *t, WCHAR code)
{
	static const struct {
		WCHAR code;
		const WCHAR *text;
	} plain[] = {
		{ 'a', L"&" },     { 'b', L"|" },    { 'c', L"(" },
		{ 'e', L"\x1b" },  { 'f', L")" },    { 'g', L">" },
		{ 'h', L"\b \b" }, { 'l', L"<" },    { 'q', L"=" },
		{ 's', L" " },     { '_', L"\r\n" }, { '$', L"$" },
	};
	SYSTEMTIME now;
	WCHAR *dir;

	code = towlower(code);
	for (size_t i = 0; i < COUNT_OF(plain); i++)
		if (plain[i].code == code)
			str_puts(t, plain[i].text);
	switch (code) {
	case 'd':
		GetLocalTime(&now);
		str_puts(t, date_text(&now, true));
		break;
	case 't':
		GetLocalTime(&now);
		str_puts(t, time_text(&now, true));
		break;
	case 'p':
		str_puts(t, current_folder());
		break;
	case 'n':
		dir = current_folder();
		str_add(t, dir, *dir != 0);
		break;
	case 'v':
		version(t);
		break;
	case '+':
		for (unsigned n = pushed_folders(); n; n--)
			str_putc(t, '+');
		break;
	}
}

void show_prompt(void)
{
	struct mark m = arena_mark();
	WCHAR *s = variable(L"PROMPT", 6);
	struct str t = { 0 };

	if (!s)
		s = copy_text(L"$P$G", 4);
	for (; *s; s++) {
		if (*s == '$' && s[1])
			prompt_code(&t, *++s);
		else
			str_putc(&t, *s);
	}
	out(str_text(&t));
	arena_release(m);
}

/* ---- switches ---- */

/* Behind the program's own name. */
static const WCHAR *arguments_of(const WCHAR *line)
{
	bool quoted = false;

	while (is_blank(*line))
		line++;
	/* cmd/c is cmd /c */
	for (; *line && (quoted || (!is_blank(*line) && *line != '/')); line++)
		if (*line == '"')
			quoted = !quoted;
	return line;
}

static bool on_off(const WCHAR *s, bool old)
{
	if (*s == ':')
		s++;
	if (!_wcsnicmp(s, L"off", 3))
		return false;
	return !_wcsnicmp(s, L"on", 2) || !*s || is_blank(*s) || old;
}

/*
 * "..." after /c: the outer quotes go, unless there are only two, nothing
 * special between them, a blank, and the whole is a program's name.
 */
static WCHAR *strip_quotes(const WCHAR *s, bool always)
{
	WCHAR *copy = copy_text(s, wcslen(s)), *last, *path;
	unsigned quotes = 0;
	const WCHAR *p;

	if (*copy != '"')
		return copy;
	last = wcsrchr(copy, '"');
	for (p = copy; *p; p++)
		quotes += *p == '"';
	if (!always && quotes == 2) {
		WCHAR *inner = copy_text(copy + 1, last - copy - 1);

		if (!wcspbrk(inner, L"&<>()@^|") && wcspbrk(inner, L" \t") &&
		    find_program(inner, &path) != PROGRAM_NONE)
			return copy;
	}
	if (last > copy)
		memmove(last, last + 1, (wcslen(last + 1) + 1) * sizeof *last);
	return copy + 1;
}

static void parse_switches(struct switches *sw, const WCHAR *s)
{
	while (*(s = skip_blanks(s))) {
		const WCHAR *at = s;

		/* Words that are no switches are passed over. */
		if (*s != '/') {
			while (*s && !is_blank(*s) && *s != '/')
				s++;
			continue;
		}
		s += 2;
		switch (towlower(at[1])) {
		case 'c':
		case 'r':
			sw->once = true;
			sw->command = strip_quotes(skip_blanks(s), sw->strip);
			return;
		case 'k':
			sw->stay = true;
			sw->command = strip_quotes(skip_blanks(s), sw->strip);
			return;
		case 's':
			sw->strip = true;
			break;
		case 'q':
			cmd.echo = false;
			break;
		case 'd':
			sw->no_autorun = true;
			break;
		case 'u':
			cmd.unicode = true;
			break;
		case 'a':
			cmd.unicode = false;
			break;
		case 'e':
			cmd.extensions = on_off(s, true);
			break;
		case 'v':
			cmd.delayed = on_off(s, true);
			break;
		case 't':
			sw->colour = s + (*s == ':');
			break;
		case '?':
			sw->usage = true;
			return;
		case 'x':
			cmd.extensions = true;
			break;
		case 'y':
			cmd.extensions = false;
			break;
		case 0:
			return;
		}
		while (*s && !is_blank(*s) && *s != '/')
			s++;
	}
}

/* ---- settings ---- */

static const WCHAR *const settings[] = {
	L"\\Registry\\Machine\\Software\\Microsoft\\Command Processor",
	L"\\Software\\Microsoft\\Command Processor", /* below the user's */
};

static bool read_setting(HANDLE key, const WCHAR *name, struct key_value *v)
{
	UNICODE_STRING n;
	ULONG size;

	memset(v, 0, sizeof *v);
	RtlInitUnicodeString(&n, name);
	return NT_SUCCESS(NtQueryValueKey(key, &n, KeyValuePartialInformation,
					  v, offsetof(struct key_value, end),
					  &size));
}

static HANDLE open_settings(unsigned i)
{
	OBJECT_ATTRIBUTES oa;
	UNICODE_STRING path, user = { 0 };
	struct str t = { 0 };
	HANDLE key;

	if (i) {
		if (!NT_SUCCESS(RtlFormatCurrentUserKeyPath(&user)))
			return NULL;
		str_add(&t, user.Buffer, user.Length / sizeof(WCHAR));
		RtlFreeUnicodeString(&user);
	}
	str_puts(&t, settings[i]);
	RtlInitUnicodeString(&path, t.s);
	InitializeObjectAttributes(&oa, &path, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	return NT_SUCCESS(NtOpenKey(&key, KEY_READ, &oa)) ? key : NULL;
}

/* The machine's, then the user's; switches come later and win. */
static void read_settings(void)
{
	for (unsigned i = 0; i < COUNT_OF(settings); i++) {
		HANDLE key = open_settings(i);
		struct key_value v;

		if (!key)
			continue;
		if (read_setting(key, L"EnableExtensions", &v) &&
		    v.type == REG_DWORD)
			cmd.extensions = *(DWORD *)v.data != 0;
		if (read_setting(key, L"DelayedExpansion", &v) &&
		    v.type == REG_DWORD)
			cmd.delayed = *(DWORD *)v.data != 0;
		NtClose(key);
	}
}

/* ---- commands ---- */

static int run_text(const WCHAR *text)
{
	struct mark m = arena_mark();
	struct node *tree;
	int code = 0;

	text = expand_percent(text);
	if (!text || parse(text, NULL, &tree)) {
		code = cmd.level = 255;
	} else {
		code = run(tree);
	}
	flush_output();
	arena_release(m);
	if (cmd.jump == JUMP_EXIT)
		return cmd.exit_code;
	cmd.jump = JUMP_NONE;
	return code;
}

static void autorun(void)
{
	for (unsigned i = 0; i < COUNT_OF(settings); i++) {
		struct mark m = arena_mark();
		HANDLE key = open_settings(i);
		struct key_value v;

		if (key && read_setting(key, L"AutoRun", &v) &&
		    (v.type == REG_SZ || v.type == REG_EXPAND_SZ))
			run_text((WCHAR *)v.data);
		if (key)
			NtClose(key);
		arena_release(m);
	}
}

static WCHAR *more_of_input(void)
{
	WCHAR *line;

	if (cmd.echo) {
		out(L"More? ");
		flush_output();
	}
	line = read_handle_line(cmd.std[0]);
	return line ? expand_percent(line) : NULL;
}

/* Lines of the console or of a pipe, until they end or exit. */
static void converse(void)
{
	bool typed = is_console(cmd.std[0]);

	cmd.interactive = true;
	while (cmd.jump != JUMP_EXIT) {
		struct mark m = arena_mark();
		struct node *tree;
		WCHAR *line;

		cmd.jump = JUMP_NONE;
		cmd.interrupted = 0;
		if (cmd.echo) {
			out(L"\r\n");
			show_prompt();
		}
		flush_output();
		line = read_command(cmd.std[0]);
		if (!line) {
			if (cmd.interrupted && typed)
				continue;
			break;
		}
		/* A terminal has shown the line already. */
		if (!typed && cmd.echo)
			outf(L"%ls\r\n", line);
		line = expand_percent(line);
		if (line && !parse(line, more_of_input, &tree) && tree)
			run_line(tree);
		flush_output();
		arena_release(m);
	}
}

static void banner(void)
{
	struct str t = { 0 };

	version(&t);
	outf(L"%ls\r\n", t.s);
}

/* ---- start ---- */

/*
 * A Ctrl-C while a line is read is told twice, by the read, and on another
 * thread. Who comes second is not to stop what is run then.
 */
static SRWLOCK interrupt_lock = SRWLOCK_INIT;
static bool expected; /* under it: the read was first */

static BOOL WINAPI on_control(DWORD event)
{
	if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
		return FALSE;
	RtlAcquireSRWLockExclusive(&interrupt_lock);
	if (!expected)
		cmd.interrupted = 1;
	expected = false;
	RtlReleaseSRWLockExclusive(&interrupt_lock);
	return TRUE;
}

void stop_line(void)
{
	RtlAcquireSRWLockExclusive(&interrupt_lock);
	expected = !cmd.interrupted;
	cmd.interrupted = 1;
	RtlReleaseSRWLockExclusive(&interrupt_lock);
	out(L"^C\r\n");
	flush_output();
}

static void default_variable(const WCHAR *name, const WCHAR *value)
{
	WCHAR c;

	SetLastError(0);
	if (!GetEnvironmentVariableW(name, &c, 1) &&
	    GetLastError() == ERROR_ENVVAR_NOT_FOUND)
		SetEnvironmentVariableW(name, value);
}

static void set_up(void)
{
	WCHAR self[MAX_PATH];

	cmd.std[0] = GetStdHandle(STD_INPUT_HANDLE);
	cmd.std[1] = GetStdHandle(STD_OUTPUT_HANDLE);
	cmd.std[2] = GetStdHandle(STD_ERROR_HANDLE);
	for (int i = 0; i < 3; i++)
		if (cmd.std[i] == INVALID_HANDLE_VALUE)
			cmd.std[i] = NULL;
	cmd.command_line = GetCommandLineW();
	SetConsoleCtrlHandler(on_control, TRUE);
	GetModuleFileNameW(NULL, self, COUNT_OF(self));
	default_variable(L"COMSPEC", self);
	default_variable(
		L"PATHEXT",
		L".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC");
	default_variable(L"PROMPT", L"$P$G");
}

void cmd_start(void);

void cmd_start(void)
{
	struct switches sw = { 0 };
	int code = 0;

	set_up();
	read_settings();
	parse_switches(&sw, arguments_of(cmd.command_line));
	if (sw.usage) {
		show_usage(L"cmd", 3);
		flush_output();
		ExitProcess(0);
	}
	if (sw.colour)
		cmd_color(copy_text(sw.colour, wcscspn(sw.colour, L" \t/")));
	if (!sw.no_autorun)
		autorun();
	if (sw.command && *sw.command && cmd.jump != JUMP_EXIT)
		code = run_text(sw.command);
	if (!sw.once && cmd.jump != JUMP_EXIT) {
		if (!sw.stay)
			banner();
		converse();
		code = cmd.level;
	}
	flush_output();
	ExitProcess(cmd.jump == JUMP_EXIT ? cmd.exit_code : code);
}
