/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-print.h - what --check has found, as text or JSON. */
#ifndef RF_CHECK_PRINT_H
#define RF_CHECK_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exported {
	char *name; /* NULL: by ordinal */
	uint32_t ordinal;
	char *forwarder;
};

struct import {
	char *dll;  /* as the file names it */
	char *name; /* NULL: by ordinal */
	uint32_t ordinal;
	bool delayed;
	size_t from;         /* index of the module behind dll */
	const char *support; /* full, partial, stub, missing */
	const char *note;
};

struct module {
	char *name;
	char *path;    /* NULL: not found */
	char *problem; /* why it cannot be used */
	bool builtin, wanted, raw_calls;
	struct exported *exports;
	size_t nexports;
	struct import *imports;
	size_t nimports;
};

struct check_result {
	char *program; /* NULL: not found */
	int bits, status;
	uint16_t machine, subsystem;
	bool pe, batch, raw_calls;
	const char *personality;
	const char *problem;
	struct module *modules; /* the program first */
	size_t nmodules;
};

/* Is anything missing or a stub? */
bool check_incomplete(const struct check_result *r);
void check_print(const struct check_result *r, const char *asked);
void check_print_json(const struct check_result *r, const char *asked);

#endif
