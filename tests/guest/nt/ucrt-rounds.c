/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* FLT_ROUNDS: what the C runtime says of how it rounds, and how it does. */
#include <windows.h>

#include "check.h"

int main(void)
{
	/* <fenv.h>'s number, <float.h>'s, 1/3 up and -1/3 up (in units of
	 * 2^-54) */
	static const struct {
		int fe, flt;
		BOOL up, minus_up;
	} row[] = {
		{ 0x000, 1, FALSE, TRUE },
		{ 0x100, 3, FALSE, FALSE },
		{ 0x200, 2, TRUE, TRUE },
		{ 0x300, 0, FALSE, TRUE },
	};
	HMODULE crt = LoadLibraryA("ucrtbase.dll");
	int(__cdecl * set)(int) = (void *)GetProcAddress(crt, "fesetround");
	int(__cdecl * rounds)(void) =
		(void *)GetProcAddress(crt, "__fpe_flt_rounds");
	volatile double one = 1, minus = -1, three = 3;
	double low;

	CHECK(set && rounds);
	if (!set || !rounds)
		return check_done();
	low = one / three; /* rounded down, when to the nearest */
	for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
		double third, minus_third;
		int said;

		CHECK_EQ(set(row[i].fe), 0);
		said = rounds();
		third = one / three;
		minus_third = minus / three;
		set(0);
		CHECK(said == row[i].flt, "%#x: %d", row[i].fe, said);
		CHECK((third > low) == row[i].up, "%#x", row[i].fe);
		CHECK((minus_third >= -low) == row[i].minus_up, "%#x",
		      row[i].fe);
	}
	return check_done();
}
