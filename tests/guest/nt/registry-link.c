/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-link.c - keys that lead to others: through them, to themselves, and
 * where they lead nowhere; and what the registry says of transactions.
 */
#include <windows.h>

#include <string.h>

#include "check.h"

#define HERE "Software\\rf-test-link"

static HKEY base;

/* The whole name of one below ours. */
static const WCHAR *path_of(const WCHAR *name)
{
	static struct {
		ULONG len;
		WCHAR name[400];
	} info;
	LONG(WINAPI * query)
	(HANDLE, int, void *, ULONG, ULONG *) = (void *)GetProcAddress(
		GetModuleHandleA("ntdll"), "NtQueryKey");
	ULONG n;

	CHECK_EQ(query(base, 3, &info, sizeof info, &n), 0);
	info.name[info.len / sizeof *info.name] = 0;
	wcscat(wcscat(info.name, L"\\"), name);
	return info.name;
}

static LSTATUS point(HKEY link, const WCHAR *name)
{
	const WCHAR *path = path_of(name);

	return RegSetValueExW(link, L"SymbolicLinkValue", 0, REG_LINK,
			      (const BYTE *)path,
			      (DWORD)(wcslen(path) * sizeof *path));
}

static LSTATUS open_sub(const char *name, DWORD options)
{
	HKEY k;
	LSTATUS s = RegOpenKeyExA(base, name, options, KEY_ALL_ACCESS, &k);

	if (!s)
		RegCloseKey(k);
	return s;
}

static LSTATUS create_sub(const char *name)
{
	HKEY k;
	LSTATUS s = RegCreateKeyA(base, name, &k);

	if (!s)
		RegCloseKey(k);
	return s;
}

static void test_links(void)
{
	LONG(WINAPI * delete)
	(HANDLE) = (void *)GetProcAddress(GetModuleHandleA("ntdll"),
					  "NtDeleteKey");
	HKEY link, k;
	DWORD subs;

	CHECK_EQ(create_sub("target"), 0);
	CHECK_EQ(RegCreateKeyExA(base, "link", 0, NULL, REG_OPTION_CREATE_LINK,
				 KEY_ALL_ACCESS | KEY_CREATE_LINK, NULL, &link,
				 NULL),
		 0);
	/* It takes its target and nothing else. */
	CHECK_EQ(RegSetValueExA(link, "other", 0, REG_SZ, (BYTE *)"", 1),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(RegSetValueExA(link, "SymbolicLinkValue", 0, REG_SZ,
				(BYTE *)"", 1),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(point(link, L"target"), 0);
	CHECK_EQ(create_sub("link\\below"), 0);
	CHECK_EQ(open_sub("target\\below", 0), 0);
	/* A link where there is one. */
	CHECK_EQ(RegCreateKeyExA(base, "link", 0, NULL, REG_OPTION_CREATE_LINK,
				 KEY_ALL_ACCESS | KEY_CREATE_LINK, NULL, &k,
				 NULL),
		 ERROR_ALREADY_EXISTS);

	/* What it leads to is made, and no second key of its own name. */
	CHECK_EQ(point(link, L"new"), 0);
	CHECK_EQ(open_sub("link", 0), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(create_sub("link"), 0);
	CHECK_EQ(open_sub("new", 0), 0);
	CHECK_EQ(open_sub("link", REG_OPTION_OPEN_LINK), 0);
	CHECK_EQ(RegQueryInfoKeyA(base, NULL, NULL, NULL, &subs, NULL, NULL,
				  NULL, NULL, NULL, NULL, NULL),
		 0);
	CHECK_EQ(subs, 3);
	CHECK_EQ(point(link, L"no\\way"), 0);
	CHECK_EQ(create_sub("link"), ERROR_FILE_NOT_FOUND);
	/* To nothing at all. */
	CHECK_EQ(
		RegSetValueExA(link, "SymbolicLinkValue", 0, REG_LINK, NULL, 0),
		0);
	CHECK(open_sub("link", 0));
	CHECK(create_sub("link"));
	/* To itself. */
	CHECK_EQ(point(link, L"link"), 0);
	CHECK(open_sub("link", 0));
	CHECK(create_sub("link"));

	CHECK_EQ(delete (link), 0);
	RegCloseKey(link);
	CHECK_EQ(open_sub("link", REG_OPTION_OPEN_LINK), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(open_sub("target", 0), 0);
}

/* From one to the next: a chain of some, but not of any length. */
static void test_chains(void)
{
	enum { CHAIN = 40, SHORT = 20 };
	LONG(WINAPI * delete)
	(HANDLE) = (void *)GetProcAddress(GetModuleHandleA("ntdll"),
					  "NtDeleteKey");
	HKEY link[CHAIN], back;
	WCHAR to[64];
	char name[16];

	for (int i = 0; i < CHAIN; i++) {
		sprintf(name, "chain%d", i);
		CHECK_EQ(RegCreateKeyExA(base, name, 0, NULL,
					 REG_OPTION_CREATE_LINK, KEY_ALL_ACCESS,
					 NULL, &link[i], NULL),
			 0);
		swprintf(to, COUNT_OF(to), i ? L"chain%d" : L"target", i - 1);
		CHECK_EQ(point(link[i], to), 0);
	}
	sprintf(name, "chain%d", SHORT - 1);
	CHECK_EQ(open_sub(name, 0), 0);
	sprintf(name, "chain%d", CHAIN - 1);
	CHECK_EQ(open_sub(name, 0), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(open_sub(name, REG_OPTION_OPEN_LINK), 0);
	/* Each through the one before it, twice: no more in all. */
	CHECK_EQ(RegCreateKeyExA(base, "target\\back", 0, NULL,
				 REG_OPTION_CREATE_LINK, KEY_ALL_ACCESS, NULL,
				 &back, NULL),
		 0);
	CHECK_EQ(point(back, L""), 0);
	CHECK_EQ(open_sub("target\\back\\chain0", 0), 0);
	for (int i = 1; i < CHAIN; i++) {
		swprintf(to, COUNT_OF(to), L"chain%d\\back\\chain%d", i - 1,
			 i - 1);
		CHECK_EQ(point(link[i], to), 0);
	}
	CHECK_EQ(open_sub("chain2", 0), 0);
	CHECK(open_sub(name, 0));
	CHECK_EQ(delete (back), 0);
	RegCloseKey(back);
	for (int i = 0; i < CHAIN; i++) {
		CHECK_EQ(delete (link[i]), 0);
		RegCloseKey(link[i]);
	}
}

/* There are none, and nobody is told that there were. */
static void test_transactions(void)
{
	HANDLE none = (HANDLE)(ULONG_PTR)0x1230;
	HKEY k = (HKEY)1;

	CHECK(RegCreateKeyTransactedA(base, "t", 0, NULL, 0, KEY_READ, NULL, &k,
				      NULL, none, NULL));
	CHECK(!k);
	CHECK_EQ(open_sub("t", 0), ERROR_FILE_NOT_FOUND);
	CHECK(RegOpenKeyTransactedA(base, "target", 0, KEY_READ, &k, none,
				    NULL));
	CHECK(RegDeleteKeyTransactedA(base, "target", 0, 0, none, NULL));
	CHECK_EQ(open_sub("target", 0), 0);
}

/* A predefined key that leads elsewhere, for a while. */
static void test_override(void)
{
	HKEY k;

	CHECK_EQ(RegCreateKeyA(base, "instead", &k), 0);
	CHECK_EQ(RegOverridePredefKey((HKEY)(ULONG_PTR)0x1230, k),
		 ERROR_INVALID_HANDLE);
	CHECK_EQ(RegOverridePredefKey(HKEY_CURRENT_USER, k), 0);
	RegCloseKey(k);
	CHECK_EQ(RegCreateKeyA(HKEY_CURRENT_USER, "here", &k), 0);
	RegCloseKey(k);
	CHECK_EQ(RegOverridePredefKey(HKEY_CURRENT_USER, NULL), 0);
	CHECK_EQ(open_sub("instead\\here", 0), 0);
	CHECK_EQ(RegOpenKeyA(HKEY_CURRENT_USER, "here", &k),
		 ERROR_FILE_NOT_FOUND);
}

static void test_multiple(void)
{
	char a[] = "first", b[] = "second", none[] = "none", buf[100];
	VALENTA v[2] = { { .ve_valuename = a }, { .ve_valuename = b } };
	DWORD n = sizeof buf, seven = 7;

	CHECK_EQ(RegSetValueExA(base, a, 0, REG_SZ, (BYTE *)"text", 5), 0);
	CHECK_EQ(RegSetValueExA(base, b, 0, REG_DWORD, (BYTE *)&seven, 4), 0);
	CHECK_EQ(RegQueryMultipleValuesA(base, v, 2, buf, &n), 0);
	CHECK_EQ(v[0].ve_type, REG_SZ);
	CHECK_EQ(v[0].ve_valuelen, 5);
	CHECK(!strcmp((char *)v[0].ve_valueptr, "text"));
	CHECK_EQ(v[1].ve_type, REG_DWORD);
	CHECK_EQ(v[1].ve_valuelen, 4);
	CHECK_EQ(*(DWORD *)v[1].ve_valueptr, 7);
	n = 3;
	CHECK_EQ(RegQueryMultipleValuesA(base, v, 2, buf, &n), ERROR_MORE_DATA);
	CHECK(n >= 9, "%lu", n);
	v[1].ve_valuename = none;
	n = sizeof buf;
	CHECK_EQ(RegQueryMultipleValuesA(base, v, 2, buf, &n),
		 ERROR_FILE_NOT_FOUND);
}

int main(void)
{
	RegDeleteTreeA(HKEY_CURRENT_USER, HERE);
	CHECK_EQ(RegCreateKeyA(HKEY_CURRENT_USER, HERE, &base), 0);
	test_links();
	test_chains();
	test_transactions();
	test_override();
	test_multiple();
	RegCloseKey(base);
	CHECK_EQ(RegDeleteTreeA(HKEY_CURRENT_USER, HERE), 0);
	return check_done();
}
