/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files and directories: the handlers called straight, on a real folder. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf.h"
#include "tests/lib/fake-engine.h"
#include "tests/lib/file-fixture.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/calls.h"

START_TEST(dispositions)
{
	static const struct {
		const char *what;
		bool there;
		uint32_t disposition;
		NTSTATUS want;
		uint64_t information;
	} cases[] = {
		{ "open, missing", false, FILE_OPEN,
		  STATUS_OBJECT_NAME_NOT_FOUND, 0 },
		{ "overwrite, missing", false, FILE_OVERWRITE,
		  STATUS_OBJECT_NAME_NOT_FOUND, 0 },
		{ "create, there", true, FILE_CREATE,
		  STATUS_OBJECT_NAME_COLLISION, 0 },
		{ "create", false, FILE_CREATE, 0, FILE_CREATED },
		{ "open-if, missing", false, FILE_OPEN_IF, 0, FILE_CREATED },
		{ "open-if, there", true, FILE_OPEN_IF, 0, FILE_OPENED },
		{ "open, there", true, FILE_OPEN, 0, FILE_OPENED },
		{ "overwrite, there", true, FILE_OVERWRITE, 0,
		  FILE_OVERWRITTEN },
		{ "overwrite-if, there", true, FILE_OVERWRITE_IF, 0,
		  FILE_OVERWRITTEN },
		{ "overwrite-if, missing", false, FILE_OVERWRITE_IF, 0,
		  FILE_CREATED },
		{ "supersede, there", true, FILE_SUPERSEDE, 0,
		  FILE_SUPERSEDED },
	};
	/* The other spelling is the same file. */
	static const char *const names[] = { "Name.Txt", "nAME.tXT" };

	for (size_t i = 0; i < COUNT_OF(cases) * 2; i++) {
		size_t c = i / 2;
		char path[128];
		uint64_t h = 0;
		NTSTATUS got;

		snprintf(path, sizeof path, "%s/Name.Txt", root);
		unlink(path);
		if (cases[c].there)
			closes(make("Name.Txt"));
		got = open_as(names[i % 2],
			      GENERIC_READ | GENERIC_WRITE | 0x100000, 7,
			      cases[c].disposition, SYNC, &h);
		ck_assert_msg(got == cases[c].want, "%s (%s): got %#x",
			      cases[c].what, names[i % 2], got);
		if (got)
			continue;
		ck_assert_msg(iosb.information == cases[c].information,
			      "%s: information %d", cases[c].what,
			      (int)iosb.information);
		ck_assert(!cases[c].there || exists("Name.Txt"));
		ck_assert(!cases[c].there || !exists("nAME.tXT"));
		closes(h);
		snprintf(path, sizeof path, "%s/nAME.tXT", root);
		unlink(path);
	}
}
END_TEST

START_TEST(missing_parts)
{
	uint64_t h;

	ck_assert_uint_eq(
		open_as("no\\such", GENERIC_READ, 7, FILE_OPEN, 0, &h),
		STATUS_OBJECT_PATH_NOT_FOUND);
	ck_assert_uint_eq(open_as("a<b", GENERIC_READ, 7, FILE_OPEN, 0, &h),
			  STATUS_OBJECT_NAME_INVALID);
	closes(make("file"));
	ck_assert_uint_eq(open_as("file\\x", GENERIC_READ, 7, FILE_OPEN, 0, &h),
			  STATUS_OBJECT_PATH_NOT_FOUND);
	ck_assert_uint_eq(open_as("file", GENERIC_READ, 7, FILE_OPEN,
				  FILE_DIRECTORY_FILE, &h),
			  STATUS_NOT_A_DIRECTORY);
	ck_assert_uint_eq(open_as(".", GENERIC_READ, 7, FILE_OPEN, 0, &h),
			  STATUS_OBJECT_NAME_INVALID);
	ck_assert_uint_eq(open_as("\\??\\Z:\\tmp", GENERIC_READ, 7, FILE_OPEN,
				  NOT_DIR, &h),
			  STATUS_FILE_IS_A_DIRECTORY);
	ck_assert_uint_eq(
		open_as("\\??\\Q:\\x", GENERIC_READ, 7, FILE_OPEN, 0, &h),
		STATUS_OBJECT_PATH_NOT_FOUND);
	ck_assert_uint_eq(open_as("\\Device\\Nothing", GENERIC_READ, 7,
				  FILE_OPEN, 0, &h),
			  STATUS_OBJECT_NAME_NOT_FOUND);
	ck_assert_uint_eq(handles_count(), 0);
}
END_TEST

START_TEST(positions)
{
	uint64_t h = make("f");
	int64_t at = 2;
	char s[64];

	ck_assert_uint_eq(put(h, "0123456789", NULL), 0);
	ck_assert_uint_eq(iosb.information, 10);
	ck_assert_uint_eq(get(h, s, 4, NULL), STATUS_END_OF_FILE);
	/* A given offset is where it goes on from. */
	ck_assert_uint_eq(get(h, s, 3, &at), 0);
	ck_assert_str_eq(s, "234");
	ck_assert_uint_eq(get(h, s, 2, NULL), 0);
	ck_assert_str_eq(s, "56");
	ck_assert_uint_eq(nt_query_information_file(t, h, GADDR(&iosb),
						    GADDR(&at), 8, 14),
			  0);
	ck_assert_int_eq(at, 7);
	at = 4;
	ck_assert_uint_eq(
		nt_set_information_file(t, h, GADDR(&iosb), GADDR(&at), 8, 14),
		0);
	ck_assert_uint_eq(put(h, "xx", NULL), 0);
	at = -1; /* the end */
	ck_assert_uint_eq(put(h, "!", &at), 0);
	at = 0;
	ck_assert_uint_eq(get(h, s, 20, &at), 0);
	ck_assert_str_eq(s, "0123xx6789!");
	ck_assert_uint_eq(
		nt_read_file(t, h, 0, 0, 0, GADDR(&iosb), 8, 4, GADDR(&at), 0),
		STATUS_ACCESS_VIOLATION);
	closes(h);
	/* Appending only. */
	ck_assert_uint_eq(open_as("f", FILE_APPEND_DATA | 0x100000, 7,
				  FILE_OPEN, SYNC, &h),
			  0);
	at = 0;
	ck_assert_uint_eq(put(h, "+", &at), 0);
	ck_assert_uint_eq(get(h, s, 1, NULL), STATUS_ACCESS_DENIED);
	closes(h);
	/* A synchronous handle that nobody can wait for makes no sense. */
	ck_assert_uint_eq(open_as("f", FILE_READ_DATA, 7, FILE_OPEN, SYNC, &h),
			  STATUS_INVALID_PARAMETER);
}
END_TEST

START_TEST(sharing)
{
	static const struct {
		const char *what;
		uint32_t access1, share1, access2, share2;
		NTSTATUS want;
	} cases[] = {
		{ "all share all", GENERIC_READ, 7, GENERIC_WRITE, 7, 0 },
		{ "second wants what first keeps", GENERIC_READ, 1,
		  GENERIC_WRITE, 7, STATUS_SHARING_VIOLATION },
		{ "second keeps what first has", GENERIC_WRITE, 7, GENERIC_READ,
		  1, STATUS_SHARING_VIOLATION },
		{ "readers", GENERIC_READ, 1, GENERIC_READ, 1, 0 },
		{ "exclusive", GENERIC_READ, 0, GENERIC_READ, 7,
		  STATUS_SHARING_VIOLATION },
		{ "attributes only", GENERIC_READ, 0, FILE_READ_ATTRIBUTES, 0,
		  0 },
		{ "delete", GENERIC_READ, 3, ACCESS_DELETE, 7,
		  STATUS_SHARING_VIOLATION },
	};

	closes(make("f"));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint64_t a, b;
		NTSTATUS got;

		ck_assert_uint_eq(open_as("f", cases[i].access1,
					  cases[i].share1, FILE_OPEN, 0, &a),
				  0);
		got = open_as("F", cases[i].access2, cases[i].share2, FILE_OPEN,
			      0, &b);
		ck_assert_msg(got == cases[i].want, "%s: got %#x",
			      cases[i].what, got);
		if (!got)
			closes(b);
		closes(a);
	}
}
END_TEST

START_TEST(deletion)
{
	uint64_t a = make("f"), b, c;
	uint8_t yes = 1;
	uint32_t posix = 3;

	ck_assert_uint_eq(open_as("f", GENERIC_READ, 7, FILE_OPEN, 0, &b), 0);
	ck_assert_uint_eq(
		nt_set_information_file(t, a, GADDR(&iosb), GADDR(&yes), 1, 13),
		0);
	ck_assert_uint_eq(open_as("f", GENERIC_READ, 7, FILE_OPEN, 0, &c),
			  STATUS_DELETE_PENDING);
	closes(a);
	ck_assert(exists("f")); /* b has it open */
	closes(b);
	ck_assert(!exists("f"));

	a = make("g");
	ck_assert_uint_eq(open_as("g", GENERIC_READ, 7, FILE_OPEN, 0, &b), 0);
	ck_assert_uint_eq(nt_set_information_file(t, a, GADDR(&iosb),
						  GADDR(&posix), 4, 64),
			  0);
	closes(a);
	ck_assert(!exists("g"));
	closes(b);

	ck_assert_uint_eq(open_as("h", GENERIC_READ | ACCESS_DELETE, 7,
				  FILE_CREATE, FILE_DELETE_ON_CLOSE, &a),
			  0);
	ck_assert(exists("h"));
	closes(a);
	ck_assert(!exists("h"));
	closes(make("i"));
	ck_assert_uint_eq(nt_delete_file(t, oa("I")), 0);
	ck_assert(!exists("i"));

	/* Directories: only empty ones. */
	ck_assert_uint_eq(open_as("d", ACCESS_DELETE, 7, FILE_CREATE,
				  FILE_DIRECTORY_FILE, &a),
			  0);
	closes(make("d\\x"));
	ck_assert_uint_eq(
		nt_set_information_file(t, a, GADDR(&iosb), GADDR(&yes), 1, 13),
		STATUS_DIRECTORY_NOT_EMPTY);
	ck_assert_uint_eq(nt_delete_file(t, oa("d\\x")), 0);
	ck_assert_uint_eq(
		nt_set_information_file(t, a, GADDR(&iosb), GADDR(&yes), 1, 13),
		0);
	closes(a);
	ck_assert(!exists("d"));
}
END_TEST

static NTSTATUS rename_to(uint64_t h, const char *name, bool replace)
{
	static union {
		struct file_rename r;
		uint8_t bytes[1024];
	} u;
	const struct object_attributes64 *o;
	const struct unicode_string64 *s;
	uint16_t bare[200];
	size_t n;

	memset(&u, 0, sizeof u);
	u.r.flags = replace;
	if (strchr(name, '\\')) {
		o = (void *)oa(name + (*name == '\\' && name[1] == '.'));
		s = (void *)o->name;
		n = s->length / 2;
		memcpy(u.r.name, (void *)s->buffer, n * 2);
	} else {
		n = utf8_to_utf16(bare, 200, name, strlen(name));
		memcpy(u.r.name, bare, n * 2);
	}
	u.r.len = (uint32_t)(n * 2);
	return nt_set_information_file(t, h, GADDR(&iosb), GADDR(&u),
				       (uint32_t)(20 + n * 2), 10);
}

START_TEST(renaming)
{
	uint64_t h = make("a"), d;
	struct {
		uint32_t len;
		uint16_t name[200];
	} q;

	closes(make("B"));
	ck_assert_uint_eq(rename_to(h, "b", false),
			  STATUS_OBJECT_NAME_COLLISION);
	ck_assert_uint_eq(rename_to(h, "b", true), 0);
	ck_assert(!exists("a"));
	ck_assert_uint_eq(rename_to(h, "New", false), 0);
	ck_assert(exists("New"));
	ck_assert_uint_eq(rename_to(h, "NEW", false), 0); /* only case */
	ck_assert(exists("NEW") && !exists("New"));
	ck_assert_uint_eq(open_as("sub", GENERIC_READ, 7, FILE_CREATE,
				  FILE_DIRECTORY_FILE, &d),
			  0);
	ck_assert_uint_eq(rename_to(h, "SUB\\x", false), 0);
	ck_assert(exists("sub/x"));
	ck_assert_uint_eq(rename_to(h, "nosuch\\x", false),
			  STATUS_OBJECT_PATH_NOT_FOUND);
	ck_assert_uint_eq(nt_query_information_file(t, h, GADDR(&iosb),
						    GADDR(&q), sizeof q, 9),
			  0);
	ck_assert_uint_eq(q.len, (strlen(root) + 6) * 2);
	ck_assert_uint_eq(q.name[q.len / 2 - 1], 'x');
	ck_assert_uint_eq(
		nt_query_information_file(t, h, GADDR(&iosb), GADDR(&q), 10, 9),
		STATUS_BUFFER_OVERFLOW);
	ck_assert_uint_eq(iosb.information, 10);
	closes(h);
	closes(d);
}
END_TEST

START_TEST(attributes)
{
	struct file_basic b = { .attributes = 3 }, got;
	struct file_network_open n;
	uint64_t h = make("f"), r;
	bool stored_works; /* the host's file system has what it takes */

	ck_assert_uint_eq(nt_query_attributes_file(t, oa("F"), GADDR(&got)), 0);
	ck_assert_uint_eq(got.attributes, FILE_ATTRIBUTE_ARCHIVE);
	b.times.written = 130000000000000001;
	b.times.created = 120000000000000002;
	ck_assert_uint_eq(nt_set_information_file(t, h, GADDR(&iosb), GADDR(&b),
						  sizeof b, 4),
			  0);
	put(h, "abc", NULL);
	closes(h);
	ck_assert_uint_eq(nt_query_full_attributes_file(t, oa("f"), GADDR(&n)),
			  0);
	ck_assert_uint_eq(n.size, 3);
	ck_assert_uint_eq(nt_query_attributes_file(t, oa("f"), GADDR(&got)), 0);
	ck_assert(got.attributes & FILE_ATTRIBUTE_READONLY);
	stored_works = got.attributes & FILE_ATTRIBUTE_HIDDEN;
	if (stored_works)
		ck_assert_uint_eq(got.attributes, 3);
	/* Read-only holds, for root too. */
	ck_assert_uint_eq(open_as("f", GENERIC_WRITE, 7, FILE_OPEN, 0, &r),
			  STATUS_ACCESS_DENIED);
	ck_assert_uint_eq(open_as("f", GENERIC_READ | ACCESS_DELETE, 7,
				  FILE_OPEN, FILE_DELETE_ON_CLOSE, &r),
			  STATUS_CANNOT_DELETE);
	ck_assert_uint_eq(
		open_as("f", FILE_WRITE_ATTRIBUTES, 7, FILE_OPEN, 0, &r), 0);
	b.attributes = FILE_ATTRIBUTE_NORMAL;
	ck_assert_uint_eq(nt_set_information_file(t, r, GADDR(&iosb), GADDR(&b),
						  sizeof b, 4),
			  0);
	closes(r);
	ck_assert_uint_eq(nt_query_attributes_file(t, oa("f"), GADDR(&got)), 0);
	ck_assert_int_eq(got.times.written, b.times.written);
	ck_assert(got.times.created == b.times.created || !stored_works);
	ck_assert(!(got.attributes & FILE_ATTRIBUTE_READONLY));
	ck_assert_uint_eq(nt_query_attributes_file(t, oa("nope"), GADDR(&got)),
			  STATUS_OBJECT_NAME_NOT_FOUND);
	ck_assert_uint_eq(
		nt_query_attributes_file(t, oa("x\\nope"), GADDR(&got)),
		STATUS_OBJECT_PATH_NOT_FOUND);
}
END_TEST

/* All names that a pattern gives, joined by spaces. */
static NTSTATUS names(uint64_t h, const char *pattern, bool restart, char *out)
{
	static uint8_t buf[512] __attribute__((aligned(8)));
	struct unicode_string64 s = { 0 };
	uint16_t u[64];
	NTSTATUS status;

	*out = 0;
	s.length = (uint16_t)(2 * utf8_to_utf16(u, 64, pattern ? pattern : "",
						pattern ? strlen(pattern) : 0));
	s.buffer = GADDR(u);
	for (;;) {
		uint32_t at = 0, next;

		status = nt_query_directory_file(
			t, h, 0, 0, 0, GADDR(&iosb), GADDR(buf), sizeof buf,
			FILE_BOTH_DIRECTORY_CLASS, 0, pattern ? GADDR(&s) : 0,
			restart);
		restart = false;
		if (status)
			return status;
		do {
			struct dir_entry *d = (void *)(buf + at);

			next = d->next;
			if (*out)
				strcat(out, " ");
			out[strlen(out) +
			    utf16_to_utf8(out + strlen(out), 200,
					  (uint16_t *)(buf + at + 94),
					  d->name_len / 2)] = 0;
			at += next;
		} while (next);
	}
}

START_TEST(listing)
{
	static const char *const files[] = { "b.txt", "A.c", "c", "Ab.TXT",
					     "z.tar.gz" };
	static const struct {
		const char *pattern, *want;
	} cases[] = {
		{ "*", ". .. A.c Ab.TXT b.txt c z.tar.gz" },
		{ "*.txt", "Ab.TXT b.txt" },
		{ "a*", "A.c Ab.TXT" },
		{ "?", ". c" },
		{ "<.gz", "z.tar.gz" },
		{ "<\"*", ". .. A.c Ab.TXT b.txt c z.tar.gz" },
		{ ">>>>.c", "A.c" },
		{ "B.TXT", "b.txt" },
		{ "c", "c" },
	};
	char out[2000];
	uint64_t h;

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		char copy[64];

		memset(out, 0, sizeof out);
		strcpy(copy, files[i]);
		closes(make(copy));
	}
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		NTSTATUS got;

		ck_assert_uint_eq(open_as("", FILE_READ_DATA | 0x100000, 7,
					  FILE_OPEN, SYNC | 1, &h),
				  0);
		got = names(h, cases[i].pattern, false, out);
		ck_assert_msg(got == STATUS_NO_MORE_FILES, "%s: %#x",
			      cases[i].pattern, got);
		ck_assert_msg(!strcmp(out, cases[i].want), "%s: %s",
			      cases[i].pattern, out);
		closes(h);
	}
	ck_assert_uint_eq(open_as("", FILE_READ_DATA | 0x100000, 7, FILE_OPEN,
				  SYNC | 1, &h),
			  0);
	ck_assert_uint_eq(names(h, "none*", false, out), STATUS_NO_SUCH_FILE);
	ck_assert_uint_eq(names(h, NULL, false, out), STATUS_NO_MORE_FILES);
	ck_assert_str_eq(out, "");
	ck_assert_uint_eq(names(h, "*.c", true, out), STATUS_NO_MORE_FILES);
	ck_assert_str_eq(out, "A.c");
	closes(h);
}
END_TEST

START_TEST(locks)
{
	uint64_t a = make("f"), b;
	int64_t at = 2, n = 4, zero = 0;
	char s[16];

	put(a, "0123456789", NULL);
	ck_assert_uint_eq(open_as("f", GENERIC_READ | GENERIC_WRITE | 0x100000,
				  7, FILE_OPEN, SYNC, &b),
			  0);
	ck_assert_uint_eq(nt_lock_file(t, a, 0, 0, 0, GADDR(&iosb), GADDR(&at),
				       GADDR(&n), 0, 1, 1),
			  0);
	ck_assert_uint_eq(nt_lock_file(t, b, 0, 0, 0, GADDR(&iosb), GADDR(&at),
				       GADDR(&n), 0, 1, 0),
			  STATUS_LOCK_NOT_GRANTED);
	ck_assert_uint_eq(get(b, s, 10, &zero), STATUS_FILE_LOCK_CONFLICT);
	ck_assert_uint_eq(get(b, s, 2, &zero), 0);
	ck_assert_uint_eq(get(a, s, 10, &zero), 0);
	ck_assert_uint_eq(
		nt_unlock_file(t, a, GADDR(&iosb), GADDR(&zero), GADDR(&n), 0),
		STATUS_RANGE_NOT_LOCKED);
	ck_assert_uint_eq(
		nt_unlock_file(t, a, GADDR(&iosb), GADDR(&at), GADDR(&n), 0),
		0);
	ck_assert_uint_eq(put(b, "x", &at), 0);
	closes(a);
	closes(b);
}
END_TEST

static void write_text(const char *path, const char *fmt, int a)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return;
	fprintf(f, fmt, a);
	fclose(f);
}

/* A small file system of our own in place of root; false: not allowed. */
static bool mount_small(void)
{
	int uid = (int)getuid(), gid = (int)getgid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return false;
	write_text("/proc/self/setgroups", "deny", 0);
	write_text("/proc/self/uid_map", "0 %d 1", uid);
	write_text("/proc/self/gid_map", "0 %d 1", gid);
	return !mount("small", root, "tmpfs", 0, "size=64k,nr_inodes=8");
}

START_TEST(full_disk)
{
	enum { NEW = GENERIC_READ | GENERIC_WRITE | 0x110000 };
	static char block[40000];
	uint64_t h, other;
	char name[16];
	NTSTATUS status;
	int n = 0;

	if (!mount_small())
		return; /* user namespaces are off here */
	h = make("big");
	memset(block, 'x', sizeof block - 1);
	ck_assert_uint_eq(put(h, block, NULL), 0);
	/* Part of it fits: that much is told, then the rest fails. */
	status = put(h, block, NULL);
	if (!status) {
		ck_assert_uint_lt(iosb.information, sizeof block - 1);
		status = put(h, block, NULL);
	}
	ck_assert_uint_eq(status, STATUS_DISK_FULL);
	closes(h);
	do
		snprintf(name, sizeof name, "f%d", n++);
	while (!(status = open_as(name, NEW, 7, FILE_CREATE, SYNC, &h)) &&
	       nt_close(t, h) == 0 && n < 100);
	ck_assert_uint_eq(status, STATUS_DISK_FULL);
	ck_assert_uint_eq(open_as("dir", 1, 7, FILE_CREATE, 1, &h),
			  STATUS_DISK_FULL);

	/* Written before it became read-only; nothing can be taken away. */
	ck_assert_int_eq(mount(NULL, root, NULL, MS_REMOUNT | MS_RDONLY, NULL),
			 0);
	ck_assert_uint_eq(open_as("new", NEW, 7, FILE_CREATE, SYNC, &h),
			  STATUS_MEDIA_WRITE_PROTECTED);
	ck_assert_uint_eq(open_as("dir", 1, 7, FILE_CREATE, 1, &h),
			  STATUS_MEDIA_WRITE_PROTECTED);
	ck_assert_uint_eq(open_as("f0", GENERIC_WRITE, 7, FILE_OPEN, 0, &h),
			  STATUS_MEDIA_WRITE_PROTECTED);
	ck_assert_uint_eq(open_as("f0", 0x10000, 7, FILE_OPEN, 0x1000, &h),
			  STATUS_MEDIA_WRITE_PROTECTED);
	ck_assert_uint_eq(open_as("f0", GENERIC_READ | 0x10000, 7, FILE_OPEN,
				  SYNC, &other),
			  0);
	for (uint32_t class = 13; class <= 64; class += 64 - 13) {
		uint32_t how = class == 13 ? 1 : 3;

		ck_assert_uint_eq(
			nt_set_information_file(t, other, GADDR(&iosb),
						GADDR(&how), 4, class),
			STATUS_MEDIA_WRITE_PROTECTED);
	}
	ck_assert_uint_eq(rename_to(other, "moved", false),
			  STATUS_MEDIA_WRITE_PROTECTED);
	closes(other);
	ck_assert_uint_eq(
		open_as("f0", FILE_WRITE_ATTRIBUTES, 7, FILE_OPEN, 0, &h), 0);
	for (uint32_t a = FILE_ATTRIBUTE_READONLY; a <= FILE_ATTRIBUTE_HIDDEN;
	     a++) {
		struct file_basic b = { .attributes = a };

		ck_assert_uint_eq(nt_set_information_file(
					  t, h, GADDR(&iosb), GADDR(&b),
					  sizeof b, 4),
				  STATUS_MEDIA_WRITE_PROTECTED);
	}
	closes(h);
	ck_assert_uint_eq(open_as("f0", 0x2000000, 7, FILE_OPEN, 0, &h),
			  0);
	closes(h);
	ck_assert(exists("f0"));
}
END_TEST

START_TEST(no_descriptors)
{
	struct rlimit l = { 40, 40 };
	uint64_t h[64];
	NTSTATUS status = 0;
	int n = 0;

	closes(make("x"));
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &l), 0);
	while (!status && n < 64)
		status =
			open_as("x", GENERIC_READ, 7, FILE_OPEN, SYNC, &h[n++]);
	ck_assert_uint_eq(status, STATUS_TOO_MANY_OPENED_FILES);
	ck_assert_int_lt(n, 41);
	for (n--; n--;)
		closes(h[n]);
	closes(make("x"));
}
END_TEST

START_TEST(links)
{
	struct {
		uint32_t tag;
		uint16_t len, pad, sub_at, sub_len, print_at, print_len;
		uint32_t flags;
		uint16_t names[200];
	} b = { .tag = 0xa000000c, .flags = 1 };
	uint64_t h = make("link");
	struct file_basic got;
	char target[64];
	char path[128];
	ssize_t n;

	closes(make("target"));
	b.sub_len = b.print_len =
		(uint16_t)(2 * utf8_to_utf16(b.names, 100, "sub\\..", 6));
	memcpy(b.names + 6, b.names, 12);
	b.print_at = 12;
	b.len = 12 + 24;
	ck_assert_uint_eq(nt_fs_control_file(t, h, 0, 0, 0, GADDR(&iosb),
					     0x900a4, GADDR(&b), 8 + b.len, 0,
					     0),
			  0);
	closes(h);
	snprintf(path, sizeof path, "%s/link", root);
	n = readlink(path, target, sizeof target - 1);
	ck_assert_int_eq(n, 6);
	ck_assert_int_eq(memcmp(target, "sub/..", 6), 0);
	ck_assert_uint_eq(nt_query_attributes_file(t, oa("LINK"), GADDR(&got)),
			  0);
	ck_assert(got.attributes & FILE_ATTRIBUTE_REPARSE_POINT);
	ck_assert_uint_eq(open_as("link", GENERIC_READ, 7, FILE_OPEN,
				  FILE_OPEN_REPARSE_POINT, &h),
			  0);
	memset(&b, 0, sizeof b);
	ck_assert_uint_eq(nt_fs_control_file(t, h, 0, 0, 0, GADDR(&iosb),
					     0x900a8, 0, 0, GADDR(&b),
					     sizeof b),
			  0);
	ck_assert_uint_eq(b.tag, 0xa000000c);
	ck_assert_uint_eq(b.sub_len, 12);
	ck_assert_uint_eq(b.names[3], '\\');
	closes(h);
	ck_assert_uint_eq(open_as("link", GENERIC_READ, 7, FILE_OPEN, 0, &h),
			  STATUS_OBJECT_NAME_NOT_FOUND);
}
END_TEST

START_TEST(changes)
{
	uint64_t d, event;
	struct io_status64 late = { 0 };
	uint8_t buf[256];
	uint32_t head[3];

	ck_assert_uint_eq(
		open_as("", FILE_READ_DATA | 0x100000, 7, FILE_OPEN, 1, &d), 0);
	ck_assert_uint_eq(nt_create_event(t, GADDR(&event), 0x1f0003, 0, 0, 0),
			  0);
	ck_assert_uint_eq(
		nt_notify_change_directory_file(t, d, event, 0, 0, GADDR(&late),
						GADDR(buf), sizeof buf, 1, 0),
		STATUS_PENDING);
	closes(make("n"));
	ck_assert_uint_eq(
		nt_wait_for_single_object(t, event, 0, AFTER_MS(2000)), 0);
	memcpy(head, buf, sizeof head);
	ck_assert_uint_eq(late.status, 0);
	ck_assert_uint_eq(head[1], 1);
	ck_assert_uint_eq(head[2], 2);
	ck_assert_uint_eq(buf[12], 'n');
	closes(d);
	closes(event);
}
END_TEST

START_TEST(volumes)
{
	uint64_t h = make("f"), nul;
	struct fs_size size;
	struct fs_device dev;
	struct {
		struct fs_attribute a;
		uint16_t name[8];
	} at;
	char s[4];

	ck_assert_uint_eq(nt_query_volume_information_file(
				  t, h, GADDR(&iosb), GADDR(&size), sizeof size,
				  FS_SIZE_CLASS),
			  0);
	ck_assert(size.total > size.available && size.available > 0);
	ck_assert_uint_eq(
		nt_query_volume_information_file(t, h, GADDR(&iosb), GADDR(&at),
						 sizeof at, FS_ATTRIBUTE_CLASS),
		0);
	ck_assert_uint_eq(at.a.name_len, 8);
	ck_assert_uint_eq(at.a.name[0], 'N');
	closes(h);
	ck_assert_uint_eq(open_as("\\??\\NUL",
				  GENERIC_READ | GENERIC_WRITE | 0x100000, 7,
				  FILE_OPEN, SYNC, &nul),
			  0);
	ck_assert_uint_eq(nt_query_volume_information_file(
				  t, nul, GADDR(&iosb), GADDR(&dev), sizeof dev,
				  FS_DEVICE_CLASS),
			  0);
	ck_assert_uint_eq(dev.type, DEVICE_TYPE_NULL);
	ck_assert_uint_eq(put(nul, "abc", NULL), 0);
	ck_assert_uint_eq(iosb.information, 3);
	ck_assert_uint_eq(get(nul, s, 2, NULL), STATUS_END_OF_FILE);
	closes(nul);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("nt/file");
	TCase *tc = tcase_create("file");

	tcase_add_checked_fixture(tc, file_setup, file_teardown);
	tcase_add_test(tc, missing_parts);
	tcase_add_test(tc, dispositions);
	tcase_add_test(tc, positions);
	tcase_add_test(tc, sharing);
	tcase_add_test(tc, deletion);
	tcase_add_test(tc, renaming);
	tcase_add_test(tc, attributes);
	tcase_add_test(tc, listing);
	tcase_add_test(tc, locks);
	tcase_add_test(tc, full_disk);
	tcase_add_test(tc, no_descriptors);
	tcase_add_test(tc, links);
	tcase_add_test(tc, changes);
	tcase_add_test(tc, volumes);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
