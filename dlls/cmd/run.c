/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run.c - walks the tree of a line and finds who runs each command.
 *
 * There are two results: the return code, which && and || go by, and
 * ERRORLEVEL, which not every command touches.
 */
#include "cmd.h"

/* What a command returned that left ERRORLEVEL alone; || makes it known. */
static int unreported;

/* A Ctrl-C in a batch file: is the rest of it wanted? */
static void ask_to_end(void)
{
	if (!cmd.batch) {
		cmd.jump = JUMP_ABORT;
		return;
	}
	cmd.interrupted = 0;
	/* Nobody there to answer: the end. */
	if (!is_console(cmd.std[0]) ||
	    ask(L"Terminate batch job (Y/N)? ", L"YN") == 'Y')
		cmd.jump = JUMP_ABORT;
}

bool stopped(void)
{
	if (cmd.interrupted && !cmd.jump)
		ask_to_end();
	return cmd.jump != JUMP_NONE;
}

/* ---- one command ---- */

static const struct builtin *builtin_at(const WCHAR *text, WCHAR **arguments)
{
	const struct builtin *b;
	size_t n = 0, whole;
	WCHAR *name;

	while (text[n] && !is_delimiter(text[n]) &&
	       !wcschr(L"+/[](\"", text[n]))
		n++;
	b = find_builtin(text, n);
	if (!b) {
		/* cd.. echo. md\x call:label; unless there is such a file */
		n = wcscspn(text, L".\\:");
		b = text[n] ? find_builtin(text, n) : NULL;
		if (!b)
			return NULL;
		for (whole = n; text[whole] && !is_delimiter(text[whole]);)
			whole++;
		name = copy_text(text, whole);
		if (file_exists(name) && !is_folder(name))
			return NULL;
	}
	*arguments = (WCHAR *)text + n;
	return b;
}

/* first: no other word counts. */
static bool wants_usage(const WCHAR *s, bool first)
{
	const WCHAR *w;

	if (!wcsstr(s, L"/?"))
		return false;
	while ((w = next_word(&s))) {
		if (!wcscmp(w, L"/?"))
			return true;
		if (first)
			break;
	}
	return false;
}

static int run_builtin(const struct builtin *b, WCHAR *arguments)
{
	int code;

	if (wants_usage(arguments, b->run == cmd_rem)) {
		show_usage(b->name, wcslen(b->name));
		return cmd.level = 0;
	}
	unreported = 0;
	code = b->run(arguments);
	if (b->level & LEVEL_OWN)
		unreported = code;
	else if (code)
		cmd.level = code;
	else if (b->level & LEVEL_CLEAR ||
		 (b->level & LEVEL_CLEAR_CMD && cmd.batch && cmd.batch->is_cmd))
		cmd.level = 0;
	return code;
}

/* What it wrote may have no place to be: the disk is full. */
static int after_builtin(int code)
{
	DWORD error;

	flush_output();
	error = output_failed();
	if (!error)
		return code;
	code = cmd.level = fail_code(error);
	flush_output();
	/* Where errors go to is full as well. */
	output_failed();
	return code;
}

/* How much of the text is the program's name: / begins a switch. */
static size_t name_length(const WCHAR *s)
{
	bool quoted = false;
	size_t n;

	for (n = 0; s[n] && (quoted || (!is_delimiter(s[n]) && s[n] != '/'));
	     n++)
		if (s[n] == '"')
			quoted = !quoted;
	return n ? n : wcslen(s);
}

int run_command(WCHAR *text)
{
	const struct builtin *b;
	WCHAR *arguments, *name;
	size_t n;
	int code;

	/* Commands write into their arguments; the tree may run again. */
	text = skip_delimiters(text);
	text = copy_text(text, wcslen(text));
	if (!*text)
		return 0;
	b = builtin_at(text, &arguments);
	if (b) {
		/* Its own echo on the console is not what it writes. */
		output_failed();
		code = run_builtin(b, arguments);
		return after_builtin(code);
	}
	n = name_length(text);
	name = copy_text(text, n);
	if (n == 2 && text[1] == ':') {
		DWORD error = change_folder(name);

		code = error ? fail_code(error) : 0;
		cmd.level = code;
		flush_output();
		return code;
	}
	/* What the parser leaves of them to us. */
	if ((same_word(text, n, L"if") || same_word(text, n, L"for")) &&
	    wants_usage(text + n, true)) {
		show_usage(text, n);
		flush_output();
		return cmd.level = 0;
	}
	code = run_external(name, text, text + n);
	flush_output();
	return code;
}

/* ---- pipes ---- */

/*
 * Starts one side of a pipe.  A program is started itself; all else gets a
 * cmd.exe of its own, as it must not change our variables.
 */
static bool start_side(const struct node *n, PROCESS_INFORMATION *pi)
{
	struct redirected save;
	WCHAR *text = NULL, *path, *ignored;
	struct str line = { 0 };
	bool ok = false;
	size_t len;

	if (n->kind == NODE_SIMPLE) {
		text = skip_delimiters(expand_delayed(expand_for(n->text)));
		len = name_length(text);
		if (!builtin_at(text, &ignored) &&
		    find_program(unquoted(copy_text(text, len)), &path) ==
			    PROGRAM_EXE) {
			if (!redirect(n->redirects, &save))
				return false;
			ok = start_program(path, text, NULL, NULL, 0, 0, pi);
			if (!ok)
				err_code(GetLastError());
			unredirect(&save);
			return ok;
		}
	}
	str_puts(&line, L"/S /D /c\" ");
	str_puts(&line, text && !n->redirects ? text : unparse(n, true));
	str_puts(&line, L" \"");
	ok = start_cmd(line.s, pi);
	if (!ok)
		err_code(GetLastError());
	return ok;
}

static int run_pipe(struct node *n)
{
	HANDLE in = cmd.std[0], o = cmd.std[1], from, to;
	PROCESS_INFORMATION left = { 0 }, right = { 0 };
	bool left_ok, right_ok = false;
	int code = 1;

	flush_output();
	if (!CreatePipe(&from, &to, NULL, 0))
		return cmd.level = fail_last();
	cmd.std[1] = to;
	left_ok = start_side(n->left, &left);
	CloseHandle(to);
	cmd.std[1] = o;
	cmd.std[0] = from;
	if (n->right->kind == NODE_PIPE)
		code = run_pipe(n->right);
	else
		right_ok = start_side(n->right, &right);
	/* Ours would keep the left side writing when the right is gone. */
	CloseHandle(from);
	cmd.std[0] = in;
	if (right_ok)
		code = wait_program(&right);
	if (left_ok)
		wait_program(&left);
	cmd.level = code;
	return code;
}

/* ---- the tree ---- */

static int run_redirected(struct node *n)
{
	struct redirected save;
	int code = 0;

	if (!redirect(n->redirects, &save))
		return cmd.level = 1;
	switch (n->kind) {
	case NODE_SIMPLE:
		code = run_command(expand_delayed(expand_for(n->text)));
		break;
	case NODE_BLOCK:
		code = run(n->left);
		break;
	case NODE_IF:
		code = run_if(n);
		break;
	case NODE_FOR:
		code = n->loop & FOR_LINES ? run_for_lines(n) : run_for(n);
		break;
	default:
		break;
	}
	unredirect(&save);
	return code;
}

int run(struct node *n)
{
	struct mark m = arena_mark();
	int code = 0;

	if (!n || stopped())
		return 0;
	if (stack_low(STACK_TO_RUN))
		return too_deep();
	switch (n->kind) {
	case NODE_SEQ:
		/* A long block is a chain: no stack for each line. */
		for (; n->kind == NODE_SEQ && !n->redirects; n = n->right) {
			run(n->left);
			if (stopped())
				return cmd.level;
		}
		code = run(n);
		break;
	case NODE_AND:
		code = run(n->left);
		if (!code && !stopped())
			code = run(n->right);
		break;
	case NODE_OR:
		code = run(n->left);
		if (code && !stopped()) {
			if (unreported)
				cmd.level = unreported;
			unreported = 0;
			code = run(n->right);
		}
		break;
	case NODE_PIPE:
		code = run_pipe(n);
		break;
	default:
		code = run_redirected(n);
	}
	arena_release(m);
	return code;
}

void show_command(const struct node *n)
{
	struct mark m = arena_mark();

	if (cmd.echo && !n->quiet) {
		out(L"\r\n");
		show_prompt();
		out(unparse(n, false));
		out(L"\r\n");
		flush_output();
	}
	arena_release(m);
}

int run_line(struct node *n)
{
	if (cmd.batch)
		show_command(n);
	return run(n);
}

/* ---- a batch file ---- */

static WCHAR *more_of_batch(void)
{
	WCHAR *line = batch_line(cmd.batch);

	return line ? expand_percent(line) : NULL;
}

static void run_one_line(WCHAR *line)
{
	struct node *tree;

	if (*skip_delimiters(line) == ':')
		return;
	line = expand_percent(line);
	if (!line || parse(line, more_of_batch, &tree)) {
		cmd.level = 255;
		cmd.jump = JUMP_ABORT;
	} else if (tree) {
		run_line(tree);
	}
}

int run_batch(void)
{
	for (;;) {
		struct mark m = arena_mark();
		WCHAR *line = stopped() ? NULL : batch_line(cmd.batch);

		if (line)
			run_one_line(line);
		if (cmd.jump == JUMP_GOTO)
			cmd.jump = JUMP_NONE;
		flush_output();
		arena_release(m);
		if (!line)
			break;
	}
	if (cmd.jump == JUMP_BATCH_END)
		cmd.jump = JUMP_NONE;
	return cmd.level;
}
