/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Oplocks of folders: what is in them changes, somebody wants their name. */
#include <windows.h>
#include <winioctl.h>
#include <winternl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "oplock.h"

enum {
	R = OPLOCK_LEVEL_CACHE_READ,
	H = OPLOCK_LEVEL_CACHE_HANDLE,
	W = OPLOCK_LEVEL_CACHE_WRITE,
	REQUEST = REQUEST_OPLOCK_INPUT_FLAG_REQUEST,
	ACK = REQUEST_OPLOCK_INPUT_FLAG_ACK,
	ACK_REQUIRED = REQUEST_OPLOCK_OUTPUT_FLAG_ACK_REQUIRED,
	ALL = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
};

/* Of what takes no time unless something is wrong. */
enum { AT_MOST = 100 * 1000 };

static char top[MAX_PATH], self[MAX_PATH];

static const char *in_top(const char *name)
{
	static char path[4][2 * MAX_PATH];
	static unsigned n;
	char *p = path[n++ % 4];

	snprintf(p, sizeof path[0], "%s%s%s", top, *name ? "\\" : "", name);
	return p;
}

static void open_it(struct held *h, const char *name, DWORD access, DWORD share)
{
	memset(h, 0, sizeof *h);
	h->o.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
	h->file = CreateFileA(in_top(name), access, share, NULL, OPEN_EXISTING,
			      FILE_FLAG_OVERLAPPED | FILE_FLAG_BACKUP_SEMANTICS,
			      NULL);
	CHECK(h->file != INVALID_HANDLE_VALUE, "%lu", GetLastError());
}

static void hold(struct held *h, const char *name, DWORD level, DWORD share)
{
	open_it(h, name, GENERIC_READ, share);
	CHECK_EQ(request(h, level, REQUEST), ERROR_IO_PENDING);
}

/*
 * What has been done so far is known before another oplock of the folder is
 * granted.
 */
static bool is_broken(struct held *h, const char *name)
{
	struct held other;

	hold(&other, name, R, ALL);
	CHECK(CancelIo(other.file));
	WaitForSingleObject(other.o.hEvent, AT_MOST);
	close_it(&other);
	return WaitForSingleObject(h->o.hEvent, 0) == WAIT_OBJECT_0;
}

static void check_break(struct held *h, DWORD was, DWORD now, DWORD flags,
			const char *what)
{
	DWORD n = 99;

	CHECK(GetOverlappedResult(h->file, &h->o, &n, FALSE), "%s: %lu", what,
	      GetLastError());
	CHECK(n == sizeof h->out && h->out.StructureVersion == 1 &&
		      h->out.StructureLength == sizeof h->out &&
		      h->out.OriginalOplockLevel == was &&
		      h->out.NewOplockLevel == now && h->out.Flags == flags,
	      "%s: %lu bytes, from %lu to %lu, flags %lx", what, n,
	      h->out.OriginalOplockLevel, h->out.NewOplockLevel, h->out.Flags);
}

/* Nobody waits for the answer. */
static void ended(struct held *h, DWORD was, DWORD flags, const char *what)
{
	CHECK(WaitForSingleObject(h->o.hEvent, AT_MOST) == WAIT_OBJECT_0, "%s",
	      what);
	check_break(h, was, 0, flags, what);
}

/* who waits for our answer: were nothing told, he would end by himself. */
static void broken(struct held *h, HANDLE who, const char *what)
{
	HANDLE both[] = { h->o.hEvent, who };

	CHECK(WaitForMultipleObjects(2, both, FALSE, AT_MOST) == WAIT_OBJECT_0,
	      "%s", what);
	check_break(h, R | H, R, ACK_REQUIRED, what);
	CHECK(WaitForSingleObject(who, 0) == WAIT_TIMEOUT, "%s", what);
}

/* ---- what is done to a folder ------------------------------------------ */

static DWORD file_at(const char *name, DWORD access, DWORD how)
{
	HANDLE h = CreateFileA(in_top(name), access, ALL, NULL, how, 0, NULL);
	DWORD n, error = 0;

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	if (access & GENERIC_WRITE && !WriteFile(h, "text", 4, &n, NULL))
		error = GetLastError();
	CloseHandle(h);
	return error;
}

static DWORD folder_at(const char *name, DWORD access, DWORD share)
{
	HANDLE h = CreateFileA(in_top(name), access, share, NULL, OPEN_EXISTING,
			       FILE_FLAG_BACKUP_SEMANTICS, NULL);

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	CloseHandle(h);
	return 0;
}

static DWORD lists(void)
{
	WIN32_FIND_DATAA d;
	HANDLE h = FindFirstFileA(in_top("f\\*"), &d);
	DWORD error;

	while (h != INVALID_HANDLE_VALUE && FindNextFileA(h, &d))
		;
	error = GetLastError();
	FindClose(h);
	return error == ERROR_NO_MORE_FILES ? 0 : error;
}

static DWORD done(BOOL ok)
{
	return ok ? 0 : GetLastError();
}

static DWORD act(const char *what)
{
	if (!strcmp(what, "create"))
		return file_at("f\\new", GENERIC_WRITE, CREATE_NEW);
	if (!strcmp(what, "write"))
		return file_at("f\\new", GENERIC_WRITE, OPEN_EXISTING);
	if (!strcmp(what, "read"))
		return file_at("f\\new", GENERIC_READ, OPEN_EXISTING);
	if (!strcmp(what, "list"))
		return lists();
	if (!strcmp(what, "open"))
		return folder_at("f", GENERIC_READ, ALL);
	if (!strcmp(what, "look"))
		return folder_at("f", FILE_READ_ATTRIBUTES, 0);
	if (!strcmp(what, "attributes"))
		return done(SetFileAttributesA(in_top("f\\new"),
					       FILE_ATTRIBUTE_READONLY)) |
		       done(SetFileAttributesA(in_top("f\\new"),
					       FILE_ATTRIBUTE_NORMAL));
	if (!strcmp(what, "link"))
		return done(CreateHardLinkA(in_top("f\\two"), in_top("f\\new"),
					    NULL));
	if (!strcmp(what, "move"))
		return done(MoveFileA(in_top("f\\two"), in_top("away")));
	if (!strcmp(what, "delete"))
		return done(DeleteFileA(in_top("f\\new")));
	if (!strcmp(what, "mkdir"))
		return done(CreateDirectoryA(in_top("f\\sub"), NULL));
	if (!strcmp(what, "rmdir"))
		return done(RemoveDirectoryA(in_top("f\\sub")));
	if (!strcmp(what, "rename"))
		return done(MoveFileA(in_top("f"), in_top("g")));
	if (!strcmp(what, "rename-up"))
		return done(MoveFileA(in_top("f"), in_top("f2")));
	if (!strcmp(what, "remove"))
		return done(RemoveDirectoryA(in_top("f")));
	if (!strcmp(what, "alone"))
		return folder_at("f", GENERIC_READ, 0);
	return 98;
}

/* ---- another process ---------------------------------------------------- */

static HANDLE start(const char *what)
{
	char line[3 * MAX_PATH];
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi = { 0 };

	snprintf(line, sizeof line, "\"%s\" %s \"%s\"", self, what, top);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			     &pi));
	CloseHandle(pi.hThread);
	return pi.hProcess;
}

static DWORD finish(HANDLE p)
{
	DWORD code = 99;

	CHECK_EQ(WaitForSingleObject(p, AT_MOST), WAIT_OBJECT_0);
	GetExitCodeProcess(p, &code);
	CloseHandle(p);
	return code;
}

static HANDLE named(const char *what, DWORD pid)
{
	char name[80];

	snprintf(name, sizeof name, "rf-folder-%s-%lu", what, pid);
	return CreateEventA(NULL, TRUE, FALSE, name);
}

/* Holds it until it is killed; says that it does, and that it was broken. */
static DWORD holder(void)
{
	struct held h;

	hold(&h, "f", R | H, FILE_SHARE_READ);
	SetEvent(named("held", GetCurrentProcessId()));
	WaitForSingleObject(h.o.hEvent, AT_MOST);
	SetEvent(named("broken", GetCurrentProcessId()));
	Sleep(AT_MOST);
	return 97;
}

/* ---- requests ------------------------------------------------------------ */

static void refused(void)
{
	static const DWORD older[] = { FSCTL_REQUEST_OPLOCK_LEVEL_1,
				       FSCTL_REQUEST_OPLOCK_LEVEL_2,
				       FSCTL_REQUEST_BATCH_OPLOCK,
				       FSCTL_REQUEST_FILTER_OPLOCK };
	static const DWORD levels[] = { W, H, R | W, R | W | H, W | H };
	struct held h;

	open_it(&h, "f", GENERIC_READ, ALL);
	for (unsigned i = 0; i < COUNT_OF(older); i++)
		CHECK_EQ(control(&h, older[i]), ERROR_INVALID_PARAMETER);
	for (unsigned i = 0; i < COUNT_OF(levels); i++)
		CHECK_EQ(request(&h, levels[i], REQUEST),
			 ERROR_INVALID_PARAMETER);
	CHECK_EQ(request(&h, R, ACK), ERROR_INVALID_OPLOCK_PROTOCOL);
	CHECK_EQ(control(&h, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE),
		 ERROR_INVALID_OPLOCK_PROTOCOL);
	close_it(&h);

	/* Who waits for his calls could wait for no break. */
	memset(&h, 0, sizeof h);
	h.file = CreateFileA(in_top("f"), GENERIC_READ, ALL, NULL,
			     OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
	CHECK_EQ(request(&h, R, REQUEST), ERROR_OPLOCK_NOT_GRANTED);
	CHECK_EQ(request(&h, R | H, REQUEST), ERROR_OPLOCK_NOT_GRANTED);
	CHECK_EQ(request(&h, R | W, REQUEST), ERROR_INVALID_PARAMETER);
	CHECK_EQ(control(&h, FSCTL_REQUEST_OPLOCK_LEVEL_2),
		 ERROR_INVALID_PARAMETER);
	CloseHandle(h.file);
}

static void ends(void)
{
	struct held h, more;
	DWORD n;

	hold(&h, "f", R, ALL);
	CHECK(CancelIo(h.file));
	CHECK_EQ(WaitForSingleObject(h.o.hEvent, AT_MOST), WAIT_OBJECT_0);
	CHECK(!GetOverlappedResult(h.file, &h.o, &n, FALSE));
	CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
	/* And again, for more by the same handle. */
	CHECK_EQ(request(&h, R, REQUEST), ERROR_IO_PENDING);
	more = (struct held){ .file = h.file };
	more.o.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
	CHECK_EQ(request(&more, R | H, REQUEST), ERROR_IO_PENDING);
	CHECK_EQ(WaitForSingleObject(h.o.hEvent, AT_MOST), WAIT_OBJECT_0);
	CHECK_EQ((DWORD)h.o.Internal, 0x215); /* switched to a new handle */
	CHECK_EQ(request(&h, R, REQUEST), ERROR_OPLOCK_NOT_GRANTED);
	close_file(&h);
	CHECK_EQ(WaitForSingleObject(more.o.hEvent, AT_MOST), WAIT_OBJECT_0);
	CHECK_EQ(more.out.NewOplockLevel, 0);
	more.file = NULL;
	close_it(&more);
	close_it(&h);
}

/* ---- breaks ---- */

/* Each changes what a listing says; by this process and by another. */
static void changes(bool other)
{
	static const char *const all[] = { "create", "write", "attributes",
					   "link",   "move",  "delete",
					   "mkdir",  "rmdir" };

	for (unsigned i = 0; i < COUNT_OF(all); i++) {
		struct held r, two, rh;

		hold(&r, "f", R, ALL);
		hold(&two, "f", R, ALL);
		hold(&rh, "f", R | H, ALL);
		CHECK_EQ(other ? finish(start(all[i])) : act(all[i]), 0);
		ended(&r, R, 0, all[i]);
		ended(&two, R, 0, all[i]);
		ended(&rh, R | H, ACK_REQUIRED, all[i]);
		CHECK_EQ(request(&r, 0, ACK), ERROR_INVALID_OPLOCK_PROTOCOL);
		CHECK_EQ(request(&rh, R, ACK), ERROR_INVALID_OPLOCK_PROTOCOL);
		CHECK_EQ(request(&rh, 0, ACK), 0);
		CHECK_EQ(request(&rh, 0, ACK), ERROR_INVALID_OPLOCK_PROTOCOL);
		close_it(&r);
		close_it(&two);
		close_it(&rh);
	}
	CHECK(DeleteFileA(in_top("away")));
}

static void no_changes(void)
{
	static const char *const all[] = { "read", "list", "open", "look" };
	struct held r, rh;

	CHECK_EQ(act("create"), 0);
	hold(&r, "f", R, ALL);
	hold(&rh, "f", R | H, ALL);
	for (unsigned i = 0; i < COUNT_OF(all); i++) {
		CHECK_EQ(finish(start(all[i])), 0);
		CHECK_EQ(act(all[i]), 0);
		CHECK(!is_broken(&r, "f") && !is_broken(&rh, "f"), "%s",
		      all[i]);
	}
	CHECK_EQ(act("delete"), 0);
	ended(&r, R, 0, "delete");
	close_it(&r);
	close_it(&rh);
}

/* The handle is in the way of its name: who wants that waits for the answer. */
static void name_wanted(void)
{
	static const struct {
		const char *what;
		DWORD share;
		bool closes;
		DWORD result;
	} cases[] = {
		{ "rename", ALL, false, 0 },
		{ "rename", ALL, true, 0 },
		{ "rename", FILE_SHARE_READ, false, ERROR_SHARING_VIOLATION },
		{ "rename", FILE_SHARE_READ, true, 0 },
		{ "alone", ALL, false, ERROR_SHARING_VIOLATION },
		{ "alone", ALL, true, 0 },
		{ "remove", FILE_SHARE_READ, false, ERROR_SHARING_VIOLATION },
		{ "remove", FILE_SHARE_READ, true, 0 },
		{ "remove", ALL, true, 0 },
	};

	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		const char *what = cases[i].what;
		struct held h;
		DWORD result;
		HANDLE p;

		hold(&h, "f", R | H, cases[i].share);
		p = start(what);
		broken(&h, p, what);
		CHECK_EQ(request(&h, R | H, ACK),
			 ERROR_INVALID_OPLOCK_PROTOCOL);
		if (cases[i].closes)
			close_file(&h);
		else
			CHECK_EQ(request(&h, R, ACK), ERROR_IO_PENDING);
		result = finish(p);
		CHECK(result == cases[i].result, "%u: %s: %lu", i, what,
		      result);
		CHECK(cases[i].closes ||
		      WaitForSingleObject(h.o.hEvent, 0) == WAIT_TIMEOUT);
		close_it(&h);
		if (!result && !strcmp(what, "rename"))
			CHECK(MoveFileA(in_top("g"), in_top("f")));
		if (!result && !strcmp(what, "remove"))
			CHECK(CreateDirectoryA(in_top("f"), NULL));
	}
}

/* A folder keeps its name as long as something below is open. */
static void below(void)
{
	for (int closes = 0; closes < 2; closes++) {
		struct held h;
		HANDLE p;

		CHECK(CreateDirectoryA(in_top("f\\sub"), NULL));
		hold(&h, "f\\sub", R | H, ALL);
		p = start("rename-up");
		broken(&h, p, "rename-up");
		if (closes)
			close_file(&h);
		else
			CHECK_EQ(request(&h, 0, ACK), 0);
		CHECK_EQ(finish(p), closes ? 0 : ERROR_ACCESS_DENIED);
		close_it(&h);
		if (closes)
			CHECK(MoveFileA(in_top("f2"), in_top("f")));
		CHECK(RemoveDirectoryA(in_top("f\\sub")));
	}
}

/* Who asks not to wait is told at once what keeps him out; so is the holder. */
static void at_once(void)
{
	enum { IF_OPLOCKED = 0x100, DIRECTORY = 1, SHARING = 0xc0000043 };
	static WCHAR wide[MAX_PATH + 8];
	UNICODE_STRING u = { 0, sizeof wide, wide };
	OBJECT_ATTRIBUTES oa = { .Length = sizeof oa,
				 .ObjectName = &u,
				 .Attributes = OBJ_CASE_INSENSITIVE };
	IO_STATUS_BLOCK io;
	struct held h;
	HANDLE other = NULL;

	u.Length = (USHORT)(2 * swprintf(wide, MAX_PATH + 8, L"\\??\\%hs",
					 in_top("f")));
	hold(&h, "f", R | H, FILE_SHARE_READ);
	CHECK_EQ(NtOpenFile(&other, FILE_LIST_DIRECTORY | DELETE, &oa, &io, ALL,
			    DIRECTORY | IF_OPLOCKED),
		 (LONG)SHARING);
	CHECK_EQ(WaitForSingleObject(h.o.hEvent, AT_MOST), WAIT_OBJECT_0);
	check_break(&h, R | H, R, ACK_REQUIRED, "at once");
	/* In no conflict, he is let in beside it. */
	CHECK_EQ(NtOpenFile(&other, FILE_LIST_DIRECTORY, &oa, &io, ALL,
			    DIRECTORY | IF_OPLOCKED),
		 0);
	CloseHandle(other);
	CHECK_EQ(request(&h, R, ACK), ERROR_IO_PENDING);
	CHECK(!is_broken(&h, "f"));
	close_it(&h);
}

/* What changes while he thinks about the answer. */
static void meanwhile(void)
{
	struct held h;
	HANDLE p;

	hold(&h, "f", R | H, ALL);
	p = start("alone");
	broken(&h, p, "alone");
	CHECK_EQ(act("create"), 0);
	ResetEvent(h.o.hEvent);
	CHECK_EQ(request(&h, R, ACK), ERROR_IO_PENDING);
	ended(&h, R, 0, "meanwhile");
	CHECK_EQ(finish(p), ERROR_SHARING_VIOLATION);
	CHECK_EQ(act("delete"), 0);
	close_it(&h);
}

/* By his own handle he breaks nothing of his. */
static void by_itself(void)
{
	union {
		FILE_RENAME_INFO i;
		char room[sizeof(FILE_RENAME_INFO) + 2 * MAX_PATH];
	} u = { .i = { .ReplaceIfExists = FALSE } };
	struct held h, rest;

	open_it(&h, "f", GENERIC_READ | DELETE, ALL);
	CHECK_EQ(request(&h, R | H, REQUEST), ERROR_IO_PENDING);
	u.i.FileNameLength =
		2 * (DWORD)MultiByteToWideChar(CP_ACP, 0, in_top("g"), -1,
					       u.i.FileName, MAX_PATH) -
		2;
	CHECK(SetFileInformationByHandle(h.file, FileRenameInfo, &u.i,
					 sizeof u),
	      "%lu", GetLastError());
	CHECK(!is_broken(&h, "g"));
	close_it(&h);
	CHECK(MoveFileA(in_top("g"), in_top("f")));
	/* Nor does what is done to another folder. */
	hold(&rest, "", R | H, ALL);
	CHECK_EQ(act("create"), 0);
	CHECK(!is_broken(&rest, ""));
	CHECK_EQ(act("delete"), 0);
	CHECK(!is_broken(&rest, ""));
	close_it(&rest);
}

static DWORD WINAPI actor(void *what)
{
	return act(what);
}

static void waiting_ends(void)
{
	static const char *const all[] = { "alone", "rename" };

	for (unsigned i = 0; i < COUNT_OF(all); i++) {
		struct held h;
		DWORD code = 99;
		HANDLE th;

		hold(&h, "f", R | H, ALL);
		th = CreateThread(NULL, 0, actor, (void *)all[i], 0, NULL);
		broken(&h, th, all[i]);
		CHECK(CancelSynchronousIo(th), "%lu", GetLastError());
		CHECK_EQ(WaitForSingleObject(th, AT_MOST), WAIT_OBJECT_0);
		CHECK(GetExitCodeThread(th, &code));
		CHECK(code == ERROR_OPERATION_ABORTED, "%s: %lu", all[i], code);
		CHECK_EQ(request(&h, R, ACK), ERROR_IO_PENDING);
		close_it(&h);
		CloseHandle(th);
	}
}

/* Whoever holds it and is killed keeps nobody waiting. */
static void killed(void)
{
	HANDLE p = start("hold"), e[2] = { named("held", GetProcessId(p)), p };
	HANDLE waiter;

	CHECK_EQ(WaitForMultipleObjects(2, e, FALSE, AT_MOST), WAIT_OBJECT_0);
	waiter = start("alone");
	CloseHandle(e[0]);
	e[0] = named("broken", GetProcessId(p));
	CHECK_EQ(WaitForMultipleObjects(2, e, FALSE, AT_MOST), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(waiter, 0), WAIT_TIMEOUT);
	CHECK(TerminateProcess(p, 7), "%lu", GetLastError());
	CHECK_EQ(finish(p), 7);
	CHECK_EQ(finish(waiter), 0);
	CloseHandle(e[0]);
}

int main(int argc, char **argv)
{
	if (argc > 2) {
		snprintf(top, sizeof top, "%s", argv[2]);
		return (int)(strcmp(argv[1], "hold") ? act(argv[1]) : holder());
	}
	GetModuleFileNameA(NULL, self, sizeof self);
	GetTempPathA(sizeof top - 32, top);
	snprintf(top + strlen(top), 32, "rf-folder-%lu", GetCurrentProcessId());
	CHECK(CreateDirectoryA(top, NULL));
	CHECK(CreateDirectoryA(in_top("f"), NULL));
	refused();
	ends();
	changes(false);
	changes(true);
	no_changes();
	name_wanted();
	below();
	at_once();
	meanwhile();
	by_itself();
	waiting_ends();
	killed();
	CHECK(RemoveDirectoryA(in_top("f")), "%lu", GetLastError());
	CHECK(RemoveDirectoryA(top));
	return check_done();
}
