/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit tests for syscall-xlate/bsd/space.c: against a byte per page. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "tests/lib/unit.h"

enum { PAGES = 200 };

static bool used[PAGES];

static gaddr page(unsigned i)
{
	return (gaddr)i * PAGE;
}

static bool model_free(unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++)
		if (used[i])
			return false;
	return true;
}

static unsigned model_find(unsigned from, unsigned n, unsigned align)
{
	for (unsigned i = (from + align - 1) / align * align; i + n <= PAGES;
	     i += align)
		if (model_free(i, n))
			return i;
	return 0;
}

/* Page 0 is used for ever: 0 means "nowhere". */
START_TEST(random_walk)
{
	srand((unsigned)_i + 1);
	ck_assert_int_eq(space_add(0, PAGE), 0);
	used[0] = true;
	for (unsigned step = 0; step < 4000; step++) {
		unsigned from = 1 + (unsigned)rand() % (PAGES - 20);
		unsigned n = 1 + (unsigned)rand() % 15;
		unsigned align = 1u << rand() % 3;
		gaddr at;

		switch (rand() % 3) {
		case 0:
			ck_assert_int_eq(space_add(page(from), page(n)), 0);
			memset(used + from, 1, n);
			break;
		case 1:
			space_remove(page(from), page(n));
			memset(used + from, 0, n);
			break;
		default:
			at = space_find(page(from), page(PAGES), page(n),
					page(align));
			/* An aligned place, not before from. */
			ck_assert_uint_eq(at, page(model_find(from, n, align)));
		}
		ck_assert_int_eq(space_free(page(from), page(n)),
				 model_free(from, n));
	}
	space_remove(0, page(PAGES));
	memset(used, 0, sizeof used);
	ck_assert(space_free(0, page(PAGES)));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("space");
	TCase *tc = tcase_create("space");

	tcase_add_loop_test(tc, random_walk, 0, 20);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
