/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-fixture.h - for unit tests that call the file handlers straight: a
 * fresh folder under /tmp, and short names for what every test does.
 */
#ifndef RF_TESTS_FILE_FIXTURE_H
#define RF_TESTS_FILE_FIXTURE_H

#include "syscall-xlate/nt/file.h"

enum {
	GENERIC_READ = (int)0x80000000,
	GENERIC_WRITE = 0x40000000,
	SYNC = 0x20,
	NOT_DIR = 0x40,
};

extern struct task *t;
extern char root[64];           /* the folder */
extern struct io_status64 iosb; /* of the last call below */

void file_setup(void);
void file_teardown(void);

/* OBJECT_ATTRIBUTES for a name below root (UTF-8), or an absolute one.  Good
   for eight calls. */
gaddr oa(const char *name);
NTSTATUS open_as(const char *name, uint32_t access, uint32_t share,
		 uint32_t disposition, uint32_t options, uint64_t *h);
/* A new or emptied file, opened for everything. */
uint64_t make(const char *name);
/* Strings; offset NULL: where the file stands. */
NTSTATUS put(uint64_t h, const char *s, int64_t *offset);
NTSTATUS get(uint64_t h, char *s, uint32_t n, int64_t *offset);
void closes(uint64_t h);
/* Does the host have it, below root? */
bool exists(const char *name);

#endif
