/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec.c - programs into memory, and programs that replace themselves.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/policy.h"
#include "base/table.h"
#include "loader/image/elf.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"

/* Where a program that may lie anywhere is put, and its dynamic linker. */
#define PROGRAM_BASE 0x1000000000ull
#define LINKER_BASE 0x0800000000ull

enum { SPARE = 16 * 4096, MAX_ARGS = 1 << 20 };

static int map_one(const struct image *img, gaddr bias, uint32_t ncalls,
		   struct err *e)
{
	const struct elf_info *elf = img->elf;
	gaddr spare = bias + elf->high;
	bool have_spare;

	space_lock();
	/* A program of another shape may already lie there. */
	if (!space_free(bias + elf->low, elf->high - elf->low) ||
	    space_add(bias + elf->low, elf->high - elf->low)) {
		space_unlock();
		return err_set(e, ENOMEM, "its addresses are in use");
	}
	have_spare = space_free(spare, SPARE) &&
		     guest_mem->map(spare, SPARE, GUEST_READ | GUEST_WRITE, -1,
				    0, 0) == 0 &&
		     space_add(spare, SPARE) == 0;
	space_unlock();
	if (elf_map(img, bias, true, e))
		return -1;
	for (unsigned i = 0; have_spare && i < elf->nloads; i++) {
		const struct elf_load *l = &elf->load[i];

		/* One segment of code; others are left to the trap. */
		if (!(l->prot & GUEST_EXEC) || !l->filesz)
			continue;
		task_speed_calls(bias + l->vaddr, l->filesz, spare, SPARE,
				 ncalls);
		break;
	}
	if (have_spare)
		guest_mem->protect(spare, SPARE, GUEST_READ | GUEST_EXEC);
	return elf_protect(img, bias, e);
}

int bsd_map_program(const struct launch *l, uint32_t ncalls,
		    struct bsd_image *im, struct err *e)
{
	const struct elf_info *elf = l->image->elf;
	struct image *linker;
	gaddr bias;

	im->bias = elf->fixed ? 0 : PROGRAM_BASE - elf->low;
	if (map_one(l->image, im->bias, ncalls, e))
		return -1;
	/* Nobody reads it again, and the number is the program's first. */
	close(l->image->fd);
	im->entry = im->bias + elf->entry;
	im->run = im->entry;
	im->phdr = elf->phdr ? im->bias + elf->phdr : 0;
	im->phnum = elf->phnum;
	im->end = im->bias + elf->high + SPARE;
	im->base = 0;
	if (!elf->interp)
		return 0;
	linker = elf_linker(l->image, l->sysroot, bsd_sys->name, e);
	if (!linker)
		return -1;
	bias = linker->elf->fixed ? 0 : LINKER_BASE - linker->elf->low;
	if (map_one(linker, bias, ncalls, e)) {
		image_close(linker);
		return err_wrap(e, "dynamic linker %s%s", l->sysroot,
				elf->interp);
	}
	im->base = bias;
	im->run = bias + linker->elf->entry;
	image_close(linker);
	return 0;
}

/* ---- execve --------------------------------------------------------------------- */

struct strings {
	char **v;
	size_t n, room;
	size_t bytes;
};

static void strings_free(struct strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
}

static int strings_add(struct strings *s, const char *text)
{
	if (s->n + 1 >= s->room) {
		size_t room = s->room ? s->room * 2 : 32;
		char **v = realloc(s->v, room * sizeof *v);

		if (!v)
			return -ENOMEM;
		s->v = v;
		s->room = room;
	}
	s->v[s->n] = strdup(text);
	if (!s->v[s->n])
		return -ENOMEM;
	s->v[++s->n] = NULL;
	return 0;
}

/* An empty vector. */
static int strings_none(struct strings *s)
{
	s->v = calloc(1, sizeof *s->v);
	s->room = s->v ? 1 : 0;
	return s->v ? 0 : -ENOMEM;
}

/* A vector of pointers to strings. */
static int strings_read(struct task *t, struct strings *s, gaddr at)
{
	char *buf;
	int ret = 0;

	if (!at)
		return strings_none(s);
	buf = malloc(MAX_ARGS);
	if (!buf)
		return -ENOMEM;
	for (;; at += 8) {
		gaddr p;
		int64_t n;

		ret = guest_get64(t, &p, at);
		if (ret || !p)
			break;
		n = guest_string(t, buf, MAX_ARGS - s->bytes, p);
		ret = n == -ENAMETOOLONG ? -E2BIG : n < 0 ? (int)n : 0;
		if (ret)
			break;
		s->bytes += (size_t)n + 1;
		if (s->bytes + 2 >= MAX_ARGS) {
			ret = -E2BIG;
			break;
		}
		ret = strings_add(s, buf);
		if (ret)
			break;
	}
	free(buf);
	return ret == 0 && !s->v ? strings_none(s) : ret;
}

/* Is the program at path one that we have to run? */
static bool is_ours(const char *path)
{
	struct err e = { 0 };
	struct image *img = image_open(path, &e);
	bool ours = img != NULL;

	image_close(img);
	return ours;
}

/* run-foreign's own options, then the program and its arguments. */
static int64_t exec_ours(const char *path, const struct strings *argv,
			 char *const *envp)
{
	struct strings all = { 0 };
	char *name = NULL;
	int64_t ret = strings_add(&all, "run-foreign");

	for (unsigned i = 0; !ret && i < bsd_launch->noptions; i++) {
		const char *o = bsd_launch->options[i];

		/* These follow, as they are for the child. */
		if (!strncmp(o, "--sys", 5)) {
			i += !strchr(o, '=');
			continue;
		}
		if (strncmp(o, "--argv0=", 8))
			ret = strings_add(&all, o);
	}
	if (!ret && bsd_launch->sysroot) {
		ret = strings_add(&all, "--sysroot");
		if (!ret)
			ret = strings_add(&all, bsd_launch->sysroot);
	}
	if (!ret && asprintf(&name, "--argv0=%s", argv->n ? argv->v[0] : "") < 0)
		ret = -ENOMEM;
	if (!ret)
		ret = strings_add(&all, name);
	free(name);
	name = NULL;
	/* No name of a file is an option. */
	if (!ret && asprintf(&name, "%s%s", *path == '/' ? "" : "./", path) < 0)
		ret = -ENOMEM;
	if (!ret)
		ret = strings_add(&all, name);
	for (size_t i = 1; !ret && i < argv->n; i++)
		ret = strings_add(&all, argv->v[i]);
	if (!ret) {
		execve("/proc/self/exe", all.v, envp);
		ret = -errno;
	}
	free(name);
	strings_free(&all);
	return ret;
}

/*
 * A script: its interpreter may be one of the sysroot's.  Returns 0 and leaves
 * path and argv to the interpreter, or -ENOEXEC if it is no script.
 */
static int64_t script(char *path, struct strings *argv)
{
	char line[256] = "", *interp, *arg;
	struct strings now = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof line - 1);
	int64_t ret;

	if (fd >= 0)
		close(fd);
	if (n < 3 || line[0] != '#' || line[1] != '!' || !strchr(line, '\n'))
		return -ENOEXEC;
	*strchr(line, '\n') = 0;
	interp = line + 2 + strspn(line + 2, " \t");
	arg = interp + strcspn(interp, " \t");
	if (*arg) {
		*arg++ = 0;
		arg += strspn(arg, " \t");
	}
	if (!*interp)
		return -ENOEXEC;
	ret = strings_add(&now, interp);
	if (!ret && *arg)
		ret = strings_add(&now, arg);
	if (!ret)
		ret = strings_add(&now, path);
	for (size_t i = 1; !ret && i < argv->n; i++)
		ret = strings_add(&now, argv->v[i]);
	if (ret) {
		strings_free(&now);
		return ret;
	}
	strings_free(argv);
	*argv = now;
	bsd_sysroot(now.v[0], path);
	return 0;
}

/*
 * What the engine has ignored for itself (direct_hear_knocks()) is not the
 * program's, and a program of the host would have it ignored from then on; one
 * of ours looks after that itself.
 */
static int64_t exec_host(const char *path, char *const *argv, char *const *envp)
{
	struct sigaction sa, is_default = { .sa_handler = SIG_DFL };
	uint64_t ignored = 0;
	int err;

	for (int sig = SIGRTMIN; sig <= SIGRTMAX; sig++)
		if (!bsd_sig_from_host(sig) && !sigaction(sig, NULL, &sa) &&
		    sa.sa_handler == SIG_IGN) {
			ignored |= 1ull << (sig - 1);
			sigaction(sig, &is_default, NULL);
		}
	execve(path, argv, envp);
	err = errno;
	for (int sig = SIGRTMIN; sig <= SIGRTMAX; sig++)
		if (ignored >> (sig - 1) & 1)
			signal(sig, SIG_IGN);
	return -err;
}

static int64_t exec_path(char *path, struct strings *argv, char *const *envp)
{
	int64_t ret;

	if (access(path, X_OK))
		return -errno;
	ret = script(path, argv);
	if (ret && ret != -ENOEXEC)
		return ret;
	if (is_ours(path))
		return exec_ours(path, argv, envp);
	/* There is one program of the host in a sandbox, run-foreign: it would
	   be told what to do by the guest. */
	if (policy) {
		policy_refused("running %s", path);
		return -EACCES;
	}
	return exec_host(path, argv->v, envp);
}

/*
 * What the program says to its dynamic linker is heard by ours as well, if we
 * have one: in a sandbox it must not choose what we load.
 */
static void keep_linker_out(struct strings *env)
{
	size_t kept = 0;

	if (!policy || !getauxval(AT_BASE))
		return;
	for (size_t i = 0; i < env->n; i++) {
		if (!strncmp(env->v[i], "LD_", 3) ||
		    !strncmp(env->v[i], "GLIBC_", 6))
			free(env->v[i]);
		else
			env->v[kept++] = env->v[i];
	}
	env->n = kept;
	env->v[kept] = NULL;
}

int64_t bsd_execve(struct task *t, gaddr name, gaddr args, gaddr env)
{
	struct strings argv = { 0 }, envp = { 0 };
	char path[BSD_PATH];
	int64_t ret = bsd_path(t, name, path);

	if (!ret)
		ret = strings_read(t, &argv, args);
	if (!ret)
		ret = strings_read(t, &envp, env);
	/* Other threads end with the exec itself, as on BSD. */
	if (!ret)
		keep_linker_out(&envp);
	if (!ret) {
		vfork_tell(t);
		ret = exec_path(path, &argv, envp.v);
	}
	strings_free(&argv);
	strings_free(&envp);
	return ret;
}

int64_t bsd_fexecve(struct task *t, int fd, gaddr args, gaddr env)
{
	struct strings argv = { 0 }, envp = { 0 };
	char path[BSD_PATH];
	int64_t ret = strings_read(t, &argv, args);

	if (!ret)
		ret = strings_read(t, &envp, env);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (!ret)
		keep_linker_out(&envp);
	if (!ret) {
		vfork_tell(t);
		ret = exec_path(path, &argv, envp.v);
	}
	strings_free(&argv);
	strings_free(&envp);
	return ret;
}
