/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trace-constants.c - names of the numbers and flags in arguments: information
 * classes and control codes by the tables that answer them, the usual flags by
 * the argument's name.
 *
 * Source: MS-FSCC, winnt.h and winternl.h of mingw-w64.
 */
#include "syscall-xlate/nt/trace-names.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/nt/info-rows.h"
#include "syscall-xlate/nt/ioctl-rows.h"

/* Texts in place: an address would be a relocation at every start. */
struct constant {
	uint32_t value;
	char name[48];
};

static const struct constant query_file[] = { INFO_NAMES_QUERY };
static const struct constant set_file[] = { INFO_NAMES_SET };
static const struct constant volume[] = { INFO_NAMES_VOLUME };
static const struct constant directory[] = { INFO_NAMES_DIRECTORY };
static const struct constant process[] = { INFO_NAMES_PROCESS };
static const struct constant set_process[] = { INFO_NAMES_SETPROCESS };
static const struct constant thread[] = { INFO_NAMES_THREAD };
static const struct constant set_thread[] = { INFO_NAMES_SETTHREAD };
static const struct constant system_info[] = { INFO_NAMES_SYSTEM };
static const struct constant code[] = { IOCTL_NAMES };

static const struct constant memory_info[] = {
	{ 0, "MemoryBasicInformation" },
	{ 1, "MemoryWorkingSetInformation" },
	{ 2, "MemoryMappedFilenameInformation" },
	{ 3, "MemoryRegionInformation" },
	{ 4, "MemoryWorkingSetExInformation" },
};

static const struct constant disposition[] = {
	{ 0, "FILE_SUPERSEDE" }, { 1, "FILE_OPEN" },
	{ 2, "FILE_CREATE" },	 { 3, "FILE_OPEN_IF" },
	{ 4, "FILE_OVERWRITE" }, { 5, "FILE_OVERWRITE_IF" },
};

static const struct constant memory_type[] = {
	{ 0x1000, "MEM_COMMIT" },     { 0x2000, "MEM_RESERVE" },
	{ 0x4000, "MEM_DECOMMIT" },   { 0x8000, "MEM_RELEASE" },
	{ 0x80000, "MEM_RESET" },     { 0x100000, "MEM_TOP_DOWN" },
	{ 0x200000, "MEM_WRITE_WATCH" }, { 0x400000, "MEM_PHYSICAL" },
	{ 0x1000000, "MEM_RESET_UNDO" }, { 0x20000000, "MEM_LARGE_PAGES" },
};

static const struct constant protect[] = {
	{ 0x01, "PAGE_NOACCESS" },
	{ 0x02, "PAGE_READONLY" },
	{ 0x04, "PAGE_READWRITE" },
	{ 0x08, "PAGE_WRITECOPY" },
	{ 0x10, "PAGE_EXECUTE" },
	{ 0x20, "PAGE_EXECUTE_READ" },
	{ 0x40, "PAGE_EXECUTE_READWRITE" },
	{ 0x80, "PAGE_EXECUTE_WRITECOPY" },
	{ 0x100, "PAGE_GUARD" },
	{ 0x200, "PAGE_NOCACHE" },
	{ 0x400, "PAGE_WRITECOMBINE" },
};

static const struct constant section_attributes[] = {
	{ 0x800000, "SEC_FILE" },      { 0x11000000, "SEC_IMAGE_NO_EXECUTE" },
	{ 0x1000000, "SEC_IMAGE" },    { 0x4000000, "SEC_RESERVE" },
	{ 0x8000000, "SEC_COMMIT" },   { 0x10000000, "SEC_NOCACHE" },
	{ 0x80000000, "SEC_LARGE_PAGES" },
};

static const struct constant share[] = {
	{ 1, "FILE_SHARE_READ" },
	{ 2, "FILE_SHARE_WRITE" },
	{ 4, "FILE_SHARE_DELETE" },
};

static const struct constant options[] = {
	{ 0x1, "FILE_DIRECTORY_FILE" },
	{ 0x2, "FILE_WRITE_THROUGH" },
	{ 0x4, "FILE_SEQUENTIAL_ONLY" },
	{ 0x8, "FILE_NO_INTERMEDIATE_BUFFERING" },
	{ 0x10, "FILE_SYNCHRONOUS_IO_ALERT" },
	{ 0x20, "FILE_SYNCHRONOUS_IO_NONALERT" },
	{ 0x40, "FILE_NON_DIRECTORY_FILE" },
	{ 0x100, "FILE_COMPLETE_IF_OPLOCKED" },
	{ 0x200, "FILE_NO_EA_KNOWLEDGE" },
	{ 0x800, "FILE_RANDOM_ACCESS" },
	{ 0x1000, "FILE_DELETE_ON_CLOSE" },
	{ 0x2000, "FILE_OPEN_BY_FILE_ID" },
	{ 0x4000, "FILE_OPEN_FOR_BACKUP_INTENT" },
	{ 0x8000, "FILE_NO_COMPRESSION" },
	{ 0x200000, "FILE_OPEN_REPARSE_POINT" },
	{ 0x400000, "FILE_OPEN_NO_RECALL" },
};

static const struct constant file_access[] = {
	{ 0x1, "FILE_READ_DATA" },
	{ 0x2, "FILE_WRITE_DATA" },
	{ 0x4, "FILE_APPEND_DATA" },
	{ 0x8, "FILE_READ_EA" },
	{ 0x10, "FILE_WRITE_EA" },
	{ 0x20, "FILE_EXECUTE" },
	{ 0x40, "FILE_DELETE_CHILD" },
	{ 0x80, "FILE_READ_ATTRIBUTES" },
	{ 0x100, "FILE_WRITE_ATTRIBUTES" },
};

static const struct constant key_access[] = {
	{ 0x1, "KEY_QUERY_VALUE" },   { 0x2, "KEY_SET_VALUE" },
	{ 0x4, "KEY_CREATE_SUB_KEY" }, { 0x8, "KEY_ENUMERATE_SUB_KEYS" },
	{ 0x10, "KEY_NOTIFY" },	      { 0x20, "KEY_CREATE_LINK" },
	{ 0x100, "KEY_WOW64_64KEY" }, { 0x200, "KEY_WOW64_32KEY" },
};

/* Of every object; the rest has no name of its own here. */
static const struct constant access[] = {
	{ 0x10000, "DELETE" },	       { 0x20000, "READ_CONTROL" },
	{ 0x40000, "WRITE_DAC" },      { 0x80000, "WRITE_OWNER" },
	{ 0x100000, "SYNCHRONIZE" },   { 0x1000000, "ACCESS_SYSTEM_SECURITY" },
	{ 0x2000000, "MAXIMUM_ALLOWED" }, { 0x10000000, "GENERIC_ALL" },
	{ 0x20000000, "GENERIC_EXECUTE" }, { 0x40000000, "GENERIC_WRITE" },
	{ 0x80000000, "GENERIC_READ" },
};

static const struct constant duplicate[] = {
	{ 1, "DUPLICATE_CLOSE_SOURCE" },
	{ 2, "DUPLICATE_SAME_ACCESS" },
	{ 4, "DUPLICATE_SAME_ATTRIBUTES" },
};

enum form { NUMBER, FLAGS };

/* The first row for call and argument, and of FLAGS the following ones too. */
static const struct set {
	char call[40], arg[16];
	enum form form;
	const struct constant *rows;
	size_t n;
} sets[] = {
#define SET(call, arg, form, rows) { call, arg, form, rows, COUNT_OF(rows) }
	SET("Nt*", "code", NUMBER, code),
	SET("NtQueryInformationFile", "class", NUMBER, query_file),
	SET("NtSetInformationFile", "class", NUMBER, set_file),
	SET("NtQueryVolumeInformationFile", "class", NUMBER, volume),
	SET("NtQueryDirectoryFile*", "class", NUMBER, directory),
	SET("NtQueryInformationProcess", "class", NUMBER, process),
	SET("NtSetInformationProcess", "class", NUMBER, set_process),
	SET("NtQueryInformationThread", "class", NUMBER, thread),
	SET("NtSetInformationThread", "class", NUMBER, set_thread),
	SET("NtQuerySystemInformation*", "class", NUMBER, system_info),
	SET("NtQueryVirtualMemory", "class", NUMBER, memory_info),
	SET("NtCreate*File", "disposition", NUMBER, disposition),
	SET("Nt*VirtualMemory*", "type", FLAGS, memory_type),
	SET("NtMapViewOfSection*", "type", FLAGS, memory_type),
	SET("Nt*", "protect", FLAGS, protect),
	SET("NtCreateSection*", "attributes", FLAGS, section_attributes),
	SET("Nt*File", "share", FLAGS, share),
	SET("Nt*File", "options", FLAGS, options),
	SET("NtDuplicateObject", "options", FLAGS, duplicate),
	SET("Nt*File", "access", FLAGS, file_access),
	SET("Nt*Key*", "access", FLAGS, key_access),
	SET("Nt*", "access", FLAGS, access),
#undef SET
};

int trace_constant(const char *call, const char *arg, uint32_t value, char *buf,
		   int size)
{
	uint32_t rest = value;
	int len = 0;

	for (const struct set *s = sets; s < sets + COUNT_OF(sets); s++) {
		if (strcmp(s->arg, arg) || fnmatch(s->call, call, 0))
			continue;
		for (size_t i = 0; i < s->n; i++) {
			const struct constant *c = &s->rows[i];

			if (s->form == NUMBER && c->value == value)
				return snprintf(buf, (size_t)size, "%s",
						c->name);
			if (s->form == NUMBER || (rest & c->value) != c->value)
				continue;
			rest &= ~c->value;
			if (len < size)
				len += snprintf(buf + len, (size_t)(size - len),
						"%s%s", len ? "|" : "",
						c->name);
		}
	}
	if (!len)
		return -1;
	if (rest && len < size)
		len += snprintf(buf + len, (size_t)(size - len), "|%#x", rest);
	return len;
}
