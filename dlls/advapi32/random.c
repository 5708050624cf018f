/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* random.c - RtlGenRandom, which is exported under another name. */
#include "nt.h"

BOOLEAN WINAPI SystemFunction036(PVOID buffer, ULONG n);

BOOLEAN WINAPI SystemFunction036(PVOID buffer, ULONG n)
{
	return rf_gen_random(buffer, n);
}
