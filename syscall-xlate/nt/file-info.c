/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-info.c - NtQueryInformationFile, NtQueryInformationByName.
 *
 * Each class is a row: its fixed size and a function that fills it in.  A
 * class that ends in a name fills in the name as well; what of it does not
 * fit is cut and the status says so.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/file-case.h"
#include "syscall-xlate/nt/file-xattr.h"
#include "syscall-xlate/nt/file-rename.h"
#include "syscall-xlate/nt/info-rows.h"
#include "syscall-xlate/nt/calls.h"

/* ---- queries ---- */

struct query {
	struct task *t;
	struct file *f;
	uint32_t granted; /* what the handle carries */
	uint32_t room;    /* bytes that the program has for the answer */
	union {
		uint8_t bytes[128];
		struct file_basic basic;
		struct file_standard standard;
		struct file_network_open network;
		struct file_all all;
		struct file_name name;
		struct file_attribute_tag tag;
		struct file_id id;
		struct file_stat_info stat;
		struct file_stat_lx stat_lx;
		struct file_stat_basic stat_basic;
		struct file_compression compression;
		struct file_links links;
		struct file_mailslot mailslot;
		uint64_t u64;
		int64_t i64;
		uint32_t u32;
		uint8_t u8;
	};
	uint32_t size;   /* of the fixed part; preset from the row */
	uint16_t *tail;  /* a name behind it; malloc'ed */
	size_t tail_len; /* units */
};

static NTSTATUS fill_basic(struct query *q, struct file_basic *b)
{
	struct file_meta m;
	NTSTATUS status = meta_of_file(q->f, &m);

	b->times = m.times;
	b->attributes = m.attributes;
	b->pad = 0;
	return status;
}

static NTSTATUS fill_standard(struct query *q, struct file_standard *s)
{
	struct file_meta m;
	NTSTATUS status;
	uint32_t len;

	if (q->f->kind == FILE_KIND_PIPE)
		return pipe_query(q->t, q->f, FILE_STANDARD_CLASS, s, &len);
	status = meta_of_file(q->f, &m);
	if (status)
		return status;
	*s = (struct file_standard){
		.allocation = m.allocation,
		.size = m.size,
		.links = m.links,
		.directory = m.directory,
		.delete_pending = share_delete_pending(q->f),
	};
	/* A file that waits for its deletion has lost its name already. */
	if (s->delete_pending && s->links && !q->f->posix_delete)
		s->links--;
	return STATUS_SUCCESS;
}

static NTSTATUS query_basic(struct query *q)
{
	return fill_basic(q, &q->basic);
}

static NTSTATUS query_standard(struct query *q)
{
	return fill_standard(q, &q->standard);
}

static uint64_t file_number(const struct query *q, const struct file_meta *m)
{
	file_id_told(q->f, m);
	return m->ino;
}

static NTSTATUS query_internal(struct query *q)
{
	struct file_meta m;
	NTSTATUS status = meta_of_file(q->f, &m);

	q->u64 = file_number(q, &m);
	return status;
}

static NTSTATUS query_zero(struct query *q)
{
	(void)q;
	return STATUS_SUCCESS;
}

static NTSTATUS query_access(struct query *q)
{
	q->u32 = q->granted;
	return STATUS_SUCCESS;
}

static NTSTATUS query_mode(struct query *q)
{
	q->u32 = q->f->options & FILE_MODE_BITS;
	if (q->f->delete_on_close)
		q->u32 |= FILE_DELETE_ON_CLOSE;
	return STATUS_SUCCESS;
}

static int64_t position(struct file *f)
{
	int64_t at = f->position;

	if (at != POSITION_HOST)
		return at;
	if (!f->synchronous || f->fd < 0)
		return 0;
	at = lseek(f->fd, 0, SEEK_CUR);
	return at < 0 ? 0 : at;
}

static NTSTATUS query_position(struct query *q)
{
	q->i64 = position(q->f);
	return STATUS_SUCCESS;
}

static NTSTATUS query_name(struct query *q)
{
	NTSTATUS status = file_short_name(q->f, &q->tail, &q->tail_len);

	if (!status)
		q->name.len = (uint32_t)(q->tail_len * 2);
	return status;
}

/* The device's letterless name, as GetFinalPathNameByHandle(VOLUME_NAME_NONE)
   has it, is the same as the other: there are no short names. */
static NTSTATUS query_volume_name(struct query *q)
{
	const char *device = path_volume(q->f->drive);
	size_t n;

	if (!device)
		return STATUS_INVALID_PARAMETER;
	n = strlen(device);
	q->tail = malloc(n * 2);
	if (!q->tail)
		return STATUS_NO_MEMORY;
	q->tail_len = utf8_to_utf16(q->tail, n, device, n);
	q->name.len = (uint32_t)(q->tail_len * 2);
	return STATUS_SUCCESS;
}

static NTSTATUS query_all(struct query *q)
{
	struct file_meta m;
	NTSTATUS status = meta_of_file(q->f, &m);

	if (!status)
		status = fill_standard(q, &q->all.standard);
	if (status)
		return status;
	q->all.basic.times = m.times;
	q->all.basic.attributes = m.attributes;
	q->all.id = file_number(q, &m);
	q->all.access = q->granted;
	q->all.position = position(q->f);
	q->all.mode = q->f->options & FILE_MODE_BITS;
	status = file_short_name(q->f, &q->tail, &q->tail_len);
	q->all.name_len = (uint32_t)(q->tail_len * 2);
	return status;
}

static NTSTATUS query_network(struct query *q)
{
	struct file_meta m;
	NTSTATUS status = meta_of_file(q->f, &m);

	q->network = (struct file_network_open){
		.times = m.times,
		.allocation = m.allocation,
		.size = m.size,
		.attributes = m.attributes,
	};
	return status;
}

static NTSTATUS query_tag(struct query *q)
{
	struct file_meta m;
	NTSTATUS status = meta_of_file(q->f, &m);

	q->tag.attributes = m.attributes;
	q->tag.tag = m.tag;
	return status;
}

uint32_t volume_serial(uint64_t dev)
{
	/* Anything steady that differs between file systems. */
	uint64_t h = (dev + 1) * 0x9e3779b97f4a7c15ull;

	return (uint32_t)(h >> 32);
}

static NTSTATUS query_id(struct query *q)
{
	struct file_meta m;
	NTSTATUS status = meta_of_file(q->f, &m);
	uint64_t id = file_number(q, &m);

	q->id.volume = volume_serial(m.dev);
	memcpy(q->id.id, &id, sizeof id);
	return status;
}

static void fill_stat(const struct file_meta *m, uint32_t access,
		      struct file_stat_info *s)
{
	*s = (struct file_stat_info){
		.id = m->ino,
		.times = m->times,
		.allocation = m->allocation,
		.size = m->size,
		.attributes = m->attributes,
		.tag = m->tag,
		.links = m->links,
		.access = access,
	};
}

static void fill_stat_basic(const struct file_meta *m,
			    struct file_stat_basic *s)
{
	enum { DISK = 7, MOUNTED = 0x20 };

	fill_stat(m, DISK, &s->stat);
	s->characteristics = MOUNTED;
	s->reserved = 0;
	s->volume = volume_serial(m->dev);
	s->id128[0] = m->ino;
	s->id128[1] = 0;
}

static NTSTATUS query_stat(struct query *q)
{
	struct file_meta m;
	NTSTATUS status = meta_of_file(q->f, &m);

	file_number(q, &m);
	fill_stat(&m, q->granted, &q->stat);
	return status;
}

static NTSTATUS query_stat_basic(struct query *q)
{
	struct file_meta m;
	NTSTATUS status = meta_of_file(q->f, &m);

	file_number(q, &m);
	fill_stat_basic(&m, &q->stat_basic);
	return status;
}

static NTSTATUS query_stat_lx(struct query *q)
{
	enum {
		HAS_UID = 1,
		HAS_GID = 2,
		HAS_MODE = 4,
		HAS_DEVICE = 8,
		CASE_SENSITIVE = 0x10
	};
	NTSTATUS status = query_stat(q);
	struct stat st;

	/* What is not on the host has nothing to tell of these. */
	if (status || q->f->fd < 0 || fstat(q->f->fd, &st) < 0)
		return status;
	q->stat_lx.flags = HAS_UID | HAS_GID | HAS_MODE;
	q->stat_lx.uid = st.st_uid;
	q->stat_lx.gid = st.st_gid;
	q->stat_lx.mode = st.st_mode;
	if (S_ISDIR(st.st_mode) && !q->f->dir && file_case_of(q->f->fd))
		q->stat_lx.flags |= CASE_SENSITIVE;
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
		q->stat_lx.flags |= HAS_DEVICE;
		q->stat_lx.major = major(st.st_rdev);
		q->stat_lx.minor = minor(st.st_rdev);
	}
	return STATUS_SUCCESS;
}

static NTSTATUS query_streams(struct query *q)
{
	struct file_meta m;
	struct stat st;
	NTSTATUS status = meta_of_file(q->f, &m);
	void *list = NULL;
	size_t n = 0;

	if (status)
		return status;
	/* A stream's handle is as good as the file's. */
	if (q->f->kind == FILE_KIND_STREAM && !fstat(q->f->fd, &st)) {
		m.directory = S_ISDIR(st.st_mode);
		m.size = st.st_size;
		m.allocation = st.st_blocks * 512;
	}
	/* A directory has no data stream; without others, no entry at all. */
	status = streams_list(q->f, m.directory ? -1 : m.size, m.allocation,
			      &list, &n);
	q->size = 0;
	q->tail = list;
	q->tail_len = n / 2;
	return status;
}

static NTSTATUS query_compression(struct query *q)
{
	struct file_meta m;
	NTSTATUS status = meta_of_file(q->f, &m);

	q->compression.size = m.size;
	return status;
}

static NTSTATUS query_ea_size(struct query *q)
{
	q->u32 = ea_size(q->f);
	return STATUS_SUCCESS;
}

static NTSTATUS query_links(struct query *q)
{
	void *entries;
	size_t n;
	NTSTATUS status =
		links_list(q->f, q->room - q->size, &q->links, &entries, &n);

	if (status && status != STATUS_BUFFER_OVERFLOW)
		return status;
	q->tail = entries;
	q->tail_len = n / 2;
	return status;
}

static NTSTATUS query_case(struct query *q)
{
	q->u32 = file_has_inode(q->f) && q->f->kind == FILE_KIND_DIR &&
		 file_case_of(q->f->fd);
	return STATUS_SUCCESS;
}

static NTSTATUS query_pipe(struct query *q)
{
	if (q->f->kind != FILE_KIND_PIPE)
		return STATUS_INVALID_PARAMETER;
	return pipe_query(q->t, q->f, FILE_PIPE_CLASS, q->bytes, &q->size);
}

static NTSTATUS query_pipe_local(struct query *q)
{
	if (q->f->kind != FILE_KIND_PIPE)
		return STATUS_INVALID_PARAMETER;
	return pipe_query(q->t, q->f, FILE_PIPE_LOCAL_CLASS, q->bytes,
			  &q->size);
}

static NTSTATUS query_mailslot(struct query *q)
{
	return mailslot_query(q->f, &q->mailslot);
}

static NTSTATUS query_priority(struct query *q)
{
	q->u32 = file_priority(q->f);
	return STATUS_SUCCESS;
}

static NTSTATUS query_notify_modes(struct query *q)
{
	q->u32 = q->f->notify_modes;
	return STATUS_SUCCESS;
}

static NTSTATUS query_not_supported(struct query *q)
{
	(void)q;
	return STATUS_INVALID_PARAMETER; /* what local disks answer */
}

static NTSTATUS query_no_name(struct query *q)
{
	(void)q;
	return STATUS_OBJECT_NAME_NOT_FOUND; /* no 8.3 names */
}

static const struct query_row {
	uint32_t class, size;
	NTSTATUS (*run)(struct query *q);
	uint32_t access;
} queries[] = { INFO_ROWS_QUERY };

static const struct query_row *query_row(uint32_t class)
{
	for (size_t i = 0; i < COUNT_OF(queries); i++)
		if (queries[i].class == class)
			return &queries[i];
	return NULL;
}

/* Fixed part and tail to the guest.  *written is what the IOSB tells. */
static NTSTATUS query_out(struct query *q, gaddr info, uint32_t len,
			  uint64_t *written)
{
	uint32_t fixed = MIN(q->size, len);
	size_t tail = q->tail_len * 2, room = len - fixed;
	NTSTATUS status = STATUS_SUCCESS;

	if (tail > room) {
		tail = room & ~(size_t)1;
		status = STATUS_BUFFER_OVERFLOW;
	}
	if (guest_write(q->t, info, q->bytes, fixed) < 0 ||
	    guest_write(q->t, info + fixed, q->tail, tail) < 0)
		return STATUS_ACCESS_VIOLATION;
	*written = fixed + tail;
	return status;
}

static NTSTATUS query(struct task *t, struct file *f, uint32_t granted,
		      gaddr info, uint32_t len, uint32_t class,
		      uint64_t *written)
{
	const struct query_row *row = query_row(class);
	struct query q = { .t = t, .f = f, .granted = granted, .room = len };
	NTSTATUS status, out;

	if (!row) {
		log_debug(LOG_FILE, "query file class %u", class);
		return STATUS_INVALID_INFO_CLASS;
	}
	if (len < row->size)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (row->access & ~granted)
		return STATUS_ACCESS_DENIED;
	q.size = row->size;
	status = row->run(&q);
	if (!status || status == STATUS_BUFFER_OVERFLOW) {
		out = query_out(&q, info, len, written);
		status = out ? out : status;
	}
	free(q.tail);
	return status;
}

NTSTATUS nt_query_information_file(struct task *t, uint64_t file, gaddr iosb,
				   gaddr info, uint32_t len, uint32_t class)
{
	struct file *f;
	uint32_t granted;
	uint64_t written = 0;
	NTSTATUS status =
		handle_get_granted(t, file, &file_type, 0, &f, &granted);

	if (status)
		return status;
	status = query(t, f, granted, info, len, class, &written);
	object_put(&f->object);
	if (status >> 30 != 3 && iosb_write(t, iosb, status, written) < 0)
		return STATUS_ACCESS_VIOLATION;
	return status;
}

NTSTATUS nt_query_information_by_name(struct task *t, gaddr attr, gaddr iosb,
				      gaddr info, uint32_t len, uint32_t class)
{
	const struct query_row *row = query_row(class);
	union {
		struct file_stat_info stat;
		struct file_stat_basic basic;
	} by_name;
	struct file_meta m;
	struct nt_oa oa;
	struct file *f;
	uint64_t written = 0;
	NTSTATUS status;

	if (class != FILE_STAT_CLASS && class != FILE_STAT_LX_CLASS &&
	    class != FILE_STAT_BASIC_CLASS &&
	    class != FILE_CASE_SENSITIVE_CLASS)
		return STATUS_INVALID_INFO_CLASS;
	if (len < row->size)
		return STATUS_INFO_LENGTH_MISMATCH;
	/* These need no open file. */
	if (class == FILE_STAT_CLASS || class == FILE_STAT_BASIC_CLASS) {
		status = stat_oa(t, attr, &m);
		if (status)
			return status;
		if (class == FILE_STAT_CLASS)
			fill_stat(&m, FILE_ALL_ACCESS, &by_name.stat);
		else
			fill_stat_basic(&m, &by_name.basic);
		if (guest_write(t, info, &by_name, row->size) < 0 ||
		    iosb_write(t, iosb, STATUS_SUCCESS, row->size) < 0)
			return STATUS_ACCESS_VIOLATION;
		return STATUS_SUCCESS;
	}
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	status = file_open_path(t, &oa, FILE_READ_ATTRIBUTES, 7,
				FILE_OPEN_REPARSE_POINT, &f);
	oa_free(&oa);
	if (status)
		return status;
	status = query(t, f, FILE_ALL_ACCESS, info, len, class, &written);
	object_put(&f->object);
	if (status >> 30 != 3 && iosb_write(t, iosb, status, written) < 0)
		return STATUS_ACCESS_VIOLATION;
	return status;
}
