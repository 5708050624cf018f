/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-host.c - who looks after a console is among the processes, under the
 * name that Windows has for it, and no list of them waits for its answer.
 */
#include <windows.h>

#include <tlhelp32.h>

#include "check.h"
#include "pseudo-console.h"

static int child(void)
{
	HANDLE out = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE, 3,
				 NULL, OPEN_EXISTING, 0, NULL),
	       list;
	CONSOLE_SCREEN_BUFFER_INFO info;
	PROCESSENTRY32 e = { .dwSize = sizeof e };
	DWORD self = 0;

	CHECK(GetConsoleScreenBufferInfo(out, &info));
	list = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
	CHECK(list != INVALID_HANDLE_VALUE);
	for (BOOL ok = Process32First(list, &e); ok;
	     ok = Process32Next(list, &e)) {
		self += e.th32ProcessID == GetCurrentProcessId();
		if (e.th32ParentProcessID == GetCurrentProcessId())
			CHECK(!lstrcmpiA(e.szExeFile, "conhost.exe"), "%s",
			      e.szExeFile);
	}
	CHECK_EQ(self, 1);
	CloseHandle(list);
	CloseHandle(out);
	return check_done();
}

int main(int argc, char **argv)
{
	create_fn create = PSEUDO_CONSOLE(create_fn, "CreatePseudoConsole");
	close_fn close = PSEUDO_CONSOLE(close_fn, "ClosePseudoConsole");
	HANDLE from, to, theirs_in, theirs_out, thread;
	PROCESS_INFORMATION pi;
	void *pc = NULL;
	DWORD code = 99;

	if (argc > 1)
		return child();
	CHECK(CreatePipe(&theirs_in, &to, NULL, 0));
	CHECK(CreatePipe(&from, &theirs_out, NULL, 0));
	CHECK_EQ(create((COORD){ 80, 25 }, theirs_in, theirs_out, 0, &pc),
		 S_OK);
	if (!pc)
		return check_done();
	CloseHandle(theirs_in);
	CloseHandle(theirs_out);
	thread = CreateThread(NULL, 0, collect, from, 0, NULL);
	spawn_on(pc, argv[0], "child", &pi);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), 0);
	GetExitCodeProcess(pi.hProcess, &code);
	CHECK_EQ(code, 0);
	close(pc);
	WaitForSingleObject(thread, 60000);
	if (code)
		printf("%.4000s\n", shown);
	return check_done();
}
