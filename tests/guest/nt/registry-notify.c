/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-notify.c - changes to a key by another process are told to who
 * waits for them, also to who uses the registry for nothing else.
 */
#include <windows.h>

#include <string.h>

#include "check.h"

#define HERE "Software\\rf-test-notify"

static int child(const char *what)
{
	DWORD v = 7;
	HKEY k, sub;

	if (RegOpenKeyExA(HKEY_CURRENT_USER, HERE, 0, KEY_ALL_ACCESS, &k))
		return 1;
	if (!strcmp(what, "value"))
		return (int)RegSetValueExA(k, "v", 0, REG_DWORD, (BYTE *)&v, 4);
	if (!strcmp(what, "key"))
		return (int)RegCreateKeyExA(k, "sub", 0, NULL, 0, KEY_WRITE,
					    NULL, &sub, NULL);
	if (RegOpenKeyExA(k, "sub", 0, KEY_WRITE, &sub))
		return 2;
	return (int)RegSetValueExA(sub, "v", 0, REG_DWORD, (BYTE *)&v, 4);
}

static int run(const char *self, const char *what)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[MAX_PATH + 16];
	DWORD code = 99;

	sprintf(line, "\"%s\" %s", self, what);
	if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			    &pi))
		return 98;
	WaitForSingleObject(pi.hProcess, 60000);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
	return (int)code;
}

static void again(HKEY *k)
{
	RegCloseKey(*k);
	CHECK_EQ(RegOpenKeyExA(HKEY_CURRENT_USER, HERE, 0, KEY_ALL_ACCESS, k),
		 0);
}

static HANDLE event;
static HKEY key;

static DWORD WINAPI ask(void *filter)
{
	return (DWORD)RegNotifyChangeKeyValue(key, FALSE, (DWORD)(ULONG_PTR)filter,
					      event, TRUE);
}

static void ask_in_thread(DWORD filter)
{
	DWORD code = 99;
	HANDLE t;

	/* Before there is a thread whose end sets it. */
	ResetEvent(event);
	t = CreateThread(NULL, 0, ask, (void *)(ULONG_PTR)filter, 0, NULL);
	CHECK_EQ(WaitForSingleObject(t, 60000), 0);
	GetExitCodeThread(t, &code);
	CHECK_EQ(code, 0);
	CloseHandle(t);
}

/* A request ends with its thread, unless that says otherwise. */
static void test_threads(void)
{
	enum { AGNOSTIC = 0x10000000 }; /* REG_NOTIFY_THREAD_AGNOSTIC */

	event = CreateEventA(NULL, TRUE, FALSE, NULL);
	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, HERE, 0, NULL, 0,
				 KEY_ALL_ACCESS, NULL, &key, NULL),
		 0);
	ask_in_thread(REG_NOTIFY_CHANGE_LAST_SET);
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	ask_in_thread(REG_NOTIFY_CHANGE_LAST_SET | AGNOSTIC);
	CHECK_EQ(WaitForSingleObject(event, 100), WAIT_TIMEOUT);
	CHECK_EQ(RegSetValueExA(key, "v", 0, REG_SZ, (BYTE *)"", 1), 0);
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	/* Of several one ends. */
	ResetEvent(event);
	CHECK_EQ(ask((void *)REG_NOTIFY_CHANGE_NAME), 0);
	ask_in_thread(REG_NOTIFY_CHANGE_NAME);
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	ResetEvent(event);
	CHECK_EQ(RegDeleteKeyA(HKEY_CURRENT_USER, HERE), 0);
	CHECK_EQ(WaitForSingleObject(event, 60000), 0);
	CHECK_EQ(ask((void *)AGNOSTIC), ERROR_INVALID_PARAMETER);
	RegCloseKey(key);
	CloseHandle(event);
}

int main(int argc, char **argv)
{
	HANDLE e = CreateEventA(NULL, FALSE, FALSE, NULL);
	HKEY k;

	if (argc == 2)
		return child(argv[1]);
	test_threads();
	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, HERE, 0, NULL, 0,
				 KEY_ALL_ACCESS, NULL, &k, NULL),
		 0);
	/* A value. */
	CHECK_EQ(RegNotifyChangeKeyValue(k, FALSE, REG_NOTIFY_CHANGE_LAST_SET,
					 e, TRUE),
		 0);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
	CHECK_EQ(run(argv[0], "value"), 0);
	CHECK_EQ(WaitForSingleObject(e, 60000), 0);
	/* A key is no value, and one is told once.  By another handle: whether one
	   may ask for something else than before is nowhere said. */
	again(&k);
	CHECK_EQ(RegNotifyChangeKeyValue(k, FALSE, REG_NOTIFY_CHANGE_NAME, e,
					 TRUE),
		 0);
	CHECK_EQ(run(argv[0], "key"), 0);
	CHECK_EQ(WaitForSingleObject(e, 60000), 0);
	CHECK_EQ(run(argv[0], "value"), 0);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
	/* Below the key, only where that was asked for. */
	again(&k);
	CHECK_EQ(RegNotifyChangeKeyValue(k, TRUE, REG_NOTIFY_CHANGE_LAST_SET, e,
					 TRUE),
		 0);
	CHECK_EQ(run(argv[0], "below"), 0);
	CHECK_EQ(WaitForSingleObject(e, 60000), 0);
	RegCloseKey(k);
	CHECK_EQ(RegDeleteTreeA(HKEY_CURRENT_USER, HERE), 0);
	return check_done();
}
