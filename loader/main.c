/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c - run-foreign: options, then launch; prints the error and turns it
 * into an exit status, as shells do for programs they cannot start.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "loader/check.h"
#include "loader/gdb-cmd.h"
#include "loader/launch.h"
#include "loader/list.h"
#include "loader/options.h"
#include "loader/path-cmd.h"
#include "loader/policy-cmd.h"
#include "loader/reg-cmd.h"
#include "syscall-xlate/nt/console-watch.h"

enum {
	EXIT_OURS = 125,     /* run-foreign itself failed */
	EXIT_CANNOT_RUN = 126,
	EXIT_NOT_FOUND = 127,
};

static int report(const struct err *e, int status)
{
	fprintf(stderr, "run-foreign: %s\n", e->text);
	return status;
}

/* A word that is a command of our own, if others follow that it takes. */
static bool is_command(const char *name)
{
	return !strcmp(name, "path") || !strcmp(name, "policy") ||
	       !strcmp(name, "reg");
}

static int run(struct options *o, char **argv)
{
	struct err e = { 0 };

	console_watch_enable();
	launch(o, argv, &e);
	if (e.code == ENOENT && is_command(o->program[0]))
		err_set(&e, ENOENT,
			"%s: no such program (the command of that name wants "
			"other words: see --help)",
			o->program[0]);
	return report(&e, e.code == ENOENT	 ? EXIT_NOT_FOUND :
			  e.code == ENOMEM || e.code == EINVAL ? EXIT_OURS :
						   EXIT_CANNOT_RUN);
}

/*
 * What we open must not become the program's input or output because one of
 * those was closed.
 */
static void fill_standard_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", O_RDWR);
}

int main(int argc, char **argv)
{
	struct options o;
	struct err e = { 0 };
	const char *verb;

	fill_standard_streams();

	if (options_parse(argc, argv, &o, &e))
		return report(&e, EXIT_OURS);
	switch (o.action) {
	case SHOW_HELP:
		options_help();
		return 0;
	case SHOW_VERSION:
		puts(PACKAGE_STRING);
		return 0;
	case LIST_ENGINES:
		list_engines();
		return 0;
	case LIST_PERSONALITIES:
		list_personalities();
		return 0;
	case LIST_CALLS:
		list_calls();
		return 0;
	case WATCH_CONSOLE:
		return console_watch(o.watched);
	case CHECK:
	case DETECT:
	case RUN:
	case GDB:
		break;
	}
	if (!o.program && !(o.action == GDB && o.gdb_pid)) {
		fputs("run-foreign: no program given (see --help)\n", stderr);
		return EXIT_OURS;
	}
	if (o.action == DETECT)
		return detect_program(o.program[0]);
	if (o.action == CHECK)
		return check_program(&o);
	if (o.action == GDB) {
		gdb_command(&o, argv, &e);
		return report(&e, EXIT_OURS);
	}
	/* Alone they show their usage; ./reg is how to run such a program. */
	verb = o.program[1];
	if (!strcmp(o.program[0], "path") && (!verb || *verb == '-'))
		return path_command(o.program);
	if (!strcmp(o.program[0], "policy") &&
	    (!verb || !strcmp(verb, "check") || !strcmp(verb, "calls")))
		return policy_command(o.program);
	if (!strcmp(o.program[0], "reg") && (!verb || reg_is_command(verb)))
		return reg_command(o.program);
	return run(&o, argv);
}
