/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console-history.c - see console-history.h. */
#include "syscall-xlate/nt/console-history.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/path.h"

enum kind { RECORD_LINE = 1, RECORD_ALIAS, RECORD_LIMIT };

/* Followed by the units of its three texts, to a multiple of four bytes. */
struct record {
	uint32_t size; /* of all that */
	uint16_t kind, exe, name, value;
};

/* ---- the list; lock held ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool host_lock(int fd, short how)
{
	struct flock l = { .l_type = how, .l_whence = SEEK_SET, .l_len = 1 };
	struct timespec ts = { 0, 1000 * 1000 };

	/* Who has been stopped meanwhile must not stop us. */
	for (int tries = 0; fd >= 0 && fcntl(fd, F_SETLK, &l) < 0; tries++) {
		if (tries == 200)
			return false;
		nanosleep(&ts, NULL);
	}
	return true;
}

/* Ours, of what there was when we got the lock.  changed: it is to count. */
static struct console_store own SPARSE;
static struct console_past *shared;
static int shared_fd;
static bool changed;

/* What is read once is not another one the second time. */
static uint32_t once(const uint32_t *word)
{
	return *(volatile const uint32_t *)word;
}

static void copy(struct console_store *to, const struct console_store *from)
{
	uint32_t n = once(&from->used);

	n = MIN(n, (uint32_t)STORE_BYTES);
	to->lines = from->lines;
	to->buffers = from->buffers;
	to->flags = from->flags;
	to->used = n;
	memcpy(to->bytes, from->bytes, n);
}

/* NULL: it cannot be had. */
static struct console_store *begin(void)
{
	pthread_mutex_lock(&lock);
	shared = console_past_shared(&shared_fd);
	if (!host_lock(shared_fd, F_WRLCK)) {
		pthread_mutex_unlock(&lock);
		return NULL;
	}
	copy(&own, &shared->store[shared->now & 1]);
	changed = false;
	return &own;
}

static void end(void)
{
	if (changed) {
		const uint32_t next = ~shared->now & 1;

		copy(&shared->store[next], &own);
		shared->now = next;
	}
	host_lock(shared_fd, F_UNLCK);
	pthread_mutex_unlock(&lock);
}

/* The record at *at, which moves behind it; false: that was the last. */
static bool next(struct console_store *s, uint32_t *at, struct record *r,
		 struct units part[3])
{
	uint32_t left = s->used - *at;
	const uint16_t *text;

	if (left < sizeof *r)
		return false;
	memcpy(r, s->bytes + *at, sizeof *r);
	if (r->size > left || r->size % 4 || r->size < sizeof *r ||
	    (r->size - sizeof *r) / 2 < (size_t)r->exe + r->name + r->value) {
		s->used = *at; /* somebody is no friend */
		return false;
	}
	text = (const uint16_t *)(s->bytes + *at + sizeof *r);
	part[0] = (struct units){ text, r->exe };
	part[1] = (struct units){ text + r->exe, r->name };
	part[2] = (struct units){ text + r->exe + r->name, r->value };
	*at += r->size;
	return true;
}

/* at: where it ends. */
static void drop(struct console_store *s, uint32_t *at, uint32_t size)
{
	uint32_t from = *at - size, n = s->used - *at;

	memmove(s->bytes + from, s->bytes + *at, n);
	s->used = from + n;
	*at = from;
	changed = true;
}

static bool same(struct units a, struct units b)
{
	return !units_compare_nocase(a.s, a.n, b.s, b.n);
}

static bool equal(struct units a, struct units b)
{
	return a.n == b.n && !memcmp(a.s, b.s, a.n * sizeof *a.s);
}

static size_t size_of(struct units exe, struct units name, struct units value)
{
	return (sizeof(struct record) + (exe.n + name.n + value.n) * 2 + 3) &
	       ~(size_t)3;
}

static bool append(struct console_store *s, enum kind kind, struct units exe,
		   struct units name, struct units value)
{
	struct record r = { .kind = (uint16_t)kind,
			    .exe = (uint16_t)exe.n,
			    .name = (uint16_t)name.n,
			    .value = (uint16_t)value.n };
	size_t size = size_of(exe, name, value);
	uint8_t *to = s->bytes + s->used;
	const struct units part[] = { exe, name, value };

	if (exe.n > UINT16_MAX || name.n > UINT16_MAX || value.n > UINT16_MAX ||
	    size > STORE_BYTES - s->used)
		return false;
	r.size = (uint32_t)size;
	memcpy(to, &r, sizeof r);
	to += sizeof r;
	for (size_t i = 0; i < COUNT_OF(part); i++) {
		if (part[i].n)
			memcpy(to, part[i].s, part[i].n * 2);
		to += part[i].n * 2;
	}
	s->used += (uint32_t)size;
	changed = true;
	return true;
}

/* What of that kind is exe's goes; with a name or a value, only the same. */
static void remove_all(struct console_store *s, enum kind kind,
		       struct units exe, const struct units *name,
		       const struct units *value)
{
	struct units part[3];
	struct record r;
	uint32_t at = 0;

	while (next(s, &at, &r, part))
		if (r.kind == kind && same(part[0], exe) &&
		    (!name || same(part[1], *name)) &&
		    (!value || equal(part[2], *value)))
			drop(s, &at, r.size);
}

/* ---- lines ---- */

struct units history_self(void)
{
	const uint16_t *path = nt_self ? nt_self->image_nt_path : NULL;
	struct units name = { path, 0 };

	for (size_t i = 0; path && path[i]; i++) {
		if (path[i] == '\\')
			name = (struct units){ path + i + 1, 0 };
		else
			name.n++;
	}
	return name;
}

static uint32_t limit_of(struct console_store *s, struct units exe)
{
	uint32_t n = s->lines ? s->lines : HISTORY_LINES, at = 0;
	struct units part[3];
	struct record r;

	while (next(s, &at, &r, part))
		if (r.kind == RECORD_LIMIT && same(part[0], exe) &&
		    part[2].n == 1)
			n = part[2].s[0];
	return n;
}

/* exe's first lines go, until n are left. */
static void shorten(struct console_store *s, struct units exe, uint32_t n)
{
	struct units part[3];
	struct record r;
	uint32_t at = 0, have = 0;

	while (next(s, &at, &r, part))
		have += r.kind == RECORD_LINE && same(part[0], exe);
	at = 0;
	while (have > n && next(s, &at, &r, part))
		if (r.kind == RECORD_LINE && same(part[0], exe)) {
			drop(s, &at, r.size);
			have--;
		}
}

/* The program whose last line is the oldest, if there are more than n. */
static void forget_program(struct console_store *s, uint32_t n)
{
	enum { MOST = 64 };
	struct units part[3], seen[MOST];
	uint32_t last[MOST], count = 0, oldest = 0, at = 0, i;
	uint16_t name[256];
	struct record r;

	while (next(s, &at, &r, part)) {
		if (r.kind != RECORD_LINE)
			continue;
		for (i = 0; i < count && !same(seen[i], part[0]); i++)
			;
		if (i == MOST)
			continue;
		seen[i] = part[0];
		last[i] = at;
		count = MAX(count, i + 1);
	}
	if (count <= n)
		return;
	for (i = 1; i < count; i++)
		if (last[i] < last[oldest])
			oldest = i;
	seen[oldest].n = MIN(seen[oldest].n, COUNT_OF(name));
	memcpy(name, seen[oldest].s, seen[oldest].n * sizeof *name);
	seen[oldest].s = name;
	remove_all(s, RECORD_LINE, seen[oldest], NULL, NULL);
}

void history_load(struct units exe, struct line_past *past)
{
	struct units part[3];
	struct record r;
	struct console_store *s;
	uint32_t at = 0;
	int room = 0;

	memset(past, 0, sizeof *past);
	past->last = -1;
	past->fresh = true;
	s = begin();
	if (!s)
		return;
	while (next(s, &at, &r, part)) {
		struct line_command c = { .n = part[2].n };

		if (r.kind != RECORD_LINE || !same(part[0], exe) || !c.n)
			continue;
		if (past->n == room) {
			struct line_command *more =
				realloc(past->list,
					(size_t)(room * 2 + 16) * sizeof *more);

			if (!more)
				break;
			past->list = more;
			room = room * 2 + 16;
		}
		c.s = malloc(c.n * sizeof *c.s);
		if (!c.s)
			break;
		memcpy(c.s, part[2].s, c.n * sizeof *c.s);
		past->list[past->n++] = c;
	}
	end();
	past->last = past->n - 1;
}

void history_free(struct line_past *past)
{
	for (int i = 0; i < past->n; i++)
		free(past->list[i].s);
	free(past->list);
	memset(past, 0, sizeof *past);
}

void history_add(struct units exe, struct units line)
{
	const struct units none = { NULL, 0 };
	struct units part[3], before = none;
	struct record r;
	struct console_store *s;
	uint32_t at = 0, limit;

	if (!line.n || line.n > LINE_MAX_UNITS)
		return;
	s = begin();
	if (!s)
		return;
	while (next(s, &at, &r, part))
		if (r.kind == RECORD_LINE && same(part[0], exe))
			before = part[2];
	/* The same once more in a row is not kept, whatever the flag. */
	if (!before.n || !equal(before, line)) {
		if (s->flags & HISTORY_NO_DUP)
			remove_all(s, RECORD_LINE, exe, NULL, &line);
		limit = limit_of(s, exe);
		if (limit)
			shorten(s, exe, limit - 1);
		/* A quarter is the aliases', however long the lines. */
		for (at = 0;
		     size_of(exe, none, line) >
			     (size_t)STORE_BYTES / 4 * 3 -
				     MIN(s->used, STORE_BYTES / 4 * 3) &&
		     next(s, &at, &r, part);)
			if (r.kind == RECORD_LINE)
				drop(s, &at, r.size);
		if (limit)
			append(s, RECORD_LINE, exe, none, line);
		forget_program(s, s->buffers ? s->buffers : HISTORY_BUFFERS);
	}
	end();
}

void history_clear(struct units exe)
{
	struct console_store *s = begin();

	if (!s)
		return;
	remove_all(s, RECORD_LINE, exe, NULL, NULL);
	end();
}

void history_limit(struct units exe, uint32_t n)
{
	uint16_t value = (uint16_t)MIN(n, (uint32_t)UINT16_MAX);
	struct console_store *s = begin();

	if (!s)
		return;
	remove_all(s, RECORD_LIMIT, exe, NULL, NULL);
	append(s, RECORD_LIMIT, exe, (struct units){ 0 },
	       (struct units){ &value, 1 });
	shorten(s, exe, value);
	end();
}

void history_settings(uint32_t *lines, uint32_t *buffers, uint32_t *flags)
{
	int fd;
	const struct console_past *p = console_past_shared(&fd);
	const struct console_store *s = &p->store[p->now & 1];

	*lines = once(&s->lines);
	*buffers = once(&s->buffers);
	*flags = once(&s->flags);
	if (!*lines)
		*lines = HISTORY_LINES;
	if (!*buffers)
		*buffers = HISTORY_BUFFERS;
}

void history_set(uint32_t lines, uint32_t buffers, uint32_t flags)
{
	struct console_store *s = begin();
	struct units part[3];
	struct record r;
	uint32_t at = 0;
	uint16_t name[256];

	if (!s)
		return;
	s->lines = lines;
	s->buffers = buffers;
	s->flags = flags;
	changed = true;
	while (next(s, &at, &r, part))
		if (r.kind == RECORD_LINE) {
			struct units exe = { name,
					     MIN(part[0].n, COUNT_OF(name)) };
			uint32_t was = s->used;

			memcpy(name, part[0].s, exe.n * sizeof *name);
			shorten(s, exe, limit_of(s, exe));
			if (s->used != was)
				at = 0; /* records have moved */
		}
	end();
}

/* ---- aliases ---- */

bool alias_set(struct units exe, struct units name, struct units target)
{
	struct console_store *s = begin();
	bool ok = true;

	if (!s)
		return false;
	remove_all(s, RECORD_ALIAS, exe, &name, NULL);
	if (target.n)
		ok = append(s, RECORD_ALIAS, exe, name, target);
	end();
	return ok;
}

void alias_clear(struct units exe)
{
	struct console_store *s = begin();

	if (!s)
		return;
	remove_all(s, RECORD_ALIAS, exe, NULL, NULL);
	end();
}

size_t alias_get(struct units exe, struct units name, uint16_t *to, size_t max)
{
	struct units part[3];
	struct record r;
	size_t n = SIZE_MAX;
	uint32_t at = 0;
	struct console_store *s = begin();

	if (!s)
		return n;
	while (n == SIZE_MAX && next(s, &at, &r, part)) {
		if (r.kind != RECORD_ALIAS || !same(part[0], exe) ||
		    !same(part[1], name))
			continue;
		n = part[2].n;
		if (n <= max)
			memcpy(to, part[2].s, n * sizeof *to);
	}
	end();
	return n;
}

/* ---- lists ---- */

struct listing {
	uint16_t *to;
	size_t n, max;
};

static void list(struct listing *l, struct units part, uint16_t behind)
{
	if (l->n < l->max && part.n < l->max - l->n) {
		memcpy(l->to + l->n, part.s, part.n * sizeof *part.s);
		l->to[l->n + part.n] = behind;
	}
	l->n += part.n + 1;
}

static size_t list_all(enum kind kind, const struct units *exe, uint16_t *to,
		       size_t max)
{
	struct listing l = { to, 0, max };
	struct units part[3], other[3];
	struct record r;
	uint32_t at = 0, before;
	struct console_store *s = begin();

	if (!s)
		return 0;
	while (next(s, &at, &r, part)) {
		bool first = true;

		if (r.kind != kind || (exe && !same(part[0], *exe)))
			continue;
		if (exe && kind == RECORD_ALIAS)
			list(&l, part[1], '=');
		if (exe) {
			list(&l, part[2], 0);
			continue;
		}
		/* Each program once. */
		for (before = 0;
		     first && next(s, &before, &r, other) && before < at;)
			first = r.kind != kind || !same(part[0], other[0]);
		if (first)
			list(&l, part[0], 0);
	}
	end();
	return l.n;
}

size_t alias_list(struct units exe, uint16_t *to, size_t max)
{
	return list_all(RECORD_ALIAS, &exe, to, max);
}

size_t alias_programs(uint16_t *to, size_t max)
{
	return list_all(RECORD_ALIAS, NULL, to, max);
}

size_t history_list(struct units exe, uint16_t *to, size_t max)
{
	return list_all(RECORD_LINE, &exe, to, max);
}
