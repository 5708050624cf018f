/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pattern.c - findstr's regular expressions: . * ^ $ [class] \x \< \>
 *
 * There is no alternation and no grouping, so an expression is a list of
 * single characters, each perhaps with a star: matched by trying the longest
 * run first.
 */
#include "tool.h"

#include "pattern.h"

struct match {
	const WCHAR *line;
	size_t n;
	bool ignore_case, to_end;
};

bool pattern_is_regex(const wchar_t *s)
{
	for (; *s; s++) {
		if (*s == '\\' && s[1])
			s++;
		else if (wcschr(L".*^$[]", *s))
			return true;
	}
	return false;
}

static bool is_word(const struct match *m, size_t i)
{
	/* The function, which ntdll has, not the headers' macro. */
	return i < m->n && ((iswalnum)(m->line[i]) || m->line[i] == '_');
}

static WCHAR fold(const struct match *m, WCHAR c)
{
	return m->ignore_case ? towlower(c) : c;
}

/* Where the element at p ends, without its star. */
static const WCHAR *element_end(const WCHAR *p)
{
	if (*p == '\\' && p[1])
		return p + 2;
	if (*p == '[') {
		const WCHAR *q = p + 1;

		q += *q == '^';
		q += *q == ']';
		while (*q && *q != ']')
			q += *q == '\\' && q[1] ? 2 : 1;
		if (*q)
			return q + 1;
	}
	return p + 1;
}

static bool in_class(const struct match *m, const WCHAR *p, const WCHAR *end,
		     WCHAR c)
{
	bool negated = *++p == '^', in = false;

	p += negated;
	end--;
	c = fold(m, c);
	while (p < end) {
		WCHAR from = *p++, to = from;

		if (from == '\\' && p < end)
			from = to = *p++;
		if (p + 1 < end && *p == '-') {
			to = p[1];
			p += 2;
		}
		if (c >= fold(m, from) && c <= fold(m, to))
			in = true;
	}
	return in != negated;
}

static bool one(const struct match *m, const WCHAR *p, const WCHAR *end,
		WCHAR c)
{
	if (*p == '.' && end == p + 1)
		return true;
	if (*p == '[' && end > p + 1)
		return in_class(m, p, end, c);
	if (*p == '\\' && end == p + 2)
		p++;
	return fold(m, *p) == fold(m, c);
}

static bool here(const struct match *m, const WCHAR *p, size_t i)
{
	while (*p) {
		const WCHAR *end = element_end(p);
		size_t run;

		if (*p == '$' && !p[1])
			return i == m->n;
		if (!wcsncmp(p, L"\\<", 2) || !wcsncmp(p, L"\\>", 2)) {
			bool before = i && is_word(m, i - 1);

			if (p[1] == '<' ? before || !is_word(m, i)
					: !before || is_word(m, i))
				return false;
			p = end;
			continue;
		}
		if (*end != '*') {
			if (i >= m->n || !one(m, p, end, m->line[i]))
				return false;
			i++;
			p = end;
			continue;
		}
		for (run = i; run < m->n && one(m, p, end, m->line[run]); run++)
			;
		for (;; run--) {
			if (here(m, end + 1, run))
				return true;
			if (run == i)
				return false;
		}
	}
	return !m->to_end || i == m->n;
}

bool pattern_matches(const wchar_t *pattern, const wchar_t *line, size_t n,
		     bool ignore_case, bool begin, bool end)
{
	struct match m = { line, n, ignore_case, end };

	if (*pattern == '^') {
		pattern++;
		begin = true;
	}
	for (size_t i = 0; i <= n; i++) {
		if (here(&m, pattern, i))
			return true;
		if (begin)
			break;
	}
	return false;
}
