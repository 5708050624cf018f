/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * time.c - calendar time: time zones, localtime, mktime, clock.
 *
 * TZ in the environment ("PST8PDT") means the rules of the United States, as
 * Microsoft has it; without it kernel32 tells the zone, year by year where it
 * can.  32-bit time_t variants are the 64-bit ones with a narrower door.
 */
#include "crt.h"
#include "crt-time.h"

#undef _timezone
#undef _daylight
#undef _dstbias
#undef _tzname

#define EPOCH_1601 116444736000000000ULL
#define MAX_TIME64 0x793582affLL /* 3001-01-01 21:59:59 UTC, ucrt's limit */
#define MAX_TIME32 0x7fffd27fLL

long crt_timezone = 8 * 3600; /* before _tzset: Redmond's */
int crt_daylight = 1;
long crt_dstbias = -3600;
static char name_std[64] = "PST", name_dst[64] = "PDT";
char *crt_tzname[2] = { name_std, name_dst };

static struct crt_lock tz_lock;
static int tz_known, tz_changed;
static char *tz_last; /* TZ when it was looked at */
static TIME_ZONE_INFORMATION zone;

static void zone_name(const wchar_t *w, char *out)
{
	if (WideCharToMultiByte(CP_ACP, 0, w, -1, out, 63, NULL, NULL) <= 0)
		*out = 0;
}

static void from_system(void)
{
	if (GetTimeZoneInformation(&zone) == TIME_ZONE_ID_INVALID)
		memset(&zone, 0, sizeof(zone));
	crt_timezone = zone.Bias * 60;
	if (zone.StandardDate.wMonth)
		crt_timezone += zone.StandardBias * 60;
	if (zone.DaylightDate.wMonth && zone.DaylightBias) {
		crt_daylight = 1;
		crt_dstbias = (zone.DaylightBias - zone.StandardBias) * 60;
	} else {
		crt_daylight = 0;
		crt_dstbias = 0;
	}
	zone_name(zone.StandardName, name_std);
	zone_name(zone.DaylightName, name_dst);
}

/* tzn[+|-]hh[:mm[:ss]][dzn] */
static void from_tz(const char *tz)
{
	long v;
	int sign = 1;
	char *end;
	size_t n;

	memset(&zone, 0, sizeof(zone));
	for (n = 0; n < 3 && tz[n]; n++)
		name_std[n] = tz[n];
	name_std[n] = 0;
	tz += n;
	if (*tz == '-') {
		sign = -1;
		tz++;
	} else if (*tz == '+') {
		tz++;
	}
	v = strtol(tz, &end, 10) * 3600;
	if (*end == ':') {
		v += strtol(end + 1, &end, 10) * 60;
		if (*end == ':')
			v += strtol(end + 1, &end, 10);
	}
	crt_timezone = sign * v;
	crt_daylight = *end != 0;
	crt_dstbias = -3600;
	for (n = 0; n < 3 && end[n]; n++)
		name_dst[n] = end[n];
	name_dst[n] = 0;
	/* Second Sunday of March to first Sunday of November, at two. */
	zone.Bias = crt_timezone / 60;
	if (crt_daylight) {
		zone.DaylightBias = -60;
		zone.DaylightDate.wMonth = 3;
		zone.DaylightDate.wDay = 2;
		zone.DaylightDate.wHour = 2;
		zone.StandardDate.wMonth = 11;
		zone.StandardDate.wDay = 1;
		zone.StandardDate.wHour = 2;
	}
}

static void set_zone(void)
{
	const char *tz = getenv("TZ");

	/*
	 * "Europe/Berlin" comes from a Linux environment.  Microsoft's rules
	 * would make UTC of it; the system knows better.  A slash behind a
	 * number is in POSIX's rule for a change, which is ignored.
	 */
	if (!tz || !*tz || *tz == ':' ||
	    tz[strcspn(tz, "/0123456789")] == '/') {
		if (!tz_known || tz_last)
			from_system();
		free(tz_last);
		tz_last = NULL;
	} else if (!tz_last || strcmp(tz, tz_last)) {
		free(tz_last);
		tz_last = _strdup(tz);
		from_tz(tz);
	} else {
		return;
	}
	tz_changed = 1;
	tz_known = 1;
}

void _tzset(void)
{
	crt_lock(&tz_lock);
	set_zone();
	crt_unlock(&tz_lock);
}

static void need_zone(void)
{
	if (!tz_known)
		_tzset();
}

long *__timezone(void)
{
	need_zone();
	return &crt_timezone;
}

int *__daylight(void)
{
	need_zone();
	return &crt_daylight;
}

long *__dstbias(void)
{
	need_zone();
	return &crt_dstbias;
}

char **__tzname(void)
{
	need_zone();
	return crt_tzname;
}

long *__p__timezone(void)
{
	return &crt_timezone;
}

int *__p__daylight(void)
{
	return &crt_daylight;
}

long *__p__dstbias(void)
{
	return &crt_dstbias;
}

char **__p__tzname(void)
{
	return crt_tzname;
}

errno_t _get_timezone(long *v)
{
	CRT_REQUIRE_E(v, EINVAL);
	*v = crt_timezone;
	return 0;
}

errno_t _get_daylight(int *v)
{
	CRT_REQUIRE_E(v, EINVAL);
	*v = crt_daylight;
	return 0;
}

errno_t _get_dstbias(long *v)
{
	CRT_REQUIRE_E(v, EINVAL);
	*v = crt_dstbias;
	return 0;
}

errno_t _get_tzname(size_t *len, char *buf, size_t n, int which)
{
	CRT_REQUIRE_E(len && ((buf && n) || (!buf && !n)), EINVAL);
	CRT_REQUIRE_E(which == 0 || which == 1, EINVAL);
	if (buf)
		*buf = 0;
	*len = strlen(crt_tzname[which]) + 1;
	if (!buf)
		return 0;
	if (*len > n)
		return ERANGE;
	strcpy(buf, crt_tzname[which]);
	return 0;
}

/* --------------------------------------------------------- calendar days */

/* Days since 1970-01-01; m is 0 to 11. */
static int64_t days_of(int64_t y, int m, int64_t d)
{
	int64_t era, yoe, doy;

	m++;
	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void split(int64_t t, struct crt_tm *tm)
{
	int64_t days = t / 86400, rest = t % 86400, era, doe, yoe, y, doy, mp;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	tm->tm_hour = (int)(rest / 3600);
	tm->tm_min = (int)(rest / 60 % 60);
	tm->tm_sec = (int)(rest % 60);
	tm->tm_wday = (int)(((days + 4) % 7 + 7) % 7);
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	y = yoe + era * 400;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	tm->tm_mday = (int)(doy - (153 * mp + 2) / 5 + 1);
	tm->tm_mon = (int)(mp < 10 ? mp + 2 : mp - 10);
	y += tm->tm_mon < 2;
	tm->tm_year = (int)(y - 1900);
	tm->tm_yday = (int)(days - 719468 - days_of(y, 0, 1));
	tm->tm_isdst = 0;
}

/* Local seconds since 1970 at which a rule takes effect in a year. */
static int64_t rule_time(const SYSTEMTIME *r, int year)
{
	int64_t day;

	if (r->wYear) {
		day = days_of(year, r->wMonth - 1, r->wDay);
	} else {
		int64_t first = days_of(year, r->wMonth - 1, 1);
		int64_t next = r->wMonth == 12 ? days_of(year + 1, 0, 1)
					       : days_of(year, r->wMonth, 1);
		int wday = (int)(((first + 4) % 7 + 7) % 7);

		day = first + (r->wDayOfWeek - wday + 7) % 7 +
		      (r->wDay - 1) * 7;
		while (day >= next)
			day -= 7;
	}
	return day * 86400 + r->wHour * 3600 + r->wMinute * 60 + r->wSecond;
}

/*
 * A year's rules.  The system's zone may have had others then; _timezone and
 * its like tell this year's.
 */
struct rules {
	int year, dst;
	long west, bias; /* seconds; bias is added to west while dst lasts */
	SYSTEMTIME on, off;
};

static struct rules rules_of(int year)
{
	static struct rules cache;
	struct rules r;

	crt_lock(&tz_lock);
	r = cache;
	if (r.year != year || tz_changed) {
		TIME_ZONE_INFORMATION z = zone;

		if (!tz_last)
			GetTimeZoneInformationForYear((USHORT)year, NULL, &z);
		r.year = year;
		r.west = z.Bias * 60;
		if (z.StandardDate.wMonth)
			r.west += z.StandardBias * 60;
		if (tz_last)
			r.west = crt_timezone;
		r.bias = (z.DaylightBias - z.StandardBias) * 60;
		r.dst = z.DaylightDate.wMonth && r.bias;
		r.on = z.DaylightDate;
		r.off = z.StandardDate;
		cache = r;
		tz_changed = 0;
	}
	crt_unlock(&tz_lock);
	return r;
}

/* Is local standard time s (seconds since 1970) in daylight time? */
static int in_dst(const struct rules *r, int64_t s)
{
	int64_t on, off;

	if (!r->dst)
		return 0;
	on = rule_time(&r->on, r->year);
	/* The end is given in daylight time; s is standard time. */
	off = rule_time(&r->off, r->year) + r->bias;
	if (on < off)
		return s >= on && s < off;
	return s >= on || s < off;
}

/* -------------------------------------------------------------- gmtime */

static struct crt_tm *tm_buffer(void)
{
	return &crt_ptd()->tm;
}

errno_t _gmtime64_s(struct crt_tm *tm, const __int64 *t)
{
	CRT_REQUIRE_E(tm, EINVAL);
	memset(tm, 0xff, sizeof(*tm));
	CRT_REQUIRE_E(t, EINVAL);
	if (*t < -43200 || *t > MAX_TIME64 + 50400) {
		crt_errno = EINVAL;
		return EINVAL;
	}
	split(*t, tm);
	return 0;
}

struct crt_tm *_gmtime64(const __int64 *t)
{
	struct crt_tm *tm = tm_buffer();

	return _gmtime64_s(tm, t) ? NULL : tm;
}

errno_t _localtime64_s(struct crt_tm *tm, const __int64 *t)
{
	struct rules r;
	int64_t s;

	CRT_REQUIRE_E(tm, EINVAL);
	memset(tm, 0xff, sizeof(*tm));
	CRT_REQUIRE_E(t, EINVAL);
	if (*t < 0 || *t > MAX_TIME64) {
		crt_errno = EINVAL;
		return EINVAL;
	}
	need_zone();
	split(*t - crt_timezone, tm);
	r = rules_of(tm->tm_year + 1900);
	s = *t - r.west;
	split(s, tm);
	if (in_dst(&r, s)) {
		split(s - r.bias, tm);
		tm->tm_isdst = 1;
	}
	return 0;
}

struct crt_tm *_localtime64(const __int64 *t)
{
	struct crt_tm *tm = tm_buffer();

	return _localtime64_s(tm, t) ? NULL : tm;
}

errno_t _gmtime32_s(struct crt_tm *tm, const __int32 *t)
{
	__int64 v;

	CRT_REQUIRE_E(tm && t, EINVAL);
	v = *t;
	return _gmtime64_s(tm, &v);
}

struct crt_tm *_gmtime32(const __int32 *t)
{
	__int64 v;

	CRT_REQUIRE(t, EINVAL, NULL);
	v = *t;
	return _gmtime64(&v);
}

errno_t _localtime32_s(struct crt_tm *tm, const __int32 *t)
{
	__int64 v;

	CRT_REQUIRE_E(tm && t, EINVAL);
	v = *t;
	return _localtime64_s(tm, &v);
}

struct crt_tm *_localtime32(const __int32 *t)
{
	__int64 v;

	CRT_REQUIRE(t, EINVAL, NULL);
	v = *t;
	return _localtime64(&v);
}

/* -------------------------------------------------------------- mktime */

static __int64 make_time(struct crt_tm *tm, int local)
{
	int64_t mon, year, s, t;

	CRT_REQUIRE(tm, EINVAL, -1);
	mon = tm->tm_mon;
	year = (int64_t)tm->tm_year + 1900 + mon / 12;
	mon %= 12;
	if (mon < 0) {
		mon += 12;
		year--;
	}
	s = (days_of(year, (int)mon, 1) + tm->tm_mday - 1) * 86400 +
	    (int64_t)tm->tm_hour * 3600 + (int64_t)tm->tm_min * 60 + tm->tm_sec;
	t = s;
	if (local) {
		struct rules r;

		need_zone();
		r = rules_of((int)year);
		t = s + r.west;
		/* Said to be daylight time where there is none: an hour off. */
		if (tm->tm_isdst > 0 ||
		    (tm->tm_isdst < 0 && in_dst(&r, s + r.bias)))
			t += r.bias ? r.bias : -3600;
	}
	if (t < 0 || t > MAX_TIME64) {
		crt_errno = EINVAL;
		return -1;
	}
	if (local)
		_localtime64_s(tm, &t);
	else
		_gmtime64_s(tm, &t);
	return t;
}

__int64 _mktime64(struct crt_tm *tm)
{
	return make_time(tm, 1);
}

__int64 _mkgmtime64(struct crt_tm *tm)
{
	return make_time(tm, 0);
}

static __int32 narrow_time(__int64 t)
{
	if (t > MAX_TIME32) {
		crt_errno = EINVAL;
		return -1;
	}
	return (__int32)t;
}

__int32 _mktime32(struct crt_tm *tm)
{
	return narrow_time(make_time(tm, 1));
}

__int32 _mkgmtime32(struct crt_tm *tm)
{
	return narrow_time(make_time(tm, 0));
}

/* ---------------------------------------------------------------- clocks */

static uint64_t now(void)
{
	FILETIME ft;

	GetSystemTimeAsFileTime(&ft);
	return (uint64_t)ft.dwHighDateTime << 32 | ft.dwLowDateTime;
}

__int64 _time64(__int64 *out)
{
	__int64 t = (__int64)((now() - EPOCH_1601) / 10000000);

	if (out)
		*out = t;
	return t;
}

__int32 _time32(__int32 *out)
{
	__int32 t = narrow_time(_time64(NULL));

	if (out)
		*out = t;
	return t;
}

double _difftime64(__int64 a, __int64 b)
{
	return (double)(a - b);
}

double _difftime32(__int32 a, __int32 b)
{
	return (double)a - (double)b;
}

/* Milliseconds of wall time since the process began. */
long clock(void)
{
	FILETIME made, out, kernel, user;
	uint64_t start;

	if (!GetProcessTimes(NtCurrentProcess(), &made, &out, &kernel, &user))
		return -1;
	start = (uint64_t)made.dwHighDateTime << 32 | made.dwLowDateTime;
	return (long)((now() - start) / 10000);
}

struct timeb64 {
	__int64 time;
	unsigned short millitm;
	short timezone, dstflag;
};
struct timeb32 {
	__int32 time;
	unsigned short millitm;
	short timezone, dstflag;
};

errno_t _ftime64_s(struct timeb64 *tb)
{
	uint64_t t = now() - EPOCH_1601;
	struct crt_tm tm;

	CRT_REQUIRE_E(tb, EINVAL);
	need_zone();
	tb->time = (__int64)(t / 10000000);
	tb->millitm = (unsigned short)(t / 10000 % 1000);
	tb->timezone = (short)(crt_timezone / 60);
	tb->dstflag = 0;
	if (crt_daylight && !_localtime64_s(&tm, &tb->time))
		tb->dstflag = (short)tm.tm_isdst;
	return 0;
}

void _ftime64(struct timeb64 *tb)
{
	_ftime64_s(tb);
}

errno_t _ftime32_s(struct timeb32 *tb)
{
	struct timeb64 t;

	CRT_REQUIRE_E(tb, EINVAL);
	_ftime64_s(&t);
	tb->time = (__int32)t.time;
	tb->millitm = t.millitm;
	tb->timezone = t.timezone;
	tb->dstflag = t.dstflag;
	return 0;
}

void _ftime32(struct timeb32 *tb)
{
	_ftime32_s(tb);
}

struct timespec64 {
	__int64 tv_sec;
	long tv_nsec;
};
struct timespec32 {
	__int32 tv_sec;
	__int32 tv_nsec;
};

int _timespec64_get(struct timespec64 *ts, int base)
{
	uint64_t t = now() - EPOCH_1601;

	if (!ts || base != 1)
		return 0;
	ts->tv_sec = (__int64)(t / 10000000);
	ts->tv_nsec = (long)(t % 10000000 * 100);
	return base;
}

int _timespec32_get(struct timespec32 *ts, int base)
{
	struct timespec64 t;

	if (!ts || !_timespec64_get(&t, base))
		return 0;
	ts->tv_sec = (__int32)t.tv_sec;
	ts->tv_nsec = t.tv_nsec;
	return base;
}

unsigned _getsystime(struct crt_tm *tm)
{
	SYSTEMTIME st;

	GetLocalTime(&st);
	tm->tm_isdst = -1;
	tm->tm_sec = st.wSecond;
	tm->tm_min = st.wMinute;
	tm->tm_hour = st.wHour;
	tm->tm_mday = st.wDay;
	tm->tm_mon = st.wMonth - 1;
	tm->tm_year = st.wYear - 1900;
	tm->tm_wday = st.wDayOfWeek;
	_mktime64(tm);
	return st.wMilliseconds;
}

unsigned _setsystime(struct crt_tm *tm, unsigned ms)
{
	SYSTEMTIME st;

	_mktime64(tm);
	st.wYear = (WORD)(tm->tm_year + 1900);
	st.wMonth = (WORD)(tm->tm_mon + 1);
	st.wDay = (WORD)tm->tm_mday;
	st.wDayOfWeek = (WORD)tm->tm_wday;
	st.wHour = (WORD)tm->tm_hour;
	st.wMinute = (WORD)tm->tm_min;
	st.wSecond = (WORD)tm->tm_sec;
	st.wMilliseconds = (WORD)ms;
	return SetLocalTime(&st) ? 0 : GetLastError();
}

void _sleep(unsigned long ms)
{
	Sleep(ms ? ms : 1);
}

/* time() and its like without a number are 32-bit on i686 in msvcrt. */
#ifdef _WIN64
typedef __int64 crt_time_t;
#define BOTH(name) name##64
#else
typedef __int32 crt_time_t;
#define BOTH(name) name##32
#endif

crt_time_t crt_time(crt_time_t *t)
{
	return BOTH(_time)(t);
}

struct crt_tm *crt_localtime(const crt_time_t *t)
{
	return BOTH(_localtime)(t);
}

struct crt_tm *crt_gmtime(const crt_time_t *t)
{
	return BOTH(_gmtime)(t);
}

crt_time_t crt_mktime(struct crt_tm *tm)
{
	return BOTH(_mktime)(tm);
}

crt_time_t crt_mkgmtime(struct crt_tm *tm)
{
	return BOTH(_mkgmtime)(tm);
}

double crt_difftime(crt_time_t a, crt_time_t b)
{
	return (double)a - (double)b;
}

void crt_ftime(void *tb)
{
	BOTH(_ftime)(tb);
}
