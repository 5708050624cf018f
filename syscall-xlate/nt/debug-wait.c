/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debug-wait.c - NtWaitForDebugEvent and NtDebugContinue.
 *
 * What a debuggee tells becomes handles here: to its file, to the thread, to
 * the process.  DBGUI_WAIT_STATE_CHANGE is written in the debugger's width.
 */
#include "syscall-xlate/nt/debug.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"

enum { ACCESS_READ_EVENT = 1, ALL_ACCESS = 0x1fffff };

/* ---- DBGUI_WAIT_STATE_CHANGE ---------------------------------------- */

/* Words of the debugger's width and pairs of 32 bits, in order. */
struct writer {
	uint8_t at[0xb8]; /* sizeof, 64 bits; the other is smaller */
	size_t n;
	bool wide;
};

static void put(struct writer *w, uint64_t v, size_t size)
{
	w->n = ROUND_UP(w->n, size);
	memcpy(w->at + w->n, &v, size);
	w->n += size;
}

static void put32(struct writer *w, uint32_t v)
{
	put(w, v, 4);
}

static void put_word(struct writer *w, uint64_t v)
{
	put(w, v, w->wide ? 8 : 4);
}

struct handles {
	uint64_t process, thread, file;
};

static void put_record(struct writer *w, const struct debug_msg *m)
{
	uint32_t code = m->rec.code;

	if (w->wide && m->wow64 && code == STATUS_BREAKPOINT)
		code = STATUS_WX86_BREAKPOINT;
	if (w->wide && m->wow64 && code == STATUS_SINGLE_STEP)
		code = STATUS_WX86_SINGLE_STEP;
	put32(w, code);
	put32(w, m->rec.flags);
	put_word(w, m->rec.next);
	put_word(w, m->rec.address);
	put32(w, m->rec.nparams);
	for (unsigned i = 0; i < EXCEPTION_MAXIMUM_PARAMETERS; i++)
		put_word(w, i < m->rec.nparams ? m->rec.param[i] : 0);
	put32(w, m->first_chance);
}

static void put_image(struct writer *w, const struct debug_msg *m,
		      const struct handles *h)
{
	put_word(w, h->file);
	put_word(w, m->base);
	put32(w, m->symbols_at);
	put32(w, m->nsymbols);
}

static void put_event(struct writer *w, const struct debug_msg *m,
		      uint32_t process, const struct handles *h)
{
	put32(w, m->kind);
	put_word(w, process);
	put_word(w, m->thread);
	switch (m->kind) {
	case DEBUG_CREATE_THREAD:
		put_word(w, h->thread);
		put_word(w, 0); /* SubSystemKey, a ULONG */
		put_word(w, m->start);
		break;
	case DEBUG_CREATE_PROCESS:
		put_word(w, h->process);
		put_word(w, h->thread);
		put_word(w, 0);
		put_image(w, m, h);
		put_word(w, 0);
		put_word(w, m->start);
		break;
	case DEBUG_EXIT_THREAD:
	case DEBUG_EXIT_PROCESS:
		put32(w, m->status);
		break;
	case DEBUG_LOAD_DLL:
		put_image(w, m, h);
		put_word(w, m->name);
		break;
	case DEBUG_UNLOAD_DLL:
		put_word(w, m->base);
		break;
	default:
		/* The union is aligned as its widest member. */
		put_record(w, m);
		break;
	}
}

/* ---- handles -------------------------------------------------------- */

/* A read-only file object for a descriptor, which is consumed. */
static struct object *file_of(int fd)
{
	enum { READ = 0x120089, SHARE_ALL = 7, SYNCHRONOUS = 0x20 };
	struct nt_passed p = { .fd = fd, .kind = FILE_KIND_DISK };
	char link[40];
	ssize_t n;

	p.value[0] = READ;
	p.value[1] = SHARE_ALL;
	p.value[2] = SYNCHRONOUS;
	p.value[3] = 'Z';
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, (char *)p.data, sizeof p.data - 1);
	p.len = n > 0 ? (uint32_t)n + 1 : 0;
	return file_type.receive(&p);
}

static struct object *thread_of(const struct debug_msg *m, int fd)
{
	struct nt_passed p = { .fd = fd, .kind = m->thread_kind };

	memcpy(p.value, m->thread_value, sizeof p.value);
	return thread_type.receive(&p);
}

static NTSTATUS add(struct task *t, struct object *o, uint32_t access,
		    uint64_t *h)
{
	NTSTATUS status = STATUS_NO_MEMORY;

	if (o)
		status = handle_add(t, o, access, 0, h);
	object_put(o);
	return status;
}

/* e keeps its descriptors: if they cannot be told, it is handed out again. */
static NTSTATUS open_handles(struct task *t, const struct debug_event *e,
			     struct nt_process *p, struct handles *h)
{
	enum { READ = 0x120089 };
	const struct debug_msg *m = &e->m;
	NTSTATUS status = STATUS_SUCCESS;
	int fd[DEBUG_FDS];

	for (unsigned i = 0; i < DEBUG_FDS; i++)
		fd[i] = e->fd[i] < 0 ? -1 : fcntl(e->fd[i], F_DUPFD_CLOEXEC, 3);
	if (m->kind == DEBUG_CREATE_PROCESS) {
		process_learn(p); /* its exit code, among others */
		object_get(&p->object);
		status = add(t, &p->object, ALL_ACCESS, &h->process);
	}
	/* A program without a file, or a thread that is gone, is no failure */
	if (fd[DEBUG_FD_FILE] >= 0)
		add(t, file_of(fd[DEBUG_FD_FILE]), READ, &h->file);
	if (fd[DEBUG_FD_THREAD] >= 0)
		add(t, thread_of(m, fd[DEBUG_FD_THREAD]), ALL_ACCESS,
		    &h->thread);
	return status;
}

static void close_handles(struct task *t, const struct handles *h)
{
	const uint64_t all[] = { h->process, h->thread, h->file };

	for (unsigned i = 0; i < COUNT_OF(all); i++)
		if (all[i])
			handle_close(t, all[i]);
}

/* ---- the calls ------------------------------------------------------ */

NTSTATUS nt_wait_for_debug_event(struct task *t, uint64_t debug,
				 uint8_t alertable, gaddr timeout, gaddr event)
{
	struct writer w = { .wide = !nt_self->wow64 };
	struct handles h = { 0 };
	struct nt_process *p = NULL;
	struct debug_event e;
	struct nt_timeout to;
	int64_t deadline;
	struct object *o;
	NTSTATUS status;

	status = timeout_read(t, timeout, &to);
	if (status)
		return status;
	deadline = timeout_deadline(&to);
	status = handle_get(t, debug, &debug_type, ACCESS_READ_EVENT, &o);
	if (status)
		return status;
	/* Somebody else may take what has woken us. */
	do {
		object_lock(o);
		status = wait_one_locked(t, o, alertable, deadline);
	} while (!status && !debug_event_take(o, &e, &p));
	if (!status) {
		status = open_handles(t, &e, p, &h);
		put_event(&w, &e.m, p->id, &h);
		if (!status && guest_write(t, event, w.at,
					   w.wide ? sizeof w.at : 0x60))
			status = STATUS_ACCESS_VIOLATION;
		if (status) {
			close_handles(t, &h);
			debug_event_untake(o, &e);
		} else {
			debug_event_done(&e);
		}
		object_put(&p->object);
	}
	object_put(o);
	return status;
}

NTSTATUS nt_debug_continue(struct task *t, uint64_t debug, gaddr client_id,
			   uint32_t how)
{
	struct client_id64 id;
	struct object *o;
	NTSTATUS status;

	if (guest_read(t, &id, client_id, sizeof id))
		return STATUS_ACCESS_VIOLATION;
	switch (how) {
	case DBG_EXCEPTION_HANDLED:
	case DBG_CONTINUE:
	case DBG_REPLY_LATER:
	case DBG_TERMINATE_THREAD:
	case DBG_TERMINATE_PROCESS:
	case (uint32_t)DBG_EXCEPTION_NOT_HANDLED:
		break;
	default:
		return STATUS_INVALID_PARAMETER;
	}
	status = handle_get(t, debug, &debug_type, ACCESS_READ_EVENT, &o);
	if (status)
		return status;
	status = debug_event_answer(o, (uint32_t)id.process,
				    (uint32_t)id.thread, how);
	object_put(o);
	return status;
}
