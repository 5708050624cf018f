/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tokens: information, duplicates, privileges, and NtAccessCheck.
 */
#include <check.h>
#include <unistd.h>

#include "tests/lib/host-guest.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/token.h"

static uint64_t own(void)
{
	uint64_t h = 0;

	ck_assert_uint_eq(nt_open_process_token(hg_task, NT_CURRENT_PROCESS,
						0x2000000, G(&h)),
			  STATUS_SUCCESS);
	return h;
}

static uint64_t impersonation(uint64_t token, uint32_t level)
{
	struct {
		uint32_t len, level;
		uint8_t tracking, effective;
	} qos = { 12, level, 0, 0 };
	struct object_attributes64 oa = { .length = sizeof oa,
					  .quality = G(&qos) };
	uint64_t h = 0;

	ck_assert_uint_eq(nt_duplicate_token(hg_task, token, 0x2000000, G(&oa),
					     0, 2, G(&h)),
			  STATUS_SUCCESS);
	return h;
}

START_TEST(information)
{
	uint8_t buf[4096] __attribute__((aligned(8)));
	uint64_t h = own(), sid;
	uint32_t n = 0, v;
	struct sid s;

	ck_assert_uint_eq(
		nt_query_information_token(hg_task, h, 99, G(buf), 4, G(&n)),
		STATUS_INVALID_INFO_CLASS);
	ck_assert_uint_eq(
		nt_query_information_token(hg_task, h, 1, 0, 0, G(&n)),
		STATUS_BUFFER_TOO_SMALL);
	ck_assert_uint_eq(n, 16 + 28);
	ck_assert_uint_eq(
		nt_query_information_token(hg_task, h, 1, G(buf), n, G(&n)),
		STATUS_SUCCESS);
	memcpy(&sid, buf, 8);
	ck_assert_uint_eq(sid_read(hg_task, sid, &s), STATUS_SUCCESS);
	v = 99;
	ck_assert(sid_to_uid(&s, &v));
	ck_assert_uint_eq(v, getuid());
	/* Every class that has an answer fits its buffer and does not crash. */
	for (uint32_t class = 1; class < 48; class ++) {
		NTSTATUS st = nt_query_information_token(
			hg_task, h, class, G(buf), sizeof buf, G(&n));

		ck_assert_msg(st == STATUS_SUCCESS ||
				      st == STATUS_INVALID_INFO_CLASS ||
				      st == STATUS_NO_SUCH_LOGON_SESSION,
			      "class %u: %#x", class, st);
	}
}
END_TEST

START_TEST(privileges)
{
	/* count, then luid, 0, attributes */
	uint32_t on[] = { 1, 34, 0, 2 }, none[] = { 1, 7, 0, 2 };
	uint32_t old[16] = { 0 }, n = 0;
	uint64_t h = own();

	ck_assert_uint_eq(nt_adjust_privileges_token(hg_task, h, 0, G(on), 4,
						     G(old), G(&n)),
			  STATUS_BUFFER_TOO_SMALL);
	ck_assert_uint_eq(n, 16);
	ck_assert_uint_eq(nt_adjust_privileges_token(hg_task, h, 0, G(on),
						     sizeof old, G(old), G(&n)),
			  STATUS_SUCCESS);
	ck_assert_uint_eq(old[0], 1);
	ck_assert_uint_eq(old[1], 34);
	ck_assert_uint_eq(old[3], 0);
	/* Already on: nothing changes, nothing is told. */
	ck_assert_uint_eq(nt_adjust_privileges_token(hg_task, h, 0, G(on),
						     sizeof old, G(old), G(&n)),
			  STATUS_SUCCESS);
	ck_assert_uint_eq(old[0], 0);
	ck_assert_uint_eq(
		nt_adjust_privileges_token(hg_task, h, 0, G(none), 0, 0, 0),
		STATUS_NOT_ALL_ASSIGNED);
}
END_TEST

START_TEST(threads)
{
	uint64_t h = own(), i, got;

	ck_assert_uint_eq(
		nt_open_thread_token(hg_task, NT_CURRENT_THREAD, 8, 1, G(&got)),
		STATUS_NO_TOKEN);
	ck_assert_uint_eq(token_set_thread(hg_task, hg_thread, h),
			  STATUS_BAD_TOKEN_TYPE);
	i = impersonation(h, 2);
	ck_assert_uint_eq(token_set_thread(hg_task, hg_thread, i),
			  STATUS_SUCCESS);
	ck_assert_uint_eq(
		nt_open_thread_token(hg_task, NT_CURRENT_THREAD, 8, 1, G(&got)),
		STATUS_SUCCESS);
	ck_assert_uint_eq(token_set_thread(hg_task, hg_thread, 0),
			  STATUS_SUCCESS);
}
END_TEST

/* ---- access checks ------------------------------------------------------ */

enum { EVERYONE, SYSTEM, USER };

static const struct {
	const char *what;
	struct {
		uint8_t type, who;
		uint32_t mask;
	} ace[3];
	unsigned naces; /* 99: no DACL */
	uint8_t owner;
	uint32_t access, granted; /* 0: denied */
} checks[] = {
	{ "empty list", { { 0 } }, 0, SYSTEM, 1, 0 },
	{ "no list", { { 0 } }, 99, SYSTEM, 1, 1 },
	{ "allowed", { { 0, EVERYONE, 3 } }, 1, SYSTEM, 3, 3 },
	{ "too much", { { 0, EVERYONE, 3 } }, 1, SYSTEM, 7, 0 },
	{ "another's", { { 0, SYSTEM, 3 } }, 1, SYSTEM, 1, 0 },
	{ "denied first",
	  { { 1, EVERYONE, 1 }, { 0, EVERYONE, 3 } },
	  2,
	  SYSTEM,
	  1,
	  0 },
	{ "allowed first",
	  { { 0, EVERYONE, 3 }, { 1, EVERYONE, 1 } },
	  2,
	  SYSTEM,
	  1,
	  1 },
	{ "two entries",
	  { { 0, EVERYONE, 1 }, { 0, USER, 2 } },
	  2,
	  SYSTEM,
	  3,
	  3 },
	{ "generic", { { 0, EVERYONE, 0x80000000 } }, 1, SYSTEM, 1, 1 },
	{ "owner", { { 0 } }, 0, USER, 0x60000, 0x60000 },
	{ "maximum", { { 0, EVERYONE, 5 } }, 1, SYSTEM, 0x2000000, 5 },
};

START_TEST(access_checks)
{
	struct sid who[] = { sid_make(1, 1, 0), sid_make(5, 1, 18),
			     sid_of_uid(getuid()) };
	uint32_t map[4] = { 1, 2, 4, 7 }, granted = 77, status = 77;
	uint8_t acl[512], set[20];
	struct {
		uint8_t revision, sbz;
		uint16_t control;
		uint32_t pad;
		uint64_t owner, group, sacl, dacl;
	} sd = { .revision = 1 };
	uint32_t len = sizeof set;
	uint64_t h = impersonation(own(), 2);
	NTSTATUS s;

	acl_init(acl);
	sd.owner = G(&who[checks[_i].owner]);
	sd.group = G(&who[SYSTEM]);
	if (checks[_i].naces != 99) {
		for (unsigned i = 0; i < checks[_i].naces; i++) {
			uint16_t at;

			memcpy(&at, acl + 2, 2);
			acl_add(acl, sizeof acl, checks[_i].ace[i].mask,
				&who[checks[_i].ace[i].who]);
			acl[at] = checks[_i].ace[i].type;
		}
		sd.dacl = G(acl);
		sd.control = 4;
	}
	s = nt_access_check(hg_task, G(&sd), h, checks[_i].access, G(map),
			    G(set), G(&len), G(&granted), G(&status));
	ck_assert_msg(s == STATUS_SUCCESS, "%s: %#x", checks[_i].what, s);
	ck_assert_msg(granted == checks[_i].granted, "%s: granted %#x",
		      checks[_i].what, granted);
	ck_assert_uint_eq(status, checks[_i].granted ? STATUS_SUCCESS
						     : STATUS_ACCESS_DENIED);
}
END_TEST

START_TEST(primary_token)
{
	uint8_t sd[40] = { 1 }, set[20];
	uint32_t map[4] = { 0 }, n = sizeof set, out;

	ck_assert_uint_eq(nt_access_check(hg_task, G(sd), own(), 1, G(map),
					  G(set), G(&n), G(&out), G(&out)),
			  STATUS_NO_IMPERSONATION_TOKEN);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("token");
	TCase *tc = tcase_create("token");

	tcase_add_checked_fixture(tc, hg_start, NULL);
	tcase_add_test(tc, information);
	tcase_add_test(tc, privileges);
	tcase_add_test(tc, threads);
	tcase_add_loop_test(tc, access_checks, 0, COUNT_OF(checks));
	tcase_add_test(tc, primary_token);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
