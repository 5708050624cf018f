/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clock.c - see clock.h. */
#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <x86intrin.h>

#include "base/table.h"

#define NS_PER_SECOND 1000000000ll

static int64_t host_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_SECOND + ts.tv_nsec;
}

/* ---- the shared line ------------------------------------------------------ */

enum {
	SPAN_MAX_NS = 100000000, /* how long a line is good, at most */
	SAMPLES = 5,
	STEP_NS = 100000, /* a change of CLOCK_REALTIME that is one */
};

struct sample {
	uint64_t tsc;
	int64_t ns;
};

static struct clock_line *shared;
static pthread_mutex_t line_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sample last; /* under line_lock */

/* Both clocks at one moment: the pair that was read in the least time. */
static struct sample take_sample(void)
{
	struct sample best = { 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < SAMPLES; i++) {
		uint64_t before = __rdtsc(), after;
		int64_t ns = host_ns(CLOCK_MONOTONIC);

		after = __rdtsc();
		if (after - before < least) {
			least = after - before;
			best = (struct sample){ before + least / 2, ns };
		}
	}
	return best;
}

static int64_t on_line(const struct clock_line *l, uint64_t tsc)
{
	uint64_t gone = tsc - l->tsc;

	return l->monotonic +
	       (int64_t)((unsigned __int128)gone * l->mult >> CLOCK_SHIFT);
}

/*
 * A line from now on.  It begins no earlier than the last one ends, and its slope
 * leads to where the host's clock will be.  What was measured over a time is good
 * for that time again: the error of a sample is the same then as now.
 */
static void draw_line(struct clock_line *l, const struct sample *s)
{
	uint64_t gone = s->tsc - last.tsc, mult;
	int64_t gone_ns = s->ns - last.ns;
	int64_t span_ns = MIN(gone_ns, SPAN_MAX_NS);
	/* Nobody has read the last one beyond its span. */
	int64_t from = MAX(on_line(l, l->tsc + MIN(s->tsc - l->tsc, l->span)),
			   s->ns);
	int64_t offset = host_ns(CLOCK_REALTIME) - host_ns(CLOCK_MONOTONIC);

	/* The two run alike, but for steps. */
	if (offset > l->offset + STEP_NS || offset < l->offset - STEP_NS)
		l->offset = offset;
	l->monotonic = from;
	l->tsc = s->tsc;
	l->mult = 0;
	l->span = 0;
	if (gone_ns <= 0 || !gone)
		return;
	if (from - s->ns >= span_ns)
		from = s->ns + span_ns / 2;
	mult = (uint64_t)(((unsigned __int128)(uint64_t)gone_ns << CLOCK_SHIFT) /
			  gone);
	mult = (uint64_t)((unsigned __int128)mult *
			  (uint64_t)(span_ns - (from - s->ns)) /
			  (uint64_t)span_ns);
	if (mult > UINT32_MAX)
		return; /* slower than anything that is in use */
	l->mult = (uint32_t)mult;
	l->span = (uint64_t)((unsigned __int128)(uint64_t)span_ns * gone /
			     (uint64_t)gone_ns);
}

static void renew(void)
{
	struct clock_line *l = shared;
	uint32_t seq;
	struct sample s;

	pthread_mutex_lock(&line_lock);
	/* Else another thread was faster. */
	if (!l->seq || __rdtsc() - l->tsc >= l->span) {
		seq = l->seq | 1;
		l->seq = seq;
		s = take_sample();
		draw_line(l, &s);
		last = s;
		l->seq = seq + 1 ? seq + 1 : 2; /* 0 is "none" */
	}
	pthread_mutex_unlock(&line_lock);
}

/* False: the line is too old, or changing. */
static bool from_line(clockid_t id, int64_t *ns)
{
	struct clock_line *l = shared;
	uint32_t seq = l->seq;
	uint64_t tsc;

	_mm_lfence();
	tsc = __rdtsc();
	*ns = on_line(l, tsc) + (id == CLOCK_REALTIME ? l->offset : 0);
	return seq && !(seq & 1) && tsc - l->tsc < l->span && l->seq == seq;
}

static int64_t shared_ns(clockid_t id)
{
	int64_t ns;

	for (int i = 0; i < 3; i++) {
		if (from_line(id, &ns))
			return ns;
		renew();
	}
	/* A counter that stands still, or so. */
	return MAX(host_ns(id), ns);
}

/* Who draws the line must not be left behind by a fork(2). */
static void before_fork(void)
{
	pthread_mutex_lock(&line_lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&line_lock);
}

void clock_share(struct clock_line *line)
{
	if (!shared)
		pthread_atfork(before_fork, after_fork, after_fork);
	last = take_sample();
	shared = line;
}

/* ---- --deterministic ------------------------------------------------------ */

enum {
	READ_NS = 10000,      /* what reading a clock takes */
	UP_SECONDS = 3600,    /* since the machine was started */
};
#define EPOCH_NS (946684800 * NS_PER_SECOND) /* 2000-01-01 00:00:00 UTC */

static bool fixed;
static _Atomic int64_t fixed_ns; /* the monotonic clock */
static __thread int64_t wait_end;
static uint64_t first_seed;
static _Atomic uint64_t children, readers;
/* Each thread has numbers of its own: who is faster changes nothing then. */
static __thread uint64_t random_state;
static __thread bool random_ready;

static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

void clock_fix(uint64_t seed, int64_t start)
{
	fixed = true;
	fixed_ns = start ? start : UP_SECONDS * NS_PER_SECOND;
	first_seed = seed;
	readers = 0;
	random_ready = false;
}

bool clock_is_fixed(void)
{
	return fixed;
}

static int64_t fixed_clock(clockid_t id, int64_t ns)
{
	return id == CLOCK_REALTIME
		       ? EPOCH_NS - UP_SECONDS * NS_PER_SECOND + ns
		       : ns;
}

int64_t clock_peek(clockid_t id)
{
	return fixed ? fixed_clock(id, fixed_ns) : clock_ns(id);
}

void clock_will_wait(int64_t ns)
{
	if (fixed)
		wait_end = fixed_ns + ns;
}

/* Others may have waited at the same time: the clock is where the last is. */
void clock_timed_out(void)
{
	int64_t was = fixed_ns;

	if (!fixed)
		return;
	while (was < wait_end &&
	       !atomic_compare_exchange_weak(&fixed_ns, &was, wait_end))
		;
}

void clock_for_child(uint64_t *seed, int64_t *start)
{
	uint64_t state = ~first_seed + atomic_fetch_add(&children, 1);

	*seed = next_random(&state);
	*start = fixed_ns;
}

void random_fill(void *at, size_t n)
{
	uint8_t *to = at;

	while (n && !fixed) {
		ssize_t got = getrandom(to, n, 0);

		/* For no other reason than a signal. */
		if (got > 0) {
			to += got;
			n -= (size_t)got;
		}
	}
	if (n && !random_ready) {
		uint64_t state = first_seed + atomic_fetch_add(&readers, 1);

		random_state = next_random(&state);
		random_ready = true;
	}
	while (n) {
		uint64_t x = next_random(&random_state);
		size_t part = MIN(n, sizeof x);

		memcpy(to, &x, part);
		to += part;
		n -= part;
	}
}

int random_file(int fd)
{
	enum { MEMORY = 1, RANDOM = 8, URANDOM = 9, SIZE = 1 << 20 };
	uint8_t part[4096];
	struct stat st;
	int file;

	if (!fixed || fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) ||
	    major(st.st_rdev) != MEMORY ||
	    (minor(st.st_rdev) != RANDOM && minor(st.st_rdev) != URANDOM))
		return fd;
	close(fd);
	file = memfd_create("random", MFD_CLOEXEC);
	for (int i = 0; file >= 0 && i < SIZE; i += sizeof part) {
		random_fill(part, sizeof part);
		if (pwrite(file, part, sizeof part, i) != sizeof part) {
			close(file);
			file = -1;
		}
	}
	return file;
}

/* ---- reading --------------------------------------------------------------- */

int64_t clock_ns(clockid_t id)
{
	if (fixed)
		return fixed_clock(id, atomic_fetch_add(&fixed_ns, READ_NS) +
					       READ_NS);
	if (shared && id != CLOCK_BOOTTIME)
		return shared_ns(id);
	return host_ns(id);
}

void clock_get(clockid_t id, struct timespec *ts)
{
	int64_t ns;

	if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC &&
	    id != CLOCK_BOOTTIME &&
	    !(fixed && (id == CLOCK_MONOTONIC_RAW ||
			id == CLOCK_MONOTONIC_COARSE ||
			id == CLOCK_REALTIME_COARSE))) {
		clock_gettime(id, ts);
		return;
	}
	ns = clock_ns(id == CLOCK_REALTIME_COARSE ? CLOCK_REALTIME : id);
	*ts = (struct timespec){ ns / NS_PER_SECOND, ns % NS_PER_SECOND };
}
