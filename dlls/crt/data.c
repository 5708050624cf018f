/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * data.c - variables that msvcrt exports and little else uses.
 */
#include "crt.h"

#undef _osver
#undef _winver
#undef _winmajor
#undef _winminor
#undef _osplatform

/* What Windows 10's msvcrt says of the system. */
unsigned crt_osplatform = 2;
unsigned crt_osver = 19045;
unsigned crt_winver = 0x0a00;
unsigned crt_winmajor = 10;
unsigned crt_winminor = 0;
int crt_fileinfo = -1;
int crt_adjust_fdiv;
double crt_huge = __builtin_huge_val();

#define OS(NAME, PTR, VAR)                                                     \
	unsigned *PTR(void)                                                    \
	{                                                                      \
		return &VAR;                                                   \
	}                                                                      \
	errno_t NAME(unsigned *v)                                              \
	{                                                                      \
		CRT_REQUIRE_E(v, EINVAL);                                      \
		*v = VAR;                                                      \
		return 0;                                                      \
	}

OS(_get_osplatform, __p__osplatform, crt_osplatform)
OS(_get_osver, __p__osver, crt_osver)
OS(_get_winver, __p__winver, crt_winver)
OS(_get_winmajor, __p__winmajor, crt_winmajor)
OS(_get_winminor, __p__winminor, crt_winminor)

double *__p__HUGE(void)
{
	return &crt_huge;
}

int *__p__fileinfo(void)
{
	return &crt_fileinfo;
}

FILE *__p__iob(void)
{
	return crt_iob;
}

/* Old programs' code checks the stack by hand; there is nothing to check. */
void __security_error_handler(int code, void *data)
{
	abort();
}
