/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bytes.h - a file's bytes, none of which is trusted.
 */
#ifndef RF_BYTES_H
#define RF_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *at;
	size_t len;
};

/*
 * The n bytes at offset off, or NULL if any of them lies outside b.  No sum of
 * off and n overflows it.  The pointer lives as long as b's memory does; it
 * has no particular alignment, so copy out with memcpy or bytes_u16() and kin.
 */
static inline const void *bytes_at(struct bytes b, uint64_t off, uint64_t n)
{
	return off <= b.len && n <= b.len - off ? b.at + off : NULL;
}

/* Copies n bytes at off to dst.  Returns 0, or -1 if they lie outside b. */
static inline int bytes_get(struct bytes b, uint64_t off, void *dst, size_t n)
{
	const void *p = bytes_at(b, off, n);

	if (!p)
		return -1;
	memcpy(dst, p, n);
	return 0;
}

/* Little-endian values at p, any alignment. */
static inline uint16_t le16_at(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static inline uint32_t le32_at(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static inline uint64_t le64_at(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

#endif
