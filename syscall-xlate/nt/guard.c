/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard.c - pages whose first touch means something: guard pages, the guard
 * below a growing stack, and write-watched memory.
 *
 * Which guard page is a stack's is known from the TEB, as in Windows, so that
 * fibers (which exchange these fields) grow as well.  The TEB is read before
 * vm_lock is taken: no lock is held while guest memory is touched.
 */
#include "syscall-xlate/nt/vad.h"

#include <string.h>
#include <sys/mman.h>

#include "syscall-xlate/nt/calls.h"

/* ---- the stack ------------------------------------------------------ */

struct stack {
	gaddr base, limit, alloc; /* high end, committed from, all from */
	uint64_t guaranteed;      /* SetThreadStackGuarantee */
	gaddr teb;
	bool wide;
};

/* Offsets of the fields in a 64-bit and a 32-bit TEB. */
struct teb_fields {
	uint16_t base, limit, alloc, guaranteed;
};
static const struct teb_fields teb64 = { 0x08, 0x10, 0x1478, 0x1748 };
static const struct teb_fields teb32 = { 0x04, 0x08, 0x0e0c, 0x0f78 };

static int field(gaddr at, bool wide, gaddr *v)
{
	uint32_t low;

	if (wide)
		return guest_get64(NULL, v, at);
	if (guest_get32(NULL, &low, at) < 0)
		return -1;
	*v = low;
	return 0;
}

static bool stack_read(gaddr teb, bool wide, struct stack *s)
{
	const struct teb_fields *f = wide ? &teb64 : &teb32;
	uint32_t guaranteed;

	if (!teb || field(teb + f->base, wide, &s->base) < 0 ||
	    field(teb + f->limit, wide, &s->limit) < 0 ||
	    field(teb + f->alloc, wide, &s->alloc) < 0 ||
	    guest_get32(NULL, &guaranteed, teb + f->guaranteed) < 0)
		return false;
	s->guaranteed = ROUND_UP(guaranteed, PAGE);
	s->teb = teb;
	s->wide = wide;
	return true;
}

bool vm_teb_stack(gaddr teb, gaddr *base, gaddr *limit, gaddr *alloc)
{
	struct stack s;

	if (!stack_read(teb, !nt_self || !nt_self->wow64, &s))
		return false;
	*base = s.base;
	*limit = s.limit;
	*alloc = s.alloc;
	return true;
}

/* The stack of the current thread that contains addr. */
static bool stack_of(gaddr addr, struct stack *s)
{
	struct nt_thread *th = current_task ? nt_thread(current_task) : NULL;
	bool wide = !nt_self || !nt_self->wow64;

	return th && stack_read(th->teb, wide, s) && addr >= s->alloc &&
	       addr < s->base;
}

static void set_stack_limit(const struct stack *s, gaddr limit)
{
	if (s->wide)
		guest_put64(NULL, s->teb + teb64.limit, limit);
	else
		guest_put32(NULL, s->teb + teb32.limit, (uint32_t)limit);
}

/*
 * The lowest page of a stack stays out of reach for ever; a guard page below
 * this address is the last one: three pages, or what the program has asked
 * for, are left for the handler of the overflow.
 */
static gaddr last_guard(const struct vad *v, const struct stack *s)
{
	return MAX(s->alloc, v->start) + PAGE + MAX(s->guaranteed, 3 * PAGE);
}

/* Makes the guard page at page ordinary and the one below it the guard. */
static NTSTATUS grow(struct vad *v, gaddr page, uint16_t state,
		     const struct stack *s, gaddr *limit)
{
	uint16_t plain = state & ~PAGE_GUARD;
	gaddr next = page - PAGE, bottom = MAX(s->alloc, v->start) + PAGE;
	gaddr from;

	if (page < last_guard(v, s)) {
		/* The end: what is left becomes usable, once. */
		from = MIN(page, bottom);
		for (gaddr at = from, end; at < page; at = end) {
			uint16_t there = vad_run(v, at, &end);

			end = MIN(end, page);
			if ((there ? guest_mem->protect(at, end - at,
							vm_host_prot(plain)) :
				     guest_mem->map(at, end - at,
						    vm_host_prot(plain), -1, 0,
						    0)) < 0)
				return STATUS_STACK_OVERFLOW;
			vad_set(v, at, end, plain);
		}
		guest_mem->protect(page, PAGE, vm_host_prot(plain));
		vad_set(v, page, page + PAGE, plain);
		*limit = from;
		return STATUS_STACK_OVERFLOW;
	}
	/* It is there already where _resetstkoflw() has set a guard above. */
	if ((vad_run(v, next, NULL) ?
		     guest_mem->protect(next, PAGE, GUEST_NONE) :
		     guest_mem->map(next, PAGE, GUEST_NONE, -1, 0, 0)) < 0)
		return STATUS_STACK_OVERFLOW;
	if (guest_mem->protect(page, PAGE, vm_host_prot(plain)) < 0 ||
	    !vad_set(v, next, page, plain | PAGE_GUARD) ||
	    !vad_set(v, page, page + PAGE, plain))
		return STATUS_STACK_OVERFLOW;
	*limit = page;
	return STATUS_SUCCESS;
}

static bool guard_hit(gaddr addr, NTSTATUS *status, bool only_growth)
{
	gaddr page = ROUND_DOWN(addr, PAGE), limit = 0;
	struct stack s;
	bool is_stack;
	struct vad *v;
	uint16_t state = 0;

	pthread_mutex_lock(&vm_lock);
	v = vad_find(page);
	if (v)
		state = vad_run(v, page, NULL);
	pthread_mutex_unlock(&vm_lock);
	if (!(state & PAGE_GUARD))
		return false;
	is_stack = stack_of(addr, &s);
	if (only_growth && !is_stack)
		return false;

	pthread_mutex_lock(&vm_lock);
	v = vad_find(page);
	state = v ? vad_run(v, page, NULL) : 0;
	if (!(state & PAGE_GUARD)) {
		/* Another thread was faster: the access may just go on. */
		*status = STATUS_SUCCESS;
	} else if (!is_stack) {
		guest_mem->protect(page, PAGE,
				   vm_host_prot(state & ~PAGE_GUARD));
		vad_set(v, page, page + PAGE, state & ~PAGE_GUARD);
		*status = STATUS_GUARD_PAGE_VIOLATION;
	} else if (only_growth && page < last_guard(v, &s)) {
		pthread_mutex_unlock(&vm_lock);
		return false; /* the overflow is an exception: later */
	} else {
		*status = grow(v, page, state, &s, &limit);
	}
	pthread_mutex_unlock(&vm_lock);
	if (limit)
		set_stack_limit(&s, limit);
	return true;
}

bool vm_guard_hit(gaddr addr, NTSTATUS *status)
{
	return guard_hit(addr, status, false);
}

/* ---- write watch ---------------------------------------------------- */

static inline uint64_t watch_page(const struct vad *v, gaddr at)
{
	return (at - v->start) / PAGE;
}

static inline bool is_dirty(const struct vad *v, uint64_t page)
{
	return v->dirty[page / 8] >> page % 8 & 1;
}

bool vm_watch_init(struct vad *v)
{
	/* Sparse: one byte per 32 KB of a reservation that may be huge. */
	void *p = mmap(NULL, watch_page(v, v->end) / 8 + 1,
		       PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return false;
	v->dirty = p;
	return true;
}

int vm_watch_apply(struct vad *v, gaddr a, gaddr b)
{
	gaddr end;
	int err = 0;

	for (gaddr at = a; at < b && !err; at = end) {
		uint16_t state = vad_run(v, at, &end);
		int prot = vm_host_prot(state);
		uint64_t page = watch_page(v, at);
		bool dirty = is_dirty(v, page);

		end = MIN(end, b);
		if (!state)
			continue;
		while (at + (++page - watch_page(v, at)) * PAGE < end &&
		       is_dirty(v, page) == dirty)
			;
		end = MIN(end, v->start + page * PAGE);
		if (!dirty)
			prot &= ~GUEST_WRITE;
		err = guest_mem->protect(at, end - at, prot);
	}
	return err;
}

/* With vm_lock held.  A write to a clean watched page makes it dirty. */
static bool watch_hit(struct vad *v, gaddr page)
{
	uint16_t state = vad_run(v, page, NULL);
	uint64_t n = watch_page(v, page);

	if (!(vm_host_prot(state) & GUEST_WRITE))
		return false;
	v->dirty[n / 8] |= (uint8_t)(1u << n % 8);
	return guest_mem->protect(page, PAGE, vm_host_prot(state)) == 0;
}

void vm_will_write(gaddr at, uint64_t n)
{
	gaddr end = at + n;
	struct vad *v;

	if (end < at)
		return;
	pthread_mutex_lock(&vm_lock);
	for (; at < end; at = v->end) {
		v = vad_next(at);
		if (!v || v->start >= end)
			break;
		if (!(v->flags & VAD_WATCH))
			continue;
		for (gaddr p = ROUND_DOWN(MAX(at, v->start), PAGE);
		     p < MIN(end, v->end); p += PAGE)
			if (!is_dirty(v, watch_page(v, p)))
				watch_hit(v, p);
	}
	pthread_mutex_unlock(&vm_lock);
}

bool vm_may_write(gaddr at, uint64_t n)
{
	gaddr end = at + n;
	bool ok = end >= at;

	pthread_mutex_lock(&vm_lock);
	while (ok && at < end) {
		struct vad *v = vad_find(at);
		uint16_t state = v ? vad_run(v, at, &at) : 0;

		/* Of a view: another one may have committed the page. */
		ok = v && (state ? vm_host_prot(state & ~PAGE_GUARD) &
					   GUEST_WRITE
				 : v->section != NULL);
	}
	pthread_mutex_unlock(&vm_lock);
	return ok;
}

bool vm_populate(gaddr addr, int access)
{
	gaddr page = ROUND_DOWN(addr, PAGE);
	struct vad *v;
	uint16_t state = 0;
	bool done = false;
	NTSTATUS status;

	pthread_mutex_lock(&vm_lock);
	v = vad_find(page);
	if (v) {
		state = vad_run(v, page, NULL);
		if (v->flags & VAD_WATCH && access == 1 && state)
			done = watch_hit(v, page);
		else if (v->flags & VAD_RESERVED_VIEW && !state)
			done = vm_view_touched(v, page);
	}
	pthread_mutex_unlock(&vm_lock);
	if (done || !(state & PAGE_GUARD))
		return done;
	return guard_hit(addr, &status, true) && status == STATUS_SUCCESS;
}

/* ---- the calls ------------------------------------------------------ */

/* With vm_lock held: make [a, b) clean again. */
static int watch_reset(struct vad *v, gaddr a, gaddr b)
{
	for (uint64_t n = watch_page(v, a); n < watch_page(v, b); n++) {
		if (n % 8 == 0 && watch_page(v, b) - n >= 8) {
			v->dirty[n / 8] = 0;
			n += 7;
			continue;
		}
		v->dirty[n / 8] &= (uint8_t) ~(1u << n % 8);
	}
	return vm_watch_apply(v, a, b);
}

/* The watched vad that wholly contains the range, or NULL. */
static struct vad *watched(gaddr a, uint64_t size)
{
	struct vad *v = vad_find(a);

	return v && v->flags & VAD_WATCH && size && size <= v->end - a ? v
								       : NULL;
}

NTSTATUS nt_get_write_watch(struct task *t, uint64_t process, uint32_t flags,
			    gaddr base, uint64_t size, gaddr addresses,
			    gaddr count, gaddr granularity)
{
	uint64_t max, found = 0, buf[128];
	gaddr at = ROUND_DOWN(base, PAGE), end = ROUND_UP(base + size, PAGE);
	NTSTATUS status = vm_own_process(t, process, 0x10);
	struct vad *v;

	if (status != STATUS_SUCCESS)
		return status;
	if (flags & ~1u)
		return STATUS_INVALID_PARAMETER_2;
	if (guest_get64(t, &max, count) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (!max)
		return STATUS_INVALID_PARAMETER;

	/* In batches: addresses are stored while the lock is not held. */
	while (at < end && found < max) {
		gaddr from = at;
		unsigned n = 0;

		pthread_mutex_lock(&vm_lock);
		v = watched(base, size);
		if (!v) {
			pthread_mutex_unlock(&vm_lock);
			return STATUS_INVALID_PARAMETER_1;
		}
		for (; at < end && n < COUNT_OF(buf) && found + n < max;
		     at += PAGE) {
			uint64_t page = watch_page(v, at);

			if (page % 8 == 0 && !v->dirty[page / 8] &&
			    end - at >= 8 * PAGE)
				at += 7 * PAGE;
			else if (is_dirty(v, page))
				buf[n++] = at;
		}
		if (flags & 1)
			watch_reset(v, from, MIN(at, end));
		pthread_mutex_unlock(&vm_lock);
		if (guest_write(t, addresses + found * 8, buf, n * 8) < 0)
			return STATUS_ACCESS_VIOLATION;
		found += n;
	}
	if (guest_put64(t, count, found) < 0 ||
	    guest_put32(t, granularity, PAGE) < 0)
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

NTSTATUS nt_reset_write_watch(struct task *t, uint64_t process, gaddr base,
			      uint64_t size)
{
	NTSTATUS status = vm_own_process(t, process, 0x8);
	struct vad *v;

	if (status != STATUS_SUCCESS)
		return status;
	pthread_mutex_lock(&vm_lock);
	v = watched(base, size);
	if (v)
		watch_reset(v, ROUND_DOWN(base, PAGE),
			    ROUND_UP(base + size, PAGE));
	else
		status = STATUS_INVALID_PARAMETER_1;
	pthread_mutex_unlock(&vm_lock);
	return status;
}
