/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * number.c - numbers as streams write them, before a locale's points, groups
 * and padding.
 */
#include "msvcp.h"
#include <stdarg.h>

#define AS_SNPRINTF 2

static int print(char *to, size_t n, const char *format, ...)
{
	va_list args;
	int result;

	va_start(args, format);
	result = __stdio_common_vsprintf(AS_SNPRINTF, to, n, format, NULL, args);
	va_end(args);
	return result;
}

char *integer_text(char *to, unsigned long long v, BOOL negative, BOOL is_signed,
		   int fmt, char **digits)
{
	int base = (fmt & F_BASE) == F_OCT ? 8 : (fmt & F_BASE) == F_HEX ? 16 : 10;
	const char *names = fmt & F_UPPER ? "0123456789ABCDEF" : "0123456789abcdef";
	char reversed[24], *p = reversed;

	if (base == 10) {
		if (negative)
			*to++ = '-';
		else if (is_signed && fmt & F_SHOWPOS)
			*to++ = '+';
	} else if (fmt & F_SHOWBASE && v) {
		*to++ = '0';
		if (base == 16)
			*to++ = fmt & F_UPPER ? 'X' : 'x';
	}
	*digits = to;
	do
		*p++ = names[v % (unsigned)base];
	while (v /= (unsigned)base);
	while (p != reversed)
		*to++ = *--p;
	return to;
}

/* Hexadecimal ones have all their digits; none for %g means one. */
static int precision(int fmt, long long n)
{
	if ((fmt & F_FLOAT) == F_FLOAT)
		return 13;
	if (n < 0)
		return 6;
	return (int)min(n, (long long)100000);
}

char *float_text(double v, int fmt, long long prec, size_t *n, size_t *digits,
		 size_t *point)
{
	static const char letters[] = "gefaGEFA";
	char format[8] = "%", *p = format + 1, *text;
	int which = (fmt & F_FLOAT) / F_SCIENTIFIC, places = precision(fmt, prec), size;
	size_t i = 0;

	if (fmt & F_SHOWPOS)
		*p++ = '+';
	if (fmt & F_SHOWPOINT)
		*p++ = '#';
	strcpy(p, ".*");
	p[2] = letters[which + (fmt & F_UPPER ? 4 : 0)];
	p[3] = 0;
	size = print(NULL, 0, format, places, v);
	text = must_malloc((size_t)size + 1);
	print(text, (size_t)size + 1, format, places, v);
	if (text[i] == '-' || text[i] == '+')
		i++;
	if (text[i] == '0' && (text[i + 1] == 'x' || text[i + 1] == 'X'))
		i += 2;
	*digits = i;
	if (which == 3) /* 0x1.8p+0 is not grouped, but has a point */
		i++;
	while (text[i] >= '0' && text[i] <= '9')
		i++;
	*point = i;
	*n = (size_t)size;
	return text;
}
