/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start.c - a process before its first instruction: ntdll and the program
 * mapped, PEB and process parameters written, the first thread made.
 *
 * Everything else (imports, TLS, DllMain) is done by our ntdll in the guest.
 */
#include "syscall-xlate/nt/start.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/utf.h"
#include "loader/image/image.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/environ.h"
#include "syscall-xlate/nt/file-current.h"
#include "syscall-xlate/nt/file-mapped.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/process-create.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/security.h"
#include "syscall-xlate/nt/vad.h"
#include "syscall-xlate/nt/wow64.h"

enum {
	OS_MAJOR = 10, OS_MINOR = 0, OS_BUILD = 19045, OS_NT = 2,
	PARAMS_NORMALIZED = 1,
	CUR_DIR_ROOM = 520 + 2, /* bytes; MAX_PATH units as Windows leaves */
	FILE_GENERIC_RW = 0x12019f,
	STARTF_USESTDHANDLES = 0x100,
	PEB32_SESSION = 0x1d4,
};

static const char system32[] = "C:\\Windows\\System32\\";

/* ---- images ------------------------------------------------------------- */

static int map_failed(struct err *e, const char *what, NTSTATUS s)
{
	const char *name = status_name(s);

	return err_set(e, ENOEXEC, "%s cannot be mapped: %s (%#" PRIx32 ")",
		       what, name ? name : "NTSTATUS", s);
}

static int ntdll_fd = -1;

static int map_ntdll(const struct launch *l, struct err *e)
{
	static const struct {
		const char *name;
		size_t offset;
	} entries[] = {
#define ENTRY(n, field) { n, offsetof(struct nt_process, field) }
		ENTRY("LdrInitializeThunk", ldr_initialize_thunk),
		ENTRY("RtlUserThreadStart", rtl_user_thread_start),
		ENTRY("KiUserExceptionDispatcher",
		      ki_user_exception_dispatcher),
		ENTRY("KiUserApcDispatcher", ki_user_apc_dispatcher),
#undef ENTRY
	};
	char path[HOST_PATH_MAX];
	struct units nt_path = { 0 };
	struct image *img;
	gaddr base = 0;
	uint64_t size = 0;
	NTSTATUS s;

	if ((size_t)snprintf(path, sizeof path, "%s/%s-windows/ntdll.dll",
			     l->dlls, nt_self->wow64 ? "i686" : "x86_64") >=
	    sizeof path)
		return err_set(e, ENAMETOOLONG, "%s: too long", l->dlls);
	img = image_open(path, e);
	if (!img) {
		/* Not the program is missing, but a part of ours. */
		e->code = EINVAL;
		return err_wrap(e, "%s (the built-in DLLs; see --dlls)", path);
	}
	image_trust(img);
	units_add_utf8(&nt_path, "\\??\\", 4);
	units_add_utf8(&nt_path, system32, strlen(system32));
	units_add_utf8(&nt_path, "ntdll.dll", 9);
	units_end(&nt_path);
	s = nt_path.failed ? STATUS_NO_MEMORY :
			     vm_map_image(img, nt_path.text, &base, &size, e);
	free(nt_path.text);
	for (size_t i = 0; NT_SUCCESS(s) && i < COUNT_OF(entries); i++) {
		gaddr *to = (gaddr *)((char *)nt_self + entries[i].offset);

		*to = image_export(img, base, entries[i].name);
		if (!*to) {
			image_close(img);
			return err_set(e, ENOEXEC, "%s does not export %s",
				       path, entries[i].name);
		}
	}
	/* It stays open, as every mapped image does (modules.h). */
	if (!NT_SUCCESS(s))
		image_close(img);
	nt_self->ntdll_base = base;
	ntdll_fd = img->fd;
	return NT_SUCCESS(s) ? 0 : map_failed(e, path, s);
}

/* Nobody is to write to the program; its parent may have seen to that already. */
static void hold_program(const struct image *img)
{
	static struct file_map map;
	const struct start_block *b = process_start_block();

	if (b && b->held >= 0)
		fcntl(b->held, F_SETFD, FD_CLOEXEC);
	else
		program_hold(img->fd);
	file_map_enter(&map, img->dev, img->ino, true, 0);
}

static int map_program(const struct launch *l, struct err *e)
{
	uint64_t size = 0;
	NTSTATUS s;

	hold_program(l->image);

	nt_self->image_base = 0;
	s = vm_map_image(l->image, nt_self->image_nt_path, &nt_self->image_base,
			 &size, e);
	if (NT_SUCCESS(s))
		return 0;
	if (s == STATUS_INVALID_IMAGE_FORMAT)
		return -1; /* e says what is wrong with it */
	if (s == STATUS_CONFLICTING_ADDRESSES && !l->image->has_relocs)
		return err_set(e, ENOEXEC,
			       "it must be at %#" PRIx64
			       " (no relocations), and that is taken",
			       l->image->preferred_base);
	return map_failed(e, "the program", s);
}

/* ---- process parameters ---------------------------------------------- */

/* A block of guest memory that is filled from the front. */
struct block {
	uint8_t *host; /* its contents, copied in at the end */
	gaddr base;
	size_t used, size;
};

static void put_string(struct block *b, struct unicode_string64 *s,
		       const uint16_t *text, size_t n, size_t room)
{
	size_t bytes = n * 2;

	s->length = (uint16_t)bytes;
	s->maximum = (uint16_t)MAX(bytes + 2, room);
	s->buffer = b->base + b->used;
	memcpy(b->host + b->used, text, bytes);
	b->used += ROUND_UP(s->maximum, 8);
}

static NTSTATUS std_handle(struct task *t, int fd, uint64_t *handle)
{
	struct object *o;
	NTSTATUS s;

	*handle = 0;
	o = file_object_from_fd(fd, FILE_GENERIC_RW);
	if (!o) /* closed: programs see a null handle */
		return STATUS_SUCCESS;
	s = handle_add(t, o, FILE_GENERIC_RW, OBJ_INHERIT, handle);
	object_put(o);
	return s;
}

/* The host's descriptors 0 to 2, and whether they lead to a terminal. */
static NTSTATUS own_handles(struct task *t, struct process_parameters64 *p)
{
	NTSTATUS st;

	if (isatty(0) || isatty(1) || isatty(2))
		p->console = RF_CONSOLE_HERE; /* any value but 0: there is a console */
	p->window_flags = STARTF_USESTDHANDLES;
	p->show_window = 1;
	st = std_handle(t, STDIN_FILENO, &p->std_in);
	if (NT_SUCCESS(st))
		st = std_handle(t, STDOUT_FILENO, &p->std_out);
	if (NT_SUCCESS(st))
		st = std_handle(t, STDERR_FILENO, &p->std_err);
	return st;
}

struct start_strings {
	struct units command_line, current_directory;
	uint16_t *environment;
	size_t environment_bytes;
	const uint16_t *image; /* DOS form */
	size_t image_len;
};

static size_t units_len(const uint16_t *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

/* What the parent process gave us in place of the host's words. */
static int strings_from_parent(const struct start_block *b,
			       struct start_strings *s, struct err *e)
{
	const uint16_t *text;
	size_t n;

	text = start_text(b, b->command_line, &n);
	units_add(&s->command_line, text, n);
	units_end(&s->command_line);
	text = start_text(b, b->current_directory, &n);
	units_add(&s->current_directory, text, n);
	units_end(&s->current_directory);
	text = start_text(b, b->environment, &n);
	s->environment_bytes = MAX(n, 2) * sizeof *text;
	s->environment = calloc(1, s->environment_bytes);
	if (!s->environment || s->command_line.failed ||
	    s->current_directory.failed)
		return err_set(e, ENOMEM, "no memory");
	if (text)
		memcpy(s->environment, text, n * sizeof *text);
	if (environ_for_width(&s->environment, &s->environment_bytes,
			      nt_self->wow64))
		return err_set(e, ENOMEM, "no memory");
	return 0;
}

static int make_strings(const struct launch *l, struct start_strings *s,
			struct err *e)
{
	char cwd[HOST_PATH_MAX];
	size_t n = 0;
	uint16_t *nt;

	s->image = nt_self->image_nt_path + 4;
	s->image_len = units_len(s->image);
	if (process_start_block()) {
		if (process_start_block()->stands && getcwd(cwd, sizeof cwd))
			current_hold(ntdll_fd, cwd);
		return strings_from_parent(process_start_block(), s, e);
	}
	if (l->cmdline) {
		units_add_utf8(&s->command_line, l->cmdline,
			       strlen(l->cmdline));
		units_end(&s->command_line);
	} else {
		environ_command_line(&s->command_line, s->image, s->image_len,
				     l->argv);
	}
	if (s->command_line.failed)
		return err_set(e, ENOMEM, "no memory");
	if (s->command_line.len > 32766)
		return err_set(e, E2BIG,
			       "the command line has %zu characters; Windows "
			       "allows 32766",
			       s->command_line.len);

	/* Elsewhere a program would do its work in the wrong place. */
	if (!getcwd(cwd, sizeof cwd))
		return err_set(e, EIO, "the current folder: %s",
			       strerror(errno));
	current_hold(ntdll_fd, cwd);
	nt = path_to_nt(cwd, &n);
	if (!nt)
		return err_set(e, ENOMEM, "no memory");
	units_add(&s->current_directory, nt + 4, n - 4);
	if (n > 4 && nt[n - 1] != '\\')
		units_add_utf8(&s->current_directory, "\\", 1);
	units_end(&s->current_directory);
	free(nt);

	s->environment = environ_block(l->envp, &s->environment_bytes);
	if (!s->environment || s->current_directory.failed ||
	    (nt_self->wow64 &&
	     environ_for_width(&s->environment, &s->environment_bytes, true)))
		return err_set(e, ENOMEM, "no memory");
	return 0;
}

static void free_strings(struct start_strings *s)
{
	free(s->command_line.text);
	free(s->current_directory.text);
	free(s->environment);
}

/* A string of the parent's, or ours if it gave none. */
static void put_given(struct block *b, struct unicode_string64 *to,
		      struct start_string given, const uint16_t *ours, size_t n)
{
	const struct start_block *start = process_start_block();
	const uint16_t *text = NULL;
	size_t len;

	if (start)
		text = start_text(start, given, &len);
	if (text)
		put_string(b, to, text, len, 0);
	else
		put_string(b, to, ours, n, 0);
}

/* Bytes of those strings. */
static size_t given_bytes(const struct start_block *start)
{
	return start ? (start->title.len + start->desktop.len +
			start->shell.len + start->runtime.len + 16ull) * 2
		     : 0;
}

/* Where each PEB's ProcessParameters are; of a 64-bit program, the same. */
struct parameters_at {
	gaddr own, wide;
};

/*
 * As 32-bit programs lay them out, if this is one; then for those who look at
 * its 64-bit PEB as well, behind all the text.
 */
static void put_parameters(struct block *b,
			   const struct process_parameters64 *p,
			   struct parameters_at *at)
{
	at->own = at->wide = b->base;
	if (nt_self->wow64) {
		wow64_narrow(&wow64_process_parameters, b->host, p);
		b->used = ROUND_UP(b->used, 16);
		at->wide += b->used;
		memcpy(b->host + b->used, p, sizeof *p);
		b->used += sizeof *p;
	} else {
		memcpy(b->host, p, sizeof *p);
	}
}

static int write_parameters(struct task *t, const struct start_strings *s,
			    struct parameters_at *at, struct err *e)
{
	static const uint16_t desktop[] = u"Winsta0\\Default";
	const struct start_block *start = process_start_block();
	const struct start_string none = { 0 };
	struct process_parameters64 p = { 0 };
	uint64_t size = 2 * sizeof p + 4 * (s->image_len * 2 + 16) +
			s->command_line.len * 2 +
			s->current_directory.len * 2 + CUR_DIR_ROOM +
			s->environment_bytes + given_bytes(start) + 512;
	struct block b = { .used = sizeof p };
	NTSTATUS st;

	size = ROUND_UP(size, PAGE);
	st = vm_alloc(&b.base, &size, 0, 0, MEM_RESERVE | MEM_COMMIT,
		      PAGE_READWRITE);
	if (!NT_SUCCESS(st))
		return map_failed(e, "process parameters", st);
	b.size = size;
	b.host = calloc(1, size);
	if (!b.host)
		return err_set(e, ENOMEM, "no memory");
	p.maximum_length = p.length = (uint32_t)size;
	p.flags = PARAMS_NORMALIZED;
	put_string(&b, &p.current_directory.path, s->current_directory.text,
		   s->current_directory.len, CUR_DIR_ROOM);
	put_string(&b, &p.image_path, s->image, s->image_len, 0);
	put_string(&b, &p.command_line, s->command_line.text,
		   s->command_line.len, 0);
	put_given(&b, &p.title, start ? start->title : none, s->image,
		  s->image_len);
	put_given(&b, &p.desktop, start ? start->desktop : none, desktop,
		  COUNT_OF(desktop) - 1);
	put_given(&b, &p.shell, start ? start->shell : none, desktop, 0);
	put_given(&b, &p.runtime, start ? start->runtime : none, desktop, 0);
	put_string(&b, &p.dll_path, desktop, 0, 0);
	p.environment = b.base + b.used;
	p.environment_size = s->environment_bytes;
	memcpy(b.host + b.used, s->environment, s->environment_bytes);
	b.used += s->environment_bytes;
	if (start_numbers(&p))
		st = STATUS_SUCCESS;
	else
		st = own_handles(t, &p);
	put_parameters(&b, &p, at);
	if (NT_SUCCESS(st) && guest_write(t, b.base, b.host, b.used))
		st = STATUS_ACCESS_VIOLATION;
	free(b.host);
	return NT_SUCCESS(st) ? 0 : map_failed(e, "process parameters", st);
}

/* ---- PEB ------------------------------------------------------------------ */

static int write_peb(struct task *t, const struct launch *l,
		     const struct parameters_at *parameters, struct err *e)
{
	const struct image *img = l->image;
	struct peb64 peb = {
		.image_base = nt_self->image_base,
		.mutant = ~0ull,
		.parameters = parameters->own,
		.os_major = OS_MAJOR,
		.os_minor = OS_MINOR,
		.os_build = OS_BUILD,
		.os_platform = OS_NT,
		.subsystem = img->subsystem,
		.subsystem_major = img->subsystem_major,
		.subsystem_minor = img->subsystem_minor,
		.heap_segment_reserve = 0x100000,
		.heap_segment_commit = 0x2000,
		.heap_decommit_total = 0x10000,
		.heap_decommit_block = 0x1000,
		.maximum_heaps = 0x1f,
		/* 30 days, in units of 100 ns: Windows' default */
		.critical_section_timeout = -30ll * 24 * 3600 * 10000000,
		.session = 1,
	};

	peb.affinity = system_affinity();
	peb.processors = processor_count();
	if (img->dll_characteristics & 0x40)
		peb.bit_field |= 4; /* IsImageDynamicallyRelocated */
	if (nt_self->wow64) {
		struct peb64 wide = peb;
		uint8_t peb32[sizeof peb]; /* nothing is larger narrow */

		wow64_narrow(&wow64_peb, peb32, &peb);
		wide.parameters = parameters->wide;
		if (guest_write(t, nt_self->peb, peb32, wow64_peb.size32) ||
		    guest_put32(t, nt_self->peb + PEB32_SESSION, peb.session) ||
		    guest_write(t, process_peb64(nt_self), &wide,
				sizeof wide))
			return err_set(e, EFAULT, "the PEB cannot be written");
		return 0;
	}
	if (guest_write(t, nt_self->peb, &peb, sizeof peb))
		return err_set(e, EFAULT, "the PEB cannot be written");
	return 0;
}

int nt_start(const struct launch *l, struct task **t, struct guest_regs *first,
	     struct err *e)
{
	struct start_strings strings = { 0 };
	struct nt_thread *thread;
	struct parameters_at parameters = { 0 };
	const struct start_block *b;
	uint64_t size;
	char *full;
	NTSTATUS s;

	if (process_init(l, e))
		return -1;
	nt_self->wow64 = l->image->bits == 32;
	lean_init(nt_self->wow64);
	/* Who writes more than a limit allows learns it from the status. */
	signal(SIGXFSZ, SIG_IGN);
	vm_init(l->image->bits == 32, l->image->large_address_aware);
	path_set_dlls(l->dlls, l->image->bits == 32);
	full = realpath(l->path, NULL);
	nt_self->image_nt_path = path_to_nt(full ? full : l->path, NULL);
	free(full);
	if (!nt_self->image_nt_path)
		return err_set(e, ENOMEM, "no memory");
	/* The program first: it may need its place, ntdll can move. */
	if (map_program(l, e) || map_ntdll(l, e))
		return -1;
	size = nt_self->wow64 ? 2 * PAGE : PAGE;
	s = vm_alloc(&nt_self->peb, &size, 0, 0, MEM_RESERVE | MEM_COMMIT,
		     PAGE_READWRITE);
	if (!NT_SUCCESS(s))
		return map_failed(e, "the PEB", s);
	if (nt_self->wow64)
		nt_self->peb += PAGE;
	s = thread_new(nt_self->image_base + l->image->entry_rva, nt_self->peb,
		       0, 0, &thread);
	if (!NT_SUCCESS(s))
		return map_failed(e, "the first thread's stack", s);
	b = process_start_block();
	if (b && b->thread_security.len)
		security_replace(&thread->object,
				 (struct bytes){ b->thread_security.at,
						 b->thread_security.len });
	if (make_strings(l, &strings, e) ||
	    write_parameters(&thread->task, &strings, &parameters, e) ||
	    write_peb(&thread->task, l, &parameters, e)) {
		free_strings(&strings);
		return -1;
	}
	free_strings(&strings);
	if (nt_self->block && nt_self->block->debug >= 0)
		debuggee_born(nt_self->block->debug,
			      nt_self->block->debug_flags);
	start_wait_for_resume();
	if (nt_debugged)
		atomic_fetch_or(&thread->task.pending, TASK_DEBUG);
	*t = &thread->task;
	*first = thread->first;
	return 0;
}
