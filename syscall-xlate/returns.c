/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* returns.c - does this kernel spoil the prediction of returns?  See returns.h. */
#include "syscall-xlate/returns.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"

__thread bool returns_spoiled;
_Atomic uint32_t returns_cheap_calls;
_Atomic bool returns_matter;

/* Linux, Documentation/admin-guide/hw-vuln/srso.rst and kernel-parameters.txt. */
static const char *const defences[][2] = {
	{ "/sys/devices/system/cpu/vulnerabilities/spec_rstack_overflow",
	  "Safe RET" },
	{ "/sys/devices/system/cpu/vulnerabilities/retbleed",
	  "untrained return thunk" },
};

void returns_ask(void)
{
	const int host_error = errno; /* of the call that spoiled them */

	for (size_t i = 0; i < COUNT_OF(defences); i++) {
		char text[128];
		int fd = open(defences[i][0], O_RDONLY | O_CLOEXEC);
		ssize_t n;

		if (fd < 0)
			continue;
		n = read(fd, text, sizeof text - 1);
		close(fd);
		text[n > 0 ? n : 0] = 0;
		if (strstr(text, defences[i][1]))
			returns_matter = true;
	}
	errno = host_error;
}
