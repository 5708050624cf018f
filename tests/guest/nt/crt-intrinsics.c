/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What Microsoft's compiler and its C++ library call of the runtime by names
 * that no source has: mathematics in xmm registers, and the new handler.
 */
#include <windows.h>
#include <math.h>

#include "check.h"

#ifdef __i386__
typedef double(__cdecl *plain_fn)(double);

__attribute__((target("sse2"), noinline)) static double
in_xmm(FARPROC f, double x, double y)
{
	double result;

	__asm__ volatile("movsd %2, %%xmm0\n\t"
			 "movsd %3, %%xmm1\n\t"
			 "call *%1\n\t"
			 "movsd %%xmm0, %0"
			 : "=m"(result)
			 : "r"(f), "m"(x), "m"(y)
			 : "eax", "ecx", "edx", "memory", "cc", "xmm0", "xmm1",
			   "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7");
	return result;
}

static void mathematics(HMODULE crt)
{
	static const char *const names[] = { "acos", "asin", "atan",  "cos",
					     "exp",  "log",  "log10", "sin",
					     "sqrt", "tan" };
	FARPROC pow_f;
	char name[64];

	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		plain_fn plain = (void *)GetProcAddress(crt, names[i]);
		FARPROC f;

		wsprintfA(name, "_libm_sse2_%s_precise", names[i]);
		f = GetProcAddress(crt, name);
		CHECK(f && plain, "%s", name);
		if (f && plain)
			CHECK(in_xmm(f, 0.75, 9) == plain(0.75), "%s", name);
	}
	pow_f = GetProcAddress(crt, "_libm_sse2_pow_precise");
	CHECK(pow_f != NULL);
	if (pow_f)
		CHECK(in_xmm(pow_f, 3, 4) == 81);
}
#else
static void mathematics(HMODULE crt)
{
	CHECK(!GetProcAddress(crt, "_libm_sse2_pow_precise"));
}
#endif

static int called;

static void __cdecl no_memory(void)
{
	called++;
}

static void new_handler(HMODULE crt)
{
	typedef void(__cdecl * handler_fn)(void);
	HMODULE cpp = LoadLibraryA("msvcp140.dll");
	handler_fn(__cdecl * set)(handler_fn);
	handler_fn(__cdecl * get)(void);
	int(__cdecl * callnewh)(size_t);

	set = (void *)GetProcAddress(cpp,
				     "?set_new_handler@std@@YAP6AXXZP6AXXZ@Z");
	get = (void *)GetProcAddress(cpp, "?get_new_handler@std@@YAP6AXXZXZ");
	callnewh = (void *)GetProcAddress(crt, "_callnewh");
	CHECK(set && get && callnewh);
	if (!set || !get || !callnewh)
		return;
	CHECK_EQ(callnewh(1), 0);
	CHECK(!get());
	CHECK(!set(no_memory));
	CHECK(get() == no_memory);
	CHECK_EQ(callnewh(1), 1);
	CHECK_EQ(called, 1);
	CHECK(set(NULL) == no_memory);
	CHECK_EQ(callnewh(1), 0);
	CHECK_EQ(called, 1);
}

int main(void)
{
	HMODULE crt = LoadLibraryA("ucrtbase.dll");

	CHECK(crt != NULL);
	mathematics(crt);
	new_handler(crt);
	return check_done();
}
