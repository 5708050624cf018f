/* SPDX-License-Identifier: LGPL-2.1-or-later */
// cflags: -fexceptions -static-libgcc
/*
 * Tests what gcc's own runtime does over RtlUnwindEx: _Unwind_Backtrace,
 * forced unwinding with cleanups, and a throw caught by a personality routine.
 */
#include <windows.h>
#include <unwind.h>
#include "check.h"

#ifndef __x86_64__
int main(void)
{
	printf("for x64\n");
	return 77;
}
#else

static char events[256];
static void *target[5];

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

static volatile int steps;

static _Unwind_Reason_Code stop_later(int version, _Unwind_Action actions,
				      _Unwind_Exception_Class class,
				      struct _Unwind_Exception *e,
				      struct _Unwind_Context *c, void *arg)
{
	if (actions & _UA_END_OF_STACK || ++steps > 4) {
		strcat(events, "!");
		__builtin_longjmp(target, 1);
	}
	return _URC_NO_REASON;
}

static int force(void)
{
	CLEANUP("f");

	thrown.exception_class = 0x1234;
	_Unwind_ForcedUnwind(&thrown, stop_later, NULL);
	return 0;
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

	events[0] = 0;
	if (__builtin_setjmp(target) == 0)
		nest(3, force);
	CHECK(!strcmp(events, "fnnn!"), "%s", events);

	events[0] = 0;
	CHECK_EQ(nest(2, throw_nowhere), 7);
	CHECK(!strcmp(events, "nnn"), "%s", events);
	return check_done();
}
#endif
