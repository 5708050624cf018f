/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * script.c - see script.h.
 *
 * A batch file is no image: cmd.exe runs it, as when CreateProcess is given
 * one.  The whole of its command line stands in quotes, which /s takes off.
 */
#include "loader/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/policy.h"

bool script_is_batch(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (!strcasecmp(dot, ".bat") || !strcasecmp(dot, ".cmd"));
}

/* In quotes if anything in it would mean something to cmd.exe. */
static void add_word(FILE *f, const char *s)
{
	const char *quote = !*s || strpbrk(s, " \t&<>()@^|,;=%!") ? "\"" : "";

	if (*s == '"')
		quote = "";
	fprintf(f, " %s%s%s", quote, s, quote);
}

static void add_part(FILE *f, const char *path)
{
	for (; *path; path++)
		putc(*path == '/' ? '\\' : *path, f);
}

/* The path as Windows has it: / is Z:, in a sandbox what the mounts say. */
static void add_path(FILE *f, const char *path)
{
	const struct policy_mount *m;
	const char *rest = path;

	m = policy ? policy_find(policy, path, &rest) : NULL;
	fprintf(f, " \"%c:", m ? m->drive : 'Z');
	if (m && *m->guest) {
		putc('\\', f);
		add_part(f, m->guest);
	}
	if (*rest && *rest != '/')
		putc('\\', f);
	add_part(f, rest);
	putc('"', f);
}

int script_launch(struct launch *l, struct err *e)
{
	char *line = NULL, *shell = NULL, *real;
	char **argv = NULL;
	size_t size;
	FILE *f;

	if (!script_is_batch(l->path))
		return 0;
	real = realpath(l->path, NULL);
	if (!real)
		return err_set(e, errno, "%s", strerror(errno));
	f = open_memstream(&line, &size);
	if (f) {
		fputs("cmd.exe /s /c \"", f);
		add_path(f, real);
		for (char *const *a = l->argv + 1; *a; a++)
			add_word(f, *a);
		putc('"', f);
		if (fclose(f))
			line = NULL;
	}
	free(real);
	argv = calloc(2, sizeof *argv);
	if (!line || !argv ||
	    asprintf(&shell, "%s/x86_64-windows/cmd.exe", l->dlls) < 0)
		return err_set(e, ENOMEM, "no memory");
	argv[0] = shell;
	l->argv = argv;
	l->path = shell;
	if (!l->cmdline)
		l->cmdline = line;
	return 0;
}
