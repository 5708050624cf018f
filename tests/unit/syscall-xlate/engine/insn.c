/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit tests for syscall-xlate/engine/insn.c. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/engine/insn.h"
#include "tests/lib/unit.h"

static const struct {
	const char *what;
	unsigned length;
	uint8_t bytes[15];
} cases[] = {
	{ "nop", 1, { 0x90 } },
	{ "syscall", 2, { 0x0f, 0x05 } },
	{ "mov $imm32,%eax", 5, { 0xb8, 1, 2, 3, 4 } },
	{ "movabs $imm64,%rax", 10, { 0x48, 0xb8 } },
	{ "mov $imm16,%ax", 4, { 0x66, 0xb8 } },
	{ "mov $imm32,%rax", 7, { 0x48, 0xc7, 0xc0 } },
	{ "mov 8(%rsp),%rdx", 5, { 0x48, 0x8b, 0x54, 0x24, 8 } },
	{ "mov sib without base", 7, { 0x8b, 0x04, 0x25 } },
	{ "lea disp32(%rip)", 7, { 0x48, 0x8d, 0x05 } },
	{ "movw $imm16,(%rax)", 5, { 0x66, 0xc7, 0x00 } },
	{ "test $imm8,%al", 3, { 0xf6, 0xc0 } },
	{ "not %al", 2, { 0xf6, 0xd0 } },
	{ "test $imm32,%eax", 6, { 0xf7, 0xc0 } },
	{ "jmp rel32 with a 66 prefix", 6, { 0x66, 0xe9 } },
	{ "jae rel32", 6, { 0x0f, 0x83 } },
	{ "enter", 4, { 0xc8 } },
	{ "ret imm16", 3, { 0xc2 } },
	{ "mov moffs64", 9, { 0xa0 } },
	{ "movaps", 3, { 0x0f, 0x28, 0xc1 } },
	{ "pshufb (0f 38)", 5, { 0x66, 0x0f, 0x38, 0x00, 0xc1 } },
	{ "palignr (0f 3a)", 6, { 0x66, 0x0f, 0x3a, 0x0f, 0xc1, 8 } },
	{ "vzeroupper", 3, { 0xc5, 0xf8, 0x77 } },
	{ "vpshufd", 5, { 0xc5, 0xf9, 0x70, 0xc1, 0 } },
	{ "vpalignr", 6, { 0xc4, 0xe3, 0x71, 0x0f, 0xc2, 1 } },
	{ "vmovdqu64 zmm", 6, { 0x62, 0xf1, 0xfe, 0x48, 0x6f, 0x06 } },
	{ "lock cmpxchg", 4, { 0xf0, 0x0f, 0xb1, 0x0f } },
	{ "int3", 1, { 0xcc } },
	{ "push es: not in 64-bit mode", 0, { 0x06 } },
	{ "far call: not in 64-bit mode", 0, { 0x9a } },
	{ "nothing but prefixes", 0,
	  { 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
	    0x66, 0x66, 0x66, 0x66 } },
};

START_TEST(lengths)
{
	unsigned got = insn_length(cases[_i].bytes, 15);

	ck_assert_msg(got == cases[_i].length, "%s: %u bytes, want %u",
		      cases[_i].what, got, cases[_i].length);
	/* One byte too few is never enough. */
	if (got)
		ck_assert_uint_eq(insn_length(cases[_i].bytes, got - 1), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("insn");
	TCase *tc = tcase_create("insn");

	tcase_add_loop_test(tc, lengths, 0, COUNT_OF(cases));
	suite_add_tcase(s, tc);
	return unit_run(s);
}
