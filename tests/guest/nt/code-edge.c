/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests code that ends where there is no memory, no access, or a guard page:
 * protections change there, and the code runs.
 */
#include <windows.h>
#include <string.h>

#include "check.h"

/* mov $42, %eax; ret */
static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };

static void at_edge(DWORD beyond)
{
	char *p = VirtualAlloc(NULL, 0x10000, MEM_RESERVE, PAGE_READWRITE);
	DWORD old;
	char *f;

	CHECK(VirtualAlloc(p + 0x1000, 0x1000, MEM_COMMIT, PAGE_READWRITE) !=
	      NULL);
	if (beyond) {
		CHECK(VirtualAlloc(p, 0x1000, MEM_COMMIT, beyond) != NULL);
		CHECK(VirtualAlloc(p + 0x2000, 0x1000, MEM_COMMIT, beyond) !=
		      NULL);
	}
	f = p + 0x2000 - sizeof code;
	memcpy(f, code, sizeof code);
	CHECK(VirtualProtect(p + 0x1000, 0x1000, PAGE_EXECUTE_READ, &old));
	CHECK_EQ(old, PAGE_READWRITE);
	FlushInstructionCache(GetCurrentProcess(), f, sizeof code);
	CHECK_EQ(((int (*)(void))f)(), 42);
	if (beyond & PAGE_GUARD) {
		MEMORY_BASIC_INFORMATION m;

		/* Nobody but the program trips over its guard pages. */
		CHECK(VirtualQuery(p + 0x2000, &m, sizeof m));
		CHECK_EQ(m.Protect, beyond);
		CHECK(VirtualQuery(p, &m, sizeof m));
		CHECK_EQ(m.Protect, beyond);
	}
	VirtualFree(p, 0, MEM_RELEASE);
}

int main(void)
{
	at_edge(0);
	at_edge(PAGE_NOACCESS);
	at_edge(PAGE_READWRITE | PAGE_GUARD);
	at_edge(PAGE_READWRITE);
	at_edge(PAGE_EXECUTE_READWRITE);
	return check_done();
}
