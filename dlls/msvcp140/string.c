/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * string.c - std::string and std::wstring as far as facets and error categories
 * hand them out.  The program frees them with its own operator delete, which is
 * the free() of the same ucrtbase.
 */
#include "msvcp.h"

struct string *string_make(struct string *s, const char *text, size_t n)
{
	char *to = s->here;

	s->room = 15;
	s->size = n;
	if (n > s->room) {
		to = must_malloc(n + 1);
		s->there = to;
		s->room = n;
	}
	memcpy(to, text, n);
	to[n] = 0;
	return s;
}

void string_free(struct string *s)
{
	if (s->room > 15)
		free(s->there);
}

struct wstring *wstring_make(struct wstring *s, const WCHAR *text, size_t n)
{
	WCHAR *to = s->here;

	s->room = 7;
	s->size = n;
	if (n > s->room) {
		to = must_malloc((n + 1) * sizeof *to);
		s->there = to;
		s->room = n;
	}
	memcpy(to, text, n * sizeof *to);
	to[n] = 0;
	return s;
}

void wstring_free(struct wstring *s)
{
	if (s->room > 7)
		free(s->there);
}
