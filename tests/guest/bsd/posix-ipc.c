/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* posix-ipc.c - POSIX semaphores and message queues, with names and without. */
#include "bsd.h"

enum { EXCL = 0x800, CREAT = 0x200, NONBLOCK = 4, EACCES = 13, EBUSY = 16,
       EMSGSIZE = 40, ETIMEDOUT = 60, ENAMETOOLONG = 63, EOVERFLOW = 84 };
struct ev { i32 notify, signo; u64 value; u64 rest[8]; };

#ifdef FREEBSD
enum { SEM_CLOSE = 400, SEM_POST, SEM_WAIT, SEM_TRYWAIT, SEM_INIT, SEM_OPEN,
       SEM_UNLINK, SEM_GETVALUE, SEM_DESTROY, SEM_TIMEDWAIT = 441,
       MQ_OPEN = 457, MQ_SETATTR, MQ_TIMEDRECEIVE, MQ_TIMEDSEND, MQ_NOTIFY,
       MQ_UNLINK, BAD_PRIO = 64, SI_MESGQ = 0x10005 };
struct attr { i64 flags, maxmsg, msgsize, curmsgs, reserved[4]; };

static i64 sem_open(const char *name, u32 flags, u32 mode, u32 value, i64 *id)
{
	return CALL(SEM_OPEN, id, name, flags, mode, value);
}

static i64 sem_init(u32 value, i64 *id)
{
	return CALL(SEM_INIT, id, value);
}

static i64 mq_getattr(i64 q, struct attr *a)
{
	return CALL(MQ_SETATTR, q, 0, a);
}
#else
enum { SEM_INIT = 247, SEM_OPEN, SEM_UNLINK, SEM_CLOSE, SEM_POST, SEM_WAIT,
       SEM_TRYWAIT, SEM_GETVALUE, SEM_DESTROY, SEM_TIMEDWAIT, MQ_OPEN = 257,
       MQ_CLOSE, MQ_UNLINK, MQ_GETATTR, MQ_SETATTR, MQ_NOTIFY, MQ_SEND,
       MQ_RECEIVE, MQ_TIMEDSEND = 432, MQ_TIMEDRECEIVE, BAD_PRIO = 32,
       SI_MESGQ = -4 };
struct attr { i64 flags, maxmsg, msgsize, curmsgs; };

static i64 sem_open(const char *name, u32 flags, u32 mode, u32 value, i64 *id)
{
	return CALL(SEM_OPEN, name, flags, mode, value, id);
}

static i64 sem_init(u32 value, i64 *id)
{
	return CALL(SEM_INIT, value, id);
}

static i64 mq_getattr(i64 q, struct attr *a)
{
	return CALL(MQ_GETATTR, q, a);
}
#endif

static i64 value_of(i64 id)
{
	i32 v = -1;

	EQUAL(CALL(SEM_GETVALUE, id, &v), 0);
	return v;
}

static void in_ms(i64 ts[2], i64 ms)
{
	CALL(SYS_clock_gettime, 0, ts);
	ts[1] += ms * 1000000;
	ts[0] += ts[1] / 1000000000;
	ts[1] %= 1000000000;
}

static i32 reap(i64 pid)
{
	i32 status = -1;

	CALL(SYS_wait4, pid, &status, 0, 0);
	return status;
}

static void nothing(int sig)
{
}

/* ---- semaphores ------------------------------------------------------------------- */

static void unnamed(void)
{
	i64 id = -1, other = -1, ts[2], pid;

	EQUAL(sem_init(2, &id), 0);
	CHECK(id >= 0);
	EQUAL(value_of(id), 2);
	EQUAL(CALL(SEM_WAIT, id), 0);
	EQUAL(CALL(SEM_TRYWAIT, id), 0);
	FAILS(CALL(SEM_TRYWAIT, id), EAGAIN);
	in_ms(ts, 50);
	FAILS(CALL(SEM_TIMEDWAIT, id, ts), ETIMEDOUT);
	FAILS(CALL(SEM_TIMEDWAIT, id, ((i64[2]){ 1, 0 })), ETIMEDOUT);
	FAILS(CALL(SEM_TIMEDWAIT, id, ((i64[2]){ 1, 1000000000 })), EINVAL);
	FAILS(CALL(SEM_GETVALUE, id, 8), EFAULT);
	FAILS(CALL(SEM_CLOSE, id), EINVAL); /* it has no name */
	FAILS(CALL(SEM_POST, 999), EBADF);
	FAILS(CALL(SEM_POST, 0), EINVAL);   /* another kind of descriptor */
	FAILS(sem_init(1, (i64 *)8), EFAULT);
#ifdef FREEBSD
	FAILS(sem_init(0x80000000u, &other), EINVAL);
	EQUAL(sem_init(0x7fffffff, &other), 0);
#else
	EQUAL(sem_init(~0u, &other), 0);
#endif
	FAILS(CALL(SEM_POST, other), EOVERFLOW);
	EQUAL(CALL(SEM_DESTROY, other), 0);
	FAILS(CALL(SEM_DESTROY, other), EBADF);

	/* A child has it, too: each waits for the other. */
	EQUAL(sem_init(0, &other), 0);
	pid = CALL(SYS_fork);
	if (pid == 0) {
		failed = 0;
		for (int i = 0; i < 500; i++) {
			EQUAL(CALL(SEM_WAIT, id), 0);
			EQUAL(CALL(SEM_POST, other), 0);
		}
		CALL(SYS_exit, failed);
	}
	for (int i = 0; i < 500; i++) {
		EQUAL(CALL(SEM_POST, id), 0);
		EQUAL(CALL(SEM_WAIT, other), 0);
	}
	EQUAL(reap(pid), 0);
	EQUAL(CALL(SEM_DESTROY, id), 0);
	EQUAL(CALL(SEM_DESTROY, other), 0);
}

/*
 * Nobody destroys what is waited for; a signal ends that.  False: the child did
 * not wait yet, ms after it began.
 */
static int destroy_while_waiting(i64 ms)
{
	i64 id = -1, pid;

	EQUAL(sem_init(0, &id), 0);
	EQUAL(set_action(SIGUSR1, nothing, 0), 0);
	pid = CALL(SYS_fork);
	if (pid == 0) {
		failed = 0;
		FAILS(CALL(SEM_WAIT, id), EINTR);
		CALL(SYS_exit, failed);
	}
	CALL(SYS_nanosleep, ((i64[2]){ 0, ms * 1000000 }), 0);
	if (CALL(SEM_DESTROY, id) == 0) {
		CALL(SYS_kill, pid, 9);
		reap(pid);
		return 0;
	}
	EQUAL(last_errno, EBUSY);
	CALL(SYS_kill, pid, SIGUSR1);
	EQUAL(reap(pid), 0);
	EQUAL(CALL(SEM_DESTROY, id), 0);
	return 1;
}

/* What a descriptor's other calls do with one. */
static void no_file(i64 id)
{
	char path[] = "/dev/fd/N";
	i64 fd;

	CHECK(CALL(SYS_ftruncate, id, 0) != 0);
	CHECK(CALL(SYS_write, id, "x", 1) < 0);
	CHECK(CALL(SYS_mmap, 0, 4096, 3, 1, id, 0) < 0);
	EQUAL(value_of(id), 3);
	/* Who gets at it all the same harms nobody but the semaphore. */
	CHECK(id < 10);
	path[8] = (char)('0' + id);
	fd = CALL(SYS_open, path, O_RDWR);
	if (fd >= 0 && CALL(SYS_ftruncate, fd, 0) == 0) {
		FAILS(CALL(SEM_POST, id), EINVAL);
		FAILS(CALL(SEM_WAIT, id), EINVAL);
	}
	CALL(SYS_close, fd);
}

/* Of this process only: others may run the same test, and without a sandbox names
   are the host's. */
static char semaphore_name[] = "/rf-test-semaphore-0000000000",
	    queue_name[] = "/rf-test-queue-0000000000";

static void number_at(char *end, u64 n)
{
	for (; n; n /= 10)
		*--end = (char)('0' + n % 10);
}

static void make_names(void)
{
	u64 pid = (u64)CALL(SYS_getpid);

	number_at(semaphore_name + sizeof semaphore_name - 1, pid);
	number_at(queue_name + sizeof queue_name - 1, pid);
}

static void named(void)
{
	const char *const name = semaphore_name;
	i64 id = -1, again = -1, pid;

	CALL(SEM_UNLINK, name);
	FAILS(sem_open(name, 0, 0, 0, &id), ENOENT);
	FAILS(sem_open("nothing", CREAT, 0600, 0, &id), EINVAL);
	FAILS(sem_open(name, CREAT | 1, 0600, 0, &id), EINVAL);
	FAILS(CALL(SEM_UNLINK, name), ENOENT);
	EQUAL(sem_open(name, CREAT | EXCL, 0600, 3, &id), 0);
	FAILS(sem_open(name, CREAT | EXCL, 0600, 3, &again), EEXIST);
	EQUAL(sem_open(name, CREAT, 0600, 7, &again), 0);
	EQUAL(value_of(again), 3);
	FAILS(CALL(SEM_DESTROY, id), EINVAL);
	EQUAL(CALL(SEM_WAIT, id), 0);
	EQUAL(value_of(again), 2);
	EQUAL(CALL(SEM_CLOSE, again), 0);
	FAILS(CALL(SEM_WAIT, again), EBADF);
	/* Another process finds it by its name, even after a violent end. */
	pid = CALL(SYS_fork);
	if (pid == 0) {
		failed = 0;
		EQUAL(sem_open(name, 0, 0, 0, &again), 0);
		EQUAL(CALL(SEM_POST, again), 0);
		if (!failed)
			CALL(SYS_kill, CALL(SYS_getpid), 9);
		CALL(SYS_exit, failed);
	}
	EQUAL(reap(pid), 9);
	EQUAL(value_of(id), 3);
	/* Without its name it is still there for who has it. */
	EQUAL(CALL(SEM_UNLINK, name), 0);
	FAILS(sem_open(name, 0, 0, 0, &again), ENOENT);
	EQUAL(sem_open(name, CREAT, 0600, 0, &again), 0);
	EQUAL(value_of(again), 0);
	no_file(id);
	EQUAL(CALL(SYS_close, id), 0);
	EQUAL(CALL(SEM_UNLINK, name), 0);
	EQUAL(CALL(SEM_CLOSE, again), 0);
}

/* ---- message queues ------------------------------------------------------------------ */

static i64 send(i64 q, const char *text, u64 n, u32 prio)
{
	return CALL(MQ_TIMEDSEND, q, text, n, prio, 0);
}

static i64 receive(i64 q, char *text, u64 n, u32 *prio)
{
	return CALL(MQ_TIMEDRECEIVE, q, text, n, prio, 0);
}

static i32 got_code;
static u64 got_value;

static void on_message(int sig, char *info)
{
	got_code = *(i32 *)(info + (SI_MESGQ > 0 ? 8 : 4));
	/* si_value: behind the address here, behind the sender there. */
	got_value = *(u64 *)(info + (SI_MESGQ > 0 ? 32 : 24));
}

static void queues(void)
{
	struct attr a = { .maxmsg = 4, .msgsize = 16 }, b = { 0 };
	struct ev ev = { .notify = 1, .signo = SIGUSR2, .value = 4711 };
	i64 q, w, ts[2], pid;
	char text[64];
	u32 prio = 99;

	CALL(MQ_UNLINK, queue_name);
	FAILS(CALL(MQ_OPEN, queue_name, O_RDWR, 0, 0), ENOENT);
	FAILS(CALL(MQ_OPEN, queue_name, 3, 0, 0), EINVAL);
	FAILS(CALL(MQ_OPEN, "", O_RDWR | CREAT, 0600, 0), EINVAL);
	FAILS(CALL(MQ_UNLINK, queue_name), ENOENT);
	a.maxmsg = 0;
	FAILS(CALL(MQ_OPEN, queue_name, O_RDWR | CREAT, 0600, &a), EINVAL);
	a.maxmsg = 4;
	q = CALL(MQ_OPEN, queue_name, O_RDWR | CREAT | EXCL, 0600, &a);
	CHECK(q >= 0);
	EQUAL(CALL(SYS_fcntl, q, 1), 1); /* F_GETFD */
	FAILS(CALL(MQ_OPEN, queue_name, O_RDWR | CREAT | EXCL, 0600, &a), EEXIST);
	w = CALL(MQ_OPEN, queue_name, 1 | NONBLOCK, 0, 0);
	CHECK(w >= 0);
	FAILS(receive(w, text, 64, &prio), EBADF);
	EQUAL(mq_getattr(w, &b), 0);
	EQUAL(b.flags, NONBLOCK);
	EQUAL(b.maxmsg, 4);
	EQUAL(b.msgsize, 16);
	EQUAL(b.curmsgs, 0);
	FAILS(mq_getattr(0, &b), EBADF);
	FAILS(mq_getattr(q, (struct attr *)8), EFAULT);

	/* By priority, then by age. */
	EQUAL(send(w, "low", 3, 1), 0);
	EQUAL(send(w, "high", 4, 9), 0);
	EQUAL(send(w, "high too", 8, 9), 0);
	EQUAL(send(w, "", 0, 0), 0);
	FAILS(send(w, "full", 4, 0), EAGAIN);
	FAILS(send(w, text, 17, 0), EMSGSIZE);
	FAILS(send(w, "x", 1, BAD_PRIO), EINVAL);
	FAILS(send(w, (char *)8, 4, 0), EFAULT);
	EQUAL(mq_getattr(q, &b), 0);
	EQUAL(b.curmsgs, 4);
	in_ms(ts, 50);
	FAILS(CALL(MQ_TIMEDSEND, q, "x", 1, 0, ts), ETIMEDOUT);
	FAILS(receive(q, text, 15, &prio), EMSGSIZE);
	EQUAL(receive(q, text, 64, &prio), 4);
	EQUAL(prio, 9);
	EQUAL(receive(q, text, 64, &prio), 8);
	EQUAL(text[5], 't');
	EQUAL(receive(q, text, 64, 0), 3);
	EQUAL(receive(q, text, 64, &prio), 0);
	EQUAL(prio, 0);
	in_ms(ts, 50);
	FAILS(CALL(MQ_TIMEDRECEIVE, q, text, 64, &prio, ts), ETIMEDOUT);
	FAILS(CALL(MQ_TIMEDRECEIVE, q, text, 64, &prio, ((i64[2]){ 0, -1 })),
	      EINVAL);
	b.flags = NONBLOCK;
	EQUAL(CALL(MQ_SETATTR, q, &b, &a), 0);
	EQUAL(a.flags, 0);
	FAILS(receive(q, text, 64, &prio), EAGAIN);
	b.flags = 0;
	EQUAL(CALL(MQ_SETATTR, q, &b, 0), 0);
	b.flags = 1;
	FAILS(CALL(MQ_SETATTR, q, &b, 0), EINVAL);

	/* Who waits is woken by another process. */
	pid = CALL(SYS_fork);
	if (pid == 0) {
		failed = 0;
		for (int i = 0; i < 200; i++)
			EQUAL(send(q, "ping", 4, 0), 0);
		CALL(SYS_exit, failed);
	}
	for (int i = 0; i < 200; i++)
		EQUAL(receive(q, text, 64, &prio), 4);
	EQUAL(reap(pid), 0);

	/* Told once of a message to an empty queue. */
	EQUAL(set_action(SIGUSR2, on_message, 0x40), 0); /* SA_SIGINFO */
	EQUAL(CALL(MQ_NOTIFY, q, &ev), 0);
	FAILS(CALL(MQ_NOTIFY, w, &ev), EBUSY);
	EQUAL(CALL(MQ_NOTIFY, q, 0), 0);
	EQUAL(CALL(MQ_NOTIFY, q, &ev), 0);
	EQUAL(send(w, "a", 1, 0), 0);
	EQUAL(got_code, SI_MESGQ);
	EQUAL(got_value, 4711);
	got_code = 0;
	EQUAL(send(w, "b", 1, 0), 0);
	EQUAL(got_code, 0);
	ev.notify = 77;
	FAILS(CALL(MQ_NOTIFY, q, &ev), EINVAL);
	ev.notify = 1;
	ev.signo = 999;
	FAILS(CALL(MQ_NOTIFY, q, &ev), EINVAL);

	/* It is a descriptor: it can be polled. */
	{
		struct { i32 fd; short events, revents; } p = { (i32)q, 1, 0 };

		EQUAL(CALL(SYS_poll, &p, 1, 0), 1);
		EQUAL(p.revents, 1);
	}
	EQUAL(CALL(MQ_UNLINK, queue_name), 0);
	FAILS(CALL(MQ_OPEN, queue_name, O_RDWR, 0, 0), ENOENT);
	EQUAL(receive(q, text, 64, &prio), 1);
	EQUAL(CALL(SYS_close, q), 0);
	EQUAL(CALL(SYS_close, w), 0);
	/* One of which nobody says how large it is. */
	q = CALL(MQ_OPEN, queue_name, O_RDWR | CREAT, 0600, 0);
	CHECK(q >= 0);
	EQUAL(mq_getattr(q, &b), 0);
	CHECK(b.maxmsg > 0 && b.msgsize >= 1024);
	EQUAL(CALL(MQ_UNLINK, queue_name), 0);
#ifndef FREEBSD
	EQUAL(CALL(MQ_SEND, q, "x", 1, 3), 0);
	{
		static char all[8192];

		EQUAL(CALL(MQ_RECEIVE, q, all, sizeof all, &prio), 1);
		EQUAL(prio, 3);
	}
	EQUAL(CALL(MQ_CLOSE, q), 0);
#else
	EQUAL(CALL(SYS_close, q), 0);
#endif
}

#ifdef FREEBSD
/* The thread that is to be told, and blocks the signal, as librt's does. */
enum { THR_SELF = 432, THR_NEW = 455, THR_EXIT = 431, SIGTIMEDWAIT = 345,
       BLOCK = 1, MESSAGE = 33, ROUNDS = 20 };
static volatile u32 thread_id, told;
static volatile i32 told_code;
static volatile u64 told_value;
static const struct sigset message = { { 0, 1 << (MESSAGE - 33) } };

static void told_thread(u64 unused)
{
	i64 id = 0;

	CALL(SYS_sigprocmask, BLOCK, &message, 0);
	CALL(THR_SELF, &id);
	thread_id = (u32)id;
	for (int i = 0; i < ROUNDS; i++) {
		char info[128] = { 0 };

		EQUAL(CALL(SIGTIMEDWAIT, &message, info, ((i64[2]){ 20, 0 })),
		      MESSAGE);
		told_code = *(i32 *)(info + 8);
		told_value = *(u64 *)(info + 32);
		told++;
	}
	CALL(THR_EXIT, 0);
}

static void not_here(int sig)
{
	CHECK(!"the wrong thread was told");
}

static void telling_a_thread(void)
{
	static u64 tls[2], id;
	u64 param[13] = { (u64)told_thread, 0, (u64)map(65536, 3), 65536,
			  (u64)tls, 16, 0, (u64)&id };
	struct { i32 notify, signo; u64 value; i32 tid; u64 rest[8]; } ev = {
		.notify = 4, .signo = MESSAGE,
	};
	i64 q = CALL(MQ_OPEN, queue_name, O_RDWR | CREAT, 0600, 0);
	static char all[8192];

	CHECK(q >= 0);
	EQUAL(set_action(MESSAGE, not_here, 0), 0);
	EQUAL(CALL(THR_NEW, param, sizeof param), 0);
	while (!thread_id)
		CALL(SYS_sched_yield);
	ev.tid = (i32)thread_id;
	for (u32 i = 0; i < ROUNDS; i++) {
		ev.value = 4711ull << 32 | i;
		EQUAL(CALL(MQ_NOTIFY, q, &ev), 0);
		FAILS(CALL(MQ_NOTIFY, q, &ev), EBUSY);
		if (i % 2) {
			/* Taken back, and given once more. */
			EQUAL(CALL(MQ_NOTIFY, q, 0), 0);
			EQUAL(CALL(MQ_NOTIFY, q, &ev), 0);
		}
		EQUAL(send(q, "x", 1, 0), 0);
		while (told == i && !failed)
			CALL(SYS_sched_yield);
		EQUAL(told_code, SI_MESGQ);
		EQUAL(told_value, ev.value);
		EQUAL(receive(q, all, sizeof all, 0), 1);
	}
	ev.signo = 999;
	FAILS(CALL(MQ_NOTIFY, q, &ev), EINVAL);
	EQUAL(CALL(MQ_UNLINK, queue_name), 0);
	CALL(SYS_close, q);
}
#endif

int test_main(int argc, char **argv)
{
	make_names();
	unnamed();
	for (i64 ms = 10; !destroy_while_waiting(ms);)
		ms = ms < 500 ? 2 * ms : ms;
	named();
	queues();
#ifdef FREEBSD
	telling_a_thread();
#endif
	return 0;
}
