/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * umtx.c - _umtx_op's mutexes, read-write locks, condition variables and
 * semaphores, contended.  FreeBSD only.
 */
#include "bsd.h"

#ifdef FREEBSD
enum {
	THREADS = 4, ROUNDS = 3000,
	MUTEX_LOCK = 5, MUTEX_UNLOCK = 6, CV_WAIT = 8, CV_BROADCAST = 10,
	RW_RDLOCK = 12, RW_WRLOCK = 13, RW_UNLOCK = 14, WAIT_PRIVATE = 15,
	WAKE_PRIVATE = 16, SEM2_WAIT = 23, SEM2_WAKE = 24, ETIMEDOUT_ = 60,
	SYS_thr_self = 432, SYS_umtx_op = 454, SYS_thr_new = 455,
	SYS_thr_exit = 431, SYS_sysarch = 165,
};

static volatile u32 mutex[8], cv[4], rw[8], sem[2], done, ready;
static volatile u64 sum, writers;
static u64 ids[THREADS + 1], tls[2];

static i64 op(volatile void *obj, int what, u64 val, volatile void *a, void *b)
{
	return CALL(SYS_umtx_op, obj, what, val, a, b);
}

/* As libthr: in user space, and by the kernel only when it is contended. */
static void lock(void)
{
	u64 id = 0;
	u32 free_ = 0;

	CALL(SYS_thr_self, &id);
	if (!__atomic_compare_exchange_n(mutex, &free_, (u32)id, 0,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		EQUAL(op(mutex, MUTEX_LOCK, 0, 0, 0), 0);
}

static void unlock(void)
{
	u64 id = 0;
	u32 mine;

	CALL(SYS_thr_self, &id);
	mine = (u32)id;
	if (!__atomic_compare_exchange_n(mutex, &mine, 0, 0, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST))
		EQUAL(op(mutex, MUTEX_UNLOCK, 0, 0, 0), 0);
}

static void read_or_write(int write)
{
	EQUAL(op(rw, write ? RW_WRLOCK : RW_RDLOCK, 0, 0, 0), 0);
	if (write) {
		writers++;
		EQUAL(writers, 1);
		writers--;
	} else {
		EQUAL(writers, 0);
	}
	EQUAL(op(rw, RW_UNLOCK, 0, 0, 0), 0);
}

static void take_one(void)
{
	for (;;) {
		u32 n = sem[0];

		if (!(n & 0x7fffffff))
			EQUAL(op(sem, SEM2_WAIT, 0, 0, 0), 0);
		else if (__atomic_compare_exchange_n(sem, &n, n - 1, 0,
						     __ATOMIC_SEQ_CST,
						     __ATOMIC_SEQ_CST))
			return;
	}
}

__attribute__((used)) static void thread(u64 i)
{
	for (int n = 0; n < ROUNDS; n++) {
		lock();
		sum++;
		unlock();
	}
	for (u64 n = 0; n < ROUNDS / 4; n++)
		read_or_write((n + i) % 4 == 0);
	lock();
	while (!ready) {
		EQUAL(op(cv, CV_WAIT, 0, mutex, 0), 0);
		lock();
	}
	unlock();
	take_one();
	__atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
	op(&done, WAKE_PRIVATE, 9, 0, 0);
	CALL(SYS_thr_exit, 0);
}

int test_main(int argc, char **argv)
{
	u64 base = (u64)tls;
	i64 ts[2] = { 0, 5000000 };
	u32 n;

	CALL(SYS_sysarch, 129, &base);
	for (u64 i = 1; i <= THREADS; i++) {
		u64 param[13] = { (u64)thread, i, (u64)map(65536, 3), 65536,
				  base, 16, 0, (u64)&ids[i] };

		EQUAL(CALL(SYS_thr_new, param, 104), 0);
	}
	lock();
	ready = 1;
	unlock();
	EQUAL(op(cv, CV_BROADCAST, 0, 0, 0), 0);
	for (int i = 0; i < THREADS; i++) {
		__atomic_add_fetch(sem, 1, __ATOMIC_SEQ_CST);
		EQUAL(op(sem, SEM2_WAKE, 0, 0, 0), 0);
	}
	while ((n = done) < THREADS)
		op(&done, WAIT_PRIVATE, n, 0, 0);
	EQUAL(sum, THREADS * ROUNDS);
	FAILS(op(sem, SEM2_WAIT, 0, (void *)16, ts), ETIMEDOUT_);
	FAILS(op((void *)8, MUTEX_LOCK, 0, 0, 0), EFAULT);
	FAILS(op(mutex, MUTEX_UNLOCK, 0, 0, 0), 1 /* EPERM */);
	FAILS(op(mutex, 99, 0, 0, 0), EINVAL);
	return 0;
}
#else
int test_main(int argc, char **argv)
{
	return 0;
}
#endif
