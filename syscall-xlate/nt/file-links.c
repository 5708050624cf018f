/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-links.c - FileHardLinkInformation: the names of a file.
 *
 * The host knows how many names there are, not which.  Nearly every file has
 * one, that which it was opened by; the others of the rest are searched for
 * (file-id.c), nearest first, until all are found or the search gives up.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "syscall-xlate/nt/file-private.h"

struct found {
	char **path;
	size_t n, want;
	bool no_memory;
};

static bool add(const char *path, void *arg)
{
	struct found *f = arg;

	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(f->path[i], path))
			return false;
	f->path[f->n] = strdup(path);
	f->no_memory = !f->path[f->n];
	return f->no_memory || ++f->n == f->want;
}

/* One entry for the name at path; its size, 0 if there is no memory. */
static size_t make_entry(const char *path, uint64_t dev, uint8_t **entry)
{
	struct file_link_entry e = { 0 };
	const char *slash = strrchr(path, '/');
	size_t n = 0, at = 0, size;
	struct stat st;
	char *dir = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	uint16_t *nt = dir ? path_to_nt(path, NULL) : NULL;
	uint8_t *b = NULL;

	for (; nt && nt[n]; n++)
		if (nt[n] == '\\')
			at = n + 1;
	size = sizeof e + (n - at) * 2;
	if (nt)
		b = malloc(size);
	if (b) {
		if (!stat(dir, &st)) {
			e.parent = st.st_ino;
			file_id_remember(dev, st.st_ino, dir);
		}
		e.len = (uint32_t)(n - at);
		memcpy(b, &e, offsetof(struct file_link_entry, name));
		size = offsetof(struct file_link_entry, name) + (n - at) * 2;
		memcpy(b + offsetof(struct file_link_entry, name), nt + at,
		       (n - at) * 2);
	}
	free(nt);
	free(dir);
	*entry = b;
	return b ? size : 0;
}

static NTSTATUS write_entries(const struct found *names, uint64_t dev,
			      size_t room, struct file_links *head,
			      void **entries, size_t *n)
{
	size_t at = 0, last = 0, size;
	uint8_t *all = NULL, *entry, *p;
	bool cut = false;

	*head = (struct file_links){ .needed = sizeof *head };
	for (size_t i = 0; i < names->n; i++) {
		size = make_entry(names->path[i], dev, &entry);
		if (!size) {
			free(all);
			return STATUS_NO_MEMORY;
		}
		head->needed =
			(uint32_t)ROUND_UP(head->needed, 8) + (uint32_t)size;
		cut = cut || ROUND_UP(at, 8) + size > room;
		p = cut ? NULL : realloc(all, ROUND_UP(at, 8) + size);
		if (p) {
			uint32_t next = (uint32_t)(ROUND_UP(at, 8) - last);

			if (head->count++)
				memcpy(p + last, &next, sizeof next);
			memset(p + at, 0, ROUND_UP(at, 8) - at);
			last = ROUND_UP(at, 8);
			memcpy(p + last, entry, size);
			at = last + size;
			all = p;
		}
		free(entry);
		if (!p && !cut) {
			free(all);
			return STATUS_NO_MEMORY;
		}
	}
	*entries = all;
	*n = at;
	return cut ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

NTSTATUS links_list(struct file *f, size_t room, struct file_links *head,
		    void **entries, size_t *n)
{
	char *own = file_host_path(f), *slash;
	struct found names = { 0 };
	struct file_meta m;
	NTSTATUS status;
	char *dir;

	if (!own || !(slash = strrchr(own, '/'))) {
		free(own);
		return STATUS_INVALID_PARAMETER;
	}
	status = meta_of_file(f, &m);
	names.want = m.directory || !m.links ? 1 : m.links;
	names.path = status ? NULL : calloc(names.want, sizeof *names.path);
	dir = strndup(own, slash == own ? 1 : (size_t)(slash - own));
	if (!status && (!names.path || !dir))
		status = STATUS_NO_MEMORY;
	if (!status && !add(own, &names))
		file_id_names(dir, f->drive, m.dev, m.ino, add, &names);
	if (!status && names.no_memory)
		status = STATUS_NO_MEMORY;
	if (!status)
		status = write_entries(&names, m.dev, room, head, entries, n);
	for (size_t i = 0; i < names.n; i++)
		free(names.path[i]);
	free(names.path);
	free(dir);
	free(own);
	return status;
}
