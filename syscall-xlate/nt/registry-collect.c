/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-collect.c - records of what is gone, when nobody needs them any
 * more.
 *
 * That a key or a value is gone says a record of it: to other processes, whose
 * trees may have it, and to all that begin later, if it is built in.  Whoever
 * writes to the file and is the only one who knows anything of it removes those
 * of what is not built in; with the change that he is about to make, so that
 * both are there or neither.
 */
#include <stdlib.h>

#include "syscall-xlate/nt/registry-record.h"

static uint16_t no_name[1];

/* Is there something in the tree of defaults that the record hides? */
static bool hides(struct reg_key *root, const struct record *r)
{
	const uint16_t *path = record_path(r);
	struct reg_key *k = root;
	size_t at, end;

	if (r->kind == KIND_MOUNT)
		return false;
	for (at = reg_root.name_len + 2u; k && at < r->path_len; at = end + 1) {
		for (end = at; end < r->path_len && path[end] != '\\'; end++)
			;
		k = reg_known_sub(reg_enter(k), path + at, end - at);
	}
	if (!k || r->kind == KIND_KEY)
		return k != NULL;
	return reg_known_value(reg_enter(k), record_name(r), r->name_len);
}

void records_collect(void)
{
	struct reg_key defaults = { .refs = 1, .name = no_name };
	struct reg_file_records all = { 0 };

	if (!reg_file_is_due() || !reg_file_all(&all))
		return;
	reg_load_defaults(&defaults);
	for (size_t i = 0; i < all.n; i++) {
		const struct record *r = record_of(all.record[i]);

		if (r && r->gone && !hides(&defaults, r))
			record_remove(all.record[i]);
	}
	while (defaults.nsub)
		reg_remove(defaults.sub[defaults.nsub - 1]);
	free(defaults.sub);
	reg_file_free(&all);
}
