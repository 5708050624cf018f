/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit tests for loader/image/elf*.c: what is refused, and whose is it? */
#include <check.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/table.h"
#include "loader/image/elf.h"
#include "tests/lib/unit.h"

enum { LEN = 0x3000, TEXT = 0x400000, NOTE = 0x200, INTERP = 0x280 };

static uint8_t file[LEN];
static size_t file_len;

static Elf64_Ehdr *header(void)
{
	return (Elf64_Ehdr *)file;
}

static Elf64_Phdr *segment(unsigned i)
{
	return (Elf64_Phdr *)(file + sizeof(Elf64_Ehdr)) + i;
}

/* A version note of the owner at NOTE; namesz with or without the NUL. */
static void note(const char *owner, unsigned namesz, uint32_t version)
{
	Elf64_Nhdr n = { namesz, 4, 1 };

	memcpy(file + NOTE, &n, sizeof n);
	memset(file + NOTE + sizeof n, 0, 12);
	memcpy(file + NOTE + sizeof n, owner, strlen(owner));
	memcpy(file + NOTE + sizeof n + ROUND_UP(namesz, 4), &version, 4);
	*segment(2) = (Elf64_Phdr){ .p_type = PT_NOTE, .p_offset = NOTE,
				    .p_filesz = 12 + ROUND_UP(namesz, 4) + 4,
				    .p_align = 4 };
}

/* FreeBSD's: a header, code, data with zeroes behind it, a note. */
static void setup(void)
{
	memset(file, 0, sizeof file);
	file_len = LEN;
	*header() = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     ELFDATA2LSB, EV_CURRENT, ELFOSABI_FREEBSD },
		.e_type = ET_EXEC, .e_machine = EM_X86_64,
		.e_version = EV_CURRENT, .e_entry = TEXT + 0x100,
		.e_phoff = sizeof(Elf64_Ehdr), .e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 3,
	};
	*segment(0) = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_X,
				    .p_vaddr = TEXT, .p_filesz = 0x1000,
				    .p_memsz = 0x1000, .p_align = 0x1000 };
	*segment(1) = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_W,
				    .p_offset = 0x1000,
				    .p_vaddr = TEXT + 0x1000,
				    .p_filesz = 0x800, .p_memsz = 0x5000,
				    .p_align = 0x1000 };
	note("FreeBSD", 8, 1400097);
}

static struct image *parse(struct err *e)
{
	int fd = memfd_create("elf", 0);
	struct image *img;

	ck_assert_int_eq(write(fd, file, file_len), (ssize_t)file_len);
	memset(e, 0, sizeof *e);
	img = image_open_fd(fd, e);
	close(fd);
	return img;
}

/* One field set to a wrong value, and a word of the refusal. */
static const struct {
	const char *what;
	size_t off, size;
	uint64_t value;
	const char *says;
} bad[] = {
#define EH(f) offsetof(Elf64_Ehdr, f), sizeof(((Elf64_Ehdr *)0)->f)
#define PH(i, f)                                                               \
	sizeof(Elf64_Ehdr) + (i) * sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, f), \
		sizeof(((Elf64_Phdr *)0)->f)
	{ "aarch64", EH(e_machine), EM_AARCH64, "processor" },
	{ "object file", EH(e_type), ET_REL, "object file" },
	{ "core dump", EH(e_type), ET_CORE, "core dump" },
	{ "entry in data", EH(e_entry), TEXT + 0x1100, "entry point" },
	{ "entry nowhere", EH(e_entry), 0x10, "entry point" },
	{ "no segments", EH(e_phnum), 0, "" },
	{ "headers beyond the file", EH(e_phoff), LEN - 8, "" },
	{ "more in the file than in memory", PH(1, p_memsz), 0x100, "memory" },
	{ "offset beyond the file", PH(1, p_offset), 0x100000, "truncated" },
	{ "size beyond the file", PH(0, p_filesz), 1ull << 40, "" },
	{ "sum that wraps", PH(1, p_memsz), UINT64_MAX, "address space" },
	{ "kernel's half", PH(1, p_vaddr), 0xffff800000001000, "address space" },
	{ "overlap", PH(1, p_vaddr), TEXT, "overlaps" },
	{ "descending", PH(1, p_vaddr), 0x1000, "overlaps" },
	{ "askew in its page", PH(1, p_offset), 0x1010, "pages" },
#undef EH
#undef PH
};

START_TEST(refused)
{
	struct image *img;
	struct err e;

	memcpy(file + bad[_i].off, &bad[_i].value, bad[_i].size);
	/* Twice the memory size, where the file's would be refused first. */
	if (bad[_i].off == sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_filesz))
		segment(0)->p_memsz = segment(0)->p_filesz;
	img = parse(&e);
	ck_assert_msg(!img, "%s: accepted", bad[_i].what);
	ck_assert_msg(e.code == ENOEXEC && strstr(e.text, bad[_i].says),
		      "%s: code %d, \"%s\"", bad[_i].what, e.code, e.text);
}
END_TEST

START_TEST(truncated)
{
	/* Whatever is cut off, it is refused and nothing is read beyond. */
	for (file_len = 4; file_len < 0x1800; file_len += 37) {
		struct err e;
		struct image *img = parse(&e);

		ck_assert_msg(!img, "%zu bytes: accepted", file_len);
		ck_assert_int_ne(e.text[0], 0);
	}
}
END_TEST

START_TEST(layout)
{
	struct err e;
	struct image *img = parse(&e);

	ck_assert_msg(img != NULL, "%s", e.text);
	ck_assert_int_eq(img->format, IMAGE_ELF);
	ck_assert_int_eq(img->system, IMAGE_FREEBSD);
	ck_assert_uint_eq(img->elf->os_version, 1400097);
	ck_assert_uint_eq(img->elf->nloads, 2);
	ck_assert_uint_eq(img->elf->low, TEXT);
	ck_assert_uint_eq(img->elf->high, TEXT + 0x6000);
	ck_assert_uint_eq(img->elf->phdr, TEXT + sizeof(Elf64_Ehdr));
	ck_assert(img->elf->fixed && !img->elf->interp);
	image_close(img);
}
END_TEST

static const struct {
	const char *what;
	const char *note; /* NULL: none */
	unsigned namesz;
	uint8_t osabi;
	const char *interp;
	int system; /* -1: refused */
	const char *says;
} owners[] = {
	{ "note and byte", "FreeBSD", 8, 9, NULL, IMAGE_FREEBSD, "" },
	{ "byte alone", NULL, 0, 9, NULL, IMAGE_FREEBSD, "" },
	{ "note alone", "NetBSD", 7, 0, NULL, IMAGE_NETBSD, "" },
	{ "Go's note, without a NUL", "NetBSD", 6, 0, NULL, IMAGE_NETBSD, "" },
	{ "the note wins", "NetBSD", 7, 9, NULL, IMAGE_NETBSD, "" },
	{ "linker alone", NULL, 0, 0, "/libexec/ld-elf.so.1", IMAGE_FREEBSD, "" },
	{ "NetBSD's linker", NULL, 0, 0, "/libexec/ld.elf_so", IMAGE_NETBSD, "" },
	{ "Linux by note", "GNU", 4, 0, NULL, -1, "Linux" },
	{ "Linux by linker", NULL, 0, 0, "/lib64/ld-linux-x86-64.so.2", -1,
	  "Linux" },
	{ "OpenBSD", "OpenBSD", 8, 0, NULL, -1, "OpenBSD" },
	{ "DragonFly", "DragonFly", 10, 0, NULL, -1, "DragonFly" },
	{ "Solaris", NULL, 0, 6, NULL, -1, "Solaris" },
	{ "nobody", NULL, 0, 0, NULL, -1, "does not say" },
};

START_TEST(owner)
{
	struct image *img;
	struct err e;

	header()->e_ident[EI_OSABI] = owners[_i].osabi;
	segment(2)->p_type = PT_NULL;
	if (owners[_i].note)
		note(owners[_i].note, owners[_i].namesz, 1);
	if (owners[_i].interp) {
		strcpy((char *)file + INTERP, owners[_i].interp);
		*segment(2) = (Elf64_Phdr){
			.p_type = PT_INTERP, .p_offset = INTERP,
			.p_filesz = strlen(owners[_i].interp) + 1 };
	}
	img = parse(&e);
	if (owners[_i].system < 0) {
		ck_assert_msg(!img && strstr(e.text, owners[_i].says),
			      "%s: \"%s\"", owners[_i].what, e.text);
		return;
	}
	ck_assert_msg(img && (int)img->system == owners[_i].system, "%s: %s",
		      owners[_i].what, e.text);
	if (owners[_i].interp)
		ck_assert_str_eq(img->elf->interp, owners[_i].interp);
	image_close(img);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("elf");
	TCase *tc = tcase_create("elf");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, refused, 0, COUNT_OF(bad));
	tcase_add_test(tc, truncated);
	tcase_add_test(tc, layout);
	tcase_add_loop_test(tc, owner, 0, COUNT_OF(owners));
	suite_add_tcase(s, tc);
	return unit_run(s);
}
