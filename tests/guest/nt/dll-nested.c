/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A DLL's entry point that loads another DLL: whoever needs the first waits
 * until it has returned, though the other is complete by then.
 *
 * The DLLs are this program: its file with another entry point, the mark of a
 * DLL, and more imports.  outer needs inner and second, second needs inner, and
 * inner loads third.
 */
#include "self-dll.h"

enum { MOST = 16, ROOM = 32 };

struct log {
	volatile LONG n;
	HMODULE call[MOST]; /* entry points that were entered */
	volatile LONG left; /* calls when inner left its own */
};

__declspec(dllexport) void rf_nothing(void)
{
}

/* What a copy imports; filled in its file only. */
static struct {
	IMAGE_IMPORT_DESCRIPTOR d[ROOM];
	struct {
		IMAGE_THUNK_DATA names[2], iat[2];
		char dll[16];
	} more[2];
	WORD hint;
	char name[16];
} imports = { .hint = 1, .name = "rf_nothing" };

static BOOL WINAPI entry(HINSTANCE m, DWORD why, void *reserved)
{
	struct log *log = find_log();
	LONG i;

	if (why != DLL_PROCESS_ATTACH || !log)
		return TRUE;
	i = InterlockedIncrement(&log->n) - 1;
	if (i < MOST)
		log->call[i] = m;
	return TRUE;
}

static BOOL WINAPI entry_inner(HINSTANCE m, DWORD why, void *reserved)
{
	struct log *log = find_log();

	entry(m, why, reserved);
	if (why == DLL_PROCESS_ATTACH && log) {
		LoadLibraryA("rf-third.dll");
		log->left = log->n;
	}
	return TRUE;
}

/* arg: two DLLs' names. */
static void import(char *bytes, IMAGE_NT_HEADERS *nt, void *arg)
{
	const char *const *from = arg;
	IMAGE_DATA_DIRECTORY *dir =
		&nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
	char *copy = self_in_file(bytes, nt, self_rva(&imports));
	IMAGE_IMPORT_DESCRIPTOR *to = (void *)copy;
	const IMAGE_IMPORT_DESCRIPTOR *d =
		(void *)self_in_file(bytes, nt, dir->VirtualAddress);
	int n = 0;

	for (; d->Name; d++)
		to[n++] = *d;
	for (int i = 0; i < 2 && from[i]; i++, n++) {
		char *more = copy +
			     (self_rva(&imports.more[i]) - self_rva(&imports));
		IMAGE_THUNK_DATA *thunk = (void *)more;

		thunk[0].u1.AddressOfData = self_rva(&imports.hint);
		thunk[2].u1.AddressOfData = self_rva(&imports.hint);
		strcpy(more + 4 * sizeof *thunk, from[i]);
		to[n].OriginalFirstThunk = self_rva(imports.more[i].names);
		to[n].FirstThunk = self_rva(imports.more[i].iat);
		to[n].Name = self_rva(imports.more[i].dll);
	}
	CHECK(n < ROOM);
	dir->VirtualAddress = self_rva(&imports);
	dir->Size = sizeof imports.d;
}

static void make(const char *name, dll_entry fn, const char *a, const char *b)
{
	const char *from[2] = { a, b };

	make_dll(name, fn, a ? import : NULL, from);
}

int main(void)
{
	static const char *const order[] = { "rf-inner.dll", "rf-third.dll",
					     "rf-second.dll", "rf-outer.dll" };
	static struct log log;
	HMODULE h;

	give_log(&log);
	make("rf-inner.dll", entry_inner, NULL, NULL);
	make("rf-third.dll", entry, NULL, NULL);
	make("rf-second.dll", entry, "rf-inner.dll", NULL);
	make("rf-outer.dll", entry, "rf-inner.dll", "rf-second.dll");
	h = LoadLibraryA("rf-outer.dll");
	CHECK(h != NULL, "%lu", GetLastError());
	CHECK_EQ(log.n, 4);
	CHECK_EQ(log.left, 2);
	for (int i = 0; i < 4; i++) {
		h = GetModuleHandleA(order[i]);
		CHECK(h && h == log.call[i], "%d: %p, not %s's %p", i,
		      log.call[i], order[i], h);
	}
	CHECK(FreeLibrary(GetModuleHandleA("rf-outer.dll")));
	CHECK(!GetModuleHandleA("rf-outer.dll"));
	CHECK(!GetModuleHandleA("rf-second.dll"));
	CHECK(!GetModuleHandleA("rf-inner.dll"));
	CHECK(FreeLibrary(GetModuleHandleA("rf-third.dll")));
	for (int i = 0; i < 4; i++)
		CHECK(DeleteFileA(order[i]), "%s: %lu", order[i],
		      GetLastError());
	return check_done();
}
