/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-text.h - the registry as .reg files, for the command line.  No
 * guest need run.
 */
#ifndef RF_NT_REGISTRY_TEXT_H
#define RF_NT_REGISTRY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

/*
 * registry_import() - applies a .reg file of n bytes: UTF-16 with its mark, or
 * UTF-8, which older files (REGEDIT4) are taken for as well.  Nothing changes
 * unless all of it can be understood.  Returns 0, or -1 with e naming the line.
 */
int registry_import(const char *text, size_t n, struct err *e);

/*
 * registry_export() - writes a key and all below it as a .reg file to out;
 * wide: as UTF-16, which Windows' own tools want, else as UTF-8.
 *
 *   key  "HKLM\Software\x" or in full, UTF-8
 */
int registry_export(FILE *out, const char *key, bool wide, struct err *e);

/*
 * registry_query() - prints a key's values and the names of its keys for
 * people.  value: that one only, or NULL; "" is the default value.
 */
int registry_query(FILE *out, const char *key, const char *value, bool recurse,
		   struct err *e);

#endif
