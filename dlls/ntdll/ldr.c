/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ldr.c - the list of modules; loading, attaching, unloading.
 *
 * A module joins the initialisation list when it is attached, which all that it
 * needs was before it: that list, read backwards, is the order of detach calls.
 */
#include "attempt.h"
#include "ldr.h"

RTL_CRITICAL_SECTION ldr_lock;
struct module *ldr_program, *ldr_ntdll;
BOOLEAN ldr_process_ready, ldr_shutting_down;
ULONG ldr_unattached;

enum {
	LDRP_IMAGE_DLL = 0x4,
	LDRP_LOAD_IN_PROGRESS = 0x1000,
	LDRP_ENTRY_PROCESSED = 0x4000,
	LDRP_PROCESS_ATTACH_CALLED = 0x80000,
	ViewUnmap = 2,
};

static struct module *from_load_link(LIST_ENTRY *l)
{
	return CONTAINING_RECORD(l, struct module, entry.InLoadOrderLinks);
}

static struct module *from_init_link(LIST_ENTRY *l)
{
	return CONTAINING_RECORD(l, struct module,
				 entry.InInitializationOrderLinks);
}

static LIST_ENTRY *load_list(void)
{
	return &rf_peb()->Ldr->InLoadOrderModuleList;
}

static LIST_ENTRY *init_list(void)
{
	return &rf_peb()->Ldr->InInitializationOrderModuleList;
}

static void list_append(LIST_ENTRY *head, LIST_ENTRY *e)
{
	e->Flink = head;
	e->Blink = head->Blink;
	head->Blink->Flink = e;
	head->Blink = e;
}

static void list_remove(LIST_ENTRY *e)
{
	if (!e->Flink)
		return;
	e->Flink->Blink = e->Blink;
	e->Blink->Flink = e->Flink;
	e->Flink = e->Blink = NULL;
}

const void *module_directory(const struct module *m, ULONG which, ULONG *size)
{
	const IMAGE_DATA_DIRECTORY *d =
		rf_image_directory(m->nt, which);
	ULONG room;

	*size = 0;
	if (!d || !d->VirtualAddress ||
	    d->VirtualAddress >= m->entry.SizeOfImage)
		return NULL;
	room = m->entry.SizeOfImage - d->VirtualAddress;
	*size = d->Size < room ? d->Size : room;
	return (const char *)m->entry.DllBase + d->VirtualAddress;
}

struct module *module_at(const void *address)
{
	LIST_ENTRY *head = load_list();

	for (LIST_ENTRY *l = head->Flink; l != head; l = l->Flink) {
		struct module *m = from_load_link(l);

		if ((ULONG_PTR)address - (ULONG_PTR)m->entry.DllBase <
		    m->entry.SizeOfImage)
			return m;
	}
	return NULL;
}

static struct module *find(const UNICODE_STRING *name,
			   UNICODE_STRING (*key)(const struct module *m))
{
	LIST_ENTRY *head = load_list();

	for (LIST_ENTRY *l = head->Flink; l != head; l = l->Flink) {
		struct module *m = from_load_link(l);
		UNICODE_STRING k = key(m);

		if (RtlEqualUnicodeString(&k, name, TRUE))
			return m;
	}
	return NULL;
}

static UNICODE_STRING base_name(const struct module *m)
{
	return m->entry.BaseDllName;
}

static UNICODE_STRING plain_path(const struct module *m)
{
	return path_unprefixed(&m->entry.FullDllName);
}

struct module *module_by_name(const UNICODE_STRING *name)
{
	return find(name, base_name);
}

struct module *module_by_path(const UNICODE_STRING *path)
{
	const UNICODE_STRING plain = path_unprefixed(path);

	return find(&plain, plain_path);
}

struct module *module_new(PVOID base, const UNICODE_STRING *path)
{
	const IMAGE_DOS_HEADER *dos = base;
	struct module *m = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY,
					   sizeof *m + path->Length +
						   sizeof(WCHAR));
	LDR_DATA_TABLE_ENTRY *e;
	UNICODE_STRING folder;

	if (!m)
		return NULL;
	e = &m->entry;
	memcpy(m->path, path->Buffer, path->Length);
	m->nt = (const void *)((const char *)base + dos->e_lfanew);
	m->is_dll = !!(m->nt->FileHeader.Characteristics & IMAGE_FILE_DLL);
	m->refs = 1;
	e->DllBase = base;
	e->SizeOfImage = m->nt->OptionalHeader.SizeOfImage;
	if (m->nt->OptionalHeader.AddressOfEntryPoint)
		e->EntryPoint = (char *)base +
				m->nt->OptionalHeader.AddressOfEntryPoint;
	e->FullDllName = (UNICODE_STRING){ path->Length,
					   path->Length + sizeof(WCHAR),
					   m->path };
	folder = path_folder(&e->FullDllName);
	e->BaseDllName = (UNICODE_STRING){
		path->Length - folder.Length,
		path->Length - folder.Length + sizeof(WCHAR),
		m->path + folder.Length / sizeof(WCHAR),
	};
	e->TimeDateStamp = m->nt->FileHeader.TimeDateStamp;
	e->Flags = m->is_dll ? LDRP_IMAGE_DLL : 0;
	e->LoadCount = (USHORT)-1;
	InitializeListHead(&e->HashLinks);
	list_append(load_list(), &e->InLoadOrderLinks);
	list_append(&rf_peb()->Ldr->InMemoryOrderModuleList,
		    &e->InMemoryOrderLinks);
	rf_module_added(base, e->SizeOfImage);
	ldr_unattached++;
	return m;
}

/* Out of the lists, unmapped, freed. */
void module_release(struct module *m)
{
	rf_module_removed(m->entry.DllBase);
	tls_remove(m);
	list_remove(&m->entry.InLoadOrderLinks);
	list_remove(&m->entry.InMemoryOrderLinks);
	list_remove(&m->entry.InInitializationOrderLinks);
	if (!m->attached)
		ldr_unattached--;
	ldr_notify(m, FALSE);
	NtUnmapViewOfSection(NtCurrentProcess(), m->entry.DllBase);
	RtlFreeHeap(rf_heap(), 0, m->deps);
	RtlFreeHeap(rf_heap(), 0, m);
}

/* ---- loading ------------------------------------------------------------ */

static NTSTATUS map_file(HANDLE file, PWSTR name, PVOID *base)
{
	TEB *teb = NtCurrentTeb();
	PVOID before = teb->Tib.ArbitraryUserPointer;
	HANDLE section;
	SIZE_T size = 0;
	NTSTATUS s;

	*base = NULL;
	s = NtCreateSection(&section,
			    SECTION_MAP_READ | SECTION_MAP_EXECUTE |
				    SECTION_QUERY,
			    NULL, NULL, PAGE_EXECUTE_READ, SEC_IMAGE, file);
	if (!NT_SUCCESS(s))
		return s;
	/* Where a debugger looks for the name. */
	teb->Tib.ArbitraryUserPointer = name;
	s = NtMapViewOfSection(section, NtCurrentProcess(), base, 0, 0, NULL,
			       &size, ViewUnmap, 0, PAGE_EXECUTE_READ);
	teb->Tib.ArbitraryUserPointer = before;
	NtClose(section);
	return s;
}

/*
 * Nothing in it is ever called or bound: which processor the linker was told of
 * does not matter.  Until version 66 ICU's own builds for x64 had their data in
 * a DLL that says i386.
 */
static BOOL data_only(const IMAGE_NT_HEADERS *nt)
{
	static const BYTE needs_us[] = {
		IMAGE_DIRECTORY_ENTRY_IMPORT,
		IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT,
		IMAGE_DIRECTORY_ENTRY_TLS,
		IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR,
	};
	const IMAGE_DATA_DIRECTORY *d;

	if (nt->OptionalHeader.AddressOfEntryPoint ||
	    nt->OptionalHeader.SizeOfCode)
		return FALSE;
	for (ULONG i = 0; i < sizeof needs_us; i++) {
		d = rf_image_directory(nt, needs_us[i]);
		if (d && d->VirtualAddress)
			return FALSE;
	}
	return TRUE;
}

static BOOL other_width(const IMAGE_NT_HEADERS *nt)
{
	return nt->OptionalHeader.Magic != IMAGE_NT_OPTIONAL_HDR_MAGIC;
}

static NTSTATUS map_dll(struct found_dll *f, struct module **out)
{
	PVOID base;
	struct module *m;
	const IMAGE_DOS_HEADER *dos;
	const IMAGE_NT_HEADERS *nt;
	NTSTATUS s = map_file(f->file, f->path.Buffer, &base);

	if (!NT_SUCCESS(s))
		return s;
	dos = base;
	nt = (const void *)((const char *)base + dos->e_lfanew);
	if (other_width(nt) && !data_only(nt)) {
		NtUnmapViewOfSection(NtCurrentProcess(), base);
		return STATUS_INVALID_IMAGE_FORMAT;
	}
	m = module_new(base, &f->path);
	if (!m) {
		NtUnmapViewOfSection(NtCurrentProcess(), base);
		return STATUS_NO_MEMORY;
	}
	*out = m;
	return STATUS_SUCCESS;
}

NTSTATUS module_depend(struct module *m, struct module *on)
{
	struct module **deps = m->deps;

	/* There is room for a power of two. */
	if (!(m->ndeps & (m->ndeps - 1))) {
		deps = RtlAllocateHeap(rf_heap(), 0,
				       (m->ndeps ? 2 * m->ndeps : 1) *
					       sizeof *deps);
		if (!deps)
			return STATUS_NO_MEMORY;
		memcpy(deps, m->deps, m->ndeps * sizeof *deps);
		RtlFreeHeap(rf_heap(), 0, m->deps);
		m->deps = deps;
	}
	deps[m->ndeps++] = on;
	return STATUS_SUCCESS;
}

static void drop_deps(struct module *m)
{
	ULONG n = m->ndeps;

	m->ndeps = 0;
	while (n--)
		module_unload(m->deps[n]);
}

void module_mark_attached(struct module *m)
{
	m->attached = TRUE;
	ldr_unattached--;
}

static NTSTATUS load(const UNICODE_STRING *name, ULONG search,
		     const UNICODE_STRING *dir, BOOL inert, struct module **out)
{
	struct found_dll *f;
	struct module *m = NULL;
	NTSTATUS s;

	f = RtlAllocateHeap(rf_heap(), 0, sizeof *f);
	if (!f)
		return STATUS_NO_MEMORY;
	s = dll_find(name, search, dir, f, &m);
	if (NT_SUCCESS(s) && m) {
		if (m->refs >= 0)
			m->refs++;
	} else if (NT_SUCCESS(s)) {
		s = map_dll(f, &m);
		NtClose(f->file);
		if (NT_SUCCESS(s) && (inert || other_width(m->nt))) {
			module_mark_attached(m); /* but never called */
		} else if (NT_SUCCESS(s) && m->is_dll) {
			s = tls_add(m);
			if (NT_SUCCESS(s))
				s = module_snap(m);
			if (!NT_SUCCESS(s)) {
				drop_deps(m);
				module_release(m);
			}
		}
		if (NT_SUCCESS(s))
			ldr_notify(m, TRUE);
	}
	RtlFreeHeap(rf_heap(), 0, f);
	*out = NT_SUCCESS(s) ? m : NULL;
	return s;
}

NTSTATUS module_load(const UNICODE_STRING *name, ULONG search,
		     const UNICODE_STRING *dir, struct module **out)
{
	return load(name, search, dir, FALSE, out);
}

NTSTATUS module_load_inert(const UNICODE_STRING *name, ULONG search,
			   const UNICODE_STRING *dir, struct module **out)
{
	return load(name, search, dir, TRUE, out);
}

/* ---- entry points --------------------------------------------------------- */

/*
 * A module learns of an event: its TLS callbacks first, whatever it is.  C++'s
 * thread_local objects end in one, and need what DllMain takes down.
 */
static BOOL call_module(struct module *m, ULONG reason, PVOID reserved)
{
	BOOL(WINAPI * entry)(HINSTANCE, DWORD, LPVOID) = m->entry.EntryPoint;

	tls_callbacks(m, reason);
	if (!m->is_dll || !entry)
		return TRUE;
	return entry(m->entry.DllBase, reason, reserved);
}

/*
 * Who loads a DLL is told what its entry point could not handle; in one that is
 * loaded with the program it is the program's end, and reported as such.
 */
static NTSTATUS attach(struct module *m)
{
	NTSTATUS failed = STATUS_DLL_INIT_FAILED;
	BOOL done;

	/* lpReserved: not NULL for what loads with the program. */
	if (!ldr_process_ready) {
		done = call_module(m, DLL_PROCESS_ATTACH, (PVOID)1);
	} else {
		tls_callbacks(m, DLL_PROCESS_ATTACH);
		if (!m->is_dll || !m->entry.EntryPoint)
			return STATUS_SUCCESS;
		done = rf_attempt(m->entry.EntryPoint, m->entry.DllBase,
				  DLL_PROCESS_ATTACH, NULL, &failed);
	}
	if (done)
		return STATUS_SUCCESS;
	if (!ldr_process_ready)
		rf_message("%wZ could not be initialised: its entry point says "
			   "so",
			   &m->entry.BaseDllName);
	return NT_SUCCESS(failed) ? STATUS_DLL_INIT_FAILED : failed;
}

static NTSTATUS attach_one(struct module *m)
{
	NTSTATUS s;

	module_mark_attached(m);
	if (m == ldr_program)
		return STATUS_SUCCESS;
	list_append(init_list(), &m->entry.InInitializationOrderLinks);
	m->entry.Flags |= LDRP_PROCESS_ATTACH_CALLED | LDRP_ENTRY_PROCESSED;
	s = attach(m);
	if (!NT_SUCCESS(s)) {
		m->entry.Flags &= ~LDRP_PROCESS_ATTACH_CALLED;
		/* Who refuses is told at once to clean up. */
		if (s == STATUS_DLL_INIT_FAILED && ldr_process_ready)
			call_module(m, DLL_PROCESS_DETACH, NULL);
	}
	return s;
}

/*
 * What is attached is walked through as well: a forwarder may have made it need
 * a module that is not.  What another walk is at is left to that one: an entry
 * point called by it has started this one.
 */
static NTSTATUS attach_below(struct module *m, ULONG walk)
{
	NTSTATUS s = STATUS_SUCCESS;

	if (m->walk == walk || m->in_walk)
		return STATUS_SUCCESS;
	m->walk = walk;
	m->in_walk = TRUE;
	for (ULONG i = 0; i < m->ndeps && NT_SUCCESS(s); i++)
		s = attach_below(m->deps[i], walk);
	if (NT_SUCCESS(s) && !m->attached)
		s = attach_one(m);
	m->in_walk = FALSE;
	return s;
}

NTSTATUS module_attach(struct module *m)
{
	static ULONG walks;

	return ldr_unattached ? attach_below(m, ++walks) : STATUS_SUCCESS;
}

void module_call_entries(ULONG reason)
{
	LIST_ENTRY *head = init_list();
	BOOLEAN forwards = reason == DLL_THREAD_ATTACH ||
			   reason == DLL_PROCESS_ATTACH;
	PVOID reserved = reason == DLL_PROCESS_DETACH ? (PVOID)1 : NULL;

	for (LIST_ENTRY *l = forwards ? head->Flink : head->Blink; l != head;
	     l = forwards ? l->Flink : l->Blink) {
		struct module *m = from_init_link(l);

		if (!m->attached || m->detaching ||
		    !(m->entry.Flags & LDRP_PROCESS_ATTACH_CALLED))
			continue;
		if (reason == DLL_PROCESS_DETACH)
			m->detaching = TRUE;
		else if (m->no_thread_calls)
			continue;
		call_module(m, reason, reserved);
	}
}

void module_unload(struct module *m)
{
	if (m->refs < 0 || --m->refs > 0 || ldr_shutting_down)
		return;
	m->refs = 0;
	if (m->attached && !m->detaching) {
		m->detaching = TRUE;
		if (m->entry.Flags & LDRP_PROCESS_ATTACH_CALLED)
			call_module(m, DLL_PROCESS_DETACH, NULL);
	}
	drop_deps(m);
	module_release(m);
}
