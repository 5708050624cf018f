/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unit tests for syscall-xlate/nt/process-block.c: a child of another parent,
 * which is a thread here that says what it is asked, and no more.
 */
#include <check.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/host-guest.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/process-block.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"

static int ends[2];

/* It has no handles to inherit, and does not live to say its token. */
static void *parent(void *arg)
{
	struct remote_msg *m = remote_msg(REMOTE_INHERIT);
	bool *asked = arg;

	ck_assert_ptr_ne(m, NULL);
	ck_assert_int_eq(remote_receive(ends[1], m, 0), 0);
	ck_assert_uint_eq(m->op, REMOTE_INHERIT);
	m->status = STATUS_SUCCESS;
	m->args[0] = 0;
	m->len = 0;
	m->fd = -1;
	ck_assert_int_eq(remote_send(ends[1], m), 0);
	ck_assert_int_eq(remote_receive(ends[1], m, 0), 0);
	*asked = m->op == REMOTE_TOKEN;
	close(ends[1]);
	free(m);
	return NULL;
}

START_TEST(parent_ends_before_its_token)
{
	struct nt_process *p = process_new(getpid(), -1);
	struct request r = { .parent = p };
	bool asked = false;
	struct passing g;
	pthread_t other;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	p->remote = ends[0];
	p->remote_open = true;
	ck_assert_int_eq(pthread_create(&other, NULL, parent, &asked), 0);
	/* The child would have its starter's. */
	ck_assert_uint_eq(passing_collect(&r, &g),
			  STATUS_PROCESS_IS_TERMINATING);
	passing_free(&g);
	ck_assert_int_eq(pthread_join(other, NULL), 0);
	ck_assert(asked);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("process-block");
	TCase *tc = tcase_create("parent");

	tcase_add_checked_fixture(tc, hg_start, NULL);
	tcase_add_test(tc, parent_ends_before_its_token);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
