/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * slowfs.c - a file system that answers when it is told to, for tests/slow/run.
 *
 *   slowfs FOLDER MB [cached]
 *                        mounts itself there and serves until it is unmounted;
 *                        "cached": data has pages in memory and can be mapped
 *
 * Two files.  Reads and writes of "data" are held back between "hold" and
 * "free" written to "ctl" ("one": the oldest is let go; "fail": they all fail
 * with EIO).  "reads N", "writes N", "syncs N": from now on reads and writes of
 * data, and fsync(2), fail with error N; 0: they do not.  "reads" also takes away
 * what is in memory of it.  Reading "ctl" tells how many are held.
 *
 * It speaks the kernel's protocol itself (linux/fuse.h): no library is needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { ROOT = 1, DATA, CTL, MOST = 32 << 20, REQUEST = (1 << 20) + 4096 };

struct held {
	struct held *next;
	struct fuse_in_header h;
	uint64_t offset;
	uint32_t size;
	bool write;
	char bytes[];
};

static int dev;
static char data[MOST];
static uint64_t data_size;
static bool holding, cached;
static int read_error, write_error, sync_error;
static struct held *first;

static void reply(uint64_t unique, int err, const void *out, size_t n)
{
	struct fuse_out_header h = { (uint32_t)(sizeof h + n), -err, unique };
	struct iovec v[2] = { { &h, sizeof h }, { (void *)out, n } };

	/* ENOENT: it was interrupted and nobody waits. */
	(void)!writev(dev, v, n ? 2 : 1);
}

static struct fuse_attr attr_of(uint64_t node)
{
	return (struct fuse_attr){
		.ino = node,
		.size = node == DATA ? data_size : 0,
		.mode = node == ROOT ? S_IFDIR | 0777 : S_IFREG | 0666,
		.nlink = 1,
		.blksize = 4096,
		.blocks = node == DATA ? data_size / 512 : 0,
	};
}

/* A read or write of data, at last. */
static void answer(const struct held *r, int err)
{
	uint64_t end = r->offset + r->size;
	struct fuse_write_out out = { .size = r->size };

	if (!err && r->write)
		err = end > MOST ? ENOSPC : write_error;
	else if (!err)
		err = read_error;
	if (err) {
		reply(r->h.unique, err, NULL, 0);
	} else if (r->write) {
		memcpy(data + r->offset, r->bytes, r->size);
		if (data_size < end)
			data_size = end;
		reply(r->h.unique, 0, &out, sizeof out);
	} else {
		uint64_t at = r->offset < data_size ? r->offset : data_size;
		uint64_t left = data_size - at;

		reply(r->h.unique, 0, data + at,
		      left < r->size ? left : r->size);
	}
}

static void answer_first(int err)
{
	struct held *r = first;

	first = r->next;
	answer(r, err);
	free(r);
}

static void data_request(const struct fuse_in_header *h, uint64_t offset,
			 uint32_t size, const void *bytes)
{
	struct held *r = calloc(1, sizeof *r + (bytes ? size : 0)), **at;

	r->h = *h;
	r->offset = offset;
	r->size = size;
	r->write = bytes != NULL;
	if (bytes)
		memcpy(r->bytes, bytes, size);
	for (at = &first; *at; at = &(*at)->next)
		;
	*at = r;
	if (!holding)
		answer_first(0);
}

static void interrupt(uint64_t unique)
{
	for (struct held **at = &first; *at; at = &(*at)->next) {
		struct held *r = *at;

		if (r->h.unique != unique)
			continue;
		*at = r->next;
		reply(unique, EINTR, NULL, 0);
		free(r);
		return;
	}
}

/* The kernel has no pages of data any more. */
static void forget(void)
{
	struct fuse_notify_inval_inode_out all = { .ino = DATA };

	reply(0, -FUSE_NOTIFY_INVAL_INODE, &all, sizeof all);
}

static void control(const char *what, size_t n)
{
	if (n >= 4 && !memcmp(what, "hold", 4))
		holding = true;
	else if (n >= 3 && !memcmp(what, "one", 3) && first)
		answer_first(0);
	else if (n >= 7 && !memcmp(what, "reads ", 6)) {
		read_error = atoi(what + 6);
		forget();
	} else if (n >= 8 && !memcmp(what, "writes ", 7))
		write_error = atoi(what + 7);
	else if (n >= 7 && !memcmp(what, "syncs ", 6))
		sync_error = atoi(what + 6);
	else if (n >= 4 && !memcmp(what, "fail", 4))
		while (first)
			answer_first(EIO);
	else if (n >= 4 && !memcmp(what, "free", 4)) {
		holding = false;
		while (first)
			answer_first(0);
	}
}

static void lookup(const struct fuse_in_header *h, const char *name)
{
	struct fuse_entry_out e = { .attr_valid = 0 };

	e.nodeid = !strcmp(name, "data")  ? DATA
		   : !strcmp(name, "ctl") ? CTL
					  : 0;
	if (h->nodeid != ROOT || !e.nodeid) {
		reply(h->unique, ENOENT, NULL, 0);
		return;
	}
	e.attr = attr_of(e.nodeid);
	reply(h->unique, 0, &e, sizeof e);
}

static void read_request(const struct fuse_in_header *h,
			 const struct fuse_read_in *in)
{
	struct held *r;
	unsigned n = 0;
	char text[64];
	int len;

	if (h->nodeid == DATA) {
		data_request(h, in->offset, in->size, NULL);
		return;
	}
	for (r = first; r; r = r->next)
		n++;
	len = snprintf(text, sizeof text, "%u\n", n);
	reply(h->unique, 0, text, in->offset ? 0 : (size_t)len);
}

static void request(const struct fuse_in_header *h, const void *in)
{
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION,
		.minor = FUSE_KERNEL_MINOR_VERSION,
		.max_readahead = 1 << 17,
		.max_write = 1 << 17,
		.flags = FUSE_BIG_WRITES | FUSE_ATOMIC_O_TRUNC,
	};
	struct fuse_open_out open = { .open_flags = FOPEN_DIRECT_IO };
	struct fuse_attr_out attr = { .attr_valid = 0 };
	struct fuse_statfs_out statfs = { .st = { .bsize = 4096 } };
	const struct fuse_write_in *w = in;
	struct fuse_write_out wrote = { 0 };

	switch (h->opcode) {
	case FUSE_INIT:
		reply(h->unique, 0, &init, sizeof init);
		break;
	case FUSE_LOOKUP:
		lookup(h, in);
		break;
	case FUSE_GETATTR:
	case FUSE_SETATTR:
		attr.attr = attr_of(h->nodeid);
		reply(h->unique, 0, &attr, sizeof attr);
		break;
	case FUSE_OPEN:
	case FUSE_OPENDIR:
		if (cached && h->nodeid == DATA)
			open.open_flags = FOPEN_KEEP_CACHE;
		reply(h->unique, 0, &open, sizeof open);
		break;
	case FUSE_READ:
		read_request(h, in);
		break;
	case FUSE_READDIR:
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
	case FUSE_FLUSH:
		reply(h->unique, 0, NULL, 0);
		break;
	case FUSE_FSYNC:
		reply(h->unique, h->nodeid == DATA ? sync_error : 0, NULL, 0);
		break;
	case FUSE_STATFS:
		reply(h->unique, 0, &statfs, sizeof statfs);
		break;
	case FUSE_WRITE:
		if (h->nodeid == DATA) {
			data_request(h, w->offset, w->size, w + 1);
			break;
		}
		control((const char *)(w + 1), w->size);
		wrote.size = w->size;
		reply(h->unique, 0, &wrote, sizeof wrote);
		break;
	case FUSE_INTERRUPT:
		interrupt(((const struct fuse_interrupt_in *)in)->unique);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
		break;
	default:
		reply(h->unique, ENOSYS, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	static _Alignas(8) char in[REQUEST];
	char options[100];
	ssize_t n;

	cached = argc == 4 && !strcmp(argv[3], "cached");
	if (argc != 3 && !cached)
		return 2;
	data_size = strtoull(argv[2], NULL, 10) << 20;
	if (data_size > MOST)
		return 2;
	for (size_t i = 0; i < data_size; i++)
		data[i] = (char)(i / 4096 + i);
	dev = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	snprintf(options, sizeof options,
		 "fd=%d,rootmode=40000,user_id=%u,group_id=%u,allow_other", dev,
		 getuid(), getgid());
	if (dev < 0 ||
	    mount("slowfs", argv[1], "fuse", MS_NOSUID | MS_NODEV, options)) {
		perror("slowfs");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	while ((n = read(dev, in, sizeof in)) > 0 ||
	       (n < 0 && (errno == EINTR || errno == ENOENT))) {
		const struct fuse_in_header *h = (const void *)in;

		if (n >= (ssize_t)sizeof *h)
			request(h, h + 1);
	}
	return 0;
}
