/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd.c - opening \Device\Afd, the end of sockets, and handing them to child
 * processes.
 *
 * With the extended attribute AfdOpenPacketXX an open makes a socket, without
 * it a helper that can only poll others: what event loops use.
 */
#include "syscall-xlate/nt/afd.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/ioctl-rows.h"

/* ws2_32's accept(): the socket gets a descriptor from AFD_ACCEPT. */
enum { ENDPOINT_EMPTY = (int)0x80000000 };

static struct file *new_socket(int fd, uint32_t access, uint32_t share,
			       uint32_t options)
{
	struct afd_socket *s = calloc(1, sizeof *s);
	struct file *f = s ? file_new(FILE_KIND_AFD, &afd_ops, fd, access,
				      share, options)
			   : NULL;

	if (!f) {
		free(s);
		return NULL;
	}
	pthread_mutex_init(&s->lock, NULL);
	s->file = f;
	s->wake_fd = -1;
	f->append = false;
	f->extra = s;
	return f;
}

/* ---- the end ---- */

static void give_up(struct queue *q, struct queue *d)
{
	for (struct queue_link *l = q->first, *next; l; l = next) {
		struct afd_op *op = afd_op_at(l);

		next = l->next;
		if (irp_take(op->irp))
			afd_finish_later(d, op, STATUS_CANCELLED, 0);
	}
}

static void afd_close(struct task *t, struct file *f)
{
	struct afd_socket *s = afd_of(f);
	struct queue done = { 0 };

	(void)t;
	pthread_mutex_lock(&s->lock);
	s->closed = true;
	afd_poll_closed(s, &done);
	/*
	 * AcceptEx that waits for data is a request on the listener; and those
	 * that came since our own were cancelled.
	 */
	give_up(&s->receives, &done);
	give_up(&s->sends, &done);
	give_up(&s->accepts, &done);
	give_up(&s->connects, &done);
	/* Threads that block in the host. */
	if (s->sleepers) {
		uint64_t one = 1;

		if (!s->shared && f->fd >= 0)
			shutdown(f->fd, SHUT_RDWR);
		if (s->wake_fd >= 0 && write(s->wake_fd, &one, sizeof one) < 0)
			log_debug(LOG_FILE, "waking sleepers failed");
	}
	pthread_mutex_unlock(&s->lock);
	afd_finish_all(&done);
	afd_net_forget(s);
	if (s->registered)
		watch_cancel(&s->watch);
	s->registered = false;
}

static void afd_destroy(struct file *f)
{
	struct afd_socket *s = afd_of(f);

	if (!s)
		return;
	if (s->registered)
		watch_cancel(&s->watch);
	while (s->incoming) {
		struct afd_incoming *in = s->incoming;

		s->incoming = in->next;
		close(in->fd);
		free(in);
	}
	/* The host's first: who finds no claim finds the address free. */
	if (s->claims[0] && f->fd >= 0) {
		close(f->fd);
		f->fd = -1;
	}
	afd_give_claims(s);
	if (s->wake_fd >= 0)
		close(s->wake_fd);
	object_put(s->event);
	pthread_mutex_destroy(&s->lock);
	free(s);
	f->extra = NULL;
}

/* ---- opening ---- */

/* FILE_FULL_EA_INFORMATION with the open packet; false: there is none. */
static NTSTATUS find_packet(struct task *t, gaddr ea, uint32_t ea_len,
			    struct afd_open_packet *packet, bool *found)
{
	static const char name[] = "AfdOpenPacketXX";
	enum { HEAD = 8, NAME = sizeof name };
	uint8_t raw[HEAD + NAME];
	uint16_t value_len;

	*found = false;
	if (!ea || ea_len < sizeof raw)
		return STATUS_SUCCESS;
	if (guest_read(t, raw, ea, sizeof raw))
		return STATUS_ACCESS_VIOLATION;
	if (raw[5] != NAME - 1 || memcmp(raw + HEAD, name, NAME))
		return STATUS_SUCCESS;
	memcpy(&value_len, raw + 6, 2);
	if (value_len < sizeof *packet || ea_len - sizeof raw < sizeof *packet)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, packet, ea + sizeof raw, sizeof *packet))
		return STATUS_ACCESS_VIOLATION;
	*found = true;
	return STATUS_SUCCESS;
}

NTSTATUS afd_open(struct task *t, const struct nt_path *p, uint32_t access,
		  uint32_t share, uint32_t options, gaddr ea, uint32_t ea_len,
		  struct file **f)
{
	struct afd_open_packet packet;
	struct afd_socket *s;
	NTSTATUS status;
	bool found;

	(void)p;
	status = find_packet(t, ea, ea_len, &packet, &found);
	if (status)
		return status;
	*f = new_socket(-1, access, share, options);
	if (!*f)
		return STATUS_NO_MEMORY;
	if (!found)
		return STATUS_SUCCESS;
	s = afd_of(*f);
	s->family = packet.family;
	s->type = packet.type;
	s->protocol = packet.protocol;
	s->endpoint_flags = packet.endpoint_flags;
	s->datagram = s->type != WIN_SOCK_STREAM;
	s->state = AFD_OPEN;
	if (packet.endpoint_flags & (uint32_t)ENDPOINT_EMPTY)
		return STATUS_SUCCESS;
	status = afd_make_host(s);
	if (status)
		object_put(&(*f)->object);
	return status;
}

NTSTATUS afd_by_handle(struct task *t, uint64_t handle, struct file **f)
{
	struct file *found;
	NTSTATUS status = handle_get(t, handle, &file_type, 0, &found);

	*f = NULL;
	if (status)
		return status;
	if (found->kind != FILE_KIND_AFD ||
	    afd_of(found)->state == AFD_HELPER) {
		object_put(&found->object);
		return STATUS_INVALID_HANDLE;
	}
	*f = found;
	return STATUS_SUCCESS;
}

/* ---- to a child ---- */

/* What nt_passed.data holds. */
struct passed {
	int32_t family, type, protocol;
	uint32_t endpoint_flags;
	uint8_t state, nonblocking, host_nonblocking, inline_oob, send_closed,
		receive_closed, aborted, no_context, claims;
	NTSTATUS connect_error;
	int64_t connect_time;
	struct afd_options options;
	socklen_t peer_len, local_len;
	struct sockaddr_un peer, local_name; /* peer: or any other */
};

bool afd_pass(struct file *f, struct nt_passed *p)
{
	struct afd_socket *s = afd_of(f);
	struct passed d = {
		.family = s->family,
		.type = s->type,
		.protocol = s->protocol,
		.endpoint_flags = s->endpoint_flags,
		.state = s->state,
		.nonblocking = s->nonblocking,
		.host_nonblocking = s->host_nonblocking,
		.inline_oob = s->inline_oob,
		.send_closed = s->send_closed,
		.receive_closed = s->receive_closed,
		.aborted = s->aborted,
		.no_context = s->no_context,
		.claims = s->claims[0] != NULL,
		.connect_error = s->connect_error,
		.connect_time = s->connect_time,
		.options = s->options,
		.peer = s->peer.un,
		.peer_len = s->peer_len,
		.local_len = s->local_len,
		.local_name = s->local_name,
	};
	_Static_assert(sizeof d <= sizeof p->data, "nt_passed");

	s->shared = true;
	p->told |= d.claims;
	memcpy(p->data, &d, sizeof d);
	p->len = sizeof d;
	return true;
}

struct file *afd_receive_passed(const struct nt_passed *p)
{
	struct afd_socket *s;
	struct passed d;
	struct file *f;

	if (p->len < sizeof d)
		return NULL;
	memcpy(&d, p->data, sizeof d);
	/* From another process, which may say anything. */
	if (d.peer_len > sizeof d.peer || d.local_len > sizeof d.local_name ||
	    d.options.interfaces > AFD_MAX_IFLIST)
		return NULL;
	f = new_socket(p->fd, (uint32_t)p->value[0], (uint32_t)p->value[1],
		       (uint32_t)p->value[2]);
	if (!f)
		return NULL;
	s = afd_of(f);
	s->family = d.family;
	s->type = d.type;
	s->protocol = d.protocol;
	s->endpoint_flags = d.endpoint_flags;
	s->datagram = s->type != WIN_SOCK_STREAM;
	s->state = d.state;
	s->nonblocking = d.nonblocking;
	s->host_nonblocking = d.host_nonblocking;
	s->inline_oob = d.inline_oob;
	s->send_closed = d.send_closed;
	s->receive_closed = d.receive_closed;
	s->aborted = d.aborted;
	s->no_context = d.no_context;
	s->connect_error = d.connect_error;
	s->connect_time = d.connect_time;
	s->options = d.options;
	s->peer.un = d.peer;
	s->peer_len = d.peer_len;
	s->local_len = d.local_len;
	s->local_name = d.local_name;
	s->shared = true;
	if (d.claims)
		afd_claim_again(s);
	return f;
}

/* ---- controls ---- */

static const struct control_row rows[] = { IOCTL_ROWS_AFD };

static NTSTATUS afd_control(struct task *t, struct file *f, struct irp *r,
			    bool fs)
{
	uint32_t code = r->code &
			~(uint32_t)(AFD_CODE_WAIT | AFD_CODE_DETACHED);

	if (fs)
		return STATUS_INVALID_DEVICE_REQUEST;
	/* kernel32 asks everything whether it is a console. */
	if (r->code >> 16 == 0x50)
		return STATUS_OBJECT_TYPE_MISMATCH;
	r->detached = r->code & AFD_CODE_DETACHED;
	/* The wait bit stays in r->code for afd_waits(). */
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].code == code)
			return rows[i].run(t, f, r);
	log_debug(LOG_FILE, "afd control %#x: none such", r->code);
	return STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS afd_flush(struct task *t, struct file *f)
{
	(void)t, (void)f;
	return STATUS_SUCCESS;
}

const struct file_ops afd_ops = {
	.read = afd_read,
	.write = afd_write,
	.control = afd_control,
	.flush = afd_flush,
	.close = afd_close,
	.destroy = afd_destroy,
};
