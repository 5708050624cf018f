/* kernel32: modules, procedure addresses, messages, resources and updating
 * them. */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <windows.h>
#include <string.h>
#include "check.h"

static void folders(void)
{
	WCHAR here[MAX_PATH], where[MAX_PATH];
	DLL_DIRECTORY_COOKIE cookie;
	HMODULE h;

	GetCurrentDirectoryW(MAX_PATH, here);
	swprintf(where, MAX_PATH, L"%ls\\dll-folder", here);
	SetLastError(0);
	CHECK(!AddDllDirectory(L"dll-folder"));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	SetLastError(0);
	CHECK(!AddDllDirectory(where));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK(CreateDirectoryW(where, NULL));
	cookie = AddDllDirectory(where);
	CHECK(cookie != NULL);
	/* This program's file will do for a DLL that is only looked into. */
	GetModuleFileNameW(NULL, here, MAX_PATH);
	wcscat(where, L"\\only-there.dll");
	CHECK(CopyFileW(here, where, FALSE));
	h = LoadLibraryExW(L"only-there.dll", NULL,
			   LOAD_LIBRARY_AS_DATAFILE |
				   LOAD_LIBRARY_SEARCH_USER_DIRS);
	CHECK(h != NULL, "%lu", GetLastError());
	CHECK(FreeLibrary(h));
	CHECK(RemoveDllDirectory(cookie));
	h = LoadLibraryExW(L"only-there.dll", NULL,
			   LOAD_LIBRARY_AS_DATAFILE |
				   LOAD_LIBRARY_SEARCH_USER_DIRS);
	CHECK(!h);
	/* Nobody may write as long as it is open that way. */
	h = LoadLibraryExW(where, NULL, LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE);
	CHECK(h != NULL, "%lu", GetLastError());
	CHECK(CreateFileW(where, GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0,
			  NULL) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CHECK(FreeLibrary(h));
	CHECK(DeleteFileW(where));
	RemoveDirectoryW(L"dll-folder");
}

static void modules(void)
{
	HMODULE k = GetModuleHandleA("kernel32"), h;
	char path[MAX_PATH];
	WCHAR wide[MAX_PATH];
	DWORD n;

	CHECK(k != NULL);
	CHECK(GetModuleHandleW(L"KERNEL32.DLL") == k);
	CHECK(GetModuleHandleW(NULL) != NULL);
	CHECK(!GetModuleHandleA("none.dll"));
	CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
	CHECK(GetProcAddress(k, "Sleep") != NULL);
	CHECK(!GetProcAddress(k, "NoSuchFunction"));
	CHECK_EQ(GetLastError(), ERROR_PROC_NOT_FOUND);
	CHECK(GetProcAddress(k, "HeapAlloc") ==
	      GetProcAddress(GetModuleHandleA("ntdll"), "RtlAllocateHeap"));

	h = LoadLibraryA("kernel32.dll");
	CHECK(h == k);
	CHECK(FreeLibrary(h));
	CHECK(!LoadLibraryA("no-such-library.dll"));
	CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
	CHECK(!LoadLibraryExW(L"kernel32", (HANDLE)1, 0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

	CHECK(GetModuleHandleExA(
		      GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
			      GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
		      (const char *)modules, &h) &&
	      h == GetModuleHandleA(NULL));
	CHECK(!GetModuleHandleExA(
		GET_MODULE_HANDLE_EX_FLAG_PIN |
			GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
		"kernel32", &h));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

	n = GetModuleFileNameA(NULL, path, MAX_PATH);
	CHECK(n > 4 && !lstrcmpiA(path + n - 4, ".exe") && path[1] == ':', "%s",
	      path);
	CHECK_EQ(GetModuleFileNameA(NULL, path, 5), 5);
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK_EQ(path[4], 0);
	n = GetModuleFileNameW(k, wide, MAX_PATH);
	CHECK(n && !lstrcmpiW(wide + n - 13, L"\\kernel32.dll"), "%ls", wide);
	CHECK(!GetModuleFileNameW((HMODULE)0x10000, wide, MAX_PATH));
	CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
}

static DWORD format(DWORD flags, const char *s, char *buf, ...)
{
	va_list args;
	DWORD n;

	va_start(args, buf);
	n = FormatMessageA(flags | FORMAT_MESSAGE_FROM_STRING, s, 0, 0, buf,
			   200, &args);
	va_end(args);
	return n;
}

/* A system has a text for every code of its own; these are rare ones. */
static void rare_codes(void)
{
	static const DWORD codes[] = {
		2010,       3001,       4006,       4338,       5089,
		5905,       6016,       6600,       6702,       6832,
		7059,       8017,       8201,       8439,       8617,
		9606,       9906,       13003,      13855,      13932,
		14020,      14110,      15038,      15818,      0x80030002,
		0x80090308, 0x8009030e, 0x80092010, 0x800b010c,
	};
	char buf[500];

	for (unsigned i = 0; i < ARRAYSIZE(codes); i++)
		CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM |
					     FORMAT_MESSAGE_IGNORE_INSERTS,
				     NULL, codes[i], 0, buf, sizeof buf, NULL),
		      "%#lx", codes[i]);
}

static void messages(void)
{
	DWORD_PTR array[3] = { (DWORD_PTR) "one", 2, (DWORD_PTR)L"three" };
	WCHAR *alloc, wide[200];
	char buf[200];
	DWORD n;

	n = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL,
			   ERROR_FILE_NOT_FOUND, 0x409, buf, sizeof buf, NULL);
	CHECK(!strcmp(buf, "The system cannot find the file specified.\r\n"),
	      "%s", buf);
	CHECK_EQ(n, strlen(buf));
	CHECK(!FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 0x1fffffff, 0,
			      buf, sizeof buf, NULL));
	CHECK_EQ(GetLastError(), ERROR_MR_MID_NOT_FOUND);
	CHECK(!FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 5, 0, buf, 4,
			      NULL));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	n = FormatMessageW(
		FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_ALLOCATE_BUFFER |
			FORMAT_MESSAGE_IGNORE_INSERTS,
		NULL, ERROR_BAD_EXE_FORMAT, 0, (LPWSTR)&alloc, 0, NULL);
	CHECK(n && !lstrcmpW(alloc,
			     L"%1 is not a valid Win32 application.\r\n"),
	      "%ls", alloc);
	LocalFree(alloc);
	n = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM |
				   FORMAT_MESSAGE_MAX_WIDTH_MASK,
			   NULL, ERROR_ACCESS_DENIED, 0, wide, 200, NULL);
	CHECK(n && !lstrcmpW(wide, L"Access is denied. "), "%ls", wide);

	format(0, "%1 and %2!d!%n%%", buf, "text", 42);
	CHECK(!strcmp(buf, "text and 42\r\n%"), "%s", buf);
	format(0, "[%1!8s!] %2!04x! %3!S!", buf, "abc", 0xbe, L"wide");
	CHECK(!strcmp(buf, "[     abc] 00be wide"), "%s", buf);
	format(0, "[%1!*s!]", buf, 5, "ab");
	CHECK(!strcmp(buf, "[   ab]"), "%s", buf);
	format(0, "stop%0 here", buf);
	CHECK(!strcmp(buf, "stop"), "%s", buf);
	format(FORMAT_MESSAGE_IGNORE_INSERTS, "%1 %2!d!", buf);
	CHECK(!strcmp(buf, "%1 %2!d!"), "%s", buf);
	FormatMessageA(
		FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY,
		"%3!S! %2!u! %1", 0, 0, buf, sizeof buf, (va_list *)array);
	CHECK(!strcmp(buf, "three 2 one"), "%s", buf);
}

/* ntdll's message table: NTSTATUS codes. */
static void status_messages(void)
{
	static const DWORD code[] = { 0xc0000005, 0xc0000034, 0xc0000135,
				      0xc0020002, 0x80000003, 0x00000103,
				      0xc0000017, 0xc000007b, 0xc0000374 };
	HMODULE ntdll = GetModuleHandleA("ntdll.dll");
	PMESSAGE_RESOURCE_DATA data;
	char text[300];
	DWORD n;

	for (unsigned i = 0; i < sizeof code / sizeof *code; i++) {
		n = FormatMessageA(FORMAT_MESSAGE_FROM_HMODULE |
					   FORMAT_MESSAGE_IGNORE_INSERTS,
				   ntdll, code[i], 0, text, sizeof text, NULL);
		CHECK(n > 10 && n == strlen(text) &&
			      !strcmp(text + n - 2, "\r\n"),
		      "%08lx: %lu %s", code[i], n, text);
	}
	CHECK(!FormatMessageA(FORMAT_MESSAGE_FROM_HMODULE, ntdll, 0xc0abcdef, 0,
			      text, sizeof text, NULL));
	CHECK_EQ(GetLastError(), ERROR_MR_MID_NOT_FOUND);
	/* Module first, then the system. */
	n = FormatMessageA(
		FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_FROM_SYSTEM, ntdll,
		ERROR_FILE_EXISTS, 0, text, sizeof text, NULL);
	CHECK(n && !strcmp(text, "The file exists.\r\n"), "%s", text);
	data = LoadResource(ntdll, FindResourceA(ntdll, MAKEINTRESOURCEA(1),
						 (LPCSTR)RT_MESSAGETABLE));
	CHECK(data && data->NumberOfBlocks > 10);
}

static int seen;
static WORD languages[4];

static BOOL CALLBACK on_language(HMODULE h, LPCSTR type, LPCSTR name, WORD l,
				 LONG_PTR arg)
{
	if (seen < 4)
		languages[seen] = l;
	seen++;
	return TRUE;
}

static BOOL CALLBACK on_name(HMODULE h, LPCWSTR type, LPWSTR name, LONG_PTR arg)
{
	if (!IS_INTRESOURCE(name))
		lstrcpyW((WCHAR *)arg, name);
	seen++;
	return TRUE;
}

static BOOL CALLBACK stop(HMODULE h, LPCWSTR type, LPWSTR name, LONG_PTR arg)
{
	return FALSE;
}

static void resources(void)
{
	static const char big[20000] = "a big one";
	char self[MAX_PATH], copy[MAX_PATH], temp[MAX_PATH];
	WCHAR name[64] = L"";
	HMODULE h;
	HRSRC r;
	HANDLE u;
	const char *p;

	CHECK(!FindResourceA(NULL, "NONE", (LPCSTR)RT_RCDATA));
	GetModuleFileNameA(NULL, self, MAX_PATH);
	GetTempPathA(MAX_PATH, temp);
	GetTempFileNameA(temp, "res", 0, copy);
	CHECK(CopyFileA(self, copy, FALSE), "error %lu", GetLastError());

	u = BeginUpdateResourceA(copy, FALSE);
	CHECK(u != NULL, "error %lu", GetLastError());
	CHECK(UpdateResourceA(u, (LPCSTR)RT_RCDATA, "first", 0x409,
			      (void *)"one", 4));
	CHECK(UpdateResourceA(u, (LPCSTR)RT_RCDATA, MAKEINTRESOURCEA(7), 0,
			      (void *)"seven", 6));
	CHECK(UpdateResourceA(u, (LPCSTR)RT_RCDATA, MAKEINTRESOURCEA(7), 0x407,
			      (void *)"sieben", 7));
	CHECK(UpdateResourceA(u, "MYTYPE", MAKEINTRESOURCEA(1), 0, (void *)big,
			      sizeof big));
	CHECK(EndUpdateResourceA(u, FALSE), "error %lu", GetLastError());

	/* Once more: an old one goes, one is replaced. */
	u = BeginUpdateResourceA(copy, FALSE);
	CHECK(UpdateResourceA(u, (LPCSTR)RT_RCDATA, "FIRST", 0x409,
			      (void *)"uno", 4));
	CHECK(EndUpdateResourceA(u, FALSE), "error %lu", GetLastError());

	h = LoadLibraryExA(copy, NULL, LOAD_LIBRARY_AS_DATAFILE);
	CHECK(h && ((ULONG_PTR)h & 3) == 1, "%p %lu", h, GetLastError());
	if (!h)
		return;
	r = FindResourceA(h, "First", (LPCSTR)RT_RCDATA);
	CHECK(r != NULL, "error %lu", GetLastError());
	CHECK_EQ(SizeofResource(h, r), 4);
	p = LockResource(LoadResource(h, r));
	CHECK(p && !strcmp(p, "uno"));
	r = FindResourceExA(h, (LPCSTR)RT_RCDATA, "#7", 0x407);
	p = r ? LockResource(LoadResource(h, r)) : NULL;
	CHECK(p && !strcmp(p, "sieben"));
	r = FindResourceW(h, L"#1", L"mytype");
	CHECK_EQ(SizeofResource(h, r), sizeof big);
	p = r ? LockResource(LoadResource(h, r)) : NULL;
	CHECK(p && !memcmp(p, big, sizeof big));
	CHECK(!FindResourceA(h, "x", "NOTYPE"));
	CHECK_EQ(GetLastError(), ERROR_RESOURCE_TYPE_NOT_FOUND);
	CHECK(!FindResourceA(h, "x", (LPCSTR)RT_RCDATA));
	CHECK_EQ(GetLastError(), ERROR_RESOURCE_NAME_NOT_FOUND);

	seen = 0;
	CHECK(EnumResourceNamesW(h, (LPCWSTR)RT_RCDATA, on_name,
				 (LONG_PTR)name));
	CHECK_EQ(seen, 2);
	CHECK(!lstrcmpW(name, L"FIRST"), "%ls", name);
	seen = 0;
	CHECK(EnumResourceLanguagesA(h, (LPCSTR)RT_RCDATA, MAKEINTRESOURCEA(7),
				     on_language, 0));
	CHECK(seen == 2 && languages[0] == 0 && languages[1] == 0x407);
	CHECK(!EnumResourceNamesW(h, (LPCWSTR)RT_RCDATA, stop, 0));
	CHECK_EQ(GetLastError(), ERROR_RESOURCE_ENUM_USER_STOP);
	CHECK(FreeLibrary(h));
	/* It still runs as a program should: the image maps. */
	h = LoadLibraryExA(copy, NULL, LOAD_LIBRARY_AS_IMAGE_RESOURCE);
	CHECK(h && ((ULONG_PTR)h & 3) == 2, "%p %lu", h, GetLastError());
	r = h ? FindResourceA(h, "first", (LPCSTR)RT_RCDATA) : NULL;
	p = r ? LockResource(LoadResource(h, r)) : NULL;
	CHECK(p && !strcmp(p, "uno"));
	if (h)
		CHECK(FreeLibrary(h));
	CHECK(DeleteFileA(copy), "error %lu", GetLastError());
}

int main(void)
{
	modules();
	folders();
	status_messages();
	messages();
	rare_codes();
	resources();
	return check_done();
}
