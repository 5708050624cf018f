/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CONTEXT and struct guest_regs; what a CONTEXT may not do; which instruction
 * it was.
 */
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/exception.h"
#include "tests/lib/host-guest.h"
#include "tests/lib/unit.h"

static struct guest_regs numbered(void)
{
	struct guest_regs r = { .kind = REGS_FULL, .cs = SEL_CODE64 };
	uint64_t *p = &r.rax;

	for (unsigned i = 0; i < 17; i++) /* up to rip */
		p[i] = 0x1000 + i;
	r.rflags = 0x202;
	for (unsigned i = 0; i < 416; i++)
		r.fx[i] = (uint8_t)i;
	r.fx[25] &= 0x7f; /* MXCSR */
	r.fx[26] = r.fx[27] = 0;
	return r;
}

START_TEST(there_and_back)
{
	struct guest_regs r = numbered(), back = { .kind = REGS_FULL };
	struct nt_context c;

	memset(&c, 0xee, sizeof c);
	ck_assert_uint_eq(context_to_guest(hg_task, G(&c), &r,
					   CONTEXT_AMD64 | CONTEXT_ALL),
			  STATUS_SUCCESS);
	ck_assert_uint_eq(c.rip, r.rip);
	ck_assert_uint_eq(c.rbx, r.rbx);
	ck_assert_uint_eq(c.r15, r.r15);
	ck_assert_uint_eq(c.cs, 0x33);
	ck_assert_uint_eq(c.gs, 0x2b);
	ck_assert_uint_eq(c.home[0], 0xeeeeeeeeeeeeeeee); /* not asked for */
	ck_assert_uint_eq(context_from_guest(hg_task, G(&c), &back),
			  STATUS_SUCCESS);
	ck_assert_mem_eq(&r.rax, &back.rax, 17 * 8);
	ck_assert_mem_eq(r.fx, back.fx, 416);
}
END_TEST

START_TEST(parts)
{
	struct guest_regs r = numbered(), to = { .kind = REGS_FULL };
	struct nt_context c = { .rax = 7, .rip = 8 };

	context_to_guest(hg_task, G(&c), &r, CONTEXT_AMD64 | CONTEXT_INTEGER);
	ck_assert_uint_eq(c.rax, r.rax);
	ck_assert_uint_eq(c.rip, 8);
	c.flags = CONTEXT_AMD64 | CONTEXT_CONTROL;
	to.rax = 9;
	ck_assert_uint_eq(context_from_guest(hg_task, G(&c), &to), 0);
	ck_assert_uint_eq(to.rax, 9);
	ck_assert_uint_eq(to.rip, 8);
}
END_TEST

START_TEST(refusals)
{
	struct guest_regs r = numbered(), before = r;
	struct nt_context c = { .flags = 0x1000f };

	ck_assert_uint_eq(context_from_guest(hg_task, 8, &r),
			  STATUS_ACCESS_VIOLATION);
	ck_assert_uint_eq(context_from_guest(hg_task, G(&c), &r),
			  STATUS_INVALID_PARAMETER);
	ck_assert_uint_eq(context_to_guest(hg_task, G(&c), &r, 0x1f),
			  STATUS_INVALID_PARAMETER);
	ck_assert_mem_eq(&r, &before, sizeof r);
}
END_TEST

START_TEST(harmless)
{
	struct guest_regs r = numbered();
	struct nt_context c = {
		.flags = CONTEXT_AMD64 | CONTEXT_ALL,
		.eflags = 0xffffffff,
		.cs = 0x10,
		.ss = 0x18,
		.mxcsr = 0xffffffff,
	};

	ck_assert_uint_eq(context_from_guest(hg_task, G(&c), &r), 0);
	ck_assert_uint_eq(r.cs, SEL_CODE64);
	ck_assert_uint_eq(r.ss, SEL_DATA);
	ck_assert_uint_eq(r.rflags & 0x200, 0x200); /* IF */
	ck_assert_uint_eq(r.rflags & 0x3000, 0);    /* IOPL */
	/* A debugger sets RF to go on at a breakpoint. */
	ck_assert_uint_eq(r.rflags & 0x1a0000, 0);  /* VM VIF VIP */
	ck_assert_uint_eq(r.fx[26] | r.fx[27], 0);
}
END_TEST

START_TEST(of_a_call)
{
	struct guest_regs r = numbered();
	struct nt_context c = { 0 };
	uint32_t mxcsr;

	r.kind = REGS_CALL;
	memcpy(&mxcsr, r.fx + 24, 4);
	context_to_guest(hg_task, G(&c), &r, CONTEXT_AMD64 | CONTEXT_ALL);
	ck_assert_uint_eq(c.rbx, r.rbx);
	ck_assert_uint_eq(c.rcx, 0);
	ck_assert_uint_eq(c.r11, 0);
	ck_assert_uint_eq(c.mxcsr, mxcsr);
	ck_assert_uint_eq(c.fx[0] | c.fx[1] << 8, 0x27f);
	ck_assert_mem_eq(c.fx + 160 + 96, r.fx + 160 + 96, 160);
}
END_TEST

START_TEST(upper_halves)
{
	struct {
		struct nt_context c;
		struct nt_context_ex ex;
		struct nt_xstate x __attribute__((aligned(64)));
	} f;
	struct guest_regs r = numbered(), back = numbered();
	const gaddr at = G(&f), xs = G(&f.x);

	if (!xstate_features())
		return;
	r.xstate = xstate_features();
	memset(r.ymm_high, 0x5a, sizeof r.ymm_high);
	memset(r.zmm_more, 0x5b, sizeof r.zmm_more);
	context_fill(&f.c, &f.ex, &f.x, at, xs, &r);
	ck_assert_uint_eq(f.c.flags & CONTEXT_XSTATE, CONTEXT_XSTATE);
	ck_assert_uint_eq(context_from_guest(hg_task, at, &back), 0);
	ck_assert_uint_eq(back.xstate, r.xstate);
	ck_assert_mem_eq(back.ymm_high, r.ymm_high, sizeof r.ymm_high);
	if (r.xstate & XSTATE_ZMM_MORE)
		ck_assert_mem_eq(back.zmm_more, r.zmm_more, sizeof r.zmm_more);

	/* Without a place in the area: left alone. */
	f.x.compaction = XSTATE_COMPACTED | XSTATE_AVX;
	f.x.mask = 0; /* the initial state */
	ck_assert_uint_eq(context_from_guest(hg_task, at, &back), 0);
	ck_assert_uint_eq(back.xstate, r.xstate & XSTATE_AVX512);

	f.ex.xstate.length = 8;
	ck_assert_uint_eq(context_from_guest(hg_task, at, &back),
			  STATUS_INVALID_PARAMETER);
}
END_TEST

/* ---- instructions ---- */

static uint32_t divisor = 6;

static const struct {
	const char *what;
	uint8_t code[16];
	enum insn_kind kind;
	uint64_t number;
} insns[] = {
	{ "nop", { 0x90 }, INSN_OTHER, 0 },
	{ "int 29h", { 0xcd, 0x29 }, INSN_INT, 0x29 },
	{ "int 2eh behind a prefix", { 0x66, 0xcd, 0x2e }, INSN_INT, 0x2e },
	{ "hlt", { 0xf4 }, INSN_PRIVILEGED, 0 },
	{ "mov cr3", { 0x0f, 0x22, 0xd8 }, INSN_PRIVILEGED, 0 },
	{ "lgdt", { 0x0f, 0x01, 0x10 }, INSN_PRIVILEGED, 0 },
	{ "sgdt", { 0x0f, 0x01, 0x00 }, INSN_OTHER, 0 },
	{ "ltr", { 0x0f, 0x00, 0xd8 }, INSN_PRIVILEGED, 0 },
	{ "verr", { 0x0f, 0x00, 0xe0 }, INSN_OTHER, 0 },
	{ "rdmsr", { 0x0f, 0x32 }, INSN_PRIVILEGED, 0 },
	{ "lock mov", { 0xf0, 0x89, 0x00 }, INSN_BAD_LOCK, 0 },
	{ "div ecx", { 0xf7, 0xf1 }, INSN_DIVIDE, 0x33333333 },
	{ "div rcx", { 0x48, 0xf7, 0xf1 }, INSN_DIVIDE, 0x3333333333333333 },
	{ "div cx", { 0x66, 0xf7, 0xf1 }, INSN_DIVIDE, 0x3333 },
	{ "div ch", { 0xf6, 0xf5 }, INSN_DIVIDE, 0x33 },
	{ "idiv r8d", { 0x41, 0xf7, 0xf8 }, INSN_DIVIDE, 0x88888888 },
	{ "idiv [rbx]", { 0xf7, 0x3b }, INSN_DIVIDE, 6 },
	{ "idiv [rbx+rax*4+8]", { 0xf7, 0x7c, 0x83, 0x08 }, INSN_DIVIDE, 6 },
	{ "neg ecx", { 0xf7, 0xd9 }, INSN_OTHER, 0 },
};

START_TEST(instructions)
{
	struct guest_regs r = {
		.cs = SEL_CODE64,
		.rip = G(insns[_i].code),
		.rcx = 0x3333333333333333,
		.r8 = 0x8888888888888888,
		.rax = (uint64_t)-2,
		.rbx = G(&divisor),
	};
	struct insn i = exception_decode(hg_task, &r);

	ck_assert_msg(i.kind == insns[_i].kind, "%s: kind %d", insns[_i].what,
		      i.kind);
	ck_assert_msg(i.number == insns[_i].number, "%s: number %#llx",
		      insns[_i].what, (unsigned long long)i.number);
}
END_TEST

START_TEST(unreadable)
{
	struct guest_regs r = { .cs = SEL_CODE64, .rip = 16 };

	ck_assert_int_eq(exception_decode(hg_task, &r).kind, INSN_UNREADABLE);
}
END_TEST

/* ---- unwinding ---- */

START_TEST(unwinds)
{
	static struct {
		uint32_t begin, end, info;
		/* sub $0x20,%rsp at 5; push %rbx at 1 */
		uint8_t unwind[8];
	} image = { 0x100,
		    0x200,
		    offsetof(typeof(image), unwind),
		    { 1, 5, 2, 0, 5, 0x32, 1, 0x30 } };
	struct unwind_module m = { G(&image), 0x1000, 0, 12 };
	uint64_t stack[8] = { 1, 2, 3, 4, 0xbbbb, 0x7777, 9 };
	struct guest_regs r = { .rip = G(&image) + 0x150, .rsp = G(stack) };

	ck_assert(unwind_step(hg_task, &m, &r));
	ck_assert_uint_eq(r.rip, 0x7777);
	ck_assert_uint_eq(r.rbx, 0xbbbb);
	ck_assert_uint_eq(r.rsp, G(stack + 6));

	/* Before the allocation. */
	r = (struct guest_regs){ .rip = G(&image) + 0x101,
				 .rsp = G(stack + 4) };
	ck_assert(unwind_step(hg_task, &m, &r));
	ck_assert_uint_eq(r.rip, 0x7777);

	image.unwind[0] = 7; /* no such version */
	r.rip = G(&image) + 0x150;
	ck_assert(!unwind_step(hg_task, &m, &r));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("context");
	TCase *tc = tcase_create("context");

	tcase_add_checked_fixture(tc, hg_start, NULL);
	tcase_add_test(tc, refusals);
	tcase_add_test(tc, there_and_back);
	tcase_add_test(tc, parts);
	tcase_add_test(tc, harmless);
	tcase_add_test(tc, of_a_call);
	tcase_add_test(tc, upper_halves);
	tcase_add_loop_test(tc, instructions, 0, COUNT_OF(insns));
	tcase_add_test(tc, unreadable);
	tcase_add_test(tc, unwinds);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
