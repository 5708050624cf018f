/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysv.c - FreeBSD's structures of System V IPC, since FreeBSD 8.
 * Source: sys/ipc.h, sys/msg.h, sys/sem.h, sys/shm.h.
 */
#include "syscall-xlate/bsd/sysv.h"
#include "syscall-xlate/freebsd/freebsd.h"

struct fb_perm {
	uint32_t cuid, cgid, uid, gid;
	uint16_t mode, seq;
	int64_t key;
};

struct fb_msqid {
	struct fb_perm perm;
	gaddr first, last; /* the kernel's */
	uint64_t cbytes, qnum, qbytes;
	int32_t lspid, lrpid;
	int64_t stime, rtime, ctime;
};

struct fb_semid {
	struct fb_perm perm;
	gaddr base; /* the kernel's */
	uint16_t nsems;
	int64_t otime, ctime;
};

struct fb_shmid {
	struct fb_perm perm;
	uint64_t segsz;
	int32_t lpid, cpid, nattch;
	int64_t atime, dtime, ctime;
};
_Static_assert(sizeof(struct fb_msqid) == 104, "sys/msg.h");
_Static_assert(sizeof(struct fb_semid) == 64, "sys/sem.h");
_Static_assert(sizeof(struct fb_shmid) == 80, "sys/shm.h");

static struct fb_perm perm_of(const struct ipc_perm *p)
{
	return (struct fb_perm){
		.cuid = p->cuid, .cgid = p->cgid, .uid = p->uid, .gid = p->gid,
		.mode = p->mode & 0777, .seq = (uint16_t)p->__seq,
		.key = p->__key,
	};
}

static void put_msg(void *to, const struct msqid_ds *d)
{
	*(struct fb_msqid *)to = (struct fb_msqid){
		.perm = perm_of(&d->msg_perm), .cbytes = d->__msg_cbytes,
		.qnum = d->msg_qnum, .qbytes = d->msg_qbytes,
		.lspid = d->msg_lspid, .lrpid = d->msg_lrpid,
		.stime = d->msg_stime, .rtime = d->msg_rtime,
		.ctime = d->msg_ctime,
	};
}

static void put_sem(void *to, const struct semid_ds *d)
{
	*(struct fb_semid *)to = (struct fb_semid){
		.perm = perm_of(&d->sem_perm), .nsems = (uint16_t)d->sem_nsems,
		.otime = d->sem_otime, .ctime = d->sem_ctime,
	};
}

static void put_shm(void *to, const struct shmid_ds *d)
{
	*(struct fb_shmid *)to = (struct fb_shmid){
		.perm = perm_of(&d->shm_perm), .segsz = d->shm_segsz,
		.lpid = d->shm_lpid, .cpid = d->shm_cpid,
		.nattch = (int32_t)d->shm_nattch, .atime = d->shm_atime,
		.dtime = d->shm_dtime, .ctime = d->shm_ctime,
	};
}

static void get_perm(const void *from, struct ipc_perm *to)
{
	const struct fb_perm *p = from;

	to->uid = p->uid;
	to->gid = p->gid;
	to->mode = p->mode & 0777;
}

static uint64_t get_qbytes(const void *from)
{
	return ((const struct fb_msqid *)from)->qbytes;
}

const struct sysv_layout freebsd_sysv = {
	.msg_size = sizeof(struct fb_msqid),
	.sem_size = sizeof(struct fb_semid),
	.shm_size = sizeof(struct fb_shmid),
	.put_msg = put_msg, .put_sem = put_sem, .put_shm = put_shm,
	.get_perm = get_perm, .get_qbytes = get_qbytes,
	.shm_lock = -1, .shm_unlock = -1,
};
