/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * modules.h - the images that are mapped, for the host's debugger.
 *
 * gdb/run-foreign.py reads this list and stops at nt_modules_changed(); see
 * --gdb in the manual.  It knows the layout by nt_gdb_layout[].
 */
#ifndef RF_NT_MODULES_H
#define RF_NT_MODULES_H

#include <stdint.h>

#include "base/guest.h"

/* With the image's descriptor, which stays open as long as it is mapped. */
void module_note(gaddr base, uint64_t size, int bits, int fd);
void module_forget(gaddr base);

#endif
