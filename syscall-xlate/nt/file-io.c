/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-io.c - reading and writing, and how requests begin and end.
 *
 * Regular files finish at once, whatever the handle; only pipes, terminals and
 * their like can leave a request pending, and then a watch on the descriptor
 * tries again when the host says it may succeed.  A synchronous handle uses
 * the host's file offset, so that a program and the shell that started it can
 * take turns appending to one redirected output.
 *
 * Completion as NT does it: an error that is known at once is only returned.
 * Everything else fills the IOSB, sets the event or the file object, queues
 * the APC and posts to the port (unless the handle skips that for requests
 * that succeed at once).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/vad.h"

enum {
	EVENT_MODIFY_STATE = 2,
	IOV_MAX_HERE = 16,

	/* struct nt_thread.sync_io */
	SYNC_NONE = 0,
	SYNC_RUNS = 1,
	SYNC_CANCEL = 2,
};

static bool is_error(NTSTATUS status)
{
	return status >> 30 == 3;
}

/* ---- the life of a request ----------------------------------------------- */

int iosb_write(struct task *t, gaddr at, NTSTATUS status, uint64_t info)
{
	struct io_status64 wide = { .status = status, .information = info };
	uint32_t narrow[2] = { status, (uint32_t)info };

	if (!at)
		return 0;
	return nt_self->wow64 ? guest_write(t, at, narrow, sizeof narrow)
			      : guest_write(t, at, &wide, sizeof wide);
}

NTSTATUS irp_begin(struct task *t, struct irp *r, uint64_t file, uint64_t event,
		   gaddr apc, gaddr apc_context, gaddr iosb,
		   uint32_t access_any)
{
	uint32_t granted;
	NTSTATUS status;

	status = handle_get_info(t, file, &file_type, 0, &r->file, &granted,
				 NULL);
	if (status)
		return status;
	if (access_any && !(granted & access_any)) {
		object_put(&r->file->object);
		return STATUS_ACCESS_DENIED;
	}
	r->event = NULL;
	if (event) {
		status = handle_get(t, event, &event_type, EVENT_MODIFY_STATE,
				    &r->event);
		if (status) {
			object_put(&r->file->object);
			return status;
		}
	}
	r->apc = apc;
	r->apc_context = apc_context;
	r->iosb = iosb;
	r->information = 0;
	r->extra = NULL;
	if (apc && r->file->port) {
		object_put(r->event);
		object_put(&r->file->object);
		return STATUS_INVALID_PARAMETER;
	}
	return STATUS_SUCCESS;
}

static void release(struct irp *r)
{
	object_put(r->event);
	object_put(&r->file->object);
}

/* Tell everybody who wants to know; at once: in the handler itself. */
static void announce(struct irp *r, NTSTATUS status, uint64_t information,
		     bool at_once)
{
	struct file *f = r->file;

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
	} else if (f->port && r->apc_context &&
		   !(at_once &&
		     f->notify_modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS &&
		     !is_error(status))) {
		iocp_post(f->port, f->port_key, r->apc_context, status,
			  information);
	}
}

NTSTATUS irp_end(struct task *t, struct irp *r, NTSTATUS status)
{
	if (status == STATUS_PENDING)
		return status; /* the copy has the references now */
	r->thread = NULL;
	if (!is_error(status)) {
		if (iosb_write(t, r->iosb, status, r->information) < 0)
			status = STATUS_ACCESS_VIOLATION;
		else
			announce(r, status, r->information, true);
	}
	release(r);
	return status;
}

struct irp *irp_pend(struct task *t, struct irp *r)
{
	struct file *f = r->file;
	struct irp *p = malloc(sizeof *p);

	if (!p)
		return NULL;
	*p = *r;
	p->thread = nt_thread(t);
	object_get(&p->thread->object);
	p->taken = 0;
	p->cancelled = p->watching = false;
	p->watch.slot = 0;
	p->cancel = NULL;
	p->again = NULL;
	if (p->event)
		object_signal(p->event, 0);
	object_signal(&f->object, 0);
	iosb_write(t, p->iosb, STATUS_PENDING, 0);

	small_lock(&f->lock);
	/* Oldest first, for those who serve requests in order. */
	p->next = NULL;
	p->at = &f->irps;
	while (*p->at)
		p->at = &(*p->at)->next;
	*p->at = p;
	small_unlock(&f->lock);
	return p;
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
	small_unlock(&f->lock);
}

void irp_finish(struct irp *r, NTSTATUS status, uint64_t information)
{
	unlist(r);
	/* The guest may have freed the memory: then nobody looks there. */
	iosb_write(current_task, r->iosb, status, information);
	announce(r, status, information, false);
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
	return (!thread || r->thread == thread) && (!iosb || r->iosb == iosb);
}

unsigned irp_cancel(struct file *f, struct nt_thread *thread, gaddr iosb)
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
			r->cancelled = true;
			n++;
		}
		small_unlock(&f->lock);
		if (!r)
			return n;
		if (r->watching)
			watch_cancel(&r->watch);
		if (r->cancel)
			r->cancel(r);
		irp_finish(r, STATUS_CANCELLED, 0);
		n++;
	}
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
	irp_finish(r, status == STATUS_PENDING ? STATUS_CANCELLED : status,
		   r->information);
}

NTSTATUS irp_wait_fd(struct task *t, struct irp *r, int fd, uint32_t events,
		     NTSTATUS (*again)(struct irp *r))
{
	/* epoll knows a descriptor once: each request has its own. */
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	struct irp *p = own < 0 ? NULL : irp_pend(t, r);
	int err;

	if (!p) {
		if (own >= 0)
			close(own);
		return own < 0 ? STATUS_INSUFFICIENT_RESOURCES
			       : STATUS_NO_MEMORY;
	}
	p->again = again;
	p->events = events;
	p->watch.fd = own;
	p->watch.fn = watch_fired;
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
	if (nt_thread(t)->sync_io == SYNC_CANCEL) {
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

/* ---- bulk transfer
 * ------------------------------------------------------------ */

/*
 * One or more host calls for the whole of r->buf.  A short count ends it: the
 * end of the file, or what a pipe had.  *n is what was moved.
 */
static NTSTATUS transfer(struct task *t, struct irp *r, int fd, int64_t offset,
			 bool write_out, size_t *n)
{
	bool retried = false;

	*n = 0;
	while (*n < r->len || !r->len) {
		struct iovec v[IOV_MAX_HERE];
		size_t want = 0;
		ssize_t got;
		int nv = guest_iov(t, r->buf + *n, r->len - *n, !write_out, v,
				   IOV_MAX_HERE);

		if (nv < 0)
			return *n ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
		for (int i = 0; i < nv; i++)
			want += v[i].iov_len;
		if (offset == OFFSET_APPEND && write_out)
			got = pwritev2(fd, v, nv, -1, RWF_APPEND);
		else if (offset >= 0 && write_out)
			got = pwritev(fd, v, nv, offset + (int64_t)*n);
		else if (offset >= 0)
			got = preadv(fd, v, nv, offset + (int64_t)*n);
		else if (nv == 1 && write_out)
			got = write(fd, v->iov_base, v->iov_len);
		else if (nv == 1)
			got = read(fd, v->iov_base, v->iov_len);
		else if (write_out)
			got = writev(fd, v, nv);
		else
			got = readv(fd, v, nv);

		if (got < 0 && errno == EFAULT && !retried) {
			/* Pages that are watched, or not there yet. */
			retried = true;
			if (write_out) {
				uint8_t byte;

				for (size_t at = 0; at < want; at += 4096)
					if (guest_read(t, &byte,
						       r->buf + *n + at, 1))
						break;
			} else {
				vm_will_write(r->buf + *n, want);
			}
			continue;
		}
		if (got < 0 && errno == EINTR) {
			NTSTATUS status;

			if (!io_interrupted(t, r->file, &status))
				continue;
			return *n ? STATUS_SUCCESS : status;
		}
		if (got < 0)
			return *n ? STATUS_SUCCESS : status_from_errno(errno);
		*n += (size_t)got;
		if ((size_t)got < want && (!write_out || !got))
			break;
		if (!r->len)
			break;
	}
	return STATUS_SUCCESS;
}

NTSTATUS io_read_fd(struct task *t, struct irp *r, int fd, int64_t offset,
		    size_t *n)
{
	return transfer(t, r, fd, offset, false, n);
}

NTSTATUS io_write_fd(struct task *t, struct irp *r, int fd, int64_t offset,
		     size_t *n)
{
	return transfer(t, r, fd, offset, true, n);
}

/* ---- regular files
 * --------------------------------------------------------------- */

/* A position set without a system call reaches the host before it counts. */
static void settle_position(struct file *f)
{
	int64_t at = f->position;

	if (at != POSITION_HOST &&
	    atomic_compare_exchange_strong(&f->position, &at, POSITION_HOST))
		lseek(f->fd, at, SEEK_SET);
}

static NTSTATUS disk_read(struct task *t, struct file *f, struct irp *r)
{
	int64_t offset = r->offset;
	NTSTATUS status;
	size_t n;

	if (offset == OFFSET_CURRENT && !f->synchronous)
		return STATUS_INVALID_PARAMETER;
	if (offset < 0 && offset != OFFSET_CURRENT)
		return STATUS_INVALID_PARAMETER;
	if (offset == OFFSET_CURRENT)
		settle_position(f);
	if (lock_any(f)) {
		status = lock_check(
			f, offset >= 0 ? offset : lseek(f->fd, 0, SEEK_CUR),
			r->len, false);
		if (status)
			return status;
	}
	status = io_read_fd(t, r, f->fd, offset, &n);
	if (status)
		return status;
	/* A given offset moves the position as well. */
	if (offset >= 0 && f->synchronous)
		f->position = offset + (int64_t)n;
	r->information = n;
	return n || !r->len ? STATUS_SUCCESS : STATUS_END_OF_FILE;
}

static NTSTATUS disk_write(struct task *t, struct file *f, struct irp *r)
{
	int64_t offset = r->offset;
	NTSTATUS status;
	size_t n;

	if (f->append)
		offset = OFFSET_CURRENT; /* the host appends: O_APPEND */
	else if (offset == OFFSET_CURRENT && !f->synchronous)
		return STATUS_INVALID_PARAMETER;
	else if (offset < OFFSET_CURRENT)
		return STATUS_INVALID_PARAMETER;
	if (offset == OFFSET_CURRENT && !f->append)
		settle_position(f);
	if (lock_any(f)) {
		status = lock_check(
			f,
			offset >= 0 ? offset
				    : lseek(f->fd, 0,
					    offset == OFFSET_APPEND || f->append
						    ? SEEK_END
						    : SEEK_CUR),
			r->len, true);
		if (status)
			return status;
	}
	if (!r->len) /* nothing, and no change of times */
		return STATUS_SUCCESS;
	status = io_write_fd(t, r, f->fd, offset, &n);
	if (status)
		return status;
	if (offset >= 0 && f->synchronous)
		f->position = offset + (int64_t)n;
	r->information = n;
	return STATUS_SUCCESS;
}

static NTSTATUS disk_flush(struct task *t, struct file *f)
{
	(void)t;
	if (f->path_only)
		return STATUS_ACCESS_DENIED;
	return fsync(f->fd) < 0 && errno != EINVAL && errno != EROFS
		       ? status_from_errno(errno)
		       : STATUS_SUCCESS;
}

/* ---- the null device, and host devices and sockets we were started with
 * ------- */

static NTSTATUS null_read(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)f;
	r->information = 0;
	return STATUS_END_OF_FILE;
}

static NTSTATUS null_write(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)f;
	r->information = r->len;
	return STATUS_SUCCESS;
}

static NTSTATUS null_flush(struct task *t, struct file *f)
{
	(void)t, (void)f;
	return STATUS_SUCCESS;
}

static bool is_ready(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, 0) > 0;
}

static NTSTATUS stream_done(struct irp *r, NTSTATUS status, size_t n, bool in)
{
	if (status)
		return status;
	r->information = n;
	if (in && !n && r->len)
		return r->file->kind == FILE_KIND_CHAR ? STATUS_END_OF_FILE
						       : STATUS_PIPE_BROKEN;
	return STATUS_SUCCESS;
}

static NTSTATUS stream_read_again(struct irp *r)
{
	size_t n;
	NTSTATUS status;

	if (!is_ready(r->file->fd, POLLIN))
		return STATUS_PENDING;
	status = io_read_fd(NULL, r, r->file->fd, OFFSET_CURRENT, &n);
	return stream_done(r, status, n, true);
}

static NTSTATUS stream_read(struct task *t, struct file *f, struct irp *r)
{
	size_t n;
	NTSTATUS status;

	/* The descriptor is shared with others: it must stay blocking. */
	if (!f->synchronous && !is_ready(f->fd, POLLIN))
		return irp_wait_fd(t, r, f->fd, EPOLLIN, stream_read_again);
	for (;;) {
		if (io_interrupted(t, f, &status))
			return status;
		status = io_read_fd(t, r, f->fd, OFFSET_CURRENT, &n);
		/* Somebody made it non-blocking. */
		if (status != STATUS_RETRY)
			return stream_done(r, status, n, true);
		status = io_wait_fd(t, f, f->fd, POLLIN, -1);
		if (status)
			return status;
	}
}

static NTSTATUS stream_write(struct task *t, struct file *f, struct irp *r)
{
	size_t n, done = 0;
	NTSTATUS status;

	for (;;) {
		status = io_write_fd(t, r, f->fd, OFFSET_CURRENT, &n);
		if (status && status != STATUS_RETRY)
			return status == STATUS_PIPE_BROKEN
				       ? STATUS_PIPE_CLOSING
				       : status;
		done += n;
		if (n == r->len)
			break;
		/* Non-blocking and full. */
		r->buf += n;
		r->len -= (uint32_t)n;
		status = io_wait_fd(t, f, f->fd, POLLOUT, -1);
		if (status)
			return status;
	}
	r->information = done;
	return STATUS_SUCCESS;
}

const struct file_ops disk_ops = {
	.read = disk_read,
	.write = disk_write,
	.control = disk_control,
	.flush = disk_flush,
};
const struct file_ops plain_ops = {
	.control = disk_control,
	.flush = disk_flush,
};
const struct file_ops null_ops = {
	.read = null_read,
	.write = null_write,
	.flush = null_flush,
};
const struct file_ops stream_ops = {
	.read = stream_read,
	.write = stream_write,
	.flush = null_flush,
};

/* ---- calls
 * ---------------------------------------------------------------------------
 */

void sync_begin(struct task *t)
{
	atomic_store_explicit(&nt_thread(t)->sync_io, SYNC_RUNS,
			      memory_order_relaxed);
}

void sync_end(struct task *t)
{
	atomic_store_explicit(&nt_thread(t)->sync_io, SYNC_NONE,
			      memory_order_relaxed);
}

static NTSTATUS read_offset(struct task *t, struct file *f, gaddr at,
			    int64_t *offset)
{
	if (!at) {
		*offset = OFFSET_CURRENT;
		return STATUS_SUCCESS;
	}
	if (guest_read(t, offset, at, sizeof *offset) < 0)
		return STATUS_ACCESS_VIOLATION;
	/* High part -1: low part -1 appends, -2 is the current position. */
	if (*offset == OFFSET_CURRENT && !f->synchronous)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

NTSTATUS nt_read_file(struct task *t, uint64_t file, uint64_t event, gaddr apc,
		      gaddr apc_context, gaddr iosb, gaddr buf, uint32_t len,
		      gaddr offset, gaddr key)
{
	struct irp r;
	NTSTATUS status = irp_begin(t, &r, file, event, apc, apc_context, iosb,
				    FILE_READ_DATA);

	(void)key;
	if (status)
		return status;
	r.buf = buf;
	r.len = len;
	status = read_offset(t, r.file, offset, &r.offset);
	if (!status && !r.file->ops->read)
		status = STATUS_INVALID_DEVICE_REQUEST;
	if (!status) {
		sync_begin(t);
		status = r.file->ops->read(t, r.file, &r);
		sync_end(t);
	}
	return irp_end(t, &r, status);
}

NTSTATUS nt_write_file(struct task *t, uint64_t file, uint64_t event, gaddr apc,
		       gaddr apc_context, gaddr iosb, gaddr buf, uint32_t len,
		       gaddr offset, gaddr key)
{
	struct irp r;
	NTSTATUS status = irp_begin(t, &r, file, event, apc, apc_context, iosb,
				    FILE_WRITE_DATA | FILE_APPEND_DATA);

	(void)key;
	if (status)
		return status;
	r.buf = buf;
	r.len = len;
	status = read_offset(t, r.file, offset, &r.offset);
	if (!status && !r.file->ops->write)
		status = STATUS_INVALID_DEVICE_REQUEST;
	if (!status) {
		sync_begin(t);
		status = r.file->ops->write(t, r.file, &r);
		sync_end(t);
	}
	return irp_end(t, &r, status);
}

/* One page per segment; the list is as long as len needs. */
static NTSTATUS segments(struct task *t, struct irp *r, gaddr list, bool out)
{
	uint64_t total = 0;
	uint32_t len = r->len;

	if (r->offset < 0 || len % 4096)
		return STATUS_INVALID_PARAMETER;
	for (uint32_t at = 0; at < len; at += 4096) {
		int64_t offset = r->offset + at;
		NTSTATUS status;
		uint64_t page;
		size_t n;

		if (guest_get64(t, &page, list + at / 4096 * 8) < 0)
			return STATUS_ACCESS_VIOLATION;
		r->buf = page;
		r->len = 4096;
		status = out ? io_write_fd(t, r, r->file->fd, offset, &n)
			     : io_read_fd(t, r, r->file->fd, offset, &n);
		if (status)
			return status;
		total += n;
		if (n < 4096)
			break;
	}
	r->information = total;
	return total || out ? STATUS_SUCCESS : STATUS_END_OF_FILE;
}

static NTSTATUS scatter(struct task *t, uint64_t file, uint64_t event,
			gaddr apc, gaddr apc_context, gaddr iosb, gaddr list,
			uint32_t len, gaddr offset, bool out)
{
	struct irp r;
	NTSTATUS status = irp_begin(t, &r, file, event, apc, apc_context, iosb,
				    out ? FILE_WRITE_DATA : FILE_READ_DATA);

	if (status)
		return status;
	r.len = len;
	status = read_offset(t, r.file, offset, &r.offset);
	if (!status && r.file->kind != FILE_KIND_DISK)
		status = STATUS_INVALID_PARAMETER;
	if (!status)
		status = segments(t, &r, list, out);
	return irp_end(t, &r, status);
}

NTSTATUS nt_read_file_scatter(struct task *t, uint64_t file, uint64_t event,
			      gaddr apc, gaddr apc_context, gaddr iosb,
			      gaddr list, uint32_t len, gaddr offset, gaddr key)
{
	(void)key;
	return scatter(t, file, event, apc, apc_context, iosb, list, len,
		       offset, false);
}

NTSTATUS nt_write_file_gather(struct task *t, uint64_t file, uint64_t event,
			      gaddr apc, gaddr apc_context, gaddr iosb,
			      gaddr list, uint32_t len, gaddr offset, gaddr key)
{
	(void)key;
	return scatter(t, file, event, apc, apc_context, iosb, list, len,
		       offset, true);
}

NTSTATUS nt_flush_buffers_file(struct task *t, uint64_t file, gaddr iosb)
{
	struct irp r;
	NTSTATUS status = irp_begin(t, &r, file, 0, 0, 0, iosb,
				    FILE_WRITE_DATA | FILE_APPEND_DATA);

	if (status)
		return status;
	status = r.file->ops->flush ? r.file->ops->flush(t, r.file)
				    : STATUS_INVALID_DEVICE_REQUEST;
	return irp_end(t, &r, status);
}

NTSTATUS nt_flush_buffers_file_ex(struct task *t, uint64_t file, uint32_t flags,
				  gaddr params, uint32_t len, gaddr iosb)
{
	(void)flags, (void)params, (void)len;
	return nt_flush_buffers_file(t, file, iosb);
}

/* ---- cancelling
 * ------------------------------------------------------------------------- */

static NTSTATUS cancel(struct task *t, uint64_t file, struct nt_thread *thread,
		       gaddr request, gaddr iosb, bool must_find)
{
	struct file *f;
	NTSTATUS status = handle_get(t, file, &file_type, 0, &f);

	if (status)
		return status;
	if (!irp_cancel(f, thread, request) && must_find)
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
	enum { TERMINATE = 1, TRIES = 50 };
	struct timespec ts = { 0, 1000 * 1000 };
	uint8_t expected = SYNC_RUNS;
	struct nt_thread *th;
	NTSTATUS status;

	(void)request;
	status = handle_get(t, thread, &thread_type, TERMINATE, &th);
	if (status)
		return status;
	if (!atomic_compare_exchange_strong(&th->sync_io, &expected,
					    SYNC_CANCEL)) {
		status = STATUS_NOT_FOUND;
	} else {
		/* A kick that comes just before the host call is lost on it. */
		for (int i = 0; i < TRIES && th->sync_io == SYNC_CANCEL; i++) {
			task_kick(&th->task);
			nanosleep(&ts, NULL);
		}
	}
	object_put(&th->object);
	if (iosb_write(t, iosb, status, 0) < 0)
		return STATUS_ACCESS_VIOLATION;
	return status;
}
