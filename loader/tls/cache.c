/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cache.c - sessions that may be resumed, by what they are kept under.
 *
 * Who gives one or takes one has a copy of his own: OpenSSL marks the session
 * of a connection that has gone wrong, which must not be felt by another
 * thread's.  A place is one of a few that the key leads to, and the longest
 * unused of these is given up: what a program can make us keep is bounded.
 */
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "loader/tls/tls.h"

enum { SETS = 512, WAYS = 8 };

static struct place {
	uint8_t key[CACHE_KEY];
	SSL_SESSION *session; /* NULL: free */
	int64_t until;        /* by now() */
	uint64_t used;
} places[SETS][WAYS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t uses;

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct place *set_of(const uint8_t *key)
{
	return places[(key[0] | key[1] << 8) % SETS];
}

/* Under the lock. */
static struct place *find(const uint8_t *key)
{
	struct place *set = set_of(key);

	for (int i = 0; i < WAYS; i++)
		if (set[i].session && !memcmp(set[i].key, key, CACHE_KEY))
			return &set[i];
	return NULL;
}

/* Under the lock: the key's own, or a free one, or the longest unused one. */
static struct place *room_for(const uint8_t *key)
{
	struct place *set = set_of(key), *best = find(key);

	for (int i = 0; !best && i < WAYS; i++)
		if (!set[i].session)
			best = &set[i];
	if (best)
		return best;
	best = set;
	for (int i = 1; i < WAYS; i++)
		if (set[i].used < best->used)
			best = &set[i];
	return best;
}

static void clear(struct place *p)
{
	SSL_SESSION_free(p->session);
	memset(p, 0, sizeof *p);
}

void cache_put(const uint8_t key[CACHE_KEY], const SSL_SESSION *session,
	       uint32_t lifespan)
{
	int64_t age = (int64_t)time(NULL) - SSL_SESSION_get_time(session),
		left = lifespan - (age > 0 ? age * 1000 : 0);
	SSL_SESSION *copy = left > 0 ? SSL_SESSION_dup(session) : NULL;
	struct place *p;

	if (!copy)
		return;
	pthread_mutex_lock(&lock);
	p = room_for(key);
	clear(p);
	memcpy(p->key, key, CACHE_KEY);
	p->session = copy;
	p->until = now() + left;
	p->used = ++uses;
	pthread_mutex_unlock(&lock);
}

SSL_SESSION *cache_get(const uint8_t key[CACHE_KEY])
{
	SSL_SESSION *copy = NULL;
	struct place *p;

	pthread_mutex_lock(&lock);
	p = find(key);
	if (p && p->until <= now()) {
		clear(p);
	} else if (p) {
		p->used = ++uses;
		copy = SSL_SESSION_dup(p->session);
	}
	pthread_mutex_unlock(&lock);
	return copy;
}

void cache_drop(const uint8_t key[CACHE_KEY])
{
	struct place *p;

	pthread_mutex_lock(&lock);
	p = find(key);
	if (p)
		clear(p);
	pthread_mutex_unlock(&lock);
}
