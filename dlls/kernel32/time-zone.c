/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * time-zone.c - local time.
 *
 * The host says which IANA zone it is in (in TimeZoneKeyName of an NT call);
 * tzmap.tbl has Windows' name for that zone and its rules, year by year.  A
 * zone that the table lacks keeps the host's own numbers for every year.
 */
#include "kernel32-private.h"
#include "nt-thread.h"

/* ---- the table ---- */

struct rule_date {
	UCHAR month, weekday, nth, hour, minute; /* month 0: no such date */
};

struct rule {
	USHORT year; /* from this one on */
	SHORT bias, daylight_bias;
	struct rule_date daylight, standard; /* in the old time */
};

struct zone {
	const char *name, *iana;
	USHORT rule;
};

struct alias {
	const char *iana;
	USHORT zone;
};

#define D(m, w, n, h, min)                                                     \
	{                                                                      \
		m, w, n, h, min                                                \
	}
#define RULE(year, bias, dbias, dst, std) { year, bias, dbias, dst, std },
#define ZONE(name, iana, rule)
#define ALIAS(iana, zone)
static const struct rule rules[] = {
#include "tzmap.tbl"
};
#undef RULE
#undef ZONE
#define RULE(year, bias, dbias, dst, std)
#define ZONE(name, iana, rule) { name, iana, rule },
static const struct zone zones[] = {
#include "tzmap.tbl"
};
#undef ZONE
#undef ALIAS
#define ZONE(name, iana, rule)
#define ALIAS(iana, zone) { iana, zone },
static const struct alias aliases[] = {
#include "tzmap.tbl"
};

static const struct rule *rule_for(const struct zone *z, int year)
{
	unsigned end =
		z + 1 < zones + ARRAY_LEN(zones) ? z[1].rule : ARRAY_LEN(rules);
	unsigned i = z->rule;

	while (i + 1 < end && rules[i + 1].year <= year)
		i++;
	return &rules[i];
}

/* ASCII against UTF-16. */
static BOOL same(const char *a, const WCHAR *b)
{
	while (*a && (UCHAR)*a == *b) {
		a++;
		b++;
	}
	return (UCHAR)*a == *b;
}

static const struct zone *zone_by_name(const WCHAR *name)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(zones); i++)
		if (same(zones[i].name, name))
			return &zones[i];
	return NULL;
}

static const struct zone *zone_by_iana(const WCHAR *name)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(aliases); i++)
		if (same(aliases[i].iana, name))
			return &zones[aliases[i].zone];
	return NULL;
}

/* ---- Win32's structure ---- */

static void date_to_win32(const struct rule_date *d, SYSTEMTIME *st)
{
	memset(st, 0, sizeof *st);
	st->wMonth = d->month;
	st->wDayOfWeek = d->weekday;
	st->wDay = d->nth;
	st->wHour = d->hour;
	st->wMinute = d->minute;
}

static void put_name(WCHAR *to, const char *from)
{
	while ((*to++ = (UCHAR)*from++))
		;
}

/* "X Standard Time" is "X Daylight Time" in summer. */
static void zone_names(const struct zone *z, DYNAMIC_TIME_ZONE_INFORMATION *d)
{
	static const WCHAR standard[] = L"Standard", daylight[] = L"Daylight";
	WCHAR *p;

	put_name(d->TimeZoneKeyName, z->name);
	put_name(d->StandardName, same(z->name, L"UTC")
					  ? "Coordinated Universal Time"
					  : z->name);
	memcpy(d->DaylightName, d->StandardName, sizeof d->DaylightName);
	for (p = d->DaylightName; *p; p++)
		if (!memcmp(p, standard, sizeof standard - sizeof *p))
			memcpy(p, daylight, sizeof daylight - sizeof *p);
}

static void zone_to_win32(const struct zone *z, int year,
			  DYNAMIC_TIME_ZONE_INFORMATION *d)
{
	const struct rule *r = rule_for(z, year);

	memset(d, 0, sizeof *d);
	zone_names(z, d);
	d->Bias = r->bias;
	d->DaylightBias = r->daylight_bias;
	date_to_win32(&r->daylight, &d->DaylightDate);
	date_to_win32(&r->standard, &d->StandardDate);
	/* Windows says -60 even where there is no daylight saving. */
	if (!r->daylight.month)
		d->DaylightBias = -60;
}

/* ---- the host's zone ---- */

/* As NT has it: the order of a date's fields is not SYSTEMTIME's. */
typedef struct {
	LONG Bias;
	WCHAR StandardName[32];
	TIME_FIELDS StandardStart;
	LONG StandardBias;
	WCHAR DaylightName[32];
	TIME_FIELDS DaylightStart;
	LONG DaylightBias;
	WCHAR TimeZoneKeyName[128];
	BOOLEAN DynamicDaylightTimeDisabled;
} nt_zone;

static struct {
	SRWLOCK lock;
	BOOL known;
	const struct zone *zone; /* NULL: host has all there is */
	DYNAMIC_TIME_ZONE_INFORMATION host;
} current = { .lock = SRWLOCK_INIT };

static void fields_to_win32(const TIME_FIELDS *f, SYSTEMTIME *st)
{
	st->wYear = f->Year;
	st->wMonth = f->Month;
	st->wDayOfWeek = f->Weekday;
	st->wDay = f->Day;
	st->wHour = f->Hour;
	st->wMinute = f->Minute;
	st->wSecond = f->Second;
	st->wMilliseconds = f->Milliseconds;
}

static void ask_host(void)
{
	DYNAMIC_TIME_ZONE_INFORMATION *h = &current.host;
	nt_zone z;

	memset(&z, 0, sizeof z);
	if (!NT_SUCCESS(NtQuerySystemInformation(
		    RfSystemDynamicTimeZoneInformation, &z, sizeof z, NULL)))
		put_name(z.TimeZoneKeyName, "Etc/UTC");
	z.TimeZoneKeyName[127] = 0;
	current.zone = zone_by_iana(z.TimeZoneKeyName);
	if (!current.zone)
		current.zone = zone_by_name(z.TimeZoneKeyName);
	h->Bias = z.Bias;
	memcpy(h->StandardName, z.StandardName, sizeof h->StandardName);
	fields_to_win32(&z.StandardStart, &h->StandardDate);
	h->StandardBias = z.StandardBias;
	memcpy(h->DaylightName, z.DaylightName, sizeof h->DaylightName);
	fields_to_win32(&z.DaylightStart, &h->DaylightDate);
	h->DaylightBias = z.DaylightBias;
	memcpy(h->TimeZoneKeyName, z.TimeZoneKeyName,
	       sizeof h->TimeZoneKeyName);
	h->StandardName[31] = h->DaylightName[31] = 0;
}

/* The machine's zone with its rules of a year. */
static void local_zone(int year, DYNAMIC_TIME_ZONE_INFORMATION *d)
{
	if (!__atomic_load_n(&current.known, __ATOMIC_ACQUIRE)) {
		RtlAcquireSRWLockExclusive(&current.lock);
		if (!current.known)
			ask_host();
		__atomic_store_n(&current.known, TRUE, __ATOMIC_RELEASE);
		RtlReleaseSRWLockExclusive(&current.lock);
	}
	if (current.zone)
		zone_to_win32(current.zone, year, d);
	else
		*d = current.host;
}

/* ---- arithmetic ---- */

#define MINUTE 600000000ll /* in 100 ns */
#define DAY    (24 * 60 * MINUTE)

static LONGLONG from_systemtime(const SYSTEMTIME *st)
{
	FILETIME ft;

	if (!SystemTimeToFileTime(st, &ft))
		return -1;
	return (LONGLONG)ft.dwHighDateTime << 32 | ft.dwLowDateTime;
}

static void to_systemtime(LONGLONG t, SYSTEMTIME *st)
{
	FILETIME ft = { (DWORD)t, (DWORD)(t >> 32) };

	FileTimeToSystemTime(&ft, st);
}

static int year_of(LONGLONG t)
{
	SYSTEMTIME st;

	to_systemtime(t, &st);
	return st.wYear;
}

static const UCHAR month_days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };

/* When a rule's date falls in a year, in the time it is given in; -1: never. */
static LONGLONG date_in_year(const SYSTEMTIME *d, int year)
{
	SYSTEMTIME st = *d;
	LONGLONG t;
	int days, day;

	if (!d->wMonth || d->wMonth > 12)
		return -1;
	if (d->wYear) /* an absolute date, for that year only */
		return d->wYear == year ? from_systemtime(d) : -1;
	st.wYear = year;
	st.wDay = 1;
	t = from_systemtime(&st);
	if (t < 0)
		return -1;
	to_systemtime(t, &st); /* its day of the week */
	day = 1 + (d->wDayOfWeek + 7 - st.wDayOfWeek) % 7 + (d->wDay - 1) * 7;
	days = month_days[d->wMonth - 1] +
	       (d->wMonth == 2 && year % 4 == 0 &&
		(year % 100 != 0 || year % 400 == 0));
	while (day > days)
		day -= 7;
	return t + (day - 1) * DAY;
}

/*
 * Is daylight saving on at t?  utc says which clock t is on; a local time that
 * comes twice is taken as standard time, one that is skipped as daylight.
 */
static BOOL in_daylight(const TIME_ZONE_INFORMATION *z, LONGLONG t, BOOL utc)
{
	LONGLONG up, down;
	int year = year_of(utc ? t - z->Bias * MINUTE : t);

	up = date_in_year(&z->DaylightDate, year);
	down = date_in_year(&z->StandardDate, year);
	if (up < 0 || down < 0)
		return FALSE;
	if (utc) {
		up += (z->Bias + z->StandardBias) * MINUTE;
		down += (z->Bias + z->DaylightBias) * MINUTE;
	} else {
		down += z->DaylightBias * MINUTE;
	}
	return up < down ? t >= up && t < down : t >= up || t < down;
}

static LONG bias_at(const TIME_ZONE_INFORMATION *z, LONGLONG t, BOOL utc)
{
	if (!z->DaylightDate.wMonth || !z->StandardDate.wMonth)
		return z->Bias + z->StandardBias;
	return z->Bias +
	       (in_daylight(z, t, utc) ? z->DaylightBias : z->StandardBias);
}

/* ---- which zone ---- */

static LONGLONG now(void)
{
	return (LONGLONG)RtlGetSystemTimePrecise();
}

static DWORD zone_id(const TIME_ZONE_INFORMATION *z, LONGLONG t)
{
	if (!z->DaylightDate.wMonth || !z->StandardDate.wMonth)
		return TIME_ZONE_ID_UNKNOWN;
	return in_daylight(z, t, TRUE) ? TIME_ZONE_ID_DAYLIGHT
				       : TIME_ZONE_ID_STANDARD;
}

DWORD WINAPI GetDynamicTimeZoneInformation(PDYNAMIC_TIME_ZONE_INFORMATION d)
{
	LONGLONG t = now();

	local_zone(year_of(t), d);
	return zone_id((TIME_ZONE_INFORMATION *)d, t);
}

DWORD WINAPI GetTimeZoneInformation(LPTIME_ZONE_INFORMATION z)
{
	DYNAMIC_TIME_ZONE_INFORMATION d;
	DWORD id = GetDynamicTimeZoneInformation(&d);

	/* One structure is the beginning of the other. */
	memcpy(z, &d, sizeof *z);
	return id;
}

BOOL WINAPI GetTimeZoneInformationForYear(USHORT year,
					  PDYNAMIC_TIME_ZONE_INFORMATION which,
					  LPTIME_ZONE_INFORMATION z)
{
	DYNAMIC_TIME_ZONE_INFORMATION d;
	const struct zone *zone;

	if (!which) {
		local_zone(year, &d);
	} else {
		zone = zone_by_name(which->TimeZoneKeyName);
		if (which->DynamicDaylightTimeDisabled)
			year = year_of(now());
		if (zone)
			zone_to_win32(zone, year, &d);
		else if (*which->TimeZoneKeyName) {
			SetLastError(ERROR_FILE_NOT_FOUND);
			return FALSE;
		} else
			d = *which;
	}
	memcpy(z, &d, sizeof *z);
	return TRUE;
}

DWORD WINAPI EnumDynamicTimeZoneInformation(const DWORD index,
					    PDYNAMIC_TIME_ZONE_INFORMATION d)
{
	if (index >= ARRAY_LEN(zones))
		return ERROR_NO_MORE_ITEMS;
	if (!d)
		return ERROR_INVALID_PARAMETER;
	zone_to_win32(&zones[index], year_of(now()), d);
	return ERROR_SUCCESS;
}

DWORD WINAPI GetDynamicTimeZoneInformationEffectiveYears(
	const PDYNAMIC_TIME_ZONE_INFORMATION d, LPDWORD first, LPDWORD last)
{
	const struct zone *z = zone_by_name(d->TimeZoneKeyName);
	unsigned i, end;

	if (!z)
		return ERROR_FILE_NOT_FOUND;
	end = z + 1 < zones + ARRAY_LEN(zones) ? z[1].rule : ARRAY_LEN(rules);
	if (end - z->rule < 2)
		return ERROR_FILE_NOT_FOUND; /* the same rule always */
	*first = *last = rules[z->rule].year;
	for (i = z->rule; i < end; i++)
		*last = rules[i].year;
	return ERROR_SUCCESS;
}

BOOL WINAPI SetTimeZoneInformation(const TIME_ZONE_INFORMATION *z)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}

BOOL WINAPI
SetDynamicTimeZoneInformation(const DYNAMIC_TIME_ZONE_INFORMATION *d)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}

/* ---- conversions ---- */

/* given: NULL for the machine's zone.  year: whose rules. */
static BOOL zone_for(const DYNAMIC_TIME_ZONE_INFORMATION *given, int year,
		     TIME_ZONE_INFORMATION *z)
{
	return GetTimeZoneInformationForYear(
		year, (DYNAMIC_TIME_ZONE_INFORMATION *)given, z);
}

BOOL WINAPI
SystemTimeToTzSpecificLocalTimeEx(const DYNAMIC_TIME_ZONE_INFORMATION *zone,
				  const SYSTEMTIME *utc, LPSYSTEMTIME local)
{
	LONGLONG t = from_systemtime(utc);
	TIME_ZONE_INFORMATION z;

	if (t < 0 || !zone_for(zone, utc->wYear, &z))
		return FALSE;
	t -= bias_at(&z, t, TRUE) * MINUTE;
	if (t < 0) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	to_systemtime(t, local);
	return TRUE;
}

BOOL WINAPI
TzSpecificLocalTimeToSystemTimeEx(const DYNAMIC_TIME_ZONE_INFORMATION *zone,
				  const SYSTEMTIME *local, LPSYSTEMTIME utc)
{
	LONGLONG t = from_systemtime(local);
	TIME_ZONE_INFORMATION z;

	if (t < 0 || !zone_for(zone, local->wYear, &z))
		return FALSE;
	t += bias_at(&z, t, FALSE) * MINUTE;
	if (t < 0) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	to_systemtime(t, utc);
	return TRUE;
}

BOOL WINAPI SystemTimeToTzSpecificLocalTime(const TIME_ZONE_INFORMATION *zone,
					    const SYSTEMTIME *utc,
					    LPSYSTEMTIME local)
{
	LONGLONG t;

	if (!zone)
		return SystemTimeToTzSpecificLocalTimeEx(NULL, utc, local);
	t = from_systemtime(utc);
	if (t < 0)
		return FALSE;
	t -= bias_at(zone, t, TRUE) * MINUTE;
	if (t < 0) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	to_systemtime(t, local);
	return TRUE;
}

BOOL WINAPI TzSpecificLocalTimeToSystemTime(const TIME_ZONE_INFORMATION *zone,
					    const SYSTEMTIME *local,
					    LPSYSTEMTIME utc)
{
	LONGLONG t;

	if (!zone)
		return TzSpecificLocalTimeToSystemTimeEx(NULL, local, utc);
	t = from_systemtime(local);
	if (t < 0)
		return FALSE;
	t += bias_at(zone, t, FALSE) * MINUTE;
	if (t < 0) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	to_systemtime(t, utc);
	return TRUE;
}

/* The bias of this moment, which is what the FILETIME functions use. */
static LONGLONG current_bias(void)
{
	TIME_ZONE_INFORMATION z;
	LONGLONG t = now();

	zone_for(NULL, year_of(t), &z);
	return bias_at(&z, t, TRUE) * MINUTE;
}

static BOOL shift(const FILETIME *from, LONGLONG by, LPFILETIME to)
{
	LONGLONG t = (LONGLONG)from->dwHighDateTime << 32 | from->dwLowDateTime;

	if (t < 0 || t + by < 0) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	t += by;
	to->dwLowDateTime = t;
	to->dwHighDateTime = t >> 32;
	return TRUE;
}

BOOL WINAPI FileTimeToLocalFileTime(const FILETIME *utc, LPFILETIME local)
{
	return shift(utc, -current_bias(), local);
}

BOOL WINAPI LocalFileTimeToFileTime(const FILETIME *local, LPFILETIME utc)
{
	return shift(local, current_bias(), utc);
}

void WINAPI GetLocalTime(LPSYSTEMTIME st)
{
	to_systemtime(now() - current_bias(), st);
}

BOOL WINAPI SetLocalTime(const SYSTEMTIME *local)
{
	SYSTEMTIME utc;

	return TzSpecificLocalTimeToSystemTimeEx(NULL, local, &utc) &&
	       SetSystemTime(&utc);
}
