/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-file.c - the file behind the registry, which LMDB writes and reads.
 *
 * It is made at the first write.  LMDB's own locking uses robust mutexes, for
 * which it would need the list that our threads use for something else:
 * MDB_NOLOCK, and flock(2) instead.
 *
 * LMDB reads the file through a mapping, so a disk that fails then, or a file
 * that somebody cuts short, is a SIGBUS in the middle of it.  All that reads
 * there is left when that happens (base/mapped.h); what LMDB had in memory is
 * given up, and the file opened anew.  Nothing is half written: of a transaction
 * only its last write counts, and that has not been made.
 */
#include "syscall-xlate/nt/registry-file.h"

#include <stdlib.h>

#include "syscall-xlate/nt/registry.h"

static bool failed;

bool reg_file_lost(void)
{
	return failed;
}

/* Changes live in memory only, from now on. */
static void give_up(const char *why)
{
	if (!failed)
		log_warn("registry changes are not kept: %s", why);
	failed = true;
}

void reg_file_free(struct reg_file_records *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->record[i]);
	free(all->record);
	*all = (struct reg_file_records){ 0 };
}

#ifdef HAVE_LMDB
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mapped.h"
#include "syscall-xlate/nt/path.h"

/* Every process must agree on it; the file is as large as its contents. */
#define MAP_SIZE (256ul << 20)

static MDB_env *env;
static MDB_txn *txn; /* the writing one, begun by the first change */
static MDB_dbi dbi;
static int lock_fd = -1;
static bool dirty;
static bool unsure; /* the last transaction may not be on the disk: see flush */
static bool read_only; /* somebody's file that we may only read */
static bool stale;     /* others have written what the tree lacks */
static bool loaded;    /* the tree has had all of it, once */
static size_t known;   /* id of the last transaction that the tree has */
static size_t last;    /* id of the last one that there is */
static off_t used = 2 * PAGE; /* bytes that the file has at least */
static int64_t looked; /* when, for a file that was not there */

/* Since the last commit: what the program has to be told. */
static NTSTATUS trouble;
/* What keeps the file from being read, if the tree has never had it. */
static NTSTATUS unread;

/* ---- what goes wrong ------------------------------------------------- */

/*
 * A disk that is full or broken need not be at the next change, nor need there be
 * no descriptors: this change is refused.  What can never be written is given up.
 */
static void not_kept(int err)
{
	switch (err) {
	case ENOSPC:
	case EDQUOT:
	case MDB_MAP_FULL:
		trouble = STATUS_DISK_FULL;
		break;
	case EIO:
	case MDB_PANIC: /* after such an error at the end of a transaction */
		trouble = STATUS_REGISTRY_IO_FAILED;
		break;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		trouble = STATUS_INSUFFICIENT_RESOURCES;
		break;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
		trouble = STATUS_REGISTRY_CORRUPT;
		give_up(mdb_strerror(err));
		break;
	default:
		give_up(mdb_strerror(err));
	}
}

void reg_file_failed(int err)
{
	not_kept(err);
}

/* The same for what has only been read. */
static void not_read(int err)
{
	const NTSTATUS before = trouble;

	not_kept(err);
	unread = failed ? STATUS_REGISTRY_CORRUPT
		 : trouble == STATUS_DISK_FULL || loaded ? STATUS_SUCCESS
							 : trouble;
	trouble = before;
}

NTSTATUS reg_store_unread(void)
{
	return unread;
}

/*
 * After an error LMDB may refuse to go on: the file is opened anew when it is
 * needed.  The lock goes as well.
 */
static void close_file(void)
{
	if (env)
		mdb_env_close(env);
	env = NULL;
	txn = NULL;
	if (lock_fd >= 0)
		close(lock_fd);
	lock_fd = -1;
}

static bool torn; /* what LMDB found in the file makes no sense to it */

static void nonsense(MDB_env *e, const char *what)
{
	(void)e;
	log_debug(LOG_NT, "registry: %s", what);
	torn = true;
	mapped_leave();
}

static bool is_cut(void)
{
	struct stat st;
	mdb_filehandle_t fd;

	return env && !mdb_env_get_fd(env, &fd) && !fstat(fd, &st) &&
	       st.st_size < used;
}

/* fn() of LMDB's.  EIO, MDB_CORRUPTED: it was left, and the file is closed. */
static int with_map(int (*fn)(void *arg), void *arg)
{
	int err = mapped_try(fn, arg);

	if (err != MAPPED_LEFT)
		return err;
	err = EIO;
	if (torn || is_cut()) {
		give_up(torn ? "its file is damaged"
			     : "its file has been cut short");
		err = MDB_CORRUPTED;
	}
	close_file();
	return err;
}

/* ---- the file ------------------------------------------------------- */

bool reg_file_folder(char *buf, size_t size)
{
	char *slash;

	snprintf(buf, size, "%s", path_user_c());
	slash = strrchr(buf, '/');
	if (slash)
		*slash = 0;
	return true;
}

static void file_name(char *buf, size_t size, const char *name)
{
	char dir[HOST_PATH_MAX];

	reg_file_folder(dir, sizeof dir);
	snprintf(buf, size, "%s/%s", dir, name);
}

static void make_folder(void)
{
	char dir[HOST_PATH_MAX];

	reg_file_folder(dir, sizeof dir);
	for (char *s = dir + 1; *s; s++) {
		if (*s != '/')
			continue;
		*s = 0;
		mkdir(dir, 0755);
		*s = '/';
	}
	mkdir(dir, 0700);
}

/* What the file's first pages say.  No argument. */
static int look(void *arg)
{
	static size_t page;
	MDB_envinfo info;
	MDB_stat stat;
	int err = mdb_env_info(env, &info);

	(void)arg;
	if (!err && !page && !(err = mdb_env_stat(env, &stat)))
		page = stat.ms_psize;
	if (err)
		return err;
	last = info.me_last_txnid;
	used = (off_t)((info.me_last_pgno + 1) * page);
	return 0;
}

static int open_env(void *path)
{
	MDB_txn *first = NULL;
	int err = mdb_env_create(&env);

	if (!err)
		err = mdb_env_set_mapsize(env, MAP_SIZE);
	if (!err)
		err = mdb_env_set_assert(env, nonsense);
	/* No meta sync: a power cut may cost the last change, no more. */
	if (!err)
		err = mdb_env_open(env, path,
				   MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOMETASYNC |
					   (read_only ? MDB_RDONLY : 0),
				   0600);
	if (!err)
		err = look(NULL);
	if (!err)
		err = mdb_txn_begin(env, NULL, MDB_RDONLY, &first);
	if (!err)
		err = mdb_dbi_open(first, NULL, 0, &dbi);
	if (first)
		mdb_txn_abort(first);
	return err;
}

/*
 * create: the file may be made.  0, or an error of the host's or of LMDB;
 * ENOENT: there is none, as far as was looked: for one that another process may
 * make, once in a tick of the coarse clock (1 to 10 ms).
 */
static int open_file(bool create)
{
	char path[HOST_PATH_MAX + 32], lock[HOST_PATH_MAX + 32];
	struct timespec ts;
	struct stat st;
	int64_t now = 0;
	int err;

	if (env)
		return 0;
	if (!create) {
		clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
		now = ts.tv_sec * 1000000000ll + ts.tv_nsec;
		if (now == looked)
			return ENOENT;
	}
	file_name(path, sizeof path, "registry.mdb");
	if (!create && access(path, R_OK) < 0) {
		looked = now;
		return ENOENT;
	}
	read_only = !create && access(path, W_OK) < 0;
	if (create)
		make_folder();
	file_name(lock, sizeof lock, "registry.lock");
	lock_fd = read_only ? open(lock, O_RDONLY | O_CLOEXEC)
			    : open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock_fd < 0)
		return errno;
	flock(lock_fd, read_only ? LOCK_SH : LOCK_EX);
	err = with_map(open_env, path);
	/* The disk was full before it was begun. */
	if ((err == ENOSPC || err == EDQUOT) && !stat(path, &st) &&
	    st.st_size < (off_t)(2 * PAGE))
		unlink(path);
	if (err)
		close_file();
	else
		flock(lock_fd, LOCK_UN);
	return err;
}

void reg_file_look_again(void)
{
	looked = 0;
}

/* ---- reading -------------------------------------------------------- */

static bool add_record(struct reg_file_records *all, const MDB_val *key,
		       const MDB_val *val)
{
	struct reg_file_record *r;

	if (all->n == all->room) {
		size_t room = all->room ? all->room * 2 : 256;
		void *p = realloc(all->record, room * sizeof *all->record);

		if (!p)
			return false;
		all->record = p;
		all->room = room;
	}
	r = malloc(sizeof *r + val->mv_size);
	if (!r)
		return false;
	all->record[all->n++] = r;
	memcpy(&r->id, key->mv_data, sizeof r->id);
	r->len = val->mv_size;
	memcpy(r->at, val->mv_data, val->mv_size);
	return true;
}

/* In the writing transaction, or one of its own. */
static int read_all(void *records)
{
	struct reg_file_records *all = records;
	MDB_txn *t = txn;
	MDB_cursor *c = NULL;
	MDB_val key, val;
	int err = 0;

	if (!t && !(err = look(NULL)))
		err = mdb_txn_begin(env, NULL, MDB_RDONLY, &t);
	if (!err)
		err = mdb_cursor_open(t, dbi, &c);
	while (!err && !(err = mdb_cursor_get(c, &key, &val, MDB_NEXT)))
		if (val.mv_size > MAP_SIZE)
			err = MDB_CORRUPTED;
		else if (key.mv_size == sizeof(struct reg_record_id) &&
			 !add_record(all, &key, &val))
			err = ENOMEM;
	if (c)
		mdb_cursor_close(c);
	if (t && !txn)
		mdb_txn_abort(t);
	return err == MDB_NOTFOUND ? 0 : err;
}

bool reg_file_news(struct reg_file_records *all)
{
	int err;

	*all = (struct reg_file_records){ 0 };
	if (failed)
		return false;
	err = open_file(false);
	if (!err)
		err = with_map(look, NULL);
	if (!err && last != known) {
		flock(lock_fd, LOCK_SH);
		err = with_map(read_all, all);
		if (env)
			flock(lock_fd, LOCK_UN);
	}
	if (!err) {
		known = last;
		loaded = true;
		unread = STATUS_SUCCESS;
		return all->n;
	}
	reg_file_free(all);
	if (err != ENOENT)
		not_read(err);
	return false;
}

bool reg_file_all(struct reg_file_records *all)
{
	int err = with_map(read_all, all);

	if (!err)
		return true;
	reg_file_free(all);
	not_kept(err);
	return false;
}

bool reg_file_late_news(struct reg_file_records *all)
{
	bool late = stale && reg_file_all(all);

	stale = stale && !late;
	return late;
}

/* ---- writing --------------------------------------------------------- */

static int begin(void *arg)
{
	int err = look(NULL);

	(void)arg;
	return err ? err : mdb_txn_begin(env, NULL, 0, &txn);
}

bool reg_file_begin(void)
{
	int err;

	if (txn)
		return true;
	if (failed || trouble)
		return false;
	err = open_file(true);
	if (!err && read_only) {
		give_up("the file may not be written");
		return false;
	}
	if (!err) {
		flock(lock_fd, LOCK_EX);
		err = with_map(begin, NULL);
	}
	if (err) {
		not_kept(err);
		close_file();
		return false;
	}
	/* Somebody may have written since reg_begin(); the tree will hear. */
	stale = last != known;
	return true;
}

static int end(void *arg)
{
	(void)arg;
	if (!trouble)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return 0;
}

NTSTATUS reg_store_commit(void)
{
	NTSTATUS status;
	int err;

	if (txn) {
		err = with_map(end, NULL);
		txn = NULL;
		if (err) {
			not_kept(err);
			close_file();
		} else if (!trouble) {
			dirty = true;
			unsure = false;
			if (!with_map(look, NULL) && !stale)
				known = last;
		}
		if (env)
			flock(lock_fd, LOCK_UN);
	}
	status = trouble;
	trouble = STATUS_SUCCESS;
	return status;
}

struct change {
	MDB_val key, val;
};

static int put(void *arg)
{
	struct change *c = arg;

	return mdb_put(txn, dbi, &c->key, &c->val, 0);
}

void reg_file_put(const struct reg_record_id *id, const void *record,
		  size_t len)
{
	struct change c = { { sizeof *id, (void *)id },
			    { len, (void *)record } };
	int err = 0;

	if (!trouble && reg_file_begin())
		err = with_map(put, &c);
	if (err)
		not_kept(err);
}

static int delete(void *arg)
{
	struct change *c = arg;
	int err = mdb_del(txn, dbi, &c->key, NULL);

	return err == MDB_NOTFOUND ? 0 : err;
}

void reg_file_remove(const struct reg_record_id *id)
{
	struct change c = { .key = { sizeof *id, (void *)id } };
	int err = 0;

	if (!trouble && reg_file_begin())
		err = with_map(delete, &c);
	if (err)
		not_kept(err);
}

/* The first record, as it is: a transaction. */
static int write_again(void *arg)
{
	MDB_cursor *c;
	MDB_val key, val;
	int err = mdb_cursor_open(txn, dbi, &c);
	void *copy;

	(void)arg;
	if (err)
		return err;
	err = mdb_cursor_get(c, &key, &val, MDB_FIRST);
	if (!err) {
		copy = malloc(val.mv_size);
		if (copy) {
			memcpy(copy, val.mv_data, val.mv_size);
			val.mv_data = copy;
			err = mdb_cursor_put(c, &key, &val, MDB_CURRENT);
		} else {
			err = ENOMEM;
		}
		free(copy);
	}
	mdb_cursor_close(c);
	return err == MDB_NOTFOUND ? 0 : err;
}

static int sync_env(void *arg)
{
	(void)arg;
	return mdb_env_sync(env, 1);
}

/*
 * A transaction ends with its data on the disk, but for the page that says so
 * (MDB_NOMETASYNC).  If that is what cannot be written, the host tells it once
 * and takes the page for written: only the next transaction's can make up for it.
 */
NTSTATUS reg_store_flush(void)
{
	NTSTATUS status;
	int err;

	if (unsure && reg_file_begin() && (err = with_map(write_again, NULL)))
		not_kept(err);
	status = reg_store_commit();
	if (status || !env || !dirty)
		return status;
	err = with_map(sync_env, NULL);
	if (!err) {
		dirty = false;
		return STATUS_SUCCESS;
	}
	unsure = true;
	not_kept(err);
	status = trouble;
	trouble = STATUS_SUCCESS;
	return status;
}

#else /* no LMDB */

NTSTATUS reg_store_unread(void)
{
	return STATUS_SUCCESS;
}

bool reg_file_news(struct reg_file_records *all)
{
	*all = (struct reg_file_records){ 0 };
	return false;
}

bool reg_file_begin(void)
{
	give_up("built without LMDB");
	return false;
}

bool reg_file_late_news(struct reg_file_records *all)
{
	return false;
}

bool reg_file_all(struct reg_file_records *all)
{
	return false;
}

void reg_file_put(const struct reg_record_id *id, const void *record,
		  size_t len)
{
	reg_file_begin();
}

void reg_file_remove(const struct reg_record_id *id)
{
}

void reg_file_failed(int err)
{
}

bool reg_file_folder(char *buf, size_t size)
{
	return false;
}

void reg_file_look_again(void)
{
}

NTSTATUS reg_store_commit(void)
{
	return STATUS_SUCCESS;
}

NTSTATUS reg_store_flush(void)
{
	return STATUS_SUCCESS;
}

#endif
