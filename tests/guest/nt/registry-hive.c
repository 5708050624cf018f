/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-hive.c - keys saved to files, restored, loaded and unloaded, and
 * hives of applications.
 */
#include <windows.h>

#include <string.h>

#include "privilege.h"
#include "self.h"

#ifndef RegLoadAppKey
WINADVAPI LSTATUS WINAPI RegLoadAppKeyA(LPCSTR, PHKEY, REGSAM, DWORD, DWORD);
#endif

#define HERE "Software\\rf-test-hive"
/* MANY: more than one list in a hive holds.  FEW: of those that are deleted. */
enum { BIG = 100000, MANY = 1200, FEW = 10 };

/*
 * The user's registry is on the disk after each change, which takes its time
 * when that is busy: so many keys are made in an application's hive, and come
 * from its file all at once.
 */
static void make_many(void)
{
	HKEY root, k, sub;
	char name[32];

	CHECK_EQ(RegLoadAppKeyA("empty.hiv", &root, KEY_ALL_ACCESS, 0, 0), 0);
	RegCloseKey(root);
	CHECK_EQ(RegLoadAppKeyA("many.hiv", &root, KEY_ALL_ACCESS, 0, 0), 0);
	CHECK_EQ(RegCreateKeyExA(root, "many", 0, "a class", 0, KEY_ALL_ACCESS,
				 NULL, &k, NULL),
		 0);
	for (int i = 0; i < MANY; i++) {
		sprintf(name, "Key %04d", i);
		RegCreateKeyExA(k, name, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &sub,
				NULL);
		RegSetValueExA(sub, "i", 0, REG_DWORD, (BYTE *)&i, 4);
		RegCloseKey(sub);
	}
	RegCloseKey(k);
	RegCloseKey(root);
}

static void fill(HKEY root)
{
	static BYTE big[BIG];
	HKEY k;
	DWORD n = 7;

	CHECK_EQ(RegRestoreKeyA(root, "many.hiv", 0), 0);
	for (int i = 0; i < BIG; i++)
		big[i] = (BYTE)(i * 7 + i / 256);
	CHECK_EQ(RegSetValueExA(root, "number", 0, REG_DWORD, (BYTE *)&n, 4),
		 0);
	CHECK_EQ(RegSetValueExA(root, "", 0, REG_SZ, (BYTE *)"default", 8), 0);
	CHECK_EQ(RegSetValueExA(root, "big", 0, REG_BINARY, big, BIG), 0);
	CHECK_EQ(RegSetValueExA(root, "empty", 0, REG_NONE, NULL, 0), 0);
	CHECK_EQ(RegSetValueExW(root, L"\x3b1\x3b2", 0, REG_SZ,
				(BYTE *)L"\x4e2d", 4),
		 0);
	CHECK_EQ(RegCreateKeyExW(root, L"\x416\x444", 0, NULL, 0,
				 KEY_ALL_ACCESS, NULL, &k, NULL),
		 0);
	RegCloseKey(k);
	CHECK_EQ(RegCreateKeyExA(root, "gone", 0, NULL, REG_OPTION_VOLATILE,
				 KEY_ALL_ACCESS, NULL, &k, NULL),
		 0);
	RegCloseKey(k);
}

static void check_filled(HKEY root, const char *where)
{
	static BYTE big[BIG];
	DWORD n = 0, len = 4, keys = 0, type = 0, wrong = 0;
	char name[64], class[32];
	WCHAR wide[8];
	HKEY k, sub;

	printf("# %s\n", where);
	CHECK_EQ(
		RegQueryValueExA(root, "number", NULL, &type, (BYTE *)&n, &len),
		0);
	CHECK(n == 7 && type == REG_DWORD);
	len = sizeof name;
	CHECK_EQ(RegQueryValueExA(root, NULL, NULL, &type, (BYTE *)name, &len),
		 0);
	CHECK(!strcmp(name, "default"));
	len = BIG;
	CHECK_EQ(RegQueryValueExA(root, "BIG", NULL, &type, big, &len), 0);
	CHECK_EQ(len, BIG);
	for (int i = 0; i < BIG; i++)
		wrong += big[i] != (BYTE)(i * 7 + i / 256);
	CHECK_EQ(wrong, 0);
	len = BIG;
	CHECK_EQ(RegQueryValueExA(root, "empty", NULL, &type, big, &len), 0);
	CHECK(len == 0 && type == REG_NONE);
	len = sizeof wide;
	CHECK_EQ(RegQueryValueExW(root, L"\x3b1\x3b2", NULL, &type,
				  (BYTE *)wide, &len),
		 0);
	CHECK(wide[0] == 0x4e2d);
	CHECK_EQ(RegOpenKeyExA(root, "MANY", 0, KEY_READ, &k), 0);
	len = sizeof class;
	CHECK_EQ(RegQueryInfoKeyA(k, class, &len, NULL, &keys, NULL, NULL, NULL,
				  NULL, NULL, NULL, NULL),
		 0);
	CHECK(!strcmp(class, "a class"), "%s", class);
	CHECK_EQ(keys, MANY);
	for (int i = 0; i < MANY; i += 97) {
		sprintf(name, "key %04d", i);
		CHECK_EQ(RegOpenKeyExA(k, name, 0, KEY_READ, &sub), 0);
		len = 4;
		n = 0;
		RegQueryValueExA(sub, "i", NULL, NULL, (BYTE *)&n, &len);
		CHECK_EQ(n, i);
		RegCloseKey(sub);
	}
	RegCloseKey(k);
	CHECK_EQ(RegOpenKeyExW(root, L"\x416\x444", 0, KEY_READ, &k), 0);
	RegCloseKey(k);
}

/* Of the many keys some, and the one with letters that are not Latin. */
static void lose_some(HKEY root)
{
	char name[32];
	HKEY k;

	CHECK_EQ(RegOpenKeyExA(root, "many", 0, KEY_ALL_ACCESS, &k), 0);
	for (int i = 0; i < FEW; i++) {
		sprintf(name, "Key %04d", 97 * i);
		CHECK_EQ(RegDeleteKeyA(k, name), 0);
	}
	RegCloseKey(k);
	CHECK_EQ(RegDeleteTreeW(root, L"\x416\x444"), 0);
	CHECK_EQ(RegDeleteValueA(root, "big"), 0);
}

static void save_and_restore(void)
{
	DWORD one = 1;
	HKEY k, sub;

	make_many();
	RegDeleteTreeA(HKEY_CURRENT_USER, HERE);
	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, HERE, 0, NULL, 0,
				 KEY_ALL_ACCESS, NULL, &k, NULL),
		 0);
	CHECK_EQ(RegRestoreKeyA(k, "many.hiv", 0), ERROR_PRIVILEGE_NOT_HELD);
	CHECK(enable_privilege("SeRestorePrivilege"));
	fill(k);
	CHECK_EQ(RegSaveKeyA(k, "saved.hiv", NULL), ERROR_PRIVILEGE_NOT_HELD);
	CHECK(enable_privilege("SeBackupPrivilege"));
	CHECK_EQ(RegSaveKeyA(k, "saved.hiv", NULL), 0);
	CHECK_EQ(RegSaveKeyA(k, "saved.hiv", NULL), ERROR_ALREADY_EXISTS);
	CHECK_EQ(RegSaveKeyExA(k, "latest.hiv", NULL, REG_LATEST_FORMAT), 0);
	/* What is there now goes, what was saved comes back. */
	lose_some(k);
	RegSetValueExA(k, "later", 0, REG_DWORD, (BYTE *)&one, 4);
	RegCreateKeyExA(k, "later", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &sub,
			NULL);
	CHECK_EQ(RegRestoreKeyA(k, "saved.hiv", 0), ERROR_ACCESS_DENIED);
	/* Whatever is held; a volatile set is not for such keys, and what was
	   flushed last for the system alone. */
	CHECK_EQ(RegRestoreKeyA(k, "saved.hiv", REG_WHOLE_HIVE_VOLATILE),
		 ERROR_INVALID_PARAMETER);
	CHECK_EQ(RegRestoreKeyA(k, "saved.hiv", REG_REFRESH_HIVE),
		 ERROR_PRIVILEGE_NOT_HELD);
	CHECK_EQ(RegRestoreKeyA(k, "saved.hiv", 0x10000),
		 ERROR_INVALID_PARAMETER);
	CHECK_EQ(RegRestoreKeyA(k, "saved.hiv",
				REG_FORCE_RESTORE | REG_NO_LAZY_FLUSH),
		 0);
	check_filled(k, "restored by force");
	CHECK_EQ(RegSetValueExA(sub, "x", 0, REG_DWORD, (BYTE *)&one, 4),
		 ERROR_KEY_DELETED);
	RegCloseKey(sub);
	RegSetValueExA(k, "later", 0, REG_DWORD, (BYTE *)&one, 4);
	CHECK_EQ(RegRestoreKeyA(k, "saved.hiv", 0), 0);
	check_filled(k, "restored, standard format");
	CHECK_EQ(RegQueryValueExA(k, "later", NULL, NULL, NULL, NULL),
		 ERROR_FILE_NOT_FOUND);
	CHECK_EQ(RegOpenKeyExA(k, "later", 0, KEY_READ, &sub),
		 ERROR_FILE_NOT_FOUND);
	CHECK_EQ(RegOpenKeyExA(k, "gone", 0, KEY_READ, &sub),
		 ERROR_FILE_NOT_FOUND);
	CHECK_EQ(RegRestoreKeyA(k, "latest.hiv", 0), 0);
	check_filled(k, "restored, latest format");
	CHECK_EQ(RegRestoreKeyA(k, "empty.hiv", 0), 0);
	CHECK_EQ(RegOpenKeyExA(k, "many", 0, KEY_READ, &sub),
		 ERROR_FILE_NOT_FOUND);
	RegCloseKey(k);
	RegDeleteTreeA(HKEY_CURRENT_USER, HERE);
	CHECK(DeleteFileA("many.hiv"));
	CHECK(DeleteFileA("empty.hiv"));
}

static void load(void)
{
	DWORD n = 99, len;
	HKEY k;

	CHECK_EQ(RegLoadKeyA(HKEY_USERS, "rf-loaded", "latest.hiv"), 0);
	CHECK_EQ(RegOpenKeyExA(HKEY_USERS, "rf-loaded", 0, KEY_ALL_ACCESS, &k),
		 0);
	check_filled(k, "loaded");
	CHECK_EQ(RegSetValueExA(k, "number2", 0, REG_DWORD, (BYTE *)&n, 4), 0);
	/* Nobody else may open the file, nor unload while it is in use. */
	CHECK(CreateFileA("latest.hiv", GENERIC_READ, 7, NULL, OPEN_EXISTING, 0,
			  NULL) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CHECK_EQ(RegUnLoadKeyA(HKEY_USERS, "rf-loaded"), ERROR_ACCESS_DENIED);
	RegCloseKey(k);
	CHECK_EQ(RegUnLoadKeyA(HKEY_USERS, "rf-loaded"), 0);
	CHECK_EQ(RegOpenKeyExA(HKEY_USERS, "rf-loaded", 0, KEY_READ, &k),
		 ERROR_FILE_NOT_FOUND);
	/* What was changed is in the file. */
	CHECK_EQ(RegLoadKeyA(HKEY_USERS, "rf-again", "latest.hiv"), 0);
	CHECK_EQ(RegOpenKeyExA(HKEY_USERS, "rf-again", 0, KEY_READ, &k), 0);
	check_filled(k, "loaded again");
	n = 0;
	len = 4;
	CHECK_EQ(RegQueryValueExA(k, "number2", NULL, NULL, (BYTE *)&n, &len),
		 0);
	CHECK_EQ(n, 99);
	RegCloseKey(k);
	CHECK_EQ(RegUnLoadKeyA(HKEY_USERS, "rf-again"), 0);
	CHECK(DeleteFileA("latest.hiv"));
}

/* ---- as others see it --------------------------------------------------- */

static void set_number(HKEY k, const char *name, DWORD n)
{
	CHECK_EQ(RegSetValueExA(k, name, 0, REG_DWORD, (BYTE *)&n, 4), 0);
}

static DWORD number(HKEY k, const char *name)
{
	DWORD n = 0, len = 4;

	return RegQueryValueExA(k, name, NULL, NULL, (BYTE *)&n, &len) ? 0 : n;
}

static HKEY open_below_users(const char *name)
{
	HKEY k = NULL;

	CHECK_EQ(RegOpenKeyExA(HKEY_USERS, name, 0, KEY_ALL_ACCESS, &k), 0);
	return k;
}

/* The key name of the users', which is what the file has. */
static HKEY load_hive(const char *name, const char *file)
{
	CHECK_EQ(RegLoadKeyA(HKEY_USERS, name, file), 0);
	return open_below_users(name);
}

/* A process that does one thing with the hive and ends. */
static int one_thing(const char *what)
{
	HKEY k;

	enable_privilege("SeRestorePrivilege");
	if (!strcmp(what, "load")) {
		CHECK_EQ(RegLoadKeyA(HKEY_USERS, "rf-all", "all.hiv"), 0);
	} else if (!strcmp(what, "change")) {
		k = open_below_users("rf-all");
		CHECK_EQ(number(k, "first"), 1);
		set_number(k, "second", 2);
		CHECK_EQ(RegDeleteTreeA(k, "sub"), 0);
	} else if (!strcmp(what, "unload")) {
		CHECK_EQ(RegUnLoadKeyA(HKEY_USERS, "rf-all"), 0);
	}
	return check_done();
}

static void make_hive(const char *file, const char *value, DWORD n)
{
	HKEY k, sub;

	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, HERE, 0, NULL, 0,
				 KEY_ALL_ACCESS, NULL, &k, NULL),
		 0);
	set_number(k, value, n);
	CHECK_EQ(RegCreateKeyExA(k, "sub", 0, NULL, 0, KEY_ALL_ACCESS, NULL,
				 &sub, NULL),
		 0);
	RegCloseKey(sub);
	CHECK_EQ(RegSaveKeyA(k, file, NULL), 0);
	RegCloseKey(k);
	CHECK_EQ(RegDeleteTreeA(HKEY_CURRENT_USER, HERE), 0);
}

/* Loaded by one process, changed by another, unloaded by a third. */
static void for_all(void)
{
	HKEY k, sub;

	make_hive("all.hiv", "first", 1);
	CHECK_EQ(run_self("load"), 0);
	k = open_below_users("rf-all");
	CHECK_EQ(number(k, "first"), 1);
	CHECK_EQ(run_self("change"), 0);
	CHECK_EQ(number(k, "second"), 2);
	CHECK_EQ(RegOpenKeyExA(k, "sub", 0, KEY_READ, &sub),
		 ERROR_FILE_NOT_FOUND);
	set_number(k, "third", 3);
	RegCloseKey(k);
	CHECK_EQ(RegLoadKeyA(HKEY_USERS, "rf-twice", "all.hiv"),
		 ERROR_SHARING_VIOLATION);
	CHECK_EQ(run_self("unload"), 0);
	CHECK_EQ(RegOpenKeyExA(HKEY_USERS, "rf-all", 0, KEY_READ, &k),
		 ERROR_FILE_NOT_FOUND);
	/* The file has it all, and under the same name comes what it has. */
	k = load_hive("rf-all", "all.hiv");
	CHECK_EQ(number(k, "first"), 1);
	CHECK_EQ(number(k, "second"), 2);
	CHECK_EQ(number(k, "third"), 3);
	CHECK_EQ(RegOpenKeyExA(k, "sub", 0, KEY_READ, &sub),
		 ERROR_FILE_NOT_FOUND);
	RegCloseKey(k);
}

/* Another file for that hive, once it is loaded again. */
static void replace(void)
{
	HKEY k, sub;

	make_hive("new.hiv", "newer", 7);
	CHECK_EQ(RegReplaceKeyA(HKEY_USERS, "rf-all", "none.hiv", "old.hiv"),
		 ERROR_FILE_NOT_FOUND);
	CHECK_EQ(GetFileAttributesA("old.hiv"), INVALID_FILE_ATTRIBUTES);
	/* Any key in the hive is as good as its root. */
	k = open_below_users("rf-all");
	CHECK_EQ(RegCreateKeyExA(k, "below", 0, NULL, 0, KEY_ALL_ACCESS, NULL,
				 &sub, NULL),
		 0);
	RegCloseKey(sub);
	RegCloseKey(k);
	CHECK_EQ(RegReplaceKeyA(HKEY_USERS, "rf-all\\below", "new.hiv",
				"old.hiv"),
		 0);
	CHECK_EQ(GetFileAttributesA("new.hiv"), INVALID_FILE_ATTRIBUTES);
	k = open_below_users("rf-all");
	CHECK_EQ(number(k, "third"), 3);
	set_number(k, "fourth", 4);
	RegCloseKey(k);
	CHECK_EQ(RegUnLoadKeyA(HKEY_USERS, "rf-all"), 0);
	k = load_hive("rf-all", "all.hiv");
	CHECK_EQ(number(k, "newer"), 7);
	CHECK_EQ(number(k, "third"), 0);
	RegCloseKey(k);
	CHECK_EQ(RegUnLoadKeyA(HKEY_USERS, "rf-all"), 0);
	k = load_hive("rf-all", "old.hiv");
	CHECK_EQ(number(k, "third"), 3);
	CHECK_EQ(number(k, "fourth"), 4);
	RegCloseKey(k);
	CHECK_EQ(RegUnLoadKeyA(HKEY_USERS, "rf-all"), 0);
	CHECK(DeleteFileA("all.hiv"));
	CHECK(DeleteFileA("old.hiv"));
}

NTSTATUS NTAPI NtSaveMergedKeys(HANDLE, HANDLE, HANDLE);

/* Two keys as one: where both have a value, the first has its way. */
static void merge(void)
{
	HKEY high, low, k, sub;
	HANDLE f;

	make_hive("low.hiv", "low", 1);
	low = load_hive("rf-low", "low.hiv");
	set_number(low, "both", 1);
	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, HERE, 0, NULL, 0,
				 KEY_ALL_ACCESS, NULL, &high, NULL),
		 0);
	set_number(high, "both", 2);
	set_number(high, "high", 3);
	RegCreateKeyExA(high, "own", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &sub,
			NULL);
	RegCloseKey(sub);
	f = CreateFileA("merged.hiv", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0,
			NULL);
	CHECK_EQ(NtSaveMergedKeys(high, low, f), 0);
	CloseHandle(f);
	RegCloseKey(high);
	RegCloseKey(low);
	CHECK_EQ(RegUnLoadKeyA(HKEY_USERS, "rf-low"), 0);
	RegDeleteTreeA(HKEY_CURRENT_USER, HERE);
	k = load_hive("rf-merged", "merged.hiv");
	CHECK_EQ(number(k, "both"), 2);
	CHECK_EQ(number(k, "low"), 1);
	CHECK_EQ(number(k, "high"), 3);
	CHECK_EQ(RegOpenKeyExA(k, "sub", 0, KEY_READ, &sub), 0);
	RegCloseKey(sub);
	CHECK_EQ(RegOpenKeyExA(k, "own", 0, KEY_READ, &sub), 0);
	RegCloseKey(sub);
	RegCloseKey(k);
	CHECK_EQ(RegUnLoadKeyA(HKEY_USERS, "rf-merged"), 0);
	CHECK(DeleteFileA("low.hiv"));
	CHECK(DeleteFileA("merged.hiv"));
}

static void application(void)
{
	DWORD n = 5, len = 4, type;
	HKEY k, second, sub;

	CHECK_EQ(RegLoadAppKeyA("app.hiv", &k, KEY_ALL_ACCESS, 0, 0), 0);
	CHECK_EQ(RegCreateKeyExA(k, "Settings", 0, NULL, 0, KEY_ALL_ACCESS,
				 NULL, &sub, NULL),
		 0);
	CHECK_EQ(RegSetValueExA(sub, "n", 0, REG_DWORD, (BYTE *)&n, 4), 0);
	CHECK_EQ(RegLoadAppKeyA("app.hiv", &second, KEY_READ, 0, 0), 0);
	RegCloseKey(k);
	RegCloseKey(sub);
	CHECK_EQ(RegOpenKeyExA(second, "settings", 0, KEY_READ, &sub), 0);
	RegCloseKey(second);
	n = 0;
	CHECK_EQ(RegQueryValueExA(sub, "n", NULL, &type, (BYTE *)&n, &len), 0);
	CHECK_EQ(n, 5);
	RegCloseKey(sub);
	/* With the last handle the file is closed, and holds it all. */
	CHECK_EQ(RegLoadAppKeyA("app.hiv", &k, KEY_READ, 0, 0), 0);
	CHECK_EQ(RegOpenKeyExA(k, "Settings", 0, KEY_READ, &sub), 0);
	RegCloseKey(sub);
	RegCloseKey(k);
	CHECK(DeleteFileA("app.hiv"));
}

static void refuse(void)
{
	HANDLE h = CreateFileA("bad.hiv", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
			       0, NULL);
	char page[8192] = "regf, but not really";
	DWORD n;
	HKEY k;

	WriteFile(h, page, sizeof page, &n, NULL);
	CloseHandle(h);
	CHECK_EQ(RegLoadAppKeyA("bad.hiv", &k, KEY_READ, 0, 0), ERROR_BADDB);
	CHECK_EQ(RegLoadKeyA(HKEY_USERS, "rf-bad", "bad.hiv"), ERROR_BADDB);
	CHECK_EQ(RegUnLoadKeyA(HKEY_USERS, ".DEFAULT"),
		 ERROR_INVALID_PARAMETER);
	CHECK(DeleteFileA("bad.hiv"));
	CHECK(DeleteFileA("saved.hiv"));
}

/* A file that cannot be read although it has a size: Linux has some. */
static void unreadable(void)
{
	static const char path[] = "Z:\\sys\\class\\net\\lo\\speed";
	HKEY k;

	if (GetFileAttributesA(path) == INVALID_FILE_ATTRIBUTES)
		return;
	for (int i = 0; i < 100; i++)
		CHECK(RegLoadAppKeyA(path, &k, KEY_READ, 0, 0));
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return one_thing(argv[1]);
	save_and_restore();
	load();
	for_all();
	replace();
	merge();
	application();
	refuse();
	unreadable();
	return check_done();
}
