/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wow64-args.h - between the files that convert a call's arguments.
 *
 * A row of wow64_calls names the arguments to convert, by what layout; a
 * struct wow64_frame is a call while that is done.
 */
#ifndef RF_NT_WOW64_ARGS_H
#define RF_NT_WOW64_ARGS_H

#include "syscall-xlate/nt/wow64.h"

struct wow64_frame;
struct wow64_arg;

/* Makes f->wide[a->arg] (done false), or stores what came (true). */
typedef NTSTATUS wow64_special(struct wow64_frame *f,
			       const struct wow64_arg *a, bool done);

struct wow64_class {
	uint32_t class;
	const struct wow64_layout *layout[3];
};

/* How an argument is converted: one at most of a call is of a class. */
enum wow64_way {
	WOW64_WORD,   /* a pointer to one handle or SIZE_T */
	WOW64_FIXED,  /* to another structure, or an array with a count */
	WOW64_CLASS,  /* to a buffer with a length */
	WOW64_SPECIAL /* by a function of its own */
};

struct wow64_arg {
	uint8_t way, arg, dir;
	int8_t len, count, class, ret_len; /* other arguments; -1: none */
	const struct wow64_layout *layout;
	const struct wow64_class *classes;
	unsigned nclasses;
	wow64_special *special;
};

struct wow64_call {
	const struct wow64_arg *args;
	unsigned nargs;
};

enum { WOW64_MAX_BIG = 4 };

/* A call under way. */
struct wow64_frame {
	struct task *t;
	const uint64_t *args;          /* as the program gave them */
	uint64_t wide[XLATE_MAX_ARGS]; /* for the handler */
	gaddr scratch, end;            /* what is left */
	const struct wow64_arg *out;   /* output with a class, and */
	const struct wow64_layout *out_layout;
	struct {
		gaddr at;
		uint64_t size;
	} big[WOW64_MAX_BIG]; /* allocated for this call */
	unsigned nbig;
};

/* ---- wow64-layout.c -------------------------------------------------- */

/*
 * Steps to the next item: its offsets in both forms.  0 at the end.
 */
struct wow64_walk {
	const char *next;
	unsigned at32, at64, end32, end64;
};
char wow64_step(struct wow64_walk *w);
/* Bytes of an item. */
unsigned wow64_width(char item, bool wide);

extern const struct wow64_layout wow64_handle, wow64_ptr, wow64_client_id,
	wow64_sd, wow64_requirements, wow64_image_information;

/* ---- wow64-args.c ---------------------------------------------------- */

/* n bytes for the handler's copies.  STATUS_NO_MEMORY. */
NTSTATUS wow64_room(struct wow64_frame *f, uint64_t n, gaddr *at);
void wow64_free_big(struct wow64_frame *f);
/* What a 32-bit handle or SIZE_T is in 64 bits. */
static inline uint64_t wow64_word(const struct wow64_layout *l, uint32_t v)
{
	return l->items[0] == 'h' ? (uint64_t)(int64_t)(int32_t)v : v;
}

/* A copy of the structure at at (0: none) for the handler; input only. */
NTSTATUS wow64_copy_in(struct wow64_frame *f, const struct wow64_layout *l,
		       gaddr at, uint64_t *to);
/* Copies of what input pointers of a widened structure point to. */
NTSTATUS wow64_follow(struct wow64_frame *f, const struct wow64_layout *l,
		      uint8_t *wide);
/* WOW64_FIXED, before and after the call. */
NTSTATUS wow64_fixed_in(struct wow64_frame *f, const struct wow64_arg *a);
NTSTATUS wow64_fixed_out(struct wow64_frame *f, const struct wow64_arg *a);

/* ---- wow64-info.c ---------------------------------------------------- */

/* What the class (or the code) of the call makes of a; NULL: the same. */
const struct wow64_layout *wow64_layout_of(struct wow64_frame *f,
					   const struct wow64_arg *a);
/* Input with a length. */
NTSTATUS wow64_class_in(struct wow64_frame *f, const struct wow64_arg *a,
			const struct wow64_layout *l);
/* The whole call, whose output with a length a is.  Its NTSTATUS. */
NTSTATUS wow64_class_out(struct wow64_frame *f, const struct wow64_arg *a,
			 const struct wow64_layout *l,
			 const struct xlate_call *call);

/* ---- wow64-special.c ------------------------------------------------- */

NTSTATUS wow64_attributes(struct wow64_frame *f, const struct wow64_arg *a,
			  bool done);
NTSTATUS wow64_hard_error(struct wow64_frame *f, const struct wow64_arg *a,
			  bool done);

#endif
