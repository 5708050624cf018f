/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Structures of 32-bit programs made wide and narrow; arguments; the 32-bit
 * CONTEXT.
 */
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/wow64.h"
#include "tests/lib/host-guest.h"
#include "tests/lib/unit.h"

extern const struct wow64_layout wow64_oa, wow64_client_id,
	wow64_basic_limits, wow64_memory_basic, wow64_system_process,
	wow64_create_info, wow64_exception_record, wow64_image_information;

/* Sizes that others have measured: winnt.h, winternl.h and phnt's asserts. */
static const struct {
	const struct wow64_layout *layout;
	unsigned size32, size64;
} sizes[] = {
	{ &wow64_ustr, 8, 16 },
	{ &wow64_oa, 24, 48 },
	{ &wow64_client_id, 8, 16 },
	{ &wow64_basic_limits, 48, 64 },
	{ &wow64_memory_basic, 28, 48 },
	{ &wow64_system_process, 184, 256 },
	{ &wow64_create_info, 72, 88 },
	{ &wow64_exception_record, 80, 152 },
	{ &wow64_image_information, 48, 64 },
	{ &wow64_process_parameters, 0x2a4, 0x410 },
};

START_TEST(layout_sizes)
{
	ck_assert_uint_eq(sizes[_i].layout->size32, sizes[_i].size32);
	ck_assert_uint_eq(sizes[_i].layout->size64, sizes[_i].size64);
}
END_TEST

START_TEST(object_attributes)
{
	const uint32_t narrow[6] = { 24, 0xfffffffc, 0x80001000, 0x40,
				     0xfffff000, 0 };
	struct object_attributes64 oa;
	uint32_t back[6];

	wow64_widen(&wow64_oa, &oa, narrow);
	ck_assert_uint_eq(oa.length, 48);
	ck_assert_uint_eq(oa.root, ~3ull);	   /* a handle has a sign */
	ck_assert_uint_eq(oa.name, 0x80001000ull); /* a pointer has none */
	ck_assert_uint_eq(oa.attributes, 0x40);
	ck_assert_uint_eq(oa.security, 0xfffff000ull);
	wow64_narrow(&wow64_oa, back, &oa);
	ck_assert_mem_eq(back, narrow, sizeof narrow);
}
END_TEST

START_TEST(wrong_length)
{
	uint32_t narrow[6] = { 48 };
	struct object_attributes64 oa;

	/* What a 64-bit program would say is wrong here. */
	wow64_widen(&wow64_oa, &oa, narrow);
	ck_assert_uint_eq(oa.length, 0);
}
END_TEST

START_TEST(parameters)
{
	struct process_parameters64 p = {
		.std_in = 4,
		.environment = 0x12345678,
		.window_flags = 9,
		.environment_size = 0x77,
	};
	uint32_t narrow[0x2a4 / 4];

	p.command_line.length = 6;
	p.command_line.buffer = 0xabcdef0;
	p.runtime.buffer = 0x1111;
	wow64_narrow(&wow64_process_parameters, narrow, &p);
	ck_assert_uint_eq(narrow[0x18 / 4], 4);
	ck_assert_uint_eq(narrow[0x40 / 4], 6);
	ck_assert_uint_eq(narrow[0x44 / 4], 0xabcdef0);
	ck_assert_uint_eq(narrow[0x48 / 4], 0x12345678);
	ck_assert_uint_eq(narrow[0x68 / 4], 9);
	ck_assert_uint_eq(narrow[0x8c / 4], 0x1111);
	ck_assert_uint_eq(narrow[0x290 / 4], 0x77);
}
END_TEST

/* ---- arguments ---------------------------------------------------------- */

static const struct {
	const char *what;
	unsigned kind, n;
	uint32_t handles;
	uint64_t want[3];
} calls[] = {
	{ "pointers", REGS_CALL32, 3, 0, { 0xfffffff1, 2, 0x80000003 } },
	{ "a handle", REGS_CALL32, 3, 1, { ~0xeull, 2, 0x80000003 } },
	{ "an odd one", REGS_CALL32, 1, 1, { ~0xeull, ~0ull, ~0ull } },
	{ "int 2Eh", REGS_FULL, 2, 0, { 0xfffffff1, 2, ~0ull } },
};

START_TEST(arguments)
{
	/* Low memory: registers of 32-bit code hold its address. */
	uint32_t *stack = mmap((void *)0x20000000, 4096, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
			       -1, 0);
	const struct xlate_call call = { .nargs = (uint8_t)calls[_i].n,
					 .handles = calls[_i].handles };
	struct guest_regs r = { .kind = calls[_i].kind, .cs = SEL_CODE32 };
	uint64_t args[XLATE_MAX_ARGS] = { ~0ull, ~0ull, ~0ull };

	ck_assert_ptr_ne(stack, MAP_FAILED);
	stack[0] = 0xdead; /* return address */
	stack[1] = 0xfffffff1;
	stack[2] = 2;
	stack[3] = 0x80000003;
	r.rsp = G(stack);
	r.rdx = G(stack + 1);
	ck_assert_int_eq(wow64_fetch_args(hg_task, &r, &call, args), 0);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_msg(args[i] == calls[_i].want[i], "%s: %u is %#jx",
			      calls[_i].what, i, (uintmax_t)args[i]);
	r.rsp = r.rdx = 16;
	ck_assert_int_ne(wow64_fetch_args(hg_task, &r, &call, args), 0);
}
END_TEST

/* ---- CONTEXT ------------------------------------------------------------ */

static struct guest_regs numbered(void)
{
	struct guest_regs r = { .kind = REGS_FULL, .cs = SEL_CODE32 };
	uint64_t *p = &r.rax;

	for (unsigned i = 0; i < 17; i++)
		p[i] = 0x80001000 + i;
	memset(&r.r8, 0, 8 * sizeof r.r8);
	r.rflags = 0x202;
	for (unsigned i = 160; i < 288; i++)
		r.fx[i] = (uint8_t)i;
	r.fx[0] = 0x7f;	 /* FCW */
	r.fx[1] = 2;
	r.fx[24] = 0x80; /* MXCSR */
	r.fx[25] = 0x1f;
	return r;
}

START_TEST(there_and_back)
{
	struct guest_regs r = numbered(), back = { .kind = REGS_FULL };
	struct nt_context32 c;

	/* Two registers of x87 in use, of which one is zero: top is 6. */
	r.fx[3] = 6 << 3;
	r.fx[4] = 0xc0;
	memcpy(r.fx + 32, "\0\0\0\0\0\0\0\x80\xff\x3f", 10); /* 1.0 */
	memset(&c, 0xee, sizeof c);
	ck_assert_uint_eq(context32_to_guest(hg_task, G(&c), &r,
					     CONTEXT_I386 | CONTEXT_ALL32),
			  STATUS_SUCCESS);
	ck_assert_uint_eq(c.eip, (uint32_t)r.rip);
	ck_assert_uint_eq(c.esp, (uint32_t)r.rsp);
	ck_assert_uint_eq(c.eax, (uint32_t)r.rax);
	ck_assert_uint_eq(c.cs, 0x23);
	ck_assert_uint_eq(c.fs, 0x53);
	ck_assert_uint_eq(c.x87.control & 0xffff, 0x27f);
	ck_assert_uint_eq(c.x87.tag & 0xffff, 0x4fff); /* valid, then zero */
	ck_assert_uint_eq(context32_from_guest(hg_task, G(&c), &back),
			  STATUS_SUCCESS);
	ck_assert_mem_eq(&r.rax, &back.rax, 8 * 8);
	ck_assert_uint_eq(back.rip, r.rip);
	ck_assert_mem_eq(r.fx + 24, back.fx + 24, 2);
	ck_assert_mem_eq(r.fx, back.fx, 5);
	ck_assert_mem_eq(r.fx + 32, back.fx + 32, 160 - 32);
	ck_assert_mem_eq(r.fx + 160, back.fx + 160, 128);
}
END_TEST

START_TEST(x87_wins)
{
	struct guest_regs r = numbered();
	struct nt_context32 c;

	context32_fill(&c, &r);
	c.x87.control = 0x37f;
	memset(c.fx + 160, 0x44, 16);
	ck_assert_uint_eq(context32_from_guest(hg_task, G(&c), &r),
			  STATUS_SUCCESS);
	ck_assert_uint_eq(r.fx[1], 3);	    /* from FloatSave */
	ck_assert_uint_eq(r.fx[160], 0x44); /* from ExtendedRegisters */
}
END_TEST

static const struct {
	const char *what;
	uint32_t flags, want;
} flags[] = {
	{ "x64's", 0x10000b, STATUS_INVALID_PARAMETER },
	{ "no machine", 0x7, STATUS_INVALID_PARAMETER },
	{ "unknown", 0x10807, STATUS_INVALID_PARAMETER },
	{ "control", 0x10001, STATUS_SUCCESS },
	{ "all", 0x1003f, STATUS_SUCCESS },
};

START_TEST(context_flag)
{
	struct guest_regs r = numbered();
	struct nt_context32 c = { .flags = flags[_i].flags };

	ck_assert_msg(context32_to_guest(hg_task, G(&c), &r,
					 flags[_i].flags) == flags[_i].want,
		      "%s", flags[_i].what);
	c.flags = flags[_i].flags;
	ck_assert_msg(context32_from_guest(hg_task, G(&c), &r) ==
			      flags[_i].want,
		      "%s", flags[_i].what);
}
END_TEST

START_TEST(a_call_is_completed)
{
	struct guest_regs r = numbered();

	r.kind = REGS_CALL32;
	context_make_full(&r);
	ck_assert_uint_eq(r.kind, REGS_FULL);
	ck_assert_uint_eq(r.rcx, 0);
	ck_assert_uint_eq(r.cs, SEL_CODE32);
	ck_assert_uint_eq(r.fx[0], 0x7f); /* the control words stay */
	ck_assert_uint_eq(r.fx[25], 0x1f);
	ck_assert_uint_eq(r.fx[160], 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wow64");
	TCase *tc = tcase_create("layouts");

	tcase_add_checked_fixture(tc, hg_start, NULL);
	tcase_add_loop_test(tc, layout_sizes, 0, COUNT_OF(sizes));
	tcase_add_test(tc, object_attributes);
	tcase_add_test(tc, wrong_length);
	tcase_add_test(tc, parameters);
	tcase_add_loop_test(tc, arguments, 0, COUNT_OF(calls));
	suite_add_tcase(s, tc);
	tc = tcase_create("context");
	tcase_add_checked_fixture(tc, hg_start, NULL);
	tcase_add_test(tc, there_and_back);
	tcase_add_test(tc, x87_wins);
	tcase_add_loop_test(tc, context_flag, 0, COUNT_OF(flags));
	tcase_add_test(tc, a_call_is_completed);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
