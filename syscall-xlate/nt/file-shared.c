/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-shared.c - share modes between processes, and what is mapped.
 *
 * What this process has open or mapped of each file is one slot of a table in
 * memory that all processes of the user share.  An open looks at the slots of
 * its file and writes its own: no system call, once that page of the table is
 * known to have memory.
 *
 * That a file waits for its deletion is in the slot of who wants that; when he
 * closes it he puts it in the slots of all who have it open still.  So the last
 * of them finds it in his own.
 */
#include <sched.h>
#include <stdlib.h>

#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/nt/file-inode.h"
#include "syscall-xlate/nt/file-shared-table.h"

enum { SPINS = 200 };

/*
 * NULL: no table, or no room in it; then one does without.  Files of one folder
 * mostly have numbers that follow each other: their buckets do as well, so that
 * a program which reads a folder needs few pages of the table.
 */
static struct bucket *bucket_of(const struct inode *i)
{
	size_t n = (i->ino + i->dev * 0x9e3779b9) % BUCKETS;

	return peers_table && peers_have_memory(n / PER_PAGE)
		       ? &peers_table->bucket[n]
		       : NULL;
}

static uint64_t key_of(const struct inode *i)
{
	uint64_t h = (i->ino ^ i->dev << 44) * 0x9e3779b97f4a7c15ull;

	return h ? h : 1;
}

static void lock(struct bucket *b)
{
	for (unsigned n = 1;; n++) {
		uint32_t holder = 0;

		if (atomic_compare_exchange_strong(&b->lock, &holder,
						   peers_self))
			return;
		if (n % SPINS)
			continue;
		/* Killed while it held the lock; nothing under it can be left
		   half done that matters. */
		if (!peers_alive(holder) &&
		    atomic_compare_exchange_strong(&b->lock, &holder,
						   peers_self))
			return;
		sched_yield();
	}
}

static void unlock(struct bucket *b)
{
	atomic_store(&b->lock, 0);
}

/* ---- what the processes have open ---- */

static bool slot_conflicts(const struct slot *s, const struct file *f)
{
	bool reads = f->access & (FILE_READ_DATA | FILE_EXECUTE);
	bool writes = f->access & (FILE_WRITE_DATA | FILE_APPEND_DATA);
	bool deletes = f->access & ACCESS_DELETE;

	return (f->access & FILE_WRITE_DATA && s->images) ||
	       (reads && s->share_read < s->opens) ||
	       (writes && s->share_write < s->opens) ||
	       (deletes && s->share_delete < s->opens) ||
	       (s->readers && !(f->share & FILE_SHARE_READ)) ||
	       (s->writers && !(f->share & FILE_SHARE_WRITE)) ||
	       (s->deleters && !(f->share & FILE_SHARE_DELETE));
}

static bool is_of(const struct slot *s, uint64_t key)
{
	return s->owner && s->key == key;
}

/* In a full bucket: a slot that somebody has left behind; NULL: none. */
static struct slot *slot_of_dead(struct bucket *b)
{
	for (unsigned k = 0; k < SLOTS; k++)
		if (b->slot[k].owner != peers_self &&
		    !peers_alive(b->slot[k].owner))
			return &b->slot[k];
	return NULL;
}

/* What others have told us to do with it, which stays said. */
static uint8_t publish(struct bucket *b, uint64_t key, const struct inode *i)
{
	const bool any = i->opens || i->maps;
	struct slot *mine = NULL;
	uint8_t doom = 0;

	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];

		if (s->owner == peers_self && s->key == key) {
			mine = s;
			doom = s->doom;
			break;
		}
		if (!s->owner && !mine)
			mine = s;
	}
	if (!mine && any)
		mine = slot_of_dead(b);
	/* Full of the living: this process is not seen, which is no worse than
	   there being no table. */
	if (!mine)
		return doom;
	*mine = (struct slot){
		.owner = any ? peers_self : 0,
		.key = key,
		.opens = (uint16_t)i->opens,
		.readers = (uint16_t)i->readers,
		.writers = (uint16_t)i->writers,
		.deleters = (uint16_t)i->deleters,
		.share_read = (uint16_t)i->share_read,
		.share_write = (uint16_t)i->share_write,
		.share_delete = (uint16_t)i->share_delete,
		.images = MIN(i->mapped.images, MANY_IMAGES) & MANY_IMAGES,
		.doom = (doom | i->doom) & (DOOM_GOES | DOOM_WAITS),
		.pages = (uint32_t)MIN(ROUND_UP(i->mapped.size, PAGE) / PAGE,
				       (uint64_t)UINT32_MAX),
	};
	return doom;
}

/*
 * With b locked: does f conflict with what another process has open, or does
 * the file wait for its deletion?  What the dead have left to do is not f's:
 * they have had it before.
 */
static NTSTATUS bucket_conflicts(struct bucket *b, uint64_t key,
				 const struct file *f)
{
	NTSTATUS status = STATUS_SUCCESS;

	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];
		bool own = s->owner == peers_self;

		if (!is_of(s, key) ||
		    !(s->doom || (!own && slot_conflicts(s, f))))
			continue;
		if (!own && !peers_alive(s->owner))
			s->owner = 0;
		else if (s->doom & DOOM_WAITS)
			return STATUS_DELETE_PENDING;
		else if (!own && slot_conflicts(s, f))
			status = STATUS_SHARING_VIOLATION;
	}
	return status;
}

NTSTATUS peers_enter(const struct inode *i, const struct file *f, bool granted)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);
	NTSTATUS status = STATUS_SUCCESS;

	if (!b)
		return status;
	lock(b);
	if (!granted)
		status = bucket_conflicts(b, key, f);
	if (!status)
		publish(b, key, i);
	unlock(b);
	return status;
}

NTSTATUS peers_allow(const struct inode *i, const struct file *f)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);
	NTSTATUS status;

	if (!b)
		return STATUS_SUCCESS;
	lock(b);
	status = bucket_conflicts(b, key, f);
	unlock(b);
	return status;
}

bool peers_open(const struct inode *i)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);
	bool open = false;

	if (!b)
		return false;
	lock(b);
	for (unsigned k = 0; k < SLOTS && !open; k++) {
		struct slot *s = &b->slot[k];

		if (is_of(s, key) && s->owner != peers_self && s->opens)
			open = peers_alive(s->owner);
	}
	unlock(b);
	return open;
}

int *peers_with(const struct inode *i, unsigned *n)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);
	uint32_t owners[SLOTS];
	unsigned nowners = 0;

	*n = 0;
	if (!b)
		return NULL;
	lock(b);
	for (unsigned k = 0; k < SLOTS; k++)
		if (b->slot[k].owner && b->slot[k].key == key)
			owners[nowners++] = b->slot[k].owner;
	unlock(b);
	return nowners ? peers_members(owners, nowners, n) : NULL;
}

void peers_tell(const struct inode *i)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);

	if (!b)
		return;
	lock(b);
	publish(b, key, i);
	unlock(b);
}

/* With b locked: does another process have it open?  Then it is told. */
static bool bequeath(struct bucket *b, uint64_t key, uint8_t doom)
{
	bool others = false;

	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];

		if (!is_of(s, key) || s->owner == peers_self || !s->opens)
			continue;
		if (!peers_alive(s->owner)) {
			s->owner = 0;
			continue;
		}
		others = true;
		s->doom |= doom & (DOOM_GOES | DOOM_WAITS);
	}
	return others;
}

/* With b locked: what was left to do by those who have been killed since. */
static uint8_t of_dead(struct bucket *b, uint64_t key)
{
	uint8_t doom = 0;

	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];

		if (is_of(s, key) && s->owner != peers_self && s->doom &&
		    !peers_alive(s->owner)) {
			doom |= s->doom;
			s->owner = 0;
		}
	}
	return doom;
}

bool peers_leave(struct inode *i, bool last)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);
	bool others = false;

	if (b) {
		lock(b);
		i->doom |= publish(b, key, i);
		if (last) {
			i->doom |= of_dead(b, key);
			others = i->doom && bequeath(b, key, i->doom);
		}
		unlock(b);
	}
	return last && i->doom && !others;
}

void peers_doom(struct inode *i, bool on)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);

	i->doom = 0;
	if (!b)
		return;
	lock(b);
	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];

		if (is_of(s, key) && (s->owner == peers_self || !on))
			s->doom = on ? DOOM_GOES | DOOM_WAITS : 0;
	}
	unlock(b);
}

void peers_mapped(const struct inode *i, struct mapped *m)
{
	uint64_t key = key_of(i);
	struct bucket *b = bucket_of(i);

	if (!b)
		return;
	lock(b);
	for (unsigned k = 0; k < SLOTS; k++) {
		struct slot *s = &b->slot[k];

		if (!s->owner || s->owner == peers_self || s->key != key ||
		    !(s->images || s->pages))
			continue;
		if (!peers_alive(s->owner)) {
			s->owner = 0;
			continue;
		}
		m->images += s->images;
		m->size = MAX(m->size, (uint64_t)s->pages * PAGE);
	}
	unlock(b);
}

const _Atomic uint32_t *peers_locks(const struct inode *i)
{
	struct bucket *b = bucket_of(i);

	return b ? &b->ranges : NULL;
}

void peers_lock(const struct inode *i)
{
	struct bucket *b = bucket_of(i);

	if (b)
		atomic_store(&b->ranges, 1);
}

const _Atomic uint32_t *peers_oplocks(const struct inode *i)
{
	struct bucket *b = bucket_of(i);

	return b ? &b->oplocks : NULL;
}

void peers_oplock(const struct inode *i)
{
	struct bucket *b = bucket_of(i);

	if (b)
		atomic_store(&b->oplocks, 1);
}
