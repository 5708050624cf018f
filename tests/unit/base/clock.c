/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit tests of base/clock.c: the shared line, and clocks that stand still. */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/lib/unit.h"

static int64_t host(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

/* ---- the line ------------------------------------------------------------- */

static struct clock_line line;
static _Atomic int64_t newest;
static _Atomic unsigned back;

static void *watch(void *arg)
{
	int64_t end = *(int64_t *)arg, now = 0;

	while (now < end) {
		int64_t others = newest;

		now = clock_ns(CLOCK_MONOTONIC);
		if (now < others)
			back++;
		for (others = newest; others < now &&
				      !__atomic_compare_exchange_n(
					      (int64_t *)&newest, &others, now, 0,
					      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);)
			;
	}
	return NULL;
}

START_TEST(line_is_the_hosts_clock)
{
	enum { FAR_NS = 20000000 }; /* loaded machines stop for a while */
	int64_t end = host(CLOCK_MONOTONIC) + 500000000, a, b, c;
	pthread_t thread[3];

	clock_share(&line);
	for (int i = 0; i < 3; i++)
		pthread_create(&thread[i], NULL, watch, &end);
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	ck_assert_uint_eq(back, 0);
	ck_assert_uint_ne(line.seq, 0);
	ck_assert_uint_eq(line.seq & 1, 0);
	ck_assert_uint_ne(line.span, 0);
	a = host(CLOCK_MONOTONIC);
	b = clock_ns(CLOCK_MONOTONIC);
	c = host(CLOCK_MONOTONIC);
	ck_assert_int_ge(b, a - 10000);
	ck_assert_int_le(b, c + FAR_NS);
	ck_assert_int_le(llabs(clock_ns(CLOCK_REALTIME) - host(CLOCK_REALTIME)),
			 FAR_NS);
	/* Long after its end: never less, and right again. */
	usleep(300000);
	ck_assert_int_gt(clock_ns(CLOCK_MONOTONIC), b + 300000000);
	ck_assert_int_le(clock_ns(CLOCK_MONOTONIC),
			 host(CLOCK_MONOTONIC) + FAR_NS);
}
END_TEST

/* ---- fixed ----------------------------------------------------------------- */

START_TEST(fixed_clocks_move_when_read)
{
	int64_t a, b;

	clock_fix(1, 0);
	a = clock_ns(CLOCK_MONOTONIC);
	usleep(2000);
	b = clock_ns(CLOCK_MONOTONIC);
	ck_assert_int_gt(b, a);
	ck_assert_int_lt(b - a, 1000000);
	ck_assert_int_eq(clock_peek(CLOCK_MONOTONIC), b);
	ck_assert_int_eq(clock_ns(CLOCK_REALTIME) / 1000000000, 946684800);
	/* Only a wait that lasts moves it; two at a time by the longer one. */
	a = clock_peek(CLOCK_MONOTONIC);
	clock_will_wait(5000);
	ck_assert_int_eq(clock_peek(CLOCK_MONOTONIC), a);
	clock_timed_out();
	ck_assert_int_eq(clock_peek(CLOCK_MONOTONIC), a + 5000);
	clock_timed_out();
	ck_assert_int_eq(clock_peek(CLOCK_MONOTONIC), a + 5000);
}
END_TEST

START_TEST(seed_decides)
{
	uint8_t a[100], b[100], c[100];
	uint64_t child[2];
	int64_t start;

	clock_fix(7, 0);
	random_fill(a, sizeof a);
	clock_fix(7, 0);
	random_fill(b, 1);
	ck_assert_int_eq(a[0], b[0]);
	clock_fix(8, 0);
	random_fill(c, sizeof c);
	ck_assert_int_ne(memcmp(a, c, sizeof a), 0);
	clock_for_child(&child[0], &start);
	clock_for_child(&child[1], &start);
	ck_assert_uint_ne(child[0], child[1]);
}
END_TEST

START_TEST(random_devices)
{
	int fd = open("/dev/zero", O_RDONLY), was = fd;
	uint8_t a[64], zero[64] = { 0 };

	ck_assert_int_eq(random_file(fd), fd);
	clock_fix(1, 0);
	ck_assert_int_eq(random_file(fd), was);
	close(fd);
	fd = random_file(open("/dev/urandom", O_RDONLY));
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(read(fd, a, sizeof a), sizeof a);
	ck_assert_int_ne(memcmp(a, zero, sizeof a), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_END), 1 << 20);
	close(fd);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("clock");
	TCase *c = tcase_create("all");

	/* Each in a process of its own. */
	tcase_add_test(c, line_is_the_hosts_clock);
	tcase_add_test(c, fixed_clocks_move_when_read);
	tcase_add_test(c, seed_decides);
	tcase_add_test(c, random_devices);
	suite_add_tcase(s, c);
	return unit_run(s);
}
