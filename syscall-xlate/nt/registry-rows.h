/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-rows.h - what is in the registry's file: three databases of LMDB.
 *
 *   (the main one)   id -> record
 *   below            id of a place -> ids of the records there, for who reads
 *                    one key and not all
 *   log              number of a transaction -> ids of the records it changed,
 *                    for who knows all that was before
 *
 * The log says whether the other two are to be believed: run-foreign of before
 * writes to the main one only (and looks at nothing else), so its transactions
 * are not in the log.  "below" is whole if the last transaction is there, and
 * nothing has been missed if all since then are.
 *
 * All functions return 0 or an error of LMDB's or the host's.
 */
#ifndef RF_NT_REGISTRY_ROWS_H
#define RF_NT_REGISTRY_ROWS_H

#ifdef HAVE_LMDB
#include <lmdb.h>

#include "syscall-xlate/nt/registry-file.h"

/*
 * Transactions in the log, at least, and no more than half as many again; fewer
 * if they are of so many changes that it would be larger than that.
 */
enum { REG_LOG_ROWS = 1024, REG_LOG_BYTES = 8 << 20 };

/* Before the environment is opened, and when it has been closed. */
int rows_prepare(MDB_env *env);
void rows_closed(void);
/* In a new transaction; create: "below" and "log" may be made. */
int rows_begin(MDB_txn *t, bool create);
/* After it: what was made in it is there, or is not. */
void rows_ended(bool kept);

/* writing: t is a writing one, and what is meant is what there was before it.
 *whole: "below" has all of that. */
int rows_whole(MDB_txn *t, bool writing, bool *whole);
/* MDB_NOTFOUND. */
int rows_get(MDB_txn *t, const struct reg_record_id *id,
	     struct reg_file_records *add);
/* All at a place; MDB_PAGE_FULL: they are more than max (and add is as it was).
 */
int rows_below(MDB_txn *t, const struct reg_record_id *place, size_t max,
	       struct reg_file_records *add);
int rows_all(MDB_txn *t, struct reg_file_records *add);
/* What has been changed by transactions after known and before t's end is in
   add.  MDB_NOTFOUND: that is not known. */
int rows_since(MDB_txn *t, bool writing, size_t known,
	       struct reg_file_records *add);

int rows_put(MDB_txn *t, const struct reg_record_id *id,
	     const struct reg_record_id *place, const void *record, size_t len);
int rows_remove(MDB_txn *t, const struct reg_record_id *id,
		const struct reg_record_id *place);
/* How many records there are. */
int rows_count(MDB_txn *t, size_t *n);
/* "below" is to be made anew, by rows_place() for each record. */
int rows_forget_places(MDB_txn *t);
int rows_place(MDB_txn *t, const struct reg_record_id *id,
	       const struct reg_record_id *place);
/* The last change of t: the log's row of all of them. */
int rows_log(MDB_txn *t);

#endif

#endif
