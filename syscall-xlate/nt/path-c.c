/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-c.c - what C: looks like, and host names as NT ones.
 *
 * The folders that programs expect on every Windows are rows of a table and
 * cost nothing until somebody writes below one.  System32 also shows the
 * built-in DLLs, and drivers\etc the host's files (path-etc.c).
 */
#include "syscall-xlate/nt/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/policy.h"
#include "base/table.h"
#include "base/utf.h"
#include "syscall-xlate/nt/nt.h"

enum lower { LOWER_NONE, LOWER_64, LOWER_32 };

struct virtual_dir {
	const char *path; /* "%" at the end or before a slash: the user */
	enum lower lower;
};

/* Parents before children; siblings in the order listings show them. */
static const struct virtual_dir dirs[] = {
	{ "", LOWER_NONE },
	{ "Program Files", LOWER_NONE },
	{ "Program Files (x86)", LOWER_NONE },
	{ "ProgramData", LOWER_NONE },
	{ "Users", LOWER_NONE },
	{ "Windows", LOWER_NONE },
	{ "Program Files/Common Files", LOWER_NONE },
	{ "Program Files (x86)/Common Files", LOWER_NONE },
	{ "Users/%", LOWER_NONE },
	{ "Users/Public", LOWER_NONE },
	{ "Users/%/AppData", LOWER_NONE },
	{ "Users/%/Desktop", LOWER_NONE },
	{ "Users/%/Documents", LOWER_NONE },
	{ "Users/%/Downloads", LOWER_NONE },
	{ "Users/%/Music", LOWER_NONE },
	{ "Users/%/Pictures", LOWER_NONE },
	{ "Users/%/Videos", LOWER_NONE },
	{ "Users/%/AppData/Local", LOWER_NONE },
	{ "Users/%/AppData/LocalLow", LOWER_NONE },
	{ "Users/%/AppData/Roaming", LOWER_NONE },
	{ "Users/%/AppData/Local/Temp", LOWER_NONE },
	{ "Users/%/AppData/Roaming/Microsoft", LOWER_NONE },
	{ "Users/Public/Desktop", LOWER_NONE },
	{ "Users/Public/Documents", LOWER_NONE },
	{ "Windows/Fonts", LOWER_NONE },
	{ "Windows/System", LOWER_NONE },
	{ "Windows/System32", LOWER_64 },
	{ "Windows/SysWOW64", LOWER_32 },
	{ "Windows/Temp", LOWER_NONE },
	{ "Windows/System32/drivers", LOWER_NONE },
	{ "Windows/System32/drivers/etc", LOWER_NONE },
};

enum { NAME_MAX_USER = 64 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char user_name[NAME_MAX_USER];
static char user_c[HOST_PATH_MAX / 2] SPARSE;
static char real_c[PATH_MAX] SPARSE; /* user_c without symbolic links, or "" */
static char dlls64[HOST_PATH_MAX / 2] SPARSE, dlls32[HOST_PATH_MAX / 2] SPARSE;
static bool redirect; /* a 32-bit process: its System32 is SysWOW64 */
/* The rows' paths with the user's name in them. */
static char paths[COUNT_OF(dirs)][NAME_MAX_USER + 48] SPARSE;

static void set_up(void)
{
	const char *name = getenv("USER");
	const char *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");
	size_t n = 0;

	if (!name || !*name)
		name = getenv("LOGNAME");
	if (!name || !*name)
		name = "user";
	/* What NT would not have in a name is dropped. */
	for (; *name && n < sizeof user_name - 1; name++)
		if ((unsigned char)*name >= 0x20 &&
		    !strchr("\"*:<>?|\\/", *name))
			user_name[n++] = *name;
	while (n && (user_name[n - 1] == '.' || user_name[n - 1] == ' '))
		n--;
	user_name[n] = 0;
	if (!n)
		strcpy(user_name, "user");

	if (data && *data == '/' && strlen(data) < sizeof user_c - 32)
		snprintf(user_c, sizeof user_c, "%s/run-foreign/c", data);
	else if (home && *home == '/' && strlen(home) < sizeof user_c - 48)
		snprintf(user_c, sizeof user_c, "%s/.local/share/run-foreign/c",
			 strcmp(home, "/") ? home : "");
	else
		snprintf(user_c, sizeof user_c, "/tmp/run-foreign-%u/c",
			 (unsigned)getuid());

	for (size_t i = 0; i < COUNT_OF(dirs); i++) {
		const char *mark = strchr(dirs[i].path, '%');

		if (mark)
			snprintf(paths[i], sizeof paths[i], "%.*s%s%s",
				 (int)(mark - dirs[i].path), dirs[i].path,
				 user_name, mark + 1);
		else
			strcpy(paths[i], dirs[i].path);
	}
}

const char *path_user_c(void)
{
	pthread_once(&once, set_up);
	return user_c;
}

const char *path_user_name(void)
{
	pthread_once(&once, set_up);
	return user_name;
}

void path_set_dlls(const char *folder, bool wow64)
{
	redirect = wow64;
	if (!folder || strlen(folder) > sizeof dlls64 - 32)
		return;
	snprintf(dlls64, sizeof dlls64, "%s/x86_64-windows", folder);
	snprintf(dlls32, sizeof dlls32, "%s/i686-windows", folder);
}

/* Wow64DisableWow64FsRedirection keeps this in the thread's 64-bit TEB. */
static bool is_disabled(void)
{
	enum { FS_REDIRECTION = 0x1480 + 8 * 8 }; /* TlsSlots[8] */
	struct task *t = current_task;
	uint64_t off = 0;

	return t && !guest_get64(t, &off, nt_thread(t)->gs_base +
						  FS_REDIRECTION) && off;
}

static bool starts_with(const uint16_t *s, size_t n, const char *name)
{
	uint16_t u[32];
	size_t len = utf8_to_utf16(u, COUNT_OF(u), name, strlen(name));

	return n >= len && (n == len || s[len] == '\\') &&
	       !units_compare_nocase(u, len, s, len);
}

static const struct virtual_dir *row_of(const char *path)
{
	for (size_t i = 0; i < COUNT_OF(dirs); i++)
		if (!strcmp(dirs[i].path, path))
			return &dirs[i];
	return NULL;
}

const struct virtual_dir *virtual_redirect(const struct virtual_dir *d,
					   const uint16_t *rest, size_t n)
{
	/* Of these there is one for programs of both widths. */
	static const char *const same[] = { "catroot",	"catroot2",
					    "driverstore", "drivers\\etc",
					    "logfiles", "spool" };

	if (!redirect || d->lower != LOWER_64 || is_disabled())
		return d;
	if (n && *rest == '\\') {
		rest++;
		n--;
	}
	for (size_t i = 0; i < COUNT_OF(same); i++)
		if (starts_with(rest, n, same[i]))
			return d;
	return row_of("Windows/SysWOW64");
}

const struct virtual_dir *virtual_native(const struct virtual_dir *d,
					 const uint16_t *name, size_t n)
{
	if (!redirect || strcmp(d->path, "Windows") || n != 9 ||
	    !starts_with(name, n, "Sysnative"))
		return NULL;
	return row_of("Windows/System32");
}

const char *virtual_path(const struct virtual_dir *d)
{
	pthread_once(&once, set_up);
	return paths[d - dirs];
}

const char *virtual_name(const struct virtual_dir *d)
{
	const char *path = virtual_path(d);
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const struct virtual_dir *virtual_child(const struct virtual_dir *d, unsigned i)
{
	const char *path = virtual_path(d);
	size_t n = strlen(path);

	for (size_t k = 1; k < COUNT_OF(dirs); k++) {
		const char *rest = paths[k];

		if (n) {
			if (strncmp(rest, path, n) || rest[n] != '/')
				continue;
			rest += n + 1;
		}
		if (!strchr(rest, '/') && !i--)
			return &dirs[k];
	}
	return NULL;
}

const char *virtual_lower(const struct virtual_dir *d)
{
	const char *at = d->lower == LOWER_NONE             ? ""
			 : d->lower == LOWER_32 ? dlls32
						: dlls64;

	return *at ? at : NULL;
}

/* If host lies in folder: what follows, without the slash; else NULL. */
static const char *below(const char *host, const char *folder)
{
	size_t n = strlen(folder);

	if (!n || strncmp(host, folder, n) || (host[n] && host[n] != '/'))
		return NULL;
	return host[n] ? host + n + 1 : host + n;
}

int path_open_ntdll(bool wide)
{
	char path[sizeof dlls64 + 16];
	int fd;

	snprintf(path, sizeof path, "%s/ntdll.dll", wide ? dlls64 : dlls32);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

bool path_is_builtin(int fd)
{
	char link[40], path[HOST_PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n <= 0)
		return false;
	path[n] = 0;
	return below(path, dlls64) || below(path, dlls32);
}

const struct virtual_dir *virtual_from_host(const char *host)
{
	const char *rest = below(host, path_user_c());

	if (!rest)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(dirs); i++)
		if (!strcmp(rest, paths[i]))
			return &dirs[i];
	return NULL;
}

/* As realpath(3), in fewer calls: every start asks. */
static void find_real_c(void)
{
	int fd = open(path_user_c(), O_PATH | O_CLOEXEC);
	char link[40];
	ssize_t n;

	if (fd < 0)
		return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, real_c, sizeof real_c - 1);
	close(fd);
	real_c[MAX(n, 0)] = 0;
	/* A sandbox that must not see /proc. */
	if (n <= 0 && !realpath(path_user_c(), real_c))
		real_c[0] = 0;
}

/*
 * In a sandbox: the name by which the program knows a file of the host, as a
 * path below its C: or, from "/" on, another drive.
 */
static const char *path_shown(const char *host, char out[2 * HOST_PATH_MAX],
			      char *drive)
{
	const char *rest;
	const struct policy_mount *m = policy_find(policy, host, &rest);

	*drive = m ? m->drive : 'Z';
	if (m) {
		snprintf(out, 2 * HOST_PATH_MAX, "%s/%s%s%s",
			 m->drive == 'C' ? path_user_c() : "", m->guest,
			 *m->guest && *rest ? "/" : "", rest);
		return out;
	}
	for (char letter = 'D'; letter <= 'Z'; letter++) {
		const char *root = policy->root[letter - 'A'];

		if (!root || !(rest = below(host, root)))
			continue;
		*drive = letter;
		snprintf(out, 2 * HOST_PATH_MAX, "/%s", rest);
		return out;
	}
	return host;
}

uint16_t *path_to_nt(const char *host, size_t *len)
{
	static pthread_once_t real_once = PTHREAD_ONCE_INIT;
	char prefix[64] = "\\??\\Z:", shown[2 * HOST_PATH_MAX];
	const char *rest;
	size_t max, n = 0;
	uint16_t *s;

	pthread_once(&real_once, find_real_c);
	if (policy)
		host = path_shown(host, shown, &prefix[4]);
	if ((rest = below(host, path_user_c())) || (rest = below(host, real_c)))
		strcpy(prefix, "\\??\\C:");
	else if ((rest = below(host, dlls64)))
		strcpy(prefix, "\\??\\C:\\Windows\\System32");
	else if ((rest = below(host, dlls32)))
		strcpy(prefix, "\\??\\C:\\Windows\\SysWOW64");
	else
		for (rest = host; *rest == '/'; rest++)
			;

	/* A byte becomes at most one unit. */
	max = strlen(prefix) + strlen(rest) + 3;
	s = malloc(max * sizeof *s);
	if (!s)
		return NULL;
	for (const char *c = prefix; *c; c++)
		s[n++] = (unsigned char)*c;
	if (n == 6) /* a drive's root is "C:\" */
		s[n++] = '\\';
	else if (*rest)
		s[n++] = '\\';
	while (*rest) {
		size_t part = strcspn(rest, "/");

		n += path_name_to_nt(s + n, max - n, rest, part);
		rest += part;
		while (*rest == '/')
			rest++;
		if (*rest)
			s[n++] = '\\';
	}
	s[n] = 0;
	if (len)
		*len = n;
	return s;
}
