/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * threads.c - thr_new and _umtx_op, _lwp_create and _lwp_park; FS is theirs.
 */
#include "bsd.h"

enum { THREADS = 4, ROUNDS = 2000 };

static volatile u32 lock, ready;
static volatile u64 sum;
static u8 *stacks[THREADS];
static u64 tls[THREADS + 1][2];
static u64 ids[THREADS + 1];

static u64 fs_word(void)
{
	u64 v;

	__asm__ volatile("mov %%fs:0, %0" : "=r"(v));
	return v;
}

static void sleep_on(volatile u32 *word, u32 value)
{
#ifdef FREEBSD
	CALL(454, word, 15, value, 0, 0); /* WAIT_UINT_PRIVATE */
#else
	i64 ts[2] = { 0, 1000000 };

	(void)word, (void)value;
	CALL(478, 3, 0, ts, 0, word, 0); /* park for at most 1 ms */
#endif
}

static void wake(volatile u32 *word)
{
#ifdef FREEBSD
	CALL(454, word, 16, 1, 0, 0); /* WAKE_PRIVATE */
#else
	for (int i = 0; i <= THREADS; i++)
		if (ids[i])
			CALL(321, ids[i], word);
#endif
}

static void acquire(void)
{
	u32 c = 0;

	if (__atomic_compare_exchange_n(&lock, &c, 1, 0, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST))
		return;
	while (__atomic_exchange_n(&lock, 2, __ATOMIC_SEQ_CST))
		sleep_on(&lock, 2);
}

static void release(void)
{
	if (__atomic_exchange_n(&lock, 0, __ATOMIC_SEQ_CST) == 2)
		wake(&lock);
}

__attribute__((used)) static void thread(u64 i)
{
	u64 id = 0;

#ifdef FREEBSD
	CALL(432, &id); /* thr_self */
#else
	id = (u64)CALL(311);
	ids[i] = id;
#endif
	CHECK(id > 0);
	EQUAL(fs_word(), i);
	for (int n = 0; n < ROUNDS; n++) {
		acquire();
		sum++;
		release();
		if (n % 100 == 0)
			EQUAL(fs_word(), i);
	}
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
#ifdef FREEBSD
	CALL(454, &ready, 16, 9, 0, 0);
	CALL(431, 0); /* thr_exit */
#else
	CALL(310); /* _lwp_exit */
#endif
}

static void start_thread(u64 i)
{
	stacks[i - 1] = map(65536, 3);
	tls[i][0] = i;
#ifdef FREEBSD
	{
		u64 param[13] = { (u64)thread, i, (u64)stacks[i - 1], 65536,
				  (u64)tls[i], 16, 0, (u64)&ids[i] };

		EQUAL(CALL(455, param, 104), 0);
		CHECK(ids[i] > 0);
	}
#else
	{
		u64 uc[98] = { 0 };
		i32 id = 0;

		*(u32 *)uc = 4 | 0x80000; /* CPU, TLSBASE */
		uc[7 + 0] = i;			/* rdi */
		uc[7 + 21] = (u64)thread;	/* rip */
		uc[7 + 24] = (u64)stacks[i - 1] + 65536 - 8;
		uc[7 + 23] = 0x202;
		uc[7 + 26] = (u64)tls[i];
		EQUAL(CALL(309, uc, 0, &id), 0);
		CHECK(id > 0);
	}
#endif
}

/* ---- signals while threads come and go ---------------------------------------- */

static volatile u32 arrived;

static void on_signal(int sig)
{
	__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
}

__attribute__((used)) static void short_lived(u64 i)
{
#ifdef FREEBSD
	CALL(431, 0);
#else
	CALL(310);
#endif
}

static void begin(void (*fn)(u64), u8 *stack, u64 size, u32 lwp_flags)
{
#ifdef FREEBSD
	/* Nobody asks for the id: the call need not wait for the thread. */
	u64 param[13] = { (u64)fn, 0, (u64)stack, size, (u64)tls[0], 16 };

	EQUAL(CALL(455, param, 104), 0);
#else
	u64 uc[98] = { 0 };
	i32 id = 0;

	*(u32 *)uc = 4 | 0x80000; /* CPU, TLSBASE */
	uc[7 + 21] = (u64)fn;
	uc[7 + 24] = (u64)stack + size - 8;
	uc[7 + 23] = 0x202;
	uc[7 + 26] = (u64)tls[0];
	EQUAL(CALL(309, uc, lwp_flags, &id), 0);
#endif
}

enum { NOTHING, SHOWER, SINGLE, OVER };
static volatile u32 weather;

/*
 * From a thread, since the first one would get them all: signals for the process
 * go to whom they can, perhaps to a thread that is just beginning or ending.
 * None may find a thread half made (a shower of them), nor be lost (one).
 */
__attribute__((used)) static void storm(u64 i)
{
	struct sigset usr1 = { { 1u << (SIGUSR1 - 1) } };
	i64 pid = CALL(SYS_getpid), now[2], limit;

	EQUAL(CALL(SYS_sigprocmask, 2, &usr1, 0), 0);
	weather = SHOWER;
	for (int n = 0; n < 300; n++)
		begin(short_lived, map(16384, 3), 16384, 0x40);
	weather = SINGLE;
	for (int n = 0; n < 300; n++) {
		u32 before;

		begin(short_lived, map(16384, 3), 16384, 0x40);
		before = arrived;
		EQUAL(CALL(SYS_kill, pid, SIGUSR1), 0);
		CALL(SYS_clock_gettime, 4, now);
		limit = now[0] + 60;
		while (arrived == before && now[0] < limit)
			CALL(SYS_clock_gettime, 4, now);
		CHECK(arrived != before);
		if (arrived == before)
			break;
	}
	weather = OVER;
	short_lived(0);
}

int test_main(int argc, char **argv)
{
	tls[0][0] = 0;
#ifdef FREEBSD
	u64 base = (u64)tls[0];

	EQUAL(CALL(165, 129, &base), 0); /* sysarch: SET_FSBASE */
#else
	EQUAL(CALL(317, tls[0]), 0); /* _lwp_setprivate */
	ids[0] = (u64)CALL(311);
#endif
	EQUAL(fs_word(), 0);
	for (u64 i = 1; i <= THREADS; i++)
		start_thread(i);
#ifdef FREEBSD
	for (u32 n; (n = ready) < THREADS;)
		CALL(454, &ready, 15, n, 0, 0);
#else
	for (int i = 0; i < THREADS; i++) {
		i32 gone = 0;

		EQUAL(CALL(312, 0, &gone), 0); /* _lwp_wait */
		CHECK(gone > 0);
	}
	FAILS(CALL(312, 0, 0), 3 /* ESRCH */);
#endif
	EQUAL(ready, THREADS);
	EQUAL(sum, THREADS * ROUNDS);
	EQUAL(fs_word(), 0);
	{
		struct sigset usr1 = { { 1u << (SIGUSR1 - 1) } };

		EQUAL(set_action(SIGUSR1, on_signal, 2), 0);
		EQUAL(CALL(SYS_sigprocmask, 1, &usr1, 0), 0);
		begin(storm, map(65536, 3), 65536, 0);
		while (weather != OVER) {
			if (weather == SHOWER)
				CALL(SYS_kill, CALL(SYS_getpid), SIGUSR1);
			CALL(SYS_sched_yield);
		}
	}
	return 0;
}
