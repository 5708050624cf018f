/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests jobs of several processes: grandchildren, the end with the last handle
 * (also of a holder that is ended), limits, messages, breaking away. */
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "named.h"

static char self[MAX_PATH];
static struct board {
	volatile DWORD pid, result, error;
} *board;

static BOOL start(const char *args, DWORD flags, BOOL inherit,
		  PROCESS_INFORMATION *pi)
{
	STARTUPINFOA si = { .cb = sizeof si };
	char line[MAX_PATH + 200];

	snprintf(line, sizeof line, "\"%s\" %s", self, args);
	return CreateProcessA(self, line, NULL, NULL, inherit, flags, NULL,
			      NULL, &si, pi);
}

static DWORD code_of(HANDLE p)
{
	DWORD code = 0;

	CHECK_EQ(WaitForSingleObject(p, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(p, &code));
	CloseHandle(p);
	return code;
}

static void started(HANDLE up)
{
	CHECK_EQ(WaitForSingleObject(up, 60000), WAIT_OBJECT_0);
}

static HANDLE job_with(DWORD flags, DWORD processes, LONGLONG time,
		       SIZE_T memory)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION l = { 0 };
	HANDLE job = CreateJobObjectW(&sa, NULL);

	l.BasicLimitInformation.LimitFlags = flags;
	l.BasicLimitInformation.ActiveProcessLimit = processes;
	l.BasicLimitInformation.PerProcessUserTimeLimit.QuadPart = time;
	l.ProcessMemoryLimit = memory;
	CHECK(SetInformationJobObject(job, JobObjectExtendedLimitInformation,
				      &l, sizeof l));
	return job;
}

/* ---- children ------------------------------------------------------- */

static int child(char **argv)
{
	HANDLE up = OpenEventA(EVENT_ALL_ACCESS, FALSE, own_name("rf-job-up"));
	PROCESS_INFORMATION pi;
	BOOL in = FALSE;

	if (!strcmp(argv[1], "leaf")) {
		IsProcessInJob(GetCurrentProcess(), NULL, &in);
		board->result = (DWORD)in;
		board->pid = GetCurrentProcessId();
		SetEvent(up);
		Sleep(60000);
		return 1;
	}
	/* Starts another one and goes, or stays. */
	if (!strcmp(argv[1], "branch") || !strcmp(argv[1], "stay")) {
		if (!start("leaf", 0, FALSE, &pi))
			return (int)GetLastError();
		if (argv[1][0] == 's')
			Sleep(60000);
		return 0;
	}
	if (!strcmp(argv[1], "limit") || !strcmp(argv[1], "break")) {
		board->error = 0;
		if (start("leaf",
			  argv[1][0] == 'b' ? CREATE_BREAKAWAY_FROM_JOB : 0,
			  FALSE, &pi)) {
			board->pid = pi.dwProcessId;
			return 0;
		}
		board->error = GetLastError();
		return 1;
	}
	/* Holds a job of its own with a member, until it is ended. */
	if (!strcmp(argv[1], "hold")) {
		HANDLE job = job_with(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, 0, 0,
				      0);

		if (!start("leaf", CREATE_SUSPENDED, FALSE, &pi) ||
		    !AssignProcessToJobObject(job, pi.hProcess))
			return (int)GetLastError();
		ResumeThread(pi.hThread);
		Sleep(60000);
		return 1;
	}
	if (!strcmp(argv[1], "spin"))
		for (volatile int i = 0;; i++)
			;
	if (!strcmp(argv[1], "eat")) {
		char *p = VirtualAlloc(NULL, 400 << 20,
				       MEM_RESERVE | MEM_COMMIT,
				       PAGE_READWRITE);

		board->error = p ? 0 : GetLastError();
		return p ? 1 : 0;
	}
	return 99;
}

/* ---- ours ----------------------------------------------------------- */

/* args in a job from its first instruction; the handle is the caller's. */
static HANDLE put_in(HANDLE job, const char *args)
{
	PROCESS_INFORMATION pi;

	CHECK(start(args, CREATE_SUSPENDED, FALSE, &pi));
	CHECK(AssignProcessToJobObject(job, pi.hProcess), "%lu",
	      GetLastError());
	CHECK_EQ(ResumeThread(pi.hThread), 1);
	CloseHandle(pi.hThread);
	return pi.hProcess;
}

static void grandchildren(HANDLE up)
{
	HANDLE job = job_with(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, 0, 0, 0);
	JOBOBJECT_BASIC_ACCOUNTING_INFORMATION acc;
	struct {
		DWORD assigned, listed;
		ULONG_PTR id[10];
	} list;
	HANDLE p, leaf;
	BOOL in = FALSE;

	p = put_in(job, "branch");
	started(up);
	CHECK_EQ(code_of(p), 0);
	CHECK_EQ(board->result, TRUE);
	leaf = OpenProcess(PROCESS_ALL_ACCESS, FALSE, board->pid);
	CHECK(IsProcessInJob(leaf, job, &in) && in);
	CHECK(QueryInformationJobObject(job, JobObjectBasicProcessIdList, &list,
					sizeof list, NULL));
	CHECK_EQ(list.assigned, 1);
	CHECK_EQ(list.id[0], board->pid);
	CHECK(QueryInformationJobObject(job,
					JobObjectBasicAccountingInformation,
					&acc, sizeof acc, NULL));
	CHECK_EQ(acc.TotalProcesses, 2);
	CHECK_EQ(acc.ActiveProcesses, 1);
	CHECK_EQ(WaitForSingleObject(leaf, 20), WAIT_TIMEOUT);
	CloseHandle(job);
	CHECK_EQ(WaitForSingleObject(leaf, 60000), WAIT_OBJECT_0);
	CloseHandle(leaf);

	/* By a call, with a code. */
	job = job_with(0, 0, 0, 0);
	p = put_in(job, "stay");
	started(up);
	leaf = OpenProcess(PROCESS_ALL_ACCESS, FALSE, board->pid);
	CHECK(TerminateJobObject(job, 0x1234));
	CHECK_EQ(code_of(p), 0x1234);
	CHECK_EQ(code_of(leaf), 0x1234);
	CloseHandle(job);
}

/* Nobody is left to close the handle in an orderly way. */
static void holder_ended(HANDLE up)
{
	PROCESS_INFORMATION pi;
	HANDLE leaf;

	CHECK(start("hold", 0, FALSE, &pi));
	started(up);
	CHECK_EQ(board->result, TRUE);
	leaf = OpenProcess(PROCESS_ALL_ACCESS, FALSE, board->pid);
	CHECK_EQ(WaitForSingleObject(leaf, 20), WAIT_TIMEOUT);
	CHECK(TerminateProcess(pi.hProcess, 3));
	CHECK_EQ(WaitForSingleObject(leaf, 60000), WAIT_OBJECT_0);
	CloseHandle(leaf);
	CHECK_EQ(code_of(pi.hProcess), 3);
	CloseHandle(pi.hThread);
}

static void limits(HANDLE up)
{
	HANDLE job = job_with(JOB_OBJECT_LIMIT_ACTIVE_PROCESS, 1, 0, 0), p;

	board->error = 77;
	p = put_in(job, "limit");
	CHECK_EQ(code_of(p), 1);
	CHECK_EQ(board->error, ERROR_NOT_ENOUGH_QUOTA);
	CloseHandle(job);

	job = job_with(JOB_OBJECT_LIMIT_PROCESS_TIME, 0, 2000000, 0);
	p = put_in(job, "spin");
	CHECK_EQ(code_of(p), ERROR_NOT_ENOUGH_QUOTA);
	CloseHandle(job);

	job = job_with(JOB_OBJECT_LIMIT_PROCESS_MEMORY, 0, 0, 100 << 20);
	board->error = 0;
	p = put_in(job, "eat");
	CHECK_EQ(code_of(p), 0);
	CHECK(board->error == ERROR_COMMITMENT_LIMIT ||
		      board->error == ERROR_NOT_ENOUGH_MEMORY,
	      "%lu", board->error);
	CloseHandle(job);
}

static void breaking_away(HANDLE up)
{
	HANDLE job = job_with(0, 0, 0, 0), p, leaf;
	BOOL in = TRUE;

	p = put_in(job, "break");
	CHECK_EQ(code_of(p), 1);
	CHECK_EQ(board->error, ERROR_ACCESS_DENIED);
	CloseHandle(job);
	job = job_with(JOB_OBJECT_LIMIT_BREAKAWAY_OK, 0, 0, 0);
	p = put_in(job, "break");
	CHECK_EQ(code_of(p), 0);
	started(up);
	leaf = OpenProcess(PROCESS_ALL_ACCESS, FALSE, board->pid);
	CHECK(IsProcessInJob(leaf, job, &in));
	CHECK_EQ(in, FALSE);
	TerminateProcess(leaf, 0);
	CloseHandle(leaf);
	CloseHandle(job);
}

static DWORD message(HANDLE port, DWORD *pid)
{
	OVERLAPPED *o = NULL;
	ULONG_PTR key;
	DWORD n = 0;

	CHECK(GetQueuedCompletionStatus(port, &n, &key, &o, 60000));
	*pid = (DWORD)(ULONG_PTR)o;
	return n;
}

static void messages(HANDLE up)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	JOBOBJECT_ASSOCIATE_COMPLETION_PORT assoc = { (void *)5, port };
	HANDLE job = job_with(0, 0, 0, 0), p;
	DWORD first = 0, pid, seen = 0;

	CHECK(SetInformationJobObject(
		job, JobObjectAssociateCompletionPortInformation, &assoc,
		sizeof assoc));
	p = put_in(job, "branch");
	started(up);
	CHECK_EQ(message(port, &first), JOB_OBJECT_MSG_NEW_PROCESS);
	CHECK_EQ(first, GetProcessId(p));
	CHECK_EQ(code_of(p), 0);
	for (int i = 0; i < 2; i++) {
		DWORD m = message(port, &pid);

		if (m == JOB_OBJECT_MSG_NEW_PROCESS && pid == board->pid)
			seen |= 1;
		else if (m == JOB_OBJECT_MSG_EXIT_PROCESS && pid == first)
			seen |= 2;
		else
			CHECK(0, "message %lu of %lu; first %lu, leaf %lu", m,
			      pid, first, board->pid);
	}
	CHECK_EQ(seen, 3);
	CHECK(TerminateJobObject(job, 1));
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_EXIT_PROCESS);
	CHECK_EQ(pid, board->pid);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO);
	CloseHandle(job);
	CloseHandle(port);
}

int main(int argc, char **argv)
{
	HANDLE s, up;

	GetModuleFileNameA(NULL, self, sizeof self);
	s = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
			       sizeof *board, own_name("rf-job-board"));
	board = MapViewOfFile(s, FILE_MAP_ALL_ACCESS, 0, 0, 0);
	if (argc > 1)
		return child(argv);
	up = CreateEventA(NULL, FALSE, FALSE, own_name("rf-job-up"));
	grandchildren(up);
	holder_ended(up);
	limits(up);
	breaking_away(up);
	messages(up);
	return check_done();
}
