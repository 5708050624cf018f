/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registry among many processes: some change the same keys at random and
 * are killed at any moment, others look on.  After each round all have to see
 * the same, whether they have been there for long, come new, or read a file to
 * which a run-foreign of before has written, which keeps no log.
 *
 *   REGISTRY_ROUNDS=500 REGISTRY_SEED=1    takes its time
 */
#include <check.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/host-guest.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/registry-rows.h"
#include "syscall-xlate/nt/registry-text.h"
#include "syscall-xlate/nt/registry.h"

#define BASE "\\Registry\\Machine\\Software\\many"

enum {
	WRITERS = 4,
	WATCHERS = 3,
	NAMES = 6,  /* of keys and values */
	MANY = 200, /* keys below one */
	ALL = 0x2000000,
};

static char home[64];

static uint64_t make_key(const char *path)
{
	uint64_t h = 0;
	uint32_t d;
	NTSTATUS s = nt_create_key(hg_task, G(&h), ALL, hg_oa(path, 0, 0x40), 0,
				   0, 0, G(&d));

	return s ? 0 : h;
}

static uint64_t open_key(const char *path)
{
	uint64_t h = 0;

	return nt_open_key(hg_task, G(&h), ALL, hg_oa(path, 0, 0x40)) ? 0 : h;
}

static void setup(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(home, sizeof home, "%s/rf-registry-XXXXXX",
		 tmp ? tmp : "/tmp");
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

/* ---- what there is ---------------------------------------------------- */

static void show_value(FILE *out, uint64_t k, uint32_t i, NTSTATUS *s)
{
	struct {
		uint32_t index, type, data_at, data_len, name_len;
		uint16_t name[400];
	} v;
	uint32_t ret;

	*s = nt_enumerate_value_key(hg_task, k, i, 1, G(&v), sizeof v, G(&ret));
	if (*s)
		return;
	fprintf(out, "  ");
	for (uint32_t j = 0; j < v.name_len / 2; j++)
		fputc(v.name[j], out);
	fprintf(out, " %u", v.type);
	for (uint32_t j = 0; j < v.data_len; j++)
		fprintf(out, " %02x", ((uint8_t *)&v)[v.data_at + j]);
	fputc('\n', out);
}

static void show(FILE *out, uint64_t k, const char *path)
{
	struct {
		int64_t time;
		uint32_t index, len;
		uint16_t name[260];
	} sub;
	uint32_t ret;
	NTSTATUS s = 0;

	fprintf(out, "%s\n", path);
	for (uint32_t i = 0; !s; i++)
		show_value(out, k, i, &s);
	if (s != STATUS_NO_MORE_ENTRIES)
		fprintf(out, "values: %#x\n", s);
	for (uint32_t i = 0;; i++) {
		char *below;
		uint64_t h;

		s = nt_enumerate_key(hg_task, k, i, 0, G(&sub), sizeof sub,
				     G(&ret));
		if (s)
			break;
		for (uint32_t j = 0; j <= sub.len / 2; j++)
			((char *)sub.name)[j] =
				(char)(j < sub.len / 2 ? sub.name[j] : 0);
		ck_assert_int_gt(
			asprintf(&below, "%s\\%s", path, (char *)sub.name), 0);
		h = open_key(below);
		if (h) {
			show(out, h, below);
			handle_close(hg_task, h);
		} else {
			fprintf(out, "%s: cannot be opened\n", below);
		}
		free(below);
	}
	if (s != STATUS_NO_MORE_ENTRIES)
		fprintf(out, "keys: %#x\n", s);
}

static void show_all(const char *file)
{
	char path[100];
	FILE *out;
	uint64_t k = open_key(BASE);

	snprintf(path, sizeof path, "%s/%s", home, file);
	out = fopen(path, "w");
	if (!out || !k)
		_exit(9);
	show(out, k, BASE);
	fclose(out);
	handle_close(hg_task, k);
}

static char *contents(const char *file)
{
	char path[100], *text = calloc(1, 4 << 20);
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", home, file);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_gt(fread(text, 1, (4 << 20) - 1, f), 0);
	fclose(f);
	return text;
}

static void same(const char *a, const char *b, int round)
{
	char *x = contents(a), *y = contents(b);
	size_t at = 0;

	while (x[at] && x[at] == y[at])
		at++;
	while (at && x[at - 1] != '\n')
		at--;
	ck_assert_msg(!strcmp(x, y), "round %d: %s has\n%.300s\nand %s\n%.300s",
		      round, a, x + at, b, y + at);
	free(x);
	free(y);
}

/* ---- who changes it ----------------------------------------------------- */

static unsigned seed;

static unsigned any(unsigned n)
{
	return (unsigned)rand_r(&seed) % n;
}

/* A key up to three deep, or one of many. */
static const char *any_path(void)
{
	static char path[200];
	size_t n = (size_t)snprintf(path, sizeof path, "%s", BASE);

	if (!any(3)) {
		snprintf(path + n, sizeof path - n, "\\flat\\key %u",
			 any(MANY));
		return path;
	}
	for (unsigned depth = 1 + any(3); depth; depth--)
		n += (size_t)snprintf(path + n, sizeof path - n, "\\%c",
				      "abcdefghij"[any(NAMES)]);
	return path;
}

static void text_change(void)
{
	char text[300];
	struct err e = { 0 };
	int n;

	/* Both or neither. */
	n = snprintf(text, sizeof text,
		     "REGEDIT4\n[HKEY_LOCAL_MACHINE\\Software\\many\\both%u]\n"
		     "\"x\"=dword:%x\n[HKEY_LOCAL_MACHINE\\Software\\many\\a]\n"
		     "\"x%u\"=-\n",
		     any(2), any(1000), any(NAMES));
	registry_import(text, (size_t)n, &e);
}

static void change(void)
{
	const char *path = any_path();
	char name[] = { (char)('v' + any(3)), (char)('0' + any(2)), 0 };
	uint32_t data = any(1 << 20);
	uint64_t k;

	if (!any(40)) {
		text_change();
		return;
	}
	k = any(3) ? make_key(path) : open_key(path);
	if (!k)
		return;
	switch (any(8)) {
	case 0:
		nt_delete_key(hg_task, k);
		break;
	case 1:
		nt_delete_value_key(hg_task, k, hg_ustr(name));
		break;
	case 2:
		name[1] = 0;
		name[0] = "abcdefghij"[any(NAMES)];
		if (!strstr(path, "flat"))
			nt_rename_key(hg_task, k, hg_ustr(name));
		break;
	default:
		nt_set_value_key(hg_task, k, hg_ustr(name), 0, 4, G(&data), 4);
	}
	handle_close(hg_task, k);
}

static pid_t start_writer(unsigned with)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	seed = with;
	for (;;)
		change();
}

/* As a run-foreign of before would: it knows of nothing but the records. */
static void write_as_before(void)
{
	char path[100];
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	MDB_cursor *c;
	MDB_val key, val;
	int fd, n = 0;

	snprintf(path, sizeof path, "%s/run-foreign/registry.lock", home);
	fd = open(path, O_RDWR);
	flock(fd, LOCK_EX);
	snprintf(path, sizeof path, "%s/run-foreign/registry.mdb", home);
	if (mdb_env_create(&env) || mdb_env_set_mapsize(env, 256ul << 20) ||
	    mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK, 0600) ||
	    mdb_txn_begin(env, NULL, 0, &txn) ||
	    mdb_dbi_open(txn, NULL, 0, &dbi) || mdb_cursor_open(txn, dbi, &c))
		_exit(1);
	while (!mdb_cursor_get(c, &key, &val, MDB_NEXT)) {
		uint8_t copy[1000];

		/* A value that is there (registry-record.h): another one. */
		if (key.mv_size != 16 || val.mv_size < 40 ||
		    val.mv_size > sizeof copy)
			continue;
		memcpy(copy, val.mv_data, val.mv_size);
		if (copy[0] != 'V' || copy[1] || copy[4] != 4)
			continue;
		copy[val.mv_size - 1] = 0x77;
		val.mv_data = copy;
		if (mdb_cursor_put(c, &key, &val, MDB_CURRENT))
			_exit(2);
		if (++n == 3)
			break;
	}
	mdb_cursor_close(c);
	if (mdb_txn_commit(txn))
		_exit(3);
	mdb_env_close(env);
	_exit(0);
}

static void in_child(void (*f)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		f();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

static void new_one(void)
{
	show_all("new");
}

static void begin(void)
{
	char path[100];

	for (int i = 0; i < MANY; i += 2) {
		uint64_t k;

		snprintf(path, sizeof path, "%s\\flat", BASE);
		make_key(BASE);
		make_key(path);
		snprintf(path, sizeof path, "%s\\flat\\key %d", BASE, i);
		k = make_key(path);
		if (!k ||
		    nt_set_value_key(hg_task, k, hg_ustr("v"), 0, 4, G(&i), 4))
			_exit(1);
	}
}

/* ---- who looks on ---- */

struct watcher {
	pid_t pid;
	int ask, told;
	char file[16];
};

/* Some look at a few things while others change them; at all when asked. */
static void look_on(const struct watcher *w, int ask, int told)
{
	uint64_t held = 0;
	char c;

	seed = (unsigned)getpid();
	while (read(ask, &c, 1) == 1 && c != 'q') {
		if (c == 'l') {
			uint64_t k = open_key(any_path());

			if (held && any(2))
				handle_close(hg_task, held);
			held = k;
			continue;
		}
		show_all(w->file);
		if (write(told, "", 1) != 1)
			break;
	}
	_exit(0);
}

static void start_watcher(struct watcher *w, int i)
{
	int ask[2], told[2];

	ck_assert_int_eq(pipe(ask) | pipe(told), 0);
	snprintf(w->file, sizeof w->file, "watcher%d", i);
	w->pid = fork();
	if (!w->pid) {
		close(ask[1]);
		look_on(w, ask[0], told[1]);
	}
	close(ask[0]);
	close(told[1]);
	w->ask = ask[1];
	w->told = told[0];
}

/* However much each of many transactions changes, the log has its limits. */
START_TEST(log_size)
{
	enum { TRANSACTIONS = 40, CHANGES = 20000, ID = 16 };
	struct reg_file_records known = { 0 };
	char path[100];
	MDB_env *env;
	MDB_txn *t;
	MDB_dbi dbi;
	MDB_stat st;

	snprintf(path, sizeof path, "%s/log.mdb", home);
	ck_assert_int_eq(mdb_env_create(&env), 0);
	ck_assert_int_eq(mdb_env_set_mapsize(env, 64 << 20), 0);
	ck_assert_int_eq(rows_prepare(env), 0);
	ck_assert_int_eq(mdb_env_open(env, path,
				      MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC,
				      0600),
			 0);
	for (int i = 0; i < TRANSACTIONS; i++) {
		ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &t), 0);
		ck_assert_int_eq(rows_begin(t, true), 0);
		for (uint64_t k = 0; k < CHANGES; k++) {
			struct reg_record_id id = { { k, i % 2 } };

			ck_assert_int_eq(rows_put(t, &id, &id, &i, 4), 0);
		}
		ck_assert_int_eq(rows_log(t), 0);
		ck_assert_int_eq(mdb_txn_commit(t), 0);
		rows_ended(true);
	}
	ck_assert_int_eq(mdb_txn_begin(env, NULL, MDB_RDONLY, &t), 0);
	ck_assert_int_eq(rows_begin(t, false), 0);
	ck_assert_int_eq(mdb_dbi_open(t, "log", 0, &dbi), 0);
	ck_assert_int_eq(mdb_stat(t, dbi, &st), 0);
	ck_assert_uint_le((st.ms_leaf_pages + st.ms_overflow_pages) *
				  st.ms_psize,
			  REG_LOG_BYTES + CHANGES * ID);
	/* What was last is there, and what is not is known not to be. */
	ck_assert_int_eq(rows_since(t, false, TRANSACTIONS - 1, &known), 0);
	ck_assert_uint_eq(known.n, CHANGES);
	reg_file_free(&known);
	ck_assert_int_eq(rows_since(t, false, 1, &known), MDB_NOTFOUND);
	mdb_txn_abort(t);
	mdb_env_close(env);
}
END_TEST

START_TEST(many)
{
	const char *env = getenv("REGISTRY_ROUNDS");
	int rounds = env ? atoi(env) : 25;
	struct watcher w[WATCHERS];
	char c;

	env = getenv("REGISTRY_SEED");
	seed = env ? (unsigned)atoi(env) : 1;
	in_child(begin);
	for (int i = 0; i < WATCHERS; i++)
		start_watcher(&w[i], i);
	for (int round = 0; round < rounds; round++) {
		pid_t pid[WRITERS];
		int status;

		for (int i = 0; i < WRITERS; i++)
			pid[i] = start_writer(any(1u << 30));
		/* The first looks only when asked for all. */
		for (unsigned i = any(60); i; i--) {
			usleep(any(500));
			ck_assert_int_eq(
				write(w[1 + any(WATCHERS - 1)].ask, "l", 1), 1);
		}
		for (int i = 0; i < WRITERS; i++)
			kill(pid[i], SIGKILL);
		for (int i = 0; i < WRITERS; i++) {
			ck_assert_int_eq(waitpid(pid[i], &status, 0), pid[i]);
			ck_assert_msg(WIFSIGNALED(status) &&
					      WTERMSIG(status) == SIGKILL,
				      "round %d: a writer ended: %#x", round,
				      status);
		}
		if (round % 5 == 3)
			in_child(write_as_before);
		in_child(new_one);
		for (int i = 0; i < WATCHERS; i++) {
			/* They may have missed more than the log has. */
			if (i == 0 && round % 8)
				continue;
			ck_assert_int_eq(write(w[i].ask, "a", 1), 1);
			ck_assert_int_eq(read(w[i].told, &c, 1), 1);
			same("new", w[i].file, round);
		}
	}
	for (int i = 0; i < WATCHERS; i++) {
		int status;

		ck_assert_int_eq(write(w[i].ask, "q", 1), 1);
		ck_assert_int_eq(waitpid(w[i].pid, &status, 0), w[i].pid);
		ck_assert_int_eq(status, 0);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("registry-many");
	TCase *tc = tcase_create("registry-many");

	signal(SIGPIPE, SIG_IGN);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, log_size);
	tcase_add_test(tc, many);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
