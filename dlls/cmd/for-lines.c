/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * for-lines.c - for /f: lines of files, of a text or of a command's output,
 * cut into tokens that go to one variable after the other.
 */
#include "cmd.h"

enum { MAX_TOKENS = 32 };

struct options {
	const WCHAR *delims;
	WCHAR eol;
	unsigned skip;
	bool back_quotes;
	/* Which tokens are wanted, in rising order; rest: the last is *. */
	unsigned token[MAX_TOKENS], tokens;
	bool rest;
};

/* ---- options ---- */

static void want(struct options *o, unsigned token)
{
	unsigned i = o->tokens;

	if (o->tokens == MAX_TOKENS || !token)
		return;
	for (unsigned k = 0; k < o->tokens; k++)
		if (o->token[k] == token)
			return;
	for (; i && o->token[i - 1] > token; i--)
		o->token[i] = o->token[i - 1];
	o->token[i] = token;
	o->tokens++;
}

/* tokens=1,3-5,* */
static const WCHAR *parse_tokens(struct options *o, const WCHAR *s)
{
	WCHAR *end;

	o->tokens = 0;
	o->rest = false;
	while (*s && !is_blank(*s)) {
		unsigned long from, to;

		if (*s == '*') {
			o->rest = true;
			s++;
		} else if (*s == ',') {
			s++;
		} else if (*s >= '0' && *s <= '9') {
			from = to = wcstoul(s, &end, 0);
			s = end;
			if (*s == '-') {
				to = wcstoul(s + 1, &end, 0);
				s = end;
			}
			for (; from <= to && from < 256; from++)
				want(o, from);
		} else {
			return NULL;
		}
	}
	return s;
}

/* delims=xyz: up to a blank, which belongs to them at the very end. */
static const WCHAR *parse_delims(struct options *o, const WCHAR *s)
{
	size_t n = 0;

	while (s[n] && s[n] != ' ')
		n++;
	if (s[n] && !*skip_blanks(s + n))
		n = wcslen(s);
	o->delims = copy_text(s, n);
	return s + n;
}

static bool parse_options(struct options *o, const WCHAR *text)
{
	const WCHAR *s = text ? text : L"", *start;
	size_t n = wcslen(s);

	*o = (struct options){
		.delims = L" \t", .eol = ';', .token = { 1 }, .tokens = 1
	};
	if (n >= 2 && (*s == '"' || *s == '\'') && s[n - 1] == *s)
		s = copy_text(s + 1, n - 2);
	while (s && *(s = skip_blanks(s))) {
		start = s;
		if (!_wcsnicmp(s, L"eol=", 4)) {
			o->eol = s[4];
			s += 4 + (s[4] != 0);
		} else if (!_wcsnicmp(s, L"skip=", 5)) {
			WCHAR *end;

			o->skip = wcstoul(s + 5, &end, 0);
			s = end > s + 5 ? end : NULL;
		} else if (!_wcsnicmp(s, L"tokens=", 7)) {
			s = parse_tokens(o, s + 7);
		} else if (!_wcsnicmp(s, L"delims=", 7)) {
			s = parse_delims(o, s + 7);
		} else if (!_wcsnicmp(s, L"usebackq", 8)) {
			o->back_quotes = true;
			s += 8;
		} else if (!_wcsnicmp(s, L"useback", 7)) {
			o->back_quotes = true;
			s += 7;
		} else {
			s = NULL;
		}
		if (!s) {
			errf(L"%ls was unexpected at this time.\r\n", start);
			return false;
		}
	}
	return true;
}

/* ---- one line ---- */

struct loop {
	struct node *node;
	struct options o;
	int code;
};

static bool is_delim(const struct options *o, WCHAR c)
{
	return c && wcschr(o->delims, c);
}

static void one_line(struct loop *l, WCHAR *line)
{
	const struct options *o = &l->o;
	unsigned count = o->tokens + o->rest, wanted = 0, token = 0;
	struct for_variable v[MAX_TOKENS + 1];
	WCHAR *s = line;

	for (unsigned i = 0; i < count; i++)
		v[i] = (struct for_variable){ i ? &v[i - 1] : for_variables,
					      l->node->variable + i, L"" };
	while (is_delim(o, *s))
		s++;
	if (!*s || (o->eol && *s == o->eol))
		return;
	while (*s && wanted < count) {
		size_t n = 0;

		if (wanted == o->tokens) {
			v[wanted++].value = s;
			break;
		}
		while (s[n] && !is_delim(o, s[n]))
			n++;
		if (++token == o->token[wanted])
			v[wanted++].value = copy_text(s, n);
		s += n;
		while (is_delim(o, *s))
			s++;
	}
	/* A line that has none of the tokens is passed over. */
	if (wanted)
		l->code = run_for_body(l->node, &v[count - 1]);
}

/* ---- where lines come from ---- */

static void over_text(struct loop *l, WCHAR *text)
{
	unsigned skip = l->o.skip;

	while (*text && !stopped()) {
		struct mark m = arena_mark();
		size_t n = wcscspn(text, L"\n"), len = n;

		if (len && text[len - 1] == '\r')
			len--;
		if (skip)
			skip--;
		else
			one_line(l, copy_text(text, len));
		text += n + (text[n] == '\n');
		arena_release(m);
	}
}

static WCHAR *bytes_to_text(const char *s, size_t n)
{
	struct str t = { 0 };
	const char *stop;

	if (n >= 2 && (unsigned char)s[0] == 0xff &&
	    (unsigned char)s[1] == 0xfe)
		return copy_text((const WCHAR *)(s + 2), (n - 2) / 2);
	if (n >= 3 && !memcmp(s, "\xef\xbb\xbf", 3)) {
		s += 3;
		n -= 3;
	}
	/* Line by line, as batch files are. */
	while (n) {
		size_t k;

		stop = memchr(s, '\n', n);
		k = stop ? (size_t)(stop - s) + 1 : n;
		str_puts(&t, decode(s, k));
		s += k;
		n -= k;
	}
	return str_text(&t);
}

static int over_files(struct loop *l, const WCHAR *names)
{
	WCHAR *name;

	while (!stopped() && (name = next_word(&names))) {
		struct mark m = arena_mark();
		size_t size;
		char *bytes = read_file(unquoted(name), &size);
		WCHAR *text;

		if (!bytes) {
			errf(L"The system cannot find the file %ls.\r\n",
			     unquoted(name));
			return cmd.level = 1;
		}
		text = bytes_to_text(bytes, size);
		drop(bytes);
		over_text(l, text);
		arena_release(m);
	}
	return l->code;
}

static int over_command(struct loop *l, const WCHAR *command)
{
	HANDLE from, to, o = cmd.std[1];
	PROCESS_INFORMATION pi;
	struct str line = { 0 };
	char *bytes = NULL;
	size_t n = 0, room = 0;
	WCHAR *text;
	DWORD got;
	bool ok;

	if (!CreatePipe(&from, &to, NULL, 0))
		return cmd.level = fail_last();
	flush_output();
	cmd.std[1] = to;
	str_puts(&line, L"/c ");
	str_puts(&line, command);
	ok = start_cmd(line.s, &pi);
	cmd.std[1] = o;
	CloseHandle(to);
	if (!ok) {
		CloseHandle(from);
		return cmd.level = fail_last();
	}
	for (;;) {
		if (n == room) {
			char *more = keep(room = room * 2 + 4096);

			if (n)
				memcpy(more, bytes, n);
			drop(bytes);
			bytes = more;
		}
		if (!ReadFile(from, bytes + n, room - n, &got, NULL) || !got)
			break;
		n += got;
	}
	CloseHandle(from);
	wait_program(&pi);
	text = bytes_to_text(bytes, n);
	drop(bytes);
	over_text(l, text);
	return l->code;
}

/* Is the set, blanks aside, between these two? Then *inside is what is. */
static bool within(const WCHAR *set, WCHAR quote, WCHAR **inside)
{
	WCHAR *copy = copy_text(skip_blanks(set), wcslen(skip_blanks(set)));
	size_t n;

	trim_end(copy);
	n = wcslen(copy);
	if (n < 2 || copy[0] != quote || copy[n - 1] != quote)
		return false;
	copy[n - 1] = 0;
	*inside = copy + 1;
	return true;
}

int run_for_lines(struct node *n)
{
	const WCHAR *set = expand_delayed(expand_for(n->set));
	struct loop l = { .node = n };
	WCHAR *inside;

	if (!parse_options(&l.o, expand_delayed(expand_for(n->options)))) {
		cmd.jump = JUMP_ABORT;
		return cmd.level = 255;
	}
	if (within(set, l.o.back_quotes ? '`' : '\'', &inside))
		return over_command(&l, inside);
	if (within(set, l.o.back_quotes ? '\'' : '"', &inside)) {
		over_text(&l, inside);
		return l.code;
	}
	return over_files(&l, set);
}
