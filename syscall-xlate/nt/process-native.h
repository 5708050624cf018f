/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-native.h - children that are Linux programs: their arguments and
 * environment, from Windows' forms.
 */
#ifndef RF_NT_PROCESS_NATIVE_H
#define RF_NT_PROCESS_NATIVE_H

#include <stddef.h>
#include <stdint.h>

/*
 * native_argv() - a command line split as Microsoft's C runtime does.
 *
 *   s, n  units
 *
 * Returns a NULL-terminated array of UTF-8 strings in one block of memory that
 * the caller frees; NULL without memory.  At least one entry ("" at worst).
 * Source: Microsoft, "Parsing C command-line arguments".
 */
char **native_argv(const uint16_t *s, size_t n);

/*
 * native_environ() - an environment block as envp.
 *
 *   block, n  units: NAME=value NUL ... NUL
 *   host      our own environment: gives what Windows means otherwise (PATH,
 *             TMPDIR, HOME)
 *
 * Variables that only Windows has are left out.  Memory as above.
 */
char **native_environ(const uint16_t *block, size_t n, char *const *host);

#endif
