/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wow64.c - calls of 32-bit programs, which every handler sees as a 64-bit
 * program's: numbers are widened, and structures that differ are made anew in
 * a few pages of guest memory behind the thread's TEBs, as Windows does on its
 * second, 64-bit stack.  What differs is in wow64.tbl and in the call's row.
 *
 * Calls of one thread do not nest, so the pages are empty at each call.  A
 * handler that does not return needs nothing back.
 */
#include "syscall-xlate/nt/wow64.h"

#include <string.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/wow64-args.h"

extern const struct xlate_call nt_calls[];

#include "syscall-xlate/nt/wow64-rows.h"

/*
 * One handle or SIZE_T, what most calls have, without the machinery.  Output is
 * read as well, as wow64_fixed_in() does.
 */
static inline NTSTATUS word_in(struct wow64_frame *f, const struct wow64_arg *a)
{
	const gaddr from = f->args[a->arg];
	uint32_t v;

	if (!from)
		return STATUS_SUCCESS;
	if (guest_get32(f->t, &v, from) ||
	    (a->dir & WOW64_OUT && guest_put32(f->t, from, v)))
		return STATUS_ACCESS_VIOLATION;
	if (f->end - f->scratch < 16)
		return wow64_fixed_in(f, a); /* finds room elsewhere */
	f->wide[a->arg] = f->scratch;
	f->scratch += 16;
	return guest_put64(f->t, f->wide[a->arg], wow64_word(a->layout, v))
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

static inline NTSTATUS word_out(struct wow64_frame *f,
				const struct wow64_arg *a)
{
	const gaddr to = f->args[a->arg];
	uint32_t v;

	/* The lower half comes first. */
	if (to && a->dir & WOW64_OUT &&
	    (guest_get32(f->t, &v, f->wide[a->arg]) ||
	     guest_put32(f->t, to, v)))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

static NTSTATUS arg_in(struct wow64_frame *f, const struct wow64_arg *a)
{
	const struct wow64_layout *l;

	switch (a->way) {
	case WOW64_WORD:
		return word_in(f, a);
	case WOW64_FIXED:
		return f->args[a->arg] ? wow64_fixed_in(f, a) : STATUS_SUCCESS;
	case WOW64_SPECIAL:
		return a->special(f, a, false);
	default:
		l = wow64_layout_of(f, a);
		if (!l)
			return STATUS_SUCCESS;
		if (!(a->dir & WOW64_OUT))
			return wow64_class_in(f, a, l);
		f->out = a;
		f->out_layout = l;
		return STATUS_SUCCESS;
	}
}

static NTSTATUS arg_out(struct wow64_frame *f, const struct wow64_arg *a)
{
	/* Done with the buffer it is about. */
	if (f->out && a->arg == f->out->ret_len)
		return STATUS_SUCCESS;
	switch (a->way) {
	case WOW64_WORD:
		return word_out(f, a);
	case WOW64_FIXED:
		return a->dir & WOW64_OUT ? wow64_fixed_out(f, a)
					  : STATUS_SUCCESS;
	case WOW64_SPECIAL:
		return a->special(f, a, true);
	default:
		return STATUS_SUCCESS;
	}
}

static int64_t wow64_run(struct task *t, const uint64_t *args)
{
	const uint32_t nr = (uint32_t)t->regs->rax;
	const struct wow64_call *c = &wow64_calls[nr];
	const struct xlate_call *call = &nt_calls[nr];
	struct wow64_frame f;
	NTSTATUS status = STATUS_SUCCESS, err = STATUS_SUCCESS;

	f.t = t;
	f.args = args;
	f.nbig = 0;
	f.out = NULL;
	f.scratch = nt_thread(t)->scratch;
	f.end = f.scratch + WOW64_SCRATCH;
	/* By fours, which needs no call; both arrays have room for all. */
	_Static_assert(XLATE_MAX_ARGS % 4 == 0, "");
	for (unsigned i = 0; i < call->nargs; i += 4)
		memcpy(&f.wide[i], &args[i], 4 * sizeof *args);
	for (unsigned i = 0; i < c->nargs && !status; i++)
		status = arg_in(&f, &c->args[i]);
	if (status) {
		wow64_free_big(&f);
		return status;
	}
	status = f.out ? wow64_class_out(&f, f.out, f.out_layout, call)
		       : (NTSTATUS)xlate_run(call)(t, f.wide);
	for (unsigned i = 0; i < c->nargs && !err; i++)
		err = arg_out(&f, &c->args[i]);
	if (f.nbig)
		wow64_free_big(&f);
	return err && NT_SUCCESS(status) ? err : status;
}

/*
 * Rows of calls with something to convert lead to wow64_run(); made at the
 * first use of each, all of them alike.
 */
const struct xlate_call *wow64_find_call(uint32_t nr)
{
	static struct xlate_call rows[COUNT_OF(wow64_calls)] SPARSE;
	const struct xlate_call *call = &nt_calls[nr];
	struct xlate_call *row;

	if (nr >= COUNT_OF(wow64_calls) || !wow64_calls[nr].args)
		return call;
	row = &rows[nr];
	if (!__atomic_load_n(&row->run, __ATOMIC_ACQUIRE))
		xlate_copy(row, call, wow64_run);
	return row;
}

int wow64_fetch_args(struct task *t, const struct guest_regs *regs,
		     const struct xlate_call *call, uint64_t *args)
{
	/* Behind the return address; "int 2Eh" has their address in edx. */
	gaddr at =
		regs->kind == REGS_CALL32 ? regs->rsp + 4 : (uint32_t)regs->rdx;
	const unsigned n = call->nargs;
	uint32_t narrow[XLATE_MAX_ARGS];

	if (guest_read(t, narrow, at, n * sizeof *narrow))
		return -1;
	for (unsigned i = 0; i < n; i++)
		args[i] = call->handles >> i & 1
				  ? (uint64_t)(int64_t)(int32_t)narrow[i]
				  : narrow[i];
	return 0;
}
