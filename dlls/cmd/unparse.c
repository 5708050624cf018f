/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unparse.c - a tree as text: shown while echo is on, and given to the
 * cmd.exe that runs one side of a pipe, in one line then.
 */
#include "cmd.h"

struct writer {
	struct str t;
	bool one_line;
};

static void write_node(struct writer *w, const struct node *n);

static void write_redirects(struct writer *w, const struct redirect *r)
{
	for (; r; r = r->next) {
		WCHAR fd = '0' + r->fd;

		str_add(&w->t, &fd, 1);
		str_puts(&w->t, r->how == REDIRECT_IN    ? L"<"
				: r->how == REDIRECT_OUT ? L">"
							 : L">>");
		if (r->duplicate >= 0) {
			str_putc(&w->t, '&');
			str_putc(&w->t, '0' + r->duplicate);
		} else {
			str_puts(&w->t, expand_for(r->target));
		}
		str_putc(&w->t, ' ');
	}
}

static void write_binary(struct writer *w, const struct node *n,
			 const WCHAR *op)
{
	write_node(w, n->left);
	str_puts(&w->t, op);
	write_node(w, n->right);
}

static void write_if(struct writer *w, const struct node *n)
{
	str_puts(&w->t, L"if ");
	if (n->ignore_case)
		str_puts(&w->t, L"/I ");
	if (n->negate)
		str_puts(&w->t, L"not ");
	if (n->b) {
		str_puts(&w->t, expand_for(n->a));
		str_putc(&w->t, ' ');
		str_puts(&w->t, n->test);
		str_putc(&w->t, ' ');
		str_puts(&w->t, expand_for(n->b));
	} else {
		str_puts(&w->t, n->test);
		str_putc(&w->t, ' ');
		str_puts(&w->t, expand_for(n->a));
	}
	str_putc(&w->t, ' ');
	write_node(w, n->left);
	if (n->right) {
		str_puts(&w->t, L" else ");
		write_node(w, n->right);
	}
}

static void write_for(struct writer *w, const struct node *n)
{
	static const struct {
		unsigned loop;
		const WCHAR *text;
	} switches[] = { { FOR_DIRS, L"/D " },
			 { FOR_TREE, L"/R " },
			 { FOR_LINES, L"/F " },
			 { FOR_COUNT, L"/L " } };

	str_puts(&w->t, L"for ");
	for (size_t i = 0; i < COUNT_OF(switches); i++)
		if (n->loop & switches[i].loop)
			str_puts(&w->t, switches[i].text);
	if (n->options) {
		str_puts(&w->t, expand_for(n->options));
		str_putc(&w->t, ' ');
	}
	str_putc(&w->t, '%');
	str_putc(&w->t, n->variable);
	str_puts(&w->t, L" in (");
	str_puts(&w->t, expand_for(n->set));
	str_puts(&w->t, L") do ");
	write_node(w, n->left);
}

static void write_node(struct writer *w, const struct node *n)
{
	if (stack_low(STACK_TO_PARSE))
		return;
	if (n->quiet && n->kind != NODE_SEQ)
		str_putc(&w->t, '@');
	switch (n->kind) {
	case NODE_SIMPLE:
	case NODE_REM:
		str_puts(&w->t, expand_for(n->text));
		str_putc(&w->t, ' ');
		break;
	case NODE_BLOCK:
		str_puts(&w->t, w->one_line ? L"(" : L"(\r\n");
		write_node(w, n->left);
		str_puts(&w->t, w->one_line ? L") " : L"\r\n) ");
		break;
	case NODE_IF:
		write_if(w, n);
		break;
	case NODE_FOR:
		write_for(w, n);
		break;
	case NODE_SEQ:
		/* The last redirections are the chain's own: it has none. */
		for (; n->kind == NODE_SEQ; n = n->right) {
			write_node(w, n->left);
			str_puts(&w->t, n->newline && !w->one_line ? L" \r\n "
								   : L" & ");
		}
		write_node(w, n);
		return;
	case NODE_AND:
		write_binary(w, n, L" && ");
		break;
	case NODE_OR:
		write_binary(w, n, L" || ");
		break;
	case NODE_PIPE:
		write_binary(w, n, L" | ");
		break;
	}
	write_redirects(w, n->redirects);
}

WCHAR *unparse(const struct node *n, bool one_line)
{
	struct writer w = { .one_line = one_line };

	write_node(&w, n);
	return str_text(&w.t);
}
