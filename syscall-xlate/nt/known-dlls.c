/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * known-dlls.c - \KnownDlls and \KnownDlls32: sections of the DLLs that Windows knows.
 *
 * Windows' session manager makes them when it starts.  Here a directory is
 * filled when somebody first looks into it, and a section opens its file when
 * it is first used.
 */
#include <string.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/name.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/section.h"

/* Generated from apisets.tbl: those that our loader takes from System32. */
static const char *const dlls[] = {
#include "syscall-xlate/nt/known-dlls.h"
};

enum { NAME_MAX_LEN = 96 };

static size_t widen(uint16_t to[NAME_MAX_LEN], const char *s)
{
	return utf8_to_utf16(to, NAME_MAX_LEN, s, strlen(s));
}

static const char *folder(int bits)
{
	if (bits == 32)
		return "\\??\\C:\\Windows\\SysWOW64\\";
	return nt_self->wow64 ? "\\??\\C:\\Windows\\Sysnative\\"
			      : "\\??\\C:\\Windows\\System32\\";
}

void known_dlls_fill(struct directory *d)
{
	uint16_t path[2 * NAME_MAX_LEN], name[NAME_MAX_LEN];
	const size_t at = widen(path, folder(d->known_dlls));
	char host[HOST_PATH_MAX];

	d->known_dlls = 0;
	for (unsigned i = 0; i < COUNT_OF(dlls); i++) {
		const size_t n = widen(name, dlls[i]);
		struct object *o;

		memcpy(path + at, name, n * sizeof *name);
		if (path_from_nt(path, at + n, host) || access(host, R_OK))
			continue; /* built without that width */
		o = section_of_image(path, at + n);
		if (!o)
			continue;
		name_insert(d, o, name, n, true);
		object_put(o);
	}
}
