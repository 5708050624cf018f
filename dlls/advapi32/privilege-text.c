/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* privilege-text.c - what privileges are called for people, in English. */
#include "nt.h"

/* By LUID, from SE_CREATE_TOKEN_PRIVILEGE on. */
static const WCHAR *const texts[] = {
	L"Create a token object",
	L"Replace a process level token",
	L"Lock pages in memory",
	L"Adjust memory quotas for a process",
	L"Add workstations to domain",
	L"Act as part of the operating system",
	L"Manage auditing and security log",
	L"Take ownership of files or other objects",
	L"Load and unload device drivers",
	L"Profile system performance",
	L"Change the system time",
	L"Profile single process",
	L"Increase scheduling priority",
	L"Create a pagefile",
	L"Create permanent shared objects",
	L"Back up files and directories",
	L"Restore files and directories",
	L"Shut down the system",
	L"Debug programs",
	L"Generate security audits",
	L"Modify firmware environment values",
	L"Bypass traverse checking",
	L"Force shutdown from a remote system",
	L"Remove computer from docking station",
	L"Synchronize directory service data",
	L"Enable computer and user accounts to be trusted for delegation",
	L"Perform volume maintenance tasks",
	L"Impersonate a client after authentication",
	L"Create global objects",
	L"Access Credential Manager as a trusted caller",
	L"Modify an object label",
	L"Increase a process working set",
	L"Change the time zone",
	L"Create symbolic links",
	L"Obtain an impersonation token for another user in the same session",
};

enum { FIRST = 2, ENGLISH = 0x409 };

static const WCHAR *text_of(LPCWSTR name)
{
	LUID luid;

	if (!LookupPrivilegeValueW(NULL, name, &luid))
		return NULL;
	if (luid.LowPart - FIRST < ARRAYSIZE(texts))
		return texts[luid.LowPart - FIRST];
	SetLastError(ERROR_NO_SUCH_PRIVILEGE);
	return NULL;
}

/* How long it is, if there is room for that and a NUL. */
static BOOL fits(const WCHAR *text, BOOL room, LPDWORD size, DWORD *n)
{
	*n = (DWORD)lstrlenW(text);
	if (room && *size > *n) {
		*size = *n;
		return TRUE;
	}
	*size = *n + 1;
	SetLastError(ERROR_INSUFFICIENT_BUFFER);
	return FALSE;
}

BOOL WINAPI LookupPrivilegeDisplayNameW(LPCWSTR system, LPCWSTR name, LPWSTR to,
					LPDWORD size, LPDWORD language)
{
	const WCHAR *text = text_of(name);
	DWORD n;

	if (!text || !fits(text, to != NULL, size, &n))
		return FALSE;
	memcpy(to, text, (n + 1) * sizeof *to);
	*language = ENGLISH;
	return TRUE;
}

BOOL WINAPI LookupPrivilegeDisplayNameA(LPCSTR system, LPCSTR name, LPSTR to,
					LPDWORD size, LPDWORD language)
{
	UNICODE_STRING wide;
	const WCHAR *text;
	DWORD n;

	if (!RtlCreateUnicodeStringFromAsciiz(&wide, name)) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return FALSE;
	}
	text = text_of(wide.Buffer);
	RtlFreeUnicodeString(&wide);
	if (!text || !fits(text, to != NULL, size, &n))
		return FALSE;
	for (DWORD i = 0; i <= n; i++)
		to[i] = (char)text[i]; /* ASCII */
	*language = ENGLISH;
	return TRUE;
}
