/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-file.h - the file behind the registry: records, each of some bytes
 * under a number that says what it is of.  All functions with reg_lock held.
 */
#ifndef RF_NT_REGISTRY_FILE_H
#define RF_NT_REGISTRY_FILE_H

#include "syscall-xlate/nt/nt.h"

struct reg_record_id {
	uint64_t half[2];
};

/* Copies of records. */
struct reg_file_record {
	struct reg_record_id id;
	size_t len;
	_Alignas(8) uint8_t at[];
};

struct reg_file_records {
	struct reg_file_record **record;
	size_t n, room;
};

/* Is nothing kept any more?  (The user has been told why.) */
bool reg_file_lost(void);

/* Where it is or will be; false: nowhere. */
bool reg_file_folder(char *buf, size_t size);
/* It may have been made just now. */
void reg_file_look_again(void);

/* All records, if somebody has written since the last time; else false. */
bool reg_file_news(struct reg_file_records *all);

/*
 * Changes are made from here to reg_store_commit(), by nobody else meanwhile.
 * False: they cannot be; reg_store_commit() says why.
 */
bool reg_file_begin(void);
/* After that, the same as reg_file_news() and, if so, all of them... */
bool reg_file_late_news(struct reg_file_records *all);
/* ... and all in any case.  False: they cannot be read. */
bool reg_file_all(struct reg_file_records *all);
/* Nothing happens once something before it has failed. */
void reg_file_put(const struct reg_record_id *id, const void *record,
		  size_t len);
void reg_file_remove(const struct reg_record_id *id);
/* For what keeps a change from being made: a host's error. */
void reg_file_failed(int err);

void reg_file_free(struct reg_file_records *all);

#endif
