/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sock-native.c - what sock-guest.c does, as a Linux program would. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "micro.h"

double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

enum { CHUNK = 65536 };

static char big[CHUNK];
static int a, b;

static void make_pair(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int l = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	socklen_t n = sizeof at;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bind(l, (struct sockaddr *)&at, sizeof at);
	listen(l, 5);
	getsockname(l, (struct sockaddr *)&at, &n);
	a = socket(AF_INET, SOCK_STREAM, 0);
	connect(a, (struct sockaddr *)&at, sizeof at);
	b = accept(l, NULL, NULL);
	setsockopt(a, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(b, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	close(l);
}

static void *echo(void *arg)
{
	char buf[64];
	ssize_t n;

	while ((n = recv(b, buf, sizeof buf, 0)) > 0)
		send(b, buf, (size_t)n, 0);
	return arg;
}

static void *drain(void *arg)
{
	static char buf[CHUNK];
	while (recv(b, buf, sizeof buf, 0) > 0)
		;
	return arg;
}

static void *echo_epoll(void *arg)
{
	struct epoll_event e = { .events = EPOLLIN };
	int ep = epoll_create1(0);
	char buf[64];
	ssize_t n;

	epoll_ctl(ep, EPOLL_CTL_ADD, b, &e);
	for (;;) {
		epoll_wait(ep, &e, 1, -1);
		n = recv(b, buf, sizeof buf, 0);
		if (n <= 0)
			break;
		send(b, buf, (size_t)n, 0);
	}
	close(ep);
	return arg;
}

static void finish(pthread_t t)
{
	shutdown(a, SHUT_WR);
	pthread_join(t, NULL);
	close(a);
	close(b);
}

int main(void)
{
	pthread_t t;
	fd_set r;

	make_pair();
	pthread_create(&t, NULL, echo, NULL);
	BENCH("TCP: echo, blocking", 10000, send(a, big, 32, 0);
	      recv(a, big, 32, 0));
	finish(t);

	make_pair();
	pthread_create(&t, NULL, echo_epoll, NULL);
	BENCH("TCP: echo, port (native: epoll)", 10000, send(a, big, 32, 0);
	      recv(a, big, 32, 0));
	finish(t);

	make_pair();
	pthread_create(&t, NULL, drain, NULL);
	BENCH("TCP: 64 KB through", 4000, send(a, big, CHUNK, 0));
	finish(t);

	make_pair();
	send(a, big, 1, 0);
	BENCH("select: one socket, readable", 50000, FD_ZERO(&r);
	      FD_SET(b, &r); select(b + 1, &r, NULL, NULL, NULL));
	close(a);
	close(b);

	BENCH("TCP: listen, connect, accept, close", 500, make_pair();
	      close(a); close(b));
	return 0;
}
