/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * program.c - finding and starting programs.
 *
 * A name is looked for in the current folder and those of PATH, in each with
 * PATHEXT's extensions in their order.  What is found under its exact name
 * and is no Windows program may be one of Linux: CreateProcess knows.
 */
#include "cmd.h"

static enum program_kind kind_of(const WCHAR *path)
{
	const WCHAR *name = wcsrchr(path, '\\'), *ext;

	ext = wcsrchr(name ? name : path, '.');
	if (!ext)
		return PROGRAM_OTHER;
	if (!_wcsicmp(ext, L".exe") || !_wcsicmp(ext, L".com"))
		return PROGRAM_EXE;
	if (!_wcsicmp(ext, L".bat") || !_wcsicmp(ext, L".cmd"))
		return PROGRAM_BATCH;
	return PROGRAM_OTHER;
}

static WCHAR *extensions(void)
{
	WCHAR *list = variable(L"PATHEXT", 7);

	return list && *list ? list
			     : copy_text(L".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;."
					 L"JSE;.WSF;.WSH;.MSC",
					 54);
}

static bool is_file(const WCHAR *s)
{
	DWORD a = GetFileAttributesW(s);

	return a != INVALID_FILE_ATTRIBUTES && !(a & FILE_ATTRIBUTE_DIRECTORY);
}

/*
 * The file stem with an extension of the list, or as it is: NULL for the list
 * means a program of Linux, which has none.
 */
static WCHAR *try_name(const WCHAR *stem, const WCHAR *list)
{
	const WCHAR *name = wcsrchr(stem, '\\');
	size_t n = wcslen(stem);
	WCHAR *path;

	if ((!list || wcschr(name ? name : stem, '.')) && is_file(stem))
		return full_path(stem);
	if (!list)
		return NULL;
	path = take((n + wcslen(list) + 1) * sizeof *path);
	wcscpy(path, stem);
	while (*list) {
		size_t len = wcscspn(list, L";");

		if (len) {
			memcpy(path + n, list, len * sizeof *path);
			path[n + len] = 0;
			if (is_file(path))
				return full_path(path);
		}
		list += len + (list[len] == ';');
	}
	return NULL;
}

static WCHAR *in_folder(const WCHAR *dir, size_t n, const WCHAR *name,
			const WCHAR *list)
{
	struct str t = { 0 };

	str_add(&t, dir, n);
	if (n && dir[n - 1] != '\\' && dir[n - 1] != '/')
		str_putc(&t, '\\');
	str_puts(&t, name);
	return try_name(t.s, list);
}

static WCHAR *along_path(const WCHAR *name, const WCHAR *list)
{
	const WCHAR *dirs = variable(L"PATH", 4);
	WCHAR *found = NULL;

	while (dirs && *dirs && !found) {
		struct mark m = arena_mark();
		bool quoted = *dirs == '"';
		size_t n = wcscspn(dirs += quoted, quoted ? L"\"" : L";");

		if (n)
			found = in_folder(dirs, n, name, list);
		dirs += n;
		dirs += wcscspn(dirs, L";");
		dirs += *dirs == ';';
		if (!found)
			arena_release(m);
	}
	return found;
}

enum program_kind find_program(const WCHAR *name, WCHAR **path)
{
	const WCHAR *list = extensions();
	bool alone = !wcspbrk(name, L"\\/:");
	WCHAR *found;

	*path = NULL;
	if (!*name || wcspbrk(name, L"*?"))
		return PROGRAM_NONE;
	found = try_name(name, list);
	if (!found && alone)
		found = along_path(name, list);
	/* Windows' find before that of the host. */
	if (!found)
		found = try_name(name, NULL);
	if (!found && alone)
		found = along_path(name, NULL);
	*path = found;
	return found ? kind_of(found) : PROGRAM_NONE;
}

bool is_gui_program(const WCHAR *path)
{
	IMAGE_DOS_HEADER dos;
	IMAGE_NT_HEADERS nt;
	bool gui = false;
	DWORD got;
	HANDLE h = CreateFileW(path, GENERIC_READ,
			       FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
			       OPEN_EXISTING, 0, NULL);

	if (h == INVALID_HANDLE_VALUE)
		return false;
	if (ReadFile(h, &dos, sizeof dos, &got, NULL) && got == sizeof dos &&
	    dos.e_magic == IMAGE_DOS_SIGNATURE &&
	    SetFilePointer(h, dos.e_lfanew, NULL, FILE_BEGIN) !=
		    INVALID_SET_FILE_POINTER &&
	    ReadFile(h, &nt, sizeof nt, &got, NULL) && got == sizeof nt &&
	    nt.Signature == IMAGE_NT_SIGNATURE)
		/* The subsystem is at the same place in both widths. */
		gui = nt.OptionalHeader.Subsystem ==
		      IMAGE_SUBSYSTEM_WINDOWS_GUI;
	CloseHandle(h);
	return gui;
}

/*
 * Our handles are not inheritable, lest a child keep another's pipe open.
 * These three are lent while the child starts.
 */
static HANDLE lend(HANDLE h, HANDLE *made)
{
	HANDLE self = GetCurrentProcess();
	DWORD flags;

	*made = NULL;
	if (!h ||
	    (GetHandleInformation(h, &flags) && flags & HANDLE_FLAG_INHERIT))
		return h;
	if (!DuplicateHandle(self, h, self, made, 0, TRUE,
			     DUPLICATE_SAME_ACCESS))
		return h;
	return *made;
}

bool start_program(const WCHAR *path, WCHAR *line, const WCHAR *dir,
		   const WCHAR *title, DWORD flags, WORD show,
		   PROCESS_INFORMATION *pi)
{
	STARTUPINFOW si = { .cb = sizeof si };
	HANDLE made[3];
	DWORD error;
	bool ok;

	flush_output();
	si.lpTitle = (WCHAR *)title;
	if (show) {
		si.dwFlags |= STARTF_USESHOWWINDOW;
		si.wShowWindow = show;
	}
	si.dwFlags |= STARTF_USESTDHANDLES;
	si.hStdInput = lend(cmd.std[0], &made[0]);
	si.hStdOutput = lend(cmd.std[1], &made[1]);
	si.hStdError = lend(cmd.std[2], &made[2]);
	ok = CreateProcessW(path, line, NULL, NULL, TRUE, flags, NULL, dir, &si,
			    pi);
	error = GetLastError();
	for (int i = 0; i < 3; i++)
		if (made[i])
			CloseHandle(made[i]);
	SetLastError(error);
	return ok;
}

bool start_cmd(const WCHAR *arguments, PROCESS_INFORMATION *pi)
{
	WCHAR path[MAX_PATH];
	struct str line = { 0 };

	GetModuleFileNameW(NULL, path, COUNT_OF(path));
	str_puts(&line, path);
	str_puts(&line, L"  ");
	str_puts(&line, arguments);
	return start_program(path, line.s, NULL, NULL, 0, 0, pi);
}

int wait_program(PROCESS_INFORMATION *pi)
{
	DWORD code = 1;

	WaitForSingleObject(pi->hProcess, INFINITE);
	GetExitCodeProcess(pi->hProcess, &code);
	CloseHandle(pi->hProcess);
	CloseHandle(pi->hThread);
	return code;
}

/* %=ExitCode% and %=ExitCodeAscii%: hidden variables that children get too. */
static void note_exit_code(int code)
{
	WCHAR text[16];

	_snwprintf(text, COUNT_OF(text), L"%08X", code);
	SetEnvironmentVariableW(L"=ExitCode", text);
	text[0] = code > 32 && code < 127 ? code : 0;
	text[1] = 0;
	SetEnvironmentVariableW(L"=ExitCodeAscii", text[0] ? text : NULL);
}

static int not_found(const WCHAR *name)
{
	const WCHAR *slash = wcsrchr(name, '\\');

	/* A folder that is not there is said to be so. */
	if (slash && slash > name && slash[-1] != ':' &&
	    !is_folder(unquoted(copy_text(name, slash - name)))) {
		err_code(ERROR_PATH_NOT_FOUND);
		cmd.level = 1;
		return 1;
	}
	errf(L"'%ls' is not recognized as an internal or external "
	     L"command,\r\noperable program or batch file.\r\n",
	     name);
	cmd.level = 9009;
	return 1;
}

int run_external(const WCHAR *name, const WCHAR *text, const WCHAR *arguments)
{
	PROCESS_INFORMATION pi;
	WCHAR *path, *line;
	int code;

	switch (find_program(unquoted(name), &path)) {
	case PROGRAM_NONE:
		if (same_word(name, wcslen(name), L"help"))
			return cmd_help(
				copy_text(arguments, wcslen(arguments)));
		return not_found(name);
	case PROGRAM_BATCH:
		return run_batch_file(path, name, arguments, false);
	default:
		break;
	}
	line = copy_text(text, wcslen(text));
	if (!start_program(path, line, NULL, NULL, 0, 0, &pi)) {
		DWORD error = GetLastError();

		if (error == ERROR_BAD_EXE_FORMAT &&
		    kind_of(path) == PROGRAM_OTHER)
			error = ERROR_NO_ASSOCIATION;
		if (error == ERROR_BAD_EXE_FORMAT ||
		    error == ERROR_EXE_MACHINE_TYPE_MISMATCH)
			errf(L"This version of %ls is not compatible with the "
			     L"version of Windows you're running. Check your "
			     L"computer's system information and then contact "
			     L"the software publisher.\r\n",
			     path);
		else
			err_code(error);
		cmd.level = error == ERROR_BAD_EXE_FORMAT ? 216 : 9009;
		return 1;
	}
	if (!cmd.batch && cmd.interactive && is_gui_program(path)) {
		CloseHandle(pi.hProcess);
		CloseHandle(pi.hThread);
		return 0;
	}
	code = wait_program(&pi);
	cmd.level = code;
	note_exit_code(code);
	/* A Ctrl-C that reached only the child counts as well. */
	if (code == (int)STATUS_CONTROL_C_EXIT)
		cmd.interrupted = 1;
	return code;
}
