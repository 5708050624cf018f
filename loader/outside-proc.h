/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outside-proc.h - for a sandbox without namespaces: a process outside that says
 * what /proc has of the sandbox's processes, and of no others (base/proc.h).
 */
#ifndef RF_OUTSIDE_PROC_H
#define RF_OUTSIDE_PROC_H

#include "base/err.h"
#include "base/policy.h"

/* Makes the door, before there is anybody inside: a descriptor, or -1 with e set. */
int outside_proc_open(const struct policy *p, struct err *e);

/*
 * Starts the process, a child of the caller, whose other descendants the sandbox's
 * processes are.  0, or -1 with e set.
 */
int outside_proc_serve(int door, struct err *e);

#endif
