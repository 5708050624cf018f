/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy-net.c - see policy-net.h. */
#include "base/policy-net.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pass-fd.h"
#include "base/table.h"

/* ---- reading ---- */

static int parse_port(const char *s, uint16_t *port)
{
	unsigned long n = 0;

	if (!*s)
		return -1;
	for (; isdigit((unsigned char)*s) && n <= UINT16_MAX; s++)
		n = 10 * n + (unsigned long)(*s - '0');
	if (*s || !n || n > UINT16_MAX)
		return -1;
	*port = (uint16_t)n;
	return 0;
}

/* "name:443", "192.0.2.1:80", "[2001:db8::1]:80"; s is changed. */
static int parse_peer(char *s, struct policy_peer *peer)
{
	char *port = strrchr(s, ':'), *host = s;

	if (!port)
		return -1;
	*port++ = 0;
	if (*host == '[') {
		size_t n = strlen(host);

		if (host[n - 1] != ']')
			return -1;
		host[n - 1] = 0;
		host++;
	} else if (strchr(host, ':')) {
		return -1; /* which colon is it? */
	}
	if (!*host || strpbrk(host, " \t/\\") || parse_port(port, &peer->port))
		return -1;
	peer->host = strdup(host);
	return peer->host ? 0 : -1;
}

static int add_peer(struct policy *p, const char *text, struct err *e)
{
	struct policy_peer peer = { 0 }, *v;
	char *copy = strdup(text);

	if (!copy)
		return err_set(e, ENOMEM, "no memory");
	if (parse_peer(copy, &peer)) {
		free(copy);
		return err_set(e, EINVAL,
			       "net \"%s\": wanted none, all, or loopback and "
			       "hosts as name:443 or [2001:db8::1]:80",
			       text);
	}
	free(copy);
	v = realloc(p->peers, (p->npeers + 1) * sizeof *v);
	if (!v)
		return err_set(e, ENOMEM, "no memory");
	p->peers = v;
	v[p->npeers++] = peer;
	return 0;
}

static int add_one(struct policy *p, const char *text, struct err *e)
{
	if (!strcmp(text, "loopback"))
		p->net |= POLICY_NET_LOOPBACK;
	else if (add_peer(p, text, e))
		return -1;
	else
		p->net |= POLICY_NET_PEERS;
	p->net &= ~(unsigned)POLICY_NET_ALL;
	return 0;
}

int policy_set_net(struct policy *p, const char *value, struct err *e)
{
	char *copy, *rest, *one;
	int ret = 0;

	if (!strcmp(value, "none") || !strcmp(value, "all")) {
		p->net = *value == 'a' ? POLICY_NET_ALL : POLICY_NET_NONE;
		p->npeers = 0;
		return 0;
	}
	rest = copy = strdup(value);
	if (!copy)
		return err_set(e, ENOMEM, "no memory");
	while (!ret && (one = strsep(&rest, ",")))
		ret = add_one(p, one, e);
	free(copy);
	return ret;
}

/* ---- addresses ---- */

static bool same(const struct sockaddr *a, const struct sockaddr *b)
{
	if (a->sa_family != b->sa_family)
		return false;
	if (a->sa_family == AF_INET) {
		const struct sockaddr_in *x = (const void *)a;
		const struct sockaddr_in *y = (const void *)b;

		return x->sin_port == y->sin_port &&
		       x->sin_addr.s_addr == y->sin_addr.s_addr;
	}
	if (a->sa_family == AF_INET6) {
		const struct sockaddr_in6 *x = (const void *)a;
		const struct sockaddr_in6 *y = (const void *)b;

		return x->sin6_port == y->sin6_port &&
		       !memcmp(&x->sin6_addr, &y->sin6_addr,
			       sizeof x->sin6_addr);
	}
	return false;
}

/* ::ffff:192.0.2.1 is 192.0.2.1. */
static void unmap(const struct sockaddr *a, struct sockaddr_storage *to)
{
	const struct sockaddr_in6 *six = (const void *)a;
	struct sockaddr_in four = { .sin_family = AF_INET };

	memset(to, 0, sizeof *to);
	if (a->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
		four.sin_port = six->sin6_port;
		memcpy(&four.sin_addr, six->sin6_addr.s6_addr + 12, 4);
		memcpy(to, &four, sizeof four);
	} else {
		memcpy(to, a,
		       a->sa_family == AF_INET6 ? sizeof *six : sizeof four);
	}
}

bool policy_reaches(const struct policy *p, const struct sockaddr *a)
{
	struct sockaddr_storage plain;

	unmap(a, &plain);
	for (size_t i = 0; i < p->npeers; i++)
		for (size_t k = 0; k < p->peers[i].naddress; k++)
			if (same((struct sockaddr *)&plain,
				 (struct sockaddr *)&p->peers[i].address[k]))
				return true;
	return false;
}

bool policy_is_loopback(const struct sockaddr *a)
{
	struct sockaddr_storage plain;
	const struct sockaddr_in *four = (const void *)&plain;
	const struct sockaddr_in6 *six = (const void *)&plain;

	unmap(a, &plain);
	return plain.ss_family == AF_INET
		       ? ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET
		       : plain.ss_family == AF_INET6 &&
				 IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

void policy_address_text(const struct sockaddr *a,
			 char text[POLICY_ADDRESS_TEXT])
{
	const struct sockaddr_in6 *six = (const void *)a;
	const struct sockaddr_in *four = (const void *)a;
	char host[INET6_ADDRSTRLEN] = "?";

	if (a->sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
		snprintf(text, POLICY_ADDRESS_TEXT, "[%s]:%u", host,
			 ntohs(six->sin6_port));
	} else {
		inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
		snprintf(text, POLICY_ADDRESS_TEXT, "%s:%u", host,
			 ntohs(four->sin_port));
	}
}

bool policy_same_network(int a, int b)
{
	uint64_t x = 0, y = 0;
	socklen_t n = sizeof x, m = sizeof y;

	return !getsockopt(a, SOL_SOCKET, SO_NETNS_COOKIE, &x, &n) &&
	       !getsockopt(b, SOL_SOCKET, SO_NETNS_COOKIE, &y, &m) && x == y;
}

bool policy_is_outside(int s)
{
	int v = 0, ours;
	socklen_t len = sizeof v;
	bool outside;

	if (!policy || !(policy->net & POLICY_NET_PEERS) ||
	    getsockopt(s, SOL_SOCKET, SO_DOMAIN, &v, &len) ||
	    (v != AF_INET && v != AF_INET6))
		return false;
	if (!(policy->net & POLICY_NET_LOOPBACK))
		return true;
	ours = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	outside = !policy_same_network(s, ours);
	if (ours >= 0)
		close(ours);
	return outside;
}

/* ---- asking ---- */

/* own, or the socket that was sent; or -errno. */
static int receive(int from, int own, struct policy_answer *answer)
{
	int fd;
	ssize_t n = pass_receive(from, answer, sizeof *answer, &fd, 1, 0);

	if (n < 0)
		return (int)n;
	if (n == sizeof *answer && (fd >= 0 || answer->own))
		return fd >= 0 ? fd : own;
	if (fd >= 0)
		close(fd);
	return n != sizeof *answer ? -EPIPE :
	       answer->error > 0   ? -answer->error :
				     -EPROTO;
}

/* As receive() returns it. */
static int ask_outside(const struct policy_request *ask, int own,
		       struct policy_answer *answer)
{
	int s = policy_dial(POLICY_NET_DOOR), ret;

	if (s < 0)
		return s;
	ret = pass_send(s, ask, sizeof *ask, &own, 1, 0);
	if (!ret)
		ret = receive(s, own, answer);
	close(s);
	return ret;
}

int policy_connect(int own, const struct sockaddr *a, int *progress)
{
	struct policy_request ask = { .what = POLICY_NET_CONNECT };
	struct policy_answer answer = { 0 };
	char text[POLICY_ADDRESS_TEXT];
	int ret;

	memcpy(&ask.to, a,
	       a->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					: sizeof(struct sockaddr_in));
	ret = ask_outside(&ask, policy->net & POLICY_NET_LOOPBACK ? own : -1,
			  &answer);
	if (ret >= 0) {
		*progress = answer.error;
	} else if (ret == -EACCES) {
		policy_address_text(a, text);
		policy_refused("connecting to %s (--net)", text);
	}
	return ret;
}

bool policy_listens_outside(void)
{
	return policy && policy->net & POLICY_NET_PEERS;
}

int policy_listen(int s, int backlog)
{
	struct policy_request ask = { .what = POLICY_NET_LISTEN,
				      .backlog = backlog };
	struct policy_answer answer = { 0 };
	int ret;

	if (!policy_listens_outside())
		return listen(s, backlog) < 0 ? -errno : 0;
	ret = ask_outside(&ask, s, &answer);
	return MIN(ret, 0);
}
