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

/* owner, flags, ceilings, link; and the heads of a thread's lists. */
struct umutex { volatile u32 owner, flags, ceilings[2]; volatile u64 link;
		u32 spare[2]; };
static struct umutex robust[3];
static volatile u64 heads[3];
static volatile u32 dead, woken, sleeps;

/* Ends with three of them held: two in the list, one as if half taken. */
__attribute__((used)) static void dying(u64 i)
{
	u64 lists[3] = { (u64)&heads[0], (u64)&heads[1], (u64)&heads[2] };
	u64 id = 0;

	CALL(SYS_thr_self, &id);
	EQUAL(op(0, 26, sizeof lists, lists, 0), 0);
	for (int k = 0; k < 3; k++) {
		robust[k].flags = 0x10;
		EQUAL(op(&robust[k], MUTEX_LOCK, 0, 0, 0), 0);
		EQUAL(robust[k].owner & 0x7fffffff, id);
	}
	heads[0] = (u64)&robust[0];
	robust[0].link = (u64)&robust[1];
	heads[2] = (u64)&robust[2];
	CALL(SYS_thr_exit, &dead);
}

__attribute__((used)) static void sleeper(u64 i)
{
	sleeps = 1;
	op(&sleeps, WAKE_PRIVATE, 9, 0, 0);
	EQUAL(CALL(442, 0), 0); /* thr_suspend */
	CALL(SYS_thr_exit, &woken);
}

static u64 start_thread(void (*fn)(u64), u64 arg)
{
	static u64 id, base;
	u64 param[13] = { (u64)fn, arg, (u64)map(65536, 3), 65536, (u64)tls, 16,
			  0, (u64)&id };

	EQUAL(CALL(SYS_thr_new, param, 104), 0);
	return id;
}

static void wait_for(volatile u32 *word)
{
	while (!*word)
		op(word, WAIT_PRIVATE, 0, 0, 0);
}

static void robustness(void)
{
	i64 ts[2] = { 0, 1000000 };
	u64 id = start_thread(dying, 0);

	wait_for(&dead);
	for (int k = 0; k < 3; k++) {
		/* Taken, but its state is doubtful. */
		FAILS(op(&robust[k], MUTEX_LOCK, 0, 0, 0), 96 /* EOWNERDEAD */);
		if (k == 1) /* and stays so */
			robust[k].flags |= 0x20;
		EQUAL(op(&robust[k], MUTEX_UNLOCK, 0, 0, 0), 0);
	}
	EQUAL(op(&robust[0], MUTEX_LOCK, 0, 0, 0), 0);
	EQUAL(op(&robust[0], MUTEX_UNLOCK, 0, 0, 0), 0);
	FAILS(op(&robust[1], MUTEX_LOCK, 0, 0, 0), 95 /* ENOTRECOVERABLE */);
	/* PRIO_PROTECT's ceiling */
	robust[0].flags = 8;
	EQUAL(op(&robust[0], 7, 5, 0, 0), 0);
	EQUAL(op(&robust[0], 7, 9, (void *)&sum, 0), 0);
	EQUAL((u32)sum, 5);
	EQUAL(robust[0].ceilings[0], 9);
	FAILS(op(&robust[0], 7, 99, 0, 0), EINVAL);

	id = start_thread(sleeper, 0);
	wait_for(&sleeps);
	EQUAL(CALL(443, id), 0); /* thr_wake, perhaps before it sleeps */
	wait_for(&woken);
	FAILS(CALL(443, 99999999), 3 /* ESRCH */);
	FAILS(CALL(442, ts), ETIMEDOUT_);
}

/* ---- pages that belong to addresses of shared memory ------------------------- */

enum { SHM = 25, CREAT_ = 1, LOOKUP = 2, DESTROY = 4, ALIVE = 8, CV_SIGNAL_ = 9,
       ESRCH_ = 3, ENOTTY_ = 25 };

static void *map_shared(i64 fd)
{
	return (void *)CALL(SYS_mmap, 0, 4096, 3, fd < 0 ? 0x1001 : 1, fd, 0);
}

static void *page_of(u64 what, void *key)
{
	i64 fd = op(0, SHM, what, key, 0);
	void *p;

	CHECK(fd >= 0);
	p = map_shared(fd);
	CHECK((i64)p > 0);
	CALL(SYS_close, fd);
	return p;
}

/* "/.rf-umtx-p" and so on: where such a page would be seen, if it were a file. */
static void name_of(char *to, i32 pid, void *key)
{
	char digits[12];
	int n = 0, shift = 60;

	for (const char *s = "/.rf-umtx-p"; *s; s++)
		*to++ = *s;
	do
		digits[n++] = (char)('0' + pid % 10);
	while (pid /= 10);
	while (n)
		*to++ = digits[--n];
	*to++ = '-';
	while (!((u64)key >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[(u64)key >> shift & 15];
	*to = 0;
}

/* A process that is killed leaves nothing, once another makes such pages. */
static void killed(void)
{
	i32 status = -1, first = (i32)CALL(SYS_fork), next;
	char name[64];

	if (first == 0) {
		page_of(CREAT_, ids);
		CALL(SYS_kill, CALL(SYS_getpid), 9);
	}
	EQUAL(CALL(SYS_wait4, first, &status, 0, 0), first);
	EQUAL(status, 9);
	next = (i32)CALL(SYS_fork);
	if (next == 0) {
		failed = 0;
		page_of(CREAT_, ids);
		CALL(SYS_exit, failed);
	}
	EQUAL(CALL(SYS_wait4, next, &status, 0, 0), next);
	EQUAL(status, 0);
	name_of(name, first, ids);
	FAILS(CALL(482 /* shm_open */, name, O_RDWR, 0), ENOENT);
}

/* Of a mutex, a condition variable and what they are for, in a shared page. */
enum { THE_MUTEX = 0, THE_CV = 16, STAGE = 32 };

static void take(volatile u32 *m)
{
	EQUAL(op(m, MUTEX_LOCK, 0, 0, 0), 0);
}

static void wait_stage(volatile u32 *p, u32 stage)
{
	take(p + THE_MUTEX);
	while (p[STAGE] != stage) {
		EQUAL(op(p + THE_CV, CV_WAIT, 0, p + THE_MUTEX, 0), 0);
		take(p + THE_MUTEX);
	}
	EQUAL(op(p + THE_MUTEX, MUTEX_UNLOCK, 0, 0, 0), 0);
}

static void set_stage(volatile u32 *p, u32 stage)
{
	take(p + THE_MUTEX);
	p[STAGE] = stage;
	EQUAL(op(p + THE_MUTEX, MUTEX_UNLOCK, 0, 0, 0), 0);
	EQUAL(op(p + THE_CV, stage % 2 ? CV_SIGNAL_ : CV_BROADCAST, 0, 0, 0),
	      0);
}

static void pages(void)
{
	char *key = map_shared(-1);
	volatile u32 *p, *again;
	i32 pid, status = -1;

	/* A sandbox that may make no namespaces has no /proc/self/maps. */
	if (op(0, SHM, LOOKUP, key, 0) == -1 && last_errno == 13) {
		CHECK(!"process-shared locks");
		return;
	}
	FAILS(op(0, SHM, LOOKUP, key, 0), ESRCH_);
	FAILS(op(0, SHM, ALIVE, key, 0), ESRCH_);
	FAILS(op(0, SHM, DESTROY, key, 0), ESRCH_);
	FAILS(op(0, SHM, 3, key, 0), EINVAL);
	FAILS(op(0, SHM, CREAT_, (void *)8, 0), EFAULT);
	p = page_of(CREAT_, key + 16);
	EQUAL(p[0], 0);
	EQUAL(p[1023], 0);
	FAILS(op(0, SHM, LOOKUP, key, 0), ESRCH_); /* another address */
	again = page_of(CREAT_, key + 16);
	p[1] = p[THE_CV + 1] = 1; /* shared by processes */
	EQUAL(again[1], 1);
	EQUAL(op(0, SHM, ALIVE, (void *)p, 0), 0);
	pid = (i32)CALL(SYS_fork);
	if (pid == 0) {
		volatile u32 *mine;

		failed = 0;
		mine = page_of(LOOKUP, key + 16);
		for (u32 i = 0; i < 200; i += 2) {
			wait_stage(mine, i + 1);
			set_stage(mine, i + 2);
		}
		CALL(SYS_exit, failed);
	}
	for (u32 i = 0; i < 200; i += 2) {
		set_stage(p, i + 1);
		wait_stage(p, i + 2);
	}
	CALL(SYS_wait4, pid, &status, 0, 0);
	EQUAL(status, 0);
	/* Its end took nothing away. */
	again = page_of(LOOKUP, key + 16);
	EQUAL(again[STAGE], 200);
	EQUAL(op(0, SHM, DESTROY, key + 16, 0), 0);
	FAILS(op(0, SHM, LOOKUP, key + 16, 0), ESRCH_);
	FAILS(op(0, SHM, ALIVE, (void *)p, 0), ENOTTY_);
	EQUAL(p[STAGE], 200); /* who has it has it */
	p = page_of(CREAT_, key + 16);
	EQUAL(p[STAGE], 0);
	killed();
	/* Memory of its own is as good, to itself. */
	p = page_of(CREAT_, ids);
	p[5] = 7;
	EQUAL(page_of(LOOKUP, ids) == p, 0);
	EQUAL(((u32 *)page_of(LOOKUP, ids))[5], 7);
}

enum { SHM_OPEN = 482, SHM_UNLINK = 483, SHM_RENAME = 572, NOREPLACE = 1,
       EXCHANGE = 2 };

static void renaming(void)
{
	i64 a = CALL(SHM_OPEN, "/rf-test/a", O_RDWR | O_CREAT | O_EXCL, 0600), b;

	CHECK(a >= 0);
	b = CALL(SHM_OPEN, "/rf-test/b", O_RDWR | O_CREAT | O_EXCL, 0600);
	CHECK(b >= 0);
	EQUAL(CALL(SYS_ftruncate, b, 77), 0);
	FAILS(CALL(SHM_RENAME, "/rf-test/a", "/rf-test/b", NOREPLACE), EEXIST);
	FAILS(CALL(SHM_RENAME, "/rf-test/a", "/rf-test/b", 3), EINVAL);
	FAILS(CALL(SHM_RENAME, "/rf-test/c", "/rf-test/b", 0), ENOENT);
	EQUAL(CALL(SHM_RENAME, "/rf-test/a", "/rf-test/b", EXCHANGE), 0);
	CALL(SYS_close, a);
	a = CALL(SHM_OPEN, "/rf-test/a", 0, 0);
	EQUAL(CALL(SYS_lseek, a, 0, 2), 77);
	EQUAL(CALL(SHM_RENAME, "/rf-test/a", "/rf-test/b", 0), 0);
	FAILS(CALL(SHM_UNLINK, "/rf-test/a"), ENOENT);
	EQUAL(CALL(SHM_UNLINK, "/rf-test/b"), 0);
	CALL(SYS_close, a);
	CALL(SYS_close, b);
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
	robustness();
	pages();
	renaming();
	return 0;
}
#else
/* __futex, and the list of locks that a thread holds when it ends. */
enum { WAIT = 0, WAKE = 1, REQUEUE = 3, DIED = 0x40000000 };

static volatile u32 word, other, ready, done, rounds;
static struct { u64 next; u32 lock, pad; } held;
static struct { u64 list; i64 offset; u64 pending; } head;
static u64 tls[2];

static i64 futex(volatile u32 *at, int op, u32 val, void *ts, volatile u32 *at2,
		 u32 val2, u32 val3)
{
	return CALL(166, at, op, val, ts, at2, val2, val3);
}

__attribute__((used)) static void waiter(u64 i)
{
	held.lock = (u32)CALL(311) | 0x80000000;
	held.next = (u64)&head;
	head.list = (u64)&held;
	head.offset = 8;
	EQUAL(CALL(167, &head, sizeof head), 0);
	FAILS(CALL(167, &head, 8), EINVAL);
	ready = 1;
	futex(&ready, WAKE, 9, 0, 0, 0, 0);
	while (word == 0)
		futex(&word, WAIT, 0, 0, 0, 0, 0);
	CALL(310); /* _lwp_exit */
}

/* Until it is told to end; it can be made to stand still. */
__attribute__((used)) static void counter(u64 i)
{
	while (!done)
		rounds++;
	CALL(310);
}

static i32 start_lwp(void (*fn)(u64), u32 flags)
{
	u64 uc[98] = { 0 };
	i32 id = 0;

	*(u32 *)uc = 4 | 0x80000; /* CPU, TLSBASE */
	uc[7 + 21] = (u64)fn;
	uc[7 + 24] = (u64)map(65536, 3) + 65536 - 8;
	uc[7 + 23] = 0x202;
	uc[7 + 26] = (u64)tls;
	EQUAL(CALL(309, uc, flags, &id), 0);
	CHECK(id > 0);
	return id;
}

static void pause_ms(i64 ms)
{
	i64 ts[2] = { 0, ms * 1000000 };

	CALL(SYS_nanosleep, ts, 0);
}

static void suspended(void)
{
	i32 id = start_lwp(counter, 0x80 /* LWP_SUSPENDED */);
	u32 n;

	pause_ms(20);
	EQUAL(rounds, 0);
	EQUAL(CALL(314, id), 0); /* _lwp_continue */
	while (!rounds)
		CALL(SYS_sched_yield);
	EQUAL(CALL(313, id), 0); /* _lwp_suspend */
	do {
		n = rounds;
		pause_ms(20);
	} while (n != rounds); /* for ever, if it does not stand still */
	FAILS(CALL(313, CALL(311)), 11 /* EDEADLK: nobody else runs */);
	done = 1;
	EQUAL(CALL(314, id), 0);
	EQUAL(CALL(312, id, 0), 0);
	FAILS(CALL(313, id), 3 /* ESRCH */);
}

int test_main(int argc, char **argv)
{
	i64 ts[2] = { 0, 1000000 };
	i32 id = start_lwp(waiter, 0);

	FAILS(futex(&word, WAIT, 5, 0, 0, 0, 0), EAGAIN);
	FAILS(futex(&word, WAIT, 0, ts, 0, 0, 0), 60 /* ETIMEDOUT */);
	FAILS(futex((u32 *)16, WAIT, 0, ts, 0, 0, 0), EFAULT);
	FAILS(futex(&word, 6 /* LOCK_PI */, 0, ts, 0, 0, 0), ENOSYS);
	while (!ready)
		futex(&ready, WAIT, 0, 0, 0, 0, 0);
	word = 1;
	/* It may sleep on another word by now, as it were. */
	futex(&word, REQUEUE, 0, 0, &other, 9, 0);
	futex(&other, WAKE, 9, 0, 0, 0, 0);
	EQUAL(CALL(312, id, 0), 0); /* _lwp_wait */
	EQUAL(held.lock, DIED | 0x80000000);
	suspended();
	return 0;
}
#endif
