/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel32-private.h - what kernel32's files share: strings converted for one
 * call, and DOS names made into NT names, both on the caller's stack unless
 * they are long.
 */
#ifndef RF_KERNEL32_PRIVATE_H
#define RF_KERNEL32_PRIVATE_H

#include "nt-ldr.h"

/* mingw-w64 has no names for these. */
#ifndef MEM_REPLACE_PLACEHOLDER
#define MEM_COALESCE_PLACEHOLDERS 1
#define MEM_PRESERVE_PLACEHOLDER 2
#define MEM_REPLACE_PLACEHOLDER 0x4000
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static inline PVOID k32_alloc(SIZE_T size)
{
	PVOID p = RtlAllocateHeap(rf_heap(), 0, size);

	if (!p)
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return p;
}

static inline void k32_free(PVOID p)
{
	if (p)
		RtlFreeHeap(rf_heap(), 0, p);
}

/* ---- strings (convert.c) -------------------------------------------- */

/* A NUL-terminated string made wide; s is NULL where the caller gave NULL. */
struct wide {
	WCHAR *s;
	WCHAR buf[MAX_PATH + 4];
};

/*
 * By the ANSI code page; by the one that SetFileApisToOEM() chose.  FALSE and
 * the last error if memory runs out.  ansi may be NULL.
 */
BOOL wide_from_ansi(struct wide *w, const char *ansi);
BOOL wide_from_file(struct wide *w, const char *name);
void wide_free(struct wide *w);

/* Declares a struct wide that is freed at the end of its scope. */
#define WIDE(name)                                                             \
	struct wide name __attribute__((cleanup(wide_free)));                  \
	name.s = NULL

/*
 * The other way, for functions that return a length without the NUL, or the
 * size needed with it.  len is in units, without a NUL.
 */
DWORD ansi_from_wide(const WCHAR *s, DWORD len, char *buf, DWORD size);
DWORD file_from_wide(const WCHAR *s, DWORD len, char *buf, DWORD size);
/* A terminated copy cut to size bytes. */
void ansi_copy(const WCHAR *s, char *buf, DWORD size);
/* As ansi_copy(), by the file functions' code page. */
void file_copy(const WCHAR *s, char *buf, DWORD size);
/* A fresh heap copy by the ANSI code page, NULL on failure. */
char *ansi_dup(const WCHAR *s);

/* The length rule above for wide results. */
DWORD wide_result(const WCHAR *s, DWORD len, WCHAR *buf, DWORD size);

static inline DWORD wide_len(const WCHAR *s)
{
	const WCHAR *p = s;

	while (*p)
		p++;
	return p - s;
}

/* ASCII letters alone decide: for names that we fix ourselves. */
BOOL wide_same(const WCHAR *a, const WCHAR *b);
BOOL wide_same_n(const WCHAR *a, const WCHAR *b, DWORD n);

/* ---- NT names (nt-path.c) ------------------------------------------- */

struct nt_path {
	UNICODE_STRING name;
	RTL_RELATIVE_NAME_U rel; /* a relative path's, below a handle */
	OBJECT_ATTRIBUTES oa;
	ULONG counted; /* units of the full path; 0: \\?\, may be any */
	WCHAR buf[MAX_PATH + 24];
};

/*
 * nt_path_init() - \??\C:\dir\file for a DOS name in any of its forms.
 *
 * FALSE with ERROR_PATH_NOT_FOUND for an empty name or NULL, and where long
 * paths are not enabled for one that does not fit MAX_PATH;
 * ERROR_FILENAME_EXCED_RANGE, ERROR_NOT_ENOUGH_MEMORY.  p->oa is filled in,
 * case-insensitive.
 */
BOOL nt_path_init(struct nt_path *p, const WCHAR *name);
/* For a new folder, whose name then may have 247 characters. */
BOOL nt_path_init_folder(struct nt_path *p, const WCHAR *name);
/*
 * The same for who only wants p->oa, and soon: a relative name is used where
 * it lies, below the current directory's handle.  p->name is not filled in.
 */
BOOL nt_path_open(struct nt_path *p, const WCHAR *name);
void nt_path_free(struct nt_path *p);
/* What sa, which may be NULL, says of an object that is made by p->oa. */
static inline void nt_path_security(struct nt_path *p,
				    const SECURITY_ATTRIBUTES *sa)
{
	if (!sa)
		return;
	p->oa.SecurityDescriptor = sa->lpSecurityDescriptor;
	if (sa->bInheritHandle)
		p->oa.Attributes |= OBJ_INHERIT;
}

#define NT_PATH(path)                                                          \
	struct nt_path path __attribute__((cleanup(nt_path_free)));            \
	path.rel.CurDirRef = NULL;                                             \
	path.name.Buffer = path.buf

/* Closes when its scope ends, unless 0. */
static inline void k32_close(HANDLE *h)
{
	if (*h)
		NtClose(*h);
}

#define HANDLE_SCOPE(name) HANDLE name __attribute__((cleanup(k32_close))) = 0

/*
 * Opens name for synchronous use: access plus SYNCHRONIZE, sharing all,
 * options plus FILE_SYNCHRONOUS_IO_NONALERT.  FALSE and the last error.
 */
BOOL k32_open(const WCHAR *name, ACCESS_MASK access, ULONG options, HANDLE *h);
/*
 * Deletes what h, opened for that, is with POSIX semantics, as Windows 10 does: the
 * name is gone at once although others have it open.
 */
BOOL k32_delete_open(HANDLE h);

/* What a wait-less timeout in milliseconds is to NT; NULL for INFINITE. */
static inline PLARGE_INTEGER k32_timeout(PLARGE_INTEGER t, DWORD ms)
{
	if (ms == INFINITE)
		return NULL;
	t->QuadPart = -(LONGLONG)ms * 10000;
	return t;
}

/* ---- process-wide --------------------------------------------------- */

/* Is this one of the three negative-free console pseudo handles? */
HANDLE k32_std_handle(HANDLE h);

/*
 * k32_find_program() - the file CreateProcess would run for name, .exe added
 * where there is no extension; not a full path.  ERROR_FILE_NOT_FOUND.
 */
BOOL k32_find_program(const WCHAR *name, WCHAR *out, DWORD room);

/*
 * What CreateProcess takes from a STARTUPINFOEX's attribute list (process.c):
 * NULL and 0 for what was not given.
 */
struct process_attributes {
	HANDLE *handles;     /* only these are inherited */
	SIZE_T handles_size; /* bytes */
	HANDLE *jobs;
	SIZE_T jobs_size;
	HANDLE parent;
	HANDLE token; /* no attribute, but CreateProcessAsUser's */
	PVOID console; /* a pseudo console */
	GROUP_AFFINITY *affinity;
	DWORD *child_policy;
	DWORD64 mitigations[2];
};
/* FALSE and the last error: there is something in it that nobody can do. */
BOOL process_attributes_get(LPPROC_THREAD_ATTRIBUTE_LIST list,
			    struct process_attributes *a);

/* Win32's priority classes by NT's numbers, from 1. */
#define PRIORITY_CLASSES 7
extern const DWORD priority_classes[PRIORITY_CLASSES];

/* The text of a Win32 error code, or NULL (error-text.c). */
const char *error_text(DWORD code);

/*
 * Where text stands in the program's manifest, ASCII letters compared without
 * case (manifest.c); *left bytes can be read from there on (may be NULL).
 * NULL: nowhere.
 */
const char *manifest_find(const char *text, ULONG *left);

/* Sets the process's code pages (codepage.c); at process attach. */
void codepage_attach(void);

/* "\\?\Volume{GUID}\" of a drive (volume-name.c), and back; 0: none such. */
#define VOLUME_NAME_LENGTH 49
void volume_name(WCHAR letter, WCHAR name[VOLUME_NAME_LENGTH + 1]);
WCHAR volume_letter(const WCHAR *path);

#endif
