/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * narrow.c - the streams of char.
 */
#include "msvcp.h"

#define X	       c
#define E	       char
#define I	       int
#define IEOF	       EOF
#define TO_I(c)	       ((int)(unsigned char)(c))
#define WIDEN(c)       (c)
#define NARROW(c, not) (c)
#define ID_CTYPE       id_ctype
#define ID_NUMPUNCT    id_numpunct
#define STRING_T       string
#define STRING_DATA(s) string_data(s)
#define STRING_FREE(s) string_free(s)
#define FILE_PUT(c, f) fputc((unsigned char)(c), f)
#define FILE_GET(f)    fgetc(f)
#define FILE_UNGET(c, f) ungetc(c, f)
#define FILE_WRITE(s, n, f) (long long)fwrite(s, 1, (size_t)(n), f)

#include "stream-t.h"
#include "streambuf-t.h"
#include "ios-t.h"
#include "ostream-t.h"
#include "istream-t.h"
#include "istream-number-t.h"
#include "stdstream-t.h"
