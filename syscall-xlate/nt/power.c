/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * power.c - power: nothing a program may switch, a little it may ask.
 */
#include "syscall-xlate/nt/nt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/system-info.h"

NTSTATUS nt_initiate_power_action(struct task *t, uint32_t action,
				  uint32_t state, uint32_t flags, uint8_t async)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS nt_set_system_power_state(struct task *t, uint32_t action,
				   uint32_t state, uint32_t flags)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS nt_shutdown_system(struct task *t, uint32_t action)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS nt_get_device_power_state(struct task *t, uint64_t device, gaddr state)
{
	return guest_put32(t, state, 1) < 0 ? STATUS_ACCESS_VIOLATION /* D0 */
					    : STATUS_SUCCESS;
}

NTSTATUS nt_is_system_resume_automatic(struct task *t)
{
	return 0; /* FALSE, no status */
}

/* A wish to keep the computer awake: remembered, told, and nothing more. */
NTSTATUS nt_set_thread_execution_state(struct task *t, uint32_t flags,
				       gaddr previous)
{
	enum { CONTINUOUS = 0x80000000, ALLOWED = 0x80000047 };
	static _Atomic uint32_t state = CONTINUOUS;
	uint32_t old = state;

	if (flags & ~(uint32_t)ALLOWED)
		return STATUS_INVALID_PARAMETER;
	if (guest_put32(t, previous, old) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (flags & CONTINUOUS)
		state = flags;
	return STATUS_SUCCESS;
}

/* ---- NtPowerInformation ---------------------------------------------- */

/* One number of a /sys file, or otherwise. */
static long sys_number(const char *fmt, int i, long otherwise)
{
	char path[128], buf[64];

	snprintf(path, sizeof path, fmt, i);
	return read_small_file(path, buf, sizeof buf) > 0 ? atol(buf)
							  : otherwise;
}

struct battery {
	bool there, online, charging, discharging;
	uint32_t max, remaining, rate; /* mWh, mW */
};

static void battery_read(struct battery *b)
{
	char buf[64], path[128];

	memset(b, 0, sizeof *b);
	b->online = true;
	for (int i = 0; i < 2 && !b->there; i++) {
#define SUPPLY "/sys/class/power_supply/BAT%d/"
		snprintf(path, sizeof path, SUPPLY "status", i);
		if (read_small_file(path, buf, sizeof buf) <= 0)
			continue;
		b->there = true;
		b->charging = !strncmp(buf, "Charging", 8);
		b->discharging = !strncmp(buf, "Discharging", 11);
		b->online = !b->discharging;
		b->max = (uint32_t)(sys_number(SUPPLY "energy_full", i, 0) /
				    1000);
		b->remaining =
			(uint32_t)(sys_number(SUPPLY "energy_now", i, 0) /
				   1000);
		b->rate =
			(uint32_t)(sys_number(SUPPLY "power_now", i, 0) / 1000);
		if (!b->max) { /* a share is all that is known */
			b->max = 100;
			b->remaining =
				(uint32_t)sys_number(SUPPLY "capacity", i, 100);
		}
	}
}

static NTSTATUS battery_state(struct task *t, gaddr out, uint32_t len)
{
	struct {
		uint8_t online, there, charging, discharging, spare[4];
		uint32_t max, remaining, rate, seconds, alert1, alert2;
	} s = { 0 };
	struct battery b;

	if (len < sizeof s)
		return STATUS_BUFFER_TOO_SMALL;
	battery_read(&b);
	s.online = b.online;
	s.there = b.there;
	s.charging = b.charging;
	s.discharging = b.discharging;
	s.max = b.max;
	s.remaining = b.remaining;
	s.rate = b.discharging ? (uint32_t) - (int32_t)b.rate : b.rate;
	s.seconds = b.discharging && b.rate
			    ? (uint32_t)((uint64_t)b.remaining * 3600 / b.rate)
			    : UINT32_MAX;
	return guest_write(t, out, &s, sizeof s) < 0 ? STATUS_ACCESS_VIOLATION
						     : STATUS_SUCCESS;
}

static NTSTATUS capabilities(struct task *t, gaddr out, uint32_t len)
{
	uint8_t s[76] = { 0 };
	struct battery b;

	if (len < sizeof s)
		return STATUS_BUFFER_TOO_SMALL;
	battery_read(&b);
	s[0] = 1;        /* power button */
	s[7] = 1;        /* S5 */
	s[30] = b.there; /* SystemBatteriesPresent */
	return guest_write(t, out, s, sizeof s) < 0 ? STATUS_ACCESS_VIOLATION
						    : STATUS_SUCCESS;
}

static NTSTATUS processors(struct task *t, gaddr out, uint32_t len)
{
	struct {
		uint32_t number, max, current, limit, idle, idle_max;
	} s = { 0 };
#define FREQ "/sys/devices/system/cpu/cpu%d/cpufreq/"
	unsigned n = processor_count();

	if (len < n * sizeof s)
		return STATUS_BUFFER_TOO_SMALL;
	for (unsigned i = 0; i < n; i++) {
		s.number = i;
		s.max = (uint32_t)(sys_number(FREQ "cpuinfo_max_freq", (int)i,
					      2000000) /
				   1000);
		s.current = (uint32_t)(sys_number(FREQ "scaling_cur_freq",
						  (int)i, s.max * 1000L) /
				       1000);
		s.limit = s.max;
		if (guest_write(t, out + i * sizeof s, &s, sizeof s) < 0)
			return STATUS_ACCESS_VIOLATION;
	}
	return STATUS_SUCCESS;
}

NTSTATUS nt_power_information(struct task *t, uint32_t level, gaddr inbuf,
			      uint32_t inlen, gaddr outbuf, uint32_t outlen)
{
	enum {
		CAPABILITIES = 4,
		BATTERY = 5,
		PROCESSORS = 11,
		LAST_WAKE = 14,
		LAST_SLEEP = 15,
		EXECUTION = 16
	};

	(void)inbuf;
	if (inlen)
		return STATUS_PRIVILEGE_NOT_HELD; /* to change something */
	switch (level) {
	case CAPABILITIES:
		return capabilities(t, outbuf, outlen);
	case BATTERY:
		return battery_state(t, outbuf, outlen);
	case PROCESSORS:
		return processors(t, outbuf, outlen);
	case LAST_WAKE:
	case LAST_SLEEP:
		if (outlen < 8)
			return STATUS_BUFFER_TOO_SMALL;
		return guest_put64(t, outbuf, 0) < 0 ? STATUS_ACCESS_VIOLATION
						     : STATUS_SUCCESS;
	case EXECUTION:
		if (outlen < 4)
			return STATUS_BUFFER_TOO_SMALL;
		return guest_put32(t, outbuf, 0) < 0 ? STATUS_ACCESS_VIOLATION
						     : STATUS_SUCCESS;
	}
	return STATUS_NOT_SUPPORTED;
}
