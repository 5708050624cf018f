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

/* A program that is about to begin. */
struct bsd_first {
	struct bsd_image im;
	struct bsd_builder b;
	gaddr ps_strings; /* filled in by bsd_first_thread() */
	gaddr path;	  /* the program's, a string */
};

/*
 * Maps a program of sys and its stack, with the strings on it.  Before anything
 * else of bsd/ is called.
 */
int bsd_first_load(struct bsd_first *f, const struct bsd_system *sys,
		   const struct launch *l, struct err *e);
/* Its thread, and registers that are alike on both systems. */
int bsd_first_thread(struct bsd_first *f, const struct bsd_vectors *v,
		     struct task **t, struct guest_regs *first, struct err *e);

#endif
