/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-cmd.c - paths for scripts: what a Windows program calls a host file,
 * and the reverse.
 */
#include "loader/path-cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf.h"
#include "loader/search.h"
#include "syscall-xlate/nt/path.h"

enum { USAGE = 125 };

/* "." and "..", by their text alone as Windows does.  path begins with a slash. */
static void collapse(char *path)
{
	char *out = path, *end;

	for (char *in = path; *in; in = end) {
		size_t n = strcspn(in + 1, "/");

		end = in + 1 + n;
		if (n == 1 && in[1] == '.')
			continue;
		if (n == 2 && in[1] == '.' && in[2] == '.') {
			while (out > path && *--out != '/')
				;
			continue;
		}
		memmove(out, in, (size_t)(end - in));
		out += end - in;
	}
	if (out == path)
		*out++ = '/';
	*out = 0;
}

static int to_windows(const char *path)
{
	char full[HOST_PATH_MAX * 2], text[HOST_PATH_MAX * 3];
	size_t n = 0;
	uint16_t *nt;

	if (path[0] == '/') {
		snprintf(full, sizeof full, "%s", path);
	} else {
		char cwd[HOST_PATH_MAX];

		if (!getcwd(cwd, sizeof cwd))
			return 1;
		snprintf(full, sizeof full, "%s/%s", cwd, path);
	}
	collapse(full);
	nt = path_to_nt(full, &n);
	if (!nt || n < 4)
		return 1;
	n = utf16_to_utf8(text, sizeof text, nt + 4, n - 4);
	free(nt);
	printf("%.*s\n", (int)n, text);
	return 0;
}

char *path_of_windows(const char *path)
{
	static struct nt_path p;
	uint16_t nt[HOST_PATH_MAX];
	size_t n;

	n = utf8_to_utf16(nt, 4, "\\??\\", 4);
	n += utf8_to_utf16(nt + n, HOST_PATH_MAX - n, path, strlen(path));
	for (size_t i = 0; i < n && i < HOST_PATH_MAX; i++)
		if (nt[i] == '/')
			nt[i] = '\\';
	if (n > HOST_PATH_MAX ||
	    path_parse(nt, n, NULL, &p) != STATUS_SUCCESS ||
	    p.kind != PATH_DISK)
		return NULL;
	path_find(&p); /* sets the spelling; that it exists is not needed */
	if (p.from_lower)
		return strdup(p.lower); /* a built-in DLL */
	return strdup(p.host[0] ? p.host : "/");
}

/* Relative paths stay relative; only their separators change. */
static int to_host(const char *path)
{
	char *host, *whole;

	if (!path[0] || path[1] != ':') {
		for (; *path; path++)
			putchar(*path == '\\' ? '/' : *path);
		putchar('\n');
		return 0;
	}
	whole = strdup(path);
	if (!whole)
		return 1;
	for (char *c = whole; *c; c++)
		if (*c == '\\')
			*c = '/';
	if (whole[2] == '/')
		collapse(whole + 2);
	host = path_of_windows(whole);
	free(whole);
	if (!host) {
		fprintf(stderr, "run-foreign: %s: no such drive or name\n",
			path);
		return 1;
	}
	puts(host);
	free(host);
	return 0;
}

int path_command(char **argv)
{
	int (*convert)(const char *) = NULL;
	char *dlls;
	int ret = 0;

	if (argv[1] && !strcmp(argv[1], "-w"))
		convert = to_windows;
	else if (argv[1] && !strcmp(argv[1], "-u"))
		convert = to_host;
	if (!convert || !argv[2]) {
		fputs("Usage: run-foreign path -w|-u PATH...\n", stderr);
		return USAGE;
	}
	dlls = search_dlls(NULL, NULL);
	if (dlls)
		path_set_dlls(dlls, false);
	for (argv += 2; *argv; argv++)
		ret |= convert(*argv);
	free(dlls);
	return ret;
}
