/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Full paths, NT names, device names and kinds of paths, as ntdll has them. */
#include <windows.h>
#include <winternl.h>
#include <string.h>

#include "check.h"

NTSYSAPI ULONG NTAPI RtlGetFullPathName_U(PCWSTR, ULONG, PWSTR, PWSTR *);
NTSYSAPI int NTAPI RtlDetermineDosPathNameType_U(PCWSTR);
NTSYSAPI ULONG NTAPI RtlIsDosDeviceName_U(PCWSTR);

static const struct {
	const WCHAR *path, *full, *file;
} full[] = {
	{ L"C:\\a\\b", L"C:\\a\\b", L"b" },
	{ L"c:/a/b/", L"c:\\a\\b\\", NULL },
	{ L"C:\\a\\.\\b\\..\\c", L"C:\\a\\c", L"c" },
	{ L"C:\\..\\..\\x", L"C:\\x", L"x" },
	{ L"C:\\a\\..", L"C:\\", NULL },
	{ L"C:\\a\\b\\..", L"C:\\a", L"a" },
	{ L"C:\\a\\b\\.", L"C:\\a\\b", L"b" },
	{ L"C:\\a\\\\b", L"C:\\a\\b", L"b" },
	{ L"C:\\a\\b. . ", L"C:\\a\\b", L"b" },
	{ L"C:\\a.\\b", L"C:\\a\\b", L"b" },
	{ L"C:\\a..\\b", L"C:\\a..\\b", L"b" },
	{ L"C:\\...\\b", L"C:\\...\\b", L"b" },
	{ L"C:\\a \\b", L"C:\\a \\b", L"b" },
	{ L"C:\\", L"C:\\", NULL },
	{ L"x", L"C:\\Windows\\x", L"x" },
	{ L".", L"C:\\Windows", L"Windows" },
	{ L"..", L"C:\\", NULL },
	{ L"..\\y\\z", L"C:\\y\\z", L"z" },
	{ L"\\x\\y", L"C:\\x\\y", L"y" },
	{ L"C:x", L"C:\\Windows\\x", L"x" },
	{ L"C:", L"C:\\Windows", L"Windows" },
	{ L"D:x", L"D:\\other dir\\x", L"x" },
	{ L"E:x", L"E:\\x", L"x" },
	{ L"\\\\srv\\share\\a\\..\\b", L"\\\\srv\\share\\b", L"b" },
	{ L"\\\\srv\\share\\..\\..\\b", L"\\\\srv\\share\\b", L"b" },
	{ L"//srv/share/a", L"\\\\srv\\share\\a", L"a" },
	{ L"\\\\.\\pipe\\x", L"\\\\.\\pipe\\x", L"x" },
	{ L"\\\\?\\C:\\a\\..\\b", L"\\\\?\\C:\\b", L"b" },
	{ L"NUL", L"\\\\.\\NUL", NULL },
	{ L"C:\\a\\nul.txt", L"\\\\.\\nul", NULL },
	{ L"com1:", L"\\\\.\\com1", NULL },
	{ L"COM0", L"C:\\Windows\\COM0", L"COM0" },
	{ L"conin$", L"\\\\.\\conin$", NULL },
	{ L"null", L"C:\\Windows\\null", L"null" },
	{ L"a  ", L"C:\\Windows\\a", L"a" },
};

static void full_names(void)
{
	for (unsigned i = 0; i < sizeof full / sizeof *full; i++) {
		WCHAR buf[300], *file;
		ULONG n;

		n = RtlGetFullPathName_U(full[i].path, sizeof buf, buf, &file);
		CHECK(n == wcslen(full[i].full) * 2 &&
			      !wcscmp(buf, full[i].full),
		      "%ls: got %ls, want %ls", full[i].path, buf,
		      full[i].full);
		if (full[i].full[2] != L'.' || full[i].full[0] != L'\\')
			CHECK(full[i].file ? file && !wcscmp(file, full[i].file)
					   : !file,
			      "%ls: file part", full[i].path);
		n = RtlGetFullPathName_U(full[i].path, 4, buf, &file);
		CHECK_EQ(n, wcslen(full[i].full) * 2 + 2);
	}
	CHECK_EQ(RtlGetFullPathName_U(L"", 0, NULL, NULL), 0);
	CHECK_EQ(RtlGetFullPathName_U(L"   ", 0, NULL, NULL), 0);
}

static const struct {
	const WCHAR *path, *nt;
} nt[] = {
	{ L"C:\\a\\..\\b", L"\\??\\C:\\b" },
	{ L"\\\\?\\C:\\a\\..\\b", L"\\??\\C:\\a\\..\\b" },
	{ L"\\??\\C:\\a/b", L"\\??\\C:\\a/b" },
	{ L"\\\\srv\\share\\x", L"\\??\\UNC\\srv\\share\\x" },
	{ L"\\\\.\\PhysicalDrive0", L"\\??\\PhysicalDrive0" },
	{ L"NUL", L"\\??\\NUL" },
	{ L"aux.c", L"\\??\\aux" },
	{ L"x", L"\\??\\C:\\Windows\\x" },
};

static void nt_names(void)
{
	UNICODE_STRING s;

	for (unsigned i = 0; i < sizeof nt / sizeof *nt; i++) {
		BOOLEAN done = RtlDosPathNameToNtPathName_U(nt[i].path, &s,
							    NULL, NULL);

		CHECK(done, "%ls", nt[i].path);
		if (!done)
			continue;
		CHECK(!wcscmp(s.Buffer, nt[i].nt) &&
			      s.Length == wcslen(nt[i].nt) * 2,
		      "%ls: got %ls, want %ls", nt[i].path, s.Buffer, nt[i].nt);
		RtlFreeUnicodeString(&s);
	}
	CHECK(!RtlDosPathNameToNtPathName_U(L"", &s, NULL, NULL));
}

static void kinds(void)
{
	static const struct {
		const WCHAR *path;
		int type;
	} t[] = {
		{ L"\\\\srv\\x", 1 }, { L"C:\\x", 2 },    { L"C:/x", 2 },
		{ L"C:x", 3 },        { L"\\x", 4 },      { L"x", 5 },
		{ L"", 5 },           { L"\\\\.\\x", 6 }, { L"//?/x", 6 },
		{ L"\\\\.", 7 },      { L"\\\\?", 7 },    { L"\\\\.x", 1 },
	};

	for (unsigned i = 0; i < sizeof t / sizeof *t; i++)
		CHECK(RtlDetermineDosPathNameType_U(t[i].path) == t[i].type,
		      "%ls: got %d", t[i].path,
		      RtlDetermineDosPathNameType_U(t[i].path));
	CHECK_EQ(RtlIsDosDeviceName_U(L"nul"), 6);
	CHECK_EQ(RtlIsDosDeviceName_U(L"C:\\x\\com7.txt"), 5 << 17 | 8);
	CHECK_EQ(RtlIsDosDeviceName_U(L"\\\\.\\CON"), 4 << 17 | 6);
	CHECK_EQ(RtlIsDosDeviceName_U(L"\\\\.\\nul"), 0);
	CHECK_EQ(RtlIsDosDeviceName_U(L"console"), 0);
	CHECK_EQ(RtlIsDosDeviceName_U(L"lpt1 .x"), 8);
}

int main(void)
{
	CHECK(SetCurrentDirectoryW(L"C:\\Windows"));
	SetEnvironmentVariableW(L"=D:", L"D:\\other dir");
	SetEnvironmentVariableW(L"=E:", NULL);
	full_names();
	nt_names();
	kinds();
	return check_done();
}
