/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* start.h - the first stack of a BSD program. */
#ifndef RF_BSD_START_H
#define RF_BSD_START_H

#include "syscall-xlate/bsd/bsd.h"

/* A stack that grows down while it is filled.  err: something did not fit. */
struct bsd_builder {
	gaddr at;	/* lowest address used so far */
	gaddr low, top; /* the stack's mapping */
	int err;
};

struct bsd_aux {
	uint64_t type, value;
};

/* Maps the stack, and sets b. */
int bsd_stack_new(struct bsd_builder *b, struct err *e);
/* n bytes, aligned; returns their guest address. */
gaddr bsd_push(struct bsd_builder *b, const void *data, size_t n,
	       unsigned align);

struct bsd_vectors {
	gaddr argv, envp, sp; /* sp: argc, then argv, envp and auxv */
	uint64_t argc, envc;
};

/*
 * Pushes arguments, environment, and then argc, argv, envp and auxv (naux
 * entries; a terminating one is added) so that sp % 16 == residue.
 */
struct bsd_vectors bsd_push_vectors(struct bsd_builder *b,
				    const struct launch *l,
				    const struct bsd_aux *aux, unsigned naux,
				    unsigned residue);

/* struct ps_strings, the same on both systems. */
struct bsd_ps_strings {
	gaddr argv;
	uint32_t argc, pad1;
	gaddr envp;
	uint32_t envc, pad2;
};

#endif
