/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vfork.c - what the child of a vfork(2) stores into its parent's stack.
 *
 * The child has the parent's memory on BSD, and libc's posix_spawn(3) learns by
 * a variable that the program could not be executed.  Two host processes cannot
 * share ours (run-foreign's own state is in it), so the child tells what has
 * changed above the stack pointer of the call, by the pipe whose end the parent
 * waits for.  Other memory's changes stay the child's own.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"

enum { STACK = 16384, RUN = 64 };

/* A stretch of the stack that has changed. */
struct change {
	gaddr at;
	uint8_t bytes[RUN];
};

/* In a child: what the stack was, and where to tell of it. */
static struct {
	gaddr at;
	uint64_t size;
	int pipe;
	uint8_t was[STACK];
} told SPARSE = { .pipe = -1 };

void vfork_child(struct task *t, int pipe)
{
	gaddr at = t->regs->rsp;

	told.pipe = -1;
	told.at = at;
	told.size = 0;
	if (pipe < 0)
		return;
	/* To the stack's end, if that is near. */
	while (told.size < STACK) {
		uint64_t n = MIN(PAGE - (at + told.size) % PAGE,
				 STACK - told.size);

		if (guest_read(t, told.was + told.size, at + told.size, n))
			break;
		told.size += n;
	}
	told.size -= told.size % RUN;
	told.pipe = pipe;
}

/* False: nobody listens any more. */
static bool tell(const struct change *c)
{
	ssize_t n;

	do
		n = write(told.pipe, c, sizeof *c);
	while (n < 0 && errno == EINTR);
	return n == sizeof *c;
}

void vfork_tell(struct task *t)
{
	const struct timespec now = { 0, 0 };
	sigset_t pipe, old;
	struct change c;
	bool heard = true;

	if (told.pipe < 0)
		return;
	/* A parent that was killed is no reason for a signal. */
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &old);
	for (uint64_t i = 0; i < told.size && heard; i += RUN) {
		c.at = told.at + i;
		if (guest_read(t, c.bytes, c.at, RUN))
			break;
		if (!memcmp(c.bytes, told.was + i, RUN))
			continue;
		heard = tell(&c);
		memcpy(told.was + i, c.bytes, RUN);
	}
	if (!heard && !sigismember(&old, SIGPIPE))
		sigtimedwait(&pipe, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void vfork_wait(struct task *t, int pipe)
{
	struct change c;
	ssize_t n;

	do {
		n = read(pipe, &c, sizeof c);
		if (n == sizeof c)
			guest_write(t, c.at, c.bytes, sizeof c.bytes);
	} while (n > 0 || (n < 0 && errno == EINTR));
}
