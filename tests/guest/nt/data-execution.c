/*
 * A program that does not say NXCOMPAT executes data: 32 bits may, 64 bits
 * never.
 */
// link: -Wl,--disable-nxcompat
#include <windows.h>
#include <setjmp.h>

#include "check.h"

/* mov $42, %eax; ret */
static unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };
static CONTEXT go_back;
static volatile int faults;

static LONG CALLBACK fault(EXCEPTION_POINTERS *p)
{
	if (p->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
		return EXCEPTION_CONTINUE_SEARCH;
	CHECK_EQ(p->ExceptionRecord->ExceptionInformation[0], 8);
	faults++;
	*p->ContextRecord = go_back;
	return EXCEPTION_CONTINUE_EXECUTION;
}

static int try(const void *at)
{
	volatile int result = -1, before = faults;

	RtlCaptureContext(&go_back);
	if (faults == before)
		result = ((int (*)(void))at)();
	return result;
}

int main(void)
{
	unsigned char *heap = HeapAlloc(GetProcessHeap(), 0, sizeof code);
	unsigned char *page =
		VirtualAlloc(NULL, 4096, MEM_COMMIT, PAGE_READWRITE);
	const int want = sizeof(void *) == 8 ? -1 : 42;
	DWORD flags = 0;
	BOOL permanent;

	AddVectoredExceptionHandler(1, fault);
	memcpy(heap, code, sizeof code);
	memcpy(page, code, sizeof code);
	CHECK_EQ(try(code), want);
	CHECK_EQ(try(heap), want);
	CHECK_EQ(try(page), want);
	CHECK_EQ(faults, want < 0 ? 3 : 0);
	if (sizeof(void *) == 4) {
		CHECK(GetProcessDEPPolicy(GetCurrentProcess(), &flags,
					  &permanent));
		CHECK_EQ(flags, 0);
	}
	return check_done();
}
