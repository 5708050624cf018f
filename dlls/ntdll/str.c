/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * str.c - the NUL-terminated byte strings that ntdll exports, but for what
 * looks and compares, which is the C runtime's (dlls/crt/memstr.c).
 *
 * Only the C locale, as in Windows' ntdll: case and classes are ASCII's.
 */
#include "nt.h"

#pragma GCC optimize("no-tree-loop-distribute-patterns")

char *__cdecl rf_strlwr(char *s);
char *__cdecl rf_strupr(char *s);
int __cdecl rf_stricmp(const char *a, const char *b);
int __cdecl rf_strnicmp(const char *a, const char *b, size_t n);
char *__cdecl rf_strtok_s(char *s, const char *delim, char **next);
int __cdecl rf_strcpy_s(char *to, size_t n, const char *from);
int __cdecl rf_strcat_s(char *to, size_t n, const char *from);
int __cdecl rf_strncpy_s(char *to, size_t n, const char *from, size_t count);
int __cdecl rf_strncat_s(char *to, size_t n, const char *from, size_t count);
int __cdecl rf_memcpy_s(void *to, size_t n, const void *from, size_t count);
int __cdecl rf_memmove_s(void *to, size_t n, const void *from, size_t count);

enum { INVALID = 22, RANGE = 34, TRUNCATED = 80 }; /* errno_t */
#define TRUNCATE_COUNT ((size_t)-1)

static inline int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static inline int upper(int c)
{
	return c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c;
}

int __cdecl rf_stricmp(const char *a, const char *b)
{
	int x, y;

	do {
		x = lower((unsigned char)*a++);
		y = lower((unsigned char)*b++);
	} while (x && x == y);
	return x - y;
}

int __cdecl rf_strnicmp(const char *a, const char *b, size_t n)
{
	int x, y;

	if (!n)
		return 0;
	do {
		x = lower((unsigned char)*a++);
		y = lower((unsigned char)*b++);
	} while (--n && x && x == y);
	return x - y;
}

char *__cdecl strcpy(char *to, const char *from)
{
	return memcpy(to, from, strlen(from) + 1);
}

char *__cdecl strncpy(char *to, const char *from, size_t n)
{
	size_t len = strnlen(from, n);

	memcpy(to, from, len);
	memset(to + len, 0, n - len);
	return to;
}

char *__cdecl strcat(char *to, const char *from)
{
	strcpy(to + strlen(to), from);
	return to;
}

char *__cdecl strncat(char *to, const char *from, size_t n)
{
	char *end = to + strlen(to);
	size_t len = strnlen(from, n);

	memcpy(end, from, len);
	end[len] = 0;
	return to;
}

/* Bit c of the set: may c belong to it? */
static void make_set(ULONG set[8], const char *chars)
{
	memset(set, 0, 8 * sizeof *set);
	for (; *chars; chars++)
		set[(unsigned char)*chars >> 5] |=
			1u << ((unsigned char)*chars & 31);
}

static int in_set(const ULONG set[8], char c)
{
	return set[(unsigned char)c >> 5] >> ((unsigned char)c & 31) & 1;
}

size_t __cdecl strspn(const char *s, const char *chars)
{
	ULONG set[8];
	size_t n;

	make_set(set, chars);
	for (n = 0; s[n] && in_set(set, s[n]); n++)
		;
	return n;
}

size_t __cdecl strcspn(const char *s, const char *chars)
{
	ULONG set[8];
	size_t n;

	make_set(set, chars);
	for (n = 0; s[n] && !in_set(set, s[n]); n++)
		;
	return n;
}

char *__cdecl strpbrk(const char *s, const char *chars)
{
	s += strcspn(s, chars);
	return *s ? (char *)s : NULL;
}

char *__cdecl rf_strtok_s(char *s, const char *delim, char **next)
{
	if (!s)
		s = *next;
	s += strspn(s, delim);
	*next = s;
	if (!*s)
		return NULL;
	*next += strcspn(s, delim);
	if (**next)
		*(*next)++ = 0;
	return s;
}

char *__cdecl rf_strlwr(char *s)
{
	for (char *at = s; *at; at++)
		*at = (char)lower((unsigned char)*at);
	return s;
}

char *__cdecl rf_strupr(char *s)
{
	for (char *at = s; *at; at++)
		*at = (char)upper((unsigned char)*at);
	return s;
}

int __cdecl rf_strncpy_s(char *to, size_t n, const char *from, size_t count)
{
	size_t len;

	if (!to || !n)
		return INVALID;
	*to = 0;
	if (!from)
		return count ? INVALID : 0;
	len = strnlen(from, count < n ? count : n);
	if (len == n) {
		if (count != TRUNCATE_COUNT)
			return RANGE;
		memcpy(to, from, n - 1);
		to[n - 1] = 0;
		return TRUNCATED;
	}
	memcpy(to, from, len);
	to[len] = 0;
	return 0;
}

int __cdecl rf_strncat_s(char *to, size_t n, const char *from, size_t count)
{
	size_t len = to ? strnlen(to, n) : 0;
	int err;

	if (!to || len == n)
		return INVALID;
	err = rf_strncpy_s(to + len, n - len, from, count);
	if (err && err != TRUNCATED)
		*to = 0;
	return err;
}

int __cdecl rf_strcpy_s(char *to, size_t n, const char *from)
{
	if (!to || !n)
		return INVALID;
	return from ? rf_strncpy_s(to, n, from, n) : (*to = 0, INVALID);
}

int __cdecl rf_strcat_s(char *to, size_t n, const char *from)
{
	return from ? rf_strncat_s(to, n, from, n) : INVALID;
}

int __cdecl rf_memcpy_s(void *to, size_t n, const void *from, size_t count)
{
	if (!count)
		return 0;
	if (!to)
		return INVALID;
	if (!from || n < count) {
		memset(to, 0, n);
		return from ? RANGE : INVALID;
	}
	memcpy(to, from, count);
	return 0;
}

int __cdecl rf_memmove_s(void *to, size_t n, const void *from, size_t count)
{
	if (!count)
		return 0;
	if (!to || !from)
		return INVALID;
	if (n < count)
		return RANGE;
	memmove(to, from, count);
	return 0;
}
