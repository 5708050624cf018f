/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-spawn.h - the host process of a child.  0 with *pid, or an errno
 * value; EDQUOT: the sandbox has no room for another.
 */
#ifndef RF_NT_PROCESS_SPAWN_H
#define RF_NT_PROCESS_SPAWN_H

#include "syscall-xlate/nt/process-block.h"

/* channel: the descriptor of its start block. */
int spawn_nt(const struct request *r, const struct passing *g, int channel,
	     pid_t *pid);
/* suspend: the word that holds it, NULL: it begins at once. */
int spawn_native(const struct request *r, const struct passing *g,
		 _Atomic uint32_t *suspend, pid_t *pid);

#endif
