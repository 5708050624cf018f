/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pipes, named and anonymous: the handlers called straight. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/fake-engine.h"
#include "tests/lib/file-fixture.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/calls.h"

static uint64_t pipe_server(const char *name, bool message, bool async)
{
	uint64_t h = 0;
	int64_t timeout = -500000;

	ck_assert_uint_eq(nt_create_named_pipe_file(
				  t, GADDR(&h),
				  GENERIC_READ | GENERIC_WRITE | 0x100000,
				  oa(name), GADDR(&iosb), 3, FILE_OPEN_IF,
				  async ? 0 : SYNC, message, message, 0, 2,
				  4096, 4096, GADDR(&timeout)),
			  0);
	return h;
}

START_TEST(named_pipes)
{
	static const char name[] = "\\??\\pipe\\rf-unit-test";
	uint64_t s, c, s2, event;
	struct io_status64 late = { 0 };
	char buf[64];

	ck_assert_uint_eq(
		open_as(name, GENERIC_READ | 0x100000, 0, FILE_OPEN, SYNC, &c),
		STATUS_OBJECT_NAME_NOT_FOUND);
	s = pipe_server(name, true, true);
	ck_assert_uint_eq(open_as(name, GENERIC_READ | GENERIC_WRITE | 0x100000,
				  0, FILE_OPEN, SYNC, &c),
			  0);
	ck_assert_uint_eq(
		open_as(name, GENERIC_READ | 0x100000, 0, FILE_OPEN, SYNC, &s2),
		STATUS_PIPE_NOT_AVAILABLE);
	ck_assert_uint_eq(nt_fs_control_file(t, s, 0, 0, 0, GADDR(&iosb),
					     0x110008, 0, 0, 0, 0),
			  STATUS_PIPE_CONNECTED);
	/* Messages keep their bounds at the end that reads them so. */
	ck_assert_uint_eq(put(c, "hello", NULL), 0);
	ck_assert_uint_eq(put(c, "x", NULL), 0);
	ck_assert_uint_eq(get(s, buf, 3, NULL), STATUS_BUFFER_OVERFLOW);
	ck_assert_str_eq(buf, "hel");
	ck_assert_uint_eq(get(s, buf, 30, NULL), 0);
	ck_assert_str_eq(buf, "lo");
	ck_assert_uint_eq(get(s, buf, 30, NULL), 0);
	ck_assert_str_eq(buf, "x");

	/* Overlapped: pending, then finished by what comes. */
	ck_assert_uint_eq(nt_create_event(t, GADDR(&event), 0x1f0003, 0, 0, 0),
			  0);
	memset(buf, 0, sizeof buf);
	ck_assert_uint_eq(nt_read_file(t, s, event, 0, 0, GADDR(&late),
				       GADDR(buf), 30, 0, 0),
			  STATUS_PENDING);
	ck_assert_uint_eq(nt_wait_for_single_object(t, event, 0, AT_ONCE),
			  STATUS_TIMEOUT);
	ck_assert_uint_eq(put(c, "late", NULL), 0);
	ck_assert_uint_eq(
		nt_wait_for_single_object(t, event, 0, AFTER_MS(2000)), 0);
	ck_assert_uint_eq(late.status, 0);
	ck_assert_uint_eq(late.information, 4);
	ck_assert_str_eq(buf, "late");

	/* Cancelled. */
	ck_assert_uint_eq(nt_read_file(t, s, event, 0, 0, GADDR(&late),
				       GADDR(buf), 30, 0, 0),
			  STATUS_PENDING);
	ck_assert_uint_eq(nt_cancel_io_file_ex(t, s, 0, GADDR(&iosb)), 0);
	ck_assert_uint_eq(
		nt_wait_for_single_object(t, event, 0, AFTER_MS(2000)), 0);
	ck_assert_uint_eq(late.status, STATUS_CANCELLED);
	ck_assert_uint_eq(nt_cancel_io_file_ex(t, s, 0, GADDR(&iosb)),
			  STATUS_NOT_FOUND);

	/* The other end goes. */
	closes(c);
	ck_assert_uint_eq(get(s, buf, 3, NULL), STATUS_PIPE_BROKEN);
	ck_assert_uint_eq(nt_fs_control_file(t, s, 0, 0, 0, GADDR(&iosb),
					     0x110004, 0, 0, 0, 0),
			  0);
	/* And another comes: waiting for it this time. */
	ck_assert_uint_eq(nt_fs_control_file(t, s, event, 0, 0, GADDR(&late),
					     0x110008, 0, 0, 0, 0),
			  STATUS_PENDING);
	ck_assert_uint_eq(open_as(name, GENERIC_READ | GENERIC_WRITE | 0x100000,
				  0, FILE_OPEN, SYNC, &c),
			  0);
	ck_assert_uint_eq(
		nt_wait_for_single_object(t, event, 0, AFTER_MS(2000)), 0);
	ck_assert_uint_eq(late.status, 0);
	/* Sent away on purpose is not the same as left alone. */
	ck_assert_uint_eq(nt_fs_control_file(t, s, 0, 0, 0, GADDR(&iosb),
					     0x110004, 0, 0, 0, 0),
			  0);
	ck_assert_uint_eq(put(c, "x", NULL), STATUS_PIPE_DISCONNECTED);
	ck_assert_uint_eq(get(c, buf, 3, NULL), STATUS_PIPE_DISCONNECTED);
	closes(c);
	closes(s);
	closes(event);
	ck_assert_uint_eq(
		open_as(name, GENERIC_READ | 0x100000, 0, FILE_OPEN, SYNC, &c),
		STATUS_OBJECT_NAME_NOT_FOUND);
}
END_TEST

START_TEST(anonymous_pipe)
{
	uint64_t dir, r, w;
	struct object_attributes64 a = { .length = sizeof a };
	struct {
		uint32_t state, available, messages, length;
		char data[8];
	} peek;
	char buf[16];

	ck_assert_uint_eq(open_as("\\Device\\NamedPipe\\",
				  GENERIC_READ | 0x100000, 7, FILE_OPEN, SYNC,
				  &dir),
			  0);
	a.root = dir;
	ck_assert_uint_eq(nt_create_named_pipe_file(
				  t, GADDR(&r), GENERIC_READ | 0x100000,
				  GADDR(&a), GADDR(&iosb), 2, FILE_CREATE, SYNC,
				  0, 0, 0, 1, 4096, 4096, 0),
			  0);
	a.root = r;
	ck_assert_uint_eq(nt_open_file(t, GADDR(&w), GENERIC_WRITE | 0x100000,
				       GADDR(&a), GADDR(&iosb), 1,
				       SYNC | NOT_DIR),
			  0);
	ck_assert_uint_eq(put(w, "abcdef", NULL), 0);
	ck_assert_uint_eq(nt_fs_control_file(t, r, 0, 0, 0, GADDR(&iosb),
					     0x11400c, 0, 0, GADDR(&peek),
					     sizeof peek),
			  0);
	ck_assert_uint_eq(peek.available, 6);
	ck_assert_int_eq(memcmp(peek.data, "abcdef", 6), 0);
	ck_assert_uint_eq(get(r, buf, 4, NULL), 0);
	ck_assert_str_eq(buf, "abcd");
	ck_assert_uint_eq(get(r, buf, 10, NULL), 0);
	ck_assert_str_eq(buf, "ef");
	closes(w);
	ck_assert_uint_eq(get(r, buf, 10, NULL), STATUS_PIPE_BROKEN);
	closes(r);
	closes(dir);
}
END_TEST

static uint64_t blocked_on;
static volatile NTSTATUS blocked_status = STATUS_PENDING;

static void block(struct task *task, void *arg)
{
	static struct io_status64 io;
	static char buf[8];

	(void)arg;
	blocked_status =
		CALL(task, nt_read_file(task, blocked_on, 0, 0, 0, GADDR(&io),
					GADDR(buf), 8, 0, 0));
}

START_TEST(cancel_synchronous)
{
	uint64_t dir, w, th;
	struct object_attributes64 a = { .length = sizeof a };
	NTSTATUS status;

	ck_assert_uint_eq(open_as("\\Device\\NamedPipe\\",
				  GENERIC_READ | 0x100000, 7, FILE_OPEN, SYNC,
				  &dir),
			  0);
	a.root = dir;
	ck_assert_uint_eq(nt_create_named_pipe_file(t, GADDR(&blocked_on),
						    GENERIC_READ | 0x100000,
						    GADDR(&a), GADDR(&iosb), 2,
						    FILE_CREATE, SYNC, 0, 0, 0,
						    1, 4096, 4096, 0),
			  0);
	a.root = blocked_on;
	ck_assert_uint_eq(nt_open_file(t, GADDR(&w), GENERIC_WRITE | 0x100000,
				       GADDR(&a), GADDR(&iosb), 1,
				       SYNC | NOT_DIR),
			  0);
	th = fake_thread(block, NULL);
	/* As soon as it reads. */
	while ((status = nt_cancel_synchronous_io_file(t, th, 0,
						       GADDR(&iosb))) ==
	       STATUS_NOT_FOUND)
		usleep(1000);
	ck_assert_uint_eq(status, 0);
	ck_assert_uint_eq(nt_wait_for_single_object(t, th, 0, AFTER_MS(3000)),
			  0);
	ck_assert_uint_eq(blocked_status, STATUS_CANCELLED);
	ck_assert_uint_eq(nt_cancel_synchronous_io_file(t, th, 0, GADDR(&iosb)),
			  STATUS_NOT_FOUND);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("nt/pipe");
	TCase *tc = tcase_create("file");

	tcase_add_checked_fixture(tc, file_setup, file_teardown);
	tcase_add_test(tc, named_pipes);
	tcase_add_test(tc, anonymous_pipe);
	tcase_add_test(tc, cancel_synchronous);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
