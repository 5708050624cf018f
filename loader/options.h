/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * options.h - the command line.  One table (options.c) drives parsing and
 * --help; the manual's option list is checked against it by the tests.
 */
#ifndef RF_OPTIONS_H
#define RF_OPTIONS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/policy.h"

enum action { RUN, SHOW_HELP, SHOW_VERSION, LIST_ENGINES, LIST_PERSONALITIES, LIST_CALLS, CHECK, DETECT, GDB, WATCH_CONSOLE };

struct options {
	enum action action;
	const char *engine;	     /* --engine NAME or NULL */
	const char *cmdline;	     /* --cmdline TEXT or NULL */
	const char *exit_status;     /* --exit-status FILE or NULL */
	const char *dlls;	     /* --dlls DIR or NULL */
	const char *trace_json;	     /* --trace-json FILE or NULL */
	int trace_fd;		     /* a sandbox's, of that file, or -1 */
	bool json;		     /* --json */
	const char *gdb_pid;	     /* --gdb=PID or NULL */
	const char *sysroot;	     /* --sysroot DIR or NULL */
	const char *argv0;	     /* internal; NULL */
	int parent_channel;	     /* internal; -1 */
	int watched;		     /* of WATCH_CONSOLE */
	bool timed;	    /* somebody waits for the end of --timeout */
	bool sandbox;		     /* --sandbox */
	const char *setting;	     /* a setting for it that was given */
	bool was_jailed;	     /* --jailed: our parent's jail holds */
	bool alone;		     /* in namespaces of our own (sandbox.c) */
	const char *policy_file;     /* --policy FILE or NULL */
	const char *jailed;	     /* internal: the sandbox's folder or NULL */
	struct policy policy;
	char **program;		     /* program and arguments; NULL: none */
};

/*
 * options_parse() - fill in o from argv; options end at the first word that is
 * none.  Sets the log and trace switches.  Returns 0, or -1 with e set.
 */
int options_parse(int argc, char **argv, struct options *o, struct err *e);

/* The text of --help on stdout. */
void options_help(void);

#endif
