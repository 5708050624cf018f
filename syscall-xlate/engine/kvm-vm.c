/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm-vm.c - the virtual machine: /dev/kvm, what it must be able to do, its
 * memory slots.
 */
#include "syscall-xlate/engine/kvm.h"

#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own-fd.h"
#include "base/table.h"

struct kvm_machine kvm_machine = { .kvm = -1 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Both under the lock. */
static struct kvm_userspace_memory_region slots[MAX_SLOTS] SPARSE;
static unsigned nslots, nvms;

enum { MAX_CPUID = 256, LEAF_XSAVE = 0xd, LEAF_FEATURES = 7 };

static const struct {
	int cap;
	int want; /* bits, or 1 */
	const char *name;
} needed[] = {
	{ KVM_CAP_USER_MEMORY, 1, "KVM_CAP_USER_MEMORY" },
	{ KVM_CAP_IMMEDIATE_EXIT, 1, "KVM_CAP_IMMEDIATE_EXIT" },
	{ KVM_CAP_XSAVE, 1, "KVM_CAP_XSAVE" },
	{ KVM_CAP_VCPU_EVENTS, 1, "KVM_CAP_VCPU_EVENTS" },
	{ KVM_CAP_SYNC_REGS, KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS,
	  "KVM_CAP_SYNC_REGS" },
};

int kvm_fd(int fd)
{
	return kvm_machine.hides_fds ? own_fd(fd) : fd;
}

static int open_kvm(struct err *e)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int version;

	if (fd < 0)
		/* Not ENOENT, which would be the program's. */
		return err_set(e, errno == ENOENT ? ENODEV : errno,
			       "/dev/kvm: %s%s", strerror(errno),
			       errno == ENOENT ? " (is the module kvm_intel or "
						 "kvm_amd loaded, and "
						 "virtualisation enabled?)"
			       : errno == EACCES ? " (a user of it is usually "
						   "a member of group kvm)"
						 : "");
	version = ioctl(fd, KVM_GET_API_VERSION, 0);
	if (version != KVM_API_VERSION) {
		close(fd);
		return err_set(e, ENOTSUP, "/dev/kvm: API version %d, not %d",
			       version, KVM_API_VERSION);
	}
	for (unsigned i = 0; i < COUNT_OF(needed); i++) {
		int got = ioctl(fd, KVM_CHECK_EXTENSION, needed[i].cap);

		if (got > 0 && (got & needed[i].want) == needed[i].want)
			continue;
		close(fd);
		return err_set(e, ENOTSUP, "/dev/kvm: this kernel lacks %s",
			       needed[i].name);
	}
	return fd;
}

int kvm_usable(struct err *e)
{
	int fd = open_kvm(e);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

int kvm_memory_slot(uint64_t gpa, void *at, uint64_t size)
{
	struct kvm_userspace_memory_region *r;
	int ret = 0;

	pthread_mutex_lock(&lock);
	if (nslots == MAX_SLOTS)
		ret = -ENOMEM;
	r = &slots[nslots];
	for (unsigned i = 0; i < nvms && !ret; i++) {
		*r = (struct kvm_userspace_memory_region){
			.slot = nslots,
			.guest_phys_addr = gpa,
			.memory_size = size,
			.userspace_addr = (uintptr_t)at,
		};
		if (ioctl(kvm_machine.vm[i], KVM_SET_USER_MEMORY_REGION, r) < 0)
			ret = -errno;
	}
	if (!ret)
		nslots++;
	pthread_mutex_unlock(&lock);
	return ret;
}

/* With the lock held. */
static int make_vm(struct err *e)
{
	int vm;

	/* A signal may interrupt this one. */
	do
		vm = ioctl(kvm_machine.kvm, KVM_CREATE_VM, 0);
	while (vm < 0 && errno == EINTR);
	if (vm < 0)
		return err_set(e, errno, "KVM_CREATE_VM: %s", strerror(errno));
	fcntl(vm, F_SETFD, FD_CLOEXEC);
	vm = kvm_fd(vm);
	/* Needed by old Intel processors; must lie in no slot. */
	ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000);
	for (unsigned i = 0; i < nslots; i++) {
		if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slots[i]) == 0)
			continue;
		err_set(e, errno, "memory of a virtual machine: %s",
			strerror(errno));
		close(vm);
		return -1;
	}
	kvm_machine.vm[nvms++] = vm;
	return 0;
}

int kvm_vm_of(unsigned index, struct err *e)
{
	unsigned n = index / kvm_machine.per_vm;
	int vm = -1;

	if (n >= MAX_VMS)
		return err_set(e, EAGAIN,
			       "all virtual processors run a thread");
	pthread_mutex_lock(&lock);
	while (nvms <= n)
		if (make_vm(e))
			break;
	if (nvms > n)
		vm = kvm_machine.vm[n];
	pthread_mutex_unlock(&lock);
	return vm;
}

void kvm_machine_lock(void)
{
	pthread_mutex_lock(&lock);
}

void kvm_machine_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

/* KVM_RUN works only for the process, that is the memory, a machine was made in. */
int kvm_machine_forked(struct err *e)
{
	for (unsigned i = 0; i < nvms; i++)
		close(kvm_machine.vm[i]);
	nvms = 0;
	return make_vm(e);
}

/* What the virtual CPU says of itself, and so may be switched on in it. */
static int read_cpuid(struct kvm_machine *m, struct err *e)
{
	struct kvm_cpuid2 *c;
	bool has_xsave = false;
	uint64_t xcr0 = 0;

	c = calloc(1, sizeof *c + MAX_CPUID * sizeof c->entries[0]);
	if (!c)
		return err_set(e, ENOMEM, "no memory");
	c->nent = MAX_CPUID;
	if (ioctl(m->kvm, KVM_GET_SUPPORTED_CPUID, c) < 0) {
		free(c);
		return err_set(e, errno, "KVM_GET_SUPPORTED_CPUID: %s",
			       strerror(errno));
	}
	for (unsigned i = 0; i < c->nent; i++) {
		const struct kvm_cpuid_entry2 *x = &c->entries[i];

		if (x->function == 1)
			has_xsave = x->ecx & bit_XSAVE;
		else if (x->function == LEAF_FEATURES && x->index == 0)
			m->has_fsgsbase = x->ebx & bit_FSGSBASE;
		else if (x->function == LEAF_XSAVE && x->index == 0)
			xcr0 = (uint64_t)x->edx << 32 | x->eax;
	}
	/* x87, SSE, AVX, AVX-512: what CONTEXT and XSAVE areas can carry. */
	if (has_xsave)
		m->xcr0 = xcr0 & 0xe7;
	m->cpuid = c;
	return 0;
}

static void fill_idt(uint64_t *idt)
{
	for (unsigned i = 0; i < 256; i++) {
		uint64_t at = SHIM_VA + SHIM_CODE + SHIM_SLOT * i;
		/* int3, into; every "int n" that is no processor exception */
		bool program = i == 3 || i == 4 || i >= 32;
		/*
		 * Never on the stack in use, which may be the program's (at
		 * the shim's entry of a call); NMI, double fault and machine
		 * check on one of their own.
		 */
		uint64_t ist = i == 2 || i == 8 || i == 18 ? 2 : 1;

		idt[2 * i] = (at & 0xffff) | 0x10ull << 16 | ist << 32 |
			     (program ? 0xeeull : 0x8eull) << 40 |
			     (at >> 16 & 0xffff) << 48;
		idt[2 * i + 1] = at >> 32;
	}
}

int kvm_machine_init(struct err *e)
{
	struct kvm_machine *m = &kvm_machine;
	int size, ret, max;

	m->kvm = kvm_fd(open_kvm(e));
	if (m->kvm < 0)
		return -1;
	/* 4 is what the documentation assumes where the kernel says nothing. */
	max = ioctl(m->kvm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS);
	m->per_vm = max > 0 ? (unsigned)max : 4;
	if (kvm_vm_of(0, e) < 0)
		return -1;
	size = ioctl(m->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size < (int)sizeof(struct kvm_run))
		return err_set(e, ENOTSUP, "KVM_GET_VCPU_MMAP_SIZE: %d", size);
	m->run_size = (size_t)size;
	if (read_cpuid(m, e))
		return -1;
	m->system = mmap(NULL, SYSTEM_MAX, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m->system == MAP_FAILED ||
	    mprotect(m->system, SYSTEM_FIRST, PROT_READ | PROT_WRITE) < 0)
		return err_set(e, errno, "no memory: %s", strerror(errno));
	memcpy(m->system + SHIM_CODE, kvm_shim,
	       (size_t)(kvm_shim_end - kvm_shim));
	fill_idt((uint64_t *)(m->system + SHIM_IDT));
	ret = kvm_memory_slot(0, m->system, SYSTEM_FIRST);
	if (ret)
		return err_set(e, -ret, "memory of the virtual machine: %s",
			       strerror(-ret));
	return 0;
}
