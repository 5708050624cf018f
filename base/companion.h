/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * companion.h - a process of ours beside the program's: it does something that
 * the program's own process cannot, or must not.
 */
#ifndef RF_COMPANION_H
#define RF_COMPANION_H

#include <spawn.h>
#include <stdatomic.h>
#include <sys/types.h>

/*
 * companion_spawn() - start one, in a session of its own, so that what is sent
 * to the terminal's processes passes it by; its signals are as they are by
 * default, its environment is empty.
 *
 *   path, argv   the program, as for posix_spawn(3)
 *   fa           what is done with descriptors; all others of ours are closed
 *                by their own flags
 *   pid          set on success
 *
 * Returns 0 or an errno value.
 */
int companion_spawn(const char *path, char *const argv[],
		    const posix_spawn_file_actions_t *fa, pid_t *pid);

/*
 * companion_stop() - kill it and wait for its end; *pid is `none` from then on.
 * Nothing if *pid is not above 0.  Any thread, also in a signal's handler and
 * with the guest's thread pointer in force (raw-call.h).
 */
void companion_stop(_Atomic pid_t *pid, pid_t none);

#endif
