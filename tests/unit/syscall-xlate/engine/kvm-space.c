/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unit tests of engine/kvm-space.c, kvm-pool.c and kvm-mem.c: page tables and
 * guest memory without a virtual machine.  The processor is played by the test:
 * it sets accessed bits, and a slot is a note of where it is.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "base/policy.h"
#include "base/table.h"
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/kvm.h"
#include "syscall-xlate/xlate.h"
#include "tests/lib/unit.h"

#define AT 0x140000000ull

struct kvm_machine kvm_machine;
static unsigned slots;

int kvm_memory_slot(uint64_t gpa, void *at, uint64_t size)
{
	ck_assert(gpa % PAGE == 0 && size % PAGE == 0 && at);
	slots++;
	return 0;
}

int kvm_fd(int fd)
{
	return fd;
}

/* The real one survives a fault (direct-x86_64.S). */
int direct_copy(void *dst, const void *src, size_t n)
{
	memcpy(dst, src, n);
	return 0;
}

static void set_up(void)
{
	struct err e = { 0 };

	kvm_machine.system = mmap(NULL, SYSTEM_MAX, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				  -1, 0);
	ck_assert_ptr_ne(kvm_machine.system, MAP_FAILED);
	ck_assert_msg(!kvm_space_init(&e) && !kvm_pool_init(&e), "%s", e.text);
	guest_mem = &kvm_mem_table;
}

static uint64_t pte(gaddr at)
{
	_Atomic uint64_t *p = kvm_pte(at);

	return p ? *p : 0;
}

/* As a processor that used the page. */
static void use(gaddr at)
{
	*kvm_pte(at) |= PTE_A;
}

/* ---- refusals ---------------------------------------------------------------- */

static const struct {
	const char *what;
	gaddr at;
	uint64_t size;
} bad[] = {
	{ "nothing", AT, 0 },
	{ "half a page", AT, 2048 },
	{ "off a page", AT + 1, PAGE },
	{ "page 0", 0, PAGE },
	{ "below the lowest", 0xf000, PAGE },
	{ "the shim's page below 4 GB", SHIM_LOW, PAGE },
	{ "around the shim's page", SHIM_LOW - PAGE, 3 * PAGE },
	{ "beyond the end", 0x7fffffff0000, PAGE },
	{ "over the end", 0x7fffffff0000 - PAGE, 2 * PAGE },
	{ "the shim", SHIM_VA, PAGE },
	{ "around the world", AT, -AT },
};

START_TEST(refused)
{
	gaddr at = bad[_i].at;
	uint64_t size = bad[_i].size;

	ck_assert_msg(kvm_map(at, size, GUEST_READ, -1, 0, 0) == -EINVAL,
		      "map %s", bad[_i].what);
	ck_assert_msg(kvm_protect(at, size, GUEST_READ) == -EINVAL,
		      "protect %s", bad[_i].what);
	ck_assert_msg(kvm_unmap(at, size) == -EINVAL, "unmap %s", bad[_i].what);
	ck_assert_msg(kvm_discard(at, size) == -EINVAL, "discard %s",
		      bad[_i].what);
}
END_TEST

/* ---- memory --------------------------------------------------------------------- */

START_TEST(rights)
{
	char c = 'x';

	ck_assert_int_eq(guest_mem->read(&c, AT, 1), -EFAULT);
	ck_assert_int_eq(kvm_protect(AT, PAGE, GUEST_READ), -ENOMEM);
	ck_assert(!kvm_map(AT, 4 * PAGE, GUEST_READ | GUEST_WRITE, -1, 0, 0));
	/* Private memory is born used: see kvm-space.c. */
	ck_assert(kvm_pool_private());
	ck_assert(pte(AT) & PTE_A);
	ck_assert(pte(AT) & PTE_NX);
	ck_assert(!guest_mem->write(AT + PAGE - 1, "ab", 2));
	ck_assert(!kvm_protect(AT, PAGE, GUEST_READ | GUEST_EXEC));
	ck_assert(!(pte(AT) & (PTE_W | PTE_NX)));
	ck_assert_int_eq(guest_mem->write(AT, "x", 1), -EFAULT);
	/* A page that may be written comes before one that may not. */
	ck_assert_int_eq(guest_mem->write(AT + PAGE - 1, "cd", 2), -EFAULT);
	ck_assert(!guest_mem->read(&c, AT + PAGE - 1, 1));
	ck_assert_int_eq(c, 'a');
	ck_assert(!kvm_protect(AT, PAGE, GUEST_NONE));
	ck_assert(!(pte(AT) & PTE_P) && pte(AT) & PTE_MAPPED);
	ck_assert_int_eq(guest_mem->read(&c, AT, 1), -EFAULT);
	ck_assert(!kvm_protect(AT, PAGE, GUEST_READ));
	ck_assert(!guest_mem->read(&c, AT + PAGE - 1, 1));
	ck_assert_int_eq(c, 'a');
	ck_assert(!kvm_unmap(AT, 4 * PAGE));
	ck_assert_int_eq(guest_mem->read(&c, AT, 1), -EFAULT);
	ck_assert_uint_eq(pte(AT), 0);
}
END_TEST

/* What was used keeps its contents when its rights are taken. */
START_TEST(used_pages)
{
	char c = 0;

	ck_assert(!kvm_map(AT, 2 * PAGE, GUEST_READ | GUEST_WRITE, -1, 0, 0));
	ck_assert(!guest_mem->write(AT + PAGE, "y", 1));
	use(AT + PAGE);
	ck_assert(!kvm_protect(AT, 2 * PAGE, GUEST_READ));
	ck_assert(pte(AT + PAGE) & PTE_A);
	ck_assert(!guest_mem->read(&c, AT + PAGE, 1));
	ck_assert_int_eq(c, 'y');
	ck_assert(!kvm_protect(AT, 2 * PAGE, GUEST_NONE));
	ck_assert(!(pte(AT + PAGE) & PTE_A));
	ck_assert(!kvm_protect(AT, 2 * PAGE, GUEST_READ));
	ck_assert(!guest_mem->read(&c, AT + PAGE, 1));
	ck_assert_int_eq(c, 'y');
}
END_TEST

/* Pages are given out again, but never with what was in them. */
START_TEST(no_remains)
{
	char buf[64], zero[64] = { 0 };

	for (int i = 0; i < 200; i++) {
		ck_assert(!kvm_map(AT, 64 << 20, GUEST_READ | GUEST_WRITE, -1,
				   0, 0));
		ck_assert(!guest_mem->read(buf, AT + (gaddr)i * PAGE, 64));
		ck_assert(!memcmp(buf, zero, 64));
		ck_assert(!guest_mem->fill(AT + (gaddr)i * PAGE, 'r', 64));
		ck_assert(!kvm_unmap(AT, 64 << 20));
	}
	/* 12.5 GB went through two or three slots. */
	ck_assert_uint_le(slots, 4);
}
END_TEST

/* Locked pages, which the host does not drop, are no exception. */
START_TEST(locked)
{
	char c = 1;

	ck_assert(!kvm_map(AT, PAGE, GUEST_READ | GUEST_WRITE, -1, 0, 0));
	ck_assert(!guest_mem->write(AT, "x", 1));
	ck_assert_int_eq(mlock(pte_host(pte(AT)), PAGE), 0);
	ck_assert(!kvm_discard(AT, PAGE));
	ck_assert(!guest_mem->read(&c, AT, 1));
	ck_assert_int_eq(c, 0);
}
END_TEST

START_TEST(replaced)
{
	char c = 1;

	ck_assert(!kvm_map(AT, 3 * PAGE, GUEST_READ | GUEST_WRITE, -1, 0, 0));
	ck_assert(!guest_mem->fill(AT, 'q', 3 * PAGE));
	ck_assert(!kvm_map(AT + PAGE, PAGE, GUEST_READ, -1, 0, 0));
	ck_assert(!guest_mem->read(&c, AT + PAGE, 1));
	ck_assert_int_eq(c, 0);
	ck_assert(!guest_mem->read(&c, AT + 2 * PAGE, 1));
	ck_assert_int_eq(c, 'q');
	ck_assert(!kvm_discard(AT, 3 * PAGE));
	ck_assert(!guest_mem->read(&c, AT + 2 * PAGE, 1));
	ck_assert_int_eq(c, 0);
}
END_TEST

START_TEST(limit)
{
	const struct policy p = { .memory = 32 << 20 };

	policy = &p;
	ck_assert(!kvm_map(AT, 24 << 20, GUEST_READ, -1, 0, 0));
	ck_assert_int_eq(kvm_map(AT * 2, 16 << 20, GUEST_READ, -1, 0, 0),
			 -ENOMEM);
	ck_assert(!kvm_unmap(AT, 16 << 20));
	ck_assert(!kvm_map(AT * 2, 16 << 20, GUEST_READ, -1, 0, 0));
	policy = NULL;
}
END_TEST

/* ---- files ----------------------------------------------------------------------- */

static int file_of(const char *text, int flags)
{
	char path[] = "/tmp/kvm-space.XXXXXX";
	int fd = mkstemp(path), again;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, 2 * (off_t)PAGE), 0);
	ck_assert_int_eq(pwrite(fd, text, strlen(text), PAGE),
			 (ssize_t)strlen(text));
	again = open(path, flags);
	ck_assert_int_ge(again, 0);
	close(fd);
	unlink(path);
	return again;
}

START_TEST(private_file)
{
	int fd = file_of("file", O_RDONLY);
	char buf[5] = { 0 };

	ck_assert(!kvm_map(AT, PAGE, GUEST_READ | GUEST_WRITE, fd, PAGE, 0));
	ck_assert(!guest_mem->read(buf, AT, 4));
	ck_assert_str_eq(buf, "file");
	ck_assert(!guest_mem->write(AT, "copy", 4));
	use(AT);
	ck_assert(!kvm_protect(AT, PAGE, GUEST_READ));
	ck_assert(!guest_mem->read(buf, AT, 4));
	ck_assert_str_eq(buf, "copy");
	ck_assert_int_eq(pread(fd, buf, 4, PAGE), 4);
	ck_assert_str_eq(buf, "file");
	ck_assert(!kvm_unmap(AT, PAGE));
	/* The same page, now of the pool. */
	ck_assert(!kvm_map(AT, PAGE, GUEST_READ | GUEST_WRITE, -1, 0, 0));
	ck_assert(!guest_mem->read(buf, AT, 4));
	ck_assert_int_eq(buf[0], 0);
	close(fd);
}
END_TEST

START_TEST(shared_file)
{
	int fd = file_of("file", O_RDWR);
	char buf[5] = { 0 };

	ck_assert(!kvm_map(AT, PAGE, GUEST_READ | GUEST_WRITE, fd, PAGE,
			   GUEST_SHARED));
	ck_assert(!guest_mem->write(AT, "both", 4));
	ck_assert_int_eq(pread(fd, buf, 4, PAGE), 4);
	ck_assert_str_eq(buf, "both");
	close(fd);
	fd = file_of("file", O_RDONLY);
	ck_assert_int_eq(kvm_map(AT, PAGE, GUEST_READ | GUEST_WRITE, fd, 0,
				 GUEST_SHARED),
			 -EACCES);
	ck_assert(!kvm_map(AT, PAGE, GUEST_READ, fd, PAGE, GUEST_SHARED));
	ck_assert_int_eq(kvm_protect(AT, PAGE, GUEST_READ | GUEST_WRITE),
			 -EACCES);
	ck_assert(!guest_mem->read(buf, AT, 4));
	ck_assert_str_eq(buf, "file");
	close(fd);
}
END_TEST

/* ---- host vectors -------------------------------------------------------------------- */

/* Its id may have become another one's, larger than its place. */
START_TEST(segment)
{
	int id = shmget(IPC_PRIVATE, 2 * PAGE, IPC_CREAT | 0600);
	char *host, c = 0;

	ck_assert_int_ge(id, 0);
	host = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	ck_assert_ptr_ne(host, (void *)-1);
	strcpy(host + PAGE, "in it");
	ck_assert(!kvm_map(AT, 4 * PAGE, GUEST_READ | GUEST_WRITE, -1, 0, 0));
	ck_assert(!guest_mem->write(AT + PAGE, "a", 1));
	ck_assert_int_eq(kvm_map(AT * 2, PAGE, GUEST_READ | GUEST_WRITE, id, 0,
				 GUEST_SEGMENT),
			 -EINVAL);
	ck_assert_int_eq(kvm_map(AT * 2, 3 * PAGE, GUEST_READ, id, 0,
				 GUEST_SEGMENT),
			 -EINVAL);
	ck_assert(!guest_mem->read(&c, AT + PAGE, 1));
	ck_assert_int_eq(c, 'a');
	ck_assert(!kvm_map(AT + PAGE, 2 * PAGE, GUEST_READ | GUEST_WRITE, id, 0,
			   GUEST_SEGMENT));
	ck_assert(!guest_mem->read(&c, AT + 2 * PAGE, 1));
	ck_assert_int_eq(c, 'i');
	ck_assert(!guest_mem->write(AT + PAGE, "w", 1));
	ck_assert_int_eq(*host, 'w');
	ck_assert(!kvm_unmap(AT, 4 * PAGE));
	ck_assert_int_eq(*host, 'w');
	shmdt(host);
}
END_TEST

START_TEST(vectors)
{
	struct iovec v[4];

	ck_assert_int_eq(guest_mem->iov(AT, PAGE, false, v, 4), -EFAULT);
	ck_assert_int_eq(guest_mem->iov(AT, 0, false, v, 4), 1);
	ck_assert(!kvm_map(AT, 8 * PAGE, GUEST_READ | GUEST_WRITE, -1, 0, 0));
	/* One allocation is one piece. */
	ck_assert_int_eq(guest_mem->iov(AT + 5, 8 * PAGE - 5, true, v, 4), 1);
	ck_assert_uint_eq(v[0].iov_len, 8 * PAGE - 5);
	ck_assert(!kvm_map(AT + 2 * PAGE, PAGE, GUEST_READ, -1, 0, 0));
	ck_assert_int_eq(guest_mem->iov(AT, 8 * PAGE, false, v, 4), 3);
	ck_assert_uint_eq(v[0].iov_len, 2 * PAGE);
	ck_assert_uint_eq(v[1].iov_len, PAGE);
	ck_assert_uint_eq(v[2].iov_len, 5 * PAGE);
	/* Up to what may not be written; only as many as fit. */
	ck_assert_int_eq(guest_mem->iov(AT, 8 * PAGE, true, v, 4), 1);
	ck_assert_int_eq(guest_mem->iov(AT, 8 * PAGE, false, v, 2), 2);
}
END_TEST

START_TEST(words)
{
	uint32_t old = 0;

	ck_assert(!kvm_map(AT, PAGE, GUEST_READ | GUEST_WRITE, -1, 0, 0));
	ck_assert(!guest_mem->cmpxchg32(AT + 8, &old, 7));
	ck_assert_uint_eq(old, 0);
	ck_assert(!guest_mem->cmpxchg32(AT + 8, &old, 9));
	ck_assert_uint_eq(old, 7);
	ck_assert_uint_eq(*guest_mem->futex_word(AT + 8), 7);
	ck_assert_int_eq(guest_mem->cmpxchg32(AT + 6, &old, 9), -EFAULT);
	ck_assert_ptr_null(guest_mem->futex_word(AT + 6));
	ck_assert_ptr_null(guest_mem->futex_word(AT + PAGE));
	ck_assert(!kvm_protect(AT, PAGE, GUEST_READ));
	ck_assert_int_eq(guest_mem->cmpxchg32(AT + 8, &old, 9), -EFAULT);
}
END_TEST

/* The program never sees the tables, nor anything else of the machine's. */
START_TEST(supervisor_only)
{
	char c;

	ck_assert_ptr_null(kvm_pte(SHIM_VA));
	ck_assert_int_eq(guest_mem->read(&c, SHIM_VA, 1), -EFAULT);
	ck_assert(!(pte(SHIM_LOW) & PTE_U));
	ck_assert_int_eq(guest_mem->read(&c, SHIM_LOW, 1), -EFAULT);
	ck_assert(!kvm_map(AT, 64 << 20, GUEST_READ, -1, 0, 0));
	for (gaddr at = AT; at < AT + (64 << 20); at += PAGE)
		ck_assert_uint_ge(pte(at) & PTE_ADDR, RAM_GPA);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("kvm-space");
	TCase *tc = tcase_create("kvm-space");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, set_up, NULL);
	tcase_add_loop_test(tc, refused, 0, COUNT_OF(bad));
	tcase_add_test(tc, rights);
	tcase_add_test(tc, used_pages);
	tcase_add_test(tc, no_remains);
	tcase_add_test(tc, locked);
	tcase_add_test(tc, replaced);
	tcase_add_test(tc, limit);
	tcase_add_test(tc, private_file);
	tcase_add_test(tc, shared_file);
	tcase_add_test(tc, segment);
	tcase_add_test(tc, vectors);
	tcase_add_test(tc, words);
	tcase_add_test(tc, supervisor_only);
	return unit_run(s);
}
