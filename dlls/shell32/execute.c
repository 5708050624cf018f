/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * execute.c - ShellExecute: starts programs.
 *
 * A name is looked for where CreateProcess looks, with the extensions of
 * programs.  There is no desktop that would know what opens a document: that
 * is ERROR_NO_ASSOCIATION.  Programs get our console; there is no other.
 */
#include "nt.h"

#include <shellapi.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define LONGEST      32768

static WCHAR *alloc_text(SIZE_T n)
{
	WCHAR *s = RtlAllocateHeap(rf_heap(), 0, n * sizeof *s);

	if (s)
		s[0] = 0;
	else
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return s;
}

static void free_text(WCHAR *s)
{
	if (s)
		RtlFreeHeap(rf_heap(), 0, s);
}

static BOOL is_file(const WCHAR *path)
{
	DWORD a = GetFileAttributesW(path);

	return a != INVALID_FILE_ATTRIBUTES && !(a & FILE_ATTRIBUTE_DIRECTORY);
}

/* Below dir, as it stands and as a program. */
static BOOL look_in(const WCHAR *dir, const WCHAR *name, WCHAR *found)
{
	static const WCHAR *const ext[] = { L"", L".exe", L".com", L".bat",
					    L".cmd" };
	SIZE_T d = dir ? wcslen(dir) : 0, n = wcslen(name);

	if (d + n + 8 > LONGEST)
		return FALSE;
	for (unsigned i = 0; i < ARRAY_LEN(ext); i++) {
		found[0] = 0;
		if (dir)
			wcscpy(found, dir);
		if (d && dir[d - 1] != '\\')
			wcscat(found, L"\\");
		wcscat(found, name);
		wcscat(found, ext[i]);
		if (is_file(found))
			return TRUE;
	}
	return FALSE;
}

static BOOL find(const WCHAR *name, const WCHAR *dir, WCHAR *found)
{
	static const WCHAR *const ext[] = { L".exe", L".com", L".bat",
					    L".cmd" };

	if (dir && *dir && name[0] && name[1] != ':' && name[0] != '\\' &&
	    look_in(dir, name, found))
		return TRUE;
	if (look_in(NULL, name, found))
		return TRUE;
	for (unsigned i = 0; !wcspbrk(name, L"\\/:") && i < ARRAY_LEN(ext); i++)
		if (SearchPathW(NULL, name, ext[i], LONGEST, found, NULL))
			return TRUE;
	/* The error is that of the name itself: no file, or no folder. */
	if (GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES)
		SetLastError(ERROR_ACCESS_DENIED);
	return FALSE;
}

/* "found" arguments */
static WCHAR *command_line(const WCHAR *found, const WCHAR *args)
{
	WCHAR *line = alloc_text(wcslen(found) + (args ? wcslen(args) : 0) + 4);

	if (!line)
		return NULL;
	wcscpy(line, L"\"");
	wcscat(line, found);
	wcscat(line, L"\"");
	if (args && *args) {
		wcscat(line, L" ");
		wcscat(line, args);
	}
	return line;
}

static BOOL launch(const SHELLEXECUTEINFOW *info, const WCHAR *found,
		   PROCESS_INFORMATION *pi)
{
	STARTUPINFOW si = { .cb = sizeof si,
			    .dwFlags = STARTF_USESHOWWINDOW,
			    .wShowWindow = info->nShow };
	WCHAR *line = command_line(found, info->lpParameters);
	const WCHAR *dir = info->lpDirectory;
	DWORD error;
	BOOL ok;

	if (!line)
		return FALSE;
	ok = CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL,
			    dir && *dir ? dir : NULL, &si, pi);
	error = GetLastError();
	free_text(line);
	if (error == ERROR_BAD_EXE_FORMAT && !ok) {
		const WCHAR *ext = wcsrchr(found, '.');

		/* What is no program is a document. */
		if (!ext || (_wcsicmp(ext, L".exe") && _wcsicmp(ext, L".com")))
			error = ERROR_NO_ASSOCIATION;
	}
	SetLastError(error);
	return ok;
}

/* The old codes, which are below 33. */
static ULONG_PTR old_code(DWORD error)
{
	switch (error) {
	case ERROR_FILE_NOT_FOUND:
	case ERROR_PATH_NOT_FOUND:
	case ERROR_ACCESS_DENIED:
	case ERROR_NOT_ENOUGH_MEMORY:
	case ERROR_BAD_FORMAT:
		return error;
	case ERROR_BAD_EXE_FORMAT:
		return ERROR_BAD_FORMAT;
	case ERROR_DIRECTORY:
		return ERROR_PATH_NOT_FOUND;
	case ERROR_SHARING_VIOLATION:
		return SE_ERR_SHARE;
	default:
		return SE_ERR_NOASSOC;
	}
}

static BOOL is_program_verb(const WCHAR *verb)
{
	return !verb || !*verb || !_wcsicmp(verb, L"open") ||
	       !_wcsicmp(verb, L"runas");
}

BOOL WINAPI ShellExecuteExW(SHELLEXECUTEINFOW *info)
{
	PROCESS_INFORMATION pi;
	WCHAR *found;
	BOOL ok = FALSE;
	DWORD error;

	if (info->cbSize != sizeof *info) {
		SetLastError(ERROR_ACCESS_DENIED);
		return FALSE;
	}
	info->hProcess = NULL;
	found = alloc_text(LONGEST);
	if (!found)
		return FALSE;
	if (!is_program_verb(info->lpVerb) || !info->lpFile)
		SetLastError(ERROR_NO_ASSOCIATION);
	else if (find(info->lpFile, info->lpDirectory, found))
		ok = launch(info, found, &pi);
	error = GetLastError();
	free_text(found);
	if (!ok) {
		info->hInstApp = (HINSTANCE)old_code(error);
		SetLastError(error);
		return FALSE;
	}
	info->hInstApp = (HINSTANCE)42; /* anything above 32 */
	if (info->fMask & SEE_MASK_NOCLOSEPROCESS)
		info->hProcess = pi.hProcess;
	else
		CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	return TRUE;
}

HINSTANCE WINAPI ShellExecuteW(HWND owner, LPCWSTR verb, LPCWSTR file,
			       LPCWSTR args, LPCWSTR dir, INT show)
{
	SHELLEXECUTEINFOW info = { .cbSize = sizeof info,
				   .hwnd = owner,
				   .lpVerb = verb,
				   .lpFile = file,
				   .lpParameters = args,
				   .lpDirectory = dir,
				   .nShow = show };

	ShellExecuteExW(&info);
	return info.hInstApp;
}

/* ---- narrow ------------------------------------------------------------- */

static BOOL widen(const char *s, WCHAR **w)
{
	int n;

	*w = NULL;
	if (!s)
		return TRUE;
	n = MultiByteToWideChar(CP_ACP, 0, s, -1, NULL, 0);
	*w = alloc_text(n + 1);
	return *w && MultiByteToWideChar(CP_ACP, 0, s, -1, *w, n);
}

BOOL WINAPI ShellExecuteExA(SHELLEXECUTEINFOA *info)
{
	WCHAR *verb, *file, *args, *dir;
	SHELLEXECUTEINFOW w;
	BOOL ok, wide;
	DWORD error;

	if (info->cbSize != sizeof *info) {
		SetLastError(ERROR_ACCESS_DENIED);
		return FALSE;
	}
	/* The two differ in what the pointers point to only. */
	memcpy(&w, info, sizeof w);
	wide = widen(info->lpVerb, &verb);
	wide &= widen(info->lpFile, &file);
	wide &= widen(info->lpParameters, &args);
	wide &= widen(info->lpDirectory, &dir);
	w.lpVerb = verb;
	w.lpFile = file;
	w.lpParameters = args;
	w.lpDirectory = dir;
	ok = wide && ShellExecuteExW(&w);
	error = GetLastError();
	info->hInstApp = wide ? w.hInstApp : (HINSTANCE)SE_ERR_OOM;
	info->hProcess = w.hProcess;
	free_text(verb);
	free_text(file);
	free_text(args);
	free_text(dir);
	SetLastError(error);
	return ok;
}

HINSTANCE WINAPI ShellExecuteA(HWND owner, LPCSTR verb, LPCSTR file,
			       LPCSTR args, LPCSTR dir, INT show)
{
	SHELLEXECUTEINFOA info = { .cbSize = sizeof info,
				   .hwnd = owner,
				   .lpVerb = verb,
				   .lpFile = file,
				   .lpParameters = args,
				   .lpDirectory = dir,
				   .nShow = show };

	ShellExecuteExA(&info);
	return info.hInstApp;
}
