/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests RtlVirtualUnwind word by word on tables made by hand: every unwind code
 * at every place of a prologue, chained parts, machine frames, version 2, every
 * form of an epilogue and what only looks like one.
 *
 * The stack is an array whose words say their own index.
 */
// only: x86_64
#include <windows.h>
#include <string.h>

#include "check.h"

enum { WORDS = 0x4000, TOP = 0x40, MARK = 0x10000000, REG = 0x7000 };
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R12 = 12, R13, R14, R15 };
enum { CODE_AT = 0x100, INFO_AT = 0x400, CHAINED_AT = 0x500, LENGTH = 0x80 };

static DWORD64 stack[WORDS] __attribute__((aligned(16)));
static BYTE *page;

/* One unwind, and what has come of it. */
static CONTEXT c;
static KNONVOLATILE_CONTEXT_POINTERS at;
static DWORD64 frame;
static void *data;
static PEXCEPTION_ROUTINE handler;

static DWORD64 *reg(unsigned n)
{
	return &c.Rax + n;
}

static void prepare(void)
{
	for (unsigned i = 0; i < WORDS; i++)
		stack[i] = MARK + i;
	memset(&c, 0, sizeof c);
	memset(&at, 0, sizeof at);
	c.ContextFlags = CONTEXT_FULL;
	for (unsigned n = 0; n < 16; n++) {
		*reg(n) = REG + n;
		c.FltSave.XmmRegisters[n].Low = REG + 0x100 + n;
	}
	c.Rsp = (DWORD64)&stack[TOP];
}

/* Its table, at INFO_AT; the code at CODE_AT is only nops. */
static void table(const void *info, size_t n)
{
	memset(page + CODE_AT, 0x90, LENGTH);
	memset(page + INFO_AT, 0, 0x200);
	memcpy(page + INFO_AT, info, n);
}

static void unwind_as(DWORD kind, unsigned offset)
{
	RUNTIME_FUNCTION f = { CODE_AT, CODE_AT + LENGTH, INFO_AT };

	c.Rip = (DWORD64)page + CODE_AT + offset;
	data = NULL;
	frame = 0;
	handler = RtlVirtualUnwind(kind, (DWORD64)page, c.Rip, &f, &c, &data,
				   &frame, &at);
}

static void unwind(unsigned offset)
{
	prepare();
	unwind_as(UNW_FLAG_NHANDLER, offset);
}

/* Its rsp was word n of the stack, whose last one was its rip. */
static void came_from(const char *what, int line, unsigned n)
{
	CHECK(c.Rsp == (DWORD64)&stack[n], "%s, line %d: rsp is word %lld, not %u",
	      what, line, (long long)(c.Rsp - (DWORD64)stack) / 8, n);
	CHECK(c.Rip == MARK + n - 1, "%s, line %d: rip %#llx", what, line,
	      c.Rip);
}

static void restored(const char *what, int line, unsigned r, unsigned n)
{
	CHECK(*reg(r) == MARK + n, "%s, line %d: register %u is %#llx", what,
	      line, r, *reg(r));
	CHECK(at.IntegerContext[r] == &stack[n], "%s, line %d: register %u",
	      what, line, r);
}

static void kept(const char *what, int line, unsigned r)
{
	CHECK(*reg(r) == REG + r, "%s, line %d: register %u is %#llx", what,
	      line, r, *reg(r));
	CHECK(!at.IntegerContext[r], "%s, line %d: register %u", what, line, r);
}

static void framed(const char *what, int line, DWORD64 *want)
{
	CHECK(frame == (DWORD64)want, "%s, line %d: frame is word %lld", what,
	      line, (long long)(frame - (DWORD64)stack) / 8);
}

#define TABLE(...)                                                             \
	table((const BYTE[]){ __VA_ARGS__ },                                   \
	      sizeof((const BYTE[]){ __VA_ARGS__ }))
#define FROM(n) came_from(__func__, __LINE__, n)
#define IS(r, n) restored(__func__, __LINE__, r, n)
#define KEPT(r) kept(__func__, __LINE__, r)
#define FRAME(n) framed(__func__, __LINE__, &stack[n])

/* A code: behind which byte of the prologue, operation, its number. */
#define OP(offset, op, info) (offset), (op) | (info) << 4
#define WORD(n) (n) & 0xff, (n) >> 8
enum {
	PUSH,
	ALLOC_LARGE,
	ALLOC_SMALL,
	SET_FRAME,
	SAVE,
	SAVE_FAR,
	EPILOG,
	SAVE_XMM = 8,
	SAVE_XMM_FAR,
	MACHINE,
};
enum { EHANDLER = 1, UHANDLER = 2, CHAIN = 4 };
#define HEAD(version, flags, prolog, n, reg, off)                              \
	(version) | (flags) << 3, prolog, n, (reg) | (off) << 4

/* ---- prologues ------------------------------------------------------- */

static void pushes(void)
{
	/* push %rbx; push %r15; sub $40,%rsp */
	TABLE(HEAD(1, 0, 7, 3, 0, 0), OP(7, ALLOC_SMALL, 4), OP(3, PUSH, R15),
	      OP(1, PUSH, RBX));
	unwind(0);
	FROM(TOP + 1);
	KEPT(RBX);
	KEPT(R15);
	FRAME(TOP);
	unwind(1);
	FROM(TOP + 2);
	IS(RBX, TOP);
	KEPT(R15);
	unwind(2); /* in the middle of an instruction: not done */
	FROM(TOP + 2);
	unwind(3);
	FROM(TOP + 3);
	IS(R15, TOP);
	IS(RBX, TOP + 1);
	unwind(7);
	FROM(TOP + 8);
	IS(R15, TOP + 5);
	IS(RBX, TOP + 6);
	KEPT(RBP);
	FRAME(TOP);
	unwind(LENGTH - 1);
	FROM(TOP + 8);
}

static void allocations(void)
{
	TABLE(HEAD(1, 0, 4, 1, 0, 0), OP(4, ALLOC_SMALL, 15));
	unwind(4);
	FROM(TOP + 17);
	TABLE(HEAD(1, 0, 7, 2, 0, 0), OP(7, ALLOC_LARGE, 0), WORD(0x233));
	unwind(7);
	FROM(TOP + 0x234);
	unwind(6);
	FROM(TOP + 1);
	TABLE(HEAD(1, 0, 8, 4, 0, 0), OP(8, ALLOC_LARGE, 1), WORD(0xa008),
	      WORD(1), OP(1, PUSH, RDI));
	unwind(8);
	FROM(TOP + 0x3401 + 2);
	IS(RDI, TOP + 0x3401);
}

static void frame_pointers(void)
{
	/* push %rbp; sub $96,%rsp; lea 32(%rsp),%rbp */
	TABLE(HEAD(1, 0, 10, 3, RBP, 2), OP(10, SET_FRAME, 0),
	      OP(5, ALLOC_SMALL, 11), OP(1, PUSH, RBP));
	unwind(5);
	FROM(TOP + 14);
	FRAME(TOP);
	/* It has allocated more since. */
	prepare();
	c.Rbp = (DWORD64)&stack[TOP + 104];
	unwind_as(UNW_FLAG_NHANDLER, 20);
	FROM(TOP + 114);
	IS(RBP, TOP + 112);
	FRAME(TOP + 100);
	/* Behind the code, before the prologue's end. */
	TABLE(HEAD(1, 0, 20, 3, R13, 0), OP(10, SET_FRAME, 0),
	      OP(5, ALLOC_SMALL, 11), OP(2, PUSH, R13));
	prepare();
	c.R13 = (DWORD64)&stack[TOP + 50];
	unwind_as(UNW_FLAG_NHANDLER, 12);
	FROM(TOP + 64);
	FRAME(TOP + 50);
}

static void saves(void)
{
	TABLE(HEAD(1, 0, 30, 12, 0, 0), OP(30, SAVE_XMM_FAR, 15), WORD(0x60),
	      WORD(0), OP(25, SAVE_XMM, 6), WORD(3), OP(20, SAVE_FAR, RDI),
	      WORD(0x28), WORD(0), OP(15, SAVE, RSI), WORD(4),
	      OP(7, ALLOC_LARGE, 0), WORD(16));
	/* 12 nodes: 3 + 2 + 3 + 2 + 2 */
	unwind(30);
	FROM(TOP + 17);
	IS(RSI, TOP + 4);
	IS(RDI, TOP + 5);
	CHECK_EQ(c.Xmm6.Low, MARK + TOP + 6);
	CHECK_EQ(c.Xmm6.High, MARK + TOP + 7);
	CHECK(at.FloatingContext[6] == (void *)&stack[TOP + 6]);
	CHECK_EQ(c.Xmm15.Low, MARK + TOP + 12);
	CHECK(at.FloatingContext[15] == (void *)&stack[TOP + 12]);
	CHECK_EQ(c.Xmm7.Low, REG + 0x107);
	CHECK(!at.FloatingContext[7]);
	unwind(24);
	FROM(TOP + 17);
	IS(RSI, TOP + 4);
	IS(RDI, TOP + 5);
	CHECK_EQ(c.Xmm6.Low, REG + 0x106);
	unwind(15);
	FROM(TOP + 17);
	IS(RSI, TOP + 4);
	KEPT(RDI);

	/* Relative to the frame, not to rsp. */
	TABLE(HEAD(1, 0, 20, 5, RBP, 1), OP(20, SAVE, RSI), WORD(2),
	      OP(15, SET_FRAME, 0), OP(5, ALLOC_SMALL, 7), OP(1, PUSH, RBP));
	prepare();
	c.Rbp = (DWORD64)&stack[TOP + 32];
	unwind_as(UNW_FLAG_NHANDLER, 20);
	IS(RSI, TOP + 32);
	FRAME(TOP + 30);
	FROM(TOP + 30 + 8 + 2);
}

static void machine_frames(void)
{
	for (unsigned error = 0; error < 2; error++) {
		unsigned n = TOP + 4 + error;

		TABLE(HEAD(1, 0, 0, 2, 0, 0), OP(0, ALLOC_SMALL, 3),
		      OP(0, MACHINE, error));
		prepare();
		stack[n + 3] = (DWORD64)&stack[0x300];
		unwind_as(UNW_FLAG_NHANDLER, 8);
		CHECK_EQ(c.Rip, MARK + n);
		CHECK_EQ(c.Rsp, (DWORD64)&stack[0x300]);
		FRAME(TOP);
	}
}

static void chains(void)
{
	RUNTIME_FUNCTION *f = (RUNTIME_FUNCTION *)(page + INFO_AT + 8);
	/* The first part: push %rbx; sub $32,%rsp. */
	static const BYTE first[] = { HEAD(1, UHANDLER, 5, 2, 0, 0),
				      OP(5, ALLOC_SMALL, 3), OP(1, PUSH, RBX),
				      0x34, 0x12, 0, 0, 0x55 };

	/* This one has saved rsi in its caller's space, and no prologue else */
	TABLE(HEAD(1, CHAIN, 5, 2, 0, 0), OP(5, SAVE, RSI), WORD(5));
	memcpy(page + CHAINED_AT, first, sizeof first);
	f->BeginAddress = 0x40;
	f->EndAddress = 0x60;
	f->UnwindData = CHAINED_AT;
	prepare();
	unwind_as(UNW_FLAG_UHANDLER, 5);
	FROM(TOP + 6);
	IS(RBX, TOP + 4);
	IS(RSI, TOP + 5);
	FRAME(TOP);
	CHECK(handler == (void *)(page + 0x1234), "%p", handler);
	CHECK(data == page + CHAINED_AT + sizeof first - 1);
	prepare();
	unwind_as(UNW_FLAG_EHANDLER, 5);
	CHECK(!handler);
	/* In its own prologue: the first part's was done wholly. */
	unwind(2);
	FROM(TOP + 6);
	IS(RBX, TOP + 4);
	KEPT(RSI);
}

static void handlers(void)
{
	static const struct {
		BYTE flags;
		DWORD kind;
		unsigned offset;
		BOOL there;
	} rows[] = {
		{ EHANDLER, UNW_FLAG_EHANDLER, 6, TRUE },
		{ EHANDLER, UNW_FLAG_UHANDLER, 6, FALSE },
		{ UHANDLER, UNW_FLAG_UHANDLER, 6, TRUE },
		{ UHANDLER, UNW_FLAG_EHANDLER, 6, FALSE },
		{ EHANDLER | UHANDLER, UNW_FLAG_EHANDLER, 6, TRUE },
		{ EHANDLER | UHANDLER, UNW_FLAG_NHANDLER, 6, FALSE },
		{ EHANDLER, UNW_FLAG_EHANDLER, 1, FALSE }, /* prologue */
		{ EHANDLER, UNW_FLAG_EHANDLER, 4, TRUE },
		{ EHANDLER, UNW_FLAG_EHANDLER, LENGTH - 5, FALSE }, /* epilog */
	};

	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		/* Three codes: the fourth is only there for alignment. */
		TABLE(HEAD(1, rows[i].flags, 4, 3, 0, 0),
		      OP(4, ALLOC_SMALL, 3), OP(1, PUSH, RBX),
		      OP(0, PUSH, RSI), 0xee, 0xee, 0x21, 0x43, 0, 0);
		memcpy(page + CODE_AT + LENGTH - 5, "\x5b\x5e\xc3", 3);
		prepare();
		unwind_as(rows[i].kind, rows[i].offset);
		CHECK(handler ==
			      (rows[i].there ? (void *)(page + 0x4321) : NULL),
		      "row %u: %p", i, handler);
		if (rows[i].there)
			CHECK(data == page + INFO_AT + 16, "row %u", i);
	}
}

/* Their first codes list epilogues. */
static void version_2(void)
{
	TABLE(HEAD(2, 0, 5, 4, 0, 0), OP(5, EPILOG, 1), OP(0x20, EPILOG, 0),
	      OP(5, ALLOC_SMALL, 3), OP(1, PUSH, RBX));
	unwind(8);
	FROM(TOP + 6);
	IS(RBX, TOP + 4);
}

/* ---- epilogues ------------------------------------------------------- */

/* push %r12; push %rbx; sub $32,%rsp, with the given frame register */
static void put_code(unsigned frame_reg, const void *code, size_t n)
{
	TABLE(HEAD(1, 0, 7, 3, frame_reg, 0), OP(7, ALLOC_SMALL, 3),
	      OP(3, PUSH, RBX), OP(2, PUSH, R12));
	memcpy(page + CODE_AT + 0x10, code, n);
}
#define EPILOGUE(frame_reg, ...)                                               \
	put_code(frame_reg, (const BYTE[]){ __VA_ARGS__ },                     \
		 sizeof((const BYTE[]){ __VA_ARGS__ }))

/* What ends it, behind add and pops: at each of its instructions. */
static void ends(int line, const BYTE *end, size_t n)
{
	BYTE code[32] = { 0x48, 0x83, 0xc4, 0x20, 0x5b, 0x41, 0x5c };

	memcpy(code + 7, end, n);
	put_code(0, code, 7 + n);
	unwind(0x10);
	came_from("add", line, TOP + 7);
	restored("add", line, RBX, TOP + 4);
	restored("add", line, R12, TOP + 5);
	unwind(0x14);
	came_from("pop", line, TOP + 3);
	restored("pop", line, RBX, TOP);
	restored("pop", line, R12, TOP + 1);
	unwind(0x15);
	came_from("last pop", line, TOP + 2);
	restored("last pop", line, R12, TOP);
	kept("last pop", line, RBX);
	unwind(0x17);
	came_from("end", line, TOP + 1);
	kept("end", line, R12);
}
#define ENDS(...)                                                              \
	ends(__LINE__, (const BYTE[]){ __VA_ARGS__ },                          \
	     sizeof((const BYTE[]){ __VA_ARGS__ }))

static void epilogues(void)
{
	ENDS(0xc3);				/* ret */
	ENDS(0xf3, 0xc3);			/* rep ret */
	ENDS(0xe9, 0, 4, 0, 0);			/* jmp out of it */
	ENDS(0xff, 0x25, 0, 0, 0, 0);		/* jmp *x(%rip) */
	ENDS(0x48, 0xff, 0xe0);			/* rex.w jmp *%rax */
	ENDS(0xeb, 0x70);			/* jmp, short: out of it */

	/* add $0x108,%rsp */
	EPILOGUE(0, 0x48, 0x81, 0xc4, 0x08, 1, 0, 0, 0x5b, 0xc3);
	unwind(0x10);
	FROM(TOP + 0x21 + 2);
	IS(RBX, TOP + 0x21);
	/* lea 16(%rbp),%rsp; lea 0x110(%r13),%rsp */
	EPILOGUE(RBP, 0x48, 0x8d, 0x65, 0x10, 0x5b, 0xc3);
	prepare();
	c.Rbp = (DWORD64)&stack[0x100];
	unwind_as(UNW_FLAG_NHANDLER, 0x10);
	FROM(0x104);
	IS(RBX, 0x102);
	EPILOGUE(R13, 0x49, 0x8d, 0xa5, 0x10, 1, 0, 0, 0x41, 0x5f, 0xc3);
	prepare();
	c.R13 = (DWORD64)&stack[0x100];
	unwind_as(UNW_FLAG_NHANDLER, 0x10);
	FROM(0x124);
	IS(R15, 0x122);
}

/* As a prologue that was done says: rbx and r12 are above 32 bytes. */
static void no_epilogue(int line, const BYTE *code, size_t n)
{
	put_code(0, code, n);
	unwind(0x10);
	came_from("no epilogue", line, TOP + 7);
	restored("no epilogue", line, RBX, TOP + 4);
	restored("no epilogue", line, R12, TOP + 5);
}
#define NO_EPILOGUE(...)                                                       \
	no_epilogue(__LINE__, (const BYTE[]){ __VA_ARGS__ },                   \
		    sizeof((const BYTE[]){ __VA_ARGS__ }))

static void like_epilogues(void)
{
	NO_EPILOGUE(0x5b, 0x90, 0xc3);	     /* pop; nop; ret */
	NO_EPILOGUE(0x48, 0x83, 0xec, 8, 0xc3); /* sub $8,%rsp; ret */
	NO_EPILOGUE(0xeb, 0x10);	     /* jmp within it */
	NO_EPILOGUE(0xe9, 0x10, 0, 0, 0);
	NO_EPILOGUE(0x5b, 0xe8, 0, 4, 0, 0); /* pop; call */
	NO_EPILOGUE(0xff, 0xe0);	     /* jmp *%rax: a switch, say */
	NO_EPILOGUE(0x5b, 0xcc);
}

/* Into another part of the function, whose table has a copy of its entry. */
static void jump_to_part(void)
{
	static RUNTIME_FUNCTION parts[] = {
		{ CODE_AT, CODE_AT + LENGTH, INFO_AT },
		{ CODE_AT + LENGTH, CODE_AT + LENGTH + 16, CHAINED_AT },
	};
	static const BYTE head[] = { HEAD(1, CHAIN, 0, 0, 0, 0) };
	static const BYTE jump[] = { 0xe9, LENGTH - 0x10 - 5, 0, 0, 0 };

	put_code(0, jump, sizeof jump);
	memcpy(page + CHAINED_AT, head, sizeof head);
	memcpy(page + CHAINED_AT + sizeof head, parts, sizeof *parts);
	CHECK(RtlAddFunctionTable(parts, 2, (DWORD64)page));
	unwind(0x10);
	FROM(TOP + 7);
	IS(RBX, TOP + 4);
	IS(R12, TOP + 5);
	CHECK(RtlDeleteFunctionTable(parts));
	/* Out of it, now. */
	unwind(0x10);
	FROM(TOP + 1);
}

int main(void)
{
	page = VirtualAlloc(NULL, 0x1000, MEM_COMMIT | MEM_RESERVE,
			    PAGE_EXECUTE_READWRITE);
	pushes();
	allocations();
	frame_pointers();
	saves();
	machine_frames();
	chains();
	handlers();
	version_2();
	epilogues();
	like_epilogues();
	jump_to_part();
	VirtualFree(page, 0, MEM_RELEASE);
	return check_done();
}
