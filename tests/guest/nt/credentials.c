/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A user's credentials: written, read, listed, deleted, and by whom else. */
// link: -ladvapi32
#include <windows.h>
#include <wincred.h>

#include "../lib/check.h"

#define FAILS(call, error)                                                     \
	do {                                                                   \
		SetLastError(0);                                               \
		CHECK_EQ(call, FALSE);                                         \
		CHECK_EQ(GetLastError(), error);                               \
	} while (0)

/* Names of this run alone: others run beside it with the same registry. */
static WCHAR base[32], one[64], two[64];

static CREDENTIALW credential(WCHAR *target, const char *secret)
{
	CREDENTIALW c = { 0 };

	c.Type = CRED_TYPE_GENERIC;
	c.TargetName = target;
	c.Persist = CRED_PERSIST_LOCAL_MACHINE;
	c.CredentialBlob = (BYTE *)secret;
	c.CredentialBlobSize = (DWORD)strlen(secret);
	return c;
}

static void whole(void)
{
	CREDENTIAL_ATTRIBUTEW a[2] = { { (WCHAR *)L"key", 0, 3, (BYTE *)"abc" },
				       { (WCHAR *)L"none", 0, 0, NULL } };
	CREDENTIALW c = credential(one, "s3cret"), *got;
	FILETIME now;

	c.Comment = (WCHAR *)L"a comment";
	c.UserName = (WCHAR *)L"us\x00e9r";
	c.TargetAlias = (WCHAR *)L"";
	c.AttributeCount = 2;
	c.Attributes = a;
	c.Persist = CRED_PERSIST_ENTERPRISE;
	GetSystemTimeAsFileTime(&now);
	FAILS(CredReadW(one, CRED_TYPE_GENERIC, 0, &got), ERROR_NOT_FOUND);
	CHECK_EQ(CredWriteW(&c, 0), TRUE);
	CHECK_EQ(CredReadW(one, CRED_TYPE_GENERIC, 0, &got), TRUE);
	CHECK_EQ(got->Type, CRED_TYPE_GENERIC);
	CHECK_EQ(got->Flags, 0);
	CHECK_EQ(got->Persist, CRED_PERSIST_ENTERPRISE);
	CHECK_EQ(lstrcmpW(got->TargetName, one), 0);
	CHECK_EQ(lstrcmpW(got->Comment, L"a comment"), 0);
	CHECK_EQ(lstrcmpW(got->UserName, L"us\x00e9r"), 0);
	CHECK_EQ(got->CredentialBlobSize, 6);
	CHECK_EQ(memcmp(got->CredentialBlob, "s3cret", 6), 0);
	CHECK_EQ(got->AttributeCount, 2);
	CHECK_EQ(lstrcmpW(got->Attributes[0].Keyword, L"key"), 0);
	CHECK_EQ(got->Attributes[0].ValueSize, 3);
	CHECK_EQ(memcmp(got->Attributes[0].Value, "abc", 3), 0);
	CHECK_EQ(lstrcmpW(got->Attributes[1].Keyword, L"none"), 0);
	CHECK_EQ(got->Attributes[1].ValueSize, 0);
	CHECK(CompareFileTime(&got->LastWritten, &now) >= 0, "written before");
	CredFree(got);

	/* Again, with another case: the same one. */
	CharUpperW(one);
	c = credential(one, "");
	CHECK_EQ(CredWriteW(&c, 0), TRUE);
	CharLowerW(one);
	CHECK_EQ(CredReadW(one, CRED_TYPE_GENERIC, 0, &got), TRUE);
	CHECK_EQ(got->CredentialBlobSize, 0);
	CHECK(!got->UserName && !got->Comment, "told what is not there");
	CHECK_EQ(got->AttributeCount, 0);
	CredFree(got);
	FAILS(CredReadW(one, CRED_TYPE_DOMAIN_PASSWORD, 0, &got),
	      ERROR_NOT_FOUND);
	CHECK_EQ(CredDeleteW(one, CRED_TYPE_GENERIC, 0), TRUE);
	FAILS(CredDeleteW(one, CRED_TYPE_GENERIC, 0), ERROR_NOT_FOUND);
}

static void narrow(void)
{
	char name[64], user[] = "us\xe9r";
	CREDENTIALA c = { 0 }, *got, **list;
	CREDENTIALW *wide;
	WCHAR expected[8];
	DWORD n = 0;

	WideCharToMultiByte(CP_ACP, 0, one, -1, name, sizeof name, NULL, NULL);
	MultiByteToWideChar(CP_ACP, 0, user, -1, expected, 8);
	c.Type = CRED_TYPE_GENERIC;
	c.TargetName = name;
	c.UserName = user;
	c.Persist = CRED_PERSIST_LOCAL_MACHINE;
	c.CredentialBlob = (BYTE *)"p";
	c.CredentialBlobSize = 1;
	CHECK_EQ(CredWriteA(&c, 0), TRUE);
	CHECK_EQ(CredReadA(name, CRED_TYPE_GENERIC, 0, &got), TRUE);
	CHECK_EQ(strcmp(got->TargetName, name), 0);
	CHECK_EQ(got->CredentialBlobSize, 1);
	CHECK_EQ(*got->CredentialBlob, 'p');
	CredFree(got);
	CHECK_EQ(CredReadW(one, CRED_TYPE_GENERIC, 0, &wide), TRUE);
	CHECK_EQ(lstrcmpW(wide->UserName, expected), 0);
	CredFree(wide);
	CHECK_EQ(CredEnumerateA(name, 0, &n, &list), TRUE);
	CHECK_EQ(n, 1);
	CHECK_EQ(strcmp(list[0]->TargetName, name), 0);
	CredFree(list);
	CHECK_EQ(CredDeleteA(name, CRED_TYPE_GENERIC, 0), TRUE);
}

static void lists(void)
{
	CREDENTIALW c = credential(one, "1"), d = credential(two, "22"), **list;
	WCHAR filter[64], long_name[96];
	DWORD n = 0, seen = 0;
	CREDENTIALW *got;

	wsprintfW(filter, L"%s*", base);
	FAILS(CredEnumerateW(filter, 0, &n, &list), ERROR_NOT_FOUND);
	CHECK_EQ(CredWriteW(&c, 0), TRUE);
	d.Persist = CRED_PERSIST_SESSION;
	CHECK_EQ(CredWriteW(&d, 0), TRUE);
	CHECK_EQ(CredEnumerateW(filter, 0, &n, &list), TRUE);
	CHECK_EQ(n, 2);
	for (DWORD i = 0; i < n; i++)
		seen |= list[i]->CredentialBlobSize;
	CHECK_EQ(seen, 3);
	CredFree(list);
	CHECK_EQ(CredEnumerateW(two, 0, &n, &list), TRUE);
	CHECK_EQ(n, 1);
	CHECK_EQ(lstrcmpW(list[0]->TargetName, two), 0);
	CredFree(list);
	CHECK_EQ(CredEnumerateW(NULL, 0, &n, &list), TRUE);
	CHECK(n >= 2, "%lu", n);
	CredFree(list);
	CHECK_EQ(CredEnumerateW(NULL, 1, &n, &list), TRUE);
	wsprintfW(long_name, L"LegacyGeneric:target=%s", one);
	for (DWORD i = seen = 0; i < n; i++)
		seen += !lstrcmpW(list[i]->TargetName, long_name);
	CHECK_EQ(seen, 1);
	CredFree(list);
	CHECK_EQ(CredReadW(long_name, CRED_TYPE_GENERIC, 0, &got), TRUE);
	CHECK_EQ(lstrcmpW(got->TargetName, one), 0);
	CredFree(got);

	/* From the session to those that stay, where there is one of it. */
	d.Persist = CRED_PERSIST_LOCAL_MACHINE;
	CHECK_EQ(CredWriteW(&d, 0), TRUE);
	CHECK_EQ(CredEnumerateW(filter, 0, &n, &list), TRUE);
	CHECK_EQ(n, 2);
	CredFree(list);
	CHECK_EQ(CredDeleteW(one, CRED_TYPE_GENERIC, 0), TRUE);
	CHECK_EQ(CredDeleteW(two, CRED_TYPE_GENERIC, 0), TRUE);
	FAILS(CredEnumerateW(filter, 0, &n, &list), ERROR_NOT_FOUND);
}

static void refused(void)
{
	static char big[2561];
	static WCHAR long_text[600];
	CREDENTIALW c = credential(one, "x"), *got, **list;
	DWORD n, most[10];

	FAILS(CredWriteW(NULL, 0), ERROR_INVALID_PARAMETER);
	FAILS(CredWriteW(&c, 2), ERROR_INVALID_FLAGS);
	c.Flags = 0x80000000;
	FAILS(CredWriteW(&c, 0), ERROR_INVALID_FLAGS);
	c = credential(one, "x");
	c.Type = 0;
	FAILS(CredWriteW(&c, 0), ERROR_INVALID_PARAMETER);
	c.Type = 7;
	FAILS(CredWriteW(&c, 0), ERROR_INVALID_PARAMETER);
	c.Type = CRED_TYPE_DOMAIN_PASSWORD;
	FAILS(CredWriteW(&c, 0), ERROR_BAD_USERNAME);
	c = credential(NULL, "x");
	FAILS(CredWriteW(&c, 0), ERROR_INVALID_PARAMETER);
	c = credential((WCHAR *)L"", "x");
	FAILS(CredWriteW(&c, 0), ERROR_INVALID_PARAMETER);
	c = credential(one, "x");
	c.Persist = 0;
	FAILS(CredWriteW(&c, 0), ERROR_INVALID_PARAMETER);
	c.Persist = 4;
	FAILS(CredWriteW(&c, 0), ERROR_INVALID_PARAMETER);
	for (int i = 0; i < 599; i++)
		long_text[i] = 'u';
	c = credential(one, "x");
	c.UserName = long_text;
	FAILS(CredWriteW(&c, 0), ERROR_BAD_USERNAME);
	c = credential(one, "x");
	c.Comment = long_text;
	FAILS(CredWriteW(&c, 0), ERROR_INVALID_PARAMETER);
	c = credential(one, "");
	c.CredentialBlob = (BYTE *)big;
	c.CredentialBlobSize = 2561;
	FAILS(CredWriteW(&c, 0), RPC_X_BAD_STUB_DATA);
	c.CredentialBlobSize = 2560;
	CHECK_EQ(CredWriteW(&c, 0), TRUE);
	c.CredentialBlobSize = 0;
	c.Comment = (WCHAR *)L"new";
	CHECK_EQ(CredWriteW(&c, CRED_PRESERVE_CREDENTIAL_BLOB), TRUE);
	CHECK_EQ(CredReadW(one, CRED_TYPE_GENERIC, 0, &got), TRUE);
	CHECK_EQ(got->CredentialBlobSize, 2560);
	CHECK_EQ(lstrcmpW(got->Comment, L"new"), 0);
	CredFree(got);
	CHECK_EQ(CredDeleteW(one, CRED_TYPE_GENERIC, 0), TRUE);
	FAILS(CredWriteW(&c, CRED_PRESERVE_CREDENTIAL_BLOB), ERROR_NOT_FOUND);

	FAILS(CredReadW(one, CRED_TYPE_GENERIC, 1, &got), ERROR_INVALID_FLAGS);
	FAILS(CredReadW(one, 0, 0, &got), ERROR_INVALID_PARAMETER);
	FAILS(CredReadW(NULL, 1, 0, &got), ERROR_INVALID_PARAMETER);
	FAILS(CredDeleteW(one, 1, 1), ERROR_INVALID_FLAGS);
	FAILS(CredEnumerateW(one, 1, &n, &list), ERROR_INVALID_FLAGS);
	FAILS(CredEnumerateW(NULL, 2, &n, &list), ERROR_INVALID_FLAGS);
	CHECK_EQ(CredGetSessionTypes(10, most), TRUE);
	CHECK_EQ(most[0], CRED_PERSIST_NONE);
	CHECK_EQ(most[CRED_TYPE_GENERIC], CRED_PERSIST_ENTERPRISE);
	CHECK_EQ(most[9], CRED_PERSIST_NONE);
	CredFree(NULL);
}

/* A domain's secret is for those who log on with it. */
static void domain(void)
{
	CREDENTIALW c = credential(one, "x"), *got;

	c.Type = CRED_TYPE_DOMAIN_PASSWORD;
	c.UserName = (WCHAR *)L"there\\me";
	CHECK_EQ(CredWriteW(&c, 0), TRUE);
	CHECK_EQ(CredReadW(one, CRED_TYPE_DOMAIN_PASSWORD, 0, &got), TRUE);
	CHECK_EQ(got->CredentialBlobSize, 0);
	CHECK_EQ(lstrcmpW(got->UserName, L"there\\me"), 0);
	CredFree(got);
	CHECK_EQ(CredDeleteW(one, CRED_TYPE_DOMAIN_PASSWORD, 0), TRUE);
}

/* A child reads what is written here, and writes. */
static void others(void)
{
	CREDENTIALW c = credential(one, "for you"), *got;
	STARTUPINFOW info = { .cb = sizeof info };
	PROCESS_INFORMATION child;
	WCHAR path[MAX_PATH], line[MAX_PATH * 2];
	DWORD code = 99;

	CHECK_EQ(CredWriteW(&c, 0), TRUE);
	GetModuleFileNameW(NULL, path, MAX_PATH);
	wsprintfW(line, L"\"%s\" %s", path, base);
	CHECK_EQ(CreateProcessW(path, line, NULL, NULL, FALSE, 0, NULL, NULL,
				&info, &child),
		 TRUE);
	WaitForSingleObject(child.hProcess, INFINITE);
	GetExitCodeProcess(child.hProcess, &code);
	CHECK_EQ(code, 42);
	CloseHandle(child.hThread);
	CloseHandle(child.hProcess);
	CHECK_EQ(CredReadW(two, CRED_TYPE_GENERIC, 0, &got), TRUE);
	CHECK_EQ(got->CredentialBlobSize, 6);
	CredFree(got);
	CHECK_EQ(CredDeleteW(one, CRED_TYPE_GENERIC, 0), TRUE);
	CHECK_EQ(CredDeleteW(two, CRED_TYPE_GENERIC, 0), TRUE);
}

static int child_main(void)
{
	CREDENTIALW c = credential(two, "answer"), *got;

	if (!CredReadW(one, CRED_TYPE_GENERIC, 0, &got) ||
	    got->CredentialBlobSize != 7 ||
	    memcmp(got->CredentialBlob, "for you", 7) != 0)
		return 1;
	return CredWriteW(&c, 0) ? 42 : 2;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		MultiByteToWideChar(CP_ACP, 0, argv[1], -1, base, 32);
	else
		wsprintfW(base, L"rf-test-%lu-%lu:", GetCurrentProcessId(),
			  GetTickCount());
	wsprintfW(one, L"%sone", base);
	wsprintfW(two, L"%stwo", base);
	if (argc > 1)
		return child_main();
	whole();
	narrow();
	lists();
	refused();
	domain();
	others();
	return check_done();
}
