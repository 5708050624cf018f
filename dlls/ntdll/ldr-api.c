/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ldr-api.c - Ldr* functions: the loader as kernel32 and programs call it.
 *
 * Prototypes as Microsoft's public symbols and the Windows SDK's ntldr have
 * them.  Each takes the loader lock.
 */
#include "ldr.h"
#include "path.h"

UNICODE_STRING ldr_dll_directory;

static void lock(void)
{
	RtlEnterCriticalSection(&ldr_lock);
}

static void unlock(void)
{
	RtlLeaveCriticalSection(&ldr_lock);
}

/* ---- loading --------------------------------------------------------------- */

struct ldr_way ldr_way;

/* The folder that a name with a path leads to. */
static BOOLEAN folder_of(const UNICODE_STRING *name, PWSTR buffer, ULONG size,
			 UNICODE_STRING *dir)
{
	UNICODE_STRING full = { 0, (USHORT)size, buffer };
	ULONG n;

	if (!path_folder(name).Length)
		return FALSE;
	n = RtlGetFullPathName_U(name->Buffer, size, buffer, NULL);
	if (n == 0 || n >= size)
		return FALSE;
	full.Length = (USHORT)n;
	*dir = path_folder(&full);
	return dir->Length != 0;
}

/*
 * path: NULL, or as LoadLibraryEx passes it: LOAD_LIBRARY_* flags with bit 0
 * set (a tagged value); flags: IMAGE_FILE_EXECUTABLE_IMAGE-like bits of LdrLoadDll,
 * of which DONT_RESOLVE_DLL_REFERENCES (2) counts.
 */
NTSTATUS NTAPI LdrLoadDll(PWSTR path, ULONG *flags, const UNICODE_STRING *name,
			  PVOID *base)
{
	ULONG_PTR tagged = (ULONG_PTR)path;
	ULONG search = 0;
	struct ldr_way before;
	UNICODE_STRING dir, *with_dir = NULL;
	WCHAR full[LDR_MAX_PATH];
	struct module *m;
	NTSTATUS s;

	*base = NULL;
	if (name->Length == 0)
		return STATUS_INVALID_PARAMETER;
	if (tagged & 1)
		search = (ULONG)tagged & 0x5f00; /* not SAFE_CURRENT_DIRS */
	if (search == 0 && ldr_default_search)
		search = ldr_default_search;
	if (tagged & 1 && tagged & (LOAD_WITH_ALTERED_SEARCH_PATH |
				   LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR) &&
	    folder_of(name, full, sizeof full, &dir))
		with_dir = &dir;
	lock();
	before = ldr_way;
	ldr_way = (struct ldr_way){ search, with_dir };
	if (flags && (*flags & 2))
		s = module_load_inert(name, search, with_dir, &m);
	else
		s = module_load(name, search, with_dir, &m);
	ldr_way = before;
	if (NT_SUCCESS(s)) {
		s = module_attach(m);
		if (!NT_SUCCESS(s))
			module_unload(m);
	}
	if (NT_SUCCESS(s))
		*base = m->entry.DllBase;
	unlock();
	return s;
}

NTSTATUS NTAPI LdrUnloadDll(PVOID base)
{
	struct module *m;

	lock();
	m = module_at(base);
	if (m)
		module_unload(m);
	unlock();
	return m ? STATUS_SUCCESS : STATUS_DLL_NOT_FOUND;
}

NTSTATUS NTAPI LdrAddRefDll(ULONG flags, PVOID base)
{
	struct module *m;

	lock();
	m = module_at(base);
	if (m && (flags & 1))
		m->refs = -1;
	else if (m && m->refs >= 0)
		m->refs++;
	unlock();
	return m ? STATUS_SUCCESS : STATUS_DLL_NOT_FOUND;
}

/*
 * Every process of the system has kernelbase.dll, below kernel32.  Here it lies
 * above, and is loaded when somebody first asks for it.  NULL: name is another
 * one's, or it cannot be loaded.
 */
static struct module *module_always_there(const UNICODE_STRING *name)
{
	static const UNICODE_STRING kernelbase = { 28, 30,
						   (WCHAR *)L"kernelbase.dll" };
	struct module *m;

	if (!RtlEqualUnicodeString(name, &kernelbase, TRUE) ||
	    !NT_SUCCESS(module_load(name, 0, NULL, &m)))
		return NULL;
	if (!NT_SUCCESS(module_attach(m))) {
		module_unload(m);
		return NULL;
	}
	m->refs = -1;
	return m;
}

/* flags: 1 no reference is taken, 2 the module stays for good */
NTSTATUS NTAPI LdrGetDllHandleEx(ULONG flags, PWSTR path, ULONG *dll_flags,
				 const UNICODE_STRING *name, PVOID *base)
{
	WCHAR buffer[LDR_MAX_PATH];
	UNICODE_STRING full = { 0, sizeof buffer, buffer }, target, folder;
	struct module *m = NULL;
	BOOLEAN dot = FALSE;
	ULONG n = name->Length / sizeof(WCHAR);

	*base = NULL;
	if (name->Length == 0 || name->Length > sizeof buffer - 10)
		return name->Length ? STATUS_DLL_NOT_FOUND :
				      STATUS_INVALID_PARAMETER;
	memcpy(buffer, name->Buffer, name->Length);
	folder = path_folder(name);
	for (ULONG i = folder.Length / sizeof(WCHAR); i < n; i++) {
		if (buffer[i] == '.')
			dot = TRUE;
	}
	if (n && buffer[n - 1] == '.') {
		n--;
	} else if (!dot) {
		memcpy(buffer + n, L".dll", 8);
		n += 4;
	}
	buffer[n] = 0;
	full.Length = (USHORT)(n * sizeof(WCHAR));
	lock();
	if (folder.Length) {
		WCHAR whole[LDR_MAX_PATH];
		UNICODE_STRING p = { 0, sizeof whole, whole };

		p.Length = (USHORT)RtlGetFullPathName_U(buffer, sizeof whole,
							whole, NULL);
		if (p.Length && p.Length < sizeof whole)
			m = module_by_path(&p);
	} else {
		if (apiset_resolve(&full, &target))
			full = target;
		m = module_by_name(&full);
		if (!m)
			m = module_always_there(&full);
	}
	if (m) {
		*base = m->entry.DllBase;
		if (flags & 2)
			m->refs = -1;
		else if (!(flags & 1) && m->refs >= 0)
			m->refs++;
	}
	unlock();
	return m ? STATUS_SUCCESS : STATUS_DLL_NOT_FOUND;
}

NTSTATUS NTAPI LdrGetDllHandle(PWSTR path, ULONG *flags,
			       const UNICODE_STRING *name, PVOID *base)
{
	return LdrGetDllHandleEx(1, path, flags, name, base);
}

/* ---- addresses ------------------------------------------------------------ */

NTSTATUS NTAPI LdrGetProcedureAddressForCaller(PVOID base,
					       const ANSI_STRING *name,
					       ULONG ordinal, PVOID *address,
					       ULONG flags, PVOID *caller)
{
	char buffer[512];
	struct module *m;
	ULONG unattached;
	NTSTATUS s = STATUS_SUCCESS;

	*address = NULL;
	if (name && name->Length) {
		if (name->Length >= sizeof buffer)
			return STATUS_ENTRYPOINT_NOT_FOUND;
		memcpy(buffer, name->Buffer, name->Length);
		buffer[name->Length] = 0;
	}
	lock();
	unattached = ldr_unattached;
	m = module_at(base);
	if (!m)
		s = STATUS_DLL_NOT_FOUND;
	else if (name && name->Length)
		*address = module_export(m, buffer, 0, ~0u);
	else
		*address = module_export(m, NULL, ordinal, 0);
	if (m && !*address)
		s = name && name->Length ? STATUS_ENTRYPOINT_NOT_FOUND :
					   STATUS_ORDINAL_NOT_FOUND;
	/* A forwarder has loaded something. */
	if (NT_SUCCESS(s) && ldr_unattached != unattached)
		s = module_attach(m);
	unlock();
	/* Who calls ntdll by itself may want the current directory's handle. */
	if (m == ldr_ntdll)
		path_open_current();
	return s;
}

NTSTATUS NTAPI LdrGetProcedureAddressEx(PVOID base, const ANSI_STRING *name,
					ULONG ordinal, PVOID *address,
					ULONG flags)
{
	return LdrGetProcedureAddressForCaller(base, name, ordinal, address,
					       flags, NULL);
}

NTSTATUS NTAPI LdrGetProcedureAddress(PVOID base, const ANSI_STRING *name,
				      ULONG ordinal, PVOID *address)
{
	return LdrGetProcedureAddressForCaller(base, name, ordinal, address, 0,
					       NULL);
}

NTSTATUS NTAPI LdrFindEntryForAddress(PVOID address,
				      LDR_DATA_TABLE_ENTRY **entry)
{
	struct module *m;

	lock();
	m = module_at(address);
	*entry = m ? &m->entry : NULL;
	unlock();
	return m ? STATUS_SUCCESS : STATUS_NO_MORE_ENTRIES;
}

NTSTATUS NTAPI LdrGetDllFullName(PVOID base, UNICODE_STRING *name)
{
	struct module *m;
	NTSTATUS s = STATUS_SUCCESS;

	lock();
	m = base ? module_at(base) : ldr_program;
	if (!m) {
		s = STATUS_DLL_NOT_FOUND;
	} else {
		USHORT n = m->entry.FullDllName.Length;

		if (n + sizeof(WCHAR) > name->MaximumLength) {
			n = name->MaximumLength & ~1u;
			s = STATUS_BUFFER_TOO_SMALL;
		}
		memcpy(name->Buffer, m->path, n);
		if (NT_SUCCESS(s))
			name->Buffer[n / sizeof(WCHAR)] = 0;
		name->Length = n;
	}
	unlock();
	return s;
}

NTSTATUS NTAPI LdrDisableThreadCalloutsForDll(PVOID base)
{
	struct module *m;
	NTSTATUS s = STATUS_SUCCESS;

	lock();
	m = module_at(base);
	if (!m)
		s = STATUS_DLL_NOT_FOUND;
	else if (m->tls)
		s = STATUS_DLL_NOT_FOUND; /* its TLS callbacks are needed */
	else
		m->no_thread_calls = TRUE;
	unlock();
	return s;
}

NTSTATUS NTAPI LdrEnumerateLoadedModules(
	BOOLEAN reserved,
	void(NTAPI *fn)(LDR_DATA_TABLE_ENTRY *, PVOID context, BOOLEAN *stop),
	PVOID context)
{
	LIST_ENTRY *head = &rf_peb()->Ldr->InLoadOrderModuleList;
	BOOLEAN stop = FALSE;

	if (reserved || !fn)
		return STATUS_INVALID_PARAMETER;
	lock();
	for (LIST_ENTRY *l = head->Flink; l != head && !stop; l = l->Flink)
		fn(CONTAINING_RECORD(l, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks),
		   context, &stop);
	unlock();
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrLockLoaderLock(ULONG flags, ULONG *state, ULONG_PTR *cookie)
{
	if (state)
		*state = 0;
	if (cookie)
		*cookie = 0;
	if ((flags & ~3u) || !cookie || ((flags & 2) && !state))
		return STATUS_INVALID_PARAMETER;
	if (flags & 2) {
		if (!RtlTryEnterCriticalSection(&ldr_lock)) {
			*state = 2;
			return STATUS_SUCCESS;
		}
	} else {
		lock();
	}
	if (state)
		*state = 1;
	*cookie = (ULONG_PTR)NtCurrentTeb()->ClientId.UniqueThread << 8 | 1;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrUnlockLoaderLock(ULONG flags, ULONG_PTR cookie)
{
	if (flags & ~1u)
		return STATUS_INVALID_PARAMETER;
	if (cookie)
		unlock();
	return STATUS_SUCCESS;
}

/* ---- where to look ---------------------------------------------------------- */

struct user_dir {
	struct user_dir *next;
	UNICODE_STRING path;
	WCHAR text[];
};

static struct user_dir *user_dirs; /* newest first */
ULONG ldr_default_search;

NTSTATUS ldr_try_user_dirs(const UNICODE_STRING *name, struct found_dll *f,
			   struct module **loaded,
			   NTSTATUS (*try)(const UNICODE_STRING *folder,
					   const UNICODE_STRING *name,
					   struct found_dll *f,
					   struct module **loaded))
{
	NTSTATUS s = STATUS_DLL_NOT_FOUND;

	for (struct user_dir *d = user_dirs;
	     d && s == STATUS_DLL_NOT_FOUND; d = d->next)
		s = try(&d->path, name, f, loaded);
	return s;
}

/* Where a DLL would be loaded from, for who only wants to read it. */
NTSTATUS NTAPI rf_find_dll(const UNICODE_STRING *name, ULONG search,
			   UNICODE_STRING *path)
{
	struct found_dll *f = RtlAllocateHeap(rf_heap(), 0, sizeof *f);
	struct module *m;
	NTSTATUS s;

	if (!f)
		return STATUS_NO_MEMORY;
	lock();
	s = dll_find(name, search, NULL, f, &m);
	if (NT_SUCCESS(s)) {
		const UNICODE_STRING *found = m ? &m->entry.FullDllName
						: &f->path;

		if (found->Length + sizeof(WCHAR) > path->MaximumLength)
			s = STATUS_NAME_TOO_LONG;
		else
			RtlCopyUnicodeString(path, found);
		if (!m)
			NtClose(f->file);
	}
	unlock();
	RtlFreeHeap(rf_heap(), 0, f);
	return s;
}

NTSTATUS NTAPI LdrAddDllDirectory(const UNICODE_STRING *path, PVOID *cookie)
{
	struct user_dir *d = RtlAllocateHeap(
		rf_heap(), HEAP_ZERO_MEMORY,
		sizeof *d + path->Length + sizeof(WCHAR));
	NTSTATUS s = STATUS_SUCCESS;
	ULONG type;

	if (!d)
		return STATUS_NO_MEMORY;
	memcpy(d->text, path->Buffer, path->Length);
	d->path = (UNICODE_STRING){ path->Length, path->Length, d->text };
	type = RtlDetermineDosPathNameType_U(d->text);
	if (type != RtlPathTypeUncAbsolute && type != RtlPathTypeDriveAbsolute &&
	    type != RtlPathTypeLocalDevice)
		s = STATUS_INVALID_PARAMETER;
	else if (!RtlDoesFileExists_U(d->text))
		s = STATUS_NO_SUCH_FILE;
	if (!NT_SUCCESS(s)) {
		RtlFreeHeap(rf_heap(), 0, d);
		return s;
	}
	lock();
	d->next = user_dirs;
	user_dirs = d;
	unlock();
	*cookie = d;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrRemoveDllDirectory(PVOID cookie)
{
	struct user_dir **p, *found;

	lock();
	for (p = &user_dirs; *p && *p != cookie; p = &(*p)->next)
		;
	found = *p;
	if (found)
		*p = found->next;
	unlock();
	if (!found)
		return STATUS_INVALID_PARAMETER;
	RtlFreeHeap(rf_heap(), 0, found);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrSetDefaultDllDirectories(ULONG flags)
{
	if (!flags || (flags & ~0x7e00u))
		return STATUS_INVALID_PARAMETER;
	ldr_default_search = flags;
	return STATUS_SUCCESS;
}

/* dir with Buffer NULL restores the default order; empty: no current folder. */
NTSTATUS NTAPI LdrSetDllDirectory(const UNICODE_STRING *dir)
{
	UNICODE_STRING copy = { 0, 0, NULL }, old;

	if (dir && dir->Buffer) {
		copy.Buffer = RtlAllocateHeap(rf_heap(), 0,
					      dir->Length + sizeof(WCHAR));
		if (!copy.Buffer)
			return STATUS_NO_MEMORY;
		memcpy(copy.Buffer, dir->Buffer, dir->Length);
		copy.Buffer[dir->Length / sizeof(WCHAR)] = 0;
		copy.Length = dir->Length;
		copy.MaximumLength = (USHORT)(dir->Length + sizeof(WCHAR));
	}
	lock();
	old = ldr_dll_directory;
	ldr_dll_directory = copy;
	unlock();
	RtlFreeHeap(rf_heap(), 0, old.Buffer);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrGetDllDirectory(UNICODE_STRING *dir)
{
	NTSTATUS s = STATUS_SUCCESS;

	lock();
	if (dir->MaximumLength < ldr_dll_directory.Length + sizeof(WCHAR)) {
		s = STATUS_BUFFER_TOO_SMALL;
		dir->Length = (USHORT)(ldr_dll_directory.Length +
				       sizeof(WCHAR));
	} else {
		memcpy(dir->Buffer, ldr_dll_directory.Buffer,
		       ldr_dll_directory.Length);
		dir->Length = ldr_dll_directory.Length;
		dir->Buffer[dir->Length / sizeof(WCHAR)] = 0;
	}
	unlock();
	return s;
}

/* ---- notifications ----------------------------------------------------------- */

struct dll_notification_data {
	ULONG flags;
	const UNICODE_STRING *full_name, *base_name;
	PVOID base;
	ULONG size;
};

typedef void(NTAPI *notify_fn)(ULONG reason,
			       const struct dll_notification_data *data,
			       PVOID context);

struct notification {
	struct notification *next;
	notify_fn fn;
	PVOID context;
};

static struct notification *notifications;

void ldr_notify(const struct module *m, BOOLEAN loaded)
{
	struct dll_notification_data data = {
		.full_name = &m->entry.FullDllName,
		.base_name = &m->entry.BaseDllName,
		.base = m->entry.DllBase,
		.size = m->entry.SizeOfImage,
	};

	for (struct notification *n = notifications, *next; n; n = next) {
		next = n->next;
		n->fn(loaded ? 1 : 2, &data, n->context);
	}
}

NTSTATUS NTAPI LdrRegisterDllNotification(ULONG flags, PVOID fn, PVOID context,
					  PVOID *cookie)
{
	struct notification *n;

	if (flags || !fn || !cookie)
		return STATUS_INVALID_PARAMETER;
	n = RtlAllocateHeap(rf_heap(), 0, sizeof *n);
	if (!n)
		return STATUS_NO_MEMORY;
	n->fn = (notify_fn)fn;
	n->context = context;
	lock();
	n->next = notifications;
	notifications = n;
	unlock();
	*cookie = n;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrUnregisterDllNotification(PVOID cookie)
{
	struct notification **p, *found;

	lock();
	for (p = &notifications; *p && *p != cookie; p = &(*p)->next)
		;
	found = *p;
	if (found)
		*p = found->next;
	unlock();
	if (!found)
		return STATUS_DLL_NOT_FOUND;
	RtlFreeHeap(rf_heap(), 0, found);
	return STATUS_SUCCESS;
}
