/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-port.c - the completion port of a file object.
 *
 * It belongs to the file, whichever process has set it.  An overlapped file
 * that goes to another process gets a page of the session (shared.h), under a
 * number that goes along: the page says the port's name there, the key, and how
 * often that has changed.  A port that several processes have has such a name
 * always.
 *
 * What a file has had is kept until the file is gone: requests that end do not
 * take a lock to look.
 */
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/iocp.h"
#include "syscall-xlate/nt/shared.h"

/* Setting, and learning of what others have set. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Locked.  Owns the port's reference; NULL: from now on none. */
static bool install(struct file *f, struct object *port, uint64_t key,
		    uint32_t generation)
{
	struct file_port *p = malloc(sizeof *p);

	if (!p) {
		object_put(port);
		return false;
	}
	*p = (struct file_port){ port, key, generation, f->port };
	atomic_store_explicit(&f->port, p, memory_order_release);
	return true;
}

/* Locked: what the page of f says. */
static void learn(struct file *f)
{
	struct file_port *was = f->port;
	struct shared *s = f->association;
	uint16_t name[COUNT_OF(s->page->target)];
	struct object *port = NULL;
	struct port_state state;
	size_t n;

	shared_lock(s);
	state = s->page->port;
	n = MIN(s->page->target_len, COUNT_OF(name));
	memcpy(name, s->page->target, n * sizeof *name);
	shared_unlock(s);
	if (state.generation == (was ? was->generation : 0))
		return;
	/* Nobody has the port any more: nobody will miss a packet. */
	s = n ? shared_open(name, n, NULL, NULL) : NULL;
	if (s)
		port = shared_object(&iocp_type, s);
	install(f, port, state.key, state.generation);
}

/* Locked: the page of f is to say what f->port is.  Returns its generation. */
static uint32_t tell(struct file *f, struct object *port, uint64_t key)
{
	struct shared_page *p = f->association->page;
	struct shared *to;
	size_t n = 0;

	to = port && iocp_share(port) ? port->shared : NULL;
	if (to)
		n = MIN(to->page->name_len, COUNT_OF(p->target));
	shared_lock(f->association);
	if (n)
		memcpy(p->target, to->page->name, n * sizeof *p->target);
	p->target_len = (uint32_t)n;
	p->port.key = key;
	p->port.generation++;
	n = p->port.generation;
	shared_unlock(f->association);
	return (uint32_t)n;
}

const struct file_port *file_port_of_all(struct file *f)
{
	struct file_port *p = f->port;
	uint32_t now = atomic_load_explicit(
		&f->association->page->port.generation, memory_order_acquire);

	if (now != (p ? p->generation : 0)) {
		pthread_mutex_lock(&lock);
		learn(f);
		pthread_mutex_unlock(&lock);
		p = f->port;
	}
	return p && p->port ? p : NULL;
}

NTSTATUS file_port_set(struct file *f, struct object *port, uint64_t key,
		       bool again)
{
	NTSTATUS status = STATUS_SUCCESS;
	uint32_t generation = 0;

	pthread_mutex_lock(&lock);
	if (f->association)
		learn(f);
	if (f->port && f->port->port && !again) {
		object_put(port);
		status = STATUS_INVALID_PARAMETER;
	} else {
		if (f->association)
			generation = tell(f, port, key);
		if (!install(f, port, key, generation))
			status = STATUS_NO_MEMORY;
	}
	pthread_mutex_unlock(&lock);
	return status;
}

uint64_t file_port_pass(struct file *f)
{
	struct shared_page init = { .kind = SHARED_FILE };
	struct file_port *p;
	uint64_t number;

	if (f->synchronous)
		return 0;
	pthread_mutex_lock(&lock);
	if (!f->association) {
		f->association = shared_numbered(&init);
		p = f->port;
		if (f->association && p && p->port)
			p->generation = tell(f, p->port, p->key);
	}
	number = f->association ? shared_number(f->association) : 0;
	pthread_mutex_unlock(&lock);
	return number;
}

void file_port_receive(struct file *f, uint64_t number)
{
	struct shared *s = number ? shared_with_number(number) : NULL;

	if (s && s->page->kind != SHARED_FILE) {
		shared_close(s);
		s = NULL;
	}
	f->association = s;
}

void file_port_free(struct file *f)
{
	struct file_port *p = f->port;

	while (p) {
		struct file_port *older = p->older;

		object_put(p->port);
		free(p);
		p = older;
	}
	if (f->association)
		shared_close(f->association);
}
