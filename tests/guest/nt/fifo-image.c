/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is no file, in the place of a DLL or program: refused, not waited for. */
#include <windows.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "folder.h"

/* By the host's own program, as Windows has no such things.  0: it has. */
static DWORD make_fifo(const char *name)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	DWORD code = 99;
	char line[100];

	snprintf(line, sizeof line, "mkfifo %s", name);
	if (!CreateProcessA("Z:\\usr\\bin\\mkfifo", line, NULL, NULL, FALSE, 0,
			    NULL, base, &si, &pi))
		return GetLastError();
	WaitForSingleObject(pi.hProcess, INFINITE);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	return code;
}

int main(void)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;

	folder_make("fifo");
	if (make_fifo("rf-fifo.dll")) {
		puts("nothing makes FIFOs here");
		CHECK(RemoveDirectoryA(base));
		return check_done();
	}
	CHECK(!LoadLibraryA(at("rf-fifo.dll")));
	CHECK_EQ(GetLastError(), ERROR_BAD_EXE_FORMAT);
	CHECK(SetDllDirectoryA(base));
	CHECK(!LoadLibraryA("rf-fifo"));
	CHECK_EQ(GetLastError(), ERROR_BAD_EXE_FORMAT);
	CHECK(!LoadLibraryExA(at("rf-fifo.dll"), NULL,
			      LOAD_LIBRARY_AS_DATAFILE));
	CHECK(!CreateProcessA(at("rf-fifo.dll"), NULL, NULL, NULL, FALSE, 0,
			      NULL, NULL, &si, &pi));
	CHECK_EQ(GetLastError(), ERROR_BAD_EXE_FORMAT);
	CHECK(DeleteFileA(at("rf-fifo.dll")));
	CHECK(RemoveDirectoryA(base), "%lu", GetLastError());
	return check_done();
}
