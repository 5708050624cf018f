/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-undecorate.c - what type_info::name() says: a type's decorated name as C++
 * writes it.
 *
 * Types only: classes, templates, pointers, functions, constants as template
 * arguments.  What is not understood comes out as it went in.
 * Source: the mangling as clang's MicrosoftMangle.cpp documents it.
 */
#include "eh.h"

size_t eh_undecorate_type(char *to, size_t n, const char *decorated);

enum { MAX_DEPTH = 64, MAX_BACK = 10, MAX_TEXT = 4096 };

/* Text is made in place at out->s; a failure is remembered until the end. */
struct out {
	char *s;
	size_t n;
	BOOL failed;
};

struct parser {
	const char *p;
	struct out *o;
	int depth;
	/* What a digit stands for; inside template arguments anew. */
	struct {
		unsigned short from, len;
	} names[MAX_BACK], types[MAX_BACK];
	int nnames, ntypes;
	char store[MAX_TEXT];
	size_t stored;
};

static void type(struct parser *d);

static void fail(struct parser *d)
{
	d->o->failed = TRUE;
}

static void put_n(struct parser *d, const char *s, size_t n)
{
	if (d->o->n + n >= MAX_TEXT) {
		fail(d);
		return;
	}
	memcpy(d->o->s + d->o->n, s, n);
	d->o->n += n;
}

static void put(struct parser *d, const char *s)
{
	put_n(d, s, strlen(s));
}

static BOOL next_is(struct parser *d, const char *s)
{
	size_t n = strlen(s);

	if (strncmp(d->p, s, n))
		return FALSE;
	d->p += n;
	return TRUE;
}

static void remember(struct parser *d, BOOL is_name, size_t from)
{
	size_t len = d->o->n - from;
	int *count = is_name ? &d->nnames : &d->ntypes;

	if (*count == MAX_BACK || d->o->failed)
		return;
	if (d->stored + len > sizeof d->store) {
		fail(d);
		return;
	}
	memcpy(d->store + d->stored, d->o->s + from, len);
	if (is_name) {
		/* The same name twice has one number. */
		for (int i = 0; i < d->nnames; i++)
			if (d->names[i].len == len &&
			    !memcmp(d->store + d->names[i].from,
				    d->store + d->stored, len))
				return;
		d->names[d->nnames].from = (unsigned short)d->stored;
		d->names[d->nnames++].len = (unsigned short)len;
	} else {
		d->types[d->ntypes].from = (unsigned short)d->stored;
		d->types[d->ntypes++].len = (unsigned short)len;
	}
	d->stored += len;
}

/* A number: 0-9 mean 1-10, else hexadecimal digits A-P up to @. */
static void number(struct parser *d)
{
	char text[24];
	ULONG64 v = 0;
	int n = 0;

	if (next_is(d, "?"))
		put(d, "-");
	if (*d->p >= '0' && *d->p <= '9') {
		v = (ULONG64)(*d->p++ - '0') + 1;
	} else {
		for (; *d->p >= 'A' && *d->p <= 'P'; d->p++)
			v = v << 4 | (ULONG64)(*d->p - 'A');
		if (!next_is(d, "@"))
			fail(d);
	}
	do
		text[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n)
		put_n(d, &text[--n], 1);
}

static void template_arguments(struct parser *d)
{
	BOOL first = TRUE;

	while (*d->p && *d->p != '@' && !d->o->failed) {
		if (next_is(d, "$$V") || next_is(d, "$$Z") || next_is(d, "$S"))
			continue; /* empty pack */
		if (!first)
			put(d, ",");
		first = FALSE;
		if (next_is(d, "$0"))
			number(d);
		else if (next_is(d, "$$Y"))
			fail(d);
		else
			type(d);
	}
	if (!next_is(d, "@"))
		fail(d);
}

/* "?$name@arguments@": the arguments have numbers of their own. */
static void template_name(struct parser *d)
{
	int nnames = d->nnames, ntypes = d->ntypes;
	size_t stored = d->stored;
	struct {
		unsigned short from, len;
	} names[MAX_BACK], types[MAX_BACK];
	const char *end;
	size_t from = d->o->n;

	memcpy(names, d->names, sizeof names);
	memcpy(types, d->types, sizeof types);
	d->nnames = d->ntypes = 0;
	end = strchr(d->p, '@');
	if (!end || *d->p == '?') {
		fail(d);
		return;
	}
	put_n(d, d->p, (size_t)(end - d->p));
	d->p = end + 1;
	remember(d, TRUE, from);
	put(d, "<");
	template_arguments(d);
	if (d->o->n && d->o->s[d->o->n - 1] == '>')
		put(d, " ");
	put(d, ">");
	memcpy(d->names, names, sizeof names);
	memcpy(d->types, types, sizeof types);
	d->nnames = nnames;
	d->ntypes = ntypes;
	/* Only texts behind the old ones are given up. */
	d->stored = stored;
}

static void fragment(struct parser *d)
{
	size_t from = d->o->n;
	const char *end;

	if (*d->p >= '0' && *d->p <= '9') {
		int i = *d->p++ - '0';

		if (i >= d->nnames)
			fail(d);
		else
			put_n(d, d->store + d->names[i].from, d->names[i].len);
		return;
	}
	if (next_is(d, "?$")) {
		template_name(d);
		remember(d, TRUE, from);
		return;
	}
	end = strchr(d->p, '@');
	if (!end) {
		fail(d);
		return;
	}
	if (!strncmp(d->p, "?A", 2))
		put(d, "`anonymous namespace'");
	else if (*d->p == '?')
		fail(d); /* local to a function */
	else
		put_n(d, d->p, (size_t)(end - d->p));
	d->p = end + 1;
	remember(d, TRUE, from);
}

/* Innermost first in the mangled form; the text is turned around. */
static void qualified(struct parser *d)
{
	size_t start = d->o->n;
	char *copy;

	if (++d->depth > MAX_DEPTH)
		fail(d);
	while (*d->p && *d->p != '@' && !d->o->failed) {
		size_t before = d->o->n, len, old = before - start;

		fragment(d);
		if (d->o->failed || !old)
			continue;
		/* "old" "new" becomes "new::old" */
		len = d->o->n - before;
		put(d, "::");
		copy = malloc(old + 1);
		if (!copy || d->o->failed || d->o->n + old >= MAX_TEXT) {
			free(copy);
			fail(d);
			break;
		}
		memcpy(copy, d->o->s + start, old);
		memmove(d->o->s + start, d->o->s + before, len + 2);
		memcpy(d->o->s + start + len + 2, copy, old);
		free(copy);
	}
	if (!next_is(d, "@"))
		fail(d);
	d->depth--;
}

static const struct {
	const char *code, *text;
} plain[] = {
	{ "C", "signed char" },
	{ "D", "char" },
	{ "E", "unsigned char" },
	{ "F", "short" },
	{ "G", "unsigned short" },
	{ "H", "int" },
	{ "I", "unsigned int" },
	{ "J", "long" },
	{ "K", "unsigned long" },
	{ "M", "float" },
	{ "N", "double" },
	{ "O", "long double" },
	{ "X", "void" },
	{ "_N", "bool" },
	{ "_J", "__int64" },
	{ "_K", "unsigned __int64" },
	{ "_W", "wchar_t" },
	{ "_S", "char16_t" },
	{ "_U", "char32_t" },
	{ "_Q", "char8_t" },
	{ "$$T", "std::nullptr_t" },
};

/* const and volatile of what is pointed to: A B C D. */
static const char *qualifiers(struct parser *d)
{
	static const char *const text[] = { "", " const", " volatile",
					    " const volatile" };

	if (*d->p < 'A' || *d->p > 'D') {
		fail(d);
		return "";
	}
	return text[*d->p++ - 'A'];
}

/* Calling convention, result, arguments; star: "*" between, for pointers. */
static void function(struct parser *d, const char *star)
{
	const char *convention = *d->p == 'A' || *d->p == 'B'   ? "__cdecl"
				 : *d->p == 'E' || *d->p == 'F' ? "__thiscall"
				 : *d->p == 'G' || *d->p == 'H' ? "__stdcall"
				 : *d->p == 'I' || *d->p == 'J' ? "__fastcall"
				 : *d->p == 'Q' || *d->p == 'R' ? "__vectorcall"
								: NULL;
	BOOL first = TRUE;

	if (!convention) {
		fail(d);
		return;
	}
	d->p++;
	type(d);
	put(d, *star ? " (" : " ");
	put(d, convention);
	put(d, star);
	put(d, *star ? ")(" : "(");
	if (next_is(d, "X")) {
		put(d, "void");
	} else {
		while (*d->p && *d->p != '@' && *d->p != 'Z' && !d->o->failed) {
			const char *begin = d->p;
			size_t from = d->o->n;

			if (!first)
				put(d, ",");
			from = d->o->n;
			first = FALSE;
			type(d);
			if (d->p - begin > 1)
				remember(d, FALSE, from);
		}
		if (next_is(d, "Z"))
			put(d, first ? "..." : ",...");
		else if (!next_is(d, "@"))
			fail(d);
	}
	put(d, ")");
	if (!next_is(d, "Z") && !next_is(d, "_E"))
		fail(d);
}

static void pointer(struct parser *d, const char *mark, const char *own)
{
	const char *q;

	if (next_is(d, "6")) {
		char star[32] = "*";

		strcpy(star, mark[0] == ' ' ? mark + 1 : mark);
		strcat(star, own);
		function(d, star);
		return;
	}
	while (next_is(d, "E") || next_is(d, "I") || next_is(d, "F"))
		; /* __ptr64, __restrict, __unaligned */
	q = qualifiers(d);
	if (*d->p == 'Y') {
		fail(d); /* arrays */
		return;
	}
	type(d);
	put(d, q);
	put(d, mark);
	put(d, " __ptr64");
	put(d, own);
}

static BOOL named(struct parser *d)
{
	static const struct {
		const char *code, *text;
	} kinds[] = { { "V", "class " },
		      { "U", "struct " },
		      { "T", "union " },
		      { "W4", "enum " } };

	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (next_is(d, kinds[i].code)) {
			put(d, kinds[i].text);
			qualified(d);
			return TRUE;
		}
	}
	return FALSE;
}

static void type(struct parser *d)
{
	if (++d->depth > MAX_DEPTH)
		fail(d);
	if (d->o->failed)
		return;
	if (*d->p >= '0' && *d->p <= '9') {
		int i = *d->p++ - '0';

		if (i >= d->ntypes)
			fail(d);
		else
			put_n(d, d->store + d->types[i].from, d->types[i].len);
	} else if (next_is(d, "P")) {
		pointer(d, " *", "");
	} else if (next_is(d, "Q")) {
		pointer(d, " *", " const");
	} else if (next_is(d, "A")) {
		pointer(d, " &", "");
	} else if (next_is(d, "$$Q")) {
		pointer(d, " &&", "");
	} else if (next_is(d, "$$A6")) {
		function(d, "");
	} else if (next_is(d, "$$C") || next_is(d, "?")) {
		const char *q = qualifiers(d);

		type(d);
		put(d, q);
	} else if (!named(d)) {
		for (unsigned i = 0;; i++) {
			if (i == sizeof plain / sizeof *plain) {
				fail(d);
				break;
			}
			if (next_is(d, plain[i].code)) {
				put(d, plain[i].text);
				break;
			}
		}
	}
	d->depth--;
}

size_t eh_undecorate_type(char *to, size_t n, const char *decorated)
{
	struct parser *d = calloc(1, sizeof *d + MAX_TEXT);
	struct out o = { .s = (char *)(d + 1) };
	const char *text = decorated;
	size_t len = strlen(decorated);

	if (d) {
		d->p = decorated;
		d->o = &o;
		type(d);
		if (!o.failed && !*d->p) {
			text = o.s;
			len = o.n;
		}
	}
	if (n) {
		len = len < n ? len : n - 1;
		memcpy(to, text, len);
		to[len] = 0;
	}
	free(d);
	return len + 1;
}
