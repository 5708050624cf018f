/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dir-match.c - NT's wild cards.
 *
 * All states the pattern can be in are followed at once, so a hostile pattern
 * costs its length times the name's and no more.
 */
#include "syscall-xlate/nt/dir-match.h"

#include <string.h>

#include "base/utf.h"

enum { MAX_PATTERN = 256 };

/* From a set of states, the pattern positions reached without a character. */
static void close_set(const uint16_t *p, size_t np, bool *set, bool at_end,
		      bool at_dot)
{
	for (size_t i = 0; i < np; i++) {
		if (!set[i])
			continue;
		if (p[i] == '*' || p[i] == '<')
			set[i + 1] = true;
		else if (p[i] == '>' && (at_end || at_dot))
			set[i + 1] = true;
		else if (p[i] == '"' && at_end)
			set[i + 1] = true;
	}
}

bool dir_match(const uint16_t *p, size_t np, const uint16_t *name, size_t nn,
	       bool exact)
{
	bool set[MAX_PATTERN + 1] = { true }, next[MAX_PATTERN + 1];
	size_t last_dot = nn;

	if (np > MAX_PATTERN)
		return false;
	if (np == 1 && *p == '*')
		return true;
	for (size_t i = 0; i < nn; i++)
		if (name[i] == '.')
			last_dot = i;

	for (size_t i = 0; i < nn; i++) {
		uint16_t c = exact ? name[i] : utf16_upcase(name[i]);

		close_set(p, np, set, false, c == '.');
		memset(next, 0, np + 1);
		for (size_t k = 0; k < np; k++) {
			if (!set[k])
				continue;
			switch (p[k]) {
			case '*':
				next[k] = true;
				break;
			case '<':
				if (i != last_dot)
					next[k] = true;
				break;
			case '?':
				next[k + 1] = true;
				break;
			case '>':
				if (c != '.')
					next[k + 1] = true;
				break;
			case '"':
				if (c == '.')
					next[k + 1] = true;
				break;
			default:
				if ((exact ? p[k] : utf16_upcase(p[k])) == c)
					next[k + 1] = true;
			}
		}
		memcpy(set, next, np + 1);
	}
	close_set(p, np, set, true, false);
	return set[np];
}

bool dir_has_wildcards(const uint16_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < 0x80 && strchr("*?<>\"", p[i]) && p[i])
			return true;
	return false;
}
