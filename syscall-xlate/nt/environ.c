/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* environ.c - see environ.h. */
#include "syscall-xlate/nt/environ.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/policy.h"
#include "base/table.h"
#include "base/utf.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/placement.h"

/* ---- strings ----------------------------------------------------------- */

static bool room(struct units *u, size_t n)
{
	uint16_t *p;
	size_t want;

	if (u->failed)
		return false;
	if (u->room - u->len >= n + 1)
		return true;
	want = MAX(u->room * 2, u->len + n + 64);
	p = realloc(u->text, want * sizeof *p);
	if (!p) {
		u->failed = 1;
		return false;
	}
	u->text = p;
	u->room = want;
	return true;
}

void units_add(struct units *u, const uint16_t *s, size_t n)
{
	if (!room(u, n))
		return;
	memcpy(u->text + u->len, s, n * sizeof *s);
	u->len += n;
}

void units_add_utf8(struct units *u, const char *s, size_t n)
{
	/* No byte needs more than one unit. */
	if (!room(u, n))
		return;
	u->len += utf8_to_utf16(u->text + u->len, n, s, n);
}

void units_end(struct units *u)
{
	if (room(u, 1))
		u->text[u->len] = 0;
}

static void add_ascii(struct units *u, const char *s)
{
	units_add_utf8(u, s, strlen(s));
}

static void add_unit(struct units *u, uint16_t c)
{
	units_add(u, &c, 1);
}

/* ---- command line ------------------------------------------------------ */

static void add_repeated(struct units *u, uint16_t c, size_t n)
{
	while (n--)
		add_unit(u, c);
}

/*
 * Backslashes stand for themselves unless a quote follows: 2n make n, and
 * 2n+1 make n and a literal quote.
 */
static void add_argument(struct units *u, const char *arg)
{
	size_t n = strlen(arg), slashes = 0;
	uint16_t *text;

	if (n && !strpbrk(arg, " \t\n\v\"")) {
		units_add_utf8(u, arg, n);
		return;
	}
	text = malloc((n + 1) * sizeof *text);
	if (!text) {
		u->failed = 1;
		return;
	}
	n = utf8_to_utf16(text, n, arg, n);
	add_unit(u, '"');
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\\') {
			slashes++;
			continue;
		}
		if (text[i] == '"')
			slashes = slashes * 2 + 1;
		add_repeated(u, '\\', slashes);
		slashes = 0;
		add_unit(u, text[i]);
	}
	add_repeated(u, '\\', slashes * 2);
	add_unit(u, '"');
	free(text);
}

void environ_command_line(struct units *u, const uint16_t *program, size_t n,
			  char *const *argv)
{
	bool quote = n == 0;

	for (size_t i = 0; i < n; i++)
		quote |= program[i] == ' ' || program[i] == '\t';
	/* The program's name has no escapes: a path holds no quotes. */
	if (quote)
		add_unit(u, '"');
	units_add(u, program, n);
	if (quote)
		add_unit(u, '"');
	for (int i = 1; argv[i]; i++) {
		add_unit(u, ' ');
		add_argument(u, argv[i]);
	}
	units_end(u);
}

/* ---- environment ------------------------------------------------------- */

/* What Windows programs expect to find; %s is the user's name. */
static const struct {
	const char *name, *value;
	bool force; /* whatever the host says */
} expected[] = {
	{ "ALLUSERSPROFILE", "C:\\ProgramData", false },
	{ "APPDATA", "C:\\Users\\%s\\AppData\\Roaming", false },
	{ "CommonProgramFiles", "C:\\Program Files\\Common Files", false },
	{ "CommonProgramFiles(x86)",
	  "C:\\Program Files (x86)\\Common Files", false },
	{ "CommonProgramW6432", "C:\\Program Files\\Common Files", false },
	{ "ComSpec", "C:\\Windows\\system32\\cmd.exe", false },
	{ "HOMEDRIVE", "C:", false },
	{ "HOMEPATH", "\\Users\\%s", false },
	{ "LOCALAPPDATA", "C:\\Users\\%s\\AppData\\Local", false },
	{ "OS", "Windows_NT", true },
	{ "PATHEXT", ".COM;.EXE;.BAT;.CMD", false },
	{ "PROCESSOR_ARCHITECTURE", "AMD64", true },
	{ "ProgramData", "C:\\ProgramData", false },
	{ "ProgramFiles", "C:\\Program Files", false },
	{ "ProgramFiles(x86)", "C:\\Program Files (x86)", false },
	{ "ProgramW6432", "C:\\Program Files", false },
	{ "PUBLIC", "C:\\Users\\Public", false },
	{ "SystemDrive", "C:", true },
	{ "SystemRoot", "C:\\Windows", true },
	{ "USERNAME", "%s", false },
	{ "USERPROFILE", "C:\\Users\\%s", false },
	{ "windir", "C:\\Windows", true },
};

/* Made of the host's TMPDIR. */
static const char *const temporary[] = { "TEMP", "TMP" };

/*
 * The host's variables that name one path, and become Windows paths: as they
 * are they would lead below the root of whatever drive is the current one.
 */
static const char *const one_path[] = { "HOME", "TMPDIR" };

/* Of a sandbox: folders of run-foreign's, which the program does not see. */
static const char *const not_shown[] = { "XDG_DATA_HOME", "XDG_RUNTIME_DIR" };

static bool in_list(const char *const *list, size_t count, const char *name,
		    size_t n)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == n && !strncmp(list[i], name, n))
			return true;
	return false;
}

static void add_host_path(struct units *u, const char *path, size_t n)
{
	char *copy = strndup(path, n);
	size_t len = 0;
	uint16_t *nt = copy ? path_to_nt(copy, &len) : NULL;

	free(copy);
	if (nt && len > 4)
		units_add(u, nt + 4, len - 4); /* behind \??\ */
	free(nt);
}

/* A list with colons; entries that are Windows paths already stay. */
static void add_path_list(struct units *u, const char *list)
{
	while (*list) {
		size_t n = strcspn(list, ":");

		if (n && list[0] == '/') {
			add_host_path(u, list, n);
			add_unit(u, ';');
		}
		list += n;
		list += *list == ':';
	}
	add_ascii(u, "C:\\Windows\\system32;C:\\Windows");
}

struct variable {
	uint16_t *text; /* NAME=value */
	size_t len, name_len;
};

struct variables {
	struct variable *v;
	size_t n, room;
	bool failed;
};

static void add_variable(struct variables *vs, struct units *u)
{
	struct variable *v;
	size_t name_len = 0;

	units_end(u);
	while (name_len < u->len && u->text[name_len] != '=')
		name_len++;
	if (vs->n == vs->room) {
		size_t want = vs->room ? vs->room * 2 : 64;

		v = realloc(vs->v, want * sizeof *v);
		if (!v) {
			vs->failed = true;
			free(u->text);
			return;
		}
		vs->v = v;
		vs->room = want;
	}
	vs->failed |= u->failed;
	vs->v[vs->n++] = (struct variable){ u->text, u->len, name_len };
}

static bool has(const struct variables *vs, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < vs->n; i++) {
		size_t j = 0;

		if (vs->v[i].name_len != n)
			continue;
		while (j < n && utf16_upcase(vs->v[i].text[j]) ==
					utf16_upcase((uint8_t)name[j]))
			j++;
		if (j == n)
			return true;
	}
	return false;
}

static bool forced(const char *name, size_t n)
{
	if (n == 4 && !strncmp(name, "PATH", 4))
		return true;
	/*
	 * A C runtime reads TZ by itself, and knows no zone's name; without it
	 * it asks the system, which does.
	 */
	if (n == 2 && !strncmp(name, "TZ", 2))
		return true;
	for (size_t i = 0; i < COUNT_OF(temporary); i++)
		if (strlen(temporary[i]) == n &&
		    !strncasecmp(temporary[i], name, n))
			return true;
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		if (expected[i].force && strlen(expected[i].name) == n &&
		    !strncasecmp(expected[i].name, name, n))
			return true;
	return false;
}

static const char *lookup(char *const *envp, const char *name)
{
	size_t n = strlen(name);

	for (; *envp; envp++)
		if (!strncmp(*envp, name, n) && (*envp)[n] == '=')
			return *envp + n + 1;
	return NULL;
}

static void add_named(struct variables *vs, const char *name,
		      const char *value)
{
	struct units u = { 0 };

	add_ascii(&u, name);
	add_unit(&u, '=');
	for (const char *p = value; *p; p++) {
		if (p[0] == '%' && p[1] == 's') {
			add_ascii(&u, path_user_name());
			p++;
		} else {
			units_add_utf8(&u, p, 1);
		}
	}
	add_variable(vs, &u);
}

static void add_expected(struct variables *vs, char *const *envp)
{
	const char *path = lookup(envp, "PATH"), *tmp = lookup(envp, "TMPDIR");
	/* The accounts of a machine without a domain are its own. */
	static const char *const of_machine[] = {
		"COMPUTERNAME", "USERDOMAIN", "USERDOMAIN_ROAMINGPROFILE"
	};
	char number[16], host[65] = "localhost", server[20];
	struct units u = { 0 };

	for (size_t i = 0; i < COUNT_OF(expected); i++)
		if (!has(vs, expected[i].name))
			add_named(vs, expected[i].name, expected[i].value);

	add_ascii(&u, "Path=");
	add_path_list(&u, path ? path : "/usr/local/bin:/usr/bin:/bin");
	add_variable(vs, &u);

	if (!tmp || tmp[0] != '/')
		tmp = "/tmp";
	for (size_t i = 0; i < COUNT_OF(temporary); i++) {
		struct units t = { 0 };

		add_ascii(&t, temporary[i]);
		add_unit(&t, '=');
		add_host_path(&t, tmp, strlen(tmp));
		add_variable(vs, &t);
	}
	snprintf(number, sizeof number, "%u", processor_count());
	if (!has(vs, "NUMBER_OF_PROCESSORS"))
		add_named(vs, "NUMBER_OF_PROCESSORS", number);
	gethostname(host, sizeof host - 1);
	for (char *p = host; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p += 'A' - 'a';
	host[15] = 0; /* NetBIOS' limit */
	snprintf(server, sizeof server, "\\\\%s", host);
	for (size_t i = 0; i < COUNT_OF(of_machine); i++)
		if (!has(vs, of_machine[i]))
			add_named(vs, of_machine[i], host);
	if (!has(vs, "LOGONSERVER"))
		add_named(vs, "LOGONSERVER", server);
}

static int compare(const void *pa, const void *pb)
{
	const struct variable *a = pa, *b = pb;

	return units_compare_nocase(a->text, a->name_len, b->text, b->name_len);
}

uint16_t *environ_block(char *const *envp, size_t *bytes)
{
	struct variables vs = { 0 };
	struct units block = { 0 };

	for (char *const *e = envp; *e; e++) {
		const char *eq = strchr(*e, '=');
		struct units u = { 0 };
		size_t n = eq ? (size_t)(eq - *e) : 0;

		if (!n || forced(*e, n) ||
		    (policy && in_list(not_shown, COUNT_OF(not_shown), *e, n)))
			continue;
		if (eq[1] == '/' && in_list(one_path, COUNT_OF(one_path), *e, n)) {
			units_add_utf8(&u, *e, n + 1);
			add_host_path(&u, eq + 1, strlen(eq + 1));
		} else {
			units_add_utf8(&u, *e, strlen(*e));
		}
		add_variable(&vs, &u);
	}
	add_expected(&vs, envp);
	if (vs.n)
		qsort(vs.v, vs.n, sizeof *vs.v, compare);
	for (size_t i = 0; i < vs.n; i++) {
		units_add(&block, vs.v[i].text, vs.v[i].len);
		add_unit(&block, 0);
		free(vs.v[i].text);
	}
	add_unit(&block, 0);
	free(vs.v);
	if (block.failed || vs.failed) {
		free(block.text);
		return NULL;
	}
	*bytes = block.len * sizeof *block.text;
	return block.text;
}

/* ---- the program's width ------------------------------------------------ */

/* By name; source of the value: another variable, or text.  NULL: removed. */
static const struct {
	const char *name;
	struct {
		const char *variable, *text;
	} of64, of32;
} by_width[] = {
	{ "CommonProgramFiles", { "CommonProgramW6432", NULL },
	  { "CommonProgramFiles(x86)", NULL } },
	{ "PROCESSOR_ARCHITECTURE", { NULL, "AMD64" }, { NULL, "x86" } },
	{ "PROCESSOR_ARCHITEW6432", { NULL, NULL }, { NULL, "AMD64" } },
	{ "ProgramFiles", { "ProgramW6432", NULL },
	  { "ProgramFiles(x86)", NULL } },
};

static bool is_named(const uint16_t *s, size_t n, const char *name)
{
	size_t i = 0;

	for (; name[i]; i++) {
		uint16_t c = i < n ? s[i] : 0, w = (unsigned char)name[i];

		if (c != w && (c | 0x20) != (w | 0x20))
			return false;
	}
	return i < n && s[i] == '=';
}

static const uint16_t *find_value(const uint16_t *block, const char *name)
{
	for (const uint16_t *s = block; *s;) {
		size_t n = 0;

		while (s[n])
			n++;
		if (is_named(s, n, name))
			return s + strlen(name) + 1;
		s += n + 1;
	}
	return NULL;
}

static void add_by_width(struct units *u, const uint16_t *old, size_t row,
			 bool wow64)
{
	const char *from = wow64 ? by_width[row].of32.variable
				 : by_width[row].of64.variable;
	const char *text = wow64 ? by_width[row].of32.text
				 : by_width[row].of64.text;
	const uint16_t *value = find_value(old, from ? from
						     : by_width[row].name);
	size_t n = 0;

	if (!from && !text)
		return;
	add_ascii(u, by_width[row].name);
	add_unit(u, '=');
	if (from) {
		if (!value)
			value = find_value(old, by_width[row].name);
		while (value && value[n])
			n++;
		units_add(u, value, n);
	} else {
		add_ascii(u, text);
	}
	add_unit(u, 0);
}

int environ_for_width(uint16_t **block, size_t *bytes, bool wow64)
{
	const uint16_t *old = *block;
	struct units u = { 0 };

	/* One that has no processor in it was made by hand. */
	if (!find_value(old, "PROCESSOR_ARCHITECTURE") ||
	    (!wow64 && !find_value(old, "PROCESSOR_ARCHITEW6432")))
		return 0;
	for (const uint16_t *s = old; *s;) {
		size_t n = 0, row;

		while (s[n])
			n++;
		for (row = 0; row < COUNT_OF(by_width); row++)
			if (is_named(s, n, by_width[row].name))
				break;
		if (row == COUNT_OF(by_width)) {
			units_add(&u, s, n);
			add_unit(&u, 0);
		} else if (strcmp(by_width[row].name,
				  "PROCESSOR_ARCHITEW6432")) {
			add_by_width(&u, old, row, wow64);
			/* In the order of names it follows this one. */
			if (row == 1)
				add_by_width(&u, old, 2, wow64);
		}
		s += n + 1;
	}
	add_unit(&u, 0);
	if (u.failed) {
		free(u.text);
		return -1;
	}
	free(*block);
	*block = u.text;
	*bytes = u.len * sizeof *u.text;
	return 0;
}
