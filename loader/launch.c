/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* launch.c - from a path to a running program. */
#include "loader/launch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader/image/image.h"
#include "loader/sandbox.h"
#include "loader/script.h"
#include "loader/search.h"
#include "loader/supervise.h"
#include "syscall-xlate/engine/engine.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/personality.h"
#include "syscall-xlate/xlate.h"

/* --timeout without a sandbox: argv with an option that says it is being kept. */
static int keep_time(struct options *o, char ***argv, struct err *e)
{
	size_t n = 0;
	char **v;

	if (!o->policy.timeout || o->sandbox || o->timed)
		return 0;
	while ((*argv)[n])
		n++;
	v = calloc(n + 2, sizeof *v);
	if (!v)
		return err_set(e, ENOMEM, "no memory");
	v[0] = (*argv)[0];
	v[1] = (char *)"--timed";
	memcpy(v + 2, *argv + 1, (n - 1) * sizeof *v);
	o->program = v + 2 + (o->program - (*argv + 1));
	*argv = v;
	return supervise_timeout(o->policy.timeout, e);
}

int launch(struct options *o, char **argv, struct err *e)
{
	struct launch l = { 0 };
	const struct personality *p;
	const struct engine *engine;
	struct guest_regs first;
	struct task *t;
	int error;

	if (keep_time(o, &argv, e) || sandbox_begin(o, &argv, e))
		goto fail;
	l = (struct launch){
		.argv = o->program,
		.options = argv + 1,
		.noptions = (unsigned)(o->program - argv) - 1,
		.envp = environ,
		.cmdline = o->cmdline,
		.exit_status_file = o->exit_status,
		.argv0 = o->argv0,
		.parent_channel = o->parent_channel,
	};
	/* Absolute: the program may change its folder. */
	if (o->sysroot && !(l.sysroot = realpath(o->sysroot, NULL)))
		return err_set(e, EINVAL, "--sysroot=%s: %s", o->sysroot,
			       strerror(errno));
	/* A child's status is told by its parent. */
	if (l.parent_channel < 0 && exit_status_begin(&l, e))
		goto fail;
	l.path = search_program(o->program[0], e);
	l.dlls = l.path ? search_dlls(o->dlls, e) : NULL;
	if (!l.dlls || script_launch(&l, e) ||
	    sandbox_close(o, l.path, l.dlls,
			  !o->engine || strcmp(o->engine, "direct"), e))
		goto fail;
	/* From here on the program's own bytes are looked at. */
	l.image = image_open(l.path, e);
	if (!l.image) {
		search_hint(o->program[0], e);
		goto fail;
	}
	p = personality_choose(l.image, e);
	if (!p)
		goto fail;
	engine = engine_choose(o->engine, l.image, e);
	if (!engine || engine->init(l.image, argv, e)) {
		if (o->sandbox && strcmp(o->engine, "direct"))
			err_wrap(e,
				 "no virtual machine for --sandbox (with "
				 "--engine=direct it does without, and holds "
				 "less)");
		goto fail;
	}
	l.runs_32bit = engine->runs_32bit();
	if (p->start(&l, &t, &first, e))
		goto fail;
	error = policy_end_with_outside();
	if (error) {
		err_set(e, -error, "the process outside: %s", strerror(-error));
		goto fail;
	}
	t->personality = p;
	engine->run(t, &first, e);
fail:
	return err_wrap(e, "%s", *o->program[0] ? o->program[0] : "''");
}
