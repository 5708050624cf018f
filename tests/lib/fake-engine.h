/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-engine.h - an engine for unit tests of the NT object manager.
 *
 * Guest memory is the test's own memory, address for address; a guest thread
 * is a host thread that runs a C function of the test, which "makes calls" by
 * calling handlers inside CALL().
 */
#ifndef RF_TEST_FAKE_ENGINE_H
#define RF_TEST_FAKE_ENGINE_H

#include "syscall-xlate/nt/nt-private.h"

/* Makes nt_self and the first thread; that thread is the caller's from now. */
struct task *fake_start(void);

/* A second thread that runs fn(its task, arg).  Its handle. */
uint64_t fake_thread(void (*fn)(struct task *t, void *arg), void *arg);

/* What happens on the way out of a call: stand still, end, run APCs. */
void fake_way_out(struct task *t);

/* The status of a handler, and the way out. */
#define CALL(t, handler)                                                       \
	({                                                                     \
		NTSTATUS status_ = (handler);                                  \
		fake_way_out(t);                                               \
		status_;                                                       \
	})

#define GADDR(p) ((gaddr)(uintptr_t)(p))

/* A relative timeout in milliseconds, for handlers' time arguments. */
#define AFTER_MS(ms) GADDR(&(int64_t){ -(ms)*10000ll })
#define AT_ONCE      GADDR(&(int64_t){ 0 })

#endif
