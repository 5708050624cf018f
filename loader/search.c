/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* search.c - see search.h. */
#include "loader/search.h"

#include "config.h"
#include "loader/path-cmd.h"
#include "syscall-xlate/nt/path.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

static char *join(const char *a, size_t n, const char *b)
{
	char *s = NULL;

	if (asprintf(&s, "%.*s%s", (int)n, a, b) < 0)
		return NULL;
	return s;
}

/*
 * Where make install put them beside us: PKGLIBDIR as it lies to BINDIR, from
 * the folder that self is in.  So what was installed can be moved, or installed
 * under another prefix than it was built for.
 */
static char *beside(const char *self, const char *slash)
{
	const char *bin = BINDIR, *lib = PKGLIBDIR;
	size_t i, common = 0;
	char *s, *probe;
	bool there;

	for (i = 0; bin[i] && bin[i] == lib[i]; i++)
		if (bin[i] == '/')
			common = i + 1;
	for (bin += common; *bin; bin += *bin == '/') {
		bin += strcspn(bin, "/");
		slash = memrchr(self, '/', (size_t)(slash - self));
		if (!slash)
			return NULL;
	}
	s = join(self, (size_t)(slash - self) + 1, lib + common);
	probe = s ? join(s, strlen(s), "/x86_64-windows") : NULL;
	there = probe && access(probe, F_OK) == 0;
	free(probe);
	if (there)
		return s;
	free(s);
	return NULL;
}

/*
 * Our own file, without symbolic links.  The first use of /proc/self costs a
 * process 25 us, so what execve(2) was told comes first; under binfmt_misc and
 * from a script that is the other program's name.
 */
static bool own_path(char self[PATH_MAX])
{
	const char *given = (const char *)getauxval(AT_EXECFN);
	const char *name;
	ssize_t n;

	if (given && realpath(given, self)) {
		name = strrchr(self, '/') + 1;
		if (!strcmp(name, PACKAGE_NAME))
			return true;
	}
	n = readlink("/proc/self/exe", self, PATH_MAX - 1);
	if (n <= 0)
		return false;
	self[n] = 0;
	return true;
}

/*
 * The same for glibc: in a static program it asks for its folder at the start,
 * for the use of dlopen(3).  -1 is "not known", which it must expect.
 */
const char *_dl_get_origin(void);
const char *_dl_get_origin(void)
{
	return (const char *)-1;
}

char *search_dlls(const char *option, struct err *e)
{
	const char *env = getenv("RUN_FOREIGN_DLLS");
	char self[PATH_MAX], *s = NULL, *slash;

	if (option || env) {
		s = strdup(option ? option : env);
		goto out;
	}
	if (own_path(self)) {
		slash = strrchr(self, '/');
		s = join(self, (size_t)(slash - self), "/dlls/x86_64-windows");
		if (s && access(s, F_OK) == 0) {
			*strrchr(s, '/') = 0;
			return s;
		}
		free(s);
		s = beside(self, slash);
	}
	if (!s)
		s = strdup(PKGLIBDIR);
out:
	if (!s)
		err_set(e, ENOMEM, "no memory");
	return s;
}

static bool is_there(const char *path, bool file)
{
	struct stat st;

	return file ? !stat(path, &st) && S_ISREG(st.st_mode)
		    : !access(path, F_OK);
}

/* file: no folder, FIFO, socket or device. */
static char *try_both(const char *dir, size_t n, const char *name, bool file)
{
	static const char *const suffixes[] = { "", ".exe", ".EXE" };

	for (unsigned i = 0; i < 3; i++) {
		char *path = NULL;

		if (asprintf(&path, "%.*s%s%s%s", (int)n, dir, n ? "/" : "",
			     name, suffixes[i]) < 0)
			return NULL;
		if (is_there(path, file))
			return path;
		free(path);
	}
	return NULL;
}

/* cmd and other programs that lie beside the DLLs. */
static char *built_in(const char *name)
{
	char *dlls = search_dlls(NULL, NULL), *dir = NULL, *found = NULL;

	if (dlls && asprintf(&dir, "%s/x86_64-windows", dlls) >= 0)
		found = try_both(dir, strlen(dir), name, true);
	free(dlls);
	free(dir);
	return found;
}

/* C:\Windows\System32\cmd.exe, as a Windows program would say it. */
static char *by_drive(const char *name)
{
	char *dlls = search_dlls(NULL, NULL), *path, *found = NULL;

	if (dlls)
		path_set_dlls(dlls, false);
	path = path_of_windows(name);
	if (path)
		found = try_both("", 0, path, true);
	free(path);
	free(dlls);
	return found;
}

char *search_program(const char *name, struct err *e)
{
	const char *path = getenv("PATH");
	char *found;

	if (!*name) {
		err_set(e, ENOENT, "%s", strerror(ENOENT));
		return NULL;
	}
	found = try_both("", 0, name, true);
	if (!strchr(name, '/'))
		for (; !found && path && *path; path += *path == ':') {
			size_t n = strcspn(path, ":");

			if (n)
				found = try_both(path, n, name, true);
			path += n;
		}
	if (!found && !strchr(name, '/'))
		found = built_in(name);
	if (!found && name[1] == ':')
		found = by_drive(name);
	/* Who opens it says what is wrong with it. */
	if (!found)
		found = try_both("", 0, name, false);
	if (!found)
		err_set(e, ENOENT, "%s", strerror(ENOENT));
	return found;
}

void search_hint(const char *name, struct err *e)
{
	struct err none = { 0 };
	char *with = NULL, *found = NULL, *why = strdup(e->text);

	if (!strpbrk(name, "/.:") && asprintf(&with, "%s.exe", name) >= 0)
		found = search_program(with, &none);
	if (found && why)
		err_set(e, e->code, "%s, or %s (%s)", why, with, found);
	free(with);
	free(found);
	free(why);
}
