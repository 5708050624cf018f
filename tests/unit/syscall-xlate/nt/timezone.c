/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * POSIX TZ rules into Windows' terms.
 */
#include <check.h>
#include <stdlib.h>

#include "base/table.h"
#include "syscall-xlate/nt/time.h"
#include "tests/lib/unit.h"

static const struct {
	const char *what, *rule;
	bool ok;
	int bias, daylight_bias;
	/* month, week, weekday, hour of the change to daylight, to standard */
	int daylight[4], standard[4];
} cases[] = {
	{ "empty", "", false, 0, 0, { 0 }, { 0 } },
	{ "no offset", "CET", false, 0, 0, { 0 }, { 0 } },
	{ "name too short", "A1", false, 0, 0, { 0 }, { 0 } },
	{ "open quote", "<+03-3", false, 0, 0, { 0 }, { 0 } },
	{ "UTC", "UTC0", true, 0, 0, { 0 }, { 0 } },
	{ "half hours", "IST-5:30", true, -330, 0, { 0 }, { 0 } },
	{ "quoted", "<-03>3", true, 180, 0, { 0 }, { 0 } },
	{ "Europe",
	  "CET-1CEST,M3.5.0,M10.5.0/3",
	  true,
	  -60,
	  -60,
	  { 3, 5, 0, 2 },
	  { 10, 5, 0, 3 } },
	{ "America",
	  "EST5EDT,M3.2.0,M11.1.0",
	  true,
	  300,
	  -60,
	  { 3, 2, 0, 2 },
	  { 11, 1, 0, 2 } },
	{ "half an hour",
	  "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
	  true,
	  -630,
	  -30,
	  { 10, 1, 0, 2 },
	  { 4, 1, 0, 2 } },
	{ "Dublin: summer is standard",
	  "IST-1GMT0,M10.5.0,M3.5.0/1",
	  true,
	  0,
	  -60,
	  { 3, 5, 0, 1 },
	  { 10, 5, 0, 2 } },
	{ "hour beyond the day",
	  "IST-2IDT,M3.4.4/26,M10.5.0",
	  true,
	  -120,
	  -60,
	  { 3, 4, 5, 2 },
	  { 10, 5, 0, 2 } },
	{ "hour before the day",
	  "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
	  true,
	  120,
	  -60,
	  { 3, 5, 6, 23 },
	  { 10, 5, 0, 0 } },
	{ "day of the year: no rule",
	  "XXX-1YYY,J60,J300",
	  true,
	  -60,
	  0,
	  { 0 },
	  { 0 } },
};

static void check_change(const char *what, const struct zone_change *c,
			 const int *want)
{
	ck_assert_msg(c->month == want[0] && c->week == want[1] &&
			      c->weekday == want[2] && c->hour == want[3],
		      "%s: month %u week %u day %u hour %u", what, c->month,
		      c->week, c->weekday, c->hour);
}

START_TEST(rules)
{
	struct zone z = { 0 };
	bool ok = zone_parse(cases[_i].rule, &z);

	ck_assert_msg(ok == cases[_i].ok, "%s", cases[_i].what);
	if (!ok)
		return;
	ck_assert_msg(z.bias == cases[_i].bias &&
			      z.daylight_bias == cases[_i].daylight_bias,
		      "%s: %d %d", cases[_i].what, z.bias, z.daylight_bias);
	ck_assert_int_eq(z.has_daylight, cases[_i].daylight[0] != 0);
	check_change(cases[_i].what, &z.to_daylight, cases[_i].daylight);
	check_change(cases[_i].what, &z.to_standard, cases[_i].standard);
}
END_TEST

START_TEST(from_environment)
{
	setenv("TZ", ":America/New_York", 1);
	ck_assert_str_eq(zone_current()->name, "America/New_York");
	ck_assert_int_eq(zone_current()->bias, 300);
	ck_assert_str_eq(zone_windows_name(), "Eastern Standard Time");
}
END_TEST

START_TEST(from_rule)
{
	setenv("TZ", "ABC-3:30", 1);
	ck_assert_int_eq(zone_current()->bias, -210);
	ck_assert_int_eq(zone_offset(NULL), 12600);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("timezone");
	TCase *tc = tcase_create("timezone");

	tcase_add_loop_test(tc, rules, 0, COUNT_OF(cases));
	tcase_add_test(tc, from_environment);
	tcase_add_test(tc, from_rule);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
