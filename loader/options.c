/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* options.c - see options.h. */
#include "loader/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/table.h"
#include "syscall-xlate/engine/engine.h"
#include "syscall-xlate/trace.h"

enum {
	OPT_ENGINE = 256, OPT_CMDLINE, OPT_EXIT_STATUS, OPT_DLLS, OPT_TRACE,
	OPT_DEBUG, OPT_LIST_ENGINES, OPT_LIST_PERSONALITIES, OPT_LIST_CALLS,
	OPT_PARENT, OPT_TRACE_JSON, OPT_SUMMARY,
	OPT_CHECK, OPT_JSON,
	OPT_SYSROOT, OPT_ARGV0, OPT_TRAP,
};

static const struct {
	const char *name;
	int val;
	int has_arg;
	const char *arg;  /* its name in the help */
	const char *help; /* NULL: internal */
} table[] = {
	{ "engine", OPT_ENGINE, required_argument, "NAME",
	  "how the program's code is run (see --list-engines)" },
	{ "cmdline", OPT_CMDLINE, required_argument, "TEXT",
	  "the Windows command line as it is, program name included" },
	{ "exit-status", OPT_EXIT_STATUS, required_argument, "FILE",
	  "write the full 32-bit exit code to FILE, in decimal" },
	{ "dlls", OPT_DLLS, required_argument, "DIR",
	  "where the built-in DLLs are (DIR/x86_64-windows)" },
	{ "sysroot", OPT_SYSROOT, required_argument, "DIR",
	  "the foreign system's own files, for dynamic BSD programs" },
	{ "trap", OPT_TRAP, required_argument, "HOW",
	  "how raw system calls are caught: sud, seccomp or off" },
	{ "trace", OPT_TRACE, optional_argument, "CALL,...",
	  "print each system call; groups (file, sync ...) and patterns "
	  "(Nt*File) work" },
	{ "trace-json", OPT_TRACE_JSON, required_argument, "FILE",
	  "the same as JSON, an object per line, into FILE" },
	{ "summary", OPT_SUMMARY, no_argument, NULL,
	  "at the end, count and time of each system call" },
	{ "debug", OPT_DEBUG, required_argument, "AREA,...",
	  "messages about image, engine, trap, nt, file, sync, process, all" },
	{ "check", OPT_CHECK, no_argument, NULL,
	  "say whether PROGRAM should run, and what it lacks; run nothing" },
	{ "json", OPT_JSON, no_argument, NULL, "with --check: as JSON" },
	{ "list-engines", OPT_LIST_ENGINES, no_argument, NULL,
	  "what can run here, and why not" },
	{ "list-personalities", OPT_LIST_PERSONALITIES, no_argument, NULL,
	  "the systems whose programs run" },
	{ "list-calls", OPT_LIST_CALLS, no_argument, NULL,
	  "every system call: full, partial, stub or absent" },
	{ "help", 'h', no_argument, NULL, "this text" },
	{ "version", 'V', no_argument, NULL, "the version" },
	{ "argv0", OPT_ARGV0, required_argument, NULL, NULL },
	{ "parent-channel", OPT_PARENT, required_argument, NULL, NULL },
};

static int apply_trap(const char *name, struct err *e)
{
	static const struct {
		const char *name;
		enum trap_mode mode;
	} modes[] = {
		{ "auto", TRAP_AUTO },
		{ "sud", TRAP_SUD },
		{ "seccomp", TRAP_SECCOMP },
		{ "off", TRAP_OFF },
	};

	for (unsigned i = 0; i < COUNT_OF(modes); i++)
		if (!strcmp(name, modes[i].name)) {
			engine_trap = modes[i].mode;
			return 0;
		}
	return err_set(e, EINVAL, "--trap=%s: not sud, seccomp, off or auto",
		       name);
}

static int apply(int val, struct options *o, struct err *e)
{
	switch (val) {
	case OPT_ENGINE:
		o->engine = optarg;
		return 0;
	case OPT_CMDLINE:
		o->cmdline = optarg;
		return 0;
	case OPT_EXIT_STATUS:
		o->exit_status = optarg;
		return 0;
	case OPT_DLLS:
		o->dlls = optarg;
		return 0;
	case OPT_SYSROOT:
		o->sysroot = optarg;
		return 0;
	case OPT_ARGV0:
		o->argv0 = optarg;
		return 0;
	case OPT_TRAP:
		return apply_trap(optarg, e);
	case OPT_PARENT:
		o->parent_channel = atoi(optarg);
		return 0;
	case OPT_TRACE:
		return trace_select(optarg, e);
	case OPT_TRACE_JSON:
		o->trace_json = optarg;
		return 0;
	case OPT_SUMMARY:
		trace_summary();
		return 0;
	case OPT_DEBUG:
		if (log_enable(optarg))
			return err_set(e, EINVAL,
				       "--debug=%s: not one of its areas",
				       optarg);
		return 0;
	case OPT_CHECK:
		o->action = CHECK;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_LIST_ENGINES:
		o->action = LIST_ENGINES;
		return 0;
	case OPT_LIST_PERSONALITIES:
		o->action = LIST_PERSONALITIES;
		return 0;
	case OPT_LIST_CALLS:
		o->action = LIST_CALLS;
		return 0;
	case 'h':
		o->action = SHOW_HELP;
		return 0;
	case 'V':
		o->action = SHOW_VERSION;
		return 0;
	default:
		return err_set(e, EINVAL, "unknown or incomplete option (see "
					  "--help)");
	}
}

int options_parse(int argc, char **argv, struct options *o, struct err *e)
{
	struct option longs[COUNT_OF(table) + 1] = { 0 };
	int val;

	*o = (struct options){ .parent_channel = -1 };
	for (unsigned i = 0; i < COUNT_OF(table); i++)
		longs[i] = (struct option){ table[i].name, table[i].has_arg,
					    NULL, table[i].val };
	opterr = 0;
	/* "+": what follows the program's name is the program's. */
	while ((val = getopt_long(argc, argv, "+hV", longs, NULL)) != -1)
		if (apply(val, o, e))
			return -1;
	if (optind < argc)
		o->program = argv + optind;
	/* A child adds to its parent's file. */
	return o->trace_json ? trace_json(o->trace_json,
					  o->parent_channel >= 0, e)
			     : 0;
}

void options_help(void)
{
	printf("Usage: run-foreign [OPTION...] PROGRAM [ARGUMENT...]\n"
	       "       run-foreign path -w|-u PATH...\n"
	       "Runs a program made for another operating system.\n\n");
	for (unsigned i = 0; i < COUNT_OF(table); i++) {
		char left[64];

		if (!table[i].help)
			continue;
		if (!table[i].arg)
			snprintf(left, sizeof left, "--%s", table[i].name);
		else if (table[i].has_arg == optional_argument)
			snprintf(left, sizeof left, "--%s[=%s]", table[i].name,
				 table[i].arg);
		else
			snprintf(left, sizeof left, "--%s=%s", table[i].name,
				 table[i].arg);
		printf("  %-24s %s\n", left, table[i].help);
	}
	printf("\nThe exit status is the program's (its low 8 bits); 126: it "
	       "cannot be run,\n127: it does not exist, 125: run-foreign "
	       "itself failed.\n");
}
