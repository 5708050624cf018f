/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * environ.h - the host's arguments and environment in Windows' form.
 */
#ifndef RF_NT_ENVIRON_H
#define RF_NT_ENVIRON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing string of units; zeroed to start, text is malloc'ed. */
struct units {
	uint16_t *text;
	size_t len, room;
	int failed; /* no memory: len no longer grows */
};

void units_add(struct units *u, const uint16_t *s, size_t n);
void units_add_utf8(struct units *u, const char *s, size_t n);
void units_end(struct units *u); /* a NUL behind, not counted in len */

/*
 * environ_block() - the environment block of a program started from the host:
 * NAME=value NUL ... NUL, sorted by name without regard to case.
 *
 *   envp    the host's environment; PATH, HOME and TMPDIR are translated, what
 *           Windows programs expect is added
 *
 * Returns a malloc'ed block, NULL without memory; *bytes is its size with the
 * last NUL.
 */
uint16_t *environ_block(char *const *envp, size_t *bytes);

/*
 * environ_for_width() - what differs for 32-bit programs, whoever made the
 * block: PROCESSOR_ARCHITECTURE and the folders of programs.
 *
 *   block, bytes  malloc'ed, as of environ_block(); replaced
 *
 * 0, or -1 without memory; then they stay.
 */
int environ_for_width(uint16_t **block, size_t *bytes, bool wow64);

/*
 * environ_command_line() - arguments joined so that a C runtime splits them
 * into the same again.  program (a Windows path) comes first, quoted if it
 * must be.  Source: Microsoft, "Parsing C command-line arguments".
 */
void environ_command_line(struct units *u, const uint16_t *program, size_t n,
			  char *const *argv);

#endif
