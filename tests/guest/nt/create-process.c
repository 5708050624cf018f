/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests CreateProcess: which file a command line means, batch files, errors,
 * environment, attribute lists, the ways of C's runtime to start programs,
 * and (under run-foreign) programs of the host.
 */
#include <windows.h>
#include <shellapi.h>
#include <process.h>
#include <string.h>
#include <stdlib.h>

#include "check.h"

static char self[MAX_PATH];

/* ---- as its own child ---- */

/* Starts another; the last error. */
static int try_child(void)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char path[MAX_PATH], line[MAX_PATH + 20];

	GetModuleFileNameA(NULL, path, sizeof path);
	snprintf(line, sizeof line, "\"%s\" code 0", path);
	if (!CreateProcessA(path, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			    &pi))
		return (int)GetLastError();
	WaitForSingleObject(pi.hProcess, INFINITE);
	return 0;
}

static int child(int argc, char **argv)
{
	char text[512];

	if (!strcmp(argv[1], "code"))
		return atoi(argv[2]);
	if (!strcmp(argv[1], "try"))
		return try_child();
	if (!strcmp(argv[1], "where")) {
		GROUP_AFFINITY where = { 0 };

		GetThreadGroupAffinity(GetCurrentThread(), &where);
		return (int)where.Mask;
	}
	if (!strcmp(argv[1], "args")) {
		for (int i = 2; i < argc; i++)
			printf("[%s]", argv[i]);
		return 0;
	}
	if (!strcmp(argv[1], "env")) {
		for (int i = 2; i < argc; i++)
			printf("[%s]", getenv(argv[i]) ? getenv(argv[i]) : "-");
		return 0;
	}
	if (!strcmp(argv[1], "cwd")) {
		GetCurrentDirectoryA(sizeof text, text);
		printf("%s", text);
		return 0;
	}
	if (!strcmp(argv[1], "make")) {
		for (int i = 2; i < argc; i++) {
			HANDLE h = CreateFileA(argv[i], GENERIC_WRITE, 0, NULL,
					       CREATE_ALWAYS, 0, NULL);

			printf("[%lu]",
			       h == INVALID_HANDLE_VALUE ? GetLastError() : 0);
			CloseHandle(h);
		}
		return 0;
	}
	if (!strcmp(argv[1], "handle")) {
		HANDLE h = (HANDLE)(ULONG_PTR)strtoull(argv[2], NULL, 0);

		return SetEvent(h) ? 1 : 100 + GetLastError();
	}
	if (!strcmp(argv[1], "priority"))
		return GetPriorityClass(GetCurrentProcess()) >> 4;
	if (!strcmp(argv[1], "std"))
		return (GetStdHandle(STD_INPUT_HANDLE) != NULL) |
		       (GetStdHandle(STD_OUTPUT_HANDLE) != NULL) << 1 |
		       (GetStdHandle(STD_ERROR_HANDLE) != NULL) << 2;
	return 99;
}

/* ---- running one ---- */

struct result {
	BOOL ok;
	DWORD error, code;
	char out[2048];
};

static struct result run(const char *app, const char *line, DWORD flags,
			 void *env, const char *dir)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	STARTUPINFOA si = { .cb = sizeof si, .dwFlags = STARTF_USESTDHANDLES };
	PROCESS_INFORMATION pi;
	struct result r = { 0 };
	char copy[4096];
	HANDLE from, to;
	DWORD n, all = 0;

	CreatePipe(&from, &to, &sa, 0);
	SetHandleInformation(from, HANDLE_FLAG_INHERIT, 0);
	si.hStdOutput = si.hStdError = to;
	si.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
	if (line)
		strcpy(copy, line);
	r.ok = CreateProcessA(app, line ? copy : NULL, NULL, NULL, TRUE, flags,
			      env, dir, &si, &pi);
	r.error = GetLastError();
	CloseHandle(to);
	while (r.ok && all < sizeof r.out - 1 &&
	       ReadFile(from, r.out + all, sizeof r.out - 1 - all, &n, NULL) &&
	       n)
		all += n;
	CloseHandle(from);
	if (r.ok) {
		CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), 0);
		GetExitCodeProcess(pi.hProcess, &r.code);
		CloseHandle(pi.hProcess);
		CloseHandle(pi.hThread);
	}
	return r;
}

#define RUN_OK(r, want, text)                                                  \
	do {                                                                   \
		struct result r_ = (r);                                        \
		CHECK(r_.ok, "error %lu", r_.error);                           \
		CHECK_EQ(r_.code, want);                                       \
		CHECK(!strcmp(r_.out, text), "\"%s\"", r_.out);                \
	} while (0)

#define RUN_ERROR(r, want)                                                     \
	do {                                                                   \
		struct result r_ = (r);                                        \
		CHECK(!r_.ok);                                                 \
		if (!r_.ok)                                                    \
			CHECK_EQ(r_.error, want);                              \
	} while (0)

static void put_file(const char *name, const char *text)
{
	HANDLE h = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0,
			       NULL);
	DWORD n;

	CHECK(h != INVALID_HANDLE_VALUE, "%s %lu", name, GetLastError());
	WriteFile(h, text, strlen(text), &n, NULL);
	CloseHandle(h);
}

/* ---- which file ---- */

static void names(void)
{
	char line[1024];

	RUN_OK(run(NULL, "cmd /d /c exit 5", 0, NULL, NULL), 5, "");
	RUN_OK(run(NULL, "cmd.exe /d /c exit 6", 0, NULL, NULL), 6, "");
	RUN_OK(run(NULL, "\"cmd\" /d /c exit 7", 0, NULL, NULL), 7, "");
	RUN_OK(run(NULL, "  cmd /d /c echo x", 0, NULL, NULL), 0, "x\r\n");
	/* Only with a path is nothing looked for. */
	RUN_ERROR(run("cmd", "cmd /c exit", 0, NULL, NULL),
		  ERROR_FILE_NOT_FOUND);
	RUN_ERROR(run(NULL, ".\\cmd /c exit", 0, NULL, NULL),
		  ERROR_FILE_NOT_FOUND);

	/* A blank may end the name or not. */
	CHECK(CreateDirectoryA("with blank", NULL));
	CHECK(CopyFileA(self, "with blank\\prog.exe", FALSE));
	RUN_OK(run(NULL, "with blank\\prog.exe code 3", 0, NULL, NULL), 3, "");
	RUN_OK(run(NULL, "with blank\\prog code 4", 0, NULL, NULL), 4, "");
	RUN_OK(run(NULL, "\"with blank\\prog\" args a \"b c\"", 0, NULL, NULL),
	       0, "[a][b c]");
	/* In the caller's current folder, although not the child's. */
	CHECK(CopyFileA(self, "here.exe", FALSE));
	RUN_OK(run(NULL, "here code 8", 0, NULL, "with blank"), 8, "");
	/* An exact name runs, whatever its extension. */
	CHECK(CopyFileA(self, "named.odd", FALSE));
	RUN_OK(run("named.odd", "named.odd code 9", 0, NULL, NULL), 9, "");
	RUN_OK(run(NULL, "named.odd code 10", 0, NULL, NULL), 10, "");
	/* The folder of the application comes first; the command line is
	   given as it is. */
	snprintf(line, sizeof line, "anything args  \"x\"y \\\"z\\\" ");
	RUN_OK(run(self, line, 0, NULL, NULL), 0, "[xy][\"z\"]");
}

/* ---- batch files ---- */

static void batch(void)
{
	put_file("b one.bat",
		 "@echo off\r\necho [%1][%~2][%*]\r\nexit /b 17\r\n");
	put_file("plain.cmd", "@echo %0 %1\r\n@exit /b 18\r\n");
	RUN_OK(run(NULL, "\"b one.bat\" x \"y z\"", 0, NULL, NULL), 17,
	       "[x][y z][x \"y z\"]\r\n");
	RUN_OK(run(NULL, "plain.cmd a&b", 0, NULL, NULL), 1,
	       "plain.cmd a\r\n'b' is not recognized as an internal or "
	       "external command,\r\noperable program or batch file.\r\n");
	RUN_OK(run("plain.cmd", "plain.cmd arg", 0, NULL, NULL), 18,
	       "plain.cmd arg\r\n");
	/* .bat is not added by itself. */
	RUN_ERROR(run(NULL, "plain arg", 0, NULL, NULL), ERROR_FILE_NOT_FOUND);
	RUN_ERROR(run(NULL, "missing.bat arg", 0, NULL, NULL),
		  ERROR_FILE_NOT_FOUND);
}

/* ---- errors ---- */

static void errors(void)
{
	static char longest[40000];
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;

	RUN_ERROR(run(NULL, "nosuchprogram x", 0, NULL, NULL),
		  ERROR_FILE_NOT_FOUND);
	RUN_ERROR(run(NULL, "nosuchdir\\prog x", 0, NULL, NULL),
		  ERROR_PATH_NOT_FOUND);
	RUN_ERROR(run("nosuchdir\\prog.exe", NULL, 0, NULL, NULL),
		  ERROR_PATH_NOT_FOUND);
	RUN_ERROR(run("with blank", NULL, 0, NULL, NULL), ERROR_ACCESS_DENIED);
	put_file("text.exe", "this is no program at all, but long enough\r\n");
	RUN_ERROR(run("text.exe", NULL, 0, NULL, NULL), ERROR_BAD_EXE_FORMAT);
	put_file("empty.exe", "");
	RUN_ERROR(run("empty.exe", NULL, 0, NULL, NULL), ERROR_BAD_EXE_FORMAT);
	put_file("mz.exe", "MZ");
	RUN_ERROR(run("mz.exe", NULL, 0, NULL, NULL), ERROR_BAD_EXE_FORMAT);
	RUN_ERROR(run(self, NULL, 0, NULL, "no such dir"), ERROR_DIRECTORY);
	RUN_ERROR(run(self, NULL, 0, NULL, self), ERROR_DIRECTORY);
	RUN_ERROR(run(self, NULL, DETACHED_PROCESS | CREATE_NEW_CONSOLE, NULL,
		      NULL),
		  ERROR_INVALID_PARAMETER);
	RUN_ERROR(run(NULL, NULL, 0, NULL, NULL), ERROR_INVALID_PARAMETER);
	/* Extended is what cb says. */
	RUN_ERROR(run(self, NULL, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL),
		  ERROR_INVALID_PARAMETER);
	memset(longest, 'x', sizeof longest - 1);
	CHECK(!CreateProcessA(self, longest, NULL, NULL, FALSE, 0, NULL, NULL,
			      &si, &pi));
	CHECK_EQ(GetLastError(), ERROR_FILENAME_EXCED_RANGE);
}

/* ---- environment and folder ---- */

static void surroundings(void)
{
	static const char ansi[] = "RF_A=one\0RF_B=two=2\0";
	static const WCHAR wide[] = L"RF_A=\x00e9\0RF_B=w\0";
	char line[600], dir[MAX_PATH], want[MAX_PATH];

	snprintf(line, sizeof line, "\"%s\" env RF_A RF_B RF_C", self);
	SetEnvironmentVariableA("RF_C", "inherited");
	SetEnvironmentVariableA("RF_A", "ours");
	RUN_OK(run(NULL, line, 0, NULL, NULL), 0, "[ours][-][inherited]");
	RUN_OK(run(NULL, line, 0, (void *)ansi, NULL), 0, "[one][two=2][-]");
	snprintf(line, sizeof line, "\"%s\" env RF_B RF_C", self);
	RUN_OK(run(NULL, line, CREATE_UNICODE_ENVIRONMENT, (void *)wide, NULL),
	       0, "[w][-]");
	GetCurrentDirectoryA(sizeof dir, dir);
	snprintf(line, sizeof line, "\"%s\" cwd", self);
	RUN_OK(run(NULL, line, 0, NULL, NULL), 0, dir);
	snprintf(want, sizeof want, "%s\\with blank", dir);
	RUN_OK(run(NULL, line, 0, NULL, "with blank"), 0, want);
	RUN_OK(run(NULL, line, 0, NULL, "with blank\\..\\with blank\\"), 0,
	       want);
	/* Relative names, however the folder was written. */
	CreateDirectoryA("with blank\\sub", NULL);
	snprintf(line, sizeof line, "\"%s\" make one sub/two sub\\three ./four",
		 self);
	RUN_OK(run(NULL, line, 0, NULL, "with blank"), 0, "[0][0][0][0]");
	RUN_OK(run(NULL, line, 0, NULL, want), 0, "[0][0][0][0]");
	strcat(want, "\\");
	RUN_OK(run(NULL, line, 0, NULL, want), 0, "[0][0][0][0]");
}

/* ---- flags ---- */

static void flags(void)
{
	char line[600];

	snprintf(line, sizeof line, "\"%s\" priority", self);
	RUN_OK(run(NULL, line, IDLE_PRIORITY_CLASS, NULL, NULL),
	       IDLE_PRIORITY_CLASS >> 4, "");
	RUN_OK(run(NULL, line, BELOW_NORMAL_PRIORITY_CLASS, NULL, NULL),
	       BELOW_NORMAL_PRIORITY_CLASS >> 4, "");
	RUN_OK(run(NULL, line, 0, NULL, NULL), NORMAL_PRIORITY_CLASS >> 4, "");
	snprintf(line, sizeof line, "\"%s\" std", self);
	RUN_OK(run(NULL, line, CREATE_NO_WINDOW, NULL, NULL), 7, "");
	RUN_OK(run(NULL, line, DETACHED_PROCESS, NULL, NULL), 7, "");
	RUN_OK(run(NULL, line, CREATE_NEW_PROCESS_GROUP, NULL, NULL), 7, "");
}

/* ---- attribute lists ---- */

static BOOL start_with(LPPROC_THREAD_ATTRIBUTE_LIST list, HANDLE h,
		       BOOL inherit, DWORD *code)
{
	STARTUPINFOEXA si = { .StartupInfo.cb = sizeof si,
			      .lpAttributeList = list };
	PROCESS_INFORMATION pi;
	char line[600];

	snprintf(line, sizeof line, "\"%s\" handle %#llx", self,
		 (unsigned long long)(ULONG_PTR)h);
	if (!CreateProcessA(NULL, line, NULL, NULL, inherit,
			    EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
			    &si.StartupInfo, &pi))
		return FALSE;
	WaitForSingleObject(pi.hProcess, 60000);
	GetExitCodeProcess(pi.hProcess, code);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	return TRUE;
}

static void attributes(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE listed = CreateEventA(&sa, TRUE, FALSE, NULL);
	HANDLE other = CreateEventA(&sa, TRUE, FALSE, NULL);
	HANDLE own = CreateEventA(NULL, TRUE, FALSE, NULL);
	HANDLE job = CreateJobObjectA(NULL, NULL);
	JOBOBJECT_BASIC_ACCOUNTING_INFORMATION info;
	LPPROC_THREAD_ATTRIBUTE_LIST list;
	SIZE_T size = 0;
	DWORD code = 0;

	CHECK(!InitializeProcThreadAttributeList(NULL, 2, 0, &size));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	list = malloc(size);
	CHECK(InitializeProcThreadAttributeList(list, 2, 0, &size));
	CHECK(UpdateProcThreadAttribute(list, 0,
					PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
					&listed, sizeof listed, NULL, NULL));
	CHECK(UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST,
					&job, sizeof job, NULL, NULL));
	CHECK(start_with(list, listed, TRUE, &code), "%lu", GetLastError());
	CHECK_EQ(code, 1);
	CHECK_EQ(WaitForSingleObject(listed, 0), WAIT_OBJECT_0);
	CHECK(start_with(list, other, TRUE, &code));
	CHECK_EQ(code, 100 + ERROR_INVALID_HANDLE);
	/* Who lists handles must inherit. */
	CHECK(!start_with(list, listed, FALSE, &code));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(QueryInformationJobObject(job,
					JobObjectBasicAccountingInformation,
					&info, sizeof info, NULL));
	CHECK_EQ(info.TotalProcesses, 2);
	DeleteProcThreadAttributeList(list);

	/* One that cannot be inherited must not be listed. */
	CHECK(InitializeProcThreadAttributeList(list, 1, 0, &size));
	CHECK(UpdateProcThreadAttribute(list, 0,
					PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &own,
					sizeof own, NULL, NULL));
	CHECK(!start_with(list, own, TRUE, &code));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	free(list);
	CloseHandle(listed);
	CloseHandle(other);
	CloseHandle(own);
	CloseHandle(job);
}

/* One attribute; the exit code of `self WHAT`, or ~the last error. */
static DWORD start_so(const char *what, DWORD_PTR attribute, PVOID value,
		      SIZE_T value_size)
{
	STARTUPINFOEXA si = { .StartupInfo.cb = sizeof si };
	char space[400], line[600];
	PROCESS_INFORMATION pi;
	SIZE_T size = sizeof space;
	DWORD code = 0;

	si.lpAttributeList = (void *)space;
	CHECK(InitializeProcThreadAttributeList(si.lpAttributeList, 1, 0,
						&size));
	if (!UpdateProcThreadAttribute(si.lpAttributeList, 0, attribute, value,
				       value_size, NULL, NULL))
		return ~GetLastError();
	snprintf(line, sizeof line, "\"%s\" %s", self, what);
	if (!CreateProcessA(NULL, line, NULL, NULL, FALSE,
			    EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
			    &si.StartupInfo, &pi))
		return ~GetLastError();
	WaitForSingleObject(pi.hProcess, 60000);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	return code;
}

static void more_attributes(void)
{
	enum {
		GROUP = 0x30003,
		NODE = 0x20004,
		IDEAL = 0x30005,
		CHILDREN = 0x2000e,
		BLOCKED = 367, /* ERROR_CHILD_PROCESS_BLOCKED */
	};
	GROUP_AFFINITY where = { .Mask = 1 }, old = { 0 }, now = { 0 };
	PROCESSOR_NUMBER ideal = { .Number = 0 };
	DWORD policy = 1;
	USHORT node = 0;

	GetThreadGroupAffinity(GetCurrentThread(), &old);
	CHECK_EQ(start_so("where x", GROUP, &where, sizeof where), 1);
	GetThreadGroupAffinity(GetCurrentThread(), &now);
	CHECK_EQ(now.Mask, old.Mask);
	CHECK_EQ(start_so("where x", GROUP, &where, 3), ~(DWORD)ERROR_BAD_LENGTH);
	where.Group = 7;
	CHECK_EQ(start_so("where x", GROUP, &where, sizeof where),
		 ~(DWORD)ERROR_INVALID_PARAMETER);
	CHECK_EQ(start_so("code 5", IDEAL, &ideal, sizeof ideal), 5);
	ideal.Group = 7;
	CHECK_EQ(start_so("code 5", IDEAL, &ideal, sizeof ideal),
		 ~(DWORD)ERROR_INVALID_PARAMETER);
	CHECK_EQ(start_so("code 5", NODE, &node, sizeof node), 5);
	CHECK_EQ(start_so("code 5", 0x2ffff, &node, sizeof node),
		 ~(DWORD)ERROR_NOT_SUPPORTED);
	/* It may have no children. */
	CHECK_EQ(start_so("try x", CHILDREN, &policy, sizeof policy), BLOCKED);
	policy = 0;
	CHECK_EQ(start_so("try x", CHILDREN, &policy, sizeof policy), 0);
}

/* ---- other ways ---- */

static void runtimes(void)
{
	char line[600], text[256] = "";
	SHELLEXECUTEINFOA e = { .cbSize = sizeof e,
				.fMask = SEE_MASK_NOCLOSEPROCESS |
					 SEE_MASK_FLAG_NO_UI };
	DWORD code;
	FILE *f;

	CHECK_EQ(system("exit 3"), 3);
	CHECK_EQ(system("nosuchprogram 2>nul"), 1);
	CHECK_EQ(system("\"b one.bat\" >nul"), 17);
	CHECK(system(NULL) != 0);
	CHECK_EQ(_spawnl(_P_WAIT, "here.exe", "here", "code", "12", NULL), 12);
	CHECK_EQ(_spawnlp(_P_WAIT, "here", "here", "code", "13", NULL), 13);
	CHECK_EQ(_spawnl(_P_WAIT, "plain.cmd", "plain.cmd", ">nul", NULL), 18);
	CHECK_EQ(_spawnl(_P_WAIT, "nosuch", "nosuch", NULL), -1);
	f = _popen("echo piped& exit 4", "rt");
	CHECK(f && fgets(text, sizeof text, f) && !strcmp(text, "piped\n"),
	      "%s", text);
	CHECK_EQ(_pclose(f), 4);
	f = _popen("sort.nosuch 2>nul", "r");
	CHECK_EQ(_pclose(f), 1);

	snprintf(line, sizeof line, "%s code 0", self);
	CHECK(WinExec(line, SW_HIDE) > 31);
	CHECK_EQ(WinExec("nosuchprogram", SW_HIDE), ERROR_FILE_NOT_FOUND);

	e.lpFile = self;
	e.lpParameters = "code 21";
	CHECK(ShellExecuteExA(&e), "%lu", GetLastError());
	if (e.hProcess) {
		WaitForSingleObject(e.hProcess, 60000);
		GetExitCodeProcess(e.hProcess, &code);
		CHECK_EQ(code, 21);
		CloseHandle(e.hProcess);
	}
	e.lpFile = "nosuchprogram.exe";
	CHECK(!ShellExecuteExA(&e));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK((ULONG_PTR)ShellExecuteA(NULL, "open", "nosuchprogram", NULL,
				       NULL, SW_HIDE) == SE_ERR_FNF);
}

/* ---- programs of the host ---- */

/* A native program begins when it is resumed, or never. */
static void held(void)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[] = "sh -c \"exit 23\"";
	DWORD code;

	for (int resume = 0; resume < 2; resume++) {
		CHECK(CreateProcessA("Z:\\bin\\sh", line, NULL, NULL, FALSE,
				     CREATE_SUSPENDED, NULL, NULL, &si, &pi));
		CHECK_EQ(WaitForSingleObject(pi.hProcess, 50), WAIT_TIMEOUT);
		if (resume) {
			CHECK_EQ(SuspendThread(pi.hThread), 1);
			CHECK_EQ(ResumeThread(pi.hThread), 2);
			CHECK_EQ(WaitForSingleObject(pi.hProcess, 50),
				 WAIT_TIMEOUT);
			CHECK_EQ(ResumeThread(pi.hThread), 1);
		} else {
			CHECK(TerminateProcess(pi.hProcess, 24));
		}
		CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), 0);
		GetExitCodeProcess(pi.hProcess, &code);
		CHECK_EQ(code, resume ? 23 : 24);
		CloseHandle(pi.hProcess);
		CloseHandle(pi.hThread);
	}
}

static void host(void)
{
	char dir[MAX_PATH], line[600];

	if (GetFileAttributesA("Z:\\bin\\sh") == INVALID_FILE_ATTRIBUTES)
		return;
	RUN_OK(run("Z:\\bin\\sh", "sh -c \"exit 44\"", 0, NULL, NULL), 44, "");
	RUN_OK(run(NULL, "Z:\\bin\\sh -c \"echo $1 $0\" a \"b  c\"", 0, NULL,
		   NULL),
	       0, "b c a\n");
	RUN_OK(run(NULL,
		   "Z:/bin/sh -c \"printf '<%s>' \\\"$@\\\"\" sh C:\\x /y z:/w",
		   0, NULL, NULL),
	       0, "<C:\\x></y><z:/w>");
	RUN_OK(run(NULL, "Z:\\bin\\sh -c \"kill -9 $$\"", 0, NULL, NULL),
	       (DWORD)(128 + 9), "");
	put_file("script", "#!/bin/sh\necho script \"$1\"\nexit 3\n");
	/* Not executable for the host. */
	RUN_ERROR(run("script", NULL, 0, NULL, NULL), ERROR_ACCESS_DENIED);
	RUN_OK(run(NULL, "Z:\\bin\\chmod +x script", 0, NULL, NULL), 0, "");
	RUN_OK(run("script", "script \"a  b\"", 0, NULL, NULL), 3,
	       "script a  b\n");
	put_file("script", "#!/no/such/interpreter\n");
	RUN_ERROR(run("script", "script", 0, NULL, NULL), ERROR_FILE_NOT_FOUND);
	GetCurrentDirectoryA(sizeof dir, dir);
	snprintf(line, sizeof line, "Z:\\bin\\sh -c \"cat\" <nul");
	RUN_OK(run(NULL, "cmd /d /c echo from windows| Z:\\bin\\cat", 0, NULL,
		   NULL),
	       0, "from windows \r\n");
	held();
	SetEnvironmentVariableA("RF_HOST", "seen by it");
	RUN_OK(run(NULL, "Z:\\bin\\sh -c \"echo $RF_HOST\"", 0, NULL, NULL), 0,
	       "seen by it\n");
}

int main(int argc, char **argv)
{
	char dir[MAX_PATH], temp[MAX_PATH], line[MAX_PATH * 2];

	if (argc > 1)
		return child(argc, argv);
	GetModuleFileNameA(NULL, self, sizeof self);
	GetTempPathA(sizeof temp, temp);
	snprintf(dir, sizeof dir, "%srf-create-%lu", temp,
		 GetCurrentProcessId());
	CHECK(CreateDirectoryA(dir, NULL));
	CHECK(SetCurrentDirectoryA(dir));
	names();
	batch();
	errors();
	surroundings();
	flags();
	attributes();
	more_attributes();
	runtimes();
	host();
	SetCurrentDirectoryA(temp);
	snprintf(line, sizeof line, "rd /s /q \"%s\"", dir);
	CHECK_EQ(system(line), 0);
	return check_done();
}
