/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reg-cmd.c - the registry for scripts: .reg files in and out, and a look at
 * it.  Programs that run see what changes at once.
 */
#include "loader/reg-cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mapped.h"
#include "syscall-xlate/nt/registry-text.h"

enum { USAGE = 125, LARGEST = 256 << 20 };

static int usage(void)
{
	fputs("Usage: run-foreign reg import FILE\n"
	      "       run-foreign reg export KEY [FILE]\n"
	      "       run-foreign reg query KEY [-v VALUE] [-s]\n",
	      stderr);
	return USAGE;
}

static char *read_all(FILE *f, size_t *n)
{
	size_t max = 0;
	char *text = NULL;

	*n = 0;
	do {
		char *grown = realloc(text, max = max ? max * 2 : 65536);

		if (!grown || max > LARGEST) {
			free(grown ? grown : text);
			errno = EFBIG;
			return NULL;
		}
		text = grown;
		*n += fread(text + *n, 1, max - *n, f);
	} while (*n == max);
	if (ferror(f)) {
		free(text);
		return NULL;
	}
	return text;
}

static int import(const char *name, struct err *e)
{
	FILE *f = strcmp(name, "-") ? fopen(name, "rb") : stdin;
	size_t n;
	char *text = f ? read_all(f, &n) : NULL;
	int err;

	if (text)
		err = registry_import(text, n, e);
	else
		err = err_set(e, errno, "%s", strerror(errno));
	if (f && f != stdin)
		fclose(f);
	free(text);
	return err ? err_wrap(e, "%s", name) : 0;
}

/* To a file as Windows' tools write them, to a terminal or pipe as UTF-8. */
static int export(const char *key, const char *name, struct err *e)
{
	FILE *f = stdout;
	int err;

	if (name && strcmp(name, "-")) {
		f = fopen(name, "wb");
		if (!f)
			return err_set(e, errno, "%s: %s", name,
				       strerror(errno));
	}
	err = registry_export(f, key, f != stdout, e);
	if (f != stdout && fclose(f) && !err)
		err = err_set(e, errno, "%s: %s", name, strerror(errno));
	return err;
}

bool reg_is_command(const char *verb)
{
	return !strcmp(verb, "import") || !strcmp(verb, "export") ||
	       !strcmp(verb, "query");
}

int reg_command(char **argv)
{
	const char *verb = argv[1], *value = NULL;
	struct err e = { 0 };
	int recurse = 0, err;

	if (!verb || !argv[2])
		return usage();
	mapped_catch();
	if (!strcmp(verb, "import") && !argv[3]) {
		err = import(argv[2], &e);
	} else if (!strcmp(verb, "export") && (!argv[3] || !argv[4])) {
		err = export(argv[2], argv[3], &e);
	} else if (!strcmp(verb, "query")) {
		for (char **a = argv + 3; *a; a++) {
			if (!strcmp(*a, "-s"))
				recurse = 1;
			else if (!strcmp(*a, "-v") && a[1])
				value = *++a;
			else
				return usage();
		}
		err = registry_query(stdout, argv[2], value, recurse, &e);
	} else {
		return usage();
	}
	if (err)
		fprintf(stderr, "run-foreign: %s\n", e.text);
	return err ? 1 : 0;
}
