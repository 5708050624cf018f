/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * alarm.c - things to do at a time.
 *
 * Waiting threads compute their own timeouts; the alarm thread is only for
 * what must happen although no thread waits: timers with an APC or a wait
 * packet.  It starts with the first alarm.
 */
#include <sys/prctl.h>

#include "syscall-xlate/nt/nt-private.h"

static _Atomic uint32_t alarms_lock;
static struct alarm *alarms; /* by due */
static bool running;
static _Atomic uint32_t changed; /* futex: the first alarm is another one */

/* The next alarm that is due, off the list; else when to look again. */
static struct alarm *next_due(int64_t *until)
{
	struct alarm *a;

	small_lock(&alarms_lock);
	a = alarms;
	*until = a ? a->due : INT64_MAX;
	if (a && a->due <= monotonic_ns()) {
		alarms = a->next;
		a->armed = false;
	} else {
		a = NULL;
	}
	small_unlock(&alarms_lock);
	return a;
}

static void *alarm_thread(void *arg)
{
	/* The default of 50 us is coarse for high-resolution timers. */
	prctl(PR_SET_TIMERSLACK, 1000);
	for (;;) {
		uint32_t seen = atomic_load(&changed);
		struct alarm *a;
		int64_t until;

		while ((a = next_due(&until)))
			a->ring(a);
		futex_wait(&changed, seen, until);
	}
	return arg;
}

bool alarm_arm(struct alarm *a)
{
	struct alarm **at = &alarms;
	bool first;

	small_lock(&alarms_lock);
	if (!running && helper_thread(alarm_thread, NULL)) {
		small_unlock(&alarms_lock);
		return false;
	}
	running = true;
	while (*at && (*at)->due <= a->due)
		at = &(*at)->next;
	a->next = *at;
	*at = a;
	a->armed = true;
	first = alarms == a;
	small_unlock(&alarms_lock);
	if (first) {
		atomic_fetch_add(&changed, 1);
		futex_wake(&changed, 1);
	}
	return true;
}

bool alarm_disarm(struct alarm *a)
{
	struct alarm **at = &alarms;
	bool was;

	small_lock(&alarms_lock);
	was = a->armed;
	if (was) {
		while (*at != a)
			at = &(*at)->next;
		*at = a->next;
		a->armed = false;
	}
	small_unlock(&alarms_lock);
	return was;
}
