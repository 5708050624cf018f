/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit tests for loader/image/pe.c and pe-map.c: what Windows lets pass. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/table.h"
#include "loader/image/image.h"
#include "tests/lib/unit.h"

enum { PE = 0x80, OPT = PE + 24, SECTIONS = OPT + 240, LEN = 0x800 };

static uint8_t file[LEN];
static size_t file_len;

static void put(size_t off, uint64_t v, size_t n)
{
	memcpy(file + off, &v, n);
}

static void section(unsigned i, const char *name, uint32_t vsize, uint32_t rva,
		    uint32_t raw_size, uint32_t raw, uint32_t flags)
{
	size_t at = SECTIONS + i * 40;

	memcpy(file + at, name, strlen(name));
	put(at + 8, vsize, 4);
	put(at + 12, rva, 4);
	put(at + 16, raw_size, 4);
	put(at + 20, raw, 4);
	put(at + 36, flags, 4);
	put(PE + 6, i + 1, 2);
}

static void setup(void)
{
	memset(file, 0, sizeof file);
	file_len = LEN;
	memcpy(file, "MZ", 2);
	put(0x3c, PE, 4);
	memcpy(file + PE, "PE\0\0", 4);
	put(PE + 4, 0x8664, 2);
	put(PE + 20, 240, 2);
	put(PE + 22, 0x22, 2);
	put(OPT, 0x20b, 2);
	put(OPT + 16, 0x1000, 4);
	put(OPT + 24, 0x140000000, 8);
	put(OPT + 32, 0x1000, 4);
	put(OPT + 36, 0x200, 4);
	put(OPT + 56, 0x4000, 4);
	put(OPT + 60, 0x400, 4);
	put(OPT + 68, 3, 2);
	put(OPT + 108, 16, 4);
	section(0, ".text", 0x10, 0x1000, 0x200, 0x400, 0x60000020);
}

static struct image *open_it(struct err *e)
{
	int fd = memfd_create("pe", MFD_CLOEXEC);
	struct image *img;

	ck_assert_int_eq(write(fd, file, file_len), (int)file_len);
	img = image_open_fd(fd, e);
	close(fd);
	return img;
}

static struct image *must_open(void)
{
	struct err e = { 0 };
	struct image *img = open_it(&e);

	ck_assert_msg(img != NULL, "%s", e.text);
	return img;
}

START_TEST(raw_pointer_is_rounded_down)
{
	struct image *img;

	section(0, ".text", 0x10, 0x1000, 0x200, 0x40f, 0x60000020);
	img = must_open();
	ck_assert_uint_eq(img->segment[0].file_offset, 0x400);
	image_close(img);
}
END_TEST

START_TEST(virtual_size_zero_means_raw_size)
{
	struct image *img;

	section(0, ".text", 0, 0x1000, 0x200, 0x400, 0x60000020);
	img = must_open();
	ck_assert_uint_eq(img->segment[0].size, 0x1000);
	ck_assert_uint_eq(img->segment[0].file_size, 0x200);
	image_close(img);
}
END_TEST

START_TEST(raw_beyond_virtual_is_not_mapped)
{
	struct image *img;

	file_len = LEN;
	put(OPT + 36, 0x200, 4);
	section(0, ".text", 0x10, 0x1000, 0x400, 0x400, 0x60000020);
	img = must_open();
	/* all of the page that the data fits in */
	ck_assert_uint_eq(img->segment[0].file_size, 0x400);
	ck_assert_uint_eq(img->segment[0].size, 0x1000);
	image_close(img);
}
END_TEST

START_TEST(padding_may_be_missing)
{
	struct image *img;

	file_len = 0x410; /* 0x10 bytes of data; the rest is alignment */
	img = must_open();
	ck_assert_uint_eq(img->segment[0].file_size, 0x10);
	image_close(img);
}
END_TEST

START_TEST(low_alignment_is_flat)
{
	struct image *img;

	put(OPT + 32, 0x200, 4);
	section(0, ".text", 0x10, 0x400, 0x200, 0x400, 0x60000020);
	put(OPT + 16, 0x400, 4);
	img = must_open();
	ck_assert_uint_eq(img->nsegments, 1);
	ck_assert_uint_eq(img->segment[0].rva, 0);
	ck_assert_int_eq(img->segment[0].prot,
			 GUEST_READ | GUEST_WRITE | GUEST_EXEC);
	image_close(img);
}
END_TEST

/* All of it is one page, in whose midst the section begins. */
START_TEST(low_alignment_is_not_rounded)
{
	struct image *img;

	put(OPT + 32, 0x10, 4);
	put(OPT + 36, 0x10, 4);
	put(OPT + 56, 0x420, 4);
	put(OPT + 60, 0x410, 4);
	section(0, ".text", 0x10, 0x410, 0x10, 0x410, 0x60000020);
	put(OPT + 16, 0x410, 4);
	img = must_open();
	ck_assert_uint_eq(img->segment[0].size, 0x1000);
	image_close(img);
}
END_TEST

START_TEST(directories_outside_are_dropped)
{
	struct image *img;

	put(OPT + 112 + 8 * PE_DIR_TLS, 0xfffff000, 4);
	put(OPT + 112 + 8 * PE_DIR_TLS + 4, 0x40, 4);
	put(OPT + 112 + 8 * PE_DIR_EXPORT, 0x1010, 4);
	put(OPT + 112 + 8 * PE_DIR_EXPORT + 4, 0xffffffff, 4);
	img = must_open();
	ck_assert_uint_eq(img->dir[PE_DIR_TLS].rva, 0);
	/* one that is too long ends with the image */
	ck_assert_uint_eq(img->dir[PE_DIR_EXPORT].rva, 0x1010);
	ck_assert_uint_eq(img->dir[PE_DIR_EXPORT].size, img->size - 0x1010);
	image_close(img);
}
END_TEST

START_TEST(reads_stay_inside)
{
	struct image *img = must_open();
	uint8_t buf[0x1000];

	memset(buf, 0xff, sizeof buf);
	ck_assert_int_eq(image_read(img, 0x1000, buf, 0x1000), 0);
	ck_assert_uint_eq(buf[0x200], 0); /* behind the data: zero */
	ck_assert_int_eq(image_read(img, 0x1fff, buf, 2), -1);
	ck_assert_int_eq(image_read(img, 0x3000, buf, 1), -1);
	ck_assert_int_eq(image_read(img, 0xffffffff, buf, 1), -1);
	image_close(img);
}
END_TEST

START_TEST(syscalls_are_found)
{
	struct image *img = must_open();
	struct err e;

	ck_assert_int_eq(image_scan_syscalls(img, &e), 0);
	image_close(img);
	/* Those two bytes alone are part of something else. */
	put(0x400 + 50, 0x050f, 2);
	img = must_open();
	ck_assert_int_eq(image_scan_syscalls(img, &e), 0);
	image_close(img);
	/* mov $0x55,%eax; syscall */
	put(0x400 + 45, 0x55b8, 5);
	img = must_open();
	ck_assert_int_eq(image_scan_syscalls(img, &e), 1);
	image_close(img);
	/* mov $0x55,%r8d */
	put(0x400 + 44, 0x41, 1);
	img = must_open();
	ck_assert_int_eq(image_scan_syscalls(img, &e), 0);
	image_close(img);
	/* mov $0x34000055,%eax: no number of a call */
	put(0x400 + 44, 0x34000055b800, 6);
	img = must_open();
	ck_assert_int_eq(image_scan_syscalls(img, &e), 0);
	image_close(img);
	/* mov %rcx,%r10, as far before it as it may be */
	put(0x400 + 50 - 32, 0xca8949, 3);
	img = must_open();
	ck_assert_int_eq(image_scan_syscalls(img, &e), 1);
	image_close(img);
	put(0x400 + 50 - 32, 0x89490000, 4);
	put(0x400 + 50, 0, 2);
	put(0x400 + 3, 0xd18b4c, 3);
	put(0x400 + 9, 0x2ecd, 2);
	img = must_open();
	ck_assert_int_eq(image_scan_syscalls(img, &e), 1);
	image_close(img);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("pe");
	TCase *tc = tcase_create("lax rules");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, raw_pointer_is_rounded_down);
	tcase_add_test(tc, virtual_size_zero_means_raw_size);
	tcase_add_test(tc, raw_beyond_virtual_is_not_mapped);
	tcase_add_test(tc, padding_may_be_missing);
	tcase_add_test(tc, low_alignment_is_flat);
	tcase_add_test(tc, low_alignment_is_not_rounded);
	tcase_add_test(tc, directories_outside_are_dropped);
	tcase_add_test(tc, reads_stay_inside);
	tcase_add_test(tc, syscalls_are_found);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
