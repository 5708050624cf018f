/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events.h - for tests of what Microsoft's compiler makes (tests/guest/msvc/):
 * what happens is written down as text, and compared with what should have.
 *
 * There are no headers for that compiler here: what each test needs of the C
 * runtime is declared.
 */
#ifndef RF_GUEST_EVENTS_H
#define RF_GUEST_EVENTS_H

typedef __SIZE_TYPE__ size_t;

#ifdef __cplusplus
extern "C" {
#endif
int printf(const char *, ...);
int sprintf(char *, const char *, ...);
int strcmp(const char *, const char *);
size_t strlen(const char *);
__declspec(dllimport) void __stdcall RaiseException(unsigned, unsigned,
						    unsigned, const size_t *);
unsigned long _exception_code(void);
/* From the static part of Microsoft's library: */
int _fltused;
#ifdef __cplusplus
extern const void *const type_info_vtable[2] asm("??_7type_info@@6B@");
const void *const type_info_vtable[2] = {};
}
#endif

static char events[4096];
static int failed, tests;

#define event(...) sprintf(events + strlen(events), __VA_ARGS__)

static void expect(const char *what, const char *want)
{
	tests++;
	if (strcmp(events, want)) {
		failed++;
		printf("%s: got  %s\n%s: want %s\n", what, events, what, want);
	}
	events[0] = 0;
}

/* main()'s result */
static int done(void)
{
	if (failed)
		printf("%d of %d failed\n", failed, tests);
	return failed != 0;
}

#endif
