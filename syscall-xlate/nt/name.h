/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * name.h - the namespace of kernel objects: what name.c (the tree and walking
 * it), name-session.c (what other processes see of it), directory.c and
 * private-namespace.c share.
 */
#ifndef RF_NT_NAME_H
#define RF_NT_NAME_H

#include "syscall-xlate/nt/nt-private.h"

enum { NAME_BUCKETS = 32 };

/*
 * One that a program has made has a page of its own (->object.shared) and with
 * it a number, below which other processes find what is in it.  Those that are
 * there from the start are found by their path.
 */
struct directory {
	struct object object;
	uint64_t id;  /* its page's; 0: has none */
	bool initial; /* there from the start */
	bool hidden;  /* names in it are nothing to tell anybody */
	uint8_t known_dlls; /* the width of those that are still to be put into it */
	struct object_name *bucket[NAME_BUCKETS];
};

/* What a name leads to: the directory it ends in, and the last component. */
struct walk {
	struct directory *dir;
	uint16_t *name; /* malloc'ed: what is left of the name to walk */
	const uint16_t *last;
	size_t last_len;  /* 0: the directory itself is meant */
	struct object *o; /* what is there; NULL: nothing */
	/* Another process's object that the walk went through; a reference. */
	struct object *passed;
};

/*
 * All the following: names_lock held, which guards every directory's buckets
 * and objects' names.
 */
extern pthread_mutex_t names_lock;

/*
 * name_place() - o gets the name that w leads to.  If the name is taken and oa
 * says OBJ_OPENIF, *found is what has it, with a reference and counted as a
 * handle, and the status STATUS_OBJECT_NAME_EXISTS.
 */
NTSTATUS name_place(const struct walk *w, struct object *o,
		    const struct nt_oa *oa, struct object **found);
NTSTATUS name_insert(struct directory *d, struct object *o, const uint16_t *s,
		     size_t n, bool permanent);
/* In this process; NULL: nothing. */
struct object *name_find(struct directory *d, const uint16_t *s, size_t n,
			 bool nocase);
/* Writes "\a\b\c" for e's place; its length, 0 if size does not suffice. */
size_t name_path(const struct object_name *e, uint16_t *buf, size_t size);
/* Takes o's name away; the caller frees it with name_drop(), unlocked. */
struct object_name *name_unlink(struct object *o);
void name_drop(struct object_name *e);

/* d, which says known_dlls, gets them (known-dlls.c). */
void known_dlls_fill(struct directory *d);

/* ---- not locked ---- */

/*
 * A handle to o, which has been counted as a handle so that its name cannot
 * vanish before; takes that and the reference back.
 */
NTSTATUS name_finish(struct task *t, struct object *o, uint32_t access,
		     uint32_t attributes, gaddr out);
/* The same for what was there already, if that lets the caller have it. */
NTSTATUS name_opened(struct task *t, struct object *o, uint32_t access,
		     uint32_t attributes, gaddr out);
/*
 * The same after name_place(), whose status and found these are: a handle to o,
 * which is new, or to what had its name.
 */
NTSTATUS name_made(struct task *t, struct object *o, struct object *found,
		   NTSTATUS status, uint32_t access, uint32_t attributes,
		   gaddr out);

/* ---- directory.c ---- */

NTSTATUS directory_new(struct object **o);
/* Give o a page, so that other processes can see what is put into it. */
void directory_share(struct object *o);
/* That from the start which has this path; a reference.  NULL: there is none */
struct object *directory_initial(const uint16_t *path, size_t n);

/* Entries copied out of the tree. */
struct listed {
	uint16_t name[256], type[32];
	size_t name_len, type_len;
};

struct listing {
	struct listed *entry; /* malloc'ed */
	uint32_t n, room;
	uint32_t own; /* of them from this process's tree */
	bool failed;
};

/* What is in d, of this process and others.  STATUS_NO_MEMORY. */
NTSTATUS directory_list(struct directory *d, struct listing *list);

/* ---- name-session.c; names_lock held ---- */

/*
 * o is about to get w's name, which other processes can see.  Where there is
 * no place for it, it stays private; STATUS_NO_MEMORY if the place is full:
 * others would take the name for theirs alone.  STATUS_OBJECT_NAME_EXISTS
 * (open_if), STATUS_OBJECT_NAME_COLLISION: another process has it; in the
 * first case *o is that object, and the reference to it takes the place of the
 * one given.
 */
NTSTATUS session_create(struct object **o, const struct walk *w, bool open_if);
/*
 * Another process's object with w's name: of that type, or (NULL) of those
 * that a name can go on behind.  A reference.  STATUS_OBJECT_NAME_NOT_FOUND,
 * STATUS_OBJECT_TYPE_MISMATCH.
 */
NTSTATUS session_open(const struct object_type *type, const struct walk *w,
		      struct object **o);
/* Calls fn with what other processes have in d; unlocked. */
void session_each(struct directory *d,
		  void (*fn)(const uint16_t *name, size_t n,
			     const struct object_type *type, void *arg),
		  void *arg);

#endif
