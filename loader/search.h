/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* search.h - where programs and the built-in DLLs are found. */
#ifndef RF_SEARCH_H
#define RF_SEARCH_H

#include "base/err.h"

/*
 * search_dlls() - the folder that holds x86_64-windows/: option (if not NULL),
 * $RUN_FOREIGN_DLLS, beside an uninstalled program, or the installed place.
 * malloc'ed; NULL with e set: no memory.
 */
char *search_dlls(const char *option, struct err *e);

/*
 * search_program() - the host path of what the user named: a path as it is, a
 * plain name in the current folder, on PATH (with .exe added if need be) or
 * beside the built-in DLLs, or a Windows path with its drive.
 * malloc'ed; NULL with e set: ENOENT or no memory.
 */
char *search_program(const char *name, struct err *e);

/*
 * search_hint() - e says why what was found by a plain name cannot run; if there
 * is another by that name with .exe, e says so as well.
 */
void search_hint(const char *name, struct err *e);

#endif
