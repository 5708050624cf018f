/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-hive-format.h - the layout of a hive file.
 *
 * A header of one page, then bins of whole pages; bins are cut into cells, a
 * negative size before each that is used.  Cells point to one another by
 * offsets from the first bin.
 * Source: the format as documented by M. Suhanov (regf) and in libregf.
 */
#ifndef RF_NT_REGISTRY_HIVE_FORMAT_H
#define RF_NT_REGISTRY_HIVE_FORMAT_H

#include "syscall-xlate/nt/abi.h"

enum {
	HIVE_PAGE = 4096,
	HIVE_NONE = 0xffffffff, /* offset of what is not there */
	HIVE_DEPTH = 512,

	NK_VOLATILE = 1,
	NK_ROOT = 4,
	NK_NO_DELETE = 8,
	NK_LINK = 0x10,
	NK_LATIN1 = 0x20, /* the name has a byte for each character */
	VK_LATIN1 = 1,

	VK_RESIDENT = 0x80000000, /* in vk.size: the data is vk.data itself */
	DB_SEGMENT = 16344,       /* more than that is in several cells */
};

struct hive_header {
	char magic[4]; /* regf */
	uint32_t sequence1, sequence2;
	uint32_t time[2];
	uint32_t major, minor, type, format;
	uint32_t root, size, cluster;
	uint16_t name[32];
	uint32_t reserved[99];
	uint32_t checksum; /* exclusive or of all before */
};
ABI_AT(struct hive_header, root, 36);
ABI_AT(struct hive_header, checksum, 508);

struct hive_bin {
	char magic[4]; /* hbin */
	uint32_t offset, size;
	uint32_t reserved[2];
	uint32_t time[2];
	uint32_t spare;
};
ABI_SIZE(struct hive_bin, 32);

struct hive_nk {
	char magic[2];
	uint16_t flags;
	uint32_t time[2];
	uint32_t access, parent;
	uint32_t nsub, nvolatile, sub, volatile_sub;
	uint32_t nvalues, values, security, class;
	uint32_t max_sub_name, max_sub_class, max_value_name, max_value_data;
	uint32_t reserved;
	uint16_t name_len, class_len; /* bytes */
};
ABI_SIZE(struct hive_nk, 76);

struct hive_vk {
	char magic[2];
	uint16_t name_len;
	uint32_t size, data, type;
	uint16_t flags, spare;
};
ABI_SIZE(struct hive_vk, 20);

struct hive_sk {
	char magic[2];
	uint16_t reserved;
	uint32_t next, previous, references, len;
};
ABI_SIZE(struct hive_sk, 20);

/* That of keys for which nobody has set one. */
enum { HIVE_DESCRIPTOR = 96 };
extern const uint8_t hive_descriptor[HIVE_DESCRIPTOR];

/* lf, lh: pairs of offset and hint; li, ri: offsets; db: one offset. */
struct hive_list {
	char magic[2];
	uint16_t count;
};
ABI_SIZE(struct hive_list, 4);

#endif
