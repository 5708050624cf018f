/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* log.c - see log.h. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"

unsigned log_enabled;

const char *const log_names[LOG_CATEGORIES] = {
	[LOG_IMAGE] = "image", [LOG_ENGINE] = "engine",
	[LOG_TRAP] = "trap",   [LOG_NT] = "nt",
	[LOG_FILE] = "file",   [LOG_SYNC] = "sync",
	[LOG_PROCESS] = "process",
};

int log_enable(const char *list)
{
	while (*list) {
		size_t n = strcspn(list, ",");
		unsigned bits = 0;

		if (n == 3 && !strncmp(list, "all", 3))
			bits = (1u << LOG_CATEGORIES) - 1;
		for (unsigned i = 0; i < LOG_CATEGORIES; i++)
			if (strlen(log_names[i]) == n &&
			    !strncmp(list, log_names[i], n))
				bits = 1u << i;
		if (!bits)
			return -1;
		log_enabled |= bits;
		list += n;
		list += *list == ',';
	}
	return 0;
}

void log_line(const char *prefix, const char *fmt, ...)
{
	int saved = errno;
	char line[1024];
	size_t n;
	va_list ap;

	n = (size_t)snprintf(line, sizeof line, "%s: ", prefix);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof line - n - 1, fmt, ap);
	va_end(ap);
	n = strlen(line);
	line[n++] = '\n';
	/* Nothing to be done if stderr is gone. */
	if (write(STDERR_FILENO, line, n) < 0)
		errno = 0;
	errno = saved;
}
