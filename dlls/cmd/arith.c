/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arith.c - set /a: C's integer expressions on 32-bit numbers.
 *
 * Names are variables, undefined ones are 0; assignments write them.  The
 * numbers of the errors are those of Windows' messages.
 */
#include "cmd.h"

enum {
	OK,
	UNBALANCED = 1073750988,
	MISSING_OPERAND = 1073750989,
	MISSING_OPERATOR = 1073750990,
	BAD_NUMBER = 1073750991,
	TOO_LARGE = 1073750992,
	BY_ZERO = 1073750993,
};

struct calc {
	const WCHAR *p;
	int error;
};

struct value {
	int n;
	const WCHAR *name; /* of the variable it stands for, else NULL */
	size_t name_len;
};

bool parse_number(const WCHAR *s, long *value)
{
	const WCHAR *digits = s + (*s == '-' || *s == '+');
	WCHAR *end;

	if (*digits < '0' || *digits > '9')
		return false;
	*value = wcstol(s, &end, 0);
	return !*end;
}

static int set_error(struct calc *c, int error)
{
	if (!c->error)
		c->error = error;
	return 0;
}

static void blanks(struct calc *c)
{
	while (*c->p && (is_blank(*c->p) || *c->p == '"'))
		c->p++;
}

/* One of the operators here? The longer ones come first in each list. */
static bool accept(struct calc *c, const WCHAR *op)
{
	size_t n = wcslen(op);

	blanks(c);
	if (wcsncmp(c->p, op, n))
		return false;
	c->p += n;
	return true;
}

static bool is_name(WCHAR c)
{
	return c && !is_blank(c) && !wcschr(L"()!~-*/%+<>&^|=,\"", c);
}

static int to_number(struct calc *c, const WCHAR *s, bool strict)
{
	unsigned base = 10, digit;
	ULONGLONG n = 0;
	bool minus = *s == '-';

	s += minus || *s == '+';
	if (*s == '0') {
		base = s[1] == 'x' || s[1] == 'X' ? 16 : 8;
		s += base == 16 ? 2 : 1;
	}
	for (; *s; s++) {
		digit = *s >= '0' && *s <= '9'   ? *s - '0'
			: *s >= 'a' && *s <= 'f' ? *s - 'a' + 10
			: *s >= 'A' && *s <= 'F' ? *s - 'A' + 10
						 : 99;
		if (digit >= base) {
			/* A variable's text counts as far as it is one. */
			if (!strict)
				break;
			return set_error(c, BAD_NUMBER);
		}
		n = n * base + digit;
		if (n > 0xffffffffull ||
		    (base == 10 && n > 0x7fffffffull + minus))
			return set_error(c, TOO_LARGE);
	}
	return minus ? -(int)n : (int)n;
}

static int load(struct calc *c, const WCHAR *name, size_t n)
{
	WCHAR *s = variable(name, n);

	return s ? to_number(c, skip_blanks(s), false) : 0;
}

static struct value assignment(struct calc *c);
static struct value list(struct calc *c);

static struct value number(int n)
{
	return (struct value){ .n = n };
}

static struct value primary(struct calc *c)
{
	struct value v = { 0 };
	const WCHAR *start;

	blanks(c);
	if (accept(c, L"(")) {
		v = list(c);
		v.name = NULL;
		if (!accept(c, L")"))
			set_error(c, UNBALANCED);
		return v;
	}
	start = c->p;
	while (is_name(*c->p))
		c->p++;
	if (c->p == start) {
		set_error(c, *start == ')' ? UNBALANCED : MISSING_OPERAND);
		return v;
	}
	if (*start >= '0' && *start <= '9')
		return number(
			to_number(c, copy_text(start, c->p - start), true));
	v.name = start;
	v.name_len = c->p - start;
	v.n = load(c, v.name, v.name_len);
	return v;
}

static struct value unary(struct calc *c)
{
	blanks(c);
	if (stack_low(STACK_TO_PARSE))
		set_error(c, UNBALANCED);
	if (c->error)
		return number(0);
	if (accept(c, L"!"))
		return number(!unary(c).n);
	if (accept(c, L"~"))
		return number(~unary(c).n);
	if (accept(c, L"-"))
		return number(-(unsigned)unary(c).n);
	if (accept(c, L"+"))
		return number(unary(c).n);
	return primary(c);
}

static int apply(struct calc *c, WCHAR op, int a, int b)
{
	switch (op) {
	case '*':
		return (unsigned)a * b;
	case '/':
	case '%':
		if (!b)
			return set_error(c, BY_ZERO);
		/* INT_MIN / -1 does not fit and would trap. */
		if (b == -1)
			return op == '/' ? -(unsigned)a : 0;
		return op == '/' ? a / b : a % b;
	case '+':
		return (unsigned)a + b;
	case '-':
		return (unsigned)a - b;
	case '<':
		return (unsigned)b > 31 ? 0 : (unsigned)a << b;
	case '>':
		return (unsigned)b > 31 ? (a < 0 ? -1 : 0) : a >> b;
	case '&':
		return a & b;
	case '^':
		return a ^ b;
	default:
		return a | b;
	}
}

/* From the strongest to the weakest. */
static const WCHAR *const levels[] = { L"*/%", L"+-", L"<>", L"&", L"^", L"|" };

/* A binary operator of this level, not an assignment. */
static WCHAR operator_at(struct calc *c, int level)
{
	WCHAR op;
	size_t n = 1;

	blanks(c);
	op = *c->p;
	if (!op || !wcschr(levels[level], op))
		return 0;
	if (op == '<' || op == '>') {
		if (c->p[1] != op)
			return 0;
		n = 2;
	}
	if (c->p[n] == '=')
		return 0;
	c->p += n;
	return op;
}

static struct value binary(struct calc *c, int level)
{
	struct value a = level < 0 ? unary(c) : binary(c, level - 1);
	WCHAR op;

	if (level < 0)
		return a;
	while (!c->error && (op = operator_at(c, level)))
		a = number(apply(c, op, a.n, binary(c, level - 1).n));
	return a;
}

static void store(const struct value *v, int n)
{
	WCHAR text[16];

	_snwprintf(text, COUNT_OF(text), L"%d", n);
	SetEnvironmentVariableW(copy_text(v->name, v->name_len), text);
}

static struct value assignment(struct calc *c)
{
	static const WCHAR *const ops[] = { L"<<=", L">>=", L"*=", L"/=",
					    L"%=",  L"+=",  L"-=", L"&=",
					    L"^=",  L"|=",  L"=" };
	struct value a = binary(c, COUNT_OF(levels) - 1), b;

	for (size_t i = 0; i < COUNT_OF(ops) && !c->error; i++) {
		if (!accept(c, ops[i]))
			continue;
		if (!a.name) {
			set_error(c, MISSING_OPERAND);
			return a;
		}
		b = assignment(c);
		if (ops[i][0] != '=')
			b.n = apply(c, ops[i][0], a.n, b.n);
		if (!c->error)
			store(&a, b.n);
		return number(b.n);
	}
	return a;
}

static struct value list(struct calc *c)
{
	struct value v = assignment(c);

	while (!c->error && accept(c, L","))
		v = assignment(c);
	return v;
}

int evaluate(const WCHAR *s, int *value)
{
	static const struct {
		int error;
		const WCHAR *text;
	} texts[] = {
		{ UNBALANCED, L"Unbalanced parenthesis." },
		{ MISSING_OPERAND, L"Missing operand." },
		{ MISSING_OPERATOR, L"Missing operator." },
		{ BAD_NUMBER,
		  L"Invalid number.  Numeric constants are either decimal "
		  L"(17),\r\nhexadecimal (0x11), or octal (021)." },
		{ TOO_LARGE, L"Invalid number.  Numbers are limited to 32-bits "
			     L"of precision." },
		{ BY_ZERO, L"Divide by zero error." },
	};
	struct calc c = { .p = s };
	struct value v = list(&c);

	blanks(&c);
	if (!c.error && *c.p)
		set_error(&c, *c.p == ')' ? UNBALANCED : MISSING_OPERATOR);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (c.error == texts[i].error)
			fail_text(texts[i].text);
	*value = v.n;
	return c.error;
}
