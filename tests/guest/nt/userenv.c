/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* userenv.c - profile folders, environment blocks and programs with one. */
// link: -luserenv
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>
#include <userenv.h>

static const WCHAR *value(const WCHAR *env, const WCHAR *name)
{
	size_t n = wcslen(name);

	for (; *env; env += wcslen(env) + 1)
		if (!_wcsnicmp(env, name, n) && env[n] == '=')
			return env + n + 1;
	return NULL;
}

static void folders(HANDLE token)
{
	WCHAR w[MAX_PATH];
	char a[MAX_PATH];
	DWORD n = 0, flags = 99;

	CHECK(!GetUserProfileDirectoryW(token, NULL, &n));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK(n > 3 && n < MAX_PATH);
	CHECK(GetUserProfileDirectoryW(token, w, &n));
	CHECK_EQ(n, wcslen(w) + 1);
	CHECK(!wcscmp(w, _wgetenv(L"USERPROFILE")), "%ls", w);
	n = 1;
	CHECK(!GetUserProfileDirectoryA(token, a, &n));
	CHECK(GetUserProfileDirectoryA(token, a, &n));
	CHECK(!strcmp(a, getenv("USERPROFILE")), "%s", a);
	n = MAX_PATH;
	CHECK(GetAllUsersProfileDirectoryA(a, &n));
	CHECK(!strcmp(a, getenv("ALLUSERSPROFILE")), "%s", a);
	n = MAX_PATH;
	CHECK(GetProfilesDirectoryA(a, &n) && strstr(a, "Users"), "%s", a);
	n = MAX_PATH;
	CHECK(GetDefaultUserProfileDirectoryA(a, &n) && strstr(a, "Default"));
	CHECK(GetProfileType(&flags) && flags == 0);
}

static void blocks(HANDLE token)
{
	WCHAR line[] = L"cmd.exe /c if defined RF_HERE (exit 5) else exit 6";
	const WCHAR *names[] = { L"USERPROFILE", L"TEMP",	 L"Path",
				 L"ComSpec",	 L"SystemRoot",	 L"OS",
				 L"USERNAME",	 L"COMPUTERNAME" };
	STARTUPINFOW si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	static WCHAR longest[0x9000];
	const WCHAR *before = L"";
	DWORD code = 0;
	LPVOID env;
	HKEY k;

	SetEnvironmentVariableW(L"RF_HERE", L"1");
	for (unsigned i = 0; i < COUNT_OF(longest) - 1; i++)
		longest[i] = 'l';
	CHECK_EQ(RegOpenKeyExW(HKEY_CURRENT_USER, L"Environment", 0,
			       KEY_ALL_ACCESS, &k),
		 0);
	CHECK_EQ(RegSetValueExW(k, L"RF_USER", 0, REG_EXPAND_SZ,
				(BYTE *)L"%OS%-x", 14),
		 0);
	/* What can be no variable is passed over. */
	CHECK_EQ(RegSetValueExW(k, NULL, 0, REG_SZ, (BYTE *)L"x", 4), 0);
	CHECK_EQ(RegSetValueExW(k, L"RF_A=B", 0, REG_SZ, (BYTE *)L"x", 4), 0);
	CHECK_EQ(RegSetValueExW(k, L"RF_LONG", 0, REG_SZ, (BYTE *)longest,
				sizeof longest),
		 0);
	CHECK(CreateEnvironmentBlock(&env, token, FALSE));
	CHECK(value(env, L"RF_HERE") == NULL);
	CHECK(value(env, L"RF_USER") &&
	      !wcscmp(value(env, L"RF_USER"), L"Windows_NT-x"));
	for (unsigned i = 0; i < COUNT_OF(names); i++)
		CHECK(value(env, names[i]) != NULL, "%ls", names[i]);
	/* In order, as all environments. */
	for (const WCHAR *e = env; *e; e += wcslen(e) + 1) {
		if (*e == '=')
			continue;
		CHECK(_wcsnicmp(before, e, __min(wcscspn(before, L"="),
					       wcscspn(e, L"="))) <= 0,
		      "%ls before %ls", before, e);
		before = e;
	}
	CHECK(CreateProcessW(NULL, line, NULL, NULL, FALSE,
			     CREATE_UNICODE_ENVIRONMENT, env, NULL, &si, &pi));
	WaitForSingleObject(pi.hProcess, INFINITE);
	CHECK(GetExitCodeProcess(pi.hProcess, &code) && code == 6, "%lu", code);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	CHECK(DestroyEnvironmentBlock(env));

	CHECK(CreateEnvironmentBlock(&env, token, TRUE));
	CHECK(value(env, L"RF_HERE") && !wcscmp(value(env, L"RF_HERE"), L"1"));
	CHECK(DestroyEnvironmentBlock(env));
	RegDeleteValueW(k, L"RF_USER");
	RegDeleteValueW(k, NULL);
	RegDeleteValueW(k, L"RF_A=B");
	RegDeleteValueW(k, L"RF_LONG");
	RegCloseKey(k);
}

static void expanded(HANDLE token)
{
	WCHAR w[MAX_PATH];
	char a[MAX_PATH];

	CHECK(ExpandEnvironmentStringsForUserW(token, L"<%OS%>", w, MAX_PATH));
	CHECK(!wcscmp(w, L"<Windows_NT>"), "%ls", w);
	CHECK(ExpandEnvironmentStringsForUserA(token, "%OS%%none%", a,
					       sizeof a));
	CHECK(!strcmp(a, "Windows_NT%none%"), "%s", a);
	CHECK(!ExpandEnvironmentStringsForUserW(token, L"<%OS%>", w, 4));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
}

int main(void)
{
	PROFILEINFOW info = { .dwSize = sizeof info, .lpUserName = L"x" };
	HANDLE token;

	CHECK(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token));
	folders(token);
	blocks(token);
	expanded(token);
	info.dwSize = 3;
	CHECK(!LoadUserProfileW(token, &info));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CloseHandle(token);
	return check_done();
}
