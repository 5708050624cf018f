/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup.h - limits on all of a sandbox together, where the user has been given a
 * part of the cgroup hierarchy (version 2).
 *
 * Elsewhere the limits are those on each process: the page pool's, a count of
 * processes, the processors that they may run on.
 */
#ifndef RF_CGROUP_H
#define RF_CGROUP_H

#include "base/policy.h"

/*
 * cgroup_begin() - outside, before the fork: make a group with the policy's
 * limits.  False: none can be had, which is no error.
 */
bool cgroup_begin(const struct policy *p);
/* Inside: this process, and so all that it starts, belongs to it. */
void cgroup_enter(void);
/* Outside, at the end: whoever is left is killed; the group is removed. */
void cgroup_end(void);

#endif
