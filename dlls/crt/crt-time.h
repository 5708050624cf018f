/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crt-time.h - what time.c and strftime.c share.
 */
#ifndef RF_CRT_TIME_H
#define RF_CRT_TIME_H

#include "crt.h"

extern long crt_timezone;
extern int crt_daylight;
extern long crt_dstbias;
extern char *crt_tzname[2];

void _tzset(void);
struct crt_tm *_localtime64(const __int64 *t);
size_t strftime(char *buf, size_t n, const char *f, const struct crt_tm *tm);
errno_t _localtime64_s(struct crt_tm *tm, const __int64 *t);
struct crt_tm *_gmtime64(const __int64 *t);
__int64 _mktime64(struct crt_tm *tm);

#endif
