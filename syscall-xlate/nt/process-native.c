/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process-native.c - see process-native.h. */
#include "syscall-xlate/nt/process-native.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/table.h"
#include "base/utf.h"

/* ---- arguments ---- */

/* Copies one argument's units to out, undoing quotes; where the next is. */
static const uint16_t *one_argument(const uint16_t *s, const uint16_t *end,
				    bool program, uint16_t *out, size_t *n)
{
	bool quoted = false;

	*n = 0;
	for (; s < end; s++) {
		size_t slashes = 0;

		if (!quoted && (*s == ' ' || *s == '\t'))
			break;
		/* In the program's name a backslash is only that. */
		while (!program && s + slashes < end && s[slashes] == '\\')
			slashes++;
		if (slashes && s + slashes < end && s[slashes] == '"') {
			for (size_t i = 0; i < slashes / 2; i++)
				out[(*n)++] = '\\';
			s += slashes;
			if (slashes % 2) {
				out[(*n)++] = '"';
				continue;
			}
		} else if (slashes) {
			for (size_t i = 0; i < slashes; i++)
				out[(*n)++] = '\\';
			s += slashes - 1;
			continue;
		}
		if (*s != '"') {
			out[(*n)++] = *s;
		} else if (quoted && !program && s + 1 < end && s[1] == '"') {
			out[(*n)++] = '"';
			s++;
		} else {
			quoted = !quoted;
		}
	}
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	return s;
}

char **native_argv(const uint16_t *s, size_t n)
{
	/* An argument takes at least one unit and a blank; a unit at most
	   three bytes. */
	size_t max = n / 2 + 3, text = (n + 1) * 3 + max, argc = 0, len;
	char **argv = malloc(max * sizeof *argv + text);
	uint16_t *one = malloc((n + 1) * sizeof *one);
	const uint16_t *end = s + n;
	char *at;

	if (!argv || !one) {
		free(argv);
		free(one);
		return NULL;
	}
	at = (char *)(argv + max);
	do {
		s = one_argument(s, end, argc == 0, one, &len);
		argv[argc++] = at;
		at += utf16_to_utf8(at, len * 3, one, len);
		*at++ = 0;
	} while (s < end);
	argv[argc] = NULL;
	free(one);
	return argv;
}

/* ---- environment ---- */

/* Whose values mean nothing on the host, or another thing than on Windows. */
static const char *const windows_only[] = {
	"ALLUSERSPROFILE",
	"APPDATA",
	"CommonProgramFiles",
	"CommonProgramFiles(x86)",
	"CommonProgramW6432",
	"COMPUTERNAME",
	"ComSpec",
	"DriverData",
	"HOME",
	"HOMEDRIVE",
	"HOMEPATH",
	"LOCALAPPDATA",
	"LOGONSERVER",
	"NUMBER_OF_PROCESSORS",
	"OS",
	"PATH",
	"PATHEXT",
	"PROCESSOR_ARCHITECTURE",
	"PROCESSOR_ARCHITEW6432",
	"PROCESSOR_IDENTIFIER",
	"PROCESSOR_LEVEL",
	"PROCESSOR_REVISION",
	"ProgramData",
	"ProgramFiles",
	"ProgramFiles(x86)",
	"ProgramW6432",
	"PUBLIC",
	"SESSIONNAME",
	"SystemDrive",
	"SystemRoot",
	"TEMP",
	"TMP",
	"TMPDIR",
	"USERDOMAIN",
	"USERDOMAIN_ROAMINGPROFILE",
	"USERNAME",
	"USERPROFILE",
	"windir",
};

static const char *const from_host[] = { "HOME", "PATH",   "TEMP",
					 "TMP",  "TMPDIR", "TZ" };

static bool is_windows_only(const char *var)
{
	size_t n = strcspn(var, "=");

	for (unsigned i = 0; i < COUNT_OF(windows_only); i++)
		if (strlen(windows_only[i]) == n &&
		    !strncasecmp(windows_only[i], var, n))
			return true;
	/* "=C:=C:\dir": the folders of drives. */
	return n == 0;
}

static bool is_from_host(const char *var)
{
	size_t n = strcspn(var, "=");

	for (unsigned i = 0; i < COUNT_OF(from_host); i++)
		if (strlen(from_host[i]) == n && !strncmp(from_host[i], var, n))
			return true;
	return false;
}

char **native_environ(const uint16_t *block, size_t n, char *const *host)
{
	size_t max = COUNT_OF(from_host) + 2, count = 0;
	const uint16_t *s = block, *end = block + n;
	char **env, *at;

	for (size_t i = 0; i < n; i++)
		max += !block[i];
	env = malloc(max * sizeof *env + n * 3 + max);
	if (!env)
		return NULL;
	at = (char *)(env + max);
	while (s < end && *s) {
		size_t len = 0, bytes;

		while (s + len < end && s[len])
			len++;
		bytes = utf16_to_utf8(at, len * 3, s, len);
		at[bytes] = 0;
		if (!is_windows_only(at)) {
			env[count++] = at;
			at += bytes + 1;
		}
		s += len + 1;
	}
	for (; host && *host && count < max - 1; host++)
		if (is_from_host(*host))
			env[count++] = *host;
	env[count] = NULL;
	return env;
}
