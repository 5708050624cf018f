/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-store.c - the user's changes to the registry, in an LMDB file.
 *
 * A record is a key, a value or a loaded hive, present or gone ("gone" must be
 * remembered: it may be a built-in one, and other processes have to hear of
 * it).  Records are found by a hash of their path, since LMDB's keys are short.
 * The file is made at the first write.
 *
 * LMDB's own locking uses robust mutexes, for which it would need the list
 * that our threads use for something else: MDB_NOLOCK, and flock(2) instead.
 */
#include "syscall-xlate/nt/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/path.h"

#ifdef HAVE_LMDB
#include <lmdb.h>

/* Every process must agree on it; the file is as large as its contents. */
#define MAP_SIZE      (256ul << 20)
/*
 * For a file that another one may make, we look once in a tick of the coarse
 * clock (1 to 10 ms): that is how old an answer may be before there is one.
 */

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

/* ---- the file ------------------------------------------------------- */

static MDB_env *env;
static MDB_txn *txn; /* the writing one, begun by the first change */
static MDB_dbi dbi;
static int lock_fd = -1;
static bool failed, dirty;
static bool unsure; /* the last transaction may not be on the disk: see flush */
static bool read_only; /* somebody's file that we may only read */
static bool stale;     /* others have written what the tree lacks */
static size_t known;   /* id of the last transaction that the tree has */
static int64_t looked; /* when, for a file that was not there */

static void folder(char *buf, size_t size)
{
	char *slash;

	snprintf(buf, size, "%s", path_user_c());
	slash = strrchr(buf, '/');
	if (slash)
		*slash = 0;
}

static void file_name(char *buf, size_t size, const char *name)
{
	char dir[HOST_PATH_MAX];

	folder(dir, sizeof dir);
	snprintf(buf, size, "%s/%s", dir, name);
}

static void make_folder(void)
{
	char dir[HOST_PATH_MAX];

	folder(dir, sizeof dir);
	for (char *s = dir + 1; *s; s++) {
		if (*s != '/')
			continue;
		*s = 0;
		mkdir(dir, 0755);
		*s = '/';
	}
	mkdir(dir, 0700);
}

/* Changes live in memory only, from now on. */
static void give_up(const char *why)
{
	if (!failed)
		log_warn("registry changes are not kept: %s", why);
	failed = true;
}

/* Since the last commit: what the program has to be told. */
static NTSTATUS trouble;

/*
 * A disk that is full or broken need not be at the next change: this one is
 * refused.  What can never be written is given up.
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
	default:
		give_up(mdb_strerror(err));
	}
}

/*
 * After an error LMDB may refuse to go on: the file is opened anew when it is
 * needed.  Its lock is not held.
 */
static void store_close(void)
{
	if (env)
		mdb_env_close(env);
	env = NULL;
	if (lock_fd >= 0)
		close(lock_fd);
	lock_fd = -1;
	looked = 0;
}

/* 0, or an error of the host's or of LMDB. */
static int env_open(const char *path)
{
	MDB_txn *first = NULL;
	int err = mdb_env_create(&env);

	if (!err)
		err = mdb_env_set_mapsize(env, MAP_SIZE);
	/* No meta sync: a power cut may cost the last change, no more. */
	if (!err)
		err = mdb_env_open(env, path,
				   MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOMETASYNC |
					   (read_only ? MDB_RDONLY : 0),
				   0600);
	if (!err)
		err = mdb_txn_begin(env, NULL, MDB_RDONLY, &first);
	if (!err)
		err = mdb_dbi_open(first, NULL, 0, &dbi);
	if (first)
		mdb_txn_abort(first);
	if (!err)
		return 0;
	if (env)
		mdb_env_close(env);
	env = NULL;
	return err;
}

/* create: the file may be made. */
static bool store_open(bool create)
{
	char path[HOST_PATH_MAX + 32], lock[HOST_PATH_MAX + 32];
	struct timespec ts;
	struct stat st;
	int64_t now;
	int err;

	if (env || failed)
		return env;
	if (!create) {
		clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
		now = ts.tv_sec * 1000000000ll + ts.tv_nsec;
		if (now == looked)
			return false;
		looked = now;
	}
	file_name(path, sizeof path, "registry.mdb");
	if (!create && access(path, R_OK) < 0)
		return false;
	read_only = !create && access(path, W_OK) < 0;
	if (create)
		make_folder();
	file_name(lock, sizeof lock, "registry.lock");
	lock_fd = read_only ? open(lock, O_RDONLY | O_CLOEXEC)
			    : open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock_fd < 0) {
		not_kept(errno);
		return false;
	}
	flock(lock_fd, read_only ? LOCK_SH : LOCK_EX);
	err = env_open(path);
	/* The disk was full before it was begun. */
	if ((err == ENOSPC || err == EDQUOT) && !stat(path, &st) &&
	    st.st_size < (off_t)(2 * PAGE))
		unlink(path);
	if (err)
		not_kept(err);
	flock(lock_fd, LOCK_UN);
	if (err && !failed)
		store_close();
	return env;
}

/* ---- reading -------------------------------------------------------- */

static const uint16_t *record_path(const struct record *r)
{
	return (const uint16_t *)(r + 1);
}

static const uint16_t *record_name(const struct record *r)
{
	return record_path(r) + r->path_len;
}

static const uint8_t *record_data(const struct record *r)
{
	return (const uint8_t *)(record_name(r) + r->name_len);
}

static bool record_valid(const struct record *r, size_t n)
{
	return r->path_len < 0x10000 && r->name_len < 0x10000 &&
	       r->data_len < 0x10000000 &&
	       n >= sizeof *r + ((size_t)r->path_len + r->name_len) * 2 +
			       r->data_len;
}

/* Parents before children, keys before their values, old before new. */
static int by_depth(const void *a, const void *b)
{
	const struct record *x = *(struct record *const *)a;
	const struct record *y = *(struct record *const *)b;

	if (x->path_len != y->path_len)
		return x->path_len < y->path_len ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind - y->kind;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* The key of a record, made with its parents if need be. */
static struct reg_key *record_key(const struct record *r, bool make)
{
	const uint16_t *path = record_path(r);
	struct reg_key *k;
	size_t rest = 0;
	NTSTATUS status = reg_walk(NULL, path, r->path_len, REG_OPEN_LINK, &k, &rest);

	if (status == STATUS_SUCCESS)
		return k;
	if (!make || (status != STATUS_OBJECT_NAME_NOT_FOUND &&
		      status != STATUS_OBJECT_PATH_NOT_FOUND))
		return NULL;
	while (k && rest < r->path_len) {
		size_t end = rest;

		while (end < r->path_len && path[end] != '\\')
			end++;
		if (end > rest) {
			reg_changed(k, NOTIFY_NAME);
			k = reg_add(k, path + rest, end - rest);
		}
		rest = end + 1;
	}
	return k;
}

static void apply_security(struct reg_key *k, const struct record *r)
{
	struct bytes b = { record_data(r), r->data_len };
	struct reg_sd *sd = b.len && reg_sd_valid(b) ? reg_sd_get(b) : NULL;

	if (sd != k->security)
		reg_changed(k, NOTIFY_SECURITY);
	reg_sd_put(k->security);
	k->security = sd;
}

static void apply_key(const struct record *r)
{
	struct reg_key *k = record_key(r, !r->gone);

	if (!k || k == &reg_root)
		return;
	if (r->gone) {
		struct reg_key *parent = k->parent;

		reg_remove(k);
		reg_changed(parent, NOTIFY_NAME);
		return;
	}
	k->is_link = r->is_link;
	apply_security(k, r);
	if (k->last_write < r->last_write)
		k->last_write = r->last_write;
	if (r->name_len && !k->class && (k->class = malloc(r->name_len * 2u))) {
		memcpy(k->class, record_name(r), r->name_len * 2u);
		k->class_len = (uint16_t)r->name_len;
	}
}

static void apply_mount(const struct record *r)
{
	const uint16_t *path = record_path(r);
	char file[HOST_PATH_MAX];
	struct reg_key *k;
	size_t rest;
	NTSTATUS status = reg_walk(NULL, path, r->path_len, REG_OPEN_LINK, &k,
				   &rest);

	if (r->gone) {
		if (!status)
			reg_hive_unmounted(k);
		return;
	}
	if (r->data_len >= sizeof file)
		return;
	memcpy(file, record_data(r), r->data_len);
	file[r->data_len] = 0;
	if (status == STATUS_SUCCESS)
		reg_hive_mounted(k->parent, k->name, k->name_len, file,
				 r->order);
	else if (status == STATUS_OBJECT_NAME_NOT_FOUND)
		reg_hive_mounted(k, path + rest, r->path_len - rest, file,
				 r->order);
}

static void apply_value(const struct record *r)
{
	struct reg_key *k = record_key(r, !r->gone);
	struct reg_value *v;

	if (!k)
		return;
	v = reg_value(k, record_name(r), r->name_len);
	if (r->gone) {
		if (!v)
			return;
		reg_unset(k, v);
	} else {
		if (v && v->type == r->type && v->len == r->data_len &&
		    (!v->len || !memcmp(v->data, record_data(r), v->len))) {
			v->is_default = false;
			return;
		}
		reg_set(k, record_name(r), r->name_len, r->type, record_data(r),
			r->data_len);
		v = reg_value(k, record_name(r), r->name_len);
		if (v && v->order < r->order)
			v->order = r->order;
	}
	k->last_write = r->last_write;
	reg_changed(k, NOTIFY_LAST_SET);
}

static void apply_all(MDB_txn *t)
{
	struct record **all = NULL;
	size_t n = 0, cap = 0;
	MDB_cursor *c;
	MDB_val key, val;

	if (mdb_cursor_open(t, dbi, &c))
		return;
	while (!mdb_cursor_get(c, &key, &val, MDB_NEXT)) {
		struct record *r;

		/* LMDB aligns to two bytes only: a copy. */
		if (val.mv_size < sizeof *r || !(r = malloc(val.mv_size)))
			continue;
		memcpy(r, val.mv_data, val.mv_size);
		if (!record_valid(r, val.mv_size)) {
			free(r);
			continue;
		}
		if (n == cap) {
			void *p;

			cap = cap ? cap * 2 : 256;
			p = realloc(all, cap * sizeof *all);
			if (!p) {
				free(r);
				break;
			}
			all = p;
		}
		all[n++] = r;
	}
	if (n)
		qsort(all, n, sizeof *all, by_depth);
	for (size_t i = 0; i < n; i++) {
		if (all[i]->kind == KIND_KEY)
			apply_key(all[i]);
		else if (all[i]->kind == KIND_MOUNT)
			apply_mount(all[i]);
		else
			apply_value(all[i]);
		free(all[i]);
	}
	free(all);
	mdb_cursor_close(c);
}

void reg_store_refresh(void)
{
	MDB_envinfo info;
	MDB_txn *t;

	if (!store_open(false) || mdb_env_info(env, &info) ||
	    info.me_last_txnid == known)
		return;
	flock(lock_fd, LOCK_SH);
	if (!mdb_env_info(env, &info) &&
	    !mdb_txn_begin(env, NULL, MDB_RDONLY, &t)) {
		apply_all(t);
		mdb_txn_abort(t);
		known = info.me_last_txnid;
	}
	flock(lock_fd, LOCK_UN);
}

/* ---- waiting for others ---------------------------------------------- */

static int inotify_fd = -1;

/* Tells of changes to the file; as long as it or its folder is missing, of
   the next folder's being made. */
static void watch_folder(void)
{
	char dir[HOST_PATH_MAX];
	char *slash;

	folder(dir, sizeof dir);
	while (inotify_add_watch(inotify_fd, dir,
				 IN_CREATE | IN_MOVED_TO | IN_MODIFY) < 0 &&
	       (slash = strrchr(dir, '/')))
		slash[slash == dir && slash[1]] = 0;
}

static void others_wrote(struct nt_watch *w, uint32_t events)
{
	char buf[4096];

	(void)events;
	while (read(w->fd, buf, sizeof buf) > 0)
		;
	pthread_mutex_lock(&reg_lock);
	looked = 0;
	watch_folder();
	pthread_mutex_unlock(&reg_lock);
	/* Applies what they wrote, and tells who waits for it. */
	reg_begin();
	reg_end();
}

static struct nt_watch others = { .fd = -1, .fn = others_wrote };

static void watch_once(void)
{
	inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (inotify_fd < 0)
		return;
	others.fd = inotify_fd;
	watch_folder();
	watch_edges(&others, EPOLLIN);
}

void reg_store_watch(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch_once);
}

/* ---- writing --------------------------------------------------------- */

static bool begin_write(void)
{
	MDB_envinfo info;
	int err;

	if (txn)
		return true;
	if (!store_open(true))
		return false;
	if (read_only) {
		give_up("the file may not be written");
		return false;
	}
	flock(lock_fd, LOCK_EX);
	/* Somebody may have written since reg_begin(); the tree will hear. */
	stale = !mdb_env_info(env, &info) && info.me_last_txnid != known;
	err = mdb_txn_begin(env, NULL, 0, &txn);
	if (!err)
		return true;
	txn = NULL;
	flock(lock_fd, LOCK_UN);
	not_kept(err);
	store_close();
	return false;
}

NTSTATUS reg_store_commit(void)
{
	NTSTATUS status;
	MDB_envinfo info;
	int err = 0;

	if (txn) {
		if (trouble)
			mdb_txn_abort(txn);
		else
			err = mdb_txn_commit(txn);
		txn = NULL;
		if (err)
			not_kept(err);
		else if (!trouble && !stale && !mdb_env_info(env, &info))
			known = info.me_last_txnid;
		if (!err && !trouble) {
			dirty = true;
			unsure = false;
		}
		flock(lock_fd, LOCK_UN);
		if (err)
			store_close();
	}
	status = trouble;
	trouble = STATUS_SUCCESS;
	return status;
}

static uint64_t hash(uint64_t h, const uint16_t *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ utf16_upcase(s[i])) * 0x9e3779b97f4a7c15 ^ h >> 29;
	return h * 0x9e3779b97f4a7c15 ^ 0xff;
}

/* Nothing, once something before it was not kept. */
static void put(struct record *head, const struct reg_key *k,
		const uint16_t *name, const void *data)
{
	uint64_t id[2];
	size_t path_len, size;
	uint16_t *path;
	struct record *r;
	MDB_val key = { sizeof id, id }, val;
	int err;

	if (trouble || !begin_write())
		return;
	path = reg_path(k, &path_len);
	size = sizeof *r + (path_len + head->name_len) * 2 + head->data_len;
	r = malloc(size);
	if (path && r) {
		head->path_len = (uint32_t)path_len;
		head->last_write = k->last_write;
		*r = *head;
		memcpy(r + 1, path, path_len * 2);
		if (head->name_len)
			memcpy((uint8_t *)(r + 1) + path_len * 2, name,
			       head->name_len * 2u);
		if (head->data_len)
			memcpy((uint8_t *)record_data(r), data, head->data_len);
		for (int i = 0; i < 2; i++) {
			id[i] = hash(head->kind + 77u * i, path, path_len);
			if (head->kind == KIND_VALUE)
				id[i] = hash(id[i], name, head->name_len);
		}
		val.mv_size = size;
		val.mv_data = r;
		err = mdb_put(txn, dbi, &key, &val, 0);
		if (err)
			not_kept(err);
	} else {
		not_kept(ENOMEM);
	}
	free(path);
	free(r);
}

static bool stored(const struct reg_key *k)
{
	if (reg_hive_touch(k))
		return false;
	for (; k; k = k->parent)
		if (k->is_volatile)
			return false;
	return !failed;
}

void reg_store_key(const struct reg_key *k)
{
	struct record r = { .kind = KIND_KEY,
			    .is_link = k->is_link,
			    .name_len = k->class_len,
			    .data_len = k->security ? k->security->len : 0 };

	if (stored(k))
		put(&r, k, k->class, k->security ? k->security->at : NULL);
}

void reg_store_value(const struct reg_key *k, const struct reg_value *v)
{
	struct record r = { .kind = KIND_VALUE,
			    .type = v->type,
			    .name_len = v->name_len,
			    .data_len = v->len,
			    .order = v->order };

	if (stored(k))
		put(&r, k, v->name, v->data);
}

void reg_store_value_gone(const struct reg_key *k, const uint16_t *name,
			  size_t len)
{
	struct record r = { .kind = KIND_VALUE,
			    .gone = 1,
			    .name_len = (uint32_t)len };

	if (stored(k))
		put(&r, k, name, NULL);
}

void reg_store_tree(const struct reg_key *k)
{
	reg_store_key(k);
	for (uint32_t i = 0; i < k->nvalues; i++)
		reg_store_value(k, &k->value[i]);
	for (uint32_t i = 0; i < k->nsub; i++)
		reg_store_tree(k->sub[i]);
}

void reg_store_key_gone(const struct reg_key *k)
{
	struct record r = { .kind = KIND_KEY, .gone = 1 };

	if (!stored(k))
		return;
	for (uint32_t i = 0; i < k->nsub; i++)
		reg_store_key_gone(k->sub[i]);
	for (uint32_t i = 0; i < k->nvalues; i++)
		reg_store_value_gone(k, k->value[i].name, k->value[i].name_len);
	put(&r, k, NULL, NULL);
}

bool reg_store_mount(const struct reg_key *k, const char *path,
		     uint32_t generation)
{
	struct record r = { .kind = KIND_MOUNT,
			    .data_len = (uint32_t)strlen(path),
			    .order = generation };

	if (!failed)
		put(&r, k, NULL, path);
	return !failed && env;
}

/* Is the record of k or of what is below it, whose path is given? */
static bool is_below(const MDB_val *val, const uint16_t *path, size_t len)
{
	struct record *r;
	bool yes = false;

	if (val->mv_size < sizeof *r || !(r = malloc(val->mv_size)))
		return false;
	memcpy(r, val->mv_data, val->mv_size);
	if (record_valid(r, val->mv_size) && r->kind != KIND_MOUNT &&
	    r->path_len >= len &&
	    (r->path_len == len || record_path(r)[len] == '\\'))
		yes = !reg_compare(record_path(r), len, path, len);
	free(r);
	return yes;
}

/* Looks for records of k and below, and removes them if t may write. */
static bool each_below(MDB_txn *t, const struct reg_key *k, bool remove)
{
	MDB_cursor *c = NULL;
	MDB_val key, val;
	bool any = false;
	size_t len;
	uint16_t *path = reg_path(k, &len);

	if (path && !mdb_cursor_open(t, dbi, &c))
		while (!mdb_cursor_get(c, &key, &val, MDB_NEXT))
			if (is_below(&val, path, len)) {
				any = true;
				if (!remove || mdb_cursor_del(c, 0))
					break;
			}
	if (c)
		mdb_cursor_close(c);
	free(path);
	return any;
}

void reg_store_lock(void)
{
	if (begin_write() && stale) {
		apply_all(txn);
		stale = false;
	}
}

bool reg_store_has_below(const struct reg_key *k)
{
	return begin_write() && each_below(txn, k, false);
}

void reg_store_unmount(const struct reg_key *k)
{
	struct record r = { .kind = KIND_MOUNT, .gone = 1 };

	if (begin_write()) {
		each_below(txn, k, true);
		put(&r, k, NULL, NULL);
	}
}

/* The first record, as it is: a transaction. */
static void write_again(void)
{
	MDB_val key, val;
	MDB_cursor *c;
	void *copy;

	if (!begin_write() || mdb_cursor_open(txn, dbi, &c))
		return;
	if (!mdb_cursor_get(c, &key, &val, MDB_FIRST) &&
	    (copy = malloc(val.mv_size))) {
		int err;

		memcpy(copy, val.mv_data, val.mv_size);
		val.mv_data = copy;
		err = mdb_cursor_put(c, &key, &val, MDB_CURRENT);
		if (err)
			not_kept(err);
		free(copy);
	}
	mdb_cursor_close(c);
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

	if (unsure)
		write_again();
	status = reg_store_commit();
	if (status || !env || !dirty)
		return status;
	err = mdb_env_sync(env, 1);
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

bool reg_store_mount(const struct reg_key *k, const char *path,
		     uint32_t generation)
{
	return false;
}

void reg_store_lock(void)
{
}

bool reg_store_has_below(const struct reg_key *k)
{
	return false;
}

void reg_store_unmount(const struct reg_key *k)
{
}

void reg_store_watch(void)
{
}

void reg_store_refresh(void)
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

static void warn(const struct reg_key *k)
{
	static bool warned;

	if (reg_hive_touch(k))
		return;
	if (!warned)
		log_warn("registry changes are not kept: built without LMDB");
	warned = true;
}

void reg_store_key(const struct reg_key *k)
{
	warn(k);
}

void reg_store_tree(const struct reg_key *k)
{
	warn(k);
}

void reg_store_key_gone(const struct reg_key *k)
{
	warn(k);
}

void reg_store_value(const struct reg_key *k, const struct reg_value *v)
{
	warn(k);
}

void reg_store_value_gone(const struct reg_key *k, const uint16_t *name,
			  size_t len)
{
	warn(k);
}

#endif
