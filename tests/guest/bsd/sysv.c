/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sysv.c - System V message queues, semaphores and shared memory. */
#include "bsd.h"

enum {
	SEMGET = 221, SEMOP = 222, MSGGET = 225, MSGSND, MSGRCV, SHMAT,
	SHMDT = 230, SHMGET = 231, GETUID = 24, GETGID = 47,
	CREAT = 01000, EXCL = 02000, NOWAIT = 04000, NOERROR = 010000,
	UNDO = 010000, RDONLY = 010000, RND = 020000, RMID = 0, SET = 1, STAT = 2,
	GETNCNT = 3, GETPID = 4, GETVAL = 5, GETALL = 6, GETZCNT = 7,
	SETVAL = 8, SETALL = 9, E2BIG_ = 7, ENOMSG_ = 83, EIDRM_ = 82,
	ENOMEM_ = 12, ERANGE_ = 34, EFBIG_ = 27,
};

#ifdef FREEBSD
enum { SEMCTL = 510, MSGCTL = 511, SHMCTL = 512 };
struct perm { u32 cuid, cgid, uid, gid; u16 mode, seq; i64 key; };
struct msqid { struct perm perm; void *first, *last; u64 cbytes, qnum, qbytes;
	       i32 lspid, lrpid; i64 stime, rtime, ctime; };
struct semid { struct perm perm; void *base; u16 nsems; i64 otime, ctime; };
struct shmid { struct perm perm; u64 segsz; i32 lpid, cpid, nattch; i64 atime,
	       dtime, ctime; };
#else
enum { SEMCTL = 442, SHMCTL, MSGCTL };
struct perm { u32 uid, gid, cuid, cgid, mode; u16 seq; i64 key; };
struct msqid { struct perm perm; u64 qnum, qbytes; i32 lspid, lrpid; i64 stime,
	       rtime, ctime; void *first, *last; u64 cbytes; };
struct semid { struct perm perm; u16 nsems; i64 otime, ctime; void *base; };
struct shmid { struct perm perm; u64 segsz; i32 lpid, cpid; u32 nattch; i64
	       atime, dtime, ctime; void *internal; };
#endif
struct msg { i64 type; char text[64]; };
struct sembuf { u16 num; short op, flags; };
union semun { i32 val; void *buf; u16 *array; };

static void check_perm(const struct perm *p, u32 mode)
{
	u32 uid = (u32)CALL(GETUID), gid = (u32)CALL(GETGID);

	EQUAL(p->uid, uid);
	EQUAL(p->cuid, uid);
	EQUAL(p->gid, gid);
	EQUAL(p->cgid, gid);
	EQUAL(p->mode, mode);
}

/* A child ends with what its part returned. */
static i32 child(int (*part)(i32 id), i32 id)
{
	i32 pid = (i32)CALL(SYS_fork);

	if (pid == 0) {
		failed = 0;
		CALL(SYS_exit, part(id) || failed);
	}
	CHECK(pid > 0);
	return pid;
}

static void reap(i32 pid)
{
	i32 status = -1;

	EQUAL(CALL(SYS_wait4, pid, &status, 0, 0), pid);
	EQUAL(status, 0);
}

/* ---- messages ---------------------------------------------------------------- */

static int answers(i32 id)
{
	struct msg m;

	EQUAL(CALL(MSGRCV, id, &m, 64, 7, 0), 8);
	m.type = 8;
	EQUAL(CALL(MSGSND, id, &m, 8, 0), 0);
	return 0;
}

enum { TOO_LATE = 2 };

/* The queue goes while it waits, or before. */
static int waits_for_none(i32 id)
{
	struct msg m;

	EQUAL(CALL(MSGRCV, id, &m, 64, 99, 0), -1);
	if (last_errno == EINVAL)
		CALL(SYS_exit, TOO_LATE);
	EQUAL(last_errno, EIDRM_);
	return 0;
}

/* Who waits is told that the queue has gone.  False: nobody waited yet. */
static int remove_while_waiting(i64 ms)
{
	i32 id = (i32)CALL(MSGGET, 0, CREAT | 0600), status = -1;
	i32 pid = child(waits_for_none, id);

	CALL(SYS_nanosleep, ((i64[2]){ 0, ms * 1000000 }), 0);
	EQUAL(CALL(MSGCTL, id, RMID, 0), 0);
	EQUAL(CALL(SYS_wait4, pid, &status, 0, 0), pid);
	if (status == TOO_LATE << 8)
		return 0;
	EQUAL(status, 0);
	return 1;
}

static void messages(void)
{
	struct msg m = { 3, "abcdefg" }, got;
	struct msqid ds;
	i32 id = (i32)CALL(MSGGET, 0, CREAT | 0600), pid;
	i32 key = 0x52460000 | ((i32)CALL(SYS_getpid) & 0xffff), other;

	CHECK(id >= 0);
	FAILS(CALL(MSGGET, key, 0), ENOENT);
	other = (i32)CALL(MSGGET, key, CREAT | EXCL | 0640);
	CHECK(other >= 0 && other != id);
	EQUAL(CALL(MSGGET, key, 0), other);
	FAILS(CALL(MSGGET, key, CREAT | EXCL | 0640), EEXIST);
	EQUAL(CALL(MSGCTL, other, STAT, &ds), 0);
	check_perm(&ds.perm, 0640);
	EQUAL(ds.perm.key, key);
	EQUAL(CALL(MSGCTL, other, RMID, 0), 0);
	FAILS(CALL(MSGCTL, other, STAT, &ds), EINVAL);

	EQUAL(CALL(MSGSND, id, &m, 8, 0), 0);
	m.type = 2;
	m.text[0] = 'X';
	EQUAL(CALL(MSGSND, id, &m, 8, 0), 0);
	EQUAL(CALL(MSGCTL, id, STAT, &ds), 0);
	check_perm(&ds.perm, 0600);
	EQUAL(ds.qnum, 2);
	EQUAL(ds.cbytes, 16);
	EQUAL(ds.lspid, CALL(SYS_getpid));
	EQUAL(ds.lrpid, 0);
	CHECK(ds.stime > 1000000000 && ds.ctime > 1000000000 && !ds.rtime);
	/* The lowest type up to 5; the first; none; too long. */
	EQUAL(CALL(MSGRCV, id, &got, 64, -5, 0), 8);
	EQUAL(got.type, 2);
	EQUAL(got.text[0], 'X');
	FAILS(CALL(MSGRCV, id, &got, 64, 9, NOWAIT), ENOMSG_);
	FAILS(CALL(MSGRCV, id, &got, 3, 0, NOWAIT), E2BIG_);
	EQUAL(CALL(MSGRCV, id, &got, 3, 0, NOERROR), 3);
	EQUAL(got.type, 3);
	m.type = 0;
	FAILS(CALL(MSGSND, id, &m, 8, 0), EINVAL);
	FAILS(CALL(MSGSND, id, 8, 8, 0), EFAULT);
	FAILS(CALL(MSGSND, id, &m, (u64)-1, 0), EINVAL);
	FAILS(CALL(MSGRCV, id, &got, (u64)-1, 0, NOWAIT), EINVAL);

	ds.qbytes = 256;
	ds.perm.mode = 0620;
	EQUAL(CALL(MSGCTL, id, SET, &ds), 0);
	EQUAL(CALL(MSGCTL, id, STAT, &ds), 0);
	check_perm(&ds.perm, 0620);
	EQUAL(ds.qbytes, 256);
	ds.qbytes = 0;
	FAILS(CALL(MSGCTL, id, SET, &ds), EINVAL);
	FAILS(CALL(MSGCTL, id, 99, &ds), EINVAL);
	m.type = 1;
	for (int i = 0; i < 4; i++)
		EQUAL(CALL(MSGSND, id, &m, 64, NOWAIT), 0);
	FAILS(CALL(MSGSND, id, &m, 64, NOWAIT), EAGAIN);
	for (int i = 0; i < 4; i++)
		EQUAL(CALL(MSGRCV, id, &got, 64, 0, NOWAIT), 64);

	pid = child(answers, id);
	m.type = 7;
	EQUAL(CALL(MSGSND, id, &m, 8, 0), 0);
	EQUAL(CALL(MSGRCV, id, &got, 64, 8, 0), 8);
	reap(pid);
	EQUAL(CALL(MSGCTL, id, STAT, &ds), 0);
	EQUAL(ds.lspid, pid);
	EQUAL(CALL(MSGCTL, id, RMID, 0), 0);
	for (i64 ms = 10; !remove_while_waiting(ms);)
		ms = ms < 500 ? 2 * ms : ms;
}

static volatile i32 alarms;

static void on_alarm(int sig)
{
	alarms++;
}

/* ---- semaphores --------------------------------------------------------------- */

static i64 control(i32 id, i32 num, i32 cmd, void *arg)
{
	union semun u = { .buf = arg };

	return CALL(SEMCTL, id, num, cmd, &u);
}

static int takes(i32 id)
{
	struct sembuf op[2] = { { 0, -2, 0 }, { 1, 1, 0 } };

	EQUAL(CALL(SEMOP, id, op, 2), 0);
	return 0;
}

static int undone(i32 id)
{
	struct sembuf op = { 2, 5, UNDO };

	EQUAL(CALL(SEMOP, id, &op, 1), 0);
	EQUAL(control(id, 2, GETVAL, 0), 5 + 30);
	return 0;
}

static void semaphores(void)
{
	u16 v[3] = { 10, 20, 30 };
	struct sembuf op = { 0, 0, NOWAIT }, both[2] = { { 0, 1, 0 },
							 { 1, -1, NOWAIT } };
	i64 timer[4] = { 0, 50000, 0, 50000 };
	i32 id = (i32)CALL(SEMGET, 0, 3, CREAT | 0600), pid;
	struct semid ds;

	CHECK(id >= 0);
	EQUAL(control(id, 0, STAT, &ds), 0);
	check_perm(&ds.perm, 0600);
	EQUAL(ds.nsems, 3);
	EQUAL(ds.otime, 0);
	CHECK(ds.ctime > 1000000000);
	EQUAL(control(id, 0, SETALL, v), 0);
	v[0] = v[1] = v[2] = 0;
	EQUAL(control(id, 0, GETALL, v), 0);
	CHECK(v[0] == 10 && v[1] == 20 && v[2] == 30);
	EQUAL(control(id, 1, GETVAL, 0), 20);
	EQUAL(CALL(SEMCTL, id, 1, GETVAL, 0), 20); /* no argument at all */
	EQUAL(control(id, 0, SETVAL, (void *)1), 0);
	EQUAL(control(id, 1, SETVAL, 0), 0);
	EQUAL(CALL(SEMOP, id, &op, 1), -1); /* not zero */
	EQUAL(last_errno, EAGAIN);
	/* All or nothing. */
	FAILS(CALL(SEMOP, id, both, 2), EAGAIN);
	EQUAL(control(id, 0, GETVAL, 0), 1);
	EQUAL(control(id, 0, GETPID, 0), CALL(SYS_getpid));
	FAILS(control(id, 3, GETVAL, 0), EINVAL);
	FAILS(control(id, 0, SETVAL, (void *)40000), ERANGE_);
	FAILS(control(id, 0, 99, 0), EINVAL);
	FAILS(CALL(SEMCTL, id, 0, STAT, 8), EFAULT);
	op.num = 3;
	FAILS(CALL(SEMOP, id, &op, 1), EFBIG_);
	FAILS(CALL(SEMOP, id, both, 100000), E2BIG_);
	FAILS(CALL(SEMGET, 0x7f123456, 1, 0), ENOENT);

	/* A child waits for two where there is one. */
	pid = child(takes, id);
	while (control(id, 0, GETNCNT, 0) == 0)
		CALL(SYS_sched_yield);
	EQUAL(control(id, 0, GETZCNT, 0), 0);
	op = (struct sembuf){ 0, 1, 0 };
	EQUAL(CALL(SEMOP, id, &op, 1), 0);
	op = (struct sembuf){ 1, -1, 0 };
	EQUAL(CALL(SEMOP, id, &op, 1), 0);
	reap(pid);
	EQUAL(control(id, 0, GETVAL, 0), 0);
	reap(child(undone, id));
	EQUAL(control(id, 2, GETVAL, 0), 30);

	/* Waiting ends with a signal, and is not begun again. */
	set_action(SIGALRM, (void *)on_alarm, 2 /* SA_RESTART */);
	EQUAL(CALL(SYS_setitimer, 0, timer, 0), 0);
	op = (struct sembuf){ 0, -1, 0 };
	FAILS(CALL(SEMOP, id, &op, 1), EINTR);
	CHECK(alarms > 0);
	timer[1] = timer[3] = 0;
	EQUAL(CALL(SYS_setitimer, 0, timer, 0), 0);

	ds.perm.mode = 0640;
	EQUAL(control(id, 0, SET, &ds), 0);
	EQUAL(control(id, 0, STAT, &ds), 0);
	check_perm(&ds.perm, 0640);
	CHECK(ds.otime > 1000000000);
	EQUAL(CALL(SEMCTL, id, 0, RMID, 0), 0);
	FAILS(control(id, 0, GETVAL, 0), EINVAL);
}

/* ---- shared memory -------------------------------------------------------------- */

static volatile u32 *shared;

static int stores(i32 id)
{
	volatile u32 *again = (u32 *)CALL(SHMAT, id, 0, 0);

	CHECK(again != shared);
	EQUAL(again[1], 11);
	shared[2] = 22;
	again[3] = 33;
	return 0;
}

static int stores_where_it_must_not(i32 id)
{
	volatile u32 *p = (u32 *)CALL(SHMAT, id, 0, RDONLY);

	EQUAL(p[2], 22);
	*p = 1;
	return 0;
}

static void segments(void)
{
	i32 id = (i32)CALL(SHMGET, 0, 5000, CREAT | 0600), pid, status = 0;
	struct shmid ds;
	u8 *at;

	CHECK(id >= 0);
	FAILS(CALL(SHMGET, 0, 0, CREAT | 0600), EINVAL);
	EQUAL(CALL(SHMCTL, id, STAT, &ds), 0);
	check_perm(&ds.perm, 0600);
	EQUAL(ds.segsz, 5000);
	EQUAL(ds.nattch, 0);
	EQUAL(ds.cpid, CALL(SYS_getpid));
	shared = (u32 *)CALL(SHMAT, id, 0, 0);
	CHECK((i64)shared > 0);
	EQUAL(shared[0], 0);
	EQUAL(shared[2000], 0); /* in the second page */
	shared[1] = 11;
	reap(child(stores, id));
	EQUAL(shared[2], 22);
	EQUAL(shared[3], 33);
	EQUAL(CALL(SHMCTL, id, STAT, &ds), 0);
	EQUAL(ds.nattch, 1);
	CHECK(ds.atime > 1000000000);
	pid = child(stores_where_it_must_not, id);
	CALL(SYS_wait4, pid, &status, 0, 0);
	CHECK((status & 127) == SIGSEGV || (status & 127) == SIGBUS);
	EQUAL(shared[0], 0);

	/* Elsewhere, at an address; system calls reach it, too. */
	at = map(4 * 4096, 3);
	EQUAL(CALL(SYS_munmap, at, 4 * 4096), 0);
	FAILS(CALL(SHMAT, id, at + 1, 0), EINVAL);
	EQUAL(CALL(SHMAT, id, at + 4097, RND), at + 4096);
	FAILS(CALL(SHMAT, id, at, 0), ENOMEM_);
	EQUAL(((u32 *)(at + 4096))[1], 11);
	EQUAL(CALL(SYS_clock_gettime, 0, at + 4096 + 64), 0);
	EQUAL(shared[16], ((u32 *)(at + 4096))[16]);
	CHECK(shared[16] > 1000000000);
	EQUAL(CALL(SHMCTL, id, STAT, &ds), 0);
	EQUAL(ds.nattch, 2);
	EQUAL(CALL(SHMDT, at + 4096), 0);
	FAILS(CALL(SHMDT, at + 4096), EINVAL);
	EQUAL(CALL(SHMCTL, id, STAT, &ds), 0);
	EQUAL(ds.nattch, 1);
	/* The place is free again. */
	EQUAL(CALL(SHMAT, id, at, 0), at);
	EQUAL(CALL(SHMDT, at), 0);

	ds.perm.mode = 0400;
	EQUAL(CALL(SHMCTL, id, SET, &ds), 0);
	EQUAL(CALL(SHMCTL, id, STAT, &ds), 0);
	check_perm(&ds.perm, 0400);
	FAILS(CALL(SHMCTL, id, 99, &ds), EINVAL);
	EQUAL(CALL(SHMCTL, id, RMID, 0), 0);
	/* It is there as long as somebody has it, but for nobody else. */
	EQUAL(shared[1], 11);
	FAILS(CALL(SHMAT, id, 0, 0), EINVAL);
	EQUAL(CALL(SHMDT, shared), 0);
	FAILS(CALL(SHMCTL, id, STAT, &ds), EINVAL);
	FAILS(CALL(SHMDT, 8), EINVAL);
}

int test_main(int argc, char **argv)
{
	messages();
	semaphores();
	segments();
	return 0;
}
