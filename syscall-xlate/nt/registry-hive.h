/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-hive.h - keys in Windows' file format ("regf"), both ways.
 */
#ifndef RF_NT_REGISTRY_HIVE_H
#define RF_NT_REGISTRY_HIVE_H

#include "base/bytes.h"
#include "syscall-xlate/nt/registry.h"

/*
 * hive_write() - k and all below, but for volatile keys, as a file.
 *
 * *file is malloc'ed, *n bytes.  minor: 3 or 5, the format's version.  Called
 * with reg_lock held.  STATUS_NO_MEMORY, STATUS_REGISTRY_CORRUPT (deeper or
 * larger than the format allows).
 */
NTSTATUS hive_write(struct reg_key *k, unsigned minor, uint8_t **file,
		    size_t *n);

/*
 * hive_read() - what a file holds, below the empty key into, which takes the
 * root's values and class.  Trusts nothing.
 *
 * STATUS_NOT_REGISTRY_FILE, STATUS_REGISTRY_CORRUPT (also of one that was not
 * closed properly: its log is not read), STATUS_NO_MEMORY; into may then have
 * a part of it.
 */
NTSTATUS hive_read(struct bytes file, struct reg_key *into);

/* Of a whole file, registry-load.c; *b is malloc'ed. */
NTSTATUS hive_load(int fd, uint8_t **b, size_t *n);
NTSTATUS hive_store(int fd, const uint8_t *b, size_t n);
/*
 * The n bytes at b become the whole of that file, or it stays as it is; *made: a
 * descriptor of what it is now.
 */
NTSTATUS hive_replace(const char *hive, const uint8_t *b, size_t n, int *made);


#endif
