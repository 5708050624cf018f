/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sxs-xml.c - a reader of XML for manifests: tags, attributes, namespaces.
 *
 * It reads within [p, end) alone and copies nothing: names and values are
 * spans of the text.  Document types are refused, so that nothing can grow.
 */
#include "sxs.h"

static BOOL blank(WCHAR c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct xml *x)
{
	while (x->p < x->end && blank(*x->p))
		x->p++;
}

static BOOL name_unit(WCHAR c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.' ||
	       c == ':';
}

static struct xml_span take_name(struct xml *x)
{
	struct xml_span v = { x->p, 0 };

	while (x->p < x->end && name_unit(*x->p))
		x->p++;
	v.n = x->p - v.s;
	return v;
}

static BOOL same(struct xml_span a, struct xml_span b)
{
	return a.n == b.n && !memcmp(a.s, b.s, a.n * sizeof(WCHAR));
}

static BOOL span_is(struct xml_span a, const WCHAR *s)
{
	return same(a, (struct xml_span){ s, wide_len(s) });
}

/* "prefix:name" is cut in two; without a colon the prefix is empty. */
static struct xml_span split(struct xml_span *name)
{
	struct xml_span prefix = { name->s, 0 };

	for (DWORD i = 0; i < name->n; i++)
		if (name->s[i] == ':') {
			prefix.n = i;
			name->s += i + 1;
			name->n -= i + 1;
			break;
		}
	return prefix;
}

static BOOL starts(const struct xml *x, const char *s)
{
	const WCHAR *p = x->p;

	for (; *s; s++, p++)
		if (p == x->end || *p != (WCHAR)*s)
			return FALSE;
	return TRUE;
}

/* Moves behind the next s. */
static BOOL pass(struct xml *x, const char *s)
{
	DWORD n = 0;

	while (s[n])
		n++;
	for (; x->p < x->end; x->p++)
		if (starts(x, s)) {
			x->p += n;
			return TRUE;
		}
	return FALSE;
}

void xml_init(struct xml *x, const WCHAR *s, DWORD n)
{
	memset(x, 0, sizeof *x);
	x->p = s;
	x->end = s + n;
}

static BOOL fail(struct xml *x)
{
	x->failed = TRUE;
	return FALSE;
}

/* key="value", until '>' or "/>" */
static BOOL attributes(struct xml *x)
{
	x->count = 0;
	for (;;) {
		struct xml_span key, value;
		WCHAR quote;

		skip_blanks(x);
		if (x->p == x->end)
			return fail(x);
		if (*x->p == '>' || *x->p == '/')
			return TRUE;
		key = take_name(x);
		skip_blanks(x);
		if (!key.n || x->p == x->end || *x->p != '=')
			return fail(x);
		x->p++;
		skip_blanks(x);
		if (x->p == x->end || (*x->p != '"' && *x->p != '\''))
			return fail(x);
		quote = *x->p++;
		value.s = x->p;
		while (x->p < x->end && *x->p != quote && *x->p != '<')
			x->p++;
		if (x->p == x->end || *x->p != quote)
			return fail(x);
		value.n = x->p++ - value.s;
		if (x->count == XML_ATTRIBUTES)
			return fail(x);
		x->key[x->count] = key;
		x->value[x->count++] = value;
	}
}

/* Namespaces that this element declares; then its own. */
static BOOL namespaces(struct xml *x)
{
	struct xml_span prefix;

	for (DWORD i = 0; i < x->count; i++) {
		struct xml_span name = x->key[i], before = split(&name);
		BOOL is_default = !before.n && span_is(name, L"xmlns");

		if (!is_default && !span_is(before, L"xmlns"))
			continue;
		if (x->spaces == XML_DEPTH)
			return fail(x);
		x->ns[x->spaces].prefix =
			is_default ? (struct xml_span){ name.s, 0 } : name;
		x->ns[x->spaces].uri = x->value[i];
		x->ns[x->spaces++].depth = x->depth;
	}
	prefix = split(&x->name);
	x->space = (struct xml_span){ NULL, 0 };
	for (DWORD i = x->spaces; i--;)
		if (same(x->ns[i].prefix, prefix)) {
			x->space = x->ns[i].uri;
			break;
		}
	return TRUE;
}

/* Leaves an element; its name is in x->name, with the prefix. */
static BOOL leave(struct xml *x)
{
	struct xml_span prefix;

	if (!x->depth || !same(x->open[x->depth - 1], x->name))
		return fail(x);
	prefix = split(&x->name);
	(void)prefix;
	x->closing = TRUE;
	x->count = 0;
	while (x->spaces && x->ns[x->spaces - 1].depth == x->depth)
		x->spaces--;
	x->depth--;
	return TRUE;
}

BOOL xml_next(struct xml *x)
{
	if (x->failed)
		return FALSE;
	if (x->empty) {
		x->empty = FALSE;
		x->name = x->open[x->depth - 1];
		return leave(x);
	}
	for (;;) {
		while (x->p < x->end && *x->p != '<') {
			if (!x->depth && !blank(*x->p))
				return fail(x); /* text outside of all */
			x->p++;
		}
		if (x->p == x->end)
			return x->depth ? fail(x) : FALSE;
		if (starts(x, "<?")) {
			if (!pass(x, "?>"))
				return fail(x);
		} else if (starts(x, "<!--")) {
			x->p += 4;
			if (!pass(x, "-->"))
				return fail(x);
		} else if (starts(x, "<![CDATA[")) {
			if (!pass(x, "]]>"))
				return fail(x);
		} else if (starts(x, "<!")) {
			return fail(x);
		} else {
			break;
		}
	}
	x->p++;
	if (x->p < x->end && *x->p == '/') {
		x->p++;
		x->name = take_name(x);
		skip_blanks(x);
		if (x->p == x->end || *x->p != '>')
			return fail(x);
		x->p++;
		return leave(x);
	}
	x->name = take_name(x);
	if (!x->name.n || x->depth == XML_DEPTH)
		return fail(x);
	x->open[x->depth++] = x->name;
	if (!attributes(x))
		return FALSE;
	if (*x->p == '/') {
		x->empty = TRUE;
		x->p++;
		if (x->p == x->end || *x->p != '>')
			return fail(x);
	}
	x->p++;
	x->closing = FALSE;
	return namespaces(x);
}

BOOL xml_is(const struct xml *x, const WCHAR *name)
{
	return span_is(x->name, name);
}

struct xml_span xml_attribute(const struct xml *x, const WCHAR *key)
{
	for (DWORD i = 0; i < x->count; i++) {
		struct xml_span name = x->key[i];

		split(&name);
		if (span_is(name, key))
			return x->value[i];
	}
	return (struct xml_span){ NULL, 0 };
}

struct xml_span xml_text(struct xml *x)
{
	struct xml_span v = { x->p, 0 };

	if (x->empty)
		return v;
	while (x->p < x->end && *x->p != '<')
		x->p++;
	v.n = x->p - v.s;
	while (v.n && blank(*v.s))
		v.s++, v.n--;
	while (v.n && blank(v.s[v.n - 1]))
		v.n--;
	return v;
}

/* The character behind an '&' at s[0]; *used: how long that was. */
static WCHAR entity(const WCHAR *s, DWORD n, DWORD *used)
{
	static const struct {
		const WCHAR *name;
		WCHAR c;
	} known[] = { { L"&lt;", '<' },
		      { L"&gt;", '>' },
		      { L"&amp;", '&' },
		      { L"&quot;", '"' },
		      { L"&apos;", '\'' } };
	ULONG v = 0, base = 10;
	DWORD i;

	for (i = 0; i < ARRAY_LEN(known); i++) {
		DWORD len = wide_len(known[i].name);

		if (len <= n && !memcmp(s, known[i].name, len * sizeof *s)) {
			*used = len;
			return known[i].c;
		}
	}
	*used = 1;
	if (n < 4 || s[1] != '#')
		return '&';
	i = 2;
	if (s[2] == 'x') {
		base = 16;
		i = 3;
	}
	for (; i < n && s[i] != ';'; i++) {
		WCHAR c = s[i] | 0x20;
		ULONG digit = s[i] >= '0' && s[i] <= '9' ? s[i] - (ULONG)'0'
			      : c >= 'a' && c <= 'f'     ? c - (ULONG)'a' + 10
							 : 99;

		if (digit >= base || v > 0xfff)
			return '&';
		v = v * base + digit;
	}
	if (i == n || !v)
		return '&';
	*used = i + 1;
	return v;
}

DWORD xml_decode(struct xml_span v, WCHAR *to)
{
	DWORD n = 0, used;

	for (DWORD i = 0; i < v.n; i += used) {
		used = 1;
		to[n++] = v.s[i] == '&' ? entity(v.s + i, v.n - i, &used)
					: v.s[i];
	}
	return n;
}
