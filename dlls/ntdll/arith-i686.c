/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arith-i686.c - 64-bit arithmetic under the names that Microsoft's compiler
 * calls, and that ntdll exports; and the functions on large integers that
 * older programs import.
 */
#include "ntdll-private.h"

/* The symbols have no @16, though the callee pops. */
LONGLONG NTAPI alldiv(LONGLONG a, LONGLONG b) __asm__("__alldiv");
LONGLONG NTAPI allrem(LONGLONG a, LONGLONG b) __asm__("__allrem");
LONGLONG NTAPI allmul(LONGLONG a, LONGLONG b) __asm__("__allmul");
ULONGLONG NTAPI aulldiv(ULONGLONG a, ULONGLONG b) __asm__("__aulldiv");
ULONGLONG NTAPI aullrem(ULONGLONG a, ULONGLONG b) __asm__("__aullrem");

LONGLONG NTAPI alldiv(LONGLONG a, LONGLONG b)
{
	return a / b;
}

LONGLONG NTAPI allrem(LONGLONG a, LONGLONG b)
{
	return a % b;
}

LONGLONG NTAPI allmul(LONGLONG a, LONGLONG b)
{
	return a * b;
}

ULONGLONG NTAPI aulldiv(ULONGLONG a, ULONGLONG b)
{
	return a / b;
}

ULONGLONG NTAPI aullrem(ULONGLONG a, ULONGLONG b)
{
	return a % b;
}

LONGLONG NTAPI RtlLargeIntegerAdd(LONGLONG a, LONGLONG b);
LONGLONG NTAPI RtlLargeIntegerSubtract(LONGLONG a, LONGLONG b);
LONGLONG NTAPI RtlLargeIntegerNegate(LONGLONG a);
LONGLONG NTAPI RtlLargeIntegerShiftLeft(LONGLONG a, CCHAR n);
LONGLONG NTAPI RtlLargeIntegerShiftRight(LONGLONG a, CCHAR n);
LONGLONG NTAPI RtlLargeIntegerArithmeticShift(LONGLONG a, CCHAR n);
LONGLONG NTAPI RtlConvertLongToLargeInteger(LONG a);
LONGLONG NTAPI RtlConvertUlongToLargeInteger(ULONG a);
LONGLONG NTAPI RtlEnlargedIntegerMultiply(LONG a, LONG b);
LONGLONG NTAPI RtlEnlargedUnsignedMultiply(ULONG a, ULONG b);
ULONG NTAPI RtlEnlargedUnsignedDivide(ULONGLONG a, ULONG b, ULONG *rem);
LONGLONG NTAPI RtlExtendedIntegerMultiply(LONGLONG a, LONG b);
LONGLONG NTAPI RtlExtendedLargeIntegerDivide(LONGLONG a, ULONG b, ULONG *rem);
LONGLONG NTAPI RtlLargeIntegerDivide(LONGLONG a, LONGLONG b, LONGLONG *rem);

LONGLONG NTAPI RtlLargeIntegerAdd(LONGLONG a, LONGLONG b)
{
	return a + b;
}

LONGLONG NTAPI RtlLargeIntegerSubtract(LONGLONG a, LONGLONG b)
{
	return a - b;
}

LONGLONG NTAPI RtlLargeIntegerNegate(LONGLONG a)
{
	return -a;
}

LONGLONG NTAPI RtlLargeIntegerShiftLeft(LONGLONG a, CCHAR n)
{
	return a << (n & 63);
}

LONGLONG NTAPI RtlLargeIntegerShiftRight(LONGLONG a, CCHAR n)
{
	return (LONGLONG)((ULONGLONG)a >> (n & 63));
}

LONGLONG NTAPI RtlLargeIntegerArithmeticShift(LONGLONG a, CCHAR n)
{
	return a >> (n & 63);
}

LONGLONG NTAPI RtlConvertLongToLargeInteger(LONG a)
{
	return a;
}

LONGLONG NTAPI RtlConvertUlongToLargeInteger(ULONG a)
{
	return a;
}

LONGLONG NTAPI RtlEnlargedIntegerMultiply(LONG a, LONG b)
{
	return (LONGLONG)a * b;
}

LONGLONG NTAPI RtlEnlargedUnsignedMultiply(ULONG a, ULONG b)
{
	return (LONGLONG)((ULONGLONG)a * b);
}

ULONG NTAPI RtlEnlargedUnsignedDivide(ULONGLONG a, ULONG b, ULONG *rem)
{
	if (rem)
		*rem = (ULONG)(a % b);
	return (ULONG)(a / b);
}

LONGLONG NTAPI RtlExtendedIntegerMultiply(LONGLONG a, LONG b)
{
	return a * b;
}

LONGLONG NTAPI RtlExtendedLargeIntegerDivide(LONGLONG a, ULONG b, ULONG *rem)
{
	if (rem)
		*rem = (ULONG)((ULONGLONG)a % b);
	return (LONGLONG)((ULONGLONG)a / b);
}

LONGLONG NTAPI RtlLargeIntegerDivide(LONGLONG a, LONGLONG b, LONGLONG *rem)
{
	if (rem)
		*rem = a % b;
	return a / b;
}
