/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log.h - messages for us (--debug) and the few warnings for users.
 *
 * Each line is made in a local buffer and leaves by one write(2), so lines of
 * several threads never mix and a signal handler may log.
 */
#ifndef RF_LOG_H
#define RF_LOG_H

#include <stdbool.h>

enum log_category {
	LOG_IMAGE,  /* parsing and mapping executables */
	LOG_ENGINE, /* gates, signals, VM exits */
	LOG_TRAP,   /* faults and exceptions */
	LOG_NT,     /* the NT personality */
	LOG_FILE,   /* paths and files */
	LOG_SYNC,   /* objects and waits */
	LOG_PROCESS,/* processes and threads */
	LOG_CATEGORIES
};

extern unsigned log_enabled; /* bit per category */

/*
 * Enables the categories named in list ("image,nt"; "all").
 * Returns 0, or -1 if a name is unknown.
 */
int log_enable(const char *list);

void log_line(const char *prefix, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define log_on(cat) (__builtin_expect(log_enabled >> (cat) & 1, 0))

#define log_debug(cat, ...)                                                    \
	do {                                                                   \
		if (log_on(cat))                                               \
			log_line(log_names[cat], __VA_ARGS__);                 \
	} while (0)

/* Something a user should know: "run-foreign: text" on stderr. */
#define log_warn(...) log_line("run-foreign", __VA_ARGS__)

extern const char *const log_names[LOG_CATEGORIES];

#endif
