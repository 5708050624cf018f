/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-args.c - what the callers of \Device\Afd pass, for both widths, and
 * addresses and errors between Windows and the host.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/policy.h"
#include "syscall-xlate/nt/afd.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/vad.h"

/* ---- errors ------------------------------------------------------------- */

static const struct {
	int err;
	NTSTATUS status;
} map[] = {
	{ EAGAIN, STATUS_DEVICE_NOT_READY },
	{ EINPROGRESS, STATUS_DEVICE_BUSY },
	{ EALREADY, STATUS_DEVICE_BUSY },
	{ EINTR, STATUS_CANCELLED },
	{ EACCES, STATUS_ACCESS_DENIED },
	{ EPERM, STATUS_ACCESS_DENIED },
	{ EBADF, STATUS_INVALID_HANDLE },
	{ EFAULT, STATUS_ACCESS_VIOLATION },
	{ EINVAL, STATUS_INVALID_PARAMETER },
	{ EMFILE, STATUS_TOO_MANY_OPENED_FILES },
	{ ENFILE, STATUS_TOO_MANY_OPENED_FILES },
	{ ENOBUFS, STATUS_INSUFFICIENT_RESOURCES },
	{ ENOMEM, STATUS_INSUFFICIENT_RESOURCES },
	{ EADDRINUSE, STATUS_ADDRESS_ALREADY_EXISTS },
	{ EADDRNOTAVAIL, STATUS_INVALID_ADDRESS_COMPONENT },
	{ EAFNOSUPPORT, STATUS_INVALID_ADDRESS },
	{ ENOTCONN, STATUS_INVALID_CONNECTION },
	{ EDESTADDRREQ, STATUS_INVALID_CONNECTION },
	{ EISCONN, STATUS_CONNECTION_ACTIVE },
	{ EPIPE, STATUS_CONNECTION_RESET },
	{ ECONNRESET, STATUS_CONNECTION_RESET },
	{ ECONNREFUSED, STATUS_CONNECTION_REFUSED },
	{ ECONNABORTED, STATUS_CONNECTION_ABORTED },
	{ ETIMEDOUT, STATUS_IO_TIMEOUT },
	{ ENETUNREACH, STATUS_NETWORK_UNREACHABLE },
	{ ENETDOWN, STATUS_NETWORK_UNREACHABLE },
	{ EHOSTUNREACH, STATUS_HOST_UNREACHABLE },
	{ EHOSTDOWN, STATUS_HOST_UNREACHABLE },
	{ EMSGSIZE, STATUS_INVALID_BUFFER_SIZE },
	{ EOPNOTSUPP, STATUS_NOT_SUPPORTED },
	{ ENOPROTOOPT, STATUS_NOT_SUPPORTED },
	{ EPROTONOSUPPORT, STATUS_NOT_SUPPORTED },
	{ ESOCKTNOSUPPORT, STATUS_NOT_SUPPORTED },
	{ EPROTOTYPE, STATUS_NOT_SUPPORTED },
	/* AF_UNIX: nobody listens, or there is no such file. */
	{ ENOENT, STATUS_CONNECTION_REFUSED },
};

NTSTATUS afd_status(int err)
{
	for (size_t i = 0; i < COUNT_OF(map); i++)
		if (map[i].err == err)
			return map[i].status;
	return status_from_errno(err);
}

/* ---- addresses ---- */

int afd_host_family(int32_t family)
{
	switch (family) {
	case WIN_AF_INET:
		return AF_INET;
	case WIN_AF_INET6:
		return AF_INET6;
	case WIN_AF_UNIX:
		return AF_UNIX;
	}
	return -1;
}

int32_t afd_guest_family(int family)
{
	return family == AF_INET6 ? WIN_AF_INET6 : family;
}

/* sockaddr_un holds 108 bytes; longer host paths go by their folder. */
static NTSTATUS short_path(const struct nt_path *p, struct sockaddr_un *un,
			   int *hold)
{
	const char *slash = strrchr(p->host, '/');
	char folder[HOST_PATH_MAX + 256];
	int fd, n;

	if (p->dirfd == AT_FDCWD && strlen(p->host) < sizeof un->sun_path) {
		strcpy(un->sun_path, p->host);
		return STATUS_SUCCESS;
	}
	if (!hold)
		return STATUS_NAME_TOO_LONG;
	n = slash ? (int)(slash - p->host) : 0;
	snprintf(folder, sizeof folder, "%.*s", n, p->host);
	fd = openat(p->dirfd, n ? folder : "/",
		    O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return afd_status(errno);
	n = snprintf(un->sun_path, sizeof un->sun_path, "/proc/self/fd/%d/%s",
		     fd, slash ? slash + 1 : p->host);
	if (n >= (int)sizeof un->sun_path) {
		close(fd);
		return STATUS_NAME_TOO_LONG;
	}
	*hold = fd;
	return STATUS_SUCCESS;
}

/* May a sandbox's program make or use a socket in p's folder? */
static bool granted(const struct nt_path *p)
{
	char link[64], folder[PATH_MAX];
	const char *slash = strrchr(p->host, '/');
	ssize_t n = -1;
	int fd;

	snprintf(folder, sizeof folder, "%.*s",
		 slash ? (int)(slash - p->host) : 0, p->host);
	fd = openat(p->dirfd, *folder ? folder : "/",
		    O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		n = readlink(link, folder, sizeof folder - 1);
		close(fd);
	}
	if (n <= 0)
		return false;
	folder[n] = 0;
	return policy_allows(policy, folder, true);
}

/*
 * A path of Windows.  ws2_32 appends the full NT name to the sockaddr_un,
 * since only it knows the current directory; others must give a full path.
 */
static NTSTATUS unix_path(struct task *t, gaddr at, uint32_t len,
			  struct sockaddr_un *un, int *hold)
{
	enum { OWN = 2 + sizeof un->sun_path, MAX_NAME = 1024 };
	uint16_t name[MAX_NAME + 8];
	struct nt_path p;
	NTSTATUS status;
	size_t n = 0;
	char path[sizeof un->sun_path + 1] = "";
	int err;

	if (len > OWN + 1) {
		n = (len - OWN) / 2;
		if (n > MAX_NAME)
			return STATUS_NAME_TOO_LONG;
		if (guest_read(t, name, at + OWN, n * 2))
			return STATUS_ACCESS_VIOLATION;
	} else {
		if (guest_read(t, path, at + 2,
			       MIN(len - 2, (uint32_t)sizeof un->sun_path)))
			return STATUS_ACCESS_VIOLATION;
		for (const char *c = "\\??\\"; *c; c++)
			name[n++] = (uint8_t)*c;
		for (const char *c = path; *c; c++)
			name[n++] = *c == '/' ? '\\' : (uint8_t)*c;
	}
	status = path_parse(name, n, NULL, &p);
	if (status)
		return status;
	if (p.kind != PATH_DISK)
		return STATUS_INVALID_ADDRESS_COMPONENT;
	err = path_find(&p);
	if (err && err != -ENOENT)
		return afd_status(-err);
	if (policy && !granted(&p)) {
		policy_refused("a socket at %s", p.host);
		return STATUS_ACCESS_DENIED;
	}
	return short_path(&p, un, hold);
}

NTSTATUS afd_address_in(struct task *t, gaddr at, uint32_t len,
			union afd_address *a, socklen_t *n, int *hold)
{
	uint16_t family;
	uint8_t raw[28] = { 0 };

	if (hold)
		*hold = -1;
	memset(a, 0, sizeof *a);
	if (len < 2)
		return STATUS_ACCESS_VIOLATION;
	if (guest_read(t, &family, at, sizeof family))
		return STATUS_ACCESS_VIOLATION;
	switch (family) {
	case WIN_AF_INET:
		if (len < 16 || guest_read(t, &a->in, at, 16))
			return STATUS_ACCESS_VIOLATION;
		a->in.sin_family = AF_INET;
		memset(a->in.sin_zero, 0, sizeof a->in.sin_zero);
		*n = sizeof a->in;
		return STATUS_SUCCESS;
	case WIN_AF_INET6:
		/* 24: before there were scopes. */
		if (len < 24 || guest_read(t, raw, at, MIN(len, 28u)))
			return STATUS_ACCESS_VIOLATION;
		memcpy(&a->in6, raw, 28);
		a->in6.sin6_family = AF_INET6;
		*n = sizeof a->in6;
		return STATUS_SUCCESS;
	case WIN_AF_UNIX: {
		uint8_t first = 0;
		NTSTATUS status;

		a->un.sun_family = AF_UNIX;
		if (len > 2 && guest_read(t, &first, at + 2, 1))
			return STATUS_ACCESS_VIOLATION;
		if (len == 2 || !first) {
			/* Unnamed, or abstract as on the host. */
			if (policy && len > 2)
				return STATUS_ACCESS_DENIED;
			len = MIN(len, (uint32_t)sizeof a->un);
			if (guest_read(t, a->un.sun_path, at + 2, len - 2))
				return STATUS_ACCESS_VIOLATION;
			*n = len;
			/* All zero is unnamed to Windows. */
			for (uint32_t i = 2; i < len; i++)
				if (a->un.sun_path[i - 2])
					return STATUS_SUCCESS;
			*n = 2;
			return STATUS_SUCCESS;
		}
		status = unix_path(t, at, len, &a->un, hold);
		*n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				 strlen(a->un.sun_path) + 1);
		return status;
	}
	}
	return STATUS_INVALID_ADDRESS;
}

void afd_address_out(const union afd_address *a, socklen_t len, void *out,
		     uint32_t *n)
{
	uint16_t family = (uint16_t)afd_guest_family(a->sa.sa_family);

	if (len < sizeof a->sa.sa_family) {
		/* A peer without a name. */
		memset(out, 0, 16);
		*n = 0;
		return;
	}
	*n = MIN(len, (socklen_t)sizeof a->un);
	memcpy(out, a, *n);
	memcpy(out, &family, sizeof family);
	if (a->sa.sa_family == AF_UNIX && len > 2 && a->un.sun_path[0]) {
		/* The host's path; programs only show it. */
		char *path = (char *)out + 2;

		path[MIN(len - 2, sizeof a->un.sun_path) - 1] = 0;
	}
	/* Windows' sockaddr_un always has its full size. */
	if (a->sa.sa_family == AF_UNIX) {
		memset((char *)out + *n, 0, sizeof a->un - *n);
		*n = sizeof a->un;
	}
}

NTSTATUS afd_put_from(struct task *t, struct afd_op *op,
		      const union afd_address *a, socklen_t len)
{
	uint8_t out[sizeof *a];
	uint32_t n, room;

	if (!op->from || !op->from_len)
		return STATUS_SUCCESS;
	afd_address_out(a, len, out, &n);
	if (guest_get32(t, &room, op->from_len))
		return STATUS_ACCESS_VIOLATION;
	if (guest_write(t, op->from, out, MIN(n, room)) ||
	    guest_put32(t, op->from_len, n))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

/* ---- buffers ---- */

NTSTATUS afd_pointer(struct task *t, gaddr at, uint64_t *v)
{
	uint32_t narrow;

	if (!nt_self->wow64)
		return guest_get64(t, v, at) ? STATUS_ACCESS_VIOLATION
					     : STATUS_SUCCESS;
	if (guest_get32(t, &narrow, at))
		return STATUS_ACCESS_VIOLATION;
	*v = narrow;
	return STATUS_SUCCESS;
}

/* count WSABUFs: a length, and a pointer in its natural place. */
NTSTATUS afd_read_segments(struct task *t, struct afd_op *op, gaddr array,
			   uint32_t count)
{
	uint32_t size = 2 * afd_pointer_size();
	NTSTATUS status = STATUS_SUCCESS;

	if (count > AFD_MAX_SEGMENTS)
		return STATUS_INSUFFICIENT_RESOURCES;
	op->segments = op->few;
	if (count > COUNT_OF(op->few)) {
		op->segments = malloc(count * sizeof *op->segments);
		if (!op->segments)
			return STATUS_NO_MEMORY;
	}
	op->nsegments = count;
	op->len = 0;
	for (uint32_t i = 0; i < count && !status; i++) {
		struct afd_segment *g = &op->segments[i];
		union {
			struct {
				uint32_t len, pad;
				uint64_t at;
			} wide;
			uint32_t narrow[2];
		} b;

		if (guest_read(t, &b, array + i * size, size)) {
			status = STATUS_ACCESS_VIOLATION;
			break;
		}
		g->len = nt_self->wow64 ? b.narrow[0] : b.wide.len;
		g->at = nt_self->wow64 ? b.narrow[1] : b.wide.at;
		op->len += g->len;
	}
	return status;
}

NTSTATUS afd_read_buffers(struct task *t, struct irp *r, struct afd_op *op,
			  uint32_t *afd_flags, uint32_t *tdi_flags)
{
	union {
		struct {
			uint64_t array;
			uint32_t count, afd, tdi;
		} wide;
		uint32_t narrow[4];
	} b = { 0 };
	uint32_t size = afd_pointer_size() + 12;

	if (r->len < size)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, &b, r->buf, size))
		return STATUS_ACCESS_VIOLATION;
	*afd_flags = nt_self->wow64 ? b.narrow[2] : b.wide.afd;
	*tdi_flags = nt_self->wow64 ? b.narrow[3] : b.wide.tdi;
	return afd_read_segments(t, op,
				 nt_self->wow64 ? b.narrow[0] : b.wide.array,
				 nt_self->wow64 ? b.narrow[1] : b.wide.count);
}

int afd_vectors(struct task *t, struct afd_op *op, uint64_t skip,
		bool write, struct iovec *v, int max, uint64_t *bytes)
{
	int n = 0;

	*bytes = 0;
	while (op->first < op->nsegments &&
	       skip - op->first_at >= op->segments[op->first].len)
		op->first_at += op->segments[op->first++].len;
	skip -= op->first_at;
	for (uint32_t i = op->first; i < op->nsegments && n < max; i++) {
		const struct afd_segment *g = &op->segments[i];
		uint64_t have = 0;
		int got;

		if (!g->len)
			continue;
		got = guest_iov(t, g->at + skip, g->len - skip, write, v + n,
				max - n);
		if (got < 0)
			return got;
		for (int k = 0; k < got; k++)
			have += v[n + k].iov_len;
		*bytes += have;
		n += got;
		if (have < g->len - skip)
			break;
		skip = 0;
	}
	return n;
}

bool afd_may_write(struct task *t, gaddr at, uint32_t n)
{
	while (n) {
		uint32_t part = MIN(n, (uint32_t)(PAGE - at % PAGE));
		uint8_t byte;

		if (guest_read(t, &byte, at, 1) || guest_write(t, at, &byte, 1))
			return false;
		at += part;
		n -= part;
	}
	return true;
}

void afd_touch(struct task *t, const struct afd_op *op, bool write)
{
	for (uint32_t i = 0; i < op->nsegments; i++) {
		const struct afd_segment *g = &op->segments[i];
		uint8_t byte;

		if (write) {
			vm_will_write(g->at, g->len);
			continue;
		}
		for (uint64_t at = 0; at < g->len; at += PAGE)
			if (guest_read(t, &byte, g->at + at, 1))
				break;
	}
}
