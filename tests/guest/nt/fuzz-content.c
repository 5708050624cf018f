/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-content.c - random calls on what is in files, against a model of it:
 * streams, holes, locked ranges, oplocks, copies by BackupRead and BackupWrite;
 * through a junction, or by another link.
 *
 * Of names, fuzz-file.c and fuzz-names.c know more.
 */
#include <windows.h>
#include <winioctl.h>
#include <winternl.h>

#include <stdlib.h>
#include <string.h>

#include "oplock.h"
#include "random-calls.h"

enum {
	FILES = 3,
	STREAMS = 3, /* the first has no name */
	HANDLES = 6,
	RANGES = 12,
	DATA = 150000,
	AT_ONCE = 5000,
	AT_MOST = 100 * 1000, /* ms, of what takes no time */
};

struct stream {
	BOOL there;
	DWORD size;
	unsigned char data[DATA];
};

struct open {
	HANDLE h; /* 0: free */
	int file, stream;
	DWORD access;
};

struct range {
	int open; /* -1: free */
	DWORD at, len;
	BOOL exclusive;
};

static const char *const names[FILES] = { "one", "t\xe4r", "a b.c" };
static const char *const stream_names[STREAMS] = { "", ":first", ":2nd" };
static struct stream files[FILES][STREAMS];
static struct open opens[HANDLES];
static struct range ranges[RANGES];
static BOOL junction, may_have_junction, has_oplocks;

/* box\one:first, or, where it is, through the junction. */
static const char *path_of(const char *folder, int file, int stream)
{
	static char text[2][64];
	static unsigned n;
	char *to = text[n++ % 2];

	sprintf(to, "%s\\%s%s", folder, names[file], stream_names[stream]);
	return to;
}

static const char *any_way(int file, int stream)
{
	return path_of(junction && pick(2) ? "way" : "box", file, stream);
}

static struct stream *of(const struct open *o)
{
	return &files[o->file][o->stream];
}

static struct open *any_open(void)
{
	struct open *o = &opens[pick(HANDLES)];

	return o->h ? o : NULL;
}

static BOOL is_open(int file, int stream)
{
	for (int i = 0; i < HANDLES; i++)
		if (opens[i].h && opens[i].file == file &&
		    (stream < 0 || opens[i].stream == stream))
			return TRUE;
	return FALSE;
}

static BOOL has_locks(int file)
{
	for (int i = 0; i < RANGES; i++)
		if (ranges[i].open >= 0 && opens[ranges[i].open].file == file)
			return TRUE;
	return FALSE;
}

/* Is another handle's range in the way, or one of the own that keeps writers?
 */
static BOOL is_locked(const struct open *o, DWORD at, DWORD len, BOOL writes,
		      BOOL own_too)
{
	for (int i = 0; i < RANGES; i++) {
		const struct range *r = &ranges[i];

		if (r->open < 0 || opens[r->open].file != o->file ||
		    o->stream || at >= r->at + r->len || r->at >= at + len)
			continue;
		if (&opens[r->open] == o ? own_too || (writes && !r->exclusive)
					 : writes || r->exclusive)
			return TRUE;
	}
	return FALSE;
}

static BOOL expect(const char *what, BOOL ok, DWORD want)
{
	DWORD got = ok ? 0 : GetLastError();

	if (got != want)
		differ(what, got, want);
	return ok && !want;
}

/* ---- data ---- */

static void try_open(void)
{
	static const DWORD accesses[] = { GENERIC_READ,
					  GENERIC_READ | GENERIC_WRITE,
					  GENERIC_READ | GENERIC_WRITE,
					  GENERIC_WRITE };
	static const DWORD ways[] = { OPEN_EXISTING, OPEN_ALWAYS, CREATE_NEW };
	const int file = pick(FILES), stream = pick(2) ? 0 : pick(STREAMS);
	const DWORD access = accesses[pick(4)], how = ways[pick(3)];
	struct stream *s = &files[file][stream];
	const char *path = any_way(file, stream);
	struct open *o = NULL;
	DWORD want = 0;
	HANDLE h;

	for (int i = 0; i < HANDLES; i++)
		if (!opens[i].h)
			o = &opens[i];
	if (!o)
		return;
	if (!s->there && how == OPEN_EXISTING)
		want = ERROR_FILE_NOT_FOUND;
	else if (s->there && how == CREATE_NEW)
		want = ERROR_FILE_EXISTS;
	note("CreateFile(%s, %#lx, %lu)", path, access, how);
	h = CreateFileA(path, access, 7, NULL, how, 0, NULL);
	if (!expect("CreateFile", h != INVALID_HANDLE_VALUE, want))
		return;
	s->there = TRUE;
	*o = (struct open){ h, file, stream, access };
}

static void close_open(struct open *o)
{
	if (!CloseHandle(o->h))
		differ("CloseHandle", GetLastError(), 0);
	o->h = NULL;
	for (int i = 0; i < RANGES; i++)
		if (ranges[i].open == o - opens)
			ranges[i].open = -1;
}

static void try_close(void)
{
	struct open *o = any_open();

	if (!o)
		return;
	note("CloseHandle(%s)", path_of("", o->file, o->stream));
	close_open(o);
}

static void grow(struct stream *s, DWORD size)
{
	if (size > s->size)
		memset(s->data + s->size, 0, size - s->size);
	s->size = size;
}

static void try_write(void)
{
	static unsigned char buf[AT_ONCE];
	struct open *o = any_open();
	/* Streams are attributes of the host's, which are small. */
	DWORD at, n, done = 0, want = 0;
	OVERLAPPED where = { 0 };

	if (!o)
		return;
	at = pick(o->stream ? 300 : DATA - AT_ONCE);
	n = 1 + pick(o->stream ? 300 : AT_ONCE - 1);
	for (DWORD i = 0; i < n; i++)
		buf[i] = (unsigned char)('a' + (i + steps) % 26);
	if (!(o->access & GENERIC_WRITE))
		want = ERROR_ACCESS_DENIED;
	else if (is_locked(o, at, n, TRUE, FALSE))
		want = ERROR_LOCK_VIOLATION;
	note("WriteFile(%s, %lu at %lu)", path_of("", o->file, o->stream), n,
	     at);
	where.Offset = at;
	if (!expect("WriteFile", WriteFile(o->h, buf, n, &done, &where), want))
		return;
	if (done != n)
		differ("WriteFile", done, n);
	if (at + n > of(o)->size)
		grow(of(o), at + n);
	memcpy(of(o)->data + at, buf, n);
}

static void try_read(void)
{
	static unsigned char buf[AT_ONCE];
	struct open *o = any_open();
	DWORD at, n, done = 0, want = 0;
	OVERLAPPED where = { 0 };

	if (!o || !of(o)->size)
		return;
	at = pick(of(o)->size);
	n = 1 + pick(AT_ONCE - 1);
	if (n > of(o)->size - at)
		n = of(o)->size - at;
	if (!(o->access & GENERIC_READ))
		want = ERROR_ACCESS_DENIED;
	else if (is_locked(o, at, n, FALSE, FALSE))
		want = ERROR_LOCK_VIOLATION;
	note("ReadFile(%s, %lu at %lu)", path_of("", o->file, o->stream), n,
	     at);
	where.Offset = at;
	if (!expect("ReadFile", ReadFile(o->h, buf, n, &done, &where), want))
		return;
	if (done != n)
		differ("ReadFile", done, n);
	else if (memcmp(buf, of(o)->data + at, n))
		differ("ReadFile's bytes", buf[0], of(o)->data[at]);
}

static void try_resize(void)
{
	struct open *o = any_open();
	FILE_END_OF_FILE_INFO e;
	DWORD size;

	if (!o || has_locks(o->file))
		return;
	size = pick(o->stream ? 600 : DATA);
	e.EndOfFile.QuadPart = size;
	note("FileEndOfFileInfo(%s, %lu)", path_of("", o->file, o->stream),
	     size);
	if (expect("FileEndOfFileInfo",
		   SetFileInformationByHandle(o->h, FileEndOfFileInfo, &e,
					      sizeof e),
		   o->access & GENERIC_WRITE ? 0 : ERROR_ACCESS_DENIED))
		grow(of(o), size);
}

/* ---- holes ---- */

static void try_sparse(void)
{
	struct open *o = any_open();
	FILE_SET_SPARSE_BUFFER b = { .SetSparse = pick(4) != 0 };
	DWORD n;

	if (!o || o->stream || !(o->access & GENERIC_WRITE))
		return;
	note("FSCTL_SET_SPARSE(%s, %d)", names[o->file], b.SetSparse);
	expect("FSCTL_SET_SPARSE",
	       DeviceIoControl(o->h, FSCTL_SET_SPARSE, &b, sizeof b, NULL, 0,
			       &n, NULL),
	       0);
}

static void try_zero(void)
{
	struct open *o = any_open();
	FILE_ZERO_DATA_INFORMATION z;
	DWORD at = pick(DATA), to = at + pick(DATA - at), n;
	struct stream *s;

	if (!o || o->stream || has_locks(o->file) ||
	    !(o->access & GENERIC_WRITE))
		return;
	s = of(o);
	z.FileOffset.QuadPart = at;
	z.BeyondFinalZero.QuadPart = to;
	note("FSCTL_SET_ZERO_DATA(%s, %lu to %lu)", names[o->file], at, to);
	if (!expect("FSCTL_SET_ZERO_DATA",
		    DeviceIoControl(o->h, FSCTL_SET_ZERO_DATA, &z, sizeof z,
				    NULL, 0, &n, NULL),
		    0))
		return;
	if (to > s->size)
		to = s->size;
	if (at < to)
		memset(s->data + at, 0, to - at);
}

/* What is not in a range that is told of is zeros. */
static void try_ranges(void)
{
	FILE_ALLOCATED_RANGE_BUFFER all = { 0 }, r[128];
	struct open *o = any_open();
	const struct stream *s;
	DWORD n = 0, at = 0;

	if (!o || o->stream || !(o->access & GENERIC_READ))
		return;
	s = of(o);
	all.Length.QuadPart = DATA;
	note("FSCTL_QUERY_ALLOCATED_RANGES(%s)", names[o->file]);
	if (!expect("FSCTL_QUERY_ALLOCATED_RANGES",
		    DeviceIoControl(o->h, FSCTL_QUERY_ALLOCATED_RANGES, &all,
				    sizeof all, r, sizeof r, &n, NULL),
		    0))
		return;
	for (DWORD i = 0; i <= n / sizeof *r; i++) {
		const DWORD from =
			i < n / sizeof *r ? r[i].FileOffset.LowPart : s->size;

		if (from < at)
			differ("a range's beginning", from, at);
		for (; at < from && at < s->size; at++)
			if (s->data[at]) {
				differ("a hole's byte", at, s->data[at]);
				return;
			}
		if (i < n / sizeof *r)
			at = from + r[i].Length.LowPart;
	}
}

/* ---- locks ---- */

static void try_lock(void)
{
	struct open *o = any_open();
	struct range *r = NULL;
	DWORD at = pick(DATA), len = 1 + pick(20000);
	BOOL exclusive = pick(2);
	OVERLAPPED where = { 0 };
	DWORD want;

	for (int i = 0; i < RANGES; i++)
		if (ranges[i].open < 0)
			r = &ranges[i];
	if (!o || !r || o->stream)
		return;
	/* What one handle locks twice has rules of its own. */
	for (int i = 0; i < RANGES; i++)
		if (ranges[i].open == o - opens &&
		    at < ranges[i].at + ranges[i].len &&
		    ranges[i].at < at + len)
			return;
	want = is_locked(o, at, len, exclusive, FALSE) ? ERROR_LOCK_VIOLATION
						       : 0;
	note("LockFileEx(%s, %lu at %lu, %d)", names[o->file], len, at,
	     exclusive);
	where.Offset = at;
	if (expect("LockFileEx",
		   LockFileEx(o->h,
			      LOCKFILE_FAIL_IMMEDIATELY |
				      (exclusive ? LOCKFILE_EXCLUSIVE_LOCK : 0),
			      0, len, 0, &where),
		   want))
		*r = (struct range){ (int)(o - opens), at, len, exclusive };
}

static void try_unlock(void)
{
	struct range *r = &ranges[pick(RANGES)];
	OVERLAPPED where = { 0 };

	if (r->open < 0)
		return;
	where.Offset = r->at;
	note("UnlockFileEx(%s, %lu at %lu)", names[opens[r->open].file], r->len,
	     r->at);
	if (expect("UnlockFileEx",
		   UnlockFileEx(opens[r->open].h, 0, r->len, 0, &where), 0))
		r->open = -1;
}

/* ---- streams ---- */

static void try_delete_stream(void)
{
	const int file = pick(FILES), stream = 1 + pick(STREAMS - 1);
	struct stream *s = &files[file][stream];
	const char *path = any_way(file, stream);

	if (is_open(file, stream))
		return;
	note("DeleteFile(%s)", path);
	if (expect("DeleteFile", DeleteFileA(path),
		   s->there ? 0 : ERROR_FILE_NOT_FOUND)) {
		s->there = FALSE;
		s->size = 0;
	}
}

static void try_streams(void)
{
	const int file = pick(FILES);
	WIN32_FIND_STREAM_DATA d;
	int n = 0, want = 0;
	WCHAR path[64];
	HANDLE h;

	note("FindFirstStream(%s)", names[file]);
	MultiByteToWideChar(CP_ACP, 0, any_way(file, 0), -1, path, 64);
	h = FindFirstStreamW(path, FindStreamInfoStandard, &d, 0);
	if (!expect("FindFirstStream", h != INVALID_HANDLE_VALUE, 0))
		return;
	do {
		for (int i = 0; i < STREAMS; i++) {
			WCHAR as[32];

			swprintf(as, 32, L"%hs:$DATA",
				 i ? stream_names[i] : ":");
			if (!wcscmp(as, d.cStreamName)) {
				n++;
				if (d.StreamSize.QuadPart !=
				    files[file][i].size)
					differ(stream_names[i],
					       d.StreamSize.QuadPart,
					       files[file][i].size);
			}
		}
	} while (FindNextStreamW(h, &d));
	FindClose(h);
	for (int i = 0; i < STREAMS; i++)
		want += files[file][i].there;
	if (n != want)
		differ("streams", n, want);
}

/* ---- other ways to a file ---- */

static BOOL set_junction(void)
{
	enum { HEAD = 8, NAMES_AT = 16 };
	static struct {
		DWORD tag;
		WORD len, reserved;
		WORD name_at, name_len, print_at, print_len;
		WCHAR text[2 * MAX_PATH];
	} b;
	char path[MAX_PATH];
	HANDLE h;
	DWORD n;
	BOOL ok;

	GetFullPathNameA("box", sizeof path, path, NULL);
	n = (DWORD)swprintf(b.text, MAX_PATH, L"\\??\\%hs", path);
	b.tag = IO_REPARSE_TAG_MOUNT_POINT;
	b.name_len = (WORD)(2 * n);
	b.print_at = (WORD)(2 * n + 2);
	b.print_len =
		(WORD)(2 * swprintf(b.text + n + 1, MAX_PATH, L"%hs", path));
	b.len = (WORD)(NAMES_AT - HEAD + b.print_at + b.print_len + 2);
	if (!CreateDirectoryA("way", NULL))
		return FALSE;
	h = CreateFileA("way", GENERIC_WRITE, 7, NULL, OPEN_EXISTING,
			FILE_FLAG_BACKUP_SEMANTICS |
				FILE_FLAG_OPEN_REPARSE_POINT,
			NULL);
	ok = DeviceIoControl(h, FSCTL_SET_REPARSE_POINT, &b,
			     HEAD + (DWORD)b.len, NULL, 0, &n, NULL);
	CloseHandle(h);
	return ok;
}

static void try_junction(void)
{
	if (!may_have_junction)
		return;
	note("%s the junction", junction ? "removes" : "makes");
	if (!junction)
		expect("a way without junction",
		       GetFileAttributesA(path_of("way", 0, 0)) !=
			       INVALID_FILE_ATTRIBUTES,
		       ERROR_PATH_NOT_FOUND);
	if (expect("junction",
		   junction ? RemoveDirectoryA("way") : set_junction(), 0))
		junction = !junction;
}

static void compare(const char *path, const struct stream *s)
{
	static unsigned char buf[DATA];
	DWORD n = 0;
	HANDLE h = CreateFileA(path, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0,
			       NULL);

	if (!s->there) {
		expect(path, h != INVALID_HANDLE_VALUE, ERROR_FILE_NOT_FOUND);
		return;
	}
	if (!expect(path, h != INVALID_HANDLE_VALUE, 0))
		return;
	expect(path, ReadFile(h, buf, DATA, &n, NULL), 0);
	if (n != s->size)
		differ(path, n, s->size);
	else if (memcmp(buf, s->data, n))
		differ("bytes", 1, 0);
	CloseHandle(h);
}

static void try_link(void)
{
	const int file = pick(FILES), stream = pick(STREAMS);
	char path[32];

	if (has_locks(file))
		return;
	note("CreateHardLink(link, %s), and reads %d", names[file], stream);
	if (!expect("CreateHardLink",
		    CreateHardLinkA("link", any_way(file, 0), NULL), 0))
		return;
	sprintf(path, "link%s", stream_names[stream]);
	compare(path, &files[file][stream]);
	expect("DeleteFile(link)", DeleteFileA("link"), 0);
}

/* ---- backup ---- */

static void try_backup(void)
{
	static unsigned char all[2 * DATA];
	const int file = pick(FILES);
	const DWORD step = 100 + pick(DATA);
	DWORD len = 0, n, at;
	void *context = NULL;
	HANDLE h;

	if (has_locks(file))
		return;
	note("BackupRead(%s), %lu at once", names[file], step);
	h = CreateFileA(any_way(file, 0), GENERIC_READ, 7, NULL, OPEN_EXISTING,
			FILE_FLAG_BACKUP_SEMANTICS, NULL);
	do {
		n = 0;
		at = sizeof all - len < step ? sizeof all - len : step;
		if (!expect("BackupRead",
			    BackupRead(h, all + len, at, &n, FALSE, FALSE,
				       &context),
			    0))
			break;
		len += n;
	} while (n);
	BackupRead(h, NULL, 0, &n, TRUE, FALSE, &context);
	CloseHandle(h);
	h = CreateFileA("copy", GENERIC_READ | GENERIC_WRITE, 0, NULL,
			CREATE_NEW, 0, NULL);
	context = NULL;
	for (at = 0; at < len; at += n) {
		n = 0;
		if (!expect("BackupWrite",
			    BackupWrite(h, all + at,
					len - at < step ? len - at : step, &n,
					FALSE, FALSE, &context),
			    0) ||
		    !n)
			break;
	}
	BackupWrite(h, NULL, 0, &n, TRUE, FALSE, &context);
	CloseHandle(h);
	for (int i = 0; i < STREAMS; i++) {
		char path[32];

		sprintf(path, "copy%s", stream_names[i]);
		compare(path, &files[file][i]);
	}
	expect("DeleteFile(copy)", DeleteFileA("copy"), 0);
}

/* ---- oplocks ---- */

static BOOL hold(struct held *h, const char *path, DWORD level)
{
	memset(h, 0, sizeof *h);
	h->o.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
	h->file = CreateFileA(path, GENERIC_READ, 7, NULL, OPEN_EXISTING,
			      FILE_FLAG_OVERLAPPED | FILE_FLAG_BACKUP_SEMANTICS,
			      NULL);
	return request(h, level, REQUEST_OPLOCK_INPUT_FLAG_REQUEST) ==
	       ERROR_IO_PENDING;
}

static void ended(struct held *h, const char *what)
{
	if (WaitForSingleObject(h->o.hEvent, AT_MOST) != WAIT_OBJECT_0)
		differ(what, 0, 1);
}

static void let_go(struct held *h)
{
	CloseHandle(h->file);
	ended(h, "an oplock's end");
	CloseHandle(h->o.hEvent);
}

/* Has the handle at once, and the data after the answer. */
static void open_late(struct held *h, const char *path, int file)
{
	enum { SYNCHRONOUS = 0x20, IF_OPLOCKED = 0x100, UNDER_WAY = 0x108 };
	static WCHAR wide[MAX_PATH + 4];
	char full[MAX_PATH];
	UNICODE_STRING u = { 0, sizeof wide, wide };
	OBJECT_ATTRIBUTES oa = { .Length = sizeof oa,
				 .ObjectName = &u,
				 .Attributes = 0x40 };
	IO_STATUS_BLOCK io;
	unsigned char c = 0;
	DWORD n = 0;
	HANDLE other;
	NTSTATUS status;

	GetFullPathNameA(path, sizeof full, full, NULL);
	u.Length = (USHORT)(2 * MultiByteToWideChar(CP_ACP, 0, "\\??\\", -1,
						    wide, 5) -
			    2);
	u.Length += (USHORT)(2 * MultiByteToWideChar(CP_ACP, 0, full, -1,
						     wide + 4, MAX_PATH) -
			     2);
	status = NtCreateFile(&other, GENERIC_READ | SYNCHRONIZE, &oa, &io,
			      NULL, 0, 7, FILE_OPEN, SYNCHRONOUS | IF_OPLOCKED,
			      NULL, 0);
	if (status != UNDER_WAY)
		differ("an open beside an oplock", status, UNDER_WAY);
	ended(h, "a break");
	n = request(h, 0, REQUEST_OPLOCK_INPUT_FLAG_ACK);
	if (n)
		differ("the answer", n, 0);
	if (status < 0)
		return;
	if (!ReadFile(other, &c, 1, &n, NULL) ||
	    n != (files[file][0].size > 0) || (n && c != *files[file][0].data))
		differ("what is read after a break", n, 1);
	CloseHandle(other);
}

static void try_oplock(void)
{
	enum { R = 1, H = 2, W = 4 };
	const int file = pick(FILES);
	const char *path = any_way(file, 0);
	const unsigned how = pick(3);
	struct held h;

	if (!has_oplocks || is_open(file, -1))
		return;
	note("an oplock on %s, %u", path, how);
	if (!hold(&h, path, R | H | W))
		differ("an oplock", GetLastError(), ERROR_IO_PENDING);
	else if (how == 0)
		open_late(&h, path, file);
	else if (how == 1)
		CancelIo(h.file);
	let_go(&h);
}

/* Of the folder: any change ends it. */
static void try_folder_oplock(void)
{
	const int file = pick(FILES);
	struct held h;
	HANDLE w;

	note("an oplock on the folder, then a change of %s", names[file]);
	if (!hold(&h, junction && pick(2) ? "way" : "box", 1))
		differ("the folder's oplock", GetLastError(), ERROR_IO_PENDING);
	w = CreateFileA(path_of("box", file, 0), FILE_WRITE_ATTRIBUTES, 7, NULL,
			OPEN_EXISTING, 0, NULL);
	SetFileTime(w, NULL, NULL, &(FILETIME){ (DWORD)steps, 30000000 });
	CloseHandle(w);
	ended(&h, "the folder's break");
	if (h.out.NewOplockLevel)
		differ("the folder's new level", h.out.NewOplockLevel, 0);
	let_go(&h);
}

/* ---- a run ---- */

static void begin(void)
{
	struct held h;
	HANDLE f;

	memset(files, 0, sizeof files);
	for (int i = 0; i < RANGES; i++)
		ranges[i].open = -1;
	for (int i = 0; i < FILES; i++) {
		f = CreateFileA(path_of("box", i, 0), GENERIC_WRITE, 0, NULL,
				CREATE_NEW, 0, NULL);
		CHECK(f != INVALID_HANDLE_VALUE, "%lu", GetLastError());
		CloseHandle(f);
		files[i][0].there = TRUE;
	}
	has_oplocks = hold(&h, path_of("box", 0, 0), 7);
	CloseHandle(h.file);
	CloseHandle(h.o.hEvent);
}

static void clean(void)
{
	for (int i = 0; i < HANDLES; i++)
		if (opens[i].h)
			close_open(&opens[i]);
	for (int i = 0; i < FILES; i++) {
		for (int k = 0; k < STREAMS; k++)
			compare(path_of("box", i, k), &files[i][k]);
		expect("DeleteFile", DeleteFileA(path_of("box", i, 0)), 0);
	}
	begin();
}

int main(void)
{
	static void (*const calls[])(void) = {
		try_open,    try_open,          try_open,   try_close,
		try_close,   try_write,         try_write,  try_write,
		try_read,    try_read,          try_resize, try_sparse,
		try_zero,    try_zero,          try_ranges, try_lock,
		try_lock,    try_unlock,        try_unlock, try_delete_stream,
		try_streams, try_junction,      try_link,   try_backup,
		try_oplock,  try_folder_oplock,
	};
	char here[MAX_PATH];

	enter_own_folder(here, "content");
	CHECK(CreateDirectoryA("box", NULL));
	/* A sandbox may have no links that lead about. */
	may_have_junction = set_junction();
	CHECK(RemoveDirectoryA("way"), "%lu", GetLastError());
	begin();
	random_calls(calls, COUNT_OF(calls), clean);
	if (!check_failed) {
		for (int i = 0; i < FILES; i++)
			DeleteFileA(path_of("box", i, 0));
		RemoveDirectoryA("way");
		CHECK(RemoveDirectoryA("box"));
	}
	leave_own_folder(here);
	if (!has_oplocks)
		puts("files have no oplocks here");
	return check_done();
}
