/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * task-spin.c - watching a word for a moment before sleeping on it.
 *
 * To sleep and to be woken costs a microsecond or two, and where the processor
 * that is to be woken is a virtual machine's, ten times that; two threads that
 * answer each other at once pay it for every answer.  They are better off
 * watching, all others are not: so it is tried now and then, more and more
 * rarely where it is in vain, and kept up as long as the answers come sooner
 * than sleeping would have taken.
 *
 * It helps only if both do it.  A first answer comes from somebody asleep, so
 * the first look is a long one; and who wakes somebody that watches is himself
 * likely to be answered soon, and tries, too.
 */
#include "base/clock.h"
#include "syscall-xlate/task.h"

/* In ticks of the processor's clock, which are a third of a nanosecond or so.
 */
enum {
	SLEEPING = 1 << 12, /* what a sleep costs */
	WAKING = 1 << 16,   /* until somebody asleep has answered */
};

/* Below PROVEN it is a try. */
enum { TRY = 3, PROVEN = 4, MOST = 16, MOST_BACK_OFF = 8 };

static void judge(struct task_spin *s, bool woken, uint64_t spent)
{
	s->waits = 0;
	if (woken && spent < SLEEPING) {
		if (s->credit < MOST)
			s->credit++;
		else
			s->back_off = 0;
	} else if (woken) {
		s->credit--;
	} else {
		s->credit = s->credit >= PROVEN ? s->credit / 2 : 0;
		if (!s->credit && s->back_off < MOST_BACK_OFF)
			s->back_off++;
	}
}

/* So that others change what it watches, if it does, without waking it. */
static void begin(struct task *t, const struct task_shared_word *also,
		  uint64_t end)
{
	if (also)
		atomic_store_explicit(also->watched, end, memory_order_relaxed);
	else
		atomic_store_explicit(&t->spin.watching, true,
				      memory_order_relaxed);
}

bool task_watch_word(struct task *t, const _Atomic uint32_t *word,
		     uint32_t value, const struct task_shared_word *also)
{
	struct task_spin *s = &t->spin;
	uint64_t start, spent, most;
	bool woken;

	s->hint = false;
	/* Then the processor's clock may be the guest's. */
	if (clock_is_fixed())
		return false;
	if (!s->credit)
		s->credit = TRY;
	most = s->credit >= PROVEN ? SLEEPING : WAKING;
	start = __builtin_ia32_rdtsc();
	begin(t, also, start + most);
	do {
		__builtin_ia32_pause();
		woken = atomic_load_explicit(word, memory_order_relaxed) !=
				value ||
			(also && atomic_load_explicit(also->word,
						      memory_order_relaxed) !=
					 also->value);
		spent = __builtin_ia32_rdtsc() - start;
	} while (!woken && spent < most);
	/* Before anybody may have to wake t: see task_wake(). */
	atomic_store(&s->watching, false);
	judge(s, woken, spent);
	return woken;
}

void task_spin_hint(const _Atomic uint64_t *watched)
{
	uint64_t until = atomic_load_explicit(watched, memory_order_relaxed);

	if (until && current_task && !clock_is_fixed() &&
	    until - __builtin_ia32_rdtsc() <= WAKING)
		current_task->spin.hint = true;
}
