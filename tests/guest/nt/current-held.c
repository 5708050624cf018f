/*
 * A current folder is held as a handle holds it that shares all but deletion,
 * by a process as well that has opened nothing since its start.
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/check.h"

static char root[MAX_PATH], outer[MAX_PATH], in[MAX_PATH], other[MAX_PATH],
	moved[MAX_PATH];

struct child {
	PROCESS_INFORMATION p;
	HANDLE ready, go, end;
};

static HANDLE event(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE h = CreateEventA(&sa, FALSE, FALSE, NULL);

	CHECK(h != NULL);
	return h;
}

/* It says so, or has ended. */
static void wait_for(struct child *c)
{
	HANDLE either[2] = { c->ready, c->p.hProcess };

	CHECK_EQ(WaitForMultipleObjects(2, either, FALSE, INFINITE),
		 WAIT_OBJECT_0);
}

/* A process that stands in folder and does as what says. */
static void begin(struct child *c, const char *folder, const char *what)
{
	STARTUPINFOA si = { .cb = sizeof si };
	char self[MAX_PATH], line[2 * MAX_PATH];

	c->ready = event();
	c->go = event();
	c->end = event();
	GetModuleFileNameA(NULL, self, sizeof self);
	snprintf(line, sizeof line, "child %s %u %u %u %s", what,
		 (unsigned)(ULONG_PTR)c->ready, (unsigned)(ULONG_PTR)c->go,
		 (unsigned)(ULONG_PTR)c->end, other);
	CHECK(CreateProcessA(self, line, NULL, NULL, TRUE, 0, NULL, folder, &si,
			     &c->p));
	wait_for(c);
}

static void end(struct child *c)
{
	DWORD code = 1;

	SetEvent(c->end);
	CHECK_EQ(WaitForSingleObject(c->p.hProcess, INFINITE), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(c->p.hProcess, &code));
	CHECK_EQ(code, 0);
	CloseHandle(c->p.hProcess);
	CloseHandle(c->p.hThread);
	CloseHandle(c->ready);
	CloseHandle(c->go);
	CloseHandle(c->end);
}

static int child(char **argv)
{
	HANDLE ready = (HANDLE)(ULONG_PTR)atoi(argv[2]);
	HANDLE go = (HANDLE)(ULONG_PTR)atoi(argv[3]);
	HANDLE last = (HANDLE)(ULONG_PTR)atoi(argv[4]);
	char here[MAX_PATH];

	if (!strcmp(argv[1], "itself")) {
		GetCurrentDirectoryA(sizeof here, here);
		if (RemoveDirectoryA(here) ||
		    GetLastError() != ERROR_SHARING_VIOLATION)
			return 2;
	}
	SetEvent(ready);
	if (!strcmp(argv[1], "goes")) {
		WaitForSingleObject(go, INFINITE);
		if (!SetCurrentDirectoryA(argv[5]))
			return 3;
		SetEvent(ready);
	}
	WaitForSingleObject(last, INFINITE);
	return 0;
}

static DWORD open_error(const char *name, DWORD access, DWORD share)
{
	HANDLE h = CreateFileA(name, access, share, NULL, OPEN_EXISTING,
			       FILE_FLAG_BACKUP_SEMANTICS, NULL);

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	CloseHandle(h);
	return 0;
}

static void held(const char *folder)
{
	const DWORD all =
		FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

	CHECK(!RemoveDirectoryA(folder));
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CHECK(!MoveFileA(folder, moved));
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CHECK_EQ(open_error(folder, DELETE, all), ERROR_SHARING_VIOLATION);
	CHECK_EQ(open_error(folder, GENERIC_READ, FILE_SHARE_WRITE),
		 ERROR_SHARING_VIOLATION);
	CHECK_EQ(open_error(folder, GENERIC_READ, FILE_SHARE_READ), 0);
	CHECK_EQ(open_error(folder, GENERIC_READ | GENERIC_WRITE,
			    FILE_SHARE_READ | FILE_SHARE_WRITE),
		 0);
	CHECK_EQ(open_error(folder, FILE_READ_ATTRIBUTES, 0), 0);
}

/* Its name goes away and comes again. */
static void not_held(const char *folder)
{
	CHECK_EQ(open_error(folder, GENERIC_READ, 0), 0);
	CHECK(MoveFileA(folder, moved), "%lu", GetLastError());
	CHECK(MoveFileA(moved, folder));
	CHECK(RemoveDirectoryA(folder), "%lu", GetLastError());
	CHECK(CreateDirectoryA(folder, NULL));
}

static void stands(void)
{
	struct child c, d;

	begin(&c, in, "stands");
	held(in);
	CHECK(!MoveFileA(outer, moved));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	not_held(other);
	/* Two of them. */
	begin(&d, in, "stands");
	held(in);
	end(&c);
	held(in);
	end(&d);
	not_held(in);
	CHECK(MoveFileA(outer, moved), "%lu", GetLastError());
	CHECK(MoveFileA(moved, outer));
}

static void goes(void)
{
	struct child c;

	begin(&c, in, "goes");
	held(in);
	SetEvent(c.go);
	wait_for(&c);
	not_held(in);
	held(other);
	end(&c);
	not_held(other);
}

static void itself(void)
{
	struct child c;

	begin(&c, in, "itself");
	held(in);
	end(&c);
	not_held(in);
}

/* In a folder of no process: it does not hold the one its parent stands in. */
static void windows(void)
{
	struct child c;
	char folder[MAX_PATH], before[MAX_PATH];

	GetWindowsDirectoryA(folder, sizeof folder);
	GetCurrentDirectoryA(sizeof before, before);
	begin(&c, folder, "stands");
	not_held(in);
	end(&c);
}

int main(int argc, char **argv)
{
	if (argc > 4)
		return child(argv);
	GetTempPathA(sizeof root - 64, root);
	snprintf(root + strlen(root), 64, "rf-held-%lu", GetCurrentProcessId());
	snprintf(outer, sizeof outer, "%.200s\\outer", root);
	snprintf(in, sizeof in, "%.200s\\In", outer);
	snprintf(other, sizeof other, "%.200s\\other", root);
	snprintf(moved, sizeof moved, "%.200s\\moved", root);
	CHECK(CreateDirectoryA(root, NULL));
	CHECK(CreateDirectoryA(outer, NULL));
	CHECK(CreateDirectoryA(in, NULL));
	CHECK(CreateDirectoryA(other, NULL));
	stands();
	goes();
	itself();
	windows();
	CHECK(RemoveDirectoryA(in));
	CHECK(RemoveDirectoryA(outer));
	CHECK(RemoveDirectoryA(other));
	CHECK(RemoveDirectoryA(root));
	return check_done();
}
