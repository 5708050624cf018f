/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unit tests for syscall-xlate/bsd/ksem.c: a semaphore's file that is cut off at
 * the worst moments.  mmap(2) is the last thing before a page is first read, and
 * this program's own (see local.mk) cuts the file off behind it.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"
#include "syscall-xlate/bsd/ksem.h"
#include "tests/lib/unit.h"

static const struct bsd_system system_here = { .sem_value_max = INT32_MAX };
const struct bsd_system *bsd_sys = &system_here;
static char folder[] = "/tmp/rf-ksem-XXXXXX";
static bool cuts; /* the next file that is mapped */
static int restored;

void *__real_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off);
void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off);

void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	void *p = __real_mmap(at, n, prot, flags, fd, off);

	if (cuts && fd >= 0) {
		cuts = false;
		if (ftruncate(fd, 0))
			abort();
	}
	return p;
}

/* Guest addresses are this program's own. */
static int read_guest(void *dst, gaddr src, size_t n)
{
	memcpy(dst, (void *)(uintptr_t)src, n);
	return 0;
}

static int write_guest(gaddr dst, const void *src, size_t n)
{
	memcpy((void *)(uintptr_t)dst, src, n);
	return 0;
}

static const struct guest_mem memory = {
	.read = read_guest, .write = write_guest,
};

/* ---- what ksem.c asks of its neighbours --------------------------------------- */

int bsd_shm_path(const char *name, char *path)
{
	snprintf(path, BSD_PATH, "%s%s", folder, name);
	return 0;
}

int64_t bsd_close(struct task *t, int fd)
{
	(void)t;
	return bsd_ret(close(fd));
}

int64_t bsd_restart(struct task *t, int64_t ret)
{
	(void)t;
	return ret;
}

int bsd_get_timespec(struct task *t, gaddr at, struct timespec *ts)
{
	(void)t;
	memcpy(ts, (void *)(uintptr_t)at, sizeof *ts);
	return 0;
}

/* ---- the tests ------------------------------------------------------------------ */

/* A whole page, as names are read by pages. */
static char name_page[PAGE] __attribute__((aligned(PAGE)));

static gaddr name(const char *s)
{
	strcpy(name_page, s);
	return (gaddr)(uintptr_t)name_page;
}

#define G(p) ((gaddr)(uintptr_t)(p))

static void bus_error(int sig, siginfo_t *si, void *context)
{
	(void)sig;
	(void)context;
	if (!ksem_restore(si->si_addr))
		_exit(9);
	restored++;
}

static void begin(void)
{
	struct sigaction sa = { .sa_sigaction = bus_error,
				.sa_flags = SA_SIGINFO };

	guest_mem = &memory;
	ck_assert_ptr_ne(mkdtemp(folder), NULL);
	ck_assert_int_eq(sigaction(SIGBUS, &sa, NULL), 0);
}

static void end(void)
{
	char command[80];

	snprintf(command, sizeof command, "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

/* Between fstat(2) and the first read of it. */
START_TEST(cut_off_before_its_first_read)
{
	char command[160];
	uint64_t id = 99;

	/* A copy of a good one, which is known here by another number. */
	ck_assert_int_eq(ksem_open(NULL, name("/one"), 0x200, 0600, 3, G(&id)), 0);
	ck_assert_int_eq(close((int)id), 0);
	snprintf(command, sizeof command,
		 "cp %s/.rf-sem.one %s/.rf-sem.two", folder, folder);
	ck_assert_int_eq(system(command), 0);
	cuts = true;
	ck_assert_int_eq(ksem_open(NULL, name("/two"), 0, 0, 0, G(&id)), -EINVAL);
	ck_assert(!cuts);
	ck_assert_int_eq(restored, 1);
}
END_TEST

/* While it is made. */
START_TEST(cut_off_at_once)
{
	uint64_t id = 99;

	cuts = true;
	ck_assert_int_eq(ksem_init(NULL, 1, G(&id)), -EINVAL);
	ck_assert_int_eq(restored, 1);
}
END_TEST

/* And later: it is broken, and others are not. */
START_TEST(cut_off_in_use)
{
	uint64_t a, b;
	char path[64];

	ck_assert_int_eq(ksem_open(NULL, name("/a"), 0x200, 0600, 1, G(&a)), 0);
	ck_assert_int_eq(ksem_open(NULL, name("/b"), 0x200, 0600, 1, G(&b)), 0);
	snprintf(path, sizeof path, "%s/.rf-sem.a", folder);
	ck_assert_int_eq(truncate(path, 0), 0);
	ck_assert_int_eq(truncate(path, PAGE), 0);
	ck_assert_int_eq(bsd_ksem_trywait(NULL, (int)a), -EINVAL);
	ck_assert_int_eq(bsd_ksem_post(NULL, (int)a), -EINVAL);
	ck_assert_int_eq(bsd_ksem_trywait(NULL, (int)b), 0);
	ck_assert_int_eq(bsd_ksem_trywait(NULL, (int)b), -EAGAIN);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ksem");
	TCase *tc = tcase_create("ksem");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, cut_off_before_its_first_read);
	tcase_add_test(tc, cut_off_at_once);
	tcase_add_test(tc, cut_off_in_use);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
