/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe-client.c - who a pipe's client is, and as whom its server may act.
 *
 * A client that connects as everybody does need not say so.  Who names a
 * quality of service, or has no usual token, gives his socket an abstract
 * address that says it before he connects, so the server can read it when it
 * wants to know. His uid is in the socket's credentials: of other users nobody
 * may act as.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "syscall-xlate/nt/pipe.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/token.h"

/* Whom nothing was said about: what an open has without SECURITY_SQOS_PRESENT.
 */
static const struct pipe_client usual = {
	.level = LEVEL_IMPERSONATION,
	.dynamic = true,
};

/* ---- the client --------------------------------------------------------- */

/* Has the caller not the token that the user's processes have? */
static void look_at_tokens(struct task *t, struct pipe_client *c)
{
	struct object *thread = token_of_thread(nt_thread(t));
	struct token *own;

	if (thread) {
		c->nobody = token_is_weak((struct token *)thread);
		object_put(thread);
	}
	own = token_of_process_if_made();
	if (own) {
		c->own_token = token_is_odd(own);
		object_put(&own->object);
	}
}

NTSTATUS pipe_client_read(struct task *t, gaddr quality, struct pipe_client *c)
{
	struct {
		uint32_t len, level;
		uint8_t dynamic, effective_only;
	} q;

	*c = usual;
	if (token_weak_any || token_odd_any)
		look_at_tokens(t, c);
	if (!quality)
		return STATUS_SUCCESS;
	if (guest_read(t, &q, quality, 10) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (q.level > LEVEL_DELEGATION)
		return STATUS_BAD_IMPERSONATION_LEVEL;
	c->level = (uint8_t)q.level;
	c->dynamic = q.dynamic;
	c->effective_only = q.effective_only;
	return STATUS_SUCCESS;
}

#define SIGNATURE "run-foreign-client."

int pipe_client_sign(int fd, const struct pipe_client *c)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	uint64_t any;
	int n;

	if (!memcmp(c, &usual, sizeof usual))
		return 0;
	if (getrandom(&any, sizeof any, 0) != sizeof any)
		return EAGAIN;
	n = snprintf(a.sun_path + 1, sizeof a.sun_path - 1,
		     SIGNATURE "%u%u%u%u%u.%016llx", c->level, c->dynamic,
		     c->effective_only, c->own_token, c->nobody,
		     (unsigned long long)any);
	return bind(fd, (struct sockaddr *)&a,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1) +
			    (socklen_t)n) < 0
		       ? errno
		       : 0;
}

/* ---- the server --------------------------------------------------------- */

/* What the client of the socket said. */
static struct pipe_client client_of(int fd)
{
	struct sockaddr_un a = { 0 };
	socklen_t len = sizeof a - 1;
	struct pipe_client c = usual;
	unsigned v[5];

	if (getpeername(fd, (struct sockaddr *)&a, &len) < 0 ||
	    len <= offsetof(struct sockaddr_un, sun_path) + 1 ||
	    a.sun_path[0] ||
	    sscanf(a.sun_path + 1, SIGNATURE "%1u%1u%1u%1u%1u", &v[0], &v[1],
		   &v[2], &v[3], &v[4]) != 5)
		return c;
	c.level = (uint8_t)MIN(v[0], (unsigned)LEVEL_DELEGATION);
	c.dynamic = v[1];
	c.effective_only = v[2];
	c.own_token = v[3];
	c.nobody = v[4];
	return c;
}

static NTSTATUS token_of_client(const struct pipe_client *c, int host_pid,
				struct token **tk)
{
	struct nt_process *p;
	NTSTATUS status;

	if (!c->own_token) {
		*tk = token_of_user();
		return STATUS_SUCCESS;
	}
	if (host_pid == getpid()) {
		*tk = token_of_process();
		return STATUS_SUCCESS;
	}
	status = process_open_host(process_id(host_pid), &p);
	if (status)
		return STATUS_CANNOT_IMPERSONATE;
	/* It is not the user's own: nothing may stand in for it. */
	status = remote_token(p, (struct object **)tk);
	object_put(&p->object);
	return status == STATUS_NO_MEMORY ? status
	       : status                   ? STATUS_CANNOT_IMPERSONATE
					  : STATUS_SUCCESS;
}

NTSTATUS pipe_impersonate(struct task *t, struct file *f, struct irp *r)
{
	struct pipe_end *e = f->pipe;
	struct pipe_client c;
	struct token *tk;
	struct ucred who;
	socklen_t len = sizeof who;
	NTSTATUS status;

	(void)r;
	if (!e->server)
		return STATUS_ILLEGAL_FUNCTION;
	status = pipe_ready(f, e);
	if (status)
		return status;
	if (e->is_pipe || e->peer_fd >= 0 ||
	    getsockopt(f->fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0 ||
	    who.uid != geteuid())
		return STATUS_CANNOT_IMPERSONATE;
	c = client_of(f->fd);
	if (c.nobody || (c.dynamic && !e->was_read))
		return STATUS_CANNOT_IMPERSONATE;
	status = token_of_client(&c, who.pid, &tk);
	if (status)
		return status;
	return token_impersonate(nt_thread(t), tk, c.level, c.effective_only);
}
