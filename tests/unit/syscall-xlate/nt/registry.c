/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registry's calls: defaults, changes, enumeration, and that changes are
 * there for the next process, and for one that runs already.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/host-guest.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/registry-record.h"

#define CURRENT_VERSION                                                        \
	"\\Registry\\Machine\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"

static char home[64];

static void setup(void)
{
	strcpy(home, "/tmp/rf-registry-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	setenv("XDG_DATA_HOME", home, 1);
	hg_start();
}

static void teardown(void)
{
	char cmd[100];

	snprintf(cmd, sizeof cmd, "rm -rf %s", home);
	ck_assert_int_eq(system(cmd), 0);
}

static uint64_t open_key(const char *path)
{
	uint64_t h = 0;
	NTSTATUS s =
		nt_open_key(hg_task, G(&h), 0x2000000, hg_oa(path, 0, 0x40));

	ck_assert_msg(s == STATUS_SUCCESS, "%s: %#x", path, s);
	return h;
}

static NTSTATUS query(uint64_t key, const char *name, uint32_t *type,
		      void *data, uint32_t *len)
{
	struct {
		uint32_t index, type, len;
		uint8_t data[1000];
	} buf;
	uint32_t ret;
	NTSTATUS s = nt_query_value_key(hg_task, key, hg_ustr(name), 2, G(&buf),
					sizeof buf, G(&ret));

	if (s != STATUS_SUCCESS)
		return s;
	*type = buf.type;
	*len = buf.len;
	memcpy(data, buf.data, buf.len);
	return s;
}

static void expect_text(uint64_t key, const char *name, const char *want)
{
	uint16_t data[500];
	char text[500];
	uint32_t type, len;
	NTSTATUS s = query(key, name, &type, data, &len);

	ck_assert_msg(s == STATUS_SUCCESS, "%s: %#x", name, s);
	for (uint32_t i = 0; i < len / 2; i++)
		text[i] = (char)data[i];
	text[len / 2] = 0;
	ck_assert_str_eq(text, want);
}

static NTSTATUS set(uint64_t key, const char *name, uint32_t value)
{
	return nt_set_value_key(hg_task, key, hg_ustr(name), 0, REG_DWORD,
				G(&value), 4);
}

static uint32_t get(uint64_t key, const char *name)
{
	uint32_t type, len, v = 0;

	return query(key, name, &type, &v, &len) == STATUS_SUCCESS ? v
								   : UINT32_MAX;
}

START_TEST(refusals)
{
	uint64_t h, k = open_key("\\Registry\\Machine\\SOFTWARE");
	uint8_t buf[64];
	uint32_t ret, d;

	ck_assert_uint_eq(
		nt_open_key(hg_task, G(&h), 1,
			    hg_oa("\\Registry\\Machine\\no\\such", 0, 0x40)),
		STATUS_OBJECT_NAME_NOT_FOUND);
	ck_assert_uint_eq(nt_open_key(hg_task, G(&h), 1,
				      hg_oa("Registry\\Machine", 0, 0x40)),
			  STATUS_OBJECT_PATH_SYNTAX_BAD);
	ck_assert_uint_eq(nt_open_key(hg_task, 0, 1,
				      hg_oa("\\Registry\\Machine", 0, 0x40)),
			  STATUS_ACCESS_VIOLATION);
	ck_assert_uint_eq(nt_query_value_key(hg_task, k, hg_ustr("nothing"), 2,
					     G(buf), sizeof buf, G(&ret)),
			  STATUS_OBJECT_NAME_NOT_FOUND);
	ck_assert_uint_eq(nt_enumerate_key(hg_task, k, 9999, 0, G(buf),
					   sizeof buf, G(&ret)),
			  STATUS_NO_MORE_ENTRIES);
	ck_assert_uint_eq(nt_delete_key(hg_task, k), STATUS_CANNOT_DELETE);
	ck_assert_uint_eq(nt_create_key(hg_task, G(&h), 0x2000000,
					hg_oa("a\\b", k, 0x40), 0, 0, 0, G(&d)),
			  STATUS_OBJECT_NAME_NOT_FOUND);
	ck_assert_uint_eq(
		nt_set_value_key(hg_task, k, hg_ustr("x"), 0, 1, 0, 4),
		STATUS_ACCESS_VIOLATION);
	/* Read access only: no writing. */
	ck_assert_uint_eq(
		nt_open_key(hg_task, G(&h), 0x20019,
			    hg_oa("\\Registry\\Machine\\SOFTWARE", 0, 0x40)),
		STATUS_SUCCESS);
	ck_assert_uint_eq(set(h, "x", 1), STATUS_ACCESS_DENIED);
}
END_TEST

START_TEST(defaults)
{
	uint64_t k = open_key(CURRENT_VERSION);

	expect_text(k, "CurrentBuild", "19045");
	expect_text(k, "currentBUILDnumber", "19045");
	ck_assert_uint_eq(get(k, "CurrentMajorVersionNumber"), 10);
	/* Through a symbolic link. */
	k = open_key("\\REGISTRY\\MACHINE\\System\\CurrentControlSet\\Control"
		     "\\Nls\\CodePage\\");
	expect_text(k, "ACP", "1252");
	k = open_key(CURRENT_VERSION "\\Time Zones\\W. Europe Standard Time");
	expect_text(k, "Display", "(UTC+01:00) W. Europe Standard Time");
	k = open_key("\\Registry\\Machine\\HARDWARE\\DESCRIPTION\\System"
		     "\\CentralProcessor\\0");
	ck_assert_uint_ne(get(k, "~MHz"), UINT32_MAX);
	k = open_key("\\Registry\\User");
}
END_TEST

START_TEST(lengths)
{
	struct {
		uint32_t index, type, len;
		uint16_t data[20];
	} buf;
	uint64_t k = open_key(CURRENT_VERSION);
	uint32_t ret = 0;

	ck_assert_uint_eq(nt_query_value_key(hg_task, k,
					     hg_ustr("CurrentBuild"), 2,
					     G(&buf), 8, G(&ret)),
			  STATUS_BUFFER_TOO_SMALL);
	ck_assert_uint_eq(ret, 24);
	buf.data[1] = 'x';
	ck_assert_uint_eq(nt_query_value_key(hg_task, k,
					     hg_ustr("CurrentBuild"), 2,
					     G(&buf), 14, G(&ret)),
			  STATUS_BUFFER_OVERFLOW);
	ck_assert_uint_eq(buf.len, 12);
	ck_assert_uint_eq(buf.data[0], '1');
	ck_assert_uint_eq(buf.data[1], 'x');
}
END_TEST

START_TEST(order)
{
	struct {
		int64_t time;
		uint32_t index, len;
		uint16_t name[260];
	} buf;
	static const char *const names[] = { "beta", "Alpha", "gamma",
					     "ALPHA2" };
	static const char *const sorted[] = { "Alpha", "ALPHA2", "beta",
					      "gamma" };
	uint64_t h, k;
	uint32_t ret, d;

	nt_create_key(hg_task, G(&k), 0x2000000,
		      hg_oa("\\Registry\\Machine\\SOFTWARE\\Order", 0, 0x40), 0,
		      0, 0, G(&d));
	ck_assert_uint_eq(d, 1);
	for (int i = 0; i < 4; i++)
		ck_assert_uint_eq(nt_create_key(hg_task, G(&h), 0x2000000,
						hg_oa(names[i], k, 0x40), 0, 0,
						1, G(&d)),
				  STATUS_SUCCESS);
	for (uint32_t i = 0; i < 4; i++) {
		char text[20];

		ck_assert_uint_eq(nt_enumerate_key(hg_task, k, i, 0, G(&buf),
						   sizeof buf, G(&ret)),
				  STATUS_SUCCESS);
		for (uint32_t j = 0; j < buf.len / 2; j++)
			text[j] = (char)buf.name[j];
		text[buf.len / 2] = 0;
		ck_assert_str_eq(text, sorted[i]);
	}
	/* Below a volatile key everything is. */
	ck_assert_uint_eq(nt_create_key(hg_task, G(&h), 0x2000000,
					hg_oa("beta\\x", k, 0x40), 0, 0, 0,
					G(&d)),
			  STATUS_CHILD_MUST_BE_VOLATILE);
}
END_TEST

START_TEST(delete)
{
	uint64_t a, b;
	uint32_t d;

	nt_create_key(hg_task, G(&a), 0x2000000,
		      hg_oa("\\Registry\\Machine\\SOFTWARE\\Gone", 0, 0x40), 0,
		      0, 0, G(&d));
	nt_create_key(hg_task, G(&b), 0x2000000, hg_oa("sub", a, 0x40), 0, 0, 0,
		      G(&d));
	ck_assert_uint_eq(set(a, "v", 7), STATUS_SUCCESS);
	ck_assert_uint_eq(nt_delete_value_key(hg_task, a, hg_ustr("V")),
			  STATUS_SUCCESS);
	ck_assert_uint_eq(nt_delete_value_key(hg_task, a, hg_ustr("V")),
			  STATUS_OBJECT_NAME_NOT_FOUND);
	ck_assert_uint_eq(nt_delete_key(hg_task, a), STATUS_CANNOT_DELETE);
	ck_assert_uint_eq(nt_delete_key(hg_task, b), STATUS_SUCCESS);
	ck_assert_uint_eq(set(b, "v", 7), STATUS_KEY_DELETED);
	ck_assert_uint_eq(nt_delete_key(hg_task, a), STATUS_SUCCESS);
	handle_close(hg_task, a);
	handle_close(hg_task, b);
}
END_TEST

/* Runs f in a process of its own, as it would be after a restart. */
static void in_child(void (*f)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		f();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
}

static void child_writes(void)
{
	uint64_t k;
	uint32_t d;

	hg_start();
	nt_create_key(hg_task, G(&k), 0x2000000,
		      hg_oa("\\Registry\\Machine\\SOFTWARE\\Kept", 0, 0x40), 0,
		      0, 0, G(&d));
	if (set(k, "value", 42) != STATUS_SUCCESS)
		_exit(1);
	k = open_key(CURRENT_VERSION);
	if (nt_delete_value_key(hg_task, k, hg_ustr("ProductName")) !=
	    STATUS_SUCCESS)
		_exit(2);
}

static void child_deletes(void)
{
	uint64_t k;

	hg_start();
	k = open_key("\\Registry\\Machine\\SOFTWARE\\Kept");
	if (get(k, "value") != 42)
		_exit(3);
	if (nt_delete_key(hg_task, k) != STATUS_SUCCESS)
		_exit(4);
}

START_TEST(store)
{
	uint64_t k, version;
	uint32_t type, len;
	uint8_t data[500];

	/* The file is made by the first write only. */
	char path[200];

	snprintf(path, sizeof path, "%s/run-foreign", home);
	version = 0;
	in_child(child_writes);
	ck_assert_int_eq(access(path, F_OK), 0);
	k = open_key("\\Registry\\Machine\\SOFTWARE\\Kept");
	version = open_key(CURRENT_VERSION);
	ck_assert_uint_eq(get(k, "value"), 42);
	ck_assert_uint_eq(query(version, "ProductName", &type, data, &len),
			  STATUS_OBJECT_NAME_NOT_FOUND);
	/* Another process' change is seen at once. */
	in_child(child_deletes);
	ck_assert_uint_eq(set(k, "x", 1), STATUS_KEY_DELETED);
	ck_assert_uint_eq(set(version, "ProductName", 5), STATUS_SUCCESS);
	ck_assert_uint_eq(get(version, "ProductName"), 5);
}
END_TEST

#ifdef HAVE_LMDB
/* ---- records of what is gone -------------------------------------------- */

#define SHORT_LIVED "\\Registry\\Machine\\Software\\short-lived"

/* Four transactions for each of them. */
static void come_and_go(int keys)
{
	char name[40];
	uint64_t k, parent;
	uint32_t d;

	nt_create_key(hg_task, G(&parent), 0x2000000,
		      hg_oa(SHORT_LIVED, 0, 0x40), 0, 0, 0, G(&d));
	for (int i = 0; i < keys; i++) {
		snprintf(name, sizeof name, "key-%d", i);
		if (nt_create_key(hg_task, G(&k), 0x2000000,
				  hg_oa(name, parent, 0x40), 0, 0, 0, G(&d)) ||
		    set(k, "v", 1) ||
		    nt_delete_value_key(hg_task, k, hg_ustr("v")) ||
		    nt_delete_key(hg_task, k))
			_exit(5);
		handle_close(hg_task, k);
	}
}

/* How many records say that something is gone; no more than 250 are counted. */
static int gone_records(void)
{
	struct reg_file_records all = { 0 };
	int status, n = 0;
	pid_t pid = fork();

	if (!pid) {
		hg_start();
		reg_begin();
		if (!reg_store_hold() || !reg_file_all(&all))
			_exit(255);
		for (size_t i = 0; i < all.n; i++) {
			const struct record *r = record_of(all.record[i]);

			n += r && r->gone;
		}
		reg_end();
		_exit(MIN(n, 250));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) <= 250);
	return WEXITSTATUS(status);
}

static void child_comes_and_goes(void)
{
	uint64_t k;

	hg_start();
	come_and_go(40);
	k = open_key(CURRENT_VERSION);
	if (nt_delete_value_key(hg_task, k, hg_ustr("ProductName")))
		_exit(6);
	if (nt_delete_key(hg_task, open_key("\\Registry\\Machine\\System\\"
					    "ControlSet001\\Control\\"
					    "CrashControl")))
		_exit(7);
	come_and_go(20);
}

static void child_looks_at_defaults(void)
{
	uint32_t type, len;
	uint8_t data[500];
	uint64_t k;

	hg_start();
	if (query(open_key(CURRENT_VERSION), "ProductName", &type, data,
		  &len) != STATUS_OBJECT_NAME_NOT_FOUND)
		_exit(8);
	if (nt_open_key(hg_task, G(&k), 0x2000000,
			hg_oa("\\Registry\\Machine\\System\\ControlSet001\\"
			      "Control\\CrashControl",
			      0, 0x40)) != STATUS_OBJECT_NAME_NOT_FOUND)
		_exit(9);
}

/* Of what was never there nothing stays; what is built in stays gone. */
START_TEST(gone_for_good)
{
	int n;

	in_child(child_comes_and_goes);
	n = gone_records();
	ck_assert_msg(n >= 2 && n <= 64 + 8, "%d records", n);
	in_child(child_looks_at_defaults);
}
END_TEST

static void child_deletes_short_lived(void)
{
	uint64_t k;

	hg_start();
	k = open_key(SHORT_LIVED "-too");
	if (nt_delete_value_key(hg_task, k, hg_ustr("value")) ||
	    nt_delete_key(hg_task, k))
		_exit(10);
	come_and_go(40);
}

static void child_makes_short_lived(void)
{
	uint64_t k;
	uint32_t d;

	hg_start();
	nt_create_key(hg_task, G(&k), 0x2000000,
		      hg_oa(SHORT_LIVED "-too", 0, 0x40), 0, 0, 0, G(&d));
	if (set(k, "value", 3))
		_exit(11);
}

/* Who knows of something hears that it is gone, however much later. */
static void onlooker(int ready, int go)
{
	uint64_t k, again;
	char byte;

	hg_start();
	k = open_key(SHORT_LIVED "-too");
	if (get(k, "value") != 3 || write(ready, "", 1) != 1 ||
	    read(go, &byte, 1) != 1)
		_exit(12);
	if (set(k, "x", 1) != STATUS_KEY_DELETED)
		_exit(13);
	if (nt_open_key(hg_task, G(&again), 0x2000000,
			hg_oa(SHORT_LIVED "-too", 0, 0x40)) !=
	    STATUS_OBJECT_NAME_NOT_FOUND)
		_exit(14);
	_exit(0);
}

START_TEST(gone_for_others)
{
	int ready[2], go[2], status;
	pid_t pid;
	char byte;

	ck_assert(!pipe(ready) && !pipe(go));
	in_child(child_makes_short_lived);
	pid = fork();
	if (!pid)
		onlooker(ready[1], go[0]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	in_child(child_deletes_short_lived);
	/* All of them are there, as somebody may want them. */
	ck_assert_int_eq(gone_records(), 2 + 2 * 40);
	ck_assert_int_eq(write(go[1], "", 1), 1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(!status, "onlooker: %#x", status);
	in_child(child_comes_and_goes);
	ck_assert_int_le(gone_records(), 64 + 8);
}
END_TEST
#endif

/* Counts up in one value until somebody ends it; says what was set. */
static void write_for_ever(const char *value, int out)
{
	uint64_t k = open_key("\\Registry\\Machine\\Software\\kills");
	uint32_t n = get(k, value);

	for (n = n == UINT32_MAX ? 0 : n;;) {
		n++;
		if (set(k, value, n) || write(out, &n, sizeof n) < 0)
			_exit(1);
	}
}

static pid_t start_writer(const char *value, int *in)
{
	int p[2];
	pid_t pid;

	ck_assert_int_eq(pipe(p), 0);
	pid = fork();
	if (!pid) {
		close(p[0]);
		write_for_ever(value, p[1]);
	}
	close(p[1]);
	*in = p[0];
	return pid;
}

/* The last number said, or last. */
static uint32_t last_said(int in, uint32_t last)
{
	uint32_t n;

	while (read(in, &n, sizeof n) == sizeof n)
		last = n;
	close(in);
	return last;
}

/* Both values as a process sees them that comes new. */
static void look(uint32_t now[2])
{
	static const char *const names[] = { "a", "b" };
	int p[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(p), 0);
	pid = fork();
	if (!pid) {
		uint64_t k = open_key("\\Registry\\Machine\\Software\\kills");

		for (int i = 0; i < 2; i++) {
			uint32_t v = get(k, names[i]);

			now[i] = v == UINT32_MAX ? 0 : v;
		}
		_exit(write(p[1], now, 8) != 8);
	}
	close(p[1]);
	ck_assert_int_eq(read(p[0], now, 8), 8);
	close(p[0]);
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
}

/*
 * Two writers are killed at any moment, again and again: what they said they
 * had set is there, nothing else is, and the next ones go on.
 * REGISTRY_KILLS=1000 takes its time.
 */
START_TEST(killed_writers)
{
	const char *many = getenv("REGISTRY_KILLS");
	int kills = many ? atoi(many) : 100;
	uint32_t a = 0, b = 0, d;
	unsigned seed = 1;
	uint64_t h;
	pid_t first = fork();
	int status;

	if (!first)
		_exit(nt_create_key(hg_task, G(&h), 0x2000000,
				    hg_oa("\\Registry\\Machine\\Software\\"
					  "kills",
					  0, 0x40),
				    0, 0, 0, G(&d)) != 0);
	ck_assert_int_eq(waitpid(first, &status, 0), first);
	ck_assert_int_eq(status, 0);
	for (int i = 0; i < kills; i++) {
		int in[2];
		pid_t pid[2] = { start_writer("a", &in[0]),
				 start_writer("b", &in[1]) };
		uint32_t now[2];

		/* On a busy machine none of them may come to write in time. */
		if (i % 10 == 9) {
			ck_assert_int_eq(read(in[0], &a, sizeof a), sizeof a);
			ck_assert_int_eq(read(in[1], &b, sizeof b), sizeof b);
		}
		usleep((useconds_t)rand_r(&seed) % 6000);
		for (int k = 0; k < 2; k++)
			kill(pid[(i + k) % 2], SIGKILL);
		for (int k = 0; k < 2; k++) {
			waitpid(pid[k], &status, 0);
			ck_assert_msg(WIFSIGNALED(status), "writer %d: %#x", k,
				      status);
		}
		a = last_said(in[0], a);
		b = last_said(in[1], b);
		look(now);
		/* One more may be there than was said, and counts from now. */
		ck_assert_msg(now[0] - a <= 1, "after %d kills: %u for %u",
			      i + 1, now[0], a);
		ck_assert_msg(now[1] - b <= 1, "after %d kills: %u for %u",
			      i + 1, now[1], b);
		a = now[0];
		b = now[1];
	}
	ck_assert_uint_gt(a, 0);
	ck_assert_uint_gt(b, 0);
}
END_TEST

START_TEST(nothing_written)
{
	char path[200];

	snprintf(path, sizeof path, "%s/run-foreign", home);
	open_key(CURRENT_VERSION);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("registry");
	TCase *tc = tcase_create("registry");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, refusals);
	tcase_add_test(tc, defaults);
	tcase_add_test(tc, lengths);
	tcase_add_test(tc, order);
	tcase_add_test(tc, delete);
	tcase_add_test(tc, nothing_written);
	tcase_add_test(tc, store);
#ifdef HAVE_LMDB
	tcase_add_test(tc, gone_for_good);
	tcase_add_test(tc, gone_for_others);
#endif
	tcase_add_test(tc, killed_writers);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
