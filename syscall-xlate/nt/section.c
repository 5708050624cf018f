/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * section.c - sections and their views.
 *
 * Memory of its own is a memfd, so that every section is a descriptor and a
 * view is mmap(2).  A section keeps a descriptor of its own: closing the file
 * handle, as everybody does, must not end it.
 */
#include "syscall-xlate/nt/section.h"
#include "syscall-xlate/nt/abi-memory.h"
#include "syscall-xlate/nt/vad.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader/image/image.h"
#include "syscall-xlate/nt/calls.h"

#include "syscall-xlate/nt/file.h"

enum {
	MEM_REPLACE_PLACEHOLDER = 0x4000,
	MEM_PRESERVE_PLACEHOLDER = 2,
	MEM_LARGE_PAGES = 0x20000000,
	MEM_RESERVE_TYPE = 0x2000,
	MEM_TOP_DOWN_TYPE = 0x100000,
	PROCESS_VM_OPERATION = 8,
};

/* ---- what protections need and give --------------------------------- */

enum { CAN_READ = 1, CAN_WRITE = 2, CAN_EXECUTE = 4 };

static const struct protection {
	uint16_t page;
	uint8_t gives;       /* a section made so */
	uint8_t needs;       /* a view mapped so, of the section */
	uint8_t file_access; /* of the file handle */
	uint8_t access;      /* of the section handle */
} protections[] = {
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

static const struct protection *protection(uint32_t prot)
{
	for (size_t i = 0; i < COUNT_OF(protections); i++)
		if (protections[i].page == (prot & 0xff))
			return &protections[i];
	return NULL;
}

bool section_view_allows(struct object *o, uint32_t prot)
{
	struct nt_section *s = (struct nt_section *)o;
	const struct protection *have, *want = protection(prot);

	if (!s || !want)
		return false;
	have = protection(s->protect);
	return !(want->needs & ~have->gives);
}

/* ---- the object ----------------------------------------------------- */

static void section_destroy(struct object *o)
{
	struct nt_section *s = (struct nt_section *)o;

	if (s->image)
		image_close(s->image); /* and s->fd, which is the image's */
	else if (s->fd >= 0)
		close(s->fd);
	free(s->nt_path);
}

/* To a child process: the descriptor, and for a file its name. */
static bool section_pass(struct object *o, struct nt_passed *p)
{
	struct nt_section *s = (struct nt_section *)o;
	size_t n = 0;

	while (s->nt_path && s->nt_path[n])
		n++;
	if (n * 2 > sizeof p->data)
		n = 0;
	p->fd = s->fd;
	p->value[0] = s->attributes;
	p->value[1] = s->protect;
	p->value[2] = s->size;
	p->value[3] = s->no_execute;
	p->len = (uint32_t)(n * 2);
	if (n)
		memcpy(p->data, s->nt_path, p->len);
	return s->fd >= 0;
}

static struct object *section_receive(const struct nt_passed *p)
{
	struct nt_section *s =
		section_take_fd(p->fd, (uint32_t)p->value[0],
				(uint32_t)p->value[1], p->value[2]);

	if (!s)
		return NULL;
	s->no_execute = p->value[3];
	if (p->len && (s->nt_path = calloc(1, p->len + 2)))
		memcpy(s->nt_path, p->data, p->len);
	if (s->attributes & SEC_IMAGE) {
		s->fd = -1;
		if (section_image_open(s, p->fd) != STATUS_SUCCESS) {
			object_put(&s->object);
			s = NULL;
		}
		close(p->fd);
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
};

int section_fd(struct object *o)
{
	return ((struct nt_section *)o)->fd;
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
	const struct protection *p = protection(s->protect);
	struct object *o;
	struct stat st;
	uint32_t want =
		s->attributes & SEC_IMAGE ? FILE_EXECUTE : p->file_access;
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
	s->nt_path = file_object_nt_path(o);
	if (fd < 0)
		status = STATUS_INVALID_FILE_FOR_SECTION;
	else if (s->attributes & SEC_IMAGE)
		status = section_image_open(s, fd);
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
	return STATUS_SUCCESS;
}

static NTSTATUS check_attributes(uint32_t attributes, uint32_t protect)
{
	uint32_t kind = attributes & (SEC_IMAGE | SEC_RESERVE | SEC_COMMIT);
	const struct protection *p = protection(protect);

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
	status = file ? fill_file(t, s, file, size) : fill_anonymous(s, size);
	if (status == STATUS_SUCCESS)
		status = object_create(t, &s->object, access, &oa, out);
	else
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

/* ---- views ---------------------------------------------------------- */

/* Finds room; *a and *b are the view.  vm_lock is held. */
static NTSTATUS place_view(gaddr *a, gaddr *b, uint64_t size,
			   const struct vm_extended *x, uint32_t type)
{
	if (!*a) {
		*a = vm_place(x->low, x->high, size, x->align,
			      type & MEM_TOP_DOWN_TYPE);
		*b = *a + size;
		return *a ? STATUS_SUCCESS : STATUS_NO_MEMORY;
	}
	*b = *a + size;
	if (*b <= *a || *b - 1 > vm_highest() || *a < guest_mem->low)
		return STATUS_INVALID_PARAMETER_3;
	if (type & MEM_REPLACE_PLACEHOLDER)
		return vm_take_placeholder(*a, *b);
	return vad_range_free(*a, *b) ? STATUS_SUCCESS
				      : STATUS_CONFLICTING_ADDRESSES;
}

static int map_view(struct nt_section *s, struct vad *v)
{
	bool copy = v->prot & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY);
	int prot = v->flags & VAD_RESERVED_VIEW ? GUEST_NONE
						: vm_host_prot(v->prot);

	return guest_mem->map(v->start, v->end - v->start, prot, s->fd,
			      v->offset, copy ? 0 : GUEST_SHARED);
}

NTSTATUS section_map(struct nt_section *s, gaddr *base, uint64_t offset,
		     uint64_t *size, const struct vm_extended *x, uint32_t type,
		     uint32_t protect)
{
	gaddr a = *base, b = 0;
	uint64_t n, total = s->size;
	bool reserved = s->attributes & SEC_RESERVE;
	bool exact = type & MEM_REPLACE_PLACEHOLDER;
	struct vad *v;
	NTSTATUS status;
	int err;

	if ((a | offset) & ((exact ? PAGE : VM_GRANULARITY) - 1))
		return STATUS_MAPPED_ALIGNMENT;
	if (!section_view_allows(&s->object, protect))
		return STATUS_SECTION_PROTECTION;
	if (offset >= total || *size > total - offset)
		return STATUS_INVALID_VIEW_SIZE;
	n = ROUND_UP(*size ? *size : total - offset, PAGE);

	pthread_mutex_lock(&vm_lock);
	status = place_view(&a, &b, n, x, type);
	if (status != STATUS_SUCCESS)
		goto out;
	v = vad_add(a, b, MEM_MAPPED, protect & PAGE_PROT_MASK,
		    reserved ? 0 : protect & PAGE_PROT_MASK);
	if (!v) {
		status = STATUS_NO_MEMORY;
		goto out;
	}
	v->offset = offset;
	v->section = &s->object;
	object_get(v->section);
	if (reserved)
		v->flags |= VAD_RESERVED_VIEW;
	if (exact)
		v->flags |= VAD_FROM_PLACEHOLDER;
	err = map_view(s, v);
	if (err) {
		vad_remove(v);
		status = vm_status(-err);
	}
out:
	pthread_mutex_unlock(&vm_lock);
	if (status == STATUS_SUCCESS) {
		*base = a;
		*size = n;
	}
	return status;
}

NTSTATUS section_unmap(gaddr base, uint32_t flags)
{
	struct object *section = NULL;
	NTSTATUS status = STATUS_SUCCESS;
	gaddr start, end;
	struct vad *v;
	int err;

	pthread_mutex_lock(&vm_lock);
	v = vad_find(base);
	if (!v || v->type == MEM_PRIVATE) {
		status = STATUS_NOT_MAPPED_VIEW;
	} else if (flags & MEM_PRESERVE_PLACEHOLDER &&
		   !(v->flags & VAD_FROM_PLACEHOLDER)) {
		status = STATUS_CONFLICTING_ADDRESSES;
	} else {
		start = v->start;
		end = v->end;
		err = guest_mem->unmap(start, end - start);
		status = vm_status(-err);
		if (!err) {
			section = v->section;
			v->section = NULL;
			vad_remove(v);
			if (flags & MEM_PRESERVE_PLACEHOLDER &&
			    (v = vad_add(start, end, MEM_PRIVATE, PAGE_NOACCESS,
					 0)))
				v->flags |= VAD_PLACEHOLDER;
		}
	}
	pthread_mutex_unlock(&vm_lock);
	if (section)
		object_put(section);
	return status;
}

struct map_args {
	uint64_t section, process;
	gaddr base, offset, size; /* where the values are */
	uint32_t type, protect;
	struct vm_extended x;
};

static NTSTATUS map_call(struct task *t, struct map_args *m)
{
	const struct protection *p = protection(m->protect);
	struct nt_section *s;
	uint32_t granted, want;
	gaddr a;
	uint64_t n, off = 0;
	NTSTATUS status;

	if (guest_get64(t, &a, m->base) < 0 ||
	    guest_get64(t, &n, m->size) < 0 ||
	    (m->offset && guest_get64(t, &off, m->offset) < 0))
		return STATUS_ACCESS_VIOLATION;
	if (!p)
		return STATUS_INVALID_PAGE_PROTECTION;
	if (m->type & ~(MEM_RESERVE_TYPE | MEM_TOP_DOWN_TYPE | 0x40000000u |
			MEM_REPLACE_PLACEHOLDER | MEM_LARGE_PAGES))
		return STATUS_INVALID_PARAMETER_9;
	status = vm_own_process(t, m->process, PROCESS_VM_OPERATION);
	if (status != STATUS_SUCCESS)
		return status;
	status = handle_get_info(t, m->section, &section_type, 0, &s, &granted,
				 NULL);
	if (status != STATUS_SUCCESS)
		return status;
	/* Images are mapped as they say, whatever is asked for. */
	want = s->image ? SECTION_MAP_READ : p->access;
	if ((granted & want) != want)
		status = STATUS_ACCESS_DENIED;
	else if (s->image)
		status = section_image_map(s, &a, &n, &m->x, m->type);
	else
		status =
			section_map(s, &a, off, &n, &m->x, m->type, m->protect);
	object_put(&s->object);
	if (!NT_SUCCESS(status))
		return status;
	if (guest_put64(t, m->base, a) < 0 || guest_put64(t, m->size, n) < 0 ||
	    (m->offset && guest_put64(t, m->offset, off) < 0)) {
		section_unmap(a, 0);
		return STATUS_ACCESS_VIOLATION;
	}
	return status;
}

NTSTATUS nt_map_view_of_section(struct task *t, uint64_t section,
				uint64_t process, gaddr base,
				uint64_t zero_bits, uint64_t commit,
				gaddr offset, gaddr size, uint32_t inherit,
				uint32_t type, uint32_t protect)
{
	struct map_args m = { section, process, base,    offset,
			      size,    type,    protect, { 0 } };

	(void)commit; /* all of it is there */
	if (inherit != 1 && inherit != 2)
		return STATUS_INVALID_PARAMETER_8;
	if (!vm_zero_bits(zero_bits, &m.x.high))
		return STATUS_INVALID_PARAMETER_4;
	return map_call(t, &m);
}

NTSTATUS nt_map_view_of_section_ex(struct task *t, uint64_t section,
				   uint64_t process, gaddr base, gaddr offset,
				   gaddr size, uint32_t type, uint32_t protect,
				   gaddr params, uint32_t nparams)
{
	struct map_args m = { section, process, base,    offset,
			      size,    type,    protect, { 0 } };
	NTSTATUS status = vm_extended_read(t, params, nparams, &m.x);

	return status == STATUS_SUCCESS ? map_call(t, &m) : status;
}

NTSTATUS nt_unmap_view_of_section_ex(struct task *t, uint64_t process,
				     gaddr base, uint32_t flags)
{
	NTSTATUS status = vm_own_process(t, process, PROCESS_VM_OPERATION);

	if (flags & ~(1u | MEM_PRESERVE_PLACEHOLDER))
		return STATUS_INVALID_PARAMETER_3;
	return status == STATUS_SUCCESS ? section_unmap(base, flags) : status;
}

NTSTATUS nt_unmap_view_of_section(struct task *t, uint64_t process, gaddr base)
{
	return nt_unmap_view_of_section_ex(t, process, base, 0);
}

/* ---- extend, compare ------------------------------------------------ */

NTSTATUS nt_extend_section(struct task *t, uint64_t section, gaddr size)
{
	struct nt_section *s;
	struct stat st;
	uint64_t n;
	NTSTATUS status;

	if (guest_get64(t, &n, size) < 0)
		return STATUS_ACCESS_VIOLATION;
	status = handle_get(t, section, &section_type, SECTION_EXTEND_SIZE, &s);
	if (status != STATUS_SUCCESS)
		return status;
	if (s->image || !s->nt_path) {
		status = STATUS_SECTION_NOT_EXTENDED;
	} else if (n > s->size) {
		if (fstat(s->fd, &st) < 0)
			status = status_from_errno(errno);
		else if (n > (uint64_t)st.st_size &&
			 (n > INT64_MAX || ftruncate(s->fd, (off_t)n) < 0))
			status = STATUS_SECTION_NOT_EXTENDED;
		else
			s->size = n;
	} else {
		n = s->size;
	}
	object_put(&s->object);
	if (status == STATUS_SUCCESS && guest_put64(t, size, n) < 0)
		status = STATUS_ACCESS_VIOLATION;
	return status;
}

/* A descriptor for the file under an address, the caller's; -1: none. */
static int mapped_fd(gaddr at, NTSTATUS *status)
{
	struct vad *v;
	int fd = -1;

	*status = STATUS_SUCCESS;
	pthread_mutex_lock(&vm_lock);
	v = vad_find(at);
	if (!v)
		*status = STATUS_INVALID_ADDRESS;
	else if (v->type == MEM_PRIVATE)
		*status = STATUS_CONFLICTING_ADDRESSES;
	else if (v->section)
		fd = fcntl(section_fd(v->section), F_DUPFD_CLOEXEC, 3);
	pthread_mutex_unlock(&vm_lock);
	return fd;
}

NTSTATUS nt_are_mapped_files_the_same(struct task *t, gaddr first, gaddr second)
{
	struct stat a, b;
	NTSTATUS status, status2;
	int fd = mapped_fd(first, &status), fd2 = mapped_fd(second, &status2);
	bool same = fd >= 0 && fd2 >= 0 && fstat(fd, &a) == 0 &&
		    fstat(fd2, &b) == 0 && a.st_dev == b.st_dev &&
		    a.st_ino == b.st_ino;

	(void)t;
	if (fd >= 0)
		close(fd);
	if (fd2 >= 0)
		close(fd2);
	if (status != STATUS_SUCCESS)
		return status;
	if (status2 != STATUS_SUCCESS)
		return status2;
	return same ? STATUS_SUCCESS : STATUS_NOT_SAME_DEVICE;
}
