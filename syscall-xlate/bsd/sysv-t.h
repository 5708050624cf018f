/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysv-t.h - a system's struct sysv_layout, from its structures: included by the
 * file that has them, as struct sysv_perm, sysv_msqid, sysv_semid and sysv_shmid,
 * whose members have the same names in both systems and lie elsewhere.
 */
#include "syscall-xlate/bsd/sysv.h"

static struct sysv_perm perm_of(const struct ipc_perm *p)
{
	return (struct sysv_perm){
		.cuid = p->cuid, .cgid = p->cgid, .uid = p->uid, .gid = p->gid,
		.mode = p->mode & 0777, .seq = (uint16_t)p->__seq,
		.key = p->__key,
	};
}

static void put_msg(void *to, const struct msqid_ds *d)
{
	*(struct sysv_msqid *)to = (struct sysv_msqid){
		.perm = perm_of(&d->msg_perm), .cbytes = d->__msg_cbytes,
		.qnum = d->msg_qnum, .qbytes = d->msg_qbytes,
		.lspid = d->msg_lspid, .lrpid = d->msg_lrpid,
		.stime = d->msg_stime, .rtime = d->msg_rtime,
		.ctime = d->msg_ctime,
	};
}

static void put_sem(void *to, const struct semid_ds *d)
{
	*(struct sysv_semid *)to = (struct sysv_semid){
		.perm = perm_of(&d->sem_perm), .nsems = (uint16_t)d->sem_nsems,
		.otime = d->sem_otime, .ctime = d->sem_ctime,
	};
}

static void put_shm(void *to, const struct shmid_ds *d)
{
	*(struct sysv_shmid *)to = (struct sysv_shmid){
		.perm = perm_of(&d->shm_perm), .segsz = d->shm_segsz,
		.lpid = d->shm_lpid, .cpid = d->shm_cpid,
		.nattch = (uint32_t)d->shm_nattch, .atime = d->shm_atime,
		.dtime = d->shm_dtime, .ctime = d->shm_ctime,
	};
}

static void get_perm(const void *from, struct ipc_perm *to)
{
	const struct sysv_perm *p = from;

	to->uid = p->uid;
	to->gid = p->gid;
	to->mode = p->mode & 0777;
}

static uint64_t get_qbytes(const void *from)
{
	return ((const struct sysv_msqid *)from)->qbytes;
}

#define SYSV_LAYOUT                                                            \
	.msg_size = sizeof(struct sysv_msqid),                                 \
	.sem_size = sizeof(struct sysv_semid),                                 \
	.shm_size = sizeof(struct sysv_shmid), .put_msg = put_msg,             \
	.put_sem = put_sem, .put_shm = put_shm, .get_perm = get_perm,          \
	.get_qbytes = get_qbytes
