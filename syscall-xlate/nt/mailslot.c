/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mailslot.c - mailslots: messages of many writers to one reader, by name.
 *
 * A read waits for the bell, and no longer than the mailslot's time.  A
 * reader's overlapped requests take turns (irp-queue.c) at one descriptor that
 * is ready for either: the bell, or the time of the first of them.
 */
#include "syscall-xlate/nt/mailslot.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/pipe.h"

static struct mailslot *slot_of(struct file *f)
{
	return f->extra;
}

/* ---- reading ------------------------------------------------------------ */

/* When a read that begins now is over. */
static int64_t deadline(int64_t timeout)
{
	int64_t now = monotonic_ns();

	if (timeout == MAILSLOT_FOREVER)
		return INT64_MAX;
	/* A time of day is none. */
	if (timeout >= 0)
		return now;
	return timeout < (INT64_MIN / 100) || -timeout * 100 > INT64_MAX - now
		       ? INT64_MAX
		       : now - timeout * 100;
}

static bool make_wait_fd(struct mailslot *m)
{
	struct epoll_event e = { .events = EPOLLIN };
	bool ok;

	pthread_mutex_lock(&m->lock);
	if (m->timer < 0)
		m->timer = MORE_FILES(timerfd_create(
			CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
	if (m->wait_fd < 0 && m->timer >= 0) {
		m->wait_fd = MORE_FILES(epoll_create1(EPOLL_CLOEXEC));
		if (m->wait_fd >= 0 &&
		    (epoll_ctl(m->wait_fd, EPOLL_CTL_ADD, m->bell, &e) < 0 ||
		     epoll_ctl(m->wait_fd, EPOLL_CTL_ADD, m->timer, &e) < 0)) {
			close(m->wait_fd);
			m->wait_fd = -1;
		}
	}
	ok = m->wait_fd >= 0;
	pthread_mutex_unlock(&m->lock);
	return ok;
}

/* r is the first of those that wait: its time is in r->offset. */
static NTSTATUS read_again(struct irp *r)
{
	struct mailslot *m = slot_of(r->file);
	struct itimerspec when = { 0 };
	NTSTATUS status = mailslot_take(NULL, m, r);

	if (status != STATUS_PENDING)
		return status;
	if (r->offset != INT64_MAX) {
		if (monotonic_ns() >= r->offset)
			return STATUS_IO_TIMEOUT;
		when.it_value.tv_sec = r->offset / 1000000000;
		when.it_value.tv_nsec = r->offset % 1000000000;
	}
	timerfd_settime(m->timer, TFD_TIMER_ABSTIME, &when, NULL);
	return STATUS_PENDING;
}

static NTSTATUS mailslot_read(struct task *t, struct file *f, struct irp *r)
{
	struct mailslot *m = slot_of(f);
	struct mailslot_head h;
	NTSTATUS status;
	int64_t end, left;

	if (f->synchronous) {
		status = mailslot_take(t, m, r);
		if (status != STATUS_PENDING)
			return status;
	}
	status = mailslot_head(m, &h);
	if (status)
		return status;
	end = deadline(h.timeout);
	if (!f->synchronous) {
		if (!make_wait_fd(m))
			return status_from_errno(errno);
		r->offset = end;
		return irp_in_turn(t, r, m->wait_fd, EPOLLIN, read_again);
	}
	for (;;) {
		left = end == INT64_MAX ? -1 : end - monotonic_ns();
		if (end != INT64_MAX && left <= 0)
			return STATUS_IO_TIMEOUT;
		status = io_wait_fd(t, f, m->bell, POLLIN,
				    left < 0 ? -1
					     : (int)MIN(left / 1000000 + 1,
							(int64_t)INT32_MAX));
		if (status && status != STATUS_TIMEOUT)
			return status;
		status = mailslot_take(t, m, r);
		if (status != STATUS_PENDING)
			return status;
	}
}

static NTSTATUS mailslot_write(struct task *t, struct file *f, struct irp *r)
{
	return mailslot_put(t, slot_of(f), r);
}

/* ---- what they tell ----------------------------------------------------- */

NTSTATUS mailslot_query(struct file *f, struct file_mailslot *q)
{
	struct mailslot *m = slot_of(f);
	uint32_t next = UINT32_MAX; /* MAILSLOT_NO_MESSAGE */
	struct mailslot_head h;
	NTSTATUS status;

	if (f->kind != FILE_KIND_MAILSLOT || !m->reader)
		return STATUS_INVALID_PARAMETER;
	status = mailslot_look(m, &h, &next);
	if (status)
		return status;
	*q = (struct file_mailslot){ .max_message = h.max_message,
				     .quota = h.max_message,
				     .next = next,
				     .messages = h.messages,
				     .timeout = h.timeout };
	return STATUS_SUCCESS;
}

NTSTATUS mailslot_set_timeout(struct file *f, int64_t timeout)
{
	struct mailslot *m = slot_of(f);

	return m->reader ? mailslot_put_timeout(m, timeout)
			 : STATUS_INVALID_PARAMETER;
}

/* ---- making ends -------------------------------------------------------- */

static void mailslot_destroy(struct file *f)
{
	struct mailslot *m = slot_of(f);

	if (!m)
		return;
	mailslot_free(m);
	free(m);
	f->extra = NULL;
}

static const struct file_ops reader_ops = {
	.read = mailslot_read,
	.destroy = mailslot_destroy,
};

static const struct file_ops writer_ops = {
	.write = mailslot_write,
	.destroy = mailslot_destroy,
};

static struct file *mailslot_file(bool reader, uint32_t access, uint32_t share,
				  uint32_t options, struct mailslot **m)
{
	struct file *f =
		file_new(FILE_KIND_MAILSLOT, reader ? &reader_ops : &writer_ops,
			 -1, access, share, options);

	if (!f)
		return NULL;
	*m = f->extra = calloc(1, sizeof **m);
	if (!*m) {
		object_put(&f->object);
		return NULL;
	}
	pthread_mutex_init(&(*m)->lock, NULL);
	(*m)->fd = (*m)->bell = (*m)->wait_fd = (*m)->timer = -1;
	f->append = false;
	/* Who writes to one whose reader goes learns it from the status. */
	signal(SIGPIPE, SIG_IGN);
	return f;
}

static NTSTATUS set_name(struct mailslot *m, const struct nt_path *p)
{
	/* Room for what the bell's has behind it. */
	return pipe_encode_name(m->file, sizeof m->file - 8, p->rest,
				p->rest_len)
		       ? STATUS_SUCCESS
		       : STATUS_OBJECT_NAME_INVALID;
}

NTSTATUS mailslot_open(const struct file_open *o, struct file **f)
{
	struct mailslot *m;
	NTSTATUS status;

	/* Its reader has it open for reading, and lets others only write. */
	if (!(o->share & FILE_SHARE_READ))
		return STATUS_SHARING_VIOLATION;
	if (o->access & FILE_READ_DATA)
		return STATUS_ACCESS_DENIED;
	*f = mailslot_file(false, o->access, o->share, o->options, &m);
	if (!*f)
		return STATUS_NO_MEMORY;
	status = set_name(m, o->p);
	if (!status)
		status = mailslot_find(m);
	if (status) {
		object_put(&(*f)->object);
		*f = NULL;
	}
	return status;
}

static NTSTATUS make(struct task *t, const struct nt_oa *oa,
		     const struct nt_path *p, uint32_t access, uint32_t options,
		     const struct mailslot_head *h, gaddr iosb, gaddr file)
{
	struct mailslot *m;
	struct file *f =
		mailslot_file(true, access_map(&file_type, access),
			      FILE_SHARE_READ | FILE_SHARE_WRITE, options, &m);
	NTSTATUS status;

	if (!f)
		return STATUS_NO_MEMORY;
	status = set_name(m, p);
	if (!status)
		status = security_assign(t, &f->object, oa->security);
	if (!status)
		status = mailslot_make(m, h);
	if (!status && iosb_write(t, iosb, STATUS_SUCCESS, FILE_CREATED) < 0)
		status = STATUS_ACCESS_VIOLATION;
	if (!status)
		status = handle_out(t, &f->object, f->access, oa->attributes,
				    file);
	object_put(&f->object);
	return status;
}

NTSTATUS nt_create_mailslot_file(struct task *t, gaddr file, uint32_t access,
				 gaddr attr, gaddr iosb, uint32_t options,
				 uint32_t quota, uint32_t max_message,
				 gaddr timeout)
{
	struct mailslot_head h = { .max_message = max_message,
				   .timeout = MAILSLOT_FOREVER };
	struct file *root = NULL;
	struct nt_path p;
	struct nt_oa oa;
	NTSTATUS status;

	(void)quota; /* the host's memory is enough */
	if (timeout && guest_read(t, &h.timeout, timeout, sizeof h.timeout) < 0)
		return STATUS_ACCESS_VIOLATION;
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	status = file_parse(t, &oa, &p, &root);
	if (!status && p.kind != PATH_MAILSLOT)
		status = STATUS_OBJECT_NAME_INVALID;
	if (!status)
		status = make(t, &oa, &p, access, options, &h, iosb, file);
	if (root)
		object_put(&root->object);
	oa_free(&oa);
	return status;
}

/* ---- to another process ------------------------------------------------- */

enum { P_ACCESS, P_SHARE, P_OPTIONS, P_READER = 5 }; /* p->value */

bool mailslot_pass(struct file *f, struct nt_passed *p)
{
	struct mailslot *m = slot_of(f);

	p->fd = m->fd;
	p->value[P_READER] = m->reader;
	p->len = (uint32_t)strlen(m->file) + 1;
	memcpy(p->data, m->file, p->len);
	return true;
}

struct file *mailslot_receive(const struct nt_passed *p)
{
	struct mailslot *m;
	NTSTATUS status;
	struct file *f = mailslot_file(
		p->value[P_READER], (uint32_t)p->value[P_ACCESS],
		(uint32_t)p->value[P_SHARE], (uint32_t)p->value[P_OPTIONS], &m);

	if (!f) {
		close(p->fd);
		return NULL;
	}
	m->reader = p->value[P_READER];
	if (p->len && p->len <= sizeof m->file)
		memcpy(m->file, p->data, p->len);
	m->file[sizeof m->file - 1] = 0;
	/* Locks are the description's, which that one shares with its sender;
	   while it is open nobody takes the reader for gone. */
	status = mailslot_find(m);
	close(p->fd);
	if (status) {
		object_put(&f->object);
		return NULL;
	}
	return f;
}
