/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine.c - the list of engines, and the choice of one. */
#include "syscall-xlate/engine/engine.h"

#include <errno.h>
#include <string.h>

#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/kvm.h"

enum trap_mode engine_trap;

const struct engine *const engines[] = { &engine_direct, &engine_kvm, NULL };

uint32_t engine_features(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("avx2") ? GATE_HAS_AVX2 : 0;
}

const struct engine *engine_choose(const char *name, const struct image *img,
				   struct err *e)
{
	for (unsigned i = 0; engines[i]; i++) {
		if (name && strcmp(name, engines[i]->name))
			continue;
		if (engines[i]->probe(img, e) == 0)
			return engines[i];
		if (name) {
			err_wrap(e, "engine %s", name);
			return NULL;
		}
	}
	if (name)
		err_set(e, EINVAL, "there is no engine \"%s\"; see --list-engines",
			name);
	return NULL;
}
