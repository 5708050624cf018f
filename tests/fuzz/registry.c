/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry.c - libFuzzer target: any bytes as a .reg file, or as a hive (what
 * begins with "regf", whose checksum is made to be right).  Nothing is stored.
 *
 * What could be read is written, read again and written again: the same.
 */
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/registry-hive-format.h"
#include "syscall-xlate/nt/registry-hive.h"
#include "syscall-xlate/nt/registry-parse.h"
#include "syscall-xlate/nt/registry-text.h"

#define KEY "HKEY_CURRENT_USER\\F"

static char *export(size_t *n)
{
	struct err e = { 0 };
	char *text = NULL;
	FILE *f = open_memstream(&text, n);
	int err = registry_export(f, KEY, true, &e);

	fclose(f);
	if (!err)
		return text;
	free(text);
	return NULL;
}

static void import(const char *text, size_t n)
{
	struct err e = { 0 };

	if (registry_import(text, n, &e)) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
}

/* Line breaks in a key's name are nothing that such a file can say. */
static int has_odd_key(const struct reg_key *k)
{
	for (uint32_t i = 0; i < k->nsub; i++) {
		for (unsigned j = 0; j < k->sub[i]->name_len; j++)
			if (k->sub[i]->name[j] < 0x20)
				return 1;
		if (has_odd_key(k->sub[i]))
			return 1;
	}
	return 0;
}

static int is_odd(void)
{
	const char *seed = getenv("RF_FUZZ_HIVE");
	struct reg_key *k;
	uint8_t *b;
	size_t n;
	FILE *f;
	int odd;

	reg_begin();
	k = reg_text_open(KEY);
	odd = !k || has_odd_key(k);
	/* A hive to begin with. */
	if (k && seed && !hive_write(k, 5, &b, &n)) {
		f = fopen(seed, "w");
		fwrite(b, 1, n, f);
		fclose(f);
		free(b);
	}
	reg_end();
	return odd;
}

static void reg_file(const uint8_t *data, size_t size)
{
	static const char gone[] = "REGEDIT4\n[-" KEY "]\n";
	struct err e = { 0 };
	size_t n, m;
	char *first, *second;

	if (registry_import((const char *)data, size, &e) || is_odd()) {
		import(gone, sizeof gone - 1);
		return;
	}
	first = export(&n);
	import(gone, sizeof gone - 1);
	import(first, n);
	second = export(&m);
	if (!second || n != m || memcmp(first, second, n))
		abort();
	import(gone, sizeof gone - 1);
	free(first);
	free(second);
}

static struct reg_key *root(void)
{
	struct reg_key *k = calloc(1, sizeof *k);

	k->refs = 1;
	k->name = calloc(1, 2);
	return k;
}

static void done(struct reg_key *k)
{
	while (k->nsub)
		reg_remove(k->sub[k->nsub - 1]);
	reg_unref(k);
}

static void hive(const uint8_t *data, size_t size)
{
	struct reg_key *k = root(), *l = root();
	uint8_t *b = malloc(size), *c;
	uint32_t sum = 0, word;
	size_t n, m;

	memcpy(b, data, size);
	for (size_t i = 0; i < offsetof(struct hive_header, checksum); i += 4) {
		memcpy(&word, b + i, 4);
		sum ^= word;
	}
	sum = !sum ? 1 : sum == UINT32_MAX ? UINT32_MAX - 1 : sum;
	memcpy(b + offsetof(struct hive_header, checksum), &sum, 4);
	reg_begin();
	if (!hive_read((struct bytes){ b, size }, k)) {
		free(b);
		b = NULL;
		if (!hive_write(k, 5, &b, &n)) {
			if (hive_read((struct bytes){ b, n }, l) ||
			    hive_write(l, 5, &c, &m))
				abort();
			if (n != m ||
			    memcmp(b + HIVE_PAGE, c + HIVE_PAGE, n - HIVE_PAGE))
				abort();
			free(c);
		}
	}
	reg_end();
	free(b);
	done(k);
	done(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= HIVE_PAGE && !memcmp(data, "regf", 4))
		hive(data, size);
	else
		reg_file(data, size);
	return 0;
}
