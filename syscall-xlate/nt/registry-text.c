/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-text.c - writing the registry as .reg files, and showing it.
 *
 * Source of the format: "Use a .reg file to add, modify, or delete registry
 * subkeys and values", Microsoft.
 */
#include "syscall-xlate/nt/registry-text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/utf.h"
#include "syscall-xlate/nt/registry-parse.h"
#include "syscall-xlate/nt/registry.h"

static const char *const type_names[] = {
	[REG_NONE] = "REG_NONE",
	[REG_SZ] = "REG_SZ",
	[REG_EXPAND_SZ] = "REG_EXPAND_SZ",
	[REG_BINARY] = "REG_BINARY",
	[REG_DWORD] = "REG_DWORD",
	[REG_DWORD_BIG_ENDIAN] = "REG_DWORD_BIG_ENDIAN",
	[REG_LINK] = "REG_LINK",
	[REG_MULTI_SZ] = "REG_MULTI_SZ",
	[REG_RESOURCE_LIST] = "REG_RESOURCE_LIST",
	[REG_QWORD] = "REG_QWORD",
};

/* ---- output ------------------------------------------------------------- */

struct writer {
	FILE *out;
	bool wide;
	const char *newline;
};

static void put_units(struct writer *w, const uint16_t *s, size_t n)
{
	char *text;
	size_t len;

	if (w->wide) {
		fwrite(s, sizeof *s, n, w->out);
		return;
	}
	len = utf16_to_utf8(NULL, 0, s, n);
	text = malloc(len + 1);
	if (text)
		fwrite(text, 1, utf16_to_utf8(text, len, s, n), w->out);
	free(text);
}

static void put(struct writer *w, const char *ascii)
{
	for (; *ascii; ascii++) {
		uint16_t unit = (unsigned char)*ascii;

		put_units(w, &unit, 1);
	}
}

static void end_line(struct writer *w)
{
	put(w, w->newline);
}

/* In quotes, with backslashes and quotes marked. */
static void put_quoted(struct writer *w, const uint16_t *s, size_t n)
{
	put(w, "\"");
	for (size_t i = 0; i < n;) {
		size_t run = i;

		while (run < n && s[run] != '"' && s[run] != '\\')
			run++;
		put_units(w, s + i, run - i);
		if (run < n) {
			put(w, "\\");
			put_units(w, s + run, 1);
			run++;
		}
		i = run;
	}
	put(w, "\"");
}

/* A string that a line of text can hold: terminated, and no line breaks. */
static bool is_plain_string(const struct reg_value *v)
{
	const uint16_t *s = (const uint16_t *)v->data;
	size_t n = v->len / 2;

	if (v->type != REG_SZ || v->len % 2 || !n || s[n - 1])
		return false;
	for (size_t i = 0; i + 1 < n; i++)
		if (s[i] < 0x20)
			return false;
	return true;
}

static void put_hex(struct writer *w, const struct reg_value *v, size_t column)
{
	char text[24];

	if (v->type == REG_BINARY)
		strcpy(text, "hex:");
	else
		snprintf(text, sizeof text, "hex(%x):", v->type);
	put(w, text);
	column += strlen(text);
	for (uint32_t i = 0; i < v->len; i++) {
		bool last = i + 1 == v->len;

		snprintf(text, sizeof text, "%02x%s", v->data[i],
			 last ? "" : ",");
		put(w, text);
		column += 3;
		if (!last && column > 76) {
			put(w, "\\");
			end_line(w);
			put(w, "  ");
			column = 2;
		}
	}
}

static void export_value(struct writer *w, const struct reg_value *v)
{
	size_t column = 2;

	if (v->name_len) {
		put_quoted(w, v->name, v->name_len);
		column = v->name_len + 3;
	} else {
		put(w, "@");
	}
	put(w, "=");
	if (is_plain_string(v)) {
		put_quoted(w, (const uint16_t *)v->data, v->len / 2 - 1);
	} else if (v->type == REG_DWORD && v->len == 4) {
		char text[24];
		uint32_t n;

		memcpy(&n, v->data, 4);
		snprintf(text, sizeof text, "dword:%08" PRIx32, n);
		put(w, text);
	} else {
		put_hex(w, v, column);
	}
	end_line(w);
}

static void put_path(struct writer *w, const struct reg_key *k)
{
	size_t len = 0, skip = 0;
	uint16_t *path = reg_path(k, &len);
	const char *root = path ? reg_text_root_of(path, len, &skip) : "";

	put(w, root);
	if (path)
		put_units(w, path + skip, len - skip);
	free(path);
}

static void export_key(struct writer *w, struct reg_key *k)
{
	reg_filled(k);
	put(w, "[");
	put_path(w, k);
	put(w, "]");
	end_line(w);
	for (uint32_t i = 0; i < k->nvalues; i++)
		export_value(w, &k->value[i]);
	end_line(w);
	for (uint32_t i = 0; i < k->nsub; i++)
		if (!k->sub[i]->is_link)
			export_key(w, k->sub[i]);
}

static struct reg_key *open_key(const char *name, struct err *e)
{
	struct reg_key *k = reg_text_open(name);

	if (!k)
		err_set(e, ENOENT, "%s: no such key", name);
	return k;
}

static int finish(FILE *out, struct err *e)
{
	if (fflush(out) || ferror(out))
		return err_set(e, EIO, "writing: %s", strerror(errno));
	return 0;
}

int registry_export(FILE *out, const char *key, bool wide, struct err *e)
{
	struct writer w = { out, wide, "\r\n" };
	uint16_t mark = 0xfeff;
	struct reg_key *k;

	if (reg_text_begin(false, e))
		return -1;
	k = open_key(key, e);
	if (k) {
		if (wide)
			put_units(&w, &mark, 1);
		put(&w, "Windows Registry Editor Version 5.00");
		end_line(&w);
		end_line(&w);
		export_key(&w, k);
	}
	reg_end();
	return k ? finish(out, e) : -1;
}

/* ---- for people ---------------------------------------------------------- */

static void show_data(struct writer *w, const struct reg_value *v)
{
	const uint16_t *s = (const uint16_t *)v->data;
	size_t n = v->len / 2;
	uint64_t number = 0;
	char text[32];

	switch (v->type) {
	case REG_SZ:
	case REG_EXPAND_SZ:
	case REG_LINK:
		while (n && !s[n - 1])
			n--;
		put_units(w, s, n);
		return;
	case REG_MULTI_SZ:
		while (n && !s[n - 1])
			n--;
		for (size_t i = 0; i < n; i++) {
			if (s[i])
				put_units(w, s + i, 1);
			else
				put(w, "\\0");
		}
		return;
	case REG_DWORD:
	case REG_QWORD:
		memcpy(&number, v->data,
		       v->len < sizeof number ? v->len : sizeof number);
		snprintf(text, sizeof text, "0x%" PRIx64, number);
		put(w, text);
		return;
	default:
		for (uint32_t i = 0; i < v->len; i++) {
			snprintf(text, sizeof text, "%02X", v->data[i]);
			put(w, text);
		}
	}
}

static void show_value(struct writer *w, const struct reg_value *v)
{
	char number[24];
	const char *type = v->type < COUNT_OF(type_names) && type_names[v->type]
				   ? type_names[v->type]
				   : number;

	snprintf(number, sizeof number, "0x%x", v->type);
	put(w, "    ");
	if (v->name_len)
		put_units(w, v->name, v->name_len);
	else
		put(w, "(Default)");
	put(w, "    ");
	put(w, type);
	put(w, "    ");
	show_data(w, v);
	end_line(w);
}

static bool show_key(struct writer *w, struct reg_key *k, const char *value,
		     bool recurse)
{
	uint16_t name[REG_VALUE_NAME_MAX + 1];
	size_t n = 0;
	bool any = false;

	reg_filled(k);
	if (value)
		n = utf8_to_utf16(name, COUNT_OF(name), value, strlen(value));
	for (uint32_t i = 0; i < k->nvalues; i++) {
		const struct reg_value *v = &k->value[i];

		if (value && (n > COUNT_OF(name) ||
			      reg_compare(v->name, v->name_len, name, n)))
			continue;
		if (!any) {
			put_path(w, k);
			end_line(w);
		}
		any = true;
		show_value(w, v);
	}
	if (any)
		end_line(w);
	for (uint32_t i = 0; i < k->nsub; i++) {
		if (recurse && !k->sub[i]->is_link) {
			any |= show_key(w, k->sub[i], value, true);
		} else if (!value) {
			put_path(w, k->sub[i]);
			end_line(w);
		}
	}
	return any;
}

int registry_query(FILE *out, const char *key, const char *value, bool recurse,
		   struct err *e)
{
	struct writer w = { out, false, "\n" };
	struct reg_key *k;
	bool any = false;

	if (reg_text_begin(false, e))
		return -1;
	k = open_key(key, e);
	if (k)
		any = show_key(&w, k, value, recurse);
	reg_end();
	if (!k)
		return -1;
	if (value && !any)
		return err_set(e, ENOENT, "%s: no value \"%s\"", key, value);
	return finish(out, e);
}
