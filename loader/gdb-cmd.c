/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gdb-cmd.c - see gdb-cmd.h.
 *
 * gdb runs run-foreign as it would any program; a script that comes with us
 * tells it of the foreign modules, their frames, and which signals are not its
 * business (run-foreign-gdb.py, beside the built-in DLLs).
 */
#include "loader/gdb-cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"
#include "loader/search.h"

/* The words of $GDB: the debugger's name and options of the user's. */
static unsigned debugger(char *text, char **to, unsigned room)
{
	unsigned n = 0;
	char *rest = text, *word;

	while (n < room && (word = strsep(&rest, " ")))
		if (*word)
			to[n++] = word;
	return n;
}

static bool is_gdb_option(const char *word)
{
	return !strcmp(word, "--gdb") || !strncmp(word, "--gdb=", 6);
}

void gdb_command(const struct options *o, char **argv, struct err *e)
{
	enum { WORDS = 32, OURS = 8 };
	const char *wanted = getenv("GDB");
	char *dlls = search_dlls(o->dlls, e), *script = NULL, *text;
	unsigned n = 0, argc = 0;
	char **v, self[32];

	if (!dlls)
		return;
	while (argv[argc])
		argc++;
	text = strdup(wanted && *wanted ? wanted : "gdb");
	v = calloc(WORDS + OURS + argc + 1, sizeof *v);
	if (!text || !v || asprintf(&script, "%s/run-foreign-gdb.py", dlls) < 0) {
		err_set(e, ENOMEM, "no memory");
		return;
	}
	if (access(script, R_OK)) {
		err_set(e, EINVAL, "--gdb: %s: %s", script, strerror(errno));
		return;
	}
	n = debugger(text, v, WORDS);
	if (!n)
		v[n++] = "gdb";
	/* Before the user's own commands, which may set breakpoints. */
	v[n++] = "-ix";
	v[n++] = script;
	if (o->gdb_pid) {
		v[n++] = "-p";
		v[n++] = (char *)o->gdb_pid;
	} else {
		snprintf(self, sizeof self, "/proc/%d/exe", getpid());
		v[n++] = "--args";
		v[n] = realpath(self, NULL);
		if (!v[n++])
			v[n - 1] = argv[0];
		for (unsigned i = 1; i < argc; i++)
			if (argv + i >= o->program || !is_gdb_option(argv[i]))
				v[n++] = argv[i];
	}
	v[n] = NULL;
	execvp(v[0], v);
	err_set(e, errno == ENOENT ? ENOENT : EINVAL, "--gdb: %s: %s", v[0],
		strerror(errno));
}
