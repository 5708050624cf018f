/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-print.c - see check-print.h. */
#include "loader/check-print.h"

#include <stdio.h>
#include <string.h>

#include "base/table.h"

static bool worse(const struct import *im)
{
	return !strcmp(im->support, "missing") || !strcmp(im->support, "stub");
}

bool check_incomplete(const struct check_result *r)
{
	for (size_t i = 0; i < r->nmodules; i++)
		for (size_t j = 0; j < r->modules[i].nimports; j++)
			if (worse(&r->modules[i].imports[j]))
				return true;
	return false;
}

static const char *subsystem(uint16_t n)
{
	switch (n) {
	case 1:
		return "native";
	case 2:
		return "graphical";
	case 3:
		return "console";
	default:
		return "other";
	}
}

static const char *machine(const struct check_result *r)
{
	return r->bits == 64 ? "x86_64" : "i386";
}

/* What each word says of a function; in the order in which they are listed. */
static const struct {
	const char *support, *means;
} words[] = {
	{ "missing", "not there. Without a DLL that is not Windows' own the "
		     "program does not start; without a function it does, "
		     "and a call to that raises an exception" },
	{ "stub", "there, and fails whenever it is called, with an error that "
		  "programs know" },
	{ "partial", "works, within what is said behind it" },
};

static bool has(const struct module *m, const char *support)
{
	for (size_t j = 0; j < m->nimports; j++)
		if (!strcmp(m->imports[j].support, support))
			return true;
	return false;
}

static void print_imports(const struct module *m, const char *support)
{
	for (size_t j = 0; j < m->nimports; j++) {
		const struct import *im = &m->imports[j];

		if (strcmp(im->support, support))
			continue;
		printf("  %-8s %s!", im->support, im->dll);
		if (im->name)
			printf("%s", im->name);
		else
			printf("#%u", im->ordinal);
		printf("%s%s%s\n", im->delayed ? " (delay-loaded)" : "",
		       im->note ? ": " : "", im->note ? im->note : "");
	}
}

/* Functions that are not complete, by who imports them, and what that means. */
static void print_functions(const struct check_result *r)
{
	bool said[COUNT_OF(words)] = { false };

	for (size_t i = 0; i < r->nmodules; i++) {
		const struct module *m = &r->modules[i];
		bool named = false;

		for (size_t w = 0; w < COUNT_OF(words); w++) {
			if (!has(m, words[w].support))
				continue;
			if (!named)
				printf("%s imports:\n", m->path);
			named = said[w] = true;
			print_imports(m, words[w].support);
		}
	}
	for (size_t w = 0; w < COUNT_OF(words); w++)
		if (said[w])
			printf("%s: %s\n", words[w].support, words[w].means);
}

void check_print(const struct check_result *r, const char *asked)
{
	if (r->batch) {
		printf("%s: batch file, run by the built-in cmd.exe\n",
		       r->program);
	} else if (r->personality) {
		printf("%s: %s program for %s", r->program, machine(r),
		       r->personality);
		if (r->pe)
			printf(", %s", subsystem(r->subsystem));
		printf("\n");
	}
	for (size_t i = 1; i < r->nmodules; i++) {
		const struct module *m = &r->modules[i];

		if (!m->wanted)
			continue;
		printf("  %-8s %s%s%s\n",
		       m->problem   ? "unusable"
		       : m->builtin ? "built-in"
		       : m->path    ? "found"
				    : "missing",
		       m->path && !m->builtin ? m->path : m->name,
		       m->problem ? ": " : "", m->problem ? m->problem : "");
	}
	print_functions(r);
	if (r->raw_calls)
		printf("  note     its code seems to make system calls of its "
		       "own\n");
	if (r->problem)
		printf("%s: %s\n", asked, r->problem);
	printf("%s: %s\n", asked,
	       r->status == 0   ? "should run"
	       : r->status == 1 ? "may run as far as it does not need what is "
				  "missing or a stub"
				: "cannot run");
}

static void quoted(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void member(const char *name, const char *value)
{
	printf(",\"%s\":", name);
	if (value)
		quoted(value);
	else
		printf("null");
}

void check_print_json(const struct check_result *r, const char *asked)
{
	printf("{\"program\":");
	quoted(r->program ? r->program : asked);
	member("verdict", r->status == 0   ? "runs"
			  : r->status == 1 ? "incomplete"
					   : "refused");
	member("problem", r->problem);
	member("personality", r->personality);
	member("machine", r->personality ? machine(r) : NULL);
	member("subsystem", r->pe ? subsystem(r->subsystem) : NULL);
	member("run_by", r->batch ? "cmd.exe" : NULL);
	printf(",\"raw_system_calls\":%s,\"modules\":[",
	       r->raw_calls ? "true" : "false");
	for (size_t i = 0; i < r->nmodules; i++) {
		const struct module *m = &r->modules[i];

		printf("%s\n{\"name\":", i ? "," : "");
		quoted(m->name);
		member("path", m->path);
		member("problem", m->problem);
		printf(",\"builtin\":%s,\"imports\":[",
		       m->builtin ? "true" : "false");
		for (size_t j = 0; j < m->nimports; j++) {
			const struct import *im = &m->imports[j];

			printf("%s\n{\"dll\":", j ? "," : "");
			quoted(im->dll);
			if (im->name)
				member("name", im->name);
			else
				printf(",\"ordinal\":%u", im->ordinal);
			member("support", im->support);
			if (im->note)
				member("note", im->note);
			printf(",\"delayed\":%s}",
			       im->delayed ? "true" : "false");
		}
		printf("]}");
	}
	printf("]}\n");
}
