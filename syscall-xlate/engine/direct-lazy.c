/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-lazy.c - pieces of a file that lie askew in it, as most linkers leave
 * an image's sections, so that mmap(2) cannot show them where they belong.
 *
 * A large program runs with a fraction of its file, so copying all of it would
 * be most of its start.  The pieces are promised only: nothing is there, and the
 * first fault in each chunk has the chunk's bytes put there, page by page whole
 * (direct-uffd.h).  Where that cannot be, an empty memory file is mapped without
 * access, and a chunk's bytes are written to it before its pages are opened.  So
 * no thread ever sees a page half filled; nor does filling go through page
 * faults, which cost more than the copy.  System calls on guest memory do not
 * fault but fail: who makes them asks first (direct_lazy_need()).
 */
#include "syscall-xlate/engine/direct-lazy.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/engine/direct-uffd.h"
#include "syscall-xlate/engine/direct.h"

/* Small ones cost a signal each, large ones copy what nobody wants. */
#define CHUNK 0x8000ull

enum { PROMISED = 0, FILLED, LEFT };

struct direct_lazy {
	struct direct_lazy *_Atomic next;
	gaddr start, end; /* multiples of the page */
	int file;
	int mem; /* the memory file; -1: pages are put there */
	size_t left; /* chunks that are not LEFT */
	unsigned npieces;
	struct guest_piece *piece;
	uint8_t state[]; /* PROMISED...: a chunk; LEFT: not ours any more */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
struct direct_lazy *_Atomic direct_lazy_any;

static size_t chunk_of(const struct direct_lazy *z, gaddr at)
{
	return (size_t)(at / CHUNK - z->start / CHUNK);
}

static gaddr chunk_start(const struct direct_lazy *z, size_t i)
{
	return MAX(z->start, (z->start / CHUNK + i) * CHUNK);
}

static gaddr chunk_end(const struct direct_lazy *z, size_t i)
{
	return MIN(z->end, (z->start / CHUNK + i + 1) * CHUNK);
}

static void lazy_free(struct direct_lazy *z)
{
	if (z->file >= 0)
		close(z->file);
	if (z->mem >= 0)
		close(z->mem);
	free(z->piece);
	free(z);
}

static char buf[CHUNK] __attribute__((aligned(PAGE))); /* under lock */

/* n bytes of the file at off, at most of buf, are in buf; lock is held. */
static int read_file(const struct direct_lazy *z, uint64_t off, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(z->file, buf + done, n - done,
				    (off_t)(off + done));

		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0)
			return -EIO; /* the file has become shorter */
		if (got > 0)
			done += (size_t)got;
	}
	return 0;
}

/*
 * n bytes of the file at off become those of the memory file at to; lock is
 * held.  Through a buffer: with sendfile(2), which moves page by page, node's
 * start took 4 % longer.
 */
static int copy(const struct direct_lazy *z, uint64_t to, uint64_t off, size_t n)
{
	int err = read_file(z, off, n);

	for (size_t done = 0; done < n && !err;) {
		ssize_t got = pwrite(z->mem, buf + done, n - done,
				     (off_t)(to + done));

		if (got < 0 && errno != EINTR)
			err = -errno;
		if (got > 0)
			done += (size_t)got;
	}
	return err;
}

/*
 * The pages of p in [from, to), as far as they have bytes of the file; lock is
 * held.  Through the buffer as well: from a mapping of the file it would be no
 * quicker, and what is mapped counts as memory in use.
 */
static int put(const struct direct_lazy *z, const struct guest_piece *p,
	       gaddr from, gaddr to)
{
	gaddr a = MAX(p->at, from), b = MIN(p->at + p->bytes, to);
	size_t n, pages;
	int err;

	if (a >= b)
		return 0;
	n = b - a;
	pages = ROUND_UP(n, PAGE);
	err = read_file(z, p->off + (a - p->at), n);
	if (err)
		return err;
	memset(buf + n, 0, pages - n);
	err = direct_uffd_put(a, buf, pages);
	/* Some were there before another could not be put. */
	for (size_t i = 0; i < pages && err == -EEXIST; i += PAGE) {
		err = direct_uffd_put(a + i, buf + i, PAGE);
		if (!err)
			err = -EEXIST;
	}
	return err == -EEXIST ? 0 : err;
}

static int fill_by_pages(struct direct_lazy *z, size_t chunk)
{
	int err = 0;

	for (unsigned i = 0; i < z->npieces && !err; i++)
		err = put(z, &z->piece[i], chunk_start(z, chunk),
			  chunk_end(z, chunk));
	if (!err)
		z->state[chunk] = FILLED;
	return err;
}

/* lock is held. */
static int fill(struct direct_lazy *z, size_t chunk)
{
	gaddr from = chunk_start(z, chunk), to = chunk_end(z, chunk);
	int err;

	if (z->state[chunk] != PROMISED)
		return 0;
	if (z->mem < 0)
		return fill_by_pages(z, chunk);
	for (unsigned i = 0; i < z->npieces; i++) {
		const struct guest_piece *p = &z->piece[i];
		gaddr a = MAX(p->at, from);
		gaddr b = MIN(p->at + p->bytes, to);

		if (a >= b)
			continue;
		err = copy(z, a - z->start, p->off + (a - p->at), b - a);
		if (err)
			return err;
	}
	for (unsigned i = 0; i < z->npieces; i++) {
		const struct guest_piece *p = &z->piece[i];
		gaddr a = MAX(p->at, from);
		gaddr b = MIN(p->at + p->size, to);

		if (a < b && mprotect((void *)a, b - a, direct_prot(p->prot)))
			return -errno;
	}
	z->state[chunk] = FILLED;
	return 0;
}

static struct direct_lazy *find(gaddr at)
{
	struct direct_lazy *z = direct_lazy_any;

	while (z && (at < z->start || at >= z->end))
		z = z->next;
	return z;
}

/* Each piece has its protection from the start; only its zeroes are there. */
static int promise_pages(struct direct_lazy *z)
{
	if (!direct_uffd_can())
		return -ENOSYS;
	for (unsigned i = 0; i < z->npieces; i++) {
		const struct guest_piece *p = &z->piece[i];
		uint64_t watched = ROUND_UP(p->bytes, PAGE);

		if (mmap((void *)p->at, p->size, direct_prot(p->prot),
			 MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			 -1, 0) == MAP_FAILED)
			return -errno;
		if (watched && !direct_uffd_watch(p->at, watched))
			return -ENOSYS;
	}
	return 0;
}

static int promise_file(struct direct_lazy *z)
{
	const uint64_t size = z->end - z->start;

	z->mem = memfd_create("image", MFD_CLOEXEC);
	if (z->mem < 0 || ftruncate(z->mem, (off_t)size) < 0 ||
	    mmap((void *)z->start, size, PROT_NONE,
		 MAP_FIXED | MAP_PRIVATE | MAP_NORESERVE, z->mem,
		 0) == MAP_FAILED)
		return -errno;
	return 0;
}

static int promise(struct direct_lazy *z, int fd)
{
	z->file = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (z->file < 0)
		return -errno;
	return promise_pages(z) ? promise_file(z) : 0;
}

int direct_map_pieces(gaddr at, uint64_t size, int fd,
		      const struct guest_piece *piece, unsigned n)
{
	size_t chunks = size / CHUNK + 2;
	struct direct_lazy *z;
	int err;

	if (at >= direct_high || !size || size > direct_high - at)
		return -EINVAL;
	z = calloc(1, sizeof *z + chunks);
	if (!z)
		return -ENOMEM;
	z->start = at;
	z->end = at + size;
	z->left = chunk_of(z, z->end - 1) + 1;
	z->npieces = n;
	z->file = z->mem = -1;
	z->piece = malloc(n * sizeof *piece);
	if (!z->piece) {
		lazy_free(z);
		return -ENOMEM;
	}
	memcpy(z->piece, piece, n * sizeof *piece);
	for (unsigned i = 0; i < n; i++) /* a file may have more than is shown */
		z->piece[i].bytes = MIN(piece[i].bytes, piece[i].size);
	err = promise(z, fd);
	if (err) {
		lazy_free(z);
		return err;
	}
	/* Nobody searches code that is not there yet for system calls. */
	for (unsigned i = 0; i < n; i++)
		if (piece[i].prot & GUEST_EXEC &&
		    direct_code_unknown(piece[i].prot & GUEST_OURS))
			direct_trap_all();

	pthread_mutex_lock(&lock);
	err = fill(z, 0); /* the headers, which everybody reads */
	if (!err) {
		z->next = direct_lazy_any;
		direct_lazy_any = z;
	}
	pthread_mutex_unlock(&lock);
	if (err)
		lazy_free(z);
	return err;
}

bool direct_lazy_fault(gaddr at, uint64_t ip)
{
	/*
	 * A fault can be older than what another thread has done about it
	 * since: what looks wrong is tried once more.
	 */
	static _Thread_local gaddr last_at, last_ip;
	struct direct_lazy *z;
	bool again = false;

	if (!direct_lazy_any)
		return false;
	pthread_mutex_lock(&lock);
	z = find(at);
	if (z) {
		size_t chunk = chunk_of(z, at);

		if (z->state[chunk] == PROMISED) {
			again = fill(z, chunk) == 0;
		} else if (last_at != at || last_ip != ip) {
			last_at = at;
			last_ip = ip;
			again = true;
		} else {
			last_at = last_ip = 0;
		}
	}
	pthread_mutex_unlock(&lock);
	return again;
}

void direct_lazy_fill(gaddr at, uint64_t n)
{
	gaddr end = at + n;

	pthread_mutex_lock(&lock);
	for (struct direct_lazy *z = direct_lazy_any; z; z = z->next) {
		gaddr a = MAX(at, z->start), b = MIN(end, z->end);

		if (a >= b)
			continue;
		for (size_t i = chunk_of(z, a); i <= chunk_of(z, b - 1); i++)
			fill(z, i); /* if not: the system call says EFAULT */
	}
	pthread_mutex_unlock(&lock);
}

/* [at, end) is no longer z's; lock is held. */
static int leave(struct direct_lazy *z, gaddr at, gaddr end, bool keep)
{
	for (size_t i = chunk_of(z, at); i <= chunk_of(z, end - 1); i++) {
		bool whole = at <= chunk_start(z, i) && end >= chunk_end(z, i);

		if (z->state[i] == LEFT)
			continue;
		if (keep || !whole) {
			int err = fill(z, i);

			if (err)
				return err;
		}
		z->state[i] = LEFT;
		z->left--;
	}
	return 0;
}

int direct_lazy_leave(gaddr at, uint64_t n, bool keep)
{
	struct direct_lazy *_Atomic *link, *z, *gone = NULL;
	gaddr end = at + n;
	int err = 0;

	if (!direct_lazy_any || !n)
		return 0;
	pthread_mutex_lock(&lock);
	for (link = &direct_lazy_any; (z = *link) && !err;) {
		gaddr a = MAX(at, z->start), b = MIN(end, z->end);

		if (a < b)
			err = leave(z, a, b, keep);
		/* With its last chunk unmapped, nothing can fault there. */
		if (!z->left && !keep) {
			*link = z->next;
			z->next = gone;
			gone = z;
		} else {
			link = &z->next;
		}
	}
	pthread_mutex_unlock(&lock);
	while ((z = gone)) {
		gone = z->next;
		lazy_free(z);
	}
	return err;
}
