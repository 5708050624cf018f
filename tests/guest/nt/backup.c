/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BackupRead, BackupSeek and BackupWrite: what files consist of, and back. */
#include <windows.h>
#include <winioctl.h>
#include <winternl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "folder.h"

#define HEAD      20 /* of a WIN32_STREAM_ID without its name */
#define MAX_PARTS 12
enum { DATA = 1, EAS, SECURITY, OTHER, OBJECT = 7, REPARSE, SPARSE };

NTSTATUS NTAPI NtSetEaFile(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG);
NTSTATUS NTAPI NtQueryEaFile(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG, BOOLEAN,
			     PVOID, ULONG, PULONG, BOOLEAN);

struct blob {
	BYTE b[300000];
	DWORD n;
};

static struct blob whole, again;

static HANDLE open_as(const char *name, DWORD access, DWORD how, DWORD flags)
{
	HANDLE h = CreateFileA(at(name), access, 7, NULL, how,
			       flags | FILE_FLAG_BACKUP_SEMANTICS |
				       FILE_FLAG_OPEN_REPARSE_POINT,
			       NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	return h;
}

static void put(const char *name, const void *data, DWORD n)
{
	HANDLE h = CreateFileA(at(name), GENERIC_WRITE, 7, NULL, CREATE_ALWAYS,
			       0, NULL);
	DWORD did;

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	CHECK(WriteFile(h, data, n, &did, NULL));
	CloseHandle(h);
}

/* ---- all of it ---------------------------------------------------------- */

/* In pieces of so many bytes. */
static void save_from(HANDLE h, DWORD piece, BOOL security, struct blob *to)
{
	void *context = NULL;
	DWORD n = 1;

	for (to->n = 0; n; to->n += n) {
		DWORD room = min(piece, (DWORD)sizeof to->b - to->n);

		n = 99;
		CHECK(BackupRead(h, to->b + to->n, room, &n, FALSE, security,
				 &context),
		      "%lu", GetLastError());
		CHECK(n <= room);
		if (n > room)
			break;
	}
	/* The end stays the end. */
	CHECK(BackupRead(h, to->b, 1, &n, FALSE, security, &context));
	CHECK_EQ(n, 0);
	CHECK(context != NULL);
	CHECK(BackupRead(h, NULL, 0, NULL, TRUE, security, &context));
	CHECK(context == NULL);
}

static void save(const char *name, DWORD piece, BOOL security, struct blob *to)
{
	HANDLE h = open_as(name, GENERIC_READ, OPEN_EXISTING, 0);

	save_from(h, piece, security, to);
	CloseHandle(h);
}

static void restore_to(HANDLE h, DWORD piece, const struct blob *from)
{
	void *context = NULL;
	DWORD n;

	for (DWORD i = 0; i < from->n; i += n) {
		DWORD want = min(piece, from->n - i);

		n = 0;
		CHECK(BackupWrite(h, (BYTE *)from->b + i, want, &n, FALSE, TRUE,
				  &context),
		      "at %lu: %lu", i, GetLastError());
		CHECK_EQ(n, want);
		if (n != want)
			break;
	}
	CHECK(BackupWrite(h, NULL, 0, NULL, TRUE, TRUE, &context));
	CHECK(context == NULL);
}

struct part {
	WIN32_STREAM_ID id;
	WCHAR name[300];
	const BYTE *data;
};

static unsigned take_apart(const struct blob *b, struct part *p)
{
	unsigned n = 0;
	DWORD at = 0;

	while (at < b->n && n < MAX_PARTS) {
		memset(&p[n], 0, sizeof p[n]);
		CHECK(b->n - at >= HEAD);
		memcpy(&p[n].id, b->b + at, HEAD);
		at += HEAD;
		CHECK(p[n].id.dwStreamNameSize <= min(598, b->n - at));
		memcpy(p[n].name, b->b + at, p[n].id.dwStreamNameSize);
		at += p[n].id.dwStreamNameSize;
		p[n].data = b->b + at;
		CHECK(p[n].id.Size.QuadPart <= b->n - at);
		at += p[n].id.Size.LowPart;
		n++;
	}
	CHECK_EQ(at, b->n);
	return n;
}

/* The one of that kind and name; an empty one, if there is none. */
static const struct part *find(const struct part *p, unsigned n, DWORD id,
			       const WCHAR *name)
{
	static const struct part none;

	for (unsigned i = 0; i < n; i++)
		if (p[i].id.dwStreamId == id &&
		    (!name || !wcscmp(p[i].name, name)))
			return &p[i];
	return &none;
}

static bool is(const struct part *p, const void *data, DWORD n)
{
	return p->id.dwStreamId && p->id.Size.QuadPart == n &&
	       !memcmp(p->data, data, n);
}

/* ---- files -------------------------------------------------------------- */

static bool set_ea(const char *name)
{
	struct {
		ULONG next;
		UCHAR flags, name_len;
		USHORT len;
		char text[16];
	} ea = { 0, 0, 4, 5, "RFEA\0value" };
	HANDLE h = open_as(name, FILE_WRITE_EA, OPEN_EXISTING, 0);
	IO_STATUS_BLOCK io;
	NTSTATUS status = NtSetEaFile(h, &io, &ea, 8 + 5 + 5);

	CloseHandle(h);
	return NT_SUCCESS(status);
}

/* The bytes of a file after others that are in front of it, each time. */
static void pieces(const char *name, BOOL security)
{
	static const DWORD sizes[] = { 1, 7, HEAD, HEAD + 1, 4096 };

	save(name, sizeof whole.b, security, &whole);
	for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		save(name, sizes[i], security, &again);
		CHECK_EQ(again.n, whole.n);
		CHECK(!memcmp(again.b, whole.b, whole.n), "%lu", sizes[i]);
	}
}

static void files(void)
{
	static const WCHAR one[] = L":one:$DATA", two[] = L":Two:$DATA";
	static char data[70000];
	struct part p[MAX_PARTS];
	const struct part *s;
	bool streams, eas;
	HANDLE h;
	unsigned n;

	for (unsigned i = 0; i < sizeof data; i++)
		data[i] = (char)(i * 7 >> 3);
	put("f", data, sizeof data);
	h = CreateFileA(at("f:one"), GENERIC_WRITE, 7, NULL, CREATE_NEW, 0,
			NULL);
	streams = h != INVALID_HANDLE_VALUE;
	CloseHandle(h);
	if (streams) {
		put("f:one", data + 5, 500);
		put("f:Two", data, 0);
	}
	eas = set_ea("f");
	pieces("f", TRUE);
	n = take_apart(&whole, p);
	s = find(p, n, SECURITY, NULL);
	CHECK(IsValidSecurityDescriptor((void *)s->data));
	CHECK_EQ(s->id.dwStreamAttributes, STREAM_CONTAINS_SECURITY);
	s = find(p, n, DATA, NULL);
	CHECK(is(s, data, sizeof data));
	CHECK_EQ(s->id.dwStreamNameSize, 0);
	CHECK_EQ(s->id.dwStreamAttributes, 0);
	if (streams) {
		s = find(p, n, OTHER, one);
		CHECK(is(s, data + 5, 500));
		CHECK_EQ(s->id.dwStreamNameSize, 20);
		CHECK(is(find(p, n, OTHER, two), data, 0));
	}
	CHECK_EQ(find(p, n, EAS, NULL)->id.Size.QuadPart > 0, eas);

	/* Without security; through a handle that does not wait. */
	h = open_as("f", GENERIC_READ, OPEN_EXISTING, FILE_FLAG_OVERLAPPED);
	save_from(h, 5000, FALSE, &again);
	CloseHandle(h);
	n = take_apart(&again, p);
	CHECK_EQ(find(p, n, SECURITY, NULL)->id.dwStreamId, 0);
	CHECK(is(find(p, n, DATA, NULL), data, sizeof data));

	/* And back, with whole's security. */
	for (DWORD piece = 1; piece <= 100000; piece *= 19) {
		h = open_as("g", GENERIC_READ | GENERIC_WRITE | WRITE_DAC,
			    CREATE_ALWAYS,
			    piece == 19 ? FILE_FLAG_OVERLAPPED : 0);
		restore_to(h, piece, &whole);
		CloseHandle(h);
		save("g", sizeof again.b, TRUE, &again);
		CHECK_EQ(again.n, whole.n);
		CHECK(!memcmp(again.b, whole.b, whole.n));
	}
	CHECK(DeleteFileA(at("g")));
}

/* Over what is not wanted, up to where the part ends. */
static void seeks(void)
{
	HANDLE h = open_as("f", GENERIC_READ, OPEN_EXISTING, 0);
	struct part p[MAX_PARTS];
	unsigned count = take_apart(&whole, p);
	DWORD n, low, high, seen = 0;
	void *context = NULL;
	BYTE b[700];

	CHECK(!BackupSeek(h, 1, 0, &low, &high, &context));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	for (unsigned i = 0; i < count; i++, seen++) {
		const LONGLONG size = p[i].id.Size.QuadPart;
		DWORD head = HEAD + p[i].id.dwStreamNameSize;

		CHECK(BackupRead(h, b, head, &n, FALSE, TRUE, &context));
		CHECK_EQ(n, head);
		CHECK(!memcmp(b, &p[i].id, HEAD));
		if (size > 10) {
			CHECK(BackupSeek(h, 3, 0, &low, &high, &context));
			CHECK_EQ(low, 3);
			CHECK_EQ(high, 0);
			CHECK(BackupRead(h, b, 2, &n, FALSE, TRUE, &context));
			CHECK_EQ(n, 2);
			CHECK(!memcmp(b, p[i].data + 3, 2));
		}
		low = high = 99;
		CHECK(!BackupSeek(h, 0, 1, &low, &high, &context));
		CHECK_EQ(GetLastError(), ERROR_SEEK);
		CHECK_EQ(low, size > 10 ? size - 5 : size);
		CHECK_EQ(high, 0);
	}
	CHECK(BackupRead(h, b, sizeof b, &n, FALSE, TRUE, &context));
	CHECK_EQ(n, 0);
	CHECK(BackupRead(h, NULL, 0, NULL, TRUE, TRUE, &context));

	/* Given up in the middle. */
	CHECK(BackupRead(h, b, HEAD + 40, &n, FALSE, TRUE, &context));
	CHECK_EQ(n, HEAD + 40);
	CHECK(BackupRead(h, NULL, 0, NULL, TRUE, TRUE, &context));
	CHECK(context == NULL);
	CHECK(BackupRead(h, NULL, 0, NULL, TRUE, TRUE, &context));
	CloseHandle(h);
}

/* Parts that nobody can restore are no success, and can be gone over. */
static void unknown_parts(void)
{
	enum { LINK = 5, PROPERTY, TXFS = 10, GHOSTED, AFTER = 6 };
	static const DWORD ids[] = { LINK, PROPERTY, TXFS, GHOSTED };

	for (unsigned i = 0; i < sizeof ids / sizeof *ids; i++) {
		HANDLE h = open_as("g", GENERIC_READ | GENERIC_WRITE,
				   CREATE_ALWAYS, 0);
		WIN32_STREAM_ID id = { .dwStreamId = ids[i] };
		DWORD n = 99, low = 99, high = 99;
		void *context = NULL;
		char text[16];

		/* Nothing is lost of one without data. */
		CHECK(BackupWrite(h, (BYTE *)&id, HEAD, &n, FALSE, FALSE,
				  &context));
		CHECK(!BackupSeek(h, 1, 0, &low, &high, &context));
		CHECK_EQ(GetLastError(), ERROR_SEEK);
		CHECK_EQ(low, 0);
		id.Size.QuadPart = 30;
		CHECK(!BackupWrite(h, (BYTE *)&id, HEAD, &n, FALSE, FALSE,
				   &context));
		CHECK_EQ(GetLastError(), ERROR_NOT_SUPPORTED);
		CHECK_EQ(n, HEAD);
		CHECK(!BackupWrite(h, (BYTE *)"data", 4, &n, FALSE, FALSE,
				   &context));
		CHECK_EQ(GetLastError(), ERROR_NOT_SUPPORTED);
		CHECK_EQ(n, 0);
		CHECK(BackupSeek(h, 20, 0, &low, &high, &context));
		CHECK_EQ(low, 20);
		CHECK_EQ(high, 0);
		CHECK(!BackupWrite(h, (BYTE *)"data", 4, &n, FALSE, FALSE,
				   &context));
		CHECK(!BackupSeek(h, 0, 1, &low, &high, &context));
		CHECK_EQ(GetLastError(), ERROR_SEEK);
		CHECK_EQ(low, 10);
		CHECK_EQ(high, 0);
		/* What follows is restored, but for what is gone over. */
		id.dwStreamId = DATA;
		id.Size.QuadPart = AFTER;
		CHECK(BackupWrite(h, (BYTE *)&id, HEAD, &n, FALSE, FALSE,
				  &context));
		CHECK(BackupWrite(h, (BYTE *)"a", 1, &n, FALSE, FALSE,
				  &context));
		CHECK(BackupSeek(h, 2, 0, &low, &high, &context));
		CHECK(BackupWrite(h, (BYTE *)"def", 3, &n, FALSE, FALSE,
				  &context));
		CHECK_EQ(n, 3);
		CHECK(BackupWrite(h, NULL, 0, NULL, TRUE, FALSE, &context));
		SetFilePointer(h, 0, NULL, FILE_BEGIN);
		CHECK(ReadFile(h, text, sizeof text, &n, NULL));
		CHECK(n == AFTER && !memcmp(text, "a\0\0def", AFTER));
		CloseHandle(h);
		CHECK(DeleteFileA(at("g")));
	}
}

static void refused(void)
{
	HANDLE h = open_as("g", GENERIC_WRITE, CREATE_ALWAYS, 0);
	WIN32_STREAM_ID id = { .dwStreamId = 99 };
	void *context = NULL;
	DWORD n;

	CHECK(!BackupWrite(h, (BYTE *)&id, HEAD, &n, FALSE, FALSE, &context));
	CHECK_EQ(GetLastError(), ERROR_INVALID_DATA);
	CHECK(BackupWrite(h, NULL, 0, NULL, TRUE, FALSE, &context));
	/* A range of no data. */
	id.dwStreamId = SPARSE;
	id.Size.QuadPart = 8;
	CHECK(!BackupWrite(h, (BYTE *)&id, HEAD, &n, FALSE, FALSE, &context));
	CHECK(BackupWrite(h, NULL, 0, NULL, TRUE, FALSE, &context));
	/* Data that its writer may not write. */
	CloseHandle(h);
	h = open_as("g", GENERIC_READ, OPEN_EXISTING, 0);
	id.dwStreamId = DATA;
	CHECK(BackupWrite(h, (BYTE *)&id, HEAD, &n, FALSE, FALSE, &context));
	CHECK(!BackupWrite(h, (BYTE *)"12345678", 8, &n, FALSE, FALSE,
			   &context));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(BackupWrite(h, NULL, 0, NULL, TRUE, FALSE, &context));
	CloseHandle(h);
	CHECK(DeleteFileA(at("g")));
	CHECK(DeleteFileA(at("f")));
}

/* ---- what is no plain file ---------------------------------------------- */

static bool same_content(const char *one, const char *two, DWORD size)
{
	HANDLE h[] = { open_as(one, GENERIC_READ, OPEN_EXISTING, 0),
		       open_as(two, GENERIC_READ, OPEN_EXISTING, 0) };
	static BYTE b[2][1 << 16];
	bool same = true;
	DWORD n, at;

	for (at = 0; same && at < size; at += n) {
		same = ReadFile(h[0], b[0], sizeof b[0], &n, NULL) && n;
		same = same && ReadFile(h[1], b[1], n, &n, NULL) && n &&
		       !memcmp(b[0], b[1], n);
	}
	CloseHandle(h[0]);
	CloseHandle(h[1]);
	return same;
}

static void sparse(void)
{
	enum { AT = 1 << 20, END = 5 << 20 };
	HANDLE h = open_as("s", GENERIC_READ | GENERIC_WRITE, CREATE_NEW, 0);
	struct part p[MAX_PARTS];
	LARGE_INTEGER to = { .QuadPart = AT };
	unsigned count;
	DWORD n;
	LONGLONG last = 0;

	if (!DeviceIoControl(h, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &n, NULL)) {
		CloseHandle(h);
		DeleteFileA(at("s"));
		return;
	}
	CHECK(WriteFile(h, "begin", 5, &n, NULL));
	CHECK(SetFilePointerEx(h, to, NULL, FILE_BEGIN));
	CHECK(WriteFile(h, "middle", 6, &n, NULL));
	to.QuadPart = END;
	CHECK(SetFilePointerEx(h, to, NULL, FILE_BEGIN));
	CHECK(SetEndOfFile(h));
	CloseHandle(h);
	pieces("s", FALSE);
	CHECK(whole.n < END / 2);
	count = take_apart(&whole, p);
	CHECK_EQ(find(p, count, DATA, NULL)->id.dwStreamAttributes,
		 STREAM_SPARSE_ATTRIBUTE);
	CHECK_EQ(find(p, count, DATA, NULL)->id.Size.QuadPart, 0);
	for (unsigned i = 0; i < count; i++) {
		LONGLONG at;

		if (p[i].id.dwStreamId != SPARSE)
			continue;
		CHECK_EQ(p[i].id.dwStreamAttributes, STREAM_SPARSE_ATTRIBUTE);
		memcpy(&at, p[i].data, sizeof at);
		CHECK(at >= last);
		if (at == 0)
			CHECK(!memcmp(p[i].data + 8, "begin", 5));
		last = at + p[i].id.Size.QuadPart - 8;
	}
	/* The hole in the end is told as a range without data. */
	CHECK_EQ(last, END);
	for (DWORD piece = 3; piece < 10000; piece *= 41) {
		h = open_as("t", GENERIC_READ | GENERIC_WRITE, CREATE_ALWAYS,
			    0);
		restore_to(h, piece, &whole);
		CHECK(GetFileSizeEx(h, &to));
		CHECK_EQ(to.QuadPart, END);
		CloseHandle(h);
		CHECK(GetFileAttributesA(at("t")) & FILE_ATTRIBUTE_SPARSE_FILE);
		CHECK(same_content("s", "t", END));
		save("t", sizeof again.b, FALSE, &again);
		CHECK(again.n < END / 2);
	}
	CHECK(DeleteFileA(at("s")));
	CHECK(DeleteFileA(at("t")));
}

static void folders(void)
{
	struct part p[MAX_PARTS];
	HANDLE h;
	unsigned n;

	CHECK(CreateDirectoryA(at("d"), NULL));
	CHECK(CreateDirectoryA(at("e"), NULL));
	h = CreateFileA(at("d:one"), GENERIC_WRITE, 7, NULL, CREATE_NEW, 0,
			NULL);
	if (h != INVALID_HANDLE_VALUE) {
		CloseHandle(h);
		put("d:one", "of a folder", 11);
		pieces("d", FALSE);
		n = take_apart(&whole, p);
		CHECK_EQ(n, 1);
		CHECK(is(find(p, n, OTHER, L":one:$DATA"), "of a folder", 11));
		h = open_as("e", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING,
			    0);
		restore_to(h, 3, &whole);
		CloseHandle(h);
		save("e", sizeof again.b, FALSE, &again);
		CHECK_EQ(again.n, whole.n);
		CHECK(!memcmp(again.b, whole.b, whole.n));
	}
	CHECK(RemoveDirectoryA(at("d")));
	CHECK(RemoveDirectoryA(at("e")));
}

/* A tag that nobody here knows, and its file's data; a link, which has none. */
static void points(void)
{
	struct {
		ULONG tag;
		USHORT len, reserved;
		UCHAR data[16];
	} r = { 0x80001234, 16, 0, "sixteen bytes.." };
	struct part p[MAX_PARTS];
	HANDLE h;
	DWORD did;
	unsigned n;
	bool ok;

	put("f", "data", 4);
	h = open_as("f", GENERIC_WRITE, OPEN_EXISTING, 0);
	ok = DeviceIoControl(h, FSCTL_SET_REPARSE_POINT, &r, sizeof r, NULL, 0,
			     &did, NULL);
	CloseHandle(h);
	if (ok) {
		pieces("f", FALSE);
		n = take_apart(&whole, p);
		CHECK(is(find(p, n, REPARSE, NULL), &r, sizeof r));
		CHECK(is(find(p, n, DATA, NULL), "data", 4));
		h = open_as("g", GENERIC_READ | GENERIC_WRITE, CREATE_NEW, 0);
		restore_to(h, 5, &whole);
		CloseHandle(h);
		save("g", 100, FALSE, &again);
		CHECK_EQ(again.n, whole.n);
		CHECK(!memcmp(again.b, whole.b, whole.n));
		h = open_as("g", GENERIC_WRITE, OPEN_EXISTING,
			    FILE_FLAG_DELETE_ON_CLOSE);
		CloseHandle(h);
	}
	h = open_as("f", DELETE, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE);
	CloseHandle(h);
	if (!CreateSymbolicLinkA(at("l"), "nowhere\\else", 2)) {
		CHECK_EQ(GetLastError(), ERROR_PRIVILEGE_NOT_HELD);
		return;
	}
	pieces("l", FALSE);
	n = take_apart(&whole, p);
	CHECK_EQ(n, 1);
	CHECK_EQ(p[0].id.dwStreamId, REPARSE);
	CHECK_EQ(*(ULONG *)p[0].data, IO_REPARSE_TAG_SYMLINK);
	put("m", "", 0);
	h = open_as("m", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING, 0);
	restore_to(h, 1, &whole);
	CloseHandle(h);
	save("m", 100, FALSE, &again);
	CHECK_EQ(again.n, whole.n);
	CHECK(!memcmp(again.b, whole.b, whole.n));
	CHECK(DeleteFileA(at("l")));
	CHECK(DeleteFileA(at("m")));
}

static void object_ids(void)
{
	HANDLE h;
	struct part p[MAX_PARTS];
	BYTE id[64];
	DWORD n;
	unsigned count;

	put("f", "x", 1);
	h = open_as("f", GENERIC_READ, OPEN_EXISTING, 0);
	if (DeviceIoControl(h, FSCTL_CREATE_OR_GET_OBJECT_ID, NULL, 0, id,
			    sizeof id, &n, NULL)) {
		save_from(h, 50, FALSE, &whole);
		count = take_apart(&whole, p);
		CHECK(is(find(p, count, OBJECT, NULL), id, sizeof id));
	}
	CloseHandle(h);
	CHECK(DeleteFileA(at("f")));
}

int main(void)
{
	folder_make("backup");
	files();
	seeks();
	unknown_parts();
	refused();
	sparse();
	folders();
	points();
	object_ids();
	CHECK(RemoveDirectoryA(base), "%lu", GetLastError());
	return check_done();
}
