/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * delay-load.c - ResolveDelayLoadedAPI: DLLs that come with the first call of
 * one of their functions.  The import table is made by hand.
 */
#include "check.h"

#include <stddef.h>
#include <string.h>
#include <windows.h>

extern IMAGE_DOS_HEADER __ImageBase;
#define RVA(p) ((DWORD)((char *)(p) - (char *)&__ImageBase))

struct info {
	ULONG size;
	const void *descriptor;
	IMAGE_THUNK_DATA *slot;
	const char *dll;
	ULONG by_name;
	const char *name;
	void *module;
	void *unused;
	ULONG error;
};
typedef void *(WINAPI *hook_fn)(ULONG why, struct info *);
static void *(WINAPI *resolve)(void *, const void *, hook_fn, void *,
			       IMAGE_THUNK_DATA *, ULONG);
static LONG(WINAPI *resolve_all)(void *, const char *, ULONG);

struct name {
	WORD hint;
	char text[32];
};

static struct table {
	IMAGE_DELAYLOAD_DESCRIPTOR d, end;
	char dll[32];
	HMODULE module;
	struct name names[2];
	IMAGE_THUNK_DATA slots[4], lookup[4];
} table;

static void make(const char *dll, const char *first, const char *second)
{
	struct table *t = &table;

	memset(t, 0, sizeof *t);
	t->d.Attributes.AllAttributes = 1;
	strcpy(t->dll, dll);
	strcpy(t->names[0].text, first);
	strcpy(t->names[1].text, second);
	t->d.DllNameRVA = RVA(t->dll);
	t->d.ModuleHandleRVA = RVA(&t->module);
	t->d.ImportAddressTableRVA = RVA(t->slots);
	t->d.ImportNameTableRVA = RVA(t->lookup);
	t->lookup[0].u1.AddressOfData = RVA(&t->names[0]);
	t->lookup[1].u1.AddressOfData = RVA(&t->names[1]);
	t->lookup[2].u1.Ordinal = IMAGE_ORDINAL_FLAG | 0xfffe;
	for (int i = 0; i < 3; i++)
		t->slots[i].u1.Function = 1;
}

static struct info seen;
static ULONG seen_why;

static void *WINAPI hook(ULONG why, struct info *info)
{
	seen = *info;
	seen_why = why;
	return &seen;
}

static LONG raised;

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *e)
{
	EXCEPTION_RECORD *r = e->ExceptionRecord;

	if (r->ExceptionCode != 0xc06d007e || r->NumberParameters != 1)
		return EXCEPTION_CONTINUE_SEARCH;
	seen = *(struct info *)r->ExceptionInformation[0];
	raised++;
	return EXCEPTION_CONTINUE_EXECUTION;
}

/* The program's headers say that the table is its. */
static void all_at_once(void)
{
	IMAGE_NT_HEADERS *nt =
		(void *)((char *)&__ImageBase + __ImageBase.e_lfanew);
	IMAGE_DATA_DIRECTORY *dir =
		&nt->OptionalHeader
			 .DataDirectory[IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT];
	DWORD old;

	CHECK(resolve_all(&__ImageBase, "version.dll", 0) < 0);
	CHECK(VirtualProtect(dir, sizeof *dir, PAGE_READWRITE, &old));
	dir->VirtualAddress = RVA(&table.d);
	dir->Size = 2 * sizeof table.d;
	make("version.dll", "VerQueryValueW", "VerQueryValueA");
	table.slots[2].u1.Function = 0;
	CHECK_EQ(resolve_all(&__ImageBase, "VERSION.dll", 0), 0);
	CHECK(table.slots[0].u1.Function ==
	      (ULONG_PTR)GetProcAddress(table.module, "VerQueryValueW"));
	CHECK(table.slots[1].u1.Function ==
	      (ULONG_PTR)GetProcAddress(table.module, "VerQueryValueA"));
	/* What fails raises nothing. */
	make("version.dll", "NoSuchFunction", "VerQueryValueA");
	CHECK(resolve_all(&__ImageBase, "version.dll", 0) < 0);
	CHECK(table.slots[0].u1.Function == 1);
	make("rf-none.dll", "One", "Two");
	CHECK(resolve_all(&__ImageBase, "rf-none.dll", 0) < 0);
	CHECK(!table.module);
}

int main(void)
{
	HMODULE k = GetModuleHandleA("kernel32.dll");
	void *handler, *fn;

	resolve = (void *)GetProcAddress(k, "ResolveDelayLoadedAPI");
	resolve_all = (void *)GetProcAddress(k, "ResolveDelayLoadsFromDll");
	CHECK(resolve && resolve_all);
	if (!resolve || !resolve_all)
		return check_done();

	make("version.dll", "VerQueryValueW", "NoSuchFunction");
	CHECK(!GetModuleHandleA("version.dll"));
	fn = resolve(&__ImageBase, &table.d, NULL, NULL, &table.slots[0], 0);
	CHECK(fn && table.module == GetModuleHandleA("version.dll"));
	CHECK(fn == (void *)GetProcAddress(table.module, "VerQueryValueW"));
	CHECK(table.slots[0].u1.Function == (ULONG_PTR)fn);

	fn = resolve(&__ImageBase, &table.d, hook, NULL, &table.slots[1], 0);
	CHECK(fn == &seen && seen_why == 4);
	CHECK_EQ(seen.error, ERROR_PROC_NOT_FOUND);
	CHECK(seen.by_name && !strcmp(seen.name, "NoSuchFunction"));
	CHECK(!strcmp(seen.dll, "version.dll"));
	CHECK(seen.module == table.module && seen.slot == &table.slots[1]);
	fn = resolve(&__ImageBase, &table.d, hook, NULL, &table.slots[2], 0);
	CHECK(fn == &seen && !seen.by_name);
	CHECK_EQ((ULONG)(ULONG_PTR)seen.name & 0xffff, 0xfffe);

	make("rf-none.dll", "One", "Two");
	resolve(&__ImageBase, &table.d, hook, NULL, &table.slots[0], 0);
	CHECK_EQ(seen.error, ERROR_MOD_NOT_FOUND);
	handler = AddVectoredExceptionHandler(1, on_exception);
	resolve(&__ImageBase, &table.d, NULL, NULL, &table.slots[1], 0);
	RemoveVectoredExceptionHandler(handler);
	CHECK_EQ(raised, 1);
	CHECK(!strcmp(seen.name, "Two") && !table.module);

	all_at_once();
	return check_done();
}
