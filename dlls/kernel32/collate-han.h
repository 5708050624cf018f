/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * collate-han.h - where a language has its Chinese characters.
 */
#ifndef RF_KERNEL32_COLLATE_HAN_H
#define RF_KERNEL32_COLLATE_HAN_H

#include "nt.h"

/*
 * The character's place among them all, from 0 on; -1: it is none.  page is
 * the language's ANSI code page.
 */
int han_rank(UINT page, WCHAR c);

#endif
