/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process.c - see process.h. */
#include "process.h"

#include <tlhelp32.h>

struct process *processes(size_t *count)
{
	HANDLE s = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
	PROCESSENTRY32W e = { .dwSize = sizeof e };
	struct process *list = NULL;
	size_t n = 0, room = 0;

	*count = 0;
	if (s == INVALID_HANDLE_VALUE)
		return NULL;
	for (BOOL ok = Process32FirstW(s, &e); ok; ok = Process32NextW(s, &e)) {
		if (n == room) {
			struct process *more =
				get((room = room * 2 + 64) * sizeof *more);

			if (n)
				memcpy(more, list, n * sizeof *list);
			list = more;
		}
		list[n].id = e.th32ProcessID;
		list[n].parent = e.th32ParentProcessID;
		list[n].chosen = true;
		wcsncpy(list[n].name, e.szExeFile, MAX_PATH - 1);
		n++;
	}
	CloseHandle(s);
	*count = n;
	return list;
}

bool name_matches(const WCHAR *pattern, const WCHAR *name)
{
	for (; *pattern; pattern++, name++) {
		if (*pattern == '*') {
			for (;; name++) {
				if (name_matches(pattern + 1, name))
					return true;
				if (!*name)
					return false;
			}
		}
		if (!*name ||
		    (*pattern != '?' && towlower(*pattern) != towlower(*name)))
			return false;
	}
	return !*name;
}

static bool compare(const WCHAR *op, long a, long b)
{
	return !_wcsicmp(op, L"eq")   ? a == b
	       : !_wcsicmp(op, L"ne") ? a != b
	       : !_wcsicmp(op, L"gt") ? a > b
	       : !_wcsicmp(op, L"lt") ? a < b
	       : !_wcsicmp(op, L"ge") ? a >= b
				      : a <= b;
}

/* The next word of a filter; the last takes the rest. */
static WCHAR *word(const WCHAR **s, bool rest)
{
	size_t n;
	WCHAR *w;

	while (**s == ' ')
		++*s;
	n = rest ? wcslen(*s) : wcscspn(*s, L" ");
	w = copy_text(*s, n);
	*s += n;
	return w;
}

bool apply_filter(const WCHAR *filter, struct process *p, size_t n)
{
	static const WCHAR *const ops[] = { L"eq", L"ne", L"gt",
					    L"lt", L"ge", L"le" };
	const WCHAR *s = filter;
	WCHAR *what = word(&s, false), *op = word(&s, false);
	WCHAR *value = word(&s, true);
	bool by_name = !_wcsicmp(what, L"imagename"), known = false;

	for (size_t i = 0; i < COUNT_OF(ops); i++)
		known |= !_wcsicmp(op, ops[i]) && (!by_name || i < 2);
	if (!known || !*value || (!by_name && _wcsicmp(what, L"pid"))) {
		err(L"ERROR: The search filter cannot be recognized.\r\n");
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		bool yes =
			by_name ? name_matches(value, p[i].name) ==
					  !_wcsicmp(op, L"eq")
				: compare(op, p[i].id, wcstol(value, NULL, 10));

		p[i].chosen = p[i].chosen && yes;
	}
	return true;
}
