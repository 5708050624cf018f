/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtl.h - ntdll's Rtl*, Ldr*, Csr*, Tp* functions that other DLLs of ours use.
 *
 * Included by nt.h.  Add a prototype to its topic's part when ntdll exports
 * something new. Names that begin with rf_ are private to this project: ntdll
 * exports them, Windows has no such thing.
 */
#ifndef RF_DLL_RTL_H
#define RF_DLL_RTL_H

#include <stdarg.h>

#include "rtl-memory.h"
#include "rtl-path.h"
#include "rtl-pool.h"
#include "rtl-process.h"
#include "rtl-security.h"
#include "rtl-string.h"
#include "rtl-sync.h"
#include "rtl-table.h"

#endif
