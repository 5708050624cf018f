/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * name-calls.h - calls on names and open files, made by this process or by a
 * second one of the same program ("serve"), and what they returned.  For
 * fuzz-names.c.
 */
#ifndef RF_GUEST_NAME_CALLS_H
#define RF_GUEST_NAME_CALLS_H

#include <windows.h>

#include <string.h>

#include "random-calls.h"

enum {
	OPENS = 8,
	/* FILE_DISPOSITION_FLAG_... */
	DELETES = 1,
	POSIX_DELETE = 2,
	READONLY_TOO = 0x10,
	/* FILE_RENAME_FLAG_... */
	REPLACE = 1,
	POSIX_RENAME = 2,
	/* Information classes that mingw-w64's header lacks. */
	DISPOSITION_INFO_EX = 21,
	RENAME_INFO_EX = 22,
};

enum call {
	OPEN,
	CLOSE,
	READ,
	WRITE,
	DISPOSE,
	RENAME,
	LINK,
	MOVE,
	REMOVE,
	MKDIR,
	RMDIR,
	GET_ATTRIBUTES,
	SET_ATTRIBUTES,
	INFO,
};

struct request {
	enum call call;
	int slot;
	DWORD access, share, how, flags;
	char path[48], to[48];
};

struct reply {
	DWORD error; /* 0: it succeeded */
	DWORD value, links, pending;
};

static HANDLE handles[OPENS];

static BOOL rename_handle(HANDLE h, const char *to, DWORD flags)
{
	struct {
		FILE_RENAME_INFO info;
		WCHAR more[MAX_PATH];
	} r = { 0 };
	WCHAR *name = r.info.FileName, full[MAX_PATH];
	char path[MAX_PATH];

	/* A bare name would be one in the file's own folder. */
	GetFullPathNameA(to, sizeof path, path, NULL);
	MultiByteToWideChar(CP_ACP, 0, path, -1, full, MAX_PATH);
	wcscpy(name, full);
	*(DWORD *)&r.info = flags;
	r.info.FileNameLength = (DWORD)wcslen(full) * 2;
	return SetFileInformationByHandle(
		h, (FILE_INFO_BY_HANDLE_CLASS)RENAME_INFO_EX, &r, sizeof r);
}

static BOOL read_number(HANDLE h, DWORD *value)
{
	DWORD n;

	*value = 0;
	SetFilePointer(h, 0, NULL, FILE_BEGIN);
	return ReadFile(h, value, 4, &n, NULL);
}

static BOOL write_number(HANDLE h, DWORD value)
{
	DWORD n;

	SetFilePointer(h, 0, NULL, FILE_BEGIN);
	return WriteFile(h, &value, 4, &n, NULL) && n == 4;
}

static BOOL ask_info(HANDLE h, struct reply *r)
{
	FILE_STANDARD_INFO s;

	if (!GetFileInformationByHandleEx(h, FileStandardInfo, &s, sizeof s))
		return FALSE;
	r->links = s.NumberOfLinks;
	r->pending = s.DeletePending;
	return TRUE;
}

static BOOL make_call(const struct request *q, struct reply *r)
{
	HANDLE *h = &handles[q->slot];

	switch (q->call) {
	case OPEN:
		*h = CreateFileA(q->path, q->access, q->share, NULL, q->how,
				 q->flags, NULL);
		return *h != INVALID_HANDLE_VALUE;
	case CLOSE:
		return CloseHandle(*h);
	case READ:
		return read_number(*h, &r->value);
	case WRITE:
		return write_number(*h, q->flags);
	case DISPOSE:
		return SetFileInformationByHandle(
			*h, (FILE_INFO_BY_HANDLE_CLASS)DISPOSITION_INFO_EX,
			(void *)&q->flags, sizeof q->flags);
	case RENAME:
		return rename_handle(*h, q->to, q->flags);
	case LINK:
		return CreateHardLinkA(q->to, q->path, NULL);
	case MOVE:
		return MoveFileExA(q->path, q->to, q->flags);
	case REMOVE:
		return DeleteFileA(q->path);
	case MKDIR:
		return CreateDirectoryA(q->path, NULL);
	case RMDIR:
		return RemoveDirectoryA(q->path);
	case GET_ATTRIBUTES:
		r->value = GetFileAttributesA(q->path);
		return r->value != INVALID_FILE_ATTRIBUTES;
	case SET_ATTRIBUTES:
		return SetFileAttributesA(q->path, q->flags);
	case INFO:
		return ask_info(*h, r);
	}
	return FALSE;
}

static void perform(const struct request *q, struct reply *r)
{
	memset(r, 0, sizeof *r);
	SetLastError(77);
	r->error = make_call(q, r) ? 0 : GetLastError();
}

static HANDLE to_other, from_other;

/* The other process: makes what calls it is told to. */
static int serve(void)
{
	HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
	HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
	struct request q;
	struct reply r;
	DWORD n;

	while (ReadFile(in, &q, sizeof q, &n, NULL) && n == sizeof q) {
		perform(&q, &r);
		if (!WriteFile(out, &r, sizeof r, &n, NULL))
			break;
	}
	return 0;
}

static HANDLE start_other(void)
{
	SECURITY_ATTRIBUTES inherited = { sizeof inherited, NULL, TRUE };
	STARTUPINFOA si = { .cb = sizeof si, .dwFlags = STARTF_USESTDHANDLES };
	PROCESS_INFORMATION pi = { 0 };
	char self[MAX_PATH], line[MAX_PATH + 16];

	CHECK(CreatePipe(&si.hStdInput, &to_other, &inherited, 0));
	CHECK(CreatePipe(&from_other, &si.hStdOutput, &inherited, 0));
	SetHandleInformation(to_other, HANDLE_FLAG_INHERIT, 0);
	SetHandleInformation(from_other, HANDLE_FLAG_INHERIT, 0);
	GetModuleFileNameA(NULL, self, sizeof self);
	sprintf(line, "\"%s\" serve", self);
	CHECK(CreateProcessA(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			     &pi),
	      "%lu", GetLastError());
	CloseHandle(si.hStdInput);
	CloseHandle(si.hStdOutput);
	CloseHandle(pi.hThread);
	return pi.hProcess;
}

static struct reply ask(int process, const struct request *q)
{
	struct reply r = { .error = ~0u };
	DWORD n;

	if (!process)
		perform(q, &r);
	else if (!WriteFile(to_other, q, sizeof *q, &n, NULL) ||
		 !ReadFile(from_other, &r, sizeof r, &n, NULL) || n != sizeof r)
		differ("the other process", GetLastError(), 0);
	return r;
}

#endif
