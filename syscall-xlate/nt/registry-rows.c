/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-rows.c - what is in the registry's file (registry-rows.h).
 */
#include "syscall-xlate/nt/registry-rows.h"

#ifdef HAVE_LMDB
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/registry.h"

enum {
	/* Ids in a row.  Who changes more makes others read all. */
	ROW_MAX = 65536,
	RECORD_MAX = 256 << 20,
};

static MDB_dbi rows, below, logged;
static bool has_places; /* handles of the other two are there */
static bool made;       /* in the transaction that is under way */

/* What it has changed; more than ROW_MAX: it is not kept which. */
static struct reg_record_id *changed;
static size_t changes, room;

int rows_prepare(MDB_env *env)
{
	return mdb_env_set_maxdbs(env, 2);
}

void rows_closed(void)
{
	has_places = made = false;
}

int rows_begin(MDB_txn *t, bool create)
{
	const unsigned make = create ? MDB_CREATE : 0;
	int err = mdb_dbi_open(t, NULL, 0, &rows);

	changes = 0;
	if (err || has_places)
		return err;
	err = mdb_dbi_open(t, "below", MDB_DUPSORT | MDB_DUPFIXED | make,
			   &below);
	if (!err)
		err = mdb_dbi_open(t, "log", MDB_INTEGERKEY | make, &logged);
	if (!err)
		has_places = made = true;
	return err == MDB_NOTFOUND ? 0 : err;
}

void rows_ended(bool kept)
{
	if (made && !kept)
		has_places = false;
	made = false;
}

/* ---- reading -------------------------------------------------------- */

/* A writing transaction's number is that of what it will be. */
static size_t before(MDB_txn *t, bool writing)
{
	return mdb_txn_id(t) - writing;
}

static int last_logged(MDB_txn *t, size_t *id)
{
	MDB_cursor *c;
	MDB_val key, val;
	int err = mdb_cursor_open(t, logged, &c);

	if (err)
		return err;
	err = mdb_cursor_get(c, &key, &val, MDB_LAST);
	if (!err && key.mv_size != sizeof *id)
		err = MDB_CORRUPTED;
	if (!err)
		memcpy(id, key.mv_data, sizeof *id);
	mdb_cursor_close(c);
	return err;
}

int rows_whole(MDB_txn *t, bool writing, bool *whole)
{
	size_t id = 0;
	int err = has_places ? last_logged(t, &id) : MDB_NOTFOUND;

	/* A new file is whole: there is nothing before the first. */
	*whole = (!err || err == MDB_NOTFOUND) && id == before(t, writing);
	return err == MDB_NOTFOUND ? 0 : err;
}

static int add_record(struct reg_file_records *add,
		      const struct reg_record_id *id, const MDB_val *val)
{
	struct reg_file_record *r;

	if (val->mv_size > RECORD_MAX)
		return MDB_CORRUPTED;
	if (add->n == add->room) {
		size_t more = add->room ? add->room * 2 : 64;
		void *p = realloc(add->record, more * sizeof *add->record);

		if (!p)
			return ENOMEM;
		add->record = p;
		add->room = more;
	}
	r = malloc(sizeof *r + val->mv_size);
	if (!r)
		return ENOMEM;
	add->record[add->n++] = r;
	r->id = *id;
	r->len = val->mv_size;
	memcpy(r->at, val->mv_data, val->mv_size);
	return 0;
}

int rows_get(MDB_txn *t, const struct reg_record_id *id,
	     struct reg_file_records *add)
{
	MDB_val key = { sizeof *id, (void *)id }, val;
	int err = mdb_get(t, rows, &key, &val);

	return err ? err : add_record(add, id, &val);
}

/* Of records that may have been removed since somebody wrote down the id. */
static int get_if_there(MDB_txn *t, const struct reg_record_id *id,
			struct reg_file_records *add)
{
	int err = rows_get(t, id, add);

	return err == MDB_NOTFOUND ? 0 : err;
}

int rows_below(MDB_txn *t, const struct reg_record_id *place, size_t max,
	       struct reg_file_records *add)
{
	MDB_val key = { sizeof *place, (void *)place }, val;
	struct reg_record_id id;
	MDB_cursor *c;
	size_t n;
	int err = has_places ? mdb_cursor_open(t, below, &c) : MDB_NOTFOUND;

	if (err)
		return err == MDB_NOTFOUND ? 0 : err;
	err = mdb_cursor_get(c, &key, &val, MDB_SET);
	if (!err)
		err = mdb_cursor_count(c, &n);
	if (!err && n > max)
		err = MDB_PAGE_FULL;
	while (!err) {
		if (val.mv_size != sizeof id) {
			err = MDB_CORRUPTED;
			break;
		}
		memcpy(&id, val.mv_data, sizeof id);
		err = get_if_there(t, &id, add);
		if (!err)
			err = mdb_cursor_get(c, &key, &val, MDB_NEXT_DUP);
	}
	mdb_cursor_close(c);
	return err == MDB_NOTFOUND ? 0 : err;
}

int rows_all(MDB_txn *t, struct reg_file_records *add)
{
	MDB_cursor *c;
	MDB_val key, val;
	struct reg_record_id id;
	int err = mdb_cursor_open(t, rows, &c);

	if (err)
		return err;
	while (!(err = mdb_cursor_get(c, &key, &val, MDB_NEXT))) {
		if (key.mv_size != sizeof id)
			continue; /* the name of a database */
		memcpy(&id, key.mv_data, sizeof id);
		err = add_record(add, &id, &val);
		if (err)
			break;
	}
	mdb_cursor_close(c);
	return err == MDB_NOTFOUND ? 0 : err;
}

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct reg_record_id));
}

static int add_ids(struct reg_record_id **ids, size_t *n, const MDB_val *row)
{
	size_t more = row->mv_size / sizeof **ids;
	struct reg_record_id *p;

	if (row->mv_size % sizeof **ids)
		return MDB_NOTFOUND; /* too many to be kept */
	if (!more)
		return 0;
	p = realloc(*ids, (*n + more) * sizeof *p);
	if (!p)
		return ENOMEM;
	memcpy(p + *n, row->mv_data, row->mv_size);
	*ids = p;
	*n += more;
	return 0;
}

int rows_since(MDB_txn *t, bool writing, size_t known,
	       struct reg_file_records *add)
{
	const size_t last = before(t, writing);
	struct reg_record_id *ids = NULL;
	size_t n = 0, id = known + 1;
	MDB_val key = { sizeof id, &id }, val;
	MDB_cursor *c;
	int err = has_places ? mdb_cursor_open(t, logged, &c) : MDB_NOTFOUND;

	if (err)
		return err;
	err = mdb_cursor_get(c, &key, &val, MDB_SET);
	while (!err) {
		err = add_ids(&ids, &n, &val);
		if (err || id == last)
			break;
		id++;
		err = mdb_cursor_get(c, &key, &val, MDB_NEXT);
		if (!err && (key.mv_size != sizeof id ||
			     memcmp(key.mv_data, &id, sizeof id)))
			err = MDB_NOTFOUND;
	}
	mdb_cursor_close(c);
	if (n)
		qsort(ids, n, sizeof *ids, compare_ids);
	for (size_t i = 0; i < n && !err; i++)
		if (!i || compare_ids(&ids[i], &ids[i - 1]))
			err = get_if_there(t, &ids[i], add);
	free(ids);
	return err;
}

/* ---- writing --------------------------------------------------------- */

/* Without memory it is as with too many. */
static void note(const struct reg_record_id *id)
{
	if (changes < ROW_MAX && changes == room) {
		size_t more = room ? room * 2 : 64;
		void *p = realloc(changed, more * sizeof *changed);

		if (p) {
			changed = p;
			room = more;
		} else {
			changes = ROW_MAX;
		}
	}
	if (changes < ROW_MAX)
		changed[changes] = *id;
	if (changes <= ROW_MAX)
		changes++;
}

int rows_place(MDB_txn *t, const struct reg_record_id *id,
	       const struct reg_record_id *place)
{
	MDB_val key = { sizeof *place, (void *)place };
	MDB_val val = { sizeof *id, (void *)id };
	int err = mdb_put(t, below, &key, &val, MDB_NODUPDATA);

	return err == MDB_KEYEXIST ? 0 : err;
}

int rows_put(MDB_txn *t, const struct reg_record_id *id,
	     const struct reg_record_id *place, const void *record, size_t len)
{
	MDB_val key = { sizeof *id, (void *)id }, val;
	/* What is there already has its place. */
	bool known = !mdb_get(t, rows, &key, &val);
	int err;

	val = (MDB_val){ len, (void *)record };
	err = mdb_put(t, rows, &key, &val, 0);
	if (!err && !known)
		err = rows_place(t, id, place);
	if (!err)
		note(id);
	return err;
}

int rows_remove(MDB_txn *t, const struct reg_record_id *id,
		const struct reg_record_id *place)
{
	MDB_val key = { sizeof *id, (void *)id };
	MDB_val at = { sizeof *place, (void *)place };
	int err = mdb_del(t, rows, &key, NULL);

	if (!err)
		err = mdb_del(t, below, &at, &key);
	if (!err)
		note(id);
	return err == MDB_NOTFOUND ? 0 : err;
}

int rows_count(MDB_txn *t, size_t *n)
{
	MDB_stat st;
	int err = mdb_stat(t, rows, &st);

	if (!err)
		*n = st.ms_entries;
	return err;
}

int rows_forget_places(MDB_txn *t)
{
	return mdb_drop(t, below, 0);
}

/* Has the log more rows than that, before id, or more bytes? */
static bool is_long(MDB_txn *t, size_t id, const MDB_val *key, size_t rows,
		    size_t bytes)
{
	size_t first = id;
	MDB_stat st;

	if (key->mv_size == sizeof first)
		memcpy(&first, key->mv_data, sizeof first);
	return first != id &&
	       (id - first >= rows || (!mdb_stat(t, logged, &st) &&
				       st.ms_leaf_pages + st.ms_overflow_pages >
					       bytes / st.ms_psize));
}

/* The oldest go, many at a time: each such change costs pages. */
static int trim(MDB_txn *t, size_t id)
{
	MDB_cursor *c;
	MDB_val key, val;
	int err = mdb_cursor_open(t, logged, &c);

	if (err)
		return err;
	err = mdb_cursor_get(c, &key, &val, MDB_FIRST);
	if (!err && !is_long(t, id, &key, REG_LOG_ROWS * 3 / 2, REG_LOG_BYTES))
		err = MDB_NOTFOUND;
	while (!err) {
		if (!is_long(t, id, &key, REG_LOG_ROWS, REG_LOG_BYTES / 2))
			break;
		err = mdb_cursor_del(c, 0);
		if (!err)
			err = mdb_cursor_get(c, &key, &val, MDB_FIRST);
	}
	mdb_cursor_close(c);
	return err == MDB_NOTFOUND ? 0 : err;
}

int rows_log(MDB_txn *t)
{
	size_t id = mdb_txn_id(t);
	MDB_val key = { sizeof id, &id };
	/* One byte is no id. */
	MDB_val val = { changes > ROW_MAX ? 1 : changes * sizeof *changed,
			changed ? (void *)changed : "" };
	int err = mdb_put(t, logged, &key, &val, 0);

	return err ? err : trim(t, id);
}

#endif
