/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unit tests for syscall-xlate/bsd/kqueue-file.c: what the host does with watches
 * behind our back.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/kqueue-private.h"
#include "tests/lib/unit.h"

static const struct bsd_system system_here = { .cut_is_attrib = true };
const struct bsd_system *bsd_sys = &system_here;
static struct kq q;

static int file(void)
{
	char path[] = "/tmp/rf-kqueue-XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(unlink(path), 0);
	return fd;
}

static void begin(void)
{
	q = (struct kq){ .fd = epoll_create1(EPOLL_CLOEXEC), .files = -1 };
	ck_assert_int_ge(q.fd, 0);
}

static struct knote *note(int fd, enum kq_filter filter, uint32_t notes)
{
	struct knote **bucket = &q.bucket[(unsigned)fd % BUCKETS];
	struct knote *k = malloc(sizeof *k);

	ck_assert_ptr_ne(k, NULL);
	*k = (struct knote){
		.ev = { .ident = (uint64_t)fd, .filter = filter,
			.fflags = notes, .flags = EV_CLEAR },
		.file.wd = -1, .above.wd = -1, .next = *bucket,
	};
	*bucket = k;
	ck_assert_int_eq(kq_file_watch(&q, k), 0);
	return k;
}

static bool is_listed(const struct kq_wd *w)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		for (const struct kq_wd *x = q.by_wd[i]; x; x = x->next)
			if (x == w)
				return true;
	return false;
}

/* As when its file system is unmounted, and we have not heard of it yet. */
START_TEST(given_up_by_the_host)
{
	struct knote *k = note(file(), KQ_VNODE, NOTE_WRITE);
	int first = k->file.wd;

	ck_assert_int_eq(inotify_rm_watch(q.files, first), 0);
	/* EV_ADD once more. */
	ck_assert_int_eq(kq_file_watch(&q, k), 0);
	ck_assert_int_ne(k->file.wd, first);
	kq_files_hear(&q);
	ck_assert_int_ge(k->file.wd, 0);
	ck_assert_int_eq(write((int)k->ev.ident, "x", 1), 1);
	kq_files_hear(&q);
	ck_assert_uint_eq(kq_file_notes(&q, k), NOTE_WRITE);
	kq_file_unwatch(&q, k);
	ck_assert(!is_listed(&k->file));
}
END_TEST

/* Its queue of changes has an end: what can be seen of those behind it is told. */
START_TEST(more_changes_than_the_host_keeps)
{
	enum { GROWN = NOTE_WRITE | NOTE_EXTEND };
	struct knote *busy[] = { note(file(), KQ_VNODE, NOTE_WRITE),
				 note(file(), KQ_VNODE, NOTE_WRITE) };
	struct knote *written = note(file(), KQ_VNODE, GROWN);
	struct knote *changed = note(file(), KQ_VNODE, NOTE_ATTRIB);
	struct knote *quiet = note(file(), KQ_VNODE, ~0u);
	struct knote *grown = note(file(), KQ_READ, 0);
	FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
	int most;

	ck_assert(f && fscanf(f, "%d", &most) == 1);
	fclose(f);
	grown->reported = true;
	/* The same twice would be one. */
	for (int i = 0; i < most; i++)
		ck_assert_int_eq(
			pwrite((int)busy[i % 2]->ev.ident, "x", 1, 0), 1);
	ck_assert_int_eq(write((int)written->ev.ident, "x", 1), 1);
	ck_assert_int_eq(write((int)grown->ev.ident, "x", 1), 1);
	ck_assert_int_eq(fchmod((int)changed->ev.ident, 0640), 0);
	kq_files_hear(&q);
	ck_assert_uint_eq(kq_file_notes(&q, busy[0]), NOTE_WRITE);
	ck_assert_uint_eq(kq_file_notes(&q, written), GROWN);
	ck_assert_uint_eq(kq_file_notes(&q, changed), NOTE_ATTRIB);
	ck_assert_uint_eq(kq_file_notes(&q, quiet), 0);
	ck_assert(!grown->reported);
	/* And after that all is as before. */
	ck_assert_int_eq(write((int)written->ev.ident, "x", 1), 1);
	kq_files_hear(&q);
	ck_assert_uint_eq(kq_file_notes(&q, written), GROWN);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("kqueue-file");
	TCase *tc = tcase_create("kqueue-file");

	tcase_add_checked_fixture(tc, begin, NULL);
	tcase_add_test(tc, given_up_by_the_host);
	tcase_add_test(tc, more_changes_than_the_host_keeps);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
