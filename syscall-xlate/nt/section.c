/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * section.c - sections: made, named, shared with other processes.
 *
 * Memory of its own is a memfd, so that every section is a descriptor and a
 * view is mmap(2).  A section keeps a descriptor of its own: closing the file
 * handle, as everybody does, must not end it.  The memory of a named section
 * lies in the session's file that makes its name known (shared.h).
 */
#include "syscall-xlate/nt/section.h"
#include "syscall-xlate/nt/abi-memory.h"
#include "syscall-xlate/nt/vad.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader/image/image.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/shared.h"

/* ---- what protections need and give --------------------------------- */

static const struct section_protection protections[] = {
	{ PAGE_NOACCESS, 0, 0, 0, 0 },
	{ PAGE_READONLY, CAN_READ, CAN_READ, FILE_READ_DATA, SECTION_MAP_READ },
	{ PAGE_READWRITE, CAN_READ | CAN_WRITE, CAN_READ | CAN_WRITE,
	  FILE_READ_DATA | FILE_WRITE_DATA, SECTION_MAP_WRITE },
	{ PAGE_WRITECOPY, CAN_READ, CAN_READ, FILE_READ_DATA,
	  SECTION_MAP_READ },
	{ PAGE_EXECUTE, CAN_EXECUTE | CAN_READ, CAN_EXECUTE, FILE_EXECUTE,
	  SECTION_MAP_EXECUTE },
	{ PAGE_EXECUTE_READ, CAN_READ | CAN_EXECUTE, CAN_READ | CAN_EXECUTE,
	  FILE_READ_DATA | FILE_EXECUTE,
	  SECTION_MAP_READ | SECTION_MAP_EXECUTE },
	{ PAGE_EXECUTE_READWRITE, CAN_READ | CAN_WRITE | CAN_EXECUTE,
	  CAN_READ | CAN_WRITE | CAN_EXECUTE,
	  FILE_READ_DATA | FILE_WRITE_DATA | FILE_EXECUTE,
	  SECTION_MAP_WRITE | SECTION_MAP_EXECUTE },
	{ PAGE_EXECUTE_WRITECOPY, CAN_READ | CAN_EXECUTE,
	  CAN_READ | CAN_EXECUTE, FILE_READ_DATA | FILE_EXECUTE,
	  SECTION_MAP_READ | SECTION_MAP_EXECUTE },
};

const struct section_protection *section_protection(uint32_t prot)
{
	for (size_t i = 0; i < COUNT_OF(protections); i++)
		if (protections[i].page == (prot & 0xff))
			return &protections[i];
	return NULL;
}

bool section_view_allows(struct object *o, uint32_t prot)
{
	struct nt_section *s = (struct nt_section *)o;
	const struct section_protection *have, *want = section_protection(prot);

	if (!s || !want)
		return false;
	have = section_protection(s->protect);
	return !(want->needs & ~have->gives);
}

/* ---- the object ----------------------------------------------------- */

static void forget(struct nt_section *s);

static void section_destroy(struct object *o)
{
	struct nt_section *s = (struct nt_section *)o;

	if (s->in_others)
		process_heirs_wait();
	forget(s);
}

/* ---- sections of several processes ---------------------------------- */

enum { SHARED_DATA = 4096 }; /* in the shared file: behind its page */

static void section_to_page(const struct object *o, struct shared_page *p)
{
	const struct nt_section *s = (const struct nt_section *)o;

	p->section = (struct section_state){
		.size = s->size,
		.attributes = s->attributes,
		.protect = s->protect,
		.in_file = s->in_file,
	};
}

static void section_from_page(struct object *o, const struct shared_page *p)
{
	struct nt_section *s = (struct nt_section *)o;

	s->size = p->section.size;
	s->attributes = p->section.attributes;
	s->protect = p->section.protect;
	s->no_execute =
		s->attributes & SEC_IMAGE && s->attributes & SEC_NOCACHE;
	if (s->in_file || p->section.in_file)
		s->reopen = true;
	s->in_file = p->section.in_file;
}

static void forget(struct nt_section *s)
{
	file_map_leave(&s->map);
	if (s->image)
		image_close(s->image); /* and s->fd, which is the image's */
	else if (s->fd >= 0)
		close(s->fd);
	s->image = NULL;
	s->fd = -1;
	free(s->nt_path);
	s->nt_path = NULL;
}

/* fd is the image's: read, and held from now on.  What is built in is trusted,
   and nobody may change it. */
static NTSTATUS take_image(struct nt_section *s, int fd, bool built_in)
{
	NTSTATUS status = section_image_open(s, fd);

	if (status)
		return status;
	if (built_in)
		image_trust(s->image);
	else
		file_map_enter(&s->map, s->image->dev, s->image->ino, true, 0);
	return STATUS_SUCCESS;
}

static void hold_data(struct nt_section *s)
{
	struct stat st;

	if (s->in_file && !path_is_builtin(s->fd) && !fstat(s->fd, &st))
		file_map_enter(&s->map, st.st_dev, st.st_ino, false, s->size);
}

/* Where its file is: as another process has left it in the shared one. */
static bool find_file(const struct nt_section *s, char path[HOST_PATH_MAX])
{
	size_t len = 0;
	ssize_t n;

	if (s->object.shared) {
		n = pread(s->object.shared->fd, path, HOST_PATH_MAX - 1,
			  SHARED_DATA);
		path[n > 0 ? n : 0] = 0;
		return n > 0;
	}
	while (s->nt_path && s->nt_path[len])
		len++;
	return len && !path_from_nt(s->nt_path, len, path);
}

static void reopen(struct nt_section *s)
{
	char path[HOST_PATH_MAX];
	bool found = find_file(s, path);
	int fd;

	forget(s);
	if (!found)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	s->nt_path = path_to_nt(path, NULL);
	if (s->attributes & SEC_IMAGE && fd >= 0) {
		take_image(s, fd, path_is_builtin(fd));
		close(fd);
	} else {
		s->fd = fd;
		hold_data(s);
	}
}

/* Our file's path, for those who open the section by name. */
static void tell_path(const struct nt_section *s, int shared_fd)
{
	char link[40], path[4096];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", s->fd);
	n = readlink(link, path, sizeof path);
	if (n > 0 && pwrite(shared_fd, path, (size_t)n, SHARED_DATA) != n)
		log_debug(LOG_NT, "section: its path cannot be shared");
}

void section_attach(struct nt_section *s)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	off_t end = (off_t)(SHARED_DATA + s->size);
	struct stat st;
	int fd;

	if (s->attached || (!s->object.shared && !s->reopen))
		return;
	pthread_mutex_lock(&lock);
	fd = s->object.shared ? s->object.shared->fd : -1;
	if (s->attached) {
		/* Another thread was faster. */
	} else if (s->reopen) {
		reopen(s);
	} else if (s->in_file) {
		tell_path(s, fd);
	} else {
		forget(s);
		s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		s->fd_base = SHARED_DATA;
		/* Whoever comes first makes it large enough. */
		if (fstat(fd, &st) == 0 && st.st_size < end &&
		    ftruncate(fd, end) < 0)
			log_debug(LOG_NT, "section: no room to share it");
	}
	s->attached = true;
	pthread_mutex_unlock(&lock);
}

enum { PASS_FD, PASS_PAGE };

/*
 * To a child process: the descriptor, and for a file its name.  Memory with a
 * name goes as its page, which keeps the name for the child as well.
 */
static bool section_pass(struct object *o, struct nt_passed *p)
{
	struct nt_section *s = (struct nt_section *)o;
	size_t n = 0;

	section_attach(s);
	p->kind = PASS_PAGE;
	if (o->shared && !s->in_file)
		return shared_pass(o, p);
	p->kind = PASS_FD;
	p->told = s->in_file || s->attributes & SEC_IMAGE;
	s->in_others |= p->told;
	while (s->nt_path && s->nt_path[n])
		n++;
	if (n * 2 > sizeof p->data)
		n = 0;
	p->fd = s->fd;
	p->value[0] = s->attributes;
	p->value[1] = s->protect;
	p->value[2] = s->size;
	p->value[3] = s->no_execute;
	p->value[4] = s->fd_base;
	p->value[5] = s->in_file;
	p->len = (uint32_t)(n * 2);
	if (n)
		memcpy(p->data, s->nt_path, p->len);
	return s->fd >= 0;
}

static struct object *section_receive(const struct nt_passed *p)
{
	struct nt_section *s;

	if (p->kind == PASS_PAGE)
		return shared_receive(&section_type, p);
	s = section_take_fd(p->fd, (uint32_t)p->value[0],
			    (uint32_t)p->value[1], p->value[2]);
	if (!s)
		return NULL;
	s->no_execute = p->value[3];
	s->fd_base = p->value[4];
	s->in_file = p->value[5];
	if (p->len && (s->nt_path = calloc(1, p->len + 2)))
		memcpy(s->nt_path, p->data, p->len);
	if (s->attributes & SEC_IMAGE) {
		s->fd = -1;
		if (take_image(s, p->fd, path_is_builtin(p->fd))) {
			object_put(&s->object);
			s = NULL;
		}
		close(p->fd);
	} else {
		hold_data(s);
	}
	return s ? &s->object : NULL;
}

const struct object_type section_type = {
	.name = "Section",
	.size = sizeof(struct nt_section),
	.generic = { 0x20000 | SECTION_QUERY | SECTION_MAP_READ,
		     0x20000 | SECTION_MAP_WRITE, 0x20000 | SECTION_MAP_EXECUTE,
		     0xf001f },
	.valid_access = 0x1f003f,
	.destroy = section_destroy,
	.pass = section_pass,
	.receive = section_receive,
	.to_page = section_to_page,
	.from_page = section_from_page,
};

int section_fd(struct object *o)
{
	return ((struct nt_section *)o)->fd;
}

bool section_of_file(struct object *o)
{
	return ((struct nt_section *)o)->in_file;
}

void section_has_grown(struct object *o, uint64_t size)
{
	struct nt_section *s = (struct nt_section *)o;
	uint64_t old = s->size;

	while (old < size && !atomic_compare_exchange_weak(&s->size, &old, size))
		;
	file_map_grow(&s->map, size);
}

struct nt_section *section_take_fd(int fd, uint32_t attributes,
				   uint32_t protect, uint64_t size)
{
	struct nt_section *s = object_new(&section_type);

	if (!s) {
		close(fd);
		return NULL;
	}
	s->fd = fd;
	s->attributes = attributes;
	s->protect = protect;
	s->size = size;
	return s;
}

struct object *section_blank(void)
{
	struct nt_section *s = section_take_fd(-1, 0, 0, 0);

	return s ? &s->object : NULL;
}

struct object *section_of_image(const uint16_t *nt_path, size_t n)
{
	struct nt_section *s = section_take_fd(-1, SEC_IMAGE, PAGE_EXECUTE, 0);

	if (!s)
		return NULL;
	s->in_file = s->reopen = true;
	s->nt_path = calloc(n + 1, sizeof *nt_path);
	if (!s->nt_path) {
		object_put(&s->object);
		return NULL;
	}
	memcpy(s->nt_path, nt_path, n * sizeof *nt_path);
	return &s->object;
}

/* Memory of its own. */
static NTSTATUS fill_anonymous(struct nt_section *s, uint64_t size)
{
	if (!size)
		return STATUS_INVALID_PARAMETER_4;
	if (size > INT64_MAX - PAGE)
		return STATUS_SECTION_TOO_BIG;
	size = ROUND_UP(size, PAGE);
	s->fd = memfd_create("section", MFD_CLOEXEC);
	if (s->fd < 0)
		return status_from_errno(errno);
	if (ftruncate(s->fd, (off_t)size) < 0)
		return errno == EFBIG || errno == ENOSPC
			       ? STATUS_SECTION_TOO_BIG
			       : status_from_errno(errno);
	s->size = size;
	return STATUS_SUCCESS;
}

/* The file behind a handle; data or image. */
static NTSTATUS fill_file(struct task *t, struct nt_section *s, uint64_t file,
			  uint64_t size)
{
	const struct section_protection *p = section_protection(s->protect);
	struct object *o;
	struct stat st;
	uint32_t want =
		s->attributes & SEC_IMAGE ? FILE_EXECUTE : p->file_access;
	bool built_in;
	NTSTATUS status;
	int fd;

	/* An image for its resources is opened with read access only. */
	if (s->no_execute)
		want = FILE_READ_DATA;
	status = handle_get(t, file, &file_type, want, &o);
	if (status != STATUS_SUCCESS)
		return status == STATUS_OBJECT_TYPE_MISMATCH
			       ? STATUS_INVALID_FILE_FOR_SECTION
			       : status;
	fd = file_object_fd(o);
	built_in = file_object_built_in(o);
	s->nt_path = file_object_nt_path(o);
	if (fd < 0)
		status = STATUS_INVALID_FILE_FOR_SECTION;
	else if (s->attributes & SEC_IMAGE)
		status = take_image(s, fd, built_in);
	else if ((s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3)) < 0 ||
		 fstat(s->fd, &st) < 0)
		status = status_from_errno(errno);
	else if (!S_ISREG(st.st_mode))
		status = STATUS_INVALID_FILE_FOR_SECTION;
	object_put(o);
	if (status != STATUS_SUCCESS || s->image)
		return status;

	if (!size) {
		if (!st.st_size)
			return STATUS_MAPPED_FILE_SIZE_ZERO;
		size = (uint64_t)st.st_size;
	} else if (size > (uint64_t)st.st_size) {
		if (!(p->gives & CAN_WRITE))
			return STATUS_SECTION_TOO_BIG;
		if (size > INT64_MAX || ftruncate(s->fd, (off_t)size) < 0)
			return errno == ENOSPC ? STATUS_DISK_FULL
					       : STATUS_SECTION_TOO_BIG;
	}
	s->size = size;
	if (!built_in)
		file_map_enter(&s->map, st.st_dev, st.st_ino, false, size);
	return STATUS_SUCCESS;
}

static NTSTATUS check_attributes(uint32_t attributes, uint32_t protect)
{
	uint32_t kind = attributes & (SEC_IMAGE | SEC_RESERVE | SEC_COMMIT);
	const struct section_protection *p = section_protection(protect);

	if (!p || p->page == PAGE_NOACCESS ||
	    protect & ~(0xffu | PAGE_NOCACHE | PAGE_WRITECOMBINE | 0x40000000u))
		return STATUS_INVALID_PAGE_PROTECTION;
	if (attributes & ~(SEC_FILE | SEC_IMAGE | SEC_PROTECTED_IMAGE |
			   SEC_RESERVE | SEC_COMMIT | SEC_NOCACHE |
			   SEC_WRITECOMBINE | SEC_LARGE_PAGES | 0x200000) ||
	    !kind || kind & (kind - 1))
		return STATUS_INVALID_PARAMETER_6;
	/* Large pages need a privilege that is given to nobody. */
	if (attributes & SEC_LARGE_PAGES)
		return kind == SEC_COMMIT ? STATUS_PRIVILEGE_NOT_HELD
					  : STATUS_INVALID_PARAMETER_6;
	return STATUS_SUCCESS;
}

static NTSTATUS create(struct task *t, gaddr out, uint32_t access, gaddr oa_at,
		       gaddr max_size, uint32_t protect, uint32_t attributes,
		       uint64_t file)
{
	struct nt_section *s;
	struct nt_oa oa;
	uint64_t size = 0;
	NTSTATUS status = check_attributes(attributes, protect);

	if (status != STATUS_SUCCESS)
		return status;
	if (max_size && guest_get64(t, &size, max_size) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (attributes & SEC_IMAGE && !file)
		return STATUS_INVALID_FILE_FOR_SECTION;
	s = section_take_fd(-1, attributes, protect, 0);
	if (!s)
		return STATUS_NO_MEMORY;
	if (attributes & SEC_IMAGE && attributes & SEC_NOCACHE)
		s->no_execute = true;
	if (file && attributes & SEC_RESERVE) /* of memory only */
		s->attributes ^= SEC_RESERVE | SEC_COMMIT;
	status = oa_read(t, oa_at, &oa);
	if (status != STATUS_SUCCESS) {
		object_put(&s->object);
		return status;
	}
	s->in_file = file != 0;
	status = file ? fill_file(t, s, file, size) : fill_anonymous(s, size);
	if (status == STATUS_SUCCESS) {
		object_get(&s->object);
		status = object_create(t, &s->object, access, &oa, out);
		section_attach(s);
	}
	object_put(&s->object);
	oa_free(&oa);
	return status;
}

NTSTATUS nt_create_section(struct task *t, gaddr section, uint32_t access,
			   gaddr attr, gaddr max_size, uint32_t protect,
			   uint32_t attributes, uint64_t file)
{
	return create(t, section, access, attr, max_size, protect, attributes,
		      file);
}

NTSTATUS nt_create_section_ex(struct task *t, gaddr section, uint32_t access,
			      gaddr attr, gaddr max_size, uint32_t protect,
			      uint32_t attributes, uint64_t file, gaddr params,
			      uint32_t nparams)
{
	struct vm_extended x;
	NTSTATUS status = vm_extended_read(t, params, nparams, &x);

	if (status != STATUS_SUCCESS)
		return status;
	return create(t, section, access, attr, max_size, protect, attributes,
		      file);
}

NTSTATUS nt_open_section(struct task *t, gaddr section, uint32_t access,
			 gaddr attr)
{
	return object_open(t, &section_type, access, attr, section);
}
