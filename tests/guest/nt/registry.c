/* Registry: what is there, making keys and values, enumeration, deletion. */
#include <cpuid.h>
#include <windows.h>

#include "../lib/check.h"

#define TEST_KEY "Software\\run-foreign test"

static void existing(void)
{
	char text[256];
	DWORD len = sizeof text, type;
	HKEY k;

	CHECK_EQ(
		RegOpenKeyExA(HKEY_LOCAL_MACHINE,
			      "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion",
			      0, KEY_READ, &k),
		0);
	CHECK_EQ(RegQueryValueExA(k, "CurrentBuildNumber", NULL, &type,
				  (BYTE *)text, &len),
		 0);
	CHECK_EQ(type, REG_SZ);
	CHECK(len > 1 && len == strlen(text) + 1, "%lu %s", len, text);
	CHECK_EQ(RegQueryValueExA(k, "no such value", NULL, NULL, NULL, NULL),
		 ERROR_FILE_NOT_FOUND);
	len = 1;
	CHECK_EQ(RegQueryValueExA(k, "CurrentBuildNumber", NULL, NULL,
				  (BYTE *)text, &len),
		 ERROR_MORE_DATA);
	CHECK(len > 1);
	RegCloseKey(k);
	CHECK_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE, "SOFTWARE\\no such key", 0,
			       KEY_READ, &k),
		 ERROR_FILE_NOT_FOUND);
	CHECK_EQ(RegOpenKeyExA(HKEY_CURRENT_USER, "Environment", 0, KEY_READ,
			       &k),
		 0);
	RegCloseKey(k);
	len = sizeof text;
	CHECK_EQ(RegGetValueA(HKEY_LOCAL_MACHINE,
			      "SYSTEM\\CurrentControlSet\\Control\\Nls"
			      "\\CodePage",
			      "ACP", RRF_RT_REG_SZ, NULL, text, &len),
		 0);
}

static void changes(void)
{
	HKEY k, sub;
	DWORD how, v, type, len, n, i;
	char name[64];
	static const char *const names[] = { "b", "A", "c" };

	RegDeleteTreeA(HKEY_CURRENT_USER, TEST_KEY);
	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, TEST_KEY "\\deep\\er", 0,
				 NULL, 0, KEY_ALL_ACCESS, NULL, &sub, &how),
		 0);
	CHECK_EQ(how, REG_CREATED_NEW_KEY);
	RegCloseKey(sub);
	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, TEST_KEY, 0, NULL, 0,
				 KEY_ALL_ACCESS, NULL, &k, &how),
		 0);
	CHECK_EQ(how, REG_OPENED_EXISTING_KEY);
	v = 0x12345678;
	CHECK_EQ(RegSetValueExA(k, "Number", 0, REG_DWORD, (BYTE *)&v, 4), 0);
	v = 0;
	len = 4;
	CHECK_EQ(RegQueryValueExA(k, "NUMBER", NULL, &type, (BYTE *)&v, &len),
		 0);
	CHECK_EQ(v, 0x12345678);
	CHECK_EQ(type, REG_DWORD);
	CHECK_EQ(RegSetValueExA(k, NULL, 0, REG_SZ, (BYTE *)"default", 8), 0);
	for (i = 0; i < 3; i++) {
		CHECK_EQ(RegCreateKeyExA(k, names[i], 0, NULL,
					 REG_OPTION_VOLATILE, KEY_ALL_ACCESS,
					 NULL, &sub, NULL),
			 0);
		RegCloseKey(sub);
	}
	CHECK_EQ(RegQueryInfoKeyA(k, NULL, NULL, NULL, &n, NULL, NULL, &v, NULL,
				  NULL, NULL, NULL),
		 0);
	CHECK_EQ(n, 4);
	CHECK_EQ(v, 2);
	len = sizeof name;
	CHECK_EQ(RegEnumKeyExA(k, 0, name, &len, NULL, NULL, NULL, NULL), 0);
	CHECK(!strcmp(name, "A"), "%s", name);
	len = sizeof name;
	CHECK_EQ(RegEnumKeyExA(k, 4, name, &len, NULL, NULL, NULL, NULL),
		 ERROR_NO_MORE_ITEMS);
	len = sizeof name;
	CHECK_EQ(RegEnumValueA(k, 0, name, &len, NULL, &type, NULL, NULL), 0);
	CHECK(!strcmp(name, "Number"), "%s", name);
	CHECK_EQ(RegDeleteValueA(k, "Number"), 0);
	CHECK_EQ(RegDeleteValueA(k, "Number"), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(RegDeleteKeyA(HKEY_CURRENT_USER, TEST_KEY),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(RegDeleteTreeA(HKEY_CURRENT_USER, TEST_KEY), 0);
	CHECK_EQ(RegSetValueExA(k, "x", 0, REG_DWORD, (BYTE *)&v, 4),
		 ERROR_KEY_DELETED);
	RegCloseKey(k);
}

static void renaming(void)
{
	DWORD v = 7, len = sizeof v;
	HKEY k, sub;

	CHECK_EQ(RegCreateKeyA(HKEY_CURRENT_USER, TEST_KEY "\\one\\below", &sub),
		 0);
	CHECK_EQ(RegSetValueExA(sub, "v", 0, REG_DWORD, (BYTE *)&v, len), 0);
	CHECK_EQ(RegCreateKeyA(HKEY_CURRENT_USER, TEST_KEY, &k), 0);
	CHECK_EQ(RegRenameKey(k, L"none", L"two"), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(RegRenameKey(k, L"one", L"two\\three"),
		 ERROR_INVALID_PARAMETER);
	CHECK_EQ(RegRenameKey(k, L"one", L"two"), 0);
	RegCloseKey(sub);
	CHECK_EQ(RegOpenKeyA(k, "one", &sub), ERROR_FILE_NOT_FOUND);
	v = 0;
	CHECK_EQ(RegGetValueA(k, "two\\below", "v", RRF_RT_DWORD, NULL, &v,
			      &len),
		 0);
	CHECK_EQ(v, 7);
	CHECK_EQ(RegDeleteTreeA(HKEY_CURRENT_USER, TEST_KEY), 0);
	RegCloseKey(k);
}

static void notify(void)
{
	HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL);
	HKEY k, sub;

	RegCreateKeyExA(HKEY_CURRENT_USER, TEST_KEY " 2", 0, NULL,
			REG_OPTION_VOLATILE, KEY_ALL_ACCESS, NULL, &k, NULL);
	CHECK_EQ(RegNotifyChangeKeyValue(k, TRUE,
					 REG_NOTIFY_CHANGE_NAME |
						 REG_NOTIFY_CHANGE_LAST_SET,
					 e, TRUE),
		 0);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
	RegCreateKeyExA(k, "sub", 0, NULL, REG_OPTION_VOLATILE, KEY_ALL_ACCESS,
			NULL, &sub, NULL);
	CHECK_EQ(WaitForSingleObject(e, 60000), WAIT_OBJECT_0);
	RegCloseKey(sub);
	RegCloseKey(k);
	RegDeleteTreeA(HKEY_CURRENT_USER, TEST_KEY " 2");
	CloseHandle(e);
}

/* What the processor calls itself; the first that this process asks for. */
static void processor(void)
{
	static const char path[] =
		"HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0";
	char name[128] = "", vendor[128] = "", want[13] = "";
	DWORD n = sizeof name;
	unsigned a, b, c, d;

	CHECK_EQ(RegGetValueA(HKEY_LOCAL_MACHINE, path, "ProcessorNameString",
			      RRF_RT_REG_SZ, NULL, name, &n),
		 0);
	CHECK(strlen(name) > 3, "%s", name);
	for (int i = 0; name[i]; i++)
		CHECK(name[i] >= ' ' && name[i] < 127, "%d: %d", i, name[i]);
	n = sizeof vendor;
	CHECK_EQ(RegGetValueA(HKEY_LOCAL_MACHINE, path, "VendorIdentifier",
			      RRF_RT_REG_SZ, NULL, vendor, &n),
		 0);
	__cpuid(0, a, b, c, d);
	memcpy(want, &b, 4);
	memcpy(want + 4, &d, 4);
	memcpy(want + 8, &c, 4);
	CHECK(!strcmp(vendor, want), "%s", vendor);
}

/* "A registry tree can be 512 levels deep" */
static void levels(void)
{
	HKEY k, sub;
	int n;

	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, TEST_KEY "-levels", 0, NULL,
				 REG_OPTION_VOLATILE, KEY_ALL_ACCESS, NULL, &k,
				 NULL),
		 0);
	for (n = 0; n < 600; n++) {
		LONG e = RegCreateKeyExA(k, "k", 0, NULL, REG_OPTION_VOLATILE,
					 KEY_ALL_ACCESS, NULL, &sub, NULL);

		if (e) {
			CHECK_EQ(e, ERROR_INVALID_PARAMETER);
			break;
		}
		RegCloseKey(k);
		k = sub;
	}
	CHECK(n >= 500 && n < 512, "%d", n);
	RegCloseKey(k);
	CHECK_EQ(RegDeleteTreeA(HKEY_CURRENT_USER, TEST_KEY "-levels"), 0);
}

int main(void)
{
	processor();
	existing();
	changes();
	renaming();
	notify();
	levels();
	return check_done();
}
