/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pe.h - Portable Executable, inside loader/image.
 * Source: Microsoft, "PE Format"; what Windows 10 accepts, where that is silent.
 */
#ifndef RF_PE_H
#define RF_PE_H

#include "loader/image/image.h"

/* Whether the file starts like a DOS or PE program. */
bool pe_is(struct bytes head);

/* How many bytes from the start of the file pe_parse() wants to see. */
size_t pe_headers_wanted(struct bytes head);

/* Checks img->head and fills in the rest.  0, or -1 with e set. */
int pe_parse(struct image *img, struct err *e);

/* Applies base relocations to the image mapped writable at base. */
int pe_relocate(const struct image *img, gaddr base, struct err *e);

#endif
