/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console-alias.c - what an alias makes of a line.  Source: doskey's help. */
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/console-history.h"

struct made {
	uint16_t *s;
	size_t n, room;
	bool failed;
};

static void add(struct made *m, const uint16_t *s, size_t n)
{
	if (m->n + n > LINE_MAX_UNITS) {
		m->failed = true;
		return;
	}
	if (m->n + n > m->room) {
		size_t room = (m->n + n) * 2;
		uint16_t *more = realloc(m->s, room * sizeof *more);

		if (!more) {
			m->failed = true;
			return;
		}
		m->s = more;
		m->room = room;
	}
	memcpy(m->s + m->n, s, n * sizeof *s);
	m->n += n;
}

static void add_one(struct made *m, uint16_t c)
{
	add(m, &c, 1);
}

static void add_end(struct made *m)
{
	add_one(m, '\r');
	add_one(m, '\n');
}

static size_t skip(struct units t, size_t at, bool blanks)
{
	while (at < t.n && (t.s[at] == ' ') == blanks)
		at++;
	return at;
}

struct units alias_word(struct units line)
{
	size_t from = skip(line, 0, true), to = skip(line, from, false);

	return (struct units){ line.s + from, to - from };
}

/* Word i of the line; 0 is the alias itself. */
static struct units word(struct units line, int i)
{
	size_t from = skip(line, 0, true), to;

	for (; i; i--)
		from = skip(line, skip(line, from, false), true);
	to = skip(line, from, false);
	return (struct units){ line.s + from, to - from };
}

/* All that is behind the alias. */
static struct units rest(struct units line)
{
	size_t from = skip(line, skip(line, skip(line, 0, true), false), true);

	return (struct units){ line.s + from, line.n - from };
}

static void add_special(struct made *m, uint16_t c, struct units line)
{
	static const char from[] = "gGlLbB$", to[] = ">><<||$";
	struct units part;
	const char *p;

	if (c >= '1' && c <= '9') {
		part = word(line, c - '0');
		add(m, part.s, part.n);
	} else if (c == '*') {
		part = rest(line);
		add(m, part.s, part.n);
	} else if (c == 't' || c == 'T') {
		add_end(m);
	} else if (c && c < 128 && (p = strchr(from, c))) {
		add_one(m, (uint8_t)to[p - from]);
	} else {
		add_one(m, '$');
		add_one(m, c);
	}
}

uint16_t *alias_expand(struct units target, struct units line, size_t *n)
{
	struct made m = { 0 };

	for (size_t i = 0; i < target.n; i++) {
		if (target.s[i] == '$' && i + 1 < target.n)
			add_special(&m, target.s[++i], line);
		else
			add_one(&m, target.s[i]);
	}
	add_end(&m);
	if (m.failed) {
		free(m.s);
		return NULL;
	}
	*n = m.n;
	return m.s;
}
