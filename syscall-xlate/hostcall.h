/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostcall.h - a blocking Linux call that a kick cannot miss.
 *
 * "Look whether something is pending, then sleep" has a gap, and a kick that
 * arrives in it would be noticed only when the sleep ends.  Here the gap is a
 * stretch of code that the engine's signal handler knows.
 */
#ifndef RF_HOSTCALL_H
#define RF_HOSTCALL_H

#include <stdint.h>

/*
 * host_call() - the Linux call nr, unless *pending is not zero.  Returns what
 * the kernel does; -EINTR without having made the call if something is pending
 * before it starts, -EINTR also if a signal ended it.
 */
int64_t host_call(const _Atomic uint32_t *pending, long nr, uint64_t a1,
		  uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5,
		  uint64_t a6);

/* A handler that interrupts [begin, end) goes on at cancel. */
extern const char host_call_begin[], host_call_end[], host_call_cancel[];

#endif
