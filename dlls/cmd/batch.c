/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * batch.c - batch files: call, goto, shift, exit, setlocal.
 *
 * A batch file that is started without call takes the place of the one that
 * starts it.  A subroutine is a level of its own on the same bytes.
 */
#include "cmd.h"
#include "rtl.h"

struct locals {
	struct locals *outer;
	PVOID environment; /* a copy, as it was */
	WCHAR *folder;
	bool extensions, delayed;
};

/* ---- levels ---- */

static void set_arguments(struct batch *b, const WCHAR *name,
			  const WCHAR *arguments)
{
	const WCHAR *s = arguments;
	unsigned room = 0;
	WCHAR *w;

	b->name = keep_text(name);
	b->all = keep_text(skip_delimiters(arguments));
	b->args = 0;
	b->arg = NULL;
	memset(b->shift, 0, sizeof b->shift);
	while ((w = next_word(&s))) {
		if (b->args == room) {
			WCHAR **more =
				keep((room = room * 2 + 16) * sizeof *more);

			if (b->args)
				memcpy(more, b->arg, b->args * sizeof *more);
			drop(b->arg);
			b->arg = more;
		}
		b->arg[b->args++] = keep_text(w);
	}
	trim_end(b->all);
}

static void forget_arguments(struct batch *b)
{
	for (unsigned i = 0; i < b->args; i++)
		drop(b->arg[i]);
	drop(b->arg);
	drop(b->name);
	drop(b->all);
}

static bool load(struct batch *b, const WCHAR *path)
{
	const WCHAR *ext = wcsrchr(path, '.');

	b->bytes = read_file(path, &b->size);
	if (!b->bytes)
		return false;
	/* What editors on Windows begin UTF-8 with. */
	b->at = b->size >= 3 && !memcmp(b->bytes, "\xef\xbb\xbf", 3) ? 3 : 0;
	b->owns_bytes = true;
	b->path = keep_text(path);
	b->is_cmd = ext && !_wcsicmp(ext, L".cmd");
	return true;
}

void pop_batch(void)
{
	struct batch *b = cmd.batch;

	while (b->locals)
		end_local();
	cmd.batch = b->outer;
	forget_arguments(b);
	if (b->owns_bytes)
		drop(b->bytes);
	drop(b->path);
	drop(b);
}

int too_deep(void)
{
	err(L"****** B A T C H   R E C U R S I O N  exceeds STACK limits "
	    L"******\r\n");
	cmd.jump = JUMP_ABORT;
	return cmd.level = 1;
}

int run_batch_file(const WCHAR *path, const WCHAR *name, const WCHAR *arguments,
		   bool call)
{
	struct batch *b = keep(sizeof *b);
	bool echo = cmd.echo, outermost = !cmd.batch;
	int code;

	if (!load(b, path)) {
		DWORD error = GetLastError();

		drop(b);
		err_code(error);
		return cmd.level = 1;
	}
	set_arguments(b, name, arguments);
	if (cmd.batch && !call) {
		pop_batch();
		b->outer = cmd.batch;
		cmd.batch = b;
		cmd.jump = JUMP_GOTO;
		return cmd.level;
	}
	b->outer = cmd.batch;
	cmd.batch = b;
	code = run_batch();
	pop_batch();
	/* echo off lasts until the outermost batch file ends. */
	if (outermost)
		cmd.echo = echo;
	return code;
}

/* ---- labels ---- */

static size_t label_length(const WCHAR *s)
{
	size_t n = 0;

	while (s[n] && !is_delimiter(s[n]) && !wcschr(L":+<>&|", s[n]))
		n++;
	return n;
}

/* From where we are to the end, then from the start to where we are. */
static bool find_label(struct batch *b, const WCHAR *label)
{
	size_t n = label_length(label), start = b->at, line_at;
	bool wrapped = false;

	while (n) {
		struct mark m = arena_mark();
		WCHAR *line;

		line_at = b->at;
		if (wrapped && line_at >= start) {
			arena_release(m);
			break;
		}
		line = batch_line(b);
		if (!line) {
			arena_release(m);
			if (wrapped)
				break;
			wrapped = true;
			b->at = 0;
			continue;
		}
		line = skip_delimiters(line);
		if (*line == ':') {
			line = skip_delimiters(line + 1);
			if (label_length(line) == n &&
			    !_wcsnicmp(line, label, n)) {
				arena_release(m);
				return true;
			}
		}
		arena_release(m);
	}
	b->at = start;
	return false;
}

/*
 * The batch file ends, but not before its line has: what follows on it still
 * runs, and scripts that npm makes depend on that.
 */
static void end_after_line(void)
{
	cmd.batch->at = cmd.batch->size;
}

static int no_label(const WCHAR *label)
{
	errf(L"The system cannot find the batch label specified - %.*ls\r\n",
	     (int)label_length(label), label);
	return cmd.level = 1;
}

int cmd_goto(WCHAR *args)
{
	WCHAR *label = skip_delimiters(args);
	bool colon = *label == ':';

	if (!cmd.batch)
		return 0;
	label = skip_delimiters(label + colon);
	if (colon && cmd.extensions &&
	    same_word(label, label_length(label), L"eof")) {
		cmd.jump = JUMP_BATCH_END;
		return 0;
	}
	if (!*label) {
		fail_text(L"No batch label specified to GOTO command.");
		end_after_line();
		return cmd.level = 1;
	}
	if (!find_label(cmd.batch, label)) {
		end_after_line();
		return no_label(label);
	}
	cmd.jump = JUMP_GOTO;
	return 0;
}

/* ---- call ---- */

static int call_label(const WCHAR *label, const WCHAR *arguments)
{
	struct batch *outer = cmd.batch, *b;
	int code;

	if (!outer)
		return fail_text(L"Invalid attempt to call batch label outside "
				 L"of batch script.");
	b = keep(sizeof *b);
	b->bytes = outer->bytes;
	b->size = outer->size;
	b->at = outer->at;
	b->path = keep_text(outer->path);
	b->is_cmd = outer->is_cmd;
	set_arguments(b, label, arguments);
	b->outer = outer;
	cmd.batch = b;
	if (same_word(label + 1, label_length(label + 1), L"eof"))
		code = 0;
	else if (find_label(b, label + 1))
		code = run_batch();
	else
		code = no_label(label + 1);
	pop_batch();
	return code;
}

/*
 * The line is expanded once more.  Before that each ^ is doubled: outside
 * quotes the parser halves them again, inside they stay doubled, which is a
 * known oddity of Windows.
 */
static WCHAR *again(const WCHAR *s)
{
	struct str t = { 0 }, stripped = { 0 };
	bool quoted = false;
	WCHAR *expanded;

	for (; *s; s++) {
		if (*s == '^')
			str_putc(&t, '^');
		str_putc(&t, *s);
	}
	expanded = expand_percent(str_text(&t));
	if (!expanded)
		return NULL;
	for (s = expanded; *s; s++) {
		if (*s == '"')
			quoted = !quoted;
		if (*s == '^' && !quoted && !*++s)
			break;
		str_putc(&stripped, *s);
	}
	return str_text(&stripped);
}

int cmd_call(WCHAR *args)
{
	WCHAR *text = again(skip_blanks(args)), *name, *path;
	const WCHAR *rest;
	int code;

	if (!text) {
		cmd.jump = JUMP_ABORT;
		return 1;
	}
	/* (call) is failure and (call ) success: how scripts set both. */
	if (!*text)
		return cmd.level = !is_blank(*args);
	rest = text;
	if (*text == ':') {
		name = next_word(&rest);
		return call_label(name, rest);
	}
	name = next_word(&rest);
	if (name && !find_builtin(name, wcslen(name)) &&
	    find_program(unquoted(name), &path) == PROGRAM_BATCH)
		return run_batch_file(path, name, rest, true);
	code = run_command(text);
	return code;
}

/* ---- shift, exit ---- */

int cmd_shift(WCHAR *args)
{
	WCHAR *s = skip_delimiters(args);
	unsigned from = 0;

	if (!cmd.batch)
		return 0;
	if (*s == '/') {
		if (s[1] < '0' || s[1] > '8' || s[2])
			return fail_text(L"Invalid parameter to SHIFT command");
		from = s[1] - '0';
	}
	/* %0 from the right on: each becomes the next one. */
	for (unsigned i = from; i < COUNT_OF(cmd.batch->shift); i++)
		cmd.batch->shift[i]++;
	return 0;
}

int cmd_exit(WCHAR *args)
{
	WCHAR *s = skip_delimiters(args);
	bool batch_only = false;

	if (!_wcsnicmp(s, L"/b", 2)) {
		batch_only = true;
		s = skip_delimiters(s + 2);
	}
	if (*s == '-' || *s == '+' || (*s >= '0' && *s <= '9'))
		cmd.level = wcstol(s, NULL, 10);
	if (batch_only && cmd.batch) {
		cmd.jump = JUMP_BATCH_END;
		return cmd.level;
	}
	cmd.exit_code = cmd.level;
	cmd.jump = JUMP_EXIT;
	return cmd.level;
}

/* ---- setlocal ---- */

int cmd_setlocal(WCHAR *args)
{
	const WCHAR *s = args;
	struct locals *l;
	WCHAR *w;
	int code = 0;

	if (!cmd.batch)
		return 0;
	l = keep(sizeof *l);
	if (!NT_SUCCESS(RtlCreateEnvironment(TRUE, &l->environment)))
		l->environment = NULL;
	l->folder = keep_text(current_folder());
	l->extensions = cmd.extensions;
	l->delayed = cmd.delayed;
	l->outer = cmd.batch->locals;
	cmd.batch->locals = l;
	while ((w = next_word(&s))) {
		if (!_wcsicmp(w, L"enableextensions"))
			cmd.extensions = true;
		else if (!_wcsicmp(w, L"disableextensions"))
			cmd.extensions = false;
		else if (!_wcsicmp(w, L"enabledelayedexpansion"))
			cmd.delayed = true;
		else if (!_wcsicmp(w, L"disabledelayedexpansion"))
			cmd.delayed = false;
		else
			code = fail_text(
				L"Invalid parameter to SETLOCAL command");
	}
	return code;
}

void end_local(void)
{
	struct locals *l = cmd.batch ? cmd.batch->locals : NULL;

	if (!l)
		return;
	cmd.batch->locals = l->outer;
	if (l->environment)
		RtlSetCurrentEnvironment(l->environment, NULL);
	change_folder(l->folder);
	cmd.extensions = l->extensions;
	cmd.delayed = l->delayed;
	drop(l->folder);
	drop(l);
}

int cmd_endlocal(WCHAR *args)
{
	end_local();
	return 0;
}
