/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry.h - the registry's tree: what the registry-*.c files share.
 *
 * The tree is in memory: built-in defaults (registry-defaults.tbl), the user's
 * changes on top (registry-store.c).  Both come as somebody comes to a key. All
 * functions are called with reg_lock held unless they say otherwise; it is
 *never held while guest memory is touched.
 *
 * What is stored is read while the file is held, so that it is of one moment.
 * Who finds that something has to be read has not held it: reg_again() does,
 *and asks for what he does to be done again:
 *
 *	reg_begin();
 *	do
 *		what changes nothing;
 *	while (reg_again());
 *	reg_end();
 *
 * Who changes something has it locked before he looks: reg_store_lock().
 */
#ifndef RF_NT_REGISTRY_H
#define RF_NT_REGISTRY_H

#include <pthread.h>

#include "base/bytes.h"
#include "syscall-xlate/nt/nt.h"

enum {
	REG_NONE,
	REG_SZ,
	REG_EXPAND_SZ,
	REG_BINARY,
	REG_DWORD,
	REG_DWORD_BIG_ENDIAN,
	REG_LINK,
	REG_MULTI_SZ,
	REG_RESOURCE_LIST,
	REG_QWORD = 11,
};

enum {
	KEY_QUERY_VALUE = 1,
	KEY_SET_VALUE = 2,
	KEY_CREATE_SUB_KEY = 4,
	KEY_ENUMERATE_SUB_KEYS = 8,
	KEY_NOTIFY = 0x10,
	KEY_CREATE_LINK = 0x20,
	KEY_WOW64_64KEY = 0x100,
	KEY_WOW64_32KEY = 0x200,
};

enum { REG_NAME_MAX = 255, REG_VALUE_NAME_MAX = 16383, REG_DEPTH_MAX = 512 };

struct reg_value {
	uint16_t *name;    /* owned, not terminated */
	uint32_t name_len; /* units */
	uint32_t type;
	uint32_t len;
	uint32_t order;  /* of its making; values of a key ascend */
	uint8_t *data;   /* owned; NULL if len is 0 */
	bool is_default; /* built in */
};

/* A descriptor of keys: self-relative bytes that descriptor_parse() takes. */
struct reg_sd {
	struct reg_sd *next; /* in its bucket */
	uint32_t refs, hash, len;
	/* While a hive is written: its cell, the keys that name it, and the
	   next of those written. */
	uint32_t cell, keys;
	struct reg_sd *written;
	uint8_t at[];
};

struct reg_key {
	struct reg_key *parent;       /* NULL: the root, or deleted */
	uint32_t refs;                /* the tree's one, and handles' */
	uint16_t name_len, class_len; /* units */
	uint16_t depth;               /* keys above it */
	uint16_t *name, *class;       /* owned, not terminated */
	int64_t last_write;
	struct reg_key **sub; /* sorted by upper-cased name */
	uint32_t nsub, sub_cap;
	struct reg_value *value; /* in order of creation */
	uint32_t nvalues, value_cap;
	bool is_volatile, is_link, is_default, deleted;
	/* What is stored of its subkeys, its values, or itself may not be in
	   the tree yet. */
	bool lacks_subs, lacks_values, lacks_own;
	bool many;       /* subkeys, so that they are read one by one */
	bool hive_dirty; /* the root of a loaded hive: to be written */
	struct reg_hive *hive; /* whose root this is, or NULL */
	uint32_t user_flags;
	struct reg_sd *security; /* a reference; NULL: the default */
	struct reg_notify *notify;
	/* Built-in contents that are made when somebody first comes here. */
	void (*fill)(struct reg_key *k);
	const char *const *rows; /* for fill: the table's */
};

extern pthread_mutex_t reg_lock;

/*
 * reg_begin() - take reg_lock; the tree is there and knows what other
 * processes have stored.  reg_end() gives the lock back.
 */
void reg_begin(void);
void reg_end(void);
/* The same to change k, with reg_store_lock(); no lock if it fails. */
NTSTATUS reg_begin_change(const struct reg_key *k);
/* reg_begin() with what is in k.  STATUS_KEY_DELETED, or it cannot be read. */
enum { REG_SUBS = 1, REG_VALUES = 2 };
NTSTATUS reg_begin_at(struct reg_key *k, unsigned what);

/* ---- registry-tree.c ------------------------------------------------ */

extern struct reg_key reg_root; /* \Registry */

void reg_ref(struct reg_key *k);
void reg_unref(struct reg_key *k);

/* Case-insensitive order of two names. */
int reg_compare(const uint16_t *a, size_t alen, const uint16_t *b, size_t blen);

/* k, with its built-in contents: they are made when somebody first comes. */
struct reg_key *reg_enter(struct reg_key *k);
/* The same with all that is stored of it; and all below. */
struct reg_key *reg_filled(struct reg_key *k);
void reg_read(struct reg_key *k, unsigned what); /* of these only */
void reg_fill_all(struct reg_key *k);
/* Nothing of k and below is in the tree that may be stored, but what it has. */
void reg_is_stored(struct reg_key *k);
/* Where it leads, if it is a link that does: a path, without an end. */
const struct reg_value *reg_link(struct reg_key *k);
/* The only value that a link takes. */
bool reg_may_be_in_link(const uint16_t *name, size_t len, uint32_t type);
/* A child by name, or NULL; reg_known_...: if it is in the tree yet. */
struct reg_key *reg_sub(struct reg_key *k, const uint16_t *name, size_t len);
struct reg_key *reg_known_sub(const struct reg_key *k, const uint16_t *name,
			      size_t len);
/* A new child; it must not exist.  NULL: no memory. */
struct reg_key *reg_add(struct reg_key *k, const uint16_t *name, size_t len);
/* All that k, which is no part of the tree, has below it and of its own. */
void reg_empty(struct reg_key *k);
/* Out of the tree with all below.  Handles keep the nodes as deleted ones. */
void reg_remove(struct reg_key *k);
/* New name for k; false: no memory. */
bool reg_rename(struct reg_key *k, const uint16_t *name, size_t len);

struct reg_value *reg_value(struct reg_key *k, const uint16_t *name,
			    size_t len);
struct reg_value *reg_known_value(const struct reg_key *k, const uint16_t *name,
				  size_t len);
/* Adds or replaces among those known; false: no memory. */
bool reg_set(struct reg_key *k, const uint16_t *name, size_t len, uint32_t type,
	     const void *data, uint32_t n);
void reg_unset(struct reg_key *k, struct reg_value *v);

/*
 * reg_walk() - follow a path ("\Registry\..." with from NULL, else relative).
 *
 *   how        REG_OPEN_LINK: a symbolic link at the end is itself the result;
 *              REG_NARROW: as 32-bit programs see it (registry-narrow.c)
 *   found      the deepest key on the way
 *   rest       offset of the first name that is not there (== len: all are)
 *
 * STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND (only the last component is
 * missing; *found is its parent), STATUS_OBJECT_PATH_NOT_FOUND,
 * STATUS_OBJECT_NAME_INVALID, STATUS_OBJECT_PATH_SYNTAX_BAD.
 */
enum { REG_OPEN_LINK = 1, REG_NARROW = 2 };
NTSTATUS reg_walk(struct reg_key *from, const uint16_t *path, size_t len,
		  unsigned how, struct reg_key **found, size_t *rest);

/* The number that a value is; false: there is none, and *n stays. */
bool reg_number(const uint16_t *path, const uint16_t *name, uint32_t *n);

/*
 * registry-narrow.c: where 32-bit programs look for name, a subkey of k (n 0:
 * k itself), k or its Wow6432Node.
 */
struct reg_key *reg_narrow(struct reg_key *k, const uint16_t *name, size_t n);
/* k, or a key above it, has a counterpart in the view of 32-bit programs. */
bool reg_is_wide(const struct reg_key *k);
/* "\REGISTRY\MACHINE\..." of k; malloc'ed, terminated. */
uint16_t *reg_path(const struct reg_key *k, size_t *len);

/* ---- registry-security.c -------------------------------------------- */

struct descriptor;
struct token;

/* The one with these bytes, which reg_sd_valid() takes; a reference.  NULL: no
   memory. */
struct reg_sd *reg_sd_get(struct bytes b);
void reg_sd_put(struct reg_sd *sd); /* may be NULL */
bool reg_sd_valid(struct bytes b);
/*
 * reg_security_assign() - that of the new key k, which will be below parent:
 * what is given (or NULL) and what is inherited.
 */
NTSTATUS reg_security_assign(struct reg_key *k, const struct reg_key *parent,
			     const struct descriptor *given, struct token *tk);
/*
 * reg_security_check() - may the calling thread's token have *access to k?
 * Then *access is what its handle carries.  backup: the privileges to save
 * and restore keys give what they do.
 */
NTSTATUS reg_security_check(struct task *t, const struct reg_key *k,
			    bool backup, uint32_t *access);
/* Of a key object, without reg_lock: for security.c.  STATUS_KEY_DELETED. */
NTSTATUS reg_security_get(struct object *o, struct token *tk,
			  struct descriptor *d);
NTSTATUS reg_security_set(struct object *o, struct token *tk, uint32_t info,
			  const struct descriptor *by);

/* ---- registry-defaults.c -------------------------------------------- */

/* Builds the defaults into root, which has nothing. */
void reg_load_defaults(struct reg_key *root);
/* "S-1-5-21-...-1000" of the user; token.c. */
const char *user_sid_string(void);

/* ---- registry-store.c, registry-file.c ------------------------------- */

/* Apply what has been stored since the last call, if anything. */
void reg_store_refresh(void);
/* What is stored of k's subkeys (of the one by that name), or of its values, is
   in the tree. */
void reg_store_read_subs(struct reg_key *k, const uint16_t *name, size_t len);
void reg_store_read_values(struct reg_key *k);
/* Something would have been read: now it can be, so do it again. */
bool reg_again(void);
/* Holds the file from now on, to read. */
bool reg_store_hold(void);
/* Nothing waits for reg_again(). */
bool reg_store_idle(void);
/*
 * What could not be read since reg_begin() that nobody knows yet.
 * STATUS_REGISTRY_IO_FAILED, STATUS_INSUFFICIENT_RESOURCES: another time it may
 * be.  STATUS_REGISTRY_CORRUPT: it never will be; who has warned his user may
 * go on in memory, as Windows does with a lost profile: reg_unreadable() is
 * success then.
 */
NTSTATUS reg_store_unread(void);
NTSTATUS reg_unreadable(void);
/* Changes of k go to the store: it is not volatile, nor of a program's hive. */
bool reg_is_kept(const struct reg_key *k);
/* Remember that k exists (again), or has gone.  Those not kept are skipped. */
void reg_store_key(const struct reg_key *k);
/* k and all below, values included. */
void reg_store_tree(const struct reg_key *k);
void reg_store_key_gone(struct reg_key *k);
void reg_store_value(const struct reg_key *k, const struct reg_value *v);
void reg_store_value_gone(const struct reg_key *k, const uint16_t *name,
			  size_t len);
/*
 * Nobody else stores anything until reg_store_commit(), and the tree has it
 * all, or will as it is asked.  Nothing can be stored before.  Success as well
 * if changes are not kept at all.
 */
NTSTATUS reg_store_lock(void);
/* The hive file at path is mounted at k; false: it cannot be told. */
bool reg_store_mount(const struct reg_key *k, const char *path,
		     uint32_t generation);
/* It is no more, and what has been stored of its keys goes. */
void reg_store_unmount(const struct reg_key *k);
/* Something is stored of keys in k's hive. */
bool reg_store_has_below(const struct reg_key *k);
/*
 * What was stored since reg_begin() becomes visible to others at once.
 * STATUS_DISK_FULL, STATUS_REGISTRY_IO_FAILED and others: none of it is kept.
 */
NTSTATUS reg_store_commit(void);
/* Make sure that what was stored survives a power cut.  Those as well. */
NTSTATUS reg_store_flush(void);

/* ---- registry-notify.c ---------------------------------------------- */

enum {
	NOTIFY_NAME = 1,
	NOTIFY_ATTRIBUTES = 2,
	NOTIFY_LAST_SET = 4,
	NOTIFY_SECURITY = 8,
};

/* k has changed: marks who waits for that; reg_end() lets them go. */
void reg_changed(struct reg_key *k, uint32_t what);
/* The same of a key below k that is not in the tree; and of any. */
void reg_changed_below(struct reg_key *k, uint32_t what);
void reg_changed_all(void);
/* The same for all waiters on k, which is being deleted or closed. */
void reg_notify_drop(struct reg_key *k, struct object *handle_object);
/* After reg_end(): tell those that are marked.  Called by reg_end(). */
void reg_notify_flush(void);
void reg_notify_thread_ends(struct nt_thread *th); /* of what it waits for */

/* A key as a handle holds it. */
struct key_object {
	struct object object;
	struct reg_key *key;   /* a reference */
	struct reg_hive *hive; /* that it is in, or NULL */
};

/* An object for k, one reference; NULL: no memory.  registry.c. */
struct object *reg_key_object(struct reg_key *k);

/* ---- registry-load.c ------------------------------------------------ */

/* k has changed: its hive, if it is in one, is to be written.  True: and the
   change is not for the store. */
bool reg_hive_touch(const struct reg_key *k);
/* It would not be. */
bool reg_hive_is_apart(const struct reg_key *k);
/* What the store says of hives: one is (still) mounted, one is no more.  True:
   that is new. */
bool reg_hive_mounted(struct reg_key *parent, const uint16_t *name, size_t len,
		      const char *path, uint32_t generation);
bool reg_hive_unmounted(struct reg_key *k);
/* A key object is made for k, or goes.  The hive it is in, or NULL. */
struct reg_hive *reg_hive_enter(const struct reg_key *k);
void reg_hive_leave(struct reg_hive *h);
/* Writes the file of the hive that k is in, if it is in one. */
NTSTATUS reg_hive_flush(const struct reg_key *k);
/* The same for all, without reg_lock: the process ends. */
void reg_hives_at_exit(void);

#endif
