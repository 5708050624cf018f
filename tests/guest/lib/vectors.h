/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vectors.h - for tests that interrupt code and look at its registers: fills all
 * of them, vector and mask registers as far as there are any, and reads them.
 * For freestanding programs, too.
 */
#ifndef RF_GUEST_VECTORS_H
#define RF_GUEST_VECTORS_H

#define SYSV __attribute__((sysv_abi))

/* Vector registers in memory: of zmm0-31 as much as there is, then k0-k7. */
enum { VECTORS_GPRS = 14 };

struct vectors {
	unsigned char zmm[32][64];
	unsigned long long k[8];
} __attribute__((aligned(64)));

/* 0: SSE; 1: AVX; 2: AVX-512 with byte masks. */
__attribute__((used)) static int vectors_have;

SYSV void load_vectors(const struct vectors *v);
SYSV void store_vectors(struct vectors *v);
/* *p, or what a handler puts into rax that steps over peek_here's 3 bytes. */
SYSV unsigned long long peek_with(const struct vectors *in, struct vectors *out, const void *p);
/* Until *count is until; gprs: what the general registers held. */
SYSV void spin_with(const struct vectors *in, struct vectors *out,
		    const volatile int *count, long long until,
		    unsigned long long gprs[VECTORS_GPRS]);

/* rdi: struct vectors, kept.  Only rax changes beside vectors. */
__asm__(
	".macro each what, to\n\t"
	".altmacro\n\t"
	".set i, 0\n\t"
	".rept \\to\n\t"
	"each_one \\what, %i\n\t"
	".set i, i + 1\n\t"
	".endr\n\t"
	".noaltmacro\n"
	".endm\n"
	".macro each_one what, n\n\t\\what \\n\n.endm\n"
	".macro load_sse n\n\tmovups 64*\\n(%rdi), %xmm\\n\n.endm\n"
	".macro load_avx n\n\tvmovups 64*\\n(%rdi), %ymm\\n\n.endm\n"
	".macro load_zmm n\n\tvmovups 64*\\n(%rdi), %zmm\\n\n.endm\n"
	".macro load_k n\n\tkmovq 2048+8*\\n(%rdi), %k\\n\n.endm\n"
	".macro store_sse n\n\tmovups %xmm\\n, 64*\\n(%rdi)\n.endm\n"
	".macro store_avx n\n\tvmovups %ymm\\n, 64*\\n(%rdi)\n.endm\n"
	".macro store_zmm n\n\tvmovups %zmm\\n, 64*\\n(%rdi)\n.endm\n"
	".macro store_k n\n\tkmovq %k\\n, 2048+8*\\n(%rdi)\n.endm\n"
	".macro vectors what\n\t"
	"mov vectors_have(%rip), %eax\n\t"
	"cmp $1, %eax\n\tja 3f\n\tje 2f\n\t"
	"each \\what\\()_sse, 16\n\tjmp 4f\n"
	"2:	each \\what\\()_avx, 16\n\tjmp 4f\n"
	"3:	each \\what\\()_zmm, 32\n\teach \\what\\()_k, 8\n"
	"4:\n.endm\n"

	"load_vectors:\n\tvectors load\n\tret\n"
	"store_vectors:\n\tvectors store\n\tret\n"

	"peek_with:\n\t"
	"push %rsi\n\tpush %rdx\n\t"
	"call load_vectors\n\t"
	"pop %rdi\n\t"
	".globl peek_here\npeek_here:\n\t"
	"mov (%rdi), %rax\n\t" /* three bytes */
	"pop %rdi\n\tpush %rax\n\t"
	"call store_vectors\n\t"
	"pop %rax\n\tret\n"

	/* Until *rdx is rcx; the general registers hold what they count. */
	"spin_with:\n\t"
	"push %rbx\n\tpush %rbp\n\tpush %r12\n\tpush %r13\n\tpush %r14\n\t"
	"push %r15\n\tpush %rsi\n\tpush %r8\n\t"
	"call load_vectors\n\t"
	"push %rcx\n\tpush %rdx\n\t" /* (rsp) counter, 8(rsp) until */
	"mov $0x1111, %eax\n\tmov $0x2222, %ebx\n\tmov $0x3333, %ecx\n\t"
	"mov $0x4444, %edx\n\tmov $0x5555, %esi\n\tmov $0x6666, %ebp\n\t"
	"mov $0x7777, %r8d\n\tmov $0x8888, %r9d\n\tmov $0x9999, %r10d\n\t"
	"mov $0xaaaa, %r11d\n\tmov $0xbbbb, %r12d\n\tmov $0xcccc, %r13d\n\t"
	"mov $0xdddd, %r14d\n\tmov $0xeeee, %r15d\n"
	"1:	mov (%rsp), %rdi\n\tmov (%rdi), %edi\n\tcmp 8(%rsp), %edi\n\t"
	"jl 1b\n\t"
	"mov 16(%rsp), %rdi\n\t"
	"mov %rax, (%rdi)\n\tmov %rbx, 8(%rdi)\n\tmov %rcx, 16(%rdi)\n\t"
	"mov %rdx, 24(%rdi)\n\tmov %rsi, 32(%rdi)\n\tmov %rbp, 40(%rdi)\n\t"
	"mov %r8, 48(%rdi)\n\tmov %r9, 56(%rdi)\n\tmov %r10, 64(%rdi)\n\t"
	"mov %r11, 72(%rdi)\n\tmov %r12, 80(%rdi)\n\tmov %r13, 88(%rdi)\n\t"
	"mov %r14, 96(%rdi)\n\tmov %r15, 104(%rdi)\n\t"
	"mov 24(%rsp), %rdi\n\t"
	"call store_vectors\n\t"
	"add $32, %rsp\n\t"
	"pop %r15\n\tpop %r14\n\tpop %r13\n\tpop %r12\n\tpop %rbp\n\tpop %rbx\n\t"
	"ret\n");

static void vectors_cpuid(unsigned leaf, unsigned r[4])
{
	__asm__("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
		: "a"(leaf), "c"(leaf == 0xd ? 5 : 0));
}

/* To be called first. */
static void vectors_find(void)
{
	unsigned r[4], xcr0, high;

	vectors_cpuid(1, r);
	if (!(r[2] >> 27 & 1) || !(r[2] >> 28 & 1)) /* OSXSAVE, AVX */
		return;
	__asm__("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
	if ((xcr0 & 6) != 6)
		return;
	vectors_cpuid(7, r);
	vectors_have = (xcr0 & 0xe0) == 0xe0 && r[1] >> 30 & 1 ? 2 : 1;
}

static void vectors_fill(struct vectors *v, unsigned char with)
{
	for (unsigned long long i = 0; i < sizeof *v; i++)
		((unsigned char *)v)[i] = (unsigned char)(with + i * 7);
}

/* How many bytes differ of what this processor has. */
static int vectors_differ(const struct vectors *a, const struct vectors *b)
{
	int regs = vectors_have == 2 ? 32 : 16, bytes = 16 << vectors_have;
	int n = 0;

	for (int i = 0; i < regs; i++)
		for (int j = 0; j < bytes; j++)
			n += a->zmm[i][j] != b->zmm[i][j];
	for (int i = 0; vectors_have == 2 && i < 8; i++)
		n += a->k[i] != b->k[i];
	return n;
}

#endif
