/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * utf.h - UTF-8 to UTF-16LE and back, losing nothing.
 *
 * Windows names are arbitrary 16-bit units and Linux names arbitrary bytes.
 *   - A lone surrogate becomes its three-byte generalised UTF-8 form (WTF-8).
 *   - A byte that is not part of valid WTF-8 becomes the unit 0xDC00 + byte
 *     (0xDC80..0xDCFF, a lone low surrogate), and back.
 * So every byte string survives the way to UTF-16 and back.
 * Source: the WTF-8 encoding text; Python's PEP 383 for the second rule.
 */
#ifndef RF_UTF_H
#define RF_UTF_H

#include <stddef.h>
#include <stdint.h>

/*
 * Converts n bytes at src.  dst may be NULL to measure; else at most max units
 * are written.  Nothing is terminated.  Returns the number of units the whole
 * source needs.
 */
size_t utf8_to_utf16(uint16_t *dst, size_t max, const char *src, size_t n);

/* The same from n units to bytes; returns the number of bytes needed. */
size_t utf16_to_utf8(char *dst, size_t max, const uint16_t *src, size_t n);

/* Upper case of one unit by the simple one-to-one rule that NT's names use. */
uint16_t utf16_upcase(uint16_t c);

#endif
