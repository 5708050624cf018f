/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fltfmt.h - the text of a double, for printf.
 */
#ifndef RF_CRT_FLTFMT_H
#define RF_CRT_FLTFMT_H

#include "crt.h"

/*
 * crt_format_double() - |v| as text, no sign, no NUL.
 *
 *   out      room for prec + 330 bytes
 *   conv     one of eEfFgGaA
 *   prec     -1: the default
 *   alt      the # flag
 *   opt      PRINTF_* bits
 *   special  set when the text is "inf" or "nan": no zero padding
 *
 * Returns the length.  For %a the "0x" is the caller's.
 */
int crt_format_double(char *out, double v, char conv, int prec, int alt,
		      unsigned opt, char dp, int *special);

/*
 * crt_easy_digits() - decimal digits of v, finite and above 0, where that is
 * cheap; the result is the exact one.
 *
 *   mode         2: n significant digits; 3: n decimals
 *   away         ties go away from zero rather than to even
 *   d            room for 20
 *   count,point  0.d1d2...dcount * 10^point, no zeros behind
 *
 * Returns 0 when gdtoa must do it.
 */
int crt_easy_digits(double v, int mode, int n, int away, char *d, int *count,
		    int *point);
/* The double nearest to w * 10^k; 0: gdtoa must do it. */
int crt_easy_double(uint64_t w, int k, double *out);

#endif
