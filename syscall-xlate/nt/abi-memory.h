/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * abi-memory.h - structures of the memory calls, 64-bit.
 * Source: winnt.h; for the information classes, Microsoft's public symbols.
 */
#ifndef RF_NT_ABI_MEMORY_H
#define RF_NT_ABI_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct memory_basic_information {
	uint64_t base, allocation_base;
	uint32_t allocation_protect;
	uint16_t partition, pad0;
	uint64_t region_size;
	uint32_t state, protect, type, pad1;
};
_Static_assert(sizeof(struct memory_basic_information) == 48, "abi");
_Static_assert(offsetof(struct memory_basic_information, state) == 32, "abi");

struct memory_region_information {
	uint64_t allocation_base;
	uint32_t allocation_protect;
	uint32_t type; /* bits: private 1, data file 2, image 4, page file 8 */
	uint64_t region_size, commit_size;
	uint64_t partition, node;
};
_Static_assert(sizeof(struct memory_region_information) == 48, "abi");

struct memory_image_information {
	uint64_t base, size;
	uint32_t flags, pad;
};
_Static_assert(sizeof(struct memory_image_information) == 24, "abi");

struct memory_working_set_ex {
	uint64_t address;
	uint64_t attributes; /* valid 1, share count 3, protection 11, ... */
};

struct section_basic_information {
	uint64_t base;
	uint32_t attributes, pad;
	int64_t size;
};
_Static_assert(sizeof(struct section_basic_information) == 24, "abi");

struct section_image_information {
	uint64_t entry;
	uint32_t zero_bits, pad0;
	uint64_t stack_reserve, stack_commit;
	uint32_t subsystem;
	uint16_t subsystem_minor, subsystem_major;
	uint16_t os_major, os_minor;
	uint16_t characteristics, dll_characteristics;
	uint16_t machine;
	uint8_t contains_code;
	uint8_t flags; /* 1 native .NET, 4 mapped flat, 8 base below 4 GB */
	uint32_t loader_flags;
	uint32_t file_size, checksum, pad1[0];
};
_Static_assert(sizeof(struct section_image_information) == 64, "abi");
_Static_assert(offsetof(struct section_image_information, machine) == 48,
	       "abi");

#endif
