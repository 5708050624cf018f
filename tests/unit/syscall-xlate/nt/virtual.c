/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The book of the address space and the core of the memory calls, over a
 * guest_mem that maps into the test itself (below the host's mappings).
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "syscall-xlate/nt/section.h"
#include "syscall-xlate/nt/vad.h"
#include "tests/lib/unit.h"

/* ---- fakes ------------------------------------------------------------ */

static unsigned maps, unmaps, protects;

static int host_prot(int prot)
{
	return (prot & GUEST_READ ? PROT_READ : 0) |
	       (prot & GUEST_WRITE ? PROT_WRITE : 0) |
	       (prot & GUEST_EXEC ? PROT_EXEC : 0);
}

static int fake_map(gaddr at, uint64_t size, int prot, int fd, uint64_t off,
		    unsigned flags)
{
	void *p = mmap((void *)at, size, host_prot(prot),
		       (flags & GUEST_SHARED ? MAP_SHARED : MAP_PRIVATE) |
			       MAP_FIXED | MAP_NORESERVE |
			       (fd < 0 ? MAP_ANONYMOUS : 0),
		       fd, (off_t)off);

	maps++;
	return p == MAP_FAILED ? -errno : 0;
}

static int fake_protect(gaddr at, uint64_t size, int prot)
{
	protects++;
	return mprotect((void *)at, size, host_prot(prot)) < 0 ? -errno : 0;
}

static int fake_unmap(gaddr at, uint64_t size)
{
	unmaps++;
	return munmap((void *)at, size) < 0 ? -errno : 0;
}

static int fake_discard(gaddr at, uint64_t size)
{
	return madvise((void *)at, size, MADV_DONTNEED) < 0 ? -errno : 0;
}

static const struct guest_mem fake = {
	.low = 0x10000,
	.high = 0x550000000000,
	.map = fake_map,
	.protect = fake_protect,
	.unmap = fake_unmap,
	.discard = fake_discard,
};

/* ---- helpers ---------------------------------------------------------- */

static gaddr alloc(gaddr at, uint64_t size, uint32_t type, uint32_t prot)
{
	gaddr base = at;
	uint64_t n = size;

	return vm_alloc(&base, &n, 0, 0, type, prot) == STATUS_SUCCESS ? base
								       : 0;
}

static NTSTATUS alloc_status(gaddr at, uint64_t size, uint32_t type,
			     uint32_t prot)
{
	return vm_alloc(&at, &size, 0, 0, type, prot);
}

static NTSTATUS release(gaddr at, uint64_t size, uint32_t type)
{
	return vm_free(&at, &size, type);
}

static NTSTATUS protect(gaddr at, uint64_t size, uint32_t prot, uint32_t *old)
{
	return vm_protect(&at, &size, prot, old);
}

static void setup(void)
{
	guest_mem = &fake;
	vm_init(false, true);
}

/* ---- refusals --------------------------------------------------------- */

static const struct {
	const char *what;
	gaddr at;
	uint64_t size;
	uint32_t type, prot;
	NTSTATUS want;
} refused[] = {
	{ "no size", 0, 0, MEM_RESERVE, PAGE_READWRITE,
	  STATUS_INVALID_PARAMETER_4 },
	{ "no type", 0, 1, 0, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5 },
	{ "unknown type", 0, 1, MEM_RESERVE | 4, PAGE_READWRITE,
	  STATUS_INVALID_PARAMETER_5 },
	{ "no protection", 0, 1, MEM_RESERVE, 0,
	  STATUS_INVALID_PAGE_PROTECTION },
	{ "two protections", 0, 1, MEM_RESERVE, PAGE_READONLY | PAGE_READWRITE,
	  STATUS_INVALID_PAGE_PROTECTION },
	{ "copy on write", 0, 1, MEM_RESERVE, PAGE_WRITECOPY,
	  STATUS_INVALID_PAGE_PROTECTION },
	{ "guard and no access", 0, 1, MEM_RESERVE, PAGE_NOACCESS | PAGE_GUARD,
	  STATUS_INVALID_PAGE_PROTECTION },
	{ "too large", 0, 1ull << 48, MEM_RESERVE, PAGE_READWRITE,
	  STATUS_INVALID_PARAMETER_4 },
	{ "past the end", 0x54fffffff000, 0x2000, MEM_RESERVE, PAGE_READWRITE,
	  STATUS_INVALID_PARAMETER_4 },
	{ "large pages", 0, 1, MEM_RESERVE | MEM_COMMIT | 0x20000000,
	  PAGE_READWRITE, STATUS_PRIVILEGE_NOT_HELD },
	{ "commit of nothing", 0x500000000, 1, MEM_COMMIT, PAGE_READWRITE,
	  STATUS_CONFLICTING_ADDRESSES },
	{ "over the shared data", 0x7ffe0000, 1, MEM_RESERVE, PAGE_READWRITE,
	  STATUS_CONFLICTING_ADDRESSES },
	{ "commit of the shared data", 0x7ffe0000, 1, MEM_COMMIT,
	  PAGE_READWRITE, STATUS_CONFLICTING_ADDRESSES },
	{ "commit of all there is", 0, 1ull << 46, MEM_RESERVE | MEM_COMMIT,
	  PAGE_READWRITE, STATUS_COMMITMENT_LIMIT },
};

START_TEST(refusals)
{
	NTSTATUS got = alloc_status(refused[_i].at, refused[_i].size,
				    refused[_i].type, refused[_i].prot);

	ck_assert_msg(got == refused[_i].want, "%s: got %#x, want %#x",
		      refused[_i].what, got, refused[_i].want);
}
END_TEST

START_TEST(free_refusals)
{
	gaddr a = alloc(0, 0x20000, MEM_RESERVE, PAGE_READWRITE);

	ck_assert_uint_eq(release(a + 0x1000, 0, MEM_RELEASE),
			  STATUS_FREE_VM_NOT_AT_BASE);
	ck_assert_uint_eq(release(a, 0x30000, MEM_RELEASE),
			  STATUS_UNABLE_TO_FREE_VM);
	ck_assert_uint_eq(release(a, 0, MEM_RELEASE | MEM_DECOMMIT),
			  STATUS_INVALID_PARAMETER_4);
	ck_assert_uint_eq(release(a, 0, 0), STATUS_INVALID_PARAMETER_4);
	ck_assert_uint_eq(release(0x7ffe0000, 0, MEM_RELEASE),
			  STATUS_INVALID_PAGE_PROTECTION);
	ck_assert_uint_eq(release(a, 0, MEM_RELEASE), STATUS_SUCCESS);
	ck_assert_uint_eq(release(a, 0, MEM_RELEASE),
			  STATUS_MEMORY_NOT_ALLOCATED);
}
END_TEST

/* ---- what it costs ---------------------------------------------------- */

START_TEST(one_call_each)
{
	gaddr a;

	maps = unmaps = protects = 0;
	a = alloc(0, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
	*(volatile char *)(a + 0xffff) = 1;
	ck_assert_uint_eq(release(a, 0, MEM_RELEASE), STATUS_SUCCESS);
	ck_assert_uint_eq(maps, 1);
	ck_assert_uint_eq(unmaps, 1);
	ck_assert_uint_eq(protects, 0);
	a = alloc(0, 1ull << 44, MEM_RESERVE, PAGE_NOACCESS);
	ck_assert_uint_ne(a, 0);
	ck_assert_uint_eq(release(a, 0, MEM_RELEASE), STATUS_SUCCESS);
	ck_assert_uint_eq(maps + unmaps + protects, 2);
}
END_TEST

/* ---- against a model -------------------------------------------------- */

enum { PAGES = 64 };

/* Random commits, decommits and protections against a plain array. */
START_TEST(model)
{
	static const uint16_t prots[] = { PAGE_READONLY, PAGE_READWRITE,
					  PAGE_NOACCESS, PAGE_EXECUTE_READ };
	uint16_t want[PAGES] = { 0 };
	unsigned filled[PAGES] = { 0 };
	gaddr a = alloc(0, PAGES * PAGE, MEM_RESERVE, PAGE_READWRITE);

	srand(1);
	for (int step = 0; step < 4000; step++) {
		unsigned first = rand() % PAGES;
		unsigned n = 1 + rand() % (PAGES - first);
		gaddr at = a + first * PAGE;
		uint16_t prot = prots[rand() % COUNT_OF(prots)];
		bool all = true;
		uint32_t old;
		NTSTATUS got;

		for (unsigned i = first; i < first + n; i++)
			all = all && want[i];
		switch (rand() % 3) {
		case 0:
			ck_assert_uint_eq(
				alloc_status(at, n * PAGE, MEM_COMMIT, prot),
				STATUS_SUCCESS);
			for (unsigned i = first; i < first + n; i++)
				want[i] = prot;
			break;
		case 1:
			ck_assert_uint_eq(release(at, n * PAGE, MEM_DECOMMIT),
					  STATUS_SUCCESS);
			for (unsigned i = first; i < first + n; i++)
				want[i] = filled[i] = 0;
			break;
		case 2:
			got = protect(at, n * PAGE, prot, &old);
			ck_assert_uint_eq(got, all ? STATUS_SUCCESS
						   : STATUS_NOT_COMMITTED);
			if (!all)
				break;
			ck_assert_uint_eq(old, want[first]);
			for (unsigned i = first; i < first + n; i++)
				want[i] = prot;
		}
		/* The book, run by run. */
		for (unsigned i = 0; i < PAGES; i++) {
			struct vad *v = vad_find(a + i * PAGE);
			gaddr end;
			unsigned j = i;

			ck_assert_uint_eq(vad_run(v, a + i * PAGE, &end),
					  want[i]);
			while (j < PAGES && want[j] == want[i])
				j++;
			ck_assert_uint_eq(end, a + j * PAGE);
		}
		/* Memory: what was written stays until decommitted. */
		for (unsigned i = 0; i < PAGES; i++) {
			volatile unsigned *p = (void *)(a + i * PAGE);

			if (!want[i] || want[i] == PAGE_NOACCESS)
				continue;
			ck_assert_uint_eq(*p, filled[i]);
			if (want[i] == PAGE_READWRITE)
				*p = filled[i] = (unsigned)step;
		}
	}
	release(a, 0, MEM_RELEASE);
}
END_TEST

/* Many allocations, freed at random: holes are found, nothing overlaps. */
START_TEST(many)
{
	enum { N = 3000 };
	static struct {
		gaddr at;
		uint64_t size;
	} have[N];
	unsigned overlaps = 0;
	gaddr a;

	srand(2);
	for (int step = 0; step < 30000; step++) {
		int i = rand() % N;

		if (have[i].at) {
			ck_assert_uint_eq(release(have[i].at, 0, MEM_RELEASE),
					  STATUS_SUCCESS);
			have[i].at = 0;
			continue;
		}
		have[i].size = (uint64_t)(1 + rand() % 40) * PAGE;
		a = alloc(0, have[i].size,
			  MEM_RESERVE | (rand() % 4 ? 0 : MEM_TOP_DOWN),
			  PAGE_READWRITE);
		ck_assert_uint_ne(a, 0);
		ck_assert_uint_eq(a & (VM_GRANULARITY - 1), 0);
		have[i].at = a;
	}
	for (int i = 0; i < N; i++)
		for (int j = 0; j < i && have[i].at; j++)
			overlaps += have[j].at &&
				    have[i].at < have[j].at + have[j].size &&
				    have[j].at < have[i].at + have[i].size;
	ck_assert_uint_eq(overlaps, 0);
	for (int i = 0; i < N; i++)
		if (have[i].at)
			release(have[i].at, 0, MEM_RELEASE);
	/* All holes are one again. */
	a = alloc(0, 0x60000, MEM_RESERVE, PAGE_READWRITE);
	ck_assert_uint_eq(a, 0x10000);
	release(a, 0, MEM_RELEASE);
}
END_TEST

START_TEST(choice)
{
	gaddr a, b = 0;
	uint64_t n = 0x10000;
	struct vm_extended x = { .low = 0x100000000,
				 .high = 0x200000000,
				 .align = 0x40000000 };

	a = alloc(0, 0x10000, MEM_RESERVE | MEM_TOP_DOWN, PAGE_READWRITE);
	ck_assert_uint_eq(a, 0x54ffffff0000);
	release(a, 0, MEM_RELEASE);
	ck_assert_uint_eq(vm_alloc_ex(&b, &n, &x, MEM_RESERVE, PAGE_READWRITE),
			  STATUS_SUCCESS);
	ck_assert_uint_eq(b, 0x100000000);
	release(b, 0, MEM_RELEASE);
	/* An address is rounded down, the end up. */
	b = 0x300012345;
	n = 1;
	ck_assert_uint_eq(vm_alloc(&b, &n, 0, 0, MEM_RESERVE, PAGE_READWRITE),
			  STATUS_SUCCESS);
	ck_assert_uint_eq(b, 0x300010000);
	ck_assert_uint_eq(n, 0x3000);
	release(b, 0, MEM_RELEASE);
	/* Images' favourite places stay free. */
	for (int i = 0; i < 200; i++) {
		a = alloc(0, 0x100000, MEM_RESERVE, PAGE_READWRITE);
		ck_assert(a + 0x100000 <= 0x400000 || a >= 0x4000000);
	}
	ck_assert(vad_range_free(0x140000000, 0x1c0000000));
}
END_TEST

START_TEST(partial_release)
{
	gaddr a = alloc(0, 0x30000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
	struct vad *v;

	ck_assert_uint_eq(release(a + 0x10000, 0x10000, MEM_RELEASE),
			  STATUS_SUCCESS);
	ck_assert(vad_range_free(a + 0x10000, a + 0x20000));
	v = vad_find(a + 0x20000);
	ck_assert_uint_eq(v->start, a + 0x20000);
	ck_assert_uint_eq(vad_run(v, a + 0x20000, NULL), PAGE_READWRITE);
	*(volatile char *)(a + 0x2ffff) = 1;
	release(a, 0, MEM_RELEASE);
	release(a + 0x20000, 0, MEM_RELEASE);
}
END_TEST

START_TEST(placeholders)
{
	enum {
		RESERVE_PLACEHOLDER = 0x40000,
		REPLACE = 0x4000,
		PRESERVE = 2,
		COALESCE = 1
	};
	gaddr a = alloc(0, 0x40000, MEM_RESERVE | RESERVE_PLACEHOLDER,
			PAGE_NOACCESS);

	ck_assert_uint_ne(a, 0);
	ck_assert_uint_eq(release(a, 0x10000, MEM_RELEASE | PRESERVE),
			  STATUS_SUCCESS);
	ck_assert_uint_eq(
		alloc_status(a, 0x20000, MEM_RESERVE | REPLACE, PAGE_READWRITE),
		STATUS_CONFLICTING_ADDRESSES);
	ck_assert_uint_eq(alloc_status(a, 0x10000,
				       MEM_RESERVE | MEM_COMMIT | REPLACE,
				       PAGE_READWRITE),
			  STATUS_SUCCESS);
	*(volatile char *)a = 1;
	ck_assert_uint_eq(release(a, 0x40000, MEM_RELEASE | COALESCE),
			  STATUS_CONFLICTING_ADDRESSES);
	ck_assert_uint_eq(release(a, 0x10000, MEM_RELEASE | PRESERVE),
			  STATUS_SUCCESS);
	ck_assert_uint_eq(release(a, 0x40000, MEM_RELEASE | COALESCE),
			  STATUS_SUCCESS);
	ck_assert_uint_eq(release(a, 0, MEM_RELEASE), STATUS_SUCCESS);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("virtual");
	TCase *tc = tcase_create("virtual");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, refusals, 0, COUNT_OF(refused));
	tcase_add_test(tc, free_refusals);
	tcase_add_test(tc, one_call_each);
	tcase_add_test(tc, model);
	tcase_add_test(tc, many);
	tcase_add_test(tc, choice);
	tcase_add_test(tc, partial_release);
	tcase_add_test(tc, placeholders);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
