/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtld.c - what a dynamic linker and a C library's start ask of the kernel: the
 * auxiliary vector, a library's segments mapped over a reservation, protections,
 * thread-local storage, and the first questions.
 *
 * By itself it is a static program that loads its own file as a library.  As a
 * sysroot's dynamic linker (tests/guest/elf) it is what runs first, and at last
 * it jumps to the program.
 */
#include "bsd.h"

struct aux { u64 type, value; };
struct ehdr { u8 ident[16]; u16 type, machine; u32 version; u64 entry, phoff,
	      shoff; u32 flags; u16 ehsize, phentsize, phnum, rest[3]; };
struct phdr { u32 type, flags; u64 offset, vaddr, paddr, filesz, memsz, align; };

enum {
	AT_PHDR = 3, AT_PHENT, AT_PHNUM, AT_PAGESZ, AT_BASE, AT_FLAGS, AT_ENTRY,
	PT_LOAD = 1, PT_INTERP = 3, PT_PHDR = 6, PAGE = 4096,
#ifdef FREEBSD
	SYS_pread = 475, SYS_thr_self = 432, SYS_issetugid = 253,
	O_CLOEXEC = 0x100000, MAP_GUARD = 0x2000, MAP_NOCORE = 0x20000, MAP_PREFAULT_READ = 0x40000,
#else
	SYS_pread = 173, SYS_issetugid = 305,
	O_CLOEXEC = 0x400000, MAP_GUARD = 0, MAP_NOCORE = 0, MAP_PREFAULT_READ = 0,
#endif
	MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 0x10, MAP_ANON = 0x1000,
};

static struct aux *auxv;
extern const struct ehdr __ehdr_start __attribute__((visibility("hidden")));

static u64 aux(u64 type)
{
	for (struct aux *a = auxv; a->type; a++)
		if (a->type == type)
			return a->value;
	return 0;
}

static i64 do_mmap(u64 at, u64 len, u64 prot, u64 flags, i64 fd, u64 off)
{
#ifdef FREEBSD
	return CALL(SYS_mmap, at, len, prot, flags, fd, off);
#else
	return CALL(SYS_mmap, at, len, prot, flags, fd, 0, off);
#endif
}

static i64 read_at(i64 fd, void *to, u64 n, u64 off)
{
#ifdef FREEBSD
	return CALL(SYS_pread, fd, to, n, off);
#else
	return CALL(SYS_pread, fd, to, n, 0, off);
#endif
}

/* ---- the auxiliary vector ---------------------------------------------------- */

static void vector(void)
{
	const struct phdr *ph = (const struct phdr *)aux(AT_PHDR);
	int loads = 0, interp = 0;

	EQUAL(aux(AT_PAGESZ), PAGE);
	EQUAL(aux(AT_PHENT), sizeof *ph);
	CHECK(aux(AT_PHNUM) > 0 && aux(AT_PHNUM) < 20);
	for (u64 i = 0; i < aux(AT_PHNUM); i++) {
		loads += ph[i].type == PT_LOAD;
		interp += ph[i].type == PT_INTERP;
	}
	CHECK(loads > 0);
	CHECK(aux(AT_ENTRY) != 0);
	/* With an interpreter there is one, and it is where we are. */
	if (aux(AT_BASE)) {
		EQUAL(interp, 1);
		EQUAL(aux(AT_BASE), &__ehdr_start);
	}
#ifdef FREEBSD
	{
		const u8 *canary = (const u8 *)aux(16);
		u64 sizes_len = aux(21), bits = 0;

		CHECK(((const char *)aux(15))[0] == '/'); /* AT_EXECPATH */
		EQUAL(aux(17), 64);			  /* AT_CANARYLEN */
		for (int i = 0; i < 64; i++)
			bits |= canary[i];
		CHECK(bits);
		CHECK(aux(18) >= 1300000); /* AT_OSRELDATE */
		CHECK(aux(19) >= 1);	   /* AT_NCPUS */
		EQUAL(*(u64 *)aux(20), PAGE); /* AT_PAGESIZES */
		CHECK(sizes_len >= 8 && sizes_len % 8 == 0);
		EQUAL(aux(23) & 3, 3);	   /* AT_STACKPROT */
		CHECK(((u64 *)aux(32))[0]); /* AT_PS_STRINGS: argv */
	}
#else
	CHECK(((const char *)aux(2014))[0] == '/'); /* AT_SUN_EXECNAME */
	EQUAL(aux(2000), CALL(25));		    /* AT_EUID */
	CHECK(aux(13) > (u64)auxv);		    /* AT_STACKBASE */
#endif
}

/* ---- a library ------------------------------------------------------------------ */

/*
 * As both linkers do it: the span of all segments first, without access, then
 * each over its part of it, the file's pages copy-on-write, what the file lacks
 * cleared and continued by fresh pages.
 */
static u64 load(const char *path, const struct ehdr **loaded)
{
	u8 head[PAGE];
	const struct ehdr *e = (const struct ehdr *)head;
	const struct phdr *ph;
	u64 base = -1ul, high = 0, at;
	i64 fd = CALL(SYS_open, path, 0, 0);

	CHECK(fd >= 0);
	CHECK(read_at(fd, head, sizeof head, 0) >= 64);
	EQUAL(*(const u32 *)head, 0x464c457f);
	ph = (const struct phdr *)(head + e->phoff);
	for (int i = 0; i < e->phnum; i++) {
		if (ph[i].type != PT_LOAD)
			continue;
		if (ph[i].vaddr < base)
			base = ph[i].vaddr & -(u64)PAGE;
		if (ph[i].vaddr + ph[i].memsz > high)
			high = ph[i].vaddr + ph[i].memsz;
	}
	high = (high - base + PAGE - 1) & -(u64)PAGE;
	at = (u64)do_mmap(0, high, 0,
			  MAP_GUARD ? MAP_GUARD : MAP_PRIVATE | MAP_ANON, -1, 0);
	CHECK((i64)at > 0 && at % PAGE == 0);
	FAILS(CALL(SYS_write, 1, (void *)at, 1), EFAULT);
	for (int i = 0; i < e->phnum; i++) {
		u64 low = (ph[i].vaddr & -(u64)PAGE) - base, file, mem;
		u64 skip = ph[i].vaddr % PAGE, prot;

		if (ph[i].type != PT_LOAD)
			continue;
		prot = (ph[i].flags & 4 ? 1 : 0) | (ph[i].flags & 2 ? 2 : 0) |
		       (ph[i].flags & 1 ? 4 : 0);
		file = (skip + ph[i].filesz + PAGE - 1) & -(u64)PAGE;
		mem = (skip + ph[i].memsz + PAGE - 1) & -(u64)PAGE;
		if (file)
			EQUAL(do_mmap(at + low, file, prot,
				      MAP_FIXED | MAP_PRIVATE | MAP_NOCORE |
					      MAP_PREFAULT_READ,
				      fd, ph[i].offset - skip),
			      at + low);
		if (mem > file)
			EQUAL(do_mmap(at + low + file, mem - file, prot,
				      MAP_FIXED | MAP_PRIVATE | MAP_ANON, -1, 0),
			      at + low + file);
		if (ph[i].memsz > ph[i].filesz && file) {
			u8 *end = (u8 *)at + low + skip + ph[i].filesz;

			/* Cleared, even where it may not be written to. */
			EQUAL(CALL(SYS_mprotect, at + low, file, prot | 2), 0);
			memset(end, 0, (u64)((u8 *)at + low + file - end));
			EQUAL(CALL(SYS_mprotect, at + low, file, prot), 0);
		}
		if (ph[i].filesz && ph[i].offset == 0)
			*loaded = (const struct ehdr *)(at + low);
		/* Relocations are read-only in the end. */
		if (prot == 3) {
			*(volatile u8 *)(at + low) ^= 1;
			*(volatile u8 *)(at + low) ^= 1;
			EQUAL(CALL(SYS_mprotect, at + low, file ? file : mem, 1),
			      0);
		}
	}
	EQUAL(CALL(SYS_close, fd), 0);
	return at;
}

static void library(const char *path)
{
	const struct ehdr *e = 0;
	u64 at = load(path, &e);

	/* Its bytes are there without the descriptor. */
	CHECK(e != 0);
	if (e)
		EQUAL(*(const u32 *)e->ident, 0x464c457f);
	EQUAL(CALL(SYS_munmap, at, PAGE), 0);
}

/* ---- a thread's beginnings -------------------------------------------------------- */

static void thread_local_storage(void)
{
	static u64 block[4];
	u64 base = (u64)&block[2], got = 0, tid = 0;

	block[2] = base; /* variant II: the word at FS points to itself */
	block[1] = 4711;
#ifdef FREEBSD
	EQUAL(CALL(165, 129, &base), 0); /* AMD64_SET_FSBASE */
	EQUAL(CALL(165, 128, &got), 0);
	EQUAL(got, base);
	EQUAL(CALL(SYS_thr_self, &tid), 0);
	CHECK(tid > 0);
#else
	EQUAL(CALL(317, base), 0); /* _lwp_setprivate */
	EQUAL(CALL(316), base);
	CHECK(CALL(311) > 0);
	{
		volatile i32 *ctl = 0;

		EQUAL(CALL(325, 1, &ctl), 0); /* _lwp_ctl: CURCPU */
		CHECK(ctl != 0 && *ctl >= -1);
	}
#endif
	__asm__ volatile("mov %%fs:0, %0" : "=r"(got));
	EQUAL(got, base);
	__asm__ volatile("mov %%fs:-8, %0" : "=r"(got));
	EQUAL(got, 4711);
}

static void questions(void)
{
	struct sigset none = { { 0 } }, old;
	i32 mib[2] = { 6, 7 }, v = 0, osrel[2] = { 1, 24 };
	u64 len = 4;

	EQUAL(CALL(SYS_issetugid), 0);
	EQUAL(CALL(SYS_sigprocmask, 1, &none, &old), 0);
	EQUAL(CALL(SYS_sysctl, mib, 2, &v, &len, 0, 0), 0);
	EQUAL(v, PAGE);
#ifdef FREEBSD
	len = 4;
	EQUAL(CALL(SYS_sysctl, osrel, 2, &v, &len, 0, 0), 0);
	EQUAL(v, aux(18));
	{
		/* The stack's end, by name as libc asks for it. */
		static const char name[] = "kern.usrstack";
		u64 top = 0;

		len = 8;
		EQUAL(CALL(570, name, sizeof name - 1, &top, &len, 0, 0), 0);
		CHECK(top > (u64)auxv);
	}
#endif
	FAILS(CALL(SYS_open, "/no/such/libc.so", O_CLOEXEC, 0), ENOENT);
}

int test_main(int argc, char **argv)
{
	u64 *p = (u64 *)argv + argc + 1;

	while (*p++)
		;
	auxv = (struct aux *)p;
	vector();
	questions();
	thread_local_storage();
	library(argv[0]);
	if (!failed && aux(AT_BASE)) {
		say("linked ");
		/* The program begins as the kernel would have begun it. */
		__asm__ volatile("mov %0, %%rsp\n\tmov %0, %%rdi\n\txor %%edx, %%edx\n\t"
				 "jmp *%1"
				 :
				 : "r"((u64 *)argv - 1), "r"(aux(AT_ENTRY))
				 : "memory");
	}
	return 0;
}
