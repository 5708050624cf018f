/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cpu.c - work of the processor alone, in 32-bit code: the same source as a
 * PE32 program and, without any library, as a native i386 one (which needs no
 * 32-bit system to be built or run).
 */
typedef unsigned u32;

static u32 table[1 << 14], state[16];

/*
 * Rotations, additions, a table that fits no first-level cache, branches.  Not
 * part of main(), which has a register fewer.
 */
static __attribute__((noinline)) u32 work(u32 rounds)
{
	u32 sum = 0;

	for (u32 i = 0; i < 16; i++)
		state[i] = i * 0x9e3779b9u + 1;
	for (u32 i = 0; i < 1 << 14; i++)
		table[i] = i ^ i << 7;
	for (u32 r = 0; r < rounds; r++) {
		for (u32 i = 0; i < 16; i++) {
			u32 a = state[i], b = state[(i + 5) & 15];

			a += b;
			b = (b << 13 | b >> 19) ^ a;
			a ^= table[b & 0x3fff];
			if (a & 0x40)
				table[a & 0x3fff] += b;
			else
				sum += a >> 3;
			state[i] = a + sum;
			state[(i + 5) & 15] = b;
		}
	}
	return sum;
}

enum { ROUNDS = 4000000 };

#ifdef _WIN32
int main(void)
{
	return work(ROUNDS) == 0x12345678;
}
#else
void _start(void)
{
	u32 code = work(ROUNDS) == 0x12345678;

	__asm__ volatile("int $0x80" : : "a"(1), "b"(code));
	__builtin_unreachable();
}
#endif
