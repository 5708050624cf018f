/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory.c - the arena that a line's text lives in, and strings.
 *
 * The arena is a stack of chunks.  Who takes a mark releases it before
 * anything older grows again: commands nest, and so do marks.
 */
#include "cmd.h"

struct chunk {
	struct chunk *below;
	size_t size, used;
	char data[];
};

enum { CHUNK = 64 * 1024 - 64 };

static struct chunk *top, *spare;

void *keep(size_t bytes)
{
	void *p = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, bytes);

	if (!p) {
		static const char text[] = "Out of memory.\r\n";
		DWORD n;

		WriteFile(cmd.std[2], text, sizeof text - 1, &n, NULL);
		ExitProcess(1);
	}
	return p;
}

void drop(void *p)
{
	if (p)
		RtlFreeHeap(rf_heap(), 0, p);
}

WCHAR *keep_text(const WCHAR *s)
{
	size_t bytes = (wcslen(s) + 1) * sizeof *s;

	return memcpy(keep(bytes), s, bytes);
}

void *take(size_t bytes)
{
	struct chunk *c;
	void *p;

	bytes = (bytes + 15) & ~(size_t)15;
	if (!top || bytes > top->size - top->used) {
		if (spare && bytes <= spare->size) {
			c = spare;
			spare = NULL;
		} else {
			size_t size = bytes > CHUNK ? bytes : CHUNK;

			c = keep(sizeof *c + size);
			c->size = size;
		}
		c->used = 0;
		c->below = top;
		top = c;
	}
	p = top->data + top->used;
	top->used += bytes;
	memset(p, 0, bytes);
	return p;
}

struct mark arena_mark(void)
{
	return (struct mark){ top, top ? top->used : 0 };
}

void arena_release(struct mark m)
{
	while (top && top != m.chunk) {
		struct chunk *c = top;

		top = c->below;
		if (!spare && c->size == CHUNK)
			spare = c;
		else
			drop(c);
	}
	if (top)
		top->used = m.used;
}

WCHAR *copy_text(const WCHAR *s, size_t n)
{
	WCHAR *p = take((n + 1) * sizeof *p);

	memcpy(p, s, n * sizeof *p);
	return p;
}

void str_add(struct str *t, const WCHAR *s, size_t n)
{
	if (n >= t->room - t->n || !t->room) {
		size_t room = (t->n + n + 32) * 2;
		WCHAR *p = take(room * sizeof *p);

		if (t->n)
			memcpy(p, t->s, t->n * sizeof *p);
		t->s = p;
		t->room = room;
	}
	memcpy(t->s + t->n, s, n * sizeof *s);
	t->n += n;
	t->s[t->n] = 0;
}

void str_puts(struct str *t, const WCHAR *s)
{
	str_add(t, s, wcslen(s));
}

void str_putc(struct str *t, WCHAR c)
{
	str_add(t, &c, 1);
}

WCHAR *str_text(struct str *t)
{
	if (!t->s)
		str_add(t, L"", 0);
	return t->s;
}

bool is_blank(WCHAR c)
{
	return c == ' ' || c == '\t';
}

bool is_delimiter(WCHAR c)
{
	return is_blank(c) || c == ',' || c == ';' || c == '=' || c == '\n' ||
	       c == 0x0b || c == 0x0c || c == 0xa0;
}

WCHAR *skip_delimiters(const WCHAR *s)
{
	while (is_delimiter(*s))
		s++;
	return (WCHAR *)s;
}

WCHAR *skip_blanks(const WCHAR *s)
{
	while (is_blank(*s))
		s++;
	return (WCHAR *)s;
}

void trim_end(WCHAR *s)
{
	size_t n = wcslen(s);

	while (n && is_blank(s[n - 1]))
		s[--n] = 0;
}

bool same_word(const WCHAR *s, size_t n, const WCHAR *word)
{
	return wcslen(word) == n && !_wcsnicmp(s, word, n);
}

WCHAR *unquoted(const WCHAR *s)
{
	WCHAR *copy = take((wcslen(s) + 1) * sizeof *s), *p = copy;

	for (; *s; s++)
		if (*s != '"')
			*p++ = *s;
	return copy;
}

WCHAR *next_word(const WCHAR **s)
{
	const WCHAR *start = skip_delimiters(*s), *p = start;
	bool quoted = false;

	for (; *p && (quoted || !is_delimiter(*p)); p++)
		if (*p == '"')
			quoted = !quoted;
	*s = p;
	return p > start ? copy_text(start, p - start) : NULL;
}

const WCHAR *find_char(const WCHAR *s, WCHAR c, size_t n)
{
	for (; n; s++, n--)
		if (*s == c)
			return s;
	return NULL;
}

bool stack_low(size_t reserve)
{
	static ULONG_PTR low;
	ULONG_PTR high;

	if (!low)
		GetCurrentThreadStackLimits(&low, &high);
	return (ULONG_PTR)__builtin_frame_address(0) - low < reserve;
}
