/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dir.c - making and removing folders; the current, temporary and system ones.
 */
#include "kernel32-private.h"
#include "file-beside.h"
#include "nt-file.h"

static BOOL create(const WCHAR *name, ULONG attributes,
		   LPSECURITY_ATTRIBUTES sa)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	HANDLE h;
	NT_PATH(path);

	if (!nt_path_init_folder(&path, name))
		return FALSE;
	if (sa)
		path.oa.SecurityDescriptor = sa->lpSecurityDescriptor;
	status = NtCreateFile(
		&h, FILE_LIST_DIRECTORY | SYNCHRONIZE, &path.oa, &io, NULL,
		attributes, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_CREATE,
		FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT |
			FILE_OPEN_FOR_BACKUP_INTENT,
		NULL, 0);
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		/* NUL, COM1 are no folders. */
		if (RtlIsDosDeviceName_U(name))
			SetLastError(ERROR_DIRECTORY);
		return FALSE;
	}
	NtClose(h);
	return TRUE;
}

BOOL WINAPI CreateDirectoryW(LPCWSTR name, LPSECURITY_ATTRIBUTES sa)
{
	return create(name, FILE_ATTRIBUTE_NORMAL, sa);
}

BOOL WINAPI CreateDirectoryA(LPCSTR name, LPSECURITY_ATTRIBUTES sa)
{
	WIDE(w);

	return wide_from_file(&w, name) && CreateDirectoryW(w.s, sa);
}

/*
 * What the template has besides entries and a descriptor: attributes, streams,
 * extended attributes; of a link that it is one, to the same place.
 */
BOOL WINAPI CreateDirectoryExW(LPCWSTR template_dir, LPCWSTR name,
			       LPSECURITY_ATTRIBUTES sa)
{
	FILE_DISPOSITION_INFO remove = { TRUE };
	BY_HANDLE_FILE_INFORMATION i;
	IO_STATUS_BLOCK io;
	DWORD error;
	BOOL ok;
	HANDLE_SCOPE(from);
	HANDLE_SCOPE(to);

	if (!k32_open(template_dir,
		      FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | FILE_READ_EA,
		      FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT,
		      &from) ||
	    !GetFileInformationByHandle(from, &i))
		return FALSE;
	if (!(i.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)) {
		SetLastError(ERROR_DIRECTORY);
		return FALSE;
	}
	if (!create(name,
		    i.dwFileAttributes &
			    (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM |
			     FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_ARCHIVE |
			     FILE_ATTRIBUTE_NOT_CONTENT_INDEXED),
		    sa))
		return FALSE;
	ok = k32_open(name,
		      FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA |
			      FILE_READ_ATTRIBUTES | DELETE,
		      FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT, &to) &&
	     (i.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT
		      ? copy_reparse(from, to)
		      : copy_beside(from, to, FALSE, TRUE));
	if (ok)
		return TRUE;
	error = GetLastError();
	if (to)
		NtSetInformationFile(to, &io, &remove, sizeof remove,
				     FileDispositionInformation);
	else
		RemoveDirectoryW(name);
	SetLastError(error);
	return FALSE;
}

BOOL WINAPI CreateDirectoryExA(LPCSTR template_dir, LPCSTR name,
			       LPSECURITY_ATTRIBUTES sa)
{
	WIDE(t);
	WIDE(n);

	return wide_from_file(&t, template_dir) && wide_from_file(&n, name) &&
	       CreateDirectoryExW(t.s, n.s, sa);
}

BOOL WINAPI RemoveDirectoryW(LPCWSTR name)
{
	HANDLE_SCOPE(h);

	if (!k32_open(name, DELETE,
		      FILE_DIRECTORY_FILE | FILE_OPEN_REPARSE_POINT |
			      FILE_OPEN_FOR_BACKUP_INTENT,
		      &h))
		return FALSE;
	return k32_delete_open(h);
}

BOOL WINAPI RemoveDirectoryA(LPCSTR name)
{
	WIDE(w);

	return wide_from_file(&w, name) && RemoveDirectoryW(w.s);
}

/* ---- current -------------------------------------------------------- */

DWORD WINAPI GetCurrentDirectoryW(DWORD size, LPWSTR buf)
{
	if (size > 0x7fffffff)
		size = 0x7fffffff;
	return RtlGetCurrentDirectory_U(size * sizeof(WCHAR), buf) /
	       sizeof(WCHAR);
}

/* The current directory on the heap, freed by the caller; NULL: no memory. */
static WCHAR *current(DWORD *len)
{
	for (DWORD size = MAX_PATH;;) {
		WCHAR *s = k32_alloc(size * sizeof(WCHAR));

		if (!s)
			return NULL;
		*len = GetCurrentDirectoryW(size, s);
		if (*len < size)
			return s;
		size = *len + 1;
		k32_free(s);
	}
}

DWORD WINAPI GetCurrentDirectoryA(DWORD size, LPSTR buf)
{
	DWORD len, n;
	WCHAR *s = current(&len);

	if (!s)
		return 0;
	n = file_from_wide(s, len, buf, size);
	k32_free(s);
	return n;
}

BOOL WINAPI SetCurrentDirectoryW(LPCWSTR name)
{
	UNICODE_STRING u;

	if (!name || !name[0]) {
		SetLastError(ERROR_PATH_NOT_FOUND);
		return FALSE;
	}
	RtlInitUnicodeString(&u, name);
	return rf_result(RtlSetCurrentDirectory_U(&u));
}

BOOL WINAPI SetCurrentDirectoryA(LPCSTR name)
{
	WIDE(w);

	return wide_from_file(&w, name) && SetCurrentDirectoryW(w.s);
}

/* ---- system --------------------------------------------------------- */

/* KUSER_SHARED_DATA.NtSystemRoot: L"C:\Windows". */
static const WCHAR *system_root(void)
{
	const WCHAR *s = (const WCHAR *)0x7ffe0030;

	return s[0] ? s : L"C:\\Windows";
}

static DWORD under_root(const WCHAR *tail, WCHAR *out)
{
	const WCHAR *root = system_root();
	DWORD n = wide_len(root), t = wide_len(tail);

	memcpy(out, root, n * sizeof(WCHAR));
	memcpy(out + n, tail, (t + 1) * sizeof(WCHAR));
	return n + t;
}

#define SYSTEM_DIR(Name, tail)                                                 \
	UINT WINAPI Name##W(LPWSTR buf, UINT size)                             \
	{                                                                      \
		WCHAR s[MAX_PATH + 16];                                        \
		DWORD n = under_root(tail, s);                                 \
                                                                               \
		return wide_result(s, n, buf, size);                           \
	}                                                                      \
                                                                               \
	UINT WINAPI Name##A(LPSTR buf, UINT size)                              \
	{                                                                      \
		WCHAR s[MAX_PATH + 16];                                        \
		DWORD n = under_root(tail, s);                                 \
                                                                               \
		return file_from_wide(s, n, buf, size);                        \
	}

SYSTEM_DIR(GetSystemDirectory, L"\\system32")
SYSTEM_DIR(GetWindowsDirectory, L"")
SYSTEM_DIR(GetSystemWindowsDirectory, L"")
SYSTEM_DIR(GetSystemWow64Directory, L"\\SysWOW64")

UINT WINAPI GetSystemWow64Directory2W(LPWSTR buf, UINT size, WORD machine)
{
	if (machine == IMAGE_FILE_MACHINE_I386)
		return GetSystemWow64DirectoryW(buf, size);
	SetLastError(ERROR_INVALID_PARAMETER);
	return 0;
}

UINT WINAPI GetSystemWow64Directory2A(LPSTR buf, UINT size, WORD machine)
{
	if (machine == IMAGE_FILE_MACHINE_I386)
		return GetSystemWow64DirectoryA(buf, size);
	SetLastError(ERROR_INVALID_PARAMETER);
	return 0;
}

/* ---- temporary ------------------------------------------------------ */

/* The first of these that is set, full, with a backslash at its end. */
static DWORD temp_path(WCHAR *out, DWORD size)
{
	static const WCHAR *const names[] = { L"TMP", L"TEMP", L"USERPROFILE" };
	WCHAR s[MAX_PATH + 1];
	DWORD n = 0;

	for (unsigned i = 0; i < ARRAY_LEN(names) && !n; i++) {
		n = GetEnvironmentVariableW(names[i], s, ARRAY_LEN(s));
		if (n >= ARRAY_LEN(s))
			n = 0;
	}
	if (!n)
		under_root(L"", s);
	n = GetFullPathNameW(s, size - 1, out, NULL);
	if (!n || n >= size - 1)
		return 0;
	if (out[n - 1] != '\\') {
		out[n++] = '\\';
		out[n] = 0;
	}
	return n;
}

DWORD WINAPI GetTempPathW(DWORD size, LPWSTR buf)
{
	WCHAR s[MAX_PATH * 2];
	DWORD n = temp_path(s, ARRAY_LEN(s));

	return n ? wide_result(s, n, buf, size) : 0;
}

DWORD WINAPI GetTempPathA(DWORD size, LPSTR buf)
{
	WCHAR s[MAX_PATH * 2];
	DWORD n = temp_path(s, ARRAY_LEN(s));

	return n ? file_from_wide(s, n, buf, size) : 0;
}

/* SYSTEM processes get another folder; there are none. */
DWORD WINAPI GetTempPath2W(DWORD size, LPWSTR buf)
{
	return GetTempPathW(size, buf);
}

DWORD WINAPI GetTempPath2A(DWORD size, LPSTR buf)
{
	return GetTempPathA(size, buf);
}

static void hex4(WCHAR **p, UINT v)
{
	BOOL started = FALSE;

	for (int shift = 12; shift >= 0; shift -= 4) {
		UINT d = v >> shift & 15;

		if (!d && !started && shift)
			continue;
		started = TRUE;
		*(*p)++ = L"0123456789ABCDEF"[d];
	}
}

UINT WINAPI GetTempFileNameW(LPCWSTR path, LPCWSTR prefix, UINT unique,
			     LPWSTR out)
{
	static volatile LONG seed;
	DWORD n = wide_len(path), attributes;
	LARGE_INTEGER now;
	WCHAR *p;
	UINT u;

	if (n > MAX_PATH - 14) {
		SetLastError(ERROR_BUFFER_OVERFLOW);
		return 0;
	}
	attributes = GetFileAttributesW(n ? path : L".");
	if (attributes == INVALID_FILE_ATTRIBUTES ||
	    !(attributes & FILE_ATTRIBUTE_DIRECTORY)) {
		SetLastError(ERROR_DIRECTORY);
		return 0;
	}
	memmove(out, path, n * sizeof(WCHAR));
	p = out + n;
	if (n && p[-1] != '\\' && p[-1] != '/')
		*p++ = '\\';
	for (int i = 0; i < 3 && prefix && prefix[i]; i++)
		*p++ = prefix[i];

	NtQuerySystemTime(&now);
	u = unique & 0xffff;
	if (!u)
		u = (now.LowPart >> 8) + InterlockedAdd(&seed, 7);
	for (int tries = 0; tries < 0x10000; tries++, u++) {
		WCHAR *q = p;
		HANDLE h;

		u &= 0xffff;
		if (!u)
			continue;
		hex4(&q, u);
		memcpy(q, L".tmp", 5 * sizeof(WCHAR));
		if (unique & 0xffff)
			return u;
		h = CreateFileW(out, GENERIC_READ, 0, NULL, CREATE_NEW,
				FILE_ATTRIBUTE_NORMAL, NULL);
		if (h != INVALID_HANDLE_VALUE) {
			CloseHandle(h);
			return u;
		}
		if (GetLastError() != ERROR_FILE_EXISTS &&
		    GetLastError() != ERROR_ACCESS_DENIED)
			return 0;
		/* Denied for another reason than a folder of that name? */
		if (GetLastError() == ERROR_ACCESS_DENIED &&
		    GetFileAttributesW(out) == INVALID_FILE_ATTRIBUTES) {
			SetLastError(ERROR_ACCESS_DENIED);
			return 0;
		}
	}
	SetLastError(ERROR_FILE_EXISTS);
	return 0;
}

UINT WINAPI GetTempFileNameA(LPCSTR path, LPCSTR prefix, UINT unique, LPSTR out)
{
	WCHAR s[MAX_PATH];
	UINT u;
	WIDE(p);
	WIDE(x);

	if (!wide_from_file(&p, path) || !wide_from_file(&x, prefix))
		return 0;
	u = GetTempFileNameW(p.s, x.s, unique, s);
	if (u)
		file_copy(s, out, MAX_PATH);
	return u;
}
