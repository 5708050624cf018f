/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-trap.c - when are threads armed against raw system calls?
 *
 * An armed thread pays on each of its own calls, and most Windows programs never
 * make one.  So code is looked at when it becomes executable: no system call
 * instruction in it, and nobody can write to it, and it is harmless.  The first
 * that is not so arms every thread, for good, before it can run.
 */
#include <emmintrin.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/table.h"
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/trap.h"

static _Atomic bool wanted;
static _Atomic bool complete; /* no thread runs unarmed any more */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct task *first; /* under lock; linked by engine_next */

void direct_trap_add(struct task *t)
{
	pthread_mutex_lock(&lock);
	t->engine_next = first;
	first = t;
	pthread_mutex_unlock(&lock);
}

void direct_trap_remove(struct task *t)
{
	pthread_mutex_lock(&lock);
	for (struct task **p = &first; *p; p = &(*p)->engine_next)
		if (*p == t) {
			*p = t->engine_next;
			break;
		}
	pthread_mutex_unlock(&lock);
}

void direct_trap_forked(struct task *t)
{
	pthread_mutex_init(&lock, NULL);
	first = t;
	t->engine_next = NULL;
}

void direct_trap_thread(struct task *t)
{
	atomic_fetch_and(&t->pending, ~(uint32_t)TASK_ENGINE);
	if (wanted)
		trap_arm_thread();
}

/* Until t is armed, or certain to be before it runs foreign code again. */
static void await(struct task *t, uint32_t kicks)
{
	const struct timespec step = { .tv_nsec = 50000000 };

	while (t->pending & TASK_ENGINE && t->kicks == kicks)
		syscall(SYS_futex, &t->kicks, FUTEX_WAIT_PRIVATE, kicks, &step,
			NULL, 0);
}

/* Another thread may be arming all of them: new code has to wait for that. */
static void wait_for_all(void)
{
	if (complete || !current_task)
		return;
	trap_arm_thread();
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

void direct_trap_all(void)
{
	struct task *self = current_task;

	if (atomic_exchange(&wanted, true)) {
		wait_for_all();
		return;
	}
	log_debug(LOG_ENGINE, "raw system calls are possible: armed");
	if (self)
		trap_arm_thread();
	pthread_mutex_lock(&lock);
	for (struct task *t = first; t && !trap_is_global();
	     t = t->engine_next) {
		uint32_t kicks = t->kicks;

		if (t == self)
			continue;
		atomic_fetch_or(&t->pending, TASK_ENGINE);
		task_kick(t);
		await(t, kicks);
	}
	complete = true;
	pthread_mutex_unlock(&lock);
}

/* 0F 05 syscall, 0F 34 sysenter, CD 80; CD 2E never reaches Linux. */
static bool is_call(uint8_t a, uint8_t b)
{
	return (a == 0x0f && (b == 0x05 || b == 0x34)) ||
	       (a == 0xcd && b == 0x80);
}

static bool search(const uint8_t *p, size_t n)
{
	const __m128i x0f = _mm_set1_epi8(0x0f), x05 = _mm_set1_epi8(0x05),
		      x34 = _mm_set1_epi8(0x34), xcd = _mm_set1_epi8((char)0xcd),
		      x80 = _mm_set1_epi8((char)0x80);
	size_t i = 0;

	for (; i + 17 <= n; i += 16) {
		__m128i a = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i b = _mm_loadu_si128((const __m128i *)(p + i + 1));
		__m128i call = _mm_and_si128(_mm_cmpeq_epi8(a, x0f),
					     _mm_or_si128(_mm_cmpeq_epi8(b, x05),
							  _mm_cmpeq_epi8(b, x34)));
		__m128i gate = _mm_and_si128(_mm_cmpeq_epi8(a, xcd),
					     _mm_cmpeq_epi8(b, x80));

		if (_mm_movemask_epi8(_mm_or_si128(call, gate)))
			return true;
	}
	for (; i + 1 < n; i++)
		if (is_call(p[i], p[i + 1]))
			return true;
	return false;
}

__thread bool direct_only_looks;

/*
 * The same for guest memory; what cannot be read counts as found.  The caller
 * may hold the lock of whoever makes memory, and beside the range there may be
 * none.
 */
static bool search_there(uint64_t at, uint64_t size)
{
	uint8_t edge[2], block[4097];
	uint64_t done = 0;

	/* Instructions may lie across the edges of what was there before. */
	if (guest_mem->read(edge, at - 1, 2) == 0 && is_call(edge[0], edge[1]))
		return true;
	if (guest_mem->read(edge, at + size - 1, 2) == 0 &&
	    is_call(edge[0], edge[1]))
		return true;
	while (done < size) {
		size_t n = MIN(sizeof block, size - done);

		if (guest_mem->read(block, at + done, n))
			return true;
		if (search(block, n))
			return true;
		done += MIN(PAGE, n);
	}
	return false;
}

static bool search_guest(uint64_t at, uint64_t size)
{
	bool found;

	direct_only_looks = true;
	found = search_there(at, size);
	direct_only_looks = false;
	return found;
}

bool direct_code_unknown(bool trusted)
{
	if (!wanted)
		return !trusted;
	wait_for_all();
	return false;
}

void direct_new_code(uint64_t at, uint64_t size, bool writable)
{
	const char *why = writable	       ? "writable code" :
			  size > DIRECT_SEARCH_MAX ? "much code" :
			  search_guest(at, size) ? "system call instructions" :
						   NULL;

	if (!why)
		return;
	log_debug(LOG_ENGINE, "%s at %#llx+%#llx", why, (unsigned long long)at,
		  (unsigned long long)size);
	direct_trap_all();
}
