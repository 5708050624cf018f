/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unit tests of loader/outside-net.c: what a connection that the process outside
 * made can still be used for.  Both sides are here; there is no sandbox.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/policy-net.h"
#include "loader/outside-net.h"
#include "tests/lib/unit.h"

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

static int inet_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

/* What is granted is connected to, by a socket of the process outside. */
START_TEST(hands_over)
{
	struct sockaddr_in to = { 0 }, not = { 0 };
	struct sockaddr_storage address = { 0 };
	int s = listener(inet_socket(), &to), there, fd, inside, progress;
	struct policy_peer peer = { .host = (char *)"localhost",
				    .port = ntohs(to.sin_port),
				    .address = &address, .naddress = 1 };
	struct policy p = { .net = POLICY_NET_PEERS, .own = own,
			    .peers = &peer, .npeers = 1 };
	struct err e = { 0 };
	char c[2] = "";

	ck_assert(mkdtemp(own) != NULL);
	memcpy(&address, &to, sizeof to);
	ck_assert(outside_net_serve(&p, &inside, &e) == 0);
	ck_assert_msg(outside_net_open(&p, inside, &e) == 0, "%s", e.text);
	policy = &p;
	fd = policy_connect(-1, (struct sockaddr *)&to, &progress);
	ck_assert_int_ge(fd, 0);
	there = accept(s, NULL, NULL);
	ck_assert(write(there, "hi", 2) == 2);
	ck_assert_int_eq(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 10000), 1);
	ck_assert(read(fd, c, 2) == 2 && c[0] == 'h');
	listener(inet_socket(), &not);
	ck_assert_int_eq(policy_connect(-1, (struct sockaddr *)&not, &progress),
			 -EACCES);
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

/*
 * With a loopback the process outside connects sockets of the sandbox's network,
 * there only; not those of its own.  Here both are one, so the door is made in
 * another network by a child.
 */
START_TEST(own_loopback)
{
	const struct sockaddr_in6 six = { .sin6_family = AF_INET6,
					  .sin6_port = htons(80),
					  .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in mine = { 0 }, host = { 0 };
	struct policy p = { .net = POLICY_NET_PEERS | POLICY_NET_LOOPBACK,
			    .own = own };
	int host_socket = listener(inet_socket(), &host), inside, status;
	struct err e = { 0 };
	pid_t pid;

	ck_assert(outside_net_serve(&p, &inside, &e) == 0);
	pid = fork();
	if (pid == 0) {
		struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
		int s, progress, outer = inet_socket();

		if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
			_exit(77);
		s = inet_socket();
		policy = &p;
		clean();
		if (ioctl(s, SIOCSIFFLAGS, &lo) || mkdir(own, 0700) ||
		    outside_net_open(&p, inside, &e))
			_exit(1);
		listener(s, &mine);
		s = inet_socket();
		/* Reached, by the very socket; and nobody is elsewhere. */
		if (policy_connect(s, (struct sockaddr *)&mine, &progress) != s)
			_exit(2);
		if (poll(&(struct pollfd){ s, POLLOUT, 0 }, 1, 10000) != 1 ||
		    getpeername(s, (struct sockaddr *)&mine,
				&(socklen_t){ sizeof mine }))
			_exit(3);
		s = inet_socket();
		if (policy_connect(s, (struct sockaddr *)&host, &progress) !=
			    s ||
		    poll(&(struct pollfd){ s, POLLOUT, 0 }, 1, 10000) != 1 ||
		    getpeername(s, (struct sockaddr *)&mine,
				&(socklen_t){ sizeof mine }) != -1)
			_exit(4);
		/* The host's, by a socket that is the host's. */
		if (policy_connect(outer, (struct sockaddr *)&host,
				   &progress) != -EACCES)
			_exit(5);
		/* One that fails at once, by its family, stays as it was. */
		s = inet_socket();
		if (policy_connect(s, (struct sockaddr *)&six, &progress) !=
			    -EAFNOSUPPORT ||
		    fcntl(s, F_GETFL) & O_NONBLOCK)
			_exit(9);
		/* Not the loopback; no socket; none of TCP. */
		host.sin_addr.s_addr = htonl(0xc0000201);
		if (policy_connect(s, (struct sockaddr *)&host, &progress) !=
		    -EACCES)
			_exit(6);
		if (policy_connect(-1, (struct sockaddr *)&mine, &progress) !=
		    -EACCES)
			_exit(7);
		s = socket(AF_INET, SOCK_DGRAM, 0);
		if (policy_connect(s, (struct sockaddr *)&mine, &progress) !=
		    -EACCES)
			_exit(8);
		/* Listening: as connecting, and with a socket file. */
		if (policy_listen(outer, 5) != -EACCES ||
		    policy_listen(-1, 5) != -EACCES)
			_exit(10);
		if (policy_listen(inet_socket(), 5) ||
		    policy_listen(socket(AF_UNIX, SOCK_STREAM, 0), 5) != -EINVAL)
			_exit(11);
		if (!policy_is_outside(outer) || policy_is_outside(s))
			_exit(12);
		_exit(0);
	}
	close(inside);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && (WEXITSTATUS(status) == 0 ||
					    WEXITSTATUS(status) == 77),
		      "step %d", WEXITSTATUS(status));
	close(host_socket);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("outside-net");
	TCase *tc = tcase_create("outside-net");

	suite_add_tcase(s, tc);
	tcase_add_test(tc, hands_over);
	tcase_add_test(tc, own_loopback);
	/* In this process, which has the folder's name. */
	clean();
	return unit_run_as(s, CK_NOFORK);
}
