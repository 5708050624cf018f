/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names: what is refused, what they become, and C: as it is put together. */
#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/table.h"
#include "base/utf.h"
#include "syscall-xlate/nt/dir-match.h"
#include "syscall-xlate/nt/path.h"
#include "tests/lib/unit.h"

static char root[64];

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void setup(void)
{
	strcpy(root, "/tmp/rf-path-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	setenv("XDG_DATA_HOME", root, 1);
	setenv("USER", "Jos\303\251", 1);
	path_set_dlls(root, false);
}

static void teardown(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static uint16_t units[8192];

static NTSTATUS parse(const char *name, struct nt_path *p)
{
	size_t n = utf8_to_utf16(units, COUNT_OF(units), name, strlen(name));

	return path_parse(units, n, NULL, p);
}

static const struct {
	const char *name;
	NTSTATUS status;
	const char *host; /* NULL: no disk path */
} names[] = {
	{ "", STATUS_OBJECT_PATH_SYNTAX_BAD, NULL },
	{ "x", STATUS_OBJECT_PATH_SYNTAX_BAD, NULL },
	{ "\\??\\", STATUS_OBJECT_NAME_INVALID, NULL },
	{ "\\??\\Z", STATUS_OBJECT_NAME_NOT_FOUND, NULL },
	{ "\\??\\Zx:\\a", STATUS_OBJECT_PATH_NOT_FOUND, NULL },
	{ "\\??\\Y:\\a", STATUS_OBJECT_PATH_NOT_FOUND, NULL },
	{ "\\??\\Y:", STATUS_OBJECT_NAME_NOT_FOUND, NULL },
	{ "\\??\\Z:a", STATUS_OBJECT_NAME_NOT_FOUND, NULL },
	{ "\\??\\Z:\\a\\..\\b", STATUS_OBJECT_NAME_INVALID, NULL },
	{ "\\??\\Z:\\.", STATUS_OBJECT_NAME_INVALID, NULL },
	{ "\\??\\Z:\\a\\\\b", STATUS_OBJECT_NAME_INVALID, NULL },
	{ "\\??\\Z:\\a/b", STATUS_OBJECT_NAME_INVALID, NULL },
	{ "\\??\\Z:\\a\1b", STATUS_OBJECT_NAME_INVALID, NULL },
	{ "\\??\\Z:\\a\"b", STATUS_OBJECT_NAME_INVALID, NULL },
	{ "\\??\\UNC\\server\\share\\f", STATUS_BAD_NETWORK_PATH, NULL },
	{ "\\??\\COM1", STATUS_OBJECT_NAME_NOT_FOUND, NULL },
	{ "\\Device\\NoSuch\\x", STATUS_OBJECT_PATH_NOT_FOUND, NULL },
	{ "\\??\\Z:", 0, NULL },
	{ "\\??\\NUL", 0, NULL },
	{ "\\Device\\Null", 0, NULL },
	{ "\\??\\pipe\\a\\b", 0, NULL },
	{ "\\??\\GLOBALROOT\\Device\\Null", 0, NULL },
	{ "\\??\\Z:\\", 0, "/" },
	{ "\\??\\z:\\a\\b", 0, "/a/b" },
	{ "\\DosDevices\\Z:\\a\\", 0, "/a" },
	{ "\\GLOBAL??\\Z:\\a", 0, "/a" },
	{ "\\\\?\\Z:\\a", 0, "/a" },
	{ "\\??\\Z:\\a::$DATA", 0, "/a" },
	{ "\\??\\Z:\\...\\a.", 0, "/.../a." },
	{ "\\??\\UNC\\localhost\\z$\\a", 0, "/a" },
	{ "\\Device\\HarddiskVolume26\\a", 0, "/a" },
	{ "\\??\\Volume{00000000-0000-0000-0000-00000000005A}\\a", 0, "/a" },
	/* Mapped characters, and what only looks like one. */
	{ "\\??\\Z:\\a\357\200\272b", 0, "/a:b" },
	{ "\\??\\Z:\\a\357\200\201", 0, "/a\1" },
	{ "\\??\\Z:\\\357\200\210\357\201\201", 0, "/\b\357\201\201" },
};

START_TEST(parsing)
{
	static struct nt_path p;
	NTSTATUS got = parse(names[_i].name, &p);

	ck_assert_msg(got == names[_i].status, "%s: got %#x", names[_i].name,
		      got);
	if (got)
		return;
	ck_assert_msg((p.kind == PATH_DISK) == (names[_i].host != NULL), "%s",
		      names[_i].name);
	if (names[_i].host)
		ck_assert_str_eq(p.host, names[_i].host);
}
END_TEST

START_TEST(long_names)
{
	static struct nt_path p;
	char name[6000];

	memset(name, 'a', sizeof name);
	memcpy(name, "\\??\\Z:\\", 7);
	name[5000] = 0;
	ck_assert_uint_eq(parse(name, &p), STATUS_NAME_TOO_LONG);
	for (int i = 107; i < 4000; i += 100)
		name[i] = '\\';
	name[4000] = 0;
	ck_assert_uint_eq(parse(name, &p), 0);
	ck_assert_int_eq(path_open(&p, O_RDONLY), -20);
}
END_TEST

/* Any bytes that can be a host name come back as they were. */
START_TEST(round_trip)
{
	static const char *const hosts[] = {
		"/",
		"/a",
		"/a b/c.",
		"/\303\251",
		"/\377\376",
		"/a:b*?\"<>|\\",
		"/\1\37",
		"/\357\200\272",
		"/\355\240\200",
		"/\355\240\200\377",
		"/\360\237\230\200",
		"/\303",
		"/x\357\200",
	};

	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		static struct nt_path p;
		size_t n;
		uint16_t *nt = path_to_nt(hosts[i], &n);
		NTSTATUS got = path_parse(nt, n, NULL, &p);

		ck_assert_msg(got == 0, "%s: %#x", hosts[i], got);
		ck_assert_str_eq(p.host, hosts[i]);
		free(nt);
	}
}
END_TEST

static void put(const char *file)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/%s", root, file);
	fd = open(path, O_CREAT | O_WRONLY, 0666);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static int look(const char *below, char *found)
{
	static struct nt_path p;
	char name[256], *c;
	int fd;

	snprintf(name, sizeof name, "\\??\\Z:%s%s%s", root, *below ? "\\" : "",
		 below);
	for (c = name; *c; c++)
		if (*c == '/')
			*c = '\\';
	ck_assert_uint_eq(parse(name, &p), 0);
	fd = path_open(&p, O_PATH);
	if (fd < 0)
		return fd;
	close(fd);
	strcpy(found, p.host + strlen(root) + 1);
	return 0;
}

START_TEST(case_search)
{
	char path[256], found[256];
	struct timespec tick = { 0, 120 * 1000 * 1000 };

	snprintf(path, sizeof path, "%s/Dir", root);
	mkdir(path, 0777);
	put("Dir/File.Txt");
	put("Dir/\303\204rger");
	ck_assert_int_eq(look("dIR\\fILE.tXT", found), 0);
	ck_assert_str_eq(found, "Dir/File.Txt");
	ck_assert_int_eq(look("DIR\\\303\244RGER", found), 0);
	ck_assert_int_eq(look("DIR\\none", found), -2);
	ck_assert_int_eq(look("DIR\\none\\x", found), -20);
	/* Never stale, whatever the age of what is known. */
	for (int i = 0; i < 6; i++) {
		if (i % 2)
			nanosleep(&tick, NULL);
		put("Dir/None");
		ck_assert_int_eq(look("dir\\none", found), 0);
		snprintf(path, sizeof path, "%s/Dir/None", root);
		unlink(path);
		ck_assert_int_eq(look("dir\\none", found), -2);
	}
	/* The exact name wins. */
	put("Dir/twice");
	put("Dir/TWICE");
	ck_assert_int_eq(look("dir\\twice", found), 0);
	ck_assert_str_eq(found, "Dir/twice");
	ck_assert_int_eq(look("dir\\Twice", found), 0);
	ck_assert_str_eq(found, "Dir/TWICE");
}
END_TEST

/*
 * A directory that is asked in vain again and again answers from its listing:
 * every change by others shows all the same, at once.
 */
START_TEST(guessing)
{
	char path[256], other[256], found[256];
	struct timespec tick = { 0, 120 * 1000 * 1000 };

	snprintf(path, sizeof path, "%s/sub", root);
	mkdir(path, 0777);
	put("sub/there");
	for (int round = 0; round < 6; round++) {
		if (round % 2)
			nanosleep(&tick, NULL); /* the listing settles */
		for (int i = 0; i < 8; i++)
			ck_assert_int_eq(look("sub\\guess", found), -2);
		put("sub/Guess");
		ck_assert_int_eq(look("sub\\guess", found), 0);
		ck_assert_str_eq(found, "sub/Guess");
		put("sub/guess");
		ck_assert_int_eq(look("sub\\guess", found), 0);
		ck_assert_str_eq(found, "sub/guess");
		snprintf(path, sizeof path, "%s/sub/guess", root);
		unlink(path);
		ck_assert_int_eq(look("sub\\guess", found), 0);
		ck_assert_str_eq(found, "sub/Guess");
		snprintf(path, sizeof path, "%s/sub/Guess", root);
		unlink(path);
		ck_assert_int_eq(look("sub\\guess", found), -2);
		ck_assert_int_eq(look("sub\\THERE", found), 0);
		ck_assert_str_eq(found, "sub/there");
	}
	/* Another directory takes its place. */
	put("guess");
	snprintf(path, sizeof path, "%s/sub", root);
	snprintf(other, sizeof other, "%s/gone", root);
	ck_assert_int_eq(rename(path, other), 0);
	ck_assert_int_eq(look("sub\\guess", found), -20);
	ck_assert_int_eq(symlink(root, path), 0);
	ck_assert_int_eq(look("sub\\guess", found), 0);
	ck_assert_int_eq(look("gone\\guess", found), -2);
}
END_TEST

/* Two names that change places: both are there, before and after. */
START_TEST(exchanged)
{
	char one[256], two[256], found[256];

	snprintf(one, sizeof one, "%s/swap", root);
	mkdir(one, 0777);
	snprintf(two, sizeof two, "%s/swap2", root);
	mkdir(two, 0777);
	put("swap/one");
	put("swap/two");
	put("swap2/far");
	for (int round = 0; round < 6; round++) {
		/* Both folders are known by their listings, and watched. */
		for (int i = 0; i < 4; i++) {
			snprintf(one, sizeof one, "swap/other%d", i);
			put(one);
			ck_assert_int_eq(look("swap\\guess", found), -2);
			snprintf(one, sizeof one, "swap2/other%d", i);
			put(one);
			ck_assert_int_eq(look("swap2\\guess", found), -2);
		}
		snprintf(one, sizeof one, "%s/swap/one", root);
		snprintf(two, sizeof two, "%s/swap/two", root);
		ck_assert_int_eq(renameat2(AT_FDCWD, one, AT_FDCWD, two,
					   RENAME_EXCHANGE),
				 0);
		ck_assert_int_eq(look("swap\\ONE", found), 0);
		ck_assert_int_eq(look("swap\\TWO", found), 0);
		snprintf(two, sizeof two, "%s/swap2/far", root);
		ck_assert_int_eq(renameat2(AT_FDCWD, one, AT_FDCWD, two,
					   RENAME_EXCHANGE),
				 0);
		ck_assert_int_eq(look("swap\\ONE", found), 0);
		ck_assert_int_eq(look("swap2\\FAR", found), 0);
		/* Replaced, and then really away. */
		put("swap/new");
		snprintf(one, sizeof one, "%s/swap/new", root);
		snprintf(two, sizeof two, "%s/swap/two", root);
		ck_assert_int_eq(rename(one, two), 0);
		ck_assert_int_eq(look("swap\\TWO", found), 0);
		ck_assert_int_eq(look("swap\\NEW", found), -2);
		ck_assert_int_eq(rename(two, one), 0);
		ck_assert_int_eq(look("swap\\TWO", found), -2);
		ck_assert_int_eq(look("swap\\NEW", found), 0);
		ck_assert_int_eq(rename(one, two), 0);
	}
}
END_TEST

START_TEST(drive_c)
{
	static struct nt_path p;
	char dll[128], want[256];
	uint16_t *nt;
	size_t n;
	char text[256];
	int fd;

	snprintf(dll, sizeof dll, "%s/x86_64-windows", root);
	mkdir(dll, 0777);
	put("x86_64-windows/ntdll.dll");

	/* Reading what is not there makes nothing. */
	ck_assert_uint_eq(parse("\\??\\c:\\windows\\SYSTEM32\\NTDLL.dll", &p),
			  0);
	fd = path_open(&p, O_RDONLY);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert(p.from_lower);
	ck_assert_uint_eq(parse("\\??\\C:\\Users", &p), 0);
	fd = path_open(&p, O_PATH);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_ptr_nonnull(p.dir);
	ck_assert_uint_eq(parse("\\??\\C:\\users\\JOS\303\211\\appdata", &p),
			  0);
	ck_assert_ptr_nonnull(p.dir);
	ck_assert_uint_eq(parse("\\??\\C:\\Program Files\\x", &p), 0);
	ck_assert_int_eq(path_open(&p, O_RDONLY), -2);
	ck_assert_uint_eq(parse("\\??\\C:\\Program Files\\x\\y", &p), 0);
	ck_assert_int_eq(path_open(&p, O_RDONLY), -20);
	snprintf(want, sizeof want, "%s/run-foreign", root);
	ck_assert_int_ne(access(want, F_OK), 0);

	/* The first write does. */
	ck_assert_uint_eq(parse("\\??\\C:\\PROGRAM FILES\\x", &p), 0);
	ck_assert_int_eq(path_find(&p), -2);
	ck_assert_int_eq(path_make_parents(&p), 0);
	ck_assert_int_eq(mkdir(p.host, 0777), 0);
	ck_assert_uint_eq(parse("\\??\\C:\\program files\\X", &p), 0);
	fd = path_open(&p, O_PATH);
	ck_assert_int_ge(fd, 0);
	close(fd);

	/* And back. */
	nt = path_to_nt(p.host, &n);
	text[utf16_to_utf8(text, sizeof text, nt, n)] = 0;
	ck_assert_str_eq(text, "\\??\\C:\\Program Files\\x");
	free(nt);
	snprintf(want, sizeof want, "%s/ntdll.dll", dll);
	nt = path_to_nt(want, &n);
	text[utf16_to_utf8(text, sizeof text, nt, n)] = 0;
	ck_assert_str_eq(text, "\\??\\C:\\Windows\\System32\\ntdll.dll");
	free(nt);
}
END_TEST

/* What is in the folder itself goes before the host's. */
START_TEST(drivers_etc)
{
	static const char folder[] = "/run-foreign/c/Windows/System32/drivers";
	static struct nt_path p;
	char at[256], text[8] = "";
	uint16_t *nt;
	size_t n;
	int fd;

	ck_assert_uint_eq(
		parse("\\??\\C:\\Windows\\system32\\DRIVERS\\etc\\Protocol",
		      &p),
		0);
	ck_assert(p.has_lower);
	ck_assert_str_eq(p.lower, "/etc/protocols");
	ck_assert_uint_eq(
		parse("\\??\\C:\\Windows\\System32\\drivers\\etc\\shadow",
		      &p),
		0);
	ck_assert(!p.has_lower);
	ck_assert_uint_eq(
		parse("\\??\\C:\\Windows\\System32\\drivers\\etc\\hosts\\x",
		      &p),
		0);
	ck_assert(!p.has_lower);
	ck_assert_int_eq(path_open_etc("shadow"), -2);

	ck_assert_uint_eq(
		parse("\\??\\C:\\Windows\\System32\\drivers\\etc\\HOSTS",
		      &p),
		0);
	ck_assert_int_eq(path_make_parents(&p), 0);
	snprintf(at, sizeof at, "%s%s/etc/hosts", root, folder);
	fd = open(at, O_CREAT | O_WRONLY, 0666);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "own\n", 4), 4);
	close(fd);
	fd = path_open(&p, O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert(!p.from_lower);
	close(fd);
	fd = path_open_etc("hosts");
	ck_assert_int_eq(read(fd, text, sizeof text), 4);
	ck_assert_str_eq(text, "own\n");
	close(fd);
	nt = path_to_nt(p.host, &n);
	at[utf16_to_utf8(at, sizeof at, nt, n)] = 0;
	ck_assert_str_eq(at,
			 "\\??\\C:\\Windows\\System32\\drivers\\etc\\hosts");
	free(nt);
}
END_TEST

static const struct {
	const char *pattern, *name;
	bool want;
} patterns[] = {
	{ "*", "", true },          { "*", "a.b", true },
	{ "*.c", "a.c", true },     { "*.c", "a.cc", false },
	{ "a*b*c", "aXbYc", true }, { "a*b*c", "aXcYb", false },
	{ "?", "", false },         { "??", "ab", true },
	{ "A", "a", true },         { "\303\244", "\303\204", true },
	{ "<", "a.b", false },      { "<.b", "a.x.b", true },
	{ "<.b", "a.b.x", false },  { "a>", "a", true },
	{ "a>>>.x", "ab.x", true }, { "a>", "abc", false },
	{ "a\"", "a", true },       { "a\"b", "a.b", true },
	{ "a\"\"", "a", true },     { "a\"", "ab", false },
	{ "<\"*", "noext", true },  { "<\"*", "a.b", true },
};

START_TEST(wild_cards)
{
	uint16_t p[64], s[64];
	size_t np = utf8_to_utf16(p, 64, patterns[_i].pattern,
				  strlen(patterns[_i].pattern));
	size_t ns = utf8_to_utf16(s, 64, patterns[_i].name,
				  strlen(patterns[_i].name));

	ck_assert_msg(dir_match(p, np, s, ns, false) == patterns[_i].want,
		      "%s %s", patterns[_i].pattern, patterns[_i].name);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("nt/path");
	TCase *tc = tcase_create("path");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, parsing, 0, COUNT_OF(names));
	tcase_add_test(tc, long_names);
	tcase_add_test(tc, round_trip);
	tcase_add_test(tc, case_search);
	tcase_add_test(tc, guessing);
	tcase_add_test(tc, exchanged);
	tcase_add_test(tc, drive_c);
	tcase_add_test(tc, drivers_etc);
	tcase_add_loop_test(tc, wild_cards, 0, COUNT_OF(patterns));
	suite_add_tcase(s, tc);
	return unit_run(s);
}
