/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale-private.h - one locale's data, and finding it.
 */
#ifndef RF_KERNEL32_LOCALE_PRIVATE_H
#define RF_KERNEL32_LOCALE_PRIVATE_H

#include "kernel32-private.h"

struct locale; /* locale-table.h */

/*
 * Special names and ids (user default, system default, invariant) are
 * resolved.  NULL: no such locale.  Neither sets the last error.
 */
const struct locale *locale_by_name(const WCHAR *name);
const struct locale *locale_by_id(LCID id);

/* Its ANSI code page; CP_ACP if the locale is Unicode only or unknown. */
UINT locale_codepage(LCID id);

/*
 * A value as GetLocaleInfo has it: a NUL-terminated string, NULL for an
 * unknown type.  buf (at least 80 units) is where a number is put.
 */
const WCHAR *locale_string(const struct locale *l, LCTYPE type, WCHAR *buf);
/* A numeric value, or the number a string begins with; 0: none. */
DWORD locale_number(const struct locale *l, LCTYPE type);

BOOL locale_is_turkic(const struct locale *l);

#endif
