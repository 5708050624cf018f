/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A function that a DLL has from another one: that one stays as long as the
 * first, whoever has loaded it, and is initialised before it is given out.
 *
 * The DLLs are this program; the forwarder's text stands in place of its name.
 */
#include "self-dll.h"

struct log {
	volatile LONG attached[2]; /* first, second */
};

__declspec(dllexport) int rf_answer(void)
{
	return 42;
}

static BOOL WINAPI entry_first(HINSTANCE m, DWORD why, void *reserved)
{
	struct log *log = find_log();

	if (log && why == DLL_PROCESS_ATTACH)
		log->attached[0]++;
	return TRUE;
}

static BOOL WINAPI entry_second(HINSTANCE m, DWORD why, void *reserved)
{
	struct log *log = find_log();

	if (log && why == DLL_PROCESS_ATTACH)
		log->attached[1]++;
	return TRUE;
}

static void forward(char *bytes, IMAGE_NT_HEADERS *nt, void *arg)
{
	IMAGE_DATA_DIRECTORY *dir =
		&nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT];
	IMAGE_EXPORT_DIRECTORY *x =
		(void *)self_in_file(bytes, nt, dir->VirtualAddress);
	char *name = self_in_file(bytes, nt, x->Name);

	CHECK_EQ(x->NumberOfFunctions, 1);
	CHECK(strlen(name) >= strlen(arg), "%s", name);
	strcpy(name, arg);
	*(DWORD *)self_in_file(bytes, nt, x->AddressOfFunctions) = x->Name;
}

typedef int (*answer_fn)(void);

int main(void)
{
	static struct log log;
	HMODULE first, second;
	answer_fn fn;

	give_log(&log);
	make_dll("rf-1.dll", entry_first, forward, "rf-2.rf_answer");
	make_dll("rf-2.dll", entry_second, NULL, NULL);

	/* Loaded by the forwarder. */
	first = LoadLibraryA("rf-1.dll");
	CHECK(first != NULL, "%lu", GetLastError());
	CHECK(!GetModuleHandleA("rf-2.dll"));
	fn = (answer_fn)(void *)GetProcAddress(first, "rf_answer");
	CHECK(fn && fn() == 42);
	CHECK_EQ(log.attached[0], 1);
	CHECK_EQ(log.attached[1], 1);
	CHECK(GetModuleHandleA("rf-2.dll") != NULL);
	CHECK(FreeLibrary(first));
	CHECK(!GetModuleHandleA("rf-1.dll"));
	CHECK(!GetModuleHandleA("rf-2.dll"));

	/* By somebody else, who frees it. */
	second = LoadLibraryA("rf-2.dll");
	first = LoadLibraryA("rf-1.dll");
	fn = (answer_fn)(void *)GetProcAddress(first, "rf_answer");
	CHECK(fn == (answer_fn)(void *)GetProcAddress(second, "rf_answer"));
	for (int i = 0; i < 3; i++)
		CHECK(GetProcAddress(first, "rf_answer") ==
		      (FARPROC)(void *)fn);
	CHECK(FreeLibrary(second));
	CHECK(GetModuleHandleA("rf-2.dll") == second);
	CHECK(GetModuleHandleA("rf-2.dll") && fn() == 42);
	CHECK(FreeLibrary(first));
	CHECK(!GetModuleHandleA("rf-1.dll"));
	CHECK(!GetModuleHandleA("rf-2.dll"));
	CHECK_EQ(log.attached[1], 2);
	CHECK(DeleteFileA("rf-1.dll") && DeleteFileA("rf-2.dll"), "%lu",
	      GetLastError());
	return check_done();
}
