/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compress.c - LZNT1, and the CRC of zip.
 *
 * LZNT1 (MS-XCA 2.5): chunks of 4096 bytes, each with a 16-bit header; in a
 * chunk flag bytes for eight items, literals or 16-bit back references whose
 * split into distance and length moves as the chunk grows.
 */
#include "ntdll-private.h"

enum {
	CHUNK = 4096,
	LZNT1 = COMPRESSION_FORMAT_LZNT1,
	FORMAT_MASK = 0xff,
	SIGNATURE = 3 << 12,
	COMPRESSED = 0x8000,
	HASHES = 1024,
};

/* Bits of the length in a reference at that offset of its chunk. */
static ULONG length_bits(ULONG at)
{
	ULONG bits = 12;

	for (ULONG n = at - 1; n >= 16; n >>= 1)
		bits--;
	return bits;
}

/* One chunk's data into to[0..room); FALSE: it is no LZNT1. */
static BOOL unpack(const UCHAR *from, ULONG n, UCHAR *to, ULONG room,
		   ULONG *out)
{
	const UCHAR *end = from + n;
	ULONG at = 0;

	while (from < end && at < room) {
		UCHAR flags = *from++;

		for (int i = 0; i < 8 && from < end && at < room; i++) {
			ULONG bits, code, len, back;

			if (!(flags >> i & 1)) {
				to[at++] = *from++;
				continue;
			}
			if (end - from < 2 || !at)
				return FALSE;
			code = from[0] | from[1] << 8;
			from += 2;
			bits = length_bits(at);
			len = (code & ((1u << bits) - 1)) + 3;
			back = (code >> bits) + 1;
			if (back > at)
				return FALSE;
			for (; len && at < room; len--, at++)
				to[at] = to[at - back];
		}
	}
	*out = at;
	return TRUE;
}

NTSTATUS NTAPI RtlDecompressFragment(USHORT format, PUCHAR to, ULONG to_size,
				     PUCHAR from, ULONG from_size, ULONG offset,
				     ULONG *size, PVOID workspace)
{
	const UCHAR *end = from + from_size;
	UCHAR chunk[CHUNK];
	ULONG done = 0;

	if ((format & FORMAT_MASK) != LZNT1)
		return (format & FORMAT_MASK) > 1
			       ? STATUS_UNSUPPORTED_COMPRESSION
			       : STATUS_INVALID_PARAMETER;
	while (end - from >= 2 && done < to_size) {
		ULONG head = from[0] | from[1] << 8;
		ULONG n = (head & 0xfff) + 1, got = CHUNK;
		ULONG want = to_size - done;

		if (!head)
			break;
		from += 2;
		if (n > (ULONG)(end - from))
			return STATUS_BAD_COMPRESSION_BUFFER;
		if (offset >= CHUNK) { /* whole chunks to leave out */
			offset -= CHUNK;
			from += n;
			continue;
		}
		if (!(head & COMPRESSED)) {
			memcpy(chunk, from, n);
			got = n;
		} else if (!unpack(from, n, chunk, CHUNK, &got)) {
			return STATUS_BAD_COMPRESSION_BUFFER;
		}
		from += n;
		/* A chunk in the middle stands for 4096 bytes in any case. */
		if (got < CHUNK && end - from >= 2 && (from[0] || from[1])) {
			memset(chunk + got, 0, CHUNK - got);
			got = CHUNK;
		}
		got = got > offset ? got - offset : 0;
		if (want > got)
			want = got;
		memcpy(to + done, chunk + offset, want);
		done += want;
		offset = 0;
	}
	*size = done;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDecompressBuffer(USHORT format, PUCHAR to, ULONG to_size,
				   PUCHAR from, ULONG from_size, ULONG *size)
{
	return RtlDecompressFragment(format, to, to_size, from, from_size, 0,
				     size, NULL);
}

NTSTATUS NTAPI RtlDecompressBufferEx(USHORT format, PUCHAR to, ULONG to_size,
				     PUCHAR from, ULONG from_size, ULONG *size,
				     PVOID workspace)
{
	return RtlDecompressFragment(format, to, to_size, from, from_size, 0,
				     size, workspace);
}

/* ---- compressing ---- */

static ULONG hash(const UCHAR *p)
{
	return ((p[0] << 16 | p[1] << 8 | p[2]) * 0x9e3779b1u) >> 22;
}

/* The last place (from 1) where each hash was seen. */
struct window {
	USHORT last[HASHES];
};

/* Returns the length packed into to[0..room), or 0: not smaller. */
static ULONG pack(struct window *w, const UCHAR *from, ULONG n, UCHAR *to,
		  ULONG room)
{
	ULONG at = 0, out = 0, flag_at = 0, item = 8;

	memset(w, 0, sizeof *w);
	while (at < n) {
		ULONG len = 0, back = 0, bits, most;

		if (item == 8) {
			if (out >= room)
				return 0;
			flag_at = out++;
			to[flag_at] = 0;
			item = 0;
		}
		if (n - at >= 3) {
			ULONG h = hash(from + at), seen = w->last[h];

			if (seen && at) {
				back = at - (seen - 1);
				bits = length_bits(at);
				most = (1u << bits) + 2;
				if (most > n - at)
					most = n - at;
				while (len < most &&
				       from[at + len] == from[at + len - back])
					len++;
			}
			w->last[h] = (USHORT)(at + 1);
		}
		if (len >= 3) {
			ULONG code;

			if (room - out < 2)
				return 0;
			code = (back - 1) << length_bits(at) | (len - 3);
			to[out++] = (UCHAR)code;
			to[out++] = (UCHAR)(code >> 8);
			to[flag_at] |= (UCHAR)(1 << item);
			at += len;
		} else {
			if (out >= room)
				return 0;
			to[out++] = from[at++];
		}
		item++;
	}
	return out < n ? out : 0;
}

NTSTATUS NTAPI RtlGetCompressionWorkSpaceSize(USHORT format, ULONG *workspace,
					      ULONG *fragment)
{
	if ((format & FORMAT_MASK) <= 1)
		return STATUS_INVALID_PARAMETER;
	if ((format & FORMAT_MASK) != LZNT1)
		return STATUS_UNSUPPORTED_COMPRESSION;
	*workspace = sizeof(struct window);
	*fragment = CHUNK;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCompressBuffer(USHORT format, PUCHAR from, ULONG from_size,
				 PUCHAR to, ULONG to_size, ULONG chunk,
				 ULONG *size, PVOID workspace)
{
	ULONG done = 0;

	if ((format & FORMAT_MASK) <= 1)
		return STATUS_INVALID_PARAMETER;
	if ((format & FORMAT_MASK) != LZNT1)
		return STATUS_UNSUPPORTED_COMPRESSION;
	while (from_size) {
		ULONG n = from_size < CHUNK ? from_size : CHUNK, len, head;

		if (to_size - done < 2)
			return STATUS_BUFFER_TOO_SMALL;
		len = pack(workspace, from, n, to + done + 2,
			   to_size - done - 2);
		head = COMPRESSED;
		if (!len) {
			if (to_size - done - 2 < n)
				return STATUS_BUFFER_TOO_SMALL;
			memcpy(to + done + 2, from, n);
			len = n;
			head = 0;
		}
		head |= SIGNATURE | (len - 1);
		to[done] = (UCHAR)head;
		to[done + 1] = (UCHAR)(head >> 8);
		done += len + 2;
		from += n;
		from_size -= n;
	}
	*size = done;
	return STATUS_SUCCESS;
}

/* ---- CRC ---- */

ULONG NTAPI RtlComputeCrc32(ULONG crc, const void *p, INT n)
{
	static ULONG table[256];
	const UCHAR *b = p;

	if (!table[255])
		for (ULONG i = 0; i < 256; i++) {
			ULONG v = i;

			for (int k = 0; k < 8; k++)
				v = v >> 1 ^ (v & 1 ? 0xedb88320 : 0);
			table[i] = v; /* the last entry is not 0 */
		}
	crc = ~crc;
	for (; n > 0; n--)
		crc = crc >> 8 ^ table[(crc ^ *b++) & 255];
	return ~crc;
}
