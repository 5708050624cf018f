/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* start.c - see start.h.  Source: System V ABI AMD64, "Process Initialization". */
#include "syscall-xlate/bsd/start.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own-fd.h"
#include "base/policy.h"
#include "base/table.h"
#include "syscall-xlate/bsd/proc-watch.h"
#include "syscall-xlate/trace.h"

enum { STACK_SIZE = 64 << 20 };

/* The same on both systems: sys/exec.h. */
struct ps_strings {
	gaddr argv;
	uint32_t argc, pad1;
	gaddr envp;
	uint32_t envc, pad2;
};

static int stack_new(struct bsd_builder *b, struct err *e)
{
	gaddr top = guest_mem->high - PAGE, at = top - STACK_SIZE;
	int ret;

	space_lock();
	ret = space_add(at - PAGE, STACK_SIZE + 2 * PAGE);
	space_unlock();
	if (ret == 0)
		ret = guest_mem->map(at, STACK_SIZE, GUEST_READ | GUEST_WRITE,
				     -1, 0, 0);
	if (ret)
		return err_set(e, -ret, "the stack: %s", strerror(-ret));
	*b = (struct bsd_builder){ .at = top, .low = at, .top = top };
	return 0;
}

gaddr bsd_push(struct bsd_builder *b, const void *data, size_t n, unsigned align)
{
	/* A program gets half of it at most, as on the systems themselves. */
	if (n > b->at - b->low - STACK_SIZE / 2) {
		b->err = E2BIG;
		return 0;
	}
	b->at = ROUND_DOWN(b->at - n, (uint64_t)align);
	if (guest_mem->write(b->at, data, n))
		b->err = EFAULT;
	return b->at;
}

static uint64_t count(char *const *v)
{
	uint64_t n = 0;

	while (v[n])
		n++;
	return n;
}

struct bsd_vectors bsd_push_vectors(struct bsd_builder *b,
				    const struct launch *l,
				    const struct bsd_aux *aux, unsigned naux,
				    unsigned residue)
{
	struct bsd_vectors v = { .argc = count(l->argv), .envc = count(l->envp) };
	size_t words = 1 + v.argc + 1 + v.envc + 1 + 2 * (naux + 1);
	uint64_t *block = calloc(words, sizeof *block), *w = block;

	if (!block) {
		b->err = ENOMEM;
		return v;
	}
	*w++ = v.argc;
	for (uint64_t i = 0; i < v.argc; i++) {
		const char *s = i == 0 && l->argv0 ? l->argv0 : l->argv[i];

		*w++ = bsd_push(b, s, strlen(s) + 1, 1);
	}
	w++;
	for (uint64_t i = 0; i < v.envc; i++)
		*w++ = bsd_push(b, l->envp[i], strlen(l->envp[i]) + 1, 1);
	w++;
	memcpy(w, aux, naux * sizeof *aux);
	/* Where the block must begin for its lowest word to be aligned so. */
	b->at = ROUND_DOWN(b->at - residue, 16) + residue;
	b->at -= ROUND_UP(words * 8, 16) - words * 8;
	v.sp = bsd_push(b, block, words * 8, 8);
	v.argv = v.sp + 8;
	v.envp = v.argv + (v.argc + 1) * 8;
	free(block);
	return v;
}

int bsd_first_load(struct bsd_first *f, const struct bsd_system *sys,
		   const struct launch *l, struct err *e)
{
	const struct ps_strings later = { 0 };

	bsd_sys = sys;
	bsd_launch = l;
	if (bsd_trace(e))
		return -1;
	bsd_exe = realpath(l->path, NULL);
	if (!bsd_exe)
		return err_set(e, errno, "%s", strerror(errno));
	bsd_signals_init();
	proc_executed();
	/* A place among the sandbox's processes may have been inherited. */
	if (policy)
		own_fd_begin();
	trace_json_hide();
	if (bsd_map_program(l, (uint32_t)*bsd_sys->ncalls, &f->im, e) ||
	    stack_new(&f->b, e))
		return -1;
	bsd_brk_init(f->im.end);
	f->ps_strings = bsd_push(&f->b, &later, sizeof later, 16);
	f->path = bsd_push(&f->b, bsd_exe, strlen(bsd_exe) + 1, 8);
	return 0;
}

int bsd_first_thread(struct bsd_first *f, const struct bsd_vectors *v,
		     struct task **t, struct guest_regs *first, struct err *e)
{
	struct ps_strings ps = { v->argv, (uint32_t)v->argc, 0, v->envp,
				 (uint32_t)v->envc, 0 };
	struct bsd_thread *th;
	int error = f->b.err;

	if (!error && guest_mem->write(f->ps_strings, &ps, sizeof ps))
		error = EFAULT;
	if (error)
		return err_set(e, error, "arguments and environment: %s",
			       strerror(error));
	th = bsd_thread_new(NULL);
	if (!th)
		return err_set(e, ENOMEM, "no memory");
	*first = (struct guest_regs){
		.rip = f->im.run,
		.rsp = v->sp,
		.rflags = 0x202,
		.cs = 0x33,
		.ss = 0x2b,
		.kind = REGS_FULL,
	};
	bsd_initial_fpu(first);
	*t = &th->task;
	return 0;
}
