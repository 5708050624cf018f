/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * timezone.c - the host's time zone, in the terms Windows has for zones.
 *
 * Windows knows one rule per zone: two changes a year, each the n-th weekday
 * of a month.  That is what the last line of a TZif file says, too, as a POSIX
 * TZ string: it is parsed; libc only tells the offset of this moment.
 */
#include "syscall-xlate/nt/time.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- POSIX TZ strings ----------------------------------------------- */

static const char *parse_name(const char *s, char *name, size_t size)
{
	size_t n = 0;
	bool quoted = *s == '<';

	if (quoted)
		s++;
	while (*s && (quoted ? *s != '>' : isalpha((unsigned char)*s))) {
		if (n + 1 < size)
			name[n++] = *s;
		s++;
	}
	name[n] = 0;
	if (n < 3 || (quoted && *s != '>'))
		return NULL;
	return quoted ? s + 1 : s;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static const char *parse_offset(const char *s, int32_t *seconds)
{
	int sign = 1, unit = 3600;
	int32_t sum = 0;

	if (*s == '-' || *s == '+')
		sign = *s++ == '-' ? -1 : 1;
	if (!isdigit((unsigned char)*s))
		return NULL;
	for (;;) {
		int32_t v = 0;

		while (isdigit((unsigned char)*s) && v < 1000)
			v = v * 10 + *s++ - '0';
		sum += v * unit;
		if (*s != ':' || unit == 1)
			break;
		unit /= 60;
		s++;
	}
	*seconds = sign * sum;
	return s;
}

/* Mm.w.d[/time] */
static const char *parse_change(const char *s, struct zone_change *c)
{
	int32_t time = 2 * 3600;
	unsigned month, week, day;
	int used = 0, days = 0;

	if (*s != ',' ||
	    sscanf(s, ",M%u.%u.%u%n", &month, &week, &day, &used) < 3 ||
	    month < 1 || month > 12 || week < 1 || week > 5 || day > 6)
		return NULL;
	s += used;
	if (*s == '/') {
		s = parse_offset(s + 1, &time);
		if (!s)
			return NULL;
	}
	/* Hours beyond the day (50 in Jerusalem) mean another weekday. */
	while (time < 0) {
		time += 86400;
		days--;
	}
	while (time >= 86400) {
		time -= 86400;
		days++;
	}
	c->month = (uint16_t)month;
	c->week = (uint16_t)week;
	c->weekday = (uint16_t)((day + 7 * 10 + days) % 7);
	c->hour = (uint16_t)(time / 3600);
	c->minute = (uint16_t)(time / 60 % 60);
	c->second = (uint16_t)(time % 60);
	return s;
}

bool zone_parse(const char *rule, struct zone *z)
{
	struct zone_change to_daylight = { 0 }, to_standard = { 0 };
	int32_t standard, daylight;
	const char *s;

	s = parse_name(rule, z->standard_name, sizeof z->standard_name);
	s = s ? parse_offset(s, &standard) : NULL;
	if (!s)
		return false;
	z->has_daylight = false;
	z->bias = standard / 60;
	z->daylight_bias = 0;
	memset(&z->to_standard, 0, sizeof z->to_standard);
	memset(&z->to_daylight, 0, sizeof z->to_daylight);
	if (!*s) {
		strcpy(z->daylight_name, z->standard_name);
		return true;
	}
	s = parse_name(s, z->daylight_name, sizeof z->daylight_name);
	if (!s)
		return false;
	daylight = standard - 3600;
	if (*s && *s != ',')
		s = parse_offset(s, &daylight);
	s = s ? parse_change(s, &to_daylight) : NULL;
	s = s ? parse_change(s, &to_standard) : NULL;
	if (!s || *s) {
		/* Rules by day of the year have no Windows form. */
		strcpy(z->daylight_name, z->standard_name);
		return true;
	}
	if (daylight > standard) {
		/* Dublin: "summer" is the earlier time of winter. */
		char name[sizeof z->standard_name];

		memcpy(name, z->standard_name, sizeof name);
		memcpy(z->standard_name, z->daylight_name, sizeof name);
		memcpy(z->daylight_name, name, sizeof name);
		z->bias = daylight / 60;
		z->daylight_bias = (standard - daylight) / 60;
		z->to_daylight = to_standard;
		z->to_standard = to_daylight;
	} else {
		z->daylight_bias = (daylight - standard) / 60;
		z->to_daylight = to_daylight;
		z->to_standard = to_standard;
	}
	z->has_daylight = true;
	return true;
}

/* ---- the host's zone ------------------------------------------------ */

/* The rule in the last line of a TZif file; false if there is none. */
static bool rule_of_file(const char *path, char *rule, size_t size)
{
	char buf[256];
	char *end, *start;
	size_t n;
	FILE *f = fopen(path, "re");

	if (!f)
		return false;
	if (fread(buf, 1, 4, f) != 4 || memcmp(buf, "TZif", 4) ||
	    (fseek(f, -255, SEEK_END) < 0 && fseek(f, 0, SEEK_SET) < 0)) {
		fclose(f);
		return false;
	}
	n = fread(buf, 1, 255, f);
	fclose(f);
	if (!n || buf[n - 1] != '\n')
		return false;
	end = buf + n - 1;
	*end = 0;
	for (start = end; start > buf && start[-1] != '\n'; start--)
		;
	if ((size_t)(end - start) >= size || start == end)
		return false;
	memcpy(rule, start, (size_t)(end - start) + 1);
	return true;
}

/* What follows "zoneinfo/" in a path, or NULL. */
static const char *after_zoneinfo(const char *path)
{
	const char *s = strstr(path, "/zoneinfo/");

	if (!s)
		return NULL;
	s += strlen("/zoneinfo/");
	if (!strncmp(s, "posix/", 6) || !strncmp(s, "right/", 6))
		s += 6;
	return s;
}

static void name_of_localtime(char *name, size_t size)
{
	char link[256];
	const char *s = NULL;
	ssize_t n = readlink("/etc/localtime", link, sizeof link - 1);
	FILE *f;

	if (n > 0) {
		link[n] = 0;
		s = after_zoneinfo(link);
	}
	if (!s && (f = fopen("/etc/timezone", "re"))) {
		if (fgets(link, sizeof link, f)) {
			link[strcspn(link, "\n")] = 0;
			s = link;
		}
		fclose(f);
	}
	name[0] = 0;
	if (s && strlen(s) < size)
		strcpy(name, s);
}

static struct zone current;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_zone(void)
{
	const char *tz = getenv("TZ");
	char path[320], rule[128];

	tzset();
	if (tz && *tz == ':')
		tz++;
	if (!tz) {
		name_of_localtime(current.name, sizeof current.name);
		snprintf(path, sizeof path, "/etc/localtime");
	} else {
		const char *s = after_zoneinfo(tz);

		snprintf(current.name, sizeof current.name, "%s", s ? s : tz);
		snprintf(path, sizeof path, "%s%s",
			 *tz == '/' ? "" : "/usr/share/zoneinfo/", tz);
	}
	if (rule_of_file(path, rule, sizeof rule) && zone_parse(rule, &current))
		return;
	if (tz && zone_parse(tz, &current))
		return;
	/* No zone file at all: UTC, as libc does. */
	snprintf(current.name, sizeof current.name, "Etc/UTC");
	zone_parse("UTC0", &current);
}

const struct zone *zone_current(void)
{
	pthread_once(&once, find_zone);
	return &current;
}

int32_t zone_offset(bool *daylight)
{
	const struct zone *z = zone_current();
	time_t now = time(NULL);
	struct tm tm;

	if (!localtime_r(&now, &tm)) {
		tm.tm_gmtoff = 0;
		tm.tm_isdst = 0;
	}
	if (daylight)
		*daylight = z->has_daylight && tm.tm_gmtoff != -z->bias * 60;
	return (int32_t)tm.tm_gmtoff;
}
