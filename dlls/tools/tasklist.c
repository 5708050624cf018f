/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tasklist.c - the processes of the session:
 *   tasklist [/fo table | list | csv] [/nh] [/fi filter]
 */
#include "process.h"

#include <psapi.h>

enum form { FORM_TABLE, FORM_LIST, FORM_CSV };

static WCHAR *memory(DWORD id)
{
	HANDLE h = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, id);
	PROCESS_MEMORY_COUNTERS m = { .cb = sizeof m };
	WCHAR digits[24], *s = get(40 * sizeof *s), *p = s;
	int n;

	if (h) {
		K32GetProcessMemoryInfo(h, &m, sizeof m);
		CloseHandle(h);
	}
	n = _snwprintf(digits, COUNT_OF(digits), L"%I64u",
		       (ULONGLONG)m.WorkingSetSize / 1024);
	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	wcscpy(p, L" K");
	return s;
}

static void show(const struct process *p, enum form form)
{
	const WCHAR *formats[] = {
		L"%-25.25ls %8lu %-16ls %11lu %12ls\r\n",
		L"\r\nImage Name:   %ls\r\nPID:          %lu\r\nSession Name: "
		L"%ls\r\nSession#:     %lu\r\nMem Usage:    %ls\r\n",
		L"\"%ls\",\"%lu\",\"%ls\",\"%lu\",\"%ls\"\r\n",
	};
	DWORD session = 1;

	ProcessIdToSessionId(p->id, &session);
	out(formats[form], p->id ? p->name : L"System Idle Process", p->id,
	    L"Console", session, memory(p->id));
}

static void header(enum form form)
{
	if (form == FORM_TABLE)
		out(L"\r\nImage Name                     PID Session Name      "
		    L"  Session#    Mem Usage\r\n========================= "
		    L"======== ================ =========== "
		    L"============\r\n");
	else if (form == FORM_CSV)
		out(L"\"Image Name\",\"PID\",\"Session Name\",\"Session#\","
		    L"\"Mem Usage\"\r\n");
}

static bool take_form(const WCHAR *s, enum form *form)
{
	static const WCHAR *const names[] = { L"table", L"list", L"csv" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!_wcsicmp(s, names[i])) {
			*form = i;
			return true;
		}
	}
	err(L"ERROR: Invalid syntax. Invalid value for '/FO' option.\r\n");
	return false;
}

const WCHAR tool_usage[] =
	L"Lists the session's processes.\r\n"
	L"\r\n"
	L"TASKLIST [/FO TABLE | LIST | CSV] [/NH] [/FI filter] ...\r\n"
	L"\r\n"
	L"  /FO  How.\r\n"
	L"  /NH  Without the line of titles.\r\n"
	L"  /FI  Only those of which this is true: a name, one of eq ne gt lt "
	L"ge le, and a\r\n"
	L"       value, as in \"IMAGENAME eq cmd.exe\" or \"PID gt 100\".\r\n";

int tool_main(int argc, WCHAR **argv)
{
	enum form form = FORM_TABLE;
	bool no_header = false;
	size_t n, shown = 0;
	struct process *p = processes(&n);

	for (int i = 1; i < argc; i++) {
		bool more = i + 1 < argc;

		if (is_switch(argv[i], L"fo") && more) {
			if (!take_form(argv[++i], &form))
				return 1;
		} else if (is_switch(argv[i], L"fi") && more) {
			if (!apply_filter(argv[++i], p, n))
				return 1;
		} else if (is_switch(argv[i], L"nh")) {
			no_header = true;
		} else {
			err(L"ERROR: Invalid argument/option - '%ls'.\r\nType "
			    L"\"TASKLIST /?\" for usage.\r\n",
			    argv[i]);
			return 1;
		}
	}
	for (size_t i = 0; i < n; i++)
		shown += p[i].chosen;
	if (!shown) {
		out(L"INFO: No tasks are running which match the specified "
		    L"criteria.\r\n");
		return 0;
	}
	if (!no_header)
		header(form);
	for (size_t i = 0; i < n; i++)
		if (p[i].chosen)
			show(&p[i], form);
	return 0;
}
