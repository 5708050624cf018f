/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * abi-file.h - structures of NT's file calls, as 64-bit programs lay them out.
 *
 * Times are 100 ns since 1601.  Most hold no pointer and are the same for
 * 32-bit programs.  Source: Microsoft's WDK documentation (ntifs.h) and
 * MS-FSCC.
 */
#ifndef RF_NT_ABI_FILE_H
#define RF_NT_ABI_FILE_H

#include "syscall-xlate/nt/abi.h"

enum {
	FILE_READ_DATA = 0x1, /* directories: FILE_LIST_DIRECTORY */
	FILE_WRITE_DATA = 0x2,
	FILE_APPEND_DATA = 0x4,
	FILE_READ_EA = 0x8,
	FILE_WRITE_EA = 0x10,
	FILE_EXECUTE = 0x20, /* directories: FILE_TRAVERSE */
	FILE_DELETE_CHILD = 0x40,
	FILE_READ_ATTRIBUTES = 0x80,
	FILE_WRITE_ATTRIBUTES = 0x100,
	ACCESS_DELETE = 0x10000,
	ACCESS_READ_CONTROL = 0x20000,
	ACCESS_SYNCHRONIZE = 0x100000,
	FILE_ALL_ACCESS = 0x1f01ff,

	FILE_SHARE_READ = 1,
	FILE_SHARE_WRITE = 2,
	FILE_SHARE_DELETE = 4,

	/* Dispositions, and what became of it (Information). */
	FILE_SUPERSEDE = 0,
	FILE_OPEN = 1,
	FILE_CREATE = 2,
	FILE_OPEN_IF = 3,
	FILE_OVERWRITE = 4,
	FILE_OVERWRITE_IF = 5,
	FILE_SUPERSEDED = 0,
	FILE_OPENED = 1,
	FILE_CREATED = 2,
	FILE_OVERWRITTEN = 3,

	/* Create options. */
	FILE_DIRECTORY_FILE = 0x1,
	FILE_WRITE_THROUGH = 0x2,
	FILE_SEQUENTIAL_ONLY = 0x4,
	FILE_NO_INTERMEDIATE_BUFFERING = 0x8,
	FILE_SYNCHRONOUS_IO_ALERT = 0x10,
	FILE_SYNCHRONOUS_IO_NONALERT = 0x20,
	FILE_NON_DIRECTORY_FILE = 0x40,
	FILE_COMPLETE_IF_OPLOCKED = 0x100,
	FILE_NO_EA_KNOWLEDGE = 0x200,
	FILE_RANDOM_ACCESS = 0x800,
	FILE_DELETE_ON_CLOSE = 0x1000,
	FILE_OPEN_BY_FILE_ID = 0x2000,
	FILE_OPEN_FOR_BACKUP_INTENT = 0x4000,
	FILE_RESERVE_OPFILTER = 0x100000,
	FILE_OPEN_REPARSE_POINT = 0x200000,
	/* What FileModeInformation shows. */
	FILE_MODE_BITS = 0x103e,

	FILE_ATTRIBUTE_READONLY = 0x1,
	FILE_ATTRIBUTE_HIDDEN = 0x2,
	FILE_ATTRIBUTE_SYSTEM = 0x4,
	FILE_ATTRIBUTE_DIRECTORY = 0x10,
	FILE_ATTRIBUTE_ARCHIVE = 0x20,
	FILE_ATTRIBUTE_DEVICE = 0x40,
	FILE_ATTRIBUTE_NORMAL = 0x80,
	FILE_ATTRIBUTE_TEMPORARY = 0x100,
	FILE_ATTRIBUTE_SPARSE_FILE = 0x200,
	FILE_ATTRIBUTE_REPARSE_POINT = 0x400,
	FILE_ATTRIBUTE_COMPRESSED = 0x800,
	FILE_ATTRIBUTE_OFFLINE = 0x1000,
	FILE_ATTRIBUTE_NOT_CONTENT_INDEXED = 0x2000,
	FILE_ATTRIBUTE_ENCRYPTED = 0x4000,
};
#define FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 1
#define FILE_SKIP_SET_EVENT_ON_HANDLE        2

#define REPARSE_TAG_SYMLINK     0xa000000cu
#define REPARSE_TAG_MOUNT_POINT 0xa0000003u

enum file_class {
	FILE_DIRECTORY_CLASS = 1,
	FILE_FULL_DIRECTORY_CLASS = 2,
	FILE_BOTH_DIRECTORY_CLASS = 3,
	FILE_BASIC_CLASS = 4,
	FILE_STANDARD_CLASS = 5,
	FILE_INTERNAL_CLASS = 6,
	FILE_EA_CLASS = 7,
	FILE_ACCESS_CLASS = 8,
	FILE_NAME_CLASS = 9,
	FILE_RENAME_CLASS = 10,
	FILE_LINK_CLASS = 11,
	FILE_NAMES_CLASS = 12,
	FILE_DISPOSITION_CLASS = 13,
	FILE_POSITION_CLASS = 14,
	FILE_MODE_CLASS = 16,
	FILE_ALIGNMENT_CLASS = 17,
	FILE_ALL_CLASS = 18,
	FILE_ALLOCATION_CLASS = 19,
	FILE_END_OF_FILE_CLASS = 20,
	FILE_ALTERNATE_NAME_CLASS = 21,
	FILE_STREAM_CLASS = 22,
	FILE_PIPE_CLASS = 23,
	FILE_PIPE_LOCAL_CLASS = 24,
	FILE_PIPE_REMOTE_CLASS = 25,
	FILE_COMPRESSION_CLASS = 28,
	FILE_COMPLETION_CLASS = 30,
	FILE_NETWORK_OPEN_CLASS = 34,
	FILE_ATTRIBUTE_TAG_CLASS = 35,
	FILE_ID_BOTH_DIRECTORY_CLASS = 37,
	FILE_ID_FULL_DIRECTORY_CLASS = 38,
	FILE_VALID_DATA_LENGTH_CLASS = 39,
	FILE_SHORT_NAME_CLASS = 40,
	FILE_IO_COMPLETION_NOTIFICATION_CLASS = 41,
	FILE_IO_STATUS_RANGE_CLASS = 42,
	FILE_IO_PRIORITY_CLASS = 43,
	FILE_HARD_LINK_CLASS = 46,
	FILE_PROCESS_IDS_CLASS = 47,
	FILE_NORMALIZED_NAME_CLASS = 48,
	FILE_NETWORK_PHYSICAL_NAME_CLASS = 49,
	FILE_IS_REMOTE_CLASS = 51,
	FILE_VOLUME_NAME_CLASS = 58,
	FILE_REMOTE_PROTOCOL_CLASS = 55,
	FILE_ID_CLASS = 59,
	FILE_ID_EXTD_DIRECTORY_CLASS = 60,
	FILE_REPLACE_COMPLETION_CLASS = 61,
	FILE_ID_EXTD_BOTH_DIRECTORY_CLASS = 63,
	FILE_DISPOSITION_EX_CLASS = 64,
	FILE_RENAME_EX_CLASS = 65,
	FILE_STAT_CLASS = 68,
	FILE_STAT_LX_CLASS = 70,
	FILE_CASE_SENSITIVE_CLASS = 71,
	FILE_LINK_EX_CLASS = 72,
	FILE_STAT_BASIC_CLASS = 77,
};

struct file_times {
	int64_t created, accessed, written, changed;
};

struct file_basic {
	struct file_times times;
	uint32_t attributes, pad;
};
ABI_SIZE(struct file_basic, 40);

struct file_standard {
	int64_t allocation, size;
	uint32_t links;
	uint8_t delete_pending, directory;
	uint16_t pad;
};
ABI_SIZE(struct file_standard, 24);

struct file_network_open {
	struct file_times times;
	int64_t allocation, size;
	uint32_t attributes, pad;
};
ABI_SIZE(struct file_network_open, 56);

struct file_all {
	struct file_basic basic;
	struct file_standard standard;
	uint64_t id;
	uint32_t ea_size, access;
	int64_t position;
	uint32_t mode, alignment;
	uint32_t name_len;
	uint16_t name[]; /* at 100, not padded */
};
ABI_AT(struct file_all, id, 64);
ABI_AT(struct file_all, name, 100);

struct file_name {
	uint32_t len; /* bytes */
	uint16_t name[];
};
ABI_AT(struct file_name, name, 4);

struct file_attribute_tag {
	uint32_t attributes, tag;
};

struct file_id {
	uint64_t volume;
	uint8_t id[16];
};
ABI_SIZE(struct file_id, 24);

struct file_stat_info {
	uint64_t id;
	struct file_times times;
	int64_t allocation, size;
	uint32_t attributes, tag, links, access;
};
ABI_SIZE(struct file_stat_info, 72);

/* FILE_STAT_LX_INFORMATION: what WSL keeps, too. */
struct file_stat_lx {
	struct file_stat_info stat;
	uint32_t flags, uid, gid, mode, major, minor;
};
ABI_SIZE(struct file_stat_lx, 96);

struct file_stat_basic {
	struct file_stat_info stat; /* access is the kind of device here */
	uint32_t characteristics, reserved;
	uint64_t volume;
	uint64_t id128[2];
};
ABI_SIZE(struct file_stat_basic, 104);

struct file_compression {
	int64_t size;
	uint16_t format;
	uint8_t unit_shift, chunk_shift, cluster_shift, reserved[3];
};
ABI_SIZE(struct file_compression, 16);

struct file_stream {
	uint32_t next, len;
	int64_t size, allocation;
	uint16_t name[];
};
ABI_AT(struct file_stream, name, 24);

/* FileRename(Ex)Information and FileLink(Ex)Information. */
struct file_rename {
	uint32_t flags; /* without Ex: a BOOLEAN, replace */
	uint32_t pad;
	uint64_t root;
	uint32_t len; /* bytes */
	uint16_t name[];
};
ABI_AT(struct file_rename, root, 8);
ABI_AT(struct file_rename, name, 20);

struct file_completion {
	uint64_t port, key;
};

struct file_pipe {
	uint32_t read_mode, completion_mode;
};

struct file_mailslot {
	uint32_t max_message, quota, next, messages;
	int64_t timeout;
};

struct file_pipe_local {
	uint32_t type, configuration, max_instances, instances;
	uint32_t in_quota, read_available, out_quota, write_available;
	uint32_t state, end;
};
ABI_SIZE(struct file_pipe_local, 40);

/* FileHardLinkInformation: these 8 bytes, then entries. */
struct file_links {
	uint32_t needed, count;
};

struct file_link_entry {
	uint32_t next, pad;
	uint64_t parent;
	uint32_t len; /* units */
	uint16_t name[];
};
ABI_AT(struct file_link_entry, name, 20);

/* Directory listings: the common head, then by class. */
struct dir_entry {
	uint32_t next, index;
	struct file_times times;
	int64_t size, allocation;
	uint32_t attributes, name_len; /* bytes */
	/* Directory: name at 64; Full: ea_size, name at 68; ... */
	uint32_t ea_size;
};
ABI_AT(struct dir_entry, size, 40);
ABI_AT(struct dir_entry, ea_size, 64);

/* Volumes. */
enum {
	FS_VOLUME_CLASS = 1,
	FS_LABEL_CLASS = 2,
	FS_SIZE_CLASS = 3,
	FS_DEVICE_CLASS = 4,
	FS_ATTRIBUTE_CLASS = 5,
	FS_CONTROL_CLASS = 6,
	FS_FULL_SIZE_CLASS = 7,
	FS_OBJECT_ID_CLASS = 8,
	FS_SECTOR_SIZE_CLASS = 11,
};

struct fs_volume {
	int64_t created;
	uint32_t serial, label_len;
	uint8_t objects, pad;
	uint16_t label[];
};
ABI_AT(struct fs_volume, label, 18);

struct fs_size {
	int64_t total, available;
	uint32_t sectors_per_unit, bytes_per_sector;
};
ABI_SIZE(struct fs_size, 24);

struct fs_full_size {
	int64_t total, caller_available, available;
	uint32_t sectors_per_unit, bytes_per_sector;
};
ABI_SIZE(struct fs_full_size, 32);

struct fs_device {
	uint32_t type, characteristics;
};

struct fs_attribute {
	uint32_t attributes;
	int32_t max_name;
	uint32_t name_len;
	uint16_t name[];
};
ABI_AT(struct fs_attribute, name, 12);

struct fs_sector_size {
	uint32_t logical, physical_atomic, physical_perf, effective, flags;
	uint32_t sector_offset, partition_offset;
};
ABI_SIZE(struct fs_sector_size, 28);

enum {
	DEVICE_TYPE_DISK = 0x7,
	DEVICE_TYPE_NAMED_PIPE = 0x11,
	DEVICE_TYPE_NULL = 0x15,
	DEVICE_TYPE_KSEC = 0x39,
	DEVICE_TYPE_NETWORK = 0x12,
	DEVICE_TYPE_MAILSLOT = 0xc,
	DEVICE_TYPE_CONSOLE = 0x50,
	DEVICE_TYPE_UNKNOWN = 0x22,
};

#endif
