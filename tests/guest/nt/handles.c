/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests handles: values and their reuse, protection, inheritance flags,
 * duplication, rights, pseudo handles, names and types told of them. */
#include <windows.h>
#include <winternl.h>
#include <stdint.h>

#include "check.h"
#include "named.h"

#define NOT_SAME     ((NTSTATUS)0xc00001ac)
#define NOT_CLOSABLE ((NTSTATUS)0xc0000235)

NTSTATUS NTAPI NtCompareObjects(HANDLE, HANDLE);
NTSTATUS NTAPI NtDuplicateObject(HANDLE, HANDLE, HANDLE, PHANDLE, ACCESS_MASK,
				 ULONG, ULONG);

struct basic {
	ULONG attributes, access, handles, pointers, pool[2], reserved[3],
		name_size, type_size, security_size;
	LARGE_INTEGER created;
};

static struct basic info(HANDLE h)
{
	struct basic b = { 0 };

	CHECK_EQ(NtQueryObject(h, 0, &b, sizeof b, NULL), 0);
	return b;
}

static void values(void)
{
	HANDLE a = CreateEventW(NULL, FALSE, FALSE, NULL), b;

	CHECK((uintptr_t)a % 4 == 0 && a);
	/* The low two bits are the program's. */
	CHECK(SetEvent((HANDLE)((uintptr_t)a | 3)));
	CHECK_EQ(WaitForSingleObject((HANDLE)((uintptr_t)a | 1), 0),
		 WAIT_OBJECT_0);
	CHECK(CloseHandle(a));
	CHECK(!CloseHandle(a));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	b = CreateEventW(NULL, FALSE, FALSE, NULL);
	CHECK(b == a, "%p %p", b, a);
	CHECK(CloseHandle(b));
	CHECK(!CloseHandle(NULL));
	CHECK(!CloseHandle((HANDLE)0x7ffffff0));
	CHECK(!SetEvent(NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!SetEvent(GetCurrentProcess()));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

static void flags(void)
{
	HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL);
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	DWORD f = 9;
	HANDLE i, copy;

	CHECK(GetHandleInformation(e, &f));
	CHECK_EQ(f, 0);
	CHECK(SetHandleInformation(e, HANDLE_FLAG_PROTECT_FROM_CLOSE,
				   HANDLE_FLAG_PROTECT_FROM_CLOSE));
	CHECK(GetHandleInformation(e, &f));
	CHECK_EQ(f, HANDLE_FLAG_PROTECT_FROM_CLOSE);
	CHECK_EQ(NtClose(e), NOT_CLOSABLE);
	CHECK(SetEvent(e));
	/* A copy is not protected; closing the source by copying fails. */
	CHECK(DuplicateHandle(GetCurrentProcess(), e, GetCurrentProcess(),
			      &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
	CHECK(GetHandleInformation(copy, &f));
	CHECK_EQ(f, 0);
	CHECK(CloseHandle(copy));
	CHECK(SetHandleInformation(e, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
	CHECK(CloseHandle(e));

	i = CreateEventW(&sa, FALSE, FALSE, NULL);
	CHECK(GetHandleInformation(i, &f));
	CHECK_EQ(f, HANDLE_FLAG_INHERIT);
	CHECK(DuplicateHandle(GetCurrentProcess(), i, GetCurrentProcess(),
			      &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
	CHECK(GetHandleInformation(copy, &f));
	CHECK_EQ(f, 0);
	CloseHandle(copy);
	CHECK(DuplicateHandle(GetCurrentProcess(), i, GetCurrentProcess(),
			      &copy, 0, TRUE, DUPLICATE_SAME_ACCESS));
	CHECK(GetHandleInformation(copy, &f));
	CHECK_EQ(f, HANDLE_FLAG_INHERIT);
	CloseHandle(copy);
	CHECK(SetHandleInformation(i, HANDLE_FLAG_INHERIT, 0));
	CHECK(GetHandleInformation(i, &f));
	CHECK_EQ(f, 0);
	CloseHandle(i);
	CHECK(!GetHandleInformation(i, &f));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

static void duplicates(void)
{
	HANDLE me = GetCurrentProcess(), th = GetCurrentThread();
	HANDLE e = CreateEventW(NULL, TRUE, FALSE, NULL), copy = NULL, real;
	struct basic b;

	CHECK(DuplicateHandle(me, e, me, &copy, 0, FALSE,
			      DUPLICATE_SAME_ACCESS));
	CHECK(copy != e);
	CHECK_EQ(NtCompareObjects(e, copy), 0);
	CHECK_EQ(NtCompareObjects(e, me), NOT_SAME);
	b = info(e);
	CHECK_EQ(b.handles, 2);
	CHECK_EQ(b.access, EVENT_ALL_ACCESS);
	/* The source goes, the object stays. */
	real = NULL;
	CHECK(DuplicateHandle(me, copy, me, &real, EVENT_MODIFY_STATE, FALSE,
			      DUPLICATE_CLOSE_SOURCE));
	CHECK(!SetEvent(copy) || copy == real);
	CHECK(SetEvent(real));
	CHECK_EQ(info(real).access, EVENT_MODIFY_STATE);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_OBJECT_0);
	/* Without a target it is a way to close. */
	CHECK(DuplicateHandle(me, real, NULL, NULL, 0, FALSE,
			      DUPLICATE_CLOSE_SOURCE));
	CHECK_EQ(info(e).handles, 1);
	/* Rights can be asked for again: the object grants them. */
	CHECK(DuplicateHandle(me, e, me, &copy, SYNCHRONIZE, FALSE, 0));
	CHECK_EQ(info(copy).access, SYNCHRONIZE);
	CHECK(!DuplicateHandle(me, (HANDLE)0x7ffffff0, me, &real, 0, FALSE,
			       DUPLICATE_SAME_ACCESS));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!DuplicateHandle(e, e, me, &real, 0, FALSE,
			       DUPLICATE_SAME_ACCESS));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CloseHandle(copy);

	/* Pseudo handles become real ones. */
	CHECK(DuplicateHandle(me, th, me, &real, 0, FALSE,
			      DUPLICATE_SAME_ACCESS));
	CHECK(real != th && real);
	CHECK_EQ(GetThreadId(real), GetCurrentThreadId());
	CHECK_EQ(NtCompareObjects(real, th), 0);
	CloseHandle(real);
	CHECK(DuplicateHandle(me, me, me, &real, 0, FALSE,
			      DUPLICATE_SAME_ACCESS));
	CHECK_EQ(GetProcessId(real), GetCurrentProcessId());
	CloseHandle(real);
	CHECK(CloseHandle(me));
	CHECK(CloseHandle(th));
	CloseHandle(e);
}

struct named {
	UNICODE_STRING s;
	WCHAR text[260];
};

static void told(void)
{
	WCHAR name[100];
	HANDLE e = CreateEventW(NULL, TRUE, FALSE,
				lstrcpyW(name, own_name_w("rf-handles-event")));
	HANDLE plain = CreateEventW(NULL, TRUE, FALSE, NULL);
	HANDLE again, sem;
	struct named n;
	ULONG len = 0;
	WCHAR *tail;

	CHECK_EQ(NtQueryObject(e, 2, &n, sizeof n, &len), 0);
	CHECK(!wcsncmp(n.s.Buffer, L"Event", 5) && n.s.Length == 10);
	CHECK_EQ(NtQueryObject(e, 1, &n, sizeof n, &len), 0);
	tail = n.s.Buffer ? wcsrchr(n.s.Buffer, L'\\') : NULL;
	CHECK(tail && !wcscmp(tail + 1, name));
	CHECK_EQ(NtQueryObject(plain, 1, &n, sizeof n, &len), 0);
	CHECK_EQ(n.s.Length, 0);

	SetLastError(1);
	again = CreateEventW(NULL, FALSE, TRUE, name);
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	/* Still the old one: manual, not set. */
	CHECK_EQ(WaitForSingleObject(again, 0), WAIT_TIMEOUT);
	SetEvent(e);
	CHECK_EQ(WaitForSingleObject(again, 0), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(again, 0), WAIT_OBJECT_0);
	CloseHandle(again);
	sem = CreateSemaphoreW(NULL, 0, 1, name);
	CHECK(!sem);
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!OpenSemaphoreW(SYNCHRONIZE, FALSE, name));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!OpenEventW(SYNCHRONIZE, FALSE, own_name_w("RF-HANDLES-EVENT")));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	again = OpenEventW(SYNCHRONIZE, TRUE,
			   own_name_w("Local\\rf-handles-event"));
	CHECK(again != NULL);
	CHECK(!SetEvent(again));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CloseHandle(again);
	CHECK(!CreateEventW(NULL, 0, 0, L"rf-no\\such\\place"));
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	CloseHandle(e);
	/* The name went with the last handle. */
	CHECK(!OpenEventW(SYNCHRONIZE, FALSE, name));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CloseHandle(plain);
}

static void many(void)
{
	enum { N = 10000 };
	static HANDLE h[N];
	DWORD before = 0, after = 0;

	CHECK(GetProcessHandleCount(GetCurrentProcess(), &before));
	for (int i = 0; i < N; i++) {
		h[i] = CreateEventW(NULL, FALSE, i & 1, NULL);
		if (!h[i]) {
			CHECK(0, "handle %d: %lu", i, GetLastError());
			return;
		}
	}
	CHECK(GetProcessHandleCount(GetCurrentProcess(), &after));
	CHECK_EQ(after - before, N);
	for (int i = 0; i < N; i++)
		if (WaitForSingleObject(h[i], 0) !=
		    (i & 1 ? WAIT_OBJECT_0 : WAIT_TIMEOUT))
			CHECK(0, "handle %d", i);
	for (int i = 0; i < N; i++)
		CloseHandle(h[i]);
	CHECK(GetProcessHandleCount(GetCurrentProcess(), &after));
	CHECK_EQ(after, before);
}

int main(void)
{
	values();
	flags();
	duplicates();
	told();
	many();
	return check_done();
}
