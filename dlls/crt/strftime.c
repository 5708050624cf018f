/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * strftime.c - times as text: strftime, asctime, ctime, _strdate.
 *
 * Everything is made in wide characters; the narrow functions convert.  The C
 * locale's %c is "02/29/24 13:05:07" in msvcrt and C99's form in ucrt; msvcrt's
 * %z is the zone's name, like %Z.
 */
#include "crt.h"
#include "crt-time.h"

static const wchar_t *const days[] = { L"Sunday",    L"Monday",   L"Tuesday",
				       L"Wednesday", L"Thursday", L"Friday",
				       L"Saturday" };
static const wchar_t *const months[] = { L"January", L"February", L"March",
					 L"April",   L"May",      L"June",
					 L"July",    L"August",   L"September",
					 L"October", L"November", L"December" };

struct out {
	wchar_t *p;
	size_t left;
	int full;
};

static void put(struct out *o, wchar_t c)
{
	if (!o->left) {
		o->full = 1;
		return;
	}
	*o->p++ = c;
	o->left--;
}

static void text(struct out *o, const wchar_t *s, size_t n)
{
	while (n-- && *s)
		put(o, *s++);
}

/* At least width digits, padded with pad; '#' drops the padding. */
static void number(struct out *o, int v, int width, wchar_t pad, int alt)
{
	wchar_t tmp[12];
	int n = 0;

	if (v < 0) {
		put(o, '-');
		v = -v;
	}
	do
		tmp[n++] = (wchar_t)('0' + v % 10);
	while (v /= 10);
	while (!alt && n < width)
		tmp[n++] = pad;
	while (n)
		put(o, tmp[--n]);
}

static int iso_week(const struct crt_tm *tm, int *year)
{
	int y = tm->tm_year + 1900;
	int wday = (tm->tm_wday + 6) % 7; /* Monday is 0 */
	int week = (tm->tm_yday - wday + 10) / 7;

#define LEAP(y) (((y) % 4 == 0 && (y) % 100 != 0) || (y) % 400 == 0)
	if (week < 1) {
		int len;

		y--;
		len = LEAP(y) ? 366 : 365;
		week = (tm->tm_yday + len - wday + 10) / 7;
	} else if (week == 53) {
		int len = LEAP(y) ? 366 : 365;

		/* Does the Thursday of this week lie in the next year? */
		if (tm->tm_yday - wday + 3 >= len) {
			week = 1;
			y++;
		}
	}
	*year = y;
	return week;
}

static const wchar_t *day_name(const struct crt_time_names *t, int d, int full)
{
	return t ? t->day[d + (full ? 7 : 0)] : days[d];
}

static const wchar_t *month_name(const struct crt_time_names *t, int m,
				 int full)
{
	return t ? t->month[m + (full ? 12 : 0)] : months[m];
}

/* Windows' pictures: dddd, MMMM d, yyyy h:mm:ss tt */
static void picture(struct out *o, const wchar_t *f, const struct crt_tm *tm,
		    const struct crt_time_names *t)
{
	int hour = tm->tm_hour % 12 ? tm->tm_hour % 12 : 12;

	while (*f) {
		wchar_t c = *f;
		int n = 0;

		if (c == '\'') {
			for (f++; *f && *f != '\''; f++)
				put(o, *f);
			if (*f)
				f++;
			continue;
		}
		while (f[n] == c)
			n++;
		switch (c) {
		case 'd':
			if (n <= 2)
				number(o, tm->tm_mday, n, '0', 0);
			else
				text(o, day_name(t, tm->tm_wday, n > 3),
				     (size_t)-1);
			break;
		case 'M':
			if (n <= 2)
				number(o, tm->tm_mon + 1, n, '0', 0);
			else
				text(o, month_name(t, tm->tm_mon, n > 3),
				     (size_t)-1);
			break;
		case 'y':
			if (n <= 2)
				number(o, tm->tm_year % 100, n, '0', 0);
			else
				number(o, tm->tm_year + 1900, 4, '0', 0);
			break;
		case 'h':
			number(o, hour, n, '0', 0);
			break;
		case 'H':
			number(o, tm->tm_hour, n, '0', 0);
			break;
		case 'm':
			number(o, tm->tm_min, n, '0', 0);
			break;
		case 's':
			number(o, tm->tm_sec, n, '0', 0);
			break;
		case 't':
			text(o, t->ampm[tm->tm_hour >= 12],
			     n == 1 ? 1 : (size_t)-1);
			break;
		case 'g':
			break;
		default:
			for (int i = 0; i < n; i++)
				put(o, c);
			break;
		}
		f += n;
	}
}

static int in_range(int v, int lo, int hi)
{
	return v >= lo && v <= hi;
}

/* Returns -1 for an invalid field or conversion. */
static int convert(struct out *o, const wchar_t *f, const struct crt_tm *tm,
		   struct crt_locale *l);

static int one(struct out *o, wchar_t c, int alt, const struct crt_tm *tm,
	       struct crt_locale *l)
{
	const struct crt_time_names *t = l->time;
	int year, week;

#define NEED(field, lo, hi)                                                    \
	if (!in_range(tm->field, lo, hi))                                      \
	return -1
	switch (c) {
	case 'a':
		NEED(tm_wday, 0, 6);
		text(o, day_name(t, tm->tm_wday, 0), t ? (size_t)-1 : 3);
		break;
	case 'A':
		NEED(tm_wday, 0, 6);
		text(o, day_name(t, tm->tm_wday, 1), (size_t)-1);
		break;
	case 'b':
	case 'h':
		NEED(tm_mon, 0, 11);
		text(o, month_name(t, tm->tm_mon, 0), t ? (size_t)-1 : 3);
		break;
	case 'B':
		NEED(tm_mon, 0, 11);
		text(o, month_name(t, tm->tm_mon, 1), (size_t)-1);
		break;
	case 'c':
		NEED(tm_mon, 0, 11);
		NEED(tm_wday, 0, 6);
		if (t) {
			picture(o, alt ? t->long_date : t->short_date, tm, t);
			put(o, ' ');
			picture(o, t->time, tm, t);
			break;
		}
		return convert(o,
			       alt          ? L"%A, %B %d, %Y %H:%M:%S"
			       : CRT_MSVCRT ? L"%m/%d/%y %H:%M:%S"
					    : L"%a %b %e %H:%M:%S %Y",
			       tm, l);
	case 'C':
		number(o, (tm->tm_year + 1900) / 100, 2, '0', alt);
		break;
	case 'd':
		NEED(tm_mday, 1, 31);
		number(o, tm->tm_mday, 2, '0', alt);
		break;
	case 'D':
		return convert(o, L"%m/%d/%y", tm, l);
	case 'e':
		NEED(tm_mday, 1, 31);
		number(o, tm->tm_mday, 2, ' ', alt);
		break;
	case 'F':
		return convert(o, L"%Y-%m-%d", tm, l);
	case 'g':
		iso_week(tm, &year);
		number(o, year % 100, 2, '0', alt);
		break;
	case 'G':
		iso_week(tm, &year);
		number(o, year, 4, '0', alt);
		break;
	case 'H':
		NEED(tm_hour, 0, 23);
		number(o, tm->tm_hour, 2, '0', alt);
		break;
	case 'I':
		NEED(tm_hour, 0, 23);
		number(o, tm->tm_hour % 12 ? tm->tm_hour % 12 : 12, 2, '0',
		       alt);
		break;
	case 'j':
		NEED(tm_yday, 0, 365);
		number(o, tm->tm_yday + 1, 3, '0', alt);
		break;
	case 'm':
		NEED(tm_mon, 0, 11);
		number(o, tm->tm_mon + 1, 2, '0', alt);
		break;
	case 'M':
		NEED(tm_min, 0, 59);
		number(o, tm->tm_min, 2, '0', alt);
		break;
	case 'n':
		put(o, '\n');
		break;
	case 'p':
		NEED(tm_hour, 0, 23);
		if (t)
			text(o, t->ampm[tm->tm_hour >= 12], (size_t)-1);
		else
			text(o, tm->tm_hour >= 12 ? L"PM" : L"AM", 2);
		break;
	case 'r':
		return convert(o, L"%I:%M:%S %p", tm, l);
	case 'R':
		return convert(o, L"%H:%M", tm, l);
	case 'S':
		NEED(tm_sec, 0, 60);
		number(o, tm->tm_sec, 2, '0', alt);
		break;
	case 't':
		put(o, '\t');
		break;
	case 'T':
		return convert(o, L"%H:%M:%S", tm, l);
	case 'u':
		NEED(tm_wday, 0, 6);
		number(o, tm->tm_wday ? tm->tm_wday : 7, 1, '0', 0);
		break;
	case 'U':
		NEED(tm_wday, 0, 6);
		number(o, (tm->tm_yday + 7 - tm->tm_wday) / 7, 2, '0', alt);
		break;
	case 'V':
		week = iso_week(tm, &year);
		number(o, week, 2, '0', alt);
		break;
	case 'w':
		NEED(tm_wday, 0, 6);
		number(o, tm->tm_wday, 1, '0', 0);
		break;
	case 'W':
		NEED(tm_wday, 0, 6);
		number(o, (tm->tm_yday + 7 - (tm->tm_wday + 6) % 7) / 7, 2, '0',
		       alt);
		break;
	case 'x':
		if (t) {
			picture(o, alt ? t->long_date : t->short_date, tm, t);
			break;
		}
		return convert(o, alt ? L"%A, %B %d, %Y" : L"%m/%d/%y", tm, l);
	case 'X':
		if (t) {
			picture(o, t->time, tm, t);
			break;
		}
		return convert(o, L"%H:%M:%S", tm, l);
	case 'y':
		number(o, (tm->tm_year % 100 + 100) % 100, 2, '0', alt);
		break;
	case 'Y':
		number(o, tm->tm_year + 1900, 4, '0', alt);
		break;
	case 'z':
		if (!CRT_MSVCRT) {
			long west;

			_tzset();
			west = crt_timezone +
			       (tm->tm_isdst > 0 ? crt_dstbias : 0);
			put(o, west > 0 ? '-' : '+');
			west = (west < 0 ? -west : west) / 60;
			number(o, (int)(west / 60 * 100 + west % 60), 4, '0',
			       0);
			break;
		}
		/* fall through */
	case 'Z': {
		const char *n;

		_tzset();
		for (n = crt_tzname[tm->tm_isdst > 0]; *n; n++)
			put(o, (unsigned char)*n);
		break;
	}
	case '%':
		put(o, '%');
		break;
	default:
		return -1;
	}
	return 0;
}

static int convert(struct out *o, const wchar_t *f, const struct crt_tm *tm,
		   struct crt_locale *l)
{
	for (; *f; f++) {
		int alt = 0;

		if (*f != '%') {
			put(o, *f);
			continue;
		}
		if (*++f == '#') {
			alt = 1;
			f++;
		}
		if (!CRT_MSVCRT && (*f == 'E' || *f == 'O'))
			f++;
		if (one(o, *f, alt, tm, l) < 0)
			return -1;
	}
	return 0;
}

size_t _wcsftime_l(wchar_t *buf, size_t n, const wchar_t *f,
		   const struct crt_tm *tm, _locale_t loc)
{
	struct out o = { buf, n, 0 };

	CRT_REQUIRE(buf && n && f, EINVAL, 0);
	*buf = 0;
	CRT_REQUIRE(tm, EINVAL, 0);
	if (convert(&o, f, tm, crt_loc(loc)) < 0) {
		*buf = 0;
		crt_invalid(EINVAL);
		return 0;
	}
	if (o.full || !o.left) {
		*buf = 0;
		crt_errno = ERANGE;
		return 0;
	}
	*o.p = 0;
	return (size_t)(o.p - buf);
}

size_t wcsftime(wchar_t *buf, size_t n, const wchar_t *f,
		const struct crt_tm *tm)
{
	return _wcsftime_l(buf, n, f, tm, NULL);
}

size_t _strftime_l(char *buf, size_t n, const char *f, const struct crt_tm *tm,
		   _locale_t loc)
{
	struct crt_locale *l = crt_loc(loc);
	wchar_t small[512], *w = small, *wf;
	size_t len, done;

	CRT_REQUIRE(buf && n && f, EINVAL, 0);
	*buf = 0;
	CRT_REQUIRE(tm, EINVAL, 0);
	len = strlen(f) + 1;
	wf = malloc(len * sizeof(*wf));
	if (n > COUNT_OF(small))
		w = malloc(n * sizeof(*w));
	if (!wf || !w) {
		free(wf);
		return 0;
	}
	if (_mbstowcs_l(wf, f, len, loc) == (size_t)-1)
		*wf = 0;
	len = _wcsftime_l(w, n, wf, tm, loc);
	done = len;
	if (len) {
		done = _wcstombs_l(buf, w, n, loc);
		if (done == (size_t)-1 || done >= n) {
			*buf = 0;
			crt_errno = ERANGE;
			done = 0;
		}
	}
	(void)l;
	free(wf);
	if (w != small)
		free(w);
	return done;
}

size_t strftime(char *buf, size_t n, const char *f, const struct crt_tm *tm)
{
	return _strftime_l(buf, n, f, tm, NULL);
}

/* Old Visual C++ had the C locale's names as an argument. */
size_t _Strftime(char *buf, size_t n, const char *f, const struct crt_tm *tm,
		 void *names)
{
	return strftime(buf, n, f, tm);
}

size_t _Wcsftime(wchar_t *buf, size_t n, const wchar_t *f,
		 const struct crt_tm *tm, void *names)
{
	return wcsftime(buf, n, f, tm);
}

/* -------------------------------------------------------------- asctime */

static char *two(char *p, int v, char pad)
{
	*p++ = (char)(v >= 10 ? '0' + v / 10 % 10 : pad);
	*p++ = (char)('0' + v % 10);
	return p;
}

/* "Thu Feb 29 13:05:07 2024\n"; msvcrt's day has a 0 in front, ucrt's none. */
errno_t asctime_s(char *buf, size_t n, const struct crt_tm *tm)
{
	char *p = buf;
	int y;

	CRT_REQUIRE_E(buf && n, EINVAL);
	*buf = 0;
	CRT_REQUIRE_E(n >= 26 && tm, EINVAL);
	CRT_REQUIRE_E(in_range(tm->tm_mon, 0, 11) &&
			      in_range(tm->tm_wday, 0, 6) &&
			      in_range(tm->tm_hour, 0, 23) &&
			      in_range(tm->tm_min, 0, 59) &&
			      in_range(tm->tm_sec, 0, 60) &&
			      in_range(tm->tm_mday, 1, 31) && tm->tm_year >= 0,
		      EINVAL);
	for (int i = 0; i < 3; i++)
		*p++ = (char)days[tm->tm_wday][i];
	*p++ = ' ';
	for (int i = 0; i < 3; i++)
		*p++ = (char)months[tm->tm_mon][i];
	*p++ = ' ';
	p = two(p, tm->tm_mday, CRT_MSVCRT ? '0' : ' ');
	*p++ = ' ';
	p = two(p, tm->tm_hour, '0');
	*p++ = ':';
	p = two(p, tm->tm_min, '0');
	*p++ = ':';
	p = two(p, tm->tm_sec, '0');
	*p++ = ' ';
	y = tm->tm_year + 1900;
	p = two(p, y / 100, '0');
	p = two(p, y % 100, '0');
	*p++ = '\n';
	*p = 0;
	return 0;
}

errno_t _wasctime_s(wchar_t *buf, size_t n, const struct crt_tm *tm)
{
	char tmp[32];
	errno_t e;

	CRT_REQUIRE_E(buf && n >= 26, EINVAL);
	*buf = 0;
	e = asctime_s(tmp, sizeof(tmp), tm);
	for (int i = 0; !e && i < 26; i++)
		buf[i] = (unsigned char)tmp[i];
	return e;
}

static char *buffer(void)
{
	struct crt_ptd *p = crt_ptd();

	if (!p->asctime)
		p->asctime = malloc(32);
	return p->asctime;
}

static wchar_t *wbuffer(void)
{
	struct crt_ptd *p = crt_ptd();

	if (!p->wasctime)
		p->wasctime = malloc(32 * sizeof(wchar_t));
	return p->wasctime;
}

char *asctime(const struct crt_tm *tm)
{
	char *b = buffer();

	return b && !asctime_s(b, 32, tm) ? b : NULL;
}

wchar_t *_wasctime(const struct crt_tm *tm)
{
	wchar_t *b = wbuffer();

	return b && !_wasctime_s(b, 32, tm) ? b : NULL;
}

errno_t _ctime64_s(char *buf, size_t n, const __int64 *t)
{
	struct crt_tm tm;
	errno_t e;

	CRT_REQUIRE_E(buf && n >= 26, EINVAL);
	*buf = 0;
	e = _localtime64_s(&tm, t);
	return e ? e : asctime_s(buf, n, &tm);
}

errno_t _wctime64_s(wchar_t *buf, size_t n, const __int64 *t)
{
	struct crt_tm tm;
	errno_t e;

	CRT_REQUIRE_E(buf && n >= 26, EINVAL);
	*buf = 0;
	e = _localtime64_s(&tm, t);
	return e ? e : _wasctime_s(buf, n, &tm);
}

char *_ctime64(const __int64 *t)
{
	struct crt_tm *tm = _localtime64(t);

	return tm ? asctime(tm) : NULL;
}

wchar_t *_wctime64(const __int64 *t)
{
	struct crt_tm *tm = _localtime64(t);

	return tm ? _wasctime(tm) : NULL;
}

errno_t _ctime32_s(char *buf, size_t n, const __int32 *t)
{
	__int64 v;

	CRT_REQUIRE_E(t, EINVAL);
	v = *t;
	return _ctime64_s(buf, n, &v);
}

errno_t _wctime32_s(wchar_t *buf, size_t n, const __int32 *t)
{
	__int64 v;

	CRT_REQUIRE_E(t, EINVAL);
	v = *t;
	return _wctime64_s(buf, n, &v);
}

char *_ctime32(const __int32 *t)
{
	__int64 v;

	CRT_REQUIRE(t, EINVAL, NULL);
	v = *t;
	return _ctime64(&v);
}

wchar_t *_wctime32(const __int32 *t)
{
	__int64 v;

	CRT_REQUIRE(t, EINVAL, NULL);
	v = *t;
	return _wctime64(&v);
}

#ifdef _WIN64
typedef __int64 crt_time_t;
#else
typedef __int32 crt_time_t;
#endif

char *crt_ctime(const crt_time_t *t)
{
	__int64 v;

	CRT_REQUIRE(t, EINVAL, NULL);
	v = *t;
	return _ctime64(&v);
}

wchar_t *crt_wctime(const crt_time_t *t)
{
	__int64 v;

	CRT_REQUIRE(t, EINVAL, NULL);
	v = *t;
	return _wctime64(&v);
}

/* ------------------------------------------------------------- _strdate */

errno_t _strdate_s(char *buf, size_t n)
{
	SYSTEMTIME st;
	char *p = buf;

	CRT_REQUIRE_E(buf && n, EINVAL);
	*buf = 0;
	CRT_REQUIRE_E(n >= 9, ERANGE);
	GetLocalTime(&st);
	p = two(p, st.wMonth, '0');
	*p++ = '/';
	p = two(p, st.wDay, '0');
	*p++ = '/';
	*two(p, st.wYear % 100, '0') = 0;
	return 0;
}

errno_t _strtime_s(char *buf, size_t n)
{
	SYSTEMTIME st;
	char *p = buf;

	CRT_REQUIRE_E(buf && n, EINVAL);
	*buf = 0;
	CRT_REQUIRE_E(n >= 9, ERANGE);
	GetLocalTime(&st);
	p = two(p, st.wHour, '0');
	*p++ = ':';
	p = two(p, st.wMinute, '0');
	*p++ = ':';
	*two(p, st.wSecond, '0') = 0;
	return 0;
}

char *_strdate(char *buf)
{
	return _strdate_s(buf, 9) ? NULL : buf;
}

char *_strtime(char *buf)
{
	return _strtime_s(buf, 9) ? NULL : buf;
}

static errno_t widen(errno_t e, const char *s, wchar_t *buf)
{
	for (int i = 0; i < 9 && !e; i++)
		buf[i] = (unsigned char)s[i];
	return e;
}

errno_t _wstrdate_s(wchar_t *buf, size_t n)
{
	char s[9];

	CRT_REQUIRE_E(buf && n >= 9, EINVAL);
	return widen(_strdate_s(s, 9), s, buf);
}

errno_t _wstrtime_s(wchar_t *buf, size_t n)
{
	char s[9];

	CRT_REQUIRE_E(buf && n >= 9, EINVAL);
	return widen(_strtime_s(s, 9), s, buf);
}

wchar_t *_wstrdate(wchar_t *buf)
{
	return _wstrdate_s(buf, 9) ? NULL : buf;
}

wchar_t *_wstrtime(wchar_t *buf)
{
	return _wstrtime_s(buf, 9) ? NULL : buf;
}
