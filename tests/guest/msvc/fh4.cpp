// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests the packed exception tables of __CxxFrameHandler4.
//
// clang does not make them, so they are written by hand here, for a function
// as a compiler would encode
//
//	try { Object o; thrower(n); return -1; } catch (int i) { r = i + 1; }
//	return r;
//
// once with the place to go on relative to the function, once to the image;
// and once as Microsoft's compiler does it: the catch block has tables of its
// own, for another Object, and the function's state for it is not to be left.

extern "C" {
int printf(const char *, ...);
int fh4_relative(int);
int fh4_image(int);
int fh4_own(int);
int destroyed;
void *object, *object_before;

extern const void *const type_info_vtable[2] asm("??_7type_info@@6B@");
const void *const type_info_vtable[2] = {};
int _fltused;

void fh4_thrower(int n)
{
	if (n >= 0)
		throw n;
}

void fh4_destroy(void *o)
{
	destroyed++;
	object_before = object;
	object = o;
}

// From the catch block: another exception for n of 100 and more.
int fh4_caught(int n)
{
	if (n >= 100)
		throw 'x';
	return n + 1;
}
}

// name, the catch block's flags, how it says where to go on; the function's
// state of the catch block, the catch block's tables
#define FUNCTION(name, flags, go_on, state2, tables)                                           \
	asm(".text\n\t.p2align 4\n\t.globl " name "\n\t.seh_proc " name        \
	    "\n" name ":\n\t"                                                  \
	    ".seh_handler __CxxFrameHandler4, @unwind, @except\n\t"            \
	    "sub $0x48, %rsp\n\t.seh_stackalloc 0x48\n\t.seh_endprologue\n"    \
	    "L" name "_try:\n\tcall fh4_thrower\n\tnop\n"                      \
	    "L" name "_end:\n\tmov $-1, %eax\n\tjmp L" name "_out\n"           \
	    "L" name "_on:\n\tmov 0x30(%rsp), %eax\n"                          \
	    "L" name "_out:\n\tnop\n\tadd $0x48, %rsp\n\tret\n\t"              \
	    ".seh_handlerdata\n\t.long L" name "_info@IMGREL\n\t.text\n\t"     \
	    ".seh_endproc\n\t"                                                 \
	    ".seh_proc L" name "_catch\nL" name "_catch:\n\t"                  \
	    ".seh_handler __CxxFrameHandler4, @unwind, @except\n\t"            \
	    "mov %rdx, 16(%rsp)\n\tpush %rbp\n\t.seh_pushreg %rbp\n\t"         \
	    "sub $0x20, %rsp\n\t.seh_stackalloc 0x20\n\t.seh_endprologue\n\t"  \
	    "mov %rdx, %rbp\n\tmov 0x20(%rbp), %ecx\n\tcall fh4_caught\n\t"    \
	    "mov %eax, 0x30(%rbp)\n\txor %eax, %eax\n\t"                       \
	    "add $0x20, %rsp\n\tpop %rbp\n\tret\n\t"                           \
	    ".seh_handlerdata\n\t.long L" name "_catch_info@IMGREL\n\t.text\n" \
	    "\t.seh_endproc\n\t"                                               \
	    ".section .rdata, \"dr\"\n"                                        \
	    /* maps, C++ only */                                               \
	    "L" name "_info: .byte 0x38\n\t.long L" name "_unwind@IMGREL\n\t"  \
	    ".long L" name "_tries@IMGREL, L" name "_ips@IMGREL\n"             \
	    /* the same, of a catch block: its frame's copy at 0x38 */         \
	    "L" name "_catch_info: " tables(name) "\n\t"                       \
	    ".byte 0x38 * 2\n"                                                 \
	    /* 0: try; 1: the object; 2: the catch block */                    \
	    "L" name "_unwind: .byte 3 * 2, (1 << 2) * 2\n\t"                  \
	    ".byte (1 << 2 | 1) * 2\n\t.long fh4_destroy@IMGREL\n\t"           \
	    ".byte 0x28 * 2\n\t" state2 "\n"                                   \
	    "L" name "_tries: .byte 1 * 2, 0, 1 * 2, 2 * 2\n\t"                \
	    ".long L" name "_clauses@IMGREL\n"                                 \
	    "L" name "_clauses: .byte 1 * 2, " flags "\n\t"                    \
	    ".long \"??_R0H@8\"@IMGREL\n\t.byte 0x20 * 2\n\t"                  \
	    ".long L" name "_catch@IMGREL\n\t" go_on "\n"                      \
	    "L" name "_ips: .byte 3 * 2, 0, 0\n\t"                             \
	    ".byte (L" name "_try - " name ") * 2, (1 + 1) * 2\n\t"            \
	    ".byte (L" name "_end - L" name "_try) * 2, 0\n"                   \
	    "L" name "_catch_ips: .byte 1 * 2, 0, (2 + 1) * 2\n\t"             \
	    /* of the block alone; 0: its object */                            \
	    "L" name "_own_unwind: .byte 1 * 2, (1 << 2 | 1) * 2\n\t"          \
	    ".long fh4_destroy@IMGREL\n\t.byte 0x28 * 2\n"                     \
	    "L" name "_own_ips: .byte 1 * 2, 0, (0 + 1) * 2\n\t"               \
	    ".text")
#define SHARED(name)                                                           \
	".byte 0x39\n\t.long L" name "_unwind@IMGREL\n\t"                      \
	".long L" name "_tries@IMGREL, L" name "_catch_ips@IMGREL"
#define OWN(name)                                                              \
	".byte 0x29\n\t.long L" name "_own_unwind@IMGREL\n\t"                  \
	".long L" name "_own_ips@IMGREL"
#define NOTHING ".byte (8 << 2) * 2"

FUNCTION("fh4_relative", "0x16",
	 ".byte (Lfh4_relative_on - fh4_relative) * 2", NOTHING, SHARED);
FUNCTION("fh4_image", "0x1e", ".long Lfh4_image_on@IMGREL", NOTHING, SHARED);
FUNCTION("fh4_own", "0x1e", ".long Lfh4_own_on@IMGREL",
	 ".byte (8 << 2 | 1) * 2\n\t.long fh4_destroy@IMGREL\n\t.byte 0x28 * 2", OWN);

static int failed;

static void check(const char *what, int (*fn)(int), int arg, int want,
		  int want_destroyed)
{
	int got = 0;

	destroyed = 0;
	object = nullptr;
	try {
		got = fn(arg);
	} catch (char c) {
		got = c;
	} catch (int n) {
		got = -100 - n;
	}
	if (got != want || destroyed != want_destroyed) {
		printf("%s(%d): %d, %d destroyed; want %d, %d\n", what, arg, got,
		       destroyed, want, want_destroyed);
		failed = 1;
	}
}

int main()
{
	for (int i = 0; i < 100; i++) {
		check("relative", fh4_relative, -1, -1, 0);
		check("relative", fh4_relative, 5, 6, 1);
		check("image", fh4_image, 7, 8, 1);
		check("leaves", fh4_relative, 100, 'x', 1);
		check("leaves", fh4_image, 200, 'x', 1);
		check("own", fh4_own, 7, 8, 1);
		check("leaves its own", fh4_own, 100, 'x', 2);
		if (object != object_before) { // both at one place of the frame
			printf("objects at %p and %p\n", object_before, object);
			failed = 1;
		}
	}
	return failed;
}
