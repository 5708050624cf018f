/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * identify.c - names the kinds of file that people give to run-foreign by
 * mistake, so that the refusal says what to do instead of "bad format".
 */
#include "loader/image/identify.h"

#include <errno.h>
#include <inttypes.h>

#include "base/table.h"

static const struct {
	const char *magic;
	unsigned len;
	const char *what;
} kinds[] = {
	{ "#!", 2, "a script: run its interpreter" },
	{ "PK\003\004", 4, "a ZIP archive (or a JAR, MSIX, APK): unpack it" },
	{ "MSCF", 4, "a Windows cabinet archive: unpack it" },
	{ "\xd0\xcf\x11\xe0", 4,
	  "an OLE compound file (an .msi package or old Office document)" },
	{ "\xfe\xed\xfa\xce", 4, "a 32-bit big-endian Mach-O program" },
	{ "\xfe\xed\xfa\xcf", 4, "a 64-bit big-endian Mach-O program" },
	{ "\xce\xfa\xed\xfe", 4, "a 32-bit Mach-O (macOS) program" },
	{ "\xcf\xfa\xed\xfe", 4, "a 64-bit Mach-O (macOS) program" },
	{ "\xca\xfe\xba\xbe", 4, "a universal Mach-O program or Java class" },
	{ "\x1f\x8b", 2, "gzip data" },
	{ "!<arch>", 7, "an ar archive (a static library)" },
	{ "%PDF", 4, "a PDF document" },
	{ "\0asm", 4, "a WebAssembly module" },
	{ "MZqFpD", 6,
	  "an Actually Portable Executable: run it directly, it is a Linux "
	  "program too" },
};

int identify_refusal(struct bytes file, struct err *e)
{
	const uint8_t *p;

	if (file.len == 0)
		return err_set(e, ENOEXEC, "the file is empty");
	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		p = bytes_at(file, 0, kinds[i].len);
		if (p && !memcmp(p, kinds[i].magic, kinds[i].len))
			return err_set(e, ENOEXEC, "this is %s", kinds[i].what);
	}
	return err_set(e, ENOEXEC,
		       "not an executable: it starts with none of the magic "
		       "numbers known here");
}
