/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes that share objects are killed (SIGKILL) at random instants, again
 * and again: no lock stays held, mutants are abandoned and still exclusive,
 * waiters go on, nothing is left behind.
 *
 * RF_VIOLENCE_SECONDS: how long (default 6).
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "tests/lib/fake-engine.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/shared.h"

enum { WORKERS = 6, MUTANTS = 2, ALL = 0x10000000, OPEN_IF = 0x80 };
enum { PACKETS = 1 << 26 };

/* What workers leave for the one that kills them. */
static struct board {
	_Atomic uint32_t inside[MUTANTS]; /* pid of who is */
	_Atomic uint32_t two_inside, bad_status, abandoned;
	_Atomic uint64_t done[WORKERS];
	uint32_t last_bad;
	/* The port's packets: each has a number of its own. */
	_Atomic uint32_t next_packet, taken, twice;
	_Atomic int drains; /* 1: the last one has the port; 2: it may begin */
	char folder[PATH_MAX]; /* where names lie */
	_Atomic uint8_t seen[PACKETS];
} *board;

static struct task *t;
static char run[24];

/* ---- the workers ---------------------------------------------------- */

/* OBJECT_ATTRIBUTES of "\BaseNamedObjects\<run>-<what><i>". */
static gaddr named(const char *what, int i)
{
	static struct object_attributes64 oa;
	static struct unicode_string64 u;
	static uint16_t text[80];
	char s[80];
	int n = snprintf(s, sizeof s, "\\BaseNamedObjects\\%s-%s%d", run, what,
			 i);

	for (int k = 0; k < n; k++)
		text[k] = (uint8_t)s[k];
	u = (struct unicode_string64){ .length = (uint16_t)(n * 2),
				       .maximum = (uint16_t)(n * 2),
				       .buffer = GADDR(text) };
	oa = (struct object_attributes64){ .length = sizeof oa,
					   .name = GADDR(&u),
					   .attributes = OPEN_IF };
	return GADDR(&oa);
}

static void bad(NTSTATUS status)
{
	board->last_bad = status;
	board->bad_status++;
}

static void inside(int i, NTSTATUS status, uint64_t h)
{
	uint32_t me = (uint32_t)getpid(), was;

	was = atomic_exchange(&board->inside[i], me);
	if (status == STATUS_ABANDONED)
		board->abandoned++;
	else if (was)
		board->two_inside++;
	for (int spin = rand() % 300; spin--;)
		__builtin_ia32_pause();
	if (rand() % 4 == 0)
		usleep((useconds_t)(rand() % 400));
	if (atomic_exchange(&board->inside[i], 0) != me)
		board->two_inside++;
	if (nt_release_mutant(t, h, 0))
		bad(1);
}

static uint64_t open_port(void)
{
	uint64_t h = 0;

	if (!NT_SUCCESS(nt_create_io_completion(t, GADDR(&h), ALL,
						named("port", 0), 0)))
		bad(5);
	return h;
}

static void post(uint64_t port)
{
	uint32_t n = board->next_packet++;
	NTSTATUS status;

	if (n >= PACKETS)
		return;
	status = nt_set_io_completion(t, port, n, 1, 2, 3);
	if (status)
		bad(status);
}

static bool take(uint64_t port, gaddr timeout)
{
	uint64_t key = ~0ull, value = 0, iosb[2] = { 0 };
	NTSTATUS status;

	status = nt_remove_io_completion(t, port, GADDR(&key), GADDR(&value),
					 GADDR(iosb), timeout);
	if (status == STATUS_TIMEOUT)
		return false;
	if (status || key >= PACKETS || value != 1 || iosb[1] != 3)
		bad(status ? status : 6);
	else if (atomic_exchange(&board->seen[key], 1))
		board->twice++;
	board->taken++;
	return true;
}

static void work(const uint64_t *m, const uint64_t *s, const uint64_t *e,
		 uint64_t port)
{
	uint64_t h = 0, both[2] = { m[0], s[0] };
	int i = rand() % MUTANTS;
	NTSTATUS status;

	switch (rand() % 16) {
	default:
		status = nt_wait_for_single_object(t, m[i], 0, 0);
		if (status && status != STATUS_ABANDONED)
			bad(status);
		inside(i, status, m[i]);
		break;
	case 2:
		status = nt_wait_for_multiple_objects(t, 2, GADDR(both), 0, 0,
						      AFTER_MS(2));
		if (status == STATUS_TIMEOUT)
			break;
		if (status && status != STATUS_ABANDONED_WAIT_0)
			bad(status);
		nt_release_semaphore(t, s[0], 1, 0);
		inside(0, status ? STATUS_ABANDONED : 0, m[0]);
		break;
	case 3:
		if (!nt_wait_for_single_object(t, s[0], 0, AFTER_MS(1)))
			nt_release_semaphore(t, s[0], 1, 0);
		else /* somebody died with it */
			nt_release_semaphore(t, s[0], 1, 0);
		break;
	case 4:
		nt_set_event(t, e[0], 0);
		nt_wait_for_single_object(t, e[1], 0, AFTER_MS(1));
		break;
	case 5:
		nt_set_event(t, e[1], 0);
		nt_wait_for_single_object(t, e[0], 0, AFTER_MS(1));
		break;
	case 6: /* names come and go */
		status = nt_create_event(t, GADDR(&h), ALL,
					 named("brief", rand() % 3), 1, 0);
		if (!NT_SUCCESS(status))
			bad(status);
		nt_close(t, h);
		break;
	case 7:
		status = nt_create_timer(t, GADDR(&h), ALL, named("timer", 0),
					 0);
		if (!NT_SUCCESS(status))
			bad(status);
		nt_set_timer(t, h, AFTER_MS(1), 0, 0, 0, rand() % 2, 0);
		nt_wait_for_single_object(t, h, 0, AFTER_MS(1));
		nt_close(t, h);
		break;
	case 8: /* now and then more than the ring had room for */
		for (i = rand() % 64 ? rand() % 4 : 300; i >= 0; i--)
			post(port);
		break;
	case 9:
	case 10:
		for (i = rand() % 32; i && take(port, AFTER_MS(1)); i--)
			;
		break;
	}
}

static void worker(int slot)
{
	uint64_t m[MUTANTS] = { 0 }, s[1] = { 0 }, e[2] = { 0 }, port;

	srand((unsigned)getpid());
	t = fake_start();
	for (int i = 0; i < MUTANTS; i++)
		if (!NT_SUCCESS(nt_create_mutant(t, GADDR(&m[i]), ALL,
						 named("mutant", i), 0)))
			bad(2);
	for (int i = 0; i < 2; i++)
		if (!NT_SUCCESS(nt_create_event(t, GADDR(&e[i]), ALL,
						named("event", i), 1, 0)))
			bad(3);
	if (!NT_SUCCESS(nt_create_semaphore(t, GADDR(&s[0]), ALL,
					    named("sem", 0), 3, 3)))
		bad(4);
	port = open_port();
	for (;;) {
		work(m, s, e, port);
		board->done[slot]++;
	}
}

/* Empties the port once nobody else has it. */
static pid_t hire_last(void)
{
	pid_t pid = fork();
	uint64_t port;

	if (pid)
		return pid;
	t = fake_start();
	port = open_port();
	board->drains = 1;
	while (board->drains != 2)
		usleep(1000);
	while (take(port, AFTER_MS(1500)))
		;
	_exit(0);
}

static pid_t hire(int slot)
{
	pid_t pid = fork();

	if (!pid) {
		worker(slot);
		_exit(0);
	}
	return pid;
}

/* ---- who kills them -------------------------------------------------- */

/* Whether each of them does something within a while. */
static int stuck(void)
{
	uint64_t before[WORKERS];
	int n = WORKERS;

	for (int i = 0; i < WORKERS; i++)
		before[i] = board->done[i];
	for (int ms = 0; ms < 5000 && n; ms++) {
		n = 0;
		for (int i = 0; i < WORKERS; i++)
			n += board->done[i] == before[i];
		usleep(1000);
	}
	return n;
}

/* Files of the session that nobody uses; other versions' are not ours. */
static int left_over(void)
{
	DIR *d = opendir(board->folder);
	struct dirent *f;
	int n = 0;

	ck_assert_str_ne(board->folder, "");
	/* The last one who leaves takes the folder along. */
	if (!d) {
		ck_assert_int_eq(errno, ENOENT);
		return 0;
	}
	while ((f = readdir(d))) {
		struct flock l = { .l_type = F_WRLCK, .l_len = 1 };
		int fd = openat(dirfd(d), f->d_name,
				O_RDWR | O_NOFOLLOW | O_NONBLOCK);

		if (fd < 0)
			continue;
		n += fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type == F_UNLCK;
		close(fd);
	}
	closedir(d);
	return n;
}

/* In a process of its own: makes a name, and says where that lies. */
static void tidy_up(void)
{
	struct object *o;
	uint64_t h = 0;

	t = fake_start();
	nt_create_event(t, GADDR(&h), ALL, named("last", 0), 1, 0);
	if (!handle_get(t, h, &event_type, 0, &o)) {
		snprintf(board->folder, sizeof board->folder, "%s",
			 o->shared->path);
		*(strrchr(board->folder, '/') + 1) = 0;
		object_put(o);
	}
	nt_close(t, h);
	_exit(0);
}

START_TEST(kills)
{
	const char *seconds = getenv("RF_VIOLENCE_SECONDS");
	int64_t end = monotonic_ns() +
		      (seconds ? atoll(seconds) : 6) * 1000000000ll;
	pid_t pid[WORKERS];
	unsigned killed = 0, lost;
	pid_t last;

	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(board, MAP_FAILED);
	snprintf(run, sizeof run, "violence-%d", getpid());
	for (int i = 0; i < WORKERS; i++)
		pid[i] = hire(i);
	while (monotonic_ns() < end) {
		int i = rand() % WORKERS;

		usleep((useconds_t)(rand() % 3000));
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
		pid[i] = hire(i);
		if (++killed % 300 == 0)
			ck_assert_int_eq(stuck(), 0);
	}
	ck_assert_int_eq(stuck(), 0);
	last = hire_last();
	while (!board->drains)
		usleep(1000);
	for (int i = 0; i < WORKERS; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	board->drains = 2;
	waitpid(last, NULL, 0);
	killed += WORKERS;
	/* At most the one that each was just putting in or had taken out. */
	lost = board->next_packet - board->taken;
	printf("# %u processes killed, %u mutants abandoned, %u packets, "
	       "%u gone with who had them\n",
	       killed, board->abandoned, board->taken, lost);
	ck_assert_uint_eq(board->two_inside, 0);
	ck_assert_uint_eq(board->twice, 0);
	ck_assert_uint_gt(board->taken, 100);
	ck_assert_uint_le(lost, killed);
	ck_assert_msg(!board->bad_status, "status %#x", board->last_bad);
	/* There must have been something to see. */
	ck_assert_uint_gt(board->abandoned, 0);

	/* The next process that makes a name clears up. */
	for (int tries = 0; tries < 5; tries++) {
		pid_t p = fork();

		if (!p)
			tidy_up();
		waitpid(p, NULL, 0);
		if (!left_over())
			break;
	}
	ck_assert_int_eq(left_over(), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("violence");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, kills);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
