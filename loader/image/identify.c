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
	p = bytes_at(file, 0, 20);
	if (p && !memcmp(p, "\177ELF", 4)) {
		static const char *const abis[] = {
			[0] = "Linux or System V", [2] = "NetBSD",
			[3] = "Linux",		   [6] = "Solaris",
			[9] = "FreeBSD",	   [12] = "OpenBSD",
		};
		const char *abi = p[7] < COUNT_OF(abis) ? abis[p[7]] : NULL;

		return err_set(e, ENOEXEC,
			       "this is a %d-bit ELF program for %s (machine "
			       "%u), which run-foreign does not run",
			       p[4] == 2 ? 64 : 32, abi ? abi : "another system",
			       le16_at(p + 18));
	}
	return err_set(e, ENOEXEC,
		       "not an executable: it starts with none of the magic "
		       "numbers known here");
}
