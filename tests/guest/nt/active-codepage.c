// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tests <activeCodePage> in a program's manifest: the program is this one, with
 * a manifest added to a copy of its file.
 */
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static const char copy[] = "active-codepage-copy.exe";

/* In the copy, with UTF-8: returns what is wrong, 0 is nothing. */
static int in_utf8(const char *arg)
{
	WIN32_FIND_DATAA found;
	char s[40] = "\xc3\x89t\xc3\x89 \xe2\x82\xac", *end;
	CPINFO info;
	HANDLE h;

	if (GetACP() != CP_UTF8 || GetOEMCP() != CP_UTF8)
		return 1;
	if (strcmp(arg, "\xc3\xa9\xe2\x82\xac"))
		return 2;
	if (!GetCPInfo(CP_ACP, &info) || info.MaxCharSize != 4)
		return 3;
	h = CreateFileA("\xc3\xa9\xe2\x82\xac.txt", GENERIC_WRITE, 0, NULL,
			CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	if (h == INVALID_HANDLE_VALUE ||
	    GetFileAttributesW(L"\xe9\x20ac.txt") == INVALID_FILE_ATTRIBUTES)
		return 4;
	FindClose(FindFirstFileA("*.txt", &found));
	if (strcmp(found.cFileName, "\xc3\xa9\xe2\x82\xac.txt"))
		return 5;
	CloseHandle(h);
	SetEnvironmentVariableW(L"WHAT", L"\x20ac");
	if (GetEnvironmentVariableA("WHAT", s + 20, 20) != 3 ||
	    strcmp(s + 20, "\xe2\x82\xac"))
		return 6;
	CharLowerA(s);
	if (strcmp(s, "\xc3\xa9t\xc3\xa9 \xe2\x82\xac"))
		return 7;
	end = CharUpperA(s);
	if (end != s || strcmp(s, "\xc3\x89T\xc3\x89 \xe2\x82\xac"))
		return 8;
	return 0;
}

static DWORD run(const WCHAR *args)
{
	WCHAR line[200];
	STARTUPINFOW si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	DWORD code = 99;
	BOOL ok;

	wsprintfW(line, L"%hs %ls", copy, args);
	ok = CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			    &pi);
	CHECK(ok, "%lu", GetLastError());
	if (!ok)
		return code;
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	return code;
}

static void write_manifest(const char *settings)
{
	static const char head[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\" "
		"standalone=\"yes\"?>\n"
		"<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\" "
		"xmlns:v3=\"urn:schemas-microsoft-com:asm.v3\" "
		"manifestVersion=\"1.0\">\n"
		"<v3:application><v3:windowsSettings "
		"xmlns:s=\"http://schemas.microsoft.com/SMI/2019/"
		"WindowsSettings\">";
	static const char tail[] = "</v3:windowsSettings></v3:application>"
				   "</assembly>\n";
	char path[MAX_PATH], text[1000];
	HANDLE u;

	GetModuleFileNameA(NULL, path, sizeof path);
	CHECK(CopyFileA(path, copy, FALSE), "%lu", GetLastError());
	u = BeginUpdateResourceA(copy, TRUE);
	sprintf(text, "%s%s%s", head, settings, tail);
	CHECK(UpdateResourceA(u, (LPCSTR)RT_MANIFEST, MAKEINTRESOURCEA(1),
			      0x409, text, (DWORD)strlen(text)));
	CHECK(EndUpdateResourceA(u, FALSE), "%lu", GetLastError());
}

int main(int argc, char **argv)
{
	if (argc > 2)
		return !strcmp(argv[1], "utf8") ? in_utf8(argv[2])
						: (int)GetACP();
	write_manifest("<activeCodePage xmlns=\"http://schemas.microsoft.com/"
		       "SMI/2019/WindowsSettings\">UTF-8</activeCodePage>");
	CHECK_EQ(run(L"utf8 \xe9\x20ac"), 0);
	write_manifest("<s:activeCodePage>UTF-8</s:activeCodePage>");
	CHECK_EQ(run(L"utf8 \xe9\x20ac"), 0);
	write_manifest("<s:longPathAware>true</s:longPathAware>");
	CHECK_EQ(run(L"which is"), GetACP());
	DeleteFileA(copy);
	return check_done();
}
