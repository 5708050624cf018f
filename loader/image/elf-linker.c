/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* elf-linker.c - the dynamic linker of an ELF program, in its system's files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "loader/image/elf.h"

struct image *elf_linker(const struct image *img, const char *sysroot,
			 const char *system, struct err *e)
{
	struct image *linker;
	char *path;

	if (!sysroot) {
		err_set(e, ENOENT,
			"it is dynamically linked and needs %s's own %s and "
			"libraries: unpack that system's base set into a "
			"folder and give --sysroot=FOLDER",
			system, img->elf->interp);
		return NULL;
	}
	if (asprintf(&path, "%s%s", sysroot, img->elf->interp) < 0) {
		err_set(e, ENOMEM, "no memory");
		return NULL;
	}
	linker = image_open(path, e);
	if (!linker) {
		err_wrap(e, "dynamic linker %s", path);
	} else if (linker->system != img->system ||
		   linker->format != IMAGE_ELF) {
		image_close(linker);
		linker = NULL;
		err_set(e, ENOEXEC, "dynamic linker %s is for another system",
			path);
	}
	free(path);
	return linker;
}
