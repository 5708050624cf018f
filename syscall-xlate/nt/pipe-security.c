/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe-security.c - the descriptors of named pipes.
 *
 * All instances have the first one's.  If that is not the usual one it lies in a
 * page of the session under the pipe's name, which each end has open; so it goes
 * with the last of them.
 */
#include <string.h>

#include "base/utf.h"
#include "syscall-xlate/nt/pipe.h"
#include "syscall-xlate/nt/security.h"
#include "syscall-xlate/nt/shared.h"

struct shared *pipe_page(const char *name, const struct shared_page *init)
{
	static const char folder[] = "\\Device\\NamedPipe\\";
	const size_t head = sizeof folder - 1;
	uint16_t full[COUNT_OF(((struct shared_page *)0)->name)];
	struct shared *s;
	bool created;
	size_t n;

	utf8_to_utf16(full, head, folder, head);
	n = utf8_to_utf16(full + head, COUNT_OF(full) - head, name,
			  strlen(name));
	if (n > COUNT_OF(full) - head)
		return NULL;
	for (size_t i = head; i < head + n; i++)
		full[i] = utf16_upcase(full[i]);
	s = shared_open(full, head + n, init, &created);
	if (s && s->page->kind != SHARED_PIPE) {
		shared_close(s);
		return NULL;
	}
	return s;
}

void pipe_security_find(struct pipe_end *e)
{
	if (e->name && !e->security)
		e->security = pipe_page(e->name, NULL);
}

NTSTATUS pipe_security_new(struct task *t, struct file *f, gaddr sd, bool first)
{
	enum { CREATE_PIPE_INSTANCE = 4 };
	struct shared_page init = { .kind = SHARED_PIPE };
	uint32_t access = CREATE_PIPE_INSTANCE;
	struct pipe_end *e = f->pipe;
	NTSTATUS status;
	size_t n;

	if (!first) {
		pipe_security_find(e);
		return security_check(t, &f->object, &access);
	}
	status = security_assign(t, &f->object, sd);
	if (status)
		return status;
	n = security_copy(&f->object, init.security);
	init.security_len = (uint32_t)n;
	/* An end of one of before may be there still. */
	e->security = pipe_page(e->name, n ? &init : NULL);
	if (!e->security)
		return STATUS_SUCCESS;
	return security_replace(&f->object, (struct bytes){ init.security, n });
}

NTSTATUS pipe_security_enter(struct task *t, const char *name, uint32_t access,
			     struct shared **page)
{
	struct file *f;
	NTSTATUS status;

	*page = pipe_page(name, NULL);
	if (!*page && !token_weak_now(t))
		return STATUS_SUCCESS;
	f = pipe_file(-1, access, 0, 0);
	if (!f)
		return STATUS_NO_MEMORY;
	f->pipe->security = *page;
	status = security_check(t, &f->object, &access);
	f->pipe->security = NULL;
	object_put(&f->object);
	return status;
}
