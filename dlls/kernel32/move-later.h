/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* move-later.h - MOVEFILE_DELAY_UNTIL_REBOOT. */
#ifndef RF_KERNEL32_MOVE_LATER_H
#define RF_KERNEL32_MOVE_LATER_H

#include "kernel32-private.h"

/* to NULL: to be deleted.  Sets the last error. */
BOOL move_later(const WCHAR *from, const WCHAR *to, DWORD flags);

#endif
