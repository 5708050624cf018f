/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command lines and environment blocks for Linux children. */
#include "syscall-xlate/nt/process-native.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/utf.h"
#include "tests/lib/unit.h"

/* The cases of Microsoft's page, and where runtimes were known to differ. */
static const struct {
	const char *line;
	const char *want[6];
} lines[] = {
	{ "", { "" } },
	{ "a.exe", { "a.exe" } },
	{ "a b  c\td", { "a", "b", "c", "d" } },
	{ "\"c:\\my dir\\a.exe\" x", { "c:\\my dir\\a.exe", "x" } },
	{ "\"c:\\dir\\\" x", { "c:\\dir\\", "x" } },
	{ "a \"b c\" d", { "a", "b c", "d" } },
	{ "a \"\" d", { "a", "", "d" } },
	{ "a \"ab\\\"c\" \"\\\\\" d", { "a", "ab\"c", "\\", "d" } },
	{ "a a\\\\\\b d\"e f\"g h", { "a", "a\\\\\\b", "de fg", "h" } },
	{ "a a\\\\\\\"b c d", { "a", "a\\\"b", "c", "d" } },
	{ "a a\\\\\\\\\"b c\" d e", { "a", "a\\\\b c", "d", "e" } },
	{ "a a\"b\"\" c d", { "a", "ab\" c d" } },
	{ "a b\\", { "a", "b\\" } },
	{ "a b\\\\\"", { "a", "b\\" } },
	{ "a \xc3\xa4 \xf0\x9f\x98\x80",
	  { "a", "\xc3\xa4", "\xf0\x9f\x98\x80" } },
};

START_TEST(splits)
{
	uint16_t units[200];
	size_t n = utf8_to_utf16(units, COUNT_OF(units), lines[_i].line,
				 strlen(lines[_i].line));
	char **argv = native_argv(units, n);
	unsigned i;

	ck_assert_ptr_nonnull(argv);
	for (i = 0; lines[_i].want[i]; i++) {
		ck_assert_msg(argv[i] != NULL, "<%s>: only %u arguments",
			      lines[_i].line, i);
		ck_assert_str_eq(argv[i], lines[_i].want[i]);
	}
	ck_assert_msg(!argv[i], "<%s>: one more: <%s>", lines[_i].line,
		      argv[i] ? argv[i] : "");
	free(argv);
}
END_TEST

START_TEST(environment)
{
	static const char block[] = "=C:=C:\\x\0FOO=bar\0Path=C:\\Windows\0"
				    "windir=C:\\Windows\0ZED=1\0";
	char *host[] = { (char *)"PATH=/bin", (char *)"OTHER=1", NULL };
	uint16_t units[sizeof block];
	char **env;

	for (size_t i = 0; i < sizeof block; i++)
		units[i] = (uint8_t)block[i];
	env = native_environ(units, sizeof block, host);
	ck_assert_ptr_nonnull(env);
	ck_assert_str_eq(env[0], "FOO=bar");
	ck_assert_str_eq(env[1], "ZED=1");
	ck_assert_str_eq(env[2], "PATH=/bin");
	ck_assert_ptr_null(env[3]);
	free(env);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("process-native");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, splits, 0, COUNT_OF(lines));
	tcase_add_test(tc, environment);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
