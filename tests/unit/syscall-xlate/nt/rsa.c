/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RSA's controls: what is made can be used, and whatever a program sends as a
 * key is refused or answered, but harms nobody.
 */
#include <check.h>
#include <stdio.h>
#include <unistd.h>

#include "base/table.h"
#include "dlls/include/rf-rsa.h"
#include "syscall-xlate/nt/control.h"
#include "tests/lib/host-guest.h"
#include "tests/lib/unit.h"

enum { BITS = 512, UNIT = BITS / 16, NUMBER = RF_RSA_NUMBER * UNIT };

struct question {
	struct rf_rsa_head head;
	uint8_t data[(2 * RF_RSA_NUMBER + RF_RSA_HALVES) * UNIT];
};

static uint8_t pair[RF_RSA_PAIR * UNIT], answer[NUMBER];

static NTSTATUS
ask(NTSTATUS (*what)(struct task *, struct file *, struct irp *),
    const struct question *q, size_t units, void *out, size_t room)
{
	struct irp r = {
		.buf = G(q),
		.len = (uint32_t)(sizeof q->head + units * UNIT),
		.out = G(out),
		.out_len = (uint32_t)room,
	};
	NTSTATUS status = what(hg_task, NULL, &r);

	ck_assert(status || r.information == room);
	return status;
}

static struct question new_question(void)
{
	return (struct question){ .head = { BITS, 65537 } };
}

/* Built without the library there is one answer to everything. */
static bool supported(void)
{
	struct irp r = { 0 };

	return rsa_make(hg_task, NULL, &r) != STATUS_NOT_SUPPORTED;
}

static void start(void)
{
	struct question q = new_question();

	hg_start();
	ck_assert_int_eq(ask(rsa_make, &q, 0, pair, sizeof pair), 0);
}

/* The key's n, or n and its halves; then a number below n. */
static struct question with_key(size_t units)
{
	struct question q = new_question();

	memcpy(q.data, pair, units * UNIT);
	q.data[units * UNIT + 3] = 0x5a;
	return q;
}

static NTSTATUS public(const struct question *q)
{
	return ask(rsa_public, q, 2 * RF_RSA_NUMBER, answer, sizeof answer);
}

enum { SECRET = RF_RSA_NUMBER + RF_RSA_HALVES };

static NTSTATUS secret(const struct question *q)
{
	return ask(rsa_secret, q, SECRET + RF_RSA_NUMBER, answer,
		   sizeof answer);
}

START_TEST(there_and_back)
{
	struct question q = with_key(RF_RSA_NUMBER), s = with_key(SECRET);

	ck_assert_int_eq(public(&q), 0);
	ck_assert_mem_ne(answer, q.data + NUMBER, NUMBER);
	memcpy(s.data + SECRET * UNIT, answer, NUMBER);
	ck_assert_int_eq(secret(&s), 0);
	ck_assert_mem_eq(answer, q.data + NUMBER, NUMBER);
	memset(s.data + SECRET * UNIT, 0, NUMBER);
	ck_assert_int_eq(secret(&s), 0);
	for (int i = 0; i < NUMBER; i++)
		ck_assert_uint_eq(answer[i], 0);
}
END_TEST

START_TEST(sizes)
{
	static const uint32_t bits[] = { 0,          16,         368, 520,
					 16384 + 16, 0x80000000, ~0u };
	struct question q = with_key(RF_RSA_NUMBER);
	uint8_t out[sizeof answer];

	for (size_t i = 0; i < COUNT_OF(bits); i++) {
		q.head.bits = bits[i];
		ck_assert_int_eq(public(&q), STATUS_INVALID_PARAMETER);
	}
	q.head.bits = BITS;
	ck_assert_int_eq(
		ask(rsa_public, &q, 2 * RF_RSA_NUMBER - 1, out, sizeof out),
		STATUS_INVALID_PARAMETER);
	ck_assert_int_eq(
		ask(rsa_public, &q, 2 * RF_RSA_NUMBER + 1, out, sizeof out),
		STATUS_INVALID_PARAMETER);
	ck_assert_int_eq(
		ask(rsa_public, &q, 2 * RF_RSA_NUMBER, out, sizeof out - 1),
		STATUS_BUFFER_TOO_SMALL);
	ck_assert_int_eq(ask(rsa_make, &q, 0, pair, sizeof pair - 1),
			 STATUS_BUFFER_TOO_SMALL);
	q.head.exponent = 65536;
	ck_assert_int_eq(public(&q), STATUS_INVALID_PARAMETER);
	ck_assert_int_eq(ask(rsa_make, &q, 0, pair, sizeof pair),
			 STATUS_INVALID_PARAMETER);
}
END_TEST

/* In units: one part of the key is all zeros, all ones, one, or even. */
START_TEST(parts)
{
	static const struct {
		size_t at, n;
	} part[] = {
		{ 0, 2 }, { 2, 1 }, { 3, 1 }, { 4, 1 }, { 5, 1 }, { 6, 1 }
	};

	for (size_t i = 0; i < COUNT_OF(part); i++)
		for (int how = 0; how < 4; how++) {
			struct question q = with_key(SECRET);
			uint8_t *p = q.data + part[i].at * UNIT;

			if (how == 3)
				p[0] &= 0xfe;
			else
				memset(p, how == 1 ? 0xff : 0,
				       part[i].n * UNIT);
			if (how == 2)
				p[0] = 1;
			/* An exponent may have been even: it cannot be. */
			if (how == 3 && part[i].at == 6)
				continue;
			ck_assert_int_eq(secret(&q), STATUS_INVALID_PARAMETER);
		}
}
END_TEST

/* x is not below n. */
START_TEST(too_large)
{
	struct question q = with_key(SECRET), p = with_key(RF_RSA_NUMBER);

	memcpy(q.data + SECRET * UNIT, q.data, NUMBER);
	ck_assert_int_eq(secret(&q), STATUS_INVALID_PARAMETER);
	memcpy(p.data + NUMBER, p.data, NUMBER);
	ck_assert_int_eq(public(&p), STATUS_INVALID_PARAMETER);
}
END_TEST

/* Factors of different lengths that do make n: 3 and n / 3 for n = 3 * m. */
START_TEST(crooked)
{
	struct question q = with_key(SECRET);
	uint8_t *p = q.data + 2 * UNIT, *other = p + UNIT;
	unsigned carry = 0;

	memset(other, 0, UNIT);
	other[0] = 3;
	memset(q.data, 0, NUMBER);
	for (int i = 0; i < UNIT; i++) {
		carry += p[i] * 3u;
		q.data[i] = (uint8_t)carry;
		carry >>= 8;
	}
	q.data[UNIT] = (uint8_t)carry;
	memset(q.data + 5 * UNIT, 0, UNIT);
	q.data[5 * UNIT] = 1;
	ck_assert_int_eq(secret(&q), STATUS_INVALID_PARAMETER);
}
END_TEST

START_TEST(anything)
{
	unsigned seed = 1;

	for (int round = 0; round < 3000; round++) {
		struct question q = with_key(SECRET);

		for (int i = rand_r(&seed) % 4; i >= 0; i--) {
			size_t at = (size_t)rand_r(&seed) % sizeof q.data;
			size_t n = (size_t)rand_r(&seed) % (2 * UNIT);

			if (n > sizeof q.data - at)
				n = sizeof q.data - at;
			memset(q.data + at, rand_r(&seed) & 0xff, n);
		}
		secret(&q);
		public(&q);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rsa");
	TCase *tc = tcase_create("all");

	if (!supported()) {
		puts("1..0 # SKIP built without nettle");
		return 0;
	}
	tcase_add_unchecked_fixture(tc, start, NULL);
	tcase_add_test(tc, there_and_back);
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, parts);
	tcase_add_test(tc, too_large);
	tcase_add_test(tc, crooked);
	tcase_add_test(tc, anything);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
