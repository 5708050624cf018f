/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysv.c - System V message queues and semaphores are the host's: flags have the
 * same numbers there, structures and most commands do not.  sysv-shm.c has the
 * segments.
 */
#include "syscall-xlate/bsd/sysv.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/policy.h"
#include "base/table.h"
#include "syscall-xlate/bsd/calls.h"

/* Linux has more flags, which are nobody's here. */
enum {
	GET_FLAGS = IPC_CREAT | IPC_EXCL | 0777,
	MSG_FLAGS = IPC_NOWAIT | MSG_NOERROR,
	MSG_LARGEST = 1 << 24, /* more than any host is set to */
	OPS_MOST = 500,	       /* Linux's SEMOPM */
	SEMS_MOST = 1 << 16, /* twice what a host is set to */
};

/* ---- all kinds ------------------------------------------------------------------- */

union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
	struct seminfo *info;
};

/* The host's namespace is the sandbox's own (jail-calls.c). */
static bool has_room(enum sysv_kind kind, uint64_t n)
{
	enum { QUEUES = 1024, SEMAPHORES = 32000 }; /* 16 and 4 MB of the kernel's */
	struct msginfo msg;
	struct seminfo sem;
	struct shm_info shm;
	uint64_t used;

	switch (kind) {
	case SYSV_QUEUE:
		return msgctl(0, MSG_INFO, (void *)&msg) >= 0 &&
		       msg.msgpool < QUEUES;
	case SYSV_SEMAPHORES:
		return semctl(0, 0, SEM_INFO, (union semun){ .info = &sem }) >=
			       0 &&
		       n <= SEMAPHORES &&
		       (uint64_t)sem.semaem <= SEMAPHORES - n;
	default:
		if (!policy->memory)
			return true;
		if (shmctl(0, SHM_INFO, (void *)&shm) < 0)
			return false;
		used = (uint64_t)shm.shm_tot * PAGE;
		return used <= policy->memory && n <= policy->memory - used;
	}
}

static int64_t host_get(enum sysv_kind kind, int32_t key, uint64_t n, int flags)
{
	switch (kind) {
	case SYSV_QUEUE:
		return bsd_ret(msgget(key, flags));
	case SYSV_SEMAPHORES:
		return bsd_ret(semget(key, (int)n, flags));
	default:
		return bsd_ret(shmget(key, n, flags));
	}
}

int64_t sysv_get(enum sysv_kind kind, int32_t key, uint64_t n, int32_t flags)
{
	const int64_t none = kind == SYSV_SEGMENT ? -ENOMEM : -ENOSPC;
	int64_t ret;

	flags &= GET_FLAGS;
	if (!policy || (key != IPC_PRIVATE && !(flags & IPC_CREAT)))
		return host_get(kind, key, n, flags);
	space_lock();
	if (has_room(kind, n)) {
		ret = host_get(kind, key, n, flags);
	} else {
		/* What is there already can be had. */
		ret = key == IPC_PRIVATE ?
			      -ENOENT :
			      host_get(kind, key, n, flags & 0777);
		if (ret >= 0 && flags & IPC_EXCL)
			ret = -EEXIST;
		if (ret == -ENOENT) {
			policy_refused("more System V objects");
			ret = none;
		}
	}
	space_unlock();
	return ret;
}

/* ---- message queues ------------------------------------------------------------ */

int64_t bsd_msgget(struct task *t, int32_t key, int32_t flags)
{
	return sysv_get(SYSV_QUEUE, key, 0, flags);
}

int64_t bsd_msgsnd(struct task *t, int32_t id, gaddr msg, uint64_t size,
		   int32_t flags)
{
	struct msgbuf *m;
	int64_t ret;

	if (size > MSG_LARGEST)
		return -EINVAL;
	m = malloc(sizeof m->mtype + size);
	if (!m)
		return -ENOMEM;
	/* The type, and behind it the text. */
	ret = guest_read(t, m, msg, sizeof m->mtype + size);
	if (!ret)
		ret = bsd_call(t, SYS_msgsnd, id, m, size, flags & MSG_FLAGS, 0,
			       0);
	free(m);
	return ret;
}

int64_t bsd_msgrcv(struct task *t, int32_t id, gaddr msg, uint64_t size,
		   int64_t type, int32_t flags)
{
	struct msgbuf *m;
	int64_t ret;

	if (size > INT64_MAX)
		return -EINVAL;
	size = MIN(size, MSG_LARGEST);
	m = malloc(sizeof m->mtype + size);
	if (!m)
		return -ENOMEM;
	ret = bsd_call(t, SYS_msgrcv, id, m, size, type, flags & MSG_FLAGS, 0);
	if (ret >= 0 &&
	    guest_write(t, msg, m, sizeof m->mtype + (uint64_t)ret))
		ret = -EFAULT;
	free(m);
	return ret;
}

int64_t bsd_msgctl(struct task *t, int32_t id, int32_t cmd, gaddr at)
{
	const struct sysv_layout *l = bsd_sys->sysv;
	uint64_t buf[SYSV_LARGEST / 8] = { 0 };
	struct msqid_ds ds;

	switch (cmd) {
	case SYSV_RMID:
		return bsd_ret(msgctl(id, IPC_RMID, NULL));
	case SYSV_STAT:
		if (msgctl(id, IPC_STAT, &ds))
			return -errno;
		l->put_msg(buf, &ds);
		return guest_write(t, at, buf, l->msg_size);
	case SYSV_SET:
		if (guest_read(t, buf, at, l->msg_size))
			return -EFAULT;
		if (msgctl(id, IPC_STAT, &ds))
			return -errno;
		l->get_perm(buf, &ds.msg_perm);
		ds.msg_qbytes = l->get_qbytes(buf);
		if (!ds.msg_qbytes)
			return -EINVAL;
		return bsd_ret(msgctl(id, IPC_SET, &ds));
	default:
		return -EINVAL;
	}
}

/* ---- semaphores -------------------------------------------------------------------- */

int64_t bsd_semget(struct task *t, int32_t key, int32_t n, int32_t flags)
{
	return sysv_get(SYSV_SEMAPHORES, key, (uint32_t)n, flags);
}

int64_t bsd_semop(struct task *t, int32_t id, gaddr sops, uint64_t n)
{
	struct sembuf ops[OPS_MOST];

	if (n > OPS_MOST)
		return -E2BIG;
	if (guest_read(t, ops, sops, n * sizeof *ops))
		return -EFAULT;
	for (uint64_t i = 0; i < n; i++)
		ops[i].sem_flg &= IPC_NOWAIT | SEM_UNDO;
	return bsd_call(t, SYS_semop, id, ops, n, 0, 0, 0);
}

/* GETALL and SETALL: as many values as the set has. */
static int64_t all_values(struct task *t, int32_t id, bool set, gaddr at)
{
	struct semid_ds ds;
	unsigned short *v;
	int64_t ret;
	size_t n;

	if (semctl(id, 0, IPC_STAT, (union semun){ .buf = &ds }))
		return -errno;
	n = ds.sem_nsems;
	if (n > SEMS_MOST)
		return -EINVAL;
	/* A set never changes its size; an id may become another set's. */
	v = calloc(SEMS_MOST, sizeof *v);
	if (!v)
		return -ENOMEM;
	ret = set ? guest_read(t, v, at, n * sizeof *v) : 0;
	if (!ret)
		ret = bsd_ret(semctl(id, 0, set ? SETALL : GETALL,
				     (union semun){ .array = v }));
	if (!ret && !set)
		ret = guest_write(t, at, v, n * sizeof *v);
	free(v);
	return ret;
}

static int64_t sem_ds(struct task *t, int32_t id, int32_t cmd, gaddr at)
{
	const struct sysv_layout *l = bsd_sys->sysv;
	uint64_t buf[SYSV_LARGEST / 8] = { 0 };
	struct semid_ds ds;

	if (cmd == SYSV_SET && guest_read(t, buf, at, l->sem_size))
		return -EFAULT;
	if (semctl(id, 0, IPC_STAT, (union semun){ .buf = &ds }))
		return -errno;
	if (cmd == SYSV_STAT) {
		l->put_sem(buf, &ds);
		return guest_write(t, at, buf, l->sem_size);
	}
	l->get_perm(buf, &ds.sem_perm);
	return bsd_ret(semctl(id, 0, IPC_SET, (union semun){ .buf = &ds }));
}

int64_t bsd_semctl(struct task *t, int32_t id, int32_t num, int32_t cmd,
		   gaddr arg)
{
	static const int asks[] = {
		[SYSV_GETNCNT] = GETNCNT, [SYSV_GETPID] = GETPID,
		[SYSV_GETVAL] = GETVAL, [SYSV_GETZCNT] = GETZCNT,
	};
	uint64_t a = 0;

	/* union semun lies where arg points; not all commands have one. */
	switch (cmd) {
	case SYSV_SET:
	case SYSV_STAT:
	case SYSV_GETALL:
	case SYSV_SETALL:
		if (guest_get64(t, &a, arg))
			return -EFAULT;
		return cmd == SYSV_SET || cmd == SYSV_STAT ?
			       sem_ds(t, id, cmd, a) :
			       all_values(t, id, cmd == SYSV_SETALL, a);
	case SYSV_SETVAL:
		if (guest_read(t, &a, arg, sizeof(int32_t)))
			return -EFAULT;
		return bsd_ret(semctl(id, num, SETVAL,
				      (union semun){ .val = (int32_t)a }));
	case SYSV_RMID:
		return bsd_ret(semctl(id, 0, IPC_RMID));
	case SYSV_GETNCNT:
	case SYSV_GETPID:
	case SYSV_GETVAL:
	case SYSV_GETZCNT:
		return bsd_ret(semctl(id, num, asks[cmd]));
	default:
		return -EINVAL;
	}
}
