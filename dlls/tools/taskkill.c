/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * taskkill.c - ends processes of the session:
 *   taskkill [/f] [/t] {/pid id | /im name | /fi filter} ...
 *
 * There are no windows that could be asked to close: without /f nothing ends.
 * By name it ends Windows programs only: /im * is not to end the host's.
 * Exit code 128: no such process, 1: one could not be ended.
 */
#include "process.h"

enum { NOT_FOUND = 128 };

static struct {
	bool force, tree;
	struct process *p;
	size_t n;
	int code;
} o;

static void end_one(struct process *p, const struct process *parent,
		    bool by_name)
{
	WCHAR who[MAX_PATH + 80], *at = who;
	HANDLE h = NULL;
	bool ok = false;

	at += by_name ? _snwprintf(who, MAX_PATH + 40, L"\"%ls\" with PID %lu",
				   p->name, p->id)
		      : _snwprintf(who, MAX_PATH + 40, L"with PID %lu", p->id);
	if (parent)
		_snwprintf(at, 38, L" (child process of PID %lu)", parent->id);
	if (o.force)
		h = OpenProcess(PROCESS_TERMINATE, FALSE, p->id);
	if (h) {
		ok = TerminateProcess(h, 1);
		CloseHandle(h);
	}
	if (ok) {
		out(L"SUCCESS: The process %ls has been terminated.\r\n", who);
		return;
	}
	o.code = 1;
	err(L"ERROR: The process %ls could not be terminated.\r\nReason: %ls",
	    who,
	    o.force ? L""
		    : L"This process can only be terminated forcefully "
		      L"(with /F option).\r\n");
	if (o.force)
		err_code(GetLastError());
}

/* The children first, as they would lose their parent. */
static void end_tree(struct process *p, const struct process *parent,
		     bool by_name)
{
	p->chosen = false;
	for (size_t i = 0; o.tree && i < o.n; i++)
		if (o.p[i].chosen && o.p[i].parent == p->id)
			end_tree(&o.p[i], p, by_name);
	end_one(p, parent, by_name);
}

static bool is_windows_program(const WCHAR *name)
{
	const WCHAR *dot = wcsrchr(name, '.');

	return dot && (!_wcsicmp(dot, L".exe") || !_wcsicmp(dot, L".com"));
}

static void end_named(const WCHAR *name)
{
	bool found = false;

	for (size_t i = 0; i < o.n; i++) {
		if (!o.p[i].chosen || !name_matches(name, o.p[i].name) ||
		    !is_windows_program(o.p[i].name) ||
		    o.p[i].id == GetCurrentProcessId())
			continue;
		found = true;
		end_tree(&o.p[i], NULL, true);
	}
	if (!found) {
		err(L"ERROR: The process \"%ls\" not found.\r\n", name);
		o.code = NOT_FOUND;
	}
}

static void end_numbered(const WCHAR *text)
{
	DWORD id = wcstoul(text, NULL, 10);

	for (size_t i = 0; i < o.n; i++) {
		if (o.p[i].id == id && o.p[i].chosen) {
			end_tree(&o.p[i], NULL, false);
			return;
		}
	}
	err(L"ERROR: The process \"%ls\" not found.\r\n", text);
	o.code = NOT_FOUND;
}

const WCHAR tool_usage[] =
	L"Ends processes of the session.\r\n"
	L"\r\n"
	L"TASKKILL {/PID number | /IM name | /FI filter} ... [/F] [/T]\r\n"
	L"\r\n"
	L"  /PID  The process with this number.\r\n"
	L"  /IM   All with this name, in which * stands for anything.\r\n"
	L"  /FI   All of which this is true: see TASKLIST /?.\r\n"
	L"  /F    Ends them; there are no windows that could be asked to close "
	L"instead.\r\n"
	L"  /T    And the processes that they started.\r\n"
	L"\r\n"
	L"Exit code 128: there is no such process, 1: one could not be "
	L"ended.\r\n";

int tool_main(int argc, WCHAR **argv)
{
	bool named = false, filtered = false;

	o.p = processes(&o.n);
	for (int i = 1; i < argc; i++) {
		bool more = i + 1 < argc;

		if (is_switch(argv[i], L"f")) {
			o.force = true;
		} else if (is_switch(argv[i], L"t")) {
			o.tree = true;
		} else if (is_switch(argv[i], L"fi") && more) {
			filtered = true;
			if (!apply_filter(argv[++i], o.p, o.n))
				return 1;
		} else if ((is_switch(argv[i], L"pid") ||
			    is_switch(argv[i], L"im")) &&
			   more) {
			named = true;
			i++;
		} else {
			err(L"ERROR: Invalid argument/option - '%ls'.\r\nType "
			    L"\"TASKKILL /?\" for usage.\r\n",
			    argv[i]);
			return 1;
		}
	}
	if (!named && !filtered) {
		err(L"ERROR: Invalid syntax. Neither /FI nor /PID nor /IM were "
		    L"specified.\r\nType \"TASKKILL /?\" for usage.\r\n");
		return 1;
	}
	for (int i = 1; i + 1 < argc; i++) {
		if (is_switch(argv[i], L"pid"))
			end_numbered(argv[++i]);
		else if (is_switch(argv[i], L"im"))
			end_named(argv[++i]);
	}
	if (!named)
		end_named(L"*");
	return o.code;
}
