/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The environment; fiber- and thread-local storage; digests; handle tables. */
#include <windows.h>
#include <string.h>
#include <wchar.h>

#include "check.h"

static void environment(void)
{
	WCHAR buf[100], *all, *at;
	static WCHAR large[20000];
	int found = 0, sorted = 0;
	WCHAR last[100] = L"";

	CHECK(SetEnvironmentVariableW(L"RF_Test", L"value"));
	CHECK_EQ(GetEnvironmentVariableW(L"rf_TEST", buf, 100), 5);
	CHECK(!wcscmp(buf, L"value"));
	CHECK_EQ(GetEnvironmentVariableW(L"RF_Test", buf, 5), 6);
	CHECK_EQ(GetEnvironmentVariableW(L"RF_Test", NULL, 0), 6);
	CHECK(SetEnvironmentVariableW(L"RF_EMPTY", L""));
	SetLastError(1);
	CHECK_EQ(GetEnvironmentVariableW(L"RF_EMPTY", buf, 100), 0);
	CHECK(GetLastError() != ERROR_ENVVAR_NOT_FOUND);
	CHECK_EQ(ExpandEnvironmentStringsW(L"<%RF_test%|%rf_none%|%|%%>", buf,
					   100),
		 23);
	CHECK(!wcscmp(buf, L"<value|%rf_none%|%|%%>"), "%ls", buf);
	for (int i = 0; i < 19999; i++)
		large[i] = 'a' + i % 26;
	CHECK(SetEnvironmentVariableW(L"RF_LARGE", large));
	CHECK_EQ(GetEnvironmentVariableW(L"RF_LARGE", large, 20000), 19999);
	CHECK(large[19998] == 'a' + 19998 % 26);
	CHECK(SetEnvironmentVariableW(L"RF_LARGE", NULL));
	for (int i = 0; i < 500; i++) {
		_snwprintf(buf, 100, L"RF_N%d", i * 7919 % 500);
		CHECK(SetEnvironmentVariableW(buf, buf));
	}
	all = GetEnvironmentStringsW();
	for (at = all; *at; at += wcslen(at) + 1) {
		WCHAR *end = wcschr(at + 1, '=');

		CHECK(end != NULL);
		if (!wcsncmp(at, L"RF_N", 4)) {
			found++;
			wcsncpy(buf, at, end - at);
			buf[end - at] = 0;
			CHECK(!wcscmp(buf, end + 1));
			sorted += wcscmp(last, buf) < 0;
			wcscpy(last, buf);
		}
	}
	FreeEnvironmentStringsW(all);
	CHECK_EQ(found, 500);
	CHECK_EQ(sorted, 500);
	for (int i = 0; i < 500; i++) {
		_snwprintf(buf, 100, L"rf_n%d", i);
		CHECK(SetEnvironmentVariableW(buf, NULL));
		CHECK_EQ(GetEnvironmentVariableW(buf, buf, 100), 0);
	}
	CHECK_EQ(GetLastError(), ERROR_ENVVAR_NOT_FOUND);
	CHECK(!SetEnvironmentVariableW(L"a=b", L"x"));
}

static DWORD fls;
static volatile LONG calls, sum;

static VOID WINAPI on_fls(PVOID p)
{
	InterlockedIncrement(&calls);
	InterlockedExchangeAdd(&sum, (LONG)(LONG_PTR)p);
}

static HANDLE ready, go;

static DWORD WINAPI fls_thread(LPVOID arg)
{
	CHECK(FlsGetValue(fls) == NULL);
	FlsSetValue(fls, arg);
	CHECK(FlsGetValue(fls) == arg);
	ReleaseSemaphore(ready, 1, NULL);
	WaitForSingleObject(go, INFINITE);
	return 0;
}

static void fiber_local(void)
{
	HANDLE t[3];
	DWORD more[100];

	ready = CreateSemaphoreW(NULL, 0, 100, NULL);
	go = CreateEventW(NULL, TRUE, FALSE, NULL);
	fls = FlsAlloc(on_fls);
	CHECK(fls != FLS_OUT_OF_INDEXES);
	for (int i = 0; i < 3; i++)
		t[i] = CreateThread(NULL, 0, fls_thread,
				    (PVOID)(INT_PTR)(i + 1), 0, NULL);
	for (int i = 0; i < 3; i++)
		WaitForSingleObject(ready, INFINITE);
	SetEvent(go);
	for (int i = 0; i < 3; i++) {
		WaitForSingleObject(t[i], INFINITE);
		CloseHandle(t[i]);
	}
	CHECK_EQ(calls, 3);
	CHECK_EQ(sum, 6);
	ResetEvent(go);
	FlsSetValue(fls, (PVOID)100);
	t[0] = CreateThread(NULL, 0, fls_thread, (PVOID)10, 0, NULL);
	WaitForSingleObject(ready, INFINITE);
	CHECK(FlsFree(fls));
	CHECK_EQ(calls, 5);
	CHECK_EQ(sum, 116);
	CHECK(!FlsFree(fls));
	SetEvent(go);
	WaitForSingleObject(t[0], INFINITE);
	CHECK_EQ(calls, 5);
	for (int i = 0; i < 100; i++) {
		more[i] = FlsAlloc(NULL);
		CHECK(more[i] != FLS_OUT_OF_INDEXES);
		CHECK(FlsSetValue(more[i], (PVOID)(INT_PTR)i));
	}
	for (int i = 0; i < 100; i++) {
		CHECK(FlsGetValue(more[i]) == (PVOID)(INT_PTR)i);
		CHECK(FlsFree(more[i]));
	}
}

static DWORD WINAPI tls_thread(LPVOID arg)
{
	DWORD *slot = arg;
	DWORD bad = 0;

	for (int i = 0; i < 200; i++) {
		bad += TlsGetValue(slot[i]) != NULL;
		TlsSetValue(slot[i], (PVOID)(INT_PTR)(i + 1000));
	}
	for (int i = 0; i < 200; i++)
		bad += TlsGetValue(slot[i]) != (PVOID)(INT_PTR)(i + 1000);
	return bad;
}

static void thread_local_slots(void)
{
	DWORD slot[200], code;
	HANDLE t;

	/* Nobody has slot 0, whatever the C runtime has kept by now. */
	errno = ERANGE;
	_strdup(strtok((char[]){ "a b" }, " "));
	CHECK(TlsGetValue(0) == NULL);
	for (int i = 0; i < 200; i++) {
		slot[i] = TlsAlloc();
		CHECK(slot[i] != TLS_OUT_OF_INDEXES && slot[i] != 0);
		CHECK(TlsGetValue(slot[i]) == NULL);
		CHECK(TlsSetValue(slot[i], (PVOID)(INT_PTR)(i + 1)));
	}
	t = CreateThread(NULL, 0, tls_thread, slot, 0, NULL);
	WaitForSingleObject(t, INFINITE);
	GetExitCodeThread(t, &code);
	CHECK_EQ(code, 0);
	for (int i = 0; i < 200; i++) {
		CHECK(TlsGetValue(slot[i]) == (PVOID)(INT_PTR)(i + 1));
		CHECK(TlsFree(slot[i]));
	}
	slot[0] = TlsAlloc();
	CHECK(TlsGetValue(slot[0]) == NULL);
	CHECK(TlsFree(slot[0]));
	CHECK(!TlsFree(5000));
}

struct md {
	ULONG bits[2], state[4];
	UCHAR block[64], digest[16];
};

static void digests(void)
{
	HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
	static const struct {
		const char *init, *update, *final, *text;
		UCHAR start[4];
	} t[] = {
		{ "MD4Init",
		  "MD4Update",
		  "MD4Final",
		  "abc",
		  { 0xa4, 0x48, 0x01, 0x7a } },
		{ "MD5Init",
		  "MD5Update",
		  "MD5Final",
		  "abc",
		  { 0x90, 0x01, 0x50, 0x98 } },
		{ "MD5Init",
		  "MD5Update",
		  "MD5Final",
		  "12345678901234567890123456789012345678901234567890123456789"
		  "012345678901234567890",
		  { 0x57, 0xed, 0xf4, 0xa2 } },
	};

	for (unsigned i = 0; i < sizeof t / sizeof *t; i++) {
		void(NTAPI * init)(struct md *) =
			(void *)GetProcAddress(ntdll, t[i].init);
		void(NTAPI * update)(struct md *, const void *, ULONG) =
			(void *)GetProcAddress(ntdll, t[i].update);
		void(NTAPI * final)(struct md *) =
			(void *)GetProcAddress(ntdll, t[i].final);
		struct md c;

		init(&c);
		update(&c, t[i].text, strlen(t[i].text));
		final(&c);
		CHECK(!memcmp(c.digest, t[i].start, 4), "%u", i);
	}
}

int main(void)
{
	environment();
	fiber_local();
	thread_local_slots();
	digests();
	return check_done();
}
