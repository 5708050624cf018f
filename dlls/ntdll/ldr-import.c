/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ldr-import.c - imports, exports, forwarders; stubs for what is missing.
 *
 * A function that we lack does not keep a program from starting: its import is
 * bound to a few bytes of code that say its name if they are ever reached.
 */
#include "ldr.h"
#include "path.h"

enum { FORWARD_DEPTH = 16 };

/* ---- exports -------------------------------------------------------------- */

struct exports {
	const IMAGE_EXPORT_DIRECTORY *dir;
	ULONG size;
	const DWORD *functions, *names;
	const WORD *ordinals;
};

static BOOLEAN exports_of(const struct module *m, struct exports *x)
{
	const char *base = m->entry.DllBase;

	x->dir = module_directory(m, IMAGE_DIRECTORY_ENTRY_EXPORT, &x->size);
	if (!x->dir)
		return FALSE;
	x->functions = (const void *)(base + x->dir->AddressOfFunctions);
	x->names = (const void *)(base + x->dir->AddressOfNames);
	x->ordinals = (const void *)(base + x->dir->AddressOfNameOrdinals);
	return TRUE;
}

static int compare(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

/*
 * Index of the function called name, or -1.  The hint is where the linker saw
 * the name; GNU's dlltool counts from one.
 */
static LONG index_of(const struct module *m, const struct exports *x,
		     const char *name, ULONG hint)
{
	const char *base = m->entry.DllBase;
	LONG low = 0, high = (LONG)x->dir->NumberOfNames - 1;

	for (int i = 0; i < 2; i++, hint--)
		if (hint < x->dir->NumberOfNames &&
		    !compare(name, base + x->names[hint]))
			return x->ordinals[hint];
	while (low <= high) {
		LONG mid = low + (high - low) / 2;
		int cmp = compare(name, base + x->names[mid]);

		if (cmp == 0)
			return x->ordinals[mid];
		if (cmp < 0)
			high = mid - 1;
		else
			low = mid + 1;
	}
	return -1;
}

static BOOL needs(const struct module *m, const struct module *other)
{
	for (ULONG i = 0; i < m->ndeps; i++)
		if (m->deps[i] == other)
			return TRUE;
	return FALSE;
}

/* The module part of "dll.Name" or "api-ms-....Name"; loads it if need be. */
static struct module *forward_module(struct module *m, const char *forward,
				     const char **symbol)
{
	WCHAR buffer[128];
	UNICODE_STRING name = { 0, sizeof buffer, buffer }, target;
	struct module *to = NULL;
	ULONG dot = 0, n = 0;

	for (ULONG i = 0; forward[i]; i++)
		if (forward[i] == '.')
			dot = i;
	if (dot == 0 || dot + 5 > ARRAY_SIZE(buffer))
		return NULL;
	for (; n < dot; n++)
		buffer[n] = (unsigned char)forward[n];
	buffer[n++] = '.';
	buffer[n++] = 'd';
	buffer[n++] = 'l';
	buffer[n++] = 'l';
	name.Length = (USHORT)(n * sizeof(WCHAR));
	*symbol = forward + dot + 1;
	if (apiset_resolve(&name, &target))
		name = target;
	to = module_by_name(&name);
	if (to && (to == m || to->refs < 0 || needs(m, to)))
		return to;
	/* It stays as long as the one that forwards to it. */
	if (!NT_SUCCESS(module_load(&name, 0, NULL, &to)))
		return NULL;
	if (NT_SUCCESS(module_depend(m, to)))
		return to;
	module_unload(to);
	return NULL;
}

static PVOID export_at(struct module *m, const char *name, ULONG ordinal,
		       ULONG hint, unsigned depth)
{
	const char *base = m->entry.DllBase, *target, *symbol;
	struct exports x;
	LONG i;
	DWORD rva;
	ULONG number = 0;

	if (depth > FORWARD_DEPTH || !exports_of(m, &x))
		return NULL;
	i = name ? index_of(m, &x, name, hint) :
		   (LONG)(ordinal - x.dir->Base);
	if (i < 0 || (ULONG)i >= x.dir->NumberOfFunctions)
		return NULL;
	rva = x.functions[i];
	if (!rva)
		return NULL;
	target = base + rva;
	if ((ULONG_PTR)target - (ULONG_PTR)x.dir >= x.size)
		return (PVOID)target;
	m = forward_module(m, target, &symbol);
	if (!m)
		return NULL;
	if (*symbol != '#')
		return export_at(m, symbol, 0, ~0u, depth + 1);
	while (*++symbol >= '0' && *symbol <= '9')
		number = number * 10 + (ULONG)(*symbol - '0');
	return export_at(m, NULL, number, 0, depth + 1);
}

PVOID module_export(struct module *m, const char *name, ULONG ordinal,
		    ULONG hint)
{
	return export_at(m, name, ordinal, hint, 0);
}

/* ---- stubs for missing functions ----------------------------------------- */

struct missing {
	char text[120]; /* dll!name */
};

/*
 * Called by a stub with its record; the caller's registers do not matter, as
 * nothing returns.
 */
static void __attribute__((noreturn, used)) missing_called(struct missing *m)
{
	EXCEPTION_RECORD r = {
		.ExceptionCode = (DWORD)STATUS_ENTRYPOINT_NOT_FOUND,
		.ExceptionFlags = EXCEPTION_NONCONTINUABLE,
		.NumberParameters = 1,
	};

	rf_message("unimplemented function %s called", m->text);
	r.ExceptionInformation[0] = (ULONG_PTR)m->text;
	r.ExceptionAddress = __builtin_return_address(0);
	RtlRaiseException(&r);
	NtTerminateProcess(NtCurrentProcess(),
			   (ULONG)STATUS_ENTRYPOINT_NOT_FOUND);
	__builtin_unreachable();
}

static char *put(char *p, const char *end, const char *s)
{
	while (*s && p < end)
		*p++ = *s++;
	return p;
}

/* Code cannot be made where it lies writable: a page is filled, then sealed. */
PVOID missing_stub(const char *dll, const char *name, ULONG ordinal)
{
	enum { STUB = 32, PAGE_BYTES = 4096 };
	static UCHAR *page;
	static ULONG used;
	struct missing *m;
	UCHAR *code;
	char *p, *end, digits[12];
	PVOID base;
	SIZE_T size = PAGE_BYTES;
	ULONG old;
	PVOID fn = (PVOID)missing_called;
	int n = sizeof digits - 1;

	m = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *m);
	if (!m)
		return NULL;
	end = m->text + sizeof m->text - 1;
	p = put(m->text, end, dll);
	p = put(p, end, "!");
	if (name) {
		put(p, end, name);
	} else {
		digits[n] = 0;
		do
			digits[--n] = (char)('0' + ordinal % 10);
		while (ordinal /= 10);
		p = put(p, end, "#");
		put(p, end, digits + n);
	}
	if (!page || used + STUB > PAGE_BYTES) {
		base = NULL;
		if (!NT_SUCCESS(NtAllocateVirtualMemory(
			    NtCurrentProcess(), &base, 0, &size,
			    MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)))
			return NULL;
		page = base;
		used = 0;
	} else {
		base = page;
		NtProtectVirtualMemory(NtCurrentProcess(), &base, &size,
				       PAGE_READWRITE, &old);
	}
	code = page + used;
	used += STUB;
#ifdef _WIN64
	/* mov rcx, m; mov rax, fn; sub rsp, 28h; call rax: fit to unwind */
	memcpy(code, "\x48\xb9", 2);
	memcpy(code + 2, &m, 8);
	memcpy(code + 10, "\x48\xb8", 2);
	memcpy(code + 12, &fn, 8);
	memcpy(code + 20, "\xff\xe0", 2); /* jmp rax */
#else
	/* pop eax (the caller stays on top); push m; push eax; mov eax, fn */
	code[0] = 0x58;
	code[1] = 0x68;
	memcpy(code + 2, &m, 4);
	code[6] = 0x50;
	code[7] = 0xb8;
	memcpy(code + 8, &fn, 4);
	memcpy(code + 12, "\xff\xe0", 2);
#endif
	base = page;
	size = PAGE_BYTES;
	NtProtectVirtualMemory(NtCurrentProcess(), &base, &size,
			       PAGE_EXECUTE_READ, &old);
	return code;
}

/* ---- imports ---------------------------------------------------------------- */

static NTSTATUS damaged(const struct module *m, const char *what, ULONG_PTR rva)
{
	rf_message("%wZ is damaged: %s at %#x lies outside the image (%#x "
		   "bytes)",
		   &m->entry.BaseDllName, what, (unsigned)rva,
		   (unsigned)m->entry.SizeOfImage);
	return STATUS_INVALID_IMAGE_FORMAT;
}

/* from: NULL if the DLL is not there; names and iat are RVAs within m. */
static NTSTATUS snap_thunks(const struct module *m, struct module *from,
			    const char *dll, ULONG names_rva, ULONG iat_rva)
{
	const char *base = m->entry.DllBase;
	ULONG image_size = m->entry.SizeOfImage;
	ULONG last = (names_rva > iat_rva ? names_rva : iat_rva);
	ULONG room = (image_size - last) / sizeof(IMAGE_THUNK_DATA);
	const IMAGE_THUNK_DATA *names = (const void *)(base + names_rva);
	IMAGE_THUNK_DATA *iat = (void *)(base + iat_rva);

	for (;; names++, iat++) {
		ULONG_PTR v;
		PVOID address;

		if (!room--)
			return damaged(m, "an import table's end", image_size);
		v = names->u1.AddressOfData;
		if (!v)
			return STATUS_SUCCESS;
		if (IMAGE_SNAP_BY_ORDINAL(v)) {
			ULONG ordinal = IMAGE_ORDINAL(v);

			address = from ? module_export(from, NULL, ordinal, 0) :
					 NULL;
			if (!address)
				address = missing_stub(dll, NULL, ordinal);
		} else {
			const IMAGE_IMPORT_BY_NAME *n;

			if (v >= image_size - sizeof *n)
				return damaged(m, "an import's name", v);
			n = (const void *)(base + v);
			address = from ? module_export(from, n->Name, 0,
						       n->Hint) :
					 NULL;
			if (!address)
				address = missing_stub(dll, n->Name, 0);
		}
		if (!address)
			return STATUS_NO_MEMORY;
		iat->u1.Function = (ULONG_PTR)address;
	}
}

/*
 * Import tables in read-only sections are made writable while they are bound:
 * the section that holds them, once.
 */
static const IMAGE_SECTION_HEADER *section_of(const struct module *m, ULONG rva)
{
	const IMAGE_SECTION_HEADER *s = IMAGE_FIRST_SECTION(m->nt);

	for (ULONG i = 0; i < m->nt->FileHeader.NumberOfSections; i++, s++) {
		ULONG size = s->Misc.VirtualSize ? s->Misc.VirtualSize :
						   s->SizeOfRawData;

		if (rva >= s->VirtualAddress && rva - s->VirtualAddress < size)
			return s;
	}
	return NULL;
}

NTSTATUS unlock_iat(const struct module *m, ULONG rva, struct unlocked *u)
{
	const IMAGE_SECTION_HEADER *s = section_of(m, rva);
	ULONG size;
	const char *iat = module_directory(m, IMAGE_DIRECTORY_ENTRY_IAT, &size);

	u->base = NULL;
	if (!s || (s->Characteristics & IMAGE_SCN_MEM_WRITE))
		return STATUS_SUCCESS;
	u->base = (char *)m->entry.DllBase + s->VirtualAddress;
	u->size = s->Misc.VirtualSize;
	/* Mostly the table is in one piece that the directory names. */
	if (iat && rva >= (ULONG)(iat - (char *)m->entry.DllBase) &&
	    rva < (ULONG)(iat - (char *)m->entry.DllBase) + size) {
		u->base = (PVOID)iat;
		u->size = size;
	}
	return NtProtectVirtualMemory(NtCurrentProcess(), &u->base, &u->size,
				      PAGE_READWRITE, &u->old);
}

NTSTATUS relock_iat(struct unlocked *u)
{
	ULONG old;

	if (!u->base)
		return STATUS_SUCCESS;
	return NtProtectVirtualMemory(NtCurrentProcess(), &u->base, &u->size,
				      u->old, &old);
}

static NTSTATUS load_dependency(struct module *m, const char *dll,
				struct module **out)
{
	WCHAR buffer[260];
	UNICODE_STRING name = { 0, sizeof buffer, buffer };
	UNICODE_STRING folder = path_folder(&m->entry.FullDllName);
	NTSTATUS s;
	ULONG n = 0;

	for (; dll[n]; n++) {
		if (n == ARRAY_SIZE(buffer) - 1)
			return STATUS_INVALID_IMAGE_FORMAT;
		buffer[n] = (unsigned char)dll[n];
	}
	buffer[n] = 0;
	name.Length = (USHORT)(n * sizeof(WCHAR));
	s = module_load(&name, ldr_way.search, ldr_way.dir, out);
	/* A DLL loaded by its path finds what lies beside it. */
	if (s == STATUS_DLL_NOT_FOUND && !ldr_way.search && m != ldr_program)
		s = module_load(&name, 0, &folder, out);
	return s;
}

/*
 * Programs that make their own system calls open relative names below the
 * handle that the PEB has for the current directory, as kernel32 does, which
 * asks for it when it needs it.
 */
static void prepare_for_calls(const struct module *m)
{
	UNICODE_STRING folder = path_folder(&m->entry.FullDllName);
	UNICODE_STRING system = path_folder(&ldr_ntdll->entry.FullDllName);

	if (!RtlEqualUnicodeString(&folder, &system, TRUE))
		path_open_current();
}

static NTSTATUS snap_descriptor(struct module *m,
				const IMAGE_IMPORT_DESCRIPTOR *d,
				struct unlocked *u)
{
	const char *base = m->entry.DllBase, *dll = base + d->Name;
	ULONG names = d->OriginalFirstThunk ? d->OriginalFirstThunk :
					      d->FirstThunk;
	struct module *from = NULL;
	NTSTATUS s;

	if (d->Name >= m->entry.SizeOfImage)
		return damaged(m, "the name of a DLL", d->Name);
	if (names >= m->entry.SizeOfImage)
		return damaged(m, "an import table", names);
	if (d->FirstThunk >= m->entry.SizeOfImage)
		return damaged(m, "an import table", d->FirstThunk);
	s = load_dependency(m, dll, &from);
	if (s == STATUS_DLL_NOT_FOUND) {
		/* The user's own DLL is needed; one of Windows' may be not. */
		if (!rf_is_system_dll(dll)) {
			rf_message("%wZ needs %s, which was not found",
				   &m->entry.BaseDllName, dll);
			return s;
		}
		from = NULL;
	} else if (!NT_SUCCESS(s)) {
		rf_message(s == STATUS_INVALID_IMAGE_FORMAT ||
					   s == STATUS_INVALID_IMAGE_NOT_MZ ?
				   "%wZ needs %s, which is damaged or for "
				   "another processor (%#x; --check says more)" :
			   s == STATUS_INVALID_FILE_FOR_SECTION ?
				   "%wZ needs %s, which is not a regular file "
				   "(%#x)" :
				   "%wZ needs %s, which cannot be loaded (%#x)",
			   &m->entry.BaseDllName, dll, (unsigned)s);
		return s;
	} else {
		s = module_depend(m, from);
		if (!NT_SUCCESS(s)) {
			module_unload(from);
			return s;
		}
		if (from == ldr_ntdll)
			prepare_for_calls(m);
	}
	if ((char *)u->base - base > (LONG_PTR)d->FirstThunk || !u->base ||
	    (ULONG_PTR)(base + d->FirstThunk) - (ULONG_PTR)u->base >= u->size) {
		s = relock_iat(u);
		if (NT_SUCCESS(s))
			s = unlock_iat(m, d->FirstThunk, u);
		if (!NT_SUCCESS(s))
			return s;
	}
	return snap_thunks(m, from, dll, names, d->FirstThunk);
}

/* Without imports, or with some that begin outside of the image? */
static NTSTATUS missing_directory(const struct module *m)
{
	const IMAGE_DATA_DIRECTORY *d =
		rf_image_directory(m->nt, IMAGE_DIRECTORY_ENTRY_IMPORT);

	if (!d || !d->VirtualAddress)
		return STATUS_SUCCESS;
	return damaged(m, "the import directory", d->VirtualAddress);
}

NTSTATUS module_snap(struct module *m)
{
	const IMAGE_IMPORT_DESCRIPTOR *d;
	struct unlocked u = { 0 };
	ULONG size, n = 0;
	NTSTATUS s = STATUS_SUCCESS, end;

	if (m->snapped)
		return STATUS_SUCCESS;
	m->snapped = TRUE;
	d = module_directory(m, IMAGE_DIRECTORY_ENTRY_IMPORT, &size);
	if (!d)
		return missing_directory(m);
	/* Windows goes by the empty descriptor, not by the size. */
	while ((ULONG_PTR)&d[n + 1] - (ULONG_PTR)m->entry.DllBase <
		       m->entry.SizeOfImage &&
	       d[n].Name && d[n].FirstThunk)
		n++;
	for (ULONG i = 0; i < n && NT_SUCCESS(s); i++)
		s = snap_descriptor(m, &d[i], &u);
	end = relock_iat(&u);
	return NT_SUCCESS(s) ? end : s;
}
