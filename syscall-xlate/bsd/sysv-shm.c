/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysv-shm.c - System V shared memory: the host's segments, attached where the
 * guest sees them.  shmdt(2) names only an address, so attachments are noted.
 */
#include "syscall-xlate/bsd/sysv.h"

#include <errno.h>
#include <stdlib.h>

#include "base/table.h"
#include "syscall-xlate/bsd/calls.h"

static struct attached {
	gaddr at;
	uint64_t size;
	struct attached *next;
} *attached; /* under space_lock() */

int64_t bsd_shmget(struct task *t, int32_t key, uint64_t size, int32_t flags)
{
	return sysv_get(SYSV_SEGMENT, key, size, flags);
}

int64_t bsd_shmat(struct task *t, int32_t id, gaddr addr, int32_t flags)
{
	struct bsd_map m = {
		.prot = flags & SHM_RDONLY ? GUEST_READ :
					     GUEST_READ | GUEST_WRITE,
		.fd = id, .segment = true, .exclusive = true,
	};
	struct attached *a;
	struct shmid_ds ds;
	int64_t ret;

	if (shmctl(id, IPC_STAT, &ds))
		return -errno;
	/* Linux would: what has been removed waits for its last user there. */
	if (ds.shm_perm.mode & SHM_DEST)
		return -EINVAL;
	if (addr % PAGE) {
		if (!(flags & SHM_RND))
			return -EINVAL;
		addr = ROUND_DOWN(addr, PAGE);
	}
	m.addr = addr;
	m.fixed = addr != 0;
	m.len = ds.shm_segsz;
	a = malloc(sizeof *a);
	if (!a)
		return -ENOMEM;
	ret = bsd_map(t, &m);
	if (ret < 0) {
		free(a);
		/* A place that is not free, or not the program's to have. */
		return m.fixed && ret == -EINVAL ? -ENOMEM : ret;
	}
	*a = (struct attached){ .at = (gaddr)ret,
				.size = ROUND_UP(m.len, PAGE) };
	space_lock();
	a->next = attached;
	attached = a;
	space_unlock();
	return ret;
}

int64_t bsd_shmdt(struct task *t, gaddr addr)
{
	struct attached *a, **p = &attached;
	int64_t ret;

	space_lock();
	while (*p && (*p)->at != addr)
		p = &(*p)->next;
	a = *p;
	if (a)
		*p = a->next;
	space_unlock();
	if (!a)
		return -EINVAL;
	ret = bsd_munmap(t, a->at, a->size);
	free(a);
	return ret;
}

int64_t bsd_shmctl(struct task *t, int32_t id, int32_t cmd, gaddr at)
{
	const struct sysv_layout *l = bsd_sys->sysv;
	uint64_t buf[SYSV_LARGEST / 8] = { 0 };
	struct shmid_ds ds;

	if (cmd == SYSV_RMID)
		return bsd_ret(shmctl(id, IPC_RMID, NULL));
	if (cmd == l->shm_lock || cmd == l->shm_unlock)
		return bsd_ret(shmctl(id, cmd == l->shm_lock ? SHM_LOCK :
							       SHM_UNLOCK,
				      NULL));
	if (cmd != SYSV_STAT && cmd != SYSV_SET)
		return -EINVAL;
	if (cmd == SYSV_SET && guest_read(t, buf, at, l->shm_size))
		return -EFAULT;
	if (shmctl(id, IPC_STAT, &ds))
		return -errno;
	if (cmd == SYSV_STAT) {
		l->put_shm(buf, &ds);
		return guest_write(t, at, buf, l->shm_size);
	}
	l->get_perm(buf, &ds.shm_perm);
	return bsd_ret(shmctl(id, IPC_SET, &ds));
}
