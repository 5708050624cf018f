/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-transmit.c - TransmitFile and TransmitPackets: pieces of memory and of
 * files, the latter by sendfile(2).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "syscall-xlate/nt/afd.h"

enum {
	TF_DISCONNECT = 1,
	TF_REUSE_SOCKET = 2,
	ELEMENT_MEMORY = 1,
	ELEMENT_FILE = 2,
	MAX_ELEMENTS = 1024,
	TO_THE_END = 0,
	CHUNK = 1 << 20,
};

struct element {
	struct file *file; /* a reference; NULL: memory */
	gaddr at;
	int64_t offset;
	uint64_t len; /* of a file, TO_THE_END: all of it */
};

struct afd_transmit {
	uint32_t n, now, flags;
	uint64_t done; /* of element now */
	bool sent;     /* all of it */
	struct element e[];
};

static void release(struct afd_op *op)
{
	struct afd_transmit *x = op->transmit;

	for (uint32_t i = 0; i < x->n; i++)
		if (x->e[i].file)
			object_put(&x->e[i].file->object);
	/* Not in the step, which may have the socket locked. */
	if (x->sent && x->flags & TF_DISCONNECT && x->flags & TF_REUSE_SOCKET)
		afd_reuse(op->socket);
	free(x);
	op->transmit = NULL;
}

/* Some of element e; 0: all of it has been sent; -1: errno. */
static ssize_t send_some(struct task *t, struct afd_op *op,
			 const struct element *e)
{
	struct afd_transmit *x = op->transmit;
	int fd = op->socket->file->fd, nv;
	uint64_t left = e->len - x->done;
	struct iovec v[16];
	struct msghdr m = { .msg_iov = v };
	off_t at;

	if (e->len && !left)
		return 0;
	if (e->file) {
		at = e->offset + (int64_t)x->done;
		return sendfile(fd, e->file->fd, &at,
				e->len ? MIN(left, (uint64_t)CHUNK) : CHUNK);
	}
	if (!e->len)
		return 0;
	nv = guest_iov(t, e->at + x->done, left, false, v, 16);
	if (nv < 0) {
		errno = EFAULT;
		return -1;
	}
	m.msg_iovlen = (size_t)nv;
	return sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static NTSTATUS step(struct task *t, struct afd_op *op)
{
	struct afd_transmit *x = op->transmit;
	struct afd_socket *s = op->socket;

	while (x->now < x->n) {
		ssize_t n = send_some(t, op, &x->e[x->now]);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return STATUS_PENDING;
		if (n < 0)
			return afd_status(errno);
		if (n == 0) {
			x->now++;
			x->done = 0;
			continue;
		}
		x->done += (uint64_t)n;
		op->information += (uint64_t)n;
	}
	if (x->flags & TF_DISCONNECT) {
		s->send_closed = true;
		shutdown(s->file->fd, SHUT_WR);
	}
	x->sent = true;
	return STATUS_SUCCESS;
}

/* Owns x. */
static NTSTATUS transmit(struct task *t, struct irp *r, struct afd_op *op,
			 struct afd_transmit *x)
{
	struct afd_socket *s = op->socket;

	op->transmit = x;
	op->release = release;
	op->step = step;
	op->pends = true;
	if (s->state != AFD_CONNECTED || s->datagram || s->send_closed) {
		afd_op_free(op);
		return s->send_closed ? STATUS_PIPE_DISCONNECTED
				      : STATUS_INVALID_CONNECTION;
	}
	/* sendfile has no MSG_DONTWAIT. */
	afd_set_nonblocking(s);
	return afd_run(t, r, op, &s->sends, POLLOUT);
}

static NTSTATUS file_of(struct task *t, uint64_t h, struct element *e)
{
	NTSTATUS status =
		handle_get(t, h, &file_type, FILE_READ_DATA, &e->file);

	if (status)
		return status;
	if (e->file->kind != FILE_KIND_DISK || e->file->path_only)
		return STATUS_INVALID_PARAMETER;
	/* From where the handle is. */
	if (e->offset < 0)
		e->offset = e->file->position != POSITION_HOST
				    ? e->file->position
				    : lseek(e->file->fd, 0, SEEK_CUR);
	return STATUS_SUCCESS;
}

NTSTATUS afd_transmit_file(struct task *t, struct file *f, struct irp *r)
{
	union {
		struct {
			int64_t offset;
			uint64_t len;
			uint32_t packet, pad;
			uint64_t file, head;
			uint32_t head_len, pad2;
			uint64_t tail;
			uint32_t tail_len, flags;
		} wide;
		struct {
			int64_t offset;
			uint64_t len;
			uint32_t packet, file, head, head_len, tail, tail_len,
				flags;
		} narrow;
	} in = { 0 };
	uint32_t size = nt_self->wow64 ? 44 : sizeof in.wide;
	struct afd_transmit *x;
	struct afd_op op;
	NTSTATUS status = STATUS_SUCCESS;
	uint64_t h;

	(void)f;
	afd_op_init(&op, r);
	if (r->len < size)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, &in, r->buf, size))
		return STATUS_ACCESS_VIOLATION;
	x = calloc(1, sizeof *x + 3 * sizeof x->e[0]);
	if (!x)
		return STATUS_NO_MEMORY;
	x->n = 3;
	x->e[1].offset = in.wide.offset;
	x->e[1].len = in.wide.len;
	if (nt_self->wow64) {
		x->flags = in.narrow.flags;
		h = in.narrow.file;
		x->e[0].at = in.narrow.head;
		x->e[0].len = in.narrow.head_len;
		x->e[2].at = in.narrow.tail;
		x->e[2].len = in.narrow.tail_len;
	} else {
		x->flags = in.wide.flags;
		h = in.wide.file;
		x->e[0].at = in.wide.head;
		x->e[0].len = in.wide.head_len;
		x->e[2].at = in.wide.tail;
		x->e[2].len = in.wide.tail_len;
	}
	if (h)
		status = file_of(t, h, &x->e[1]);
	else
		x->e[1].len = 0; /* only head and tail */
	if (status) {
		op.transmit = x;
		release(&op);
		return status;
	}
	return transmit(t, r, &op, x);
}

/* TRANSMIT_PACKETS_ELEMENT is 24 bytes in both widths. */
NTSTATUS afd_transmit_packets(struct task *t, struct file *f, struct irp *r)
{
	struct {
		uint32_t flags, len;
		int64_t offset; /* or the buffer */
		uint64_t file;
	} in;
	_Static_assert(sizeof in == 24, "TRANSMIT_PACKETS_ELEMENT");
	uint32_t p = afd_pointer_size(), head[3];
	struct afd_transmit *x;
	struct afd_op op;
	NTSTATUS status;
	uint64_t array;

	(void)f;
	afd_op_init(&op, r);
	if (r->len < p + sizeof head)
		return STATUS_INVALID_PARAMETER;
	status = afd_pointer(t, r->buf, &array);
	if (!status && guest_read(t, head, r->buf + p, sizeof head))
		status = STATUS_ACCESS_VIOLATION;
	if (status)
		return status;
	if (head[0] > MAX_ELEMENTS)
		return STATUS_INVALID_PARAMETER;
	x = calloc(1, sizeof *x + head[0] * sizeof x->e[0]);
	if (!x)
		return STATUS_NO_MEMORY;
	x->n = head[0];
	x->flags = head[2];
	for (uint32_t i = 0; i < x->n && !status; i++) {
		struct element *e = &x->e[i];

		if (guest_read(t, &in, array + i * sizeof in, sizeof in)) {
			status = STATUS_ACCESS_VIOLATION;
			break;
		}
		if (nt_self->wow64)
			in.file &= 0xffffffff;
		e->len = in.len;
		if (in.flags & ELEMENT_FILE) {
			e->offset = in.offset;
			status = file_of(t, in.file, e);
		} else {
			e->at = nt_self->wow64 ? (uint32_t)in.offset
					       : (uint64_t)in.offset;
		}
	}
	if (status) {
		op.transmit = x;
		release(&op);
		return status;
	}
	return transmit(t, r, &op, x);
}
