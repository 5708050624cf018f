/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unit tests of loader/outside-net.c: what a connection that the process outside
 * made can still be used for.  Both sides are here; there is no sandbox.
 */
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/policy-net.h"
#include "loader/outside-net.h"

static char own[] = "/tmp/rf-outside-XXXXXX";

/* Listens, at a port that the kernel chooses: *a is where. */
static int listener(int s, struct sockaddr_in *a)
{
	socklen_t n = sizeof *a;

	ck_assert(listen(s, 1) == 0);
	ck_assert(getsockname(s, (struct sockaddr *)a, &n) == 0);
	a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return s;
}

/* On the loopback that is known when connect() returns. */
static bool answers(const struct sockaddr_in *a)
{
	int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd p = { .fd = s, .events = POLLOUT };
	int ready;

	connect(s, (const struct sockaddr *)a, sizeof *a);
	ready = poll(&p, 1, 100);
	close(s);
	return ready == 1 && !(p.revents & POLLERR);
}

static int inet_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

START_TEST(never_listens)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in to = { 0 }, other;
	int s = listener(inet_socket(), &to), there, fd, inside, progress;
	struct policy_peer peer = { .host = (char *)"localhost",
				    .port = ntohs(to.sin_port),
				    .naddress = 1 };
	struct policy p = { .net = POLICY_NET_PEERS, .own = own,
			    .peers = &peer, .npeers = 1 };
	struct err e = { 0 };
	char c[2] = "";

	ck_assert(mkdtemp(own) != NULL);
	peer.address = calloc(1, sizeof *peer.address);
	memcpy(peer.address, &to, sizeof to);
	ck_assert(outside_net_serve(&p, &inside, &e) == 0);
	ck_assert_msg(outside_net_open(&p, inside, &e) == 0, "%s", e.text);
	policy = &p;
	fd = policy_connect((struct sockaddr *)&to, &progress);
	ck_assert_int_ge(fd, 0);
	there = accept(s, NULL, NULL);
	ck_assert(write(there, "hi", 2) == 2);
	ck_assert_int_eq(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 10000), 1);
	ck_assert(read(fd, c, 2) == 2 && c[0] == 'h');
	/* As a monitor that has been taken over would. */
	ck_assert(connect(fd, &none, sizeof none) == 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER,
				    &(int){ 0 }, sizeof(int)), -1);
	listener(fd, &other);
	ck_assert(!answers(&other));
	/* One of our own can be reached in the same way. */
	listener(inet_socket(), &other);
	ck_assert(answers(&other));
}
END_TEST

static void clean(void)
{
	static const char *const names[] = { POLICY_NET_DOOR, POLICY_NET_HOSTS };
	char path[64];

	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", own, names[i]);
		unlink(path);
	}
	rmdir(own);
}

int main(void)
{
	Suite *s = suite_create("outside-net");
	TCase *tc = tcase_create("outside-net");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_test(tc, never_listens);
	srunner_set_tap(r, "-");
	/* In this process, which has the folder's name. */
	srunner_set_fork_status(r, CK_NOFORK);
	srunner_run_all(r, CK_SILENT);
	clean();
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
