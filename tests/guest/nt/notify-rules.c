/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify-rules.c - the rules of ReadDirectoryChangesW and its Ex form: the
 * oldest request first, a folder that is being removed, buffers that cannot be
 * written to, filters, and what the extended records say.
 */
#include <windows.h>

#include <stddef.h>
#include <string.h>

#include "check.h"

enum {
	DELETE_PENDING = (int)0xc0000056,
	NOTIFY_EXTENDED = 2,
	WAIT_MS = 60000,
};

/* FILE_NOTIFY_EXTENDED_INFORMATION, for headers that lack it. */
struct extended {
	DWORD next, action;
	LARGE_INTEGER created, written, changed, accessed, allocated, size;
	DWORD attributes, tag;
	LARGE_INTEGER id, parent_id;
	DWORD name_bytes;
	WCHAR name[1];
};

typedef BOOL(WINAPI changes_ex_fn)(HANDLE, LPVOID, DWORD, BOOL, DWORD, LPDWORD,
				   LPOVERLAPPED,
				   LPOVERLAPPED_COMPLETION_ROUTINE, DWORD);

struct request {
	OVERLAPPED o;
	DWORD buffer[512];
};

static char here[MAX_PATH];

static void make(const char *name)
{
	HANDLE h = CreateFileA(name, GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, 0,
			       NULL);
	DWORD n;

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	CHECK(WriteFile(h, "12345", 5, &n, NULL));
	CloseHandle(h);
}

static HANDLE watch(const char *name, DWORD flags)
{
	HANDLE h =
		CreateFileA(name, FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
			    FILE_FLAG_BACKUP_SEMANTICS | flags, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	return h;
}

static BOOL ask(HANDLE dir, struct request *r, DWORD filter)
{
	if (!r->o.hEvent)
		r->o.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
	return ReadDirectoryChangesW(dir, r->buffer, sizeof r->buffer, FALSE,
				     filter, NULL, &r->o, NULL);
}

static BOOL is_over(struct request *r, DWORD ms)
{
	return WaitForSingleObject(r->o.hEvent, ms) == WAIT_OBJECT_0;
}

/* The first record. */
static BOOL tells(const void *buffer, DWORD action, const WCHAR *name)
{
	const FILE_NOTIFY_INFORMATION *i = buffer;

	return i->Action == action &&
	       i->FileNameLength == wcslen(name) * sizeof(WCHAR) &&
	       !memcmp(i->FileName, name, i->FileNameLength);
}

static void test_order(void)
{
	static struct request r[4];
	static const WCHAR *names[] = { L"a0", L"a1", L"a2", L"a3" };
	HANDLE dir = watch(".", FILE_FLAG_OVERLAPPED);
	char name[8];
	DWORD n;

	for (int i = 0; i < 4; i++)
		CHECK(ask(dir, &r[i], FILE_NOTIFY_CHANGE_FILE_NAME));
	for (int i = 0; i < 3; i++) {
		sprintf(name, "a%d", i);
		make(name);
		CHECK(is_over(&r[i], WAIT_MS));
		CHECK(GetOverlappedResult(dir, &r[i].o, &n, FALSE));
		CHECK(tells(r[i].buffer, FILE_ACTION_ADDED, names[i]));
		for (int k = i + 1; k < 4; k++)
			CHECK(!is_over(&r[k], 0), "%d is over after %d", k, i);
		/* One out of the middle does not keep the others. */
		if (i == 0) {
			CHECK(CancelIoEx(dir, &r[1].o));
			CHECK(is_over(&r[1], WAIT_MS));
			CHECK(!GetOverlappedResult(dir, &r[1].o, &n, FALSE));
			CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
			make("a1");
			CHECK(is_over(&r[2], WAIT_MS));
			CHECK(tells(r[2].buffer, FILE_ACTION_ADDED, L"a1"));
			CHECK(!is_over(&r[3], 0));
			break;
		}
	}
	/* What nobody waits for is kept. */
	make("a2");
	CHECK(is_over(&r[3], WAIT_MS));
	CHECK(tells(r[3].buffer, FILE_ACTION_ADDED, L"a2"));
	make("a3");
	CHECK(ask(dir, &r[0], FILE_NOTIFY_CHANGE_FILE_NAME));
	CHECK(is_over(&r[0], WAIT_MS));
	CHECK(tells(r[0].buffer, FILE_ACTION_ADDED, L"a3"));
	CloseHandle(dir);
	for (int i = 0; i < 4; i++) {
		sprintf(name, "a%d", i);
		CHECK(DeleteFileA(name));
		CloseHandle(r[i].o.hEvent);
	}
}

static void check_removed(HANDLE dir, struct request *r)
{
	DWORD n;

	CHECK(is_over(r, WAIT_MS));
	CHECK_EQ((int)r->o.Internal, DELETE_PENDING);
	CHECK(!GetOverlappedResult(dir, &r->o, &n, FALSE));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!ask(dir, r, FILE_NOTIFY_CHANGE_FILE_NAME));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
}

/* What is deleted beside the folder while nobody asks is not kept. */
static void test_beside(void)
{
	enum { MANY = 17000 }; /* more than a host keeps */
	static struct request r;
	HANDLE dir;
	DWORD n;

	CHECK(CreateDirectoryA("quiet", NULL));
	dir = watch("quiet", FILE_FLAG_OVERLAPPED);
	CHECK(ask(dir, &r, FILE_NOTIFY_CHANGE_FILE_NAME));
	make("quiet\\f");
	CHECK(is_over(&r, WAIT_MS));
	for (int i = 0; i < MANY; i++) {
		char name[16];

		sprintf(name, "%d", i);
		CloseHandle(CreateFileA(name, GENERIC_WRITE, 7, NULL,
					CREATE_NEW, 0, NULL));
		DeleteFileA(name);
	}
	CHECK(DeleteFileA("quiet\\f"));
	CHECK(ask(dir, &r, FILE_NOTIFY_CHANGE_FILE_NAME));
	CHECK(is_over(&r, WAIT_MS));
	CHECK(GetOverlappedResult(dir, &r.o, &n, FALSE));
	CHECK(n && tells(r.buffer, FILE_ACTION_REMOVED, L"f"));
	CloseHandle(dir);
	CloseHandle(r.o.hEvent);
	CHECK(RemoveDirectoryA("quiet"));
}

static DWORD WINAPI wait_in_thread(void *arg)
{
	DWORD buffer[64], n;

	return ReadDirectoryChangesW(arg, buffer, sizeof buffer, TRUE,
				     FILE_NOTIFY_CHANGE_FILE_NAME, &n, NULL,
				     NULL)
		       ? 0
		       : GetLastError();
}

static void test_removed(void)
{
	static struct request r, second;
	FILE_DISPOSITION_INFO now = { TRUE };
	HANDLE dir, del, th;
	DWORD code = 0;

	/* By its name, as anybody does it; all requests hear of it. */
	CHECK(CreateDirectoryA("gone", NULL));
	dir = watch("gone", FILE_FLAG_OVERLAPPED);
	CHECK(ask(dir, &r, FILE_NOTIFY_CHANGE_FILE_NAME));
	CHECK(ask(dir, &second, FILE_NOTIFY_CHANGE_FILE_NAME));
	CHECK(RemoveDirectoryA("gone"));
	CHECK(is_over(&second, WAIT_MS));
	CHECK_EQ((int)second.o.Internal, DELETE_PENDING);
	check_removed(dir, &r);
	CloseHandle(dir);

	/* Under another name and in another folder. */
	CHECK(CreateDirectoryA("sub", NULL));
	CHECK(CreateDirectoryA("moves", NULL));
	dir = watch("moves", FILE_FLAG_OVERLAPPED);
	CHECK(ask(dir, &r, FILE_NOTIFY_CHANGE_FILE_NAME));
	CHECK(MoveFileA("moves", "sub\\moved"), "%lu", GetLastError());
	CHECK(!is_over(&r, 0));
	make("sub\\moved\\f");
	CHECK(is_over(&r, WAIT_MS));
	CHECK(tells(r.buffer, FILE_ACTION_ADDED, L"f"));
	CHECK(DeleteFileA("sub\\moved\\f"));
	CHECK(ask(dir, &r, FILE_NOTIFY_CHANGE_FILE_NAME));
	CHECK(is_over(&r, WAIT_MS));
	CHECK(tells(r.buffer, FILE_ACTION_REMOVED, L"f"));
	CHECK(ask(dir, &r, FILE_NOTIFY_CHANGE_FILE_NAME));
	CHECK(RemoveDirectoryA("sub\\moved"));
	check_removed(dir, &r);
	CloseHandle(dir);
	CHECK(RemoveDirectoryA("sub"));

	/* As soon as it is to be removed, long before it is. */
	CHECK(CreateDirectoryA("later", NULL));
	dir = watch("later", FILE_FLAG_OVERLAPPED);
	del = CreateFileA("later", DELETE, 7, NULL, OPEN_EXISTING,
			  FILE_FLAG_BACKUP_SEMANTICS, NULL);
	CHECK(ask(dir, &r, FILE_NOTIFY_CHANGE_FILE_NAME));
	CHECK(SetFileInformationByHandle(del, FileDispositionInfo, &now,
					 sizeof now));
	check_removed(dir, &r);
	CloseHandle(del);
	CloseHandle(dir);
	CHECK_EQ(GetFileAttributesA("later"), INVALID_FILE_ATTRIBUTES);

	/* The same by the close of who wanted that. */
	CHECK(CreateDirectoryA("closed", NULL));
	dir = watch("closed", FILE_FLAG_OVERLAPPED);
	del = CreateFileA(
		"closed", DELETE, 7, NULL, OPEN_EXISTING,
		FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_DELETE_ON_CLOSE, NULL);
	CHECK(ask(dir, &r, FILE_NOTIFY_CHANGE_FILE_NAME));
	CHECK(!is_over(&r, 0));
	CloseHandle(del);
	check_removed(dir, &r);
	CloseHandle(dir);

	/* A thread that waits in the call. */
	CHECK(CreateDirectoryA("sync", NULL));
	dir = watch("sync", 0);
	th = CreateThread(NULL, 0, wait_in_thread, dir, 0, NULL);
	CHECK(RemoveDirectoryA("sync"));
	CHECK_EQ(WaitForSingleObject(th, WAIT_MS), WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(th, &code));
	CHECK_EQ(code, ERROR_ACCESS_DENIED);
	CloseHandle(th);
	CloseHandle(dir);
	CloseHandle(r.o.hEvent);
	CloseHandle(second.o.hEvent);
}

static void test_buffers(void)
{
	HANDLE dir = watch(".", FILE_FLAG_OVERLAPPED);
	char *p = VirtualAlloc(NULL, 0x3000, MEM_RESERVE, PAGE_NOACCESS);
	OVERLAPPED o = { 0 };
	DWORD old;

	CHECK(!ReadDirectoryChangesW(dir, p, 0x1000, FALSE,
				     FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &o,
				     NULL));
	CHECK_EQ(GetLastError(), ERROR_NOACCESS);
	/* To its last page. */
	CHECK(VirtualAlloc(p, 0x2000, MEM_COMMIT, PAGE_READWRITE) != NULL);
	CHECK(!ReadDirectoryChangesW(dir, p, 0x3000, FALSE,
				     FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &o,
				     NULL));
	CHECK_EQ(GetLastError(), ERROR_NOACCESS);
	CHECK(VirtualProtect(p, 0x1000, PAGE_READONLY, &old));
	CHECK(!ReadDirectoryChangesW(dir, p, 0x1000, FALSE,
				     FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &o,
				     NULL));
	CHECK_EQ(GetLastError(), ERROR_NOACCESS);
	/* Nothing is under way. */
	CHECK(!CancelIoEx(dir, &o));
	CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);
	VirtualFree(p, 0, MEM_RELEASE);

	CHECK(!ReadDirectoryChangesW(dir, &old, 4, FALSE, 0, NULL, &o, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(!ReadDirectoryChangesW(dir, &old, 4, FALSE, 0x1000, NULL, &o,
				     NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CloseHandle(dir);
}

static void test_creation(void)
{
	static struct request r;
	FILETIME when = { 0x12345600, 0x01d00000 };
	HANDLE dir, h;

	make("old");
	dir = watch(".", FILE_FLAG_OVERLAPPED);
	CHECK(ask(dir, &r, FILE_NOTIFY_CHANGE_CREATION));
	/* That is a matter of names. */
	CHECK(MoveFileA("old", "new"));
	h = CreateFileA("new", FILE_WRITE_ATTRIBUTES, 7, NULL, OPEN_EXISTING, 0,
			NULL);
	CHECK(SetFileTime(h, &when, NULL, NULL));
	CloseHandle(h);
	CHECK(is_over(&r, WAIT_MS));
	CHECK(tells(r.buffer, FILE_ACTION_MODIFIED, L"new"));
	CHECK(DeleteFileA("new"));
	CloseHandle(dir);
	CloseHandle(r.o.hEvent);
}

/* Records at addresses of 8. */
static union {
	struct extended first;
	char bytes[4096];
	ULONGLONG align;
} wide;

static struct extended *next_of(struct extended *e)
{
	CHECK(e->next && !(e->next & 7), "%lu", e->next);
	return (void *)((char *)e + e->next);
}

static BOOL is_named(const struct extended *e, DWORD action, const WCHAR *name)
{
	return e->action == action &&
	       e->name_bytes == wcslen(name) * sizeof(WCHAR) &&
	       !memcmp(e->name, name, e->name_bytes);
}

static LONGLONG id_of(const char *name, BY_HANDLE_FILE_INFORMATION *i)
{
	HANDLE h = CreateFileA(name, 0, 7, NULL, OPEN_EXISTING,
			       FILE_FLAG_BACKUP_SEMANTICS, NULL);

	CHECK(GetFileInformationByHandle(h, i), "%s: %lu", name,
	      GetLastError());
	CloseHandle(h);
	return (LONGLONG)i->nFileIndexHigh << 32 | i->nFileIndexLow;
}

static BOOL is_time(LARGE_INTEGER got, FILETIME want)
{
	return got.LowPart == want.dwLowDateTime &&
	       (DWORD)got.HighPart == want.dwHighDateTime;
}

static void test_extended(void)
{
	changes_ex_fn *changes = (void *)GetProcAddress(
		GetModuleHandleA("kernel32"), "ReadDirectoryChangesExW");
	BY_HANDLE_FILE_INFORMATION i, parent;
	OVERLAPPED o = { 0 };
	struct extended *e = &wide.first;
	LONGLONG id, parent_id;
	HANDLE dir;
	DWORD n;

	CHECK(changes != NULL);
	if (!changes)
		return;
	CHECK(CreateDirectoryA("ext", NULL));
	make("ext\\one");
	CHECK(SetFileAttributesA("ext\\one", FILE_ATTRIBUTE_HIDDEN));
	id = id_of("ext\\one", &i);
	parent_id = id_of("ext", &parent);
	dir = watch(".", FILE_FLAG_OVERLAPPED);
	o.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
	CHECK(changes(dir, &wide, sizeof wide, TRUE,
		      FILE_NOTIFY_CHANGE_FILE_NAME |
			      FILE_NOTIFY_CHANGE_DIR_NAME,
		      NULL, &o, NULL, NOTIFY_EXTENDED),
	      "%lu", GetLastError());
	CHECK(MoveFileA("ext\\one", "ext\\two"));
	CHECK_EQ(WaitForSingleObject(o.hEvent, WAIT_MS), WAIT_OBJECT_0);
	CHECK(GetOverlappedResult(dir, &o, &n, FALSE));
	CHECK(n > offsetof(struct extended, name));
	CHECK(is_named(e, FILE_ACTION_RENAMED_OLD_NAME, L"ext\\one"));
	CHECK_EQ(e->parent_id.QuadPart, parent_id);
	e = next_of(e);
	CHECK(is_named(e, FILE_ACTION_RENAMED_NEW_NAME, L"ext\\two"));
	CHECK_EQ(e->id.QuadPart, id);
	CHECK_EQ(e->parent_id.QuadPart, parent_id);
	CHECK_EQ(e->size.QuadPart, 5);
	CHECK(e->allocated.QuadPart >= 5 || !e->allocated.QuadPart);
	CHECK(e->attributes & FILE_ATTRIBUTE_HIDDEN, "%#lx", e->attributes);
	CHECK(!(e->attributes & FILE_ATTRIBUTE_DIRECTORY));
	CHECK_EQ(e->tag, 0);
	CHECK(is_time(e->created, i.ftCreationTime));
	CHECK(is_time(e->written, i.ftLastWriteTime));
	CHECK(e->changed.QuadPart >= e->written.QuadPart);
	CHECK_EQ(e->next, 0);
	CHECK_EQ(n, (char *)e->name + e->name_bytes - wide.bytes);

	CHECK(changes(dir, &wide, sizeof wide, TRUE, FILE_NOTIFY_CHANGE_SIZE,
		      NULL, &o, NULL, NOTIFY_EXTENDED));
	CHECK(CreateDirectoryA("ext\\three", NULL));
	CHECK_EQ(WaitForSingleObject(o.hEvent, WAIT_MS), WAIT_OBJECT_0);
	e = &wide.first;
	CHECK(is_named(e, FILE_ACTION_ADDED, L"ext\\three"));
	CHECK_EQ(e->id.QuadPart, id_of("ext\\three", &i));
	CHECK_EQ(e->parent_id.QuadPart, parent_id);
	CHECK(e->attributes & FILE_ATTRIBUTE_DIRECTORY);

	CHECK(!changes(dir, &wide, sizeof wide, TRUE, FILE_NOTIFY_CHANGE_SIZE,
		       NULL, &o, NULL, 77));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CloseHandle(dir);
	CloseHandle(o.hEvent);
	CHECK(DeleteFileA("ext\\two"));
	CHECK(RemoveDirectoryA("ext\\three"));
	CHECK(RemoveDirectoryA("ext"));
}

int main(void)
{
	GetTempPathA(sizeof here, here);
	sprintf(here + strlen(here), "rf-rules-%lu", GetCurrentProcessId());
	CHECK(CreateDirectoryA(here, NULL));
	CHECK(SetCurrentDirectoryA(here));
	test_order();
	test_removed();
	test_beside();
	test_buffers();
	test_creation();
	test_extended();
	SetCurrentDirectoryA("\\");
	CHECK(RemoveDirectoryA(here), "%lu", GetLastError());
	return check_done();
}
