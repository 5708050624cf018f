/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* options.c - see options.h. */
#include "loader/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/table.h"
#include "syscall-xlate/engine/engine.h"
#include "syscall-xlate/trace.h"

enum {
	OPT_ENGINE = 256, OPT_CMDLINE, OPT_EXIT_STATUS, OPT_DLLS, OPT_TRACE,
	OPT_DEBUG, OPT_LIST_ENGINES, OPT_LIST_PERSONALITIES, OPT_LIST_CALLS,
	OPT_PARENT, OPT_TRACE_JSON, OPT_SUMMARY,
	OPT_CHECK, OPT_JSON, OPT_DETECT, OPT_GDB,
	OPT_SYSROOT, OPT_ARGV0, OPT_TRAP,
	OPT_DETERMINISTIC, OPT_SANDBOX, OPT_POLICY, OPT_SETTING, OPT_COMMIT, OPT_DISCARD, OPT_TIMED,
	OPT_JAILED, OPT_TRACE_FD, OPT_WATCH,
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
	  "how raw system calls are caught: sud, seccomp, off or auto" },
	{ "trace", OPT_TRACE, optional_argument, "CALL,...",
	  "print each system call; groups (file, sync ...) and patterns "
	  "(Nt*File) work" },
	{ "trace-json", OPT_TRACE_JSON, required_argument, "FILE",
	  "the same as JSON, an object per line, into FILE" },
	{ "summary", OPT_SUMMARY, no_argument, NULL,
	  "at the end, count and time of each system call" },
	{ "debug", OPT_DEBUG, required_argument, "AREA,...",
	  "messages about image, engine, trap, nt, file, sync, process, all" },
	{ "gdb", OPT_GDB, optional_argument, "PID",
	  "run PROGRAM in gdb, or have gdb look at the running process PID" },
	{ "check", OPT_CHECK, no_argument, NULL,
	  "say whether PROGRAM should run, and what it lacks; run nothing" },
	{ "detect", OPT_DETECT, no_argument, NULL,
	  "status 0 if PROGRAM is one that run-foreign is for, 1 if not" },
	{ "json", OPT_JSON, no_argument, NULL, "with --check: as JSON" },
	{ "sandbox", OPT_SANDBOX, no_argument, NULL,
	  "run it in a virtual machine, without files or network unless these "
	  "say so:" },
	{ "mount", OPT_SETTING, required_argument, "HOST[:Z:\\DIR][:ro|:rw|:cow]",
	  "show it a folder or file of the host, by its own path or there, only "
	  "to read unless :rw; :cow drops what it changes" },
	{ "commit", OPT_COMMIT, no_argument, NULL,
	  "write what :cow mounts took to the host when the program has ended" },
	{ "discard", OPT_DISCARD, no_argument, NULL,
	  "drop it; the default" },
	{ "net", OPT_SETTING, required_argument, "none|all|[loopback][,HOST:PORT]...",
	  "the network: none, one of its own, TCP to these, or all; none is the "
	  "default" },
	{ "env", OPT_SETTING, required_argument, "NAME[=VALUE]",
	  "pass it an environment variable" },
	{ "memory", OPT_SETTING, required_argument, "SIZE",
	  "what each of its processes may commit (512M, 2G)" },
	{ "cpus", OPT_SETTING, required_argument, "N",
	  "run it on at most N processors" },
	{ "pids", OPT_SETTING, required_argument, "N",
	  "at most N processes at a time; 64 is the default" },
	{ "timeout", OPT_SETTING, required_argument, "SECONDS",
	  "end it then, and all that it has started; also without --sandbox" },
	{ "policy", OPT_POLICY, required_argument, "FILE",
	  "take such settings from FILE, one per line" },
	{ "deterministic", OPT_DETERMINISTIC, optional_argument, "SEED",
	  "clocks that move only when read, random numbers from SEED (0)" },
	{ "list-engines", OPT_LIST_ENGINES, no_argument, NULL,
	  "what can run here, and why not" },
	{ "list-personalities", OPT_LIST_PERSONALITIES, no_argument, NULL,
	  "the systems whose programs run" },
	{ "list-calls", OPT_LIST_CALLS, no_argument, NULL,
	  "every system call: full, partial, stub or absent" },
	{ "help", 'h', no_argument, NULL, "this text; also -h" },
	{ "version", 'V', no_argument, NULL, "the version; also -V" },
	{ "argv0", OPT_ARGV0, required_argument, NULL, NULL },
	{ "parent-channel", OPT_PARENT, required_argument, NULL, NULL },
	{ "timed", OPT_TIMED, no_argument, NULL, NULL },
	{ "console-watch", OPT_WATCH, required_argument, NULL, NULL },
	{ "jailed", OPT_JAILED, required_argument, NULL, NULL },
	{ "trace-fd", OPT_TRACE_FD, required_argument, NULL, NULL },
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

/* SEED, or for a child SEED@CLOCK. */
static int apply_deterministic(const char *text, struct err *e)
{
	unsigned long long seed;
	long long start = 0;
	char *end = NULL;

	errno = 0;
	seed = text ? strtoull(text, &end, 10) : 0;
	if (text && end != text && *end == '@')
		start = strtoll(end + 1, &end, 10);
	if (errno || (text && (*end || !isdigit((unsigned char)*text))))
		return err_set(e, EINVAL,
			       "--deterministic=%s: wanted a number", text);
	clock_fix(seed, start);
	return 0;
}

static int read_mounts(const char *own, struct err *e)
{
	char file[PATH_MAX];

	snprintf(file, sizeof file, "%s/mounts", own);
	return policy_known_mounts(file, e);
}

static int apply(int val, const char *name, struct options *o, struct err *e)
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
	case OPT_WATCH:
		o->action = WATCH_CONSOLE;
		o->watched = atoi(optarg);
		return 0;
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
				       "--debug=%s: not one of its areas "
				       "(see --help)",
				       optarg);
		return 0;
	case OPT_DETERMINISTIC:
		return apply_deterministic(optarg, e);
	case OPT_SANDBOX:
		o->sandbox = true;
		return 0;
	case OPT_POLICY:
		o->policy_file = optarg;
		return policy_read(&o->policy, optarg, e);
	case OPT_SETTING:
		/* The only one that holds without a sandbox, too. */
		if (strcmp(name, "timeout"))
			o->setting = name;
		return policy_set(&o->policy, name, optarg, e);
	case OPT_COMMIT:
	case OPT_DISCARD:
		o->setting = name;
		return policy_set(&o->policy, "commit",
				  val == OPT_COMMIT ? "yes" : "no", e);
	case OPT_JAILED:
		o->jailed = optarg;
		o->was_jailed = true;
		/* It is the first option. */
		return read_mounts(optarg, e);
	case OPT_TRACE_FD:
		if (o->was_jailed)
			trace_json_to(atoi(optarg));
		return 0;
	case OPT_TIMED:
		o->timed = true;
		return 0;
	case OPT_DETECT:
		o->action = DETECT;
		return 0;
	case OPT_GDB:
		o->action = GDB;
		o->gdb_pid = optarg;
		if (optarg && (!*optarg || optarg[strspn(optarg, "0123456789")]))
			return err_set(e, EINVAL,
				       "--gdb=%s: wanted a process id", optarg);
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
		return 0;
	}
}

/* What getopt_long() could not take; it has just been past it. */
static int complain(int val, char **argv, struct err *e)
{
	const char *text = argv[optind - 1];
	int n = (int)strcspn(text, "=");
	unsigned alike = 0;

	if (val == ':')
		return err_set(e, EINVAL, "option %s needs a value (see --help)",
			       text);
	for (unsigned i = 0; optopt && i < COUNT_OF(table); i++)
		if (table[i].val == optopt)
			return err_set(e, EINVAL,
				       "option %.*s takes no value (see "
				       "--help)",
				       n, text);
	if (optopt)
		return err_set(e, EINVAL, "unknown option -%c (see --help)",
			       optopt);
	for (unsigned i = 0; n > 2 && i < COUNT_OF(table); i++)
		alike += table[i].help &&
			 !strncmp(table[i].name, text + 2, (size_t)n - 2);
	return err_set(e, EINVAL, "%s option %.*s (see --help)",
		       alike > 1 ? "ambiguous" : "unknown", n, text);
}

/*
 * Where the built-in DLLs are, absolute: children get our options and our
 * environment, but start in other folders.  What is not there stays as it is,
 * for the message.
 */
static void settle_dlls(char **word, struct options *o)
{
	char *absolute = realpath(o->dlls, NULL), *option = absolute;

	if (!absolute)
		return;
	if (*word != o->dlls && asprintf(&option, "--dlls=%s", absolute) < 0) {
		free(absolute);
		return;
	}
	*word = option;
	o->dlls = absolute;
}

static void settle_dlls_variable(void)
{
	const char *dlls = getenv("RUN_FOREIGN_DLLS");
	char *absolute;

	if (!dlls || *dlls == '/')
		return;
	absolute = realpath(dlls, NULL);
	if (absolute)
		setenv("RUN_FOREIGN_DLLS", absolute, 1);
	free(absolute);
}

int options_parse(int argc, char **argv, struct options *o, struct err *e)
{
	struct option longs[COUNT_OF(table) + 1] = { 0 };
	int val, which = 0;

	*o = (struct options){ .parent_channel = -1 };
	for (unsigned i = 0; i < COUNT_OF(table); i++)
		longs[i] = (struct option){ table[i].name, table[i].has_arg,
					    NULL, table[i].val };
	opterr = 0;
	/* "+": what follows the program's name is the program's. */
	while ((val = getopt_long(argc, argv, "+:hV", longs, &which)) != -1) {
		if (val == '?' || val == ':'
			    ? complain(val, argv, e)
			    : apply(val, table[which].name, o, e))
			return -1;
		if (val == OPT_DLLS)
			settle_dlls(&argv[optind - 1], o);
	}
	settle_dlls_variable();
	if (o->json && o->action != CHECK)
		return err_set(e, EINVAL, "--json is for --check only");
	if (o->action == GDB && o->sandbox)
		return err_set(e, EINVAL, "--gdb cannot look into a sandbox");
	if (o->action == GDB && o->engine && strcmp(o->engine, "direct"))
		return err_set(e, EINVAL, "--gdb is for --engine=direct");
	if (!o->sandbox && (o->setting || o->policy_file))
		return err_set(e, EINVAL, "--%s is for --sandbox only",
			       o->setting ? o->setting : "policy");
	/* Within a sandbox they are those of its beginning. */
	if (!o->was_jailed && policy_check(&o->policy, e))
		return -1;
	if (optind < argc)
		o->program = argv + optind;
	if (o->cmdline && o->program && o->program[1])
		return err_set(e, EINVAL,
			       "--cmdline has the arguments: what is \"%s\"?",
			       o->program[1]);
	if (o->gdb_pid && o->program)
		return err_set(e, EINVAL,
			       "--gdb=%s looks at a process: what is \"%s\"?",
			       o->gdb_pid, o->program[0]);
	/* A child adds to its parent's file. */
	return o->trace_json && !o->was_jailed ? trace_json(o->trace_json,
					  o->parent_channel >= 0 || o->argv0, e)
			     : 0;
}

/* What an option does, from column 26 to 79. */
static void explain(const char *text)
{
	enum { FROM = 26, TO = 80 };
	size_t col = FROM, n;

	for (; *text; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		if (col > FROM && col + 1 + n > TO) {
			printf("\n%*s", FROM, "");
			col = FROM;
		}
		col += (size_t)printf("%s%.*s", col > FROM ? " " : "", (int)n,
				      text);
	}
	putchar('\n');
}

void options_help(void)
{
	printf("Usage: run-foreign [OPTION...] PROGRAM [ARGUMENT...]\n"
	       "       run-foreign path -w|-u PATH...\n"
	       "       run-foreign policy check FILE...\n"
	       "       run-foreign policy calls\n"
	       "       run-foreign reg import FILE\n"
	       "       run-foreign reg export KEY [FILE]\n"
	       "       run-foreign reg query KEY [-v VALUE] [-s]\n"
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
		/* What is too long for its column has a line of its own. */
		printf("  %-24s", left);
		if (strlen(left) >= 24)
			printf("\n%*s", 26, "");
		explain(table[i].help);
	}
	printf("\nThe exit status is the program's (its low 8 bits); 126: it "
	       "cannot be run,\n127: it does not exist, 125: run-foreign "
	       "itself failed.\n");
}
