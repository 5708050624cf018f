/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysv.h - System V IPC: each system's structures, from and to the host's.
 * The numbers of flags and commands are the same in both, where not said.
 */
#ifndef RF_BSD_SYSV_H
#define RF_BSD_SYSV_H

#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "syscall-xlate/bsd/bsd.h"

enum { SYSV_RMID, SYSV_SET, SYSV_STAT };
enum {
	SYSV_GETNCNT = 3, SYSV_GETPID, SYSV_GETVAL, SYSV_GETALL, SYSV_GETZCNT,
	SYSV_SETVAL, SYSV_SETALL,
};

/*
 * put: the whole structure, which is written to the guest; get: what IPC_SET
 * takes (owner, mode, a queue's size) into one that IPC_STAT has filled.
 */
struct sysv_layout {
	size_t msg_size, sem_size, shm_size; /* at most SYSV_LARGEST */
	void (*put_msg)(void *to, const struct msqid_ds *from);
	void (*put_sem)(void *to, const struct semid_ds *from);
	void (*put_shm)(void *to, const struct shmid_ds *from);
	void (*get_perm)(const void *from, struct ipc_perm *to);
	uint64_t (*get_qbytes)(const void *from);
	int shm_lock, shm_unlock; /* commands of shmctl(2); -1: none */
};
enum { SYSV_LARGEST = 144 };

/*
 * sysv_get() - msgget(), semget() or shmget(), for a set of n semaphores or a
 * segment of n bytes.  In a sandbox they find no room where its policy, or what
 * is good for the host, has none: nothing else bounds memory of the kernel's, or
 * of a segment that nobody has attached.
 */
enum sysv_kind { SYSV_QUEUE, SYSV_SEMAPHORES, SYSV_SEGMENT };
int64_t sysv_get(enum sysv_kind kind, int32_t key, uint64_t n, int32_t flags);

#endif
