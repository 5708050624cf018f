/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * if.c - if [/i] [not] condition command [else command].
 *
 * equ and kin compare as numbers if both sides are numbers, else as text in
 * the order of the language; == compares text only.
 */
#include "cmd.h"

static int compare(const WCHAR *a, const WCHAR *b, bool ignore_case)
{
	int r = CompareStringW(LOCALE_USER_DEFAULT,
			       ignore_case ? NORM_IGNORECASE : 0, a, -1, b, -1);

	return r - CSTR_EQUAL;
}

static bool exists(const WCHAR *pattern)
{
	WCHAR *name = unquoted(pattern);
	WIN32_FIND_DATAW data;
	size_t n = wcslen(name);
	HANDLE h;

	if (!n)
		return false;
	if (!wcspbrk(name, L"*?"))
		return file_exists(name);
	h = FindFirstFileW(name, &data);
	if (h == INVALID_HANDLE_VALUE)
		return false;
	FindClose(h);
	return true;
}

static bool holds(const struct node *n)
{
	WCHAR *a = expand_delayed(expand_for(n->a)), *b;
	long x, y;
	int r;

	if (!wcscmp(n->test, L"exist"))
		return exists(a);
	if (!wcscmp(n->test, L"defined"))
		return variable(unquoted(a), wcslen(unquoted(a))) != NULL;
	if (!wcscmp(n->test, L"errorlevel"))
		return cmd.level >= wcstol(unquoted(a), NULL, 10);
	if (!wcscmp(n->test, L"cmdextversion"))
		return 2 >= wcstol(unquoted(a), NULL, 10);
	b = expand_delayed(expand_for(n->b));
	if (!wcscmp(n->test, L"=="))
		return !(n->ignore_case ? _wcsicmp(a, b) : wcscmp(a, b));
	if (parse_number(a, &x) && parse_number(b, &y))
		r = x < y ? -1 : x > y;
	else
		r = compare(a, b, n->ignore_case);
	if (!wcscmp(n->test, L"equ"))
		return r == 0;
	if (!wcscmp(n->test, L"neq"))
		return r != 0;
	if (!wcscmp(n->test, L"lss"))
		return r < 0;
	if (!wcscmp(n->test, L"leq"))
		return r <= 0;
	if (!wcscmp(n->test, L"gtr"))
		return r > 0;
	return r >= 0;
}

int run_if(struct node *n)
{
	struct mark m = arena_mark();
	bool yes = holds(n) != n->negate;

	arena_release(m);
	return run(yes ? n->left : n->right);
}
