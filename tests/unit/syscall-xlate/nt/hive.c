/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hive files: what is written is read again, and what is read may be anything.
 * RF_HIVE_ROUNDS (default 20,000) files with some bytes changed.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "syscall-xlate/nt/registry-hive.h"
#include "tests/lib/unit.h"

enum { KEYS = 1100, BIG = 40000 };

static struct reg_key *new_root(void)
{
	struct reg_key *k = calloc(1, sizeof *k);

	ck_assert_ptr_nonnull(k);
	k->refs = 1;
	k->name = calloc(1, 2);
	return k;
}

static void free_root(struct reg_key *k)
{
	while (k->nsub)
		reg_remove(k->sub[k->nsub - 1]);
	reg_unref(k);
}

static size_t units(uint16_t *u, const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		u[i] = (unsigned char)s[i];
	return n;
}

static struct reg_key *add(struct reg_key *k, const char *name)
{
	uint16_t u[64];
	struct reg_key *sub = reg_add(k, u, units(u, name));

	ck_assert_ptr_nonnull(sub);
	return sub;
}

static void set(struct reg_key *k, const char *name, uint32_t type,
		const void *data, uint32_t n)
{
	uint16_t u[64];

	ck_assert(reg_set(k, u, units(u, name), type, data, n));
}

/* One of a hundred descriptors: an owner alone. */
static void protect(struct reg_key *k, unsigned which)
{
	uint8_t sd[] = { 1, 0, 0, 0x80, 20, 0, 0, 0, 0, 0, 0, 0,
			 0, 0, 0, 0,	0,  0, 0, 0, 1, 1, 0, 0,
			 0, 0, 0, 5,	0,  0, 0, 0 };

	sd[28] = (uint8_t)(which % 100);
	ck_assert(reg_sd_valid((struct bytes){ sd, sizeof sd }));
	k->security = reg_sd_get((struct bytes){ sd, sizeof sd });
	ck_assert_ptr_nonnull(k->security);
}

static struct reg_key *sample(unsigned keys)
{
	static uint8_t big[BIG];
	struct reg_key *root = new_root(), *many, *deep, *sub;
	static const uint16_t greek[] = { 0x3b1, 0x3b2, 0x3b3 };
	char name[32];

	for (size_t i = 0; i < BIG; i++)
		big[i] = (uint8_t)(i * 31 + i / 256);
	set(root, "", REG_SZ, "a\0b\0\0", 6);
	set(root, "none", REG_NONE, NULL, 0);
	set(root, "four", REG_DWORD, "1234", 4);
	set(root, "five", REG_BINARY, "12345", 5);
	set(root, "edge", REG_BINARY, big, 16344);
	set(root, "over", REG_BINARY, big, 16345);
	set(root, "big", REG_BINARY, big, BIG);
	ck_assert(reg_set(root, greek, 3, REG_BINARY, "x", 1));
	ck_assert_ptr_nonnull(reg_add(root, greek, 3));
	many = add(root, "many");
	many->class = malloc(6);
	memcpy(many->class, greek, 6);
	many->class_len = 3;
	for (unsigned i = 0; i < keys; i++) {
		snprintf(name, sizeof name, "key %u", i);
		sub = add(many, name);
		set(sub, "i", REG_DWORD, &i, 4);
		if (i % 3)
			protect(sub, i);
	}
	deep = add(root, "deep");
	for (int i = 0; i < 100; i++)
		deep = add(deep, "er");
	add(root, "not kept")->is_volatile = true;
	add(root, "link")->is_link = true;
	return root;
}

static void same(const struct reg_key *a, const struct reg_key *b)
{
	uint32_t j = 0;

	ck_assert_uint_eq(a->is_link, b->is_link);
	ck_assert_uint_eq(a->class_len, b->class_len);
	ck_assert_int_eq(a->last_write, b->last_write);
	if (a->class_len)
		ck_assert_mem_eq(a->class, b->class, a->class_len * 2u);
	ck_assert_ptr_eq(a->security, b->security);
	ck_assert_uint_eq(a->nvalues, b->nvalues);
	for (uint32_t i = 0; i < a->nvalues; i++) {
		const struct reg_value *v = &a->value[i], *w = &b->value[i];

		ck_assert_uint_eq(v->name_len, w->name_len);
		ck_assert_mem_eq(v->name, w->name, v->name_len * 2u);
		ck_assert_uint_eq(v->type, w->type);
		ck_assert_uint_eq(v->len, w->len);
		if (v->len)
			ck_assert_mem_eq(v->data, w->data, v->len);
	}
	for (uint32_t i = 0; i < a->nsub; i++) {
		if (a->sub[i]->is_volatile)
			continue;
		ck_assert_uint_lt(j, b->nsub);
		ck_assert_uint_eq(a->sub[i]->name_len, b->sub[j]->name_len);
		ck_assert_mem_eq(a->sub[i]->name, b->sub[j]->name,
				 a->sub[i]->name_len * 2u);
		same(a->sub[i], b->sub[j++]);
	}
	ck_assert_uint_eq(j, b->nsub);
}

START_TEST(round_trip)
{
	static const unsigned minor[] = { 3, 5 };
	struct reg_key *root = sample(KEYS), *back = new_root();
	uint8_t *file;
	size_t n;

	ck_assert_uint_eq(hive_write(root, minor[_i], &file, &n), 0);
	ck_assert_uint_eq(n % 4096, 0);
	ck_assert_uint_eq(hive_read((struct bytes){ file, n }, back), 0);
	same(root, back);
	free(file);
	free_root(back);
	free_root(root);
}
END_TEST

/* Every length of a good file but the whole one is refused. */
START_TEST(cut)
{
	struct reg_key *root = sample(3);
	uint8_t *file, *part;
	size_t n;

	ck_assert_uint_eq(hive_write(root, 5, &file, &n), 0);
	for (size_t len = 0; len < n; len += len < 5000 ? 1 : 997) {
		struct reg_key *back = new_root();

		part = malloc(len ? len : 1);
		memcpy(part, file, len);
		ck_assert_uint_ne(hive_read((struct bytes){ part, len }, back),
				  0);
		free(part);
		free_root(back);
	}
	free(file);
	free_root(root);
}
END_TEST

static void checksum(uint8_t *file)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 508; i += 4)
		sum ^= le32_at(file + i);
	if (sum == 0)
		sum = 1;
	else if (sum == 0xffffffff)
		sum = 0xfffffffe;
	memcpy(file + 508, &sum, 4);
}

/* Anything may come of it but a crash, a leak or a tree without end. */
START_TEST(changed)
{
	const char *env = getenv("RF_HIVE_ROUNDS");
	unsigned rounds = env ? (unsigned)strtoul(env, NULL, 10) : 20000;
	struct reg_key *root = sample(12);
	unsigned good = 0;
	uint8_t *file, *copy;
	size_t n;

	srand(12345);
	ck_assert_uint_eq(hive_write(root, 5, &file, &n), 0);
	copy = malloc(n);
	for (unsigned i = 0; i < rounds; i++) {
		struct reg_key *back = new_root();

		memcpy(copy, file, n);
		for (int k = rand() % 8 + 1; k; k--) {
			size_t at = (size_t)rand() % (n - 8);
			uint32_t v = (uint32_t)rand();

			/* Some small numbers: offsets, counts, sizes. */
			if (rand() % 2)
				v = (uint32_t)(rand() % (int)n) & ~7u;
			if (rand() % 4)
				at &= ~(size_t)3;
			memcpy(copy + at, &v, rand() % 2 ? 4 : 1);
		}
		if (rand() % 8)
			checksum(copy);
		if (!hive_read((struct bytes){ copy, n }, back))
			good++;
		free_root(back);
	}
	/* Most of the file is data, which may be anything. */
	ck_assert_uint_gt(good, 0);
	ck_assert_uint_lt(good, rounds);
	free(copy);
	free(file);
	free_root(root);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("hive");
	TCase *tc = tcase_create("hive");

	tcase_set_timeout(tc, 600);
	tcase_add_loop_test(tc, round_trip, 0, 2);
	tcase_add_test(tc, cut);
	tcase_add_test(tc, changed);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
