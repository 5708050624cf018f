/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests vectored exception and continue handlers: order, removal,
 * RaiseException. */
#include <windows.h>
#include "check.h"

static char events[256];
static void *second;

static void event(const char *s)
{
	strcat(events, s);
}

static LONG CALLBACK first_handler(EXCEPTION_POINTERS *p)
{
	event("1");
	return EXCEPTION_CONTINUE_SEARCH;
}

static LONG CALLBACK second_handler(EXCEPTION_POINTERS *p)
{
	const EXCEPTION_RECORD *r = p->ExceptionRecord;

	event("2");
	CHECK_EQ(r->ExceptionCode, 0xe1234567);
	CHECK_EQ(r->NumberParameters, 2);
	CHECK_EQ(r->ExceptionInformation[0], 11);
	CHECK_EQ(r->ExceptionInformation[1], 22);
	CHECK_EQ(r->ExceptionFlags & ~0x80, 0);
	return EXCEPTION_CONTINUE_EXECUTION;
}

static LONG CALLBACK third_handler(EXCEPTION_POINTERS *p)
{
	event("3");
	return EXCEPTION_CONTINUE_EXECUTION;
}

static LONG CALLBACK removes_itself(EXCEPTION_POINTERS *p)
{
	event("r");
	CHECK(RemoveVectoredExceptionHandler(second) != 0);
	CHECK(RemoveVectoredExceptionHandler(second) == 0);
	return EXCEPTION_CONTINUE_SEARCH;
}

static LONG CALLBACK nothing(EXCEPTION_POINTERS *p)
{
	return EXCEPTION_CONTINUE_SEARCH;
}

static LONG CALLBACK continue_handler(EXCEPTION_POINTERS *p)
{
	event("c");
	return EXCEPTION_CONTINUE_SEARCH;
}

static void raise_it(const char *want)
{
	ULONG_PTR args[2] = { 11, 22 };

	events[0] = 0;
	RaiseException(0xe1234567, 0, 2, args);
	CHECK(!strcmp(events, want), "\"%s\", want \"%s\"", events, want);
}

static volatile LONG hits;

static LONG CALLBACK counts(EXCEPTION_POINTERS *p)
{
	if (p->ExceptionRecord->ExceptionCode != 0xe0000055)
		return EXCEPTION_CONTINUE_SEARCH;
	InterlockedIncrement(&hits);
	return EXCEPTION_CONTINUE_EXECUTION;
}

static DWORD WINAPI raiser(void *arg)
{
	for (int i = 0; i < 2000; i++)
		RaiseException(0xe0000055, 0, 0, NULL);
	return 0;
}

static DWORD WINAPI adder(void *arg)
{
	for (int i = 0; i < 2000; i++)
		RemoveVectoredExceptionHandler(
			AddVectoredExceptionHandler(i & 1, nothing));
	return 0;
}

int main(void)
{
	void *a, *b, *c, *d, *e;
	HANDLE t[3];

	b = AddVectoredExceptionHandler(0, second_handler);
	c = AddVectoredExceptionHandler(0, third_handler);
	a = AddVectoredExceptionHandler(1, first_handler);
	CHECK(a && b && c);
	raise_it("12");
	d = AddVectoredContinueHandler(0, continue_handler);
	raise_it("12c");
	second = AddVectoredExceptionHandler(1, removes_itself);
	raise_it("r12c");
	raise_it("12c");
	CHECK(RemoveVectoredContinueHandler(d) != 0);
	CHECK(RemoveVectoredExceptionHandler(d) == 0);
	CHECK(RemoveVectoredExceptionHandler(a) != 0);
	CHECK(RemoveVectoredExceptionHandler(b) != 0);
	CHECK(RemoveVectoredExceptionHandler(c) != 0);

	/* Handlers come and go while others are being called. */
	e = AddVectoredExceptionHandler(0, counts);
	t[0] = CreateThread(NULL, 0, raiser, NULL, 0, NULL);
	t[1] = CreateThread(NULL, 0, raiser, NULL, 0, NULL);
	t[2] = CreateThread(NULL, 0, adder, NULL, 0, NULL);
	WaitForMultipleObjects(3, t, TRUE, INFINITE);
	CHECK_EQ(hits, 4000);
	RemoveVectoredExceptionHandler(e);
	return check_done();
}
