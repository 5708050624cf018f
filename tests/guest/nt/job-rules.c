/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests what a job does to its members: a crash is told of, one too many is
 * ended, children leave silently, priority classes are the job's; what is kept,
 * and what is refused. */
#include <windows.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

/* JobObjectCpuRateControlInformation */
#define CPU_RATE ((JOBOBJECTINFOCLASS)15)

static HANDLE port;

/* The next message; 0: none came. */
static DWORD message(DWORD *id)
{
	OVERLAPPED *o = NULL;
	ULONG_PTR key;
	DWORD n = 0;

	if (!GetQueuedCompletionStatus(port, &n, &key, &o, 60000))
		return 0;
	*id = (DWORD)(ULONG_PTR)o;
	return n;
}

static HANDLE job_with(DWORD flags)
{
	JOBOBJECT_ASSOCIATE_COMPLETION_PORT a = { NULL, port };
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION l = { 0 }, q;
	HANDLE job = CreateJobObjectW(NULL, NULL);
	DWORD n;

	l.BasicLimitInformation.LimitFlags = flags;
	l.BasicLimitInformation.ActiveProcessLimit = 1;
	l.BasicLimitInformation.PriorityClass = IDLE_PRIORITY_CLASS;
	CHECK(SetInformationJobObject(job, JobObjectExtendedLimitInformation,
				      &l, sizeof l));
	CHECK(QueryInformationJobObject(job, JobObjectExtendedLimitInformation,
					&q, sizeof q, &n));
	CHECK_EQ(q.BasicLimitInformation.LimitFlags, flags);
	if (flags & JOB_OBJECT_LIMIT_PRIORITY_CLASS)
		CHECK_EQ(q.BasicLimitInformation.PriorityClass,
			 IDLE_PRIORITY_CLASS);
	CHECK(SetInformationJobObject(
		job, JobObjectAssociateCompletionPortInformation, &a,
		sizeof a));
	return job;
}

static void start(const char *what, PROCESS_INFORMATION *pi)
{
	STARTUPINFOA si = { .cb = sizeof si };
	char self[MAX_PATH], line[MAX_PATH + 20];

	GetModuleFileNameA(NULL, self, sizeof self);
	snprintf(line, sizeof line, "\"%s\" %s", self, what);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, FALSE, CREATE_SUSPENDED,
			     NULL, NULL, &si, pi));
}

static DWORD end(PROCESS_INFORMATION *pi)
{
	DWORD code = ~0u;

	ResumeThread(pi->hThread);
	CHECK_EQ(WaitForSingleObject(pi->hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(pi->hProcess, &code);
	CloseHandle(pi->hThread);
	CloseHandle(pi->hProcess);
	return code;
}

static void crash(void)
{
	HANDLE job = job_with(JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION);
	PROCESS_INFORMATION pi;
	DWORD id;

	start("crash", &pi);
	CHECK(AssignProcessToJobObject(job, pi.hProcess));
	CHECK_EQ(message(&id), JOB_OBJECT_MSG_NEW_PROCESS);
	CHECK_EQ(end(&pi), EXCEPTION_ACCESS_VIOLATION);
	CHECK_EQ(message(&id), JOB_OBJECT_MSG_ABNORMAL_EXIT_PROCESS);
	CHECK_EQ(id, pi.dwProcessId);
	CHECK_EQ(message(&id), JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO);
	CloseHandle(job);
}

static void one_too_many(void)
{
	HANDLE job = job_with(JOB_OBJECT_LIMIT_ACTIVE_PROCESS);
	PROCESS_INFORMATION first, second;
	DWORD id;

	start("nothing", &first);
	CHECK(AssignProcessToJobObject(job, first.hProcess));
	CHECK_EQ(message(&id), JOB_OBJECT_MSG_NEW_PROCESS);
	start("nothing", &second);
	CHECK(!AssignProcessToJobObject(job, second.hProcess));
	CHECK_EQ(GetLastError(), ERROR_NOT_ENOUGH_QUOTA);
	CHECK_EQ(message(&id), JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT);
	/* It is ended as well. */
	CHECK_EQ(WaitForSingleObject(second.hProcess, 60000), WAIT_OBJECT_0);
	CHECK_EQ(end(&second), ERROR_NOT_ENOUGH_QUOTA);
	CHECK_EQ(end(&first), 5);
	CHECK_EQ(message(&id), JOB_OBJECT_MSG_EXIT_PROCESS);
	CHECK_EQ(message(&id), JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO);
	CloseHandle(job);
}

static DWORD run_in(DWORD flags, const char *what)
{
	HANDLE job = job_with(flags);
	PROCESS_INFORMATION pi;
	DWORD code;

	start(what, &pi);
	CHECK(AssignProcessToJobObject(job, pi.hProcess));
	code = end(&pi);
	CloseHandle(job);
	return code;
}

static void kept_and_refused(void)
{
	HANDLE job = CreateJobObjectW(NULL, NULL);
	JOBOBJECT_BASIC_UI_RESTRICTIONS ui = { JOB_OBJECT_UILIMIT_DESKTOP |
					       JOB_OBJECT_UILIMIT_HANDLES };
	JOBOBJECT_BASIC_LIMIT_INFORMATION l = {
		.LimitFlags = JOB_OBJECT_LIMIT_PRIORITY_CLASS,
		.PriorityClass = 1, /* the kernel's number, not Win32's */
	};
	DWORD rate[2] = { 0 }, n;

	CHECK(SetInformationJobObject(job, JobObjectBasicUIRestrictions, &ui,
				      sizeof ui));
	ui.UIRestrictionsClass = 0;
	CHECK(QueryInformationJobObject(job, JobObjectBasicUIRestrictions, &ui,
					sizeof ui, &n));
	CHECK_EQ(ui.UIRestrictionsClass,
		 JOB_OBJECT_UILIMIT_DESKTOP | JOB_OBJECT_UILIMIT_HANDLES);
	ui.UIRestrictionsClass = 0x10000;
	CHECK(!SetInformationJobObject(job, JobObjectBasicUIRestrictions, &ui,
				       sizeof ui));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(!SetInformationJobObject(job, JobObjectBasicLimitInformation, &l,
				       sizeof l));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	l.LimitFlags = 0x100000;
	CHECK(!SetInformationJobObject(job, JobObjectBasicLimitInformation, &l,
				       sizeof l));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	/* No rate is the rule; and there is no flag of this value. */
	CHECK(QueryInformationJobObject(job, CPU_RATE, rate, sizeof rate, &n));
	CHECK_EQ(rate[0], 0);
	CHECK(SetInformationJobObject(job, CPU_RATE, rate, sizeof rate));
	rate[0] = 0x100;
	CHECK(!SetInformationJobObject(job, CPU_RATE, rate, sizeof rate));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(!SetInformationJobObject(job, CPU_RATE, rate, 4));
	CHECK_EQ(GetLastError(), ERROR_BAD_LENGTH);
	CloseHandle(job);
}

static int member(const char *what)
{
	PROCESS_INFORMATION pi;
	BOOL in = -1;

	if (!strcmp(what, "crash")) {
		SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
		RaiseException(EXCEPTION_ACCESS_VIOLATION, 0, 0, NULL);
	}
	if (!strcmp(what, "parent")) {
		start("child", &pi);
		return (int)end(&pi);
	}
	if (!strcmp(what, "child"))
		return IsProcessInJob(GetCurrentProcess(), NULL, &in) ? in : 9;
	if (!strcmp(what, "priority")) {
		SetPriorityClass(GetCurrentProcess(), NORMAL_PRIORITY_CLASS);
		return (int)GetPriorityClass(GetCurrentProcess());
	}
	return 5;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return member(argv[1]);
	port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
	crash();
	one_too_many();
	CHECK_EQ(run_in(0, "parent"), TRUE);
	CHECK_EQ(run_in(JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK, "parent"), FALSE);
	CHECK_EQ(run_in(JOB_OBJECT_LIMIT_PRIORITY_CLASS, "priority"),
		 IDLE_PRIORITY_CLASS);
	kept_and_refused();
	CloseHandle(port);
	return check_done();
}
