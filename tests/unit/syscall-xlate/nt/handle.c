/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handle table: values, rights, protection, duplicates; names. */
#include <check.h>
#include <string.h>

#include "tests/lib/fake-engine.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/calls.h"

enum { EVENT_ALL = 0x1f0003, GENERIC_ALL = 0x10000000 };

static struct task *t;

static void setup(void)
{
	t = fake_start();
}

static uint64_t event(void)
{
	uint64_t h = 0;

	ck_assert_uint_eq(nt_create_event(t, GADDR(&h), GENERIC_ALL, 0, 0, 0),
			  0);
	return h;
}

START_TEST(values)
{
	uint64_t h[3000];

	for (int i = 0; i < 3000; i++) {
		h[i] = event();
		ck_assert_uint_eq(h[i] % 4, 0);
		ck_assert_uint_ne(h[i], 0);
	}
	ck_assert_uint_eq(handles_count(), 3000);
	/* The low bits are the program's. */
	ck_assert_uint_eq(nt_set_event(t, h[7] + 3, 0), 0);
	ck_assert_uint_eq(nt_close(t, h[7] + 1), 0);
	ck_assert_uint_eq(nt_close(t, h[7]), STATUS_INVALID_HANDLE);
	ck_assert_uint_eq(event(), h[7]);
	for (int i = 0; i < 3000; i++)
		ck_assert_uint_eq(nt_close(t, h[i]), 0);
	ck_assert_uint_eq(handles_count(), 0);
	ck_assert_uint_eq(nt_close(t, 0), STATUS_INVALID_HANDLE);
	ck_assert_uint_eq(nt_close(t, 1ull << 40), STATUS_INVALID_HANDLE);
	ck_assert_uint_eq(nt_close(t, NT_CURRENT_PROCESS), 0);
}
END_TEST

START_TEST(protection)
{
	uint8_t flags[2] = { 1, 1 }, got[2] = { 0 };
	uint64_t h = event();

	ck_assert_uint_eq(nt_set_information_object(t, h, 4, GADDR(flags), 2),
			  0);
	ck_assert_uint_eq(nt_query_object(t, h, 4, GADDR(got), 2, 0), 0);
	ck_assert_mem_eq(got, flags, 2);
	ck_assert_uint_eq(nt_close(t, h), STATUS_HANDLE_NOT_CLOSABLE);
	flags[1] = 0;
	ck_assert_uint_eq(nt_set_information_object(t, h, 4, GADDR(flags), 2),
			  0);
	ck_assert_uint_eq(nt_close(t, h), 0);
}
END_TEST

START_TEST(duplicates)
{
	enum { CLOSE_SOURCE = 1, SAME_ACCESS = 2 };
	const uint64_t self = NT_CURRENT_PROCESS;
	uint64_t h = event(), d = 0, few = 0;

	ck_assert_uint_eq(nt_duplicate_object(t, self, h, self, GADDR(&d), 0, 0,
					      SAME_ACCESS),
			  0);
	ck_assert_uint_ne(d, h);
	ck_assert_uint_eq(nt_compare_objects(t, d, h), 0);
	ck_assert_uint_eq(nt_compare_objects(t, d, NT_CURRENT_PROCESS),
			  STATUS_NOT_SAME_OBJECT);
	ck_assert_uint_eq(
		nt_duplicate_object(t, self, h, self, GADDR(&few), 1, 0, 0), 0);
	ck_assert_uint_eq(nt_set_event(t, few, 0), STATUS_ACCESS_DENIED);
	ck_assert_uint_eq(
		nt_duplicate_object(t, self, h, self, 8, 0, 0, SAME_ACCESS),
		STATUS_ACCESS_VIOLATION);
	ck_assert_uint_eq(handles_count(), 3);
	/* Only closes. */
	ck_assert_uint_eq(
		nt_duplicate_object(t, self, d, 0, 0, 0, 0, CLOSE_SOURCE), 0);
	ck_assert_uint_eq(nt_set_event(t, d, 0), STATUS_INVALID_HANDLE);
	/* The source goes even if the rest fails. */
	ck_assert_uint_eq(nt_duplicate_object(t, self, few, self, 8, 0, 0,
					      SAME_ACCESS | CLOSE_SOURCE),
			  STATUS_ACCESS_VIOLATION);
	ck_assert_uint_eq(handles_count(), 1);
	/* A pseudo handle becomes a real one. */
	ck_assert_uint_eq(nt_duplicate_object(t, self, NT_CURRENT_THREAD, self,
					      GADDR(&d), 0, 0, SAME_ACCESS),
			  0);
	ck_assert_uint_eq(nt_compare_objects(t, d, NT_CURRENT_THREAD), 0);
}
END_TEST

/* ---- names ---- */

struct named {
	struct object_attributes64 oa;
	struct unicode_string64 s;
	uint16_t text[100];
};

static gaddr named(struct named *n, const char *name, uint64_t root,
		   uint32_t attributes)
{
	size_t len = strlen(name);

	memset(n, 0, sizeof *n);
	for (size_t i = 0; i < len; i++)
		n->text[i] = (uint8_t)name[i];
	n->s.length = n->s.maximum = (uint16_t)(len * 2);
	n->s.buffer = GADDR(n->text);
	n->oa.length = sizeof n->oa;
	n->oa.name = GADDR(&n->s);
	n->oa.root = root;
	n->oa.attributes = attributes;
	return GADDR(&n->oa);
}

static NTSTATUS create(const char *name, uint32_t attributes, uint64_t *h)
{
	struct named n;

	return nt_create_event(t, GADDR(h), GENERIC_ALL,
			       named(&n, name, 0, attributes), 0, 0);
}

static NTSTATUS open_event(const char *name, uint64_t root, uint32_t attributes,
			   uint64_t *h)
{
	struct named n;

	return nt_open_event(t, GADDR(h), GENERIC_ALL,
			     named(&n, name, root, attributes));
}

#define SESSION "\\Sessions\\1\\BaseNamedObjects\\"

static const struct {
	const char *what, *name;
	uint32_t attributes;
	NTSTATUS want;
} opens[] = {
	{ "itself", SESSION "Foo", 0, 0 },
	{ "through a link", SESSION "Local\\Foo", 0, 0 },
	{ "a session's number", SESSION "Session\\1\\Foo", 0, 0 },
	{ "other case", SESSION "foo", 0, STATUS_OBJECT_NAME_NOT_FOUND },
	{ "other case, allowed", SESSION "fOO", OBJ_CASE_INSENSITIVE, 0 },
	{ "another directory", SESSION "Global\\Foo", 0,
	  STATUS_OBJECT_NAME_NOT_FOUND },
	{ "no such directory", SESSION "Bar\\Foo", 0,
	  STATUS_OBJECT_PATH_NOT_FOUND },
	{ "below what is none", SESSION "Foo\\Foo", 0,
	  STATUS_OBJECT_TYPE_MISMATCH },
	{ "relative to nothing", "Foo", 0, STATUS_OBJECT_PATH_SYNTAX_BAD },
	{ "a directory", SESSION, 0, STATUS_OBJECT_TYPE_MISMATCH },
	{ "an empty component", "\\Sessions\\\\1", 0,
	  STATUS_OBJECT_NAME_INVALID },
};

START_TEST(opening)
{
	uint64_t h, o;
	NTSTATUS s;

	ck_assert_uint_eq(create(SESSION "Foo", 0, &h), 0);
	s = open_event(opens[_i].name, 0, opens[_i].attributes, &o);
	ck_assert_msg(s == opens[_i].want, "%s: %#x, want %#x", opens[_i].what,
		      s, opens[_i].want);
	if (!s)
		ck_assert_uint_eq(nt_compare_objects(t, h, o), 0);
}
END_TEST

START_TEST(lifetime)
{
	uint64_t h, again, m;
	struct named n;

	ck_assert_uint_eq(create(SESSION "X", 0, &h), 0);
	ck_assert_uint_eq(create(SESSION "X", 0, &again),
			  STATUS_OBJECT_NAME_COLLISION);
	ck_assert_uint_eq(create(SESSION "X", OBJ_OPENIF, &again),
			  STATUS_OBJECT_NAME_EXISTS);
	ck_assert_uint_eq(nt_compare_objects(t, h, again), 0);
	ck_assert_uint_eq(
		nt_create_mutant(t, GADDR(&m), GENERIC_ALL,
				 named(&n, SESSION "X", 0, OBJ_OPENIF), 0),
		STATUS_OBJECT_TYPE_MISMATCH);
	nt_close(t, h);
	ck_assert_uint_eq(open_event(SESSION "X", 0, 0, &h), 0);
	nt_close(t, h);
	nt_close(t, again);
	ck_assert_uint_eq(open_event(SESSION "X", 0, 0, &h),
			  STATUS_OBJECT_NAME_NOT_FOUND);
	ck_assert_uint_eq(handles_count(), 0);
}
END_TEST

START_TEST(relative)
{
	uint64_t dir, h, o;
	uint8_t buf[200] = { 0 };
	struct unicode_string64 s;
	struct named n;
	uint32_t len;

	ck_assert_uint_eq(
		nt_open_directory_object(t, GADDR(&dir), 0xf,
					 named(&n, "\\BaseNamedObjects", 0, 0)),
		0);
	ck_assert_uint_eq(nt_create_event(t, GADDR(&h), GENERIC_ALL,
					  named(&n, "Rel", dir, 0), 0, 0),
			  0);
	ck_assert_uint_eq(open_event(SESSION "Global\\Rel", 0, 0, &o), 0);
	ck_assert_uint_eq(nt_compare_objects(t, h, o), 0);
	ck_assert_uint_eq(nt_query_object(t, h, 1, GADDR(buf), 15, GADDR(&len)),
			  STATUS_INFO_LENGTH_MISMATCH);
	ck_assert_uint_eq(nt_query_object(t, h, 1, GADDR(buf), 16, GADDR(&len)),
			  STATUS_BUFFER_OVERFLOW);
	ck_assert_uint_eq(len, 16 + 2 * sizeof "\\BaseNamedObjects\\Rel");
	ck_assert_uint_eq(nt_query_object(t, h, 1, GADDR(buf), sizeof buf, 0),
			  0);
	memcpy(&s, buf, sizeof s);
	ck_assert_uint_eq(s.length, 2 * strlen("\\BaseNamedObjects\\Rel"));
	ck_assert_uint_eq(s.buffer, GADDR(buf + 16));
	ck_assert_uint_eq(((uint16_t *)(buf + 16))[18], 'R');
}
END_TEST

int main(void)
{
	Suite *s = suite_create("handle");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, values);
	tcase_add_test(tc, protection);
	tcase_add_test(tc, duplicates);
	tcase_add_loop_test(tc, opening, 0, COUNT_OF(opens));
	tcase_add_test(tc, lifetime);
	tcase_add_test(tc, relative);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
