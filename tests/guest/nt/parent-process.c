/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PROC_THREAD_ATTRIBUTE_PARENT_PROCESS: the child of one process, started by
 * another, has handles, job, processors and priority of its parent, and its
 * environment from who started it.
 */
#include "check.h"

#include <stdlib.h>
#include <windows.h>
#include <tlhelp32.h>

static char self[MAX_PATH];

static DWORD parent_of(DWORD id)
{
	HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
	PROCESSENTRY32 e = { .dwSize = sizeof e };
	DWORD parent = 0;

	for (BOOL more = Process32First(all, &e); more;
	     more = Process32Next(all, &e))
		if (e.th32ProcessID == id)
			parent = e.th32ParentProcessID;
	CloseHandle(all);
	return parent;
}

/* What the middle process tells: handles of its own, as it knows them. */
struct middle {
	DWORD inherits, keeps, file, child_only;
};

static int middle(HANDLE out, HANDLE go)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	struct middle m;
	char path[MAX_PATH];
	HANDLE f;
	DWORD n;

	GetTempFileNameA(".", "par", 0, path);
	f = CreateFileA(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
			&sa, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	CHECK(WriteFile(f, "middle ", 7, &n, NULL));
	m.inherits = (DWORD)(ULONG_PTR)CreateEventA(&sa, TRUE, FALSE, NULL);
	m.keeps = (DWORD)(ULONG_PTR)CreateEventA(NULL, TRUE, FALSE, NULL);
	m.child_only = (DWORD)(ULONG_PTR)CreateEventA(&sa, TRUE, FALSE, NULL);
	m.file = (DWORD)(ULONG_PTR)f;
	CHECK(SetPriorityClass(GetCurrentProcess(),
			       BELOW_NORMAL_PRIORITY_CLASS));
	SetEnvironmentVariableA("WHOSE", "the middle's");
	WriteFile(out, &m, sizeof m, &n, NULL);
	WaitForSingleObject(go, INFINITE);
	/* The children have set it, and written behind us. */
	CHECK_EQ(WaitForSingleObject((HANDLE)(ULONG_PTR)m.inherits, 0),
		 WAIT_OBJECT_0);
	CHECK_EQ(SetFilePointer(f, 0, NULL, FILE_CURRENT), 7 + 2 * 5);
	return check_done();
}

static HANDLE handle(const char *s)
{
	return (HANDLE)(ULONG_PTR)strtoul(s, NULL, 10);
}

/* The child: inherits, keeps, file, child_only, parent's id. */
static int child(char **argv)
{
	char whose[40] = "";
	BOOL in_job = FALSE;
	DWORD n;

	CHECK(SetEvent(handle(argv[2])));
	CHECK(!SetEvent(handle(argv[3])));
	CHECK(WriteFile(handle(argv[4]), "child", 5, &n, NULL));
	/* In a list or not, as the last argument says. */
	CHECK_EQ(SetEvent(handle(argv[5])), !strcmp(argv[7], "all"));
	CHECK_EQ(parent_of(GetCurrentProcessId()),
		 strtoul(argv[6], NULL, 10));
	CHECK_EQ(GetPriorityClass(GetCurrentProcess()),
		 BELOW_NORMAL_PRIORITY_CLASS);
	GetEnvironmentVariableA("WHOSE", whose, sizeof whose);
	CHECK(!strcmp(whose, "the first's"), "%s", whose);
	CHECK(IsProcessInJob(GetCurrentProcess(), NULL, &in_job) && in_job);
	return check_done();
}

static BOOL start(HANDLE parent, const char *line, HANDLE *list, DWORD n,
		  BOOL inherit, PROCESS_INFORMATION *pi)
{
	STARTUPINFOEXA si = { .StartupInfo.cb = sizeof si };
	char room[400], copy[400];
	SIZE_T size = sizeof room;
	BOOL ok;

	si.lpAttributeList = (void *)room;
	lstrcpyA(copy, line);
	CHECK(InitializeProcThreadAttributeList(si.lpAttributeList, 2, 0,
						&size));
	CHECK(UpdateProcThreadAttribute(si.lpAttributeList, 0,
					PROC_THREAD_ATTRIBUTE_PARENT_PROCESS,
					&parent, sizeof parent, NULL, NULL));
	if (n)
		CHECK(UpdateProcThreadAttribute(
			si.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
			list, n * sizeof *list, NULL, NULL));
	ok = CreateProcessA(self, copy, NULL, NULL, inherit,
			    EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
			    &si.StartupInfo, pi);
	DeleteProcThreadAttributeList(si.lpAttributeList);
	return ok;
}

static DWORD finish(PROCESS_INFORMATION *pi)
{
	DWORD code = ~0u;

	CHECK_EQ(WaitForSingleObject(pi->hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(pi->hProcess, &code);
	CloseHandle(pi->hProcess);
	CloseHandle(pi->hThread);
	return code;
}

int main(int argc, char **argv)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION mid, pi;
	HANDLE in, out, go, job, weak, list[2];
	struct middle m;
	char line[400];
	DWORD n;

	GetModuleFileNameA(NULL, self, sizeof self);
	if (argc == 4)
		return middle(handle(argv[2]), handle(argv[3]));
	if (argc > 4)
		return child(argv);
	if (argc > 1)
		return atoi(argv[1]);

	CHECK(CreatePipe(&in, &out, &sa, 0));
	SetHandleInformation(in, HANDLE_FLAG_INHERIT, 0);
	go = CreateEventA(&sa, TRUE, FALSE, NULL);
	snprintf(line, sizeof line, "\"%s\" middle %u %u", self,
		 (unsigned)(ULONG_PTR)out, (unsigned)(ULONG_PTR)go);
	CHECK(CreateProcessA(self, line, NULL, NULL, TRUE, CREATE_SUSPENDED,
			     NULL, NULL, &si, &mid));
	job = CreateJobObjectA(NULL, NULL);
	CHECK(AssignProcessToJobObject(job, mid.hProcess));
	ResumeThread(mid.hThread);
	CloseHandle(out);
	CHECK(ReadFile(in, &m, sizeof m, &n, NULL) && n == sizeof m);
	SetEnvironmentVariableA("WHOSE", "the first's");

	snprintf(line, sizeof line, "\"%s\" child %lu %lu %lu %lu %lu all",
		 self, m.inherits, m.keeps, m.file, m.child_only,
		 mid.dwProcessId);
	CHECK(start(mid.hProcess, line, NULL, 0, TRUE, &pi));
	CHECK_EQ(finish(&pi), 0);

	/* Only what is in the list, whose handles are the parent's. */
	list[0] = (HANDLE)(ULONG_PTR)m.inherits;
	list[1] = (HANDLE)(ULONG_PTR)m.file;
	snprintf(line, sizeof line, "\"%s\" child %lu %lu %lu %lu %lu listed",
		 self, m.inherits, m.keeps, m.file, m.child_only,
		 mid.dwProcessId);
	CHECK(start(mid.hProcess, line, list, 2, TRUE, &pi));
	CHECK_EQ(finish(&pi), 0);
	list[0] = (HANDLE)(ULONG_PTR)m.keeps;
	CHECK(!start(mid.hProcess, line, list, 1, TRUE, &pi));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

	/* A handle that does not say so is not enough. */
	CHECK(DuplicateHandle(GetCurrentProcess(), mid.hProcess,
			      GetCurrentProcess(), &weak,
			      PROCESS_QUERY_INFORMATION, FALSE, 0));
	snprintf(line, sizeof line, "\"%s\" 5", self);
	CHECK(!start(weak, line, NULL, 0, FALSE, &pi));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	/* Ourselves. */
	CHECK(start(GetCurrentProcess(), line, NULL, 0, FALSE, &pi));
	CHECK_EQ(finish(&pi), 5);
	/* Nothing is inherited, and its code is seen here. */
	CHECK(start(mid.hProcess, line, NULL, 0, FALSE, &pi));
	CHECK_EQ(finish(&pi), 5);

	SetEvent(go);
	CHECK_EQ(finish(&mid), 0);
	return check_done();
}
