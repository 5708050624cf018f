/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tls.c - see tls.h.
 *
 * That process has one socket of ours, over which it is given one for each
 * session.  It ends when ours is closed, so SIGKILL leaves nothing, either.  It
 * is in our jail, as it is our child, and holds nothing of ours but those, and
 * the lock that counts it among a sandbox's processes. What
 * it says is not believed more than a program is: lengths are checked.
 */
#include "syscall-xlate/nt/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/companion.h"
#include "base/pass-fd.h"
#include "base/policy.h"
#include "base/raw-call.h"
#include "dlls/include/rf-schannel.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/ioctl-rows.h"

/* ---- the process ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int control = -1;     /* under the lock */
static _Atomic pid_t helper; /* 0: none */

static int spawn(int s, int slot, pid_t *pid)
{
	char path[HOST_PATH_MAX];
	char *argv[] = { (char *)"run-foreign-tls", NULL };
	posix_spawn_file_actions_t fa;
	int err;

	if (snprintf(path, sizeof path, "%s/run-foreign-tls",
		     nt_self->launch->dlls) >= (int)sizeof path)
		return ENAMETOOLONG;
	posix_spawn_file_actions_init(&fa);
	err = posix_spawn_file_actions_adddup2(&fa, s, 0);
	if (!err && slot >= 0)
		err = posix_spawn_file_actions_adddup2(&fa, slot, RF_TLS_SLOT);
	for (int i = 1; i <= (slot >= 0 ? 2 : RF_TLS_SLOT) && !err; i++)
		err = posix_spawn_file_actions_addopen(&fa, i, "/dev/null",
						       O_RDWR, 0);
	if (!err)
		err = companion_spawn(path, argv, &fa, pid);
	posix_spawn_file_actions_destroy(&fa);
	return err;
}

static NTSTATUS start(void)
{
	int s[2], slot = policy_slot(), err;
	pid_t pid;

	if (slot == -1)
		return STATUS_QUOTA_EXCEEDED;
	err = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s) < 0
		      ? errno
		      : 0;
	if (!err) {
		err = spawn(s[1], slot, &pid);
		close(s[1]);
		if (err)
			close(s[0]);
	}
	if (slot >= 0)
		close(slot);
	if (err == ENOENT || err == EACCES) {
		log_debug(LOG_FILE,
			  "no run-foreign-tls: built without OpenSSL?");
		return STATUS_NOT_SUPPORTED;
	}
	if (err)
		return status_from_errno(err);
	control = s[0];
	helper = pid;
	return STATUS_SUCCESS;
}

/* It has ended, which it does not by itself. */
static void forget(void)
{
	close(control);
	control = -1;
	companion_stop(&helper, 0);
}

NO_TLS void tls_stop(void)
{
	companion_stop(&helper, 0);
}

/* ---- sessions ---- */

/* One request at a time. */
struct tls {
	pthread_mutex_t busy;
	bool broken; /* somebody was cut off in the middle of one */
};

/*
 * The other end is quick, but what it is given to do may not be (a file whose
 * password is hashed a thousand million times): a thread that has to end does
 * not wait for it.
 */
static NTSTATUS move(struct task *t, struct file *f, void *p, size_t n,
		     bool out)
{
	for (char *at = p; n;) {
		ssize_t done =
			out ? send(f->fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT)
			    : recv(f->fd, at, n, MSG_DONTWAIT);
		NTSTATUS status = STATUS_SUCCESS;

		if (done > 0) {
			at += done;
			n -= (size_t)done;
		} else if (done < 0 && errno == EAGAIN) {
			status = io_wait_fd(t, f, f->fd, out ? POLLOUT : POLLIN,
					    -1);
		} else if (!done || errno != EINTR) {
			status = STATUS_UNEXPECTED_NETWORK_ERROR;
		}
		if (status)
			return status;
	}
	return STATUS_SUCCESS;
}

/* What came is allocated; its length. */
static NTSTATUS exchange(struct task *t, struct file *f, uint8_t *request,
			 uint32_t n, uint8_t **answer, uint32_t *got)
{
	NTSTATUS status = move(t, f, &n, sizeof n, true);

	if (!status)
		status = move(t, f, request, n, true);
	if (!status)
		status = move(t, f, got, sizeof *got, false);
	if (!status && *got > RF_TLS_MOST)
		status = STATUS_UNEXPECTED_NETWORK_ERROR;
	if (status)
		return status;
	*answer = malloc(*got ? *got : 1);
	return *answer ? move(t, f, *answer, *got, false) : STATUS_NO_MEMORY;
}

static void wipe(uint8_t *p, size_t n)
{
	if (p)
		explicit_bzero(p, n);
	free(p);
}

NTSTATUS tls_call(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status = STATUS_UNEXPECTED_NETWORK_ERROR;
	struct tls *s = f->extra;
	uint8_t *request, *answer = NULL;
	uint32_t got = 0;

	if (r->len > RF_TLS_MOST)
		return STATUS_INVALID_PARAMETER;
	request = malloc(r->len ? r->len : 1);
	if (!request)
		return STATUS_NO_MEMORY;
	if (guest_read(t, request, r->buf, r->len) < 0) {
		free(request);
		return STATUS_ACCESS_VIOLATION;
	}
	pthread_mutex_lock(&s->busy);
	if (!s->broken) {
		status = exchange(t, f, request, r->len, &answer, &got);
		s->broken = status != STATUS_SUCCESS;
	}
	pthread_mutex_unlock(&s->busy);
	if (!status)
		status = control_out(t, r, answer, got);
	wipe(answer, got);
	wipe(request, r->len);
	return status;
}

static const struct control_row rows[] = { IOCTL_ROWS_TLS };

static NTSTATUS control_of(struct task *t, struct file *f, struct irp *r,
			   bool fs)
{
	(void)fs;
	return control_run(rows, COUNT_OF(rows), t, f, r);
}

static void destroy(struct file *f)
{
	free(f->extra);
}

static const struct file_ops tls_ops = {
	.control = control_of,
	.destroy = destroy,
};

/* A socket whose other end that process has. */
static NTSTATUS connect_to(int *fd)
{
	int s[2], err = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s) < 0)
		return status_from_errno(errno);
	pthread_mutex_lock(&lock);
	for (int i = 0; i < 2; i++) {
		NTSTATUS status = control < 0 ? start() : STATUS_SUCCESS;

		if (status) {
			pthread_mutex_unlock(&lock);
			close(s[0]);
			close(s[1]);
			return status;
		}
		err = pass_send(control, "", 1, &s[1], 1, 0);
		if (!err)
			break;
		forget();
	}
	pthread_mutex_unlock(&lock);
	close(s[1]);
	if (err) {
		close(s[0]);
		return status_from_errno(-err);
	}
	*fd = s[0];
	return STATUS_SUCCESS;
}

NTSTATUS tls_open(uint32_t access, uint32_t share, uint32_t options,
		  struct file **f)
{
	struct tls *s = malloc(sizeof *s);
	NTSTATUS status;
	int fd = -1;

	if (!s)
		return STATUS_NO_MEMORY;
	pthread_mutex_init(&s->busy, NULL);
	s->broken = false;
	status = connect_to(&fd);
	if (status) {
		free(s);
		return status;
	}
	*f = file_new(FILE_KIND_DEVICE, &tls_ops, fd, access, share, options);
	if (!*f) {
		close(fd);
		free(s);
		return STATUS_NO_MEMORY;
	}
	(*f)->extra = s;
	return STATUS_SUCCESS;
}
