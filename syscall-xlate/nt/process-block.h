/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-block.h - what a child gets from us: handles and a start block.
 */
#ifndef RF_NT_PROCESS_BLOCK_H
#define RF_NT_PROCESS_BLOCK_H

#include "syscall-xlate/nt/process-create.h"
#include "syscall-xlate/nt/process-request.h"

struct passing {
	const struct request *request;
	uint8_t *at; /* struct start_handle, one after the other */
	size_t len, room;
	uint32_t n;
	struct passed_object {
		struct object *o; /* a reference */
		int fd;
		bool ours; /* a copy made for the child */
	} * objects;
	uint32_t objects_room;
	size_t listed; /* inheritable ones of the request's handle list */
	bool failed;
	bool told;      /* one is of an object that its processes tell of */
	int std_fd[3];  /* -1: none */
	int control[2]; /* our end, the child's; -1 */
	int debug[2];   /* the debugger's end, the child's; -1 */
	int console;	/* of the console that the child shares; -1 */
	uint32_t debug_flags;
};

/*
 * The handles that r's child gets.  g is to be freed in any case; its control
 * is the caller's to close.  STATUS_NO_MEMORY; STATUS_INVALID_PARAMETER: the
 * request lists one that cannot be inherited; what remote_ask() says if they
 * are another parent's.
 */
NTSTATUS passing_collect(const struct request *r, struct passing *g);
/* Both ends of g->control; without one handles are only inherited, not given
   later. */
void passing_make_control(struct passing *g);
/* g->console, which stays ours, for a child on our console. */
void passing_make_console(struct passing *g);
/* Both ends of g->debug; the caller's to close.  0 or -errno. */
int passing_make_debug(struct passing *g);
void passing_free(struct passing *g);

/* The block, mapped: *size bytes; its descriptor in *fd.  NULL: no memory. */
struct start_block *start_block_make(const struct request *r,
				     const struct passing *g, size_t *size,
				     int *fd);
/* Of a parent below normal the class is inherited, of others it is not. */
uint32_t child_priority(const struct request *r);

#endif
