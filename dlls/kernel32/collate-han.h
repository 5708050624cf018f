/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * collate-han.h - where a language, or a named sort, has Chinese characters.
 */
#ifndef RF_KERNEL32_COLLATE_HAN_H
#define RF_KERNEL32_COLLATE_HAN_H

#include "nt.h"

enum han_order {
	HAN_CODE, /* Unicode's, the characters before their extension */
	HAN_SHIFT_JIS,
	HAN_KS,
	HAN_BIG5,
	HAN_PINYIN,
	HAN_STROKE,
	HAN_BOPOMOFO,
	HAN_RADICAL,
	HAN_ORDERS
};

/* The order that a language has, by its ANSI code page. */
enum han_order han_order_of(UINT page);

/* The character's place among them all, from 0 on; -1: it is none. */
int han_rank(enum han_order order, WCHAR c);

#endif
