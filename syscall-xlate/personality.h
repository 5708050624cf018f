/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* personality.h - the list of foreign systems; the loader's way to them. */
#ifndef RF_PERSONALITY_H
#define RF_PERSONALITY_H

#include "base/err.h"

struct image;
struct personality;

/* Ends with NULL.  New personalities go here. */
extern const struct personality *const personalities[];

/* The one that runs img; NULL with e set if there is none. */
const struct personality *personality_choose(const struct image *img,
					     struct err *e);

#endif
