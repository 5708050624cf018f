/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * personality.c - Windows to the core: how its calls come and go.
 *
 * x64: number in eax; arguments in r10 (rcx at the stub's entry), rdx, r8, r9,
 * then on the stack behind 32 bytes of home space; NTSTATUS in rax.
 * 32 bits: the same numbers, all arguments on the stack; see wow64.h.
 */
#include <errno.h>
#include <string.h>

#include "loader/image/image.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/mitigation.h"
#include "syscall-xlate/nt/nt.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/shared.h"
#include "syscall-xlate/nt/start.h"
#include "syscall-xlate/nt/time.h"
#include "syscall-xlate/nt/trace-names.h"
#include "syscall-xlate/nt/vad.h"
#include "syscall-xlate/nt/wow64.h"

extern const struct xlate_call nt_calls[];
extern const size_t nt_ncalls;

static const struct xlate_call *find_call(const struct guest_regs *regs)
{
	uint32_t nr = (uint32_t)regs->rax;

	/* Bits 12 and 13 choose the table; win32k's is not here. */
	if (nr >= nt_ncalls || !nt_calls[nr].name)
		return NULL;
	return regs_code32(regs) ? wow64_find_call(nr) : &nt_calls[nr];
}

static int fetch_args(struct task *t, const struct guest_regs *regs,
		      const struct xlate_call *call, uint64_t *args)
{
	unsigned n = call->nargs;

	if (regs_code32(regs))
		return wow64_fetch_args(t, regs, call, args);
	args[0] = regs->r10;
	args[1] = regs->rdx;
	args[2] = regs->r8;
	args[3] = regs->r9;
	if (n <= 4)
		return 0;
	/* A trapped call still has its return address on the stack. */
	return guest_get64s(t, args + 4,
			    regs->rsp + (regs->kind == REGS_CALL ? 0x20 : 0x28),
			    n - 4);
}

static void set_result(struct guest_regs *regs, int64_t ret)
{
	regs->rax = (uint64_t)ret;
	if (__builtin_expect((NTSTATUS)ret == STATUS_INVALID_HANDLE, 0))
		mitigation_invalid_handle(regs);
}

static int accepts(const struct image *img, struct err *e)
{
	if (img->is_dll)
		return err_set(e, ENOEXEC,
			       "this is a DLL; programs load it, it does not "
			       "run by itself");
	if (img->bits == 32 && img->is_dotnet)
		return err_set(e, ENOEXEC,
			       "this is a .NET assembly, which needs a .NET "
			       "runtime; run it with one for Linux (dotnet, "
			       "mono)");
	if (img->is_dotnet && img->entry_rva == 0)
		return err_set(e, ENOEXEC,
			       "this is a .NET assembly without native code; "
			       "run it with a .NET runtime for Linux (dotnet, "
			       "mono)");
	if (img->entry_rva == 0)
		return err_set(e, ENOEXEC, "it has no entry point");
	return 0;
}

static void pending(struct task *t, struct guest_regs *regs)
{
	nt_pending(t, regs);
}

static bool populate(struct task *t, gaddr addr, int access)
{
	return (access == 0 && shared_data_populate(addr)) ||
	       vm_populate(addr, access);
}

static int start(const struct launch *l, struct task **t,
		 struct guest_regs *first, struct err *e)
{
	if (trace_start(&nt_trace_names, e))
		return -1;
	return nt_start(l, t, first, e);
}

const struct personality personality_nt = {
	.name = "nt",
	.system = IMAGE_WINDOWS,
	.summary = "Windows 10 programs (PE32+ and PE32)",
	.calls = nt_calls,
	.ncalls = &nt_ncalls,
	.no_such_call = STATUS_INVALID_SYSTEM_SERVICE,
	.accepts = accepts,
	.start = start,
	.find_call = find_call,
	.fetch_args = fetch_args,
	.set_result = set_result,
	.bad_args = STATUS_ACCESS_VIOLATION,
	.fault = nt_fault,
	.pending = pending,
	.task_started = placement_task_started,
	.task_ended = nt_task_ended,
	.populate = populate,
	.restore_shared = shared_restore,
};
