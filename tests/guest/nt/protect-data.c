/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets sealed for a user: what comes back, and what does not. */
// link: -lcrypt32 -ladvapi32
#include <windows.h>
#include <wincrypt.h>
#include <dpapi.h>

#include "../lib/check.h"

static DATA_BLOB of(const void *p, DWORD n)
{
	DATA_BLOB b = { n, (BYTE *)p };

	return b;
}

static BOOL fails(DATA_BLOB *in, DATA_BLOB *entropy, DWORD error)
{
	DATA_BLOB out = { 0, NULL };
	BOOL ok;

	SetLastError(0);
	ok = CryptUnprotectData(in, NULL, entropy, NULL, NULL,
				CRYPTPROTECT_UI_FORBIDDEN, &out);
	CHECK_EQ(ok, FALSE);
	CHECK_EQ(GetLastError(), error);
	return !ok;
}

static void back(DWORD n, DWORD flags, const WCHAR *text)
{
	static BYTE data[70000];
	DATA_BLOB in = of(data, n), out = { 0 }, again = { 0 };
	WCHAR *told = NULL;

	for (DWORD i = 0; i < n; i++)
		data[i] = (BYTE)(i * 7);
	CHECK_EQ(CryptProtectData(&in, text, NULL, NULL, NULL, flags, &out),
		 TRUE);
	CHECK(out.cbData > n + 100, "%lu bytes", out.cbData);
	CHECK_EQ(LocalSize(out.pbData), out.cbData);
	CHECK_EQ(CryptUnprotectData(&out, &told, NULL, NULL, NULL, 0, &again),
		 TRUE);
	CHECK_EQ(again.cbData, n);
	CHECK_EQ(memcmp(again.pbData, data, n), 0);
	CHECK(told && !lstrcmpW(told, text ? text : L""), "%ls", told);
	LocalFree(told);
	LocalFree(again.pbData);
	LocalFree(out.pbData);
}

static void rules(void)
{
	CRYPTPROTECT_PROMPTSTRUCT prompt = { sizeof prompt,
					     CRYPTPROTECT_PROMPT_ON_PROTECT,
					     NULL, L"?" };
	static const GUID maker = CRYPTPROTECT_DEFAULT_PROVIDER;
	DATA_BLOB in = of("secret", 6), salt = of("salt", 4), out, two;
	DATA_BLOB other = of("Salt", 4), empty = { 6, NULL };

	CHECK_EQ(CryptProtectData(NULL, NULL, NULL, NULL, NULL, 0, &out), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK_EQ(CryptProtectData(&in, NULL, NULL, NULL, NULL, 0, NULL), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK_EQ(CryptProtectData(&empty, NULL, NULL, NULL, NULL, 0, &out), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK_EQ(CryptProtectData(&in, NULL, NULL, NULL, &prompt,
				  CRYPTPROTECT_UI_FORBIDDEN, &out),
		 0);
	CHECK_EQ(GetLastError(), ERROR_PASSWORD_RESTRICTION);

	CHECK_EQ(CryptProtectData(&in, L"d", &salt, NULL, NULL, 0, &out), 1);
	CHECK_EQ(CryptProtectData(&in, L"d", &salt, NULL, NULL, 0, &two), 1);
	CHECK_EQ(out.cbData, two.cbData);
	CHECK(memcmp(out.pbData, two.pbData, two.cbData), "twice the same");
	CHECK_EQ(*(DWORD *)out.pbData, 1);
	CHECK_EQ(memcmp(out.pbData + 4, &maker, sizeof maker), 0);
	fails(&out, NULL, ERROR_INVALID_DATA);
	fails(&out, &other, ERROR_INVALID_DATA);
	LocalFree(two.pbData);
	CHECK_EQ(CryptUnprotectData(&out, NULL, &salt, NULL, NULL, 0, &two), 1);
	CHECK_EQ(two.cbData, 6);
	CHECK_EQ(memcmp(two.pbData, "secret", 6), 0);
	LocalFree(two.pbData);

	out.pbData[out.cbData - 1] ^= 1; /* the seal */
	fails(&out, &salt, ERROR_INVALID_DATA);
	out.pbData[out.cbData - 1] ^= 1;
	out.pbData[out.cbData - 70] ^= 1; /* the secret */
	fails(&out, &salt, ERROR_INVALID_DATA);
	out.pbData[out.cbData - 70] ^= 1;
	for (DWORD n = 0; n < out.cbData; n++) {
		DATA_BLOB cut = of(out.pbData, n);

		if (!fails(&cut, &salt, ERROR_INVALID_PARAMETER))
			break;
	}
	out.pbData[24] ^= 1; /* the key's id */
	fails(&out, &salt, (DWORD)NTE_BAD_KEY_STATE);
	out.pbData[4] ^= 1;
	fails(&out, &salt, ERROR_INVALID_PARAMETER);
	LocalFree(out.pbData);
}

static void memory(DWORD flags)
{
	char text[32] = "a password of nobody", was[32];

	memcpy(was, text, sizeof was);
	CHECK_EQ(CryptProtectMemory(text, sizeof text, flags), TRUE);
	CHECK(memcmp(was, text, sizeof was), "still there");
	CHECK_EQ(CryptUnprotectMemory(text, sizeof text, flags), TRUE);
	CHECK_EQ(memcmp(was, text, sizeof was), 0);
	CHECK_EQ(CryptProtectMemory(text, 15, flags), FALSE);
}

/* What one process has sealed its child unseals. */
static void handed_over(void)
{
	DATA_BLOB in = of("for my child", 13), out;
	STARTUPINFOW info = { .cb = sizeof info };
	PROCESS_INFORMATION child;
	WCHAR path[MAX_PATH], line[MAX_PATH * 2 + 4];
	static WCHAR hex[2000];
	DWORD code = 99;

	CHECK_EQ(CryptProtectData(&in, NULL, NULL, NULL, NULL, 0, &out), TRUE);
	for (DWORD i = 0; i < out.cbData && i < 900; i++)
		wsprintfW(hex + 2 * i, L"%02x", out.pbData[i]);
	LocalFree(out.pbData);
	SetEnvironmentVariableW(L"SEALED", hex);
	GetModuleFileNameW(NULL, path, MAX_PATH);
	wsprintfW(line, L"\"%s\" x", path);
	CHECK_EQ(CreateProcessW(path, line, NULL, NULL, FALSE, 0, NULL, NULL,
				&info, &child),
		 TRUE);
	WaitForSingleObject(child.hProcess, INFINITE);
	GetExitCodeProcess(child.hProcess, &code);
	CHECK_EQ(code, 42);
	CloseHandle(child.hThread);
	CloseHandle(child.hProcess);
}

static DWORD digit(WCHAR c)
{
	return c <= '9' ? (DWORD)(c - '0') : (DWORD)(c - 'a' + 10);
}

static int child_main(void)
{
	static WCHAR hex[2000];
	static BYTE blob[1000];
	DWORD n = GetEnvironmentVariableW(L"SEALED", hex, ARRAYSIZE(hex)) / 2;
	DATA_BLOB in = of(blob, n), out;

	for (DWORD i = 0; i < n; i++)
		blob[i] =
			(BYTE)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	if (!CryptUnprotectData(&in, NULL, NULL, NULL, NULL, 0, &out))
		return 1;
	return out.cbData == 13 && !memcmp(out.pbData, "for my child", 13) ? 42
									   : 2;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return child_main();
	back(0, 0, NULL);
	back(1, 0, L"a text");
	back(15, CRYPTPROTECT_LOCAL_MACHINE, L"");
	back(16, CRYPTPROTECT_UI_FORBIDDEN, NULL);
	back(70000, CRYPTPROTECT_AUDIT, L"\x00e9");
	rules();
	memory(CRYPTPROTECTMEMORY_SAME_PROCESS);
	memory(CRYPTPROTECTMEMORY_CROSS_PROCESS);
	memory(CRYPTPROTECTMEMORY_SAME_LOGON);
	handed_over();
	return check_done();
}
