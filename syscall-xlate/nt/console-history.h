/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-history.h - what a console remembers for each program: the lines that
 * were entered, and its aliases.  Programs go by their files' names (cmd.exe).
 *
 * It is one list of records beside struct console_shared, for all processes on
 * the console, under a lock of the host's that a killed process lets go.  Who
 * changes it writes all of it beside what is there, which then takes its place,
 * so nobody who is killed leaves half of anything.  And nobody need keep to the
 * lock, nor to what a record is: each works on a copy of his own.
 */
#ifndef RF_NT_CONSOLE_HISTORY_H
#define RF_NT_CONSOLE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscall-xlate/nt/console-line.h"

enum {
	HISTORY_NO_DUP = 1,
	HISTORY_LINES = 50,  /* each program's, at first */
	HISTORY_BUFFERS = 4, /* programs, at first */
	STORE_BYTES = 512 << 10,
};

struct console_store {
	uint32_t lines, buffers, flags; /* 0: as at first */
	uint32_t used;
	uint8_t bytes[STORE_BYTES];
};

struct console_past {
	_Atomic uint32_t now; /* which of them counts */
	uint32_t reserved[3];
	struct console_store store[2];
};

/* A text that is not ours. */
struct units {
	const uint16_t *s;
	size_t n;
};

/* console-shared.c: all of it, and whose lock it is; -1: nobody else's. */
struct console_past *console_past_shared(int *fd);

/* This program's name. */
struct units history_self(void);

/*
 * Its lines as the editor wants them; *past is empty without memory.  Freed by
 * history_free(), or NULL.
 */
void history_load(struct units exe, struct line_past *past);
void history_free(struct line_past *past);
void history_add(struct units exe, struct units line);
void history_clear(struct units exe);
/* How many lines that program may have. */
void history_limit(struct units exe, uint32_t n);

/* For all programs: how many lines each has, how many have any; HISTORY_... */
void history_settings(uint32_t *lines, uint32_t *buffers, uint32_t *flags);
void history_set(uint32_t lines, uint32_t buffers, uint32_t flags);

/* Without a target it goes.  False: no room. */
bool alias_set(struct units exe, struct units name, struct units target);
/* All of them. */
void alias_clear(struct units exe);
/*
 * Units of the target; more than max: nothing is stored.  SIZE_MAX: there is
 * none.
 */
size_t alias_get(struct units exe, struct units name, uint16_t *to, size_t max);

/* Texts that end with 0, one behind the other; how many units, as above. */
size_t alias_list(struct units exe, uint16_t *to, size_t max);
size_t alias_programs(uint16_t *to, size_t max);
size_t history_list(struct units exe, uint16_t *to, size_t max);

/* ---- console-alias.c ---- */

/*
 * The line with the target in place of its first word, as doskey has it: $1 to
 * $9,
 * $*, $T, $G, $L, $B, $$.  Each command ends with a return and a line feed.
 * malloc'ed; NULL: no memory, or it would be longer than LINE_MAX_UNITS.
 */
uint16_t *alias_expand(struct units target, struct units line, size_t *n);
/* The line's first word. */
struct units alias_word(struct units line);

#endif
