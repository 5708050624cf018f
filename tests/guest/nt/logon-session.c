/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * logon-session.c - the session that a user has logged on to, and which names
 * restriction policies take for programs.
 */
// link: -lsecur32 -ladvapi32
#include "check.h"

#include <string.h>
#include <windows.h>
#include <ntsecapi.h>

static void session(void)
{
	TOKEN_STATISTICS stat;
	SECURITY_LOGON_SESSION_DATA *d = NULL;
	LUID *list = NULL, none = { 0x12345, 0x777 };
	ULONG n = 0, found = 0;
	WCHAR name[257];
	DWORD size;
	HANDLE token;

	CHECK(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
	CHECK(GetTokenInformation(token, TokenStatistics, &stat, sizeof stat,
				  &size));
	CloseHandle(token);
	CHECK_EQ(LsaEnumerateLogonSessions(&n, &list), 0);
	for (ULONG i = 0; i < n; i++)
		found += !memcmp(&list[i], &stat.AuthenticationId, sizeof *list);
	CHECK_EQ(found, 1);
	CHECK_EQ(LsaFreeReturnBuffer(list), 0);

	CHECK_EQ(LsaGetLogonSessionData(&stat.AuthenticationId, &d), 0);
	if (!d)
		return;
	size = COUNT_OF(name);
	CHECK(GetUserNameW(name, &size));
	CHECK(d->UserName.Length / 2 == size - 1 &&
	      !_wcsnicmp(d->UserName.Buffer, name, size - 1));
	CHECK(d->Sid && IsValidSid(d->Sid));
	CHECK(d->LogonType >= Interactive);
	CHECK_EQ(LsaFreeReturnBuffer(d), 0);
	CHECK_EQ((ULONG)LsaGetLogonSessionData(&none, &d), 0xc000005f);
}

static void programs(void)
{
	static const struct {
		const WCHAR *path;
		BOOL is, from_shell;
	} row[] = {
		{ L"C:\\a\\b.exe", TRUE, FALSE }, { L"b.EXE", TRUE, FALSE },
		{ L"x.bat", TRUE, TRUE },	  { L"x.cmd", TRUE, TRUE },
		{ L"x.msi", TRUE, TRUE },	  { L"x.txt", FALSE, FALSE },
		{ L"x.ex", FALSE, FALSE },	  { L"exe", FALSE, FALSE },
		{ L"a.exe\\b", FALSE, FALSE },	  { L"x.", FALSE, FALSE },
	};
	BOOL(WINAPI * is)
	(const WCHAR *, BOOLEAN) =
		(void *)GetProcAddress(GetModuleHandleA("advapi32.dll"),
				       "SaferiIsExecutableFileType");

	CHECK(is != NULL);
	for (unsigned i = 0; is && i < COUNT_OF(row); i++) {
		CHECK(!is(row[i].path, FALSE) == !row[i].is, "%ls",
		      row[i].path);
		CHECK(!is(row[i].path, TRUE) == !row[i].from_shell, "%ls",
		      row[i].path);
	}
}

int main(void)
{
	session();
	programs();
	return check_done();
}
