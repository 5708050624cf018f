/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * abi.h - NT structures as 64-bit programs lay them out, for every file.
 *
 * Topics have their own (abi-file.h, abi-memory.h, ...).  Source: Microsoft's
 * public symbols for Windows 10; winternl.h documents the outer ones.
 */
#ifndef RF_NT_ABI_H
#define RF_NT_ABI_H

#include <stddef.h>
#include <stdint.h>

#define ABI_SIZE(type, n) _Static_assert(sizeof(type) == (n), #type)
#define ABI_AT(type, field, n)                                                 \
	_Static_assert(offsetof(type, field) == (n), #type "." #field)

/*
 * Where 32-bit stubs call the kernel: our ntdll finds it in the TEB
 * (WOW32Reserved), and the engine puts code there that leads to it.
 */
#define GATE32 0x7ffe1010

struct unicode_string64 {
	uint16_t length, maximum; /* bytes */
	uint32_t pad;
	uint64_t buffer;
};
ABI_SIZE(struct unicode_string64, 16);

struct object_attributes64 {
	uint32_t length, pad0;
	uint64_t root;
	uint64_t name; /* UNICODE_STRING * */
	uint32_t attributes, pad1;
	uint64_t security, quality;
};
ABI_SIZE(struct object_attributes64, 48);

struct io_status64 {
	union {
		uint32_t status;
		uint64_t pointer;
	};
	uint64_t information;
};
ABI_SIZE(struct io_status64, 16);

struct client_id64 {
	uint64_t process, thread;
};

struct list_entry64 {
	uint64_t next, prev;
};

struct curdir64 {
	struct unicode_string64 path;
	uint64_t handle;
};

struct process_parameters64 {
	uint32_t maximum_length, length, flags, debug_flags;
	uint64_t console;
	uint32_t console_flags, pad0;
	uint64_t std_in, std_out, std_err;
	struct curdir64 current_directory;
	struct unicode_string64 dll_path, image_path, command_line;
	uint64_t environment;
	uint32_t x, y, cx, cy, chars_x, chars_y;
	uint32_t fill, window_flags, show_window, pad1;
	struct unicode_string64 title, desktop, shell, runtime;
	struct {
		uint16_t flags, length;
		uint32_t time;
		struct unicode_string64 path;
	} drive_directory[32];
	uint64_t environment_size, environment_version, package;
	uint32_t process_group, loader_threads;
};
ABI_AT(struct process_parameters64, std_in, 0x20);
ABI_AT(struct process_parameters64, current_directory, 0x38);
ABI_AT(struct process_parameters64, command_line, 0x70);
ABI_AT(struct process_parameters64, environment, 0x80);
ABI_AT(struct process_parameters64, window_flags, 0xa4);
ABI_AT(struct process_parameters64, runtime, 0xe0);
ABI_AT(struct process_parameters64, environment_size, 0x3f0);

struct peb64 {
	uint8_t inherited_address_space, read_image_options, being_debugged,
		bit_field;
	uint32_t pad0;
	uint64_t mutant, image_base, ldr, parameters;
	uint64_t subsystem_data, heap, fast_lock, atl, ifeo;
	uint32_t cross_process_flags, pad1;
	uint64_t callbacks;
	uint32_t system_reserved, atl32;
	uint64_t api_set_map;
	uint32_t tls_expansion_counter, pad2;
	uint64_t tls_bitmap;
	uint32_t tls_bits[2];
	uint64_t shared_base, shared_data, static_data;
	uint64_t ansi_code_page, oem_code_page, unicode_case;
	uint32_t processors, global_flag;
	int64_t critical_section_timeout;
	uint64_t heap_segment_reserve, heap_segment_commit;
	uint64_t heap_decommit_total, heap_decommit_block;
	uint32_t heaps, maximum_heaps;
	uint64_t process_heaps, gdi_table, starter;
	uint32_t gdi_attributes, pad3;
	uint64_t loader_lock;
	uint32_t os_major, os_minor;
	uint16_t os_build, os_csd;
	uint32_t os_platform;
	uint32_t subsystem, subsystem_major, subsystem_minor, pad4;
	uint64_t affinity;
	uint32_t gdi_handles[60];
	uint64_t post_init, tls_expansion_bitmap;
	uint32_t tls_expansion_bits[32];
	uint32_t session, pad5;
	uint64_t app_compat, app_compat_user, shim, app_compat_info;
	struct unicode_string64 csd_version;
	uint8_t rest[0x7c8 - 0x2f8];
};
ABI_AT(struct peb64, parameters, 0x20);
ABI_AT(struct peb64, tls_bitmap, 0x78);
ABI_AT(struct peb64, processors, 0xb8);
ABI_AT(struct peb64, loader_lock, 0x110);
ABI_AT(struct peb64, os_major, 0x118);
ABI_AT(struct peb64, affinity, 0x138);
ABI_AT(struct peb64, tls_expansion_bits, 0x240);
ABI_AT(struct peb64, session, 0x2c0);
ABI_AT(struct peb64, csd_version, 0x2e8);

#endif
