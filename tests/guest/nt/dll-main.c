/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests a DLL whose DllMain fails: by FALSE, by raising an exception, by a
 * fault.  The load fails, with the exception's code as the error, the DLL is
 * gone again, and the next load works.
 *
 * The DLL is a copy of this program with another entry point.
 */
#include <windows.h>
#include <string.h>

#include "check.h"

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

typedef BOOL(WINAPI *entry)(HINSTANCE m, DWORD why, void *reserved);

static BOOL make(const char *name, entry fn)
{
	char *base = (char *)GetModuleHandleA(NULL);
	char self[MAX_PATH], *bytes;
	IMAGE_NT_HEADERS *nt;
	DWORD size, n = 0;
	HANDLE f;

	GetModuleFileNameA(NULL, self, sizeof self);
	f = CreateFileA(self, GENERIC_READ, FILE_SHARE_READ, NULL,
			OPEN_EXISTING, 0, NULL);
	size = GetFileSize(f, NULL);
	bytes = HeapAlloc(GetProcessHeap(), 0, size);
	CHECK(bytes && ReadFile(f, bytes, size, &n, NULL) && n == size);
	CloseHandle(f);
	nt = (void *)(bytes + ((IMAGE_DOS_HEADER *)bytes)->e_lfanew);
	nt->FileHeader.Characteristics |= IMAGE_FILE_DLL;
	nt->OptionalHeader.AddressOfEntryPoint = (DWORD)((char *)fn - base);
	/* No thread-local storage: its callbacks belong to the C runtime. */
	memset(&nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_TLS], 0,
	       sizeof(IMAGE_DATA_DIRECTORY));
	f = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	n = 0;
	WriteFile(f, bytes, size, &n, NULL);
	CloseHandle(f);
	HeapFree(GetProcessHeap(), 0, bytes);
	return n == size;
}

static void load(const char *name, entry fn, DWORD error)
{
	HMODULE m;

	CHECK(make(name, fn), "%s", name);
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
