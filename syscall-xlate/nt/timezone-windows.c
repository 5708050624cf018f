/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * timezone-windows.c - the zones of Windows.
 *
 * timezone-map.h is the table that kernel32 uses (dlls/kernel32/tzmap.tbl).
 */
#include "syscall-xlate/nt/time.h"

#include <string.h>

#include "base/table.h"

struct rule {
	uint16_t year;
	int16_t bias, daylight_bias;
	struct zone_change to_daylight, to_standard;
};

/* clang-format off: rows by macro */
#define D(month, weekday, nth, hour, minute)                                   \
	{                                                                      \
		month, nth, weekday, hour, minute, 0                           \
	}
#define RULE(...) { __VA_ARGS__ },
#define ZONE(...)
#define ALIAS(...)
static const struct rule rules[] = {
#include "syscall-xlate/nt/timezone-map.h"
};
#undef RULE
#undef ZONE

#define RULE(...)
#define ZONE(...) { __VA_ARGS__ },
static const struct windows_zone {
	char name[34], iana[34];
	uint16_t rule; /* the first; up to the next zone's first */
} zones[] = {
#include "syscall-xlate/nt/timezone-map.h"
};
#undef ZONE
#undef ALIAS

#define ZONE(...)
#define ALIAS(...) { __VA_ARGS__ },
static const struct alias {
	char iana[34]; /* in place: an address would be relocated at each start */
	uint16_t zone;
} aliases[] = {
#include "syscall-xlate/nt/timezone-map.h"
};

/* clang-format on */

const char *zone_windows_name(void)
{
	const char *iana = zone_current()->name;

	for (size_t i = 0; i < COUNT_OF(zones); i++)
		if (!strcmp(zones[i].iana, iana))
			return zones[i].name;
	for (size_t i = 0; i < COUNT_OF(aliases); i++)
		if (!strcmp(aliases[i].iana, iana))
			return zones[aliases[i].zone].name;
	return "UTC";
}

void zone_each(void (*f)(const char *name, const struct zone *z, void *arg),
	       void *arg)
{
	time_t now = time(NULL);
	struct tm tm;
	int year = gmtime_r(&now, &tm) ? tm.tm_year + 1900 : 2025;

	for (size_t i = 0; i < COUNT_OF(zones); i++) {
		size_t r = zones[i].rule;
		size_t end = i + 1 < COUNT_OF(zones) ? zones[i + 1].rule
						     : COUNT_OF(rules);
		struct zone z = { 0 };

		while (r + 1 < end && rules[r + 1].year <= year)
			r++;
		z.bias = rules[r].bias;
		z.daylight_bias = rules[r].daylight_bias;
		z.to_daylight = rules[r].to_daylight;
		z.to_standard = rules[r].to_standard;
		z.has_daylight = z.to_daylight.month;
		f(zones[i].name, &z, arg);
	}
}
