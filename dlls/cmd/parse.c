/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parse.c - a line, and those after it that belong to it, into a tree.
 *
 *   sequence := or { & or }           or   := and { || and }
 *   and      := pipe { && pipe }      pipe := command { | command }
 *
 * What follows if's condition or for's do is a whole sequence.  A ^ takes the
 * meaning from the next character, also from the end of the line; within
 * quotes only a quote means something.
 */
#include "cmd.h"

struct parser {
	const WCHAR *p;
	WCHAR *(*more)(void);
	int depth; /* open parentheses */
	bool failed;
	bool ended; /* the input ended within parentheses */
};

static struct node *parse_sequence(struct parser *ps);

static struct node *new_node(enum node_kind kind)
{
	struct node *n = take(sizeof *n);

	n->kind = kind;
	return n;
}

static void syntax(struct parser *ps)
{
	if (!ps->failed)
		syntax_error();
	ps->failed = true;
}

static void unexpected(struct parser *ps, const WCHAR *s, size_t n)
{
	if (!ps->failed)
		errf(L"%.*ls was unexpected at this time.\r\n", (int)n, s);
	ps->failed = true;
}

/* Shows what stands here as out of place. */
static void unexpected_here(struct parser *ps)
{
	const WCHAR *s = ps->p;
	size_t n = 0;

	if (!*s) {
		syntax(ps);
		return;
	}
	if (wcschr(L"&|<>", *s))
		n = s[1] == s[0] ? 2 : 1;
	else if (wcschr(L"()", *s))
		n = 1;
	else
		while (s[n] && !is_delimiter(s[n]) && !wcschr(L"&|<>()", s[n]))
			n++;
	unexpected(ps, s, n ? n : 1);
}

static bool next_line(struct parser *ps)
{
	const WCHAR *line = ps->more ? ps->more() : NULL;

	if (!line)
		return false;
	ps->p = line;
	return true;
}

/*
 * The character behind a ^: at the end of a line the first of the next one,
 * 0 if there is none.  If that line is empty it is its line feed, and the
 * text goes on behind it: how scripts get one into a variable.
 */
static WCHAR escaped(struct parser *ps)
{
	if (*ps->p)
		return *ps->p++;
	if (!next_line(ps))
		return 0;
	if (*ps->p)
		return *ps->p++;
	next_line(ps);
	return '\n';
}

static bool is_special(struct parser *ps, WCHAR c)
{
	return !c || wcschr(L"&|<>", c) || (c == ')' && ps->depth);
}

/*
 * One word with its quotes, up to a delimiter or operator.  NULL: there is
 * none here.
 */
static WCHAR *word(struct parser *ps)
{
	struct str t = { 0 };
	bool quoted = false;

	while (is_delimiter(*ps->p))
		ps->p++;
	while (*ps->p) {
		WCHAR c = *ps->p;

		if (!quoted && (is_special(ps, c) || is_delimiter(c)))
			break;
		ps->p++;
		if (c == '^' && !quoted) {
			c = escaped(ps);
			if (!c)
				break;
		} else if (c == '"') {
			quoted = !quoted;
		}
		str_putc(&t, c);
	}
	return t.n ? t.s : NULL;
}

/* Does a word stand here (not eaten)? */
static bool at_word(struct parser *ps, const WCHAR *w)
{
	size_t n = wcslen(w);
	WCHAR c = ps->p[n];

	return !_wcsnicmp(ps->p, w, n) &&
	       (is_delimiter(c) || is_special(ps, c) || c == '(' || c == '/');
}

/* ---- redirections ---- */

static bool at_redirect(const WCHAR *p)
{
	return *p == '<' || *p == '>' ||
	       (*p >= '0' && *p <= '9' && (p[1] == '<' || p[1] == '>'));
}

static void parse_redirect(struct parser *ps, struct redirect ***last)
{
	struct redirect *r = take(sizeof *r);

	r->duplicate = -1;
	r->fd = -1;
	if (*ps->p >= '0' && *ps->p <= '9')
		r->fd = *ps->p++ - '0';
	if (*ps->p++ == '<') {
		r->how = REDIRECT_IN;
	} else if (*ps->p == '>') {
		ps->p++;
		r->how = REDIRECT_APPEND;
	} else {
		r->how = REDIRECT_OUT;
	}
	if (r->fd < 0)
		r->fd = r->how != REDIRECT_IN;
	while (is_delimiter(*ps->p))
		ps->p++;
	if (*ps->p == '&' && ps->p[1] >= '0' && ps->p[1] <= '9') {
		r->duplicate = ps->p[1] - '0';
		ps->p += 2;
	} else {
		r->target = word(ps);
		if (!r->target) {
			unexpected_here(ps);
			return;
		}
	}
	**last = r;
	*last = &r->next;
}

/* ---- commands ---- */

/* The text of a simple command; redirections are taken out of it. */
static WCHAR *command_text(struct parser *ps, struct redirect ***last)
{
	struct str t = { 0 };
	bool quoted = false, start = true;

	while (!ps->failed) {
		WCHAR c = *ps->p;

		if (!c)
			break;
		if (!quoted) {
			if ((start || c == '<' || c == '>') &&
			    at_redirect(ps->p)) {
				parse_redirect(ps, last);
				start = true;
				continue;
			}
			if (is_special(ps, c))
				break;
		}
		ps->p++;
		if (c == '^' && !quoted) {
			c = escaped(ps);
			if (!c)
				break;
			start = false;
		} else {
			if (c == '"')
				quoted = !quoted;
			start = is_delimiter(c);
		}
		str_putc(&t, c);
	}
	return str_text(&t);
}

/* rem takes the rest of the line, or only what is before an & right behind. */
static struct node *parse_rem(struct parser *ps)
{
	struct node *n = new_node(NODE_REM);
	const WCHAR *start = ps->p;
	size_t len;

	ps->p += 3;
	while (is_delimiter(*ps->p))
		ps->p++;
	if (is_special(ps, *ps->p) && *ps->p != ')') {
		n->text = copy_text(start, ps->p - start);
		return n;
	}
	len = wcslen(ps->p);
	n->text = copy_text(start, ps->p + len - start);
	ps->p += len;
	return n;
}

static struct node *parse_block(struct parser *ps)
{
	struct node *n = new_node(NODE_BLOCK), **slot = &n->left;
	struct redirect **last = &n->redirects;

	ps->p++;
	ps->depth++;
	for (;;) {
		struct node *one, *seq;

		while (is_delimiter(*ps->p))
			ps->p++;
		if (!*ps->p) {
			if (!next_line(ps)) {
				ps->ended = true;
				ps->failed = true;
				return n;
			}
			continue;
		}
		if (*ps->p == ')')
			break;
		one = parse_sequence(ps);
		if (ps->failed)
			return n;
		if (*ps->p && *ps->p != ')') {
			unexpected_here(ps);
			return n;
		}
		if (!one)
			continue; /* a label */
		/* Lines are a chain of sequences, leaning right. */
		if (!*slot) {
			*slot = one;
			continue;
		}
		seq = new_node(NODE_SEQ);
		seq->newline = true;
		seq->left = *slot;
		seq->right = one;
		*slot = seq;
		slot = &seq->right;
	}
	ps->p++;
	ps->depth--;
	if (!n->left) {
		unexpected(ps, L")", 1);
		return n;
	}
	for (;;) {
		ps->p = skip_delimiters(ps->p);
		if (!at_redirect(ps->p))
			break;
		parse_redirect(ps, &last);
		if (ps->failed)
			return n;
	}
	return n;
}

static void parse_else(struct parser *ps, struct node *n)
{
	ps->p = skip_delimiters(ps->p);
	if (ps->failed || !at_word(ps, L"else"))
		return;
	ps->p += 4;
	n->right = parse_sequence(ps);
	if (!n->right && !ps->failed)
		syntax(ps);
}

/* "if /?": a command like others; n: characters of its name. */
static bool asks_usage(struct parser *ps, size_t n)
{
	const WCHAR *s = skip_delimiters(ps->p + n);

	return s[0] == '/' && s[1] == '?' &&
	       (is_delimiter(s[2]) || is_special(ps, s[2]));
}

static struct node *parse_if(struct parser *ps)
{
	static const WCHAR *const unary[] = { L"exist", L"defined",
					      L"errorlevel", L"cmdextversion" };
	static const WCHAR *const binary[] = { L"equ", L"neq", L"lss",
					       L"leq", L"gtr", L"geq" };
	struct node *n = new_node(NODE_IF);
	WCHAR *w;

	ps->p += 2;
	for (;;) {
		ps->p = skip_delimiters(ps->p);
		if (!_wcsnicmp(ps->p, L"/i", 2) &&
		    (is_delimiter(ps->p[2]) || !ps->p[2])) {
			n->ignore_case = true;
			ps->p += 2;
		} else if (at_word(ps, L"not")) {
			n->negate = !n->negate;
			ps->p += 3;
		} else {
			break;
		}
	}
	w = word(ps);
	if (!w) {
		unexpected_here(ps);
		return n;
	}
	for (size_t i = 0; i < COUNT_OF(unary); i++)
		if (!_wcsicmp(w, unary[i]))
			n->test = (WCHAR *)unary[i];
	if (n->test) {
		n->a = word(ps);
		if (!n->a) {
			unexpected_here(ps);
			return n;
		}
	} else {
		n->a = w;
		ps->p = skip_blanks(ps->p);
		if (ps->p[0] == '=' && ps->p[1] == '=') {
			n->test = L"==";
			ps->p += 2;
		} else {
			const WCHAR *before;

			ps->p = skip_delimiters(ps->p);
			before = ps->p;
			w = word(ps);
			for (size_t i = 0; w && i < COUNT_OF(binary); i++)
				if (!_wcsicmp(w, binary[i]))
					n->test = (WCHAR *)binary[i];
			if (!n->test) {
				ps->p = before;
				unexpected_here(ps);
				return n;
			}
		}
		n->b = word(ps);
		if (!n->b) {
			unexpected_here(ps);
			return n;
		}
	}
	n->left = parse_sequence(ps);
	if (ps->failed)
		return n;
	if (!n->left) {
		syntax(ps);
		return n;
	}
	parse_else(ps, n);
	return n;
}

/* The set of a for, as it stands between its parentheses. */
static WCHAR *for_set(struct parser *ps)
{
	struct str t = { 0 };
	bool quoted = false;

	ps->p++;
	for (;;) {
		WCHAR c = *ps->p;

		if (!c) {
			if (!next_line(ps)) {
				ps->ended = ps->failed = true;
				return NULL;
			}
			quoted = false;
			if (t.n)
				str_putc(&t, ' ');
			continue;
		}
		ps->p++;
		if (c == ')' && !quoted)
			break;
		if (c == '^' && !quoted) {
			c = escaped(ps);
			if (!c)
				continue;
		} else if (c == '"') {
			quoted = !quoted;
		}
		str_putc(&t, c);
	}
	return str_text(&t);
}

static struct node *parse_for(struct parser *ps)
{
	static const struct {
		WCHAR letter;
		unsigned loop;
	} switches[] = { { 'd', FOR_DIRS },
			 { 'r', FOR_TREE },
			 { 'f', FOR_LINES },
			 { 'l', FOR_COUNT } };
	struct node *n = new_node(NODE_FOR);
	const WCHAR *before;
	bool taken;
	WCHAR *w;

	ps->p += 3;
	for (;;) {
		ps->p = skip_delimiters(ps->p);
		before = ps->p;
		w = word(ps);
		if (!w || *w != '/' || !cmd.extensions)
			break;
		taken = false;
		for (size_t i = 0; i < COUNT_OF(switches); i++) {
			if (towlower(w[1]) == switches[i].letter && !w[2]) {
				n->loop |= switches[i].loop;
				taken = true;
			}
		}
		if (!taken) {
			unexpected(ps, w, wcslen(w));
			return n;
		}
	}
	if (w && *w != '%' && n->loop & (FOR_LINES | FOR_TREE)) {
		n->options = w;
		before = skip_delimiters(ps->p);
		w = word(ps);
	}
	if (!w || w[0] != '%' || !w[1] || w[2]) {
		ps->p = before;
		unexpected_here(ps);
		return n;
	}
	n->variable = w[1];
	ps->p = skip_delimiters(ps->p);
	if (!at_word(ps, L"in")) {
		unexpected_here(ps);
		return n;
	}
	ps->p = skip_delimiters(ps->p + 2);
	if (*ps->p != '(') {
		unexpected_here(ps);
		return n;
	}
	n->set = for_set(ps);
	if (ps->failed)
		return n;
	ps->p = skip_delimiters(ps->p);
	if (!at_word(ps, L"do")) {
		unexpected_here(ps);
		return n;
	}
	ps->p += 2;
	n->left = parse_sequence(ps);
	if (!n->left && !ps->failed)
		syntax(ps);
	return n;
}

static struct node *parse_command(struct parser *ps)
{
	struct redirect *first = NULL, **last = &first;
	bool quiet = false;
	struct node *n;

	for (;;) {
		ps->p = skip_delimiters(ps->p);
		if (*ps->p == '@') {
			quiet = true;
			ps->p++;
		} else if (at_redirect(ps->p)) {
			parse_redirect(ps, &last);
			if (ps->failed)
				return NULL;
		} else {
			break;
		}
	}
	if (*ps->p == ':' && !first) {
		/* A label: the line has no command. */
		ps->p += wcslen(ps->p);
		return NULL;
	}
	if (*ps->p == ')' && !ps->depth) {
		ps->p += wcslen(ps->p);
		return NULL;
	}
	if (*ps->p == '(') {
		n = parse_block(ps);
	} else if (at_word(ps, L"if") && !asks_usage(ps, 2)) {
		n = parse_if(ps);
	} else if (at_word(ps, L"for") && !asks_usage(ps, 3)) {
		n = parse_for(ps);
	} else if (!_wcsnicmp(ps->p, L"rem", 3) && !asks_usage(ps, 3) &&
		   (is_delimiter(ps->p[3]) || is_special(ps, ps->p[3]))) {
		n = parse_rem(ps);
	} else {
		n = new_node(NODE_SIMPLE);
		n->text = command_text(ps, &last);
		if (!*skip_delimiters(n->text) && !first)
			n = NULL;
	}
	if (n) {
		n->quiet = quiet;
		if (first) {
			*last = n->redirects;
			n->redirects = first;
		}
	}
	return n;
}

/* ---- operators ---- */

static struct node *join(struct parser *ps, enum node_kind kind,
			 struct node *left, struct node *right)
{
	struct node *n;

	if (!left || !right) {
		if (!ps->failed)
			unexpected_here(ps);
		return left;
	}
	n = new_node(kind);
	n->left = left;
	n->right = right;
	n->quiet = left->quiet;
	return n;
}

static bool at_operator(struct parser *ps, const WCHAR *op)
{
	size_t n = wcslen(op);

	return !wcsncmp(ps->p, op, n) && (n == 2 || ps->p[1] != op[0]);
}

/* An operator without a command before it. */
static bool misplaced(struct parser *ps, struct node *left)
{
	if (left || ps->failed)
		return false;
	if (wcschr(L"&|", *ps->p) && *ps->p) {
		unexpected_here(ps);
		return true;
	}
	return false;
}

/*
 * The right side of an operator.  Within parentheses the line may end behind
 * it; the command is then on the next.
 */
static struct node *right_side(struct parser *ps,
			       struct node *(*parse)(struct parser *))
{
	ps->p = skip_delimiters(ps->p);
	while (ps->depth && !*ps->p && next_line(ps))
		ps->p = skip_delimiters(ps->p);
	return parse(ps);
}

static struct node *parse_pipe(struct parser *ps)
{
	struct node *n = parse_command(ps);

	if (misplaced(ps, n))
		return n;
	if (!ps->failed && at_operator(ps, L"|")) {
		ps->p++;
		n = join(ps, NODE_PIPE, n, right_side(ps, parse_pipe));
	}
	return n;
}

/* part op part op ...: leans left. */
static struct node *chain(struct parser *ps, const WCHAR *op,
			  enum node_kind kind,
			  struct node *(*part)(struct parser *))
{
	struct node *n = part(ps);

	while (!ps->failed && at_operator(ps, op)) {
		ps->p += wcslen(op);
		n = join(ps, kind, n, right_side(ps, part));
	}
	return n;
}

static struct node *parse_and(struct parser *ps)
{
	return chain(ps, L"&&", NODE_AND, parse_pipe);
}

static struct node *parse_or(struct parser *ps)
{
	return chain(ps, L"||", NODE_OR, parse_and);
}

/* A chain of sequences that leans right, however long. */
static struct node *parse_sequence(struct parser *ps)
{
	struct node *first = NULL, **slot = &first, **seq = NULL, *n;

	if (stack_low(STACK_TO_PARSE)) {
		syntax(ps);
		return NULL;
	}
	for (;;) {
		n = parse_or(ps);
		if (!n) {
			/* A label, say: what was before it stands alone. */
			if (seq)
				*seq = (*seq)->left;
			break;
		}
		*slot = n;
		if (ps->failed || !at_operator(ps, L"&"))
			break;
		ps->p++;
		ps->p = skip_delimiters(ps->p);
		/* Nothing need follow. */
		if (!*ps->p || *ps->p == ')')
			break;
		seq = slot;
		*seq = new_node(NODE_SEQ);
		(*seq)->left = n;
		(*seq)->quiet = n->quiet;
		slot = &(*seq)->right;
	}
	return first;
}

int parse(const WCHAR *line, WCHAR *(*more)(void), struct node **tree)
{
	struct parser ps = { .p = line, .more = more };

	*tree = parse_sequence(&ps);
	ps.p = skip_delimiters(ps.p);
	if (!ps.failed && *ps.p)
		unexpected_here(&ps);
	if (ps.failed)
		*tree = NULL;
	return ps.failed ? -1 : 0;
}
