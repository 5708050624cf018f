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
#include "syscall-xlate/nt/console.h"

/* Some of the text is there at least twice that long after it was written. */
enum { KEEP_AFTER = SCREEN_LOG / 2 };

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

/* What is kept is all that we have missed? */
static bool go_on_from_kept(unsigned at)
{
	struct console_screen *c = &console_screens()->screen[at];
	struct view *v = &views[at];
	uint64_t after;

	if (!screen_kept(c, v->model, &after))
		return false;
	v->at = after;
	return true;
}

/* As far as it was written when we came. */
static void catch_up(unsigned at)
{
	struct console_screen *c = &console_screens()->screen[at];
	struct view *v = &views[at];
	static char part[KEEP_AFTER] SPARSE; /* lock held */
	uint64_t end = c->end, from;
	size_t n, sum = 0;
	int tries = 0;

	while (v->at != end && sum <= SCREEN_LOG) {
		from = v->at;
		n = take_text(c, &from, part, sizeof part);
		/* Has some of it been written over before we saw it? */
		if (from - n != v->at && tries++ < 4 && go_on_from_kept(at))
			continue;
		v->at = from;
		if (!n)
			break;
		model_feed(v->model, part, n);
		sum += n;
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

/* Lock held.  False: no memory. */
static bool follow(unsigned at, int cols, int rows)
{
	struct view *v = &views[at];
	uint32_t id = console_screens()->screen[at].id;

	if (!v->model) {
		v->model = at ? model_new(cols, rows) : &console_model;
		v->id = at ? id - 1 : id;
	}
	if (!v->model || (!at && !model_guess(v->model, cols, rows)))
		return false;
	if (at && v->id != id) {
		model_restart(v->model);
		v->id = id;
		v->at = 0;
	}
	model_follows(v->model, cols, rows);
	return true;
}

/*
 * Half of the text that there is room for is new since something was kept.
 * Others than us need that only if there are any.
 */
static void keep(int fd, unsigned at)
{
	struct console_screen *c = &console_screens()->screen[at];
	struct view *v = &views[at];
	int16_t cols, rows;
	int64_t place;

	console_window(fd, &cols, &rows);
	if (!follow(at, cols, rows))
		return;
	catch_up(at);
	if (console_kept_file(&place) >= 0)
		screen_keep(c, v->model, v->at);
}

static bool is_to_be_kept(unsigned at)
{
	const struct console_screen *c = &console_screens()->screen[at];
	int64_t place;
	uint64_t known =
		console_kept_file(&place) < 0 ? views[at].at : c->kept >> 1;

	return c->end - known >= KEEP_AFTER;
}

/* No more than KEEP_AFTER bytes; lock held. */
static void append(int fd, unsigned at, const char *s, size_t n)
{
	struct console_screen *c = &console_screens()->screen[at];
	uint64_t end;
	size_t first;

	take(c);
	end = c->end;
	first = MIN(n, (size_t)(SCREEN_LOG - number(end)));
	memcpy(c->bytes + number(end), s, first);
	memcpy(c->bytes, s + first, n - first);
	c->end = end + n;
	let_go(c);
	if (c->size)
		tell_place(at);
	if (is_to_be_kept(at))
		keep(fd, at);
}

void screen_append(int fd, unsigned at, const char *s, size_t n)
{
	pthread_mutex_lock(&lock);
	while (n) {
		size_t some = MIN(n, (size_t)KEEP_AFTER / 2);

		append(fd, at, s, some);
		s += some;
		n -= some;
	}
	pthread_mutex_unlock(&lock);
}

void screens_keep(void)
{
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < SCREENS; i++) {
		struct console_screen *c = &console_screens()->screen[i];

		if (views[i].model && is_to_be_kept(i) && views[i].id == c->id)
			screen_keep(c, views[i].model, views[i].at);
	}
	pthread_mutex_unlock(&lock);
}

struct model *screen_model(unsigned at, int cols, int rows)
{
	struct model *m = NULL;

	pthread_mutex_lock(&lock);
	if (follow(at, cols, rows)) {
		catch_up(at);
		m = views[at].model;
	}
	pthread_mutex_unlock(&lock);
	return m;
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
