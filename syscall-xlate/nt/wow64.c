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

static int64_t wow64_run(struct task *t, const uint64_t *args)
{
	const uint32_t nr = (uint32_t)t->regs->rax;
	const struct wow64_call *c = &wow64_calls[nr];
	const struct xlate_call *call = &nt_calls[nr];
	struct wow64_frame f;
	const struct wow64_layout *l, *out_layout = NULL;
	const struct wow64_arg *out = NULL; /* the one with a class */
	NTSTATUS status = STATUS_SUCCESS, err = STATUS_SUCCESS;

	f.t = t;
	f.args = args;
	f.nbig = 0;
	f.scratch = nt_thread(t)->scratch;
	f.end = f.scratch + WOW64_SCRATCH;
	memcpy(f.wide, args, call->nargs * sizeof *args);
	for (unsigned i = 0; i < c->nargs && !status; i++) {
		const struct wow64_arg *a = &c->args[i];

		if (a->special) {
			status = a->special(&f, a, false);
		} else if (a->len < 0) {
			status = wow64_fixed_in(&f, a);
		} else if ((l = wow64_layout_of(&f, a))) {
			if (a->dir & WOW64_OUT) {
				out = a;
				out_layout = l;
			} else {
				status = wow64_class_in(&f, a, l);
			}
		}
	}
	if (status) {
		wow64_free_big(&f);
		return status;
	}
	status = out ? wow64_class_out(&f, out, out_layout, call)
		     : (NTSTATUS)xlate_run(call)(t, f.wide);
	for (unsigned i = 0; i < c->nargs && !err; i++) {
		const struct wow64_arg *a = &c->args[i];

		/* Done with the buffer it is about. */
		if (out && a->arg == out->ret_len)
			continue;
		if (a->special)
			err = a->special(&f, a, true);
		else if (a->len < 0 && a->dir & WOW64_OUT)
			err = wow64_fixed_out(&f, a);
	}
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
	uint64_t two;

	for (unsigned i = 0; i + 1 < n; i += 2, at += 8) {
		if (guest_get64(t, &two, at))
			return -1;
		args[i] = (uint32_t)two;
		args[i + 1] = two >> 32;
	}
	if (n % 2) {
		uint32_t one;

		if (guest_get32(t, &one, at))
			return -1;
		args[n - 1] = one;
	}
	for (uint32_t h = call->handles; h; h &= h - 1) {
		unsigned i = (unsigned)__builtin_ctz(h);

		args[i] = (uint64_t)(int64_t)(int32_t)args[i];
	}
	return 0;
}
