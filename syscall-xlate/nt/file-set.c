/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-set.c - NtSetInformationFile: each class is a row of info.tbl, its least
 * size, which has been read (struct file_set), and a function that does it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-case.h"
#include "syscall-xlate/nt/file-mapped.h"
#include "syscall-xlate/nt/file-oplock.h"
#include "syscall-xlate/nt/file-xattr.h"
#include "syscall-xlate/nt/file-rename.h"
#include "syscall-xlate/nt/info-rows.h"
#include "syscall-xlate/nt/inode-change.h"
#include "syscall-xlate/nt/token.h"
#include "syscall-xlate/nt/calls.h"

/* 0 and -1 leave a time alone (-2: count again; it always does). */
static void time_to_host(int64_t nt, struct timespec *ts)
{
	if (nt <= 0) {
		ts->tv_nsec = UTIME_OMIT;
		return;
	}
	nt_time_to_timespec(nt, ts);
}

/* ---- times that stay ---- */

enum { KEEP = 1, KEEP_AT_CLOSE = 2 };

/*
 * As MS-FSA has it: a time that has been set through a handle is not changed by
 * what is written through it; -1 sets none and means the same, -2 ends that.
 * The host knows nothing like it, so the time is set anew after each write.
 */
static void keep_time(struct file *f, int64_t written)
{
	enum { AS_IT_IS = -1, NO_MORE = -2 };
	struct file_meta m;

	if (written == NO_MORE)
		f->keeps_time = 0;
	else if (written > 0)
		f->kept_time = written;
	else if (written == AS_IT_IS && meta_of_file(f, &m) == STATUS_SUCCESS)
		f->kept_time = m.times.written;
	else
		return;
	if (written != NO_MORE)
		f->keeps_time = KEEP;
}

void file_keep_time_of(struct file *f, int64_t written)
{
	f->kept_time = written;
	f->keeps_time = KEEP;
}

void file_keep_time(struct file *f, bool later)
{
	struct timespec ts[2] = { { .tv_nsec = UTIME_OMIT } };

	if (later) {
		f->keeps_time = KEEP_AT_CLOSE;
		return;
	}
	time_to_host(f->kept_time, &ts[1]);
	inode_utimens(f->fd, ts);
}

void file_keep_time_at_close(struct file *f)
{
	if (f->keeps_time == KEEP_AT_CLOSE)
		file_keep_time(f, false);
}

/* Times may be left (0), and what becomes of them told (-1, -2). */
static bool are_times(const struct file_times *t)
{
	enum { LEAST = -2 };

	return t->created >= LEAST && t->accessed >= LEAST &&
	       t->written >= LEAST && t->changed >= LEAST;
}

static NTSTATUS set_basic(struct file_set *s)
{
	const struct file_basic *b = &s->basic;
	struct file *f = s->f;
	struct timespec ts[2];
	NTSTATUS status = STATUS_SUCCESS;

	if (f->dir || f->from_lower)
		return STATUS_ACCESS_DENIED;
	if (b->attributes & FILE_ATTRIBUTE_DIRECTORY &&
	    f->kind != FILE_KIND_DIR && f->kind != FILE_KIND_LINK)
		return STATUS_INVALID_PARAMETER;
	if (b->attributes & FILE_ATTRIBUTE_TEMPORARY &&
	    f->kind == FILE_KIND_DIR)
		return STATUS_INVALID_PARAMETER;
	if (!are_times(&b->times))
		return STATUS_INVALID_PARAMETER;
	/* The host's birth time cannot be set; ours is kept beside it. */
	if (b->attributes || b->times.created > 0)
		status = meta_set_attributes(f, b->attributes,
					     MAX(b->times.created, 0));
	time_to_host(b->times.accessed, &ts[0]);
	time_to_host(b->times.written, &ts[1]);
	if (!status &&
	    (ts[0].tv_nsec != UTIME_OMIT || ts[1].tv_nsec != UTIME_OMIT) &&
	    (f->kind == FILE_KIND_LINK
		     ? utimensat(AT_FDCWD, f->path, ts, AT_SYMLINK_NOFOLLOW)
		     : inode_utimens(f->fd, ts)) < 0)
		status = status_from_errno(errno);
	if (!status && f->kind == FILE_KIND_DISK)
		keep_time(f, b->times.written);
	return status;
}

static NTSTATUS set_position(struct file_set *s)
{
	if (s->i64 < 0)
		return STATUS_INVALID_PARAMETER;
	/* It is told to the host when it matters: before a read or write. */
	if (s->f->kind == FILE_KIND_DISK || s->f->kind == FILE_KIND_STREAM)
		s->f->position = s->i64;
	return STATUS_SUCCESS;
}

static NTSTATUS set_end(struct file_set *s)
{
	NTSTATUS status;

	if (s->f->kind == FILE_KIND_STREAM)
		return stream_set_size(s->f, s->i64);
	if (s->i64 < 0 || s->f->kind != FILE_KIND_DISK)
		return STATUS_INVALID_PARAMETER;
	status = file_mapped_cut(s->f, s->i64);
	if (!status && ftruncate(s->f->fd, s->i64) < 0)
		status = status_from_errno(errno);
	file_written(s->f, status);
	return status;
}

/* Room without size; less than the size cuts the file. */
static NTSTATUS set_allocation(struct file_set *s)
{
	const int64_t room = s->i64;
	struct file *f = s->f;
	struct stat st;

	if (f->kind == FILE_KIND_STREAM && room >= 0) {
		int64_t size;
		NTSTATUS status = stream_size(f, &size);

		return status || room >= size ? status
					      : stream_set_size(f, room);
	}
	if (room < 0 || f->kind != FILE_KIND_DISK)
		return STATUS_INVALID_PARAMETER;
	if (fstat(f->fd, &st) < 0)
		return status_from_errno(errno);
	if (room < st.st_size)
		return set_end(s);
	if (fallocate(f->fd, FALLOC_FL_KEEP_SIZE, 0, room) < 0 &&
	    disk_is_full(errno))
		return STATUS_DISK_FULL;
	return STATUS_SUCCESS; /* a file system that cannot: no harm */
}

/*
 * Every byte below the end is valid here, and reads as zero until it is written:
 * what the privilege lets others see is never shown.
 */
static NTSTATUS set_valid_length(struct file_set *s)
{
	struct stat st;
	int64_t size;
	NTSTATUS status = STATUS_SUCCESS;

	if (!token_allows(s->t, SE_MANAGE_VOLUME))
		return STATUS_PRIVILEGE_NOT_HELD;
	if (s->f->kind == FILE_KIND_STREAM)
		status = stream_size(s->f, &size);
	else if (s->f->kind != FILE_KIND_DISK)
		return STATUS_INVALID_PARAMETER;
	else if (fstat(s->f->fd, &st) < 0)
		status = status_from_errno(errno);
	else
		size = st.st_size;
	if (!status && (s->i64 < 0 || s->i64 > size))
		status = STATUS_INVALID_PARAMETER;
	return status;
}

static NTSTATUS set_mode(struct file_set *s)
{
	return file_set_mode(s->f, s->u32);
}

static NTSTATUS set_pipe(struct file_set *s)
{
	if (s->f->kind != FILE_KIND_PIPE)
		return STATUS_INVALID_PARAMETER;
	return pipe_set_modes(s->f, s->pipe.read_mode, s->pipe.completion_mode);
}

/* The time is not in the structure, but where that points. */
static NTSTATUS set_mailslot(struct file_set *s)
{
	uint64_t at = (uint64_t)s->i64;
	int64_t timeout;

	if (s->f->kind != FILE_KIND_MAILSLOT)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(s->t, &timeout, at, sizeof timeout) < 0)
		return STATUS_ACCESS_VIOLATION;
	return mailslot_set_timeout(s->f, timeout);
}

static NTSTATUS set_port(struct file_set *s, bool again)
{
	struct object *port = NULL;
	NTSTATUS status;

	if (s->f->synchronous)
		return STATUS_INVALID_PARAMETER;
	if (s->completion.port || !again) {
		status = handle_get(s->t, s->completion.port, &iocp_type, 2,
				    &port);
		if (status)
			return status;
	}
	return file_port_set(s->f, port, s->completion.key, again);
}

static NTSTATUS set_completion(struct file_set *s)
{
	return set_port(s, false);
}

static NTSTATUS replace_completion(struct file_set *s)
{
	return set_port(s, true);
}

static NTSTATUS set_notify_modes(struct file_set *s)
{
	if (s->u32 & ~7u)
		return STATUS_INVALID_PARAMETER;
	s->f->notify_modes |= s->u32; /* it cannot be taken back */
	return STATUS_SUCCESS;
}

static NTSTATUS set_nothing(struct file_set *s)
{
	(void)s;
	return STATUS_SUCCESS; /* hints */
}

static NTSTATUS set_priority(struct file_set *s)
{
	return file_set_priority(s->f, s->u32);
}

static NTSTATUS set_short_name(struct file_set *s)
{
	(void)s;
	return STATUS_SHORT_NAMES_NOT_ENABLED_ON_VOLUME;
}

static const struct set_row {
	uint32_t class, size;
	NTSTATUS (*run)(struct file_set *s);
	uint32_t access;
} sets[] = { INFO_ROWS_SET };

NTSTATUS nt_set_information_file(struct task *t, uint64_t file, gaddr iosb,
				 gaddr info, uint32_t len, uint32_t class)
{
	const struct set_row *row = NULL;
	struct file_set s = { .t = t, .info = info, .len = len };
	uint32_t granted;
	NTSTATUS status;

	for (size_t i = 0; i < COUNT_OF(sets); i++)
		if (sets[i].class == class)
			row = &sets[i];
	if (!row) {
		log_debug(LOG_FILE, "set file class %u", class);
		return STATUS_INVALID_INFO_CLASS;
	}
	if (len < row->size)
		return STATUS_INFO_LENGTH_MISMATCH;
	status = handle_get_granted(t, file, &file_type, 0, &s.f, &granted);
	if (status)
		return status;
	if (row->access & ~granted)
		status = STATUS_ACCESS_DENIED;
	else if (guest_read(t, &s.u8, info, row->size) < 0)
		status = STATUS_ACCESS_VIOLATION;
	else if (!(status = row->access & FILE_WRITE_DATA ? oplock_ready(t, s.f)
							  : STATUS_SUCCESS))
		status = row->run(&s);
	object_put(&s.f->object);
	if (status >> 30 != 3 && iosb_write(t, iosb, status, 0) < 0)
		return STATUS_ACCESS_VIOLATION;
	return status;
}
