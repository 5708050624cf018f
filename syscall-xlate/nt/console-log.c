/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console-log.c - see console-log.h. */
#include "syscall-xlate/nt/console-log.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/nt/console-model.h"

/* How far this process has followed each of them. */
static struct view {
	struct model *model; /* made once; the first one's is console_model */
	uint32_t id;
	uint64_t at;
} views[SCREENS];

/* views, and which memory console_screens() is. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t number(uint64_t n)
{
	return n % SCREEN_LOG;
}

/*
 * Who adds text is at it for microseconds.  If he was stopped or killed over it
 * others go on: what they add may then be garbled, but is nothing but text.
 */
static void take(struct console_screen *c)
{
	int32_t self = getpid(), none = 0;

	for (int tries = 0;
	     !atomic_compare_exchange_strong(&c->writer, &none, self);
	     tries++) {
		if (tries >= 1000 || (kill(none, 0) < 0 && errno == ESRCH)) {
			c->writer = self;
			return;
		}
		none = 0;
		sched_yield();
	}
}

static void let_go(struct console_screen *c)
{
	int32_t self = getpid();

	atomic_compare_exchange_strong(&c->writer, &self, 0);
}

/* n of its bytes from byte at on; lock held. */
static void copy(const struct console_screen *c, uint64_t at, char *to,
		 size_t n)
{
	size_t first = MIN(n, (size_t)(SCREEN_LOG - number(at)));

	memcpy(to, c->bytes + number(at), first);
	memcpy(to + first, c->bytes, n - first);
}

/* The same as screen_text(); lock held. */
static size_t take_text(const struct console_screen *c, uint64_t *from, char *s,
			size_t n)
{
	size_t have = 0;

	for (int tries = 0; tries < 8; tries++) {
		uint64_t end = c->end;

		if (end - *from > SCREEN_LOG) /* what was before is lost */
			*from = end - SCREEN_LOG;
		have = (size_t)MIN((uint64_t)n, end - *from);
		copy(c, *from, s, have);
		/* Or has it been written over meanwhile? */
		if (c->end - *from <= SCREEN_LOG)
			break;
	}
	*from += have;
	return have;
}

/* As far as it was written when we came. */
static void catch_up(unsigned at)
{
	const struct console_screen *c = &console_screens()->screen[at];
	struct view *v = &views[at];
	uint64_t end = c->end;
	char part[2048];
	size_t n;

	for (size_t sum = 0; v->at != end && sum <= SCREEN_LOG; sum += n) {
		n = take_text(c, &v->at, part, sizeof part);
		if (!n)
			break;
		model_feed(v->model, part, n);
	}
}

/* Who writes to a buffer that is larger than the window follows it. */
static void tell_place(unsigned at)
{
	struct view *v = &views[at];
	struct model_view now;

	if (!v->model)
		return;
	catch_up(at);
	model_view(v->model, &now);
	console_screens()->screen[at].place = v->at << PLACE_BITS |
					      (uint64_t)now.left << SIDE_BITS |
					      (uint64_t)now.top;
}

void screen_agree(unsigned at)
{
	const struct console_screen *c = &console_screens()->screen[at];
	const uint32_t size = c->size;
	const uint64_t place = c->place;
	const struct view *v = &views[at];
	const struct model_view now = { .width = side_x(size),
					.height = side_y(size),
					.left = side_x(place),
					.top = side_y(place) };

	pthread_mutex_lock(&lock);
	if (size && v->model &&
	    (uint32_t)v->at == (uint32_t)(place >> PLACE_BITS))
		model_found(v->model, &now);
	pthread_mutex_unlock(&lock);
}

void screen_append(unsigned at, const char *s, size_t n)
{
	struct console_screen *c;
	size_t first;
	uint64_t end;

	pthread_mutex_lock(&lock);
	c = &console_screens()->screen[at];
	take(c);
	end = c->end;
	if (n > SCREEN_LOG) {
		end += n - SCREEN_LOG;
		s += n - SCREEN_LOG;
		n = SCREEN_LOG;
	}
	first = MIN(n, (size_t)(SCREEN_LOG - number(end)));
	memcpy(c->bytes + number(end), s, first);
	memcpy(c->bytes, s + first, n - first);
	c->end = end + n;
	let_go(c);
	if (c->size)
		tell_place(at);
	/* Before it is written over. */
	if (views[at].model && c->end - views[at].at > SCREEN_LOG / 2)
		catch_up(at);
	pthread_mutex_unlock(&lock);
}

struct model *screen_model(unsigned at, int cols, int rows)
{
	struct view *v = &views[at];
	uint32_t id;

	pthread_mutex_lock(&lock);
	id = console_screens()->screen[at].id;
	if (!v->model) {
		v->model = at ? model_new(cols, rows) : &console_model;
		v->id = id - 1;
	}
	if (v->model && at && v->id != id) {
		model_restart(v->model);
		v->id = id;
		v->at = 0;
	}
	if (v->model) {
		model_follows(v->model, cols, rows);
		catch_up(at);
	}
	pthread_mutex_unlock(&lock);
	return v->model;
}

size_t screen_text(unsigned at, uint64_t *from, char *s, size_t n)
{
	size_t have;

	pthread_mutex_lock(&lock);
	have = take_text(&console_screens()->screen[at], from, s, n);
	pthread_mutex_unlock(&lock);
	return have;
}

void screens_move(struct console_screens *to, void (*set)(void *), void *arg)
{
	const struct console_screens *from;

	pthread_mutex_lock(&lock);
	from = console_screens();
	to->shown = from->shown;
	to->last_id = from->last_id;
	to->on_terminal = from->on_terminal;
	for (unsigned i = 0; i < SCREENS; i++)
		memcpy(&to->screen[i], &from->screen[i],
		       offsetof(struct console_screen, bytes) +
			       (size_t)MIN(from->screen[i].end,
					   (uint64_t)SCREEN_LOG));
	set(arg);
	pthread_mutex_unlock(&lock);
}
