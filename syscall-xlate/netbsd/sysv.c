/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysv.c - NetBSD's structures of System V IPC, since NetBSD 6.
 * Source: sys/ipc.h, sys/msg.h, sys/sem.h, sys/shm.h.
 */
#include "syscall-xlate/netbsd/netbsd.h"

struct sysv_perm {
	uint32_t uid, gid, cuid, cgid, mode;
	uint16_t seq;
	int64_t key;
};

struct sysv_msqid {
	struct sysv_perm perm;
	uint64_t qnum, qbytes;
	int32_t lspid, lrpid;
	int64_t stime, rtime, ctime;
	gaddr first, last; /* the kernel's */
	uint64_t cbytes;
};

struct sysv_semid {
	struct sysv_perm perm;
	uint16_t nsems;
	int64_t otime, ctime;
	gaddr base; /* the kernel's */
};

struct sysv_shmid {
	struct sysv_perm perm;
	uint64_t segsz;
	int32_t lpid, cpid;
	uint32_t nattch;
	int64_t atime, dtime, ctime;
	gaddr internal; /* the kernel's */
};
_Static_assert(sizeof(struct sysv_msqid) == 104, "sys/msg.h");
_Static_assert(sizeof(struct sysv_semid) == 64, "sys/sem.h");
_Static_assert(sizeof(struct sysv_shmid) == 88, "sys/shm.h");

#include "syscall-xlate/bsd/sysv-t.h"

const struct sysv_layout netbsd_sysv = {
	SYSV_LAYOUT, .shm_lock = 3, .shm_unlock = 4,
};
