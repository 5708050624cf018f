/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* modules.c - see modules.h. */
#include "syscall-xlate/nt/modules.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/table.h"

struct nt_module {
	struct nt_module *next;
	uint64_t base, size;
	int32_t bits, fd;
};

/* The names are what the debugger looks for. */
struct nt_module *nt_modules;
void nt_modules_changed(void);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/*
 * What a debugger cannot know without our own debugging information: version,
 * then offsets in struct nt_module.
 */
extern const uint32_t nt_gdb_layout[];
const uint32_t nt_gdb_layout[] = {
	1,
	offsetof(struct nt_module, next),
	offsetof(struct nt_module, base),
	offsetof(struct nt_module, size),
	offsetof(struct nt_module, bits),
	offsetof(struct nt_module, fd),
};

__attribute__((noinline, noclone)) void nt_modules_changed(void)
{
	/* Names it, so that the linker keeps it. */
	asm volatile("" : : "r"(nt_gdb_layout) : "memory");
}

void module_note(gaddr base, uint64_t size, int bits, int fd)
{
	struct nt_module *m = malloc(sizeof *m);

	if (!m)
		return; /* then the debugger does not know it */
	*m = (struct nt_module){ NULL, base, size, bits, fd };
	pthread_mutex_lock(&lock);
	m->next = nt_modules;
	nt_modules = m;
	nt_modules_changed();
	pthread_mutex_unlock(&lock);
}

void module_forget(gaddr base)
{
	struct nt_module **at, *m;

	pthread_mutex_lock(&lock);
	for (at = &nt_modules; *at && (*at)->base != base; at = &(*at)->next)
		;
	m = *at;
	if (m)
		*at = m->next;
	if (m)
		nt_modules_changed();
	pthread_mutex_unlock(&lock);
	free(m);
}
