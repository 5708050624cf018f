/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A handle is put into another process, which does nothing with it, and the
 * first process closes its own: the object stays what it was, until the other
 * one closes it, too.
 */
#include <winsock2.h>
#include <windows.h>
#include <winternl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "named.h"
#include "self.h"

NTSTATUS NTAPI NtSuspendProcess(HANDLE);
NTSTATUS NTAPI NtResumeProcess(HANDLE);
NTSTATUS NTAPI NtCreateWaitCompletionPacket(HANDLE *, ACCESS_MASK,
					    OBJECT_ATTRIBUTES *);

#define FILE_NAME "handed.tmp"

/* ---- the other process ---- */

enum order { CLOSE = 1, READ_PACKET, FETCH, BRING, END };

struct desk {
	DWORD order;
	ULONG_PTR h, port;
	DWORD error, parent;
};

static HANDLE asked, answered, other;
static volatile struct desk *desk;

static void open_desk(void)
{
	HANDLE h =
		CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
				   0, sizeof *desk, own_name("rf-handed-desk"));

	desk = MapViewOfFile(h, FILE_MAP_WRITE, 0, 0, 0);
	asked = CreateEventA(NULL, FALSE, FALSE, own_name("rf-handed-ask"));
	answered = CreateEventA(NULL, FALSE, FALSE, own_name("rf-handed-say"));
	CHECK(desk && asked && answered, "%lu", GetLastError());
}

static DWORD read_packet(HANDLE f, HANDLE port)
{
	OVERLAPPED o = { 0 }, *done = NULL;
	ULONG_PTR key = 0;
	char text[8] = "";
	DWORD n = 0;

	if (!ReadFile(f, text, 4, NULL, &o) &&
	    GetLastError() != ERROR_IO_PENDING)
		return GetLastError();
	if (!GetQueuedCompletionStatus(port, &n, &key, &done, PATIENCE))
		return GetLastError();
	return done == &o && key == 77 && n == 4 && !strcmp(text, "text")
		       ? 0
		       : ERROR_INVALID_DATA;
}

/* The other way round: this process takes, or puts, the first one's. */
static DWORD move(bool here)
{
	HANDLE parent = OpenProcess(PROCESS_DUP_HANDLE, FALSE, desk->parent);
	HANDLE from = here ? parent : GetCurrentProcess(), h = NULL;
	BOOL ok = DuplicateHandle(
		from, (HANDLE)desk->h, here ? GetCurrentProcess() : parent, &h,
		0, FALSE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
	DWORD error = ok ? 0 : GetLastError();

	CloseHandle(parent);
	desk->h = (ULONG_PTR)h;
	return error;
}

static int serve(void)
{
	DWORD order = 0;

	open_desk();
	SetEvent(answered);
	while (order != END &&
	       WaitForSingleObject(asked, PATIENCE) == WAIT_OBJECT_0) {
		order = desk->order;
		desk->error = 0;
		if (order == READ_PACKET)
			desk->error = read_packet((HANDLE)desk->h,
						  (HANDLE)desk->port);
		if (order == FETCH || order == BRING)
			desk->error = move(order == FETCH);
		if (order == CLOSE && !CloseHandle((HANDLE)desk->h))
			desk->error = GetLastError();
		SetEvent(answered);
	}
	return order == END ? 7 : 1;
}

static DWORD ask(enum order order, HANDLE h)
{
	desk->order = order;
	desk->h = (ULONG_PTR)h;
	SetEvent(asked);
	CHECK_EQ(WaitForSingleObject(answered, PATIENCE), WAIT_OBJECT_0);
	return desk->error;
}

static HANDLE begin(DWORD flags, PROCESS_INFORMATION *pi)
{
	CHECK(start("serve", flags, pi), "%lu", GetLastError());
	if (!(flags & CREATE_SUSPENDED))
		CHECK_EQ(WaitForSingleObject(answered, PATIENCE),
			 WAIT_OBJECT_0);
	return pi->hProcess;
}

static void end(PROCESS_INFORMATION *pi)
{
	DWORD code = 0;

	ask(END, NULL);
	CHECK_EQ(WaitForSingleObject(pi->hProcess, PATIENCE), WAIT_OBJECT_0);
	GetExitCodeProcess(pi->hProcess, &code);
	CHECK_EQ(code, 7);
	close_both(pi);
}

/* ---- this one ---- */

static HANDLE give_to(HANDLE process, HANDLE h)
{
	HANDLE there = NULL;

	CHECK(DuplicateHandle(GetCurrentProcess(), h, process, &there, 0, FALSE,
			      DUPLICATE_SAME_ACCESS),
	      "%lu", GetLastError());
	CHECK(CloseHandle(h), "%lu", GetLastError());
	return there;
}

static HANDLE give(HANDLE h)
{
	return give_to(other, h);
}

static HANDLE open_as(DWORD access, DWORD share, DWORD how, DWORD flags)
{
	HANDLE h =
		CreateFileA(FILE_NAME, access, share, NULL, how, flags, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	return h;
}

/* 0: it can be opened so. */
static DWORD try_open(const char *name, DWORD access, DWORD share, DWORD flags)
{
	HANDLE h = CreateFileA(name, access, share, NULL, OPEN_EXISTING, flags,
			       NULL);
	DWORD error = h == INVALID_HANDLE_VALUE ? GetLastError() : 0;

	if (!error)
		CloseHandle(h);
	return error;
}

static DWORD try_file(void)
{
	return try_open(FILE_NAME, GENERIC_READ | GENERIC_WRITE, 0, 0);
}

static void share_modes(void)
{
	HANDLE h = give(open_as(GENERIC_READ, 0, CREATE_ALWAYS, 0)), one;

	CHECK_EQ(try_file(), ERROR_SHARING_VIOLATION);
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK_EQ(try_file(), 0);

	/* Two handles of one object: it is open as long as either is. */
	one = open_as(GENERIC_READ, 0, OPEN_EXISTING, 0);
	CHECK(DuplicateHandle(GetCurrentProcess(), one, other, &h, 0, FALSE,
			      DUPLICATE_SAME_ACCESS));
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK_EQ(try_file(), ERROR_SHARING_VIOLATION);
	h = give(one);
	CHECK_EQ(try_file(), ERROR_SHARING_VIOLATION);
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK_EQ(try_file(), 0);

	/* And back again. */
	h = give(open_as(GENERIC_READ, 0, OPEN_EXISTING, 0));
	CHECK(DuplicateHandle(other, h, GetCurrentProcess(), &one, 0, FALSE,
			      DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE),
	      "%lu", GetLastError());
	CHECK_EQ(ask(CLOSE, h), ERROR_INVALID_HANDLE);
	CHECK_EQ(try_file(), ERROR_SHARING_VIOLATION);
	CHECK(CloseHandle(one));
	CHECK_EQ(try_file(), 0);
}

static void folder(void)
{
	HANDLE h;

	CHECK(CreateDirectoryA("handed.dir", NULL));
	h = CreateFileA("handed.dir", FILE_LIST_DIRECTORY, FILE_SHARE_READ,
			NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	h = give(h);
	CHECK(!RemoveDirectoryA("handed.dir"));
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK(RemoveDirectoryA("handed.dir"), "%lu", GetLastError());
}

static void deletion(void)
{
	enum { ALL = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE };
	FILE_DISPOSITION_INFO gone = { TRUE };
	HANDLE h, second;

	h = give(open_as(GENERIC_READ | DELETE, ALL, CREATE_ALWAYS,
			 FILE_FLAG_DELETE_ON_CLOSE));
	CHECK(GetFileAttributesA(FILE_NAME) != INVALID_FILE_ATTRIBUTES, "%lu",
	      GetLastError());
	CHECK_EQ(try_open(FILE_NAME, GENERIC_READ, ALL, 0), 0);
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK_EQ(try_open(FILE_NAME, GENERIC_READ, ALL, 0),
		 ERROR_FILE_NOT_FOUND);

	/* The last of all who have it open removes it. */
	h = give(open_as(GENERIC_READ, ALL, CREATE_ALWAYS, 0));
	second = open_as(DELETE, ALL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE);
	CHECK(CloseHandle(second));
	CHECK_EQ(try_open(FILE_NAME, GENERIC_READ, ALL, 0),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK_EQ(try_open(FILE_NAME, GENERIC_READ, ALL, 0),
		 ERROR_FILE_NOT_FOUND);

	h = open_as(GENERIC_READ | DELETE, ALL, CREATE_ALWAYS, 0);
	CHECK(SetFileInformationByHandle(h, FileDispositionInfo, &gone,
					 sizeof gone),
	      "%lu", GetLastError());
	h = give(h);
	CHECK_EQ(try_open(FILE_NAME, GENERIC_READ, ALL, 0),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK_EQ(try_open(FILE_NAME, GENERIC_READ, ALL, 0),
		 ERROR_FILE_NOT_FOUND);
}

#define PIPE own_name("\\\\.\\pipe\\rf-handed")

static HANDLE make_pipe(void)
{
	return CreateNamedPipeA(PIPE, PIPE_ACCESS_DUPLEX,
				PIPE_TYPE_BYTE | PIPE_READMODE_BYTE, 1, 4096,
				4096, 0, NULL);
}

static void pipes(bool connected)
{
	HANDLE h = make_pipe(), client = NULL, again;

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	if (connected) {
		client = CreateFileA(PIPE, GENERIC_READ | GENERIC_WRITE, 0,
				     NULL, OPEN_EXISTING, 0, NULL);
		CHECK(client != INVALID_HANDLE_VALUE, "%lu", GetLastError());
		CHECK(!ConnectNamedPipe(h, NULL));
		CHECK_EQ(GetLastError(), ERROR_PIPE_CONNECTED);
	}
	h = give(h);
	again = make_pipe();
	CHECK(again == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_PIPE_BUSY);
	CHECK_EQ(try_open(PIPE, GENERIC_READ | GENERIC_WRITE, 0, 0),
		 connected ? ERROR_PIPE_BUSY : 0);
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK_EQ(try_open(PIPE, GENERIC_READ | GENERIC_WRITE, 0, 0),
		 ERROR_FILE_NOT_FOUND);
	again = make_pipe();
	CHECK(again != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CloseHandle(again);
	if (connected)
		CloseHandle(client);
}

static void mailslot(void)
{
	const char *name = own_name("\\\\.\\mailslot\\rf-handed");
	HANDLE h = CreateMailslotA(name, 0, 0, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	h = give(h);
	CHECK_EQ(try_open(name, GENERIC_WRITE, FILE_SHARE_READ, 0), 0);
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK_EQ(try_open(name, GENERIC_WRITE, FILE_SHARE_READ, 0),
		 ERROR_FILE_NOT_FOUND);
}

static void section_of_file(void)
{
	HANDLE f = open_as(GENERIC_READ | GENERIC_WRITE, 3, CREATE_ALWAYS, 0);
	HANDLE h = CreateFileMappingA(f, NULL, PAGE_READWRITE, 0, 65536, NULL);

	CHECK(h != NULL, "%lu", GetLastError());
	h = give(h);
	SetFilePointer(f, 0, NULL, FILE_BEGIN);
	CHECK(!SetEndOfFile(f));
	CHECK_EQ(GetLastError(), ERROR_USER_MAPPED_FILE);
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK(SetEndOfFile(f), "%lu", GetLastError());
	CloseHandle(f);
	CHECK(DeleteFileA(FILE_NAME));
}

static void named(void)
{
	const char *name = own_name("rf-handed-name");
	HANDLE h;

	h = give(CreateEventA(NULL, TRUE, TRUE, name));
	CHECK(CreateMutexA(NULL, FALSE, name) == NULL);
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK_EQ(ask(CLOSE, h), 0);
	h = give(CreateMutexA(NULL, FALSE, name));
	CHECK(CreateEventA(NULL, TRUE, TRUE, name) == NULL);
	CHECK_EQ(ask(CLOSE, h), 0);
	h = give(CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
				    0, 4096, name));
	CHECK(CreateSemaphoreA(NULL, 0, 1, name) == NULL);
	CHECK_EQ(ask(CLOSE, h), 0);
	h = give(CreateWaitableTimerA(NULL, TRUE, name));
	CHECK(CreateSemaphoreA(NULL, 0, 1, name) == NULL);
	CHECK_EQ(ask(CLOSE, h), 0);
	h = CreateSemaphoreA(NULL, 0, 1, name);
	CHECK(h != NULL, "%lu", GetLastError());
	CloseHandle(h);
}

/* A port stays a file's. */
static void packets(void)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
	HANDLE h;
	DWORD n;

	h = open_as(GENERIC_WRITE, 0, CREATE_ALWAYS, 0);
	CHECK(WriteFile(h, "text", 4, &n, NULL));
	CloseHandle(h);
	h = open_as(GENERIC_READ, 0, OPEN_EXISTING, FILE_FLAG_OVERLAPPED);
	CHECK(CreateIoCompletionPort(h, port, 77, 0) == port);
	h = give(h);
	port = give(port);
	desk->port = (ULONG_PTR)port;
	CHECK_EQ(ask(READ_PACKET, h), 0);
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK_EQ(ask(CLOSE, port), 0);
	CHECK(DeleteFileA(FILE_NAME));
}

static int bind_to(struct sockaddr_in *a, SOCKET *s)
{
	int on = 1, n = sizeof *a, error = 0;

	*s = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(*s != INVALID_SOCKET, "%d", WSAGetLastError());
	setsockopt(*s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (char *)&on, sizeof on);
	if (bind(*s, (struct sockaddr *)a, sizeof *a))
		error = WSAGetLastError();
	getsockname(*s, (struct sockaddr *)a, &n);
	return error;
}

static void sockets(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	SOCKET s, again;
	WSADATA w;
	HANDLE h;

	CHECK_EQ(WSAStartup(0x202, &w), 0);
	/* An address of our own: nobody else has its ports. */
	a.sin_addr.s_addr =
		htonl(0x7f000000 | (GetCurrentProcessId() & 0xffffff) | 1);
	CHECK_EQ(bind_to(&a, &s), 0);
	CHECK(DuplicateHandle(GetCurrentProcess(), (HANDLE)s, other, &h, 0,
			      FALSE, DUPLICATE_SAME_ACCESS));
	closesocket(s);
	CHECK(bind_to(&a, &again) != 0);
	closesocket(again);
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK_EQ(bind_to(&a, &again), 0);
	closesocket(again);
}

/* Who stands still gets it all the same. */
static void suspended(PROCESS_INFORMATION *pi)
{
	HANDLE h;

	CHECK(!NtSuspendProcess(other));
	h = give(open_as(GENERIC_READ, 0, CREATE_ALWAYS, 0));
	CHECK_EQ(try_file(), ERROR_SHARING_VIOLATION);
	/* Each of its threads is suspended, as by hand. */
	CHECK_EQ(SuspendThread(pi->hThread), 1);
	CHECK_EQ(ResumeThread(pi->hThread), 2);
	CHECK(!NtResumeProcess(other));
	CHECK_EQ(ask(CLOSE, h), 0);
	CHECK_EQ(try_file(), 0);
	CHECK(DeleteFileA(FILE_NAME));
}

/* Who is ended has nothing open any more, used or not. */
static void killed(DWORD flags)
{
	PROCESS_INFORMATION pi;
	HANDLE process = begin(flags, &pi);

	give_to(process, open_as(GENERIC_READ, 0, CREATE_ALWAYS, 0));
	CHECK_EQ(try_file(), ERROR_SHARING_VIOLATION);
	CHECK(TerminateProcess(process, 3));
	CHECK_EQ(WaitForSingleObject(process, PATIENCE), WAIT_OBJECT_0);
	CHECK_EQ(try_file(), 0);
	close_both(&pi);
	CHECK(DeleteFileA(FILE_NAME));
}

/* What a child inherits it has when it is there. */
static void inherited(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE go = CreateEventA(&sa, TRUE, FALSE, NULL), h;
	PROCESS_INFORMATION pi;
	char args[40];

	for (int i = 0; i < 5; i++) {
		ResetEvent(go);
		h = CreateFileA(FILE_NAME, GENERIC_READ, 0, &sa, CREATE_ALWAYS,
				0, NULL);
		CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
		snprintf(args, sizeof args, "wait %p", (void *)go);
		CHECK(start_heir(args, TRUE, 0, &pi));
		CloseHandle(h);
		CHECK_EQ(try_file(), ERROR_SHARING_VIOLATION);
		SetEvent(go);
		CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE),
			 WAIT_OBJECT_0);
		close_both(&pi);
		CHECK_EQ(try_file(), 0);
	}
	CloseHandle(go);
	CHECK(DeleteFileA(FILE_NAME));
}

/* Who gave it ends at once. */
static int give_and_end(DWORD id)
{
	HANDLE p = OpenProcess(PROCESS_ALL_ACCESS, FALSE, id), there;

	open_desk();
	CHECK(DuplicateHandle(GetCurrentProcess(),
			      open_as(GENERIC_READ, 0, CREATE_ALWAYS, 0), p,
			      &there, 0, FALSE, DUPLICATE_SAME_ACCESS));
	desk->port = (ULONG_PTR)there;
	return check_failed ? 1 : 7;
}

static void giver_ends(DWORD id)
{
	char args[40];

	snprintf(args, sizeof args, "give %lu", id);
	CHECK_EQ(run_self(args), 7);
	CHECK_EQ(try_file(), ERROR_SHARING_VIOLATION);
	CHECK_EQ(ask(CLOSE, (HANDLE)desk->port), 0);
	CHECK_EQ(try_file(), 0);
	CHECK(DeleteFileA(FILE_NAME));
}

static ULONG handles_of(HANDLE h)
{
	PUBLIC_OBJECT_BASIC_INFORMATION info = { 0 };

	CHECK_EQ(NtQueryObject(h, ObjectBasicInformation, &info, sizeof info,
			       NULL),
		 0);
	return info.HandleCount;
}

/* What the other process cannot have is closed here all the same. */
static void refused(void)
{
	HANDLE h, kept;
	DWORD error;

	CHECK_EQ(NtCreateWaitCompletionPacket(&kept, GENERIC_ALL, NULL), 0);
	CHECK(DuplicateHandle(GetCurrentProcess(), kept, GetCurrentProcess(),
			      &h, 0, FALSE, DUPLICATE_SAME_ACCESS));
	CHECK_EQ(handles_of(kept), 2);
	error = ask(FETCH, h);
	CHECK(!CloseHandle(h));
	CHECK_EQ(handles_of(kept), error ? 1 : 2);
	CHECK(CloseHandle(kept));
}

/* Somebody always has it: nobody else gets it in between. */
static int try_always(void)
{
	HANDLE stop =
		OpenEventA(SYNCHRONIZE, FALSE, own_name("rf-handed-stop"));
	DWORD error = ERROR_SHARING_VIOLATION;

	while (error == ERROR_SHARING_VIOLATION &&
	       WaitForSingleObject(stop, 0) == WAIT_TIMEOUT)
		error = try_file();
	return (int)error;
}

static void back_and_forth(void)
{
	HANDLE stop =
		CreateEventA(NULL, TRUE, FALSE, own_name("rf-handed-stop"));
	HANDLE h = open_as(GENERIC_READ, 0, CREATE_ALWAYS, 0), there;
	PROCESS_INFORMATION pi;
	DWORD code = 0;

	CHECK(start("try", 0, &pi));
	for (int i = 0; i < 100 && !check_failed; i++) {
		there = give(h);
		CHECK(DuplicateHandle(
			      other, there, GetCurrentProcess(), &h, 0, FALSE,
			      DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE),
		      "%lu", GetLastError());
		CHECK_EQ(ask(FETCH, h), 0);
		CHECK_EQ(ask(BRING, (HANDLE)desk->h), 0);
		h = (HANDLE)desk->h;
	}
	SetEvent(stop);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	GetExitCodeProcess(pi.hProcess, &code);
	CHECK_EQ(code, ERROR_SHARING_VIOLATION);
	close_both(&pi);
	CloseHandle(stop);
	CloseHandle(h);
	CHECK(DeleteFileA(FILE_NAME));
}

int main(int argc, char **argv)
{
	PROCESS_INFORMATION pi;
	ULONG_PTR go;

	if (argc > 1 && !strcmp(argv[1], "serve"))
		return serve();
	if (argc > 1 && !strcmp(argv[1], "try"))
		return try_always();
	if (argc > 2 && !strcmp(argv[1], "give"))
		return give_and_end((DWORD)atoi(argv[2]));
	if (argc > 2 && sscanf(argv[2], "%p", (void **)&go) == 1)
		return (int)WaitForSingleObject((HANDLE)go, PATIENCE);

	open_desk();
	desk->parent = GetCurrentProcessId();
	other = begin(0, &pi);
	share_modes();
	folder();
	deletion();
	pipes(true);
	pipes(false);
	mailslot();
	section_of_file();
	named();
	packets();
	sockets();
	suspended(&pi);
	killed(0);
	killed(CREATE_SUSPENDED);
	inherited();
	giver_ends(pi.dwProcessId);
	refused();
	back_and_forth();
	end(&pi);
	return check_done();
}
