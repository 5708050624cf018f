/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-record.h - one change of the registry, as the file keeps it.
 *
 * A record is a key, a value or a loaded hive, present or gone ("gone" must be
 * remembered: it may be a built-in one, and other processes have to hear of
 * it).  Records are found by a hash of their path, since LMDB's keys are short.
 */
#ifndef RF_NT_REGISTRY_RECORD_H
#define RF_NT_REGISTRY_RECORD_H

#include "syscall-xlate/nt/registry-file.h"
#include "syscall-xlate/nt/registry.h"

/* In the order in which those of one path are applied. */
enum { KIND_MOUNT = 'H', KIND_KEY = 'K', KIND_VALUE = 'V' };

struct record {
	uint8_t kind, gone, is_link, reserved;
	uint32_t type;
	int64_t last_write;
	uint32_t path_len, name_len; /* units */
	uint32_t data_len;
	uint32_t order; /* of a value, 0 in older files; a mount's generation */
	/* path, name (of the value, or the key's class), data (the value's,
	   the key's security descriptor, or the hive's file) */
};

static inline const uint16_t *record_path(const struct record *r)
{
	return (const uint16_t *)(r + 1);
}

static inline const uint16_t *record_name(const struct record *r)
{
	return record_path(r) + r->path_len;
}

static inline const uint8_t *record_data(const struct record *r)
{
	return (const uint8_t *)(record_name(r) + r->name_len);
}

/* NULL: it is none. */
static inline const struct record *record_of(const struct reg_file_record *f)
{
	const struct record *r = (const struct record *)f->at;

	return f->len >= sizeof *r && r->path_len < 0x10000 &&
			       r->name_len < 0x10000 &&
			       r->data_len < 0x10000000 &&
			       f->len - sizeof *r >=
				       ((size_t)r->path_len + r->name_len) * 2 +
					       r->data_len
		       ? r
		       : NULL;
}

/* registry-store.c: it goes from the file, which is written to. */
void record_remove(const struct reg_file_record *f);

/* ---- registry-collect.c ------------------------------------------------- */

/* With the file begun: what is in it in vain goes, if it is time for that. */
void records_collect(void);

/* ---- registry-replay.c: the tree becomes what they say ----------------- */

/* All records that there are; keys that they only imply are made. */
void records_are_all(struct reg_file_records *all);
/* Those at k: of its subkeys, or of its values. */
void records_are_at(struct reg_key *k, struct reg_file_records *at);
/*
 * Those that have changed, so that who waits for that is told.  What of them
 * the tree does not have yet it is not given, unless it has all.
 */
void records_are_new(struct reg_file_records *news, bool has_all);

#endif
