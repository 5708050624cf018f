/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reg.c - reads and changes the registry:
 *   reg query  key [/v name | /ve] [/s] [/reg:32 | /reg:64]
 *   reg add    key [/v name | /ve] [/t type] [/s separator] [/d data] [/f]
 *   reg delete key [/v name | /ve | /va] [/f]
 *   reg save   key file [/y]
 *   reg restore | load key file
 *   reg unload key
 *
 * Exit code 0, or 1 with the reason on the error output.
 */
#include "tool.h"

#include <winreg.h>

static const struct {
	const WCHAR *brief, *full;
	HKEY key;
} roots[] = {
	{ L"HKLM", L"HKEY_LOCAL_MACHINE", HKEY_LOCAL_MACHINE },
	{ L"HKCU", L"HKEY_CURRENT_USER", HKEY_CURRENT_USER },
	{ L"HKCR", L"HKEY_CLASSES_ROOT", HKEY_CLASSES_ROOT },
	{ L"HKU", L"HKEY_USERS", HKEY_USERS },
	{ L"HKCC", L"HKEY_CURRENT_CONFIG", HKEY_CURRENT_CONFIG },
};

static const struct {
	const WCHAR *name;
	DWORD type;
} types[] = {
	{ L"REG_NONE", REG_NONE },
	{ L"REG_SZ", REG_SZ },
	{ L"REG_EXPAND_SZ", REG_EXPAND_SZ },
	{ L"REG_BINARY", REG_BINARY },
	{ L"REG_DWORD", REG_DWORD },
	{ L"REG_DWORD_BIG_ENDIAN", REG_DWORD_BIG_ENDIAN },
	{ L"REG_MULTI_SZ", REG_MULTI_SZ },
	{ L"REG_QWORD", REG_QWORD },
};

static struct {
	HKEY root;
	WCHAR *root_name;  /* in full */
	const WCHAR *path; /* below it */
	const WCHAR *name; /* /v; "" is the default value; NULL: not said */
	const WCHAR *data;
	const WCHAR *separator;
	DWORD type;
	REGSAM view;
	bool all, tree, force;
	unsigned found;
} o = { .separator = L"\\0", .type = REG_SZ, .data = L"" };

static int failed(LONG error)
{
	if (error == ERROR_FILE_NOT_FOUND) {
		err(L"ERROR: The system was unable to find the specified "
		    L"registry key or value.\r\n");
	} else {
		err(L"ERROR: ");
		err_code(error);
	}
	return 1;
}

static int bad_syntax(void)
{
	err(L"ERROR: Invalid syntax.\r\nType \"REG /?\" for usage.\r\n");
	return 1;
}

static int done(void)
{
	out(L"The operation completed successfully.\r\n");
	return 0;
}

static bool confirm(const WCHAR *question, const WCHAR *what)
{
	HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
	char c, answer = 0;
	DWORD n;

	if (o.force)
		return true;
	out(question, what);
	flush();
	while (ReadFile(in, &c, 1, &n, NULL) && n && c != '\n')
		if (!answer && c > ' ')
			answer = c;
	out(L"\r\n");
	return answer == 'y' || answer == 'Y';
}

/* ---- query ---- */

static void show_value(const WCHAR *name, DWORD type, const BYTE *data,
		       DWORD size)
{
	const WCHAR *type_name = L"REG_NONE", *s = (const WCHAR *)data;
	DWORD n = size / sizeof *s;

	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (types[i].type == type)
			type_name = types[i].name;
	out(L"    %ls    %ls    ", *name ? name : L"(Default)", type_name);
	switch (type) {
	case REG_SZ:
	case REG_EXPAND_SZ:
		while (n && !s[n - 1])
			n--;
		out(L"%.*ls", (int)n, s);
		break;
	case REG_MULTI_SZ:
		for (bool first = true; n && *s; first = false) {
			DWORD len = wcsnlen(s, n);

			out(L"%ls%.*ls", first ? L"" : L"\\0", (int)len, s);
			len += len < n;
			s += len;
			n -= len;
		}
		break;
	case REG_DWORD:
		out(L"0x%lx", size >= 4 ? *(const DWORD *)data : 0);
		break;
	case REG_QWORD:
		out(L"0x%I64x", size >= 8 ? *(const ULONGLONG *)data : 0);
		break;
	default:
		for (DWORD i = 0; i < size; i++)
			out(L"%02X", data[i]);
	}
	out(L"\r\n");
}

/* The next value of a key; false: there is none. */
static bool value_at(HKEY key, DWORD index, WCHAR **name, DWORD *type,
		     BYTE **data, DWORD *size)
{
	DWORD room = 256, longest = 1024;
	LONG error;

	do {
		DWORD n = room;

		*name = get(room * sizeof **name);
		*data = get(longest + sizeof(WCHAR));
		*size = longest;
		error = RegEnumValueW(key, index, *name, &n, NULL, type, *data,
				      size);
		room *= 4;
		longest *= 16;
	} while (error == ERROR_MORE_DATA && longest < 1 << 28);
	return !error;
}

static void show_key(HKEY key, const WCHAR *path)
{
	/* In a tree each key is named, here only one with values. */
	bool shown = o.tree && !o.name;
	DWORD type, size;
	WCHAR *name;
	BYTE *data;

	if (shown)
		out(L"\r\n%ls\r\n", path);
	for (DWORD i = 0; value_at(key, i, &name, &type, &data, &size); i++) {
		if (o.name && _wcsicmp(o.name, name))
			continue;
		if (!shown)
			out(L"\r\n%ls\r\n", path);
		shown = true;
		o.found++;
		show_value(name, type, data, size);
	}
	if (shown)
		out(L"\r\n");
}

static void show_below(HKEY key, const WCHAR *path)
{
	WCHAR name[256];
	DWORD n;

	for (DWORD i = 0; n = COUNT_OF(name),
		   !RegEnumKeyExW(key, i, name, &n, NULL, NULL, NULL, NULL);
	     i++) {
		WCHAR *full = join_path(path, name);
		HKEY sub;

		if (!o.tree) {
			out(L"%ls\r\n", full);
			continue;
		}
		if (RegOpenKeyExW(key, name, 0, KEY_READ | o.view, &sub))
			continue;
		show_key(sub, full);
		show_below(sub, full);
		RegCloseKey(sub);
	}
}

static int query(void)
{
	WCHAR *path = *o.path ? join_path(o.root_name, o.path) : o.root_name;
	HKEY key;
	LONG error;

	error = RegOpenKeyExW(o.root, o.path, 0, KEY_READ | o.view, &key);
	if (error)
		return failed(error);
	show_key(key, path);
	if (!o.name || o.tree)
		show_below(key, path);
	RegCloseKey(key);
	if (o.name && !o.found)
		return failed(ERROR_FILE_NOT_FOUND);
	if (o.tree && o.name)
		out(L"End of search: %u match(es) found.\r\n", o.found);
	return 0;
}

/* ---- add, delete ---- */

static int hex(WCHAR c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* /d as the type wants it; NULL: it is no such thing. */
static BYTE *encode(DWORD *size)
{
	size_t n = wcslen(o.data), sep = wcslen(o.separator);
	BYTE *b = get((n + 4) * sizeof(WCHAR));
	WCHAR *to = (WCHAR *)b, *end;
	const WCHAR *s;

	switch (o.type) {
	case REG_DWORD:
	case REG_DWORD_BIG_ENDIAN:
	case REG_QWORD:
		*size = o.type == REG_QWORD ? 8 : 4;
		*(ULONGLONG *)b = _wcstoui64(o.data, &end, 0);
		return *o.data && !*end ? b : NULL;
	case REG_BINARY:
	case REG_NONE:
		for (*size = 0; *size < n / 2; ++*size) {
			int high = hex(o.data[*size * 2]);
			int low = hex(o.data[*size * 2 + 1]);

			if (high < 0 || low < 0)
				return NULL;
			b[*size] = high << 4 | low;
		}
		return n % 2 ? NULL : b;
	case REG_MULTI_SZ:
		for (s = o.data; *s;) {
			if (sep && !wcsncmp(s, o.separator, sep)) {
				*to++ = 0;
				s += sep;
			} else {
				*to++ = *s++;
			}
		}
		if (n)
			*to++ = 0;
		*to++ = 0;
		*size = (BYTE *)to - b;
		return b;
	default:
		memcpy(b, o.data, n * sizeof(WCHAR));
		*size = (n + 1) * sizeof(WCHAR);
		return b;
	}
}

static int add(void)
{
	DWORD size;
	BYTE *data = encode(&size);
	LONG error;
	HKEY key;

	if (!data) {
		err(L"ERROR: Invalid data specified in '/d' option.\r\n");
		return 1;
	}
	error = RegCreateKeyExW(o.root, o.path, 0, NULL, 0,
				KEY_READ | KEY_WRITE | o.view, NULL, &key,
				NULL);
	if (error)
		return failed(error);
	if (o.name) {
		if (!RegQueryValueExW(key, o.name, NULL, NULL, NULL, NULL) &&
		    !confirm(L"Value %ls exists, overwrite(Yes/No)? ",
			     *o.name ? o.name : L"(Default)")) {
			out(L"The operation was canceled by the user.\r\n");
			return 0;
		}
		error = RegSetValueExW(key, o.name, 0, o.type, data, size);
	}
	RegCloseKey(key);
	return error ? failed(error) : done();
}

static int delete_values(HKEY key)
{
	WCHAR name[256];
	DWORD n;
	LONG error = 0;

	if (!o.all)
		return RegDeleteValueW(key, o.name);
	while (!error &&
	       (n = COUNT_OF(name),
		!RegEnumValueW(key, 0, name, &n, NULL, NULL, NULL, NULL)))
		error = RegDeleteValueW(key, name);
	return error;
}

static int delete (void)
{
	LONG error;
	HKEY key;

	error = RegOpenKeyExW(o.root, o.path, 0, KEY_ALL_ACCESS | o.view, &key);
	if (error)
		return failed(error);
	if (!confirm(o.name || o.all ? L"Delete the registry value %ls "
				       L"(Yes/No)? "
				     : L"Permanently delete the registry key "
				       L"%ls (Yes/No)? ",
		     o.name ? o.name : join_path(o.root_name, o.path))) {
		out(L"The operation was canceled by the user.\r\n");
		return 0;
	}
	if (o.name || o.all)
		error = delete_values(key);
	else if (!*o.path)
		error = ERROR_ACCESS_DENIED;
	else
		error = RegDeleteTreeW(o.root, o.path);
	RegCloseKey(key);
	return error ? failed(error) : done();
}

/* ---- arguments ---- */

static bool take_key(WCHAR *s)
{
	size_t n = wcscspn(s, L"\\");

	for (size_t i = 0; i < COUNT_OF(roots); i++) {
		if ((wcslen(roots[i].brief) != n ||
		     _wcsnicmp(s, roots[i].brief, n)) &&
		    (wcslen(roots[i].full) != n ||
		     _wcsnicmp(s, roots[i].full, n)))
			continue;
		o.root = roots[i].key;
		o.root_name = (WCHAR *)roots[i].full;
		o.path = s + n + (s[n] == '\\');
		return true;
	}
	err(L"ERROR: Invalid key name.\r\nType \"REG /?\" for usage.\r\n");
	return false;
}

static bool take_type(const WCHAR *s)
{
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		if (!_wcsicmp(s, types[i].name)) {
			o.type = types[i].type;
			return true;
		}
	}
	return false;
}

/* ---- hives ---- */

static void enable_privileges(void)
{
	enum { SE_BACKUP = 17, SE_RESTORE = 18 };
	struct {
		DWORD count;
		LUID_AND_ATTRIBUTES of[2];
	} want = { 2,
		   { { { SE_BACKUP, 0 }, SE_PRIVILEGE_ENABLED },
		     { { SE_RESTORE, 0 }, SE_PRIVILEGE_ENABLED } } };
	HANDLE token;

	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES,
			      &token))
		return;
	AdjustTokenPrivileges(token, FALSE, (TOKEN_PRIVILEGES *)&want, 0, NULL,
			      NULL);
	CloseHandle(token);
}

static LONG save(const WCHAR *file)
{
	HKEY k;
	LONG error = RegOpenKeyExW(o.root, o.path, 0, KEY_READ | o.view, &k);

	if (error)
		return error;
	error = RegSaveKeyExW(k, file, NULL, REG_LATEST_FORMAT);
	if (error == ERROR_ALREADY_EXISTS &&
	    confirm(L"File %ls already exists. Overwrite (Yes/No)? ", file))
		error = DeleteFileW(file) ? RegSaveKeyExW(k, file, NULL,
							  REG_LATEST_FORMAT)
					  : (LONG)GetLastError();
	RegCloseKey(k);
	return error;
}

static LONG restore(const WCHAR *file)
{
	HKEY k;
	LONG error =
		RegOpenKeyExW(o.root, o.path, 0, KEY_ALL_ACCESS | o.view, &k);

	if (error)
		return error;
	error = RegRestoreKeyW(k, file, REG_FORCE_RESTORE);
	RegCloseKey(k);
	return error;
}

static LONG load(const WCHAR *file)
{
	return RegLoadKeyW(o.root, o.path, file);
}

static LONG unload(const WCHAR *file)
{
	(void)file;
	return RegUnLoadKeyW(o.root, o.path);
}

static const struct {
	const WCHAR *name;
	LONG (*run)(const WCHAR *file);
	bool with_file;
} hive_verbs[] = {
	{ L"save", save, true },
	{ L"restore", restore, true },
	{ L"load", load, true },
	{ L"unload", unload, false },
};

static bool take_switches(int argc, WCHAR **argv, bool adding);

/* Whether it is one of these; *code is then what it comes to. */
static bool with_hive(int argc, WCHAR **argv, int *code)
{
	for (size_t i = 0; i < COUNT_OF(hive_verbs); i++) {
		int used = hive_verbs[i].with_file ? 4 : 3;
		LONG error;

		if (_wcsicmp(argv[1], hive_verbs[i].name))
			continue;
		*code = 1;
		if (argc < used ||
		    !take_switches(argc - used, argv + used, false)) {
			bad_syntax();
		} else if (take_key(argv[2])) {
			enable_privileges();
			error = hive_verbs[i].run(argv[used - 1]);
			*code = error ? failed(error) : done();
		}
		return true;
	}
	return false;
}

/* ---- the command line ---- */

static bool take_switches(int argc, WCHAR **argv, bool adding)
{
	for (int i = 0; i < argc; i++) {
		const WCHAR *s = argv[i];
		bool more = i + 1 < argc;

		if (is_switch(s, L"ve"))
			o.name = L"";
		else if (is_switch(s, L"va"))
			o.all = true;
		else if (is_switch(s, L"f") || is_switch(s, L"y"))
			o.force = true;
		else if (is_switch(s, L"reg:32"))
			o.view = KEY_WOW64_32KEY;
		else if (is_switch(s, L"reg:64"))
			o.view = KEY_WOW64_64KEY;
		else if (is_switch(s, L"s") && !adding)
			o.tree = true;
		else if (!more)
			return false;
		else if (is_switch(s, L"v"))
			o.name = argv[++i];
		else if (is_switch(s, L"s"))
			o.separator = argv[++i];
		else if (is_switch(s, L"d"))
			o.data = argv[++i];
		else if (!is_switch(s, L"t") || !take_type(argv[++i]))
			return false;
	}
	return true;
}

const WCHAR tool_usage[] =
	L"Reads and changes the registry.\r\n"
	L"\r\n"
	L"REG QUERY   key [/V name | /VE] [/S]\r\n"
	L"REG ADD     key [/V name | /VE] [/T type] [/S separator] [/D data] "
	L"[/F]\r\n"
	L"REG DELETE  key [/V name | /VE | /VA] [/F]\r\n"
	L"REG SAVE    key file [/Y]\r\n"
	L"REG RESTORE key file\r\n"
	L"REG LOAD    key file\r\n"
	L"REG UNLOAD  key\r\n"
	L"\r\n"
	L"  key       HKLM, HKCU, HKCR, HKU or HKCC, or their long names, and "
	L"the path.\r\n"
	L"  /V /VE    A value, or the one without a name; /VA all.\r\n"
	L"  /S        All keys below; for ADD what parts the strings of "
	L"REG_MULTI_SZ.\r\n"
	L"  /T        REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ, REG_DWORD, "
	L"REG_QWORD,\r\n"
	L"            REG_BINARY, REG_NONE...\r\n"
	L"  /F /Y     Without asking.\r\n"
	L"  /REG:32, /REG:64  What 32-bit or 64-bit programs see.\r\n"
	L"\r\n"
	L"Exit code 0, or 1 with the reason on the error output.\r\n";

int tool_main(int argc, WCHAR **argv)
{
	bool adding;
	int code;

	if (argc < 3)
		return bad_syntax();
	if (with_hive(argc, argv, &code))
		return code;
	adding = !_wcsicmp(argv[1], L"add");
	if (!take_key(argv[2]))
		return 1;
	if (!take_switches(argc - 3, argv + 3, adding))
		return bad_syntax();
	if (adding)
		return add();
	if (!_wcsicmp(argv[1], L"query"))
		return query();
	if (!_wcsicmp(argv[1], L"delete"))
		return delete ();
	return bad_syntax();
}
