/* SHFileOperation and SHGetFileInfo, as installers use them; lists of items. */
#include <windows.h>
#include <shellapi.h>
#include <shlobj.h>

#include "../lib/check.h"

#define YES                                                                    \
	(FOF_NOCONFIRMATION | FOF_NOCONFIRMMKDIR | FOF_NOERRORUI | FOF_SILENT)

static WCHAR base[MAX_PATH];

/* A list with both its NULs below base; s: names with '|' between them. */
static const WCHAR *list(int which, const WCHAR *s)
{
	static WCHAR out[2][2048];
	WCHAR *p = out[which];

	for (;;) {
		const WCHAR *end = wcschr(s, '|');
		size_t n = end ? (size_t)(end - s) : wcslen(s);

		p += swprintf(p, 1024, L"%ls\\%.*ls", base, (int)n, s) + 1;
		if (!end)
			break;
		s = end + 1;
	}
	*p = 0;
	return out[which];
}

static const WCHAR *below(const WCHAR *s)
{
	static WCHAR path[4][MAX_PATH];
	static int at;

	at = (at + 1) % 4;
	swprintf(path[at], MAX_PATH, L"%ls\\%ls", base, s);
	return path[at];
}

static int op(UINT what, const WCHAR *from, const WCHAR *to, FILEOP_FLAGS flags)
{
	SHFILEOPSTRUCTW o = { 0 };

	o.wFunc = what;
	o.pFrom = list(0, from);
	o.pTo = to ? list(1, to) : NULL;
	o.fFlags = flags;
	return SHFileOperationW(&o);
}

static void put(const WCHAR *name, const char *text)
{
	HANDLE h = CreateFileW(below(name), GENERIC_WRITE, 0, NULL,
			       CREATE_ALWAYS, 0, NULL);
	DWORD n;

	CHECK(h != INVALID_HANDLE_VALUE, "%ls", name);
	WriteFile(h, text, (DWORD)strlen(text), &n, NULL);
	CloseHandle(h);
}

static const char *text_of(const WCHAR *name)
{
	static char text[64];
	HANDLE h = CreateFileW(below(name), GENERIC_READ, FILE_SHARE_READ, NULL,
			       OPEN_EXISTING, 0, NULL);
	DWORD n = 0;

	if (h == INVALID_HANDLE_VALUE)
		return "(none)";
	ReadFile(h, text, sizeof text - 1, &n, NULL);
	CloseHandle(h);
	text[n] = 0;
	return text;
}

#define IS(name, text)                                                         \
	CHECK(!strcmp(text_of(name), text), "%ls: %s", name, text_of(name))

static BOOL there(const WCHAR *name)
{
	return GetFileAttributesW(below(name)) != INVALID_FILE_ATTRIBUTES;
}

static void copies(void)
{
	CreateDirectoryW(below(L"d"), NULL);
	CreateDirectoryW(below(L"d\\e"), NULL);
	put(L"d\\1.txt", "one");
	put(L"d\\2.txt", "two");
	put(L"d\\e\\3.dat", "three");

	CHECK_EQ(op(FO_COPY, L"d\\1.txt", L"copy.txt", YES), 0);
	IS(L"copy.txt", "one");
	CHECK_EQ(op(FO_COPY, L"d", L"whole", YES), 0);
	IS(L"whole\\e\\3.dat", "three");
	CreateDirectoryW(below(L"there"), NULL);
	CHECK_EQ(op(FO_COPY, L"d", L"there", YES), 0);
	IS(L"there\\d\\2.txt", "two");
	CHECK_EQ(op(FO_COPY, L"d\\*.txt", L"some", YES), 0);
	IS(L"some\\1.txt", "one");
	CHECK(!there(L"some\\e"));
	CHECK_EQ(op(FO_COPY, L"d\\*", L"files", YES | FOF_FILESONLY), 0);
	IS(L"files\\2.txt", "two");
	CHECK(!there(L"files\\e"));
	CHECK_EQ(op(FO_COPY, L"d\\1.txt|d\\2.txt", L"list", YES), 0);
	IS(L"list\\2.txt", "two");
	CHECK_EQ(op(FO_COPY, L"d\\1.txt|d\\2.txt", L"x.1|x.2",
		    YES | FOF_MULTIDESTFILES),
		 0);
	IS(L"x.2", "two");
	CHECK_EQ(op(FO_COPY, L"d\\2.txt", L"copy.txt", YES), 0);
	IS(L"copy.txt", "two");
	CHECK(op(FO_COPY, L"none", L"other", YES) != 0);
	CHECK(op(FO_COPY, L"d", L"d\\e\\d", YES) != 0, "into itself");
	CHECK(!there(L"d\\e\\d\\e\\d"));
}

static void moves(void)
{
	CHECK_EQ(op(FO_MOVE, L"whole", L"moved", YES), 0);
	CHECK(!there(L"whole"));
	IS(L"moved\\e\\3.dat", "three");
	CHECK_EQ(op(FO_MOVE, L"x.1", L"there", YES), 0);
	IS(L"there\\x.1", "one");
	CHECK_EQ(op(FO_RENAME, L"x.2", L"y.2", YES), 0);
	IS(L"y.2", "two");
	CHECK(!there(L"x.2"));
}

static void deletes(void)
{
	SetFileAttributesW(below(L"moved\\1.txt"), FILE_ATTRIBUTE_READONLY);
	CHECK_EQ(op(FO_DELETE, L"moved|y.2", NULL, YES), 0);
	CHECK(!there(L"moved"));
	CHECK(!there(L"y.2"));
	CHECK_EQ(op(FO_DELETE, L"d\\*.txt", NULL, YES), 0);
	CHECK(!there(L"d\\1.txt"));
	CHECK(there(L"d\\e"));
	CHECK(op(FO_DELETE, L"none", NULL, YES) != 0);
	CHECK(op(77, L"d", NULL, YES) != 0);
}

/*
 * A link to a folder is deleted as a link.  It needs a privilege that a test
 * on Windows may not have.
 */
static void links(void)
{
	CreateDirectoryW(below(L"kept"), NULL);
	put(L"kept\\file", "kept");
	CreateDirectoryW(below(L"gone"), NULL);
	if (CreateSymbolicLinkW(below(L"gone\\link"), below(L"kept"),
				SYMBOLIC_LINK_FLAG_DIRECTORY))
		IS(L"gone\\link\\file", "kept");
	CHECK_EQ(op(FO_DELETE, L"gone", NULL, YES), 0);
	CHECK(!there(L"gone"));
	IS(L"kept\\file", "kept");
}

static void info(void)
{
	SHFILEINFOW i;
	SHFILEINFOA a;
	WCHAR self[MAX_PATH];

	put(L"a.qqq", "x");
	CHECK(SHGetFileInfoW(below(L"a.qqq"), 0, &i, sizeof i,
			     SHGFI_DISPLAYNAME | SHGFI_TYPENAME |
				     SHGFI_ATTRIBUTES));
	CHECK(!wcsncmp(i.szDisplayName, L"a", 1), "%ls", i.szDisplayName);
	CHECK(!wcscmp(i.szTypeName, L"QQQ File"), "%ls", i.szTypeName);
	CHECK(i.dwAttributes & SFGAO_FILESYSTEM);
	CHECK(!(i.dwAttributes & SFGAO_FOLDER));
	CHECK(SHGetFileInfoW(base, 0, &i, sizeof i, SHGFI_ATTRIBUTES));
	CHECK(i.dwAttributes & SFGAO_FOLDER);
	CHECK(!SHGetFileInfoW(below(L"none"), 0, &i, sizeof i,
			      SHGFI_DISPLAYNAME));
	CHECK(SHGetFileInfoW(L"none.qqq", FILE_ATTRIBUTE_NORMAL, &i, sizeof i,
			     SHGFI_USEFILEATTRIBUTES | SHGFI_TYPENAME));
	CHECK(!wcscmp(i.szTypeName, L"QQQ File"), "%ls", i.szTypeName);
	CHECK(SHGetFileInfoA("none.qqq", FILE_ATTRIBUTE_NORMAL, &a, sizeof a,
			     SHGFI_USEFILEATTRIBUTES | SHGFI_TYPENAME));
	CHECK(!strcmp(a.szTypeName, "QQQ File"), "%s", a.szTypeName);
	GetModuleFileNameW(NULL, self, MAX_PATH);
	CHECK_EQ(SHGetFileInfoW(self, 0, &i, sizeof i, SHGFI_EXETYPE),
		 'P' | 'E' << 8);
	CHECK_EQ(
		SHGetFileInfoW(below(L"a.qqq"), 0, &i, sizeof i, SHGFI_EXETYPE),
		0);
}

static void lists(void)
{
	WCHAR path[MAX_PATH], same[MAX_PATH];
	PIDLIST_ABSOLUTE l = NULL;
	PIDLIST_RELATIVE copy;

	CHECK_EQ(SHGetSpecialFolderLocation(NULL, CSIDL_APPDATA, &l), S_OK);
	CHECK(SHGetPathFromIDListW(l, path));
	SHGetFolderPathW(NULL, CSIDL_APPDATA, NULL, 0, same);
	CHECK(!_wcsicmp(path, same), "%ls %ls", path, same);
	CoTaskMemFree(l);
	l = ILCreateFromPathW(base);
	CHECK(l != NULL);
	copy = ILClone(l);
	CHECK_EQ(ILGetSize(copy), ILGetSize(l));
	CHECK(SHGetPathFromIDListW((PIDLIST_ABSOLUTE)copy, path));
	CHECK(!_wcsicmp(path, base), "%ls %ls", path, base);
	ILFree(copy);
	ILFree(l);
	CHECK(!ILCreateFromPathW(below(L"none")));
}

static void remove_base(void)
{
	SHFILEOPSTRUCTW o = { 0 };
	WCHAR from[MAX_PATH + 1];

	wcscpy(from, base);
	from[wcslen(from) + 1] = 0;
	o.wFunc = FO_DELETE;
	o.pFrom = from;
	o.fFlags = YES;
	CHECK_EQ(SHFileOperationW(&o), 0);
	CHECK_EQ(GetFileAttributesW(base), INVALID_FILE_ATTRIBUTES);
}

int main(void)
{
	WCHAR temp[MAX_PATH];

	GetTempPathW(MAX_PATH, temp);
	swprintf(base, MAX_PATH, L"%lsshell-files-%lu", temp,
		 GetCurrentProcessId());
	CHECK(CreateDirectoryW(base, NULL));
	GetLongPathNameW(base, base, MAX_PATH);
	copies();
	moves();
	deletes();
	links();
	info();
	lists();
	remove_base();
	return check_done();
}
