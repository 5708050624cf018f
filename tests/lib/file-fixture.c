/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* file-fixture.c - a fresh folder, and the file calls in short. */
#include "tests/lib/file-fixture.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf.h"
#include "tests/lib/fake-engine.h"
#include "syscall-xlate/nt/calls.h"

struct task *t;
char root[64]; /* a fresh folder */
struct io_status64 iosb;

void file_setup(void)
{
	t = fake_start();
	strcpy(root, "/tmp/rf-file-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void file_teardown(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	files_at_exit();
}

/* OBJECT_ATTRIBUTES for a name below root (UTF-8, backslashes), or absolute. */
gaddr oa(const char *name)
{
	static struct {
		struct object_attributes64 oa;
		struct unicode_string64 s;
		uint16_t text[600];
	} slot[8];
	static unsigned next;
	char full[1024], *c;
	unsigned i = next++ % 8;
	size_t n;

	if (*name == '\\')
		snprintf(full, sizeof full, "%s", name);
	else
		snprintf(full, sizeof full, "\\??\\Z:%s\\%s", root, name);
	for (c = full; *c; c++)
		if (*c == '/')
			*c = '\\';
	n = utf8_to_utf16(slot[i].text, 600, full, strlen(full));
	slot[i].s.length = slot[i].s.maximum = (uint16_t)(n * 2);
	slot[i].s.buffer = GADDR(slot[i].text);
	memset(&slot[i].oa, 0, sizeof slot[i].oa);
	slot[i].oa.length = sizeof slot[i].oa;
	slot[i].oa.name = GADDR(&slot[i].s);
	slot[i].oa.attributes = 0x40;
	return GADDR(&slot[i].oa);
}

NTSTATUS open_as(const char *name, uint32_t access, uint32_t share,
		 uint32_t disposition, uint32_t options, uint64_t *h)
{
	memset(&iosb, 0xff, sizeof iosb);
	return nt_create_file(t, GADDR(h), access, oa(name), GADDR(&iosb), 0,
			      0x80, share, disposition, options, 0, 0);
}

uint64_t make(const char *name)
{
	uint64_t h = 0;

	ck_assert_uint_eq(open_as(name, GENERIC_READ | GENERIC_WRITE | 0x110000,
				  7, FILE_OVERWRITE_IF, SYNC | NOT_DIR, &h),
			  0);
	return h;
}

NTSTATUS put(uint64_t h, const char *s, int64_t *offset)
{
	return nt_write_file(t, h, 0, 0, 0, GADDR(&iosb), GADDR(s),
			     (uint32_t)strlen(s), GADDR(offset), 0);
}

NTSTATUS get(uint64_t h, char *s, uint32_t n, int64_t *offset)
{
	memset(s, 0, n + 1); /* for reading it as a string */
	return nt_read_file(t, h, 0, 0, 0, GADDR(&iosb), GADDR(s), n,
			    GADDR(offset), 0);
}

void closes(uint64_t h)
{
	ck_assert_uint_eq(nt_close(t, h), 0);
}

bool exists(const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", root, name);
	return lstat(path, &st) == 0;
}
