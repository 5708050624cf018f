/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/companion.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>

#include "base/raw-call.h"

int companion_spawn(const char *path, char *const argv[],
		    const posix_spawn_file_actions_t *fa, pid_t *pid)
{
	char *const envp[] = { NULL };
	posix_spawnattr_t attr;
	sigset_t set;
	int err;

	posix_spawnattr_init(&attr);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attr, &set);
	sigfillset(&set);
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETSID);
	err = posix_spawn(pid, path, fa, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	return err;
}

NO_TLS void companion_stop(_Atomic pid_t *pid, pid_t none)
{
	pid_t it = *pid;

	if (it <= 0 || !atomic_compare_exchange_strong(pid, &it, none))
		return;
	raw_call(SYS_kill, it, SIGKILL, 0, 0);
	while (raw_call(SYS_wait4, it, 0, 0, 0) == -EINTR)
		;
}
