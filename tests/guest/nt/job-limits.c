/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the limits of jobs that are reached: time and memory, of a process and
 * of all, and what the completion port is told. */
#include <windows.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static char self[MAX_PATH];

/* ---- children -------------------------------------------------------- */

static int burn(void)
{
	volatile unsigned n = 0;
	ULONGLONG until = GetTickCount64() + 60000;

	while (GetTickCount64() < until)
		for (int i = 0; i < 1000000; i++)
			n = n + 1;
	return 3;
}

/* Takes so many MB, tells whether it got them, and keeps them until told. */
static int take(const char *mb)
{
	SIZE_T size = (SIZE_T)atoi(mb) << 20;
	void *p = VirtualAlloc(NULL, size, MEM_COMMIT | MEM_RESERVE,
			       PAGE_READWRITE);
	DWORD error = p ? 0 : GetLastError(), n;
	HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);

	WriteFile(out, &error, sizeof error, &n, NULL);
	if (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &error, 1, &n, NULL) &&
	    p && n)
		VirtualFree(p, 0, MEM_RELEASE);
	n = 0;
	WriteFile(out, &n, sizeof n, &n, NULL);
	ReadFile(GetStdHandle(STD_INPUT_HANDLE), &error, 1, &n, NULL);
	return 0;
}

/* Writes and reads so many blocks of 4 KB, and stays until told. */
static int copy(const char *blocks)
{
	static char block[4096];
	char path[MAX_PATH];
	DWORD n, one = 1;
	HANDLE f;

	GetTempFileNameA(".", "job", 0, path);
	f = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	for (int i = 0; i < atoi(blocks); i++)
		WriteFile(f, block, sizeof block, &n, NULL);
	SetFilePointer(f, 0, NULL, FILE_BEGIN);
	for (int i = 0; i < atoi(blocks); i++)
		ReadFile(f, block, sizeof block, &n, NULL);
	WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), &one, sizeof one, &n, NULL);
	ReadFile(GetStdHandle(STD_INPUT_HANDLE), &one, 1, &n, NULL);
	CloseHandle(f);
	return 0;
}

/* ---- the parent ------------------------------------------------------ */

struct child {
	PROCESS_INFORMATION pi;
	HANDLE in, out;
};

/* In the job from the start. */
static void start(const char *args, HANDLE job, struct child *c)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	STARTUPINFOA si = { .cb = sizeof si, .dwFlags = STARTF_USESTDHANDLES };
	char line[MAX_PATH + 100];

	CHECK(CreatePipe(&c->out, &si.hStdOutput, &sa, 0));
	CHECK(CreatePipe(&si.hStdInput, &c->in, &sa, 0));
	SetHandleInformation(c->out, HANDLE_FLAG_INHERIT, 0);
	SetHandleInformation(c->in, HANDLE_FLAG_INHERIT, 0);
	snprintf(line, sizeof line, "\"%s\" %s", self, args);
	CHECK(CreateProcessA(self, line, NULL, NULL, TRUE, CREATE_SUSPENDED,
			     NULL, NULL, &si, &c->pi));
	CHECK(AssignProcessToJobObject(job, c->pi.hProcess));
	ResumeThread(c->pi.hThread);
	CloseHandle(si.hStdOutput);
	CloseHandle(si.hStdInput);
}

static DWORD answer(struct child *c)
{
	DWORD v = 12345, n;

	CHECK(ReadFile(c->out, &v, sizeof v, &n, NULL) && n == sizeof v);
	return v;
}

static DWORD finish(struct child *c)
{
	DWORD code = 0;

	CloseHandle(c->in);
	CHECK_EQ(WaitForSingleObject(c->pi.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(c->pi.hProcess, &code);
	CloseHandle(c->pi.hProcess);
	CloseHandle(c->pi.hThread);
	CloseHandle(c->out);
	return code;
}

static HANDLE new_job(HANDLE *port)
{
	HANDLE job = CreateJobObjectA(NULL, NULL);
	JOBOBJECT_ASSOCIATE_COMPLETION_PORT assoc = { .CompletionKey = job };

	*port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	assoc.CompletionPort = *port;
	CHECK(job && *port);
	CHECK(SetInformationJobObject(
		job, JobObjectAssociateCompletionPortInformation, &assoc,
		sizeof assoc));
	return job;
}

/* The next message but those of births. */
static DWORD message(HANDLE port, DWORD *pid)
{
	OVERLAPPED *o = NULL;
	ULONG_PTR key;
	DWORD n = 0;

	do {
		if (!GetQueuedCompletionStatus(port, &n, &key, &o, 60000))
			return 0;
		*pid = (DWORD)(ULONG_PTR)o;
	} while (n == JOB_OBJECT_MSG_NEW_PROCESS);
	return n;
}

/* What those who run and those who have ended have read and written. */
static void io_counts(void)
{
	enum { BLOCKS = 100, BYTES = BLOCKS * 4096 };
	JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION acc;
	HANDLE port, job = new_job(&port);
	ULONGLONG written[3], read[3], writes[3];
	struct child c;

	for (int i = 0; i < 3; i++) {
		/* While it runs, once it has ended, and one that is killed. */
		if (i != 1) {
			start("copy 100", job, &c);
			CHECK_EQ(answer(&c), 1);
		}
		if (i == 2)
			TerminateProcess(c.pi.hProcess, 1);
		if (i)
			finish(&c);
		CHECK(QueryInformationJobObject(
			job, JobObjectBasicAndIoAccountingInformation, &acc,
			sizeof acc, NULL));
		written[i] = acc.IoInfo.WriteTransferCount;
		read[i] = acc.IoInfo.ReadTransferCount;
		writes[i] = acc.IoInfo.WriteOperationCount;
	}
	CHECK(written[0] >= BYTES, "%llu", written[0]);
	CHECK(read[0] >= BYTES, "%llu", read[0]);
	CHECK(writes[0] >= BLOCKS, "%llu", writes[0]);
	CHECK(written[1] >= written[0], "%llu", written[1]);
	CHECK(written[2] >= written[1] + BYTES, "%llu", written[2]);
	CHECK(read[2] >= read[1] + BYTES, "%llu", read[2]);
	CloseHandle(job);
	CloseHandle(port);
}

static void process_time(void)
{
	JOBOBJECT_BASIC_LIMIT_INFORMATION l = {
		.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_TIME,
		.PerProcessUserTimeLimit.QuadPart = 2000000,
	};
	JOBOBJECT_BASIC_ACCOUNTING_INFORMATION acc;
	HANDLE port, job = new_job(&port);
	struct child c;
	DWORD pid;

	CHECK(SetInformationJobObject(job, JobObjectBasicLimitInformation, &l,
				      sizeof l));
	start("burn", job, &c);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_END_OF_PROCESS_TIME);
	CHECK_EQ(pid, c.pi.dwProcessId);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_EXIT_PROCESS);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO);
	CHECK_EQ(finish(&c), ERROR_NOT_ENOUGH_QUOTA);
	CHECK(QueryInformationJobObject(job,
					JobObjectBasicAccountingInformation,
					&acc, sizeof acc, NULL));
	CHECK_EQ(acc.TotalTerminatedProcesses, 1);
	CHECK(acc.TotalUserTime.QuadPart >= 1500000, "%lld",
	      acc.TotalUserTime.QuadPart);
	CloseHandle(job);
	CloseHandle(port);
}

/* Two processes use up the job's time together. */
static void job_time_ends(void)
{
	JOBOBJECT_BASIC_LIMIT_INFORMATION l = {
		.LimitFlags = JOB_OBJECT_LIMIT_JOB_TIME,
		.PerJobUserTimeLimit.QuadPart = 3000000,
	};
	HANDLE port, job = new_job(&port);
	struct child a, b;

	CHECK(SetInformationJobObject(job, JobObjectBasicLimitInformation, &l,
				      sizeof l));
	CHECK_EQ(WaitForSingleObject(job, 0), WAIT_TIMEOUT);
	start("burn", job, &a);
	start("burn", job, &b);
	CHECK_EQ(WaitForSingleObject(job, 60000), WAIT_OBJECT_0);
	CHECK_EQ(finish(&a), ERROR_NOT_ENOUGH_QUOTA);
	CHECK_EQ(finish(&b), ERROR_NOT_ENOUGH_QUOTA);
	/* Until the limit is set anew it stays so. */
	CHECK_EQ(WaitForSingleObject(job, 0), WAIT_OBJECT_0);
	CHECK(!AssignProcessToJobObject(job, GetCurrentProcess()));
	CHECK(SetInformationJobObject(job, JobObjectBasicLimitInformation, &l,
				      sizeof l));
	CHECK_EQ(WaitForSingleObject(job, 0), WAIT_TIMEOUT);
	CloseHandle(job);
	CloseHandle(port);
}

/* The owner is told, and they go on. */
static void job_time_posts(void)
{
	JOBOBJECT_BASIC_LIMIT_INFORMATION l = {
		.LimitFlags = JOB_OBJECT_LIMIT_JOB_TIME,
		.PerJobUserTimeLimit.QuadPart = 2000000,
	}, got = { 0 };
	JOBOBJECT_END_OF_JOB_TIME_INFORMATION end = {
		JOB_OBJECT_POST_AT_END_OF_JOB
	};
	HANDLE port, job = new_job(&port);
	struct child c;
	DWORD pid = 1;

	CHECK(SetInformationJobObject(job, JobObjectEndOfJobTimeInformation,
				      &end, sizeof end));
	CHECK(SetInformationJobObject(job, JobObjectBasicLimitInformation, &l,
				      sizeof l));
	start("burn", job, &c);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_END_OF_JOB_TIME);
	CHECK_EQ(pid, 0);
	CHECK_EQ(WaitForSingleObject(c.pi.hProcess, 100), WAIT_TIMEOUT);
	CHECK(QueryInformationJobObject(job, JobObjectBasicLimitInformation,
					&got, sizeof got, NULL));
	CHECK_EQ(got.LimitFlags & JOB_OBJECT_LIMIT_JOB_TIME, 0);
	CHECK_EQ(WaitForSingleObject(job, 0), WAIT_TIMEOUT);
	CHECK(TerminateJobObject(job, 7));
	CHECK_EQ(finish(&c), 7);
	CloseHandle(job);
	CloseHandle(port);
}

static void memory(void)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION l = {
		.BasicLimitInformation.LimitFlags =
			JOB_OBJECT_LIMIT_PROCESS_MEMORY |
			JOB_OBJECT_LIMIT_JOB_MEMORY,
		.ProcessMemoryLimit = 100 << 20,
		.JobMemoryLimit = 160 << 20,
	}, got = { 0 };
	HANDLE port, job = new_job(&port);
	struct child a, b, c;
	DWORD pid, n;

	CHECK(SetInformationJobObject(job, JobObjectExtendedLimitInformation,
				      &l, sizeof l));
	start("take 120", job, &a);
	CHECK_EQ(answer(&a), ERROR_COMMITMENT_LIMIT);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_PROCESS_MEMORY_LIMIT);
	CHECK_EQ(pid, a.pi.dwProcessId);
	CHECK_EQ(finish(&a), 0);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_EXIT_PROCESS);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO);

	/* Each within its own limit, but both are too much. */
	start("take 90", job, &a);
	CHECK_EQ(answer(&a), 0);
	start("take 91", job, &b);
	CHECK_EQ(answer(&b), ERROR_COMMITMENT_LIMIT);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_JOB_MEMORY_LIMIT);
	CHECK_EQ(pid, b.pi.dwProcessId);
	/* What the first gives back is there for others. */
	CHECK(WriteFile(a.in, "f", 1, &n, NULL));
	CHECK_EQ(answer(&a), 0);
	start("take 92", job, &c);
	CHECK_EQ(answer(&c), 0);
	CHECK(QueryInformationJobObject(job, JobObjectExtendedLimitInformation,
					&got, sizeof got, NULL));
	CHECK(got.PeakProcessMemoryUsed >= 92 << 20 &&
		      got.PeakProcessMemoryUsed <= 100 << 20,
	      "%llu", (unsigned long long)got.PeakProcessMemoryUsed);
	CHECK(got.PeakJobMemoryUsed >= 92 << 20 &&
		      got.PeakJobMemoryUsed <= 160 << 20,
	      "%llu", (unsigned long long)got.PeakJobMemoryUsed);
	CHECK_EQ(finish(&a), 0);
	CHECK_EQ(finish(&b), 0);
	CHECK_EQ(finish(&c), 0);
	CloseHandle(job);
	CloseHandle(port);
}

static BOOL note(HANDLE job, DWORD flags, ULONGLONG read, ULONGLONG write,
		 LONGLONG time, ULONGLONG memory)
{
	JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION l = {
		.IoReadBytesLimit = read,
		.IoWriteBytesLimit = write,
		.PerJobUserTimeLimit.QuadPart = time,
		.JobMemoryLimit = memory,
		.LimitFlags = flags,
	};

	return SetInformationJobObject(
		job, JobObjectNotificationLimitInformation, &l, sizeof l);
}

static JOBOBJECT_LIMIT_VIOLATION_INFORMATION violation(HANDLE job)
{
	JOBOBJECT_LIMIT_VIOLATION_INFORMATION v;

	memset(&v, 0x55, sizeof v);
	CHECK(QueryInformationJobObject(job,
					JobObjectLimitViolationInformation, &v,
					sizeof v, NULL));
	return v;
}

/* Limits that end nobody: the port is told, once. */
static void notes(void)
{
	enum { BYTES = 100 * 4096, MB = 1 << 20 };
	JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION l;
	JOBOBJECT_LIMIT_VIOLATION_INFORMATION v;
	HANDLE port, job = new_job(&port);
	struct child c;
	DWORD pid = 0;

	CHECK(!note(job, JOB_OBJECT_LIMIT_ACTIVE_PROCESS, 1, 1, 1, 1));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(note(job,
		   JOB_OBJECT_LIMIT_JOB_WRITE_BYTES |
			   JOB_OBJECT_LIMIT_JOB_MEMORY,
		   0, BYTES / 2, 0, 1ull << 40));
	CHECK(QueryInformationJobObject(job,
					JobObjectNotificationLimitInformation,
					&l, sizeof l, NULL));
	CHECK_EQ(l.LimitFlags, JOB_OBJECT_LIMIT_JOB_WRITE_BYTES |
				       JOB_OBJECT_LIMIT_JOB_MEMORY);
	CHECK_EQ(l.IoWriteBytesLimit, BYTES / 2);
	CHECK_EQ(l.JobMemoryLimit, 1ull << 40);
	v = violation(job);
	CHECK_EQ(v.LimitFlags, l.LimitFlags);
	CHECK_EQ(v.ViolationLimitFlags, 0);

	start("copy 100", job, &c);
	CHECK_EQ(answer(&c), 1);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_NOTIFICATION_LIMIT);
	CHECK_EQ(pid, c.pi.dwProcessId);
	v = violation(job);
	CHECK_EQ(v.ViolationLimitFlags, JOB_OBJECT_LIMIT_JOB_WRITE_BYTES);
	CHECK(v.IoWriteBytes > BYTES / 2, "%llu", v.IoWriteBytes);
	CHECK_EQ(v.IoWriteBytesLimit, BYTES / 2);
	/* Reading, too, from now on; what has been read counts. */
	CHECK(note(job, JOB_OBJECT_LIMIT_JOB_READ_BYTES, BYTES / 2, 0, 0, 0));
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_NOTIFICATION_LIMIT);
	v = violation(job);
	CHECK_EQ(v.ViolationLimitFlags, JOB_OBJECT_LIMIT_JOB_READ_BYTES);
	CHECK(v.IoReadBytes >= BYTES, "%llu", v.IoReadBytes);
	CHECK_EQ(finish(&c), 0);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_EXIT_PROCESS);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO);

	CHECK(note(job, JOB_OBJECT_LIMIT_JOB_MEMORY, 0, 0, 0, 60 * MB));
	start("take 100", job, &c);
	CHECK_EQ(answer(&c), 0); /* it gets them */
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_NOTIFICATION_LIMIT);
	v = violation(job);
	CHECK_EQ(v.ViolationLimitFlags, JOB_OBJECT_LIMIT_JOB_MEMORY);
	CHECK(v.JobMemory >= 100 * MB, "%llu", v.JobMemory);
	CHECK_EQ(v.JobMemoryLimit, 60 * MB);
	finish(&c);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_EXIT_PROCESS);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO);

	/* 0.2 s of the processor's time from now on. */
	CHECK(note(job, JOB_OBJECT_LIMIT_JOB_TIME, 0, 0, 2000000, 0));
	start("burn", job, &c);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_NOTIFICATION_LIMIT);
	CHECK_EQ(pid, c.pi.dwProcessId);
	v = violation(job);
	CHECK_EQ(v.ViolationLimitFlags, JOB_OBJECT_LIMIT_JOB_TIME);
	CHECK(v.PerJobUserTimeLimit.QuadPart >= 2000000);
	CHECK(v.PerJobUserTime.QuadPart > v.PerJobUserTimeLimit.QuadPart);
	/* It goes on, and nobody is told again. */
	CHECK_EQ(WaitForSingleObject(c.pi.hProcess, 500), WAIT_TIMEOUT);
	TerminateProcess(c.pi.hProcess, 0);
	finish(&c);
	CHECK_EQ(message(port, &pid), JOB_OBJECT_MSG_EXIT_PROCESS);
	CloseHandle(job);
	CloseHandle(port);
}

static void refused(void)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION l = { 0 };
	JOBOBJECT_BASIC_LIMIT_INFORMATION *b = &l.BasicLimitInformation;
	JOBOBJECT_END_OF_JOB_TIME_INFORMATION end = { 2 };
	HANDLE port, job = new_job(&port);
	USHORT group = 1;

	CHECK(!SetInformationJobObject(job, JobObjectBasicLimitInformation, &l,
				       sizeof l));
	CHECK_EQ(GetLastError(), ERROR_BAD_LENGTH);
	/* The short form knows the old limits only. */
	b->LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
	CHECK(!SetInformationJobObject(job, JobObjectBasicLimitInformation, b,
				       sizeof *b));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	b->LimitFlags =
		JOB_OBJECT_LIMIT_JOB_TIME | JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME;
	CHECK(!SetInformationJobObject(job, JobObjectBasicLimitInformation, b,
				       sizeof *b));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	b->LimitFlags = JOB_OBJECT_LIMIT_AFFINITY;
	CHECK(!SetInformationJobObject(job, JobObjectBasicLimitInformation, b,
				       sizeof *b));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(!SetInformationJobObject(job, JobObjectEndOfJobTimeInformation,
				       &end, sizeof end));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(!SetInformationJobObject(job, JobObjectGroupInformation, &group,
				       sizeof group));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	group = 0;
	CHECK(SetInformationJobObject(job, JobObjectGroupInformation, &group,
				      sizeof group));
	CloseHandle(job);
	CloseHandle(port);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "burn"))
		return burn();
	if (argc > 2)
		return *argv[1] == 'c' ? copy(argv[2]) : take(argv[2]);
	GetModuleFileNameA(NULL, self, sizeof self);
	io_counts();
	process_time();
	job_time_ends();
	job_time_posts();
	memory();
	notes();
	refused();
	return check_done();
}
