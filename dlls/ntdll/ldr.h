/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ldr.h - the image loader, inside ntdll.
 *
 * One struct module per mapped image, in the PEB's lists as well, since
 * programs walk those.  Everything here runs with the loader lock held unless
 * it says otherwise.
 */
#ifndef RF_NTDLL_LDR_H
#define RF_NTDLL_LDR_H

#include "nt-ldr.h"
#include "ntdll-private.h"

struct module {
	LDR_DATA_TABLE_ENTRY entry; /* must be first */
	const IMAGE_NT_HEADERS *nt;
	LONG refs;		    /* -1: stays until the process ends */
	BOOLEAN is_dll;
	BOOLEAN snapped;	    /* imports are bound (or being bound) */
	BOOLEAN attached;	    /* DllMain(PROCESS_ATTACH) was called, or is not to be */
	BOOLEAN no_thread_calls;
	BOOLEAN detaching;
	BOOLEAN in_walk;	    /* of module_attach() */
	struct module **deps;	    /* references to what it imports from */
	ULONG ndeps;
	ULONG walk;		    /* the last module_attach() that came by */
	struct tls_image *tls;	    /* NULL: no TLS directory */
	WCHAR path[];		    /* what FullDllName points to */
};

extern RTL_CRITICAL_SECTION ldr_lock;
extern struct module *ldr_program, *ldr_ntdll;
extern BOOLEAN ldr_process_ready; /* start-up is over */
extern BOOLEAN ldr_shutting_down;
/* Modules that are loaded and whose entry points were not called yet. */
extern ULONG ldr_unattached;

/* ---- ldr.c ------------------------------------------------------------ */

/* A directory's data and size, NULL if absent. */
const void *module_directory(const struct module *m, ULONG which, ULONG *size);
struct module *module_at(const void *address);
struct module *module_by_name(const UNICODE_STRING *base_name);
struct module *module_by_path(const UNICODE_STRING *path);

/*
 * module_new() - an entry for an image mapped at base, put into the lists.
 * path: DOS form.  NULL: no memory.
 */
struct module *module_new(PVOID base, const UNICODE_STRING *path);
void module_release(struct module *m);

/*
 * How the DLL that is being loaded was asked for: what it needs is looked for in
 * the same way, and its folder counts for all of them.
 */
extern struct ldr_way {
	ULONG search;
	const UNICODE_STRING *dir;
} ldr_way;

/*
 * module_load() - find, map and bind a DLL and what it needs; the attach calls
 * are left to module_attach().  A reference is taken.
 *
 *   name    as a program wrote it; API-set names are translated
 *   search  LOAD_LIBRARY_SEARCH_* flags, 0: the default order
 *   dir     of the loading DLL with LOAD_WITH_ALTERED_SEARCH_PATH, else NULL
 */
NTSTATUS module_load(const UNICODE_STRING *name, ULONG search,
		     const UNICODE_STRING *dir, struct module **out);
/* Only maps it: neither bound nor ever called (DONT_RESOLVE_DLL_REFERENCES). */
NTSTATUS module_load_inert(const UNICODE_STRING *name, ULONG search,
			   const UNICODE_STRING *dir, struct module **out);
/* Its turn has come; also of what is never called. */
void module_mark_attached(struct module *m);
/* m needs on, and holds a reference to it, which is taken over. */
NTSTATUS module_depend(struct module *m, struct module *on);
/*
 * Calls the entry points of m and of what it needs, below first, where that was
 * not done yet.  Others that wait for their turn go on waiting: an entry point
 * that loads a DLL must not see those initialised that need itself.
 */
NTSTATUS module_attach(struct module *m);
/* One reference less; unloads at zero. */
void module_unload(struct module *m);
void module_call_entries(ULONG reason);

/* ---- ldr-import.c ------------------------------------------------------ */

NTSTATUS module_snap(struct module *m);
/* An import table, of which rva is part, made writable for a while. */
struct unlocked {
	PVOID base;
	SIZE_T size;
	ULONG old;
};
NTSTATUS unlock_iat(const struct module *m, ULONG rva, struct unlocked *u);
NTSTATUS relock_iat(struct unlocked *u);
/*
 * module_export() - an address by name (or ordinal if name is NULL), following
 * forwarders.  hint is where a name probably is.  NULL: there is none.
 */
PVOID module_export(struct module *m, const char *name, ULONG ordinal,
		    ULONG hint);
/* A function that names what is missing and raises when called. */
PVOID missing_stub(const char *dll, const char *name, ULONG ordinal);

/* ---- ldr-search.c ------------------------------------------------------- */

enum { LDR_MAX_PATH = 1024 }; /* units */

struct found_dll {
	HANDLE file;
	UNICODE_STRING path; /* DOS form, in buffer */
	WCHAR buffer[LDR_MAX_PATH];
};

/* Sets name to the DLL behind an API set; FALSE: it is none. */
BOOLEAN apiset_resolve(const UNICODE_STRING *name, UNICODE_STRING *target);
/*
 * Opens a DLL by the rules of module_load().  If one that is loaded answers to
 * the path, *loaded is set instead of a file.  STATUS_DLL_NOT_FOUND,
 * STATUS_OBJECT_NAME_INVALID (too long), others from opening.
 */
NTSTATUS dll_find(const UNICODE_STRING *name, ULONG search,
		  const UNICODE_STRING *dir, struct found_dll *f,
		  struct module **loaded);
/* Folder part of a path, with its backslash. */
UNICODE_STRING path_folder(const UNICODE_STRING *path);
/*
 * A path without "\\?\", which a module keeps in its name if it was loaded so.
 */
UNICODE_STRING path_unprefixed(const UNICODE_STRING *path);

/* ---- ldr-api.c ---------------------------------------------------------- */

extern ULONG ldr_default_search; /* SetDefaultDllDirectories' flags */
extern UNICODE_STRING ldr_dll_directory; /* SetDllDirectory's; Buffer NULL: none */
/* AddDllDirectory's folders, with try for each. */
NTSTATUS ldr_try_user_dirs(const UNICODE_STRING *name, struct found_dll *f,
			   struct module **loaded,
			   NTSTATUS (*try)(const UNICODE_STRING *folder,
					   const UNICODE_STRING *name,
					   struct found_dll *f,
					   struct module **loaded));
/* Calls what LdrRegisterDllNotification() registered. */
void ldr_notify(const struct module *m, BOOLEAN loaded);

/* ---- ldr-tls.c ----------------------------------------------------------- */

/* Notes a module's TLS directory.  Existing threads get its data, too. */
NTSTATUS tls_add(struct module *m);
void tls_remove(struct module *m);
/* The calling thread's TLS data. */
NTSTATUS tls_thread_init(void);
void tls_thread_free(void);
void tls_callbacks(struct module *m, ULONG reason);

/* ---- others in ntdll ------------------------------------------------------ */

/*
 * rf_message() - a line for the user on stderr, behind "run-foreign: ".
 * Formats: %s %d %u %x %#x %p and %wZ (UNICODE_STRING *).
 */
void rf_message(const char *format, ...);
/* Whether Windows itself ships a DLL of that name, as far as we know. */
BOOLEAN rf_is_system_dll(const char *name);

/* unwind-table.c: which module a code address belongs to. */
void NTAPI rf_module_added(PVOID base, ULONG size);
void NTAPI rf_module_removed(PVOID base);
/* except-*.S: the outermost frame; what nobody handles ends in its filter. */
DECLSPEC_NORETURN void NTAPI rf_guarded_call(void(NTAPI *fn)(PVOID),
					     PVOID arg);

#endif
