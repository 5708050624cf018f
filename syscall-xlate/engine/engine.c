/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine.c - the list of engines, and the choice of one. */
#include "syscall-xlate/engine/engine.h"

#include <cpuid.h>
#include <errno.h>
#include <string.h>

#include "base/cpu.h"
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/kvm.h"
#include "syscall-xlate/regs.h"

enum trap_mode engine_trap;

const struct engine *const engines[] = { &engine_direct, &engine_kvm, NULL };

uint32_t engine_features(void)
{
	uint32_t r[4];

	/* Not __builtin_cpu_supports(), which asks the processor again. */
	cpu_leaf(CPU_LEAF_7, r);
	return xstate_features() & XSTATE_AVX && r[1] & bit_AVX2 ?
		       GATE_HAS_AVX2 :
		       0;
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
