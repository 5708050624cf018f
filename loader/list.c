/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list.c - see list.h. */
#include "loader/list.h"

#include <stdio.h>

#include "loader/image/image.h"
#include "syscall-xlate/engine/engine.h"
#include "syscall-xlate/personality.h"
#include "syscall-xlate/xlate.h"

void list_engines(void)
{
	const struct image any = { .bits = 64 };

	for (unsigned i = 0; engines[i]; i++) {
		const struct engine *g = engines[i];
		const char *limit = NULL;
		struct err e = { 0 };
		int ret = g->probe(&any, &e);

		if (!ret && g->try)
			ret = g->try(&limit, &e);
		printf("%-10s %s", g->name, g->summary);
		if (ret || limit)
			printf("; %s%s", ret ? "not here: " : "",
			       ret ? e.text : limit);
		putchar('\n');
	}
}

void list_personalities(void)
{
	for (unsigned i = 0; personalities[i]; i++)
		printf("%-10s %s\n", personalities[i]->name,
		       personalities[i]->summary);
}

void list_calls(void)
{
	static const char *const support[] = { "full", "partial", "stub",
					       "absent" };

	for (unsigned i = 0; personalities[i]; i++) {
		const struct personality *p = personalities[i];

		for (size_t j = 0; j < *p->ncalls; j++) {
			const struct xlate_call *c = &p->calls[j];

			if (c->name)
				printf("%s 0x%03zx %-8s %s%s%s\n", p->name, j,
				       support[c->support], xlate_name(c),
				       *xlate_note(c) ? ": " : "",
				       xlate_note(c));
		}
	}
}
