/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* shlwapi-path.c - shlwapi's paths, by the examples of its documentation. */
// link: -lshlwapi
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <shlwapi.h>

static void is(const char *got, const char *want, const char *of)
{
	CHECK(got && !strcmp(got, want), "%s: \"%s\", not \"%s\"", of,
	      got ? got : "(null)", want);
}

static void looks(void)
{
	static const struct {
		const char *path, *name, *extension, *args;
		int relative, unc, root, spec, drive;
	} paths[] = {
		{ "c:\\path\\file", "file", "", "", 0, 0, 0, 0, 2 },
		{ "c:\\path", "path", "", "", 0, 0, 0, 0, 2 },
		{ "c:\\path\\", "path\\", "", "", 0, 0, 0, 0, 2 },
		{ "c:\\", "c:\\", "", "", 0, 0, 1, 0, 2 },
		{ "c:", "c:", "", "", 0, 0, 0, 0, 2 },
		{ "path", "path", "", "", 1, 0, 0, 1, -1 },
		{ "a.b\\c", "c", "", "", 1, 0, 0, 0, -1 },
		{ "file.tar.gz", "file.tar.gz", ".gz", "", 1, 0, 0, 1, -1 },
		{ "test.exe 1 2", "test.exe 1 2", "", "1 2", 1, 0, 0, 1, -1 },
		{ "\"a b.exe\" x", "\"a b.exe\" x", "", "x", 1, 0, 0, 1, -1 },
		{ "\\\\server\\share\\a.b", "a.b", ".b", "", 0, 1, 0, 0, -1 },
		{ "\\\\server\\share", "share", "", "", 0, 1, 1, 0, -1 },
		{ "\\\\server", "server", "", "", 0, 1, 1, 0, -1 },
		{ "\\", "\\", "", "", 0, 0, 1, 0, -1 },
		{ "\\path", "path", "", "", 0, 0, 0, 0, -1 },
		{ "", "", "", "", 1, 0, 0, 1, -1 },
	};

	for (unsigned i = 0; i < COUNT_OF(paths); i++) {
		const char *p = paths[i].path;
		WCHAR w[64];

		is(PathFindFileNameA(p), paths[i].name, p);
		is(PathFindExtensionA(p), paths[i].extension, p);
		is(PathGetArgsA(p), paths[i].args, p);
		CHECK(!PathIsRelativeA(p) == !paths[i].relative, "%s", p);
		CHECK(!PathIsUNCA(p) == !paths[i].unc, "%s", p);
		CHECK(!PathIsRootA(p) == !paths[i].root, "%s", p);
		CHECK(!PathIsFileSpecA(p) == !paths[i].spec, "%s", p);
		CHECK_EQ(PathGetDriveNumberA(p), paths[i].drive);
		MultiByteToWideChar(CP_ACP, 0, p, -1, w, 64);
		CHECK(PathFindFileNameW(w) - w == PathFindFileNameA(p) - p);
		CHECK(!PathIsRelativeW(w) == !paths[i].relative, "%s", p);
		CHECK(!PathIsRootW(w) == !paths[i].root, "%s", p);
	}
	CHECK(PathIsUNCServerA("\\\\server"));
	CHECK(!PathIsUNCServerA("\\\\server\\share"));
	CHECK(PathIsUNCServerShareA("\\\\server\\share"));
	CHECK(!PathIsUNCServerShareA("\\\\server\\share\\a"));
	CHECK(!PathIsUNCW(L"\\\\?\\C:\\a"));
	CHECK(PathIsUNCW(L"\\\\?\\UNC\\server\\share"));
	is(PathFindNextComponentA("c:\\path1\\path2"), "path1\\path2", "next");
	is(PathFindNextComponentA("path3"), "", "next");
	is(PathSkipRootA("c:\\a\\b"), "a\\b", "skip root");
	is(PathSkipRootA("\\\\server\\share\\a"), "a", "skip root");
	CHECK(PathSkipRootA("a\\b") == NULL);
}

static void prefixes(void)
{
	static const struct {
		const char *one, *other, *common;
	} t[] = {
		{ "C:\\win\\desktop\\temp.txt", "c:\\win\\tray\\sample.txt",
		  "C:\\win" },
		{ "C:\\a", "C:\\b", "C:\\" },
		{ "C:\\ab", "C:\\a", "C:\\" },
		{ "C:\\a\\b", "C:\\a", "C:\\a" },
		{ "a\\b\\c", "a\\b\\d", "a\\b" },
		{ "C:\\a", "D:\\a", "" },
		{ "\\\\s\\a\\x", "\\\\s\\a\\y", "\\\\s\\a" },
		{ "\\\\s\\a", "C:\\a", "" },
	};
	char out[MAX_PATH];

	for (unsigned i = 0; i < COUNT_OF(t); i++) {
		CHECK_EQ(PathCommonPrefixA(t[i].one, t[i].other, out),
			 (int)strlen(t[i].common));
		is(out, t[i].common, t[i].one);
	}
	CHECK(PathIsPrefixA("C:\\", "C:\\path\\file"));
	CHECK(PathIsPrefixA("C:\\path", "c:\\PATH\\file"));
	CHECK(!PathIsPrefixA("C:\\pat", "C:\\path\\file"));
	CHECK(PathIsSameRootA("C:\\a", "c:\\b\\c"));
	CHECK(!PathIsSameRootA("C:\\a", "D:\\a"));
	CHECK(PathIsSameRootA("\\\\s\\a\\x", "\\\\s\\a\\y"));
}

static void edits(void)
{
	static const struct {
		const char *path, *no_spec, *no_extension, *stripped, *root;
	} t[] = {
		{ "C:\\TEST\\sample\\file.txt", "C:\\TEST\\sample",
		  "C:\\TEST\\sample\\file", "file.txt", "C:\\" },
		{ "C:\\file", "C:\\", "C:\\file", "file", "C:\\" },
		{ "C:\\", "C:\\", "C:\\", "C:\\", "C:\\" },
		{ "file.txt", "", "file", "file.txt", NULL },
		{ "\\path\\a.b", "\\path", "\\path\\a", "a.b", "\\" },
		{ "\\\\s\\a\\x.y", "\\\\s\\a", "\\\\s\\a\\x", "x.y",
		  "\\\\s\\a" },
	};
	char p[MAX_PATH];

	for (unsigned i = 0; i < COUNT_OF(t); i++) {
		strcpy(p, t[i].path);
		CHECK_EQ(!PathRemoveFileSpecA(p),
			 !strcmp(t[i].path, t[i].no_spec));
		is(p, t[i].no_spec, t[i].path);
		strcpy(p, t[i].path);
		PathRemoveExtensionA(p);
		is(p, t[i].no_extension, t[i].path);
		strcpy(p, t[i].path);
		PathStripPathA(p);
		is(p, t[i].stripped, t[i].path);
		strcpy(p, t[i].path);
		CHECK_EQ(!PathStripToRootA(p), !t[i].root);
		if (t[i].root)
			is(p, t[i].root, t[i].path);
	}
	strcpy(p, "C:\\a");
	is(PathAddBackslashA(p), "", "end");
	is(p, "C:\\a\\", "backslash");
	PathAddBackslashA(p);
	is(p, "C:\\a\\", "backslash");
	PathRemoveBackslashA(p);
	is(p, "C:\\a", "backslash");
	strcpy(p, "C:\\");
	PathRemoveBackslashA(p);
	is(p, "C:\\", "backslash");
	CHECK(PathAddExtensionA(strcpy(p, "file"), ".txt"));
	is(p, "file.txt", "extension");
	CHECK(!PathAddExtensionA(p, ".doc"));
	CHECK(PathRenameExtensionA(p, ".doc"));
	is(p, "file.doc", "extension");
	PathQuoteSpacesA(strcpy(p, "C:\\a b"));
	is(p, "\"C:\\a b\"", "quotes");
	PathUnquoteSpacesA(p);
	is(p, "C:\\a b", "quotes");
	PathRemoveArgsA(strcpy(p, "c:\\test.exe 1 2 3"));
	is(p, "c:\\test.exe", "args");
	PathRemoveBlanksA(strcpy(p, "  a b  "));
	is(p, "a b", "blanks");
	CHECK(PathMakePrettyA(strcpy(p, "C:\\TEST\\FILE")));
	is(p, "C:\\test\\file", "pretty");
	CHECK(!PathMakePrettyA(strcpy(p, "C:\\Test")));
	PathUndecorateA(strcpy(p, "C:\\a\\file[5].txt"));
	is(p, "C:\\a\\file.txt", "decoration");
	CHECK_EQ(PathParseIconLocationA(strcpy(p, "\"C:\\a b.dll\",-3")), -3);
	is(p, "C:\\a b.dll", "icon");
}

static void combined(void)
{
	static const struct {
		const char *folder, *file, *want;
	} t[] = {
		{ "C:", "One\\Two\\Three", "C:\\One\\Two\\Three" },
		{ "C:\\a", "b", "C:\\a\\b" },
		{ "C:\\a\\", "..\\b", "C:\\b" },
		{ "C:\\a", "\\b", "C:\\b" },
		{ "C:\\a", "D:\\b", "D:\\b" },
		{ "C:\\a", "\\\\s\\x", "\\\\s\\x" },
		{ "C:\\a", "", "C:\\a" },
		{ "\\\\s\\x\\y", "\\z", "\\\\s\\x\\z" },
	};
	char p[MAX_PATH];

	for (unsigned i = 0; i < COUNT_OF(t); i++)
		is(PathCombineA(p, t[i].folder, t[i].file), t[i].want,
		   t[i].file);
	CHECK(PathAppendA(strcpy(p, "name_1\\name_2"), "name_3"));
	is(p, "name_1\\name_2\\name_3", "append");
	CHECK(PathAppendA(strcpy(p, "C:\\name"), "\\more"));
	is(p, "C:\\name\\more", "append");
	CHECK(PathCanonicalizeA(p, "A:\\name_1\\.\\name_2\\..\\name_3"));
	is(p, "A:\\name_1\\name_3", "canonical");
	CHECK(PathCanonicalizeA(p, "A:\\name_1\\..\\name_2\\.\\name_3"));
	is(p, "A:\\name_2\\name_3", "canonical");
	CHECK(PathCanonicalizeA(p, "C:\\.."));
	is(p, "C:\\", "canonical");
	is(PathBuildRootA(p, 25), "Z:\\", "root");

	CHECK(PathRelativePathToA(p, "c:\\a\\b\\path",
				  FILE_ATTRIBUTE_DIRECTORY, "c:\\a\\x\\y\\file",
				  FILE_ATTRIBUTE_NORMAL));
	is(p, "..\\..\\x\\y\\file", "relative");
	CHECK(PathRelativePathToA(p, "c:\\a\\b", FILE_ATTRIBUTE_DIRECTORY,
				  "c:\\a\\b\\c", 0));
	is(p, ".\\c", "relative");
	CHECK(!PathRelativePathToA(p, "c:\\a", FILE_ATTRIBUTE_DIRECTORY,
				   "d:\\a", 0));
	CHECK(PathCompactPathExA(p, "c:\\test\\My SuperName\\File.txt", 14, 0));
	is(p, "c...\\File.txt", "compact");
}

static void patterns_and_files(void)
{
	char p[MAX_PATH], file[MAX_PATH];
	HANDLE h;

	CHECK(PathMatchSpecA("C:\\TEST\\sample.txt", "*.txt"));
	CHECK(PathMatchSpecA("sample.txt", "*.doc;*.TXT"));
	CHECK(PathMatchSpecA("sample.txt", "*.doc; *.txt"));
	CHECK(PathMatchSpecA("sample.txt", "s?mple.*"));
	CHECK(PathMatchSpecA("sample", "*.*"));
	CHECK(!PathMatchSpecA("sample.txt", "*.tx"));
	CHECK(!PathMatchSpecA("sample.txt", "ample*"));
	CHECK(PathMatchSpecA("aXbXc", "a*b*c"));
	CHECK(PathMatchSpecExA("a.txt", "*.doc;*.txt", PMSF_NORMAL) == S_FALSE);
	CHECK(PathMatchSpecExA("a.txt", "*.doc;*.txt", PMSF_MULTIPLE) == S_OK);

	GetTempPathA(sizeof p - 32, p);
	PathAppendA(p, "rf-shlwapi.d");
	PathCombineA(file, p, "file");
	DeleteFileA(file);
	RemoveDirectoryA(p);
	CHECK(!PathFileExistsA(p));
	CHECK(CreateDirectoryA(p, NULL));
	CHECK(PathFileExistsA(p));
	CHECK(PathIsDirectoryA(p));
	CHECK(PathIsDirectoryEmptyA(p));
	h = CreateFileA(file, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
	CloseHandle(h);
	CHECK(!PathIsDirectoryEmptyA(p));
	CHECK(PathFileExistsA(file));
	CHECK(!PathIsDirectoryA(file));
	DeleteFileA(file);
	RemoveDirectoryA(p);
	strcpy(p, "kernel32.dll");
	CHECK(PathFindOnPathA(p, NULL));
	CHECK(PathIsPrefixA("C:\\", p), "%s", p);
	SetEnvironmentVariableA("APPDATA", "C:\\rf\\data");
	CHECK(PathUnExpandEnvStringsA("C:\\rf\\data\\x", p, sizeof p));
	is(p, "%APPDATA%\\x", "environment");
	CHECK(!PathUnExpandEnvStringsA("Q:\\x", p, sizeof p));
}

int main(void)
{
	looks();
	prefixes();
	edits();
	combined();
	patterns_and_files();
	return check_done();
}
