/* kernel32: GetPrivateProfileString and its kin; the environment. */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <windows.h>
#include <string.h>
#include "check.h"

static char path[MAX_PATH];

static DWORD get(const char *section, const char *key, char *buf, DWORD size)
{
	return GetPrivateProfileStringA(section, key, "none", buf, size, path);
}

static void profile(void)
{
	static const char text[] = "; a comment\r\n"
				   "[One]\r\n"
				   "key=value\r\n"
				   "Spaced = \"in quotes\"  \r\n"
				   "empty=\r\n"
				   "number=0x1F\r\n"
				   "\r\n"
				   "[two]\r\n"
				   "a=1\r\n"
				   "b=2";
	struct {
		int x;
		char y[3];
	} s = { 77, "ab" }, t;
	char buf[100], temp[MAX_PATH];
	HANDLE h;
	DWORD n;

	GetTempPathA(MAX_PATH, temp);
	GetTempFileNameA(temp, "ini", 0, path);
	h = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	WriteFile(h, text, sizeof text - 1, &n, NULL);
	CloseHandle(h);

	CHECK(get("one", "KEY", buf, 100) == 5 && !strcmp(buf, "value"), "%s",
	      buf);
	CHECK(get("one", "spaced", buf, 100) == 9 && !strcmp(buf, "in quotes"),
	      "%s", buf);
	CHECK(get("one", "empty", buf, 100) == 0 && !buf[0]);
	CHECK(get("one", "nokey", buf, 100) == 4 && !strcmp(buf, "none"));
	CHECK(get("three", "key", buf, 100) == 4 && !strcmp(buf, "none"));
	CHECK(get("one", "key", buf, 4) == 3 && !strcmp(buf, "val"), "%s", buf);
	CHECK_EQ(GetPrivateProfileIntA("one", "number", 5, path), 31);
	CHECK_EQ(GetPrivateProfileIntA("two", "b", 5, path), 2);
	CHECK_EQ(GetPrivateProfileIntA("two", "c", 5, path), 5);
	n = get(NULL, NULL, buf, 100);
	CHECK(n == 8 && !memcmp(buf, "One\0two\0", 9), "%lu", n);
	n = get("two", NULL, buf, 100);
	CHECK(n == 4 && !memcmp(buf, "a\0b\0", 5), "%lu", n);
	n = get("two", NULL, buf, 4);
	CHECK(n == 2 && !memcmp(buf, "a\0\0", 3), "%lu", n);
	n = GetPrivateProfileSectionA("two", buf, 100, path);
	CHECK(n == 8 && !memcmp(buf, "a=1\0b=2\0", 9), "%lu", n);

	CHECK(WritePrivateProfileStringA("two", "a", "changed", path));
	CHECK(WritePrivateProfileStringA("two", "c", "3", path));
	CHECK(WritePrivateProfileStringA("new", "d", "4", path));
	CHECK(WritePrivateProfileStringA("one", "number", NULL, path));
	CHECK(get("two", "a", buf, 100) && !strcmp(buf, "changed"));
	CHECK(get("two", "b", buf, 100) && !strcmp(buf, "2"), "%s", buf);
	CHECK(get("two", "c", buf, 100) && !strcmp(buf, "3"));
	CHECK(get("new", "d", buf, 100) && !strcmp(buf, "4"));
	CHECK(get("one", "number", buf, 100) && !strcmp(buf, "none"));
	CHECK(get("one", "key", buf, 100) && !strcmp(buf, "value"));
	CHECK(WritePrivateProfileStringA("two", NULL, NULL, path));
	CHECK(get("two", "b", buf, 100) && !strcmp(buf, "none"));
	CHECK(WritePrivateProfileSectionA("list", "x=1\0y=2\0", path));
	CHECK(get("list", "y", buf, 100) && !strcmp(buf, "2"));
	CHECK(WritePrivateProfileStructA("bin", "s", &s, sizeof s, path));
	memset(&t, 0, sizeof t);
	CHECK(GetPrivateProfileStructA("bin", "s", &t, sizeof t, path));
	CHECK(t.x == 77 && !strcmp(t.y, "ab"));
	CHECK(!GetPrivateProfileStructA("bin", "s", &t, 4, path));
	CHECK(DeleteFileA(path));
	CHECK(get("one", "key", buf, 100) == 4 && !strcmp(buf, "none"));
}

static void environment(void)
{
	WCHAR wide[64], *all;
	char buf[64];

	CHECK(SetEnvironmentVariableA("RF_TEST_A", "some value"));
	CHECK(GetEnvironmentVariableA("rf_test_a", buf, 64) == 10 &&
		      !strcmp(buf, "some value"),
	      "%s", buf);
	CHECK_EQ(GetEnvironmentVariableA("RF_TEST_A", buf, 5), 11);
	CHECK_EQ(GetEnvironmentVariableW(L"RF_TEST_A", NULL, 0), 11);
	CHECK(SetEnvironmentVariableA("RF_TEST_A", ""));
	SetLastError(99);
	CHECK_EQ(GetEnvironmentVariableA("RF_TEST_A", buf, 64), 0);
	CHECK_EQ(GetLastError(), 0);
	CHECK(SetEnvironmentVariableA("RF_TEST_A", NULL));
	CHECK_EQ(GetEnvironmentVariableA("RF_TEST_A", buf, 64), 0);
	CHECK_EQ(GetLastError(), ERROR_ENVVAR_NOT_FOUND);
	CHECK(!SetEnvironmentVariableA("", "x"));
	CHECK(SetEnvironmentVariableW(L"RF_B", L"b"));
	CHECK_EQ(ExpandEnvironmentStringsW(L"<%RF_B%>%none%", wide, 64), 10);
	CHECK(!lstrcmpW(wide, L"<b>%none%"), "%ls", wide);
	CHECK_EQ(ExpandEnvironmentStringsA("%rf_b%b", buf, 64), 3);
	CHECK(!strcmp(buf, "bb"), "%s", buf);
	all = GetEnvironmentStringsW();
	CHECK(all != NULL);
	FreeEnvironmentStringsW(all);
}

int main(void)
{
	profile();
	environment();
	return check_done();
}
