/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c - run-foreign-tls: sessions, each a socket and a thread.
 *
 * Standard input is a socket whose other end is our run-foreign's alone.  Each
 * message on it brings a session's socket.  When that end is closed, however
 * run-foreign ended, so do we.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/pass-fd.h"
#include "loader/tls/tls.h"

static bool get(int fd, void *to, size_t n)
{
	for (uint8_t *at = to; n;) {
		ssize_t got = read(fd, at, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}

static bool put(int fd, const void *from, size_t n)
{
	for (const uint8_t *at = from; n;) {
		ssize_t done = send(fd, at, n, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

/* Its length, then it.  Most are small: only what they need is touched. */
static bool serve_one(int fd, struct session *s, uint8_t *request,
		      struct answer *a)
{
	uint32_t n;

	if (!get(fd, &n, sizeof n) || n > RF_TLS_MOST || !get(fd, request, n))
		return false;
	memset(&a->head, 0, sizeof a->head);
	a->n = 0;
	session_call(s, request, n, a);
	OPENSSL_cleanse(request, n);
	n = (uint32_t)(sizeof a->head + a->n);
	if (!put(fd, &n, sizeof n) || !put(fd, &a->head, sizeof a->head) ||
	    !put(fd, a->data, a->n))
		return false;
	OPENSSL_cleanse(a->data, a->n);
	return true;
}

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	uint8_t *request = malloc(RF_TLS_MOST);
	struct session *s = calloc(1, sizeof *s);
	struct answer a = { .data = malloc(RF_TLS_MOST) };

	if (request && s && a.data)
		while (serve_one(fd, s, request, &a))
			;
	if (s)
		session_end(s);
	free(s);
	free(request);
	free(a.data);
	close(fd);
	return NULL;
}

/* What a program can make us keep is bounded. */
static void set_limits(void)
{
	const struct rlimit data = { 1ul << 30, 1ul << 30 }, core = { 0, 0 };

	setrlimit(RLIMIT_DATA, &data);
	setrlimit(RLIMIT_CORE, &core);
	/* There are keys in here. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int main(void)
{
	pthread_attr_t attr;
	char byte;
	int fd;

	if (getsockname(STDIN_FILENO, &(struct sockaddr){ 0 },
			&(socklen_t){ sizeof(struct sockaddr) }) < 0) {
		fputs("run-foreign-tls: is started by run-foreign, for "
		      "programs "
		      "that use TLS\n",
		      stderr);
		return 2;
	}
	set_limits();
	/* No configuration: it could name libraries to load. */
	if (!OPENSSL_init_ssl(
		    OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL))
		return 1;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 256 << 10);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	while (pass_receive(STDIN_FILENO, &byte, 1, &fd, 1, 0) > 0) {
		pthread_t t;

		if (fd >= 0 &&
		    pthread_create(&t, &attr, serve, (void *)(intptr_t)fd))
			close(fd);
	}
	_exit(0);
}
