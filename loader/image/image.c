/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image.c - opens a file and asks each format in turn whether it is its own.
 *
 * The file is read with pread(2), never through a mapping: a file that shrinks
 * meanwhile is then a short read and not a SIGBUS.
 */
#include "loader/image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/table.h"
#include "loader/image/elf.h"
#include "loader/image/identify.h"
#include "loader/image/pe.h"

/* Enough for the headers of nearly every program. */
#define HEAD_SIZE 4096

static int read_head(struct image *img, size_t want, struct err *e)
{
	uint8_t *buf = malloc(want);
	size_t got = 0;

	if (!buf)
		return err_set(e, ENOMEM, "no memory for its headers");
	while (got < want) {
		ssize_t n = pread(img->fd, buf + got, want - got, (off_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int code = errno;

			free(buf);
			return err_set(e, code, "cannot be read: %s",
				       strerror(code));
		}
		if (n == 0)
			break;
		got += (size_t)n;
	}
	free((void *)img->head.at);
	img->head = (struct bytes){ buf, got };
	return 0;
}

static int identify(struct image *img, struct err *e)
{
	size_t want;

	if (read_head(img, HEAD_SIZE, e))
		return -1;
	if (elf_is(img->head))
		return elf_parse(img, e);
	if (!pe_is(img->head))
		return identify_refusal(img->head, e);
	want = pe_headers_wanted(img->head);
	if (want > img->head.len && img->head.len == HEAD_SIZE &&
	    read_head(img, want, e))
		return -1;
	return pe_parse(img, e);
}

/* Takes fd over. */
static struct image *open_owned(int fd, struct err *e)
{
	struct image *img = calloc(1, sizeof *img);
	struct stat st;

	if (!img) {
		err_set(e, ENOMEM, "no memory");
		close(fd);
		return NULL;
	}
	img->fd = fd;
	if (fstat(fd, &st)) {
		err_set(e, errno, "%s", strerror(errno));
	} else if (S_ISDIR(st.st_mode)) {
		err_set(e, EISDIR, "is a directory");
	} else if (!S_ISREG(st.st_mode)) {
		err_set(e, ENOEXEC, "is not a regular file");
	} else {
		img->file_size = (uint64_t)st.st_size;
		img->dev = st.st_dev;
		img->ino = st.st_ino;
		if (identify(img, e) == 0)
			return img;
	}
	image_close(img);
	return NULL;
}

int image_open_file(const char *path)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;
	/* A FIFO or a device must not block or act on being opened. */
	int fd = open(path, flags | O_NONBLOCK);

	/* Somebody has a lease on it, so it is a file. */
	return fd < 0 && errno == EAGAIN ? open(path, flags) : fd;
}

struct image *image_open(const char *path, struct err *e)
{
	int fd = image_open_file(path);

	if (fd < 0) {
		err_set(e, errno, "%s", strerror(errno));
		return NULL;
	}
	return open_owned(fd, e);
}

struct image *image_open_fd(int fd, struct err *e)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (own < 0) {
		err_set(e, errno, "%s", strerror(errno));
		return NULL;
	}
	return open_owned(own, e);
}

void image_close(struct image *img)
{
	if (!img)
		return;
	if (img->fd >= 0)
		close(img->fd);
	free((void *)img->head.at);
	free(img->segment);
	elf_free(img->elf);
	free(img);
}

void image_trust(struct image *img)
{
	for (unsigned i = 0; i < img->nsegments; i++)
		if (img->segment[i].prot & GUEST_EXEC)
			img->segment[i].prot |= GUEST_OURS;
}

const struct image_segment *image_segment_at(const struct image *img,
					     uint32_t rva)
{
	for (unsigned i = 0; i < img->nsegments; i++)
		if (rva >= img->segment[i].rva &&
		    rva - img->segment[i].rva < img->segment[i].size)
			return &img->segment[i];
	return NULL;
}

int image_read(const struct image *img, uint32_t rva, void *dst, size_t n)
{
	const struct image_segment *s = image_segment_at(img, rva);
	uint8_t *to = dst;
	uint32_t off;
	size_t data;

	if (!s)
		return rva < img->headers_size ?
			       bytes_get(img->head, rva, dst, n) :
			       -1;
	off = rva - s->rva;
	if (n > s->size - off)
		return -1;
	data = off < s->file_size ? MIN(n, (size_t)(s->file_size - off)) : 0;
	memset(to + data, 0, n - data);
	for (size_t done = 0; done < data;) {
		ssize_t got = pread(img->fd, to + done, data - done,
				    (off_t)s->file_offset + off + (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		done += (size_t)got;
	}
	return 0;
}

/*
 * Every sixty-five-thousandth pair of bytes is one of these by chance, so most
 * large programs have some.  What Windows programs make themselves begins as
 * ntdll's own does: the number goes to eax and, as the instruction destroys
 * rcx, that to r10.  Programs of other systems all make calls.
 */
enum { BEFORE = 32 };

static bool is_number(const uint8_t *p)
{
	/* With a prefix it is another register's. */
	return p[0] == 0xb8 && (p[-1] & 0xf0) != 0x40 && p[2] < 0x40 &&
	       p[3] == 0 && p[4] == 0;
}

static bool is_r10_rcx(const uint8_t *p)
{
	return !memcmp(p, "\x4c\x8b\xd1", 3) || !memcmp(p, "\x49\x89\xca", 3);
}

/* BEFORE bytes lie before p, and one behind it. */
static bool makes_call(const struct image *img, const uint8_t *p)
{
	if (!(p[0] == 0x0f && (p[1] == 0x05 || p[1] == 0x34)) &&
	    !(p[0] == 0xcd && (p[1] == 0x2e || p[1] == 0x80)))
		return false;
	if (img->format != IMAGE_PE)
		return true;
	for (int i = 5; i <= 12; i++)
		if (is_number(p - i))
			return true;
	for (int i = 3; i <= BEFORE; i++)
		if (is_r10_rcx(p - i))
			return true;
	return false;
}

int image_scan_syscalls(const struct image *img, struct err *e)
{
	enum { CHUNK = 65536 };
	uint8_t *buf = malloc(BEFORE + 1 + CHUNK);
	int found = 0;

	if (!buf)
		return err_set(e, ENOMEM, "no memory");
	for (unsigned i = 0; i < img->nsegments && !found; i++) {
		const struct image_segment *s = &img->segment[i];

		if (!(s->prot & GUEST_EXEC))
			continue;
		memset(buf, 0, BEFORE + 1);
		for (uint32_t at = 0; at < s->file_size && !found;) {
			uint32_t n = MIN(CHUNK, s->file_size - at);

			if (at + n > s->size)
				break;
			if (image_read(img, s->rva + at, buf + BEFORE + 1, n)) {
				free(buf);
				return err_set(e, EIO, "section %s: short read",
					       s->name);
			}
			for (uint32_t j = 0; j < n && !found; j++)
				found = makes_call(img, buf + BEFORE + j);
			/* What the last byte begins, with what is before it. */
			memmove(buf, buf + n, BEFORE + 1);
			at += n;
		}
	}
	free(buf);
	return found;
}
