/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outside-net.c - see outside-net.h.
 *
 * The sandbox has a network of its own, with nothing in it.  For a connection
 * its process asks at a socket in its folder, where a process out here listens:
 * that compares the address with the list, begins to connect, and hands over
 * the socket.  What the program calls a host was looked up once and is in the
 * sandbox's hosts file, so it needs no name server.
 */
#include "loader/outside-net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pass-fd.h"
#include "base/policy-net.h"
#include "base/table.h"
#include "loader/door.h"
#include "loader/jail.h"

enum { MAX_ADDRESSES = 64 };

/* ---- names ---- */

static bool parse_address(const char *text, uint16_t port,
			  struct sockaddr_storage *to)
{
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_port = htons(port) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port) };

	memset(to, 0, sizeof *to);
	if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
		memcpy(to, &four, sizeof four);
	else if (inet_pton(AF_INET6, text, &six.sin6_addr) == 1)
		memcpy(to, &six, sizeof six);
	else
		return false;
	return true;
}

static void add_address(struct policy_peer *peer, const char *text)
{
	struct sockaddr_storage a, *v;

	if (peer->naddress >= MAX_ADDRESSES ||
	    !parse_address(text, peer->port, &a))
		return;
	for (size_t i = 0; i < peer->naddress; i++)
		if (!memcmp(&a, &peer->address[i], sizeof a))
			return;
	v = realloc(peer->address, (peer->naddress + 1) * sizeof *v);
	if (!v)
		return;
	peer->address = v;
	v[peer->naddress++] = a;
}

/* getent's output, a line "ADDRESS  KIND NAME" for each. */
static FILE *start_getent(const char *name, pid_t *pid, struct err *e)
{
	char *argv[] = { "getent", "ahosts", (char *)name, NULL };
	extern char **environ;
	posix_spawn_file_actions_t actions;
	int pipe_fd[2], err;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0) {
		err_set(e, errno, "pipe: %s", strerror(errno));
		return NULL;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipe_fd[1], 1);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	err = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pipe_fd[1]);
	if (!err)
		return fdopen(pipe_fd[0], "r");
	close(pipe_fd[0]);
	err_set(e, err,
		"net: getent(1), which looks up %s: %s; an address "
		"needs no lookup",
		name, strerror(err));
	return NULL;
}

static int look_up(struct policy_peer *peer, struct err *e)
{
	char line[1024];
	pid_t pid;
	FILE *f;

	add_address(peer, peer->host);
	if (peer->naddress)
		return 0;
	f = start_getent(peer->host, &pid, e);
	if (!f)
		return -1;
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, " \t\n")] = 0;
		add_address(peer, line);
	}
	fclose(f);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (!peer->naddress)
		return err_set(e, EINVAL, "net: %s: no such host", peer->host);
	return 0;
}

int outside_net_lookup(struct policy *p, struct err *e)
{
	for (size_t i = 0; i < p->npeers; i++)
		if (look_up(&p->peers[i], e))
			return -1;
	return 0;
}

/* ---- the door ---- */

static int write_hosts(const struct policy *p)
{
	char path[PATH_MAX], text[INET6_ADDRSTRLEN];
	FILE *f;

	snprintf(path, sizeof path, "%s/" POLICY_NET_HOSTS, p->own);
	f = fopen(path, "we");
	if (!f)
		return -1;
	for (size_t i = 0; i < p->npeers; i++)
		for (size_t k = 0; k < p->peers[i].naddress; k++) {
			const void *a = &p->peers[i].address[k];
			const struct sockaddr_in *four = a;
			const struct sockaddr_in6 *six = a;
			bool is4 = four->sin_family == AF_INET;

			inet_ntop(four->sin_family,
				  is4 ? (const void *)&four->sin_addr
				      : &six->sin6_addr,
				  text, sizeof text);
			if (policy_is_loopback(a))
				fprintf(f, "%s\tlocalhost\n", text);
			fprintf(f, "%s\t%s\n", text, p->peers[i].host);
		}
	/* Of its own it has both. */
	if (p->net & POLICY_NET_LOOPBACK)
		fputs("::1\tlocalhost\n127.0.0.1\tlocalhost\n", f);
	return fclose(f);
}

int outside_net_open(const struct policy *p, int to, struct err *e)
{
	int fd = door_make(p, POLICY_NET_DOOR);

	if (fd < 0 || pass_send(to, "", 1, &fd, 1, 0) || write_hosts(p))
		return err_set(e, errno, "the sandbox's network: %s",
			       strerror(errno));
	close(fd);
	close(to);
	return 0;
}

/* ---- outside ---- */

static socklen_t length(const struct sockaddr *a)
{
	return a->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					: sizeof(struct sockaddr_in);
}

/* A socket that connects, or -errno; *progress as in struct policy_answer. */
static int begin(const struct sockaddr *to, int *progress)
{
	int fd, err;

	fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);
	if (fd < 0)
		return -errno;
	*progress = connect(fd, to, length(to)) < 0 ? errno : 0;
	if (!*progress || *progress == EINPROGRESS)
		return fd;
	err = *progress;
	close(fd);
	return -err;
}

static bool is_number(int s, int option, int value)
{
	int v;
	socklen_t n = sizeof v;

	return !getsockopt(s, SOL_SOCKET, option, &v, &n) && v == value;
}

/*
 * The sandbox cannot connect its own sockets, as then it could those that it was
 * handed, too.  One of its own is of the same network as the door.
 */
static int begin_own(const struct policy *p, const struct sockaddr *to, int fd,
		     int door)
{
	int flags = fcntl(fd, F_GETFL), err;

	if (!(p->net & POLICY_NET_LOOPBACK) || !policy_is_loopback(to) ||
	    flags < 0 || !policy_same_network(fd, door) ||
	    !is_number(fd, SO_PROTOCOL, IPPROTO_TCP))
		return EACCES;
	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return errno;
	err = connect(fd, to, length(to)) < 0 ? errno : 0;
	/* It stays as it was, unless it is what was asked for. */
	if (err && err != EINPROGRESS)
		fcntl(fd, F_SETFL, flags);
	return err;
}

/*
 * Nor can it make its own listen, for the same reason: one that it was handed
 * would hear the network outside, once disconnected.
 */
static int begin_listening(int fd, int backlog, int door)
{
	if (!policy_same_network(fd, door))
		return EACCES;
	return listen(fd, backlog) < 0 ? errno : 0;
}

static void answer_one(int s, int door, void *context)
{
	const struct policy *p = context;
	struct policy_answer answer = { 0 };
	struct policy_request ask;
	const struct sockaddr *to = (const struct sockaddr *)&ask.to;
	int own, fd = -1, err;
	ssize_t n = pass_receive(s, &ask, sizeof ask, &own, 1, 0);

	if (n == sizeof ask) {
		if (ask.what == POLICY_NET_LISTEN) {
			answer.error = begin_listening(own, ask.backlog, door);
			answer.own = !answer.error;
		} else if (policy_reaches(p, to)) {
			fd = begin(to, &answer.error);
			if (fd < 0)
				answer.error = -fd;
		} else {
			answer.error = begin_own(p, to, own, door);
			answer.own = !answer.error ||
				     answer.error == EINPROGRESS;
		}
		err = pass_send(s, &answer, sizeof answer, &fd, 1, 0);
		if (err)
			log_debug(LOG_PROCESS, "net: %s", strerror(-err));
	}
	if (own >= 0)
		close(own);
	if (fd >= 0)
		close(fd);
}

static _Noreturn void serve(const struct policy *p, int from)
{
	struct err e = { 0 };
	char byte;
	int door;

	/* None: the sandbox could not be made. */
	pass_receive(from, &byte, 1, &door, 1, 0);
	close(from);
	if (door < 0)
		_exit(0);
	if (jail_calls_outside(JAIL_CONNECTOR, &e)) {
		log_warn("sandbox: no connections: %s", e.text);
		_exit(0);
	}
	door_serve(door, answer_one, (void *)p);
}

/* A process: who makes namespaces may have no threads. */
int outside_net_serve(const struct policy *p, int *inside, struct err *e)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(e, errno, "socketpair: %s", strerror(errno));
	pid = door_fork();
	if (pid < 0)
		return err_set(e, errno, "fork: %s", strerror(errno));
	close(pair[pid > 0 ? 0 : 1]);
	if (pid == 0)
		serve(p, pair[0]);
	*inside = pair[1];
	return 0;
}
