/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image.c - libFuzzer target: any bytes as a program's file.
 *
 * Parses, reads, scans, maps and relocates it, in a guest memory that is a
 * plain array whose every access is checked.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "loader/image/elf.h"

enum { GUEST_SIZE = 64 << 20 };
#define BASE 0x10000000ull

static uint8_t *memory;

static int inside(gaddr at, uint64_t n)
{
	return at >= BASE && at - BASE <= GUEST_SIZE &&
	       n <= GUEST_SIZE - (at - BASE);
}

static int fake_read(void *dst, gaddr src, size_t n)
{
	if (!inside(src, n))
		return -EFAULT;
	memcpy(dst, memory + (src - BASE), n);
	return 0;
}

static int fake_write(gaddr dst, const void *src, size_t n)
{
	if (!inside(dst, n))
		return -EFAULT;
	memcpy(memory + (dst - BASE), src, n);
	return 0;
}

static int fake_iov(gaddr at, size_t n, bool write, struct iovec *v, int max)
{
	(void)write;
	if (max < 1 || !inside(at, n))
		return -EFAULT;
	v[0] = (struct iovec){ memory + (at - BASE), n };
	return 1;
}

static int fake_map(gaddr at, uint64_t size, int prot, int fd, uint64_t off,
		    unsigned flags)
{
	(void)prot;
	(void)flags;
	if (!inside(at, size) || at % 4096 || size % 4096 || off % 4096)
		abort(); /* the mapper must keep to the image's range */
	if (fd < 0)
		memset(memory + (at - BASE), 0, size);
	else if (pread(fd, memory + (at - BASE), size, (off_t)off) < 0)
		return -errno;
	return 0;
}

static int fake_range(gaddr at, uint64_t size, int prot)
{
	(void)prot;
	if (!inside(at, size))
		abort();
	return 0;
}

static int fake_fill(gaddr at, int byte, size_t n)
{
	if (!inside(at, n))
		abort();
	memset(memory + (at - BASE), byte, n);
	return 0;
}

static const struct guest_mem fake = {
	.low = BASE,
	.high = BASE + GUEST_SIZE,
	.read = fake_read,
	.write = fake_write,
	.fill = fake_fill,
	.iov = fake_iov,
	.map = fake_map,
	.protect = fake_range,
};

/* Reads what it is given, so that a sanitizer sees it. */
static volatile size_t seen;

static int on_import(void *arg, const struct image_import *i)
{
	(void)arg;
	seen += strlen(i->dll) + (i->name ? strlen(i->name) : i->ordinal);
	return 0;
}

static int on_export(void *arg, const struct image_exported *x)
{
	(void)arg;
	seen += (x->name ? strlen(x->name) : x->ordinal) +
		(x->forwarder ? strlen(x->forwarder) : 0);
	return 0;
}

static void map_elf(const struct image *img)
{
	const struct elf_info *elf = img->elf;
	gaddr bias = BASE - elf->low;
	struct err e = { 0 };

	if (elf->interp)
		seen += strlen(elf->interp);
	if (elf->high - elf->low <= GUEST_SIZE &&
	    elf_map(img, bias, elf->entry & 1, &e) == 0)
		elf_protect(img, bias, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static int fd = -1;
	struct err e = { 0 };
	struct image *img;
	uint8_t buf[64];

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		memory = malloc(GUEST_SIZE);
		guest_mem = &fake;
	}
	if (ftruncate(fd, 0) || pwrite(fd, data, n, 0) != (ssize_t)n)
		abort();
	img = image_open_fd(fd, &e);
	if (!img)
		return 0;
	if (img->format == IMAGE_ELF) {
		map_elf(img);
		image_close(img);
		return 0;
	}
	image_scan_syscalls(img, &e);
	image_imports(img, on_import, NULL, &e);
	image_exports(img, on_export, NULL, &e);
	image_read(img, img->entry_rva, buf, sizeof buf);
	image_segment_at(img, img->entry_rva);
	if (img->size <= GUEST_SIZE && image_map(img, BASE, &e) == 0)
		image_export(img, BASE, "DllMain");
	image_close(img);
	return 0;
}
