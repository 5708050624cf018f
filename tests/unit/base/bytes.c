/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit tests for base/bytes.h and base/err.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/table.h"
#include "tests/lib/unit.h"

static const uint8_t data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static const struct {
	const char *what;
	uint64_t off, n;
	int inside;
} cases[] = {
	{ "one past the end", 8, 1, 0 },
	{ "offset beyond", 9, 0, 0 },
	{ "sum overflows", UINT64_MAX, 2, 0 },
	{ "size overflows", 4, UINT64_MAX, 0 },
	{ "half outside", 6, 4, 0 },
	{ "nothing, at the end", 8, 0, 1 },
	{ "all", 0, 8, 1 },
	{ "the last byte", 7, 1, 1 },
};

START_TEST(at_cases)
{
	struct bytes b = { data, sizeof data };
	const uint8_t *p = bytes_at(b, cases[_i].off, cases[_i].n);

	ck_assert_msg(!!p == cases[_i].inside, "%s", cases[_i].what);
	if (p)
		ck_assert_ptr_eq(p, data + cases[_i].off);
}
END_TEST

START_TEST(values)
{
	struct bytes b = { data, sizeof data };
	uint32_t v = 0;

	ck_assert_uint_eq(le16_at(data + 1), 0x0302);
	ck_assert_uint_eq(le32_at(data + 1), 0x05040302);
	ck_assert_uint_eq(le64_at(data), 0x0807060504030201);
	ck_assert_int_eq(bytes_get(b, 4, &v, 4), 0);
	ck_assert_uint_eq(v, 0x08070605);
	ck_assert_int_eq(bytes_get(b, 5, &v, 4), -1);
	ck_assert_uint_eq(v, 0x08070605);
}
END_TEST

START_TEST(errors)
{
	struct err e = { 0 };

	ck_assert_int_eq(err_set(&e, ENOENT, "no %s", "file"), -1);
	ck_assert_int_eq(err_wrap(&e, "opening %d", 3), -1);
	ck_assert_int_eq(e.code, ENOENT);
	ck_assert_str_eq(e.text, "opening 3: no file");
	ck_assert_int_eq(err_set(NULL, 1, "nobody listens"), -1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("bytes");
	TCase *tc = tcase_create("base");

	tcase_add_loop_test(tc, at_cases, 0, COUNT_OF(cases));
	tcase_add_test(tc, values);
	tcase_add_test(tc, errors);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
