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
 * given up, and the file opened anew.  Nothing is half written: of a
 * transaction only its last write counts, and that has not been made.
 */
#include "syscall-xlate/nt/registry-file.h"

#include "syscall-xlate/nt/registry.h"

#ifdef HAVE_LMDB
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mapped.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/registry-rows.h"

static bool unkept; /* changes live in memory only */
static bool lost;   /* and nothing can be read any more */

bool reg_file_lost(void)
{
	return unkept;
}

static void give_up(const char *why)
{
	if (!unkept)
		log_warn("registry changes are not kept: %s", why);
	unkept = true;
}

void reg_file_free(struct reg_file_records *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->record[i]);
	free(all->record);
	*all = (struct reg_file_records){ 0 };
}

/* Every process must agree on it; the file is as large as its contents. */
#define MAP_SIZE (256ul << 20)

static MDB_env *env;
static MDB_txn *txn;    /* the writing one, begun by the first change */
static MDB_txn *reader; /* while the file is held to be read */
static int lock_fd = -1;
static int user_fd = -1; /* holds the lock that says that we know the file */
static bool touched;     /* something is changed in txn */
static bool dirty;
static bool unsure; /* the last transaction may not be on the disk: see flush */
static bool read_only;        /* somebody's file that we may only read */
static bool loaded;           /* the tree has had what there was, once */
static size_t known;          /* id of the last transaction that the tree has */
static size_t last;           /* id of the last one that there is */
static off_t used = 2 * PAGE; /* bytes that the file has at least */
static int64_t looked;        /* when, for a file that was not there */

/* Since the last commit: what the program has to be told. */
static NTSTATUS trouble;
/* What keeps something from being read that is needed. */
static NTSTATUS unread;

/* ---- what goes wrong ------------------------------------------------- */

/*
 * A disk that is full or broken need not be at the next change, nor need there
 * be no descriptors: this change is refused.  What can never be written is
 * given up.
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
		lost = true;
		break;
	default:
		give_up(mdb_strerror(err));
	}
}

void reg_file_failed(int err)
{
	not_kept(err);
}

/* The same for what has only been read.  needed: nobody knows it yet. */
static void not_read(int err, bool needed)
{
	const NTSTATUS before = trouble;

	not_kept(err);
	lost |= unkept && !trouble;
	if (lost)
		unread = STATUS_REGISTRY_CORRUPT;
	else if (needed && trouble != STATUS_DISK_FULL)
		unread = trouble;
	trouble = before;
}

void reg_file_begin_reading(void)
{
	unread = lost ? STATUS_REGISTRY_CORRUPT : STATUS_SUCCESS;
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
	rows_closed();
	env = NULL;
	txn = reader = NULL;
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
		lost = true;
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

/* ---- who has read it ------------------------------------------------- */

/* Of an open file description: 0, 1 (F_OFD_GETLK: somebody has it), -1. */
static int lock_use(int command, short type)
{
	struct flock l = { .l_type = type,
			   .l_whence = SEEK_SET,
			   .l_start = (off_t)1 << 40, /* behind all of it */
			   .l_len = 1 };

	if (fcntl(user_fd, command, &l) < 0)
		return -1;
	return l.l_type != F_UNLCK;
}

/*
 * While this process lives it says that its tree may have something of the
 * file, whatever becomes of LMDB's descriptor.  A file system without such
 * locks has them for nobody.  0, or why nothing of it may be read.
 */
static int say_that_we_know(const char *path)
{
	if (user_fd < 0)
		user_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (user_fd < 0)
		return errno;
	lock_use(F_OFD_SETLK, F_RDLCK);
	return 0;
}

static bool is_alone(void)
{
	return user_fd >= 0 && lock_use(F_OFD_GETLK, F_WRLCK) == 0;
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
	int fd, err = mdb_env_create(&env);

	if (!err)
		err = mdb_env_set_mapsize(env, MAP_SIZE);
	if (!err)
		err = mdb_env_set_assert(env, nonsense);
	if (!err)
		err = rows_prepare(env);
	/* No meta sync: a power cut may cost the last change, no more. */
	if (!err)
		err = mdb_env_open(env, path,
				   MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOMETASYNC |
					   (read_only ? MDB_RDONLY : 0),
				   0600);
	/* LMDB's descriptor of the data is one that children would have. */
	if (!err && !mdb_env_get_fd(env, &fd))
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return err ? err : look(NULL);
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
		loaded |= errno == ENOENT; /* that there is nothing */
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
	if (!err)
		err = say_that_we_know(path);
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

bool reg_file_is_there(void)
{
	return env && !lost;
}

bool reg_file_held(void)
{
	return txn || reader;
}

static int begin_reading(void *arg)
{
	int err = look(NULL);

	(void)arg;
	if (!err)
		err = mdb_txn_begin(env, NULL, MDB_RDONLY, &reader);
	return err ? err : rows_begin(reader, false);
}

/* Handles of databases live on if it is committed. */
static int end_reading(void *arg)
{
	int err = reader ? mdb_txn_commit(reader) : 0;

	(void)arg;
	reader = NULL;
	rows_ended(!err);
	return err;
}

static void release(void)
{
	if (!reader)
		return;
	with_map(end_reading, NULL);
	if (env)
		flock(lock_fd, LOCK_UN);
}

bool reg_file_hold(void)
{
	int err;

	if (reg_file_held())
		return true;
	if (lost || !env)
		return false;
	flock(lock_fd, LOCK_SH);
	err = with_map(begin_reading, NULL);
	if (!err)
		return true;
	not_read(err, true);
	close_file();
	return false;
}

/* What a function of rows' is asked for, and its answer. */
struct question {
	const struct reg_record_id *id;
	size_t max;
	struct reg_file_records *add;
	bool yes;
};

static MDB_txn *now(void)
{
	return txn ? txn : reader;
}

static int since(void *arg)
{
	struct question *q = arg;

	return rows_since(now(), txn, known, q->add);
}

static int whole(void *arg)
{
	struct question *q = arg;

	return rows_whole(now(), txn, &q->yes);
}

static int at_place(void *arg)
{
	struct question *q = arg;

	return rows_below(now(), q->id, q->max, q->add);
}

static int get(void *arg)
{
	struct question *q = arg;

	return rows_get(now(), q->id, q->add);
}

static int all(void *arg)
{
	struct question *q = arg;

	return rows_all(now(), q->add);
}

/* What add had before stays; what it gets is all of it or nothing. */
static int ask(int (*fn)(void *), struct question *q)
{
	const size_t n = q->add ? q->add->n : 0;
	int err = reg_file_held() ? with_map(fn, q) : EIO;

	while (err && q->add && q->add->n > n)
		free(q->add->record[--q->add->n]);
	if (err && err != MDB_NOTFOUND && err != MDB_PAGE_FULL)
		not_read(err, true);
	return err;
}

/* What is known already need not be read. */
static enum reg_news no_news(NTSTATUS before)
{
	if (loaded && !lost)
		unread = before;
	return REG_NEWS_NONE;
}

enum reg_news reg_file_news(struct reg_file_records *news)
{
	const NTSTATUS before = unread;
	struct question q = { .add = news };
	int err;

	*news = (struct reg_file_records){ 0 };
	if (lost)
		return REG_NEWS_NONE;
	err = open_file(false);
	/* Held, it is as it was when that began. */
	if (!err && !reg_file_held())
		err = with_map(look, NULL);
	if (err) {
		if (err != ENOENT)
			not_read(err, !loaded);
		return REG_NEWS_NONE;
	}
	if (loaded && last == known)
		return REG_NEWS_NONE;
	if (!reg_file_hold())
		return no_news(before);
	if (!loaded)
		return REG_NEWS_ALL;
	if (last == known)
		return REG_NEWS_NONE;
	err = ask(since, &q);
	if (err == MDB_NOTFOUND)
		return REG_NEWS_ALL;
	if (err)
		return no_news(before);
	known = last;
	return REG_NEWS_SOME;
}

void reg_file_caught_up(void)
{
	known = last;
	loaded = true;
}

bool reg_file_has_places(void)
{
	struct question q = { 0 };

	return !ask(whole, &q) && q.yes;
}

enum reg_file_result reg_file_at(const struct reg_record_id *place, size_t max,
				 struct reg_file_records *add)
{
	struct question q = { .id = place, .max = max, .add = add };
	int err = ask(at_place, &q);

	return err == MDB_PAGE_FULL ? REG_FILE_MANY
	       : err                ? REG_FILE_FAILS
				    : REG_FILE_OK;
}

bool reg_file_get(const struct reg_record_id *id, struct reg_file_records *add)
{
	struct question q = { .id = id, .add = add };
	int err = ask(get, &q);

	return !err || err == MDB_NOTFOUND;
}

bool reg_file_all(struct reg_file_records *add)
{
	struct question q = { .add = add };

	return !ask(all, &q);
}

/* ---- writing --------------------------------------------------------- */

static int begin(void *arg)
{
	int err = end_reading(NULL);

	(void)arg;
	if (!err)
		err = look(NULL);
	if (!err)
		err = mdb_txn_begin(env, NULL, 0, &txn);
	return err ? err : rows_begin(txn, true);
}

bool reg_file_writing(void)
{
	return txn;
}

bool reg_file_begin(void)
{
	int err;

	if (txn)
		return true;
	if (unkept || trouble)
		return false;
	err = open_file(true);
	if (!err && read_only) {
		give_up("the file may not be written");
		return false;
	}
	if (!err) {
		touched = false;
		flock(lock_fd, LOCK_EX);
		err = with_map(begin, NULL);
	}
	if (err) {
		not_kept(err);
		close_file();
		return false;
	}
	return true;
}

static int end(void *arg)
{
	int err = trouble || !touched ? 0 : rows_log(txn);

	(void)arg;
	if (!err && touched && !trouble)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return err;
}

NTSTATUS reg_store_commit(void)
{
	NTSTATUS status;
	int err;

	if (txn) {
		const bool caught_up = loaded && known == last;

		err = with_map(end, NULL);
		txn = NULL;
		rows_ended(!err && !trouble && touched);
		if (err) {
			not_kept(err);
			close_file();
		} else if (touched && !trouble) {
			dirty = true;
			unsure = false;
			if (!with_map(look, NULL) && caught_up)
				known = last;
		}
		if (env)
			flock(lock_fd, LOCK_UN);
	}
	release();
	status = trouble;
	trouble = STATUS_SUCCESS;
	return status;
}

struct change {
	const struct reg_record_id *id, *place;
	const void *record;
	size_t len;
};

static int put(void *arg)
{
	struct change *c = arg;

	return rows_put(txn, c->id, c->place, c->record, c->len);
}

static int delete (void *arg)
{
	struct change *c = arg;

	return rows_remove(txn, c->id, c->place);
}

static int place_at(void *arg)
{
	struct change *c = arg;

	return rows_place(txn, c->id, c->place);
}

static int forget_places(void *arg)
{
	(void)arg;
	return rows_forget_places(txn);
}

static void change(int (*fn)(void *), struct change *c)
{
	int err;

	if (trouble || !txn)
		return;
	touched = true;
	err = with_map(fn, c);
	if (err)
		not_kept(err);
}

void reg_file_put(const struct reg_record_id *id,
		  const struct reg_record_id *place, const void *record,
		  size_t len)
{
	struct change c = { id, place, record, len };

	change(put, &c);
}

void reg_file_remove(const struct reg_record_id *id,
		     const struct reg_record_id *place)
{
	struct change c = { .id = id, .place = place };

	change(delete, &c);
}

void reg_file_forget_places(void)
{
	struct change c = { 0 };

	change(forget_places, &c);
}

void reg_file_place(const struct reg_record_id *id,
		    const struct reg_record_id *place)
{
	struct change c = { .id = id, .place = place };

	change(place_at, &c);
}

/*
 * So often that it is a small part of what the transactions before have cost,
 * and a file of few records has few in vain.
 */
static int count_and_number(void *arg)
{
	enum { OFTEN = 64, SHARE = 16 };
	size_t n, every = OFTEN;
	int err = rows_count(txn, &n);

	while (!err && every < n / SHARE)
		every *= 2;
	*(bool *)arg |= !err && !(mdb_txn_id(txn) % every);
	return err;
}

bool reg_file_is_due(void)
{
	static bool due; /* since there were others */
	int err;

	if (!txn || trouble)
		return false;
	err = with_map(count_and_number, &due);
	if (err)
		not_kept(err);
	if (err || !due || !is_alone())
		return false;
	due = false;
	return true;
}

static int sync_env(void *arg)
{
	(void)arg;
	return mdb_env_sync(env, 1);
}

/*
 * A transaction ends with its data on the disk, but for the page that says so
 * (MDB_NOMETASYNC).  If that is what cannot be written, the host tells it once
 * and takes the page for written: only the next transaction's can make up for
 * it.
 */
NTSTATUS reg_store_flush(void)
{
	NTSTATUS status;
	int err;

	if (unsure) {
		status = reg_store_lock();
		if (status)
			return status;
		touched |= reg_file_writing(); /* the log's row is enough */
	}
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

#endif
