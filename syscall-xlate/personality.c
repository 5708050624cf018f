/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* personality.c - the list of personalities; choose one for an image. */
#include "syscall-xlate/personality.h"

#include <errno.h>
#include <stddef.h>

#include "loader/image/image.h"
#include "syscall-xlate/xlate.h"

extern const struct personality personality_nt, personality_freebsd,
	personality_netbsd;

const struct personality *const personalities[] = { &personality_nt,
						    &personality_freebsd,
						    &personality_netbsd, NULL };

const struct personality *personality_choose(const struct image *img,
					     struct err *e)
{
	for (unsigned i = 0; personalities[i]; i++) {
		const struct personality *p = personalities[i];

		if (p->system == img->system)
			return p->accepts && p->accepts(img, e) ? NULL : p;
	}
	err_set(e, ENOEXEC, "no personality runs this kind of program");
	return NULL;
}
