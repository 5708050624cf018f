/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-kept.c - what has become of text that is written over by now.
 *
 * A model as bytes (console-model.h), for each screen buffer in the file that
 * processes on the console share, behind what they map.  It is read and written
 * as a file: who reads it looks at a copy of its own.  There are two places, of
 * which the older is written to, and what lies in one is taken only if its sum
 * is right: who is killed over one, or two that write the same, leave the
 * other.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/nt/console-log.h"
#include "syscall-xlate/nt/console-model.h"

enum { HEADER = 64, PLACE = KEPT_MAX };

struct header {
	uint64_t after; /* so many bytes of text */
	uint64_t sum;   /* of what follows, and of n and id */
	uint64_t n;
	uint32_t id; /* of the buffer */
	uint32_t pad;
};
_Static_assert(sizeof(struct header) <= HEADER, "room");

/* FNV-1a, by words.  It tells what is not whole; no more is needed, as who
   means harm may write what he likes. */
static uint64_t sum_of(const struct header *h, const uint8_t *p)
{
	uint64_t sum = 0xcbf29ce484222325 ^ h->id ^ h->n << 32, word;
	size_t i = 0;

	for (; i + sizeof word <= h->n; i += sizeof word) {
		memcpy(&word, p + i, sizeof word);
		sum = (sum ^ word) * 0x100000001b3;
		sum ^= sum >> 29;
	}
	for (; i < h->n; i++)
		sum = (sum ^ p[i]) * 0x100000001b3;
	return sum;
}

static off_t place_of(const struct console_screen *c, int64_t from,
		      unsigned which)
{
	size_t i = (size_t)(c - console_screens()->screen);

	return from + (off_t)((i * 2 + which) * (size_t)PLACE);
}

static bool all(ssize_t (*call)(int, void *, size_t, off_t), int fd, void *p,
		size_t n, off_t at)
{
	char *s = p;

	while (n) {
		ssize_t did = call(fd, s, n, at);

		if (did < 0 && errno == EINTR)
			continue;
		if (did <= 0)
			return false;
		s += did;
		n -= (size_t)did;
		at += did;
	}
	return true;
}

static ssize_t write_at(int fd, void *p, size_t n, off_t at)
{
	return pwrite(fd, p, n, at);
}

/* Who was killed over it, or does not get on, is not waited for. */
static bool become_keeper(struct console_screen *c, uint64_t after)
{
	int32_t self = getpid(), none = 0;

	if (atomic_compare_exchange_strong(&c->keeper, &none, self))
		return true;
	if (none != self && kill(none, 0) == 0 &&
	    after - (c->kept >> 1) < SCREEN_LOG * 3 / 4)
		return false;
	c->keeper = self;
	return true;
}

bool screen_keep(struct console_screen *c, struct model *m, uint64_t after)
{
	uint64_t was = c->kept;
	unsigned which = !(was & 1);
	struct header h = { .after = after, .id = c->id };
	int32_t self = getpid();
	int64_t from;
	int fd = console_kept_file(&from);
	off_t at;
	size_t n;
	void *p;

	if (fd < 0 || !become_keeper(c, after))
		return false;
	p = model_save(m, PLACE - HEADER, &n);
	if (p) {
		h.n = n;
		h.sum = sum_of(&h, p);
		at = place_of(c, from, which);
		if (all(write_at, fd, p, n, at + HEADER) &&
		    all(write_at, fd, &h, sizeof h, at))
			atomic_compare_exchange_strong(&c->kept, &was,
						       after << 1 | which);
		free(p);
	}
	atomic_compare_exchange_strong(&c->keeper, &self, 0);
	return true;
}

static bool take_place(struct console_screen *c, struct model *m, int fd,
		       off_t at, uint64_t *after)
{
	struct header h;
	uint8_t *p;
	bool ok;

	if (!all(pread, fd, &h, sizeof h, at) || h.id != c->id ||
	    h.n > PLACE - HEADER || h.after > c->end ||
	    c->end - h.after > SCREEN_LOG)
		return false;
	p = malloc(h.n + 1);
	if (!p)
		return false;
	ok = all(pread, fd, p, h.n, at + HEADER) && h.sum == sum_of(&h, p) &&
	     model_load(m, p, h.n);
	free(p);
	*after = h.after;
	return ok;
}

bool screen_kept(struct console_screen *c, struct model *m, uint64_t *after)
{
	unsigned which = c->kept & 1;
	int64_t from;
	int fd = console_kept_file(&from);

	return fd >= 0 && c->kept &&
	       (take_place(c, m, fd, place_of(c, from, which), after) ||
		take_place(c, m, fd, place_of(c, from, !which), after));
}

void screen_keep_nothing(struct console_screen *c)
{
	int64_t from;
	int fd = console_kept_file(&from);

	c->kept = 0;
	if (fd >= 0)
		fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  place_of(c, from, 0), 2 * (off_t)PLACE);
}
