/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c - run-foreign-tls: sessions, each a socket and a thread.
 *
 * Standard input is a socket whose other end is our run-foreign's alone.  Each
 * message on it brings a session's socket.  When that end is closed, however
 * run-foreign ended, so do we.  RF_TLS_SLOT is only held.
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
#include <sys/syscall.h>
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

/*
 * Its length, then it.  A server has many sessions, and most of them wait: they
 * have no memory for what they are going to be asked.
 */
static bool serve_one(int fd, struct session *s)
{
	struct answer a = { .n = 0 };
	uint8_t *request;
	uint32_t n, size;
	bool ok;

	if (!get(fd, &n, sizeof n) || n > RF_TLS_MOST)
		return false;
	request = OPENSSL_malloc(n ? n : 1);
	ok = request && get(fd, request, n);
	if (ok) {
		session_call(s, request, n, &a);
		size = (uint32_t)(sizeof a.head + a.n);
		ok = put(fd, &size, sizeof size) &&
		     put(fd, &a.head, sizeof a.head) && put(fd, a.data, a.n);
	}
	OPENSSL_clear_free(request, n);
	OPENSSL_clear_free(a.data, a.room);
	return ok;
}

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	struct session s = { .ctx = NULL };

	while (serve_one(fd, &s))
		;
	session_end(&s);
	close(fd);
	return NULL;
}

/* What a program can make us keep is bounded. */
static void set_limits(void)
{
	const struct rlimit data = { 1ul << 30, 1ul << 30 }, core = { 0, 0 };
	struct rlimit files;

	/* A session is one; a low soft limit is for who uses select(). */
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
#ifndef __SANITIZE_ADDRESS__ /* whose shadow, of terabytes, would count */
	setrlimit(RLIMIT_DATA, &data);
#endif
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
		      "programs that use TLS\n",
		      stderr);
		return 2;
	}
	/* What run-foreign was given by its caller is not ours. */
	syscall(SYS_close_range, RF_TLS_SLOT + 1, ~0u, 0);
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
