/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who gives a handle to another process is killed meanwhile, at any moment: if
 * he had come back from that, the other one has it; if not, it has it or not,
 * but nothing is left when both are gone.
 */
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#include "named.h"
#include "self.h"

#define FILE_NAME "handed-killed.tmp"
#define PIPE      own_name("\\\\.\\pipe\\rf-handed-killed")

enum { ROUNDS = 40, SPREAD = 3000 /* us */ };

/* What the giver has done. */
struct desk {
	volatile LONG gave_file, gave_pipe;
};

static struct desk *desk;
static HANDLE there;

static void open_desk(void)
{
	HANDLE h = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL,
				      PAGE_READWRITE, 0, sizeof *desk,
				      own_name("rf-handed-killed-desk"));

	desk = MapViewOfFile(h, FILE_MAP_WRITE, 0, 0, 0);
	there = CreateEventA(NULL, FALSE, FALSE,
			     own_name("rf-handed-killed-there"));
	CHECK(desk && there, "%lu", GetLastError());
}

static HANDLE make_pipe(void)
{
	return CreateNamedPipeA(PIPE, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1,
				4096, 4096, 0, NULL);
}

static int hold(void)
{
	open_desk();
	SetEvent(there);
	Sleep(INFINITE);
	return 1;
}

static int give(DWORD id)
{
	HANDLE to = OpenProcess(PROCESS_DUP_HANDLE, FALSE, id), h, given;

	open_desk();
	SetEvent(there);
	h = CreateFileA(FILE_NAME, GENERIC_READ, 0, NULL, OPEN_ALWAYS, 0, NULL);
	if (!DuplicateHandle(GetCurrentProcess(), h, to, &given, 0, FALSE,
			     DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE))
		return 2;
	desk->gave_file = 1;
	h = make_pipe();
	if (!DuplicateHandle(GetCurrentProcess(), h, to, &given, 0, FALSE,
			     DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE))
		return 3;
	desk->gave_pipe = 1;
	Sleep(INFINITE);
	return 1;
}

static DWORD try_file(void)
{
	HANDLE h = CreateFileA(FILE_NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			       OPEN_ALWAYS, 0, NULL);
	DWORD error = h == INVALID_HANDLE_VALUE ? GetLastError() : 0;

	if (!error)
		CloseHandle(h);
	return error;
}

static DWORD try_pipe(void)
{
	HANDLE h = make_pipe();
	DWORD error = h == INVALID_HANDLE_VALUE ? GetLastError() : 0;

	if (!error)
		CloseHandle(h);
	return error;
}

static void begin(const char *args, PROCESS_INFORMATION *pi)
{
	CHECK(start(args, 0, pi), "%lu", GetLastError());
	CHECK_EQ(WaitForSingleObject(there, PATIENCE), WAIT_OBJECT_0);
}

static void end(PROCESS_INFORMATION *pi)
{
	CHECK(TerminateProcess(pi->hProcess, 4));
	CHECK_EQ(WaitForSingleObject(pi->hProcess, PATIENCE), WAIT_OBJECT_0);
	close_both(pi);
}

/* Not a wait for anything: any time will do. */
static void let_go_by(LONGLONG us)
{
	LARGE_INTEGER per, from, now;

	QueryPerformanceFrequency(&per);
	QueryPerformanceCounter(&from);
	do
		QueryPerformanceCounter(&now);
	while ((now.QuadPart - from.QuadPart) * 1000000 < us * per.QuadPart);
}

int main(int argc, char **argv)
{
	PROCESS_INFORMATION holder, giver;
	char args[40];

	if (argc > 2)
		return give((DWORD)atoi(argv[2]));
	if (argc > 1)
		return hold();
	open_desk();
	for (int i = 0; i < ROUNDS && !check_failed; i++) {
		desk->gave_file = desk->gave_pipe = 0;
		begin("hold", &holder);
		snprintf(args, sizeof args, "give %lu", holder.dwProcessId);
		begin(args, &giver);
		let_go_by((LONGLONG)i * SPREAD / ROUNDS);
		end(&giver);
		if (desk->gave_file)
			CHECK_EQ(try_file(), ERROR_SHARING_VIOLATION);
		if (desk->gave_pipe)
			CHECK_EQ(try_pipe(), ERROR_PIPE_BUSY);
		end(&holder);
		CHECK_EQ(try_file(), 0);
		CHECK_EQ(try_pipe(), 0);
	}
	DeleteFileA(FILE_NAME);
	return check_done();
}
