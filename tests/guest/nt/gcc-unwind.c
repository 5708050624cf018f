/* SPDX-License-Identifier: LGPL-2.1-or-later */
// cflags: -fexceptions -static-libgcc
/*
 * Tests what gcc's own runtime does over RtlUnwindEx, and on i686 by DWARF
 * tables: _Unwind_Backtrace, a throw caught by a personality routine with
 * cleanups on the way, and one that nobody catches.
 */
#include <windows.h>
#include <unwind.h>
#include "check.h"

static char events[256];

static void note(const char **s)
{
	strcat(events, *s);
}

#define CLEANUP(text)                                                          \
	const char *guard __attribute__((cleanup(note), unused)) = text

static int frames;

static _Unwind_Reason_Code count(struct _Unwind_Context *c, void *arg)
{
	frames++;
	return _URC_NO_REASON;
}

__attribute__((noinline)) static int nest(int n, int (*fn)(void))
{
	CLEANUP("n");
	int r = n ? nest(n - 1, fn) : fn();

	__asm__ volatile("" : "+r"(r));
	return r;
}

static int walk(void)
{
	_Unwind_Backtrace(count, NULL);
	return frames;
}

static struct _Unwind_Exception thrown;

/*
 * int catch_frame(int (*fn)(void)): calls fn; what is thrown there lands at
 * catch_landing with the exception in rax and the personality's word in rdx.
 */
int catch_frame(int (*fn)(void));
extern char catch_landing[];
#ifdef __x86_64__
enum { SECOND = 1 }; /* DWARF's number of rdx, edx */
EXCEPTION_DISPOSITION catch_handler(PEXCEPTION_RECORD rec, void *frame,
				    PCONTEXT ctx, PDISPATCHER_CONTEXT d);
__asm__(".text\n\t.seh_proc catch_frame\n"
	"catch_frame:\n\t.seh_handler catch_handler, @unwind, @except\n\t"
	"push %rbx\n\t.seh_pushreg %rbx\n\t"
	"sub $32, %rsp\n\t.seh_stackalloc 32\n\t.seh_endprologue\n\t"
	"mov $77, %ebx\n\t"
	"call *%rcx\n\tnop\n\tjmp 1f\n"
	"catch_landing: mov %edx, %eax\n\tadd %ebx, %eax\n"
	"1: nop\n\tadd $32, %rsp\n\tpop %rbx\n\tret\n\t"
	".seh_handlerdata\n\t.text\n\t.seh_endproc");
#else
enum { SECOND = 2 };
__asm__(".text\n\t.cfi_startproc\n\t.cfi_personality 0, _personality\n"
	"_catch_frame:\n\t"
	"push %ebx\n\t.cfi_def_cfa_offset 8\n\t.cfi_offset 3, -8\n\t"
	"mov $77, %ebx\n\t"
	"call *8(%esp)\n\tnop\n\tjmp 1f\n"
	"_catch_landing: mov %edx, %eax\n\tadd %ebx, %eax\n"
	"1: pop %ebx\n\t.cfi_def_cfa_offset 4\n\tret\n\t.cfi_endproc");
#endif

/* Named in the assembly of i686. */
__attribute__((used)) _Unwind_Reason_Code personality(int version, _Unwind_Action actions,
				       _Unwind_Exception_Class class,
				       struct _Unwind_Exception *e,
				       struct _Unwind_Context *c)
{
	if (actions & _UA_SEARCH_PHASE)
		return _URC_HANDLER_FOUND;
	if (!(actions & _UA_HANDLER_FRAME))
		return _URC_CONTINUE_UNWIND;
	_Unwind_SetGR(c, 0, (_Unwind_Word)e);
	_Unwind_SetGR(c, SECOND, 4200);
	_Unwind_SetIP(c, (_Unwind_Ptr)catch_landing);
	return _URC_INSTALL_CONTEXT;
}

#ifdef __x86_64__
EXCEPTION_DISPOSITION catch_handler(PEXCEPTION_RECORD rec, void *frame,
				    PCONTEXT ctx, PDISPATCHER_CONTEXT d)
{
	return _GCC_specific_handler(rec, frame, ctx, d, personality);
}
#endif

static int throw_it(void)
{
	CLEANUP("t");

	thrown.exception_class = 0x474e5543432b2b00;
	_Unwind_RaiseException(&thrown);
	strcat(events, "?");
	return 1;
}

static int nest_throw(void)
{
	return nest(2, throw_it);
}

/* Nobody catches it: the throw comes back and says so. */
static int throw_nowhere(void)
{
	_Unwind_Reason_Code r;

	thrown.exception_class = 0x5678;
	r = _Unwind_RaiseException(&thrown);
	CHECK(r == _URC_END_OF_STACK, "%d", (int)r);
	return 7;
}

int main(void)
{
	nest(5, walk);
	CHECK(frames >= 8, "%d frames", frames);
	CHECK(!strcmp(events, "nnnnnn"), "%s", events);

	for (int i = 0; i < 100; i++) {
		events[0] = 0;
		CHECK_EQ(catch_frame(nest_throw), 4277);
		CHECK(!strcmp(events, "tnnn"), "%s", events);
	}

	events[0] = 0;
	CHECK_EQ(nest(2, throw_nowhere), 7);
	CHECK(!strcmp(events, "nnn"), "%s", events);
	return check_done();
}
