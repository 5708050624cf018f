/* Single step and alignment check set while a system call is made. */
#include <windows.h>

#include "check.h"

enum { ROUNDS = 50 };

static volatile LONG steps, enough, done, behind, steps_behind;

static LONG CALLBACK on_step(EXCEPTION_POINTERS *e)
{
	if (e->ExceptionRecord->ExceptionCode != (DWORD)EXCEPTION_SINGLE_STEP)
		return EXCEPTION_CONTINUE_SEARCH;
	steps++;
	steps_behind += behind;
	/* Not on into the removal of this handler: it holds a lock then. */
	if (!enough)
		e->ContextRecord->EFlags |= 0x100;
	return EXCEPTION_CONTINUE_EXECUTION;
}

#ifdef __x86_64__
#define SET_FLAG(bit)                                                          \
	asm volatile("pushfq\n\torq %0, (%%rsp)\n\tpopfq" : : "i"(bit) : "cc", \
		     "memory")
#define CLEAR_AC                                                               \
	asm volatile("pushfq\n\tandq $~0x40000, (%%rsp)\n\tpopfq" ::: "cc",    \
		     "memory")
#else
#define SET_FLAG(bit)                                                          \
	asm volatile("pushfl\n\torl %0, (%%esp)\n\tpopfl" : : "i"(bit) : "cc", \
		     "memory")
#define CLEAR_AC                                                               \
	asm volatile("pushfl\n\tandl $~0x40000, (%%esp)\n\tpopfl" ::: "cc",    \
		     "memory")
#endif

int main(void)
{
	void *handler = AddVectoredExceptionHandler(1, on_step);
	HANDLE ev = CreateEventA(NULL, TRUE, FALSE, NULL);

	/* Into the call, and on behind it. */
	for (int i = 0; i < ROUNDS; i++) {
		LONG before = steps, ok;

		enough = steps_behind = 0;
		SET_FLAG(0x100);
		ok = SetEvent(ev);
		behind = 1;
		done += ok;
		behind = 0;
		enough = 1;
		CHECK(steps > before, "round %d", i);
		CHECK(steps_behind > 0, "round %d", i);
	}
	CHECK_EQ(done, ROUNDS);
	CHECK_EQ(WaitForSingleObject(ev, 0), WAIT_OBJECT_0);
	RemoveVectoredExceptionHandler(handler);

	SET_FLAG(0x40000);
	SetEvent(ev);
	CLEAR_AC;
	CHECK_EQ(WaitForSingleObject(ev, 0), WAIT_OBJECT_0);
	return check_done();
}
