/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* personality.c - the list of personalities; choose one for an image. */
#include "syscall-xlate/personality.h"

#include <errno.h>
#include <stddef.h>

#include "syscall-xlate/xlate.h"

extern const struct personality personality_nt, personality_freebsd,
	personality_netbsd;


const struct personality *const personalities[] = {
	&personality_nt, &personality_freebsd, &personality_netbsd, NULL
};

const struct personality *personality_choose(const struct image *img,
					     struct err *e)
{
	err_set(e, ENOEXEC, "no personality runs this kind of program");
	for (unsigned i = 0; personalities[i]; i++)
		if (personalities[i]->accepts(img, e) == 0)
			return personalities[i];
	return NULL;
}
