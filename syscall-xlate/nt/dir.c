/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dir.c - NtQueryDirectoryFile.
 *
 * The first query takes a snapshot of the names, sorted as NTFS keeps them
 * (programs print what they get); each entry's metadata is looked up when it
 * is given out.  A pattern without wild cards, which is how programs ask about
 * one file, never lists the directory.  A folder of C:'s table shows what the
 * user's programs put there, the built-in files, those that are the host's under
 * another name, and the table's folders.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/dir-match.h"
#include "syscall-xlate/nt/file-case.h"
#include "syscall-xlate/nt/file-xattr.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

enum source { FROM_HOST, FROM_LOWER, FROM_FILES, FROM_TABLE, FROM_PIPES };

struct entry {
	uint64_t key;           /* the first units, upper-cased, for sorting */
	uint32_t name8, name16; /* offsets in the scan's arenas */
	uint16_t len16;
	uint8_t source, type; /* DT_* */
};

struct dir_scan {
	pthread_mutex_t lock;
	bool listed, started;
	bool exact;        /* case counts */
	uint16_t *pattern; /* NULL: everything */
	size_t pattern_len;
	int fd[2];              /* by source; -1: none */
	bool stored_attributes; /* entries may have user.DOSATTRIB; else */
	uint32_t owner;         /* of the directory: his have none */
	struct entry *entries;
	size_t n, max, next;
	char *text8;
	size_t text8_len, text8_max;
	uint16_t *text16;
	size_t text16_len, text16_max;
};

struct linux_dirent64 {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

void dir_scan_free(struct dir_scan *s)
{
	if (!s)
		return;
	for (int i = 0; i < 2; i++)
		if (s->fd[i] >= 0)
			close(s->fd[i]);
	pthread_mutex_destroy(&s->lock);
	free(s->pattern);
	free(s->entries);
	free(s->text8);
	free(s->text16);
	free(s);
}

/* ---- the snapshot ---- */

static bool room(void **p, size_t *max, size_t have, size_t more, size_t unit)
{
	size_t want = *max ? *max : 1024;
	void *grown;

	if (have + more <= *max)
		return true;
	while (want < have + more)
		want *= 2;
	grown = realloc(*p, want * unit);
	if (!grown)
		return false;
	*p = grown;
	*max = want;
	return true;
}

static uint64_t sort_key(const uint16_t *s, size_t n)
{
	uint64_t key = 0;

	for (size_t i = 0; i < 4; i++)
		key = key << 16 | (i < n ? utf16_upcase(s[i]) : 0);
	return key;
}

static bool add(struct dir_scan *s, const char *name, size_t n, uint8_t source,
		uint8_t type)
{
	struct entry *e;

	if (!room((void **)&s->entries, &s->max, s->n, 1, sizeof *e) ||
	    !room((void **)&s->text8, &s->text8_max, s->text8_len, n + 1, 1) ||
	    !room((void **)&s->text16, &s->text16_max, s->text16_len, n, 2))
		return false;
	e = &s->entries[s->n];
	e->name8 = (uint32_t)s->text8_len;
	e->name16 = (uint32_t)s->text16_len;
	memcpy(s->text8 + s->text8_len, name, n);
	s->text8[s->text8_len + n] = 0;
	e->len16 = (uint16_t)path_name_to_nt(s->text16 + s->text16_len, n, name,
					     n);
	e->source = source;
	e->type = type;
	if (s->pattern && !dir_match(s->pattern, s->pattern_len,
				     s->text16 + e->name16, e->len16, s->exact))
		return true;
	e->key = sort_key(s->text16 + e->name16, e->len16);
	s->text8_len += n + 1;
	s->text16_len += e->len16;
	s->n++;
	return true;
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static NTSTATUS list_host(struct dir_scan *s, int fd, uint8_t source, bool dots)
{
	char buf[32768] __attribute__((aligned(8)));
	long n;

	lseek(fd, 0, SEEK_SET);
	while ((n = syscall(SYS_getdents64, fd, buf, sizeof buf)) > 0) {
		for (long at = 0; at < n;) {
			struct linux_dirent64 *d = (void *)(buf + at);

			at += d->reclen;
			if (is_dots(d->name) && !dots)
				continue;
			if (!add(s, d->name, strlen(d->name), source, d->type))
				return STATUS_NO_MEMORY;
		}
	}
	return n < 0 ? status_from_errno(errno) : STATUS_SUCCESS;
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct entry *x = a, *y = b;
	const struct dir_scan *s = arg;
	int c;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	c = units_compare_nocase(s->text16 + x->name16, x->len16,
				 s->text16 + y->name16, y->len16);
	/* Names that differ only in case: any order, but always the same;
	   the host's own before the built-in. */
	if (!c)
		c = strcmp(s->text8 + x->name8, s->text8 + y->name8);
	return c ? c : (int)x->source - (int)y->source;
}

/* "." and ".." come first, as they do where they are stored. */
static bool entry_is_dots(const struct dir_scan *s, const struct entry *e)
{
	return is_dots(s->text8 + e->name8);
}

static void sort(struct dir_scan *s, bool merged)
{
	size_t dots = 0, kept = 0;

	for (size_t i = 0; i < s->n; i++)
		if (entry_is_dots(s, &s->entries[i])) {
			struct entry e = s->entries[i];

			s->entries[i] = s->entries[dots];
			s->entries[dots++] = e;
		}
	if (dots == 2 && s->entries[0].len16 == 2) {
		struct entry e = s->entries[0];

		s->entries[0] = s->entries[1];
		s->entries[1] = e;
	}
	qsort_r(s->entries + dots, s->n - dots, sizeof *s->entries, compare, s);
	if (!merged)
		return;
	/* What is in several places is shown once. */
	for (size_t i = 0; i < s->n; i++) {
		struct entry *e = &s->entries[i], *p;

		if (kept > dots) {
			p = &s->entries[kept - 1];
			if (!units_compare_nocase(
				    s->text16 + p->name16, p->len16,
				    s->text16 + e->name16, e->len16))
				continue;
		}
		s->entries[kept++] = *e;
	}
	s->n = kept;
}

/* A descriptor that can be read, for a directory handle of any access. */
static int open_listing(struct file *f)
{
	return openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* One question for the whole directory: see meta_set_attributes(). */
static void look_for_attributes(struct dir_scan *s)
{
	const int fd = s->fd[FROM_HOST];
	struct stat st;

	if (fd < 0)
		return;
	s->stored_attributes = fstat(fd, &st) < 0 ||
			       fgetxattr(fd, XATTR_DOS, NULL, 0) >= 0;
	s->owner = st.st_uid;
}

static NTSTATUS list_table(struct file *f, struct dir_scan *s)
{
	const char *lower = virtual_lower(f->dir);
	const struct virtual_dir *c;
	NTSTATUS status = STATUS_SUCCESS;
	bool root = !*virtual_path(f->dir);
	const char *name;

	s->fd[FROM_HOST] = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	look_for_attributes(s);
	if (lower)
		s->fd[FROM_LOWER] =
			open(lower, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!root &&
	    (!add(s, ".", 1, FROM_TABLE, 0) || !add(s, "..", 2, FROM_TABLE, 0)))
		return STATUS_NO_MEMORY;
	for (int i = 0; i < 2 && !status; i++)
		if (s->fd[i] >= 0)
			status = list_host(s, s->fd[i], (uint8_t)i, false);
	for (unsigned i = 0; !status && (name = virtual_file_name(f->dir, i));
	     i++) {
		const char *host = virtual_file(f->dir, name);

		if (host && !access(host, F_OK) &&
		    !add(s, name, strlen(name), FROM_FILES, 0))
			status = STATUS_NO_MEMORY;
	}
	for (unsigned i = 0; !status && (c = virtual_child(f->dir, i)); i++)
		if (!add(s, virtual_name(c), strlen(virtual_name(c)),
			 FROM_TABLE, 0))
			status = STATUS_NO_MEMORY;
	if (!status)
		sort(s, true);
	return status;
}

static void add_pipe(const char *name, void *arg)
{
	struct dir_scan *s = arg;
	size_t from = s->n;

	add(s, name, strlen(name), FROM_PIPES, 0);
	/* Pipes' names may hold what files' may not. */
	for (; from < s->n; from++)
		for (unsigned i = 0; i < s->entries[from].len16; i++) {
			uint16_t *u = &s->text16[s->entries[from].name16 + i];

			if (*u > 0xf000 && *u < 0xf080)
				*u -= 0xf000;
		}
}

static NTSTATUS take_snapshot(struct file *f, struct dir_scan *s)
{
	NTSTATUS status;

	s->n = s->next = s->text8_len = s->text16_len = 0;
	if (f->dir)
		return list_table(f, s);
	if (f->kind == FILE_KIND_DEVICE) {
		pipe_each_name(add_pipe, s);
		sort(s, false);
		return STATUS_SUCCESS;
	}
	if (s->fd[FROM_HOST] < 0)
		s->fd[FROM_HOST] = open_listing(f);
	if (s->fd[FROM_HOST] < 0)
		return status_from_errno(errno);
	s->exact = s->pattern && (f->exact || file_case_of(s->fd[FROM_HOST]));
	look_for_attributes(s);
	/* The root of a volume has no "." and "..". */
	status = list_host(s, s->fd[FROM_HOST], FROM_HOST,
			   !f->path || strcmp(f->path, "/"));
	if (!status)
		sort(s, false);
	return status;
}

/* The one name that is asked for, without listing. */
static NTSTATUS take_single(struct file *f, struct dir_scan *s)
{
	char name[256 * 3], found[256];
	int64_t n = path_name_from_nt(name, sizeof name - 1, s->pattern,
				      s->pattern_len);
	struct stat st;
	uint32_t mode;

	s->n = s->next = s->text8_len = s->text16_len = 0;
	if (n <= 0 || (size_t)n >= sizeof name)
		return n < 0 ? STATUS_OBJECT_NAME_INVALID : STATUS_SUCCESS;
	name[n] = 0;
	if (s->fd[FROM_HOST] < 0)
		s->fd[FROM_HOST] = dup(f->fd);
	s->stored_attributes = true;
	if (fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!add(s, name, (size_t)n, FROM_HOST, 0))
			return STATUS_NO_MEMORY;
	} else if (case_find(f->fd, "", name, (size_t)n, f->exact, found,
			     &mode) == 1) {
		if (!add(s, found, strlen(found), FROM_HOST, 0))
			return STATUS_NO_MEMORY;
	}
	return STATUS_SUCCESS;
}

/* ---- giving entries out ---- */

static const struct layout {
	uint32_t class;
	uint8_t name_at, id_at, id_size, tag_at;
} layouts[] = {
	{ FILE_DIRECTORY_CLASS, 64, 0, 0, 0 },
	{ FILE_FULL_DIRECTORY_CLASS, 68, 0, 0, 0 },
	{ FILE_BOTH_DIRECTORY_CLASS, 94, 0, 0, 0 },
	{ FILE_NAMES_CLASS, 12, 0, 0, 0 },
	{ FILE_ID_BOTH_DIRECTORY_CLASS, 104, 96, 8, 0 },
	{ FILE_ID_FULL_DIRECTORY_CLASS, 80, 72, 8, 0 },
	{ FILE_ID_EXTD_DIRECTORY_CLASS, 88, 72, 16, 68 },
	{ FILE_ID_EXTD_BOTH_DIRECTORY_CLASS, 114, 72, 16, 68 },
};

static const struct layout *layout_of(uint32_t class)
{
	for (size_t i = 0; i < COUNT_OF(layouts); i++)
		if (layouts[i].class == class)
			return &layouts[i];
	return NULL;
}

static bool entry_meta(struct file *f, struct dir_scan *s,
		       const struct entry *e, struct file_meta *m)
{
	const char *name = s->text8 + e->name8;
	struct statx st;
	int fd;

	if (e->source == FROM_PIPES) {
		m->attributes = FILE_ATTRIBUTE_NORMAL;
		return true;
	}
	if (e->source == FROM_TABLE) {
		if (meta_of_file(f, m))
			return false;
		m->attributes = FILE_ATTRIBUTE_DIRECTORY;
		m->directory = true;
		return true;
	}
	if (e->source == FROM_FILES) {
		name = virtual_file(f->dir, name);
		if (!name)
			return false;
		fd = AT_FDCWD;
	} else {
		fd = s->fd[e->source];
	}
	if (statx(fd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, META_MASK,
		  &st) < 0)
		return false; /* gone since */
	if (s->stored_attributes || S_ISLNK(st.stx_mode) ||
	    (st.stx_uid != s->owner && e->source == FROM_HOST))
		meta_from_statx(m, &st, fd, name, NULL);
	else
		meta_plain(m, &st);
	return true;
}

/* The part before the name. */
static void fill(uint8_t *p, const struct layout *l, const struct file_meta *m)
{
	struct dir_entry d = { 0 };
	uint64_t id = m->ino;

	d.times = m->times;
	d.size = m->size;
	d.allocation = m->allocation;
	d.attributes = m->attributes;
	d.ea_size = l->tag_at ? 0 : m->tag;
	memset(p, 0, l->name_at);
	memcpy(p, &d,
	       MIN(offsetof(struct dir_entry, ea_size) +
			   (l->name_at > 64 ? 4u : 0u),
		   sizeof d));
	if (l->id_at)
		memcpy(p + l->id_at, &id, sizeof id);
	if (l->tag_at)
		memcpy(p + l->tag_at, &m->tag, sizeof m->tag);
}

struct out {
	uint8_t *buf;
	uint32_t len;      /* of the guest's buffer */
	uint32_t at, last; /* bytes used; start of the last entry */
	bool any;
};

/* Returns false if it does not fit: *status then says more. */
static bool emit(struct file *f, struct dir_scan *s, const struct layout *l,
		 const struct entry *e, struct out *o, NTSTATUS *status)
{
	uint32_t at = (uint32_t)ROUND_UP(o->at, 8);
	uint32_t name_bytes = e->len16 * 2u;
	struct file_meta m = { 0 };
	uint32_t cut = name_bytes;
	uint8_t *p;

	if (o->any && (at > o->len || l->name_at + name_bytes > o->len - at))
		return false;
	if (l->class != FILE_NAMES_CLASS && !entry_meta(f, s, e, &m))
		return true;
	if (!o->any && l->name_at + name_bytes > o->len) {
		/* Not even one: as much of its name as there is room for. */
		cut = (o->len - l->name_at) & ~1u;
		*status = STATUS_BUFFER_OVERFLOW;
	}
	p = o->buf + at;
	if (l->class == FILE_NAMES_CLASS) {
		memset(p, 0, 8);
		memcpy(p + 8, &name_bytes, 4);
	} else {
		fill(p, l, &m);
		memcpy(p + 60, &name_bytes, 4);
	}
	memcpy(p + l->name_at, s->text16 + e->name16, cut);
	if (o->any) {
		uint32_t next = at - o->last;

		memcpy(o->buf + o->last, &next, 4);
	}
	o->last = at;
	o->at = at + l->name_at + cut;
	o->any = true;
	return true;
}

/* ---- the call ---- */

enum { RESTART = 1, SINGLE = 2, INDEX_SPECIFIED = 4 };

static struct dir_scan *scan_of(struct file *f)
{
	struct dir_scan *s;

	small_lock(&f->lock);
	s = f->scan;
	small_unlock(&f->lock);
	if (s)
		return s;
	s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	s->fd[0] = s->fd[1] = -1;
	small_lock(&f->lock);
	if (!f->scan) {
		f->scan = s;
		s = NULL;
	}
	small_unlock(&f->lock);
	dir_scan_free(s);
	return f->scan;
}

/* The pattern counts at the first query, and at a restart that brings one. */
static NTSTATUS set_pattern(struct task *t, struct dir_scan *s, gaddr at,
			    bool restart)
{
	uint16_t *pattern = NULL;
	size_t n = 0;
	NTSTATUS status;

	if (s->started && !restart)
		return STATUS_SUCCESS;
	if (at) {
		status = ustr_read(t, at, &pattern, &n);
		if (status)
			return status;
	}
	if (n || !s->started) {
		free(s->pattern);
		s->pattern = pattern;
		s->pattern_len = n;
		if (!n || (n == 1 && *pattern == '*')) {
			free(pattern);
			s->pattern = NULL;
		}
	} else {
		free(pattern);
	}
	s->listed = false;
	return STATUS_SUCCESS;
}

static NTSTATUS query(struct task *t, struct file *f, struct irp *r,
		      uint32_t class, uint32_t flags, gaddr pattern)
{
	const struct layout *l = layout_of(class);
	struct dir_scan *s;
	NTSTATUS status;
	struct out o = { .len = MIN(r->len, 1u << 20) };
	bool first;

	if (!l)
		return STATUS_INVALID_INFO_CLASS;
	if (f->kind != FILE_KIND_DIR &&
	    (f->kind != FILE_KIND_DEVICE || f->device != DEVICE_PIPES))
		return STATUS_INVALID_PARAMETER;
	if (r->len < l->name_at + 2u)
		return STATUS_INFO_LENGTH_MISMATCH;
	s = scan_of(f);
	if (!s)
		return STATUS_NO_MEMORY;
	pthread_mutex_lock(&s->lock);
	first = !s->started;
	status = set_pattern(t, s, pattern, flags & RESTART);
	if (!status && !s->listed) {
		bool single = s->pattern && !f->dir && f->fd >= 0 &&
			      !dir_has_wildcards(s->pattern, s->pattern_len);

		status = single ? take_single(f, s) : take_snapshot(f, s);
		s->listed = !status;
		s->started |= s->listed;
	}
	if (status)
		goto out;
	o.buf = malloc(o.len + 16);
	if (!o.buf) {
		status = STATUS_NO_MEMORY;
		goto out;
	}
	while (s->next < s->n) {
		if (!emit(f, s, l, &s->entries[s->next], &o, &status))
			break;
		s->next++;
		if (o.any && (flags & SINGLE || status))
			break;
	}
	if (!o.any)
		status = first ? STATUS_NO_SUCH_FILE : STATUS_NO_MORE_FILES;
	else if (guest_write(t, r->buf, o.buf, o.at) < 0)
		status = STATUS_ACCESS_VIOLATION;
	r->information = o.at;
	free(o.buf);
out:
	pthread_mutex_unlock(&s->lock);
	return status;
}

NTSTATUS nt_query_directory_file_ex(struct task *t, uint64_t file,
				    uint64_t event, gaddr apc,
				    gaddr apc_context, gaddr iosb, gaddr buf,
				    uint32_t len, uint32_t class,
				    uint32_t flags, gaddr name)
{
	struct irp r;
	NTSTATUS status = irp_begin(t, &r, file, event, apc, apc_context, iosb,
				    FILE_READ_DATA);

	if (status)
		return status;
	r.buf = buf;
	r.len = len;
	status = query(t, r.file, &r, class, flags, name);
	return irp_end(t, &r, status);
}

NTSTATUS nt_query_directory_file(struct task *t, uint64_t file, uint64_t event,
				 gaddr apc, gaddr apc_context, gaddr iosb,
				 gaddr buf, uint32_t len, uint32_t class,
				 uint8_t single, gaddr name, uint8_t restart)
{
	return nt_query_directory_file_ex(
		t, file, event, apc, apc_context, iosb, buf, len, class,
		(single ? SINGLE : 0) | (restart ? RESTART : 0), name);
}

static void dir_close(struct task *t, struct file *f)
{
	(void)t;
	notify_close(f);
}


static NTSTATUS dir_flush(struct task *t, struct file *f)
{
	(void)t;
	return f->path_only || fsync(f->fd) == 0 || errno == EINVAL ||
			       errno == EROFS
		       ? STATUS_SUCCESS
		       : status_from_errno(errno);
}

const struct file_ops dir_ops = {
	.control = disk_control,
	.flush = dir_flush,
	.close = dir_close,
	.destroy = notify_destroy,
};
