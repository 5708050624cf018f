/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-file.h - the file behind the registry: records, each of some bytes
 * under a number that says what it is of, and at a place, whose number says of
 * which key it is a part.  All functions with reg_lock held.
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

void reg_file_free(struct reg_file_records *all);

/* Is nothing kept any more?  (The user has been told why.) */
bool reg_file_lost(void);

/* Where it is or will be; false: nowhere. */
bool reg_file_folder(char *buf, size_t size);
/* It may have been made just now. */
void reg_file_look_again(void);

/* ---- reading -------------------------------------------------------- */

/* A file is open that can be read. */
bool reg_file_is_there(void);
/* Nothing in it changes until reg_store_commit(), but by us. */
bool reg_file_held(void);
/* The same, from now on; false: it cannot be read, or there is none. */
bool reg_file_hold(void);

/*
 * reg_file_news() - what others have written since the last time.  Unless there
 * is nothing the file is held afterwards.
 *
 *   REG_NEWS_SOME   the records that have changed are in news
 *   REG_NEWS_ALL    that is not known: all may have.  reg_file_caught_up(),
 * when that has been seen to.
 */
enum reg_news { REG_NEWS_NONE, REG_NEWS_SOME, REG_NEWS_ALL };
enum reg_news reg_file_news(struct reg_file_records *news);
void reg_file_caught_up(void);

/* A beginning: reg_store_unread() is of what comes. */
void reg_file_begin_reading(void);

/* While it is held.  The file says what is at a place.  False: it does not, as
   somebody has written to it who says nothing of places, or it cannot be read.
 */
bool reg_file_has_places(void);
/* All at a place, at most max; REG_FILE_MANY: there are more (and add is as it
   was); REG_FILE_FAILS: reg_store_unread() says why. */
enum reg_file_result { REG_FILE_OK, REG_FILE_MANY, REG_FILE_FAILS };
enum reg_file_result reg_file_at(const struct reg_record_id *place, size_t max,
				 struct reg_file_records *add);
/* One record, if it is there; false: it cannot be read. */
bool reg_file_get(const struct reg_record_id *id, struct reg_file_records *add);
/* All. */
bool reg_file_all(struct reg_file_records *add);

/* ---- writing -------------------------------------------------------- */

/*
 * Changes are made from here to reg_store_commit(), by nobody else meanwhile.
 * False: they cannot be; reg_store_commit() says why.
 */
bool reg_file_begin(void);
/* That is so now. */
bool reg_file_writing(void);
/* Nothing happens once something before it has failed. */
void reg_file_put(const struct reg_record_id *id,
		  const struct reg_record_id *place, const void *record,
		  size_t len);
void reg_file_remove(const struct reg_record_id *id,
		     const struct reg_record_id *place);
/* Places are told anew, for all records, by reg_file_place(). */
void reg_file_forget_places(void);
void reg_file_place(const struct reg_record_id *id,
		    const struct reg_record_id *place);
/*
 * Is it time to look for what the file has in vain?  Nobody else has read any of
 * it then, so nobody need hear of what goes.
 */
bool reg_file_is_due(void);
/* For what keeps a change from being made: a host's error. */
void reg_file_failed(int err);

#endif
