/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-oplock.c - opportunistic locks: requests, breaks and answers.
 *
 * Of a file each is a lease of the host's (F_SETLEASE) on the descriptor that
 * asked for it: the kernel grants it only if nobody else has the file open in a
 * way that counts, makes whoever opens it wait until the lease is given up,
 * Linux' own programs as well, and ends it with its holder.  So nobody has to
 * be told of anything (file-oplock-lease.c).  A folder can have none of the
 * host's: file-oplock-folder.c.
 *
 * A handle that is synchronous gets none: who waits for his calls could hear of
 * no break. Source: MS-FSA 2.1.5.18, Microsoft's WDK documentation, fcntl(2).
 */
#include "syscall-xlate/nt/file-oplock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/file-oplock-private.h"

/* What a broken one of the older kinds becomes: IoStatus.Information. */
enum { BROKEN_TO_LEVEL_2 = 7, BROKEN_TO_NONE = 8 };

pthread_mutex_t oplock_lock = PTHREAD_MUTEX_INITIALIZER;
struct oplock *oplocks;
/* Held while a break is told of, with a reference to the file; before the
   other. */
static pthread_mutex_t tell_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- under the lock ------------------------------------------------------ */

static struct oplock *find(const struct file *f)
{
	struct oplock *o = oplocks;

	while (o && o->file != f)
		o = o->next;
	return o;
}

static void open_gate(struct oplock *o)
{
	for (int i = 0; i < 2; i++)
		if (o->gate[i] >= 0)
			close(o->gate[i]);
	o->gate[0] = o->gate[1] = -1;
}

void oplock_give_up(struct oplock *o)
{
	struct oplock **at = &oplocks;

	o->means->drop(o);
	open_gate(o);
	while (*at != o)
		at = &(*at)->next;
	*at = o->next;
	free(o);
}

bool oplock_end_request(struct oplock *o, uint32_t now, uint32_t flags,
			NTSTATUS status, struct oplock_end *e)
{
	if (!irp_take(o->irp))
		return false;
	*e = (struct oplock_end){
		.irp = o->irp,
		.kind = o->kind,
		.how = { .version = 1,
			 .len = sizeof e->how,
			 .was = o->level,
			 .now = now,
			 .flags = flags },
		.status = status,
	};
	o->irp = NULL;
	return true;
}

/* ---- telling, without it ------------------------------------------------- */

static void tell(struct oplock_end *e)
{
	uint64_t information = e->how.now ? BROKEN_TO_LEVEL_2 : BROKEN_TO_NONE;

	e->irp->cancel = NULL;
	if (e->kind == GRANULAR) {
		information = sizeof e->how;
		if (guest_write(NULL, e->irp->out, &e->how, sizeof e->how) < 0)
			information = 0;
	}
	irp_finish(e->irp, e->status, e->status ? 0 : information);
}

static bool next_break(struct oplock_end *e)
{
	bool any = false;

	pthread_mutex_lock(&oplock_lock);
	for (struct oplock *o = oplocks, *next; o && !any; o = next) {
		next = o->next;
		any = o->means->look(o, e);
	}
	pthread_mutex_unlock(&oplock_lock);
	return any;
}

void oplock_tell(struct oplock_end *e)
{
	pthread_mutex_lock(&tell_lock);
	tell(e);
	pthread_mutex_unlock(&tell_lock);
}

void oplock_tell_breaks(void)
{
	struct oplock_end e;

	pthread_mutex_lock(&tell_lock);
	while (next_break(&e))
		tell(&e);
	pthread_mutex_unlock(&tell_lock);
}

/* ---- grants -------------------------------------------------------------- */

/* The request is cancelled, and with it the oplock. */
static void cancelled(struct irp *r)
{
	struct oplock *o;

	pthread_mutex_lock(&oplock_lock);
	o = find(r->file);
	if (o && o->irp == r)
		oplock_give_up(o);
	pthread_mutex_unlock(&oplock_lock);
}

/* Locked: o, which has what it needs, has a request that waits for its end. */
static NTSTATUS hold(struct task *t, struct oplock *o, struct irp *r)
{
	struct irp *p = irp_pend_taken(t, r);

	if (!p) {
		oplock_give_up(o);
		return STATUS_NO_MEMORY;
	}
	p->cancel = cancelled;
	o->irp = p;
	o->state = HELD;
	if (!irp_untake(p)) {
		oplock_give_up(o);
		pthread_mutex_unlock(&oplock_lock);
		irp_finish(p, STATUS_CANCELLED, 0);
		pthread_mutex_lock(&oplock_lock);
	}
	return STATUS_PENDING;
}

/* Locked.  In place of was, one of the same handle, or of none. */
static NTSTATUS grant(struct task *t, struct file *f, struct irp *r,
		      const struct oplock *want, struct oplock *was,
		      struct oplock_end *e)
{
	const bool shared =
		want->kind == LEVEL_2 ||
		(want->kind == GRANULAR && !(want->level & OPLOCK_WRITE) &&
		 (want->means == &oplock_folders ||
		  want->level == OPLOCK_READ));
	struct oplock *o, new = *want;

	if (!want->means->may(f, shared))
		return STATUS_OPLOCK_NOT_GRANTED;
	o = was ? was : calloc(1, sizeof *o);
	if (!o)
		return STATUS_NO_MEMORY;
	/* Said before it is granted: who opens the file to delete it is seen
	   here, or asks (oplock_wait()). */
	share_will_have_oplock(f);
	if (!want->means->take(f, shared, was, &new) ||
	    (was &&
	     !oplock_end_request(was, want->level, 0,
				 STATUS_OPLOCK_SWITCHED_TO_NEW_HANDLE, e))) {
		if (!was)
			free(o);
		return STATUS_OPLOCK_NOT_GRANTED;
	}
	new.next = was ? was->next : oplocks;
	*o = new;
	if (!was)
		oplocks = o;
	f->oplock = true;
	return hold(t, o, r);
}

static NTSTATUS request(struct task *t, struct file *f, struct irp *r,
			enum oplock_kind kind, uint32_t level)
{
	const struct oplock want = {
		.file = f,
		.kind = kind,
		.level = level,
		.means = f->kind == FILE_KIND_DIR ? &oplock_folders
						  : &oplock_leases,
		.gate = { -1, -1 },
	};
	NTSTATUS status = STATUS_OPLOCK_NOT_GRANTED;
	struct oplock_end e = { 0 };
	struct oplock *was;

	if (f->synchronous)
		return status;
	if (f->kind == FILE_KIND_DIR)
		oplock_folder_catch_up();
	pthread_mutex_lock(&oplock_lock);
	was = find(f);
	/* Those of the newer kind can be asked for anew, for more. */
	if (!was || (kind == GRANULAR && was->kind == GRANULAR &&
		     was->state == HELD && !(was->level & ~level) &&
		     (f->kind != FILE_KIND_DIR || was->level != level)))
		status = grant(t, f, r, &want, was, &e);
	pthread_mutex_unlock(&oplock_lock);
	if (e.irp)
		tell(&e);
	return status;
}

/* Of a folder there are only those that keep no data from others. */
static NTSTATUS older_request(struct task *t, struct file *f, struct irp *r,
			      enum oplock_kind kind)
{
	return f->kind == FILE_KIND_DIR ? STATUS_INVALID_PARAMETER
					: request(t, f, r, kind, 0);
}

NTSTATUS oplock_level_1(struct task *t, struct file *f, struct irp *r)
{
	return older_request(t, f, r, LEVEL_1);
}

NTSTATUS oplock_level_2(struct task *t, struct file *f, struct irp *r)
{
	return older_request(t, f, r, LEVEL_2);
}

NTSTATUS oplock_batch(struct task *t, struct file *f, struct irp *r)
{
	return older_request(t, f, r, BATCH);
}

NTSTATUS oplock_filter(struct task *t, struct file *f, struct irp *r)
{
	return older_request(t, f, r, FILTER);
}

/* ---- answers ------------------------------------------------------------- */

/* Locked: what a broken one became is given up, or, wanted, held from now on.
 */
static NTSTATUS answer(struct task *t, struct oplock *o, struct irp *r,
		       bool wanted)
{
	if (wanted && o->level & OPLOCK_READ && o->means->keep_read(o)) {
		o->kind = o->kind == GRANULAR ? GRANULAR : LEVEL_2;
		open_gate(o);
		return hold(t, o, r);
	}
	oplock_give_up(o);
	return STATUS_SUCCESS;
}

/* f's, of one of the older kinds or of the newer, that is to be answered. */
static struct oplock *to_answer(const struct file *f, bool granular)
{
	struct oplock *o = find(f);

	return o && o->state == BREAKING && (o->kind == GRANULAR) == granular
		       ? o
		       : NULL;
}

static NTSTATUS older(struct task *t, struct file *f, struct irp *r,
		      bool wanted, bool closes)
{
	NTSTATUS status = STATUS_INVALID_OPLOCK_PROTOCOL;
	struct oplock *o;

	pthread_mutex_lock(&oplock_lock);
	o = to_answer(f, false);
	if (o && closes && o->kind != LEVEL_1) {
		o->state = CLOSING;
		status = STATUS_SUCCESS;
	} else if (o) {
		status = answer(t, o, r, wanted);
	}
	pthread_mutex_unlock(&oplock_lock);
	return status;
}

NTSTATUS oplock_acknowledge(struct task *t, struct file *f, struct irp *r)
{
	return older(t, f, r, true, false);
}

NTSTATUS oplock_ack_no_2(struct task *t, struct file *f, struct irp *r)
{
	return older(t, f, r, false, false);
}

NTSTATUS oplock_ack_close(struct task *t, struct file *f, struct irp *r)
{
	return older(t, f, r, false, true);
}

static NTSTATUS newer(struct task *t, struct file *f, struct irp *r,
		      uint32_t level, bool closes)
{
	NTSTATUS status = STATUS_INVALID_OPLOCK_PROTOCOL;
	struct oplock *o;

	pthread_mutex_lock(&oplock_lock);
	o = to_answer(f, true);
	/* No more than what it was broken to. */
	if (o && !(level & ~o->level)) {
		if (closes) {
			o->state = CLOSING;
			status = STATUS_SUCCESS;
		} else {
			status = answer(t, o, r, level & OPLOCK_READ);
		}
	}
	pthread_mutex_unlock(&oplock_lock);
	/* What a folder has in it may have changed since. */
	if (status == STATUS_PENDING)
		oplock_tell_breaks();
	return status;
}

/* REQUEST_OPLOCK_INPUT_BUFFER: a request, or the answer to a break. */
NTSTATUS oplock_request(struct task *t, struct file *f, struct irp *r)
{
	enum { REQUEST = 1, ACK = 2, ACK_ON_CLOSE = 4 };
	struct {
		uint16_t version, len;
		uint32_t level, flags;
	} in;
	NTSTATUS status = control_in(t, r, &in, sizeof in);

	if (status)
		return status;
	if (r->out_len < sizeof(struct oplock_break))
		return STATUS_BUFFER_TOO_SMALL;
	if (in.version != 1 || in.len != sizeof in ||
	    in.level &
		    ~(uint32_t)(OPLOCK_READ | OPLOCK_HANDLE | OPLOCK_WRITE) ||
	    (in.flags != REQUEST &&
	     (in.flags & ~(uint32_t)ACK_ON_CLOSE) != ACK))
		return STATUS_INVALID_PARAMETER;
	if (in.flags & ACK)
		return newer(t, f, r, in.level, in.flags & ACK_ON_CLOSE);
	/* What handles and writes keep others from is nothing without reads;
	   folders have no data to be kept from. */
	if (!(in.level & OPLOCK_READ) ||
	    (f->kind == FILE_KIND_DIR && in.level & OPLOCK_WRITE))
		return STATUS_INVALID_PARAMETER;
	return request(t, f, r, GRANULAR, in.level);
}

/* ---- ends ---- */

void oplock_end(struct file *f)
{
	struct oplock_end e = { 0 };
	struct oplock *o;
	bool told = false;

	if (!f->oplock)
		return;
	pthread_mutex_lock(&oplock_lock);
	o = find(f);
	if (o && o->state == HELD) {
		told = oplock_end_request(o, 0, 0, STATUS_SUCCESS, &e);
		o->state = CLOSING;
	}
	pthread_mutex_unlock(&oplock_lock);
	if (told)
		tell(&e);
}

void oplock_close(struct file *f)
{
	struct oplock *o;

	if (!f->oplock)
		return;
	/* When the handle is closed the file is, so that it can be had anew:
	   nobody tells of it any longer. */
	pthread_mutex_lock(&tell_lock);
	pthread_mutex_lock(&oplock_lock);
	o = find(f);
	if (o)
		oplock_give_up(o);
	pthread_mutex_unlock(&oplock_lock);
	pthread_mutex_unlock(&tell_lock);
}

/* Of one's own handle, which alone has it, what caches writes is not broken. */
bool oplock_is_alone(const struct file *f)
{
	const struct oplock *o;
	bool alone;

	if (!f->oplock)
		return false;
	pthread_mutex_lock(&oplock_lock);
	o = find(f);
	alone = o && o->lease == F_WRLCK;
	pthread_mutex_unlock(&oplock_lock);
	return alone;
}
