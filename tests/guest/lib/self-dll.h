/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * self-dll.h - for tests of loading: DLLs that are this program, its file with
 * another entry point and the mark of a DLL.
 *
 * In such a copy no C runtime is set up, and its variables are its own: what it
 * notes goes to the program's log, whose address is in the environment.
 */
#ifndef RF_GUEST_SELF_DLL_H
#define RF_GUEST_SELF_DLL_H

#include <windows.h>
#include <string.h>

#include "check.h"

typedef BOOL(WINAPI *dll_entry)(HINSTANCE m, DWORD why, void *reserved);

static inline DWORD self_rva(const void *p)
{
	return (DWORD)((const char *)p - (char *)GetModuleHandleA(NULL));
}

/* Where that is in the bytes of the file. */
static inline char *self_in_file(char *bytes, IMAGE_NT_HEADERS *nt, DWORD at)
{
	IMAGE_SECTION_HEADER *s = IMAGE_FIRST_SECTION(nt);

	while (at - s->VirtualAddress >= s->SizeOfRawData)
		s++;
	return bytes + s->PointerToRawData + (at - s->VirtualAddress);
}

/* alter: NULL, or what else is changed in the bytes of the file. */
static inline void
make_dll(const char *name, dll_entry fn,
	 void (*alter)(char *bytes, IMAGE_NT_HEADERS *nt, void *arg), void *arg)
{
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
	nt->OptionalHeader.AddressOfEntryPoint = self_rva(fn);
	if (alter)
		alter(bytes, nt, arg);
	f = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	CHECK(WriteFile(f, bytes, size, &n, NULL) && n == size, "%s: %lu", name,
	      GetLastError());
	CloseHandle(f);
	HeapFree(GetProcessHeap(), 0, bytes);
}

static inline void give_log(void *log)
{
	char text[32];

	sprintf(text, "%llx", (unsigned long long)(ULONG_PTR)log);
	SetEnvironmentVariableA("RF_DLL_LOG", text);
}

static inline void *find_log(void)
{
	char text[32];
	ULONG_PTR v = 0;

	if (!GetEnvironmentVariableA("RF_DLL_LOG", text, sizeof text))
		return NULL;
	for (const char *s = text; *s; s++)
		v = v * 16 + (ULONG_PTR)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
	return (void *)v;
}

#endif
