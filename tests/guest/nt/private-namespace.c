/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests private namespaces: their boundaries, prefixes, and other processes. */
#include <windows.h>
#include <sddl.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static char self[MAX_PATH];

static WCHAR *run_name(void)
{
	static WCHAR buf[64];
	WCHAR run[16] = L"";

	GetEnvironmentVariableW(L"RF_NS_RUN", run, 16);
	lstrcpyW(buf, L"rf-boundary-");
	lstrcatW(buf, run);
	return buf;
}

static PSID sid_of(const char *text)
{
	PSID sid = NULL;

	CHECK(ConvertStringSidToSidA(text, &sid));
	return sid;
}

/* A boundary with Everyone in it. */
static HANDLE boundary(const WCHAR *name)
{
	HANDLE b = CreateBoundaryDescriptorW(name, 0);
	PSID all = sid_of("S-1-1-0");

	CHECK(b != NULL);
	CHECK(AddSIDToBoundaryDescriptor(&b, all));
	LocalFree(all);
	return b;
}

static DWORD start(const char *args)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[MAX_PATH + 100];
	DWORD code = 999;

	snprintf(line, sizeof line, "\"%s\" %s", self, args);
	if (!CreateProcessA(self, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			    &pi))
		return 998;
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	return code;
}

/* Another process: its own prefix for the same namespace. */
static int child_opens(void)
{
	HANDLE b = boundary(run_name()), ns, e, m;

	SetLastError(0);
	if (CreatePrivateNamespaceW(NULL, b, L"mine"))
		return 1;
	if (GetLastError() != ERROR_ALREADY_EXISTS)
		return 2;
	ns = OpenPrivateNamespaceW(b, L"mine");
	if (!ns)
		return 3;
	e = OpenEventW(EVENT_ALL_ACCESS, FALSE, L"mine\\event");
	if (!e || !SetEvent(e))
		return 4;
	/* What is made here is seen there. */
	m = CreateMutexW(NULL, TRUE, L"mine\\mutex");
	if (!m || GetLastError() != ERROR_ALREADY_EXISTS)
		return 5;
	if (WaitForSingleObject(m, 0) != WAIT_TIMEOUT)
		return 6;
	/* The prefix is this process's own, and so is the event's place. */
	if (OpenEventW(EVENT_ALL_ACCESS, FALSE, L"ns\\event"))
		return 7;
	if (GetLastError() != ERROR_PATH_NOT_FOUND)
		return 8;
	if (OpenEventW(EVENT_ALL_ACCESS, FALSE, L"event"))
		return 9;
	CloseHandle(e);
	CloseHandle(m);
	return ClosePrivateNamespace(ns, 0) ? 0 : 10;
}

/* It is gone, or nobody may come in. */
static int child_fails(void)
{
	HANDLE b = boundary(run_name());

	if (OpenPrivateNamespaceW(b, L"mine"))
		return 1;
	return GetLastError() == ERROR_PATH_NOT_FOUND ? 0 : (int)GetLastError();
}

static void test_boundaries(void)
{
	HANDLE b, ns;
	PSID nobody = sid_of("S-1-5-21-1-2-3-4"), low = sid_of("S-1-16-4096"),
	     system = sid_of("S-1-16-16384"), all = sid_of("S-1-1-0");

	SetLastError(0);
	CHECK(!CreateBoundaryDescriptorW(NULL, 0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

	/* Whoever makes one has to be inside. */
	b = CreateBoundaryDescriptorW(L"rf-other", 0);
	CHECK(AddSIDToBoundaryDescriptor(&b, nobody));
	CHECK(!CreatePrivateNamespaceW(NULL, b, L"other"));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!OpenPrivateNamespaceW(b, L"other"));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	DeleteBoundaryDescriptor(b);

	/* Integrity: at least that of the label; one label only. */
	b = boundary(L"rf-label");
	CHECK(!AddIntegrityLabelToBoundaryDescriptor(&b, all));
	CHECK(AddIntegrityLabelToBoundaryDescriptor(&b, low));
	ns = CreatePrivateNamespaceW(NULL, b, L"label");
	CHECK(ns != NULL);
	CHECK(ClosePrivateNamespace(ns, PRIVATE_NAMESPACE_FLAG_DESTROY));
	DeleteBoundaryDescriptor(b);
	b = boundary(L"rf-label");
	CHECK(AddIntegrityLabelToBoundaryDescriptor(&b, system));
	CHECK(!CreatePrivateNamespaceW(NULL, b, L"label"));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	DeleteBoundaryDescriptor(b);

	LocalFree(nobody);
	LocalFree(low);
	LocalFree(system);
	LocalFree(all);
}

static void test_two(void)
{
	HANDLE b1 = boundary(run_name()), b2, n1, n2, e1, e2, e3;
	PSID users = sid_of("S-1-5-11"); /* authenticated users */

	/* The same name, another boundary: another namespace. */
	b2 = boundary(run_name());
	CHECK(AddSIDToBoundaryDescriptor(&b2, users));
	n1 = CreatePrivateNamespaceW(NULL, b1, L"one");
	n2 = CreatePrivateNamespaceW(NULL, b2, L"two");
	CHECK(n1 && n2);
	e1 = CreateEventW(NULL, TRUE, FALSE, L"one\\x");
	CHECK(e1 && GetLastError() == 0);
	e2 = CreateEventW(NULL, TRUE, TRUE, L"two\\x");
	CHECK(e2 && GetLastError() == 0);
	e3 = CreateEventW(NULL, TRUE, FALSE, L"one\\x");
	CHECK(e3 && GetLastError() == ERROR_ALREADY_EXISTS);
	CHECK_EQ(WaitForSingleObject(e1, 0), WAIT_TIMEOUT);
	CHECK_EQ(WaitForSingleObject(e2, 0), WAIT_OBJECT_0);
	SetEvent(e3);
	CHECK_EQ(WaitForSingleObject(e1, 0), WAIT_OBJECT_0);
	/* A kind for each name, and no way further down. */
	CHECK(!CreateSemaphoreW(NULL, 0, 1, L"one\\x"));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!CreateEventW(NULL, TRUE, FALSE, L"one\\x\\y"));
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	CHECK(!CreateEventW(NULL, TRUE, FALSE, L"three\\x"));
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	CloseHandle(e1);
	CloseHandle(e2);
	CloseHandle(e3);
	CHECK(ClosePrivateNamespace(n2, PRIVATE_NAMESPACE_FLAG_DESTROY));
	CHECK(ClosePrivateNamespace(n1, PRIVATE_NAMESPACE_FLAG_DESTROY));
	CHECK(!CreateEventW(NULL, TRUE, FALSE, L"one\\x"));
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	DeleteBoundaryDescriptor(b1);
	DeleteBoundaryDescriptor(b2);
	LocalFree(users);
}

static void test_processes(void)
{
	HANDLE b = boundary(run_name()), ns, e, m, again;

	CHECK_EQ(start("fails"), 0);
	ns = CreatePrivateNamespaceW(NULL, b, L"ns");
	CHECK(ns != NULL);
	e = CreateEventW(NULL, TRUE, FALSE, L"ns\\event");
	m = CreateMutexW(NULL, TRUE, L"ns\\mutex");
	CHECK(e && m);
	CHECK_EQ(start("opens"), 0);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_OBJECT_0);

	/* Without its namespace the object works on, and is found no more. */
	CHECK(ClosePrivateNamespace(ns, PRIVATE_NAMESPACE_FLAG_DESTROY));
	CHECK_EQ(start("fails"), 0);
	ResetEvent(e);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
	ns = CreatePrivateNamespaceW(NULL, b, L"ns");
	CHECK(ns != NULL);
	again = OpenEventW(EVENT_ALL_ACCESS, FALSE, L"ns\\event");
	CHECK(!again && GetLastError() == ERROR_FILE_NOT_FOUND);
	CHECK(ClosePrivateNamespace(ns, 0));
	CHECK_EQ(start("fails"), 0);
	CloseHandle(e);
	CloseHandle(m);
	DeleteBoundaryDescriptor(b);
}

int main(int argc, char **argv)
{
	char run[16];

	GetModuleFileNameA(NULL, self, sizeof self);
	if (argc > 1 && !strcmp(argv[1], "opens"))
		return child_opens();
	if (argc > 1)
		return child_fails();
	snprintf(run, sizeof run, "%lu", GetCurrentProcessId());
	SetEnvironmentVariableA("RF_NS_RUN", run);
	test_boundaries();
	test_two();
	test_processes();
	return check_done();
}
