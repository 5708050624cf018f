/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * time.h - the clocks as NT counts them, and the time zone.
 */
#ifndef RF_NT_TIME_H
#define RF_NT_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define NT_TICKS_PER_SECOND 10000000ll /* also the performance counter's */
#define NT_EPOCH            116444736000000000ll /* 1970 in NT time */
/* One clock interrupt: 15.625 ms, which TickCount counts. */
#define NT_CLOCK_INTERVAL 156250

/* 100 ns since boot, suspended time left out (KUSER's InterruptTime). */
int64_t nt_interrupt_time(void);
/* NT time of the boot. */
int64_t nt_boot_time(void);

/* A rule "the week'th weekday of the month at hour:minute". */
struct zone_change {
	uint16_t month;   /* 1..12; 0: no change */
	uint16_t week;    /* 1..5, 5: the last */
	uint16_t weekday; /* 0: Sunday */
	uint16_t hour, minute, second;
};

struct zone {
	char name[64]; /* IANA name, or what TZ says */
	char standard_name[32], daylight_name[32]; /* abbreviations */
	int32_t bias; /* minutes, UTC = local + bias, of standard time */
	int32_t daylight_bias; /* added in summer, -60 as a rule */
	struct zone_change to_standard, to_daylight;
	bool has_daylight;
};

/* The host's zone.  Cheap after the first call; any thread. */
const struct zone *zone_current(void);
/* Seconds east of UTC right now; *daylight as tm_isdst.  NULL allowed. */
int32_t zone_offset(bool *daylight);
/*
 * zone_parse() - a POSIX TZ rule ("CET-1CEST,M3.5.0,M10.5.0/3") into z
 * (all but its name).  False if it is not one.
 */
bool zone_parse(const char *rule, struct zone *z);

/* timezone-windows.c: Windows' name of the host's zone, "UTC" if unknown. */
const char *zone_windows_name(void);
/* f for each zone that Windows knows, with this year's rule. */
void zone_each(void (*f)(const char *name, const struct zone *z, void *arg),
	       void *arg);

/* shared-data.c: see vad.h's vm_populate() for where it may be called. */
bool shared_data_populate(uint64_t addr);
/* Its file; made early by who may soon have none left to make it with. */
int shared_data_descriptor(void);
/* With clocks that move only when they are read: the page shows that, too. */
void shared_data_tick(void);

#endif
