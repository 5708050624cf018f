/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * environment.c - the environment that a user's programs begin with: the
 * variables that the registry holds for all and for the user, and what is known
 * of this process's own: where things are on the host.
 */
#include "nt.h"
#include <userenv.h>

static BOOL done(NTSTATUS s)
{
	if (NT_SUCCESS(s))
		return TRUE;
	SetLastError(RtlNtStatusToDosError(s));
	return FALSE;
}

/* ---- the block ----------------------------------------------------------- */

/* What says where things are and who runs here, as it is in this process. */
static const WCHAR *const from_here[] = {
	L"ALLUSERSPROFILE",	  L"APPDATA",		L"CommonProgramFiles",
	L"CommonProgramFiles(x86)", L"CommonProgramW6432", L"COMPUTERNAME",
	L"ComSpec",		  L"HOMEDRIVE",		L"HOMEPATH",
	L"LOCALAPPDATA",	  L"LOGONSERVER",	L"NUMBER_OF_PROCESSORS",
	L"OS",			  L"Path",		L"PATHEXT",
	L"PROCESSOR_ARCHITECTURE", L"PROCESSOR_IDENTIFIER", L"PROCESSOR_LEVEL",
	L"PROCESSOR_REVISION",	  L"ProgramData",	L"ProgramFiles",
	L"ProgramFiles(x86)",	  L"ProgramW6432",	L"PUBLIC",
	L"SystemDrive",		  L"SystemRoot",	L"TEMP",
	L"TMP",			  L"USERDOMAIN",	L"USERDOMAIN_ROAMINGPROFILE",
	L"USERNAME",		  L"USERPROFILE",		  L"windir",
};

enum { MOST = 0x7fff }; /* characters of a variable */

static NTSTATUS set(PVOID *env, PCWSTR name, PCWSTR value)
{
	UNICODE_STRING n, v;

	RtlInitUnicodeString(&n, name);
	RtlInitUnicodeString(&v, value);
	return RtlSetEnvironmentVariable(env, &n, &v);
}

/* A value of several folders comes behind those that are there. */
static NTSTATUS set_path(PVOID *env, PCWSTR name, PCWSTR value, PWSTR room)
{
	UNICODE_STRING n, old = { 0, MOST * sizeof(WCHAR), room };
	SIZE_T len;

	RtlInitUnicodeString(&n, name);
	if (!NT_SUCCESS(RtlQueryEnvironmentVariable_U(*env, &n, &old)))
		return set(env, name, value);
	len = old.Length / sizeof *room;
	if (len + 2 + wcslen(value) > MOST)
		return STATUS_NAME_TOO_LONG;
	if (len && room[len - 1] != ';')
		room[len++] = ';';
	memcpy(room + len, value, (wcslen(value) + 1) * sizeof *room);
	return set(env, name, room);
}

/* The strings of a key, their own variables resolved in env; twice MOST. */
static NTSTATUS add_key(PVOID *env, HKEY root, PCWSTR path, BOOL user,
			PWSTR room)
{
	WCHAR *value = room + MOST + 1, name[256];
	NTSTATUS s = STATUS_SUCCESS;
	UNICODE_STRING from, to;
	DWORD n, size, type;
	LSTATUS e;
	HKEY k;

	if (RegOpenKeyExW(root, path, 0, KEY_READ, &k))
		return STATUS_SUCCESS;
	for (DWORD i = 0; s != STATUS_NO_MEMORY; i++) {
		n = ARRAYSIZE(name);
		size = MOST * sizeof *value;
		e = RegEnumValueW(k, i, name, &n, NULL, &type, (BYTE *)value,
				  &size);
		/* What is too long or has no name is no variable's. */
		if (e == ERROR_MORE_DATA || (!e && !*name))
			continue;
		if (e)
			break;
		value[size / sizeof *value] = 0;
		if (type == REG_EXPAND_SZ) {
			RtlInitUnicodeString(&from, value);
			to = (UNICODE_STRING){ 0, MOST * sizeof *room, room };
			if (!NT_SUCCESS(RtlExpandEnvironmentStrings_U(
				    *env, &from, &to, NULL)))
				continue;
			memcpy(value, room, to.Length);
			value[to.Length / sizeof *value] = 0;
		} else if (type != REG_SZ) {
			continue;
		}
		s = user && !_wcsicmp(name, L"Path")
			    ? set_path(env, name, value, room)
			    : set(env, name, value);
	}
	RegCloseKey(k);
	/* One that cannot be set is no reason to have none. */
	return s == STATUS_NO_MEMORY ? s : STATUS_SUCCESS;
}

BOOL WINAPI CreateEnvironmentBlock(LPVOID *env, HANDLE token, BOOL inherit)
{
	static const WCHAR system[] = L"SYSTEM\\CurrentControlSet\\Control\\"
				      L"Session Manager\\Environment";
	NTSTATUS s;
	PWSTR room;

	(void)token; /* one user; NULL is the system, whose variables he has */
	if (!env) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	*env = NULL;
	room = RtlAllocateHeap(rf_heap(), 0, 2 * (MOST + 1) * sizeof *room);
	if (!room)
		return done(STATUS_NO_MEMORY);
	s = RtlCreateEnvironment(!!inherit, env);
	if (NT_SUCCESS(s) && !inherit && GetWindowsDirectoryW(room, MOST))
		s = set(env, L"SystemRoot", room);
	if (NT_SUCCESS(s) && !inherit)
		s = add_key(env, HKEY_LOCAL_MACHINE, system, FALSE, room);
	if (NT_SUCCESS(s) && !inherit)
		s = add_key(env, HKEY_CURRENT_USER, L"Volatile Environment",
			    FALSE, room);
	if (NT_SUCCESS(s) && !inherit)
		s = add_key(env, HKEY_CURRENT_USER, L"Environment", TRUE,
			    room);
	/* The host's folders count: its TMPDIR, its PATH. */
	for (SIZE_T i = 0;
	     NT_SUCCESS(s) && !inherit && i < ARRAYSIZE(from_here); i++) {
		DWORD n = GetEnvironmentVariableW(from_here[i], room, MOST);

		if (n && n < MOST)
			s = set(env, from_here[i], room);
	}
	RtlFreeHeap(rf_heap(), 0, room);
	if (!NT_SUCCESS(s) && *env) {
		RtlDestroyEnvironment(*env);
		*env = NULL;
	}
	return done(s);
}

BOOL WINAPI DestroyEnvironmentBlock(LPVOID env)
{
	if (env)
		RtlDestroyEnvironment(env);
	return TRUE;
}

/* ---- expanded ------------------------------------------------------------ */

BOOL WINAPI ExpandEnvironmentStringsForUserW(HANDLE token, LPCWSTR from,
					     LPWSTR to, DWORD size)
{
	UNICODE_STRING f, t = { 0, 0, to };
	NTSTATUS s;
	LPVOID env;

	if (!from || !to || !size) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!CreateEnvironmentBlock(&env, token, FALSE))
		return FALSE;
	t.MaximumLength = (USHORT)((size < MOST ? size : MOST) * sizeof *to);
	RtlInitUnicodeString(&f, from);
	s = RtlExpandEnvironmentStrings_U(env, &f, &t, NULL);
	RtlDestroyEnvironment(env);
	if (s == STATUS_BUFFER_TOO_SMALL) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	return done(s);
}

BOOL WINAPI ExpandEnvironmentStringsForUserA(HANDLE token, LPCSTR from,
					     LPSTR to, DWORD size)
{
	WCHAR *f, *t;
	BOOL ok = FALSE;

	if (!from || !to || !size) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	f = RtlAllocateHeap(rf_heap(), 0, 2 * (MOST + 1) * sizeof *f);
	if (!f)
		return done(STATUS_NO_MEMORY);
	t = f + MOST + 1;
	if (MultiByteToWideChar(CP_ACP, 0, from, -1, f, MOST) &&
	    ExpandEnvironmentStringsForUserW(token, f, t, MOST))
		ok = WideCharToMultiByte(CP_ACP, 0, t, -1, to,
					 size < 0x10000 ? (int)size : 0x10000,
					 NULL, NULL) > 0;
	RtlFreeHeap(rf_heap(), 0, f);
	return ok;
}
