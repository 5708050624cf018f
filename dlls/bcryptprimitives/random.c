/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * random.c - the random generators; the bytes are the host kernel's.
 * Source: Microsoft's white paper "The Windows 10 random number generation
 * infrastructure" (ProcessPrng never fails).
 */
#include "nt.h"

BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T n);
BOOL WINAPI SystemPrng(PBYTE buffer, SIZE_T n);

BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T n)
{
	/* Callers do not look at the result: no bytes must mean no return. */
	if (!rf_gen_random(buffer, n))
		rf_fatal(STATUS_UNSUCCESSFUL, "no random numbers");
	return TRUE;
}

BOOL WINAPI SystemPrng(PBYTE buffer, SIZE_T n)
{
	return ProcessPrng(buffer, n);
}
