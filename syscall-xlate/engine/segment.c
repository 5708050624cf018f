/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * segment.c - System V segments in the place of guest memory, for all engines.
 *
 * shmat(2) takes no size, and an id can be another segment's by now: one that
 * were larger than its place would lie over what is behind that, which may be
 * ours.  So it is attached where there is room, looked at, and moved.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "base/table.h"
#include "syscall-xlate/engine/engine.h"

int engine_attach(void *at, size_t size, int id, bool write)
{
	void *p = shmat(id, NULL, write ? 0 : SHM_RDONLY);
	struct shmid_ds ds;
	int err = EINVAL;

	if (p == (void *)-1)
		return -errno;
	/* While it is attached the id is its own. */
	if (shmctl(id, IPC_STAT, &ds))
		err = errno;
	else if (ROUND_UP(ds.shm_segsz, PAGE) != size)
		err = EINVAL;
	else if (mremap(p, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, at) ==
		 MAP_FAILED)
		err = errno;
	else
		return 0;
	shmdt(p);
	return -err;
}
