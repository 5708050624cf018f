/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysv.c - NetBSD's structures of System V IPC, since NetBSD 6.
 * Source: sys/ipc.h, sys/msg.h, sys/sem.h, sys/shm.h.
 */
#include "syscall-xlate/bsd/sysv.h"
#include "syscall-xlate/netbsd/netbsd.h"

struct nb_perm {
	uint32_t uid, gid, cuid, cgid, mode;
	uint16_t seq;
	int64_t key;
};

struct nb_msqid {
	struct nb_perm perm;
	uint64_t qnum, qbytes;
	int32_t lspid, lrpid;
	int64_t stime, rtime, ctime;
	gaddr first, last; /* the kernel's */
	uint64_t cbytes;
};

struct nb_semid {
	struct nb_perm perm;
	uint16_t nsems;
	int64_t otime, ctime;
	gaddr base; /* the kernel's */
};

struct nb_shmid {
	struct nb_perm perm;
	uint64_t segsz;
	int32_t lpid, cpid;
	uint32_t nattch;
	int64_t atime, dtime, ctime;
	gaddr internal; /* the kernel's */
};
_Static_assert(sizeof(struct nb_msqid) == 104, "sys/msg.h");
_Static_assert(sizeof(struct nb_semid) == 64, "sys/sem.h");
_Static_assert(sizeof(struct nb_shmid) == 88, "sys/shm.h");

static struct nb_perm perm_of(const struct ipc_perm *p)
{
	return (struct nb_perm){
		.uid = p->uid, .gid = p->gid, .cuid = p->cuid, .cgid = p->cgid,
		.mode = p->mode & 0777, .seq = (uint16_t)p->__seq, .key = p->__key,
	};
}

static void put_msg(void *to, const struct msqid_ds *d)
{
	*(struct nb_msqid *)to = (struct nb_msqid){
		.perm = perm_of(&d->msg_perm), .cbytes = d->__msg_cbytes,
		.qnum = d->msg_qnum, .qbytes = d->msg_qbytes,
		.lspid = d->msg_lspid, .lrpid = d->msg_lrpid,
		.stime = d->msg_stime, .rtime = d->msg_rtime,
		.ctime = d->msg_ctime,
	};
}

static void put_sem(void *to, const struct semid_ds *d)
{
	*(struct nb_semid *)to = (struct nb_semid){
		.perm = perm_of(&d->sem_perm), .nsems = (uint16_t)d->sem_nsems,
		.otime = d->sem_otime, .ctime = d->sem_ctime,
	};
}

static void put_shm(void *to, const struct shmid_ds *d)
{
	*(struct nb_shmid *)to = (struct nb_shmid){
		.perm = perm_of(&d->shm_perm), .segsz = d->shm_segsz,
		.lpid = d->shm_lpid, .cpid = d->shm_cpid,
		.nattch = (uint32_t)d->shm_nattch, .atime = d->shm_atime,
		.dtime = d->shm_dtime, .ctime = d->shm_ctime,
	};
}

static void get_perm(const void *from, struct ipc_perm *to)
{
	const struct nb_perm *p = from;

	to->uid = p->uid;
	to->gid = p->gid;
	to->mode = p->mode & 0777;
}

static uint64_t get_qbytes(const void *from)
{
	return ((const struct nb_msqid *)from)->qbytes;
}

const struct sysv_layout netbsd_sysv = {
	.msg_size = sizeof(struct nb_msqid),
	.sem_size = sizeof(struct nb_semid),
	.shm_size = sizeof(struct nb_shmid),
	.put_msg = put_msg, .put_sem = put_sem, .put_shm = put_shm,
	.get_perm = get_perm, .get_qbytes = get_qbytes,
	.shm_lock = 3, .shm_unlock = 4,
};
