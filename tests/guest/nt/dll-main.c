/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests a DLL whose DllMain fails: by FALSE, by raising an exception, by a
 * fault.  The load fails, with the exception's code as the error, the DLL is
 * gone again, and the next load works.
 *
 * The DLL is a copy of this program with another entry point.
 */
#include "self-dll.h"

static volatile LONG *volatile nowhere;

/* Each is the copy's entry point; its C runtime is not set up. */
static BOOL WINAPI succeeds(HINSTANCE m, DWORD why, void *reserved)
{
	return TRUE;
}

static BOOL WINAPI refuses(HINSTANCE m, DWORD why, void *reserved)
{
	return why != DLL_PROCESS_ATTACH;
}

static BOOL WINAPI raises(HINSTANCE m, DWORD why, void *reserved)
{
	if (why == DLL_PROCESS_ATTACH)
		RaiseException((DWORD)STATUS_NO_MEMORY, 0, 0, NULL);
	return TRUE;
}

static BOOL WINAPI faults(HINSTANCE m, DWORD why, void *reserved)
{
	if (why == DLL_PROCESS_ATTACH)
		*nowhere = 1;
	return TRUE;
}

/* No thread-local storage: its callbacks belong to the C runtime. */
static void without_tls(char *bytes, IMAGE_NT_HEADERS *nt, void *arg)
{
	memset(&nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_TLS], 0,
	       sizeof(IMAGE_DATA_DIRECTORY));
}

static void load(const char *name, dll_entry fn, DWORD error)
{
	HMODULE m;

	make_dll(name, fn, without_tls, NULL);
	for (int i = 0; i < 2; i++) {
		SetLastError(0);
		m = LoadLibraryA(name);
		CHECK(!m == !!error, "%s: %p", name, m);
		if (error)
			CHECK_EQ(GetLastError(), error);
		else
			CHECK(FreeLibrary(m));
		CHECK(!GetModuleHandleA(name), "%s is still there", name);
	}
	CHECK(DeleteFileA(name), "%s: %lu", name, GetLastError());
}

int main(void)
{
	SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
	load("good.dll", succeeds, 0);
	load("refuses.dll", refuses, ERROR_DLL_INIT_FAILED);
	load("raises.dll", raises, ERROR_NOT_ENOUGH_MEMORY);
	load("faults.dll", faults, ERROR_NOACCESS);
	load("again.dll", succeeds, 0);
	return check_done();
}
