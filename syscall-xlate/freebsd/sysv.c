/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysv.c - FreeBSD's structures of System V IPC, since FreeBSD 8.
 * Source: sys/ipc.h, sys/msg.h, sys/sem.h, sys/shm.h.
 */
#include "syscall-xlate/freebsd/freebsd.h"

struct sysv_perm {
	uint32_t cuid, cgid, uid, gid;
	uint16_t mode, seq;
	int64_t key;
};

struct sysv_msqid {
	struct sysv_perm perm;
	gaddr first, last; /* the kernel's */
	uint64_t cbytes, qnum, qbytes;
	int32_t lspid, lrpid;
	int64_t stime, rtime, ctime;
};

struct sysv_semid {
	struct sysv_perm perm;
	gaddr base; /* the kernel's */
	uint16_t nsems;
	int64_t otime, ctime;
};

struct sysv_shmid {
	struct sysv_perm perm;
	uint64_t segsz;
	int32_t lpid, cpid;
	uint32_t nattch;
	int64_t atime, dtime, ctime;
};
_Static_assert(sizeof(struct sysv_msqid) == 104, "sys/msg.h");
_Static_assert(sizeof(struct sysv_semid) == 64, "sys/sem.h");
_Static_assert(sizeof(struct sysv_shmid) == 80, "sys/shm.h");

#include "syscall-xlate/bsd/sysv-t.h"

const struct sysv_layout freebsd_sysv = {
	SYSV_LAYOUT, .shm_lock = -1, .shm_unlock = -1,
};
