/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Oplocks that are granted: who breaks them, who waits for whom. */
#include <windows.h>
#include <winioctl.h>
#include <winternl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "oplock.h"

/* Of IoStatus.Information. */
enum { TO_LEVEL_2 = 7, TO_NONE = 8 };

enum {
	R = OPLOCK_LEVEL_CACHE_READ,
	H = OPLOCK_LEVEL_CACHE_HANDLE,
	W = OPLOCK_LEVEL_CACHE_WRITE,
};

/* Of what takes no time unless something is wrong: more than the host waits for
   an answer, so that everybody ends. */
enum { AT_MOST = 100 * 1000 };

static char name[MAX_PATH], self[MAX_PATH];

static void open_it(struct held *h, DWORD access, DWORD share)
{
	memset(h, 0, sizeof *h);
	h->o.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
	h->file = CreateFileA(name, access, share, NULL, OPEN_EXISTING,
			      FILE_FLAG_OVERLAPPED, NULL);
	CHECK(h->file != INVALID_HANDLE_VALUE, "%lu", GetLastError());
}

static bool is_broken(const struct held *h)
{
	return WaitForSingleObject(h->o.hEvent, 0) == WAIT_OBJECT_0;
}

/*
 * Waits for the break by who, a process or thread that waits for our answer:
 * what is told of it.  Were nothing told, who would go on by itself in the end.
 */
static DWORD broken(struct held *h, HANDLE who)
{
	HANDLE both[] = { h->o.hEvent, who };
	DWORD n = 99;

	CHECK_EQ(WaitForMultipleObjects(2, both, FALSE, AT_MOST),
		 WAIT_OBJECT_0);
	CHECK(GetOverlappedResult(h->file, &h->o, &n, FALSE), "%lu",
	      GetLastError());
	return n;
}

/* The same of one that nobody waits for. */
static DWORD ended(struct held *h)
{
	DWORD n = 99;

	CHECK_EQ(WaitForSingleObject(h->o.hEvent, AT_MOST), WAIT_OBJECT_0);
	CHECK(GetOverlappedResult(h->file, &h->o, &n, FALSE), "%lu",
	      GetLastError());
	return n;
}

/* ---- another process ------------------------------------------------- */

static HANDLE start_with(const char *what, HANDLE h)
{
	char line[3 * MAX_PATH];
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi = { 0 };

	snprintf(line, sizeof line, "\"%s\" %s \"%s\" %u", self, what, name,
		 (unsigned)(UINT_PTR)h);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, h != NULL, 0, NULL, NULL,
			     &si, &pi));
	CloseHandle(pi.hThread);
	return pi.hProcess;
}

static HANDLE start(const char *what)
{
	return start_with(what, NULL);
}

static bool is_waiting(HANDLE p)
{
	return WaitForSingleObject(p, 0) == WAIT_TIMEOUT;
}

static DWORD finish(HANDLE p)
{
	DWORD code = 99;

	CHECK_EQ(WaitForSingleObject(p, AT_MOST), WAIT_OBJECT_0);
	GetExitCodeProcess(p, &code);
	CloseHandle(p);
	return code;
}

static DWORD opens(DWORD access, DWORD share)
{
	HANDLE h =
		CreateFileA(name, access, share, NULL, OPEN_EXISTING, 0, NULL);

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	CloseHandle(h);
	return 0;
}

static DWORD child(const char *what, HANDLE inherited)
{
	if (!strcmp(what, "look"))
		return opens(FILE_READ_ATTRIBUTES | SYNCHRONIZE, 7) |
		       (GetFileAttributesA(name) == INVALID_FILE_ATTRIBUTES);
	if (!strcmp(what, "read"))
		return opens(GENERIC_READ, 7);
	if (!strcmp(what, "write"))
		return opens(GENERIC_WRITE, 7);
	if (!strcmp(what, "alone"))
		return opens(GENERIC_READ | GENERIC_WRITE, 0);
	if (!strcmp(what, "delete"))
		return DeleteFileA(name) ? 0 : GetLastError();
	if (!strcmp(what, "ask")) {
		struct held h = { .file = inherited };

		h.o.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
		return control(&h, FSCTL_REQUEST_BATCH_OPLOCK);
	}
	if (!strcmp(what, "hold")) {
		struct held h;
		char event[80];
		DWORD error;

		snprintf(event, sizeof event, "rf-oplocks-%lu",
			 GetCurrentProcessId());
		open_it(&h, GENERIC_READ | GENERIC_WRITE, 7);
		error = control(&h, FSCTL_REQUEST_BATCH_OPLOCK);
		SetEvent(CreateEventA(NULL, TRUE, FALSE, event));
		if (error != ERROR_IO_PENDING)
			return error;
		Sleep(AT_MOST); /* until it is killed */
	}
	return 98;
}

/* ---- what is held ---------------------------------------------------- */

/* Batch and Level 1: broken by the first who opens it, who waits. */
static void exclusive(DWORD code)
{
	struct held h, other;
	HANDLE p;

	open_it(&h, GENERIC_READ | GENERIC_WRITE, 7);
	open_it(&other, GENERIC_READ, 7);
	CHECK_EQ(control(&h, code), ERROR_OPLOCK_NOT_GRANTED);
	close_it(&other);
	CHECK_EQ(control(&h, code), ERROR_IO_PENDING);
	CHECK_EQ(control(&h, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE),
		 ERROR_INVALID_OPLOCK_PROTOCOL);
	CHECK_EQ(finish(start("look")), 0);
	CHECK(!is_broken(&h));

	p = start("write");
	broken(&h, p);
	CHECK(is_waiting(p));
	CHECK_EQ(control(&h, FSCTL_OPLOCK_BREAK_ACK_NO_2), 0);
	CHECK_EQ(finish(p), 0);
	CHECK_EQ(control(&h, FSCTL_OPLOCK_BREAK_ACK_NO_2),
		 ERROR_INVALID_OPLOCK_PROTOCOL);

	/* And again, by the same handle; closing it is an answer, too. */
	CHECK_EQ(control(&h, code), ERROR_IO_PENDING);
	p = start("alone");
	broken(&h, p);
	CHECK(is_waiting(p));
	close_file(&h);
	CHECK_EQ(finish(p), 0);
	close_it(&h);
}

/* He says that he will close it: until then the other waits. */
static void closes(void)
{
	struct held h;
	HANDLE p;

	open_it(&h, GENERIC_READ | GENERIC_WRITE, 0);
	CHECK_EQ(control(&h, FSCTL_REQUEST_BATCH_OPLOCK), ERROR_IO_PENDING);
	p = start("read");
	broken(&h, p);
	CHECK_EQ(control(&h, FSCTL_OPBATCH_ACK_CLOSE_PENDING), 0);
	CHECK(is_waiting(p));
	close_file(&h);
	CHECK_EQ(finish(p), 0);
	close_it(&h);
}

/* Of a reader's, Level 2 is left, which ends with a writer, who does not wait.
 */
static void level_2(void)
{
	struct held h, two;
	HANDLE p, w;
	DWORD n;

	open_it(&h, GENERIC_READ, 7);
	CHECK_EQ(control(&h, FSCTL_REQUEST_OPLOCK_LEVEL_1), ERROR_IO_PENDING);
	p = start("read");
	CHECK_EQ(broken(&h, p), TO_LEVEL_2);
	CHECK(is_waiting(p));
	CHECK_EQ(control(&h, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE), ERROR_IO_PENDING);
	CHECK_EQ(finish(p), 0);
	CHECK(!is_broken(&h));
	open_it(&two, GENERIC_READ, 7);
	CHECK_EQ(control(&two, FSCTL_REQUEST_OPLOCK_LEVEL_2), ERROR_IO_PENDING);
	CHECK_EQ(finish(start("read")), 0);
	CHECK(!is_broken(&h) && !is_broken(&two));
	/* On Windows it ends with what is written. */
	w = CreateFileA(name, GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
	CHECK(WriteFile(w, "x", 1, &n, NULL));
	CHECK_EQ(ended(&h), TO_NONE);
	CHECK_EQ(ended(&two), TO_NONE);
	CloseHandle(w);
	CHECK_EQ(control(&h, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE),
		 ERROR_INVALID_OPLOCK_PROTOCOL);
	close_it(&h);
	close_it(&two);
}

static void newer(void)
{
	struct held h;
	HANDLE p;

	open_it(&h, GENERIC_READ | GENERIC_WRITE, 7);
	CHECK_EQ(request(&h, R | W | H, REQUEST_OPLOCK_INPUT_FLAG_REQUEST),
		 ERROR_IO_PENDING);
	p = start("write");
	CHECK_EQ(broken(&h, p), sizeof h.out);
	CHECK_EQ(h.out.StructureVersion, 1);
	CHECK_EQ(h.out.StructureLength, sizeof h.out);
	CHECK_EQ(h.out.OriginalOplockLevel, R | W | H);
	CHECK(!(h.out.NewOplockLevel & W));
	CHECK_EQ(h.out.Flags & REQUEST_OPLOCK_OUTPUT_FLAG_ACK_REQUIRED, 1);
	CHECK(is_waiting(p));
	CHECK_EQ(request(&h, R | W, REQUEST_OPLOCK_INPUT_FLAG_ACK),
		 ERROR_INVALID_OPLOCK_PROTOCOL);
	CHECK_EQ(control(&h, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE),
		 ERROR_INVALID_OPLOCK_PROTOCOL);
	CHECK(is_waiting(p));
	CHECK_EQ(request(&h, 0, REQUEST_OPLOCK_INPUT_FLAG_ACK), 0);
	CHECK_EQ(finish(p), 0);
	close_it(&h);

	/* A reader's is asked for with more, and broken to less. */
	open_it(&h, GENERIC_READ, 7);
	CHECK_EQ(request(&h, R, REQUEST_OPLOCK_INPUT_FLAG_REQUEST),
		 ERROR_IO_PENDING);
	{
		struct held more = { .file = h.file };

		more.o.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
		CHECK_EQ(request(&more, R | W,
				 REQUEST_OPLOCK_INPUT_FLAG_REQUEST),
			 ERROR_IO_PENDING);
		CHECK_EQ(WaitForSingleObject(h.o.hEvent, AT_MOST),
			 WAIT_OBJECT_0);
		CHECK_EQ((DWORD)h.o.Internal, 0x215);
		p = start("read");
		CHECK_EQ(broken(&more, p), sizeof more.out);
		CHECK_EQ(more.out.OriginalOplockLevel, R | W);
		CHECK_EQ(more.out.NewOplockLevel, R);
		CHECK_EQ(request(&more, R, REQUEST_OPLOCK_INPUT_FLAG_ACK),
			 ERROR_IO_PENDING);
		CHECK_EQ(finish(p), 0);
		CHECK(!is_broken(&more));
		/* Its end is one of the oplock, too. */
		close_file(&h);
		CHECK(is_broken(&more));
		CHECK_EQ(more.out.NewOplockLevel, 0);
		more.file = NULL;
		close_it(&more);
	}
	close_it(&h);
}

/* Whoever holds it and is killed keeps nobody waiting. */
static void killed(void)
{
	HANDLE p = start("hold"), e;
	char event[80];

	snprintf(event, sizeof event, "rf-oplocks-%lu", GetProcessId(p));
	e = CreateEventA(NULL, TRUE, FALSE, event);
	CHECK_EQ(WaitForMultipleObjects(2, (HANDLE[]){ e, p }, FALSE, AT_MOST),
		 WAIT_OBJECT_0);
	CHECK(TerminateProcess(p, 7), "%lu", GetLastError());
	CHECK_EQ(finish(p), 7);
	CHECK_EQ(opens(GENERIC_READ | GENERIC_WRITE, 0), 0);
	CloseHandle(e);
}

/* Another process has that handle, too: it can neither take the oplock over,
   nor does its end say anything. */
static void shared(void)
{
	struct held h;
	HANDLE p;

	open_it(&h, GENERIC_READ | GENERIC_WRITE, 7);
	CHECK(SetHandleInformation(h.file, HANDLE_FLAG_INHERIT,
				   HANDLE_FLAG_INHERIT));
	CHECK_EQ(control(&h, FSCTL_REQUEST_BATCH_OPLOCK), ERROR_IO_PENDING);
	CHECK_EQ(finish(start_with("ask", h.file)), ERROR_OPLOCK_NOT_GRANTED);
	CHECK(!is_broken(&h));
	p = start("read");
	broken(&h, p);
	CHECK(is_waiting(p));
	CHECK_EQ(control(&h, FSCTL_OPLOCK_BREAK_ACK_NO_2), 0);
	CHECK_EQ(finish(p), 0);
	close_it(&h);
}

static DWORD WINAPI opener(void *how)
{
	if (how)
		return DeleteFileA(name) ? 0 : GetLastError();
	return opens(GENERIC_READ | GENERIC_WRITE, 7);
}

/* Who waits for the answer can be told not to: it is asked for all the same. */
static void waiting_ends(void)
{
	static const struct {
		bool deletes, terminated;
	} kinds[] = { { 0, 0 }, { 1, 0 }, { 0, 1 } };

	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct held h;
		HANDLE th;
		DWORD code = 99;

		open_it(&h, GENERIC_READ | GENERIC_WRITE, 7);
		CHECK_EQ(control(&h, FSCTL_REQUEST_BATCH_OPLOCK),
			 ERROR_IO_PENDING);
		th = CreateThread(NULL, 0, opener, kinds[i].deletes ? &h : NULL,
				  0, NULL);
		broken(&h, th);
		if (kinds[i].terminated)
			CHECK(TerminateThread(th, 5), "%lu", GetLastError());
		else
			CHECK(CancelSynchronousIo(th), "%lu", GetLastError());
		CHECK_EQ(WaitForSingleObject(th, AT_MOST), WAIT_OBJECT_0);
		CHECK(GetExitCodeThread(th, &code));
		CHECK_EQ(code,
			 kinds[i].terminated ? 5 : ERROR_OPERATION_ABORTED);
		CHECK_EQ(control(&h, FSCTL_OPLOCK_BREAK_ACK_NO_2), 0);
		close_it(&h);
		CloseHandle(th);
	}
}

/* ---- opens that do not wait --------------------------------------------- */

static NTSTATUS open_at_once(DWORD access, HANDLE *h, IO_STATUS_BLOCK *io)
{
	enum { SYNCHRONOUS = 0x20, COMPLETE_IF_OPLOCKED = 0x100, OPEN = 1 };
	static WCHAR wide[MAX_PATH + 4];
	UNICODE_STRING u = { 0, sizeof wide, wide };
	OBJECT_ATTRIBUTES oa = { .Length = sizeof oa,
				 .ObjectName = &u,
				 .Attributes = 0x40 };

	u.Length =
		(USHORT)(2 * swprintf(wide, MAX_PATH + 4, L"\\??\\%hs", name));
	return NtCreateFile(h, access | SYNCHRONIZE, &oa, io, NULL, 0, 7, OPEN,
			    SYNCHRONOUS | COMPLETE_IF_OPLOCKED, NULL, 0);
}

static DWORD WINAPI reader(void *file)
{
	char c;
	DWORD n = 99;

	return ReadFile(file, &c, 1, &n, NULL) ? n : GetLastError();
}

static DWORD WINAPI waiter(void *file)
{
	DWORD n;

	return DeviceIoControl(file, FSCTL_OPLOCK_BREAK_NOTIFY, NULL, 0, NULL,
			       0, &n, NULL)
		       ? 0
		       : GetLastError();
}

/* He has the handle at once; what he does with it waits, or he does. */
static void at_once(void)
{
	static const struct {
		DWORD access;
		LPTHREAD_START_ROUTINE fn;
		DWORD code;
	} kinds[] = { { GENERIC_READ, waiter, 0 },
		      { GENERIC_READ, reader, 1 },
		      { DELETE, waiter, 0 } };
	enum { IN_PROGRESS = 0x108 };
	IO_STATUS_BLOCK io;
	DWORD n, code;
	struct held h;
	HANDLE file, th;

	CHECK_EQ(open_at_once(GENERIC_READ | GENERIC_WRITE, &file, &io), 0);
	CHECK(WriteFile(file, "xyz", 3, &n, NULL));
	CloseHandle(file);
	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		FILE_STANDARD_INFO s;

		open_it(&h, GENERIC_READ | GENERIC_WRITE, 7);
		CHECK_EQ(control(&h, FSCTL_REQUEST_BATCH_OPLOCK),
			 ERROR_IO_PENDING);
		CHECK_EQ(open_at_once(kinds[i].access, &file, &io),
			 IN_PROGRESS);
		CHECK_EQ(io.Status, IN_PROGRESS);
		CHECK_EQ(io.Information, 1); /* FILE_OPENED */
		ended(&h);
		CHECK(kinds[i].access == DELETE ||
		      GetFileInformationByHandleEx(file, FileStandardInfo, &s,
						   sizeof s));
		th = CreateThread(NULL, 0, kinds[i].fn, file, 0, NULL);
		CHECK_EQ(WaitForSingleObject(th, 0), WAIT_TIMEOUT);
		CHECK_EQ(control(&h, FSCTL_OPLOCK_BREAK_ACK_NO_2), 0);
		CHECK_EQ(WaitForSingleObject(th, AT_MOST), WAIT_OBJECT_0);
		CHECK(GetExitCodeThread(th, &code));
		CHECK_EQ(code, kinds[i].code);
		CloseHandle(th);
		close_it(&h);
		/* And no more. */
		CHECK_EQ(waiter(file), 0);
		CHECK_EQ(reader(file),
			 kinds[i].access == DELETE ? ERROR_ACCESS_DENIED : 1);
		CloseHandle(file);
	}
	/* Given up unused. */
	open_it(&h, GENERIC_READ | GENERIC_WRITE, 7);
	CHECK_EQ(control(&h, FSCTL_REQUEST_BATCH_OPLOCK), ERROR_IO_PENDING);
	CHECK_EQ(open_at_once(GENERIC_WRITE, &file, &io), IN_PROGRESS);
	CloseHandle(file);
	ended(&h);
	CHECK_EQ(control(&h, FSCTL_OPLOCK_BREAK_ACK_NO_2), 0);
	close_it(&h);
}

static void ends(void)
{
	struct held h;
	DWORD n;
	HANDLE p;

	/* Cancelled. */
	open_it(&h, GENERIC_READ | GENERIC_WRITE, 7);
	CHECK_EQ(control(&h, FSCTL_REQUEST_BATCH_OPLOCK), ERROR_IO_PENDING);
	CHECK(CancelIo(h.file));
	CHECK_EQ(WaitForSingleObject(h.o.hEvent, AT_MOST), WAIT_OBJECT_0);
	CHECK(!GetOverlappedResult(h.file, &h.o, &n, FALSE));
	CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
	CHECK_EQ(finish(start("write")), 0);
	/* Closed. */
	CHECK_EQ(control(&h, FSCTL_REQUEST_FILTER_OPLOCK), ERROR_IO_PENDING);
	close_file(&h);
	CHECK_EQ(WaitForSingleObject(h.o.hEvent, AT_MOST), WAIT_OBJECT_0);
	CHECK_EQ(h.o.InternalHigh, TO_NONE);
	close_it(&h);
	/* Deleting opens it. */
	open_it(&h, GENERIC_READ | GENERIC_WRITE, 7);
	CHECK_EQ(control(&h, FSCTL_REQUEST_BATCH_OPLOCK), ERROR_IO_PENDING);
	p = start("delete");
	broken(&h, p);
	CHECK(is_waiting(p));
	close_file(&h);
	CHECK_EQ(finish(p), 0);
	close_it(&h);
	CHECK_EQ(GetFileAttributesA(name), INVALID_FILE_ATTRIBUTES);
}

int main(int argc, char **argv)
{
	struct held h;
	DWORD error;

	if (argc > 3) {
		snprintf(name, sizeof name, "%s", argv[2]);
		return (int)child(argv[1], (HANDLE)(UINT_PTR)atoi(argv[3]));
	}
	GetModuleFileNameA(NULL, self, sizeof self);
	GetTempPathA(sizeof name - 32, name);
	snprintf(name + strlen(name), 32, "rf-held-%lu", GetCurrentProcessId());
	CloseHandle(
		CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
	open_it(&h, GENERIC_READ, 7);
	error = control(&h, FSCTL_REQUEST_OPLOCK_LEVEL_1);
	close_it(&h);
	if (error != ERROR_IO_PENDING) {
		CHECK_EQ(error, ERROR_OPLOCK_NOT_GRANTED);
		puts("no file system that has oplocks");
		DeleteFileA(name);
		return check_done();
	}
	exclusive(FSCTL_REQUEST_OPLOCK_LEVEL_1);
	exclusive(FSCTL_REQUEST_BATCH_OPLOCK);
	closes();
	level_2();
	newer();
	killed();
	shared();
	waiting_ends();
	at_once();
	ends();
	return check_done();
}
