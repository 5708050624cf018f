/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start.c - start ["title"] [/switches] command: a program without waiting.
 *
 * What is no program is run by another cmd.exe.  On Windows that one stays in
 * its window (/k); here is no window, and it would read our terminal: /c.
 * What becomes of the new console that is asked for, CreateProcess says.
 */
#include "cmd.h"

struct start {
	bool wait, same_console;
	DWORD flags;
	WORD show;
	WCHAR *dir;
	WCHAR *title;
	ULONGLONG affinity;
};

static bool take_switch(struct start *st, const WCHAR *w, const WCHAR **rest)
{
	static const struct {
		const WCHAR *name;
		DWORD flags;
	} priorities[] = {
		{ L"/low", IDLE_PRIORITY_CLASS },
		{ L"/normal", NORMAL_PRIORITY_CLASS },
		{ L"/high", HIGH_PRIORITY_CLASS },
		{ L"/realtime", REALTIME_PRIORITY_CLASS },
		{ L"/abovenormal", ABOVE_NORMAL_PRIORITY_CLASS },
		{ L"/belownormal", BELOW_NORMAL_PRIORITY_CLASS },
		{ L"/separate", CREATE_SEPARATE_WOW_VDM },
		{ L"/shared", CREATE_SHARED_WOW_VDM },
	};

	for (size_t i = 0; i < COUNT_OF(priorities); i++) {
		if (!_wcsicmp(w, priorities[i].name)) {
			st->flags |= priorities[i].flags;
			return true;
		}
	}
	if (!_wcsicmp(w, L"/wait") || !_wcsicmp(w, L"/w")) {
		st->wait = true;
	} else if (!_wcsicmp(w, L"/b")) {
		st->same_console = true;
	} else if (!_wcsicmp(w, L"/i")) {
		/* The first environment: children get ours as it is now. */
	} else if (!_wcsicmp(w, L"/min")) {
		st->show = SW_SHOWMINNOACTIVE;
	} else if (!_wcsicmp(w, L"/max")) {
		st->show = SW_SHOWMAXIMIZED;
	} else if (!_wcsnicmp(w, L"/d", 2)) {
		const WCHAR *dir = w[2] ? w + 2 : next_word(rest);

		st->dir = dir ? unquoted(dir) : NULL;
		return dir != NULL;
	} else if (!_wcsicmp(w, L"/affinity") || !_wcsicmp(w, L"/node")) {
		const WCHAR *mask = next_word(rest);

		if (!mask)
			return false;
		if (!_wcsicmp(w, L"/affinity"))
			st->affinity = _wcstoui64(mask, NULL, 16);
	} else {
		return false;
	}
	return true;
}

static bool launch(struct start *st, const WCHAR *name, const WCHAR *text,
		   PROCESS_INFORMATION *pi)
{
	enum program_kind kind = PROGRAM_NONE;
	WCHAR own[MAX_PATH], *path = NULL, *line;
	struct str t = { 0 };

	if (!find_builtin(name, wcslen(name))) {
		kind = find_program(unquoted(name), &path);
		if (kind == PROGRAM_NONE) {
			SetLastError(ERROR_FILE_NOT_FOUND);
			return false;
		}
	}
	if (kind == PROGRAM_EXE || kind == PROGRAM_OTHER) {
		line = copy_text(text, wcslen(text));
	} else {
		GetModuleFileNameW(NULL, own, COUNT_OF(own));
		path = own;
		str_puts(&t, own);
		str_puts(&t, L" /C ");
		str_puts(&t, text);
		line = t.s;
	}
	return start_program(path, line, st->dir, st->title, st->flags,
			     st->show, pi);
}

int cmd_start_command(WCHAR *args)
{
	struct start st = { 0 };
	PROCESS_INFORMATION pi;
	const WCHAR *s = args, *at;
	WCHAR *w;
	int code = 0;

	for (;;) {
		at = s = skip_delimiters(s);
		w = next_word(&s);
		if (!w)
			break;
		if (*w == '"' && !st.title) {
			st.title = unquoted(w);
		} else if (*w == '/') {
			if (!take_switch(&st, w, &s)) {
				errf(L"Invalid switch - \"%ls\".\r\n", w + 1);
				return 1;
			}
		} else {
			break;
		}
	}
	if (!w) {
		at = w = take(MAX_PATH * sizeof *w);
		GetModuleFileNameW(NULL, w, MAX_PATH);
	}
	if (!st.same_console)
		st.flags |= CREATE_NEW_CONSOLE;
	else
		st.flags |= CREATE_NEW_PROCESS_GROUP;
	if (st.affinity)
		st.flags |= CREATE_SUSPENDED;
	if (!launch(&st, w, at, &pi)) {
		DWORD error = GetLastError();

		if (error == ERROR_FILE_NOT_FOUND)
			errf(L"The system cannot find the file %ls.\r\n",
			     unquoted(w));
		else
			err_code(error);
		return cmd.level = 9059;
	}
	if (st.affinity) {
		if (!SetProcessAffinityMask(pi.hProcess, st.affinity))
			err_code(GetLastError());
		ResumeThread(pi.hThread);
	}
	if (st.wait) {
		code = wait_program(&pi);
		cmd.level = code;
		return code;
	}
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	return 0;
}
