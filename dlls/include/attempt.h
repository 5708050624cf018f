/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attempt.h - calling what may raise an exception: a DLL's entry point, a walk
 * along a pointer that a program has given us where Windows forgives bad ones.
 */
#ifndef RF_ATTEMPT_H
#define RF_ATTEMPT_H

#include "nt.h"

/*
 * fn(a, b, c), which returns a BOOL and is WINAPI.  FALSE: it said so, or it
 * raised an exception, whose code is *failed then.
 */
BOOLEAN NTAPI rf_attempt(PVOID fn, PVOID a, ULONG_PTR b, PVOID c,
			 NTSTATUS *failed);

#endif
