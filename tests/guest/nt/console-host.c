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
	struct on_pseudo_console p;

	if (argc > 1)
		return child();
	if (!start_on_pseudo_console(&p, 80, 25, argv[0]))
		return check_done();
	end_on_pseudo_console(&p, "");
	return check_done();
}
