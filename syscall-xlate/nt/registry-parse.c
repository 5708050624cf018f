/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-parse.c - reading .reg files.
 *
 * The text is gone through twice: once to see that it can be understood, once
 * to do what it says.  A line is one instruction; hexadecimal data goes on
 * after a backslash at its end.
 *
 * The old form, REGEDIT4, is in the ANSI code page (which is 1252, as in the
 * defaults), and so are its strings in bytes.
 */
#include "syscall-xlate/nt/registry-parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/utf.h"
#include "syscall-xlate/nt/registry-text.h"

/* ---- names of keys ---- */

static const struct {
	const char *full, *brief;
	const char *path; /* "%": the user */
} roots[] = {
	{ "HKEY_CURRENT_USER", "HKCU", "\\Registry\\User\\%" },
	{ "HKEY_CLASSES_ROOT", "HKCR",
	  "\\Registry\\Machine\\Software\\Classes" },
	{ "HKEY_CURRENT_CONFIG", "HKCC",
	  "\\Registry\\Machine\\System\\CurrentControlSet\\"
	  "Hardware Profiles\\Current" },
	{ "HKEY_LOCAL_MACHINE", "HKLM", "\\Registry\\Machine" },
	{ "HKEY_USERS", "HKU", "\\Registry\\User" },
};

enum { ROOT_MAX = 256 };

static size_t root_path(size_t i, uint16_t *out)
{
	const char *mark = strchr(roots[i].path, '%');
	char text[ROOT_MAX];

	if (mark)
		snprintf(text, sizeof text, "%.*s%s",
			 (int)(mark - roots[i].path), roots[i].path,
			 user_sid_string());
	else
		snprintf(text, sizeof text, "%s", roots[i].path);
	return utf8_to_utf16(out, ROOT_MAX, text, strlen(text));
}

static bool is_ascii(const uint16_t *s, size_t n, const char *ascii)
{
	if (strlen(ascii) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (utf16_upcase(s[i]) != utf16_upcase((unsigned char)ascii[i]))
			return false;
	return true;
}

const char *reg_text_root_of(const uint16_t *path, size_t n, size_t *skip)
{
	uint16_t root[ROOT_MAX];

	for (size_t i = 0; i < COUNT_OF(roots); i++) {
		size_t len = root_path(i, root);

		if (n < len || reg_compare(path, len, root, len) ||
		    (n > len && path[len] != '\\'))
			continue;
		/* Under its own name, not as a part of the machine's. */
		if (i == 1 || i == 2)
			continue;
		*skip = len;
		return roots[i].full;
	}
	*skip = 0;
	return "";
}

/* The tree's path for "HKLM\x"; malloc'ed, NULL: no such root. */
static uint16_t *tree_path(const uint16_t *name, size_t n, size_t *len)
{
	size_t end = 0;
	uint16_t *path;

	while (end < n && name[end] != '\\')
		end++;
	for (size_t i = 0; i < COUNT_OF(roots); i++) {
		if (!is_ascii(name, end, roots[i].full) &&
		    !is_ascii(name, end, roots[i].brief))
			continue;
		path = malloc((ROOT_MAX + n) * sizeof *path);
		if (!path)
			return NULL;
		*len = root_path(i, path);
		memcpy(path + *len, name + end, (n - end) * sizeof *path);
		*len += n - end;
		while (*len && path[*len - 1] == '\\')
			--*len;
		return path;
	}
	return NULL;
}

struct reg_key *reg_text_open(const char *name)
{
	size_t max = strlen(name) + 1, n, len, rest;
	uint16_t *units = malloc(max * sizeof *units), *path = NULL;
	struct reg_key *k = NULL;

	if (!units)
		return NULL;
	n = utf8_to_utf16(units, max, name, max - 1);
	path = tree_path(units, n, &len);
	if (!path || reg_walk(NULL, path, len, 0, &k, &rest))
		k = NULL;
	free(path);
	free(units);
	return k;
}

/* The key, made if need be with those above it; NULL: no memory. */
static struct reg_key *make_key(const uint16_t *path, size_t len)
{
	struct reg_key *k;
	size_t rest, end;

	if (!reg_walk(NULL, path, len, 0, &k, &rest))
		return k;
	while (rest < len) {
		struct reg_key *parent = k;

		for (end = rest; end < len && path[end] != '\\'; end++)
			;
		k = reg_add(parent, path + rest, end - rest);
		if (!k)
			return NULL;
		reg_store_key(k);
		reg_changed(parent, NOTIFY_NAME);
		rest = end + 1;
	}
	return k;
}

static void remove_tree(struct reg_key *k)
{
	struct reg_key *parent = k->parent;

	reg_filled(k);
	while (k->nsub)
		remove_tree(k->sub[k->nsub - 1]);
	reg_store_key_gone(k);
	reg_remove(k);
	if (parent)
		reg_changed(parent, NOTIFY_NAME);
}

/* ---- lines ---- */

struct reader {
	const uint16_t *s;
	size_t n, at;
	unsigned line;
	bool apply;
	bool ansi; /* the old form */
	struct reg_key *key; /* when applying; NULL: values are skipped */
	bool has_key;
	/* A value's name and data. */
	uint16_t *name;
	uint8_t *data;
	size_t name_len, data_len;
	struct err *e;
};

static int bad(struct reader *r, const char *what)
{
	return err_set(r->e, EINVAL, "line %u: %s", r->line, what);
}

static uint16_t peek(const struct reader *r)
{
	return r->at < r->n ? r->s[r->at] : 0;
}

static bool at_end_of_line(const struct reader *r)
{
	return r->at >= r->n || r->s[r->at] == '\r' || r->s[r->at] == '\n';
}

static void skip_blanks(struct reader *r)
{
	while (!at_end_of_line(r) &&
	       (r->s[r->at] == ' ' || r->s[r->at] == '\t'))
		r->at++;
}

static void next_line(struct reader *r)
{
	if (peek(r) == '\r')
		r->at++;
	if (peek(r) == '\n')
		r->at++;
	r->line++;
}

static bool skip_word(struct reader *r, const char *word)
{
	size_t n = strlen(word);

	if (r->n - r->at < n || !is_ascii(r->s + r->at, n, word))
		return false;
	r->at += n;
	return true;
}

static int line_ends(struct reader *r)
{
	skip_blanks(r);
	if (peek(r) == ';')
		while (!at_end_of_line(r))
			r->at++;
	return at_end_of_line(r) ? 0 : bad(r, "something follows");
}

/* "text" into out, which has room for what is left of the file. */
static int quoted(struct reader *r, uint16_t *out, size_t *n)
{
	*n = 0;
	r->at++;
	while (peek(r) != '"') {
		if (r->at >= r->n)
			return bad(r, "a string does not end");
		if (peek(r) == '\n')
			r->line++;
		if (peek(r) == '\\' && r->at + 1 < r->n)
			r->at++;
		out[(*n)++] = r->s[r->at++];
	}
	r->at++;
	return 0;
}

static int hex_digit(uint16_t c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Digits at the place; -1 if there are none or more than max. */
static int64_t number(struct reader *r, int max)
{
	int64_t v = 0;
	int n;

	for (n = 0; hex_digit(peek(r)) >= 0; n++) {
		if (n == max)
			return -1;
		v = v << 4 | hex_digit(r->s[r->at++]);
	}
	return n ? v : -1;
}

static int hex_bytes(struct reader *r)
{
	r->data_len = 0;
	for (;;) {
		int64_t byte;

		skip_blanks(r);
		if (peek(r) == '\\') {
			r->at++;
			skip_blanks(r);
			if (!at_end_of_line(r))
				return bad(r, "a backslash within a line");
			next_line(r);
			continue;
		}
		if (at_end_of_line(r) || peek(r) == ';')
			return 0;
		byte = number(r, 2);
		if (byte < 0)
			return bad(r, "not a byte");
		r->data[r->data_len++] = (uint8_t)byte;
		skip_blanks(r);
		if (peek(r) == ',')
			r->at++;
		else if (!at_end_of_line(r) && peek(r) != ';' &&
			 peek(r) != '\\')
			return bad(r, "no comma between bytes");
	}
}

static uint16_t from_ansi(uint8_t c)
{
	static const uint16_t high[] = {
		0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
		0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
	};

	return c >= 0x80 && c < 0xa0 ? high[c - 0x80] : c;
}

/* In place: data has twice the room that its text took. */
static void widen(struct reader *r)
{
	uint16_t *to = (uint16_t *)r->data;

	for (size_t i = r->data_len; i-- > 0;)
		to[i] = from_ansi(r->data[i]);
	r->data_len *= 2;
}

static int data(struct reader *r, uint32_t *type)
{
	int64_t v;

	if (peek(r) == '"') {
		size_t n;
		int err = quoted(r, (uint16_t *)r->data, &n);

		((uint16_t *)r->data)[n] = 0;
		r->data_len = (n + 1) * 2;
		*type = REG_SZ;
		return err;
	}
	if (skip_word(r, "dword:")) {
		uint32_t dword;

		skip_blanks(r);
		v = number(r, 8);
		if (v < 0)
			return bad(r, "not a dword");
		dword = (uint32_t)v;
		memcpy(r->data, &dword, 4);
		r->data_len = 4;
		*type = REG_DWORD;
		return 0;
	}
	if (skip_word(r, "hex:")) {
		*type = REG_BINARY;
		return hex_bytes(r);
	}
	if (skip_word(r, "hex(")) {
		v = number(r, 8);
		if (v < 0 || !skip_word(r, "):"))
			return bad(r, "not a type");
		*type = (uint32_t)v;
		if (hex_bytes(r))
			return -1;
		if (r->ansi && (v == REG_SZ || v == REG_EXPAND_SZ ||
				v == REG_MULTI_SZ))
			widen(r);
		return 0;
	}
	return bad(r, "not a value");
}

static int value_line(struct reader *r)
{
	uint32_t type = 0;
	bool gone;
	int err = 0;

	if (!r->has_key)
		return bad(r, "a value before any key");
	r->name_len = 0;
	if (peek(r) == '@')
		r->at++;
	else
		err = quoted(r, r->name, &r->name_len);
	if (err)
		return err;
	if (r->name_len > REG_VALUE_NAME_MAX)
		return bad(r, "the value's name is too long");
	skip_blanks(r);
	if (peek(r) != '=')
		return bad(r, "no = after a value's name");
	r->at++;
	skip_blanks(r);
	gone = peek(r) == '-';
	if (gone)
		r->at++;
	else
		err = data(r, &type);
	if (!err)
		err = line_ends(r);
	if (err || !r->apply || !r->key)
		return err;
	if (gone) {
		struct reg_value *v = reg_value(r->key, r->name, r->name_len);

		if (!v)
			return 0;
		reg_unset(r->key, v);
		reg_store_value_gone(r->key, r->name, r->name_len);
	} else {
		reg_read(r->key, REG_VALUES);
		if (!reg_set(r->key, r->name, r->name_len, type, r->data,
			     (uint32_t)r->data_len))
			return bad(r, "no memory");
		reg_store_value(r->key,
				reg_value(r->key, r->name, r->name_len));
	}
	reg_changed(r->key, NOTIFY_LAST_SET);
	return 0;
}

static int key_line(struct reader *r)
{
	bool gone = r->at + 1 < r->n && r->s[r->at + 1] == '-';
	size_t from = r->at + 1 + gone, to, len, part = 0;
	uint16_t *path;

	while (!at_end_of_line(r))
		r->at++;
	for (to = r->at; to > from && r->s[to - 1] != ']'; to--)
		;
	if (to <= from)
		return bad(r, "no ] after a key");
	path = tree_path(r->s + from, to - 1 - from, &len);
	if (!path)
		return bad(r, "no such root key");
	for (size_t i = 0; i <= len; i++) {
		part = i == len || path[i] == '\\' ? 0 : part + 1;
		if (part > REG_NAME_MAX ||
		    (i && i < len && path[i] == '\\' && path[i - 1] == '\\')) {
			free(path);
			return bad(r, "not a key's name");
		}
	}
	r->has_key = true;
	r->key = NULL;
	if (r->apply && gone) {
		struct reg_key *k;
		size_t rest;

		if (!reg_walk(NULL, path, len, 0, &k, &rest) && k->parent &&
		    k->parent != &reg_root)
			remove_tree(k);
	} else if (r->apply) {
		r->key = make_key(path, len);
	}
	free(path);
	return r->apply && !gone && !r->key ? bad(r, "no memory") : 0;
}

static int all_lines(struct reader *r)
{
	int err = 0;

	r->at = 0;
	r->line = 1;
	r->has_key = false;
	r->key = NULL;
	skip_blanks(r);
	r->ansi = skip_word(r, "REGEDIT4");
	if (!r->ansi && !skip_word(r, "Windows Registry Editor Version 5.00"))
		return bad(r, "not a .reg file");
	while (!err && r->at < r->n) {
		skip_blanks(r);
		if (at_end_of_line(r)) {
			next_line(r);
			continue;
		}
		switch (peek(r)) {
		case ';':
			err = line_ends(r);
			break;
		case '[':
			err = key_line(r);
			break;
		case '"':
		case '@':
			err = value_line(r);
			break;
		default:
			err = bad(r, "neither key nor value");
		}
	}
	return err;
}

int reg_text_begin(bool change, struct err *e)
{
	NTSTATUS status = STATUS_SUCCESS;

	reg_begin();
	if (change)
		status = reg_store_lock();
	else
		reg_store_hold();
	if (!reg_store_unread() && !status)
		return 0;
	reg_end();
	if (status)
		return err_set(e, EIO, "the registry's file cannot be written");
	return err_set(e, EIO, "the registry's file cannot be read");
}

/* UTF-8, which today's editors write, or if it is not that, the old form's. */
static size_t read_narrow(uint16_t *units, const char *text, size_t n)
{
	static const char old[] = "REGEDIT4";
	size_t len = utf8_to_utf16(units, n, text, n);
	bool bad_bytes = false;

	if (n < sizeof old - 1 || memcmp(text, old, sizeof old - 1))
		return len;
	/* Such a byte is a low surrogate by itself (base/utf.h). */
	for (size_t i = 0; i < len; i++)
		bad_bytes |= units[i] >= 0xdc80 && units[i] <= 0xdcff &&
			     (!i || (units[i - 1] & 0xfc00) != 0xd800);
	if (!bad_bytes)
		return len;
	for (size_t i = 0; i < n; i++)
		units[i] = from_ansi((uint8_t)text[i]);
	return n;
}

int registry_import(const char *text, size_t n, struct err *e)
{
	struct reader r = { .e = e };
	uint16_t *units = malloc((n + 2) * sizeof *units);
	int err = -1;

	r.name = malloc((n + 2) * sizeof *r.name);
	r.data = malloc((n + 2) * sizeof *r.name);
	if (!units || !r.name || !r.data) {
		err_set(e, ENOMEM, "no memory");
		goto out;
	}
	if (n >= 2 && !memcmp(text, "\xff\xfe", 2)) {
		r.n = n / 2 - 1;
		memcpy(units, text + 2, r.n * 2);
	} else {
		size_t skip =
			n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;

		r.n = read_narrow(units, text + skip, n - skip);
	}
	r.s = units;
	err = all_lines(&r);
	if (!err && !(err = reg_text_begin(true, e))) {
		r.apply = true;
		err = all_lines(&r);
		if (reg_store_flush() && !err)
			err = err_set(e, EIO,
				      "the registry's file cannot be written");
		reg_end();
	}
out:
	free(units);
	free(r.name);
	free(r.data);
	return err;
}
