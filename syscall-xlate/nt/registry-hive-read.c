/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-hive-read.c - a hive file into keys.
 *
 * Every offset in the file is a claim.  Cells are found through cell(), which
 * checks them against the bins; and since a file may lead to the same cell
 * again and again, keys, values and bytes are counted: there can be no more
 * than would have room.
 */
#include "syscall-xlate/nt/registry-hive.h"

#include <stdlib.h>

#include "syscall-xlate/nt/registry-hive-format.h"

enum { SEEN = 64 };

struct reader {
	struct bytes bins;
	size_t keys, values, data; /* what may still come */
	/* The last descriptors, since keys share them: references. */
	struct {
		uint32_t cell;
		struct reg_sd *sd; /* NULL: none yet */
	} seen[SEEN];
};

static struct bytes cell(const struct reader *r, uint32_t off)
{
	struct bytes none = { NULL, 0 };
	const void *p = bytes_at(r->bins, off, 4);
	int64_t size = p && off % 8 == 0 ? -(int64_t)(int32_t)le32_at(p) : 0;

	if (size < 8 || !bytes_at(r->bins, off, (uint64_t)size))
		return none;
	return (struct bytes){ (const uint8_t *)p + 4, (size_t)size - 4 };
}

static bool is(const char *magic, const char *want)
{
	return magic[0] == want[0] && magic[1] == want[1];
}

/* n bytes at off of c as units; false: they are not there, or no memory. */
static bool units_at(struct bytes c, uint64_t off, size_t n, bool latin1,
		     uint16_t **units, size_t *len)
{
	const uint8_t *p = bytes_at(c, off, n);
	uint16_t *u = p ? malloc(n * 2 + 2) : NULL;

	if (!u)
		return false;
	*len = latin1 ? n : n / 2;
	for (size_t i = 0; i < *len; i++)
		u[i] = latin1 ? p[i] : le16_at(p + 2 * i);
	*units = u;
	return true;
}

/* ---- values ---------------------------------------------------------- */

/* Data in several cells, put together; malloc'ed. */
static uint8_t *big_data(const struct reader *r, struct bytes db, size_t n)
{
	struct hive_list h;
	struct bytes list;
	size_t at = 0;
	uint32_t off;
	uint8_t *b;

	if (bytes_get(db, 0, &h, sizeof h) || !is(h.magic, "db") ||
	    bytes_get(db, 4, &off, sizeof off))
		return NULL;
	list = cell(r, off);
	b = malloc(n);
	for (unsigned i = 0; b && i < h.count && at < n; i++) {
		size_t part = MIN(n - at, (size_t)DB_SEGMENT);

		if (bytes_get(list, i * 4ul, &off, sizeof off) ||
		    bytes_get(cell(r, off), 0, b + at, part))
			break;
		at += part;
	}
	if (b && at < n) {
		free(b);
		b = NULL;
	}
	return b;
}

/* Cells may be named more than once: what is copied has a limit. */
static bool take(struct reader *r, size_t bytes)
{
	if (bytes > r->data)
		return false;
	r->data -= bytes;
	return true;
}

static NTSTATUS read_value(struct reader *r, struct bytes c, struct reg_key *k)
{
	struct hive_vk v;
	uint8_t *own = NULL;
	const void *data = "";
	uint16_t *name;
	size_t len, n;
	bool ok;

	if (bytes_get(c, 0, &v, sizeof v) || !is(v.magic, "vk"))
		return STATUS_REGISTRY_CORRUPT;
	n = v.size & ~(uint32_t)VK_RESIDENT;
	if (v.size & VK_RESIDENT) {
		if (n > 4)
			return STATUS_REGISTRY_CORRUPT;
		data = &v.data;
	} else if (n) {
		struct bytes d = cell(r, v.data);

		if (!take(r, n))
			return STATUS_REGISTRY_CORRUPT;
		data = bytes_at(d, 0, n);
		if (!data || (n > DB_SEGMENT && d.len >= 8 &&
			      is((const char *)d.at, "db") && d.len < n))
			data = own = big_data(r, d, n);
		if (!data)
			return STATUS_REGISTRY_CORRUPT;
	}
	if (!take(r, v.name_len) ||
	    !units_at(c, sizeof v, v.name_len, v.flags & VK_LATIN1, &name,
		      &len)) {
		free(own);
		return STATUS_REGISTRY_CORRUPT;
	}
	ok = len <= REG_VALUE_NAME_MAX && !reg_known_value(k, name, len) &&
	     reg_set(k, name, len, v.type, data, (uint32_t)n);
	free(name);
	free(own);
	return ok ? STATUS_SUCCESS : STATUS_REGISTRY_CORRUPT;
}

static NTSTATUS read_values(struct reader *r, const struct hive_nk *nk,
			    struct reg_key *k)
{
	struct bytes list;
	NTSTATUS status = STATUS_SUCCESS;
	uint32_t off;

	if (!nk->nvalues)
		return STATUS_SUCCESS;
	list = cell(r, nk->values);
	if (nk->nvalues > r->values || nk->nvalues > list.len / 4)
		return STATUS_REGISTRY_CORRUPT;
	r->values -= nk->nvalues;
	for (uint32_t i = 0; i < nk->nvalues && !status; i++) {
		off = le32_at(list.at + 4ul * i);
		status = read_value(r, cell(r, off), k);
	}
	return status;
}

/* ---- descriptors ----------------------------------------------------- */

/* Of the cell at off; what is none of ours is as if there were none. */
static struct reg_sd *read_security(struct reader *r, uint32_t off)
{
	struct bytes c = cell(r, off), b;
	struct reg_sd *sd;
	struct hive_sk sk;
	unsigned i = off / 8 % SEEN;

	if (r->seen[i].sd && r->seen[i].cell == off)
		goto out;
	if (bytes_get(c, 0, &sk, sizeof sk) || !is(sk.magic, "sk"))
		return NULL;
	b = (struct bytes){ bytes_at(c, sizeof sk, sk.len), sk.len };
	/* The same cell again and again costs no more than it is worth. */
	if (!b.at || !take(r, b.len / 16) || !reg_sd_valid(b))
		return NULL;
	/* That of keys which had none when we wrote them. */
	if (b.len == sizeof hive_descriptor &&
	    !memcmp(b.at, hive_descriptor, b.len))
		return NULL;
	sd = reg_sd_get(b);
	if (!sd)
		return NULL;
	reg_sd_put(r->seen[i].sd);
	r->seen[i].cell = off;
	r->seen[i].sd = sd;
out:
	sd = r->seen[i].sd;
	sd->refs++;
	return sd;
}

/* ---- keys ------------------------------------------------------------ */

static NTSTATUS read_key(struct reader *r, const struct hive_nk *nk,
			 struct reg_key *k, unsigned depth);

static NTSTATUS read_sub(struct reader *r, uint32_t off, struct reg_key *k,
			 unsigned depth)
{
	struct bytes c = cell(r, off);
	struct reg_key *sub;
	struct hive_nk nk;
	uint16_t *name;
	size_t len;
	bool ok;

	if (!r->keys || bytes_get(c, 0, &nk, sizeof nk) ||
	    !is(nk.magic, "nk"))
		return STATUS_REGISTRY_CORRUPT;
	r->keys--;
	if (!take(r, nk.name_len) ||
	    !units_at(c, sizeof nk, nk.name_len, nk.flags & NK_LATIN1, &name,
		      &len))
		return STATUS_REGISTRY_CORRUPT;
	ok = len && len <= REG_NAME_MAX && !reg_known_sub(k, name, len);
	for (size_t i = 0; i < len; i++)
		if (name[i] == '\\' || !name[i])
			ok = false;
	sub = ok ? reg_add(k, name, len) : NULL;
	free(name);
	return sub ? read_key(r, &nk, sub, depth + 1)
		   : STATUS_REGISTRY_CORRUPT;
}

/* A list of subkeys, or of such lists. */
static NTSTATUS read_list(struct reader *r, uint32_t off, struct reg_key *k,
			  unsigned depth, bool of_lists)
{
	struct bytes c = cell(r, off);
	NTSTATUS status = STATUS_SUCCESS;
	struct hive_list h;
	size_t step;
	bool lists;

	if (bytes_get(c, 0, &h, sizeof h))
		return STATUS_REGISTRY_CORRUPT;
	lists = is(h.magic, "ri");
	step = is(h.magic, "lf") || is(h.magic, "lh") ? 8 : 4;
	if ((step == 4 && !lists && !is(h.magic, "li")) ||
	    (lists && !of_lists) || h.count > (c.len - sizeof h) / step)
		return STATUS_REGISTRY_CORRUPT;
	for (unsigned i = 0; i < h.count && !status; i++) {
		uint32_t to = le32_at(c.at + sizeof h + i * step);

		if (!lists)
			status = read_sub(r, to, k, depth);
		else if (r->keys)
			status = read_list(r, to, k, depth, false);
	}
	return status;
}

static NTSTATUS read_key(struct reader *r, const struct hive_nk *nk,
			 struct reg_key *k, unsigned depth)
{
	NTSTATUS status;

	if (depth > HIVE_DEPTH)
		return STATUS_REGISTRY_CORRUPT;
	k->is_link = nk->flags & NK_LINK;
	reg_sd_put(k->security);
	k->security = read_security(r, nk->security);
	if (nk->class_len && nk->class != HIVE_NONE) {
		uint16_t *class;
		size_t len;

		if (!take(r, nk->class_len) ||
		    !units_at(cell(r, nk->class), 0, nk->class_len, false,
			      &class, &len))
			return STATUS_REGISTRY_CORRUPT;
		free(k->class);
		k->class = class;
		k->class_len = (uint16_t)len;
	}
	status = read_values(r, nk, k);
	if (!status && nk->nsub)
		status = read_list(r, nk->sub, k, depth, true);
	k->last_write =
		(int64_t)((uint64_t)nk->time[1] << 32 | nk->time[0]);
	return status;
}

NTSTATUS hive_read(struct bytes file, struct reg_key *into)
{
	struct hive_header h;
	struct reader r = { 0 };
	struct bytes c;
	struct hive_nk nk;
	uint32_t sum = 0;
	NTSTATUS status;

	if (bytes_get(file, 0, &h, sizeof h) || file.len < HIVE_PAGE ||
	    memcmp(h.magic, "regf", 4))
		return STATUS_NOT_REGISTRY_FILE;
	for (size_t i = 0; i < offsetof(struct hive_header, checksum); i += 4)
		sum ^= le32_at(file.at + i);
	if (sum == 0)
		sum = 1;
	else if (sum == 0xffffffff)
		sum = 0xfffffffe;
	if (sum != h.checksum || h.major != 1 || h.minor > 6 ||
	    h.sequence1 != h.sequence2 || h.size > file.len - HIVE_PAGE)
		return STATUS_REGISTRY_CORRUPT;
	r.bins = (struct bytes){ file.at + HIVE_PAGE, h.size };
	r.keys = h.size / (sizeof nk + 4);
	r.values = h.size / (sizeof(struct hive_vk) + 4);
	r.data = h.size;
	c = cell(&r, h.root);
	if (bytes_get(c, 0, &nk, sizeof nk) || !is(nk.magic, "nk"))
		return STATUS_REGISTRY_CORRUPT;
	status = read_key(&r, &nk, into, 0);
	for (unsigned i = 0; i < SEEN; i++)
		reg_sd_put(r.seen[i].sd);
	return status;
}
