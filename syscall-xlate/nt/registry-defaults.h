/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-defaults.h - names of this computer, and the table's text.
 */
#ifndef RF_NT_REGISTRY_DEFAULTS_H
#define RF_NT_REGISTRY_DEFAULTS_H

#include <stddef.h>

/* The host's name up to the first dot; its NetBIOS form. */
void host_name(char *buf, size_t size);
void computer_name(char *buf, size_t size);

/* Lines of registry-defaults.tbl without comments; ends with NULL. */
extern const char *const reg_defaults[];

#endif
