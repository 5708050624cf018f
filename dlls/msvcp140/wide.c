/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wide.c - the streams of wchar_t.
 */
#include "msvcp.h"

#define X	       w
#define E	       WCHAR
#define I	       unsigned short
#define IEOF	       WEOF
#define TO_I(c)	       ((unsigned short)(c))
#define WIDEN(c)       ((WCHAR)(unsigned char)(c))
#define NARROW(c, not) ((c) < 0x100 ? (char)(c) : (not))
#define ID_CTYPE       id_wctype
#define ID_NUMPUNCT    id_wnumpunct
#define STRING_T       wstring
#define STRING_DATA(s) wstring_data(s)
#define STRING_FREE(s) wstring_free(s)
#define FILE_PUT(c, f) fputwc(c, f)
#define FILE_GET(f)    fgetwc(f)
#define FILE_UNGET(c, f) ungetwc(c, f)
#define FILE_WRITE(s, n, f) write_all(s, n, f)

/* A FILE's own translation, character for character. */
static long long write_all(const WCHAR *s, long long n, FILE *f)
{
	long long i;

	for (i = 0; i < n; i++)
		if (fputwc(s[i], f) == WEOF)
			break;
	return i;
}

#include "stream-t.h"
#include "streambuf-t.h"
#include "ios-t.h"
#include "ostream-t.h"
#include "istream-t.h"
#include "istream-number-t.h"
#include "stdstream-t.h"
