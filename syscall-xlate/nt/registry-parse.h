/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-parse.h - names of keys as people write them; for registry-text.c
 * and registry-parse.c.  All but the first with reg_lock held.
 */
#ifndef RF_NT_REGISTRY_PARSE_H
#define RF_NT_REGISTRY_PARSE_H

#include "syscall-xlate/nt/registry.h"

/*
 * reg_begin() for somebody who must not miss anything; change: with
 * reg_store_lock().  -1: he would.
 */
int reg_text_begin(bool change, struct err *e);
/* "HKCU\x" or "HKEY_CURRENT_USER\x", UTF-8; NULL: there is none. */
struct reg_key *reg_text_open(const char *name);
/*
 * The root that a path of the tree lies in ("HKEY_LOCAL_MACHINE"); *skip: what
 * of the path that stands for.
 */
const char *reg_text_root_of(const uint16_t *path, size_t n, size_t *skip);

#endif
