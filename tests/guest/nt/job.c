/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests jobs: membership, kill on close, messages, accounting. */
#include <windows.h>

#include "check.h"

static char self[MAX_PATH];

static BOOL start(const char *args, DWORD flags, PROCESS_INFORMATION *pi)
{
	STARTUPINFOA si = { .cb = sizeof si };
	char line[MAX_PATH + 200];

	snprintf(line, sizeof line, "\"%s\" %s", self, args);
	return CreateProcessA(self, line, NULL, NULL, FALSE, flags, NULL, NULL,
			      &si, pi);
}

static DWORD message(HANDLE port, DWORD *pid)
{
	OVERLAPPED *o = NULL;
	ULONG_PTR key;
	DWORD n = 0;

	CHECK(GetQueuedCompletionStatus(port, &n, &key, &o, 60000));
	CHECK_EQ(key, 5);
	*pid = (DWORD)(ULONG_PTR)o;
	return n;
}

/* ---- with a name ---- */

/* Another process opens the job, and puts itself in, or only holds it. */
static int other(const char *what, const char *name)
{
	HANDLE job = OpenJobObjectA(JOB_OBJECT_ALL_ACCESS, FALSE, name);
	HANDLE ready;
	char event[100];
	BOOL in = FALSE;

	if (!job)
		return (int)GetLastError();
	snprintf(event, sizeof event, "%s-ready", name);
	ready = OpenEventA(EVENT_MODIFY_STATE, FALSE, event);
	if (what[0] == 'e') {
		if (!AssignProcessToJobObject(job, GetCurrentProcess()) ||
		    !IsProcessInJob(GetCurrentProcess(), job, &in) || !in)
			return 1001;
		CloseHandle(job);
	}
	SetEvent(ready);
	Sleep(60000);
	return 0;
}

static void named(void)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
		.BasicLimitInformation.LimitFlags =
			JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	};
	JOBOBJECT_BASIC_ACCOUNTING_INFORMATION acc;
	PROCESS_INFORMATION member, holder;
	HANDLE job, ready, again;
	char name[64], text[100];
	DWORD code;

	snprintf(name, sizeof name, "rf-job-%lu", GetCurrentProcessId());
	job = CreateJobObjectA(NULL, name);
	CHECK(job && GetLastError() == 0);
	again = CreateJobObjectA(NULL, name);
	CHECK(again && GetLastError() == ERROR_ALREADY_EXISTS);
	CloseHandle(again);
	snprintf(text, sizeof text, "%s-ready", name);
	ready = CreateEventA(NULL, FALSE, FALSE, text);
	CHECK(SetInformationJobObject(job, JobObjectExtendedLimitInformation,
				      &limits, sizeof limits));

	snprintf(text, sizeof text, "enter %s", name);
	CHECK(start(text, 0, &member));
	CHECK_EQ(WaitForSingleObject(ready, 60000), WAIT_OBJECT_0);
	CHECK(QueryInformationJobObject(job,
					JobObjectBasicAccountingInformation,
					&acc, sizeof acc, NULL));
	CHECK_EQ(acc.ActiveProcesses, 1);
	snprintf(text, sizeof text, "hold %s", name);
	CHECK(start(text, 0, &holder));
	CHECK_EQ(WaitForSingleObject(ready, 60000), WAIT_OBJECT_0);

	/* While anybody holds it nobody dies; a killed one lets go. */
	CloseHandle(job);
	CHECK_EQ(WaitForSingleObject(member.hProcess, 100), WAIT_TIMEOUT);
	job = OpenJobObjectA(JOB_OBJECT_QUERY, FALSE, name);
	CHECK(job != NULL);
	CloseHandle(job);
	CHECK(TerminateProcess(holder.hProcess, 5));
	CHECK_EQ(WaitForSingleObject(member.hProcess, 60000), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(holder.hProcess, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(holder.hProcess, &code) && code == 5);
	CHECK(!OpenJobObjectA(JOB_OBJECT_QUERY, FALSE, name));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

int main(int argc, char **argv)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 }, got = { 0 };
	JOBOBJECT_BASIC_ACCOUNTING_INFORMATION acc;
	JOBOBJECT_ASSOCIATE_COMPLETION_PORT assoc;
	PROCESS_INFORMATION pi;
	HANDLE job, port;
	DWORD code, pid;
	BOOL in = TRUE;

	if (argc > 2)
		return other(argv[1], argv[2]);
	if (argc > 1) {
		Sleep(argv[1][0] == 's' ? 60000 : 0);
		return 3;
	}
	GetModuleFileNameA(NULL, self, sizeof self);
	named();
	job = CreateJobObjectW(NULL, NULL);
	port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	assoc.CompletionKey = (void *)5;
	assoc.CompletionPort = port;
	CHECK(SetInformationJobObject(
		job, JobObjectAssociateCompletionPortInformation, &assoc,
		sizeof assoc));
	limits.BasicLimitInformation.LimitFlags =
		JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
	CHECK(SetInformationJobObject(job, JobObjectExtendedLimitInformation,
				      &limits, sizeof limits));
	CHECK(QueryInformationJobObject(job, JobObjectExtendedLimitInformation,
					&got, sizeof got, NULL));
	CHECK_EQ(got.BasicLimitInformation.LimitFlags,
		 JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE);

	/* One that ends by itself. */
	CHECK(start("x", CREATE_SUSPENDED, &pi));
	CHECK(IsProcessInJob(pi.hProcess, job, &in));
	CHECK_EQ(in, FALSE);
	CHECK(AssignProcessToJobObject(job, pi.hProcess));
	CHECK(IsProcessInJob(pi.hProcess, job, &in));
	CHECK_EQ(in, TRUE);
	ResumeThread(pi.hThread);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_NEW_PROCESS);
	CHECK_EQ(pid, pi.dwProcessId);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_EXIT_PROCESS);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO);
	CHECK(QueryInformationJobObject(job,
					JobObjectBasicAccountingInformation,
					&acc, sizeof acc, NULL));
	CHECK_EQ(acc.TotalProcesses, 1);
	CHECK_EQ(acc.ActiveProcesses, 0);

	/* Terminated together, and by closing. */
	CHECK(start("sleep", 0, &pi));
	CHECK(AssignProcessToJobObject(job, pi.hProcess));
	CHECK(TerminateJobObject(job, 66));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(pi.hProcess, &code);
	CHECK_EQ(code, 66);
	CHECK(start("sleep", 0, &pi));
	CHECK(AssignProcessToJobObject(job, pi.hProcess));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 50), WAIT_TIMEOUT);
	CloseHandle(job);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	return check_done();
}
