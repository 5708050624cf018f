/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unwind-table.c - whose code is this?  Modules by address, and the x64
 * function tables: those of the modules and those that programs add.
 *
 * Exceptions are thrown anywhere, also while another thread loads a DLL or is
 * suspended in the middle of that, so readers take no lock: a writer fills the
 * table that is not in use and swaps.  A reader that was overtaken notices and
 * looks again; what it read meanwhile it has not followed.
 */
#include "unwind.h"

struct module {
	ULONG_PTR base, end;
#ifdef _WIN64
	const RUNTIME_FUNCTION *table;
	SIZE_T count;
#else
	struct safe_handlers handlers;
#endif
};

struct modules {
	ULONG generation; /* odd and even tables differ by it, too */
	ULONG n, max;
	struct module m[];
};

#define FIRST_MAX 128

static struct {
	struct modules head;
	struct module room[FIRST_MAX];
} first_tables[2] = { { .head.max = FIRST_MAX },
		      { .head.max = FIRST_MAX, .head.generation = 1 } };
static struct modules *current = &first_tables[0].head;
static struct modules *spare = &first_tables[1].head; /* under modules_lock */
static RTL_SRWLOCK modules_lock;

void NTAPI rf_module_added(PVOID base, ULONG size);
void NTAPI rf_module_removed(PVOID base);

/* The entry of t that contains pc, as an index; t->n: none. */
static ULONG search(const struct modules *t, ULONG n, ULONG_PTR pc)
{
	ULONG low = 0, high = n;

	while (low < high) {
		ULONG mid = (low + high) / 2;

		if (pc < t->m[mid].base)
			high = mid;
		else if (pc >= t->m[mid].end)
			low = mid + 1;
		else
			return mid;
	}
	return n;
}

static BOOL find(ULONG_PTR pc, struct module *m, ULONG *generation)
{
	for (;;) {
		struct modules *t = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
		ULONG g = __atomic_load_n(&t->generation, __ATOMIC_ACQUIRE);
		ULONG n = t->n, i;

		i = search(t, n, pc);
		if (i < n)
			*m = t->m[i];
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (t->generation != g ||
		    __atomic_load_n(&current, __ATOMIC_RELAXED) != t)
			continue;
		*generation = g;
		return i < n;
	}
}

BOOL module_find(ULONG_PTR pc, ULONG_PTR *base, ULONG_PTR *end)
{
	struct module m;
	ULONG g;

	if (!find(pc, &m, &g))
		return FALSE;
	*base = m.base;
	*end = m.end;
	return TRUE;
}

#ifndef _WIN64
BOOL module_handlers(ULONG_PTR pc, ULONG_PTR *base, struct safe_handlers *s)
{
	struct module m;
	ULONG g;

	if (!find(pc, &m, &g))
		return FALSE;
	*base = m.base;
	*s = m.handlers;
	return TRUE;
}
#endif

/* With modules_lock held: room for n in the spare table. */
static BOOL make_room(ULONG n)
{
	SIZE_T size;
	PVOID p = NULL;

	if (n <= spare->max)
		return TRUE;
	/* Never freed: somebody may still look.  Sizes double. */
	size = sizeof *spare + 2 * n * sizeof *spare->m;
	if (!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &p, 0,
						&size, MEM_COMMIT | MEM_RESERVE,
						PAGE_READWRITE)))
		return FALSE;
	((struct modules *)p)->max = 2 * n;
	((struct modules *)p)->generation = spare->generation;
	spare = p;
	return TRUE;
}

static void publish(void)
{
	struct modules *old = current;

	__atomic_store_n(&current, spare, __ATOMIC_RELEASE);
	spare = old;
}

static void fill_in(struct module *m, PVOID base, ULONG size)
{
	m->base = (ULONG_PTR)base;
	m->end = m->base + size;
#ifdef _WIN64
	ULONG bytes = 0;

	m->table = RtlImageDirectoryEntryToData(
		base, TRUE, IMAGE_DIRECTORY_ENTRY_EXCEPTION, &bytes);
	m->count = m->table ? bytes / sizeof *m->table : 0;
#else
	m->handlers = safe_handlers_of(base, size);
#endif
}

void NTAPI rf_module_added(PVOID base, ULONG size)
{
	struct modules *from, *to;
	struct module m;
	ULONG i, n = 0;

	fill_in(&m, base, size);
	RtlAcquireSRWLockExclusive(&modules_lock);
	from = current;
	if (make_room(from->n + 1)) {
		to = spare;
		__atomic_store_n(&to->generation, from->generation + 1,
				 __ATOMIC_SEQ_CST);
		for (i = 0; i < from->n && from->m[i].base < m.base; i++)
			to->m[n++] = from->m[i];
		to->m[n++] = m;
		for (; i < from->n; i++)
			if (from->m[i].base != m.base)
				to->m[n++] = from->m[i];
		to->n = n;
		publish();
	}
	RtlReleaseSRWLockExclusive(&modules_lock);
}

void NTAPI rf_module_removed(PVOID base)
{
	struct modules *from, *to;
	ULONG n = 0;

	RtlAcquireSRWLockExclusive(&modules_lock);
	from = current;
	if (make_room(from->n)) {
		to = spare;
		__atomic_store_n(&to->generation, from->generation + 1,
				 __ATOMIC_SEQ_CST);
		for (ULONG i = 0; i < from->n; i++)
			if (from->m[i].base != (ULONG_PTR)base)
				to->m[n++] = from->m[i];
		to->n = n;
		publish();
	}
	RtlReleaseSRWLockExclusive(&modules_lock);
}

PVOID NTAPI RtlPcToFileHeader(PVOID pc, PVOID *base)
{
	struct module m;
	ULONG g;

	*base = find((ULONG_PTR)pc, &m, &g) ? (PVOID)m.base : NULL;
	return *base;
}

#ifdef _WIN64

/* ---- tables that programs add ---- */

/* As debuggers read it from RtlGetFunctionTableListHead(). */
enum table_type { TABLE_SORTED, TABLE_UNSORTED, TABLE_CALLBACK };
struct dynamic_table {
	LIST_ENTRY link;
	RUNTIME_FUNCTION *table;
	LARGE_INTEGER time;
	ULONG64 low, high; /* [low, high) */
	ULONG64 base;
	PGET_RUNTIME_FUNCTION_CALLBACK callback;
	PVOID context;
	WCHAR *dll;
	ULONG type, count;
};

static LIST_ENTRY dynamic = { &dynamic, &dynamic };
static RTL_SRWLOCK dynamic_lock;

NTSYSAPI PLIST_ENTRY NTAPI RtlGetFunctionTableListHead(void);

PLIST_ENTRY NTAPI RtlGetFunctionTableListHead(void)
{
	return &dynamic;
}

static void link_table(struct dynamic_table *t)
{
	NtQuerySystemTime(&t->time);
	RtlAcquireSRWLockExclusive(&dynamic_lock);
	t->link.Flink = &dynamic;
	t->link.Blink = dynamic.Blink;
	dynamic.Blink->Flink = &t->link;
	dynamic.Blink = &t->link;
	RtlReleaseSRWLockExclusive(&dynamic_lock);
}

static BOOLEAN drop(struct dynamic_table *t)
{
	t->link.Flink->Blink = t->link.Blink;
	t->link.Blink->Flink = t->link.Flink;
	RtlReleaseSRWLockExclusive(&dynamic_lock);
	RtlFreeHeap(rf_heap(), 0, t);
	return TRUE;
}

static struct dynamic_table *new_table(RUNTIME_FUNCTION *table, ULONG count,
				       ULONG64 base)
{
	struct dynamic_table *t =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *t);

	if (!t)
		return NULL;
	t->table = table;
	t->count = count;
	t->base = base;
	return t;
}

BOOLEAN __cdecl RtlAddFunctionTable(PRUNTIME_FUNCTION table, DWORD count,
				    DWORD64 base)
{
	struct dynamic_table *t;

	if (!count)
		return FALSE;
	t = new_table(table, count, base);
	if (!t)
		return FALSE;
	t->low = ~0ull;
	t->type = TABLE_SORTED;
	for (DWORD i = 0; i < count; i++) {
		if (base + table[i].BeginAddress < t->low)
			t->low = base + table[i].BeginAddress;
		if (base + table[i].EndAddress > t->high)
			t->high = base + table[i].EndAddress;
		if (i && table[i].BeginAddress < table[i - 1].BeginAddress)
			t->type = TABLE_UNSORTED;
	}
	link_table(t);
	return TRUE;
}

BOOLEAN __cdecl RtlInstallFunctionTableCallback(
	DWORD64 id, DWORD64 base, DWORD length,
	PGET_RUNTIME_FUNCTION_CALLBACK callback, PVOID context, PCWSTR dll)
{
	SIZE_T n = dll ? (wcslen(dll) + 1) * sizeof *dll : 0;
	struct dynamic_table *t;

	if ((id & 3) != 3)
		return FALSE;
	t = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *t + n);
	if (!t)
		return FALSE;
	t->table = (RUNTIME_FUNCTION *)id;
	t->low = base;
	t->high = base + length;
	t->base = base;
	t->callback = callback;
	t->context = context;
	t->type = TABLE_CALLBACK;
	if (dll) {
		t->dll = (WCHAR *)(t + 1);
		memcpy(t->dll, dll, n);
	}
	link_table(t);
	return TRUE;
}

BOOLEAN __cdecl RtlDeleteFunctionTable(PRUNTIME_FUNCTION table)
{
	RtlAcquireSRWLockExclusive(&dynamic_lock);
	for (LIST_ENTRY *e = dynamic.Flink; e != &dynamic; e = e->Flink) {
		struct dynamic_table *t =
			CONTAINING_RECORD(e, struct dynamic_table, link);

		if (t->table == table)
			return drop(t);
	}
	RtlReleaseSRWLockExclusive(&dynamic_lock);
	return FALSE;
}

DWORD NTAPI RtlAddGrowableFunctionTable(PVOID *handle, PRUNTIME_FUNCTION table,
					DWORD count, DWORD max,
					ULONG_PTR range_low,
					ULONG_PTR range_high)
{
	struct dynamic_table *t;

	if (count > max || range_low >= range_high)
		return (DWORD)STATUS_INVALID_PARAMETER;
	t = new_table(table, count, range_low);
	if (!t)
		return (DWORD)STATUS_NO_MEMORY;
	t->low = range_low;
	t->high = range_high;
	t->type = TABLE_SORTED; /* the caller's duty */
	link_table(t);
	*handle = t;
	return STATUS_SUCCESS;
}

void NTAPI RtlGrowFunctionTable(PVOID handle, DWORD count)
{
	struct dynamic_table *t = handle;

	RtlAcquireSRWLockExclusive(&dynamic_lock);
	if (count > t->count)
		t->count = count;
	RtlReleaseSRWLockExclusive(&dynamic_lock);
}

void NTAPI RtlDeleteGrowableFunctionTable(PVOID handle)
{
	RtlAcquireSRWLockExclusive(&dynamic_lock);
	drop(handle);
}

NTSYSAPI PRUNTIME_FUNCTION NTAPI RtlLookupFunctionTable(ULONG64 pc, PVOID *base,
							PULONG size);

/* A module's whole table. */
PRUNTIME_FUNCTION NTAPI RtlLookupFunctionTable(ULONG64 pc, PVOID *base,
					       PULONG size)
{
	struct module m;
	ULONG g;

	if (!find(pc, &m, &g) || !m.table)
		return NULL;
	*base = (PVOID)m.base;
	*size = (ULONG)(m.count * sizeof *m.table);
	return (PRUNTIME_FUNCTION)m.table;
}

/* ---- pc to function ---- */

static const RUNTIME_FUNCTION *in_table(const RUNTIME_FUNCTION *f, SIZE_T n,
					ULONG rva)
{
	SIZE_T low = 0, high = n;

	while (low < high) {
		SIZE_T mid = (low + high) / 2;

		if (rva < f[mid].BeginAddress)
			high = mid;
		else if (rva >= f[mid].EndAddress)
			low = mid + 1;
		else
			return &f[mid];
	}
	return NULL;
}

static const RUNTIME_FUNCTION *in_unsorted(const RUNTIME_FUNCTION *f, SIZE_T n,
					   ULONG rva)
{
	for (SIZE_T i = 0; i < n; i++)
		if (rva >= f[i].BeginAddress && rva < f[i].EndAddress)
			return &f[i];
	return NULL;
}

static RUNTIME_FUNCTION *find_dynamic(ULONG64 pc, ULONG64 *base)
{
	PGET_RUNTIME_FUNCTION_CALLBACK callback = NULL;
	const RUNTIME_FUNCTION *f = NULL;
	PVOID context = NULL;

	if (dynamic.Flink == &dynamic)
		return NULL;
	RtlAcquireSRWLockShared(&dynamic_lock);
	for (LIST_ENTRY *e = dynamic.Flink; e != &dynamic && !f; e = e->Flink) {
		struct dynamic_table *t =
			CONTAINING_RECORD(e, struct dynamic_table, link);

		if (pc < t->low || pc >= t->high)
			continue;
		*base = t->base;
		if (t->type == TABLE_CALLBACK) {
			callback = t->callback;
			context = t->context;
			break;
		}
		f = (t->type == TABLE_SORTED ? in_table : in_unsorted)(
			t->table, t->count, (ULONG)(pc - t->base));
	}
	RtlReleaseSRWLockShared(&dynamic_lock);
	return callback ? callback(pc, context) : (RUNTIME_FUNCTION *)f;
}

/*
 * Which function a call site belongs to, of modules only: stack walks ask for
 * the same few again and again.  An entry is three plain words whose mixture
 * must fit, so it needs no lock; another generation of modules fits none.
 */
#define CACHE_SIZE 512
static struct cached {
	ULONG64 check, function, base;
} cache[CACHE_SIZE];

static inline ULONG64 mixture(ULONG64 pc, ULONG64 function, ULONG64 base,
			      ULONG generation)
{
	return pc ^ (function << 20 | function >> 44) ^
	       (base << 41 | base >> 23) ^
	       (generation + 1ull) * 0x9e3779b97f4a7c15ull;
}

PRUNTIME_FUNCTION NTAPI RtlLookupFunctionEntry(DWORD64 pc, PDWORD64 base,
					       PUNWIND_HISTORY_TABLE history)
{
	struct cached *c = &cache[(pc ^ pc >> 9) % CACHE_SIZE];
	const struct modules *t = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
	ULONG64 f = c->function, b = c->base;
	const RUNTIME_FUNCTION *found;
	ULONG generation = t->generation;
	struct module m;

	if (c->check == mixture(pc, f, b, generation)) {
		*base = b;
		return (RUNTIME_FUNCTION *)f;
	}
	if (!find(pc, &m, &generation)) {
		*base = 0;
		return find_dynamic(pc, base);
	}
	*base = m.base;
	found = in_table(m.table, m.count, (ULONG)(pc - m.base));
	if (!found)
		return NULL; /* a leaf */
	/* An entry may stand for another: hot and cold parts, thunks. */
	if (found->UnwindData & RUNTIME_FUNCTION_INDIRECT)
		found = (RUNTIME_FUNCTION *)(m.base + found->UnwindData -
					     RUNTIME_FUNCTION_INDIRECT);
	c->check = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	c->function = (ULONG64)found;
	c->base = m.base;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	c->check = mixture(pc, (ULONG64)found, m.base, generation);
	return (RUNTIME_FUNCTION *)found;
}

#endif
