/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-case.c - find names without regard to case.
 *
 * A name that exists as it is spelled costs one system call and nothing here.
 * What is not there costs a look at its directory's listing, which one stat of
 * the directory proves current (path-listing.c).  A program that keeps asking
 * a directory for names it has not (a compiler along its include path), or
 * keeps spelling them otherwise, gets its answer from the listing first: a
 * table of guesses, by the directory's name, says where that pays, as a branch
 * predictor would.  A guess only chooses what is asked first; the proof is the
 * same.
 */
#include "syscall-xlate/nt/path.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "base/table.h"
#include "base/utf.h"
#include "syscall-xlate/nt/path-listing.h"

enum {
	GUESSES = 1024,
	/* A look at the listing costs a tenth of asking the host in vain. */
	MISS = 10,
	SURE = 2 * MISS, /* count from which the listing is asked first */
	MOST = 10 * MISS,
};

/* Wrong guesses cost time, never truth: no lock. */
struct guess {
	_Atomic uint64_t key, dev, ino;
	_Atomic uint8_t count;
};

static struct guess guesses[GUESSES] SPARSE;

static uint64_t key_of(int dirfd, const char *dir, size_t n)
{
	uint64_t h = (uint64_t)(unsigned)dirfd + 1, word;

	for (; n >= 8; n -= 8, dir += 8) {
		memcpy(&word, dir, 8);
		h = (h ^ word) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 32;
	}
	word = n;
	memcpy(&word, dir, n);
	h = (h ^ word ^ (uint64_t)n << 56) * 0x9e3779b97f4a7c15ull;
	h ^= h >> 29;
	return h ? h : 1;
}

static uint64_t get(const _Atomic uint64_t *v)
{
	return atomic_load_explicit(v, memory_order_relaxed);
}

static void set(_Atomic uint64_t *v, uint64_t to)
{
	atomic_store_explicit(v, to, memory_order_relaxed);
}

static unsigned count(const struct guess *g)
{
	return atomic_load_explicit(&g->count, memory_order_relaxed);
}

static void set_count(struct guess *g, unsigned n)
{
	atomic_store_explicit(&g->count, (uint8_t)n, memory_order_relaxed);
}

static void learn_missing(uint64_t key, const struct stat *st)
{
	struct guess *g = &guesses[key % GUESSES];

	if (get(&g->key) == key && get(&g->ino) == st->st_ino &&
	    get(&g->dev) == st->st_dev) {
		set_count(g, MIN(count(g) + MISS, (unsigned)MOST));
		return;
	}
	set_count(g, 0);
	set(&g->dev, st->st_dev);
	set(&g->ino, st->st_ino);
	set(&g->key, key);
	set_count(g, MISS);
}

int units_compare_nocase(const uint16_t *a, size_t na, const uint16_t *b,
			 size_t nb)
{
	size_t n = MIN(na, nb);

	for (size_t i = 0; i < n; i++) {
		uint16_t x = a[i], y = b[i];

		if (x != y) {
			x = utf16_upcase(x);
			y = utf16_upcase(y);
		}
		if (x != y)
			return x < y ? -1 : 1;
	}
	return na == nb ? 0 : na < nb ? -1 : 1;
}

static uint32_t folder_mode(const struct listing *l, const struct stat *st)
{
	return st->st_mode | (l->exact ? FOLDER_EXACT : 0);
}

int case_guess(int dirfd, const char *dir, size_t dir_len, const char *name,
	       size_t n, bool exact, char *out, uint32_t *mode, uint64_t *learn)
{
	uint64_t key = *learn = key_of(dirfd, dir, dir_len);
	const struct guess *g = &guesses[key % GUESSES];
	uint64_t dev = get(&g->dev), ino = get(&g->ino), version = 0;
	enum case_answer answer = CASE_UNKNOWN;
	char path[HOST_PATH_MAX];
	const char *found = NULL;
	struct listing *l;
	struct stat st;

	if (get(&g->key) != key || count(g) < SURE || n > 255 * 3)
		return CASE_UNKNOWN;

	pthread_mutex_lock(&listing_lock);
	l = listing_find(dev, ino);
	if (l && (!l->size || l->trust != TRUST_ALL))
		l = NULL;
	if (l) {
		found = listing_look(l, name, n, exact);
		version = l->version;
		/* It is there, most likely: the host is asked anyway. */
		if (found && !strncmp(found, name, n) && !found[n])
			l = NULL;
	}
	pthread_mutex_unlock(&listing_lock);
	if (!l || dir_len >= sizeof path)
		return CASE_UNKNOWN;

	memcpy(path, dir, dir_len);
	path[dir_len] = 0;
	if ((dir_len || dirfd < 0 ? fstatat(dirfd, dir_len ? path : ".", &st, 0)
				  : fstat(dirfd, &st)) < 0)
		return CASE_UNKNOWN;

	pthread_mutex_lock(&listing_lock);
	l = listing_find(st.st_dev, st.st_ino);
	if (l && l->trust == TRUST_ALL && listing_is_current(l, &st)) {
		if (l->version != version)
			found = listing_look(l, name, n, exact);
		answer = found ? CASE_OTHER : CASE_ABSENT;
		*mode = folder_mode(l, &st);
		if (found)
			strcpy(out, found);
	}
	pthread_mutex_unlock(&listing_lock);
	return (int)answer;
}

void case_learn_found(uint64_t key)
{
	struct guess *g = &guesses[key % GUESSES];

	if (get(&g->key) == key && count(g))
		set_count(g, count(g) - 1);
}

int case_find(int dirfd, const char *dir, const char *name, size_t n,
	      bool exact, char *out, uint32_t *mode)
{
	struct listing *l;
	struct stat st;
	const char *found;
	int ret = -EAGAIN;

	if (n > 255 * 3)
		return 0;
	for (int tries = 0; ret == -EAGAIN && tries < 3; tries++) {
		if (fstatat(dirfd, *dir ? dir : ".", &st, 0) < 0)
			return -errno;
		if (!S_ISDIR(st.st_mode))
			return -ENOTDIR;
		*mode = st.st_mode;
		pthread_mutex_lock(&listing_lock);
		l = listing_get(st.st_dev, st.st_ino);
		ret = l ? listing_refresh(l, dirfd, dir, &st) : -ENOMEM;
		if (!ret) {
			*mode = folder_mode(l, &st);
			found = listing_look(l, name, n, exact);
			ret = found != NULL;
			if (found)
				strcpy(out, found);
		}
		pthread_mutex_unlock(&listing_lock);
	}
	if (ret >= 0)
		learn_missing(key_of(dirfd, dir, strlen(dir)), &st);
	return ret;
}

int case_differing(int dirfd)
{
	struct listing *l;
	struct stat st;
	int ret = -EAGAIN;

	for (int tries = 0; ret == -EAGAIN && tries < 3; tries++) {
		if (fstat(dirfd, &st) < 0)
			return -errno;
		pthread_mutex_lock(&listing_lock);
		l = listing_get(st.st_dev, st.st_ino);
		ret = l ? listing_refresh(l, dirfd, "", &st) : -ENOMEM;
		if (!ret)
			ret = listing_has_twins(l);
		pthread_mutex_unlock(&listing_lock);
	}
	return ret;
}
