/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * startup.c - what a program asks first (command line, start-up information,
 * environment) and does last (ExitProcess).
 *
 * Narrow forms of the command line are made once, at the first question.
 */
#include "kernel32-private.h"

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved)
{
	if (reason == DLL_PROCESS_ATTACH) {
		codepage_attach();
		LdrDisableThreadCalloutsForDll(self);
	}
	return TRUE;
}

/* ---- command line --------------------------------------------------- */

LPWSTR WINAPI GetCommandLineW(VOID)
{
	return rf_peb()->ProcessParameters->CommandLine.Buffer;
}

LPSTR WINAPI GetCommandLineA(VOID)
{
	static char *volatile line;
	char *fresh;

	if (line)
		return line;
	fresh = ansi_dup(GetCommandLineW());
	/* Two threads may be first; all get the same one. */
	if (fresh &&
	    InterlockedCompareExchangePointer((PVOID *)&line, fresh, NULL))
		k32_free(fresh);
	return line;
}

/* ---- start-up information ------------------------------------------- */

static WCHAR *buffer_of(const UNICODE_STRING *u)
{
	static WCHAR none[1];

	return u->Buffer ? u->Buffer : none;
}

VOID WINAPI GetStartupInfoW(LPSTARTUPINFOW s)
{
	PRTL_USER_PROCESS_PARAMETERS p = rf_peb()->ProcessParameters;

	memset(s, 0, sizeof *s);
	s->cb = sizeof *s;
	s->lpReserved = buffer_of(&p->ShellInfo);
	s->lpDesktop = buffer_of(&p->DesktopInfo);
	s->lpTitle = buffer_of(&p->WindowTitle);
	s->dwX = p->StartingX;
	s->dwY = p->StartingY;
	s->dwXSize = p->CountX;
	s->dwYSize = p->CountY;
	s->dwXCountChars = p->CountCharsX;
	s->dwYCountChars = p->CountCharsY;
	s->dwFillAttribute = p->FillAttribute;
	s->dwFlags = p->WindowFlags;
	s->wShowWindow = (WORD)p->ShowWindowFlags;
	/* The C runtime passes its open files on in here. */
	s->cbReserved2 = p->RuntimeData.Length;
	s->lpReserved2 = (LPBYTE)p->RuntimeData.Buffer;
	if (p->WindowFlags & STARTF_USESTDHANDLES) {
		s->hStdInput = p->StandardInput;
		s->hStdOutput = p->StandardOutput;
		s->hStdError = p->StandardError;
	}
}

VOID WINAPI GetStartupInfoA(LPSTARTUPINFOA s)
{
	static char *desktop, *title, *shell;
	static SRWLOCK lock = SRWLOCK_INIT;
	STARTUPINFOW w;

	GetStartupInfoW(&w);
	RtlAcquireSRWLockExclusive(&lock);
	if (!title) {
		shell = ansi_dup(w.lpReserved);
		desktop = ansi_dup(w.lpDesktop);
		title = ansi_dup(w.lpTitle);
	}
	RtlReleaseSRWLockExclusive(&lock);
	memcpy(s, &w, sizeof *s);
	s->lpReserved = shell;
	s->lpDesktop = desktop;
	s->lpTitle = title;
}

/* ---- environment ---------------------------------------------------- */

static DWORD block_len(const WCHAR *env)
{
	const WCHAR *p = env;

	while (*p)
		p += wide_len(p) + 1;
	return p - env + 1;
}

/* A copy, so that a change by another thread does not pull it away. */
LPWCH WINAPI GetEnvironmentStringsW(VOID)
{
	const WCHAR *env;
	WCHAR *copy;
	DWORD n;

	RtlAcquirePebLock();
	env = rf_peb()->ProcessParameters->Environment;
	n = block_len(env);
	/* An empty one ends with two NULs, too. */
	copy = k32_alloc((n + 1) * sizeof(WCHAR));
	if (copy) {
		memcpy(copy, env, n * sizeof(WCHAR));
		copy[n] = 0;
	}
	RtlReleasePebLock();
	return copy;
}

LPCH WINAPI GetEnvironmentStrings(VOID)
{
	WCHAR *w = GetEnvironmentStringsW();
	ULONG bytes, n;
	char *a;

	if (!w)
		return NULL;
	n = block_len(w) * sizeof(WCHAR);
	RtlUnicodeToMultiByteSize(&bytes, w, n);
	a = k32_alloc(bytes + 1);
	if (a) {
		RtlUnicodeToMultiByteN(a, bytes, &bytes, w, n);
		a[bytes] = 0;
	}
	k32_free(w);
	return a;
}

BOOL WINAPI FreeEnvironmentStringsW(LPWCH env)
{
	k32_free(env);
	return TRUE;
}

BOOL WINAPI FreeEnvironmentStringsA(LPCH env)
{
	k32_free(env);
	return TRUE;
}

BOOL WINAPI SetEnvironmentStringsW(LPWCH env)
{
	return rf_result(
		RtlSetEnvironmentStrings(env, block_len(env) * sizeof(WCHAR)));
}

DWORD WINAPI GetEnvironmentVariableW(LPCWSTR name, LPWSTR buf, DWORD size)
{
	SIZE_T len = 0;
	NTSTATUS status;

	/* A counted string could not hold the longest. */
	status = RtlQueryEnvironmentVariable(
		NULL, name, name ? wide_len(name) : 0, buf, size, &len);
	if (status == STATUS_BUFFER_TOO_SMALL)
		return (DWORD)len;
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		if (status == STATUS_VARIABLE_NOT_FOUND)
			SetLastError(ERROR_ENVVAR_NOT_FOUND);
		return 0;
	}
	/* Whether 0 means empty or not there, the last error tells. */
	if (!len)
		SetLastError(ERROR_SUCCESS);
	return (DWORD)len;
}

DWORD WINAPI GetEnvironmentVariableA(LPCSTR name, LPSTR buf, DWORD size)
{
	WCHAR small[256], *value = small;
	DWORD n;
	WIDE(w);

	if (!wide_from_ansi(&w, name))
		return 0;
	n = GetEnvironmentVariableW(w.s, small, ARRAY_LEN(small));
	if (n >= ARRAY_LEN(small)) {
		value = k32_alloc(n * sizeof(WCHAR));
		if (!value)
			return 0;
		n = GetEnvironmentVariableW(w.s, value, n);
	}
	if (n || GetLastError() == ERROR_SUCCESS)
		n = ansi_from_wide(value, n, buf, size);
	if (value != small)
		k32_free(value);
	return n;
}

BOOL WINAPI SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value)
{
	NTSTATUS status;

	if (!name || !name[0]) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	status = RtlSetEnvironmentVar(NULL, name, wide_len(name), value,
				      value ? wide_len(value) : 0);
	if (NT_SUCCESS(status))
		return TRUE;
	rf_fail(status);
	if (status == STATUS_VARIABLE_NOT_FOUND)
		SetLastError(ERROR_ENVVAR_NOT_FOUND);
	return FALSE;
}

BOOL WINAPI SetEnvironmentVariableA(LPCSTR name, LPCSTR value)
{
	WIDE(n);
	WIDE(v);

	return wide_from_ansi(&n, name) && wide_from_ansi(&v, value) &&
	       SetEnvironmentVariableW(n.s, v.s);
}

/* Here the result counts the NUL, whether it fitted or not. */
DWORD WINAPI ExpandEnvironmentStringsW(LPCWSTR s, LPWSTR buf, DWORD size)
{
	UNICODE_STRING from, to;
	NTSTATUS status;
	ULONG bytes = 0;

	status = RtlInitUnicodeStringEx(&from, s);
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		return 0;
	}
	if (size > 0x7fff)
		size = 0x7fff;
	to.Length = 0;
	to.MaximumLength = size * sizeof(WCHAR);
	to.Buffer = buf;
	status = RtlExpandEnvironmentStrings_U(NULL, &from, &to, &bytes);
	if (status == STATUS_BUFFER_TOO_SMALL || NT_SUCCESS(status)) {
		if (status == STATUS_BUFFER_TOO_SMALL && size)
			buf[0] = 0;
		return bytes / sizeof(WCHAR);
	}
	rf_fail(status);
	return 0;
}

DWORD WINAPI ExpandEnvironmentStringsA(LPCSTR s, LPSTR buf, DWORD size)
{
	WCHAR *out;
	DWORD n, r;
	WIDE(w);

	if (!wide_from_ansi(&w, s))
		return 0;
	n = ExpandEnvironmentStringsW(w.s, NULL, 0);
	if (!n)
		return 0;
	out = k32_alloc(n * sizeof(WCHAR));
	if (!out)
		return 0;
	ExpandEnvironmentStringsW(w.s, out, n);
	r = ansi_from_wide(out, wide_len(out), buf, size);
	k32_free(out);
	return r < size ? r + 1 : r;
}

/* ---- the end -------------------------------------------------------- */

VOID WINAPI ExitProcess(UINT code)
{
	RtlExitUserProcess(code);
	__builtin_unreachable();
}

VOID WINAPI FatalExit(int code)
{
	ExitProcess(code);
}

VOID WINAPI FatalAppExitW(UINT action, LPCWSTR message)
{
	static const char head[] = "FatalAppExit: ";
	HANDLE err = GetStdHandle(STD_ERROR_HANDLE);
	char *text = ansi_dup(message);
	DWORD n;

	/* No message box: who started the program reads its errors. */
	WriteFile(err, head, sizeof head - 1, &n, NULL);
	if (text)
		WriteFile(err, text, lstrlenA(text), &n, NULL);
	WriteFile(err, "\n", 1, &n, NULL);
	ExitProcess(1);
}

VOID WINAPI FatalAppExitA(UINT action, LPCSTR message)
{
	WIDE(w);

	wide_from_ansi(&w, message);
	FatalAppExitW(action, w.s ? w.s : L"");
}
