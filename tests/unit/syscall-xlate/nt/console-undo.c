/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is undone after which text. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/nt/console-shared.h"
#include "tests/lib/unit.h"

static const struct {
	const char *text, *undo;
} cases[] = {
	{ "", "" },
	{ "plain text, \33[H\33[2J\33[K and moves\33[3A", "" },
	/* unknown, queries, what is not a mode */
	{ "\33[?12345h\33[?1049$p\33[6n\33[>c\33]11;?\a\33]4;1;?\33\\", "" },
	{ "\33P1$r?25l\33\\\33]0;\33[31m\a", "" },
	{ "\33[?1049h", "\33[?1049l" },
	{ "\33[?1049hx\33[?1049l", "" },
	{ "\33[?1;1000;1006h", "\33[?1l\33[?1000l\33[?1006l" },
	{ "\33[?1;1000;1006h\33[?1000l", "\33[?1l\33[?1006l" },
	{ "\33[?25l", "\33[?25h" },
	{ "\33[?25l\33[?25h", "" },
	{ "\33[?7l\33[4h", "\33[4l\33[?7h" },
	{ "\33[31m", "\33[0m" },
	{ "\33[0;1;31m", "\33[0m" },
	{ "\33[31;0m", "" },
	{ "\33[31m\33[m", "" },
	{ "\33[38;5;0m", "\33[0m" },
	{ "\33[48;2;1;2;0m", "\33[0m" },
	{ "\33[38;5;9;0m", "" },
	{ "\33[>4;2m", "\33[>4m" },
	{ "\33[>4;2m\33[>4;0m", "" },
	{ "\33[3;10r", "\0337\33[r\0338" },
	{ "\33[3;10r\33[r", "" },
	{ "\33(0\33[1m", "\33[0m\33(B\33)B\17" },
	{ "\33(0\33(B", "" },
	{ "\33=\33[4 q", "\33>\33[0 q" },
	{ "\33=\33[4 q\33>\33[ q", "" },
	{ "\33]11;#ff0000\33\\", "\33]104\a\33]110\a\33]111\a\33]112\a" },
	{ "\33[22;0t\33]0;x\a", "\33[23;0t" },
	{ "\33[?1049h\33[31m\33[?25l\33=\33c", "" },
	/* controls within a sequence; one that begins anew */
	{ "\33[\r?25\nl", "\33[?25h" },
	{ "\33[?1049\33[?25l", "\33[?25h" },
};

static void check(const char *what, uint64_t bits, const char *want)
{
	char got[256];
	int p[2];
	ssize_t n;

	ck_assert_int_eq(pipe(p), 0);
	undo_write(p[1], bits);
	close(p[1]);
	n = read(p[0], got, sizeof got - 1);
	close(p[0]);
	ck_assert_int_ge(n, 0);
	got[n] = 0;
	ck_assert_msg(!strcmp(got, want), "%s: %s", what + 1, got + 1);
}

static uint64_t all(const char *s, size_t step)
{
	uint64_t bits = 0;
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i += step) {
		struct screen_change c =
			undo_scan(s + i, MIN(step, len - i));

		bits = (bits | c.set) & ~c.cleared;
	}
	return bits;
}

START_TEST(undone)
{
	/* In one piece, and in pieces that end anywhere. */
	check(cases[_i].text, all(cases[_i].text, 1000), cases[_i].undo);
	check(cases[_i].text, all(cases[_i].text, 1), cases[_i].undo);
	check(cases[_i].text, all(cases[_i].text, 3), cases[_i].undo);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("nt/console-undo");
	TCase *tc = tcase_create("undo");

	tcase_add_loop_test(tc, undone, 0, COUNT_OF(cases));
	suite_add_tcase(s, tc);
	return unit_run(s);
}
