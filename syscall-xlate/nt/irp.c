/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * irp.c - how requests begin, wait, are cancelled and end.
 *
 * Completion as NT does it: an error that is known at once is only returned.
 * Everything else fills the IOSB, sets the event or the file object, queues
 * the APC and posts to the port (unless the handle skips that for requests
 * that succeed at once).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

enum { EVENT_MODIFY_STATE = 2 };

static bool is_error(NTSTATUS status)
{
	return status >> 30 == 3;
}

/* The status last: who looks at that until it is there has the rest then. */
static inline int put_iosb(struct task *t, gaddr at, NTSTATUS status,
			   uint64_t info)
{
	if (!at)
		return 0;
	if (nt_self->wow64)
		return guest_put32(t, at + 4, (uint32_t)info) ||
				       guest_put32(t, at, status)
			       ? -1
			       : 0;
	return guest_put64(t, at + offsetof(struct io_status64, information),
			   info) ||
			       guest_put64(t, at, status)
		       ? -1
		       : 0;
}

int iosb_write(struct task *t, gaddr at, NTSTATUS status, uint64_t info)
{
	return put_iosb(t, at, status, info);
}

static NTSTATUS begin_failed(struct irp *r, NTSTATUS status)
{
	object_put(&r->file->object);
	return status;
}

NTSTATUS irp_begin(struct task *t, struct irp *r, uint64_t file, uint64_t event,
		   gaddr apc, gaddr apc_context, gaddr iosb,
		   uint32_t access_any)
{
	NTSTATUS status = handle_get_granted(t, file, &file_type, 0, &r->file,
					     &r->granted);

	if (status)
		return status;
	if (access_any && !(r->granted & access_any))
		return begin_failed(r, STATUS_ACCESS_DENIED);
	r->event = NULL;
	if (event) {
		status = handle_get(t, event, &event_type, EVENT_MODIFY_STATE,
				    &r->event);
		if (status)
			return begin_failed(r, status);
	}
	r->apc = apc;
	r->apc_context = apc_context;
	r->iosb = iosb;
	r->information = 0;
	r->detached = false;
	r->extra = NULL;
	if (apc && file_port(r->file)) {
		object_put(r->event);
		return begin_failed(r, STATUS_INVALID_PARAMETER);
	}
	return STATUS_SUCCESS;
}

static void release(struct irp *r)
{
	object_put(r->event);
	object_put(&r->file->object);
}

/* A request without event, APC or port, of a file that is signalled already. */
static bool is_silent(const struct irp *r)
{
	struct file *f = r->file;

	return !r->event && !r->apc &&
	       (!r->apc_context || !file_port(f)) &&
	       atomic_load_explicit(&f->object.state, memory_order_relaxed);
}

/* Tell everybody who wants to know; at once: in the handler itself. */
static void announce(struct irp *r, NTSTATUS status, uint64_t information,
		     bool at_once)
{
	struct file *f = r->file;
	/* Who hears of the event may give the file a port: not for this. */
	const struct file_port *port = file_port(f);

	if (r->event)
		object_signal(r->event, 1);
	else if (!atomic_load_explicit(&f->object.state,
				       memory_order_relaxed) &&
		 !(at_once && f->notify_modes & FILE_SKIP_SET_EVENT_ON_HANDLE))
		object_signal(&f->object, 1);
	if (r->apc) {
		struct nt_thread *th = r->thread;

		if (!th)
			th = nt_thread(current_task);
		apc_queue(th, r->apc, r->apc_context, r->iosb, 0, false);
	} else if (port && r->apc_context &&
		   !(at_once &&
		     f->notify_modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS &&
		     !is_error(status))) {
		iocp_post(port->port, port->key, r->apc_context, status,
			  information);
	}
}

static __attribute__((noinline)) NTSTATUS end_loudly(struct irp *r,
						     NTSTATUS status)
{
	r->thread = NULL;
	announce(r, status, r->information, true);
	release(r);
	return status;
}

NTSTATUS irp_end(struct task *t, struct irp *r, NTSTATUS status)
{
	if (status == STATUS_PENDING)
		return status; /* the copy has the references now */
	if (!is_error(status)) {
		if (put_iosb(t, r->iosb, status, r->information) < 0)
			status = STATUS_ACCESS_VIOLATION;
		else if (!is_silent(r))
			return end_loudly(r, status);
	}
	if (r->event)
		object_put(r->event);
	object_unref(&r->file->object);
	return status;
}

static struct irp *pend(struct task *t, struct irp *r, bool taken)
{
	struct file *f = r->file;
	struct irp *p = malloc(sizeof *p);

	if (!p)
		return NULL;
	*p = *r;
	p->thread = nt_thread(t);
	object_get(&p->thread->object);
	p->thread->irps++;
	p->taken = taken;
	p->cancelled = 0;
	p->watching = false;
	p->watch.slot = 0;
	p->cancel = NULL;
	p->again = NULL;
	p->turn = (struct queue_link){ 0 };
	if (p->event)
		object_signal(p->event, 0);
	object_signal(&f->object, 0);
	iosb_write(t, p->iosb, STATUS_PENDING, 0);

	small_lock(&f->lock);
	/* Oldest first, for those who serve requests in order. */
	p->next = NULL;
	p->at = f->irps ? f->irps_end : &f->irps;
	*p->at = p;
	f->irps_end = &p->next;
	small_unlock(&f->lock);
	return p;
}

struct irp *irp_pend(struct task *t, struct irp *r)
{
	return pend(t, r, false);
}

struct irp *irp_pend_taken(struct task *t, struct irp *r)
{
	return pend(t, r, true);
}

bool irp_untake(struct irp *r)
{
	struct file *f = r->file;
	bool ours;

	small_lock(&f->lock);
	ours = !r->cancelled;
	if (ours)
		atomic_store(&r->taken, 0);
	small_unlock(&f->lock);
	return ours;
}

bool irp_take(struct irp *r)
{
	int expected = 0;

	return atomic_compare_exchange_strong(&r->taken, &expected, 1);
}

static void unlist(struct irp *r)
{
	struct file *f = r->file;

	small_lock(&f->lock);
	*r->at = r->next;
	if (r->next)
		r->next->at = r->at;
	else
		f->irps_end = r->at;
	small_unlock(&f->lock);
}

void irp_finish(struct irp *r, NTSTATUS status, uint64_t information)
{
	unlist(r);
	/* The guest may have freed the memory: then nobody looks there. */
	iosb_write(current_task, r->iosb, status, information);
	announce(r, status, information, false);
	r->thread->irps--;
	object_put(&r->thread->object);
	if (r->watching)
		close(r->watch.fd);
	free(r->extra);
	release(r);
	free(r);
}

static bool matches(const struct irp *r, const struct nt_thread *thread,
		    gaddr iosb)
{
	return (!thread || (r->thread == thread && !r->detached)) &&
	       (!iosb || r->iosb == iosb);
}

static unsigned give_up(struct file *f, struct nt_thread *thread, gaddr iosb,
			NTSTATUS status)
{
	unsigned n = 0;
	struct irp *r;

	for (;;) {
		small_lock(&f->lock);
		for (r = f->irps; r; r = r->next) {
			if (!matches(r, thread, iosb) || r->cancelled)
				continue;
			if (irp_take(r))
				break;
			/* It is being tried this very moment. */
			r->cancelled = status;
			n++;
		}
		small_unlock(&f->lock);
		if (!r)
			return n;
		if (r->watching)
			watch_cancel(&r->watch);
		if (r->cancel)
			r->cancel(r);
		irp_finish(r, status, 0);
		n++;
	}
}

unsigned irp_cancel(struct file *f, struct nt_thread *thread, gaddr iosb)
{
	return give_up(f, thread, iosb, STATUS_CANCELLED);
}

void irp_end_all(struct file *f, NTSTATUS status)
{
	give_up(f, NULL, 0, status);
}

static bool cancel_of_thread(uint64_t h, struct object *o, uint32_t access,
			     uint32_t attributes, void *arg)
{
	struct file *f = (struct file *)o;

	(void)h, (void)access, (void)attributes;
	/* What a port will hear of may be another thread's to wait for. */
	if (o->type == &file_type && !file_port(f))
		irp_cancel(f, arg, 0);
	return true;
}

void irps_of_thread_end(struct nt_thread *th)
{
	if (th->irps)
		handles_each(cancel_of_thread, th);
}

/* Watch again, unless somebody has cancelled r meanwhile. */
static bool rearm(struct irp *r)
{
	struct file *f = r->file;
	bool armed;

	small_lock(&f->lock);
	armed = !r->cancelled && watch_fd(&r->watch, r->events) == 0;
	if (armed)
		atomic_store(&r->taken, 0);
	small_unlock(&f->lock);
	return armed;
}

static void watch_fired(struct nt_watch *w, uint32_t events)
{
	struct irp *r = container_of(w, struct irp, watch);
	NTSTATUS status;

	(void)events;
	/*
	 * Whoever cancels takes first and then waits in watch_cancel() for
	 * this function, so r lives on here even if the take fails.
	 */
	if (!irp_take(r))
		return;
	status = r->again(r);
	/* Pending still: somebody else was faster on the same descriptor. */
	if (status == STATUS_PENDING && rearm(r))
		return;
	if (status == STATUS_PENDING)
		status = r->cancelled ? r->cancelled : STATUS_CANCELLED;
	irp_finish(r, status, r->information);
}

NTSTATUS irp_wait_fd(struct task *t, struct irp *r, int fd, uint32_t events,
		     NTSTATUS (*again)(struct irp *r))
{
	/* epoll knows a descriptor once: each request has its own. */
	int own = MORE_FILES(fcntl(fd, F_DUPFD_CLOEXEC, 3));
	struct irp *p = own < 0 ? NULL : irp_pend(t, r);
	int err;

	if (!p) {
		if (own >= 0)
			close(own);
		return own < 0 ? status_from_errno(errno) : STATUS_NO_MEMORY;
	}
	p->again = again;
	p->events = events;
	p->watch.fd = own;
	p->watch.fn = watch_fired;
	p->watch.io = true;
	p->watching = true;
	err = watch_fd(&p->watch, events);
	if (err < 0 && irp_take(p))
		irp_finish(p, status_from_errno(-err), 0);
	return STATUS_PENDING;
}

bool io_interrupted(struct task *t, struct file *f, NTSTATUS *status)
{
	if (!t)
		return false;
	if (sync_cancelled(nt_thread(t))) {
		*status = STATUS_CANCELLED;
		return true;
	}
	if (!nt_interrupted(t, f->alertable))
		return false;
	*status = f->alertable && !(t->pending & TASK_TERMINATE)
			  ? STATUS_USER_APC
			  : STATUS_CANCELLED;
	return true;
}

NTSTATUS io_wait_fd(struct task *t, struct file *f, int fd, short events,
		    int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	NTSTATUS status;

	for (;;) {
		if (io_interrupted(t, f, &status))
			return status;
		if (poll(&p, 1, timeout_ms) >= 0)
			return p.revents ? STATUS_SUCCESS : STATUS_TIMEOUT;
		if (errno != EINTR)
			return status_from_errno(errno);
	}
}

/* ---- cancelling ---- */

/*
 * th's synchronous request, if it has one; on f, unless that is NULL, and with this
 * IOSB, unless that is 0.
 */
static bool cancel_sync(struct task *t, struct nt_thread *th,
			const struct file *f, gaddr iosb)
{
	enum { FEW = 50, MANY = 10000 };
	struct timespec ts = { 0, 1000 * 1000 };
	uint64_t word = th->sync_io, wanted;
	const struct file *on = th->sync_file;
	int tries = FEW;

	if ((word & SYNC_STATE) != SYNC_RUNS || (f && on != f) ||
	    (iosb && th->sync_iosb != iosb))
		return false;
	wanted = (word & ~(uint64_t)SYNC_STATE) | SYNC_CANCEL;
	/* Of another request this would be another word. */
	if (!atomic_compare_exchange_strong(&th->sync_io, &word, wanted))
		return false;
	/*
	 * A kick that comes just before the host call is lost on it: so there are
	 * more of them, until the request is over.
	 */
	if (!(word & SYNC_ENDS))
		tries = MANY;
	for (int i = 0; i < tries && th->sync_io == wanted; i++) {
		task_kick(&th->task);
		if (t->pending & TASK_TERMINATE)
			break;
		nanosleep(&ts, NULL);
	}
	return true;
}

/* What other threads wait for in f. */
static bool cancel_others(struct task *t, const struct file *f, gaddr iosb)
{
	struct nt_thread *self = nt_thread(t);
	bool found = false;

	for (struct nt_thread *th = thread_next(NULL); th; th = thread_next(th))
		if (th != self)
			found |= cancel_sync(t, th, f, iosb);
	return found;
}

static NTSTATUS cancel(struct task *t, uint64_t file, struct nt_thread *thread,
		       gaddr request, gaddr iosb, bool must_find)
{
	struct file *f;
	NTSTATUS status = handle_get(t, file, &file_type, 0, &f);
	bool found;

	if (status)
		return status;
	found = irp_cancel(f, thread, request);
	if (!thread)
		found |= cancel_others(t, f, request);
	if (!found && must_find)
		status = STATUS_NOT_FOUND;
	object_put(&f->object);
	if (iosb_write(t, iosb, status, 0) < 0)
		return STATUS_ACCESS_VIOLATION;
	return status;
}

NTSTATUS nt_cancel_io_file(struct task *t, uint64_t file, gaddr iosb)
{
	return cancel(t, file, nt_thread(t), 0, iosb, false);
}

NTSTATUS nt_cancel_io_file_ex(struct task *t, uint64_t file, gaddr request,
			      gaddr iosb)
{
	return cancel(t, file, NULL, request, iosb, true);
}

NTSTATUS nt_cancel_synchronous_io_file(struct task *t, uint64_t thread,
				       gaddr request, gaddr iosb)
{
	enum { TERMINATE = 1 };
	struct nt_thread *th;
	NTSTATUS status;

	status = handle_get(t, thread, &thread_type, TERMINATE, &th);
	if (status)
		return status;
	if (!cancel_sync(t, th, NULL, request))
		status = STATUS_NOT_FOUND;
	object_put(&th->object);
	if (iosb_write(t, iosb, status, 0) < 0)
		return STATUS_ACCESS_VIOLATION;
	return status;
}
