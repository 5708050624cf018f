/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * name.c - OBJECT_ATTRIBUTES, and the namespace of kernel objects.
 *
 * Directories and symbolic links are objects like others; the tree that
 * Windows has at start is made from a table at the first use of a name.  A
 * name holds no reference to its object: it goes with the last handle.
 *
 * The tree is private to the process.  Below BaseNamedObjects, names of types
 * that processes can share are also looked for, and put, where the session's
 * other processes see them (shared.h).
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

enum {
	BUCKETS = 32,
	MAX_LINKS = 32, /* followed in one name */
	MAX_BYTES = 0xfffe,
	MAX_SHARED_NAME = 1024,
};

struct directory {
	struct object object;
	bool session; /* other processes see the names in it, too */
	struct object_name *bucket[BUCKETS];
};

static void symlink_destroy(struct object *o)
{
	free(((struct symlink *)o)->target);
}

const struct object_type directory_type = {
	.name = "Directory",
	.size = sizeof(struct directory),
	.generic = { 0x20003, 0x2000c, 0x20003, 0xf000f },
	.valid_access = 0x1f000f,
};

const struct object_type symlink_type = {
	.name = "SymbolicLink",
	.size = sizeof(struct symlink),
	.generic = { 0x20001, 0x20000, 0x20001, 0xf0001 },
	.valid_access = 0x1fffff,
	.destroy = symlink_destroy,
};

/* Guards every directory's buckets, and names' links. */
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static struct directory *root; /* made at the first use of a name */

/* ---- the tree; names_lock held
 * ----------------------------------------------- */

static unsigned bucket_of(const uint16_t *s, size_t n)
{
	uint32_t h = 0;

	for (size_t i = 0; i < n; i++)
		h = h * 31 + utf16_upcase(s[i]);
	return h % BUCKETS;
}

static bool same(const uint16_t *a, const uint16_t *b, size_t n, bool nocase)
{
	if (!nocase)
		return !memcmp(a, b, n * 2);
	for (size_t i = 0; i < n; i++)
		if (utf16_upcase(a[i]) != utf16_upcase(b[i]))
			return false;
	return true;
}

static struct object *find(struct directory *d, const uint16_t *s, size_t n,
			   bool nocase)
{
	struct object_name *e = d->bucket[bucket_of(s, n)];

	for (; e; e = e->next)
		if (e->len == n && same(e->text, s, n, nocase))
			return e->object;
	return NULL;
}

static NTSTATUS insert(struct directory *d, struct object *o, const uint16_t *s,
		       size_t n, bool permanent)
{
	struct object_name **b = &d->bucket[bucket_of(s, n)], *e;

	e = malloc(sizeof *e + (n + 1) * 2);
	if (!e)
		return STATUS_NO_MEMORY;
	*e = (struct object_name){
		.parent = d,
		.object = o,
		.next = *b,
		.permanent = permanent,
		.len = (uint16_t)n,
	};
	memcpy(e->text, s, n * 2);
	e->text[n] = 0;
	object_get(&d->object);
	/* A permanent object lives as long as its name. */
	if (permanent)
		object_get(o);
	*b = e;
	o->name = e;
	return STATUS_SUCCESS;
}

/* Takes o's name away; the caller frees it with drop(), unlocked. */
static struct object_name *unlink_name(struct object *o)
{
	struct object_name *e = o->name, **at;

	at = &e->parent->bucket[bucket_of(e->text, e->len)];
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	o->name = NULL;
	return e;
}

static void drop(struct object_name *e)
{
	if (!e)
		return;
	object_put(&e->parent->object);
	free(e);
}

void name_forget(struct object *o)
{
	struct object_name *gone = NULL;

	pthread_mutex_lock(&names_lock);
	/* Somebody may have opened it by name meanwhile. */
	if (!o->handles && o->name && !o->name->permanent)
		gone = unlink_name(o);
	pthread_mutex_unlock(&names_lock);
	drop(gone);
}

/* ---- what is there from the start
 * ------------------------------------------------ */

/* In order: parents first.  A link has a target. */
static const struct {
	const char *path, *target;
} initial[] = {
	{ "BaseNamedObjects", NULL },
	{ "BaseNamedObjects\\Global", "\\BaseNamedObjects" },
	{ "BaseNamedObjects\\Local", "\\BaseNamedObjects" },
	{ "BaseNamedObjects\\Session", "\\Sessions\\BNOLINKS" },
	{ "BaseNamedObjects\\Restricted", NULL },
	{ "Callback", NULL },
	{ "Device", NULL },
	{ "Driver", NULL },
	{ "FileSystem", NULL },
	{ "GLOBAL??", NULL },
	{ "KernelObjects", NULL },
	{ "KnownDlls", NULL },
	{ "KnownDlls32", NULL },
	{ "NLS", NULL },
	{ "ObjectTypes", NULL },
	{ "RPC Control", NULL },
	{ "Security", NULL },
	{ "Sessions", NULL },
	{ "Sessions\\0", NULL },
	{ "Sessions\\1", NULL },
	{ "Sessions\\1\\BaseNamedObjects", NULL },
	{ "Sessions\\1\\BaseNamedObjects\\Global", "\\BaseNamedObjects" },
	{ "Sessions\\1\\BaseNamedObjects\\Local",
	  "\\Sessions\\1\\BaseNamedObjects" },
	{ "Sessions\\1\\BaseNamedObjects\\Session", "\\Sessions\\BNOLINKS" },
	{ "Sessions\\1\\BaseNamedObjects\\Restricted", NULL },
	{ "Sessions\\1\\DosDevices", NULL },
	{ "Sessions\\1\\Windows", NULL },
	{ "Sessions\\BNOLINKS", NULL },
	{ "Sessions\\BNOLINKS\\0", "\\BaseNamedObjects" },
	{ "Sessions\\BNOLINKS\\1", "\\Sessions\\1\\BaseNamedObjects" },
	{ "Windows", NULL },
	{ "??", "\\GLOBAL??" },
	{ "DosDevices", "\\GLOBAL??" },
	{ "GLOBAL??\\C:", "\\Device\\HarddiskVolume3" },
	{ "GLOBAL??\\Z:", "\\Device\\HarddiskVolume26" },
	{ "GLOBAL??\\NUL", "\\Device\\Null" },
	{ "GLOBAL??\\CON", "\\Device\\ConDrv\\Console" },
	{ "GLOBAL??\\CONIN$", "\\Device\\ConDrv\\CurrentIn" },
	{ "GLOBAL??\\CONOUT$", "\\Device\\ConDrv\\CurrentOut" },
	{ "GLOBAL??\\PIPE", "\\Device\\NamedPipe" },
	{ "GLOBAL??\\GLOBALROOT", "" },
};

static size_t widen(uint16_t *dst, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dst[i] = (uint8_t)s[i];
	return n;
}

struct object *symlink_new(const uint16_t *target, size_t n)
{
	struct symlink *l = object_new(&symlink_type);

	if (!l)
		return NULL;
	l->target = malloc((n + 1) * 2);
	if (!l->target) {
		object_put(&l->object);
		return NULL;
	}
	memcpy(l->target, target, n * 2);
	l->target[n] = 0;
	l->len = n;
	l->created = nt_time_now();
	return &l->object;
}

static void add_initial(const char *path, const char *target)
{
	struct directory *d = root;
	uint16_t name[64], to[64];
	const char *end;
	struct object *o;

	for (; (end = strchr(path, '\\')) != NULL; path = end + 1)
		d = (struct directory *)find(
			d, name, widen(name, path, (size_t)(end - path)),
			false);
	if (target)
		o = symlink_new(to, widen(to, target, strlen(target)));
	else
		o = object_new(&directory_type);
	if (!o)
		return;
	if (!target && !strcmp(path, "BaseNamedObjects"))
		((struct directory *)o)->session = true;
	insert(d, o, name, widen(name, path, strlen(path)), true);
	object_put(o);
}

static bool have_root(void)
{
	if (root)
		return true;
	root = object_new(&directory_type);
	for (unsigned i = 0; root && i < COUNT_OF(initial); i++)
		add_initial(initial[i].path, initial[i].target);
	return root != NULL;
}

/* ---- walking
 * ------------------------------------------------------------------------ */

/* What a name leads to: the directory it ends in, and the last component. */
struct walk {
	struct directory *dir;
	uint16_t *name; /* malloc'ed: what is left of the name to walk */
	const uint16_t *last;
	size_t last_len;  /* 0: the directory itself is meant */
	struct object *o; /* what is there; NULL: nothing */
};

/* A link in the middle or at the end: its target and what follows. */
static NTSTATUS follow(struct walk *w, const struct symlink *l,
		       const uint16_t *rest)
{
	size_t n = 0;
	uint16_t *name;

	while (rest[n])
		n++;
	name = malloc((l->len + n + 2) * 2);
	if (!name)
		return STATUS_NO_MEMORY;
	memcpy(name, l->target, l->len * 2);
	memcpy(name + l->len, rest, (n + 1) * 2);
	/* A link to nothing stands for the root. */
	if (!l->len && !n) {
		name[0] = '\\';
		name[1] = 0;
	}
	free(w->name);
	w->name = name;
	return STATUS_SUCCESS;
}

/*
 * One pass over w->name until its end (STATUS_SUCCESS) or a link
 * (STATUS_REPARSE).
 */
static NTSTATUS walk_once(struct walk *w, bool nocase, bool stop_at_link)
{
	const uint16_t *s = w->name;

	if (*s == '\\') {
		w->dir = root;
		s++;
	}
	for (;;) {
		size_t n = 0;

		while (s[n] && s[n] != '\\')
			n++;
		w->last = s;
		w->last_len = n;
		w->o = n ? find(w->dir, s, n, nocase) : &w->dir->object;
		if (!n)
			return s[n] ? STATUS_OBJECT_NAME_INVALID
				    : STATUS_SUCCESS;
		if (w->o && w->o->type == &symlink_type &&
		    (s[n] || !stop_at_link)) {
			NTSTATUS status =
				follow(w, (struct symlink *)w->o, s + n);

			return status ? status : STATUS_REPARSE;
		}
		if (!s[n])
			return STATUS_SUCCESS;
		if (!w->o)
			return STATUS_OBJECT_PATH_NOT_FOUND;
		if (w->o->type != &directory_type)
			return STATUS_OBJECT_TYPE_MISMATCH;
		w->dir = (struct directory *)w->o;
		s += n + 1;
	}
}

/* Frees nothing: the caller frees w->name. */
static NTSTATUS walk(struct walk *w, struct directory *from,
		     const struct nt_oa *oa, bool stop_at_link)
{
	NTSTATUS status;

	if (!have_root())
		return STATUS_NO_MEMORY;
	*w = (struct walk){ .dir = from };
	w->name = malloc((oa->name_len + 1) * 2);
	if (!w->name)
		return STATUS_NO_MEMORY;
	memcpy(w->name, oa->name, (oa->name_len + 1) * 2);
	if (from ? *w->name == '\\' : *w->name != '\\')
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	for (int i = 0; i < MAX_LINKS; i++) {
		status = walk_once(w, oa->attributes & OBJ_CASE_INSENSITIVE,
				   stop_at_link);
		if (status != STATUS_REPARSE)
			return status;
	}
	return STATUS_OBJECT_NAME_INVALID;
}

/* The directory that oa's name is relative to, referenced; NULL: none. */
static NTSTATUS start_dir(struct task *t, const struct nt_oa *oa,
			  struct directory **d)
{
	*d = NULL;
	return oa->root ? handle_get(t, oa->root, &directory_type, 0, d)
			: STATUS_SUCCESS;
}

static void put_dir(struct directory *d)
{
	if (d)
		object_put(&d->object);
}

/* ---- the common ends of NtCreateX and NtOpenX
 * ------------------------------------------ */

/*
 * A handle to o, which must be pinned by *pinned having been counted as a
 * handle, so that the name cannot vanish between the look-up and here.
 */
static NTSTATUS finish(struct task *t, struct object *o, uint32_t access,
		       uint32_t attributes, gaddr out)
{
	NTSTATUS status = handle_out(t, o, access, attributes, out);

	if (atomic_fetch_sub(&o->handles, 1) == 1 && o->name)
		name_forget(o);
	object_put(o);
	return status;
}

/* Writes "\a\b\c" for e's place backwards from end; its length. */
static size_t path_of(const struct object_name *e, uint16_t *buf, size_t size)
{
	size_t at = size;

	for (; e; e = e->parent->object.name) {
		if (e->len + 1u > at)
			return 0;
		at -= e->len;
		memcpy(buf + at, e->text, e->len * 2u);
		buf[--at] = '\\';
	}
	memmove(buf, buf + at, (size - at) * 2);
	return size - at;
}

/* The name that w ends in, from the root; 0: too long. */
static size_t session_name(const struct walk *w, uint16_t *buf, size_t size)
{
	size_t n = path_of(w->dir->object.name, buf, size);

	if (!n || n + 1 + w->last_len > size)
		return 0;
	buf[n] = '\\';
	memcpy(buf + n + 1, w->last, w->last_len * 2);
	return n + 1 + w->last_len;
}

/*
 * o is about to get a name that other processes can see.  Where it cannot be
 * kept it stays private, but where the place for it is full it is refused:
 * others would take it for theirs alone.  STATUS_OBJECT_NAME_EXISTS: o is another process's
 * now.
 */
static NTSTATUS create_in_session(struct object *o, const struct walk *w,
				  bool open_if)
{
	struct shared_page init = { .kind = shared_kind_of(o->type) };
	uint16_t name[MAX_SHARED_NAME];
	struct shared *s;
	bool created;
	size_t n = session_name(w, name, COUNT_OF(name));

	if (!n)
		return STATUS_SUCCESS;
	o->type->to_page(o, &init);
	s = shared_open(name, n, &init, &created);
	if (!s && errno == ENOSPC)
		return STATUS_NO_MEMORY;
	if (s && !created && (!open_if || s->page->kind != init.kind)) {
		shared_close(s);
		return open_if ? STATUS_OBJECT_TYPE_MISMATCH
			       : STATUS_OBJECT_NAME_COLLISION;
	}
	o->shared = s;
	if (!s || created)
		return STATUS_SUCCESS;
	if (o->type->from_page)
		o->type->from_page(o, s->page);
	return STATUS_OBJECT_NAME_EXISTS;
}

/* A new object for another process's, with a reference in *o. */
static NTSTATUS open_in_session(const struct object_type *type,
				const struct walk *w, struct object **o)
{
	uint16_t name[MAX_SHARED_NAME];
	struct shared *s = NULL;
	size_t n = session_name(w, name, COUNT_OF(name));

	if (n)
		s = shared_open(name, n, NULL, NULL);
	if (!s)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	if (s->page->kind != shared_kind_of(type)) {
		shared_close(s);
		return STATUS_OBJECT_TYPE_MISMATCH;
	}
	*o = object_new(type);
	if (!*o) {
		shared_close(s);
		return STATUS_NO_MEMORY;
	}
	(*o)->shared = s;
	if (type->from_page)
		type->from_page(*o, s->page);
	return insert(w->dir, *o, w->last, w->last_len, false);
}

/* Names o, or finds what has the name: then *found is pinned. */
static NTSTATUS give_name(struct task *t, struct object *o,
			  const struct nt_oa *oa, struct object **found)
{
	struct directory *from;
	NTSTATUS status;
	struct walk w;

	*found = NULL;
	status = start_dir(t, oa, &from);
	if (status)
		return status;
	pthread_mutex_lock(&names_lock);
	status = walk(&w, from, oa, o->type == &symlink_type);
	if (!status && w.o) {
		if (!(oa->attributes & OBJ_OPENIF)) {
			status = STATUS_OBJECT_NAME_COLLISION;
		} else if (w.o->type != o->type) {
			status = STATUS_OBJECT_TYPE_MISMATCH;
		} else if (object_try_get(w.o)) {
			w.o->handles++;
			*found = w.o;
			status = STATUS_OBJECT_NAME_EXISTS;
		} else {
			status = STATUS_OBJECT_NAME_COLLISION;
		}
	} else if (!status) {
		NTSTATUS there = STATUS_SUCCESS;

		if (w.dir->session && o->type->to_page)
			there = create_in_session(o, &w,
						  oa->attributes & OBJ_OPENIF);
		status = there;
		if (NT_SUCCESS(there) && insert(w.dir, o, w.last, w.last_len,
						oa->attributes & OBJ_PERMANENT))
			status = STATUS_NO_MEMORY;
		if (status == STATUS_OBJECT_NAME_EXISTS) {
			object_get(o);
			o->handles++;
			*found = o;
		}
	}
	pthread_mutex_unlock(&names_lock);
	free(w.name);
	put_dir(from);
	return status;
}

NTSTATUS object_create(struct task *t, struct object *o, uint32_t access,
		       const struct nt_oa *oa, gaddr out)
{
	struct object *found;
	NTSTATUS status, opened;

	if (!oa->name) {
		status = handle_out(t, o, access, oa->attributes, out);
		object_put(o);
		return status;
	}
	/* Counted as a handle from before the name can be seen. */
	o->handles++;
	status = give_name(t, o, oa, &found);
	if (status == STATUS_SUCCESS)
		return finish(t, o, access, oa->attributes, out);
	o->handles--;
	object_put(o);
	if (!found)
		return status;
	opened = finish(t, found, access, oa->attributes, out);
	return opened ? opened : status;
}

NTSTATUS object_open(struct task *t, const struct object_type *type,
		     uint32_t access, gaddr at, gaddr out)
{
	struct directory *from = NULL;
	struct object *o = NULL;
	struct walk w = { 0 };
	struct nt_oa oa;
	NTSTATUS status;

	status = oa_read(t, at, &oa);
	if (status)
		return status;
	if (!oa.name)
		status = STATUS_OBJECT_PATH_SYNTAX_BAD;
	if (!status)
		status = start_dir(t, &oa, &from);
	if (!status) {
		pthread_mutex_lock(&names_lock);
		status = walk(&w, from, &oa, type == &symlink_type);
		if (!status && !w.o && w.dir->session && type->to_page) {
			status = open_in_session(type, &w, &o);
			if (!status)
				o->handles++;
		} else if (!status && (!w.o || !object_try_get(w.o))) {
			status = STATUS_OBJECT_NAME_NOT_FOUND;
		} else if (!status) {
			o = w.o;
			o->handles++;
		}
		pthread_mutex_unlock(&names_lock);
	}
	if (o && o->type != type) {
		status = STATUS_OBJECT_TYPE_MISMATCH;
		if (atomic_fetch_sub(&o->handles, 1) == 1 && o->name)
			name_forget(o);
		object_put(o);
	} else if (o) {
		status = finish(t, o, access, oa.attributes, out);
	}
	free(w.name);
	put_dir(from);
	oa_free(&oa);
	return status;
}

NTSTATUS object_full_name(struct object *o, uint16_t **name, size_t *len)
{
	uint16_t *buf;
	size_t n = 0;

	*name = NULL;
	*len = 0;
	if (!o->name && &root->object != o)
		return STATUS_SUCCESS;
	buf = malloc(MAX_BYTES + 2);
	if (!buf)
		return STATUS_NO_MEMORY;
	pthread_mutex_lock(&names_lock);
	if (&root->object == o)
		buf[n++] = '\\';
	else if (o->name)
		n = path_of(o->name, buf, MAX_BYTES / 2);
	pthread_mutex_unlock(&names_lock);
	buf[n] = 0;
	*name = buf;
	*len = n;
	return STATUS_SUCCESS;
}

/* ---- the calls: lasting names
 * --------------------------------------------------------------- */

static NTSTATUS set_permanent(struct task *t, uint64_t handle, bool permanent)
{
	struct object_name *gone = NULL;
	struct object *o;
	NTSTATUS status;
	int drop_refs = 1;

	status = handle_get(t, handle, NULL, 0x10000 /* DELETE */, &o);
	if (status)
		return status;
	pthread_mutex_lock(&names_lock);
	if (o->name && o->name->permanent != permanent) {
		o->name->permanent = permanent;
		if (permanent)
			object_get(o);
		else
			drop_refs++;
		if (!permanent && !o->handles)
			gone = unlink_name(o);
	}
	pthread_mutex_unlock(&names_lock);
	drop(gone);
	while (drop_refs--)
		object_put(o);
	return STATUS_SUCCESS;
}

NTSTATUS nt_make_temporary_object(struct task *t, uint64_t handle)
{
	return set_permanent(t, handle, false);
}

NTSTATUS nt_make_permanent_object(struct task *t, uint64_t handle)
{
	return set_permanent(t, handle, true);
}

bool directory_nth(struct directory *d, uint32_t index, struct listed *l)
{
	bool found = false;

	pthread_mutex_lock(&names_lock);
	for (int b = 0; b < BUCKETS && !found; b++)
		for (struct object_name *e = d->bucket[b]; e && !found;
		     e = e->next) {
			if (index--)
				continue;
			l->name_len = MIN(e->len, COUNT_OF(l->name));
			memcpy(l->name, e->text, l->name_len * 2);
			l->type_len = widen(l->type, e->object->type->name,
					    strlen(e->object->type->name));
			found = true;
		}
	pthread_mutex_unlock(&names_lock);
	return found;
}
