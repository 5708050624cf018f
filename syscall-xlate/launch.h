/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * launch.h - what a personality is told of the program it has to start.
 */
#ifndef RF_LAUNCH_H
#define RF_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct image;

struct launch {
	const struct image *image; /* parsed, open; lives for the whole run */
	const char *path;	   /* host path of the program, as given */
	char *const *argv;	   /* argv[0] is the program; NULL-terminated */
	char *const *envp;	   /* host environment */
	const char *cmdline;	   /* raw command line (--cmdline) or NULL */
	const char *dlls;	   /* folder of the built-in DLLs, both widths
				      in subfolders x86_64-windows, i686-... */
	const char *exit_status_file; /* --exit-status FILE or NULL */
	/* Our own options, which children get as well (process-create.c). */
	char *const *options;
	unsigned noptions;
	const char *sysroot; /* --sysroot DIR or NULL: the foreign system's files */
	const char *argv0; /* what the program is told as its name; NULL: argv[0] */
	bool runs_32bit; /* the engine can run 32-bit programs (children) */
	int parent_channel;	   /* descriptor of a parent's start block, -1 */
};

/*
 * exit_status_begin() - empties the file of --exit-status, so that nobody takes
 * an older program's code for this one's.  0, or -1 with e set.
 */
int exit_status_begin(const struct launch *l, struct err *e);
/* The program ends with code: writes it there. */
void exit_status_end(const struct launch *l, uint32_t code);

#endif
