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

#endif
